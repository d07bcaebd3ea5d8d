//! What an OpenSSH server will do, and what its main file says literally.
//!
//! The server takes the first value that it meets, in the order in which `Include` brings files in; a value below `Match`
//! holds only for those it matches. Some checkers read the main file alone, so both answers are kept.

use std::collections::BTreeMap;

use crate::finding::Undecided;
use crate::linux::root::Root;
use crate::phrase::say;

pub const INCLUDE_DEPTH_MAX: usize = 16;
pub const FILES_MAX: usize = 256;
pub const LINES_MAX: u64 = 100_000;

pub const MAIN_FILE: &str = "/etc/ssh/sshd_config";
/// Where a distribution keeps its own file and leaves `/etc` to the administrator.
const VENDOR_FILE: &str = "/usr/etc/ssh/sshd_config";

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    pub value: String,
    pub path: String,
    pub line: u64,
}

#[derive(Debug, Default)]
pub struct Sshd {
    /// The file from which the server starts.
    pub main: String,
    effective: BTreeMap<String, Setting>,
    matched: Vec<(String, Setting)>,
    literal: BTreeMap<String, Setting>,
}

impl Sshd {
    /// The value that holds for everyone, if one is set.
    pub fn effective(&self, keyword: &str) -> Option<&Setting> {
        self.effective.get(&keyword.to_ascii_lowercase())
    }

    /// The first value that stands in the main file itself.
    pub fn literal(&self, keyword: &str) -> Option<&Setting> {
        self.literal.get(&keyword.to_ascii_lowercase())
    }

    /// The values that hold for some only.
    pub fn matched(&self, keyword: &str) -> impl Iterator<Item = &Setting> {
        let keyword = keyword.to_ascii_lowercase();
        self.matched.iter().filter(move |(name, _)| *name == keyword).map(|(_, setting)| setting)
    }
}

/// Reads the server's configuration; without any file the server's own defaults hold.
pub fn read(root: &Root) -> Result<Sshd, Undecided> {
    let main = match root.file(MAIN_FILE)? {
        Some(_) => MAIN_FILE,
        None if root.file(VENDOR_FILE)?.is_some() => VENDOR_FILE,
        None => MAIN_FILE,
    };
    let mut reader =
        Reader { root, sshd: Sshd { main: main.to_owned(), ..Sshd::default() }, files: 0, lines: 0 };
    reader.file(main, 0, true)?;
    Ok(reader.sshd)
}

struct Reader<'a> {
    root: &'a Root,
    sshd: Sshd,
    files: usize,
    lines: u64,
}

impl Reader<'_> {
    /// Reads one file. `for_all` says whether its first lines hold for everyone; a `Match` ends with its file.
    fn file(&mut self, path: &str, depth: usize, for_all: bool) -> Result<(), Undecided> {
        self.files += 1;
        if depth > INCLUDE_DEPTH_MAX || self.files > FILES_MAX {
            return Err(Undecided(say("sshd.include_loop").text("path", path)));
        }
        let Some(text) = self.root.text(path)? else {
            return Ok(());
        };
        let mut holds = for_all;
        for (number, line) in (1..).zip(text.lines()) {
            self.lines += 1;
            if self.lines > LINES_MAX {
                return Err(Undecided(say("sshd.include_loop").text("path", path)));
            }
            let Some((keyword, arguments)) = directive(line) else {
                continue;
            };
            match keyword.as_str() {
                "include" => {
                    for pattern in &arguments {
                        self.include(pattern, depth, holds)?;
                    }
                }
                "match" => {
                    let everyone = matches!(&arguments[..], [all] if all.eq_ignore_ascii_case("all"));
                    holds = for_all && everyone;
                }
                _ => {
                    let value = arguments.join(" ");
                    self.set(keyword, Setting { value, path: path.to_owned(), line: number }, holds);
                }
            }
        }
        Ok(())
    }

    fn set(&mut self, keyword: String, setting: Setting, holds: bool) {
        if setting.path == self.sshd.main {
            self.sshd.literal.entry(keyword.clone()).or_insert_with(|| setting.clone());
        }
        if holds {
            self.sshd.effective.entry(keyword).or_insert(setting);
        } else {
            self.sshd.matched.push((keyword, setting));
        }
    }

    fn include(&mut self, pattern: &str, depth: usize, holds: bool) -> Result<(), Undecided> {
        let absolute =
            if pattern.starts_with('/') { pattern.to_owned() } else { format!("/etc/ssh/{pattern}") };
        for path in expand(self.root, &absolute)? {
            self.file(&path, depth + 1, holds)?;
        }
        Ok(())
    }
}

/// A line as keyword, in lower case, and arguments. `Keyword=value` and quotes are allowed, a `#` begins a comment.
fn directive(line: &str) -> Option<(String, Vec<String>)> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let end = line.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(line.len());
    let (keyword, rest) = line.split_at(end);
    let rest = rest.trim_start();
    let rest = rest.strip_prefix('=').unwrap_or(rest);
    let mut arguments = Vec::new();
    let mut word = String::new();
    let (mut quoted, mut begun) = (false, false);
    for character in rest.chars() {
        match character {
            '"' => {
                quoted = !quoted;
                begun = true;
            }
            '#' if !quoted && !begun => break,
            c if c.is_whitespace() && !quoted => {
                if begun {
                    arguments.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            c => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun {
        arguments.push(word);
    }
    Some((keyword.to_ascii_lowercase(), arguments))
}

/// The files that a pattern names, in lexical order. `*` and `?` work in any component, as in glob(3).
fn expand(root: &Root, pattern: &str) -> Result<Vec<String>, Undecided> {
    let mut found = vec![String::new()];
    for component in pattern.split('/').filter(|component| !component.is_empty()) {
        let mut next = Vec::new();
        for directory in &found {
            if !component.contains(['*', '?', '[']) {
                next.push(format!("{directory}/{component}"));
                continue;
            }
            let names = root.names(if directory.is_empty() { "/" } else { directory })?;
            let hidden_wanted = component.starts_with('.');
            next.extend(
                names
                    .iter()
                    .filter(|name| hidden_wanted || !name.starts_with('.'))
                    .filter(|name| matches_pattern(component.as_bytes(), name.as_bytes()))
                    .map(|name| format!("{directory}/{name}")),
            );
            if next.len() > FILES_MAX {
                return Err(Undecided(say("sshd.include_loop").text("path", pattern)));
            }
        }
        found = next;
    }
    Ok(found)
}

/// Whether `name` fits a pattern of `*` and `?`. Runs in time proportional to pattern times name, whatever the pattern.
fn matches_pattern(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p + 1, n));
                p += 1;
            }
            Some(&byte) if byte == b'?' || byte == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match retry {
                Some((after_star, from)) => {
                    retry = Some((after_star, from + 1));
                    p = after_star;
                    n = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

/// A time as sshd reads it, in seconds: `180`, `3m`, `1h30m`.
pub fn seconds(value: &str) -> Option<u64> {
    let mut total = 0_u64;
    let mut digits = String::new();
    for character in value.chars() {
        if character.is_ascii_digit() {
            digits.push(character);
            continue;
        }
        let unit = match character.to_ascii_lowercase() {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return None,
        };
        total = total.checked_add(digits.parse::<u64>().ok()?.checked_mul(unit)?)?;
        digits.clear();
    }
    match digits.as_str() {
        "" if value.is_empty() => None,
        "" => Some(total),
        digits => total.checked_add(digits.parse().ok()?),
    }
}

#[cfg(test)]
mod tests {
    use disk::tree::memory::Folder;

    use super::*;

    /// Checks the effective and the literal `ClientAliveInterval`, each as `value path:line`.
    #[track_caller]
    fn check(files: &[(&str, &str)], effective: &str, literal: &str) {
        let sshd = read(&Root::of(Folder::of(files))).expect("a readable configuration");
        let show = |setting: Option<&Setting>| {
            setting.map_or("-".to_owned(), |at| format!("{} {}:{}", at.value, at.path, at.line))
        };
        assert_eq!(show(sshd.effective("ClientAliveInterval")), effective);
        assert_eq!(show(sshd.literal("ClientAliveInterval")), literal);
    }

    #[test]
    fn the_first_value_wins() {
        let text = "# ClientAliveInterval 1\nclientaliveinterval = 60\nClientAliveInterval 90\n";
        check(&[(MAIN_FILE, text)], "60 /etc/ssh/sshd_config:2", "60 /etc/ssh/sshd_config:2");
    }

    #[test]
    fn a_drop_in_that_is_included_first_wins_over_the_main_file() {
        check(
            &[
                (MAIN_FILE, "Include /etc/ssh/sshd_config.d/*.conf\nClientAliveInterval 0\n"),
                (
                    "/etc/ssh/sshd_config.d/50-cloud.conf",
                    "PasswordAuthentication no\nClientAliveInterval 180\n",
                ),
                ("/etc/ssh/sshd_config.d/90-late.conf", "ClientAliveInterval 5\n"),
            ],
            "180 /etc/ssh/sshd_config.d/50-cloud.conf:2",
            "0 /etc/ssh/sshd_config:2",
        );
    }

    #[test]
    fn a_relative_include_is_looked_for_beside_the_main_file() {
        check(
            &[(MAIN_FILE, "Include more\n"), ("/etc/ssh/more", "ClientAliveInterval 7m\n")],
            "7m /etc/ssh/more:1",
            "-",
        );
    }

    #[test]
    fn a_value_below_match_holds_for_those_only() {
        let text = "Match User backup\nClientAliveInterval 60\n";
        check(&[(MAIN_FILE, text)], "-", "60 /etc/ssh/sshd_config:2");
        let text = "Match User backup\nBanner none\nMatch all\nClientAliveInterval 60\n";
        check(&[(MAIN_FILE, text)], "60 /etc/ssh/sshd_config:4", "60 /etc/ssh/sshd_config:4");
    }

    #[test]
    fn a_match_ends_with_the_file_in_which_it_stands() {
        check(
            &[
                (MAIN_FILE, "Include a\nClientAliveInterval 60\n"),
                ("/etc/ssh/a", "Match User x\nBanner none\n"),
            ],
            "60 /etc/ssh/sshd_config:2",
            "60 /etc/ssh/sshd_config:2",
        );
    }

    #[test]
    fn the_vendors_file_counts_where_the_administrator_wrote_none() {
        check(
            &[(VENDOR_FILE, "ClientAliveInterval \"60\" # calm\n")],
            "60 /usr/etc/ssh/sshd_config:1",
            "60 /usr/etc/ssh/sshd_config:1",
        );
    }

    #[test]
    fn files_that_include_one_another_are_not_decided() {
        let root = Root::of(Folder::of(&[(MAIN_FILE, "Include sshd_config\n")]));
        assert!(read(&root).is_err());
    }

    #[test]
    fn times_are_read_as_the_server_reads_them() {
        for (text, expected) in [
            ("180", Some(180)),
            ("3m", Some(180)),
            ("1h30m", Some(5400)),
            ("", None),
            ("m", None),
            ("99999999999999999999", None),
            ("1x", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }

    #[test]
    fn a_pattern_made_to_be_slow_is_not() {
        let pattern = "*a".repeat(200);
        assert!(!matches_pattern(
            pattern.as_bytes(),
            "a".repeat(255).replace("aaab", "b").as_bytes()[..199].as_ref()
        ));
    }
}
