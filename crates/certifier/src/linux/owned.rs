//! Which files came with a package, and whether they are still as they came. So far dpkg's lists are read.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use md5::{Digest, Md5};

use crate::finding::Undecided;
use crate::linux::root::Root;

const LISTS: &str = "/var/lib/dpkg/info";
const DIVERSIONS: &str = "/var/lib/dpkg/diversions";

/// The longest list of one package, and of all together.
const LIST_BYTES_MAX: u64 = 32 << 20;
const LISTS_BYTES_MAX: u64 = 256 << 20;

/// Files that are as they came are told by their digest; nobody ships a secret in a longer one.
const SHIPPED_BYTES_MAX: u64 = 64 << 20;

/// Folders that are links into `/usr` on most systems: packages name their files by either.
const MERGED: [&str; 6] = ["/bin/", "/sbin/", "/lib/", "/lib32/", "/lib64/", "/libx32/"];

/// The paths that belong to packages. Kept as digests of 64 bits: there may be a million, and nobody's safety hangs on them.
#[derive(Debug)]
pub struct Owned {
    paths: HashSet<u64>,
}

impl Owned {
    /// All paths of all packages; `None` where no package database is read.
    pub fn read(root: &Root) -> Result<Option<Owned>, Undecided> {
        let mut paths = HashSet::new();
        let mut left = LISTS_BYTES_MAX;
        let mut has_lists = false;
        for name in root.names(LISTS)?.iter().filter(|name| name.ends_with(".list")) {
            has_lists = true;
            let Some(text) = root.text_up_to(&format!("{LISTS}/{name}"), LIST_BYTES_MAX.min(left))? else {
                continue;
            };
            left -= text.len() as u64;
            paths.extend(text.lines().map(|path| digest(&in_usr(path))));
        }
        // A file that gave way to another package's is still its own package's.
        let diversions = root.text(DIVERSIONS)?.unwrap_or_default();
        paths.extend(diversions.lines().skip(1).step_by(3).map(|path| digest(&in_usr(path))));
        Ok(has_lists.then_some(Owned { paths }))
    }

    pub fn owns(&self, path: &str) -> bool {
        self.paths.contains(&digest(&in_usr(path)))
    }
}

fn digest(path: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}

/// A path by its place in `/usr`, if it may have one there.
fn in_usr(path: &str) -> String {
    let merged = MERGED.iter().any(|folder| path.starts_with(folder));
    if merged { format!("/usr{path}") } else { path.to_owned() }
}

/// Which of these files are, byte for byte, what a package brought.
pub fn shipped_digests(root: &Root, paths: &[&str]) -> Result<HashSet<String>, Undecided> {
    let mut wanted: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for path in paths {
        wanted.entry(in_usr(path)).or_default().push(path);
    }
    let mut shipped = HashSet::new();
    if wanted.is_empty() {
        return Ok(shipped);
    }
    let mut left = LISTS_BYTES_MAX;
    for name in root.names(LISTS)?.iter().filter(|name| name.ends_with(".md5sums")) {
        let Some(text) = root.text_up_to(&format!("{LISTS}/{name}"), LIST_BYTES_MAX.min(left))? else {
            continue;
        };
        left -= text.len() as u64;
        for (hex, path) in text.lines().filter_map(|line| line.split_once("  ")) {
            for path in wanted.get(&in_usr(&format!("/{path}"))).into_iter().flatten() {
                if is_unchanged(root, path, hex)? {
                    shipped.insert((*path).to_owned());
                }
            }
        }
    }
    Ok(shipped)
}

fn is_unchanged(root: &Root, path: &str, hex: &str) -> Result<bool, Undecided> {
    let Some(node) = root.file(path)?.filter(|node| node.size_bytes <= SHIPPED_BYTES_MAX) else {
        return Ok(false);
    };
    let digest = Md5::digest(root.bytes(path, &node, 0, node.size_bytes)?);
    let found: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(found == hex)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linux::folder::Folder;

    #[test]
    fn a_file_belongs_to_a_package_by_either_of_its_names() {
        let root = Folder::of(&[
            ("/var/lib/dpkg/info/a.list", "/.\n/bin\n/bin/su\n/usr/sbin/x\n"),
            ("/var/lib/dpkg/diversions", "/usr/bin/old\n/usr/bin/old.distrib\nb\n"),
        ])
        .root();
        let owned = Owned::read(&root).unwrap().expect("there are lists");
        for path in ["/usr/bin/su", "/bin/su", "/usr/sbin/x", "/usr/bin/old.distrib"] {
            assert!(owned.owns(path), "{path}");
        }
        assert!(!owned.owns("/usr/local/bin/su"));
        assert!(Owned::read(&Folder::of(&[]).root()).unwrap().is_none());
    }

    #[test]
    fn a_file_is_as_shipped_only_while_its_digest_is() {
        let root = Folder::of(&[
            (
                "/var/lib/dpkg/info/a.md5sums",
                "5d41402abc4b2a76b9719d911017c592  usr/a\n5d41402abc4b2a76b9719d911017c592  lib/b\n",
            ),
            ("/usr/a", "hello"),
            ("/lib/b", "hello, changed"),
            ("/usr/c", "hello"),
        ])
        .root();
        let shipped = shipped_digests(&root, &["/usr/a", "/lib/b", "/usr/c"]).unwrap();
        assert_eq!(shipped.into_iter().collect::<Vec<_>>(), ["/usr/a"]);
    }
}
