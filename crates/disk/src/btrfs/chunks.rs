//! Chunks: how addresses of the filesystem become places on the device.

use crate::fields::{u16_le, u64_le};
use crate::tree::Unreadable;

use super::items::Key;
use super::superblock::Superblock;

/// More chunks than this are not read; a chunk is usually of 256 MiB at least.
pub(super) const CHUNKS_MAX: usize = 1 << 20;

const HEADER_BYTES: usize = 48;
const STRIPE_BYTES: usize = 32;

/// Spread over stripes in turns. With one stripe there are no turns.
const SPREAD: u64 = 0x8 | 0x40 | 0x80 | 0x100;
const DATA_AND_SYSTEM_AND_METADATA: u64 = 0x7;

/// A run of addresses, with each of the places where it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chunk {
    pub start: u64,
    pub length: u64,
    pub places: Vec<u64>,
}

/// All chunks, by their addresses.
#[derive(Debug, Clone, Default)]
pub(super) struct Chunks(Vec<Chunk>);

fn damaged(what: &'static str) -> Unreadable {
    Unreadable::Damaged { what, offset: 0 }
}

impl Chunk {
    /// Reads a chunk's item; returns how long it is too, since in the superblock nothing else says so.
    pub fn parse(start: u64, item: &[u8], of: &Superblock) -> Result<(Chunk, usize), Unreadable> {
        let (length, kind) = (u64_le(item, 0), u64_le(item, 24));
        let stripes = usize::from(u16_le(item, 44));
        let item_bytes = HEADER_BYTES + stripes * STRIPE_BYTES;
        if item.len() < item_bytes || stripes == 0 || length == 0 || kind & DATA_AND_SYSTEM_AND_METADATA == 0
        {
            return Err(damaged("chunk"));
        }
        if start.checked_add(length).is_none() {
            return Err(damaged("chunk past the end of all addresses"));
        }
        if stripes > 1 && kind & SPREAD != 0 {
            return Err(Unreadable::Unsupported("Btrfs striped over one device".into()));
        }
        let stripe = |stripe: &[u8]| {
            let (device, place) = (u64_le(stripe, 0), u64_le(stripe, 8));
            let is_inside = place.checked_add(length).is_some_and(|end| end <= of.total_bytes);
            if device != of.device || !is_inside {
                return Err(damaged("place of a chunk"));
            }
            Ok(place)
        };
        let listed = item[HEADER_BYTES..item_bytes].chunks_exact(STRIPE_BYTES);
        let places = listed.map(stripe).collect::<Result<_, _>>()?;
        Ok((Chunk { start, length, places }, item_bytes))
    }
}

impl Chunks {
    /// The chunks that the superblock itself lists, which are enough to read the others.
    pub fn of_superblock(superblock: &Superblock) -> Result<Chunks, Unreadable> {
        let mut rest = &superblock.system_chunks[..];
        let mut chunks = Chunks::default();
        while !rest.is_empty() {
            let Some((key, item)) = rest.split_at_checked(Key::BYTES) else {
                return Err(damaged("system chunks"));
            };
            let (chunk, bytes) = Chunk::parse(Key::parse(key, 0).offset, item, superblock)?;
            chunks.add(chunk)?;
            rest = &item[bytes..];
        }
        Ok(chunks)
    }

    /// Adds a chunk behind all others.
    pub fn add(&mut self, chunk: Chunk) -> Result<(), Unreadable> {
        if self.0.len() >= CHUNKS_MAX {
            let limit = CHUNKS_MAX as u64;
            return Err(Unreadable::OverLimit { what: "chunks", found: limit + 1, limit });
        }
        if self.0.last().is_some_and(|last| last.start + last.length > chunk.start) {
            return Err(damaged("chunks that overlap"));
        }
        self.0.push(chunk);
        Ok(())
    }

    pub fn all(&self) -> &[Chunk] {
        &self.0
    }

    /// The places where the bytes from an address are kept, all of them in one chunk.
    pub fn places(&self, address: u64, length: u64) -> Result<impl Iterator<Item = u64> + '_, Unreadable> {
        let after = self.0.partition_point(|chunk| chunk.start <= address);
        let chunk = after.checked_sub(1).map(|n| &self.0[n]);
        let chunk = chunk
            .filter(|chunk| address.checked_add(length).is_some_and(|end| end <= chunk.start + chunk.length));
        let chunk = chunk.ok_or(damaged("address outside all chunks"))?;
        Ok(chunk.places.iter().map(move |place| place + (address - chunk.start)))
    }
}
