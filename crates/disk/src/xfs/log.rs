//! The log: whether anything in it waits to be written to its place. It is not replayed.
//!
//! Every sector of the log begins with the number of the round in which it was written, so the place where the newest round ends is
//! found by halving. The record before it says whether the filesystem was unmounted.

use super::Xfs;
use crate::fields::u32_be;
use crate::tree::Unreadable;

const SECTOR: u64 = 512;
const RECORD_MAGIC: u32 = 0xfeed_babe;
/// A record's header describes this much in one sector; longer records have further sectors of header.
const HEADER_COVERS: u64 = 32 << 10;
const RECORD_BYTES_MAX: u32 = 256 << 10;
/// How far back the last record can begin: eight records may be under way at once.
const LOOK_BACK_SECTORS: u64 = 8 * (RECORD_BYTES_MAX as u64 + 4096) / SECTOR;

const VERSION_2: u32 = 2;
const OPERATION_FLAGS_AT: usize = 9;
const UNMOUNT: u8 = 0x20;

pub(super) fn is_dirty(fs: &Xfs) -> Result<bool, Unreadable> {
    let superblock = &fs.superblock;
    if superblock.log_start == 0 {
        return Err(Unreadable::Unsupported("XFS log on another device".into()));
    }
    let place = superblock.place_of(superblock.log_start, superblock.log_blocks);
    let damaged = Unreadable::Damaged { what: "place of the log", offset: 48 };
    let start = place.ok_or(damaged)?;
    let sectors = superblock.log_blocks * superblock.block_bytes / SECTOR;
    Log { fs, start, sectors }.is_dirty()
}

struct Log<'a> {
    fs: &'a Xfs,
    start: u64,
    sectors: u64,
}

impl Log<'_> {
    fn sector(&self, number: u64) -> Result<[u8; SECTOR as usize], Unreadable> {
        let mut sector = [0; SECTOR as usize];
        self.fs.blocks.read(self.start + number % self.sectors * SECTOR, &mut sector)?;
        Ok(sector)
    }

    /// The round in which a sector was written: its first word, or the second where a record begins.
    fn round(&self, number: u64) -> Result<u32, Unreadable> {
        let sector = self.sector(number)?;
        Ok(match u32_be(&sector, 0) {
            RECORD_MAGIC => u32_be(&sector, 4),
            round => round,
        })
    }

    /// The sector after the newest, which is the first that is not of the first sector's round.
    fn head(&self) -> Result<u64, Unreadable> {
        let newest = self.round(0)?;
        let (mut low, mut high) = (0, self.sectors);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            match self.round(middle)? == newest {
                true => low = middle,
                false => high = middle,
            }
        }
        Ok(high)
    }

    /// Clean is only what ends in a record of an unmount, and nothing after it.
    fn is_dirty(&self) -> Result<bool, Unreadable> {
        if self.sectors == 0 {
            return Err(Unreadable::Damaged { what: "length of the log", offset: 96 });
        }
        let head = self.head()?;
        // A log of zeros was never written to.
        if self.round(0)? == 0 && self.round(self.sectors - 1)? == 0 {
            return Ok(false);
        }
        for back in 1..=LOOK_BACK_SECTORS.min(self.sectors) {
            let at = (head + self.sectors - back) % self.sectors;
            let sector = self.sector(at)?;
            if u32_be(&sector, 0) == RECORD_MAGIC {
                return Ok(!self.is_unmount(&sector, at, back)?);
            }
        }
        Ok(true)
    }

    /// Whether a record, which begins `length` sectors before the head, is that of an unmount and ends there.
    fn is_unmount(&self, header: &[u8], at: u64, length: u64) -> Result<bool, Unreadable> {
        let (version, data_bytes, size) = (u32_be(header, 8), u32_be(header, 12), u32_be(header, 320));
        if data_bytes > RECORD_BYTES_MAX || size > RECORD_BYTES_MAX {
            return Err(Unreadable::Damaged { what: "log record", offset: self.start + at * SECTOR });
        }
        let headers = match version & VERSION_2 {
            0 => 1,
            _ => u64::from(size).div_ceil(HEADER_COVERS).max(1),
        };
        let ends = headers + u64::from(data_bytes).div_ceil(SECTOR) == length;
        let operation = self.sector(at + headers)?;
        Ok(ends && u32_be(header, 40) == 1 && operation[OPERATION_FLAGS_AT] & UNMOUNT != 0)
    }
}
