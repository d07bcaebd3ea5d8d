//! The boot sector: the numbers that everything else is computed from, each checked before it is believed.

use crate::fields::{array, u16_le, u32_le};
use crate::tree::Unreadable;

pub(super) const BOOT_SECTOR_BYTES: usize = 512;

/// What an entry of the table takes. It follows from the number of clusters and from nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    Fat12,
    Fat16,
    Fat32,
}

#[derive(Debug, Clone)]
pub(super) struct BootSector {
    pub width: Width,
    pub cluster_bytes: u64,
    /// The number of clusters; the first has number 2.
    pub clusters: u32,
    /// Where the first table lies.
    pub table_at: u64,
    /// Where the fixed root directory lies, and its length; FAT32 has its root in clusters.
    pub root_at: u64,
    pub root_bytes: u64,
    pub root_cluster: u32,
    /// Where cluster 2 lies.
    pub data_at: u64,
    pub size_bytes: u64,
    pub label: [u8; 11],
    /// A number by which it is told from others.
    pub id: u32,
    /// What systems that mount it leave there.
    pub state: u8,
}

fn damaged(what: &'static str, offset: u64) -> Unreadable {
    Unreadable::Damaged { what, offset }
}

impl BootSector {
    pub fn parse(bytes: &[u8], volume_bytes: u64) -> Result<BootSector, Unreadable> {
        if bytes.len() < BOOT_SECTOR_BYTES || u16_le(bytes, 510) != 0xaa55 {
            return Err(damaged("boot sector signature", 510));
        }
        let sector_bytes = u64::from(u16_le(bytes, 11));
        if !matches!(sector_bytes, 512 | 1024 | 2048 | 4096) {
            return Err(damaged("sector size", 11));
        }
        if !bytes[13].is_power_of_two() {
            return Err(damaged("sectors per cluster", 13));
        }
        let cluster_sectors = u64::from(bytes[13]);
        let (reserved, tables) = (u64::from(u16_le(bytes, 14)), u64::from(bytes[16]));
        if reserved == 0 || tables == 0 {
            return Err(damaged("number of tables", 16));
        }
        let either = |narrow, wide| match u16_le(bytes, narrow) {
            0 => u64::from(u32_le(bytes, wide)),
            found => u64::from(found),
        };
        let (sectors, table_sectors) = (either(19, 32), either(22, 36));
        let root_bytes = u64::from(u16_le(bytes, 17)) * 32;
        // At most 2^32 sectors of 4 KiB, and 255 tables of as many: far below 2^64.
        let size_bytes = sectors * sector_bytes;
        if sectors == 0 || size_bytes > volume_bytes {
            return Err(damaged("number of sectors", 32));
        }
        let before_data = reserved + tables * table_sectors + root_bytes.div_ceil(sector_bytes);
        let clusters = sectors.saturating_sub(before_data) / cluster_sectors;
        let Ok(clusters) = u32::try_from(clusters) else { return Err(damaged("number of clusters", 32)) };
        let width = match clusters {
            0 => return Err(damaged("number of clusters", 32)),
            1..4085 => Width::Fat12,
            4085..65_525 => Width::Fat16,
            65_525..0x0fff_fff5 => Width::Fat32,
            _ => return Err(damaged("number of clusters", 32)),
        };
        let is_wide = width == Width::Fat32;
        let needed = match width {
            Width::Fat12 => ((u64::from(clusters) + 2) * 3).div_ceil(2),
            Width::Fat16 => (u64::from(clusters) + 2) * 2,
            Width::Fat32 => (u64::from(clusters) + 2) * 4,
        };
        if table_sectors * sector_bytes < needed {
            return Err(damaged("table size", 22));
        }
        if is_wide != (root_bytes == 0) {
            return Err(damaged("root directory size", 17));
        }
        // Where tables are not mirrored, one of them is named as the one in use.
        let flags = u64::from(u16_le(bytes, 40));
        let active = if is_wide && flags & 0x80 != 0 { flags & 0xf } else { 0 };
        if active >= tables {
            return Err(damaged("table in use", 40));
        }
        Ok(BootSector {
            width,
            cluster_bytes: cluster_sectors * sector_bytes,
            clusters,
            table_at: (reserved + active * table_sectors) * sector_bytes,
            root_at: (reserved + tables * table_sectors) * sector_bytes,
            root_bytes,
            root_cluster: if is_wide { u32_le(bytes, 44) } else { 0 },
            data_at: before_data * sector_bytes,
            size_bytes,
            id: u32_le(bytes, if is_wide { 67 } else { 39 }),
            state: bytes[if is_wide { 65 } else { 37 }],
            label: array(bytes, if is_wide { 71 } else { 43 }),
        })
    }

    /// Where a cluster lies; `None` if there is no such cluster.
    pub fn cluster_at(&self, cluster: u32) -> Option<u64> {
        let index = cluster.checked_sub(2).filter(|index| *index < self.clusters)?;
        Some(self.data_at + u64::from(index) * self.cluster_bytes)
    }
}
