//! The store in SQLite: one table, `Packages`, of which every row holds a header. Read by page, never written, without SQL.

use std::collections::HashMap;
use std::ops::ControlFlow;

use disk::read_at::ReadAt;
use disk::tree::Unreadable;

use super::{Files, OnHeader, damaged, header_length, read_at, u32_be, wal};

const MAGIC: &[u8] = b"SQLite format 3\0";
const HEADER_BYTES: usize = 100;
const TABLE: &[u8] = b"Packages";
const INTERIOR: u8 = 5;
const LEAF: u8 = 13;

/// The deepest tree that is followed; forty levels would hold more rows than there are atoms.
const DEPTH_MAX: usize = 40;

pub fn headers(files: &Files<'_>, visit: &mut OnHeader<'_>) -> Result<(), Unreadable> {
    let pages = Pages::open(files)?;
    let mut root = None;
    pages.rows(1, &mut |payload| {
        let row = Row::parse(&payload)?;
        if row.text(0) == Some(b"table") && row.text(1) == Some(TABLE) {
            root = row.number(3);
            return Ok(ControlFlow::Break(()));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let root = root.and_then(|root| u32::try_from(root).ok()).filter(|root| *root > 0);
    let root = root.ok_or(damaged("package database, without its table", 0))?;
    pages.rows(root, &mut |payload| {
        let row = Row::parse(&payload)?;
        let header = row.text(1).ok_or(damaged("row of the package database", 0))?;
        visit(header)?;
        Ok(ControlFlow::Continue(()))
    })
}

type OnRow<'v> = dyn FnMut(Vec<u8>) -> Result<ControlFlow<()>, Unreadable> + 'v;

struct Pages<'a> {
    database: &'a dyn ReadAt,
    log: Option<&'a dyn ReadAt>,
    /// Pages that the log has a newer copy of, and where it lies.
    newer: HashMap<u32, u64>,
    page_bytes: usize,
    /// What of a page is used: some bytes at its end may be set apart.
    usable: usize,
    count: u32,
}

/// A table's page, and where its header begins.
struct Page {
    number: u32,
    bytes: Vec<u8>,
    at: usize,
}

impl<'a> Pages<'a> {
    fn open(files: &Files<'a>) -> Result<Pages<'a>, Unreadable> {
        let database = files.database;
        // A database whose every page is still in the log has no header of its own yet.
        let mut head = read_at(database, 0, HEADER_BYTES.min(database.size_bytes() as usize))?;
        let log = files.log.map(wal::read).transpose()?.flatten();
        if let Some((log, source)) = log.as_ref().zip(files.log)
            && let Some(at) = log.pages.get(&1)
        {
            head = read_at(source, *at, HEADER_BYTES)?;
        }
        if head.len() < HEADER_BYTES || !head.starts_with(MAGIC) {
            return Err(damaged("package database, no SQLite", 0));
        }
        let page_bytes = match u16::from_be_bytes([head[16], head[17]]) {
            1 => 65_536,
            size if size >= 512 && size.is_power_of_two() => usize::from(size),
            _ => return Err(damaged("page size of the package database", 16)),
        };
        let usable = page_bytes - usize::from(head[20]);
        if usable < 480 {
            return Err(damaged("page size of the package database", 20));
        }
        if u32_be(&head, 56) > 1 {
            return Err(Unreadable::Unsupported("SQLite in UTF-16".to_owned()));
        }
        let mut count = u32::try_from(database.size_bytes() / page_bytes as u64).unwrap_or(u32::MAX);
        let mut newer = HashMap::new();
        if let Some(log) = log {
            if log.page_bytes != page_bytes {
                return Err(damaged("page size of the package database's log", 8));
            }
            count = log.pages_in_database;
            newer = log.pages;
        }
        Ok(Pages { database, log: files.log, newer, page_bytes, usable, count })
    }

    fn read(&self, number: u32) -> Result<Vec<u8>, Unreadable> {
        if number == 0 || number > self.count {
            return Err(damaged("page of the package database", u64::from(number)));
        }
        if let (Some(at), Some(log)) = (self.newer.get(&number), self.log) {
            return read_at(log, *at, self.page_bytes);
        }
        read_at(self.database, u64::from(number - 1) * self.page_bytes as u64, self.page_bytes)
    }

    fn page(&self, number: u32) -> Result<Page, Unreadable> {
        let at = if number == 1 { HEADER_BYTES } else { 0 };
        Ok(Page { number, bytes: self.read(number)?, at })
    }

    /// Shows every row of the table that begins at `root`. Pages that come up twice are a loop, and an error.
    fn rows(&self, root: u32, visit: &mut OnRow<'_>) -> Result<(), Unreadable> {
        let mut ahead = vec![(root, 0)];
        let mut left = self.count;
        while let Some((number, depth)) = ahead.pop() {
            let place = u64::from(number);
            left = left.checked_sub(1).ok_or(damaged("loop in the package database", place))?;
            let page = self.page(number)?;
            match page.bytes[page.at] {
                LEAF => {
                    for cell in page.cells(8) {
                        let payload = self.payload(&page, cell?)?;
                        if visit(payload)?.is_break() {
                            return Ok(());
                        }
                    }
                }
                INTERIOR if depth < DEPTH_MAX => {
                    ahead.push((u32_be(&page.bytes, page.at + 8), depth + 1));
                    let children: Result<Vec<usize>, Unreadable> = page.cells(12).collect();
                    for cell in children?.into_iter().rev() {
                        ahead.push((u32_be(&page.bytes, cell), depth + 1));
                    }
                    if ahead.len() > self.count as usize {
                        return Err(damaged("loop in the package database", place));
                    }
                }
                _ => return Err(damaged("kind of a page of the package database", place)),
            }
        }
        Ok(())
    }

    /// The payload of a leaf's cell, gathered from the pages that it flows over to.
    fn payload(&self, page: &Page, cell: usize) -> Result<Vec<u8>, Unreadable> {
        let wrong = || damaged("cell of the package database", u64::from(page.number));
        let mut rest = page.bytes.get(cell..self.usable).ok_or_else(wrong)?;
        let length = header_length(varint(&mut rest).ok_or_else(wrong)?)?;
        varint(&mut rest).ok_or_else(wrong)?;
        let here = self.in_page(length);
        let mut payload = rest.get(..here).ok_or_else(wrong)?.to_vec();
        if here == length {
            return Ok(payload);
        }
        let mut next = u32_be(rest.get(here..here + 4).ok_or_else(wrong)?, 0);
        // Each page adds to the payload, so the chain ends with it.
        while payload.len() < length {
            let over = self.read(next)?;
            next = u32_be(&over, 0);
            let now = (length - payload.len()).min(self.usable - 4);
            payload.extend(&over[4..4 + now]);
        }
        Ok(payload)
    }

    /// How much of a payload lies in the leaf itself.
    fn in_page(&self, length: usize) -> usize {
        let most = self.usable - 35;
        if length <= most {
            return length;
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let fitting = least + (length - least) % (self.usable - 4);
        if fitting <= most { fitting } else { least }
    }
}

impl Page {
    /// Where the cells begin, after a page header of `head` bytes.
    fn cells(&self, head: usize) -> impl Iterator<Item = Result<usize, Unreadable>> {
        let count = usize::from(u16::from_be_bytes([self.bytes[self.at + 3], self.bytes[self.at + 4]]));
        let from = self.at + head;
        (0..count).map(move |index| {
            let at = from + 2 * index;
            let pointer =
                self.bytes.get(at..at + 2).map(|pointer| u16::from_be_bytes([pointer[0], pointer[1]]));
            let pointer = pointer.map(usize::from).filter(|cell| cell + 4 <= self.bytes.len());
            pointer.ok_or(damaged("cell of the package database", u64::from(self.number)))
        })
    }
}

/// A row: what kind each column is, and its bytes.
struct Row<'a>(Vec<(u64, &'a [u8])>);

/// The tables that are read have five columns at most.
const COLUMNS_MAX: usize = 16;

impl<'a> Row<'a> {
    fn parse(payload: &'a [u8]) -> Result<Row<'a>, Unreadable> {
        let wrong = || damaged("row of the package database", 0);
        let mut rest = payload;
        let head = varint(&mut rest).ok_or_else(wrong)?;
        let head = usize::try_from(head).ok().filter(|head| *head <= payload.len()).ok_or_else(wrong)?;
        let mut kinds = payload.get(payload.len() - rest.len()..head).ok_or_else(wrong)?;
        let mut body = &payload[head..];
        let mut columns = Vec::new();
        while !kinds.is_empty() && columns.len() < COLUMNS_MAX {
            let kind = varint(&mut kinds).ok_or_else(wrong)?;
            let length = match kind {
                0 | 8 | 9 => 0,
                1..=4 => kind,
                5 => 6,
                6 | 7 => 8,
                10 | 11 => return Err(wrong()),
                _ => (kind - 12) / 2,
            };
            let length =
                usize::try_from(length).ok().filter(|length| *length <= body.len()).ok_or_else(wrong)?;
            let (value, after) = body.split_at(length);
            columns.push((kind, value));
            body = after;
        }
        Ok(Row(columns))
    }

    /// The bytes of a text or blob.
    fn text(&self, column: usize) -> Option<&'a [u8]> {
        self.0.get(column).filter(|(kind, _)| *kind >= 12).map(|(_, value)| *value)
    }

    fn number(&self, column: usize) -> Option<u64> {
        let (kind, value) = self.0.get(column)?;
        match kind {
            8 => Some(0),
            9 => Some(1),
            1..=6 => Some(value.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))),
            _ => None,
        }
    }
}

/// A number in one to nine bytes, the highest first.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for place in 0..9 {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        if place == 8 {
            return Some(number << 8 | u64::from(*first));
        }
        number = number << 7 | u64::from(first & 0x7f);
        if first & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}
