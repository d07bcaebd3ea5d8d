//! Which files belong to packages of the system.

use crate::finding::Undecided;
use crate::linux::root::Root;
use crate::packages::{apk, dpkg, rpm};

/// Shows every path that belongs to a package of the system, as its packager writes it.
pub fn visit(root: &Root, show: &mut dyn FnMut(&str)) -> Result<(), Undecided> {
    dpkg::files(root, show)?;
    apk::files(root, show)?;
    rpm::files(root, show)
}

/// A path whose beginning is the same whether or not the system has moved `/lib` and its like below `/usr`.
pub fn plain(path: &str) -> &str {
    let moved = ["/usr/lib", "/usr/bin", "/usr/sbin"].iter().any(|start| path.starts_with(start));
    path.get(if moved { 4 } else { 0 }..).unwrap_or(path)
}
