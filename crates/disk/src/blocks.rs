//! Blocks of a filesystem's volume, as they are after a journal, if there is one, has been replayed.
//!
//! Nothing is ever written: what the journal holds is laid over the volume by block number. A small cache keeps what paths and
//! inodes touch again and again; file contents do not pass through it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::read_at::ReadAt;
use crate::tree::{EXTENTS_MAX, Extent, Node, Unreadable};

/// What the cache holds at most.
const CACHE_BYTES: usize = 8 << 20;

const JOURNAL_MAGIC: [u8; 4] = [0xc0, 0x3b, 0x39, 0x98];

/// Where the journal keeps a newer version of a block.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Logged {
    pub block: u64,
    /// The block began with the journal's own magic number, which was blotted out in the log.
    pub escaped: bool,
}

type Slot = Mutex<Option<(u64, Arc<[u8]>)>>;

pub(crate) struct Blocks {
    source: Arc<dyn ReadAt>,
    block_bytes: usize,
    overlay: BTreeMap<u64, Logged>,
    /// A block has one slot, by its number; whoever comes later takes it over.
    slots: Vec<Slot>,
}

impl Blocks {
    pub fn new(source: Arc<dyn ReadAt>, block_bytes: usize) -> Blocks {
        let slots = (0..CACHE_BYTES / block_bytes).map(|_| Mutex::default()).collect();
        Blocks { source, block_bytes, overlay: BTreeMap::new(), slots }
    }

    /// The same volume with the journal's blocks laid over it.
    pub fn overlaid(self, overlay: BTreeMap<u64, Logged>) -> Blocks {
        Blocks { overlay, ..Blocks::new(self.source, self.block_bytes) }
    }

    pub fn source(&self) -> &Arc<dyn ReadAt> {
        &self.source
    }

    /// How many blocks come from the journal.
    pub fn overlaid_count(&self) -> usize {
        self.overlay.len()
    }

    /// Whether the journal has something to say of one of these places.
    pub fn overlays_any_of(&self, places: &[Extent]) -> bool {
        let block_bytes = self.block_bytes as u64;
        !self.overlay.is_empty()
            && places.iter().any(|place| {
                let end = place.device_offset.saturating_add(place.length).div_ceil(block_bytes);
                self.overlay.range(place.device_offset / block_bytes..end).next().is_some()
            })
    }

    /// One block, through the cache.
    pub fn block(&self, number: u64) -> Result<Arc<[u8]>, Unreadable> {
        let slot = &self.slots[(number % self.slots.len() as u64) as usize];
        // A slot is replaced whole, so even after a panic elsewhere it holds a block or nothing.
        if let Some((held, bytes)) = &*slot.lock().unwrap_or_else(PoisonError::into_inner)
            && *held == number
        {
            return Ok(bytes.clone());
        }
        let mut bytes = vec![0; self.block_bytes];
        self.read_block(number, &mut bytes)?;
        let bytes: Arc<[u8]> = bytes.into();
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some((number, bytes.clone()));
        Ok(bytes)
    }

    /// Fills `buffer` from `offset`, past the cache.
    pub fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<(), Unreadable> {
        if self.overlay.is_empty() {
            return self.read_volume(offset, buffer);
        }
        let mut done = 0;
        while done < buffer.len() {
            let at = offset.checked_add(done as u64).ok_or(past_the_end(offset))?;
            let within = (at % self.block_bytes as u64) as usize;
            let step = (self.block_bytes - within).min(buffer.len() - done);
            let number = at / self.block_bytes as u64;
            if self.overlay.contains_key(&number) {
                buffer[done..done + step].copy_from_slice(&self.block(number)?[within..within + step]);
            } else {
                self.read_volume(at, &mut buffer[done..done + step])?;
            }
            done += step;
        }
        Ok(())
    }

    /// The `length` bytes from `offset` of a file that lies at `map`, in file order; what the map leaves out is zero. The caller
    /// bounds `length`.
    pub fn read_mapped(&self, map: &[Extent], offset: u64, length: usize) -> Result<Vec<u8>, Unreadable> {
        let end = offset.saturating_add(length as u64);
        let mut bytes = vec![0; length];
        let first = map.partition_point(|extent| extent.file_offset + extent.length <= offset);
        for extent in map[first..].iter().take_while(|extent| extent.file_offset < end) {
            let from = extent.file_offset.max(offset);
            let to = (extent.file_offset + extent.length).min(end);
            let place = extent.device_offset + (from - extent.file_offset);
            self.read(place, &mut bytes[(from - offset) as usize..(to - offset) as usize])?;
        }
        Ok(bytes)
    }

    /// A piece of one block, through the cache; for records that never straddle two.
    pub fn record(&self, offset: u64, length: usize) -> Result<Vec<u8>, Unreadable> {
        let block = self.block(offset / self.block_bytes as u64)?;
        let within = (offset % self.block_bytes as u64) as usize;
        let record = within.checked_add(length).and_then(|end| block.get(within..end));
        record.map(<[u8]>::to_vec).ok_or(Unreadable::Damaged { what: "record across blocks", offset })
    }

    fn read_block(&self, number: u64, buffer: &mut [u8]) -> Result<(), Unreadable> {
        let logged = self.overlay.get(&number).copied();
        let place = logged.map_or(number, |logged| logged.block);
        let offset = place.checked_mul(self.block_bytes as u64).ok_or(past_the_end(u64::MAX))?;
        self.read_volume(offset, buffer)?;
        if logged.is_some_and(|logged| logged.escaped) {
            buffer[..4].copy_from_slice(&JOURNAL_MAGIC);
        }
        Ok(())
    }

    /// A place past the end is the filesystem's fault, not the file's.
    fn read_volume(&self, offset: u64, buffer: &mut [u8]) -> Result<(), Unreadable> {
        let end = offset.checked_add(buffer.len() as u64);
        if end.is_none_or(|end| end > self.source.size_bytes()) {
            return Err(past_the_end(offset));
        }
        Ok(self.source.read_exact_at(offset, buffer)?)
    }
}

/// How many files are read at the same time without one costing another its map: some threads, and what each of them looks up beside.
const MAPS_MAX: usize = 16;

/// The extents of the files that were read last, since files are read in pieces; the newest last.
#[derive(Default)]
pub(crate) struct RecentMaps(Mutex<Vec<(u64, Arc<Vec<Extent>>)>>);

impl RecentMaps {
    /// Up to `limit` bytes of a file from `offset`, fewer only at its end. Where it lies is asked of `map`, unless that is at hand.
    pub fn read(
        &self,
        blocks: &Blocks,
        file: &Node,
        offset: u64,
        limit: usize,
        map: impl FnOnce() -> Result<Vec<Extent>, Unreadable>,
    ) -> Result<Vec<u8>, Unreadable> {
        let left = file.size_bytes.saturating_sub(offset);
        let length = limit.min(usize::try_from(left).unwrap_or(usize::MAX));
        if length == 0 {
            return Ok(Vec::new());
        }
        blocks.read_mapped(&self.of(file.inode, map)?, offset, length)
    }

    /// The extents of an inode, made by `map` unless they are at hand.
    fn of(
        &self,
        inode: u64,
        map: impl FnOnce() -> Result<Vec<Extent>, Unreadable>,
    ) -> Result<Arc<Vec<Extent>>, Unreadable> {
        if let Some((_, map)) = self.maps().iter().find(|(number, _)| *number == inode) {
            return Ok(map.clone());
        }
        // Made without holding the others up, even if two make the same.
        let map = Arc::new(map()?);
        let mut maps = self.maps();
        maps.push((inode, map.clone()));
        let extents = |maps: &[(u64, Arc<Vec<Extent>>)]| maps.iter().map(|(_, map)| map.len()).sum::<usize>();
        while maps.len() > MAPS_MAX || maps.len() > 1 && extents(&maps) > EXTENTS_MAX {
            maps.remove(0);
        }
        Ok(map)
    }

    /// Changed in whole steps, so a panic elsewhere leaves nothing half-made.
    fn maps(&self) -> MutexGuard<'_, Vec<(u64, Arc<Vec<Extent>>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn past_the_end(offset: u64) -> Unreadable {
    Unreadable::Damaged { what: "place past the end of the volume", offset }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A map of so many extents.
    fn map(extents: usize) -> Result<Vec<Extent>, Unreadable> {
        Ok(vec![Extent { file_offset: 0, device_offset: 0, length: 1 }; extents])
    }

    #[test]
    fn maps_of_the_files_read_last_are_at_hand_within_bounds() {
        let maps = RecentMaps::default();
        let is_at_hand = |inode: u64| {
            let mut is_made = false;
            let made = maps.of(inode, || {
                is_made = true;
                map(1)
            });
            assert!(made.is_ok());
            !is_made
        };
        for inode in 0..MAPS_MAX as u64 {
            assert!(!is_at_hand(inode));
        }
        assert!((0..MAPS_MAX as u64).all(is_at_hand), "as many files as may be read at once");
        assert!(!is_at_hand(100) && !is_at_hand(0), "the oldest went");
        assert!(is_at_hand(2));
        assert_eq!(maps.of(200, || map(EXTENTS_MAX)).expect("a map").len(), EXTENTS_MAX);
        assert!(is_at_hand(200) && !is_at_hand(2), "one that is as long as may be stays alone");
        assert!(maps.of(300, || Err(past_the_end(0))).is_err() && !is_at_hand(300));
    }
}
