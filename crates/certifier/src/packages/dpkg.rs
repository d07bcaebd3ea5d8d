//! The database of dpkg: one text, or one text for each package where an image was put together without dpkg.

use disk::tree::Unreadable;

use crate::finding::{Undecided, unreadable};
use crate::linux::root::Root;
use crate::packages::owned::Digest;
use crate::packages::{Kind, PACKAGES_MAX, Package};
use crate::phrase::say;

pub const STATUS_BYTES_MAX: u64 = 64 << 20;
/// The lists of digests of all packages together.
const SUMS_BYTES_MAX: u64 = 256 << 20;
const STATUS: &str = "/var/lib/dpkg/status";
const INFO_FOLDER: &str = "/var/lib/dpkg/info";
const STATUS_FOLDER: &str = "/var/lib/dpkg/status.d";

/// The packages that are installed.
pub fn read(root: &Root) -> Result<Vec<Package>, Undecided> {
    let mut packages = Vec::new();
    if let Some(text) = root.text_up_to(STATUS, STATUS_BYTES_MAX)? {
        parse(&text, STATUS, false, &mut packages);
    }
    for name in root.names(STATUS_FOLDER)?.iter().filter(|name| !name.ends_with(".md5sums")) {
        let path = format!("{STATUS_FOLDER}/{name}");
        if let Some(text) = root.text(&path)? {
            parse(&text, &path, true, &mut packages);
        }
        limit(&packages)?;
    }
    limit(&packages)?;
    Ok(packages)
}

/// Shows the path of every file that a package owns.
pub(super) fn files(root: &Root, show: &mut dyn FnMut(&str)) -> Result<(), Undecided> {
    root.texts(INFO_FOLDER, ".list", STATUS_BYTES_MAX, &mut |text| {
        text.lines().for_each(&mut *show);
        Ok(())
    })
}

/// Shows every file of a package with its digest, save those that are configuration, which dpkg lists apart.
pub(super) fn digests(root: &Root, show: &mut dyn FnMut(&str, Digest)) -> Result<(), Undecided> {
    let mut left = SUMS_BYTES_MAX;
    let mut absolute = String::new();
    root.texts(INFO_FOLDER, ".md5sums", STATUS_BYTES_MAX, &mut |text| {
        let found = text.len() as u64;
        left = left.checked_sub(found).ok_or_else(|| {
            let cause = Unreadable::OverLimit { what: "lists of digests", found, limit: SUMS_BYTES_MAX };
            Undecided(unreadable(&cause))
        })?;
        for (digest, path) in text.lines().filter_map(|line| line.split_once("  ")) {
            absolute.clear();
            absolute.extend(["/", path]);
            show(&absolute, Digest::Md5(digest.to_owned()));
        }
        Ok(())
    })
}

pub(super) fn limit(packages: &[Package]) -> Result<(), Undecided> {
    if packages.len() > PACKAGES_MAX {
        return Err(Undecided(say("packages.too_many").count("limit", PACKAGES_MAX as u64)));
    }
    Ok(())
}

/// Reads paragraphs. Where there is a file for each package, being there is being installed, and no line says so.
fn parse(text: &str, path: &str, without_status: bool, packages: &mut Vec<Package>) {
    let nothing = || Package::new(Kind::Deb, "", "", path);
    let (mut package, mut installed) = (nothing(), without_status);
    for (number, line) in (1..).zip(text.lines()).chain([(0, "")]) {
        if line.is_empty() {
            if installed && !package.name.is_empty() && packages.len() <= PACKAGES_MAX {
                packages.push(package);
            }
            (package, installed) = (nothing(), without_status);
            continue;
        }
        // A line that begins with a space goes on with the field before it, none of which is looked at.
        let Some((field, value)) = line.split_once(':').filter(|_| !line.starts_with([' ', '\t'])) else {
            continue;
        };
        let value = value.trim();
        match field {
            "Package" => value.clone_into(&mut package.name),
            "Status" => installed = value.split(' ').next_back() == Some("installed"),
            "Architecture" => value.clone_into(&mut package.arch),
            "Version" => {
                value.clone_into(&mut package.version);
                package.line = number;
            }
            "Source" => {
                let (source, version) = value.split_once(' ').unwrap_or((value, ""));
                source.clone_into(&mut package.source);
                version.trim_matches(['(', ')', ' ']).clone_into(&mut package.source_version);
            }
            "Maintainer" => value.clone_into(&mut package.vendor),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use disk::tree::memory::Folder;

    use super::*;
    use crate::packages::upstream_numbers;

    #[test]
    fn only_installed_packages_count() {
        let status = "Package: a\nStatus: install ok installed\nSource: src (1:2)\nArchitecture: amd64\n\
                      Version: 1:2.9.1.1-3~deb12u1\nDescription: x\n Version: 9\n\n\
                      Package: b\nStatus: deinstall ok config-files\nVersion: 3\n\n\
                      Package: c\nStatus: install ok half-installed\nVersion: 3\n";
        let packages = read(&Root::of(Folder::of(&[(STATUS, status)]))).unwrap();
        assert_eq!(packages.len(), 1);
        let package = &packages[0];
        assert_eq!((package.name.as_str(), package.line), ("a", 5));
        assert_eq!(
            (package.source(), package.source_version(), package.arch.as_str()),
            ("src", "1:2", "amd64")
        );
        assert_eq!(upstream_numbers(&package.version), [2, 9, 1, 1]);
    }

    #[test]
    fn an_image_put_together_without_dpkg_has_a_file_for_each_package() {
        let files = [
            ("/var/lib/dpkg/status.d/base", "Package: base-files\nVersion: 12.4\nArchitecture: amd64\n"),
            ("/var/lib/dpkg/status.d/base.md5sums", "0 x\n"),
            ("/var/lib/dpkg/status.d/tz", "Package: tzdata\nVersion: 2024a\n"),
        ];
        let packages = read(&Root::of(Folder::of(&files))).unwrap();
        let names: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
        assert_eq!(names, ["base-files", "tzdata"]);
        assert_eq!(packages[1].source_version(), "2024a");
    }

    #[test]
    fn a_status_of_anything_at_all_is_read_to_its_end() {
        let odd =
            [":\n::\nPackage\nPackage:\n\n\n", "\0\0\n \n\t:\n", "Package: \u{202e}x\nStatus: installed\n"];
        for text in odd {
            let packages = read(&Root::of(Folder::of(&[(STATUS, text)]))).unwrap();
            assert!(packages.len() < 2, "{packages:?}");
        }
    }
}
