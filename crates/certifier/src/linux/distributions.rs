//! Which distribution a system says it is, and how long its makers keep it.
//!
//! The dates stand in a table that comes with the rulebook, and so does the day as of which they are read: an image that is
//! judged twice under one edition gets one answer.

use std::sync::LazyLock;

use crate::finding::Undecided;
use crate::linux::root::{Root, settings};

const FILES: [&str; 2] = ["/etc/os-release", "/usr/lib/os-release"];
const ROLLING: &str = "rolling";

/// What `os-release` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    pub path: String,
    /// `debian`, `rhel`; CentOS Stream, which calls itself `centos` too, is `centos-stream` here.
    pub id: String,
    /// `12`, `22.04`; empty when the system names none.
    pub version: String,
    /// The line of the version, or of the id where there is none.
    pub line: u64,
}

pub fn read(root: &Root) -> Result<Option<Release>, Undecided> {
    for path in FILES {
        let Some(text) = root.text(path)? else {
            continue;
        };
        let value = |name: &str| {
            let said = |(line, text): (u64, &str)| {
                let value = text.strip_prefix(name)?.strip_prefix('=')?;
                Some((line, value.trim_matches(['"', '\'']).to_owned()))
            };
            settings(&text).filter_map(said).last()
        };
        let Some((id_line, mut id)) = value("ID").filter(|(_, id)| !id.is_empty()) else {
            continue;
        };
        if id == "centos" && value("NAME").is_some_and(|(_, name)| name.contains("Stream")) {
            id.push_str("-stream");
        }
        if id.starts_with("sles") || id == "sle_hpc" {
            "sles".clone_into(&mut id);
        }
        let (line, version) = value("VERSION_ID").unwrap_or((id_line, String::new()));
        return Ok(Some(Release { path: path.to_owned(), id, version, line }));
    }
    Ok(None)
}

/// One row of the table. Dates are written so that they compare as text.
#[derive(Debug, Clone, Copy)]
struct Row {
    id: &'static str,
    version: &'static str,
    released: &'static str,
    until: Option<&'static str>,
    extended: Option<&'static str>,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let date = |text: &'static str| (text != "-").then_some(text);
    let row = |line: &'static str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [id, version, released, until, extended] = fields[..] else {
            return None;
        };
        Some(Row { id, version, released, until: date(until), extended: date(extended) })
    };
    settings(include_str!("distributions.txt")).filter_map(|(_, line)| row(line)).collect()
});

/// How a release stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// Supported until then; `None` for what never ends.
    Supported(Option<&'static str>),
    /// For everyone it ended on the first of these days; for those who pay it ends on the second.
    Extended(&'static str, &'static str),
    Ended(&'static str),
    /// Not out before that day.
    NotYet(&'static str),
    /// A release of a known distribution for which the table has no dates.
    UnknownRelease,
    UnknownDistribution,
}

/// How `release` stands as of a day, written `2026-11-22`.
pub fn support(release: &Release, as_of: &str) -> Support {
    let own: Vec<&Row> = ROWS.iter().filter(|row| row.id == release.id).collect();
    if own.is_empty() {
        return Support::UnknownDistribution;
    }
    let is_of = |row: &&&Row| {
        let rest = release.version.strip_prefix(row.version);
        row.version == ROLLING || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    // The longest version that fits is the closest: 15.4 before 15.
    let Some(row) = own.iter().filter(is_of).max_by_key(|row| row.version.len()) else {
        return Support::UnknownRelease;
    };
    match (row.until, row.extended) {
        _ if as_of < row.released => Support::NotYet(row.released),
        (Some(until), Some(extended)) if as_of > until && as_of <= extended => {
            Support::Extended(until, extended)
        }
        (Some(until), extended) if as_of > until => Support::Ended(extended.unwrap_or(until)),
        (until, _) => Support::Supported(until),
    }
}

/// Whether a text is a day, written `2026-11-22`.
pub fn is_day(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |from: usize, to: usize| bytes[from..to].iter().all(u8::is_ascii_digit);
    bytes.len() == 10
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && digits(0, 4)
        && digits(5, 7)
        && digits(8, 10)
        && ("01"..="12").contains(&&text[5..7])
        && ("01"..="31").contains(&&text[8..])
}

#[cfg(test)]
mod tests {
    use disk::tree::memory::Folder;

    use super::*;

    #[track_caller]
    fn check(text: &str, as_of: &str, expected: Support) {
        let root = Root::of(Folder::of(&[("/etc/os-release", text)]));
        let release = read(&root).expect("readable").expect("it names itself");
        assert_eq!(support(&release, as_of), expected, "{release:?}");
    }

    #[test]
    fn every_row_of_the_table_is_a_row_and_in_order() {
        let lines = settings(include_str!("distributions.txt")).count();
        assert_eq!(ROWS.len(), lines);
        for row in ROWS.iter() {
            let days = [Some(row.released), row.until, row.extended].into_iter().flatten();
            let days: Vec<&str> = days.collect();
            assert!(days.iter().all(|day| is_day(day)) && days.is_sorted(), "{row:?}");
            assert!(row.extended.is_none() || row.until.is_some(), "{row:?}");
        }
        let mut known: Vec<(&str, &str)> = ROWS.iter().map(|row| (row.id, row.version)).collect();
        known.sort();
        known.dedup();
        assert_eq!(known.len(), lines, "a release stands twice");
    }

    #[test]
    fn a_release_is_judged_as_of_a_given_day() {
        let buster = "ID=debian\nVERSION_ID=\"10\"\n";
        check(buster, "2019-07-05", Support::NotYet("2019-07-06"));
        check(buster, "2024-06-30", Support::Supported(Some("2024-06-30")));
        check(buster, "2024-07-01", Support::Extended("2024-06-30", "2029-06-30"));
        check(buster, "2029-07-01", Support::Ended("2029-06-30"));
        check("ID=alpine\nVERSION_ID=3.18.4\n", "2026-11-22", Support::Ended("2025-05-09"));
    }

    #[test]
    fn the_closest_row_counts() {
        check("ID=\"sles\"\nVERSION_ID=\"15.4\"\n", "2023-12-31", Support::Supported(Some("2023-12-31")));
        check("ID=rhel\nVERSION_ID=\"9.4\"\n", "2026-11-22", Support::Supported(Some("2032-05-31")));
        check("ID=debian\nVERSION_ID=\"1\"\n", "2026-11-22", Support::UnknownRelease);
        check("ID=debian\n", "2026-11-22", Support::UnknownRelease);
        check("ID=arch\n", "2026-11-22", Support::Supported(None));
        check("ID=mine\nVERSION_ID=1\n", "2026-11-22", Support::UnknownDistribution);
        let stream = "NAME=\"CentOS Stream\"\nID=\"centos\"\nVERSION_ID=\"9\"\n";
        check(stream, "2026-11-22", Support::Supported(Some("2027-05-31")));
    }

    #[test]
    fn days_are_told_from_other_texts() {
        assert!(is_day("2026-11-22"));
        for text in ["", "2026-11-2", "2026-13-01", "2026-00-01", "2026-11-32", "22.11.2026", "2026-1é-22"] {
            assert!(!is_day(text), "{text}");
        }
    }
}
