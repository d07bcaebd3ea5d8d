//! The GUID partition table: a header and an array of entries near the start, and both again at the end.

use std::io;

use super::{Fault, GptCopy, Guid, PARTITIONS_MAX, Partition, PartitionType, SECTOR_BYTES, What};
use crate::fields::{array, has, u32_le, u64_le};
use crate::read_at::{ReadAt, read_up_to};

const SIGNATURE: &[u8] = b"EFI PART";
const HEADER_BYTES_MIN: usize = 92;
const HEADER_CHECKSUM_AT: usize = 16;
const ENTRY_BYTES_MIN: u32 = 128;
const ENTRY_BYTES_MAX: u32 = 1024;
const NAME_AT: usize = 56;
const NAME_UNITS: usize = 36;

/// One of the two copies, as far as it could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub header_lba: u64,
    pub other_header_lba: u64,
    pub first_usable_lba: u64,
    pub last_usable_lba: u64,
    pub disk_guid: Guid,
    pub entries_lba: u64,
    pub entries: u32,
    pub entry_bytes: u32,
    pub partitions: Vec<Partition>,
    /// Whether header and entries bear out their checksums.
    pub valid: bool,
}

impl Table {
    /// Where the array of entries ends, in bytes.
    pub fn entries_end(&self) -> u64 {
        let length = u64::from(self.entries) * u64::from(self.entry_bytes);
        self.entries_lba.saturating_mul(SECTOR_BYTES).saturating_add(length)
    }

    /// Whether both copies tell the same disk.
    fn agrees_with(&self, other: &Table) -> bool {
        self.disk_guid == other.disk_guid
            && (self.first_usable_lba, self.last_usable_lba)
                == (other.first_usable_lba, other.last_usable_lba)
            && self.partitions == other.partitions
    }
}

/// Both copies, and what is wrong with them.
#[derive(Default)]
pub(super) struct Copies {
    pub primary: Option<Table>,
    pub backup: Option<Table>,
    pub faults: Vec<Fault>,
}

/// Reads both copies; nothing at all if neither bears the signature.
pub(super) fn read(source: &dyn ReadAt) -> io::Result<Copies> {
    let last_lba = (source.size_bytes() / SECTOR_BYTES).saturating_sub(1);
    let mut faults = Vec::new();
    let primary = read_copy(source, GptCopy::Primary, 1, &mut faults)?;
    let mut backup = read_copy(source, GptCopy::Backup, last_lba, &mut faults)?;
    if let (Some(primary), None) = (&primary, &backup) {
        let at = primary.other_header_lba;
        if at != last_lba && at > 1 {
            backup = read_copy(source, GptCopy::Backup, at, &mut faults)?;
        }
        faults.push(match backup {
            Some(_) => Fault::BackupMisplaced { found_lba: at, expected_lba: last_lba },
            None => Fault::Gpt(GptCopy::Backup, What::Missing),
        });
    }
    if let (None, Some(_)) = (&primary, &backup) {
        faults.push(Fault::Gpt(GptCopy::Primary, What::Missing));
    }
    if let (Some(primary), Some(backup)) = (&primary, &backup)
        && !primary.agrees_with(backup)
    {
        faults.push(Fault::CopiesDiffer);
    }
    Ok(Copies { primary, backup, faults })
}

fn read_copy(
    source: &dyn ReadAt,
    copy: GptCopy,
    lba: u64,
    faults: &mut Vec<Fault>,
) -> io::Result<Option<Table>> {
    let Some(offset) = lba.checked_mul(SECTOR_BYTES) else { return Ok(None) };
    let sector = read_up_to(source, offset, SECTOR_BYTES as usize)?;
    if !has(&sector, 0, SIGNATURE) || sector.len() < SECTOR_BYTES as usize {
        return Ok(None);
    }
    let mut wrong = Vec::new();
    check_header(&sector, lba, &mut wrong);
    let mut table = Table {
        header_lba: u64_le(&sector, 24),
        other_header_lba: u64_le(&sector, 32),
        first_usable_lba: u64_le(&sector, 40),
        last_usable_lba: u64_le(&sector, 48),
        disk_guid: Guid(array(&sector, 56)),
        entries_lba: u64_le(&sector, 72),
        entries: u32_le(&sector, 80),
        entry_bytes: u32_le(&sector, 84),
        partitions: Vec::new(),
        valid: false,
    };
    read_entries(source, u32_le(&sector, 88), &mut table, &mut wrong)?;
    table.valid = wrong.is_empty();
    faults.extend(wrong.into_iter().map(|what| Fault::Gpt(copy, what)));
    Ok(Some(table))
}

fn check_header(sector: &[u8], lba: u64, wrong: &mut Vec<What>) {
    let length = u32_le(sector, 12);
    let header = usize::try_from(length).ok().filter(|length| *length >= HEADER_BYTES_MIN);
    match header.and_then(|length| sector.get(..length)) {
        None => wrong.push(What::HeaderSize(length)),
        Some(header) => {
            let mut hasher = crc32fast::Hasher::new();
            hasher.update(&header[..HEADER_CHECKSUM_AT]);
            hasher.update(&[0; 4]);
            hasher.update(&header[HEADER_CHECKSUM_AT + 4..]);
            if hasher.finalize() != u32_le(sector, HEADER_CHECKSUM_AT) {
                wrong.push(What::HeaderChecksum);
            }
        }
    }
    let says = u64_le(sector, 24);
    if says != lba {
        wrong.push(What::HeaderLba(says));
    }
}

/// Reads at most [`PARTITIONS_MAX`] entries, whatever the header claims.
fn read_entries(
    source: &dyn ReadAt,
    stored: u32,
    table: &mut Table,
    wrong: &mut Vec<What>,
) -> io::Result<()> {
    let entry_bytes = table.entry_bytes;
    if !(ENTRY_BYTES_MIN..=ENTRY_BYTES_MAX).contains(&entry_bytes) || !entry_bytes.is_power_of_two() {
        wrong.push(What::EntrySize(entry_bytes));
        return Ok(());
    }
    if table.entries as usize > PARTITIONS_MAX {
        wrong.push(What::TooManyEntries(table.entries));
    }
    let count = (table.entries as usize).min(PARTITIONS_MAX);
    let length = count * entry_bytes as usize;
    let offset = table.entries_lba.saturating_mul(SECTOR_BYTES);
    if offset.saturating_add(length as u64) > source.size_bytes() {
        wrong.push(What::EntriesOutside);
        return Ok(());
    }
    let bytes = read_up_to(source, offset, length)?;
    if count == table.entries as usize && crc32fast::hash(&bytes) != stored {
        wrong.push(What::EntriesChecksum);
    }
    let numbered = (1..).zip(bytes.chunks_exact(entry_bytes as usize));
    table.partitions = numbered.filter_map(|(index, entry)| partition(index, entry)).collect();
    Ok(())
}

fn partition(index: u32, entry: &[u8]) -> Option<Partition> {
    let kind = Guid(array(entry, 0));
    if kind == Guid::NONE {
        return None;
    }
    let name = entry.get(NAME_AT..NAME_AT + 2 * NAME_UNITS).unwrap_or_default();
    let units = name.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let units: Vec<u16> = units.take_while(|unit| *unit != 0).collect();
    Some(Partition {
        index,
        first_lba: u64_le(entry, 32),
        last_lba: u64_le(entry, 40),
        kind: PartitionType::Gpt(kind),
        unique: Guid(array(entry, 16)),
        attributes: u64_le(entry, 48),
        name: String::from_utf16_lossy(&units),
        active: false,
    })
}
