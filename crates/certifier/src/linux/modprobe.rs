//! Drivers that the system is told not to load: by files of modprobe, or on the kernel's command line.

use std::collections::BTreeSet;

use crate::finding::{Evidence, Undecided};
use crate::linux::entries::BootEntry;
use crate::linux::root::{Root, settings};

/// In the order in which they count: a file of the same name in one that comes later is not read.
const FOLDERS: [&str; 4] =
    ["/etc/modprobe.d", "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d"];
const FILES_MAX: usize = 1_000;

/// Arguments of the kernel that keep drivers out, their names parted by commas.
const ARGUMENTS: [&str; 3] = ["modprobe.blacklist", "module_blacklist", "rd.driver.blacklist"];

/// One driver that is kept out, and what says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    pub driver: String,
    /// The line as it stands.
    pub text: String,
    /// File and line; `None` for the kernel's command line.
    place: Option<(String, u64)>,
}

impl Blocked {
    /// Says where the driver is kept out. `entry` is the one that boots.
    pub fn place(&self, evidence: Evidence, entry: Option<&BootEntry>) -> Evidence {
        match (&self.place, entry) {
            (Some((path, line)), _) => evidence.at(path).line(*line),
            (None, Some(entry)) => entry.place(evidence),
            (None, None) => evidence,
        }
    }
}

/// All drivers that are kept out.
pub fn blocked(root: &Root, entry: Option<&BootEntry>) -> Result<Vec<Blocked>, Undecided> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for folder in FOLDERS {
        for name in root.names(folder)?.into_iter().take(FILES_MAX) {
            if !name.ends_with(".conf") || !seen.insert(name.clone()) {
                continue;
            }
            let path = format!("{folder}/{name}");
            let text = root.text(&path)?.unwrap_or_default();
            for (number, line) in settings(&text) {
                if let Some(driver) = kept_out(line) {
                    let place = Some((path.clone(), number));
                    found.push(Blocked { driver, text: line.to_owned(), place });
                }
            }
        }
    }
    for name in ARGUMENTS {
        for drivers in entry.into_iter().flat_map(|entry| entry.values(name)) {
            found.extend(drivers.split(',').map(|driver| Blocked {
                driver: driver.replace('-', "_"),
                text: format!("{name}={drivers}"),
                place: None,
            }));
        }
    }
    Ok(found)
}

/// The driver that a line keeps out: `blacklist x`, `install x /bin/true`, `alias x off`.
fn kept_out(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    let (verb, driver) = (words.next()?, words.next()?);
    let keeps_out = match verb {
        "blacklist" => true,
        "install" => {
            let program = words.next().unwrap_or("").rsplit('/').next().unwrap_or("");
            matches!(program, "true" | "false" | ":" | "exit" | "echo" | "")
        }
        "alias" => words.next() == Some("off"),
        _ => false,
    };
    let driver = driver.strip_prefix("fs-").unwrap_or(driver);
    keeps_out.then(|| driver.replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use disk::tree::memory::Folder;

    use super::*;

    #[test]
    fn drivers_are_kept_out_by_any_of_three_words_unless_the_file_is_replaced() {
        let files = [
            ("/etc/modprobe.d/a.conf", "# blacklist not\nblacklist one\ninstall two /bin/true\n"),
            (
                "/etc/modprobe.d/b.conf",
                "install three /sbin/modprobe --ignore-install three\nalias fs-four off\n",
            ),
            ("/usr/lib/modprobe.d/a.conf", "blacklist five\n"),
            ("/usr/lib/modprobe.d/c.conf", "blacklist six-6\n"),
            ("/etc/modprobe.d/d.disabled", "blacklist seven\n"),
        ];
        let entry =
            BootEntry { arguments: "ro modprobe.blacklist=eight,nine".to_owned(), ..BootEntry::default() };
        let found = blocked(&Root::of(Folder::of(&files)), Some(&entry)).expect("readable");
        let names: Vec<&str> = found.iter().map(|blocked| blocked.driver.as_str()).collect();
        assert_eq!(names, ["one", "two", "four", "six_6", "eight", "nine"]);
        assert_eq!(found[1].place, Some(("/etc/modprobe.d/a.conf".to_owned(), 3)));
    }
}
