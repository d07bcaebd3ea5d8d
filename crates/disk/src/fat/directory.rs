//! Directories: 32-byte entries, the long names in entries of their own before the short one.

use std::ops::ControlFlow;

use super::{Fat, Inode, ROOT_INODE};
use crate::fields::{u16_le, u32_le};
use crate::naming::{Directories, Name};
use crate::tree::{Kind, Node, Unreadable};

/// No directory may be longer: 65,536 entries, by Microsoft's own specification.
pub const DIRECTORY_BYTES_MAX: u64 = 65_536 * 32;

const ENTRY_BYTES: usize = 32;
const FREE: u8 = 0xe5;

const READ_ONLY: u8 = 0x01;
const VOLUME_ID: u8 = 0x08;
const DIRECTORY: u8 = 0x10;
const LONG_NAME: u8 = 0x0f;

/// Where the thirteen UTF-16 units of a long-name entry stand.
const LONG_UNITS: [usize; 13] = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];
const LONG_PARTS_MAX: u8 = 20;
const LONG_LAST: u8 = 0x40;

/// An entry with its names. Where there is no long name both are the same.
pub(super) struct Found {
    pub long: Vec<u8>,
    pub short: Vec<u8>,
    pub number: u64,
    is_directory: bool,
}

impl Found {
    pub fn name(&self) -> Name<'_> {
        let kind = if self.is_directory { Kind::Directory } else { Kind::File };
        Name { bytes: &self.long, inode: self.number, kind: Some(kind) }
    }
}

type Visit<'v> = dyn FnMut(&Found) -> Result<ControlFlow<()>, Unreadable> + 'v;

/// A name by which the same name in other case is the same.
pub(super) fn folded(name: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(name) {
        Ok(text) => text.to_lowercase().into_bytes(),
        Err(_) => name.to_ascii_lowercase(),
    }
}

pub(super) fn root(fs: &Fat) -> Inode {
    let node = Node {
        inode: ROOT_INODE,
        kind: Kind::Directory,
        mode: 0o755,
        uid: 0,
        gid: 0,
        size_bytes: fs.boot.root_bytes,
        modified_at: 0,
        links: 1,
    };
    Inode { node, first_cluster: fs.boot.root_cluster, offset: 0 }
}

/// The file whose entry has this number. Entries lie in the fixed root directory or in clusters, nowhere else.
pub(super) fn entry(fs: &Fat, number: u64) -> Result<Inode, Unreadable> {
    let offset = number.saturating_mul(ENTRY_BYTES as u64);
    if offset < fs.boot.root_at || offset.saturating_add(ENTRY_BYTES as u64) > fs.boot.size_bytes {
        return Err(Unreadable::Damaged { what: "inode number", offset: 0 });
    }
    let record = fs.blocks.record(offset, ENTRY_BYTES)?;
    let attributes = record[11];
    if matches!(record[0], 0 | FREE) || attributes & VOLUME_ID != 0 {
        return Err(Unreadable::Damaged { what: "directory entry that is none", offset });
    }
    let is_directory = attributes & DIRECTORY != 0;
    let writable = if attributes & READ_ONLY != 0 { 0 } else { 0o200 };
    let node = Node {
        inode: number,
        kind: if is_directory { Kind::Directory } else { Kind::File },
        mode: 0o555 | writable,
        uid: 0,
        gid: 0,
        size_bytes: if is_directory { 0 } else { u64::from(u32_le(&record, 28)) },
        modified_at: seconds(u16_le(&record, 24), u16_le(&record, 22)),
        links: 1,
    };
    let high = if fs.boot.root_bytes == 0 { u32::from(u16_le(&record, 20)) << 16 } else { 0 };
    Ok(Inode { node, first_cluster: high | u32::from(u16_le(&record, 26)), offset })
}

/// Shows every file and directory to `visit`, until it has seen enough; labels, `.` and `..` are left out.
pub(super) fn visit(fs: &Fat, directory: &Inode, visit: &mut Visit<'_>) -> Result<(), Unreadable> {
    if directory.node.kind != Kind::Directory {
        return Err(Unreadable::Damaged { what: "directory that is none", offset: directory.offset });
    }
    let mut long = LongName::default();
    let mut left = DIRECTORY_BYTES_MAX;
    for extent in fs.map(directory)? {
        let mut at = extent.device_offset;
        let end = extent.device_offset + extent.length;
        while at < end {
            if left == 0 {
                let (found, limit) = (DIRECTORY_BYTES_MAX + 1, DIRECTORY_BYTES_MAX);
                return Err(Unreadable::OverLimit { what: "directory size", found, limit });
            }
            left -= ENTRY_BYTES as u64;
            let record = fs.blocks.record(at, ENTRY_BYTES)?;
            let place = at;
            at += ENTRY_BYTES as u64;
            if record[0] == 0 {
                return Ok(());
            }
            if record[0] == FREE {
                long = LongName::default();
                continue;
            }
            if record[11] & 0x3f == LONG_NAME {
                long.take(&record);
                continue;
            }
            let name = std::mem::take(&mut long).finish(&record);
            if record[11] & VOLUME_ID != 0 || record[0] == b'.' {
                continue;
            }
            let found = named(&record, name, place)?;
            if visit(&found)?.is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn named(record: &[u8], long: Option<Vec<u8>>, place: u64) -> Result<Found, Unreadable> {
    let short = short_name(record);
    let long = long.unwrap_or_else(|| short.clone());
    for name in [&short, &long] {
        let leads_astray = name.iter().any(|byte| matches!(byte, b'/' | 0));
        if name.is_empty() || leads_astray || *name == b"." || *name == b".." {
            return Err(Unreadable::Damaged { what: "name in a directory", offset: place });
        }
    }
    let is_directory = record[11] & DIRECTORY != 0;
    Ok(Found { long, short, number: place / ENTRY_BYTES as u64, is_directory })
}

/// The short name, in the case that its entry asks for. What is not ASCII stays as it is: the code page is not written down.
fn short_name(record: &[u8]) -> Vec<u8> {
    let part = |range: std::ops::Range<usize>, lower: u8| {
        let part = record[range].trim_ascii_end();
        if record[12] & lower != 0 { part.to_ascii_lowercase() } else { part.to_vec() }
    };
    let (mut name, extension) = (part(0..8, 0x08), part(8..11, 0x10));
    // The mark of a free entry is also a letter of Japanese code pages, and is written as 5 then.
    if name.first() == Some(&5) {
        name[0] = FREE;
    }
    if !extension.is_empty() {
        name.push(b'.');
        name.extend(extension);
    }
    name
}

/// A long name on its way in, last part first.
#[derive(Default)]
struct LongName {
    units: Vec<[u16; 13]>,
    /// The part that has to come next; 0 when the name is complete.
    awaited: u8,
    checksum: u8,
    is_sound: bool,
}

impl LongName {
    fn take(&mut self, record: &[u8]) {
        let (order, checksum) = (record[0], record[13]);
        let number = order & !LONG_LAST;
        if order & LONG_LAST != 0 {
            let is_sound = (1..=LONG_PARTS_MAX).contains(&number);
            *self = LongName { units: Vec::new(), awaited: number, checksum, is_sound };
        }
        self.is_sound &= number != 0 && number == self.awaited && checksum == self.checksum;
        if self.is_sound {
            self.units.push(LONG_UNITS.map(|at| u16_le(record, at)));
            self.awaited -= 1;
        }
    }

    /// The name, if it is complete and was written for this short entry; a name left over from another is none.
    fn finish(self, short: &[u8]) -> Option<Vec<u8>> {
        let computed = short[..11].iter().fold(0u8, |sum, byte| sum.rotate_right(1).wrapping_add(*byte));
        if !self.is_sound || self.awaited != 0 || computed != self.checksum {
            return None;
        }
        let units = self.units.iter().rev().flatten().copied().take_while(|unit| *unit != 0);
        let text: String =
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        Some(text.into_bytes()).filter(|name| !name.is_empty())
    }
}

/// Seconds since 1970 of a date and a time as FAT packs them; 0 for what is no date.
pub(super) fn seconds(date: u16, time: u16) -> i64 {
    let (year, month, day) = (1980 + i64::from(date >> 9), i64::from(date >> 5 & 15), i64::from(date & 31));
    if !(1..=12).contains(&month) || day == 0 {
        return 0;
    }
    // Days by the civil calendar, the year beginning in March.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
    let (hours, minutes, halves) = (i64::from(time >> 11), i64::from(time >> 5 & 63), i64::from(time & 31));
    days * 86_400 + hours * 3600 + minutes * 60 + halves * 2
}
