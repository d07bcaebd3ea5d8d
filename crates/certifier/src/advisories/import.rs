//! From an export to a store: records one by one, out of files or out of archives.

use std::io::{self, ErrorKind, Write};

use disk::read_at::ReadAt;
use disk::tree::Unreadable;

use crate::advisories::day::Day;
use crate::advisories::{osv, store};
use crate::packages::zip::Zip;

/// A larger record is not one.
pub const RECORD_BYTES_MAX: u64 = 64 << 20;

/// The most records of an archive.
const RECORDS_MAX: u64 = 4_000_000;

/// What is kept of all records; the whole public database takes a quarter of it.
const KEPT_BYTES_MAX: usize = 2 << 30;

/// What was taken in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Import {
    pub records: u64,
    /// Files that are no records, with the first of them and why.
    pub refused: u64,
    pub first_refused: Option<(String, String)>,
    feed: Option<Day>,
    kept_bytes: usize,
    about: Vec<(String, Vec<u8>)>,
}

impl Import {
    pub fn new() -> Import {
        Import::default()
    }

    /// Takes a record. What is none is counted; only running out of room is an error.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        match osv::read(bytes) {
            Ok(read) => {
                self.records += 1;
                self.feed = self.feed.max(read.modified);
                for about in &read.about {
                    let kept = store::line(about)?;
                    self.kept_bytes += kept.0.len() + kept.1.len();
                    self.about.push(kept);
                }
                if self.kept_bytes > KEPT_BYTES_MAX {
                    let why = "the export holds more than a store can: import fewer ecosystems";
                    return Err(io::Error::new(ErrorKind::FileTooLarge, why));
                }
            }
            Err(cause) => self.refuse(name, &cause.to_string()),
        }
        Ok(())
    }

    fn refuse(&mut self, name: &str, why: &str) {
        self.refused += 1;
        self.first_refused.get_or_insert_with(|| (name.to_owned(), why.to_owned()));
    }

    /// Takes every record in an archive.
    pub fn add_archive(&mut self, source: &dyn ReadAt, progress: &mut dyn FnMut(u64, u64)) -> io::Result<()> {
        let archive = Zip::open(source, RECORDS_MAX)?;
        let count = archive.entries.len() as u64;
        for (done, entry) in (0..).zip(&archive.entries) {
            progress(done, count);
            if !entry.name.ends_with(".json") {
                continue;
            }
            match archive.unpack(entry, RECORD_BYTES_MAX) {
                Ok(bytes) => self.add(&entry.name, &bytes)?,
                Err(Unreadable::Io(cause)) => return Err(cause),
                Err(cause) => self.refuse(&entry.name, &cause.to_string()),
            }
        }
        Ok(())
    }

    /// The date of the feed: that of its newest record.
    pub fn feed(&self) -> Option<Day> {
        self.feed
    }

    /// Writes the store; tells how many advisories about packages it holds.
    pub fn write(self, out: &mut dyn Write) -> io::Result<u64> {
        let Some(feed) = self.feed else {
            return Err(io::Error::new(ErrorKind::InvalidInput, "there is no record in OSV format"));
        };
        store::write(out, feed, self.about)
    }
}
