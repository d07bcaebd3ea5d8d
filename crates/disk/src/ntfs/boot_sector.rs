//! The boot sector: the numbers that everything else is computed from, each checked before it is believed.

use crate::fields::{has, u16_le, u64_le};
use crate::tree::Unreadable;

pub(super) const BOOT_SECTOR_BYTES: usize = 512;

/// What NTFS allows a cluster to be, which is also what Windows makes.
const CLUSTER_BYTES: std::ops::RangeInclusive<u64> = 512..=2 << 20;

/// The length of a record of the table, and of a block of an index.
const RECORD_BYTES: std::ops::RangeInclusive<u64> = 512..=64 << 10;

#[derive(Debug, Clone)]
pub(super) struct BootSector {
    pub cluster_bytes: u64,
    pub clusters: u64,
    /// Where the table of files begins.
    pub table_at: u64,
    pub record_bytes: usize,
    pub serial: u64,
}

fn damaged(what: &'static str, offset: u64) -> Unreadable {
    Unreadable::Damaged { what, offset }
}

impl BootSector {
    pub fn parse(bytes: &[u8], volume_bytes: u64) -> Result<BootSector, Unreadable> {
        if bytes.len() < BOOT_SECTOR_BYTES || u16_le(bytes, 510) != 0xaa55 {
            return Err(damaged("boot sector signature", 510));
        }
        if !has(bytes, 3, b"NTFS    ") {
            return Err(damaged("name of the filesystem", 3));
        }
        let sector_bytes = u64::from(u16_le(bytes, 11));
        if !matches!(sector_bytes, 512 | 1024 | 2048 | 4096) {
            return Err(damaged("sector size", 11));
        }
        // Above 128 the number is a negative power of two.
        let cluster_bytes = match bytes[13] {
            power @ 0xf4..=0xff => sector_bytes << (256 - u64::from(power)),
            sectors => u64::from(sectors) * sector_bytes,
        };
        if !cluster_bytes.is_power_of_two() || !CLUSTER_BYTES.contains(&cluster_bytes) {
            return Err(damaged("sectors per cluster", 13));
        }
        let size_bytes = u64_le(bytes, 40).checked_mul(sector_bytes);
        let size_bytes = size_bytes.filter(|size| *size <= volume_bytes);
        let clusters = size_bytes.ok_or(damaged("number of sectors", 40))? / cluster_bytes;
        if clusters == 0 {
            return Err(damaged("number of sectors", 40));
        }
        let first_cluster = u64_le(bytes, 48);
        if first_cluster == 0 || first_cluster >= clusters {
            return Err(damaged("place of the table of files", 48));
        }
        let record_bytes = record_bytes(bytes[64], cluster_bytes).ok_or(damaged("record size", 64))?;
        Ok(BootSector {
            cluster_bytes,
            clusters,
            // Below the number of clusters, and their bytes are those of the volume.
            table_at: first_cluster * cluster_bytes,
            record_bytes: record_bytes as usize,
            serial: u64_le(bytes, 72),
        })
    }

    pub fn size_bytes(&self) -> u64 {
        self.clusters * self.cluster_bytes
    }

    /// Where a run of clusters lies; `None` if any of them is none of the volume's.
    pub fn place_of(&self, first: u64, length: u64) -> Option<u64> {
        first.checked_add(length).filter(|end| *end <= self.clusters).map(|_| first * self.cluster_bytes)
    }
}

/// A length in clusters or, if negative, as a power of two of bytes.
fn record_bytes(coded: u8, cluster_bytes: u64) -> Option<u64> {
    let coded = coded as i8;
    let bytes = match coded {
        1.. => cluster_bytes * coded as u64,
        -31..=-1 => 1 << -coded,
        _ => return None,
    };
    (bytes.is_power_of_two() && RECORD_BYTES.contains(&bytes)).then_some(bytes)
}
