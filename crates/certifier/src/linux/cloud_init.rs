//! cloud-init: whether it runs, and what its files say. Of YAML only so much is read as its files use at their top.

use crate::finding::{Evidence, Undecided};
use crate::linux::boot::{Boot, Init, mask_of};
use crate::linux::entries::BootEntry;
use crate::linux::root::Root;
use crate::phrase::{quote, say};

pub const PROGRAM: &str = "/usr/bin/cloud-init";
const CONFIG: &str = "/etc/cloud/cloud.cfg";
const PARTS: &str = "/etc/cloud/cloud.cfg.d";
const DISABLED: &str = "/etc/cloud/cloud-init.disabled";
const IDENTIFY: &str = "/etc/cloud/ds-identify.cfg";
const FILES_MAX: usize = 1_000;

const UNITS: [&str; 6] = [
    "cloud-init.service",
    "cloud-init-local.service",
    "cloud-init.target",
    "cloud-init-main.service",
    "cloud-init",
    "cloud-init-local",
];
const GENERATORS: [&str; 2] = [
    "/usr/lib/systemd/system-generators/cloud-init-generator",
    "/lib/systemd/system-generators/cloud-init-generator",
];

/// A key at the top of a file, with what stands below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub path: String,
    /// Its lines with their numbers, remarks and the key itself taken off.
    pub lines: Vec<(u64, String)>,
}

impl Section {
    /// The line of the key.
    pub fn line(&self) -> u64 {
        self.lines.first().map_or(0, |(line, _)| *line)
    }

    /// All of it on one line.
    pub fn text(&self) -> String {
        let parts = self.lines.iter().map(|(_, text)| text.trim()).filter(|text| !text.is_empty());
        parts.collect::<Vec<_>>().join(" ")
    }

    /// The value of a key within it, and its line.
    pub fn field(&self, name: &str) -> Option<(u64, String)> {
        self.lines.iter().find_map(|(line, text)| {
            let mut parts = text.split(['{', '}', ',']).filter_map(|part| part.split_once(':'));
            let (_, value) = parts.find(|(key, _)| key.trim().trim_matches(['"', '\'']) == name)?;
            Some((*line, value.trim().trim_matches(['"', '\'']).to_owned()))
        })
    }
}

pub struct CloudInit {
    /// What keeps it from running, if something does.
    pub disabled: Option<Evidence>,
    pub starts: bool,
    /// Its files in the order in which it reads them.
    pub files: Vec<(String, String)>,
    identify: String,
}

/// Reads what cloud-init is told; `None` when it is not installed.
pub fn read(root: &Root, boot: &Boot, entry: Option<&BootEntry>) -> Result<Option<CloudInit>, Undecided> {
    if root.file(PROGRAM)?.is_none() {
        return Ok(None);
    }
    let identify = root.text(IDENTIFY)?.unwrap_or_default();
    let mut starts = boot.unit(root, &UNITS)?.is_some();
    for path in GENERATORS {
        starts |= boot.init == Init::Systemd && root.file(path)?.is_some();
    }
    let mut disabled = None;
    if root.has_name(DISABLED)? {
        disabled = Some(Evidence::full(say("cloud_init.disabled")).at(DISABLED).expected(say("absent")));
    } else if let Some(entry) = entry.filter(|entry| entry.has("cloud-init=disabled")) {
        let found = Evidence::full(quote("cloud-init=disabled"));
        disabled = Some(entry.place(found).expected(say("absent")));
    } else if let Some((line, value)) =
        top(IDENTIFY, &identify, "policy").and_then(|policy| policy_of(&policy))
    {
        disabled = Some(Evidence::full(quote(&value)).at(IDENTIFY).line(line).expected(say("absent")));
    } else if boot.init == Init::Systemd {
        for unit in &UNITS[..4] {
            if let Some(mask) = mask_of(root, unit)? {
                disabled = Some(Evidence::full(say("unit.masked")).at(&mask).expected(say("absent")));
                break;
            }
        }
    }
    let parts = root.names(PARTS)?.into_iter().filter(|name| name.ends_with(".cfg")).take(FILES_MAX);
    let paths = std::iter::once(CONFIG.to_owned()).chain(parts.map(|name| format!("{PARTS}/{name}")));
    let mut files = Vec::new();
    for path in paths {
        if let Some(text) = root.text(&path)? {
            files.push((path, text));
        }
    }
    Ok(Some(CloudInit { disabled, starts, files, identify }))
}

fn policy_of(section: &Section) -> Option<(u64, String)> {
    let value = section.text();
    value.starts_with("disabled").then(|| (section.line(), format!("policy: {value}")))
}

impl CloudInit {
    pub fn runs(&self) -> bool {
        self.starts && self.disabled.is_none()
    }

    /// The section of this name: the last file that has it counts.
    pub fn section(&self, name: &str) -> Option<Section> {
        self.files.iter().rev().find_map(|(path, text)| top(path, text, name))
    }

    /// The sources of identity that are allowed, if only some are.
    pub fn sources(&self) -> Option<Section> {
        top(IDENTIFY, &self.identify, "datasource").or_else(|| self.section("datasource_list"))
    }
}

/// The section of this name at the top of a file.
fn top(path: &str, text: &str, name: &str) -> Option<Section> {
    let mut lines = (1..).zip(text.lines());
    let begins = |line: &str| Some(line.strip_prefix(name)?.strip_prefix(':')?.to_owned());
    let (number, first) = lines.by_ref().find_map(|(number, line)| Some((number, begins(line)?)))?;
    let belongs = |line: &str| line.trim().is_empty() || line.starts_with([' ', '\t', '-', ']', '}', '#']);
    let below = lines.take_while(|(_, line)| belongs(line)).map(|(number, line)| (number, line.to_owned()));
    let all = std::iter::once((number, first)).chain(below);
    let lines = all.map(|(number, line)| (number, without_remark(&line).to_owned())).collect();
    Some(Section { path: path.to_owned(), lines })
}

fn without_remark(line: &str) -> &str {
    let remark = line
        .char_indices()
        .find(|(at, c)| *c == '#' && (*at == 0 || line[..*at].ends_with(char::is_whitespace)));
    remark.map_or(line, |(at, _)| &line[..at]).trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(u64, &str)>) {
        let found = top("/x", text, "datasource_list").map(|section| (section.line(), section.text()));
        assert_eq!(found, expected.map(|(line, text)| (line, text.to_owned())));
    }

    #[test]
    fn lists_are_read_however_they_are_written() {
        check("a: 1\ndatasource_list: [ Azure, NoCloud ] # both\nb: 2\n", Some((2, "[ Azure, NoCloud ]")));
        check("datasource_list:\n  - Azure\n  # not this\n  - None\nb: 2\n", Some((1, "- Azure - None")));
        check("datasource_list:\n- Azure\n", Some((1, "- Azure")));
        check("datasource_list: [\n  Azure,\n]\nb: x\n", Some((1, "[ Azure, ]")));
        check("  datasource_list: [ Azure ]\n#datasource_list: []\n", None);
    }

    #[test]
    fn fields_are_found_in_blocks_and_in_braces() {
        let block =
            top("/x", "swap:\n  filename: /swap.img\n  size: \"auto\"\n", "swap").expect("it is there");
        assert_eq!(block.field("size"), Some((3, "auto".to_owned())));
        let braces = top("/x", "network: {config: disabled}\n", "network").expect("it is there");
        assert_eq!(braces.field("config"), Some((1, "disabled".to_owned())));
        assert_eq!(braces.field("size"), None);
    }
}
