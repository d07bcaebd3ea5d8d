//! The database of Alpine's apk: one text, a letter for each field.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::finding::Undecided;
use crate::linux::root::Root;
use crate::packages::owned::Digest;
use crate::packages::{Kind, PACKAGES_MAX, Package, dpkg};
use crate::printable::hexadecimal;

const DATABASE_BYTES_MAX: u64 = 64 << 20;

/// Where the database lies, and where newer systems keep it.
const PATHS: [&str; 2] = ["/lib/apk/db/installed", "/usr/lib/apk/db/installed"];

pub fn read(root: &Root) -> Result<Vec<Package>, Undecided> {
    let mut packages = Vec::new();
    for path in PATHS {
        if let Some(text) = root.text_up_to(path, DATABASE_BYTES_MAX)? {
            parse(&text, path, &mut packages);
            break;
        }
    }
    dpkg::limit(&packages)?;
    Ok(packages)
}

/// Shows the path of every file that a package owns.
pub(super) fn files(root: &Root, show: &mut dyn FnMut(&str)) -> Result<(), Undecided> {
    for path in PATHS {
        let mut folder = "";
        let text = root.text_up_to(path, DATABASE_BYTES_MAX)?.unwrap_or_default();
        for line in text.lines() {
            match line.split_once(':') {
                Some(("F", path)) => folder = path,
                Some(("R", name)) => show(&format!("/{folder}/{name}")),
                _ => {}
            }
        }
    }
    Ok(())
}

/// Shows every file of a package with its digest.
pub(super) fn digests(root: &Root, show: &mut dyn FnMut(&str, Digest)) -> Result<(), Undecided> {
    for path in PATHS {
        let (mut folder, mut file) = ("", "");
        let text = root.text_up_to(path, DATABASE_BYTES_MAX)?.unwrap_or_default();
        for line in text.lines() {
            match line.split_once(':') {
                Some(("F", path)) => folder = path,
                Some(("R", name)) => file = name,
                // `Q1` says that a SHA-1 follows.
                Some(("Z", digest)) => {
                    let bytes = digest.strip_prefix("Q1").and_then(|digest| STANDARD.decode(digest).ok());
                    if let Some(bytes) = bytes {
                        show(&format!("/{folder}/{file}"), Digest::Sha1(hexadecimal(&bytes)));
                    }
                }
                _ => {}
            }
        }
    }
    Ok(())
}

fn parse(text: &str, path: &str, packages: &mut Vec<Package>) {
    let nothing = || Package::new(Kind::Apk, "", "", path);
    let mut package = nothing();
    for (number, line) in (1..).zip(text.lines()).chain([(0, "")]) {
        if line.is_empty() {
            if !package.name.is_empty() && packages.len() <= PACKAGES_MAX {
                packages.push(package);
            }
            package = nothing();
            continue;
        }
        let Some((field, value)) = line.split_once(':') else { continue };
        match field {
            "P" => value.clone_into(&mut package.name),
            "V" => {
                value.clone_into(&mut package.version);
                package.line = number;
            }
            "A" => value.clone_into(&mut package.arch),
            "L" => value.clone_into(&mut package.licence),
            "o" => value.clone_into(&mut package.source),
            "m" => value.clone_into(&mut package.vendor),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use disk::tree::memory::Folder;

    use super::*;

    #[test]
    fn a_package_of_alpine_names_its_origin_and_licence() {
        let text = "C:Q1abc=\nP:libcrypto3\nV:3.1.4-r5\nA:x86_64\nL:Apache-2.0\no:openssl\nF:lib\nR:libcrypto.so.3\n\n\
                    P:musl\nV:1.2.4-r2\nA:x86_64\nL:MIT\n";
        let packages = read(&Root::of(Folder::of(&[(PATHS[0], text)]))).unwrap();
        assert_eq!(packages.len(), 2);
        assert_eq!(
            (packages[0].source(), packages[0].licence.as_str(), packages[0].line),
            ("openssl", "Apache-2.0", 3)
        );
        assert_eq!((packages[1].name.as_str(), packages[1].source()), ("musl", "musl"));
    }
}
