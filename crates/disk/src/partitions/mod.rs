//! Partition tables, audited: what is there, and whatever contradicts itself, as data.
//!
//! [`audit`] reads the GPT with its backup and the MBR with its extended chain, always both, because two systems may believe
//! different ones. It reads at most [`PARTITIONS_MAX`] entries of each. Sectors are of 512 bytes.

use std::io;
use std::sync::Arc;

use crate::read_at::{ReadAt, Window, read_up_to};

pub mod gpt;
mod guid;
mod mbr;

pub use guid::Guid;
pub(crate) use mbr::plausible as plausible_mbr;

pub const SECTOR_BYTES: u64 = 512;

/// Twice what a GPT usually has room for.
pub const PARTITIONS_MAX: usize = 256;

/// Where the first partition of a well-made disk begins: 1 MiB.
pub const FIRST_ALIGNED_LBA: u64 = 2048;

/// Which table a disk is read by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// No table: blank, or a bare filesystem.
    None,
    Mbr,
    Gpt,
    /// A GPT whose first sector names partitions of its own.
    HybridMbr,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartitionType {
    Mbr(u8),
    Gpt(Guid),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// The number that systems give it, from 1; logical ones from 5.
    pub index: u32,
    pub first_lba: u64,
    /// The last sector that belongs to it.
    pub last_lba: u64,
    pub kind: PartitionType,
    /// Its own GUID; none in an MBR.
    pub unique: Guid,
    /// GPT attribute bits.
    pub attributes: u64,
    /// Its GPT name. Chosen by whoever made the disk: not fit for a terminal as it is.
    pub name: String,
    /// Whether an MBR marks it for booting.
    pub active: bool,
}

impl Default for Partition {
    fn default() -> Partition {
        Partition {
            index: 0,
            first_lba: 0,
            last_lba: 0,
            kind: PartitionType::Mbr(0),
            unique: Guid::NONE,
            attributes: 0,
            name: String::new(),
            active: false,
        }
    }
}

impl Partition {
    /// Its place on the disk as `(offset, length)` in bytes; `None` if it ends before it begins or beyond all numbers.
    pub fn range(&self) -> Option<(u64, u64)> {
        let sectors = self.last_lba.checked_sub(self.first_lba)?.checked_add(1)?;
        let (offset, length) =
            (self.first_lba.checked_mul(SECTOR_BYTES)?, sectors.checked_mul(SECTOR_BYTES)?);
        offset.checked_add(length).map(|_| (offset, length))
    }

    /// The partition as a source of its own; `None` if it is not wholly on the disk.
    pub fn window(&self, disk: Arc<dyn ReadAt>) -> Option<Window> {
        let (offset, length) = self.range()?;
        Window::new(disk, offset, length)
    }

    pub fn is_gpt(&self, kind: Guid) -> bool {
        self.kind == PartitionType::Gpt(kind)
    }

    pub fn is_mbr(&self, kind: u8) -> bool {
        self.kind == PartitionType::Mbr(kind)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GptCopy {
    Primary,
    Backup,
}

/// What can be wrong with one copy of a GPT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Missing,
    HeaderSize(u32),
    HeaderChecksum,
    /// The header says that it lies elsewhere.
    HeaderLba(u64),
    EntrySize(u32),
    TooManyEntries(u32),
    EntriesOutside,
    EntriesChecksum,
}

/// Something in the tables that is wrong, or that two readers could take differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A GPT laid out for larger sectors. Its partitions are not read.
    SectorSize(u32),
    Gpt(GptCopy, What),
    /// The backup is not at the end of the disk, as after a disk was enlarged.
    BackupMisplaced {
        found_lba: u64,
        expected_lba: u64,
    },
    CopiesDiffer,
    /// A GPT without the entry in the MBR that guards it: many systems then ignore it.
    NotProtected,
    /// The MBR of a hybrid has a partition that the GPT has not.
    OnlyInMbr {
        index: u32,
    },
    EndsBeforeItStarts {
        index: u32,
    },
    PastTheEnd {
        index: u32,
    },
    /// Lies over the partition table itself, or outside the range that the GPT declares usable.
    OutsideUsable {
        index: u32,
    },
    Overlap {
        one: u32,
        other: u32,
    },
    ExtendedLoop {
        lba: u64,
    },
    ExtendedDamaged {
        lba: u64,
    },
    OutsideExtended {
        index: u32,
    },
    TooManyEntries {
        claimed: u64,
    },
}

/// The bytes between the tables and the first partition, at most up to 1 MiB, as `[from, to)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gap {
    pub from: u64,
    pub to: u64,
    pub nonzero_bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub scheme: Scheme,
    pub disk_sectors: u64,
    /// The partitions by the table that `scheme` names.
    pub partitions: Vec<Partition>,
    /// The partitions by the other table, if there are both: of the MBR in a hybrid, of a GPT that nothing protects.
    pub rivals: Vec<Partition>,
    pub faults: Vec<Fault>,
    pub gpt_primary: Option<gpt::Table>,
    pub gpt_backup: Option<gpt::Table>,
    pub gap: Gap,
    /// Whether the first sector holds code to boot by.
    pub boot_code: bool,
}

impl Table {
    /// The GPT partition in which GRUB keeps itself on BIOS machines.
    pub fn bios_boot(&self) -> Option<&Partition> {
        self.partitions.iter().find(|partition| partition.is_gpt(Guid::BIOS_BOOT))
    }

    /// The EFI system partition, by GPT type or by MBR type.
    pub fn efi_system(&self) -> Option<&Partition> {
        self.partitions.iter().find(|partition| partition.is_gpt(Guid::EFI_SYSTEM) || partition.is_mbr(0xef))
    }

    pub fn active(&self) -> Option<&Partition> {
        self.partitions.iter().find(|partition| partition.active)
    }
}

/// Reads both kinds of partition table and compares them with the disk and each other.
pub fn audit(disk: &dyn ReadAt) -> io::Result<Table> {
    let disk_sectors = disk.size_bytes() / SECTOR_BYTES;
    let first_sector = read_up_to(disk, 0, SECTOR_BYTES as usize)?;
    let mbr = mbr::read(disk, &first_sector)?;
    let gpt = gpt::read(disk)?;
    let mut faults = gpt.faults;
    if gpt.primary.is_none() && read_up_to(disk, 4096, 8)? == b"EFI PART" {
        faults.push(Fault::SectorSize(4096));
    }
    let best = best_of(&gpt.primary, &gpt.backup).cloned();
    let boot_code = mbr.as_ref().is_some_and(|mbr| mbr.boot_code);
    let (scheme, partitions, rivals) = choose(mbr, &best, &mut faults);
    judge(&partitions, disk_sectors, best.as_ref().filter(|_| scheme != Scheme::Mbr), &mut faults);
    let tables_end = match (&gpt.primary, scheme) {
        (_, Scheme::None) => 0,
        (Some(primary), _) if primary.entries_lba < FIRST_ALIGNED_LBA => primary.entries_end(),
        _ => SECTOR_BYTES,
    };
    let gap = gap(disk, tables_end, &partitions)?;
    let (gpt_primary, gpt_backup) = (gpt.primary, gpt.backup);
    Ok(Table { scheme, disk_sectors, partitions, rivals, faults, gpt_primary, gpt_backup, gap, boot_code })
}

/// The copy to go by: the first that bears out its checksums, or else the first there is.
fn best_of<'a>(primary: &'a Option<gpt::Table>, backup: &'a Option<gpt::Table>) -> Option<&'a gpt::Table> {
    let valid = [primary, backup].into_iter().flatten().find(|table| table.valid);
    valid.or(primary.as_ref()).or(backup.as_ref())
}

/// Decides which table systems go by, and which partitions only the other one has.
fn choose(
    mbr: Option<mbr::Mbr>,
    gpt: &Option<gpt::Table>,
    faults: &mut Vec<Fault>,
) -> (Scheme, Vec<Partition>, Vec<Partition>) {
    let mbr = match mbr {
        Some(mut mbr) => {
            faults.append(&mut mbr.faults);
            mbr
        }
        None => mbr::Mbr::default(),
    };
    let Some(gpt) = gpt else {
        let scheme = if mbr.partitions.is_empty() && !mbr.protective { Scheme::None } else { Scheme::Mbr };
        return (scheme, mbr.partitions, Vec::new());
    };
    if !mbr.protective {
        faults.push(Fault::NotProtected);
    }
    if mbr.partitions.is_empty() {
        return (Scheme::Gpt, gpt.partitions.clone(), Vec::new());
    }
    if !mbr.protective {
        return (Scheme::Mbr, mbr.partitions, gpt.partitions.clone());
    }
    let places: Vec<_> = gpt.partitions.iter().map(Partition::range).collect();
    let alone = mbr.partitions.iter().filter(|partition| !places.contains(&partition.range()));
    faults.extend(alone.map(|partition| Fault::OnlyInMbr { index: partition.index }));
    (Scheme::HybridMbr, gpt.partitions.clone(), mbr.partitions)
}

/// Compares the partitions with the disk, the table's own bounds and each other.
fn judge(partitions: &[Partition], disk_sectors: u64, gpt: Option<&gpt::Table>, faults: &mut Vec<Fault>) {
    let mut sound = Vec::new();
    for partition in partitions {
        let index = partition.index;
        if partition.last_lba < partition.first_lba {
            faults.push(Fault::EndsBeforeItStarts { index });
            continue;
        }
        if partition.last_lba >= disk_sectors {
            faults.push(Fault::PastTheEnd { index });
        }
        let usable = gpt.map_or((1, u64::MAX), |gpt| (gpt.first_usable_lba, gpt.last_usable_lba));
        if partition.first_lba < usable.0 || partition.last_lba > usable.1 {
            faults.push(Fault::OutsideUsable { index });
        }
        sound.push(partition);
    }
    sound.sort_by_key(|partition| (partition.first_lba, partition.last_lba));
    let mut furthest: Option<&Partition> = None;
    for partition in sound {
        if let Some(before) = furthest.filter(|before| before.last_lba >= partition.first_lba) {
            faults.push(Fault::Overlap { one: before.index, other: partition.index });
        }
        if furthest.is_none_or(|before| before.last_lba < partition.last_lba) {
            furthest = Some(partition);
        }
    }
}

fn gap(disk: &dyn ReadAt, from: u64, partitions: &[Partition]) -> io::Result<Gap> {
    let first = partitions.iter().filter_map(Partition::range).map(|(offset, _)| offset).min();
    let to = (FIRST_ALIGNED_LBA * SECTOR_BYTES).min(first.unwrap_or(u64::MAX)).min(disk.size_bytes());
    if from >= to {
        return Ok(Gap { from, to: from, nonzero_bytes: 0 });
    }
    // At most a MiB, by the line above.
    let bytes = read_up_to(disk, from, (to - from) as usize)?;
    Ok(Gap { from, to, nonzero_bytes: bytes.iter().filter(|byte| **byte != 0).count() as u64 })
}

#[cfg(test)]
mod tests;
