//! Extended attributes, in the inode and in a block of its own, and the files that are small enough to live in one.

use super::Ext4;
use super::inode::{BASE_BYTES, Inode, MAP_AT, MAP_BYTES};
use crate::checksum::crc32c;
use crate::fields::{u16_le, u32_le};
use crate::naming::Directories;
use crate::tree::{Attribute, Extent, Kind, Unreadable};

/// Larger values are not read; the kernel writes none.
pub const VALUE_BYTES_MAX: u64 = 64 << 10;

const MAGIC: u32 = 0xea02_0000;
const BLOCK_HEADER_BYTES: usize = 32;
const ENTRY_BYTES: usize = 16;
const BLOCK_CHECKSUM_AT: usize = 16;

const SYSTEM: u8 = 7;

/// An entry of the table, the value not yet looked up.
struct Entry<'a> {
    namespace: u8,
    name: &'a [u8],
    value_at: usize,
    value_inode: u64,
    value_bytes: u64,
}

fn prefix(namespace: u8) -> &'static [u8] {
    match namespace {
        1 => b"user.",
        2 => b"system.posix_acl_access",
        3 => b"system.posix_acl_default",
        4 => b"trusted.",
        6 => b"security.",
        SYSTEM => b"system.",
        8 => b"system.richacl",
        _ => b"",
    }
}

/// All attributes of an inode, those in the inode first. The contents of inline files are not among them.
pub(super) fn of(fs: &Ext4, inode: &Inode) -> Result<Vec<Attribute>, Unreadable> {
    let mut found = Vec::new();
    if let Some(at) = table_in_inode(inode) {
        let region = &inode.record[at..];
        read_table(fs, region, 0, inode.offset + at as u64, &mut found)?;
    }
    let number = inode.attribute_block();
    if number != 0 {
        let offset = number.saturating_mul(fs.superblock.block_bytes as u64);
        let block = fs.blocks.block(number)?;
        check_block(fs, number, &block, offset)?;
        read_table(fs, &block, BLOCK_HEADER_BYTES, offset, &mut found)?;
    }
    Ok(found)
}

fn table_in_inode(inode: &Inode) -> Option<usize> {
    let magic_at = BASE_BYTES + inode.extra_bytes;
    let there = inode.extra_bytes > 0 && magic_at + 4 <= inode.record.len();
    (there && u32_le(&inode.record, magic_at) == MAGIC).then_some(magic_at + 4)
}

fn check_block(fs: &Ext4, number: u64, block: &[u8], offset: u64) -> Result<(), Unreadable> {
    if u32_le(block, 0) != MAGIC || u32_le(block, 8) != 1 {
        return Err(Unreadable::Damaged { what: "attribute block header", offset });
    }
    if fs.superblock.has_metadata_checksums() {
        let mut crc = crc32c(fs.superblock.seed, &number.to_le_bytes());
        crc = crc32c(crc, &block[..BLOCK_CHECKSUM_AT]);
        crc = crc32c(crc, &[0; 4]);
        crc = crc32c(crc, &block[BLOCK_CHECKSUM_AT + 4..]);
        if crc != u32_le(block, BLOCK_CHECKSUM_AT) {
            return Err(Unreadable::Damaged { what: "attribute block checksum", offset });
        }
    }
    Ok(())
}

/// Reads the entries of `region` from `first`; values are placed relative to the region. Each entry is longer than nothing, so
/// there are at most as many as the region has room for.
fn entries(region: &[u8], first: usize, offset: u64) -> Result<Vec<Entry<'_>>, Unreadable> {
    let mut found = Vec::new();
    let mut at = first;
    while at + 4 <= region.len() && u32_le(region, at) != 0 {
        let damaged = Unreadable::Damaged { what: "attribute entry", offset: offset + at as u64 };
        let Some(fixed) = region.get(at..at + ENTRY_BYTES) else { return Err(damaged) };
        let (name_at, name_bytes) = (at + ENTRY_BYTES, usize::from(fixed[0]));
        let Some(name) = region.get(name_at..name_at + name_bytes) else { return Err(damaged) };
        found.push(Entry {
            namespace: fixed[1],
            name,
            value_at: usize::from(u16_le(fixed, 2)),
            value_inode: u64::from(u32_le(fixed, 4)),
            value_bytes: u64::from(u32_le(fixed, 8)),
        });
        at = name_at + name_bytes.next_multiple_of(4);
    }
    Ok(found)
}

fn read_table(
    fs: &Ext4,
    region: &[u8],
    first: usize,
    offset: u64,
    found: &mut Vec<Attribute>,
) -> Result<(), Unreadable> {
    for entry in entries(region, first, offset)? {
        if entry.namespace == SYSTEM && entry.name == b"data" {
            continue;
        }
        if entry.value_bytes > VALUE_BYTES_MAX {
            let (found, limit) = (entry.value_bytes, VALUE_BYTES_MAX);
            return Err(Unreadable::OverLimit { what: "attribute value", found, limit });
        }
        let length = entry.value_bytes as usize;
        let value = match entry.value_inode {
            0 => region.get(entry.value_at..entry.value_at + length).map(<[u8]>::to_vec),
            inode => Some(value_of_inode(fs, inode, length)?),
        };
        let value = value.ok_or(Unreadable::Damaged { what: "attribute value", offset })?;
        found.push(Attribute { name: [prefix(entry.namespace), entry.name].concat(), value });
    }
    Ok(())
}

/// A large value has an inode to itself, which has no name and no attributes.
fn value_of_inode(fs: &Ext4, number: u64, length: usize) -> Result<Vec<u8>, Unreadable> {
    let inode = fs.inode(number)?;
    if !inode.holds_attribute() || inode.node.kind != Kind::File || inode.node.size_bytes != length as u64 {
        return Err(Unreadable::Damaged { what: "attribute inode", offset: inode.offset });
    }
    fs.contents(&inode, 0, length)
}

/// Where inline contents lie: the beginning in place of the block map, the rest in an attribute of the inode.
pub(super) fn inline_extents(inode: &Inode) -> Result<Vec<Extent>, Unreadable> {
    let damaged = Unreadable::Damaged { what: "inline data", offset: inode.offset };
    let size = inode.node.size_bytes;
    let begins = size.min(MAP_BYTES as u64);
    let mut found = Vec::new();
    if begins > 0 {
        found.push(Extent { file_offset: 0, device_offset: inode.offset + MAP_AT as u64, length: begins });
    }
    let rest = size - begins;
    if rest == 0 {
        return Ok(found);
    }
    let Some(table_at) = table_in_inode(inode) else { return Err(damaged) };
    let region = &inode.record[table_at..];
    let table = entries(region, 0, inode.offset + table_at as u64)?;
    let data = table.iter().find(|entry| entry.namespace == SYSTEM && entry.name == b"data");
    let Some(data) = data.filter(|data| data.value_inode == 0 && data.value_bytes >= rest) else {
        return Err(damaged);
    };
    if data.value_at as u64 + rest > region.len() as u64 {
        return Err(damaged);
    }
    let device_offset = inode.offset + (table_at + data.value_at) as u64;
    found.push(Extent { file_offset: begins, device_offset, length: rest });
    Ok(found)
}
