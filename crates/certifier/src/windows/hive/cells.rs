//! The bytes of a hive as Windows would see them: its bins with the logs laid over them, read by pieces, and the cells in the bins.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Mutex;

use disk::read_at::ReadAt;
use disk::tree::Unreadable;

use super::base::{BASE_BYTES, SECTOR_BYTES};
use super::log::{Overlay, in_file};
use super::{bytes_of, damaged};
use crate::windows::little_endian::u32_at;

/// Hives are read in pieces of this size, of which so many are kept. What is asked of a hive lies on few of them, and who keeps the
/// facts of an image keeps only those.
const PIECE_BYTES: u64 = 4096;
const PIECES_KEPT: usize = 1024;

/// What may be read of one hive in all, counted in bytes, with so many for each cell whatever its size. A hive made to be slow, with
/// its keys strewn or its lists without marks, comes to its end here; one of Windows needs a hundredth.
const SPENT_MAX: u64 = 4 << 30;
const SPENT_ON_A_CELL: u64 = 1024;

const BIN_HEAD_BYTES: u32 = 32;
const BIN_UNIT_BYTES: u32 = 4096;

pub struct Cells {
    source: Box<dyn ReadAt>,
    /// The bytes in all bins.
    size: u32,
    overlay: Overlay,
    /// Where bins that were looked into begin and end.
    bins: Mutex<BTreeMap<u32, u32>>,
    pieces: Mutex<Pieces>,
}

#[derive(Default)]
struct Pieces {
    kept: HashMap<u64, Vec<u8>>,
    order: VecDeque<u64>,
    spent: u64,
}

/// A cell that is in use, with as many of its bytes as were asked for.
pub struct Cell {
    pub at: u32,
    pub bytes: Vec<u8>,
}

impl Cells {
    /// The caller has bounded `size`.
    pub fn open(source: Box<dyn ReadAt>, size: u32, overlay: Overlay) -> Result<Cells, Unreadable> {
        let cells = Cells { source, size, overlay, bins: Mutex::default(), pieces: Mutex::default() };
        cells.bin_at(0)?.ok_or_else(|| damaged("the first bin of the hive", 0))?;
        Ok(cells)
    }

    /// Where the bin that begins at `at` ends; `None` if none begins there.
    fn bin_at(&self, at: u32) -> Result<Option<u32>, Unreadable> {
        let head = self.read(at, BIN_HEAD_BYTES as usize)?;
        let length = u32_at(&head, 8);
        let is_bin = head.starts_with(b"hbin") && u32_at(&head, 4) == at && length > 0;
        let fits = length.is_multiple_of(BIN_UNIT_BYTES) && length <= self.size.saturating_sub(at);
        Ok((is_bin && fits).then(|| at + length))
    }

    /// The bin around `at`: the first to be found before it, if it reaches so far.
    fn bin_around(&self, at: u32) -> Result<Option<(u32, u32)>, Unreadable> {
        let known = |bins: &BTreeMap<u32, u32>| {
            let (start, end) = bins.range(..=at).next_back()?;
            (at < *end).then_some((*start, *end))
        };
        if let Some(bin) = known(&self.bins.lock().expect("no thread panics while it holds the lock")) {
            return Ok(Some(bin));
        }
        let mut start = at / BIN_UNIT_BYTES * BIN_UNIT_BYTES;
        while at < self.size {
            if let Some(end) = self.bin_at(start)? {
                self.bins.lock().expect("no thread panics while it holds the lock").insert(start, end);
                return Ok((at < end).then_some((start, end)));
            }
            match start.checked_sub(BIN_UNIT_BYTES) {
                Some(before) => start = before,
                None => break,
            }
        }
        Ok(None)
    }

    /// Bytes from `offset` in the bins; fewer only at their end.
    fn read(&self, offset: u32, wanted: usize) -> Result<Vec<u8>, Unreadable> {
        let end = u64::from(offset).saturating_add(wanted as u64).min(u64::from(self.size));
        let mut at = u64::from(offset);
        let mut bytes = Vec::with_capacity(end.saturating_sub(at) as usize);
        let mut pieces = self.pieces.lock().expect("no thread panics while it holds the lock");
        pieces.spend(SPENT_ON_A_CELL + wanted as u64)?;
        while at < end {
            let number = at / PIECE_BYTES;
            if !pieces.kept.contains_key(&number) {
                pieces.spend(PIECE_BYTES)?;
                let piece = self.piece(number)?;
                pieces.keep(number, piece);
            }
            let piece = &pieces.kept[&number];
            let from = (at % PIECE_BYTES) as usize;
            let take = (piece.len() - from).min((end - at) as usize);
            bytes.extend_from_slice(&piece[from..from + take]);
            at += take as u64;
        }
        Ok(bytes)
    }

    /// A piece as it stands in the file, with what the logs say laid over it. A hive that has grown in its log has no bytes of its own yet.
    fn piece(&self, number: u64) -> Result<Vec<u8>, Unreadable> {
        let start = number * PIECE_BYTES;
        let mut bytes = bytes_of(&*self.source, in_file(start), PIECE_BYTES as usize)?;
        bytes.resize(PIECE_BYTES as usize, 0);
        let first = (start / SECTOR_BYTES as u64) as u32;
        let count = (PIECE_BYTES / SECTOR_BYTES as u64) as u32;
        for (sector, laid) in self.overlay.range(first..first + count) {
            let at = (sector - first) as usize * SECTOR_BYTES;
            bytes[at..at + SECTOR_BYTES].copy_from_slice(&laid[..]);
        }
        Ok(bytes)
    }

    /// The cell at `at`, with up to `limit` of its bytes. It must be in use and lie within one bin.
    pub fn cell(&self, at: u32, limit: usize) -> Result<Cell, Unreadable> {
        let bin = self.bin_around(at)?.filter(|(start, _)| at - start >= BIN_HEAD_BYTES);
        let Some((_, end)) = bin else {
            return Err(damaged("the place of a cell", at));
        };
        let head = self.read(at, 4)?;
        // The size of a cell in use is stored as its negative.
        let size = (u32_at(&head, 0) as i32).checked_neg().and_then(|size| u32::try_from(size).ok());
        let size = size.filter(|size| *size >= 8 && size.is_multiple_of(8) && *size <= end - at);
        let (Some(size), true) = (size, at.is_multiple_of(8)) else {
            return Err(damaged("the size of a cell", at));
        };
        let length = size as usize - 4;
        let bytes = self.read(at + 4, length.min(limit))?;
        Ok(Cell { at, bytes })
    }

    /// What the file must hold for all bins to be there, apart from what logs add.
    pub fn file_bytes(size: u32) -> u64 {
        BASE_BYTES + u64::from(size)
    }
}

impl Pieces {
    fn spend(&mut self, bytes: u64) -> Result<(), Unreadable> {
        self.spent = self.spent.saturating_add(bytes);
        if self.spent > SPENT_MAX {
            let (found, limit) = (self.spent, SPENT_MAX);
            return Err(Unreadable::OverLimit { what: "bytes read of a hive", found, limit });
        }
        Ok(())
    }

    fn keep(&mut self, number: u64, piece: Vec<u8>) {
        if self.order.len() >= PIECES_KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.kept.remove(&oldest);
        }
        self.order.push_back(number);
        self.kept.insert(number, piece);
    }
}
