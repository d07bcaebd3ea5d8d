//! The superblock: the numbers that everything else is computed from, each checked before it is believed.

use crate::checksum::{crc16, crc32c};
use crate::fields::{array, u16_le, u32_le};
use crate::tree::Unreadable;

pub(super) const SUPERBLOCK_AT: u64 = 1024;
pub(super) const SUPERBLOCK_BYTES: usize = 1024;

const MAGIC: u16 = 0xef53;
const CHECKSUM_AT: usize = 0x3fc;
const CHECKSUM_CRC32C: u8 = 1;

/// Blocks of at most 64 KiB.
const LOG_BLOCK_BYTES_MAX: u32 = 6;
const INODE_BYTES_MIN: u16 = 128;

pub(super) mod compat {
    pub const HAS_JOURNAL: u32 = 0x4;
    pub const SPARSE_SUPER2: u32 = 0x200;
}

pub(super) mod ro_compat {
    pub const SPARSE_SUPER: u32 = 0x1;
    pub const GDT_CSUM: u32 = 0x10;
    pub const METADATA_CSUM: u32 = 0x400;
}

pub(super) mod incompat {
    pub const FILETYPE: u32 = 0x2;
    pub const RECOVER: u32 = 0x4;
    pub const META_BG: u32 = 0x10;
    pub const BIT64: u32 = 0x80;
    pub const CSUM_SEED: u32 = 0x2000;
    pub const LARGEDIR: u32 = 0x4000;
}

/// Every incompatible feature with its name, and whether this reader knows how to read with it.
/// Encryption and case folding are per directory and refused where they are met.
const INCOMPAT: &[(u32, &str, bool)] = &[
    (0x1, "compression", false),
    (incompat::FILETYPE, "filetype", true),
    (incompat::RECOVER, "needs_recovery", true),
    (0x8, "journal_dev", false),
    (incompat::META_BG, "meta_bg", true),
    (0x40, "extent", true),
    (incompat::BIT64, "64bit", true),
    (0x100, "mmp", true),
    (0x200, "flex_bg", true),
    (0x400, "ea_inode", true),
    (0x1000, "dirdata", false),
    (incompat::CSUM_SEED, "metadata_csum_seed", true),
    (incompat::LARGEDIR, "large_dir", true),
    (0x8000, "inline_data", true),
    (0x1_0000, "encrypt", true),
    (0x2_0000, "casefold", true),
];

#[derive(Debug, Clone)]
pub(super) struct Superblock {
    pub block_bytes: usize,
    pub blocks: u64,
    pub first_data_block: u64,
    pub blocks_per_group: u64,
    /// How many blocks a bit of the block bitmap stands for.
    pub cluster_blocks: u64,
    pub groups: u64,
    pub inodes: u64,
    pub inodes_per_group: u64,
    pub inode_bytes: usize,
    pub descriptor_bytes: usize,
    pub compat: u32,
    pub incompat: u32,
    pub ro_compat: u32,
    pub state: u16,
    pub journal_inode: u64,
    pub uuid: [u8; 16],
    pub label: [u8; 16],
    /// What metadata checksums begin with.
    pub seed: u32,
    /// Blocks kept after the descriptors, for more of them.
    reserved_descriptor_blocks: u64,
    first_meta_bg: u64,
    backup_groups: [u32; 2],
}

fn damaged(what: &'static str, at: usize) -> Unreadable {
    Unreadable::Damaged { what, offset: SUPERBLOCK_AT + at as u64 }
}

impl Superblock {
    pub fn parse(bytes: &[u8], volume_bytes: u64) -> Result<Superblock, Unreadable> {
        if bytes.len() < SUPERBLOCK_BYTES || u16_le(bytes, 0x38) != MAGIC {
            return Err(damaged("superblock magic", 0x38));
        }
        let revision_0 = u32_le(bytes, 0x4c) == 0;
        let features = |at| if revision_0 { 0 } else { u32_le(bytes, at) };
        let (compat, incompat, ro_compat) = (features(0x5c), features(0x60), features(0x64));
        check_incompat(incompat)?;
        let uuid = array(bytes, 0x68);
        let checksummed = ro_compat & ro_compat::METADATA_CSUM != 0;
        if checksummed {
            check_checksum(bytes)?;
        }
        let log_block = u32_le(bytes, 0x18);
        if log_block > LOG_BLOCK_BYTES_MAX {
            return Err(damaged("block size", 0x18));
        }
        let block_bytes = 1024usize << log_block;
        let log_cluster = u32_le(bytes, 0x1c);
        let wide = incompat & incompat::BIT64 != 0;
        let superblock = Superblock {
            block_bytes,
            blocks: u64::from(u32_le(bytes, 4))
                | if wide { u64::from(u32_le(bytes, 0x150)) << 32 } else { 0 },
            first_data_block: u64::from(u32_le(bytes, 0x14)),
            blocks_per_group: u64::from(u32_le(bytes, 0x20)),
            cluster_blocks: 1 << log_cluster.saturating_sub(log_block).min(31),
            groups: 0,
            inodes: u64::from(u32_le(bytes, 0)),
            inodes_per_group: u64::from(u32_le(bytes, 0x28)),
            inode_bytes: usize::from(if revision_0 { INODE_BYTES_MIN } else { u16_le(bytes, 0x58) }),
            descriptor_bytes: if wide { usize::from(u16_le(bytes, 0xfe)) } else { 32 },
            compat,
            incompat,
            ro_compat,
            state: u16_le(bytes, 0x3a),
            journal_inode: u64::from(u32_le(bytes, 0xe0)),
            uuid,
            label: array(bytes, 0x78),
            seed: if incompat & incompat::CSUM_SEED != 0 { u32_le(bytes, 0x270) } else { crc32c(!0, &uuid) },
            reserved_descriptor_blocks: u64::from(u16_le(bytes, 0xce)),
            first_meta_bg: u64::from(u32_le(bytes, 0x104)),
            backup_groups: [u32_le(bytes, 0x24c), u32_le(bytes, 0x250)],
        };
        superblock.checked(volume_bytes)
    }

    /// Bounds every number that later code divides, shifts or multiplies by.
    fn checked(mut self, volume_bytes: u64) -> Result<Superblock, Unreadable> {
        let bits = self.block_bytes as u64 * 8;
        if self.blocks == 0
            || self.blocks.checked_mul(self.block_bytes as u64).is_none_or(|n| n > volume_bytes)
        {
            return Err(damaged("number of blocks", 4));
        }
        if self.first_data_block > 1 || self.first_data_block >= self.blocks {
            return Err(damaged("first data block", 0x14));
        }
        if self.blocks_per_group == 0 || self.blocks_per_group > bits.saturating_mul(self.cluster_blocks) {
            return Err(damaged("blocks per group", 0x20));
        }
        let inode_bytes = self.inode_bytes;
        if inode_bytes < usize::from(INODE_BYTES_MIN)
            || !inode_bytes.is_power_of_two()
            || inode_bytes > self.block_bytes
        {
            return Err(damaged("inode size", 0x58));
        }
        if self.inodes_per_group == 0 || self.inodes_per_group > bits {
            return Err(damaged("inodes per group", 0x28));
        }
        let descriptor = self.descriptor_bytes;
        let descriptor_min = if self.is_wide() { 64 } else { 32 };
        if descriptor < descriptor_min || !descriptor.is_power_of_two() || descriptor > 1024 {
            return Err(damaged("group descriptor size", 0xfe));
        }
        self.groups = (self.blocks - self.first_data_block).div_ceil(self.blocks_per_group);
        if self.inodes == 0 || self.inodes > self.groups.saturating_mul(self.inodes_per_group) {
            return Err(damaged("number of inodes", 0));
        }
        Ok(self)
    }

    pub fn has_metadata_checksums(&self) -> bool {
        self.ro_compat & ro_compat::METADATA_CSUM != 0
    }

    pub fn needs_recovery(&self) -> bool {
        self.incompat & incompat::RECOVER != 0
    }

    fn is_wide(&self) -> bool {
        self.incompat & incompat::BIT64 != 0
    }

    /// Where a group's descriptor lies, in bytes.
    pub fn descriptor_at(&self, group: u64) -> u64 {
        let per_block = (self.block_bytes / self.descriptor_bytes) as u64;
        let (table_block, within) = (group / per_block, group % per_block);
        let spread = self.incompat & incompat::META_BG != 0 && table_block >= self.first_meta_bg;
        // Blocks of 1 KiB put the superblock into block 1, whatever is called the first data block.
        let superblock_block = SUPERBLOCK_AT / self.block_bytes as u64;
        let block = if spread && table_block > 0 {
            let home = table_block * per_block;
            self.first_block_of(home) + u64::from(self.has_backup(home))
        } else {
            superblock_block + 1 + table_block
        };
        block.saturating_mul(self.block_bytes as u64).saturating_add(within * self.descriptor_bytes as u64)
    }

    pub fn first_block_of(&self, group: u64) -> u64 {
        self.first_data_block + group * self.blocks_per_group
    }

    /// How many blocks at the start of a group are taken by copies of superblock and descriptors.
    pub fn backup_blocks(&self, group: u64) -> u64 {
        if !self.has_backup(group) {
            return 0;
        }
        let descriptors = (self.groups * self.descriptor_bytes as u64).div_ceil(self.block_bytes as u64);
        1 + descriptors + self.reserved_descriptor_blocks
    }

    /// Whether a group begins with a copy of the superblock.
    fn has_backup(&self, group: u64) -> bool {
        if group == 0 {
            return true;
        }
        if self.compat & compat::SPARSE_SUPER2 != 0 {
            return self.backup_groups.iter().any(|backup| u64::from(*backup) == group);
        }
        let is_power_of = |base: u64| {
            let mut power = base;
            while power < group {
                power *= base;
            }
            power == group
        };
        self.ro_compat & ro_compat::SPARSE_SUPER == 0 || group == 1 || [3, 5, 7].into_iter().any(is_power_of)
    }

    /// Reads the descriptor of `group` from its bytes.
    pub fn descriptor(&self, group: u64, bytes: &[u8], at: u64) -> Result<Descriptor, Unreadable> {
        if let Some(computed) = self.descriptor_checksum(group, bytes)
            && computed != u16_le(bytes, 0x1e)
        {
            return Err(Unreadable::Damaged { what: "group descriptor checksum", offset: at });
        }
        let wide = self.is_wide();
        let block = |low, high| {
            u64::from(u32_le(bytes, low)) | if wide { u64::from(u32_le(bytes, high)) << 32 } else { 0 }
        };
        let high_unused = if wide { u32::from(u16_le(bytes, 0x32)) << 16 } else { 0 };
        let counts_unused = self.ro_compat & (ro_compat::METADATA_CSUM | ro_compat::GDT_CSUM) != 0;
        let (flags, unused) = match counts_unused {
            true => (u16_le(bytes, 0x12), u32::from(u16_le(bytes, 0x1c)) | high_unused),
            false => (0, 0),
        };
        Ok(Descriptor {
            block_bitmap: block(0, 0x20),
            inode_bitmap: block(4, 0x24),
            inode_table: block(8, 0x28),
            inodes_uninitialised: flags & 1 != 0,
            blocks_uninitialised: flags & 2 != 0,
            inodes_unused: u64::from(unused).min(self.inodes_per_group),
        })
    }

    fn descriptor_checksum(&self, group: u64, bytes: &[u8]) -> Option<u16> {
        // Groups are fewer than 2^32 of the blocks they hold.
        let number = (group as u32).to_le_bytes();
        let (before, after) = (bytes.get(..0x1e)?, bytes.get(0x20..)?);
        if self.has_metadata_checksums() {
            let crc = crc32c(crc32c(self.seed, &number), before);
            return Some(crc32c(crc32c(crc, &[0; 2]), after) as u16);
        }
        let old = self.ro_compat & ro_compat::GDT_CSUM != 0;
        old.then(|| crc16(crc16(crc16(crc16(!0, &self.uuid), &number), before), after))
    }
}

/// Where a group keeps its tables.
#[derive(Debug, Clone, Copy)]
pub(super) struct Descriptor {
    pub block_bitmap: u64,
    pub inode_bitmap: u64,
    pub inode_table: u64,
    pub inodes_uninitialised: bool,
    pub blocks_uninitialised: bool,
    /// How many inodes at the end of the table were never used.
    pub inodes_unused: u64,
}

fn check_incompat(found: u32) -> Result<(), Unreadable> {
    let known = INCOMPAT.iter().fold(0, |bits, (bit, ..)| bits | bit);
    if found & !known != 0 {
        return Err(Unreadable::Unsupported(format!("ext4 incompatible features {:#x}", found & !known)));
    }
    match INCOMPAT.iter().find(|(bit, _, read)| found & bit != 0 && !read) {
        Some((_, name, _)) => Err(Unreadable::Unsupported(format!("ext4 feature {name}"))),
        None => Ok(()),
    }
}

fn check_checksum(bytes: &[u8]) -> Result<(), Unreadable> {
    if bytes[0x175] != CHECKSUM_CRC32C {
        return Err(Unreadable::Unsupported(format!("ext4 checksum type {}", bytes[0x175])));
    }
    if crc32c(!0, &bytes[..CHECKSUM_AT]) != u32_le(bytes, CHECKSUM_AT) {
        return Err(damaged("superblock checksum", CHECKSUM_AT));
    }
    Ok(())
}

/// The number of seconds of a time with its extra bits, which extend it past 2038.
pub(super) fn seconds(low: u32, extra: u32) -> i64 {
    i64::from(low as i32) + (i64::from(extra & 3) << 32)
}
