//! Where a file's bytes lie: a tree of extents, or the blocks of indirect pointers of ext2 and ext3.
//!
//! Both walks end whatever the bytes say: a block of the map is visited once, depth only falls, and the number of extents is bounded.

use std::collections::HashSet;

use super::Ext4;
use super::inode::{Inode, MAP_AT, MAP_BYTES};
use crate::checksum::crc32c;
use crate::fields::{u16_le, u32_le};
use crate::tree::{Extent, Kind, Unreadable, add_extent};

const DEPTH_MAX: u16 = 5;
const MAGIC: u16 = 0xf30a;
const ENTRY_BYTES: usize = 12;
/// Longer extents are of space that was reserved and never written; they read as zeros.
const WRITTEN_BLOCKS_MAX: u64 = 32_768;

const DIRECT_BLOCKS: usize = 12;

/// The walk through the map of one inode.
struct Walk<'a> {
    fs: &'a Ext4,
    inode: &'a Inode,
    /// The blocks of the map that were read.
    seen: HashSet<u64>,
    /// The first logical block that may come next.
    next_logical: u64,
    /// How many blocks of the file count; what is reserved past its end does not.
    file_blocks: u64,
    found: Vec<Extent>,
}

/// The extents of a file, in order, holes and unwritten space left out, clipped to the file's size.
pub(super) fn map(fs: &Ext4, inode: &Inode) -> Result<Vec<Extent>, Unreadable> {
    if matches!(inode.node.kind, Kind::Device | Kind::Fifo | Kind::Socket)
        || inode.is_short_link() && inode.node.kind == Kind::Symlink
    {
        return Ok(Vec::new());
    }
    if inode.is_inline() {
        return super::attributes::inline_extents(inode);
    }
    let file_blocks = inode.node.size_bytes.div_ceil(fs.superblock.block_bytes as u64);
    let mut walk = Walk { fs, inode, seen: HashSet::new(), next_logical: 0, file_blocks, found: Vec::new() };
    match inode.has_extents() {
        true => walk.root()?,
        false => walk.pointers()?,
    }
    let mut found = walk.found;
    if let Some(last) = found.last_mut() {
        last.length = last.length.min(inode.node.size_bytes.saturating_sub(last.file_offset));
    }
    Ok(found)
}

impl Walk<'_> {
    fn damaged(&self, what: &'static str) -> Unreadable {
        Unreadable::Damaged { what, offset: self.inode.offset + MAP_AT as u64 }
    }

    fn root(&mut self) -> Result<(), Unreadable> {
        let map = self.inode.map();
        let depth = u16_le(map, 6);
        if depth > DEPTH_MAX {
            return Err(self.damaged("extent tree depth"));
        }
        self.node(map, depth)
    }

    /// Walks one node, which must be `depth` levels above the leaves.
    fn node(&mut self, bytes: &[u8], depth: u16) -> Result<(), Unreadable> {
        let entries = usize::from(u16_le(bytes, 2));
        let room = (bytes.len() - ENTRY_BYTES) / ENTRY_BYTES;
        if u16_le(bytes, 0) != MAGIC || u16_le(bytes, 6) != depth || entries > room {
            return Err(self.damaged("extent header"));
        }
        for entry in bytes[ENTRY_BYTES..].chunks_exact(ENTRY_BYTES).take(entries) {
            let logical = u64::from(u32_le(entry, 0));
            if depth == 0 {
                let length = u64::from(u16_le(entry, 4));
                let start = u64::from(u32_le(entry, 8)) | u64::from(u16_le(entry, 6)) << 32;
                self.extent(logical, start, length)?;
            } else {
                let child = u64::from(u32_le(entry, 4)) | u64::from(u16_le(entry, 8)) << 32;
                if logical < self.next_logical {
                    return Err(self.damaged("extent order"));
                }
                self.child(child, depth - 1)?;
            }
        }
        Ok(())
    }

    fn child(&mut self, number: u64, depth: u16) -> Result<(), Unreadable> {
        let bytes = self.map_block(number)?;
        if let Some(seed) = self.inode.seed {
            let end = ENTRY_BYTES + ENTRY_BYTES * usize::from(u16_le(&bytes, 4));
            let holds = bytes.get(..end).is_some_and(|node| crc32c(seed, node) == u32_le(&bytes, end));
            if !holds {
                return Err(self.damaged("extent block checksum"));
            }
        }
        self.node(&bytes, depth)
    }

    /// A block of the map itself. Meeting one twice is a loop, or two parts of a file that claim the same map.
    fn map_block(&mut self, number: u64) -> Result<std::sync::Arc<[u8]>, Unreadable> {
        if number == 0 || number >= self.fs.superblock.blocks {
            return Err(self.damaged("map block past the end"));
        }
        if !self.seen.insert(number) {
            return Err(self.damaged("map block used twice"));
        }
        self.fs.blocks.block(number)
    }

    fn extent(&mut self, logical: u64, start: u64, raw_length: u64) -> Result<(), Unreadable> {
        let unwritten = raw_length > WRITTEN_BLOCKS_MAX;
        let length = if unwritten { raw_length - WRITTEN_BLOCKS_MAX } else { raw_length };
        if length == 0 {
            return Err(self.damaged("extent of no length"));
        }
        if logical < self.next_logical {
            return Err(self.damaged("extent order"));
        }
        self.next_logical = logical + length;
        match unwritten {
            true => self.check_place(start, length),
            false => self.add(logical, start, length),
        }
    }

    fn check_place(&self, start: u64, length: u64) -> Result<(), Unreadable> {
        let end = start.checked_add(length);
        if start == 0 || end.is_none_or(|end| end > self.fs.superblock.blocks) {
            return Err(self.damaged("extent past the end of the filesystem"));
        }
        Ok(())
    }

    /// Adds a run of blocks, joining it to the one before if both are neighbours in the file and on the volume.
    fn add(&mut self, logical: u64, start: u64, length: u64) -> Result<(), Unreadable> {
        self.check_place(start, length)?;
        let block_bytes = self.fs.superblock.block_bytes as u64;
        let length = length.min(self.file_blocks.saturating_sub(logical));
        if length == 0 {
            return Ok(());
        }
        let next = Extent {
            file_offset: logical * block_bytes,
            device_offset: start * block_bytes,
            length: length * block_bytes,
        };
        add_extent(&mut self.found, next)
    }

    /// Walks the pointers of ext2: twelve direct blocks, then one tree each of one, two and three levels.
    fn pointers(&mut self) -> Result<(), Unreadable> {
        let map: [u8; MAP_BYTES] = self.inode.map().try_into().expect("the map is sixty bytes");
        for n in 0..DIRECT_BLOCKS {
            self.pointer(u64::from(u32_le(&map, 4 * n)), n as u64, 0)?;
        }
        let per_block = (self.fs.superblock.block_bytes / 4) as u64;
        let mut logical = DIRECT_BLOCKS as u64;
        for level in 1..=3 {
            let tree = u64::from(u32_le(&map, 4 * (DIRECT_BLOCKS + level as usize - 1)));
            self.pointer(tree, logical, level)?;
            logical += per_block.pow(level);
        }
        Ok(())
    }

    /// Follows a pointer to a block of data (level 0) or of further pointers.
    fn pointer(&mut self, block: u64, logical: u64, level: u32) -> Result<(), Unreadable> {
        if block == 0 || logical >= self.file_blocks {
            return Ok(());
        }
        if level == 0 {
            return self.add(logical, block, 1);
        }
        let bytes = self.map_block(block)?;
        let span = ((self.fs.superblock.block_bytes / 4) as u64).pow(level - 1);
        for (n, pointer) in (0..).zip(bytes.chunks_exact(4)) {
            self.pointer(u64::from(u32_le(pointer, 0)), logical + n * span, level - 1)?;
        }
        Ok(())
    }
}
