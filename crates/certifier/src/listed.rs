//! What lists on the disk tell: packages, and which files came with them. None of it needs the bytes of all files, so it is read
//! while those are searched.

use std::collections::{BTreeSet, HashSet};

use disk::tree::Tree;

use crate::content::Privileged;
use crate::facts::Linux;
use crate::files::Index;
use crate::finding::Undecided;
use crate::linux::belonging::Belonging;
use crate::packages::languages::{self, Manifest};
use crate::packages::owned::{plain, visit};
use crate::packages::{Gap, Inventory, Package};

pub struct Listed {
    /// Files that run with rights other than those of who starts them.
    pub privileged: Vec<Privileged>,
    /// `None` where there is no system.
    pub inventory: Option<Result<Inventory, Undecided>>,
    /// As far as it can be told before anything was found; `None` where there is no system.
    pub belonging: Option<Result<Belonging, Undecided>>,
}

impl Listed {
    /// Reads the lists. `manifests` are those of each volume of the index, in its order.
    pub fn read(index: &Index, manifests: &[Vec<Manifest>], linux: Option<&Linux>) -> Listed {
        let privileged = privileged(index);
        let (mut of_languages, mut gaps) = (Vec::new(), Vec::new());
        for (volume, manifests) in index.volumes.iter().zip(manifests) {
            let tree: &dyn Tree = &*volume.tree;
            let (found, missed) = languages::read(tree, manifests);
            of_languages.extend(found);
            gaps.extend(missed);
        }
        let Some(linux) = linux else { return Listed { privileged, inventory: None, belonging: None } };
        let (inventory, belonging) = of_packages(linux, of_languages, gaps, &privileged);
        Listed { privileged, inventory: Some(inventory), belonging: Some(belonging) }
    }
}

/// Asks packages which files are theirs, once for all who want to know.
fn of_packages(
    linux: &Linux,
    of_languages: Vec<Package>,
    gaps: Vec<Gap>,
    privileged: &[Privileged],
) -> (Result<Inventory, Undecided>, Result<Belonging, Undecided>) {
    let root = &linux.root;
    let of_lists: HashSet<String> =
        of_languages.iter().map(|package| plain(&package.path).to_owned()).collect();
    let asked = Belonging::asks(linux, privileged);
    let nothing = HashSet::new();
    let asks = asked.as_ref().unwrap_or(&nothing);
    let (mut lists, mut owned, mut is_known) = (HashSet::new(), BTreeSet::new(), false);
    let visited = visit(root, &mut |path| {
        is_known = true;
        let path = plain(path);
        if of_lists.contains(path) {
            lists.insert(path.to_owned());
        }
        if asks.contains(path) {
            owned.insert(path.to_owned());
        }
    });
    let inventory = linux.packages.as_ref().map_err(Clone::clone).and_then(|of_system| {
        if !of_lists.is_empty() {
            visited.clone()?;
        }
        Inventory::gather(root, of_system, of_languages, gaps, &lists)
    });
    let belonging = asked.and(visited).and_then(|()| Belonging::of(root, is_known, owned));
    (inventory, belonging)
}

const CAPABILITIES: &[u8] = b"security.capability";

/// Files that are set to run as another, or with capabilities.
fn privileged(index: &Index) -> Vec<Privileged> {
    const SET_ID: u16 = 0o6000;
    const EXECUTABLE: u16 = 0o111;
    let mut found = Vec::new();
    for (number, file) in (0..).zip(&index.files) {
        if file.mode & EXECUTABLE == 0 {
            continue;
        }
        let volume = &index.volumes[usize::from(file.volume)];
        let attributes = || volume.tree.attributes(&volume.tree.node(file.inode).ok()?).ok();
        let has_capabilities = attributes()
            .is_some_and(|attributes| attributes.iter().any(|attribute| attribute.name == CAPABILITIES));
        if file.mode & SET_ID != 0 || has_capabilities {
            let Some(path) = index.path(number) else { continue };
            let path = String::from_utf8_lossy(&path).into_owned();
            found.push(Privileged { volume: volume.number, path, mode: file.mode, has_capabilities });
        }
    }
    found.sort();
    found
}
