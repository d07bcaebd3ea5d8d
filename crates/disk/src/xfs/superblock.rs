//! The superblock: the numbers that everything else is computed from, each checked before it is believed.

use crate::checksum::crc32c;
use crate::fields::{array, u16_be, u32_be, u32_le, u64_be};
use crate::tree::Unreadable;

pub(super) const SUPERBLOCK_BYTES: usize = 512;

const MAGIC: &[u8] = b"XFSB";
const CHECKSUM_AT: usize = 224;

/// Blocks of 512 bytes to 64 KiB, sectors to 32 KiB, inodes of 256 bytes to 2 KiB, all powers of two.
const LOG_BLOCK: std::ops::RangeInclusive<u8> = 9..=16;
const LOG_SECTOR: std::ops::RangeInclusive<u8> = 9..=15;
const LOG_INODE: std::ops::RangeInclusive<u8> = 8..=11;
const LOG_DIRECTORY_BLOCK_MAX: u8 = 16;

/// A group is at most a TiB long, so its blocks are fewer than 2^31.
const LOG_GROUP_MAX: u8 = 31;

/// What no filesystem needs: the smallest group is 16 MiB long, and this many would hold the largest image 64 times over.
pub const GROUPS_MAX: u64 = 1 << 23;

const VERSION_ASCII_CI: u16 = 0x4000;
const VERSION_DIR_V2: u16 = 0x2000;
const VERSION_MORE_BITS: u16 = 0x8000;
const FEATURES2_FTYPE: u32 = 0x200;

pub(super) mod incompat {
    pub const FTYPE: u32 = 0x1;
    pub const SPARSE_INODES: u32 = 0x2;
    pub const META_UUID: u32 = 0x4;
}

/// Every incompatible feature with its name, and whether this reader knows how to read with it. What is compatible, or compatible for
/// reading (free inode, reverse mapping and reference count trees, reflinks), changes nothing for a reader.
const INCOMPAT: &[(u32, &str, bool)] = &[
    (incompat::FTYPE, "ftype", true),
    (incompat::SPARSE_INODES, "sparse inodes", true),
    (incompat::META_UUID, "metadata UUID", true),
    (0x8, "bigtime", true),
    (0x10, "needs repair", false),
    (0x20, "large extent counters", true),
    (0x40, "exchange range", true),
    (0x80, "parent pointers", true),
    (0x100, "metadata directory", false),
    (0x200, "zoned", false),
    (0x400, "zone gaps", false),
];

#[derive(Debug, Clone)]
pub(super) struct Superblock {
    /// Version 5: metadata has checksums and says where it lies and whose it is.
    pub has_checksums: bool,
    pub block_bytes: u64,
    pub blocks: u64,
    pub group_blocks: u64,
    pub groups: u64,
    pub log_group: u8,
    pub log_inodes_per_block: u8,
    pub inode_bytes: u64,
    pub sector_bytes: u64,
    pub directory_block_bytes: u64,
    pub root_inode: u64,
    pub log_start: u64,
    pub log_blocks: u64,
    pub has_kinds: bool,
    pub has_sparse_inodes: bool,
    pub ignores_case: bool,
    pub uuid: [u8; 16],
    /// The UUID that metadata bears, where the filesystem has been given another one since.
    pub metadata_uuid: [u8; 16],
    pub label: [u8; 12],
}

fn damaged(what: &'static str, at: u64) -> Unreadable {
    Unreadable::Damaged { what, offset: at }
}

impl Superblock {
    /// Reads the superblock from the first sector of the volume, whose length `bytes` must have: see [`sector_bytes`].
    pub fn parse(bytes: &[u8], volume_bytes: u64) -> Result<Superblock, Unreadable> {
        let sector_bytes = sector_bytes(bytes)?;
        let version = u16_be(bytes, 100);
        let has_checksums = match version & 0xf {
            4 => false,
            5 => true,
            other => return Err(Unreadable::Unsupported(format!("XFS version {other}"))),
        };
        let features2 = if version & VERSION_MORE_BITS != 0 { u32_be(bytes, 200) } else { 0 };
        let incompat = if has_checksums { u32_be(bytes, 216) } else { 0 };
        check_incompat(incompat)?;
        if version & VERSION_DIR_V2 == 0 {
            return Err(Unreadable::Unsupported("XFS directories of version 1".into()));
        }
        if has_checksums {
            let sector = bytes.get(..sector_bytes as usize).ok_or(damaged("superblock length", 0))?;
            if checksum(sector, CHECKSUM_AT) != u32_le(bytes, CHECKSUM_AT) {
                return Err(damaged("superblock checksum", CHECKSUM_AT as u64));
            }
        }
        if bytes[126] != 0 {
            return Err(damaged("superblock still being made", 126));
        }
        let logs = [(120, LOG_BLOCK, "block size"), (122, LOG_INODE, "inode size")];
        if let Some((at, _, what)) = logs.iter().find(|(at, range, _)| !range.contains(&bytes[*at])) {
            return Err(damaged(what, *at as u64));
        }
        let uuid = array(bytes, 32);
        let (log_block, log_inode, log_directory) = (bytes[120], bytes[122], bytes[192]);
        if log_directory > LOG_DIRECTORY_BLOCK_MAX - log_block.min(LOG_DIRECTORY_BLOCK_MAX) {
            return Err(damaged("directory block size", 192));
        }
        let superblock = Superblock {
            has_checksums,
            block_bytes: 1 << log_block,
            blocks: u64_be(bytes, 8),
            group_blocks: u64::from(u32_be(bytes, 84)),
            groups: u64::from(u32_be(bytes, 88)),
            log_group: bytes[124],
            log_inodes_per_block: bytes[123],
            inode_bytes: 1 << log_inode,
            sector_bytes,
            directory_block_bytes: 1 << (log_block + log_directory),
            root_inode: u64_be(bytes, 56),
            log_start: u64_be(bytes, 48),
            log_blocks: u64::from(u32_be(bytes, 96)),
            has_kinds: incompat & incompat::FTYPE != 0 || features2 & FEATURES2_FTYPE != 0,
            has_sparse_inodes: incompat & incompat::SPARSE_INODES != 0,
            ignores_case: version & VERSION_ASCII_CI != 0,
            uuid,
            metadata_uuid: if incompat & incompat::META_UUID != 0 { array(bytes, 248) } else { uuid },
            label: array(bytes, 108),
        };
        superblock.checked(bytes, volume_bytes)
    }

    /// Checks what is written twice against itself, and bounds every number that later code shifts or multiplies by.
    fn checked(self, bytes: &[u8], volume_bytes: u64) -> Result<Superblock, Unreadable> {
        if u64::from(u32_be(bytes, 4)) != self.block_bytes || self.sector_bytes > self.block_bytes {
            return Err(damaged("block size", 4));
        }
        if u64::from(u16_be(bytes, 104)) != self.inode_bytes || self.inode_bytes > self.block_bytes {
            return Err(damaged("inode size", 104));
        }
        if self.log_inodes_per_block > 16 || self.inode_bytes << self.log_inodes_per_block != self.block_bytes
        {
            return Err(damaged("inodes per block", 123));
        }
        if self.blocks == 0
            || self.blocks.checked_mul(self.block_bytes).is_none_or(|length| length > volume_bytes)
        {
            return Err(damaged("number of blocks", 8));
        }
        // Each group begins with four sectors of headers.
        let fits = self.log_group <= LOG_GROUP_MAX && self.group_blocks <= 1 << self.log_group;
        if !fits || self.group_blocks * self.block_bytes < 4 * self.sector_bytes {
            return Err(damaged("blocks per group", 84));
        }
        if self.groups > GROUPS_MAX {
            let (found, limit) = (self.groups, GROUPS_MAX);
            return Err(Unreadable::OverLimit { what: "number of allocation groups", found, limit });
        }
        if self.groups != self.blocks.div_ceil(self.group_blocks) {
            return Err(damaged("number of allocation groups", 88));
        }
        Ok(self)
    }

    /// How many blocks a group has: the last may be shorter.
    pub fn blocks_of(&self, group: u64) -> u64 {
        self.blocks.saturating_sub(group * self.group_blocks).min(self.group_blocks)
    }

    /// Where a run of blocks lies, by group and block within it; `None` if it does not lie within one group.
    pub fn place(&self, group: u64, block: u64, length: u64) -> Option<u64> {
        let fits = group < self.groups && block.checked_add(length)? <= self.blocks_of(group);
        fits.then(|| (group * self.group_blocks + block) * self.block_bytes)
    }

    /// Where a run of blocks lies that is named by one number for group and block.
    pub fn place_of(&self, block: u64, length: u64) -> Option<u64> {
        self.place(block >> self.log_group, block & ((1 << self.log_group) - 1), length)
    }

    /// Where an inode's record lies.
    pub fn inode_at(&self, number: u64) -> Option<u64> {
        let within = number & ((1 << self.log_inodes_per_block) - 1);
        Some(self.place_of(number >> self.log_inodes_per_block, 1)? + within * self.inode_bytes)
    }

    /// The number of the first inode of a group.
    pub fn first_inode_of(&self, group: u64) -> u64 {
        group << (self.log_group + self.log_inodes_per_block)
    }
}

/// The length of a sector and of the superblock, once the magic number stands there.
pub(super) fn sector_bytes(bytes: &[u8]) -> Result<u64, Unreadable> {
    if bytes.len() < SUPERBLOCK_BYTES || !bytes.starts_with(MAGIC) {
        return Err(damaged("superblock magic", 0));
    }
    match LOG_SECTOR.contains(&bytes[121]) && 1u32 << bytes[121] == u32::from(u16_be(bytes, 102)) {
        true => Ok(1 << bytes[121]),
        false => Err(damaged("sector size", 102)),
    }
}

fn check_incompat(found: u32) -> Result<(), Unreadable> {
    let known = INCOMPAT.iter().fold(0, |bits, (bit, ..)| bits | bit);
    if found & !known != 0 {
        return Err(Unreadable::Unsupported(format!("XFS incompatible features {:#x}", found & !known)));
    }
    match INCOMPAT.iter().find(|(bit, _, read)| found & bit != 0 && !read) {
        Some((_, name, _)) => Err(Unreadable::Unsupported(format!("XFS feature {name}"))),
        None => Ok(()),
    }
}

/// The checksum of a piece of metadata, in which its own field counts as zero. `at` lies within it.
pub(super) fn checksum(bytes: &[u8], at: usize) -> u32 {
    let crc = crc32c(crc32c(!0, &bytes[..at]), &[0; 4]);
    !crc32c(crc, &bytes[at + 4..])
}
