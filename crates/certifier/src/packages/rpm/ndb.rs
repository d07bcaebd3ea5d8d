//! The store that SUSE uses: slots at the beginning say where each header lies, in blocks of 16 bytes.

use disk::tree::Unreadable;

use super::{Files, OnHeader, damaged, header_length, read_at, u32_le};

const PAGE_BYTES: usize = 4096;
const SLOT_BYTES: usize = 16;
const BLOCK_BYTES: u64 = 16;
const BLOB_HEAD_BYTES: u64 = 16;
const DATABASE_MAGIC: &[u8] = b"RpmP";
const SLOT_MAGIC: &[u8] = b"Slot";
const BLOB_MAGIC: &[u8] = b"BlbS";

pub fn headers(files: &Files<'_>, visit: &mut OnHeader<'_>) -> Result<(), Unreadable> {
    let source = files.database;
    let head = read_at(source, 0, 2 * SLOT_BYTES)?;
    if !head.starts_with(DATABASE_MAGIC) {
        return Err(damaged("package database, no NDB", 0));
    }
    let version = u32_le(&head, 4);
    if version != 0 {
        return Err(Unreadable::Unsupported(format!("NDB of version {version}")));
    }
    let slot_pages = u64::from(u32_le(&head, 12));
    for page in 0..slot_pages {
        // A claim of more pages than there are ends here, at the end of the file.
        let at = page * PAGE_BYTES as u64;
        let slots = read_at(source, at, PAGE_BYTES)?;
        // The first two places hold the database's own header.
        let skipped = if page == 0 { 2 } else { 0 };
        for (index, slot) in slots.chunks_exact(SLOT_BYTES).enumerate().skip(skipped) {
            let place = at + (index * SLOT_BYTES) as u64;
            if !slot.starts_with(SLOT_MAGIC) {
                return Err(damaged("slot of the package database", place));
            }
            let (package, block, blocks) = (u32_le(slot, 4), u32_le(slot, 8), u32_le(slot, 12));
            if package == 0 {
                continue;
            }
            let from = u64::from(block) * BLOCK_BYTES;
            let blob = read_at(source, from, BLOB_HEAD_BYTES as usize)?;
            let length = u64::from(u32_le(&blob, 12));
            let fits = BLOB_HEAD_BYTES + length <= u64::from(blocks) * BLOCK_BYTES;
            if !blob.starts_with(BLOB_MAGIC) || u32_le(&blob, 4) != package || !fits {
                return Err(damaged("package header", from));
            }
            visit(&read_at(source, from + BLOB_HEAD_BYTES, header_length(length)?)?)?;
        }
    }
    Ok(())
}
