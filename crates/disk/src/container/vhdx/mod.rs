//! VHDX: two headers, two region tables, a list of metadata, a block allocation table, and a log.
//!
//! A file that was not closed has changes to its tables in the log alone. They are laid over the file in memory ([`log`]); the file
//! itself stays as it is. Whatever has a parent is refused.

use std::sync::Arc;

use super::pieces::{Claims, DISK_BYTES_MAX, Disk, Piece, Pieces, TABLE_BYTES_MAX, at_most, damaged, shown};
use crate::checksum::crc32c;
use crate::fields::{array, has, u16_le, u32_le, u64_le};
use crate::partitions::Guid;
use crate::read_at::{ReadAt, read_up_to};
use crate::tree::Unreadable;

mod log;

const MIB: u64 = 1 << 20;
const HEADERS_AT: [u64; 2] = [64 << 10, 128 << 10];
const HEADER_BYTES: usize = 4096;
const REGION_TABLES_AT: [u64; 2] = [192 << 10, 256 << 10];
const TABLE_BYTES: usize = 64 << 10;
const ENTRIES_MAX: usize = 2047;
const ENTRY_BYTES: usize = 32;
const CHECKSUM_AT: usize = 4;
const PARENT_BYTES_MAX: usize = 64 << 10;
/// The only size that a VHD can have.
const SECTOR: u64 = 512;

const BLOCK_TABLE: Guid = Guid::of(0x2dc27766, 0xf623, 0x4200, 0x9d64_115e9bfd4a08);
const METADATA: Guid = Guid::of(0x8b7ca206, 0x4790, 0x4b9a, 0xb8fe_575f050f886e);
const FILE_PARAMETERS: Guid = Guid::of(0xcaa16737, 0xfa36, 0x4d43, 0xb3b6_33f0aa44e76b);
const DISK_SIZE: Guid = Guid::of(0x2fa54224, 0xcd1b, 0x4876, 0xb211_5dbed83bf4b8);
const DISK_ID: Guid = Guid::of(0xbeca12ab, 0xb2e6, 0x4523, 0x93ef_c309e000c746);
const LOGICAL_SECTOR: Guid = Guid::of(0x8141bf1d, 0xa96f, 0x4709, 0xba47_f233a8faab5f);
const PHYSICAL_SECTOR: Guid = Guid::of(0xcda348c7, 0x445d, 0x4471, 0x9cc9_e9885251c556);
const PARENT_LOCATOR: Guid = Guid::of(0xa8d35f2d, 0xb30b, 0x454d, 0xabf7_d3d84834ab0c);

/// An entry that a reader must understand or else leave the file alone.
const REQUIRED_REGION: u32 = 1;
const REQUIRED_ITEM: u32 = 4;
const USER_ITEM: u32 = 1;
const HAS_PARENT: u32 = 2;

/// Opens the disk in `source`.
pub(super) fn open(source: Arc<dyn ReadAt>) -> Result<impl ReadAt, Unreadable> {
    let header = header(&*source)?;
    let source: Arc<dyn ReadAt> =
        if header.log.log_id == Guid::NONE { source } else { Arc::new(log::replay(source, &header.log)?) };
    let regions = regions(&*source)?;
    let Some(shape) = Shape::read(&*source, regions.metadata)? else {
        return Err(Unreadable::Unsupported(format!(
            "a parent disk, {} (differencing VHDX)",
            parent(&*source, regions.metadata)?
        )));
    };
    let table = block_table(&*source, regions.block_table, &shape)?;
    Ok(Disk(Vhdx { source, shape, table }))
}

struct Header {
    sequence: u64,
    log: log::Place,
}

/// The newer of the two headers that bear out their checksums.
fn header(source: &dyn ReadAt) -> Result<Header, Unreadable> {
    let mut newest: Option<Header> = None;
    for at in HEADERS_AT {
        let bytes = read_up_to(source, at, HEADER_BYTES)?;
        if !has(&bytes, 0, b"head") || !checksum_holds(&bytes, HEADER_BYTES) {
            continue;
        }
        if u16_le(&bytes, 66) != 1 {
            return Err(Unreadable::Unsupported(format!("version {} of VHDX", u16_le(&bytes, 66))));
        }
        let log = log::Place {
            log_id: Guid(array(&bytes, 48)),
            version: u16_le(&bytes, 64),
            length: u64::from(u32_le(&bytes, 68)),
            at: u64_le(&bytes, 72),
        };
        let sequence = u64_le(&bytes, 8);
        if newest.as_ref().is_none_or(|header| header.sequence < sequence) {
            newest = Some(Header { sequence, log });
        }
    }
    newest.ok_or(Unreadable::Damaged { what: "neither header bears out its checksum", offset: HEADERS_AT[0] })
}

/// CRC-32C over `length` bytes in which the checksum's own four count as zeros.
fn checksum_holds(bytes: &[u8], length: usize) -> bool {
    let Some(bytes) = bytes.get(..length).filter(|bytes| bytes.len() > CHECKSUM_AT + 4) else { return false };
    let before = crc32c(!0, &bytes[..CHECKSUM_AT]);
    let crc = crc32c(crc32c(before, &[0; 4]), &bytes[CHECKSUM_AT + 4..]);
    !crc == u32_le(bytes, CHECKSUM_AT)
}

#[derive(Debug, Clone, Copy)]
struct Region {
    at: u64,
    length: u64,
}

struct Regions {
    block_table: Region,
    metadata: Region,
}

/// The two regions, from the first of the two tables that bears out its checksum.
fn regions(source: &dyn ReadAt) -> Result<Regions, Unreadable> {
    for table_at in REGION_TABLES_AT {
        let table = read_up_to(source, table_at, TABLE_BYTES)?;
        if !has(&table, 0, b"regi") || !checksum_holds(&table, TABLE_BYTES) {
            continue;
        }
        let (mut block_table, mut metadata) = (None, None);
        let count = u32_le(&table, 8) as usize;
        at_most("the number of regions", count as u64, ENTRIES_MAX as u64)?;
        for entry in (0..count).map(|index| &table[16 + index * ENTRY_BYTES..]) {
            let id = Guid(array(entry, 0));
            let region = Region { at: u64_le(entry, 16), length: u64::from(u32_le(entry, 24)) };
            let slot = match id {
                BLOCK_TABLE => &mut block_table,
                METADATA => &mut metadata,
                _ if u32_le(entry, 28) & REQUIRED_REGION == 0 => continue,
                _ => return Err(Unreadable::Unsupported(format!("a region that is not known, {id}"))),
            };
            let end = region.at.checked_add(region.length);
            if slot.is_some() || region.at < MIB || end.is_none_or(|end| end > source.size_bytes()) {
                return damaged("a region is named twice or lies outside the file", table_at);
            }
            *slot = Some(region);
        }
        let (Some(block_table), Some(metadata)) = (block_table, metadata) else {
            return damaged("a region is missing", table_at);
        };
        return Ok(Regions { block_table, metadata });
    }
    damaged("neither region table bears out its checksum", REGION_TABLES_AT[0])
}

/// What the metadata says of the disk's layout.
struct Shape {
    disk_bytes: u64,
    block_bytes: u64,
}

impl Shape {
    /// Reads the metadata; `None` if the disk has a parent.
    fn read(source: &dyn ReadAt, metadata: Region) -> Result<Option<Shape>, Unreadable> {
        let (mut block_bytes, mut disk_bytes, mut sector) = (0, 0, 0);
        for item in items(source, metadata)? {
            match item.id {
                FILE_PARAMETERS if u32_le(&item.value, 4) & HAS_PARENT != 0 => return Ok(None),
                PARENT_LOCATOR => return Ok(None),
                FILE_PARAMETERS => block_bytes = u64::from(u32_le(&item.value, 0)),
                DISK_SIZE => disk_bytes = u64_le(&item.value, 0),
                LOGICAL_SECTOR => sector = u64::from(u32_le(&item.value, 0)),
                DISK_ID | PHYSICAL_SECTOR => {}
                _ if item.required => {
                    return Err(Unreadable::Unsupported(format!("metadata that is not known, {}", item.id)));
                }
                _ => {}
            }
        }
        if sector != SECTOR {
            return Err(Unreadable::Unsupported(format!("logical sectors of {sector} bytes")));
        }
        if !block_bytes.is_power_of_two() || !(MIB..=256 * MIB).contains(&block_bytes) {
            return damaged("the size of a block is none that VHDX has", metadata.at);
        }
        at_most("the size of the disk", disk_bytes, DISK_BYTES_MAX)?;
        Ok(Some(Shape { disk_bytes, block_bytes }))
    }

    fn blocks(&self) -> u64 {
        self.disk_bytes.div_ceil(self.block_bytes)
    }

    /// After so many blocks the table has an entry for their bitmap, which only disks with a parent use.
    fn chunk_blocks(&self) -> u64 {
        (1 << 23) * SECTOR / self.block_bytes
    }

    fn entry_of(&self, block: u64) -> u64 {
        block + block / self.chunk_blocks()
    }
}

struct Item {
    id: Guid,
    value: Vec<u8>,
    required: bool,
}

/// The longest value that is looked at, the locator of a parent aside.
const VALUE_BYTES: u32 = 16;

fn items(source: &dyn ReadAt, metadata: Region) -> Result<Vec<Item>, Unreadable> {
    let table = read_up_to(source, metadata.at, TABLE_BYTES)?;
    if !has(&table, 0, b"metadata") || table.len() < TABLE_BYTES || metadata.length < TABLE_BYTES as u64 {
        return damaged("there is no metadata table", metadata.at);
    }
    let count = usize::from(u16_le(&table, 10));
    at_most("the number of metadata", count as u64, ENTRIES_MAX as u64)?;
    let mut items = Vec::new();
    for entry in (0..count).map(|index| &table[32 + index * ENTRY_BYTES..]) {
        let (offset, length) = (u64::from(u32_le(entry, 16)), u32_le(entry, 20));
        let flags = u32_le(entry, 24);
        if offset + u64::from(length) > metadata.length {
            return damaged("metadata lies outside its region", metadata.at);
        }
        // What a user's program keeps there says nothing of the disk.
        if flags & USER_ITEM != 0 {
            continue;
        }
        let id = Guid(array(entry, 0));
        if items.iter().any(|item: &Item| item.id == id) {
            return damaged("metadata is named twice", metadata.at);
        }
        let value = read_up_to(source, metadata.at + offset, length.min(VALUE_BYTES) as usize)?;
        items.push(Item { id, value, required: flags & REQUIRED_ITEM != 0 });
    }
    Ok(items)
}

/// The paths by which a differencing disk names its parent, as people may see them. They are never followed.
fn parent(source: &dyn ReadAt, metadata: Region) -> Result<String, Unreadable> {
    let table = read_up_to(source, metadata.at, TABLE_BYTES)?;
    let entries = (0..ENTRIES_MAX).filter_map(|index| table.get(32 + index * ENTRY_BYTES..));
    let Some(entry) = entries.into_iter().find(|entry| Guid(array(entry, 0)) == PARENT_LOCATOR) else {
        return Ok("not named".to_owned());
    };
    let at = metadata.at.saturating_add(u64::from(u32_le(entry, 16)));
    let locator = read_up_to(source, at, (u32_le(entry, 20) as usize).min(PARENT_BYTES_MAX))?;
    let text = |at: u32, length: u16| {
        let bytes = locator.get(at as usize..).unwrap_or_default();
        let units = bytes.chunks_exact(2).take(usize::from(length) / 2).map(|pair| u16_le(pair, 0));
        String::from_utf16_lossy(&units.collect::<Vec<u16>>())
    };
    for pair in (0..usize::from(u16_le(&locator, 18))).map_while(|index| locator.get(20 + index * 12..)) {
        let key = text(u32_le(pair, 0), u16_le(pair, 8));
        if matches!(key.as_str(), "relative_path" | "absolute_win32_path" | "volume_path") {
            return Ok(shown(&text(u32_le(pair, 4), u16_le(pair, 10))));
        }
    }
    Ok("not named".to_owned())
}

const STATE: u64 = 7;
const FULLY_PRESENT: u64 = 6;
const PARTIALLY_PRESENT: u64 = 7;
/// Entries give their places in MiB, above twenty bits of flags.
const PLACE: u64 = !(MIB - 1);

/// Where each block of the disk lies, in MiB; 0 for a hole.
fn block_table(source: &dyn ReadAt, region: Region, shape: &Shape) -> Result<Vec<u32>, Unreadable> {
    let blocks = shape.blocks();
    let needed = if blocks == 0 { 0 } else { (shape.entry_of(blocks - 1) + 1) * 8 };
    at_most("the size of the block table", needed, TABLE_BYTES_MAX)?;
    if needed > region.length {
        return damaged("the block table is shorter than the disk", region.at);
    }
    // At most TABLE_BYTES_MAX, checked above; the region lies within the file.
    let bytes = read_up_to(source, region.at, needed as usize)?;
    let file = source.size_bytes();
    let mut claims = Claims::on(file);
    let mut table = Vec::with_capacity(blocks as usize);
    for block in 0..blocks {
        let index = shape.entry_of(block) as usize * 8;
        let (entry, entry_at) = (u64_le(&bytes, index), region.at + index as u64);
        let place = match entry & STATE {
            // Not present, undefined, zero, unmapped: all read as zeros where there is no parent.
            0..=3 => 0,
            FULLY_PRESENT => entry & PLACE,
            PARTIALLY_PRESENT => return damaged("a block is partly a parent's, and there is none", entry_at),
            _ => return damaged("a block is in a state that VHDX does not have", entry_at),
        };
        if entry & STATE == FULLY_PRESENT {
            let length = shape.block_bytes.min(shape.disk_bytes - block * shape.block_bytes);
            if place < MIB || place.checked_add(length).is_none_or(|end| end > file) {
                return damaged("a block lies outside the file", entry_at);
            }
            claims.take(length, entry_at)?;
        }
        // Below the length of the file, and a file has fewer than 2^52 bytes on any system, but nothing rests on that.
        let Ok(place) = u32::try_from(place / MIB) else {
            return damaged("a block lies farther out than is read", entry_at);
        };
        table.push(place);
    }
    Ok(table)
}

struct Vhdx {
    source: Arc<dyn ReadAt>,
    shape: Shape,
    /// In MiB; 0 for a hole.
    table: Vec<u32>,
}

impl Pieces for Vhdx {
    type Place = u64;

    fn disk_bytes(&self) -> u64 {
        self.shape.disk_bytes
    }

    fn piece(&self, offset: u64) -> Result<Piece<u64>, Unreadable> {
        let block_bytes = self.shape.block_bytes;
        // The table covers the disk, and offset is within the disk.
        let (index, before) = ((offset / block_bytes) as usize, offset % block_bytes);
        let first = u64::from(self.table[index]) * MIB;
        let follows = |(nth, place): &(usize, &u32)| match first {
            0 => **place == 0,
            _ => u64::from(**place) * MIB == first + *nth as u64 * block_bytes,
        };
        let run = self.table[index..].iter().enumerate().take_while(follows).count();
        let place = (first != 0).then_some(first + before);
        Ok(Piece { length: run as u64 * block_bytes - before, place })
    }

    fn fetch(&self, at: u64, _: u64, buffer: &mut [u8]) -> Result<(), Unreadable> {
        Ok(self.source.read_exact_at(at, buffer)?)
    }
}

#[cfg(test)]
mod tests;
