//! The store of older systems: a hash of Berkeley DB. Its pages are read one after the other, whatever bucket they belong to.

use disk::read_at::ReadAt;
use disk::tree::Unreadable;

use super::{Files, OnHeader, damaged, header_length, read_at, u32_be};

const HASH_MAGIC: u32 = 0x0006_1561;
const BTREE_MAGIC: u32 = 0x0005_3162;
const META_BYTES: usize = 72;
const PAGE_HEAD_BYTES: usize = 26;
const KIND_META: u8 = 8;
const KIND_UNSORTED: u8 = 2;
const KIND_HASH: u8 = 13;
const KIND_OVERFLOW: u8 = 7;
const ITEM_HERE: u8 = 1;
const ITEM_OFF_PAGE: u8 = 3;
const ITEM_OFF_PAGE_BYTES: usize = 12;

/// Numbers are written as the machine did that made the database.
struct Pages<'a> {
    source: &'a dyn ReadAt,
    big_endian: bool,
    page_bytes: usize,
    last: u32,
}

pub fn headers(files: &Files<'_>, visit: &mut OnHeader<'_>) -> Result<(), Unreadable> {
    let pages = Pages::open(files.database)?;
    // An overflow page belongs to one header; more in all than there are pages is a loop.
    let mut left = u64::from(pages.last) + 1;
    for number in 1..=pages.last {
        let page = pages.read(number)?;
        if !matches!(page[25], KIND_UNSORTED | KIND_HASH) {
            continue;
        }
        let wrong = || damaged("entry of the package database", u64::from(number) * pages.page_bytes as u64);
        let items = pages.items(&page).ok_or_else(wrong)?;
        for pair in items.chunks_exact(2) {
            let (key, value) = (pair[0], pair[1]);
            // Key 0 counts the packages and is none.
            let is_counter = key.len() == 5 && key[1..] == [0; 4];
            match value.first() {
                _ if is_counter => {}
                Some(&ITEM_HERE) => visit(&value[1..])?,
                Some(&ITEM_OFF_PAGE) if value.len() >= ITEM_OFF_PAGE_BYTES => {
                    visit(&pages.overflow(pages.u32(value, 4), pages.u32(value, 8), &mut left)?)?;
                }
                _ => return Err(wrong()),
            }
        }
    }
    Ok(())
}

impl<'a> Pages<'a> {
    fn open(source: &'a dyn ReadAt) -> Result<Pages<'a>, Unreadable> {
        let head = read_at(source, 0, META_BYTES)?;
        let magic = u32_be(&head, 12);
        if magic == BTREE_MAGIC || magic.swap_bytes() == BTREE_MAGIC {
            return Err(Unreadable::Unsupported("a package database as a B-tree".to_owned()));
        }
        let big_endian = magic == HASH_MAGIC;
        if !big_endian && magic.swap_bytes() != HASH_MAGIC || head[25] != KIND_META {
            return Err(damaged("package database, no Berkeley DB", 12));
        }
        if head[24] != 0 {
            return Err(Unreadable::Unsupported("an encrypted package database".to_owned()));
        }
        let mut pages = Pages { source, big_endian, page_bytes: 0, last: 0 };
        let page_bytes = pages.u32(&head, 20);
        if !(512..=65_536).contains(&page_bytes) || !page_bytes.is_power_of_two() {
            return Err(damaged("page size of the package database", 20));
        }
        pages.page_bytes = page_bytes as usize;
        pages.last = pages.u32(&head, 32);
        let there = source.size_bytes() / u64::from(page_bytes);
        if u64::from(pages.last) >= there {
            return Err(damaged("package database, cut short", 32));
        }
        Ok(pages)
    }

    fn u32(&self, bytes: &[u8], at: usize) -> u32 {
        let number = u32_be(bytes, at);
        if self.big_endian { number } else { number.swap_bytes() }
    }

    fn u16(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let field: [u8; 2] = bytes.get(at..at + 2)?.try_into().ok()?;
        Some(usize::from(if self.big_endian { u16::from_be_bytes(field) } else { u16::from_le_bytes(field) }))
    }

    fn read(&self, number: u32) -> Result<Vec<u8>, Unreadable> {
        read_at(self.source, u64::from(number) * self.page_bytes as u64, self.page_bytes)
    }

    /// Keys and values in turn. They fill the page from its end; each begins where its place says and ends where the one before
    /// begins.
    fn items<'p>(&self, page: &'p [u8]) -> Option<Vec<&'p [u8]>> {
        let count = self.u16(page, 20)?;
        let mut end = page.len();
        let mut items = Vec::new();
        for index in 0..count {
            let from = self.u16(page, PAGE_HEAD_BYTES + 2 * index)?;
            items.push(page.get(from..end).filter(|item| !item.is_empty())?);
            end = from;
        }
        Some(items)
    }

    fn overflow(&self, first: u32, length: u32, left: &mut u64) -> Result<Vec<u8>, Unreadable> {
        let length = header_length(u64::from(length))?;
        let mut header = Vec::new();
        let mut next = first;
        while header.len() < length {
            let place = u64::from(next) * self.page_bytes as u64;
            *left = left.checked_sub(1).ok_or(damaged("loop in the package database", place))?;
            if next == 0 || next > self.last {
                return Err(damaged("chain of pages of the package database", place));
            }
            let page = self.read(next)?;
            let wrong = || damaged("page of the package database", place);
            let used = self.u16(&page, 22).filter(|used| *used > 0).ok_or_else(wrong)?;
            if page[25] != KIND_OVERFLOW {
                return Err(wrong());
            }
            header.extend(page.get(PAGE_HEAD_BYTES..PAGE_HEAD_BYTES + used).ok_or_else(wrong)?);
            next = self.u32(&page, 16);
        }
        header.truncate(length);
        Ok(header)
    }
}
