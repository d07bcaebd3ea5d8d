//! The superblock: what everything else is computed from, and what says whether the rest can be read at all.

use crate::fields::{array, u16_le, u32_le, u64_le};
use crate::tree::Unreadable;

use super::checksum::Checksum;

pub(super) const SUPERBLOCK_AT: u64 = 64 << 10;
pub(super) const SUPERBLOCK_BYTES: usize = 4096;

/// Where copies of the superblock lie, if the volume is long enough.
pub(super) const MIRRORS: [u64; 3] = [SUPERBLOCK_AT, 64 << 20, 256 << 30];

const SYSTEM_CHUNKS_AT: usize = 811;
const SYSTEM_CHUNKS_MAX: usize = 2048;

/// The largest blocks of metadata that there are.
const NODE_BYTES_MAX: u32 = 64 << 10;

mod incompat {
    pub const DEFAULT_SUBVOLUME: u64 = 0x2;
    pub const METADATA_UUID: u64 = 0x400;
    /// Mixed back references, mixed groups, compression, large nodes, long references, RAID, slim metadata items, files
    /// without items for holes, and simple quotas: none of them changes how a file is found on one device.
    pub const KNOWN: u64 = 0x1 | DEFAULT_SUBVOLUME | 0x3fc | METADATA_UUID | 0x800 | 0x1_0000;
    pub const NAMES: [(u64, &str); 3] =
        [(0x1000, "zones"), (0x2000, "extent tree of version 2"), (0x4000, "stripe tree")];
}

const FLAG_ERROR: u64 = 1 << 2;

/// Where the root of a tree lies: the block, its level, and the generation that it must be of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Root {
    pub block: u64,
    pub level: u8,
    pub generation: u64,
}

#[derive(Debug, Clone)]
pub(super) struct Superblock {
    pub uuid: [u8; 16],
    /// What blocks of metadata call the filesystem, which may have been renamed since.
    pub metadata_uuid: [u8; 16],
    pub label: [u8; 256],
    pub root_tree: Root,
    pub chunk_tree: Root,
    pub has_log: bool,
    pub says_it_has_errors: bool,
    pub device: u64,
    pub total_bytes: u64,
    pub sector_bytes: u64,
    pub node_bytes: usize,
    pub root_directory: u64,
    pub has_default_subvolume: bool,
    pub checksum: Checksum,
    pub system_chunks: Vec<u8>,
}

fn damaged(what: &'static str, at: usize) -> Unreadable {
    Unreadable::Damaged { what, offset: SUPERBLOCK_AT + at as u64 }
}

impl Superblock {
    pub fn parse(bytes: &[u8], volume_bytes: u64) -> Result<Superblock, Unreadable> {
        if bytes.len() < SUPERBLOCK_BYTES || bytes[64..72] != *b"_BHRfS_M" {
            return Err(damaged("superblock signature", 64));
        }
        let checksum = Checksum::of_kind(u16_le(bytes, 196))?;
        if !checksum.holds(&bytes[..SUPERBLOCK_BYTES]) {
            return Err(damaged("superblock checksum", 0));
        }
        if u64_le(bytes, 48) != SUPERBLOCK_AT {
            return Err(damaged("place of the superblock", 48));
        }
        let incompat = u64_le(bytes, 188);
        let unknown = incompat & !incompat::KNOWN;
        if unknown != 0 {
            let name = incompat::NAMES.iter().find(|(bit, _)| unknown & bit != 0);
            let name = name.map_or_else(|| format!("feature {unknown:#x}"), |(_, name)| (*name).to_owned());
            return Err(Unreadable::Unsupported(format!("Btrfs {name}")));
        }
        if u64_le(bytes, 136) != 1 {
            return Err(Unreadable::Unsupported("Btrfs over several devices".into()));
        }
        let (sector_bytes, node_bytes) = (u32_le(bytes, 144), u32_le(bytes, 148));
        if !sector_bytes.is_power_of_two() || !(4096..=NODE_BYTES_MAX).contains(&sector_bytes) {
            return Err(damaged("sector size", 144));
        }
        if !node_bytes.is_power_of_two() || !(sector_bytes..=NODE_BYTES_MAX).contains(&node_bytes) {
            return Err(damaged("node size", 148));
        }
        // What this device holds, which is all there is of the filesystem.
        let total_bytes = u64_le(bytes, 209);
        if total_bytes > volume_bytes || total_bytes < SUPERBLOCK_AT {
            return Err(damaged("length of the device", 209));
        }
        let system_bytes = u32_le(bytes, 160) as usize;
        if system_bytes > SYSTEM_CHUNKS_MAX {
            return Err(damaged("system chunks", 160));
        }
        let generation = u64_le(bytes, 72);
        let uuid = array(bytes, 32);
        let has_own_uuid = incompat & incompat::METADATA_UUID != 0;
        Ok(Superblock {
            uuid,
            metadata_uuid: if has_own_uuid { array(bytes, 571) } else { uuid },
            label: array(bytes, 299),
            root_tree: Root { block: u64_le(bytes, 80), level: bytes[198], generation },
            chunk_tree: Root { block: u64_le(bytes, 88), level: bytes[199], generation: u64_le(bytes, 164) },
            has_log: u64_le(bytes, 96) != 0,
            says_it_has_errors: u64_le(bytes, 56) & FLAG_ERROR != 0,
            device: u64_le(bytes, 201),
            total_bytes,
            sector_bytes: sector_bytes.into(),
            node_bytes: node_bytes as usize,
            root_directory: u64_le(bytes, 128),
            has_default_subvolume: incompat & incompat::DEFAULT_SUBVOLUME != 0,
            checksum,
            system_chunks: bytes[SYSTEM_CHUNKS_AT..SYSTEM_CHUNKS_AT + system_bytes].to_vec(),
        })
    }
}
