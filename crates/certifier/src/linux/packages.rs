//! Installed packages: the dpkg status file. The rpm and apk databases are not read yet.

use std::collections::BTreeMap;

use crate::finding::Undecided;
use crate::linux::root::Root;

pub const STATUS_BYTES_MAX: u64 = 64 << 20;
const STATUS: &str = "/var/lib/dpkg/status";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    pub version: String,
    pub path: String,
    /// The line of its version.
    pub line: u64,
}

/// The packages that are installed, by name; `None` when there is no dpkg.
pub fn dpkg(root: &Root) -> Result<Option<BTreeMap<String, Package>>, Undecided> {
    let mut packages = BTreeMap::new();
    let Some(text) = root.text_up_to(STATUS, STATUS_BYTES_MAX)? else {
        return Ok(None);
    };
    let (mut name, mut version, mut installed) = (String::new(), None, false);
    for (number, line) in (1..).zip(text.lines()).chain([(0, "")]) {
        if let Some(value) = line.strip_prefix("Package: ") {
            value.trim().clone_into(&mut name);
        } else if let Some(value) = line.strip_prefix("Version: ") {
            version =
                Some(Package { version: value.trim().to_owned(), path: STATUS.to_owned(), line: number });
        } else if let Some(value) = line.strip_prefix("Status: ") {
            installed = value.trim().ends_with(" installed");
        } else if line.is_empty() {
            if let (true, Some(package)) = (installed, version.take()) {
                packages.insert(std::mem::take(&mut name), package);
            }
            installed = false;
        }
    }
    Ok(Some(packages))
}

/// The numbers of an upstream version: epoch and distribution revision are left out.
pub fn upstream_numbers(version: &str) -> Vec<u64> {
    let version = version.split_once(':').map_or(version, |(_, rest)| rest);
    let upstream = version.split(['-', '+', '~']).next().unwrap_or("");
    upstream.split('.').map_while(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linux::folder::Folder;

    #[test]
    fn only_installed_packages_count() {
        let status = "Package: a\nStatus: install ok installed\nVersion: 1:2.9.1.1-3~deb12u1\n\n\
                      Package: b\nStatus: deinstall ok config-files\nVersion: 3\n";
        let packages = dpkg(&Folder::of(&[(STATUS, status)]).root()).unwrap().unwrap();
        assert_eq!(packages.keys().collect::<Vec<_>>(), ["a"]);
        assert_eq!((packages["a"].version.as_str(), packages["a"].line), ("1:2.9.1.1-3~deb12u1", 3));
        assert_eq!(upstream_numbers(&packages["a"].version), [2, 9, 1, 1]);
    }
}
