//! What lies in a partition or volume, told by its signature.
//!
//! The table is ordered: what wraps other things (encryption, RAID, volume managers) comes before filesystems, since a wrapped
//! filesystem's bytes may show through. NTFS and exFAT stand before FAT: they have a name in their boot sector and FAT has none.

use std::fmt;
use std::io;

use crate::fields::{all_zero, has, u16_le, u32_le};
use crate::read_at::{ReadAt, read_up_to};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Volume {
    Ext2,
    Ext3,
    Ext4,
    Xfs,
    Btrfs,
    Fat12,
    Fat16,
    Fat32,
    ExFat,
    Ntfs,
    Refs,
    Squashfs,
    Erofs,
    F2fs,
    Iso9660,
    Swap,
    LvmPhysicalVolume,
    MdRaid,
    Luks,
    BitLocker,
    Zfs,
    Bcache,
    /// Zeros wherever a signature could stand.
    Blank,
    Unknown,
}

impl Volume {
    /// Whether the contents cannot be read without a key.
    pub fn is_encrypted(self) -> bool {
        matches!(self, Volume::Luks | Volume::BitLocker)
    }
}

impl fmt::Display for Volume {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Volume::Ext2 => "ext2",
            Volume::Ext3 => "ext3",
            Volume::Ext4 => "ext4",
            Volume::Xfs => "XFS",
            Volume::Btrfs => "Btrfs",
            Volume::Fat12 => "FAT12",
            Volume::Fat16 => "FAT16",
            Volume::Fat32 => "FAT32",
            Volume::ExFat => "exFAT",
            Volume::Ntfs => "NTFS",
            Volume::Refs => "ReFS",
            Volume::Squashfs => "squashfs",
            Volume::Erofs => "EROFS",
            Volume::F2fs => "F2FS",
            Volume::Iso9660 => "ISO 9660",
            Volume::Swap => "swap",
            Volume::LvmPhysicalVolume => "LVM2 physical volume",
            Volume::MdRaid => "MD RAID member",
            Volume::Luks => "LUKS",
            Volume::BitLocker => "BitLocker",
            Volume::Zfs => "ZFS",
            Volume::Bcache => "bcache",
            Volume::Blank => "blank",
            Volume::Unknown => "unknown",
        })
    }
}

/// The last of the fixed places is that of Btrfs, at 64 KiB; ZFS labels reach to 256 KiB.
const HEAD_BYTES: usize = 256 << 10;

const SWAP_PAGES: [usize; 5] = [4 << 10, 8 << 10, 16 << 10, 32 << 10, 64 << 10];

/// Where the uberblocks of a ZFS label lie, each of at least a KiB.
const ZFS_UBERBLOCKS: std::ops::Range<usize> = 128 << 10..256 << 10;

const SIGNATURES: &[(usize, &[u8], Volume)] = &[
    (0, b"LUKS\xba\xbe", Volume::Luks),
    (3, b"-FVE-FS-", Volume::BitLocker),
    (4096 + 24, b"\xc6\x85\x73\xf6\x4e\x1a\x45\xca\x82\x65\xf5\x7f\x48\xba\x6d\x81", Volume::Bcache),
    (0, b"\xfc\x4e\x2b\xa9", Volume::MdRaid),
    (4096, b"\xfc\x4e\x2b\xa9", Volume::MdRaid),
    (0, b"XFSB", Volume::Xfs),
    (0, b"hsqs", Volume::Squashfs),
    (3, b"NTFS    ", Volume::Ntfs),
    (3, b"EXFAT   ", Volume::ExFat),
    (3, b"ReFS\0\0\0\0", Volume::Refs),
    (1024, b"\x10\x20\xf5\xf2", Volume::F2fs),
    (1024, b"\xe2\xe1\xf5\xe0", Volume::Erofs),
    (0x1_0040, b"_BHRfS_M", Volume::Btrfs),
    (0x8001, b"CD001", Volume::Iso9660),
];

/// Says what a volume holds, from its first 256 KiB and the places near its end where old RAID members keep their superblock.
pub fn identify(volume: &dyn ReadAt) -> io::Result<Volume> {
    let head = read_up_to(volume, 0, HEAD_BYTES)?;
    let raid_at_end = md_superblock_at_end(volume)?;
    if raid_at_end {
        return Ok(Volume::MdRaid);
    }
    if is_lvm(&head) {
        return Ok(Volume::LvmPhysicalVolume);
    }
    if is_swap(&head) {
        return Ok(Volume::Swap);
    }
    if let Some((_, _, found)) = SIGNATURES.iter().find(|(at, magic, _)| has(&head, *at, magic)) {
        return Ok(*found);
    }
    if let Some(found) = ext(&head).or_else(|| fat(&head)) {
        return Ok(found);
    }
    if is_zfs(&head) {
        return Ok(Volume::Zfs);
    }
    Ok(if all_zero(&head) { Volume::Blank } else { Volume::Unknown })
}

/// A physical volume keeps its label in one of its first four sectors.
fn is_lvm(head: &[u8]) -> bool {
    (0..4).any(|sector| has(head, sector * 512, b"LABELONE") && has(head, sector * 512 + 24, b"LVM2"))
}

fn is_swap(head: &[u8]) -> bool {
    let magics: [&[u8]; 2] = [b"SWAPSPACE2", b"SWAP-SPACE"];
    SWAP_PAGES.iter().any(|page| magics.iter().any(|magic| has(head, page - magic.len(), magic)))
}

/// Generations are told by what they need: ext3 has a journal, ext4 anything that ext3 does not know.
fn ext(head: &[u8]) -> Option<Volume> {
    const AT: usize = 1024;
    const INCOMPAT_OF_EXT3: u32 = 0x2 | 0x4 | 0x8 | 0x10;
    const RO_COMPAT_OF_EXT3: u32 = 0x1 | 0x2 | 0x4;
    if u16_le(head, AT + 56) != 0xef53 {
        return None;
    }
    let [compat, incompat, ro_compat] = [92, 96, 100].map(|at| u32_le(head, AT + at));
    Some(if incompat & !INCOMPAT_OF_EXT3 != 0 || ro_compat & !RO_COMPAT_OF_EXT3 != 0 {
        Volume::Ext4
    } else if compat & 0x4 != 0 || incompat & 0x8 != 0 {
        Volume::Ext3
    } else {
        Volume::Ext2
    })
}

/// FAT has no signature of its own: the width follows from the number of clusters, once the boot sector makes sense.
fn fat(head: &[u8]) -> Option<Volume> {
    let jump = has(head, 0, b"\xeb") && has(head, 2, b"\x90") || has(head, 0, b"\xe9");
    let sector_bytes = u32::from(u16_le(head, 11));
    let cluster_sectors = u32::from(*head.get(13)?);
    let reserved = u32::from(u16_le(head, 14));
    let tables = u32::from(*head.get(16)?);
    let sane = jump
        && matches!(sector_bytes, 512 | 1024 | 2048 | 4096)
        && cluster_sectors.is_power_of_two()
        && reserved != 0
        && matches!(tables, 1 | 2)
        && *head.get(21)? >= 0xf0
        && u16_le(head, 510) == 0xaa55;
    if !sane {
        return None;
    }
    let root_sectors = (u32::from(u16_le(head, 17)) * 32).div_ceil(sector_bytes);
    let table_sectors = Some(u32::from(u16_le(head, 22))).filter(|n| *n != 0).unwrap_or(u32_le(head, 36));
    let sectors = Some(u32::from(u16_le(head, 19))).filter(|n| *n != 0).unwrap_or(u32_le(head, 32));
    let before_data =
        u64::from(reserved) + u64::from(tables) * u64::from(table_sectors) + u64::from(root_sectors);
    let clusters = u64::from(sectors).checked_sub(before_data)? / u64::from(cluster_sectors);
    Some(match clusters {
        0..4085 => Volume::Fat12,
        4085..65_525 => Volume::Fat16,
        _ => Volume::Fat32,
    })
}

fn is_zfs(head: &[u8]) -> bool {
    const MAGIC: u64 = 0x00ba_b10c;
    let places = ZFS_UBERBLOCKS.step_by(1024);
    places.into_iter().any(|at| has(head, at, &MAGIC.to_le_bytes()) || has(head, at, &MAGIC.to_be_bytes()))
}

/// MD metadata 0.90 lies in the last whole 64 KiB but one, 1.0 some 8 KiB before the end, aligned to 4 KiB.
fn md_superblock_at_end(volume: &dyn ReadAt) -> io::Result<bool> {
    let size = volume.size_bytes();
    let old = (size & !0xffff).checked_sub(0x1_0000);
    let new = (size & !511).checked_sub(16 * 512).map(|at| at & !4095);
    for at in [old, new].into_iter().flatten() {
        let magic = read_up_to(volume, at, 4)?;
        // 0.90 is written in the byte order of its machine.
        if magic == *b"\xfc\x4e\x2b\xa9" || magic == *b"\xa9\x2b\x4e\xfc" {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests;
