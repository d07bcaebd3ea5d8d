//! Inodes: one fixed-size record a file.

use super::superblock::{Superblock, incompat, seconds};
use crate::checksum::crc32c;
use crate::fields::{u16_le, u32_le};
use crate::tree::{Kind, Node, Unreadable};

/// The sixty bytes that hold the block map, a short symbolic link, or the beginning of inline data.
pub(super) const MAP_AT: usize = 0x28;
pub(super) const MAP_BYTES: usize = 60;

/// What every inode has, whatever its size.
pub(super) const BASE_BYTES: usize = 128;

const CHECKSUM_LOW_AT: usize = 0x7c;
const CHECKSUM_HIGH_AT: usize = 0x82;

const FLAG_COMPRESSED: u32 = 0x4;
const FLAG_ENCRYPTED: u32 = 0x800;
const FLAG_EXTENTS: u32 = 0x8_0000;
const FLAG_EA_INODE: u32 = 0x20_0000;
const FLAG_INLINE: u32 = 0x1000_0000;
const FLAG_INDEXED: u32 = 0x1000;
const FLAG_CASEFOLD: u32 = 0x4000_0000;

pub(crate) struct Inode {
    pub node: Node,
    pub record: Vec<u8>,
    /// Where the record lies on the volume.
    pub offset: u64,
    /// What checksums of this inode's own blocks begin with; none if the filesystem has no checksums.
    pub seed: Option<u32>,
    /// How many bytes past the base are in use by fields; attributes come after.
    pub extra_bytes: usize,
    flags: u32,
}

impl Inode {
    /// Reads a record. Names nothing: an unused inode has no kind and is damage to whoever asks for it.
    pub(super) fn parse(
        number: u64,
        record: Vec<u8>,
        offset: u64,
        of: &Superblock,
    ) -> Result<Inode, Unreadable> {
        let damaged = |what| Unreadable::Damaged { what, offset };
        let extra_bytes = match record.len() > BASE_BYTES {
            true => usize::from(u16_le(&record, 0x80)),
            false => 0,
        };
        if BASE_BYTES + extra_bytes > record.len() || extra_bytes % 4 != 0 {
            return Err(damaged("inode extra size"));
        }
        let seed = of.has_metadata_checksums().then(|| seed(number, &record, of.seed));
        if seed.is_some_and(|seed| !checksum_holds(&record, seed, extra_bytes)) {
            return Err(damaged("inode checksum"));
        }
        let mode = u16_le(&record, 0);
        let kind = kind(mode).ok_or(damaged("inode kind"))?;
        let wide_size = kind == Kind::File || of.incompat & incompat::LARGEDIR != 0;
        let high_size = if wide_size { u64::from(u32_le(&record, 0x6c)) } else { 0 };
        let size_bytes = u64::from(u32_le(&record, 4)) | high_size << 32;
        if size_bytes > i64::MAX as u64 {
            return Err(damaged("inode size"));
        }
        // The extra part of the time counts only if the inode has room for it.
        let modified_extra = if extra_bytes >= 12 { u32_le(&record, 0x88) } else { 0 };
        let node = Node {
            inode: number,
            kind,
            mode: mode & 0o7777,
            uid: u32::from(u16_le(&record, 2)) | u32::from(u16_le(&record, 0x78)) << 16,
            gid: u32::from(u16_le(&record, 0x18)) | u32::from(u16_le(&record, 0x7a)) << 16,
            size_bytes,
            modified_at: seconds(u32_le(&record, 0x10), modified_extra),
            links: u32::from(u16_le(&record, 0x1a)),
        };
        Ok(Inode { node, flags: u32_le(&record, 0x20), record, offset, seed, extra_bytes })
    }

    pub fn map(&self) -> &[u8] {
        &self.record[MAP_AT..MAP_AT + MAP_BYTES]
    }

    pub fn attribute_block(&self) -> u64 {
        u64::from(u32_le(&self.record, 0x68)) | u64::from(u16_le(&self.record, 0x76)) << 32
    }

    pub fn has_extents(&self) -> bool {
        self.flags & FLAG_EXTENTS != 0
    }

    pub fn is_inline(&self) -> bool {
        self.flags & FLAG_INLINE != 0
    }

    pub fn is_indexed(&self) -> bool {
        self.flags & FLAG_INDEXED != 0
    }

    pub fn is_casefolded(&self) -> bool {
        self.flags & FLAG_CASEFOLD != 0
    }

    pub fn holds_attribute(&self) -> bool {
        self.flags & FLAG_EA_INODE != 0
    }

    /// Whether the target of a symbolic link stands in the inode itself.
    pub fn is_short_link(&self) -> bool {
        !self.has_extents() && !self.is_inline() && self.node.size_bytes < MAP_BYTES as u64
    }

    /// Refuses what cannot be read without a key or an unknown decompressor.
    pub fn check_readable(&self) -> Result<(), Unreadable> {
        if self.flags & FLAG_ENCRYPTED != 0 {
            return Err(Unreadable::Unsupported("ext4 encrypted file".into()));
        }
        if self.flags & FLAG_COMPRESSED != 0 {
            return Err(Unreadable::Unsupported("ext4 compressed file".into()));
        }
        Ok(())
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

fn seed(number: u64, record: &[u8], seed: u32) -> u32 {
    // Inode numbers are at most 2^32, by the superblock.
    let numbered = crc32c(seed, &(number as u32).to_le_bytes());
    crc32c(numbered, &record[0x64..0x68])
}

fn checksum_holds(record: &[u8], seed: u32, extra_bytes: usize) -> bool {
    let has_high = extra_bytes >= 4;
    let mut crc = crc32c(seed, &record[..CHECKSUM_LOW_AT]);
    crc = crc32c(crc, &[0; 2]);
    crc = crc32c(crc, &record[CHECKSUM_LOW_AT + 2..BASE_BYTES]);
    if has_high {
        crc = crc32c(crc, &record[BASE_BYTES..CHECKSUM_HIGH_AT]);
        crc = crc32c(crc, &[0; 2]);
        crc = crc32c(crc, &record[CHECKSUM_HIGH_AT + 2..]);
    } else {
        crc = crc32c(crc, &record[BASE_BYTES..]);
    }
    let low = u32::from(u16_le(record, CHECKSUM_LOW_AT));
    match has_high {
        true => crc == low | u32::from(u16_le(record, CHECKSUM_HIGH_AT)) << 16,
        false => crc & 0xffff == low,
    }
}
