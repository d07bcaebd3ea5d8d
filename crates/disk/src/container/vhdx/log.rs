//! The log of a VHDX that was not closed: whole pages of 4 KiB that belong elsewhere in the file.
//!
//! Entries lie in a ring. Of all runs of entries that follow one another, the run with the newest entry counts; it is laid over the
//! file page by page, in memory.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use crate::container::pieces::{at_most, damaged};
use crate::fields::{array, has, u32_le, u64_le};
use crate::partitions::Guid;
use crate::read_at::{ReadAt, read_up_to};
use crate::tree::Unreadable;

use super::{MIB, checksum_holds};

const PAGE: usize = 4096;
const ENTRY_HEADER_BYTES: usize = 64;
const DESCRIPTOR_BYTES: usize = 32;

/// Programs make logs of 1 MiB.
const LOG_BYTES_MAX: u64 = 8 << 20;
/// Changes to tables are few; 32 MiB of them are not simply a disk that was not closed.
const PAGES_MAX: u64 = 8192;
/// Every entry's checksum is computed once. Entries that overlap would be worth more than the ring holds.
const CHECKED_BYTES_MAX: usize = 4 * LOG_BYTES_MAX as usize;

/// A file that is being written grows block by block. This is the largest block.
const GROWTH_BYTES_MAX: u64 = 256 << 20;

/// Where a header says that the log is.
pub(super) struct Place {
    pub log_id: Guid,
    pub version: u16,
    pub length: u64,
    pub at: u64,
}

struct Entry {
    sequence: u64,
    tail: usize,
    /// The offset of the first entry of the run, in the ring.
    at: usize,
    bytes: Vec<u8>,
}

/// Lays the log over the file.
pub(super) fn replay(source: Arc<dyn ReadAt>, place: &Place) -> Result<Replayed, Unreadable> {
    if place.version != 0 {
        return Err(Unreadable::Unsupported(format!("version {} of the VHDX log", place.version)));
    }
    at_most("the length of the log", place.length, LOG_BYTES_MAX)?;
    let end = place.at.checked_add(place.length);
    if place.length == 0
        || !place.length.is_multiple_of(MIB)
        || end.is_none_or(|end| end > source.size_bytes())
    {
        return damaged("the log lies outside the file", place.at);
    }
    let ring = read_up_to(&*source, place.at, place.length as usize)?;
    let entries = entries(&ring, place)?;
    let run = newest_run(&entries, ring.len());
    // A log without one whole run was begun and never reached the disk: the tables are as they were.
    let size_bytes = source.size_bytes();
    let mut replayed = Replayed { source, pages: BTreeMap::new(), size_bytes };
    let Some(newest) = run.last().map(|index| &entries[*index]) else { return Ok(replayed) };
    let flushed = u64_le(&newest.bytes, 48);
    if flushed > size_bytes {
        return damaged(
            "the file is shorter than it was when its log was written",
            place.at + newest.at as u64,
        );
    }
    for index in run {
        replayed.lay(&entries[index], place.at)?;
    }
    Ok(replayed)
}

/// All entries of the ring that bear out their checksums and belong to this log.
fn entries(ring: &[u8], place: &Place) -> Result<Vec<Entry>, Unreadable> {
    let mut entries = Vec::new();
    let mut left = CHECKED_BYTES_MAX;
    for at in (0..ring.len()).step_by(PAGE) {
        let head = &ring[at..at + PAGE];
        let (length, tail) = (u32_le(head, 8) as usize, u32_le(head, 12) as usize);
        let fits = length >= PAGE && length <= ring.len() && length.is_multiple_of(PAGE);
        let ours = has(head, 0, b"loge") && Guid(array(head, 32)) == place.log_id;
        if !ours || !fits || tail >= ring.len() || !tail.is_multiple_of(PAGE) {
            continue;
        }
        let Some(rest) = left.checked_sub(length) else {
            return damaged("entries of the log overlap", place.at + at as u64);
        };
        left = rest;
        let mut bytes = ring[at..ring.len().min(at + length)].to_vec();
        bytes.extend_from_slice(&ring[..length - bytes.len()]);
        if checksum_holds(&bytes, length) {
            entries.push(Entry { sequence: u64_le(head, 16), tail, at, bytes });
        }
    }
    Ok(entries)
}

/// The run with the newest entry, from its tail on, as indices; empty when there is none.
fn newest_run(entries: &[Entry], ring_bytes: usize) -> Vec<usize> {
    let place_of: BTreeMap<usize, usize> =
        entries.iter().enumerate().map(|(index, entry)| (entry.at, index)).collect();
    let mut newest: Vec<usize> = (0..entries.len()).collect();
    newest.sort_by_key(|index| std::cmp::Reverse(entries[*index].sequence));
    for head in newest {
        let mut run = Vec::new();
        let mut next = place_of.get(&entries[head].tail).copied();
        while let Some(index) = next {
            run.push(index);
            if index == head {
                return run;
            }
            let entry = &entries[index];
            let follower = place_of.get(&((entry.at + entry.bytes.len()) % ring_bytes)).copied();
            // Numbers rise with every step, so no run comes back to where it was.
            next = follower.filter(|other| entries[*other].sequence == entry.sequence.wrapping_add(1));
            if run.len() > entries.len() {
                break;
            }
        }
    }
    Vec::new()
}

/// A file with pages laid over it. It only answers reads: whoever asks for its holes gets the file as one piece.
pub(super) struct Replayed {
    source: Arc<dyn ReadAt>,
    /// By place in the file. `None` is a page of zeros.
    pages: BTreeMap<u64, Option<Box<[u8]>>>,
    size_bytes: u64,
}

impl Replayed {
    fn lay(&mut self, entry: &Entry, log_at: u64) -> Result<(), Unreadable> {
        let (bytes, entry_at) = (&entry.bytes, log_at + entry.at as u64);
        let count = u32_le(bytes, 24) as usize;
        let heads = ENTRY_HEADER_BYTES.saturating_add(count.saturating_mul(DESCRIPTOR_BYTES));
        let mut data_at = heads.checked_next_multiple_of(PAGE).unwrap_or(usize::MAX);
        if data_at > bytes.len() {
            return damaged("an entry of the log has more descriptors than room", entry_at);
        }
        for index in 0..count {
            let descriptor = &bytes[ENTRY_HEADER_BYTES + index * DESCRIPTOR_BYTES..][..DESCRIPTOR_BYTES];
            let file_at = u64_le(descriptor, 16);
            let in_step = u64_le(descriptor, 24) == entry.sequence;
            if !in_step || !file_at.is_multiple_of(PAGE as u64) || file_at > u64::MAX / 2 {
                return damaged("a descriptor of the log is not of its entry", entry_at);
            }
            if has(descriptor, 0, b"zero") {
                let length = u64_le(descriptor, 8);
                at_most("the length of zeros in the log", length, PAGES_MAX * PAGE as u64)?;
                for page in (file_at..file_at + length).step_by(PAGE) {
                    self.lay_page(page, None)?;
                }
            } else if has(descriptor, 0, b"desc") {
                let page = page(bytes, data_at, descriptor, entry.sequence);
                let Some(page) = page else {
                    return damaged("a page of the log was not written whole", entry_at);
                };
                self.lay_page(file_at, Some(page))?;
                data_at += PAGE;
            } else {
                return damaged("an entry of the log has a descriptor that is not known", entry_at);
            }
        }
        let longest = self.source.size_bytes().saturating_add(GROWTH_BYTES_MAX);
        self.size_bytes = self.size_bytes.max(u64_le(bytes, 56).min(longest));
        Ok(())
    }

    fn lay_page(&mut self, at: u64, page: Option<Box<[u8]>>) -> Result<(), Unreadable> {
        self.pages.insert(at, page);
        at_most("the number of pages in the log", self.pages.len() as u64, PAGES_MAX)
    }
}

/// The page that a descriptor stands for: its ends are in the descriptor, what is between them in the data.
fn page(bytes: &[u8], at: usize, descriptor: &[u8], sequence: u64) -> Option<Box<[u8]>> {
    let data = bytes.get(at..at.checked_add(PAGE)?).filter(|data| has(data, 0, b"data"))?;
    let stamped = u64::from(u32_le(data, 4)) << 32 | u64::from(u32_le(data, PAGE - 4));
    if stamped != sequence {
        return None;
    }
    let mut page = Vec::with_capacity(PAGE);
    page.extend_from_slice(&descriptor[8..16]);
    page.extend_from_slice(&data[8..PAGE - 4]);
    page.extend_from_slice(&descriptor[4..8]);
    Some(page.into())
}

impl ReadAt for Replayed {
    fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let end = offset.checked_add(buffer.len() as u64).filter(|end| *end <= self.size_bytes);
        let Some(end) = end else {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "read past the end of the file"));
        };
        // Where the log has made the file longer, what it did not write is zeros.
        let held = self.source.size_bytes().clamp(offset, end);
        let (there, beyond) = buffer.split_at_mut((held - offset) as usize);
        if !there.is_empty() {
            self.source.read_exact_at(offset, there)?;
        }
        beyond.fill(0);
        let first = offset / PAGE as u64 * PAGE as u64;
        for (at, page) in self.pages.range(first..end) {
            let (from, to) = ((*at).max(offset), (at + PAGE as u64).min(end));
            let into = &mut buffer[(from - offset) as usize..(to - offset) as usize];
            match page {
                Some(page) => into.copy_from_slice(&page[(from - at) as usize..(to - at) as usize]),
                None => into.fill(0),
            }
        }
        Ok(())
    }
}
