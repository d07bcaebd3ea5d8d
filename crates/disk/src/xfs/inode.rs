//! Inodes: one record a file, its core first, then the data fork and the attribute fork.

use super::Xfs;
use super::superblock::checksum;
use crate::fields::{array, u16_be, u32_be, u32_le, u64_be};
use crate::tree::{Kind, Node, Unreadable};

const MAGIC: &[u8] = b"IN";
const CHECKSUM_AT: usize = 100;

/// What the core takes without checksums, and with them.
const CORE_BYTES: usize = 100;
const CORE_BYTES_V3: usize = 176;

const FLAG_REALTIME: u16 = 1;
const FLAG2_BIGTIME: u64 = 1 << 3;
const FLAG2_LARGE_COUNTERS: u64 = 1 << 4;

/// How a fork keeps what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Device,
    /// In the inode itself.
    Local,
    Extents,
    Tree,
}

/// One of the two maps of an inode.
pub(super) struct Fork<'a> {
    pub format: Format,
    pub bytes: &'a [u8],
    /// How many extents the inode claims.
    pub extents: u64,
}

pub(crate) struct Inode {
    pub(super) node: Node,
    /// Where the record lies on the volume.
    pub(super) offset: u64,
    record: Vec<u8>,
    core_bytes: usize,
    /// Where the attribute fork begins in the record; none where there is no such fork.
    attributes_at: Option<usize>,
    flags: u16,
    has_large_counters: bool,
}

impl Inode {
    pub(super) fn parse(number: u64, record: Vec<u8>, offset: u64, fs: &Xfs) -> Result<Inode, Unreadable> {
        let damaged = |what| Unreadable::Damaged { what, offset };
        if !record.starts_with(MAGIC) {
            return Err(damaged("inode magic"));
        }
        let has_checksums = fs.superblock.has_checksums;
        if has_checksums {
            if checksum(&record, CHECKSUM_AT) != u32_le(&record, CHECKSUM_AT) {
                return Err(damaged("inode checksum"));
            }
            if u64_be(&record, 152) != number || array(&record, 160) != fs.superblock.metadata_uuid {
                return Err(damaged("inode in a place that is not its own"));
            }
        }
        let version = record[4];
        if has_checksums != (version == 3) || !(1..=3).contains(&version) {
            return Err(damaged("inode version"));
        }
        let core_bytes = if version == 3 { CORE_BYTES_V3 } else { CORE_BYTES };
        let kind = kind(u16_be(&record, 2)).ok_or(damaged("inode kind"))?;
        let size_bytes = u64_be(&record, 56);
        if size_bytes > i64::MAX as u64 {
            return Err(damaged("inode size"));
        }
        let attributes_at = match usize::from(record[82]) * 8 {
            0 => None,
            at if core_bytes + at < record.len() => Some(core_bytes + at),
            _ => return Err(damaged("inode fork offset")),
        };
        let flags2 = if version == 3 { u64_be(&record, 120) } else { 0 };
        let links = if version == 1 { u32::from(u16_be(&record, 6)) } else { u32_be(&record, 16) };
        let node = Node {
            inode: number,
            kind,
            mode: u16_be(&record, 2) & 0o7777,
            uid: u32_be(&record, 8),
            gid: u32_be(&record, 12),
            size_bytes,
            modified_at: seconds(u64_be(&record, 40), flags2 & FLAG2_BIGTIME != 0),
            links,
        };
        let has_large_counters = flags2 & FLAG2_LARGE_COUNTERS != 0;
        let flags = u16_be(&record, 90);
        Ok(Inode { node, offset, record, core_bytes, attributes_at, flags, has_large_counters })
    }

    fn format(&self, at: usize) -> Result<Format, Unreadable> {
        Ok(match self.record[at] {
            0 => Format::Device,
            1 => Format::Local,
            2 => Format::Extents,
            3 => Format::Tree,
            _ => return Err(Unreadable::Damaged { what: "inode format", offset: self.offset }),
        })
    }

    pub(super) fn data(&self) -> Result<Fork<'_>, Unreadable> {
        let extents = match self.has_large_counters {
            true => u64_be(&self.record, 24),
            false => u64::from(u32_be(&self.record, 76)),
        };
        let end = self.attributes_at.unwrap_or(self.record.len());
        Ok(Fork { format: self.format(5)?, bytes: &self.record[self.core_bytes..end], extents })
    }

    /// The attribute fork, if there is one.
    pub(super) fn attributes(&self) -> Result<Option<Fork<'_>>, Unreadable> {
        let Some(at) = self.attributes_at else { return Ok(None) };
        let extents = match self.has_large_counters {
            true => u64::from(u32_be(&self.record, 76)),
            false => u64::from(u16_be(&self.record, 80)),
        };
        Ok(Some(Fork { format: self.format(83)?, bytes: &self.record[at..], extents }))
    }

    /// Whether the contents lie on another device.
    pub(super) fn is_realtime(&self) -> bool {
        self.node.kind == Kind::File && self.flags & FLAG_REALTIME != 0
    }
}

pub(super) fn kind(mode: u16) -> Option<Kind> {
    Some(match mode >> 12 {
        0x1 => Kind::Fifo,
        0x2 | 0x6 => Kind::Device,
        0x4 => Kind::Directory,
        0x8 => Kind::File,
        0xa => Kind::Symlink,
        0xc => Kind::Socket,
        _ => return None,
    })
}

/// Seconds since 1970: of 32 bits and as many for nanoseconds, or of nanoseconds counted from the earliest time that the former
/// could tell.
pub(super) fn seconds(stored: u64, is_big: bool) -> i64 {
    match is_big {
        true => (stored / 1_000_000_000) as i64 - (1 << 31),
        false => i64::from((stored >> 32) as i32),
    }
}
