//! What a Linux system calls itself.

use serde::{Deserialize, Serialize};

use super::root::Root;
use crate::printable::printable;

/// A longer file is no os-release.
const RELEASE_BYTES_MAX: u64 = 64 << 10;

/// The names in `/etc/os-release`; empty where they are not there or cannot be read. They are told, never judged by.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Release {
    /// `debian`
    pub id: String,
    /// `12`
    pub version: String,
    /// `Debian GNU/Linux 12 (bookworm)`
    pub name: String,
    /// The version in the name of the kernel that starts by default.
    pub kernel: String,
}

pub fn read(root: &Root) -> Release {
    let text = ["/etc/os-release", "/usr/lib/os-release"]
        .iter()
        .find_map(|path| root.text_up_to(path, RELEASE_BYTES_MAX).ok().flatten())
        .unwrap_or_default();
    let value = |key: &str| {
        let mut lines = text.lines().filter_map(|line| line.trim().split_once('='));
        let found = lines.rfind(|(name, _)| *name == key);
        found.map(|(_, value)| printable(value.trim().trim_matches(['"', '\'']))).unwrap_or_default()
    };
    Release {
        id: value("ID"),
        version: value("VERSION_ID"),
        name: value("PRETTY_NAME"),
        kernel: String::new(),
    }
}
