//! Extended attributes: in the inode, in a chain of leaves, and values in blocks of their own.

use std::collections::HashSet;

use super::inode::{Format, Inode};
use super::metadata::{ATTRIBUTES, Expected, REMOTE};
use super::{Xfs, extents};
use crate::fields::{u16_be, u32_be};
use crate::tree::{Attribute, Extent, Unreadable};

/// Larger values are not read; XFS has none.
pub const VALUE_BYTES_MAX: u64 = 64 << 10;

/// What all attributes of one file may take.
pub const ATTRIBUTES_BYTES_MAX: u64 = 16 << 20;

const LOCAL: u8 = 0x1;
const ROOT: u8 = 0x2;
const SECURE: u8 = 0x4;
const PARENT: u8 = 0x8;
const INCOMPLETE: u8 = 0x80;

const NODE_MAGICS: [&[u8]; 2] = [b"\xfe\xbe", b"\x3e\xbe"];
const LEAF_MAGICS: [&[u8]; 2] = [b"\xfb\xee", b"\x3b\xee"];
const DEPTH_MAX: u32 = 5;
const ENTRY_BYTES: usize = 8;

/// The map of an attribute fork is counted in 32 bits.
const FORK_BLOCKS_MAX: u64 = 1 << 32;

struct Reader<'a> {
    fs: &'a Xfs,
    inode: &'a Inode,
    map: Vec<Extent>,
    found: Vec<Attribute>,
    taken: u64,
}

/// All attributes of an inode. What a crash left incomplete is not among them, nor is what XFS keeps there for itself.
pub(super) fn of(fs: &Xfs, inode: &Inode) -> Result<Vec<Attribute>, Unreadable> {
    let Some(fork) = inode.attributes()? else { return Ok(Vec::new()) };
    let map = extents::fork(fs, inode, &fork, FORK_BLOCKS_MAX)?;
    let mut reader = Reader { fs, inode, map, found: Vec::new(), taken: 0 };
    match fork.format {
        Format::Device => return Err(reader.damaged("attribute fork")),
        Format::Local => reader.short(fork.bytes)?,
        // A fork may be made before there is anything to put into it.
        Format::Extents | Format::Tree if reader.map.is_empty() => {}
        Format::Extents | Format::Tree => reader.leaves()?,
    }
    Ok(reader.found)
}

impl Reader<'_> {
    fn damaged(&self, what: &'static str) -> Unreadable {
        Unreadable::Damaged { what, offset: self.inode.offset }
    }

    fn add(&mut self, flags: u8, name: &[u8], value: Vec<u8>) -> Result<(), Unreadable> {
        self.taken += (name.len() + value.len()) as u64;
        if self.taken > ATTRIBUTES_BYTES_MAX {
            let (found, limit) = (self.taken, ATTRIBUTES_BYTES_MAX);
            return Err(Unreadable::OverLimit { what: "attributes of a file", found, limit });
        }
        let prefix: &[u8] = match flags & (ROOT | SECURE) {
            ROOT => b"trusted.",
            SECURE => b"security.",
            _ => b"user.",
        };
        self.found.push(Attribute { name: [prefix, name].concat(), value });
        Ok(())
    }

    fn short(&mut self, bytes: &[u8]) -> Result<(), Unreadable> {
        let length = usize::from(u16_be(bytes, 0));
        let bytes = bytes.get(..length).filter(|bytes| bytes.len() >= 4);
        let bytes = bytes.ok_or(self.damaged("attributes in an inode"))?;
        let mut at = 4;
        for _ in 0..bytes[2] {
            let Some([name_bytes, value_bytes, flags]) = bytes.get(at..at + 3) else {
                return Err(self.damaged("attributes in an inode"));
            };
            let name_end = at + 3 + usize::from(*name_bytes);
            let end = name_end + usize::from(*value_bytes);
            let Some(value) = bytes.get(name_end..end) else {
                return Err(self.damaged("attributes in an inode"));
            };
            if flags & (PARENT | INCOMPLETE) == 0 {
                self.add(*flags, &bytes[at + 3..name_end], value.to_vec())?;
            }
            at = end;
        }
        Ok(())
    }

    /// Where a block of the fork lies.
    fn place(&self, logical: u64) -> Result<u64, Unreadable> {
        let at = logical * self.fs.superblock.block_bytes;
        let index = self.map.partition_point(|extent| extent.file_offset + extent.length <= at);
        let extent = self.map.get(index).filter(|extent| extent.file_offset <= at);
        let extent = extent.ok_or(self.damaged("attribute block in a hole"))?;
        Ok(extent.device_offset + (at - extent.file_offset))
    }

    /// Goes down to the first leaf, then from each leaf to the next.
    fn leaves(&mut self) -> Result<(), Unreadable> {
        let mut seen = HashSet::new();
        let (mut logical, mut depth) = (0, 0);
        loop {
            let place = self.place(logical)?;
            if !seen.insert(logical) {
                return Err(self.damaged("attribute block used twice"));
            }
            let block = self.fs.block_at(place)?;
            let expected = Expected { offset: place, owner: self.inode.node.inode };
            let is_node = NODE_MAGICS.iter().any(|magic| block[8..].starts_with(magic));
            if is_node {
                depth += 1;
                let header = ATTRIBUTES.check(self.fs, &block, &NODE_MAGICS, expected)?;
                // The header goes on with two numbers of two bytes, padded to eight in version 5.
                let first = header + if self.fs.superblock.has_checksums { 8 } else { 4 };
                if depth > DEPTH_MAX || u16_be(&block, header) == 0 {
                    return Err(self.damaged("attribute tree"));
                }
                logical = u64::from(u32_be(&block, first + 4));
                continue;
            }
            let header = ATTRIBUTES.check(self.fs, &block, &LEAF_MAGICS, expected)?;
            self.leaf(&block, header)?;
            logical = u64::from(u32_be(&block, 0));
            if logical == 0 {
                return Ok(());
            }
            // Leaves lead to leaves alone from here.
            depth = DEPTH_MAX;
        }
    }

    fn leaf(&mut self, block: &[u8], header: usize) -> Result<(), Unreadable> {
        let count = usize::from(u16_be(block, header));
        let first = header + if self.fs.superblock.has_checksums { 24 } else { 20 };
        let table = block.get(first..first + count * ENTRY_BYTES);
        for entry in table.ok_or(self.damaged("attribute leaf"))?.chunks_exact(ENTRY_BYTES) {
            let (at, flags) = (usize::from(u16_be(entry, 4)), entry[6]);
            if flags & (PARENT | INCOMPLETE) != 0 {
                continue;
            }
            let damaged = self.damaged("attribute entry");
            let rest = block.get(at..).unwrap_or_default();
            if flags & LOCAL != 0 {
                let Some([high, low, name_bytes]) = rest.get(..3) else { return Err(damaged) };
                let name_end = 3 + usize::from(*name_bytes);
                let value_bytes = usize::from(u16::from_be_bytes([*high, *low]));
                let Some(value) = rest.get(name_end..name_end + value_bytes) else { return Err(damaged) };
                self.add(flags, &rest[3..name_end], value.to_vec())?;
            } else {
                let name_end = 9 + usize::from(*rest.get(8).ok_or(self.damaged("attribute entry"))?);
                let Some(name) = rest.get(9..name_end) else { return Err(damaged) };
                let value = self.remote(u64::from(u32_be(rest, 0)), u64::from(u32_be(rest, 4)))?;
                self.add(flags, name, value)?;
            }
        }
        Ok(())
    }

    /// A value in blocks of its own, each with a header in version 5.
    fn remote(&self, first: u64, length: u64) -> Result<Vec<u8>, Unreadable> {
        if length > VALUE_BYTES_MAX {
            let (found, limit) = (length, VALUE_BYTES_MAX);
            return Err(Unreadable::OverLimit { what: "attribute value", found, limit });
        }
        let mut value = Vec::with_capacity(length as usize);
        let mut logical = first;
        while (value.len() as u64) < length {
            let place = self.place(logical)?;
            let block = self.fs.block_at(place)?;
            let expected = Expected { offset: place, owner: self.inode.node.inode };
            let header = REMOTE.check(self.fs, &block, &[b"", b"XARM"], expected)?;
            let wanted = (block.len() - header).min(length as usize - value.len());
            value.extend(&block[header..header + wanted]);
            logical += 1;
        }
        Ok(value)
    }
}
