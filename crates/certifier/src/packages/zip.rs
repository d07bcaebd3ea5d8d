//! Zip archives, read by their directory: jars in an image, and exports of advisories.
//!
//! What an entry unpacks to is limited before it is unpacked, and again while it is: the directory's word is not taken.

use std::io::Read;

use disk::read_at::ReadAt;
use disk::tree::Unreadable;
use inflate::DeflateReader;

const END_BYTES: usize = 22;
const COMMENT_BYTES_MAX: u64 = 65_535;
const END_MAGIC: &[u8] = b"PK\x05\x06";
const END_64_LOCATOR: &[u8] = b"PK\x06\x07";
const END_64_MAGIC: &[u8] = b"PK\x06\x06";
const ENTRY_MAGIC: &[u8] = b"PK\x01\x02";
const LOCAL_MAGIC: &[u8] = b"PK\x03\x04";
const ENTRY_BYTES: usize = 46;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// A longer directory is not read.
pub const DIRECTORY_BYTES_MAX: u64 = 256 << 20;

#[derive(Debug, Clone)]
pub struct Entry {
    pub name: String,
    /// What it claims to unpack to.
    pub size_bytes: u64,
    method: u16,
    is_encrypted: bool,
    packed_bytes: u64,
    at: u64,
}

pub struct Zip<'a> {
    source: &'a dyn ReadAt,
    pub entries: Vec<Entry>,
}

fn wrong(what: &'static str, offset: u64) -> Unreadable {
    Unreadable::Damaged { what, offset }
}

fn number(bytes: &[u8], at: usize, length: usize) -> u64 {
    let field = bytes.get(at..at + length).unwrap_or_default();
    field.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn read(source: &dyn ReadAt, offset: u64, length: u64) -> Result<Vec<u8>, Unreadable> {
    if offset.checked_add(length).is_none_or(|end| end > source.size_bytes()) {
        return Err(wrong("archive, cut short", offset));
    }
    let mut bytes = vec![0; length as usize];
    source.read_exact_at(offset, &mut bytes)?;
    Ok(bytes)
}

impl<'a> Zip<'a> {
    /// Reads the directory, of at most `entries_max` entries.
    pub fn open(source: &'a dyn ReadAt, entries_max: u64) -> Result<Zip<'a>, Unreadable> {
        let (count, length, at) = directory(source)?;
        if count > entries_max {
            return Err(Unreadable::OverLimit {
                what: "entries of an archive",
                found: count,
                limit: entries_max,
            });
        }
        if length > DIRECTORY_BYTES_MAX {
            let limit = DIRECTORY_BYTES_MAX;
            return Err(Unreadable::OverLimit { what: "directory of an archive", found: length, limit });
        }
        let bytes = read(source, at, length)?;
        let mut entries = Vec::new();
        let mut rest = bytes.as_slice();
        while rest.starts_with(ENTRY_MAGIC) && (entries.len() as u64) < entries_max {
            let (entry, taken) = entry(rest).ok_or(wrong("directory of an archive", at))?;
            entries.push(entry);
            rest = &rest[taken..];
        }
        if entries.len() as u64 != count {
            return Err(wrong("number of entries in an archive", at));
        }
        Ok(Zip { source, entries })
    }

    /// Unpacks an entry of at most `limit` bytes.
    pub fn unpack(&self, entry: &Entry, limit: u64) -> Result<Vec<u8>, Unreadable> {
        let over = |found| Unreadable::OverLimit { what: "entry of an archive", found, limit };
        if entry.size_bytes > limit || entry.packed_bytes > limit {
            return Err(over(entry.size_bytes.max(entry.packed_bytes)));
        }
        if entry.is_encrypted {
            return Err(Unreadable::Unsupported("an encrypted archive".to_owned()));
        }
        let head = read(self.source, entry.at, 30)?;
        if !head.starts_with(LOCAL_MAGIC) {
            return Err(wrong("entry of an archive", entry.at));
        }
        let from = entry.at + 30 + number(&head, 26, 2) + number(&head, 28, 2);
        let packed = read(self.source, from, entry.packed_bytes)?;
        match entry.method {
            STORED => Ok(packed),
            DEFLATED => {
                let mut bytes = Vec::new();
                let unpacked = DeflateReader::new(packed.as_slice()).take(limit + 1).read_to_end(&mut bytes);
                unpacked.map_err(|_| wrong("entry of an archive", entry.at))?;
                if bytes.len() as u64 > limit { Err(over(bytes.len() as u64)) } else { Ok(bytes) }
            }
            other => Err(Unreadable::Unsupported(format!("compression {other} in an archive"))),
        }
    }
}

/// The number of entries, the length of the directory and its place.
fn directory(source: &dyn ReadAt) -> Result<(u64, u64, u64), Unreadable> {
    let size = source.size_bytes();
    let tail_bytes = size.min(END_BYTES as u64 + COMMENT_BYTES_MAX);
    let tail = read(source, size - tail_bytes, tail_bytes)?;
    let end = (0..=tail.len().saturating_sub(END_BYTES)).rev().find(|at| {
        let rest = &tail[*at..];
        rest.starts_with(END_MAGIC) && number(rest, 20, 2) as usize + END_BYTES == rest.len()
    });
    let end = end.ok_or(wrong("archive, without its directory", size))?;
    let record = &tail[end..];
    let (count, length, at) = (number(record, 10, 2), number(record, 12, 4), number(record, 16, 4));
    let is_64 = count == 0xffff || length == 0xffff_ffff || at == 0xffff_ffff;
    let locator = end.checked_sub(20).map(|from| &tail[from..end]);
    match locator.filter(|locator| is_64 && locator.starts_with(END_64_LOCATOR)) {
        None => Ok((count, length, at)),
        Some(locator) => {
            let record = read(source, number(locator, 8, 8), 56)?;
            if !record.starts_with(END_64_MAGIC) {
                return Err(wrong("directory of an archive", number(locator, 8, 8)));
            }
            Ok((number(&record, 32, 8), number(&record, 40, 8), number(&record, 48, 8)))
        }
    }
}

/// An entry of the directory, and how many bytes it takes there.
fn entry(bytes: &[u8]) -> Option<(Entry, usize)> {
    let head = bytes.get(..ENTRY_BYTES)?;
    let (name, extra, comment) =
        (number(head, 28, 2) as usize, number(head, 30, 2) as usize, number(head, 32, 2));
    let taken = ENTRY_BYTES + name + extra + comment as usize;
    bytes.get(..taken)?;
    let mut entry = Entry {
        name: String::from_utf8_lossy(&bytes[ENTRY_BYTES..ENTRY_BYTES + name]).into_owned(),
        size_bytes: number(head, 24, 4),
        method: number(head, 10, 2) as u16,
        is_encrypted: head[8] & 1 == 1,
        packed_bytes: number(head, 20, 4),
        at: number(head, 42, 4),
    };
    // Numbers that need more than 32 bits stand in a field of their own, in this order, each only if it is needed.
    let mut fields = &bytes[ENTRY_BYTES + name..ENTRY_BYTES + name + extra];
    while fields.len() >= 4 {
        let (kind, length) = (number(fields, 0, 2), number(fields, 2, 2) as usize);
        let field = fields.get(4..4 + length)?;
        if kind == 1 {
            let mut place = 0;
            for value in [&mut entry.size_bytes, &mut entry.packed_bytes, &mut entry.at] {
                if *value == 0xffff_ffff {
                    field.get(place..place + 8)?;
                    *value = number(field, place, 8);
                    place += 8;
                }
            }
        }
        fields = &fields[4 + length..];
    }
    Some((entry, taken))
}
