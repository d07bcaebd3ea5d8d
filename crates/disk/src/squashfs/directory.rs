//! Names of files, and of their attributes.

use crate::fields::{u16_le, u32_le, u64_le};
use crate::naming;
use crate::tree::{Attribute, Kind, Unreadable};

use super::inode::{Content, Inode, Reader, number, record};
use super::{Squashfs, damaged};

/// What all attributes of a file together may take.
const ATTRIBUTES_BYTES_MAX: usize = 1 << 20;

/// No run of names that share a head is longer.
const RUN_MAX: u32 = 256;

/// Says of an attribute that its value is kept elsewhere.
const ELSEWHERE: u16 = 0x100;

pub(super) fn visit(
    fs: &Squashfs,
    directory: &Inode,
    visit: &mut naming::Visit<'_>,
) -> Result<(), Unreadable> {
    let Content::Directory { block, offset, length } = directory.content else {
        return Err(damaged("directory that is none", 0));
    };
    if length == 0 {
        return Ok(());
    }
    let place = fs.superblock.directories_at.checked_add(block).ok_or(damaged("place of a directory", 0))?;
    let mut reader = Reader::new(fs, place, offset)?;
    let mut left = length;
    let mut take = |reader: &mut Reader<'_>, count: u64| {
        left = left.checked_sub(count).ok_or(damaged("length of a directory", place))?;
        Ok::<_, Unreadable>((reader.take(count as usize)?, left))
    };
    loop {
        let (head, mut left) = take(&mut reader, 12)?;
        let (count, start) = (u32_le(&head, 0), u64::from(u32_le(&head, 4)));
        if count >= RUN_MAX {
            return Err(damaged("run of names", place));
        }
        for _ in 0..=count {
            let (entry, _) = take(&mut reader, 8)?;
            let (name, after) = take(&mut reader, u64::from(u16_le(&entry, 6)) + 1)?;
            left = after;
            let leads_astray = name.iter().any(|byte| matches!(byte, b'/' | 0));
            if leads_astray || name == b"." || name == b".." {
                return Err(damaged("name in a directory", place));
            }
            let inode = number(start << 16 | u64::from(u16_le(&entry, 0)));
            let named = naming::Name { bytes: &name, inode, kind: kind(u16_le(&entry, 4)) };
            if visit(named)?.is_break() {
                return Ok(());
            }
        }
        if left == 0 {
            return Ok(());
        }
    }
}

fn kind(of: u16) -> Option<Kind> {
    Some(match of {
        1 => Kind::Directory,
        2 => Kind::File,
        3 => Kind::Symlink,
        4 | 5 => Kind::Device,
        6 => Kind::Fifo,
        7 => Kind::Socket,
        _ => return None,
    })
}

pub(super) fn attributes(fs: &Squashfs, inode: &Inode) -> Result<Vec<Attribute>, Unreadable> {
    let (Some(index), Some(table_at)) = (inode.attributes, fs.superblock.attributes_at) else {
        return Ok(Vec::new());
    };
    let header = fs.packed.plain(table_at, 16)?;
    let (values_at, listed) = (u64_le(&header, 0), u32_le(&header, 8));
    if index >= listed {
        return Err(damaged("number of attributes", table_at));
    }
    let entry = record(fs, table_at + 16, index.into(), 16)?;
    let mut reader = follow(fs, values_at, u64_le(&entry, 0))?;
    let (mut found, mut bytes) = (Vec::new(), 0);
    for _ in 0..u32_le(&entry, 8) {
        let head = reader.take(4)?;
        let (kind, length) = (u16_le(&head, 0), usize::from(u16_le(&head, 2)));
        let namespace = match kind & !ELSEWHERE {
            0 => &b"user."[..],
            1 => b"trusted.",
            2 => b"security.",
            _ => return Err(damaged("namespace of an attribute", values_at)),
        };
        let name = [namespace, &reader.take(length)?].concat();
        let mut length = u32_le(&reader.take(4)?, 0) as usize;
        bytes += name.len() + length;
        let value = if kind & ELSEWHERE != 0 && length == 8 {
            let mut elsewhere = follow(fs, values_at, u64_le(&reader.take(8)?, 0))?;
            length = u32_le(&elsewhere.take(4)?, 0) as usize;
            bytes += length;
            check(bytes)?;
            elsewhere.take(length)?
        } else {
            check(bytes)?;
            reader.take(length)?
        };
        found.push(Attribute { name, value });
    }
    Ok(found)
}

fn check(bytes: usize) -> Result<(), Unreadable> {
    if bytes > ATTRIBUTES_BYTES_MAX {
        let (found, limit) = (bytes as u64, ATTRIBUTES_BYTES_MAX as u64);
        return Err(Unreadable::OverLimit { what: "attributes of a file", found, limit });
    }
    Ok(())
}

fn follow(fs: &Squashfs, table_at: u64, reference: u64) -> Result<Reader<'_>, Unreadable> {
    let place = table_at.checked_add(reference >> 16).ok_or(damaged("place of attributes", table_at))?;
    Reader::new(fs, place, (reference & 0xffff) as usize)
}
