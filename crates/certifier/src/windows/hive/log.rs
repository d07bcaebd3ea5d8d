//! Transaction logs. A hive whose writing was broken off says one thing, and its logs another that is true: what they hold is laid over
//! the hive in memory, as Windows would do at its next start.

use std::collections::BTreeMap;

use disk::read_at::ReadAt;
use disk::tree::Unreadable;

use super::base::{BASE_BYTES, BaseBlock, SECTOR_BYTES};
use super::{HIVE_BYTES_MAX, bytes_of, marvin};
use crate::windows::little_endian::{u32_at, u64_at};

/// The most that logs may lay over a hive. It is kept in memory, for each hive of a system.
pub const OVERLAY_BYTES_MAX: u64 = 24 << 20;

/// Larger logs are not read.
pub const LOG_BYTES_MAX: u64 = 128 << 20;

/// Entries above this are no log of Windows.
const ENTRIES_MAX: usize = 100_000;

const OLD_KINDS: [u32; 2] = [1, 2];
const NEW_KIND: u32 = 6;

const ENTRY_HEAD_BYTES: usize = 40;
const REFERENCE_BYTES: usize = 8;
/// Windows aligns entries, and counts bins, in these.
const PAGE_BYTES: u32 = 4096;

/// Sectors by their number, counted from the first bin.
pub type Overlay = BTreeMap<u32, Box<[u8; SECTOR_BYTES]>>;

/// A hive's state after its logs.
pub struct Recovered {
    pub base: BaseBlock,
    pub overlay: Overlay,
}

/// Completes a hive that is dirty. `None` when no log continues it: its state is then unknown.
pub fn recover(found: Option<BaseBlock>, logs: &[&dyn ReadAt]) -> Result<Option<Recovered>, Unreadable> {
    let mut bases = Vec::new();
    for log in logs {
        if log.size_bytes() > LOG_BYTES_MAX {
            let (found, limit) = (log.size_bytes(), LOG_BYTES_MAX);
            return Err(Unreadable::OverLimit { what: "bytes in a log of a hive", found, limit });
        }
        let base = BaseBlock::read(&bytes_of(*log, 0, SECTOR_BYTES)?).filter(|base| base.checksum_holds);
        bases.extend(base.map(|base| (*log, base)));
    }
    let whole = found.filter(|base| base.checksum_holds);
    // A torn base block is taken from the first log that has one.
    let Some(base) = whole.or_else(|| bases.first().map(|(_, base)| *base)) else {
        return Ok(None);
    };
    let mut recovered = Recovered { base, overlay: Overlay::new() };
    let old = bases.iter().find(|(_, of_log)| {
        OLD_KINDS.contains(&of_log.kind)
            && of_log.primary_sequence == of_log.secondary_sequence
            && of_log.written_at == base.written_at
    });
    let applied = match old {
        Some((log, of_log)) => recovered.apply_old(*log, of_log)?,
        None => {
            let new = bases.iter().filter(|(_, of_log)| of_log.kind == NEW_KIND).map(|(log, _)| *log);
            recovered.apply_new(new.collect())?
        }
    };
    Ok(applied.then_some(recovered))
}

impl Recovered {
    /// A log of Windows before 8.1: a map of sectors, then those sectors.
    fn apply_old(&mut self, log: &dyn ReadAt, of_log: &BaseBlock) -> Result<bool, Unreadable> {
        self.base.bins_bytes = of_log.bins_bytes;
        self.base.root_at = of_log.root_at;
        let sectors = of_log.bins_bytes as usize / SECTOR_BYTES;
        if u64::from(of_log.bins_bytes) > HIVE_BYTES_MAX {
            return Err(too_large(of_log.bins_bytes.into()));
        }
        let map_bytes = sectors.div_ceil(8);
        let map = bytes_of(log, SECTOR_BYTES as u64, 4 + map_bytes)?;
        if !map.starts_with(b"DIRT") || map.len() < 4 + map_bytes {
            return Ok(false);
        }
        let mut at = (SECTOR_BYTES + 4 + map_bytes).next_multiple_of(SECTOR_BYTES) as u64;
        for sector in 0..sectors {
            if map[4 + sector / 8] & 1 << (sector % 8) == 0 {
                continue;
            }
            let bytes = bytes_of(log, at, SECTOR_BYTES)?;
            if bytes.len() < SECTOR_BYTES {
                // Half of a change is worse than none.
                return Ok(false);
            }
            self.lay(sector as u32, &bytes)?;
            at += SECTOR_BYTES as u64;
        }
        Ok(true)
    }

    /// Logs since Windows 8.1: numbered entries, each with its pages and guarded by two checksums. Which log goes on where the other
    /// ends is told by the numbers alone.
    fn apply_new(&mut self, logs: Vec<&dyn ReadAt>) -> Result<bool, Unreadable> {
        let wanted = self.base.secondary_sequence;
        if self.apply_from(wanted, logs.clone())? {
            return Ok(true);
        }
        // When both logs have been filled, Windows writes the hive itself, all but its base block, and goes on in the log that it filled
        // first. What the base block waits for is then overwritten, and the next entry that there is comes first.
        match first_after(&logs, wanted)? {
            Some(first) => self.apply_from(first, logs),
            None => Ok(false),
        }
    }

    fn apply_from(&mut self, mut wanted: u32, mut logs: Vec<&dyn ReadAt>) -> Result<bool, Unreadable> {
        let mut applied = false;
        loop {
            let mut went_on = None;
            for (place, log) in logs.iter().enumerate() {
                let after = self.apply_entries(*log, wanted)?;
                if after != wanted {
                    (wanted, went_on, applied) = (after, Some(place), true);
                    break;
                }
            }
            match went_on {
                Some(place) => logs.swap_remove(place),
                None => return Ok(applied),
            };
        }
    }

    /// Applies what follows without a gap from the entry `wanted`; the number that would come next.
    fn apply_entries(&mut self, log: &dyn ReadAt, mut wanted: u32) -> Result<u32, Unreadable> {
        let mut at = SECTOR_BYTES as u64;
        let mut begun = false;
        for _ in 0..ENTRIES_MAX {
            let Some(entry) = Entry::read(log, at, &|sequence| sequence == wanted)? else {
                break;
            };
            if entry.sequence == wanted {
                begun = true;
                self.base.bins_bytes = entry.bins_bytes;
                self.apply(&entry)?;
                wanted = wanted.wrapping_add(1);
            } else if begun {
                break;
            }
            at += entry.bytes.len() as u64;
        }
        Ok(wanted)
    }

    fn apply(&mut self, entry: &Entry) -> Result<(), Unreadable> {
        let mut from = ENTRY_HEAD_BYTES + entry.pages.len() * REFERENCE_BYTES;
        for (offset, size) in &entry.pages {
            let pages = &entry.bytes[from..from + *size as usize];
            for (place, sector) in pages.chunks_exact(SECTOR_BYTES).enumerate() {
                self.lay(offset / SECTOR_BYTES as u32 + place as u32, sector)?;
            }
            from += *size as usize;
        }
        Ok(())
    }

    fn lay(&mut self, sector: u32, bytes: &[u8]) -> Result<(), Unreadable> {
        let limit = OVERLAY_BYTES_MAX;
        let laid = self.overlay.len() as u64 * SECTOR_BYTES as u64;
        if laid >= limit && !self.overlay.contains_key(&sector) {
            return Err(Unreadable::OverLimit { what: "bytes in the logs of a hive", found: laid, limit });
        }
        let bytes: [u8; SECTOR_BYTES] = bytes.try_into().expect("sectors are cut to their size");
        self.overlay.insert(sector, Box::new(bytes));
        Ok(())
    }
}

pub fn too_large(found: u64) -> Unreadable {
    Unreadable::OverLimit { what: "bytes in a hive", found, limit: HIVE_BYTES_MAX }
}

/// An entry whose checksums hold, and whose pages lie where they can.
struct Entry {
    bytes: Vec<u8>,
    sequence: u32,
    bins_bytes: u32,
    /// Offset from the first bin, and size.
    pages: Vec<(u32, u32)>,
}

impl Entry {
    /// The entry at `at`; `None` where the log has come to its end, or to something half written. An entry that counts, and is whole by
    /// its checksums, was not torn: if it cannot be, nobody knows what Windows makes of it, and the hive is in doubt.
    fn read(log: &dyn ReadAt, at: u64, counts: &dyn Fn(u32) -> bool) -> Result<Option<Entry>, Unreadable> {
        let head = bytes_of(log, at, ENTRY_HEAD_BYTES)?;
        let is_entry = head.len() == ENTRY_HEAD_BYTES && head.starts_with(b"HvLE");
        if !is_entry || marvin::of_log(&head[..32]) != u64_at(&head, 32) {
            return Ok(None);
        }
        let (size, sequence, bins_bytes) = (u32_at(&head, 4), u32_at(&head, 12), u32_at(&head, 16));
        let in_doubt = |cause| if counts(sequence) { Err(cause) } else { Ok(None) };
        if u64::from(size) > OVERLAY_BYTES_MAX {
            let (found, limit) = (size.into(), OVERLAY_BYTES_MAX);
            return in_doubt(Unreadable::OverLimit {
                what: "bytes in an entry of a hive's log",
                found,
                limit,
            });
        }
        if !(size as usize).is_multiple_of(SECTOR_BYTES) || (size as usize) < ENTRY_HEAD_BYTES {
            return in_doubt(Unreadable::Damaged {
                what: "the size of an entry in a hive's log",
                offset: at,
            });
        }
        let bytes = bytes_of(log, at, size as usize)?;
        if bytes.len() < size as usize || marvin::of_log(&bytes[ENTRY_HEAD_BYTES..]) != u64_at(&head, 24) {
            return Ok(None);
        }
        // Here Windows stops.
        if !bins_bytes.is_multiple_of(PAGE_BYTES) {
            return Ok(None);
        }
        if u64::from(bins_bytes) > HIVE_BYTES_MAX {
            return in_doubt(too_large(bins_bytes.into()));
        }
        match pages_of(&bytes, bins_bytes) {
            Some(pages) => Ok(Some(Entry { sequence, bins_bytes, pages, bytes })),
            None => in_doubt(Unreadable::Damaged { what: "a page in a hive's log", offset: at }),
        }
    }
}

/// The first number after `wanted` that an entry of these logs bears.
fn first_after(logs: &[&dyn ReadAt], wanted: u32) -> Result<Option<u32>, Unreadable> {
    // Numbers wrap around; what has been applied already is behind.
    let ahead = |sequence: u32| sequence.wrapping_sub(wanted) <= u32::MAX / 2;
    let mut first = None;
    for log in logs {
        let mut at = SECTOR_BYTES as u64;
        for _ in 0..ENTRIES_MAX {
            let Some(entry) = Entry::read(*log, at, &ahead)? else {
                break;
            };
            let distance = entry.sequence.wrapping_sub(wanted);
            if ahead(entry.sequence) && first.is_none_or(|first| distance < first) {
                first = Some(distance);
            }
            at += entry.bytes.len() as u64;
        }
    }
    Ok(first.map(|distance| wanted.wrapping_add(distance)))
}

/// Offset and size of the pages in an entry; `None` if one of them cannot lie where it says.
fn pages_of(entry: &[u8], bins_bytes: u32) -> Option<Vec<(u32, u32)>> {
    let count = u32_at(entry, 20) as usize;
    let mut end = count.checked_mul(REFERENCE_BYTES)?.checked_add(ENTRY_HEAD_BYTES)?;
    let references = entry.get(ENTRY_HEAD_BYTES..end)?;
    let mut pages = Vec::with_capacity(count);
    for reference in references.chunks_exact(REFERENCE_BYTES) {
        let (offset, length) = (u32_at(reference, 0), u32_at(reference, 4));
        let inside = offset.checked_add(length).is_some_and(|to| to <= bins_bytes);
        let aligned = [offset, length].iter().all(|number| number.is_multiple_of(SECTOR_BYTES as u32));
        end = end.checked_add(length as usize)?;
        if !inside || !aligned || end > entry.len() {
            return None;
        }
        pages.push((offset, length));
    }
    Some(pages)
}

/// The offset in the hive's file of a place counted from its first bin.
pub fn in_file(offset: u64) -> u64 {
    BASE_BYTES + offset
}
