//! What a Linux system calls itself.

use serde::{Deserialize, Serialize};

use super::distributions;
use super::root::{Root, settings};
use crate::printable::printable;

/// The names that a system gives itself; empty where they are not there or cannot be read. They are told, never judged by.
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
    let Ok(Some(found)) = distributions::read(root) else { return Release::default() };
    let text = root.text(&found.path).ok().flatten().unwrap_or_default();
    let name = settings(&text).filter_map(|(_, line)| line.strip_prefix("PRETTY_NAME=")).last();
    Release {
        id: printable(&found.id),
        version: printable(&found.version),
        name: name.map(|name| printable(name.trim_matches(['"', '\'']))).unwrap_or_default(),
        kernel: String::new(),
    }
}
