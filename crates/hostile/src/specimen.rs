//! Images made by the real tools, kept as their pages that are not zero, and changes to them.
//!
//! A fuzzer that changes megabytes learns nothing. Here an input is a few records that each say where a specimen is changed and how;
//! the places count through the pages that hold something, so that every record changes something that is there.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use disk::read_at::{ReadAt, Window};
use lzma_rust2::XzReader;

use crate::seal::{Seal, Seals};

pub const PAGE_BYTES: usize = 4096;
/// A place, what is done there, and with what.
pub const RECORD_BYTES: usize = 8;
/// In the first byte of an input: checksums are left as the changes leave them.
pub const UNSEALED: u8 = 0x80;
/// In the first byte of an input: more is done than reading, where a body knows more to do.
pub const MORE: u8 = 0x40;
/// How much is copied by one record.
const COPIED_BYTES: usize = 32;

pub type Page = Box<[u8; PAGE_BYTES]>;

/// An image of which only the pages are kept that are not zero.
pub struct Specimen {
    pub size_bytes: u64,
    /// By number.
    pages: Vec<(u32, Page)>,
    seals: Vec<Seal>,
}

impl Specimen {
    /// Unpacks what `examples/pack.rs` packed, and finds what is sealed in it.
    pub fn unpack(packed: &[u8], seals: Seals) -> Vec<Specimen> {
        let mut bytes = Vec::new();
        XzReader::new(packed, false).read_to_end(&mut bytes).expect("specimens are packed whole");
        let mut rest = bytes.as_slice();
        let mut specimens = Vec::new();
        while let Some((size, after)) = rest.split_first_chunk() {
            let (count, after) = after.split_first_chunk().expect("a count follows the size");
            let (pages, after) = after.split_at(u32::from_le_bytes(*count) as usize * (4 + PAGE_BYTES));
            let page = |numbered: &[u8]| {
                let (number, page) = numbered.split_first_chunk().expect("four bytes");
                (u32::from_le_bytes(*number), Box::new(page.try_into().expect("pages are whole")))
            };
            let pages = pages.chunks(4 + PAGE_BYTES).map(page).collect();
            let mut specimen = Specimen { size_bytes: u64::from_le_bytes(*size), pages, seals: Vec::new() };
            specimen.seals = seals(&specimen);
            specimens.push(specimen);
            rest = after;
        }
        specimens
    }

    /// The pages that are not zero: where each begins, and what it holds.
    pub fn pages(&self) -> impl Iterator<Item = (u64, &[u8; PAGE_BYTES])> {
        self.pages.iter().map(|(number, page)| (u64::from(*number) * PAGE_BYTES as u64, &**page))
    }

    /// How many places a record can name.
    pub fn places(&self) -> usize {
        self.pages.len() * PAGE_BYTES
    }

    /// The byte at a place that a record can name.
    pub fn byte(&self, place: usize) -> u8 {
        self.pages[place / PAGE_BYTES].1[place % PAGE_BYTES]
    }

    /// Where on the image a place lies.
    fn offset(&self, place: u32) -> u64 {
        let place = place as usize % self.places();
        u64::from(self.pages[place / PAGE_BYTES].0) * PAGE_BYTES as u64 + (place % PAGE_BYTES) as u64
    }

    /// Up to `length` bytes from `at`; what lies beyond the end is zero.
    pub fn bytes(&self, at: u64, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        for (offset, byte) in (at..).zip(&mut bytes) {
            let page = self.page((offset / PAGE_BYTES as u64) as u32);
            *byte = page.map_or(0, |page| page[(offset % PAGE_BYTES as u64) as usize]);
        }
        bytes
    }

    /// How many checksums follow what is changed.
    pub fn seals(&self) -> usize {
        self.seals.len()
    }

    fn page(&self, number: u32) -> Option<&Page> {
        let at = self.pages.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        Some(&self.pages[at].1)
    }

    /// The specimen as it is after the changes that `records` tell of.
    pub fn changed(&'static self, records: &[u8], sealed: bool) -> Changed {
        let mut changed = Changed {
            specimen: self,
            pages: BTreeMap::new(),
            written: Vec::new(),
            bytes_read: AtomicU64::new(0),
        };
        for record in records.as_chunks::<RECORD_BYTES>().0 {
            changed.apply(record);
        }
        if sealed {
            for seal in &self.seals {
                changed.seal(seal);
            }
        }
        changed
    }
}

/// Picks the specimen that the first byte of `input` names, and changes it as the rest says.
pub fn changed(specimens: &'static [Specimen], input: &[u8]) -> Option<Changed> {
    let (choice, records) = input.split_first()?;
    let specimen = chosen(specimens, *choice);
    Some(specimen.changed(records, choice & UNSEALED == 0))
}

/// The specimen that the first byte of an input names.
pub fn chosen(specimens: &'static [Specimen], choice: u8) -> &'static Specimen {
    &specimens[usize::from(choice & !(UNSEALED | MORE)) % specimens.len()]
}

/// The parts of a specimen that stands for several files: its first page holds their lengths, and each begins with a page.
pub fn parts(changed: &Arc<dyn ReadAt>) -> Vec<Window> {
    let mut head = [0; 12];
    changed.read_exact_at(0, &mut head).expect("specimens have a first page");
    let size = changed.size_bytes();
    let mut at = PAGE_BYTES as u64;
    let mut parts = Vec::new();
    for length in head.as_chunks().0.iter().map(|length| u64::from(u32::from_le_bytes(*length))) {
        let from = at.min(size);
        let length = length.min(size - from);
        if length > 0 || parts.is_empty() {
            parts.push(Window::new(changed.clone(), from, length).expect("it was cut"));
        }
        at += length.next_multiple_of(PAGE_BYTES as u64);
    }
    parts
}

/// All bytes of a part.
pub fn whole(part: &Window) -> Vec<u8> {
    let mut bytes = vec![0; part.size_bytes() as usize];
    part.read_exact_at(0, &mut bytes).expect("it lies in memory");
    bytes
}

/// Whether more is to be done with an input than reading.
pub fn wants_more(input: &[u8]) -> bool {
    input.first().is_some_and(|choice| choice & MORE != 0)
}

/// A specimen with changes.
pub struct Changed {
    specimen: &'static Specimen,
    pages: BTreeMap<u32, Page>,
    /// What was changed, as `[from, to)`.
    written: Vec<(u64, u64)>,
    bytes_read: AtomicU64,
}

impl Changed {
    fn apply(&mut self, record: &[u8; RECORD_BYTES]) {
        let [a, b, c, what, value @ ..] = *record;
        let at = self.specimen.offset(u32::from_le_bytes([a, b, c, 0]));
        let number = u32::from_le_bytes(value);
        let bytes = match what % 8 {
            0 => vec![value[0]],
            1 => value[..2].to_vec(),
            2 => value.to_vec(),
            // Large and small numbers alike, and negative ones.
            3 => i64::from(number as i32).to_le_bytes().to_vec(),
            4 => number.to_be_bytes().to_vec(),
            5 => i64::from(number as i32).to_be_bytes().to_vec(),
            6 => {
                let mut bytes = vec![0; COPIED_BYTES];
                let from = self.specimen.offset(number).min(self.specimen.size_bytes - COPIED_BYTES as u64);
                self.copy(from, &mut bytes);
                bytes
            }
            _ => (u64::from(number) << 9).to_le_bytes().to_vec(),
        };
        self.write(at, &bytes);
    }

    /// Writes what lies within the image.
    pub fn write(&mut self, at: u64, bytes: &[u8]) {
        let end = (at + bytes.len() as u64).min(self.specimen.size_bytes);
        for (at, byte) in (at..end).zip(bytes) {
            let number = (at / PAGE_BYTES as u64) as u32;
            let specimen = self.specimen;
            let page = self.pages.entry(number).or_insert_with(|| match specimen.page(number) {
                Some(page) => page.clone(),
                None => Box::new([0; PAGE_BYTES]),
            });
            page[(at % PAGE_BYTES as u64) as usize] = *byte;
        }
        self.written.push((at, end));
    }

    /// Seals anew what was changed under a seal.
    fn seal(&mut self, seal: &Seal) {
        if self.written.iter().all(|(from, to)| *to <= seal.from || *from >= seal.to) {
            return;
        }
        let mut bytes = vec![0; (seal.to - seal.from) as usize];
        self.copy(seal.from, &mut bytes);
        self.write(seal.sum_at, &seal.of(&mut bytes));
        if let Some((at, half)) = seal.high_half(&mut bytes) {
            self.write(at, &half);
        }
    }

    /// How much was read so far.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }

    fn copy(&self, offset: u64, buffer: &mut [u8]) {
        let mut done = 0;
        while done < buffer.len() {
            let at = offset + done as u64;
            let within = (at % PAGE_BYTES as u64) as usize;
            let step = (PAGE_BYTES - within).min(buffer.len() - done);
            let into = &mut buffer[done..done + step];
            let number = (at / PAGE_BYTES as u64) as u32;
            match self.pages.get(&number).or_else(|| self.specimen.page(number)) {
                Some(page) => into.copy_from_slice(&page[within..within + step]),
                None => into.fill(0),
            }
            done += step;
        }
    }
}

impl ReadAt for Changed {
    fn size_bytes(&self) -> u64 {
        self.specimen.size_bytes
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        if offset.checked_add(buffer.len() as u64).is_none_or(|end| end > self.size_bytes()) {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.bytes_read.fetch_add(buffer.len() as u64, Ordering::Relaxed);
        self.copy(offset, buffer);
        Ok(())
    }

    fn next_data(&self, offset: u64) -> io::Result<Option<(u64, u64)>> {
        let first = (offset / PAGE_BYTES as u64) as u32;
        let place = self.specimen.pages.partition_point(|(number, _)| *number < first);
        let known = self.specimen.pages.get(place).map(|(number, _)| *number);
        let changed = self.pages.range(first..).next().map(|(number, _)| *number);
        let Some(next) = known.into_iter().chain(changed).min() else { return Ok(None) };
        let from = (u64::from(next) * PAGE_BYTES as u64).max(offset);
        let to = (u64::from(next + 1) * PAGE_BYTES as u64).min(self.size_bytes());
        Ok((from < to).then_some((from, to)))
    }
}
