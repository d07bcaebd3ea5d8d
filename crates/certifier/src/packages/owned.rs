//! Which files belong to packages of the system.

use md5::{Digest as _, Md5};
use sha1::Sha1;
use sha2::Sha256;

use crate::finding::Undecided;
use crate::linux::root::Root;
use crate::packages::{apk, dpkg, rpm};
use crate::printable::hexadecimal;

/// Shows every path that belongs to a package of the system, as its packager writes it.
pub fn visit(root: &Root, show: &mut dyn FnMut(&str)) -> Result<(), Undecided> {
    dpkg::files(root, show)?;
    apk::files(root, show)?;
    rpm::files(root, show)
}

/// What a packager says that a file's bytes come to, in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Digest {
    Md5(String),
    Sha1(String),
    Sha256(String),
}

impl Digest {
    pub fn is_of(&self, bytes: &[u8]) -> bool {
        match self {
            Digest::Md5(said) => *said == hexadecimal(&Md5::digest(bytes)),
            Digest::Sha1(said) => *said == hexadecimal(&Sha1::digest(bytes)),
            Digest::Sha256(said) => *said == hexadecimal(&Sha256::digest(bytes)),
        }
    }
}

/// Shows every file of the system's packages with what its packager says of its bytes. Files that are meant to be changed may be left out.
pub fn visit_digests(root: &Root, show: &mut dyn FnMut(&str, Digest)) -> Result<(), Undecided> {
    dpkg::digests(root, show)?;
    apk::digests(root, show)?;
    rpm::digests(root, show)
}

/// A path whose beginning is the same whether or not the system has moved `/lib` and its like below `/usr`.
pub fn plain(path: &str) -> &str {
    let moved = ["/usr/lib", "/usr/bin", "/usr/sbin"].iter().any(|start| path.starts_with(start));
    path.get(if moved { 4 } else { 0 }..).unwrap_or(path)
}
