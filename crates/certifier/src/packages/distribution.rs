//! Which distribution a system is, by its own word.

use serde::{Deserialize, Serialize};

use crate::finding::Undecided;
use crate::linux::root::{Root, settings};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distribution {
    /// `debian`, `ubuntu`, `rhel`, `alpine` …
    pub id: String,
    /// `12`, `22.04`, `9.4`, `3.19.1`, `15.5`.
    pub version_id: String,
    /// As people write it.
    pub name: String,
    /// Those it takes after.
    pub like: Vec<String>,
}

/// What `/etc/os-release` says; nothing where there is none.
pub fn read(root: &Root) -> Result<Distribution, Undecided> {
    let text = match root.text("/etc/os-release")? {
        Some(text) => text,
        None => root.text("/usr/lib/os-release")?.unwrap_or_default(),
    };
    Ok(parse(&text))
}

fn parse(text: &str) -> Distribution {
    let mut found = Distribution::default();
    for (_, line) in settings(text) {
        let Some((name, value)) = line.split_once('=') else { continue };
        let value = value.trim().trim_matches(['"', '\'']);
        match name.trim() {
            "ID" => found.id = value.to_ascii_lowercase(),
            "VERSION_ID" => value.clone_into(&mut found.version_id),
            "PRETTY_NAME" => value.clone_into(&mut found.name),
            "ID_LIKE" => found.like = value.split_whitespace().map(str::to_ascii_lowercase).collect(),
            _ => {}
        }
    }
    found
}

impl Distribution {
    /// The release before the first dot.
    pub fn major(&self) -> &str {
        self.version_id.split('.').next().unwrap_or("")
    }

    /// Whether its packages are those of Red Hat Enterprise Linux, rebuilt or original.
    pub fn is_of_red_hat(&self) -> bool {
        matches!(self.id.as_str(), "rhel" | "centos" | "rocky" | "almalinux" | "ol")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_says_what_it_is() {
        let found = parse(
            "# x\nNAME=\"Rocky Linux\"\nID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\nVERSION_ID='9.4'\n",
        );
        assert_eq!((found.id.as_str(), found.major()), ("rocky", "9"));
        assert_eq!(found.like, ["rhel", "centos", "fedora"]);
        assert!(found.is_of_red_hat());
        assert_eq!(parse("nothing").major(), "");
    }
}
