//! zip: a table at the end, and entries that it points to.

use std::io::{self, Read};
use std::sync::Mutex;

use disk::read_at::ReadAt;

use super::{Opener, Reader, path_within};
use crate::phrase::say;

const END: &[u8] = b"PK\x05\x06";
const END_BYTES: usize = 22;
/// Where the end may stand before the end of the file: a comment follows it.
const COMMENT_BYTES_MAX: usize = 65_535;
const WIDE_LOCATOR: &[u8] = b"PK\x06\x07";
const WIDE_END: &[u8] = b"PK\x06\x06";
const ROW: &[u8] = b"PK\x01\x02";
const LOCAL: &[u8] = b"PK\x03\x04";
/// The longest table that is read.
const TABLE_BYTES_MAX: u64 = 32 << 20;
const AHEAD_BYTES: usize = 128 << 10;
const NARROW_MAX: u64 = 0xffff_ffff;

/// A row of the table.
struct Row {
    name: Vec<u8>,
    encrypted: bool,
    method: u16,
    packed: u64,
    local: u64,
}

/// Whether a file that does not begin as a zip ends as one: behind a program, or another file.
pub fn is_one(file: &dyn ReadAt) -> bool {
    let first = table(file).and_then(|(table, shift)| Ok((rows(&table)?, shift)));
    let Ok((rows, shift)) = first else { return false };
    let mut magic = [0; 4];
    let begins = |row: &Row| {
        let at = row.local.checked_add(shift)?;
        file.read_exact_at(at, &mut magic).ok()?;
        Some(magic == *LOCAL)
    };
    rows.first().and_then(begins) == Some(true)
}

pub fn open(opener: &mut Opener<'_>, name: &str, file: &dyn ReadAt, depth: u32) -> io::Result<()> {
    let file = &Ahead { file, window: Mutex::default() };
    let (table, shift) = table(file)?;
    let mut rows = rows(&table)?;
    for row in &mut rows {
        row.local = row.local.checked_add(shift).ok_or_else(|| damaged("place of an entry"))?;
    }
    rows.sort_by_key(|row| row.local);
    // Entries that share bytes are how a small file unpacks to everything.
    let overlaps = rows.windows(2).any(|pair| pair[0].local.saturating_add(pair[0].packed) > pair[1].local);
    if overlaps {
        opener.note(name, say("archive.overlap"), true);
        return Ok(());
    }
    for row in rows {
        if !opener.count_entry(name) {
            break;
        }
        let path = path_within(name, &row.name);
        if row.encrypted {
            opener.note(&path, say("archive.encrypted"), false);
        } else if let Err(cause) = entry(opener, &path, file, &row, depth) {
            opener.damaged(&path, &cause);
        }
    }
    Ok(())
}

/// Reads a file in larger pieces than it is asked for: most entries are small, and lie one after the other.
struct Ahead<'f> {
    file: &'f dyn ReadAt,
    window: Mutex<Window>,
}

#[derive(Default)]
struct Window {
    from: u64,
    bytes: Vec<u8>,
}

impl Window {
    fn part(&self, offset: u64, length: usize) -> Option<&[u8]> {
        let from = usize::try_from(offset.checked_sub(self.from)?).ok()?;
        self.bytes.get(from..from.checked_add(length)?)
    }
}

impl ReadAt for Ahead<'_> {
    fn size_bytes(&self) -> u64 {
        self.file.size_bytes()
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let mut window = self.window.lock().expect("no thread panics while it holds the lock");
        if let Some(part) = window.part(offset, buffer.len()) {
            buffer.copy_from_slice(part);
            return Ok(());
        }
        let length = self.size_bytes().saturating_sub(offset).min(AHEAD_BYTES as u64) as usize;
        window.bytes.resize(length, 0);
        window.from = offset;
        // What lies ahead may be unreadable, and is not asked for yet.
        if length < buffer.len() || self.file.read_exact_at(offset, &mut window.bytes).is_err() {
            window.bytes.clear();
            return self.file.read_exact_at(offset, buffer);
        }
        buffer.copy_from_slice(&window.bytes[..buffer.len()]);
        Ok(())
    }
}

fn entry(opener: &mut Opener<'_>, path: &str, file: &dyn ReadAt, row: &Row, depth: u32) -> io::Result<()> {
    let mut header = [0; 30];
    file.read_exact_at(row.local, &mut header)?;
    if !header.starts_with(LOCAL) {
        return Err(damaged("head of an entry"));
    }
    let begin = row.local + 30 + number(&header, 26, 2) + number(&header, 28, 2);
    let mut packed = Reader { file, at: begin }.take(row.packed);
    match row.method {
        0 => opener.stream(path, &mut packed, depth + 1),
        8 => opener
            .unpack(path, &mut packed, depth, &|packed| Ok(Box::new(inflate::DeflateReader::new(packed)))),
        93 => {
            opener.unpack(path, &mut packed, depth, &|packed| Ok(Box::new(super::zstd::Frames::new(packed))))
        }
        method => {
            opener.note(path, say("archive.method").count("method", u64::from(method)), false);
            Ok(())
        }
    }
}

/// The bytes of the table, and how far all that it says lies behind: programs stand before some archives.
fn table(file: &dyn ReadAt) -> io::Result<(Vec<u8>, u64)> {
    let size = file.size_bytes();
    let length = size.min((END_BYTES + COMMENT_BYTES_MAX) as u64) as usize;
    let mut tail = vec![0; length];
    file.read_exact_at(size - length as u64, &mut tail)?;
    let end = (0..tail.len().saturating_sub(END_BYTES - 1))
        .rev()
        .find(|at| tail[*at..].starts_with(END))
        .ok_or_else(|| damaged("end of the archive"))?;
    let record = &tail[end..];
    let end_at = size - length as u64 + end as u64;
    let (mut bytes, mut offset) = (number(record, 12, 4), number(record, 16, 4));
    let mut table_end = end_at;
    if offset == NARROW_MAX || bytes == NARROW_MAX || number(record, 10, 2) == 0xffff {
        let locator =
            end.checked_sub(20).map(|at| &tail[at..end]).filter(|bytes| bytes.starts_with(WIDE_LOCATOR));
        let at = number(locator.ok_or_else(|| damaged("end of the archive"))?, 8, 8);
        let mut wide = [0; 56];
        file.read_exact_at(at, &mut wide)?;
        if !wide.starts_with(WIDE_END) {
            return Err(damaged("end of the archive"));
        }
        (bytes, offset, table_end) = (number(&wide, 40, 8), number(&wide, 48, 8), at);
    }
    if bytes > TABLE_BYTES_MAX {
        return Err(damaged("table longer than is read"));
    }
    let begin = table_end.checked_sub(bytes).ok_or_else(|| damaged("table of the archive"))?;
    let shift = begin.checked_sub(offset).ok_or_else(|| damaged("table of the archive"))?;
    let mut table = vec![0; bytes as usize];
    file.read_exact_at(begin, &mut table)?;
    Ok((table, shift))
}

fn rows(table: &[u8]) -> io::Result<Vec<Row>> {
    let mut rows = Vec::new();
    let mut rest = table;
    while rest.len() >= 46 && rest.starts_with(ROW) {
        let lengths = [28, 30, 32].map(|at| number(rest, at, 2) as usize);
        let end = 46 + lengths.iter().sum::<usize>();
        let row = rest.get(..end).ok_or_else(|| damaged("table of the archive"))?;
        let extra = &row[46 + lengths[0]..46 + lengths[0] + lengths[1]];
        let (mut packed, mut local) = (number(row, 20, 4), number(row, 42, 4));
        wide(extra, number(row, 24, 4), &mut packed, &mut local);
        rows.push(Row {
            name: row[46..46 + lengths[0]].to_vec(),
            encrypted: number(row, 8, 2) & 1 != 0,
            method: number(row, 10, 2) as u16,
            packed,
            local,
        });
        rest = &rest[end..];
    }
    Ok(rows)
}

/// Takes the wide values where the narrow ones say that they stand elsewhere.
fn wide(mut extra: &[u8], unpacked: u64, packed: &mut u64, local: &mut u64) {
    while extra.len() >= 4 {
        let (kind, length) = (number(extra, 0, 2), number(extra, 2, 2) as usize);
        let Some(mut field) = extra.get(4..4 + length) else { return };
        if kind == 1 {
            let mut next = |value: &mut u64| {
                if *value == NARROW_MAX && field.len() >= 8 {
                    *value = number(field, 0, 8);
                    field = &field[8..];
                }
            };
            next(&mut unpacked.clone());
            next(packed);
            next(local);
        }
        extra = &extra[4 + length..];
    }
}

fn number(bytes: &[u8], at: usize, length: usize) -> u64 {
    bytes[at..at + length].iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}
