//! Directories, read from the first block to the last. The index that the kernel uses to find a name quickly is passed over: its
//! blocks look empty to who reads them as a plain list.

use std::ops::ControlFlow;

use super::Ext4;
use super::inode::Inode;
use super::superblock::incompat;
use crate::checksum::crc32c;
use crate::fields::{u16_le, u32_le};
use crate::naming::{Name, Visit};
use crate::tree::{Kind, Unreadable, overlap};

/// No directory is read further; the kernel's own limit without `large_dir` is 2 GiB of it.
pub const DIRECTORY_BYTES_MAX: u64 = 1 << 30;

const HEAD_BYTES: usize = 8;
const ENTRY_BYTES_MIN: usize = 12;
const TAIL_BYTES: usize = 12;
const TAIL_KIND: u8 = 0xde;

/// An inline directory begins with the number of its parent, in place of `.` and `..`.
const INLINE_PARENT_BYTES: usize = 4;

/// Shows every name but `.` and `..` to `visit`, until it has seen enough. No block is looked at twice.
pub(super) fn visit(fs: &Ext4, directory: &Inode, visit: &mut Visit<'_>) -> Result<(), Unreadable> {
    if directory.node.kind != Kind::Directory {
        return Err(Unreadable::Damaged { what: "directory that is none", offset: directory.offset });
    }
    directory.check_readable()?;
    let size = directory.node.size_bytes;
    if size > DIRECTORY_BYTES_MAX {
        let limit = DIRECTORY_BYTES_MAX;
        return Err(Unreadable::OverLimit { what: "directory size", found: size, limit });
    }
    if directory.is_inline() {
        return visit_inline(fs, directory, visit);
    }
    let block_bytes = fs.superblock.block_bytes as u64;
    let map = super::extents::map(fs, directory)?;
    // Else a directory could be as long as it likes.
    if overlap(&map) {
        return Err(Unreadable::Damaged { what: "directory block used twice", offset: directory.offset });
    }
    for extent in map {
        if !extent.length.is_multiple_of(block_bytes) {
            return Err(Unreadable::Damaged { what: "directory size", offset: directory.offset });
        }
        for number in 0..extent.length / block_bytes {
            let offset = extent.device_offset + number * block_bytes;
            let block = fs.blocks.block(offset / block_bytes)?;
            let listed = check_tail(&block, directory, offset)?;
            if visit_names(fs, listed, offset, visit)?.is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn visit_inline(fs: &Ext4, directory: &Inode, visit: &mut Visit<'_>) -> Result<(), Unreadable> {
    for extent in super::attributes::inline_extents(directory)? {
        // Inline data lies within one inode record.
        let bytes = fs.blocks.record(extent.device_offset, extent.length as usize)?;
        let skipped = if extent.file_offset == 0 { INLINE_PARENT_BYTES } else { 0 };
        let listed = bytes.get(skipped..).unwrap_or_default();
        if visit_names(fs, listed, extent.device_offset + skipped as u64, visit)?.is_break() {
            break;
        }
    }
    Ok(())
}

/// Checks the checksum at the end of a block, and gives what lies before it. Blocks of the index have theirs elsewhere and name
/// nothing.
fn check_tail<'a>(block: &'a [u8], directory: &Inode, offset: u64) -> Result<&'a [u8], Unreadable> {
    let Some(seed) = directory.seed else { return Ok(block) };
    let (listed, tail) = block.split_at(block.len() - TAIL_BYTES);
    let is_tail = u32_le(tail, 0) == 0 && u16_le(tail, 4) == TAIL_BYTES as u16 && tail[7] == TAIL_KIND;
    if !is_tail {
        return match directory.is_indexed() {
            true => Ok(block),
            false => Err(Unreadable::Damaged { what: "directory without checksum", offset }),
        };
    }
    if crc32c(seed, listed) != u32_le(tail, 8) {
        return Err(Unreadable::Damaged { what: "directory checksum", offset });
    }
    Ok(listed)
}

/// Walks the entries of one block. Every entry is at least twelve bytes long, so the walk ends.
fn visit_names(
    fs: &Ext4,
    block: &[u8],
    offset: u64,
    visit: &mut Visit<'_>,
) -> Result<ControlFlow<()>, Unreadable> {
    let has_kinds = fs.superblock.incompat & incompat::FILETYPE != 0;
    let mut at = 0;
    while at < block.len() {
        let place = offset + at as u64;
        let damaged = |what| Unreadable::Damaged { what, offset: place };
        let rest = &block[at..];
        let length = record_bytes(u16_le(rest, 4), fs.superblock.block_bytes);
        if length < ENTRY_BYTES_MIN || !length.is_multiple_of(4) || length > rest.len() {
            return Err(damaged("directory entry length"));
        }
        let inode = u64::from(u32_le(rest, 0));
        let name_bytes = if has_kinds { usize::from(rest[6]) } else { usize::from(u16_le(rest, 6)) };
        at += length;
        if inode == 0 {
            continue;
        }
        let Some(bytes) = rest[..length].get(HEAD_BYTES..HEAD_BYTES + name_bytes) else {
            return Err(damaged("directory entry name"));
        };
        if bytes == b"." || bytes == b".." {
            continue;
        }
        if bytes.is_empty() || bytes.len() > 255 || bytes.iter().any(|byte| matches!(byte, b'/' | 0)) {
            return Err(damaged("name in a directory"));
        }
        if inode > fs.superblock.inodes {
            return Err(damaged("inode number in a directory"));
        }
        let kind = if has_kinds { claimed_kind(rest[7]) } else { None };
        if visit(Name { bytes, inode, kind })?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// With blocks of 64 KiB the length of an entry that fills its block does not fit its field.
fn record_bytes(stored: u16, block_bytes: usize) -> usize {
    match stored {
        0 | u16::MAX if block_bytes == 1 << 16 => block_bytes,
        _ => usize::from(stored),
    }
}

fn claimed_kind(code: u8) -> Option<Kind> {
    Some(match code {
        1 => Kind::File,
        2 => Kind::Directory,
        3 | 4 => Kind::Device,
        5 => Kind::Fifo,
        6 => Kind::Socket,
        7 => Kind::Symlink,
        _ => return None,
    })
}
