//! Pages of an image, and a source made of nothing but them.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use disk::read_at::ReadAt;

/// What is kept is kept by whole pages: neighbours of what was looked at answer later questions for little.
pub const PAGE_BYTES: usize = 4096;

/// What is kept of one image, without pages of zeros, which cost nothing.
pub const PAGES_BYTES_MAX: usize = 48 << 20;
pub const PAGES_MAX: usize = 1 << 20;

/// What is asked for was not kept.
#[derive(Debug, thiserror::Error)]
#[error("not among the stored facts")]
pub struct NotKept;

/// An image of which only some pages are known.
#[derive(Debug, Default)]
pub struct Pages {
    size_bytes: u64,
    /// Where the bytes of a page begin; `None` for a page of zeros.
    places: Arc<BTreeMap<u64, Option<usize>>>,
    bytes: Arc<Vec<u8>>,
    /// How often something was asked for that was not kept.
    missed: AtomicU64,
}

/// A set of pages that cannot be one image's.
#[derive(Debug, PartialEq, Eq)]
pub struct NotPages;

impl Pages {
    pub fn of(size_bytes: u64, kept: &BTreeMap<u64, Option<Box<[u8]>>>) -> Pages {
        let (mut places, mut all) = (BTreeMap::new(), Vec::new());
        for (number, bytes) in kept.iter().take(PAGES_MAX) {
            places.insert(*number, bytes.as_ref().map(|_| all.len()));
            all.extend(bytes.iter().flat_map(|bytes| bytes.iter()));
        }
        Pages { size_bytes, places: Arc::new(places), bytes: Arc::new(all), ..Pages::default() }
    }

    /// Puts pages together again: their numbers, which ascend, with whether they hold anything, and what they hold.
    pub fn parse(size_bytes: u64, numbers: &[(u64, bool)], bytes: Vec<u8>) -> Result<Pages, NotPages> {
        if numbers.len() > PAGES_MAX || bytes.len() > PAGES_BYTES_MAX {
            return Err(NotPages);
        }
        let (mut at, mut before) = (0_usize, None);
        let mut places = BTreeMap::new();
        for (number, is_filled) in numbers {
            let length = length_of(size_bytes, *number).ok_or(NotPages)?;
            if before.is_some_and(|before| before >= *number) {
                return Err(NotPages);
            }
            before = Some(*number);
            places.insert(*number, is_filled.then_some(at));
            if *is_filled {
                at += length;
            }
        }
        if at != bytes.len() {
            return Err(NotPages);
        }
        Ok(Pages { size_bytes, places: Arc::new(places), bytes: Arc::new(bytes), ..Pages::default() })
    }

    /// The same pages, of which nothing has been asked yet.
    pub fn untouched(&self) -> Pages {
        let (places, bytes) = (self.places.clone(), self.bytes.clone());
        Pages { size_bytes: self.size_bytes, places, bytes, ..Pages::default() }
    }

    /// The numbers of the pages, with whether they hold anything.
    pub fn numbers(&self) -> impl Iterator<Item = (u64, bool)> + '_ {
        self.places.iter().map(|(number, place)| (*number, place.is_some()))
    }

    /// What the pages hold, one after another.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How often something was asked for that was not kept.
    pub fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }
}

/// The length of a page, which is less than usual at the end of the image; `None` beyond.
fn length_of(size_bytes: u64, number: u64) -> Option<usize> {
    let from = number.checked_mul(PAGE_BYTES as u64)?;
    let left = size_bytes.checked_sub(from).filter(|left| *left > 0)?;
    Some(left.min(PAGE_BYTES as u64) as usize)
}

impl ReadAt for Pages {
    fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let end = offset.checked_add(buffer.len() as u64).filter(|end| *end <= self.size_bytes);
        if end.is_none() {
            return Err(io::Error::new(ErrorKind::UnexpectedEof, "read past the end of the image"));
        }
        let mut done = 0;
        while done < buffer.len() {
            let at = offset + done as u64;
            let within = (at % PAGE_BYTES as u64) as usize;
            let Some(place) = self.places.get(&(at / PAGE_BYTES as u64)) else {
                self.missed.fetch_add(1, Ordering::Relaxed);
                return Err(io::Error::new(ErrorKind::NotFound, NotKept));
            };
            let step = (PAGE_BYTES - within).min(buffer.len() - done);
            let into = &mut buffer[done..done + step];
            match place {
                // The image goes on to the end of what is asked for, so the page does too.
                Some(place) => into.copy_from_slice(&self.bytes[place + within..][..step]),
                None => into.fill(0),
            }
            done += step;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(numbers: &[u64]) -> Vec<(u64, bool)> {
        numbers.iter().map(|number| (*number, true)).collect()
    }

    #[test]
    fn pages_that_no_image_could_have_are_refused() {
        let size = 3 * PAGE_BYTES as u64 + 100;
        let of = |numbers: &[u64], length| Pages::parse(size, &filled(numbers), vec![1; length]);
        assert!(of(&[0, 3], PAGE_BYTES + 100).is_ok(), "the last page is short");
        assert_eq!(of(&[0, 3], 2 * PAGE_BYTES).unwrap_err(), NotPages);
        assert_eq!(of(&[0], PAGE_BYTES + 1).unwrap_err(), NotPages);
        assert_eq!(of(&[0, 1], PAGE_BYTES).unwrap_err(), NotPages);
        assert_eq!(of(&[4], PAGE_BYTES).unwrap_err(), NotPages, "beyond the end");
        assert_eq!(of(&[u64::MAX], PAGE_BYTES).unwrap_err(), NotPages);
        assert_eq!(of(&[1, 0], 2 * PAGE_BYTES).unwrap_err(), NotPages, "out of order");
        assert_eq!(of(&[1, 1], 2 * PAGE_BYTES).unwrap_err(), NotPages, "twice");
    }

    #[test]
    fn what_was_not_kept_is_missed_and_never_made_up() {
        let size = 3 * PAGE_BYTES as u64;
        let pages = Pages::parse(size, &[(0, true), (2, false)], vec![7; PAGE_BYTES]).unwrap();
        let read = |offset, length| {
            let mut buffer = vec![9; length];
            pages.read_exact_at(offset, &mut buffer).map(|()| buffer)
        };
        assert_eq!(read(4090, 6).unwrap(), [7; 6]);
        assert_eq!(read(2 * 4096 + 5, 3).unwrap(), [0; 3]);
        assert_eq!(pages.missed(), 0);
        let missed = read(4090, 7).unwrap_err();
        assert!(missed.get_ref().is_some_and(|cause| cause.is::<NotKept>()));
        assert_eq!(pages.missed(), 1);
        assert_eq!(read(size, 1).unwrap_err().kind(), ErrorKind::UnexpectedEof);
        assert_eq!(read(u64::MAX, 1).unwrap_err().kind(), ErrorKind::UnexpectedEof);
    }
}
