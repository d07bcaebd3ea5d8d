//! Records of the table of files: their sectors' last bytes put back, and the attributes in them.
//!
//! A record that was written halfway shows it: the last two bytes of each sector are kept in an array in its head, and a
//! number that changes with every writing stands in their place.

use crate::fields::{array, has, u16_le, u32_le, u64_le};
use crate::tree::Unreadable;

/// A record that was never written.
pub(super) const BLANK: &str = "record that is blank";

/// The stride of those sectors, whatever the disk's are.
const SECTOR_BYTES: usize = 512;

const HEAD_BYTES: usize = 42;
const END: u32 = 0xffff_ffff;

const IN_USE: u16 = 1;
const DIRECTORY: u16 = 2;

const REPARSE_POINT: u32 = 0x400;

/// The kinds of attribute that are asked for by name.
pub(super) mod kinds {
    pub const STANDARD_INFORMATION: u32 = 0x10;
    pub const ATTRIBUTE_LIST: u32 = 0x20;
    pub const FILE_NAME: u32 = 0x30;
    pub const VOLUME_NAME: u32 = 0x60;
    pub const VOLUME_INFORMATION: u32 = 0x70;
    pub const DATA: u32 = 0x80;
    pub const INDEX_ROOT: u32 = 0x90;
    pub const INDEX_ALLOCATION: u32 = 0xa0;
    pub const BITMAP: u32 = 0xb0;
    pub const REPARSE_POINT: u32 = 0xc0;
}

/// What Windows calls a kind of attribute.
pub(super) fn kind_name(kind: u32) -> &'static str {
    match kind {
        0x10 => "$STANDARD_INFORMATION",
        0x20 => "$ATTRIBUTE_LIST",
        0x30 => "$FILE_NAME",
        0x40 => "$OBJECT_ID",
        0x50 => "$SECURITY_DESCRIPTOR",
        0x60 => "$VOLUME_NAME",
        0x70 => "$VOLUME_INFORMATION",
        0x80 => "$DATA",
        0x90 => "$INDEX_ROOT",
        0xa0 => "$INDEX_ALLOCATION",
        0xb0 => "$BITMAP",
        0xc0 => "$REPARSE_POINT",
        0xd0 => "$EA_INFORMATION",
        0xe0 => "$EA",
        0x100 => "$LOGGED_UTILITY_STREAM",
        _ => "$UNKNOWN",
    }
}

/// A record's number together with how often it was given anew, so that what meant its earlier owner is told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Reference {
    pub number: u64,
    pub sequence: u16,
}

impl Reference {
    pub fn parse(bytes: &[u8], at: usize) -> Reference {
        let both = u64_le(bytes, at);
        Reference { number: both & 0xffff_ffff_ffff, sequence: (both >> 48) as u16 }
    }
}

/// Checks a record's or block's magic and puts back the last bytes of its sectors.
pub(super) fn mend(bytes: &mut [u8], magic: &[u8; 4], offset: u64) -> Result<(), Unreadable> {
    let damaged = |what| Unreadable::Damaged { what, offset };
    if !has(bytes, 0, magic) {
        return Err(damaged("record without its magic number"));
    }
    let (at, count) = (usize::from(u16_le(bytes, 4)), usize::from(u16_le(bytes, 6)));
    let sectors = bytes.len() / SECTOR_BYTES;
    // The array may not reach into bytes that it is to mend, and so lies within the first sector.
    if count != sectors + 1 || at < 8 || at + count * 2 > SECTOR_BYTES - 2 {
        return Err(damaged("fix-up array"));
    }
    let number: [u8; 2] = array(bytes, at);
    for sector in 0..sectors {
        let saved: [u8; 2] = array(bytes, at + 2 + sector * 2);
        let end = (sector + 1) * SECTOR_BYTES;
        if bytes[end - 2..end] != number {
            return Err(damaged("record written halfway"));
        }
        bytes[end - 2..end].copy_from_slice(&saved);
    }
    Ok(())
}

/// A record, mended.
#[derive(Debug)]
pub(super) struct Record {
    pub number: u64,
    /// Where it lies on the volume.
    pub offset: u64,
    pub sequence: u16,
    pub is_in_use: bool,
    pub is_directory: bool,
    /// The record whose attributes did not fit, if this one holds the rest of them.
    pub base: Option<Reference>,
    bytes: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Attribute<'a> {
    pub kind: u32,
    /// UTF-16, little-endian.
    pub name: &'a [u8],
    pub flags: u16,
    pub instance: u16,
    pub form: Form<'a>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Form<'a> {
    Resident(&'a [u8]),
    Mapped(Mapped<'a>),
}

/// An attribute, or a piece of one, whose value lies in clusters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mapped<'a> {
    pub first_cluster: u64,
    /// One past the last.
    pub end_cluster: u64,
    pub runs: &'a [u8],
    /// The compressed unit, as a power of two of clusters.
    pub unit_power: u8,
    /// These two count in an attribute's first piece alone.
    pub size_bytes: u64,
    pub initialised_bytes: u64,
}

impl Record {
    /// Mends a record and reads its head; whether it is in use is for the caller to ask.
    pub fn parse(number: u64, mut bytes: Vec<u8>, offset: u64) -> Result<Record, Unreadable> {
        if has(&bytes, 0, &[0; 4]) {
            return Err(Unreadable::Damaged { what: BLANK, offset });
        }
        mend(&mut bytes, b"FILE", offset)?;
        let flags = u16_le(&bytes, 22);
        let base = Reference::parse(&bytes, 32);
        let used = u32_le(&bytes, 24) as usize;
        let first = usize::from(u16_le(&bytes, 20));
        if used > bytes.len() || first < HEAD_BYTES || first > used {
            return Err(Unreadable::Damaged { what: "record size", offset });
        }
        bytes.truncate(used);
        Ok(Record {
            number,
            offset,
            sequence: u16_le(&bytes, 16),
            is_in_use: flags & IN_USE != 0,
            is_directory: flags & DIRECTORY != 0,
            // The table of files is record 0, and those that continue it bear its sequence.
            base: (u64_le(&bytes, 32) != 0).then_some(base),
            bytes,
        })
    }

    pub fn reference(&self) -> Reference {
        Reference { number: self.number, sequence: self.sequence }
    }

    pub fn attributes(&self) -> Attributes<'_> {
        Attributes { record: self, at: usize::from(u16_le(&self.bytes, 20)) }
    }

    /// The first attribute of a kind; for those of which a file has one.
    pub fn attribute(&self, kind: u32) -> Result<Option<Attribute<'_>>, Unreadable> {
        self.attributes().find(|found| found.as_ref().map_or(true, |found| found.kind == kind)).transpose()
    }

    /// Whether its reparse point counts: the file has to say that it has one.
    pub fn is_reparse_point(&self) -> bool {
        let standard = self.attribute(kinds::STANDARD_INFORMATION);
        let Ok(Some(Attribute { form: Form::Resident(value), .. })) = standard else { return false };
        u32_le(value, 32) & REPARSE_POINT != 0
    }

    pub fn damaged(&self, what: &'static str) -> Unreadable {
        Unreadable::Damaged { what, offset: self.offset }
    }
}

/// The attributes of a record, each longer than nothing, until the end or the first that does not fit.
pub(super) struct Attributes<'a> {
    record: &'a Record,
    at: usize,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Result<Attribute<'a>, Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = &self.record.bytes;
        let rest = bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        let kind = u32_le(rest, 0);
        if rest.len() >= 4 && kind == END {
            return None;
        }
        let length = u32_le(rest, 4) as usize;
        let Some(attribute) = rest.get(..length).filter(|found| found.len() >= 24) else {
            self.at = bytes.len();
            return Some(Err(self.record.damaged("attribute length")));
        };
        self.at += length;
        Some(parse(kind, attribute).ok_or(self.record.damaged("attribute")))
    }
}

fn parse(kind: u32, bytes: &[u8]) -> Option<Attribute<'_>> {
    let slice = |at: usize, length: usize| bytes.get(at..at.checked_add(length)?);
    let name = slice(usize::from(u16_le(bytes, 10)), usize::from(bytes[9]) * 2)?;
    let form = match bytes[8] {
        0 => Form::Resident(slice(usize::from(u16_le(bytes, 20)), u32_le(bytes, 16) as usize)?),
        _ => {
            let (first, last) = (u64_le(bytes, 16), u64_le(bytes, 24));
            // An empty piece ends before it begins: its last cluster is -1.
            let end_cluster = last.wrapping_add(1);
            if bytes.len() < 64 || end_cluster < first || end_cluster > 1 << 54 {
                return None;
            }
            Form::Mapped(Mapped {
                first_cluster: first,
                end_cluster,
                runs: bytes.get(usize::from(u16_le(bytes, 32)).max(64)..)?,
                unit_power: bytes[34],
                size_bytes: u64_le(bytes, 48),
                initialised_bytes: u64_le(bytes, 56),
            })
        }
    };
    Some(Attribute { kind, name, flags: u16_le(bytes, 12), instance: u16_le(bytes, 14), form })
}
