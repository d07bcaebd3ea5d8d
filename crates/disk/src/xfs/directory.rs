//! Directories: in the inode while they are short, else in blocks of names.
//!
//! Of the five formats the reader knows two. Where blocks of names are followed by leaves, nodes or a tree of hashes, these lie beyond
//! the directory's size and only help to find a name quickly; who reads all names needs none of them.

use std::ops::ControlFlow;

use super::inode::{Format, Inode};
use super::metadata::{DIRECTORY, Expected};
use super::{Xfs, extents};
use crate::fields::{u16_be, u32_be, u64_be};
use crate::naming::{Name, Visit};
use crate::tree::{Extent, Kind, Unreadable, overlap};

/// No directory is read further; XFS itself ends them at 32 GiB.
pub const DIRECTORY_BYTES_MAX: u64 = 1 << 30;

const FREE_TAG: u16 = 0xffff;
const ALIGNMENT: usize = 8;
/// A block that is the whole directory ends with its own index.
const INDEX_ENTRY_BYTES: usize = 8;
const INDEX_TAIL_BYTES: usize = 8;

/// Shows every name but `.` and `..` to `visit`, until it has seen enough. No block is looked at twice.
pub(super) fn visit(fs: &Xfs, directory: &Inode, visit: &mut Visit<'_>) -> Result<(), Unreadable> {
    let damaged = |what| Unreadable::Damaged { what, offset: directory.offset };
    if directory.node.kind != Kind::Directory {
        return Err(damaged("directory that is none"));
    }
    let (found, limit) = (directory.node.size_bytes, DIRECTORY_BYTES_MAX);
    if found > limit {
        return Err(Unreadable::OverLimit { what: "directory size", found, limit });
    }
    let fork = directory.data()?;
    if fork.format == Format::Local {
        let bytes = fork.bytes.get(..found as usize).ok_or(damaged("directory size"))?;
        return visit_short(fs, directory, bytes, visit);
    }
    let block_bytes = fs.superblock.directory_block_bytes;
    let map = extents::map(fs, directory)?;
    if !found.is_multiple_of(block_bytes) {
        return Err(damaged("directory size"));
    }
    if overlap(&map) {
        return Err(damaged("directory block used twice"));
    }
    let mut next = 0;
    for extent in &map {
        let end = (extent.file_offset + extent.length).div_ceil(block_bytes);
        for number in next.max(extent.file_offset / block_bytes)..end {
            let (place, block) = block(fs, directory, &map, number * block_bytes)?;
            if visit_block(fs, directory, place, &block, visit)?.is_break() {
                return Ok(());
            }
        }
        next = next.max(end);
    }
    Ok(())
}

/// A directory's block, which may be scattered, and where it begins.
fn block(
    fs: &Xfs,
    directory: &Inode,
    map: &[Extent],
    at: u64,
) -> Result<(u64, std::sync::Arc<[u8]>), Unreadable> {
    let block_bytes = fs.superblock.directory_block_bytes;
    let first = map.partition_point(|extent| extent.file_offset + extent.length <= at);
    let mut covered = at;
    for extent in &map[first..] {
        if extent.file_offset > covered {
            break;
        }
        covered = extent.file_offset + extent.length;
    }
    let (begins, holds) = map[first..].first().map_or((u64::MAX, 0), |extent| {
        (extent.file_offset, extent.device_offset + at.saturating_sub(extent.file_offset))
    });
    if begins > at || covered < at + block_bytes {
        return Err(Unreadable::Damaged { what: "hole in a directory block", offset: directory.offset });
    }
    let bytes = match block_bytes == fs.superblock.block_bytes {
        true => fs.block_at(holds)?,
        false => fs.blocks.read_mapped(map, at, block_bytes as usize)?.into(),
    };
    Ok((holds, bytes))
}

/// Checks a name and shows it.
fn show(
    fs: &Xfs,
    bytes: &[u8],
    inode: u64,
    kind: Option<u8>,
    place: u64,
    visit: &mut Visit<'_>,
) -> Result<ControlFlow<()>, Unreadable> {
    if bytes == b"." || bytes == b".." {
        return Ok(ControlFlow::Continue(()));
    }
    if bytes.is_empty() || bytes.iter().any(|byte| matches!(byte, b'/' | 0)) {
        return Err(Unreadable::Damaged { what: "name in a directory", offset: place });
    }
    if fs.superblock.inode_at(inode).is_none() {
        return Err(Unreadable::Damaged { what: "inode number in a directory", offset: place });
    }
    visit(Name { bytes, inode, kind: kind.and_then(claimed_kind) })
}

/// A directory in its inode. Its numbers are four bytes wide unless one of them needs eight.
fn visit_short(fs: &Xfs, directory: &Inode, bytes: &[u8], visit: &mut Visit<'_>) -> Result<(), Unreadable> {
    let damaged = || Unreadable::Damaged { what: "directory in an inode", offset: directory.offset };
    let [count, wide_count, ..] = *bytes else { return Err(damaged()) };
    let is_wide = wide_count != 0;
    let number_bytes = if is_wide { 8 } else { 4 };
    let kind_bytes = usize::from(fs.superblock.has_kinds);
    let entries = if is_wide { wide_count.max(count) } else { count };
    let mut at = 2 + number_bytes;
    for _ in 0..entries {
        let name_bytes = usize::from(*bytes.get(at).ok_or_else(damaged)?);
        let kind_at = at + 3 + name_bytes;
        let number_at = kind_at + kind_bytes;
        let Some(name) = bytes.get(at + 3..kind_at).filter(|_| number_at + number_bytes <= bytes.len())
        else {
            return Err(damaged());
        };
        let number = if is_wide { u64_be(bytes, number_at) } else { u64::from(u32_be(bytes, number_at)) };
        let kind = fs.superblock.has_kinds.then(|| bytes[kind_at]);
        if show(fs, name, number, kind, directory.offset, visit)?.is_break() {
            return Ok(());
        }
        at = number_at + number_bytes;
    }
    Ok(())
}

/// Walks the entries of one block. Every entry is at least eight bytes long, so the walk ends.
fn visit_block(
    fs: &Xfs,
    directory: &Inode,
    place: u64,
    block: &[u8],
    visit: &mut Visit<'_>,
) -> Result<ControlFlow<()>, Unreadable> {
    let damaged = |what, at: usize| Unreadable::Damaged { what, offset: place + at as u64 };
    let is_whole = block.starts_with(b"XD2B") || block.starts_with(b"XDB3");
    let magics: [&[u8]; 2] = if is_whole { [b"XD2B", b"XDB3"] } else { [b"XD2D", b"XDD3"] };
    let expected = Expected { offset: place, owner: directory.node.inode };
    let mut at = DIRECTORY.check(fs, block, &magics, expected)?;
    let mut end = block.len();
    if is_whole {
        let tail = end - INDEX_TAIL_BYTES;
        let index = u64::from(u32_be(block, tail)) * INDEX_ENTRY_BYTES as u64;
        let room = (tail - at) as u64;
        end = tail
            - usize::try_from(index)
                .ok()
                .filter(|n| *n as u64 <= room)
                .ok_or(damaged("directory index", tail))?;
    }
    let kind_bytes = usize::from(fs.superblock.has_kinds);
    while at < end {
        let rest = &block[at..end];
        if u16_be(rest, 0) == FREE_TAG {
            let length = usize::from(u16_be(rest, 2));
            if length == 0 || !length.is_multiple_of(ALIGNMENT) || length > rest.len() {
                return Err(damaged("directory entry length", at));
            }
            at += length;
            continue;
        }
        let name_bytes = usize::from(*rest.get(8).ok_or(damaged("directory entry length", at))?);
        // Number, length, name, kind and the entry's own place.
        let length = (9 + name_bytes + kind_bytes + 2).next_multiple_of(ALIGNMENT);
        if length > rest.len() {
            return Err(damaged("directory entry length", at));
        }
        let kind = fs.superblock.has_kinds.then(|| rest[9 + name_bytes]);
        let (name, number) = (&rest[9..9 + name_bytes], u64_be(rest, 0));
        if show(fs, name, number, kind, place + at as u64, visit)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        at += length;
    }
    Ok(ControlFlow::Continue(()))
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
