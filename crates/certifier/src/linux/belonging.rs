//! What of a system came with its packages: of the files that run by themselves or with more rights, and of those that hold a secret.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::content::Privileged;
use crate::examine::{Found, What};
use crate::facts::Linux;
use crate::finding::Undecided;
use crate::linux::root::Root;
use crate::linux::scheduled;
use crate::packages::owned::{Digest, plain, visit_digests};

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
    /// The paths of which it is to be known whether they came with a package, as [`plain`] writes them.
    pub fn asks(linux: &Linux, privileged: &[Privileged]) -> Result<HashSet<String>, Undecided> {
        let privileged = privileged.iter().filter(|file| file.volume == linux.partition);
        let mut asked: HashSet<String> = privileged.map(|file| plain(&file.path).to_owned()).collect();
        asked.extend(scheduled::all(&linux.root)?.iter().map(|task| plain(&task.path).to_owned()));
        Ok(asked)
    }

    /// What packages say of the paths that were asked about.
    pub fn of(root: &Root, is_known: bool, owned: BTreeSet<String>) -> Result<Belonging, Undecided> {
        let mut belonging = Belonging { is_known, owned, shipped: BTreeSet::new() };
        // A file that gave way to another package's is still its own package's.
        let diversions = root.text(DIVERSIONS)?.unwrap_or_default();
        belonging.owned.extend(diversions.lines().skip(1).step_by(3).map(|path| plain(path).to_owned()));
        Ok(belonging)
    }

    /// The same with what is known of the files in which a secret was found.
    pub fn with_secrets(self, root: &Root, found: &[Found]) -> Result<Belonging, Undecided> {
        let found = found.iter().filter(|found| matches!(found.what, What::Secret(_)));
        let paths = found.filter_map(|found| found.path.as_deref()).map(outermost);
        Ok(Belonging { shipped: shipped(root, &paths.collect())?, ..self })
    }

    /// Whether a file came with a package.
    pub fn owns(&self, path: &str) -> bool {
        self.owned.contains(plain(path))
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
    let wanted: HashMap<&str, &str> = paths.iter().map(|path| (plain(path), *path)).collect();
    let mut said: Vec<(&str, Digest)> = Vec::new();
    if !wanted.is_empty() {
        visit_digests(root, &mut |path, digest| {
            said.extend(wanted.get(plain(path)).map(|path| (*path, digest)));
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
    use disk::tree::memory::Folder;

    use super::*;

    #[test]
    fn a_file_is_as_shipped_only_while_its_digest_is() {
        let root = Root::of(Folder::of(&[
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
        ]));
        let paths = BTreeSet::from(["/usr/share/a", "/lib/b", "/usr/c", "/etc/x", "/etc/y"]);
        let found = shipped(&root, &paths).unwrap();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["/etc/x", "/usr/share/a"]);
    }
}
