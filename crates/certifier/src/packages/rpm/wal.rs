//! The write-ahead log of SQLite: pages that were committed and not yet carried over into the database. A system that was copied
//! while it ran, or lost power, has its newest packages here and nowhere else.

use std::collections::HashMap;

use disk::read_at::ReadAt;
use disk::tree::Unreadable;

use super::{read_at, u32_be};

const MAGIC: u32 = 0x377f_0682;
const HEADER_BYTES: u64 = 32;
const FRAME_HEADER_BYTES: u64 = 24;

pub struct Log {
    pub page_bytes: usize,
    /// The length of the database after the last commit.
    pub pages_in_database: u32,
    /// Where the last committed copy of each page lies in the log.
    pub pages: HashMap<u32, u64>,
}

/// What was committed; `None` when that is nothing. A frame that does not bear out its checksum ends the log: so SQLite has it, since
/// old frames may follow.
pub fn read(source: &dyn ReadAt) -> Result<Option<Log>, Unreadable> {
    if source.size_bytes() < HEADER_BYTES {
        return Ok(None);
    }
    let head = read_at(source, 0, HEADER_BYTES as usize)?;
    let magic = u32_be(&head, 0);
    let page_bytes = u32_be(&head, 8);
    let is_sane = (512..=65_536).contains(&page_bytes) && page_bytes.is_power_of_two();
    let mut sum = Sum { big_endian: magic & 1 == 1, halves: (0, 0) };
    sum.add(&head[..24]);
    if magic & !1 != MAGIC || !is_sane || sum.halves != (u32_be(&head, 24), u32_be(&head, 28)) {
        return Ok(None);
    }
    let mut log = Log { page_bytes: page_bytes as usize, pages_in_database: 0, pages: HashMap::new() };
    let mut uncommitted = Vec::new();
    let frame_bytes = FRAME_HEADER_BYTES + u64::from(page_bytes);
    let mut at = HEADER_BYTES;
    while source.size_bytes() - at >= frame_bytes {
        let frame = read_at(source, at, frame_bytes as usize)?;
        sum.add(&frame[..8]);
        sum.add(&frame[FRAME_HEADER_BYTES as usize..]);
        let is_of_this_log = frame[8..16] == head[16..24];
        if !is_of_this_log || sum.halves != (u32_be(&frame, 16), u32_be(&frame, 20)) {
            break;
        }
        uncommitted.push((u32_be(&frame, 0), at + FRAME_HEADER_BYTES));
        let pages_after_commit = u32_be(&frame, 4);
        if pages_after_commit > 0 {
            log.pages.extend(uncommitted.drain(..));
            log.pages_in_database = pages_after_commit;
        }
        at += frame_bytes;
    }
    Ok((log.pages_in_database > 0).then_some(log))
}

/// SQLite's running checksum over pairs of words.
struct Sum {
    big_endian: bool,
    halves: (u32, u32),
}

impl Sum {
    fn add(&mut self, bytes: &[u8]) {
        for pair in bytes.chunks_exact(8) {
            let word = |at| if self.big_endian { u32_be(pair, at) } else { u32_be(pair, at).swap_bytes() };
            self.halves.0 = self.halves.0.wrapping_add(word(0)).wrapping_add(self.halves.1);
            self.halves.1 = self.halves.1.wrapping_add(word(4)).wrapping_add(self.halves.0);
        }
    }
}
