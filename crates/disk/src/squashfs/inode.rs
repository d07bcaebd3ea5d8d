//! Inodes: records of many lengths, one behind the other in packed blocks.

use crate::fields::{u16_le, u32_le, u64_le};
use crate::tree::{EXTENTS_MAX, Kind, Node, Unreadable};

use super::packed::TABLE_BLOCK_BYTES;
use super::{LINK_BYTES_MAX, Squashfs, damaged};

/// A file of more blocks than this is not read: 128 GiB of the usual ones.
const BLOCKS_MAX: u64 = EXTENTS_MAX as u64;

const NO_FRAGMENT: u32 = u32::MAX;
const NO_ATTRIBUTES: u32 = u32::MAX;

/// The listing of a directory counts two entries that it does not have.
const UNLISTED_BYTES: u64 = 3;

pub(crate) struct Inode {
    pub(super) node: Node,
    pub(super) content: Content,
    /// Where its attributes are listed.
    pub(super) attributes: Option<u32>,
}

pub(super) enum Content {
    /// Where the listing begins: a block's place in the table and a place in the block. And its length.
    Directory {
        block: u64,
        offset: usize,
        length: u64,
    },
    /// Where the blocks begin, how long each is as it lies there, and what is behind the last: a piece of a fragment.
    File {
        start: u64,
        lengths: Vec<u32>,
        fragment: Option<(u32, u64)>,
    },
    Link(Vec<u8>),
    Other,
}

/// The number of the inode that a reference leads to.
pub(super) fn number(reference: u64) -> u64 {
    reference.saturating_add(1)
}

/// Reading a table from front to back, over its blocks.
pub(super) struct Reader<'a> {
    fs: &'a Squashfs,
    block: std::sync::Arc<[u8]>,
    at: usize,
    next: u64,
}

impl<'a> Reader<'a> {
    /// From a place within the block at `place`.
    pub fn new(fs: &'a Squashfs, place: u64, within: usize) -> Result<Reader<'a>, Unreadable> {
        let (block, next) = fs.packed.table_block(place)?;
        if within > block.len() {
            return Err(damaged("place in a table's block", place));
        }
        Ok(Reader { fs, block, at: within, next })
    }

    /// The next bytes; the caller bounds their number.
    pub fn take(&mut self, length: usize) -> Result<Vec<u8>, Unreadable> {
        let mut bytes = Vec::with_capacity(length.min(TABLE_BLOCK_BYTES));
        while bytes.len() < length {
            if self.at == self.block.len() {
                (self.block, self.next) = self.fs.packed.table_block(self.next)?;
                self.at = 0;
            }
            let step = (length - bytes.len()).min(self.block.len() - self.at);
            if step == 0 {
                return Err(damaged("empty block of a table", self.next));
            }
            bytes.extend_from_slice(&self.block[self.at..self.at + step]);
            self.at += step;
        }
        Ok(bytes)
    }
}

pub(super) fn read(fs: &Squashfs, number: u64) -> Result<Inode, Unreadable> {
    let reference = number.checked_sub(1).ok_or(damaged("inode number", 0))?;
    let (block, within) = (reference >> 16, (reference & 0xffff) as usize);
    let place = fs.superblock.inodes_at.checked_add(block).ok_or(damaged("inode number", 0))?;
    let mut reader = Reader::new(fs, place, within)?;
    let head = reader.take(16)?;
    let (kind, is_long) = match u16_le(&head, 0) {
        kind @ 1..=7 => (kind, false),
        kind @ 8..=14 => (kind - 7, true),
        _ => return Err(damaged("inode kind", place)),
    };
    let kind = match kind {
        1 => Kind::Directory,
        2 => Kind::File,
        3 => Kind::Symlink,
        4 | 5 => Kind::Device,
        6 => Kind::Fifo,
        _ => Kind::Socket,
    };
    let body = Body::read(fs, &mut reader, kind, is_long)?;
    let node = Node {
        inode: number,
        kind,
        mode: u16_le(&head, 2) & 0o7777,
        uid: id(fs, u16_le(&head, 4))?,
        gid: id(fs, u16_le(&head, 6))?,
        size_bytes: body.size_bytes,
        modified_at: i64::from(u32_le(&head, 8)),
        links: body.links,
    };
    Ok(Inode {
        node,
        content: body.content,
        attributes: Some(body.attributes).filter(|index| *index != NO_ATTRIBUTES),
    })
}

/// What an inode has behind its head.
struct Body {
    content: Content,
    size_bytes: u64,
    links: u32,
    attributes: u32,
}

impl Body {
    fn read(fs: &Squashfs, reader: &mut Reader<'_>, kind: Kind, is_long: bool) -> Result<Body, Unreadable> {
        match kind {
            Kind::Directory => Body::directory(reader, is_long),
            Kind::File => Body::file(fs, reader, is_long),
            Kind::Symlink => {
                let head = reader.take(8)?;
                let (links, found) = (u32_le(&head, 0), u64::from(u32_le(&head, 4)));
                if found > LINK_BYTES_MAX {
                    let limit = LINK_BYTES_MAX;
                    return Err(Unreadable::OverLimit { what: "symbolic link", found, limit });
                }
                let target = reader.take(found as usize)?;
                let attributes = if is_long { u32_le(&reader.take(4)?, 0) } else { NO_ATTRIBUTES };
                Ok(Body { content: Content::Link(target), size_bytes: found, links, attributes })
            }
            Kind::Device | Kind::Fifo | Kind::Socket => {
                let head = reader.take(if kind == Kind::Device { 8 } else { 4 })?;
                let attributes = if is_long { u32_le(&reader.take(4)?, 0) } else { NO_ATTRIBUTES };
                Ok(Body { content: Content::Other, size_bytes: 0, links: u32_le(&head, 0), attributes })
            }
        }
    }

    fn directory(reader: &mut Reader<'_>, is_long: bool) -> Result<Body, Unreadable> {
        let (block, links, size, offset, attributes) = match is_long {
            false => {
                let head = reader.take(16)?;
                let size = u64::from(u16_le(&head, 8));
                (u32_le(&head, 0), u32_le(&head, 4), size, u16_le(&head, 10), NO_ATTRIBUTES)
            }
            true => {
                let head = reader.take(24)?;
                let size = u64::from(u32_le(&head, 4));
                (u32_le(&head, 8), u32_le(&head, 0), size, u16_le(&head, 18), u32_le(&head, 20))
            }
        };
        let length = size.saturating_sub(UNLISTED_BYTES);
        let content = Content::Directory { block: block.into(), offset: offset.into(), length };
        Ok(Body { content, size_bytes: size, links, attributes })
    }

    fn file(fs: &Squashfs, reader: &mut Reader<'_>, is_long: bool) -> Result<Body, Unreadable> {
        let (start, size_bytes, links, fragment, offset, attributes) = match is_long {
            false => {
                let head = reader.take(16)?;
                let [start, fragment, offset, size] = [0, 4, 8, 12].map(|at| u32_le(&head, at));
                (start.into(), size.into(), 1, fragment, offset, NO_ATTRIBUTES)
            }
            true => {
                let head = reader.take(40)?;
                let [links, fragment, offset, attributes] = [24, 28, 32, 36].map(|at| u32_le(&head, at));
                (u64_le(&head, 0), u64_le(&head, 8), links, fragment, offset, attributes)
            }
        };
        let block_bytes = fs.superblock.block_bytes;
        let fragment = (fragment != NO_FRAGMENT).then_some((fragment, u64::from(offset)));
        let found =
            if fragment.is_some() { size_bytes / block_bytes } else { size_bytes.div_ceil(block_bytes) };
        if found > BLOCKS_MAX {
            return Err(Unreadable::OverLimit { what: "blocks of a file", found, limit: BLOCKS_MAX });
        }
        // Taken as it comes, so that a number which is not borne out costs no memory.
        let listed = reader.take(found as usize * 4)?;
        let lengths = listed.chunks_exact(4).map(|length| u32_le(length, 0)).collect();
        Ok(Body { content: Content::File { start, lengths, fragment }, size_bytes, links, attributes })
    }
}

/// The user or group of a number in the table of them.
fn id(fs: &Squashfs, index: u16) -> Result<u32, Unreadable> {
    if index >= fs.superblock.ids {
        return Err(damaged("number of an owner", fs.superblock.ids_at));
    }
    let record = record(fs, fs.superblock.ids_at, u64::from(index), 4)?;
    Ok(u32_le(&record, 0))
}

/// A record of a table whose blocks are listed at `list_at`. No record straddles two blocks.
pub(super) fn record(fs: &Squashfs, list_at: u64, index: u64, length: usize) -> Result<Vec<u8>, Unreadable> {
    let per_block = (TABLE_BLOCK_BYTES / length) as u64;
    let listed = list_at.checked_add(index / per_block * 8).ok_or(damaged("number in a table", list_at))?;
    let place = u64_le(&fs.packed.plain(listed, 8)?, 0);
    Reader::new(fs, place, (index % per_block) as usize * length)?.take(length)
}
