//! The configuration of the Azure Linux agent, read as the agent reads it: the last line counts, quotes and remarks do not.

use std::collections::BTreeMap;

use crate::finding::{Evidence, Undecided};
use crate::linux::root::Root;

pub const CONFIG: &str = "/etc/waagent.conf";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    pub value: String,
    pub line: u64,
}

impl Setting {
    pub fn is(&self, value: &str) -> bool {
        self.value.eq_ignore_ascii_case(value)
    }

    pub fn place(&self, evidence: Evidence) -> Evidence {
        evidence.at(CONFIG).line(self.line)
    }
}

/// What the agent is told; nothing when it has no file.
#[derive(Debug, Default)]
pub struct Waagent {
    settings: BTreeMap<String, Setting>,
}

pub fn read(root: &Root) -> Result<Waagent, Undecided> {
    let text = root.text(CONFIG)?.unwrap_or_default();
    let mut settings = BTreeMap::new();
    for (line, text) in (1..).zip(text.lines()) {
        if let Some((name, value)) = text.split_once('=').filter(|_| !text.starts_with('#')) {
            let value = value.split('#').next().unwrap_or("").trim_matches([' ', '\t', '"']).to_owned();
            settings.insert(name.trim().to_owned(), Setting { value, line });
        }
    }
    settings.retain(|_, setting| setting.value != "None");
    Ok(Waagent { settings })
}

impl Waagent {
    pub fn setting(&self, name: &str) -> Option<&Setting> {
        self.settings.get(name)
    }

    /// The setting, if it says no. The agent takes everything else for what it does unasked.
    pub fn says_no(&self, name: &str) -> Option<&Setting> {
        self.setting(name).filter(|setting| setting.is("n"))
    }

    /// Whether the setting says yes.
    pub fn says_yes(&self, name: &str) -> Option<&Setting> {
        self.setting(name).filter(|setting| setting.is("y"))
    }
}

#[cfg(test)]
mod tests {
    use disk::tree::memory::Folder;

    use super::*;

    #[test]
    fn the_last_line_counts_and_remarks_do_not() {
        let text = "#A=n\nA=y # yes\nB=\"auto\"\nA = n\nC=None\n";
        let found = read(&Root::of(Folder::of(&[(CONFIG, text)]))).expect("readable");
        assert_eq!(found.says_no("A"), Some(&Setting { value: "n".to_owned(), line: 4 }));
        assert!(found.setting("B").is_some_and(|setting| setting.is("AUTO")));
        assert_eq!((found.setting("C"), found.setting("D")), (None, None));
    }
}
