//! Dynamic VHD: blocks in the order in which the guest first wrote them, found through a table.
//!
//! The file begins with a copy of its footer; the footer leads to a header, the header to the block allocation table. Each block
//! begins with a bitmap of the sectors that were written. Some programs obey the bitmap and some ignore it, so a sector that is
//! marked as never written and yet holds bytes is damage here: two programs would see two disks.

use std::sync::Arc;

use super::pieces::{Claims, DISK_BYTES_MAX, Disk, Piece, Pieces, TABLE_BYTES_MAX, at_most, damaged, shown};
use super::vhd::{FOOTER_BYTES, Footer, HEADER_COOKIE, checksum};
use crate::fields::{all_zero, has, u32_be, u64_be};
use crate::read_at::{ReadAt, read_up_to};
use crate::tree::Unreadable;

const HEADER_BYTES: usize = 1024;
const HEADER_CHECKSUM_AT: usize = 36;
const SECTOR: u64 = 512;
const BLOCK_BYTES_MAX: u64 = 256 << 20;
const NOT_ALLOCATED: u32 = u32::MAX;
const DYNAMIC: u32 = 3;
const DIFFERENCING: u32 = 4;

/// Opens the disk in `source`.
pub(super) fn open(source: Arc<dyn ReadAt>) -> Result<impl ReadAt, Unreadable> {
    let footer = footer(&source)?;
    let at = footer.data_offset;
    let header = read_up_to(&source, at, HEADER_BYTES)?;
    if !has(&header, 0, HEADER_COOKIE) || header.len() < HEADER_BYTES {
        return damaged("the footer points at no dynamic header", at);
    }
    refuse_parent(&footer, &header)?;
    if checksum(&header, HEADER_CHECKSUM_AT) != u32_be(&header, HEADER_CHECKSUM_AT) {
        return damaged("the dynamic header does not bear out its checksum", at);
    }
    let (table_at, table_blocks) = (u64_be(&header, 16), u32_be(&header, 28));
    let block_bytes = u64::from(u32_be(&header, 32));
    at_most("the size of a block", block_bytes, BLOCK_BYTES_MAX)?;
    if !block_bytes.is_power_of_two() || block_bytes < SECTOR {
        return damaged("the size of a block is no power of two", at + 32);
    }
    at_most("the size of the disk", footer.current_bytes, DISK_BYTES_MAX)?;
    let blocks = footer.current_bytes.div_ceil(block_bytes);
    if blocks > u64::from(table_blocks) {
        return damaged("the table has fewer blocks than the disk", at + 28);
    }
    at_most("the size of the block table", blocks * 4, TABLE_BYTES_MAX)?;
    let bitmap_bytes = (block_bytes / SECTOR).div_ceil(8).next_multiple_of(SECTOR);
    // At most TABLE_BYTES_MAX, checked above.
    let table = read_up_to(&source, table_at, (blocks * 4) as usize)?;
    if table.len() as u64 != blocks * 4 {
        return damaged("the block table lies past the end of the file", table_at);
    }
    let table = (0..blocks as usize).map(|block| u32_be(&table, block * 4)).collect::<Vec<u32>>();
    check_table(&table, table_at, bitmap_bytes + block_bytes, source.size_bytes())?;
    Ok(Disk(DynamicVhd { source, table, block_bytes, bitmap_bytes, disk_bytes: footer.current_bytes }))
}

/// The footer, from the end of the file or, if that was lost, from the copy at its beginning.
fn footer(source: &dyn ReadAt) -> Result<Footer, Unreadable> {
    let size = source.size_bytes();
    let end_at = size.saturating_sub(FOOTER_BYTES as u64);
    let good = |at| -> Result<Option<Footer>, Unreadable> {
        let footer = Footer::parse(&read_up_to(source, at, FOOTER_BYTES)?);
        Ok(footer.filter(|footer| footer.checksum_holds() && matches!(footer.kind, DYNAMIC | DIFFERENCING)))
    };
    match (good(end_at)?, good(0)?) {
        (Some(end), Some(copy)) => {
            let same = |footer: &Footer| (footer.kind, footer.current_bytes, footer.data_offset);
            if same(&end) != same(&copy) {
                return damaged("the footer and its copy describe two different disks", end_at);
            }
            Ok(end)
        }
        (Some(footer), None) | (None, Some(footer)) => Ok(footer),
        (None, None) => damaged("no footer bears out its checksum", end_at),
    }
}

fn refuse_parent(footer: &Footer, header: &[u8]) -> Result<(), Unreadable> {
    let locators = header[576..768].chunks(24).any(|locator| !all_zero(&locator[..4]));
    if footer.kind != DIFFERENCING && !locators && all_zero(&header[40..56]) {
        return Ok(());
    }
    let units = header[64..576].chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    let name = char::decode_utf16(units.take_while(|unit| *unit != 0))
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect::<String>();
    Err(Unreadable::Unsupported(format!("a parent disk, {} (differencing VHD)", shown(&name))))
}

fn check_table(table: &[u32], table_at: u64, stored_bytes: u64, file_bytes: u64) -> Result<(), Unreadable> {
    let mut claims = Claims::on(file_bytes);
    for (index, sector) in table.iter().enumerate().filter(|(_, sector)| **sector != NOT_ALLOCATED) {
        let entry_at = table_at + index as u64 * 4;
        if u64::from(*sector) * SECTOR + stored_bytes > file_bytes {
            return damaged("a block lies past the end of the file", entry_at);
        }
        claims.take(stored_bytes, entry_at)?;
    }
    Ok(())
}

struct DynamicVhd {
    source: Arc<dyn ReadAt>,
    table: Vec<u32>,
    block_bytes: u64,
    bitmap_bytes: u64,
    disk_bytes: u64,
}

impl Pieces for DynamicVhd {
    /// Where a block begins in the file, bitmap first.
    type Place = u64;

    fn disk_bytes(&self) -> u64 {
        self.disk_bytes
    }

    fn piece(&self, offset: u64) -> Result<Piece<u64>, Unreadable> {
        // The table covers the disk, and offset is within the disk.
        let index = (offset / self.block_bytes) as usize;
        let before = offset % self.block_bytes;
        if self.table[index] != NOT_ALLOCATED {
            let place = Some(u64::from(self.table[index]) * SECTOR);
            return Ok(Piece { length: self.block_bytes - before, place });
        }
        let holes = self.table[index..].iter().take_while(|sector| **sector == NOT_ALLOCATED).count();
        Ok(Piece { length: holes as u64 * self.block_bytes - before, place: None })
    }

    fn fetch(&self, block_at: u64, offset: u64, buffer: &mut [u8]) -> Result<(), Unreadable> {
        let within = offset % self.block_bytes;
        let data_at = block_at + self.bitmap_bytes + within;
        self.source.read_exact_at(data_at, buffer)?;
        // At most 64 KiB, since blocks are at most BLOCK_BYTES_MAX.
        let mut bitmap = vec![0; self.bitmap_bytes as usize];
        self.source.read_exact_at(block_at, &mut bitmap)?;
        let (first, last) = (within / SECTOR, (within + buffer.len() as u64).div_ceil(SECTOR));
        // Almost always every sector was written.
        if bitmap[(first / 8) as usize..last.div_ceil(8) as usize].iter().all(|bits| *bits == 0xff) {
            return Ok(());
        }
        for sector in first..last {
            let written = bitmap[(sector / 8) as usize] << (sector % 8) & 0x80 != 0;
            let from = (sector * SECTOR).max(within) - within;
            let to = ((sector + 1) * SECTOR - within).min(buffer.len() as u64);
            if !written && !all_zero(&buffer[from as usize..to as usize]) {
                return damaged("a sector is marked as never written, yet holds bytes", data_at + from);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
