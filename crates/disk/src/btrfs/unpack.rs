//! Packed extents: zlib, LZO and zstd, each of at most [`UNPACKED_BYTES_MAX`].

use std::io::Read;

use flate2::{Decompress, FlushDecompress, Status};
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use crate::fields::u32_le;
use crate::tree::Unreadable;

use crate::lzo;

/// No extent is longer once it is unpacked, nor before.
pub const UNPACKED_BYTES_MAX: u64 = 128 << 10;

/// No packer looks back farther than that; some round up.
const WINDOW_BYTES_MAX: u64 = 1 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Zlib,
    Lzo,
    Zstd,
}

impl Packing {
    pub fn of_kind(kind: u8) -> Result<Option<Packing>, Unreadable> {
        match kind {
            0 => Ok(None),
            1 => Ok(Some(Packing::Zlib)),
            2 => Ok(Some(Packing::Lzo)),
            3 => Ok(Some(Packing::Zstd)),
            other => Err(Unreadable::Unsupported(format!("Btrfs compression {other}"))),
        }
    }
}

fn damaged(what: &'static str) -> Unreadable {
    Unreadable::Damaged { what, offset: 0 }
}

/// Unpacks `length` bytes; the caller bounds it. What was packed may be followed by anything, and if it is less than
/// `length`, the rest is zero, as in a file that was shorter when it was packed.
pub(super) fn unpack(
    packing: Packing,
    packed: &[u8],
    length: u64,
    sector_bytes: u64,
) -> Result<Vec<u8>, Unreadable> {
    let mut unpacked = vec![0; length as usize];
    match packing {
        Packing::Zlib => {
            let mut engine = Decompress::new(true);
            let done = engine.decompress(packed, &mut unpacked, FlushDecompress::Finish);
            let status = done.map_err(|_| damaged("extent packed with zlib"))?;
            if status != Status::StreamEnd && engine.total_out() < length {
                return Err(damaged("extent packed with zlib"));
            }
        }
        Packing::Zstd => {
            let mut engine = FrameDecoder::new();
            engine.set_max_window_size(WINDOW_BYTES_MAX);
            let decoder = StreamingDecoder::new_with_decoder(packed, engine);
            let mut decoder = decoder.map_err(|_| damaged("extent packed with zstd"))?;
            let mut done = 0;
            while done < unpacked.len() {
                match decoder.read(&mut unpacked[done..]) {
                    Ok(0) => break,
                    Ok(more) => done += more,
                    Err(_) => return Err(damaged("extent packed with zstd")),
                }
            }
        }
        Packing::Lzo => segments(packed, &mut unpacked, sector_bytes as usize)?,
    }
    Ok(unpacked)
}

/// LZO is packed a sector at a time: the length of all, then each segment with its own length, which never lies across
/// two sectors.
fn segments(packed: &[u8], into: &mut [u8], sector_bytes: usize) -> Result<(), Unreadable> {
    const LENGTH_BYTES: usize = 4;
    let broken = || damaged("extent packed with LZO");
    let total = u32_le(packed, 0) as usize;
    let packed = packed.get(..total).ok_or_else(broken)?;
    let mut at = LENGTH_BYTES;
    for sector in into.chunks_mut(sector_bytes) {
        if sector_bytes - at % sector_bytes < LENGTH_BYTES {
            at = at.next_multiple_of(sector_bytes);
        }
        if at >= packed.len() {
            return Ok(());
        }
        let length = u32_le(packed, at) as usize;
        at += LENGTH_BYTES;
        let end = at.checked_add(length).ok_or_else(broken)?;
        lzo::unpack(packed.get(at..end).ok_or_else(broken)?, sector).ok_or_else(broken)?;
        at = end;
    }
    Ok(())
}
