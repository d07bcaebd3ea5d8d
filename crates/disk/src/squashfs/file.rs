//! Contents of files: blocks, and behind the last a piece of a fragment that several files share.

use std::sync::Arc;

use crate::fields::{u32_le, u64_le};
use crate::tree::{Extent, Unreadable, add_extent};

use super::inode::{Content, Inode, record};
use super::{Squashfs, damaged};

/// Says of a block's length that the block was not packed.
const LITERAL: u32 = 1 << 24;

const FRAGMENT_BYTES: usize = 16;

/// A block as it lies on the volume.
#[derive(Clone, Copy)]
struct Block {
    place: u64,
    length: u64,
    is_packed: bool,
}

impl Block {
    /// The block at a place; `None` for one of zeros, which is not kept.
    fn of(place: u64, listed: u32) -> Option<Block> {
        let (length, is_packed) = (u64::from(listed & !LITERAL), listed & LITERAL == 0);
        (length > 0).then_some(Block { place, length, is_packed })
    }
}

/// The fragment of this number.
fn fragment(fs: &Squashfs, index: u32) -> Result<Block, Unreadable> {
    let table_at = fs.superblock.fragments_at.filter(|_| index < fs.superblock.fragments);
    let entry =
        record(fs, table_at.ok_or(damaged("number of a fragment", 0))?, index.into(), FRAGMENT_BYTES)?;
    Block::of(u64_le(&entry, 0), u32_le(&entry, 8)).ok_or(damaged("length of a fragment", 0))
}

/// What of a file lies on the volume as it is, and whether there is more of it that is packed.
pub(super) fn map(fs: &Squashfs, inode: &Inode) -> Result<(Vec<Extent>, bool), Unreadable> {
    let Content::File { start, lengths, fragment: piece } = &inode.content else {
        return Ok((Vec::new(), false));
    };
    let (block_bytes, size) = (fs.superblock.block_bytes, inode.node.size_bytes);
    let (mut found, mut is_packed) = (Vec::new(), false);
    let mut add = |file_offset: u64, block: Block, within: u64, length: u64| {
        let end = block.place.checked_add(block.length).filter(|end| *end <= fs.superblock.bytes_used);
        end.ok_or(damaged("block past the end", block.place))?;
        if block.is_packed || within.saturating_add(length) > block.length {
            is_packed = true;
            return Ok(());
        }
        add_extent(&mut found, Extent { file_offset, device_offset: block.place + within, length })
    };
    let mut place = *start;
    for (n, listed) in (0..).zip(lengths) {
        let offset = n * block_bytes;
        if let Some(block) = Block::of(place, *listed) {
            add(offset, block, 0, block_bytes.min(size - offset))?;
            place = place.checked_add(block.length).ok_or(damaged("block past the end", place))?;
        }
    }
    if let Some((index, within)) = piece {
        let offset = lengths.len() as u64 * block_bytes;
        if offset < size {
            add(offset, fragment(fs, *index)?, *within, size - offset)?;
        }
    }
    Ok((found, is_packed))
}

/// Up to `limit` bytes of a file from `offset`.
pub(super) fn contents(
    fs: &Squashfs,
    inode: &Inode,
    offset: u64,
    limit: usize,
) -> Result<Vec<u8>, Unreadable> {
    let Content::File { start, lengths, fragment: piece } = &inode.content else {
        return Err(damaged("file that is none", 0));
    };
    let (block_bytes, size) = (fs.superblock.block_bytes, inode.node.size_bytes);
    let length = limit.min(usize::try_from(size.saturating_sub(offset)).unwrap_or(usize::MAX));
    let mut bytes = vec![0; length];
    let end = offset.saturating_add(length as u64);
    // Puts what of a block at `at` of the file is wanted to its place.
    let mut put = |at: u64, unpacked: Arc<[u8]>, within: u64| {
        let (from, to) = (at.max(offset), (at + block_bytes).min(size).min(end));
        let found = usize::try_from(within + (from - at)).ok();
        let found = found.and_then(|first| unpacked.get(first..first.checked_add((to - from) as usize)?));
        let found = found.ok_or(damaged("block that is too short", at))?;
        bytes[(from - offset) as usize..(to - offset) as usize].copy_from_slice(found);
        Ok::<_, Unreadable>(())
    };
    if length == 0 {
        return Ok(bytes);
    }
    let mut place = *start;
    for (n, listed) in (0..).zip(lengths) {
        let at = n * block_bytes;
        if at >= end {
            break;
        }
        let Some(block) = Block::of(place, *listed) else { continue };
        if at + block_bytes > offset {
            put(at, fs.packed.file_block(block.place, block.length, block.is_packed)?, 0)?;
        }
        place = place.checked_add(block.length).ok_or(damaged("block past the end", place))?;
    }
    let at = lengths.len() as u64 * block_bytes;
    if let (Some((index, within)), true) = (piece, at < end) {
        let block = fragment(fs, *index)?;
        put(at, fs.packed.file_block(block.place, block.length, block.is_packed)?, *within)?;
    }
    Ok(bytes)
}
