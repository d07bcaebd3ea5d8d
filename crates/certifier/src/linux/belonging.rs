//! What of a system came with its packages: of the files that run by themselves or with more rights, and of those that hold a secret.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::content::Content;
use crate::examine::What;
use crate::facts::Linux;
use crate::finding::Undecided;
use crate::linux::root::Root;
use crate::linux::scheduled;
use crate::packages::owned::{Digest, plain, visit, visit_digests};

const DIVERSIONS: &str = "/var/lib/dpkg/diversions";

/// Nobody ships a secret in a longer file.
const SHIPPED_BYTES_MAX: u64 = 64 << 20;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Belonging {
    /// Whether there is a list of packages' files at all.
    pub is_known: bool,
    /// Files that run by themselves or with more rights, and came with a package.
    owned: BTreeSet<String>,
    /// Files with a secret that are, byte for byte, what a package brought.
    shipped: BTreeSet<String>,
}

impl Belonging {
    pub fn read(linux: &Linux, content: &Content) -> Result<Belonging, Undecided> {
        let root = &linux.root;
        let privileged = content.privileged.iter().filter(|file| file.volume == linux.partition);
        let mut wanted: BTreeSet<String> = privileged.map(|file| plain(&file.path)).collect();
        wanted.extend(scheduled::all(root)?.iter().map(|task| plain(&task.path)));
        let mut belonging = Belonging::default();
        visit(root, &mut |path| {
            belonging.is_known = true;
            let path = plain(path);
            if wanted.contains(&path) {
                belonging.owned.insert(path);
            }
        })?;
        // A file that gave way to another package's is still its own package's.
        let diversions = root.text(DIVERSIONS)?.unwrap_or_default();
        belonging.owned.extend(diversions.lines().skip(1).step_by(3).map(plain));
        let secret = |what: &What| matches!(what, What::Secret(_));
        let found = content.found.iter().filter(|found| secret(&found.what));
        let paths = found.filter_map(|found| found.path.as_deref()).map(outermost);
        belonging.shipped = shipped(root, &paths.collect())?;
        Ok(belonging)
    }

    /// Whether a file came with a package.
    pub fn owns(&self, path: &str) -> bool {
        self.owned.contains(&plain(path))
    }

    /// Whether a file is as a package brought it. What lies in an archive is as public as the archive.
    pub fn is_shipped(&self, path: &str) -> bool {
        self.shipped.contains(outermost(path))
    }
}

fn outermost(path: &str) -> &str {
    path.split('!').next().unwrap_or(path)
}

/// Which of these files are, byte for byte, what a package brought.
fn shipped(root: &Root, paths: &BTreeSet<&str>) -> Result<BTreeSet<String>, Undecided> {
    let wanted: BTreeMap<String, &str> = paths.iter().map(|path| (plain(path), *path)).collect();
    let mut said: Vec<(&str, Digest)> = Vec::new();
    if !wanted.is_empty() {
        visit_digests(root, &mut |path, digest| {
            said.extend(wanted.get(&plain(path)).map(|path| (*path, digest)));
        })?;
    }
    let mut shipped = BTreeSet::new();
    for (path, digest) in said {
        if !shipped.contains(path) && is_unchanged(root, path, &digest)? {
            shipped.insert(path.to_owned());
        }
    }
    Ok(shipped)
}

fn is_unchanged(root: &Root, path: &str, digest: &Digest) -> Result<bool, Undecided> {
    let Some(node) = root.file(path)?.filter(|node| node.size_bytes <= SHIPPED_BYTES_MAX) else {
        return Ok(false);
    };
    Ok(digest.is_of(&root.bytes(path, &node, 0, node.size_bytes)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linux::folder::Folder;

    #[test]
    fn a_file_is_as_shipped_only_while_its_digest_is() {
        let root = Folder::of(&[
            (
                "/var/lib/dpkg/info/a.md5sums",
                "5d41402abc4b2a76b9719d911017c592  usr/share/a\n5d41402abc4b2a76b9719d911017c592  lib/b\n",
            ),
            // The SHA-1 of `hello`, for a file that holds it and for one that does not.
            (
                "/lib/apk/db/installed",
                "P:x\nF:etc\nR:x\nZ:Q1qvTGHdzF6KLavt4PO0gs2a6pQ00=\nR:y\nZ:Q1qvTGHdzF6KLavt4PO0gs2a6pQ00=\n",
            ),
            ("/etc/x", "hello"),
            ("/etc/y", "hello, changed"),
            ("/usr/share/a", "hello"),
            ("/lib/b", "hello, changed"),
            ("/usr/c", "hello"),
        ])
        .root();
        let paths = BTreeSet::from(["/usr/share/a", "/lib/b", "/usr/c", "/etc/x", "/etc/y"]);
        let found = shipped(&root, &paths).unwrap();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["/etc/x", "/usr/share/a"]);
    }
}
