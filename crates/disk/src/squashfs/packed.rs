//! Packed blocks: of tables, each with its length before it, and of files.

use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

use flate2::{Decompress, FlushDecompress};
use lzma_rust2::XzReader;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use crate::fields::u16_le;
use crate::lzo;
use crate::read_at::ReadAt;
use crate::tree::Unreadable;

use super::damaged;
use super::superblock::Superblock;

/// What a block of a table holds, but for the last.
pub(super) const TABLE_BLOCK_BYTES: usize = 8192;

/// No packer looks back farther than a block; some round up.
const WINDOW_BYTES_MAX: u64 = 8 << 20;

/// Says of a table's block that it was not packed.
const LITERAL: u16 = 1 << 15;

/// How many blocks of tables are kept, and of files.
const TABLE_SLOTS: usize = 512;
const FILE_SLOTS: usize = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Zlib,
    Lzo,
    Xz,
    Lz4,
    Zstd,
}

impl Packing {
    pub fn of_kind(kind: u16) -> Result<Packing, Unreadable> {
        match kind {
            1 => Ok(Packing::Zlib),
            3 => Ok(Packing::Lzo),
            4 => Ok(Packing::Xz),
            5 => Ok(Packing::Lz4),
            6 => Ok(Packing::Zstd),
            2 => Err(Unreadable::Unsupported("squashfs packed with LZMA".into())),
            other => Err(Unreadable::Unsupported(format!("squashfs compression {other}"))),
        }
    }
}

type Slots = Vec<Mutex<Option<(u64, u64, Arc<[u8]>)>>>;

/// The blocks of a volume, unpacked.
pub(super) struct Packed {
    source: Arc<dyn ReadAt>,
    packing: Packing,
    block_bytes: usize,
    /// Where the filesystem ends.
    end: u64,
    /// By place, with the place after the block.
    tables: Slots,
    files: Slots,
}

impl Packed {
    pub fn new(source: Arc<dyn ReadAt>, superblock: &Superblock) -> Packed {
        let slots = |count| (0..count).map(|_| Mutex::default()).collect();
        Packed {
            source,
            packing: superblock.packing,
            block_bytes: superblock.block_bytes as usize,
            end: superblock.bytes_used,
            tables: slots(TABLE_SLOTS),
            files: slots(FILE_SLOTS),
        }
    }

    /// The bytes of a block as they lie on the volume.
    fn raw(&self, at: u64, length: u64) -> Result<Vec<u8>, Unreadable> {
        if at.checked_add(length).is_none_or(|end| end > self.end) {
            return Err(damaged("block past the end", at));
        }
        let mut bytes = vec![0; length as usize];
        self.source.read_exact_at(at, &mut bytes)?;
        Ok(bytes)
    }

    /// Bytes of a table that is not packed: a list of places.
    pub fn plain(&self, at: u64, length: u64) -> Result<Vec<u8>, Unreadable> {
        self.raw(at, length)
    }

    /// The block of a table at a place, and the place after it.
    pub fn table_block(&self, at: u64) -> Result<(Arc<[u8]>, u64), Unreadable> {
        kept(&self.tables, at, || {
            let header = u16_le(&self.raw(at, 2)?, 0);
            let length = u64::from(header & !LITERAL);
            if length == 0 || length > TABLE_BLOCK_BYTES as u64 {
                return Err(damaged("length of a table's block", at));
            }
            let bytes = self.raw(at + 2, length)?;
            let bytes =
                if header & LITERAL != 0 { bytes } else { self.unpack(&bytes, TABLE_BLOCK_BYTES, at)? };
            Ok((bytes.into(), at + 2 + length))
        })
    }

    /// The block of a file that lies at a place; at most as long as blocks are.
    pub fn file_block(&self, at: u64, length: u64, is_packed: bool) -> Result<Arc<[u8]>, Unreadable> {
        if length > self.block_bytes as u64 {
            return Err(damaged("length of a block", at));
        }
        let made = || {
            let bytes = self.raw(at, length)?;
            let bytes = if is_packed { self.unpack(&bytes, self.block_bytes, at)? } else { bytes };
            Ok((bytes.into(), at + length))
        };
        Ok(kept(&self.files, at, made)?.0)
    }

    fn unpack(&self, packed: &[u8], limit: usize, at: u64) -> Result<Vec<u8>, Unreadable> {
        let mut unpacked = vec![0; limit];
        let length = unpack(self.packing, packed, &mut unpacked).ok_or(damaged("packed block", at))?;
        unpacked.truncate(length);
        Ok(unpacked)
    }
}

/// What is kept of a place, or made anew. A slot is replaced whole, so even after a panic elsewhere it holds a block or nothing.
fn kept(
    slots: &Slots,
    at: u64,
    make: impl FnOnce() -> Result<(Arc<[u8]>, u64), Unreadable>,
) -> Result<(Arc<[u8]>, u64), Unreadable> {
    // Blocks lie at any place, so the low bits tell them apart.
    let slot = &slots[(at % slots.len() as u64) as usize];
    if let Some((held, after, bytes)) = &*slot.lock().unwrap_or_else(PoisonError::into_inner)
        && *held == at
    {
        return Ok((bytes.clone(), *after));
    }
    let (bytes, after) = make()?;
    *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some((at, after, bytes.clone()));
    Ok((bytes, after))
}

/// Unpacks a block and tells its length; `None` if it makes no sense or is longer than there is room.
fn unpack(packing: Packing, packed: &[u8], into: &mut [u8]) -> Option<usize> {
    match packing {
        Packing::Zlib => {
            let mut engine = Decompress::new(true);
            let status = engine.decompress(packed, into, FlushDecompress::Finish).ok()?;
            (status == flate2::Status::StreamEnd).then_some(engine.total_out() as usize)
        }
        Packing::Lzo => lzo::unpack(packed, into),
        Packing::Lz4 => lz4_flex::block::decompress_into(packed, into).ok(),
        Packing::Xz => {
            let limit_kib = (WINDOW_BYTES_MAX >> 10) as u32 + 1024;
            read_all(XzReader::new_mem_limit(packed, false, limit_kib), into)
        }
        Packing::Zstd => {
            let mut engine = FrameDecoder::new();
            engine.set_max_window_size(WINDOW_BYTES_MAX);
            read_all(StreamingDecoder::new_with_decoder(packed, engine).ok()?, into)
        }
    }
}

fn read_all(mut from: impl Read, into: &mut [u8]) -> Option<usize> {
    let mut done = 0;
    while done < into.len() {
        match from.read(&mut into[done..]).ok()? {
            0 => return Some(done),
            more => done += more,
        }
    }
    // One byte more would be too much.
    (from.read(&mut [0]).ok()? == 0).then_some(done)
}
