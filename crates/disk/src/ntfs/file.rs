//! Files: what a record and those that continue it come to.
//!
//! A file has one stream of contents without a name, and any number with one. Those are files of their own here, numbered
//! by the file's record and their place among its attributes, so that nothing can be kept out of sight in them.

use super::contents;
use super::index::NAMES_INDEX;
use super::record::{Record, kind_name, kinds};
use super::reparse::Reparse;
use super::stream::{self, Stream};
use super::table::Table;
use crate::fields::{u32_le, u64_le};
use crate::tree::{Kind, Node, Unreadable};

/// The bits of a number that name the record; those above name a stream of its, counted from one.
const RECORD_BITS: u32 = 48;

const SHORT: u8 = 2;
const READ_ONLY: u32 = 1;

/// From the year 1601, where Windows begins to count, to 1970.
const EPOCH_SECONDS: i64 = 11_644_473_600;
const TICKS_PER_SECOND: u64 = 10_000_000;

pub(crate) struct Inode {
    pub(super) node: Node,
    /// Where its record lies.
    pub(super) offset: u64,
    pub(super) sequence: u16,
    pub(super) streams: Vec<Stream>,
    /// The stream that is meant, if it is not the file itself.
    pub(super) chosen: Option<usize>,
    pub(super) reparse: Option<Reparse>,
}

/// The record of a number, and the stream if it is one's.
pub(super) fn split(number: u64) -> (u64, Option<usize>) {
    let stream = (number >> RECORD_BITS).checked_sub(1);
    (number & ((1 << RECORD_BITS) - 1), stream.map(|stream| stream as usize))
}

impl Inode {
    /// The file whose first record this is, or the stream of it that is `chosen`.
    pub(super) fn new(table: &Table, record: &Record, chosen: Option<usize>) -> Result<Inode, Unreadable> {
        if !record.is_in_use {
            return Err(record.damaged("record that is not in use"));
        }
        if record.base.is_some() {
            return Err(record.damaged("record that continues another"));
        }
        let streams = stream::gather(&table.boot, record, table)?;
        let mut inode = Inode {
            node: node(record, &streams),
            offset: record.offset,
            sequence: record.sequence,
            streams,
            chosen: None,
            reparse: None,
        };
        if record.is_reparse_point() {
            inode.turn(table)?;
        }
        match chosen {
            Some(index) => inode.into_stream(index),
            None => Ok(inode),
        }
    }

    /// Lets the reparse point make of the file what it does.
    fn turn(&mut self, table: &Table) -> Result<(), Unreadable> {
        let Some(stream) = self.stream(kinds::REPARSE_POINT, &[]) else { return Ok(()) };
        let reparse = Reparse::parse(&contents::small(table, stream)?);
        let reparse = reparse.ok_or(stream.damaged("reparse point"))?;
        if let Some(kind) = reparse.kind() {
            self.node.kind = kind;
        }
        if let Reparse::Link { target } = &reparse {
            self.node.size_bytes = target.len() as u64;
        }
        self.reparse = Some(reparse);
        Ok(())
    }

    fn into_stream(self, index: usize) -> Result<Inode, Unreadable> {
        let is_there = index < self.streams.len() && self.is_apart(index);
        if !is_there {
            return Err(Unreadable::Damaged { what: "number of a stream", offset: self.offset });
        }
        let node = self.stream_node(index);
        Ok(Inode { node, chosen: Some(index), reparse: None, ..self })
    }

    /// A stream as a file.
    pub fn stream_node(&self, index: usize) -> Node {
        let inode = self.node.inode | (index as u64 + 1) << RECORD_BITS;
        let size_bytes = self.streams[index].size_bytes();
        Node { inode, kind: Kind::File, size_bytes, links: 1, ..self.node.clone() }
    }

    pub(super) fn stream(&self, kind: u32, name: &[u8]) -> Option<&Stream> {
        self.streams.iter().find(|stream| stream.kind == kind && stream.name == name)
    }

    /// The stream that holds what the file itself is; a file without one is empty.
    pub(super) fn main(&self) -> Option<&Stream> {
        match (self.chosen, self.node.kind) {
            (Some(index), _) => self.streams.get(index),
            (None, Kind::Directory) => self.stream(kinds::INDEX_ALLOCATION, NAMES_INDEX),
            (None, Kind::File) => self.stream(kinds::DATA, &[]),
            (None, _) => None,
        }
    }

    /// The numbers of the streams that are files of their own: those with contents by another name, and all others whose
    /// bytes lie outside of the table of files.
    pub fn apart(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.streams.len()).filter(|index| self.is_apart(*index))
    }

    fn is_apart(&self, index: usize) -> bool {
        let stream = &self.streams[index];
        match (stream.kind, stream.name.as_slice(), self.node.kind) {
            (kinds::DATA, [], Kind::File) => false,
            (kinds::DATA, [], _) => stream.size_bytes() > 0,
            (kinds::DATA, ..) => true,
            (kinds::INDEX_ALLOCATION, NAMES_INDEX, Kind::Directory) => false,
            _ => stream.resident().is_none(),
        }
    }

    /// What a stream is called after its file's name, as Windows writes it: `:name`, or `:name:$KIND` if it is none of
    /// contents.
    pub fn stream_label(&self, index: usize) -> Vec<u8> {
        let stream = &self.streams[index];
        let mut label = b":".to_vec();
        label.extend(super::name::to_bytes(&super::name::units(&stream.name)));
        // What would lead elsewhere in a path does not.
        label.iter_mut().filter(|byte| matches!(byte, b'/' | 0)).for_each(|byte| *byte = b'_');
        if stream.kind != kinds::DATA || stream.name.is_empty() {
            label.push(b':');
            label.extend(kind_name(stream.kind).as_bytes());
        }
        label
    }
}

fn node(record: &Record, streams: &[Stream]) -> Node {
    let value = |kind| streams.iter().find(|stream| stream.kind == kind).and_then(Stream::resident);
    let standard = value(kinds::STANDARD_INFORMATION).unwrap_or(&[]);
    let main = match record.is_directory {
        true => (kinds::INDEX_ALLOCATION, NAMES_INDEX),
        false => (kinds::DATA, &[][..]),
    };
    let main = streams.iter().find(|stream| (stream.kind, stream.name.as_slice()) == main);
    let names = streams.iter().filter(|stream| stream.kind == kinds::FILE_NAME);
    let long_names = names.filter(|name| name.resident().is_some_and(|name| name.get(65) != Some(&SHORT)));
    let writable = if u32_le(standard, 32) & READ_ONLY != 0 { 0 } else { 0o200 };
    Node {
        inode: record.number,
        kind: if record.is_directory { Kind::Directory } else { Kind::File },
        mode: 0o555 | writable,
        uid: 0,
        gid: 0,
        size_bytes: main.map_or(0, Stream::size_bytes),
        modified_at: seconds(u64_le(standard, 8)),
        links: long_names.count() as u32,
    }
}

/// Seconds since 1970 of a time in ticks since 1601.
fn seconds(ticks: u64) -> i64 {
    match ticks {
        0 => 0,
        // A tenth of a microsecond each, so that the quotient has 41 bits.
        _ => (ticks / TICKS_PER_SECOND) as i64 - EPOCH_SECONDS,
    }
}
