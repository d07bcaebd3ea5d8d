//! The dated table of Windows' builds, and versions of four numbers as its files bear them.

use std::fmt;
use std::sync::LazyLock;

/// Whether the system is a server or a desktop: the same build is patched differently for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Server,
    Client,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Current,
    /// Supported no longer, or only for those who pay for it.
    Ending,
    /// Too old for any platform.
    Refused,
}

/// A build of Windows as the table knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    pub kind: Kind,
    pub number: u64,
    pub state: State,
    /// The revision after the updates of the table's date.
    pub revision: u64,
    pub name: &'static str,
}

pub struct Table {
    pub date: &'static str,
    pub builds: Vec<Build>,
}

pub static TABLE: LazyLock<Table> =
    LazyLock::new(|| Table::parse(include_str!("versions.txt")).expect("a test reads the table"));

impl Table {
    fn parse(text: &'static str) -> Option<Table> {
        let mut table = Table { date: "", builds: Vec::new() };
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
            let mut words = line.split_whitespace();
            let first = words.next()?;
            if first == "date" {
                table.date = words.next()?;
                continue;
            }
            let kind = match first {
                "server" => Kind::Server,
                "client" => Kind::Client,
                _ => return None,
            };
            let number = words.next()?.parse().ok()?;
            let state = match words.next()? {
                "current" => State::Current,
                "ending" => State::Ending,
                "refused" => State::Refused,
                _ => return None,
            };
            let revision = words.next()?;
            let (_, name) = line.split_once(state_word(state))?.1.trim().split_once(revision)?;
            table.builds.push(Build {
                kind,
                number,
                state,
                revision: revision.parse().ok()?,
                name: name.trim(),
            });
        }
        (!table.date.is_empty()).then_some(table)
    }

    pub fn build(&self, kind: Kind, number: u64) -> Option<&Build> {
        self.builds.iter().find(|build| build.kind == kind && build.number == number)
    }

    /// The newest build that the table knows.
    pub fn newest(&self, kind: Kind) -> u64 {
        let numbers = self.builds.iter().filter(|build| build.kind == kind).map(|build| build.number);
        numbers.max().unwrap_or(0)
    }
}

fn state_word(state: State) -> &'static str {
    match state {
        State::Current => "current",
        State::Ending => "ending",
        State::Refused => "refused",
    }
}

/// A version of four numbers, `10.0.14393.953`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub [u32; 4]);

impl Version {
    /// Numbers that are left out are zero.
    pub fn parse(text: &str) -> Option<Version> {
        let mut numbers = [0; 4];
        let mut parts = text.trim().split('.');
        for (number, part) in numbers.iter_mut().zip(&mut parts) {
            *number = part.parse().ok()?;
        }
        parts.next().is_none().then_some(Version(numbers))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second, third, fourth] = self.0;
        write!(to, "{first}.{second}.{third}.{fourth}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_its_date_and_tells_server_and_desktop_apart() {
        assert_eq!(TABLE.date.len(), "2026-05-12".len());
        let server = TABLE.build(Kind::Server, 26_100).expect("a build of the table");
        assert_eq!((server.name, server.state), ("Windows Server 2025", State::Current));
        let client = TABLE.build(Kind::Client, 26_100).expect("a build of the table");
        assert_ne!(server.revision, client.revision);
        assert_eq!(TABLE.build(Kind::Server, 7601).expect("a build of the table").state, State::Refused);
        assert_eq!(TABLE.newest(Kind::Server), 26_100);
        assert_eq!(TABLE.build(Kind::Server, 1), None);
    }

    #[test]
    fn versions_are_compared_number_by_number() {
        let version = |text| Version::parse(text).expect("a version");
        assert!(version("10.0.14393.953") < version("10.0.14393.1000"));
        assert!(version("6.3.9600.18604") < version("10.0"));
        assert_eq!(version("2.7").to_string(), "2.7.0.0");
        for text in ["", "1.2.3.4.5", "1.x", "1..2", "4294967296"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }
}
