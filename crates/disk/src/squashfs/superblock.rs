//! The superblock: where the tables lie, and how everything is packed.

use crate::fields::{u16_le, u32_le, u64_le};
use crate::tree::Unreadable;

use super::damaged;
use super::packed::Packing;

pub(super) const SUPERBLOCK_BYTES: usize = 96;

/// The largest blocks that there are.
pub const BLOCK_BYTES_MAX: u64 = 1 << 20;

/// Says of a table that there is none.
const NONE: u64 = u64::MAX;

#[derive(Debug, Clone)]
pub(super) struct Superblock {
    pub packing: Packing,
    pub block_bytes: u64,
    pub fragments: u32,
    pub ids: u16,
    pub root: u64,
    pub bytes_used: u64,
    pub ids_at: u64,
    pub attributes_at: Option<u64>,
    pub inodes_at: u64,
    pub directories_at: u64,
    pub fragments_at: Option<u64>,
}

impl Superblock {
    pub fn parse(bytes: &[u8], volume_bytes: u64) -> Result<Superblock, Unreadable> {
        if bytes.len() < SUPERBLOCK_BYTES || !bytes.starts_with(b"hsqs") {
            return Err(damaged("superblock signature", 0));
        }
        let version = (u16_le(bytes, 28), u16_le(bytes, 30));
        if version != (4, 0) {
            return Err(Unreadable::Unsupported(format!("squashfs {}.{}", version.0, version.1)));
        }
        let block_bytes = u64::from(u32_le(bytes, 12));
        if !block_bytes.is_power_of_two() || !(4096..=BLOCK_BYTES_MAX).contains(&block_bytes) {
            return Err(damaged("block size", 12));
        }
        let bytes_used = u64_le(bytes, 40);
        if bytes_used > volume_bytes || bytes_used < SUPERBLOCK_BYTES as u64 {
            return Err(damaged("length of the filesystem", 40));
        }
        let table = |at: usize| match u64_le(bytes, at) {
            NONE => Ok(None),
            place if place < bytes_used => Ok(Some(place)),
            _ => Err(damaged("place of a table", at as u64)),
        };
        let needed = |at: usize| table(at)?.ok_or(damaged("place of a table", at as u64));
        Ok(Superblock {
            packing: Packing::of_kind(u16_le(bytes, 20))?,
            block_bytes,
            fragments: u32_le(bytes, 16),
            ids: u16_le(bytes, 26),
            root: u64_le(bytes, 32),
            bytes_used,
            ids_at: needed(48)?,
            attributes_at: table(56)?,
            inodes_at: needed(64)?,
            directories_at: needed(72)?,
            fragments_at: table(80)?,
        })
    }
}
