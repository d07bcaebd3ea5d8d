//! Where a fork's blocks lie: a list of extents in the inode, or a tree of blocks that hold the list.
//!
//! The walk ends whatever the bytes say: a block of the tree is visited once, depth only falls, and the number of extents is bounded.

use std::collections::HashSet;
use std::ops::ControlFlow;

use super::Xfs;
use super::inode::{Fork, Format, Inode};
use super::metadata::{Expected, LONG_TREE};
use crate::fields::{u16_be, u64_be};
use crate::tree::{Extent, Kind, Unreadable, add_extent};

/// A tree that is deeper holds more extents than there can be blocks.
const DEPTH_MAX: u16 = 9;
const RECORD_BYTES: usize = 16;
const POINTER_BYTES: usize = 8;

/// A run of bytes of a fork; more than a file's contents may lie there, since directories and attributes count in blocks.
struct Walk<'a> {
    fs: &'a Xfs,
    inode: &'a Inode,
    /// The blocks of the tree that were read.
    seen: HashSet<u64>,
    /// The first logical block that may come next.
    next_logical: u64,
    /// How many blocks of the fork count.
    end_blocks: u64,
    found: Vec<Extent>,
}

/// The extents of a file, in order, holes and unwritten space left out, clipped to the file's size. Of a directory these are its
/// blocks with names; its index lies beyond its size.
pub(super) fn map(fs: &Xfs, inode: &Inode) -> Result<Vec<Extent>, Unreadable> {
    if matches!(inode.node.kind, Kind::Device | Kind::Fifo | Kind::Socket) {
        return Ok(Vec::new());
    }
    if inode.is_realtime() {
        return Err(Unreadable::Unsupported("XFS file on a realtime device".into()));
    }
    let format = inode.data()?.format;
    if format == Format::Device || format == Format::Local && inode.node.kind == Kind::File {
        return Err(Unreadable::Damaged { what: "inode format", offset: inode.offset });
    }
    let size = inode.node.size_bytes;
    let mut found = fork(fs, inode, &inode.data()?, size.div_ceil(fs.superblock.block_bytes))?;
    if let Some(last) = found.last_mut() {
        last.length = last.length.min(size.saturating_sub(last.file_offset));
    }
    Ok(found)
}

/// The extents of a fork in its first `end_blocks` blocks.
pub(super) fn fork(
    fs: &Xfs,
    inode: &Inode,
    fork: &Fork<'_>,
    end_blocks: u64,
) -> Result<Vec<Extent>, Unreadable> {
    let mut walk = Walk { fs, inode, seen: HashSet::new(), next_logical: 0, end_blocks, found: Vec::new() };
    match fork.format {
        Format::Device | Format::Local => {}
        Format::Extents => {
            let wanted = usize::try_from(fork.extents).ok().and_then(|n| n.checked_mul(RECORD_BYTES));
            let listed = wanted.and_then(|length| fork.bytes.get(..length));
            walk.list(listed.ok_or(walk.damaged("number of extents"))?).map(drop)?;
        }
        Format::Tree => walk.root(fork.bytes)?,
    }
    Ok(walk.found)
}

impl Walk<'_> {
    fn damaged(&self, what: &'static str) -> Unreadable {
        Unreadable::Damaged { what, offset: self.inode.offset }
    }

    /// The root in the inode is short: a level, a number, then keys and pointers, each as many as there is room for.
    fn root(&mut self, bytes: &[u8]) -> Result<(), Unreadable> {
        let (level, records) = (u16_be(bytes, 0), usize::from(u16_be(bytes, 2)));
        if level == 0 || level > DEPTH_MAX {
            return Err(self.damaged("extent tree depth"));
        }
        let room = bytes.len().saturating_sub(4) / RECORD_BYTES;
        self.children(bytes, 4, room, records, level - 1).map(drop)
    }

    fn children(
        &mut self,
        bytes: &[u8],
        header: usize,
        room: usize,
        records: usize,
        level: u16,
    ) -> Result<ControlFlow<()>, Unreadable> {
        if records == 0 || records > room {
            return Err(self.damaged("extent tree size"));
        }
        let pointers = header + room * POINTER_BYTES;
        for n in 0..records {
            let first_logical = u64_be(bytes, header + n * POINTER_BYTES);
            if first_logical >= self.end_blocks {
                return Ok(ControlFlow::Break(()));
            }
            if first_logical < self.next_logical {
                return Err(self.damaged("extent order"));
            }
            if self.child(u64_be(bytes, pointers + n * POINTER_BYTES), level)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn child(&mut self, number: u64, level: u16) -> Result<ControlFlow<()>, Unreadable> {
        let place = self.fs.superblock.place_of(number, 1);
        let place = place.ok_or(self.damaged("extent tree block past the end"))?;
        if !self.seen.insert(number) {
            return Err(self.damaged("extent tree block used twice"));
        }
        let block = self.fs.block_at(place)?;
        let owner = Expected { offset: place, owner: self.inode.node.inode };
        let header = LONG_TREE.check(self.fs, &block, &[b"BMAP", b"BMA3"], owner)?;
        if u16_be(&block, 4) != level {
            return Err(self.damaged("extent tree level"));
        }
        let (records, room) = (usize::from(u16_be(&block, 6)), (block.len() - header) / RECORD_BYTES);
        if level > 0 {
            return self.children(&block, header, room, records, level - 1);
        }
        if records > room {
            return Err(self.damaged("extent tree size"));
        }
        self.list(&block[header..header + records * RECORD_BYTES])
    }

    /// Takes a list of extents; breaks off past the end that counts.
    fn list(&mut self, bytes: &[u8]) -> Result<ControlFlow<()>, Unreadable> {
        for record in bytes.chunks_exact(RECORD_BYTES) {
            let (high, low) = (u64_be(record, 0), u64_be(record, 8));
            let (is_unwritten, logical) = (high >> 63 == 1, high << 1 >> 10);
            let (start, length) = ((high & 0x1ff) << 43 | low >> 21, low & 0x1f_ffff);
            if length == 0 {
                return Err(self.damaged("extent of no length"));
            }
            if logical < self.next_logical {
                return Err(self.damaged("extent order"));
            }
            self.next_logical = logical + length;
            let place = self.fs.superblock.place_of(start, length);
            let place = place.ok_or(self.damaged("extent past the end of the filesystem"))?;
            if logical >= self.end_blocks {
                return Ok(ControlFlow::Break(()));
            }
            if !is_unwritten {
                self.add(logical, place, length.min(self.end_blocks - logical))?;
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Adds a run of blocks, joining it to the one before if both are neighbours in the file and on the volume.
    fn add(&mut self, logical: u64, device_offset: u64, length: u64) -> Result<(), Unreadable> {
        let block_bytes = self.fs.superblock.block_bytes;
        // Logical blocks have 54 bits; those of any file that can be read end before 2^63 bytes.
        let file_offset = logical.checked_mul(block_bytes).filter(|offset| *offset < 1 << 63);
        let file_offset = file_offset.ok_or(self.damaged("extent past the largest file"))?;
        let next = Extent { file_offset, device_offset, length: length * block_bytes };
        add_extent(&mut self.found, next)
    }
}
