//! The base block: the first page of a hive, and, a sector of it, of each log.

use crate::windows::little_endian::{u32_at, u64_at};

/// Where the hive's bins begin in its file.
pub const BASE_BYTES: u64 = 4096;
pub const SECTOR_BYTES: usize = 512;

const SIGNATURE: &[u8] = b"regf";
const CHECKSUM_AT: usize = 508;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BaseBlock {
    /// Raised when writing begins, and when it ends: equal in a hive that is whole.
    pub primary_sequence: u32,
    pub secondary_sequence: u32,
    pub written_at: u64,
    pub major: u32,
    pub minor: u32,
    /// 0 for a hive, 1, 2 and 6 for its logs.
    pub kind: u32,
    pub root_at: u32,
    /// The bytes in the hive's bins.
    pub bins_bytes: u32,
    pub checksum_holds: bool,
}

impl BaseBlock {
    /// Reads the first sector of a hive or a log; `None` when it bears no signature.
    pub fn read(sector: &[u8]) -> Option<BaseBlock> {
        if sector.len() < SECTOR_BYTES || !sector.starts_with(SIGNATURE) {
            return None;
        }
        Some(BaseBlock {
            primary_sequence: u32_at(sector, 4),
            secondary_sequence: u32_at(sector, 8),
            written_at: u64_at(sector, 12),
            major: u32_at(sector, 20),
            minor: u32_at(sector, 24),
            kind: u32_at(sector, 28),
            root_at: u32_at(sector, 36),
            bins_bytes: u32_at(sector, 40),
            checksum_holds: checksum(sector) == u32_at(sector, CHECKSUM_AT),
        })
    }

    /// Whether writing this hive was broken off.
    pub fn is_dirty(&self) -> bool {
        !self.checksum_holds || self.primary_sequence != self.secondary_sequence
    }
}

/// Zero and all ones have a meaning of their own, and are stepped over.
fn checksum(sector: &[u8]) -> u32 {
    let words = sector[..CHECKSUM_AT].chunks_exact(4).map(|word| u32_at(word, 0));
    match words.fold(0, |sum, word| sum ^ word) {
        0 => 1,
        u32::MAX => u32::MAX - 1,
        sum => sum,
    }
}
