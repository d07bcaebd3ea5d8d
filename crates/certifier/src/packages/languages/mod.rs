//! Packages that languages bring along. What names them is told apart by its name while the names of a volume are walked, so
//! there is one walk and no search; programs are told by their first bytes.

use disk::read_at::ReadAt;
use disk::tree::{Kind as NodeKind, Names, Node, Tree, Unreadable};

use crate::packages::{Gap, InTree, PACKAGES_MAX, Package, why};
use crate::printable::printable;

mod jar;
mod lists;
mod program;
#[cfg(test)]
mod tests;

/// The most files that name packages on one volume; more are a gap, and told.
pub const MANIFESTS_MAX: usize = 200_000;

/// The largest list that is read as a whole.
const LIST_BYTES_MAX: u64 = 16 << 20;

/// What of a file is read of which only the head counts.
const HEAD_BYTES: usize = 64 << 10;

/// Programs that are smaller hold no list of packages.
const PROGRAM_BYTES_MIN: u64 = 64 << 10;

/// The most gaps that are listed.
const GAPS_MAX: usize = 100;

/// What a file is, by its name alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    CargoLock,
    NpmPackage,
    NpmLock,
    Python,
    Gem,
    Jar,
    /// It may be executed, and is large enough to hold a list.
    Program,
}

/// A file that may name packages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Manifest {
    pub path: String,
    pub inode: u64,
    pub sort: Sort,
}

/// Whether an inode may be a program with a list of packages in it.
pub fn may_be_program(node: &Node) -> bool {
    node.kind == NodeKind::File && node.mode & 0o111 != 0 && node.size_bytes >= PROGRAM_BYTES_MIN
}

/// The files among `names` that may name packages, and `programs`, which are told by their inodes.
pub fn manifests(names: &Names, programs: &[u64]) -> Vec<Manifest> {
    let path = |inode| names.path(inode).map(|path| String::from_utf8_lossy(&path).into_owned());
    let named = names.inodes().filter(|inode| names.name(*inode).is_some_and(may_name_packages));
    let named = named.filter_map(|inode| {
        let path = path(inode)?;
        let sort = sort_of(&path)?;
        Some(Manifest { path, inode, sort })
    });
    let programs = programs.iter().filter_map(|inode| {
        let path = path(*inode)?;
        // A jar may be executable; it is looked at once.
        sort_of(&path).is_none().then_some(Manifest { path, inode: *inode, sort: Sort::Program })
    });
    let mut found: Vec<Manifest> = named.chain(programs).collect();
    found.sort();
    found
}

/// A first look at the last part of a path, which spares the making of all the others.
fn may_name_packages(name: &[u8]) -> bool {
    let ends = [&b".gemspec"[..], b".jar", b".war", b".ear", b".egg-info"];
    let names = [&b"Cargo.lock"[..], b"package.json", b"package-lock.json", b"METADATA", b"PKG-INFO"];
    names.contains(&name) || name == b".package-lock.json" || ends.iter().any(|end| name.ends_with(end))
}

fn sort_of(path: &str) -> Option<Sort> {
    let (folder, name) = path.rsplit_once('/')?;
    let parent = folder.rsplit_once('/').map_or(folder, |(_, parent)| parent);
    match name {
        "Cargo.lock" => Some(Sort::CargoLock),
        "package-lock.json" | ".package-lock.json" => Some(Sort::NpmLock),
        // Packages have others of that name inside; only the one at their root counts.
        "package.json" => {
            let (_, below) = folder.rsplit_once("/node_modules/")?;
            let parts = below.split('/').count();
            (parts == 1 || parts == 2 && below.starts_with('@')).then_some(Sort::NpmPackage)
        }
        "METADATA" => parent.ends_with(".dist-info").then_some(Sort::Python),
        "PKG-INFO" => (parent.ends_with(".egg-info") || parent == "EGG-INFO").then_some(Sort::Python),
        _ if name.ends_with(".egg-info") => Some(Sort::Python),
        _ if name.ends_with(".gemspec") => {
            (parent == "specifications" || folder.ends_with("/specifications/default")).then_some(Sort::Gem)
        }
        _ if [".jar", ".war", ".ear"].iter().any(|end| name.ends_with(end)) => Some(Sort::Jar),
        _ => None,
    }
}

/// Reads what the files name. What cannot be read is a gap.
pub fn read(tree: &dyn Tree, manifests: &[Manifest]) -> (Vec<Package>, Vec<Gap>) {
    let (mut packages, mut gaps) = (Vec::new(), Vec::new());
    let mut gap = |path: &str, cause: &Unreadable| {
        if gaps.len() < GAPS_MAX {
            gaps.push(Gap { path: printable(path), why: why(cause) });
        }
    };
    let limit = MANIFESTS_MAX as u64;
    let over = |what, found, limit| Unreadable::OverLimit { what, found, limit };
    if manifests.len() > MANIFESTS_MAX {
        gap("/", &over("lists of packages", manifests.len() as u64, limit));
    }
    let mut unpacked_left = jar::UNPACKED_BYTES_MAX;
    for manifest in manifests.iter().take(MANIFESTS_MAX) {
        match read_one(tree, manifest, &mut unpacked_left) {
            // What has no name is no package, and no list could hold it.
            Ok(found) => packages.extend(found.into_iter().filter(|package| !package.name.is_empty())),
            Err(cause) => gap(&manifest.path, &cause),
        }
        if packages.len() > PACKAGES_MAX {
            gap("/", &over("packages of languages", packages.len() as u64, PACKAGES_MAX as u64));
            break;
        }
    }
    (packages, gaps)
}

fn read_one(
    tree: &dyn Tree,
    manifest: &Manifest,
    unpacked_left: &mut u64,
) -> Result<Vec<Package>, Unreadable> {
    let node = tree.node(manifest.inode)?;
    if node.kind != NodeKind::File {
        return Ok(Vec::new());
    }
    let path = &manifest.path;
    let head = |limit: usize| -> Result<String, Unreadable> {
        Ok(String::from_utf8_lossy(&tree.read(&node, 0, limit)?).into_owned())
    };
    let whole = || -> Result<String, Unreadable> {
        if node.size_bytes > LIST_BYTES_MAX {
            let (found, limit) = (node.size_bytes, LIST_BYTES_MAX);
            return Err(Unreadable::OverLimit { what: "list of packages", found, limit });
        }
        head(node.size_bytes as usize)
    };
    match manifest.sort {
        Sort::CargoLock => Ok(lists::cargo(&whole()?, path)),
        Sort::NpmPackage => lists::npm_package(&whole()?, path),
        Sort::NpmLock => lists::npm_lock(&whole()?, path),
        Sort::Python => Ok(lists::python(&head(HEAD_BYTES)?, path)),
        Sort::Gem => Ok(lists::gem(&head(HEAD_BYTES)?, path)),
        Sort::Jar => jar::read(&InTree::new(tree, node.clone()), path, unpacked_left),
        Sort::Program => program::read(&InTree::in_small_pieces(tree, node.clone()) as &dyn ReadAt, path),
    }
}
