//! The partition table of the PC: four entries in the first sector, and a chain of extended boot records for more.

use std::collections::HashSet;
use std::io;

use super::{Fault, PARTITIONS_MAX, Partition, PartitionType, SECTOR_BYTES};
use crate::fields::{u16_le, u32_le};
use crate::read_at::{ReadAt, read_up_to};

const ENTRIES_AT: usize = 446;
const ENTRY_BYTES: usize = 16;
const SIGNATURE_AT: usize = 510;
const SIGNATURE: u16 = 0xaa55;
const ACTIVE: u8 = 0x80;

pub(super) const PROTECTIVE: u8 = 0xee;

/// Logical partitions are numbered from here, however many primary ones there are.
const FIRST_LOGICAL: u32 = 5;

struct Entry {
    status: u8,
    kind: u8,
    first_lba: u64,
    sectors: u64,
}

impl Entry {
    fn is_extended(&self) -> bool {
        matches!(self.kind, 0x05 | 0x0f | 0x85)
    }

    fn is_used(&self) -> bool {
        self.kind != 0 && self.sectors != 0
    }

    fn partition(&self, index: u32, base_lba: u64) -> Partition {
        let first_lba = base_lba.saturating_add(self.first_lba);
        Partition {
            index,
            first_lba,
            last_lba: first_lba.saturating_add(self.sectors - 1),
            kind: PartitionType::Mbr(self.kind),
            active: self.status & ACTIVE != 0,
            ..Partition::default()
        }
    }
}

fn entries(sector: &[u8]) -> [Entry; 4] {
    std::array::from_fn(|n| {
        let at = ENTRIES_AT + n * ENTRY_BYTES;
        Entry {
            status: sector.get(at).copied().unwrap_or(0),
            kind: sector.get(at + 4).copied().unwrap_or(0),
            first_lba: u64::from(u32_le(sector, at + 8)),
            sectors: u64::from(u32_le(sector, at + 12)),
        }
    })
}

fn has_signature(sector: &[u8]) -> bool {
    u16_le(sector, SIGNATURE_AT) == SIGNATURE
}

/// Whether a first sector reads as a partition table rather than as the boot code of a bare filesystem.
pub(crate) fn plausible(sector: &[u8]) -> bool {
    let entries = entries(sector);
    has_signature(sector)
        && entries.iter().all(|entry| entry.status & !ACTIVE == 0)
        && entries.iter().any(|entry| entry.is_used() && entry.first_lba != 0)
}

/// What the first sector says.
#[derive(Default)]
pub(super) struct Mbr {
    pub partitions: Vec<Partition>,
    pub protective: bool,
    pub boot_code: bool,
    pub faults: Vec<Fault>,
}

/// Reads the first sector's table and follows the extended chain; `None` if it holds no table.
pub(super) fn read(source: &dyn ReadAt, first_sector: &[u8]) -> io::Result<Option<Mbr>> {
    if !plausible(first_sector) {
        return Ok(None);
    }
    let mut mbr = Mbr { boot_code: first_sector[..440].iter().any(|byte| *byte != 0), ..Mbr::default() };
    for (index, entry) in (1..).zip(entries(first_sector)) {
        if !entry.is_used() {
            continue;
        }
        if entry.kind == PROTECTIVE {
            mbr.protective = true;
        } else if entry.is_extended() {
            read_chain(source, &entry, &mut mbr)?;
        } else {
            mbr.partitions.push(entry.partition(index, 0));
        }
    }
    Ok(Some(mbr))
}

/// Follows a chain of extended boot records. Each holds one logical partition, placed relative to itself, and a link, relative
/// to the start of the whole extended partition.
fn read_chain(source: &dyn ReadAt, extended: &Entry, mbr: &mut Mbr) -> io::Result<()> {
    let base = extended.first_lba;
    let end = base.saturating_add(extended.sectors);
    let mut seen = HashSet::new();
    let mut at = base;
    loop {
        if !seen.insert(at) {
            mbr.faults.push(Fault::ExtendedLoop { lba: at });
            return Ok(());
        }
        if seen.len() > PARTITIONS_MAX {
            mbr.faults.push(Fault::TooManyEntries { claimed: seen.len() as u64 });
            return Ok(());
        }
        let sector = match at.checked_mul(SECTOR_BYTES) {
            Some(offset) => read_up_to(source, offset, SECTOR_BYTES as usize)?,
            None => Vec::new(),
        };
        if !has_signature(&sector) {
            mbr.faults.push(Fault::ExtendedDamaged { lba: at });
            return Ok(());
        }
        let [logical, link, ..] = entries(&sector);
        if logical.is_used() {
            let logicals = mbr.partitions.iter().filter(|partition| partition.index >= FIRST_LOGICAL);
            let index = FIRST_LOGICAL + logicals.count() as u32;
            let partition = logical.partition(index, at);
            if partition.first_lba < base || partition.last_lba >= end {
                mbr.faults.push(Fault::OutsideExtended { index });
            }
            mbr.partitions.push(partition);
        }
        if !link.is_used() || !link.is_extended() {
            return Ok(());
        }
        at = base.saturating_add(link.first_lba);
        if at >= end {
            mbr.faults.push(Fault::ExtendedDamaged { lba: at });
            return Ok(());
        }
    }
}
