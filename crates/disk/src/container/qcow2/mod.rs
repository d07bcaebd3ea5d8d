//! QCOW2, versions 2 and 3: clusters found through two levels of tables; clusters may be packed.
//!
//! Reference counts and snapshots are not looked at: what the disk holds now is decided by the tables alone. What lies outside
//! the file (a backing file, an external data file) and what is encrypted is refused by name.

use std::sync::{Arc, Mutex, PoisonError};

use self::unpack::{Compression, Unpacker};
use super::pieces::{Claims, DISK_BYTES_MAX, Disk, Piece, Pieces, TABLE_BYTES_MAX, at_most, damaged, shown};
use crate::fields::{has, u32_be, u64_be};
use crate::read_at::{ReadAt, read_up_to};
use crate::tree::Unreadable;

mod unpack;

const HEADER_BYTES_V2: usize = 72;
const HEADER_BYTES_MAX: usize = 4096;
const CLUSTER_BITS: std::ops::RangeInclusive<u32> = 9..=21;
/// Below 16 KiB a cluster has no subclusters of a sector each.
const SUBCLUSTERS_BITS_MIN: u32 = 14;
const SUBCLUSTERS: u64 = 32;
const EXTENSIONS_MAX: usize = 32;
const NAME_BYTES_MAX: usize = 1023;

/// The second-level tables are held in pieces of this size.
const SLICE_BYTES_MAX: u64 = 64 << 10;
const SLICES_MAX: usize = 16;

/// The most that deflate can make of a byte. What is packed harder, all over a file, was made to blow up.
const PACKED_RATIO_MAX: u64 = 1032;

/// Bits 9 to 55 of an entry: where a cluster or a table lies.
const PLACE_BITS: u64 = 0x00ff_ffff_ffff_fe00;
const PACKED: u64 = 1 << 62;
const ZERO: u64 = 1;

const DIRTY: u64 = 1;
const CORRUPT: u64 = 1 << 1;
const EXTERNAL_DATA: u64 = 1 << 2;
const OTHER_COMPRESSION: u64 = 1 << 3;
const EXTENDED_ENTRIES: u64 = 1 << 4;

const EXTENSION_EXTERNAL_DATA: u32 = 0x4441_5441;

/// Opens the disk in `source`.
pub(super) fn open(source: Arc<dyn ReadAt>) -> Result<impl ReadAt, Unreadable> {
    let header = read_up_to(&source, 0, HEADER_BYTES_MAX)?;
    let shape = Shape::parse(&*source, &header)?;
    let first_level = first_level(&*source, &header, &shape)?;
    let unpacker = Mutex::new(Unpacker::new(shape.compression));
    let qcow2 = Qcow2 { source, shape, first_level, slices: Mutex::default(), unpacker };
    qcow2.check_tables()?;
    Ok(Disk(qcow2))
}

/// What the header says of the disk's layout.
struct Shape {
    disk_bytes: u64,
    cluster_bits: u32,
    /// The bytes of a second-level entry: 8, or 16 with subclusters.
    entry_bytes: u64,
    /// Version 2 has no bit for clusters of zeros.
    zero_bit: bool,
    compression: Compression,
}

impl Shape {
    fn parse(source: &dyn ReadAt, header: &[u8]) -> Result<Shape, Unreadable> {
        if !has(header, 0, b"QFI\xfb") || header.len() < HEADER_BYTES_V2 {
            return damaged("there is no QCOW2 header", 0);
        }
        let version = u32_be(header, 4);
        let features = match version {
            2 => 0,
            3 => u64_be(header, 72),
            other => return Err(Unreadable::Unsupported(format!("version {other} of QCOW2"))),
        };
        refuse_others(source, header, features)?;
        let cluster_bits = u32_be(header, 20);
        let subclusters = features & EXTENDED_ENTRIES != 0;
        if !CLUSTER_BITS.contains(&cluster_bits) || subclusters && cluster_bits < SUBCLUSTERS_BITS_MIN {
            return damaged("the size of a cluster is none that QCOW2 has", 20);
        }
        let disk_bytes = u64_be(header, 24);
        at_most("the size of the disk", disk_bytes, DISK_BYTES_MAX)?;
        let kind = if features & OTHER_COMPRESSION != 0 { header.get(104).copied().unwrap_or(0) } else { 0 };
        let compression = match kind {
            0 => Compression::Deflate,
            1 => Compression::Zstd,
            other => return Err(Unreadable::Unsupported(format!("compression of unknown kind {other}"))),
        };
        let entry_bytes = if subclusters { 16 } else { 8 };
        Ok(Shape { disk_bytes, cluster_bits, entry_bytes, zero_bit: version > 2, compression })
    }

    fn cluster_bytes(&self) -> u64 {
        1 << self.cluster_bits
    }

    /// How many clusters one second-level table describes.
    fn table_clusters(&self) -> u64 {
        self.cluster_bytes() / self.entry_bytes
    }

    fn table_reach_bytes(&self) -> u64 {
        self.table_clusters() << self.cluster_bits
    }

    /// What is told apart within an entry: a subcluster, or the whole cluster.
    fn unit_bytes(&self) -> u64 {
        if self.entry_bytes == 16 { self.cluster_bytes() / SUBCLUSTERS } else { self.cluster_bytes() }
    }

    fn slice_bytes(&self) -> u64 {
        self.cluster_bytes().min(SLICE_BYTES_MAX)
    }

    fn slice_clusters(&self) -> u64 {
        self.slice_bytes() / self.entry_bytes
    }
}

/// Refuses, by name, whatever is not in the file itself or cannot be read without a key.
fn refuse_others(source: &dyn ReadAt, header: &[u8], features: u64) -> Result<(), Unreadable> {
    let refuse = |what: String| Err(Unreadable::Unsupported(what));
    if u64_be(header, 8) != 0 {
        let length = (u32_be(header, 16) as usize).min(NAME_BYTES_MAX);
        let name = read_up_to(source, u64_be(header, 8), length)?;
        return refuse(format!("a backing file, {}", shown(&String::from_utf8_lossy(&name))));
    }
    match u32_be(header, 32) {
        0 => {}
        1 => return refuse("encryption (AES)".to_owned()),
        2 => return refuse("encryption (LUKS)".to_owned()),
        other => return refuse(format!("encryption of unknown kind {other}")),
    }
    if features & EXTERNAL_DATA != 0 {
        let name = external_name(header);
        return refuse(format!("an external data file, {}", shown(&String::from_utf8_lossy(name))));
    }
    let known = DIRTY | OTHER_COMPRESSION | EXTENDED_ENTRIES;
    if features & CORRUPT != 0 {
        return damaged("a program found the image corrupt and marked it so", 72);
    }
    if features & !known != 0 {
        return refuse(format!("features that are not known (bits 0x{:x})", features & !known));
    }
    Ok(())
}

/// The name of the external data file among the header's extensions; empty where there is none.
fn external_name(header: &[u8]) -> &[u8] {
    let mut at = u32_be(header, 100) as usize;
    for _ in 0..EXTENSIONS_MAX {
        let (kind, length) = (u32_be(header, at), u32_be(header, at.saturating_add(4)) as usize);
        let from = at.saturating_add(8);
        let to = from.saturating_add(length);
        if kind == EXTENSION_EXTERNAL_DATA {
            return header.get(from..to.min(from.saturating_add(NAME_BYTES_MAX))).unwrap_or_default();
        }
        at = to.checked_next_multiple_of(8).unwrap_or(usize::MAX);
    }
    &[]
}

/// The first-level table, as far as the disk needs it: where each second-level table lies, or 0.
fn first_level(source: &dyn ReadAt, header: &[u8], shape: &Shape) -> Result<Vec<u64>, Unreadable> {
    let needed = shape.disk_bytes.div_ceil(shape.table_reach_bytes());
    at_most("the size of the first-level table", needed * 8, TABLE_BYTES_MAX)?;
    let (length, at) = (u64::from(u32_be(header, 36)), u64_be(header, 40));
    if needed > length {
        return damaged("the first-level table is shorter than the disk", 36);
    }
    if !at.is_multiple_of(shape.cluster_bytes()) {
        return damaged("the first-level table is not aligned", 40);
    }
    // At most TABLE_BYTES_MAX, checked above.
    let table = read_up_to(source, at, (needed * 8) as usize)?;
    if table.len() as u64 != needed * 8 {
        return damaged("the first-level table lies past the end of the file", 40);
    }
    Ok((0..needed as usize).map(|index| u64_be(&table, index * 8) & PLACE_BITS).collect())
}

struct Qcow2 {
    source: Arc<dyn ReadAt>,
    shape: Shape,
    first_level: Vec<u64>,
    /// The latest slices of second-level tables with their places in the file, newest last.
    slices: Mutex<Vec<(u64, Arc<[u8]>)>>,
    unpacker: Mutex<Unpacker>,
}

/// Where some bytes of the disk lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    At(u64),
    Packed { at: u64, length: u64 },
}

impl Qcow2 {
    /// Walks all tables once, so that later reads need no check. The work is bounded by the size of the first-level table, and
    /// tables that share a place are refused before they are walked.
    fn check_tables(&self) -> Result<(), Unreadable> {
        let shape = &self.shape;
        let (file, cluster) = (self.source.size_bytes(), shape.cluster_bytes());
        // The last cluster of a file may be cut short behind its last data.
        let mut tables = Claims::on(file.saturating_add(cluster));
        for at in self.first_level.iter().copied().filter(|at| *at != 0) {
            if !at.is_multiple_of(cluster) || at >= file {
                return damaged("a second-level table lies outside the file", at);
            }
            tables.take(cluster, at)?;
        }
        let mut stored = Claims::on(file.saturating_add(cluster));
        for at in self.first_level.iter().copied().filter(|at| *at != 0) {
            for slice_at in (at..at + cluster).step_by(shape.slice_bytes() as usize) {
                let slice = self.slice(slice_at)?;
                for entry in 0..shape.slice_clusters() {
                    self.check_entry(&slice, slice_at, entry, &mut stored)?;
                }
            }
        }
        Ok(())
    }

    fn check_entry(&self, slice: &[u8], at: u64, index: u64, stored: &mut Claims) -> Result<(), Unreadable> {
        let (file, cluster) = (self.source.size_bytes(), self.shape.cluster_bytes());
        let offset = index * self.shape.entry_bytes;
        let (entry, entry_at) = (u64_be(slice, offset as usize), at + offset);
        if entry & PACKED != 0 {
            let (from, _) = self.packed(entry);
            if from >= file {
                return damaged("a packed cluster lies past the end of the file", entry_at);
            }
            return stored.take(cluster.div_ceil(PACKED_RATIO_MAX), entry_at);
        }
        let place = entry & PLACE_BITS;
        if place == 0 {
            return Ok(());
        }
        if !place.is_multiple_of(cluster) || place >= file {
            return damaged("a cluster lies outside the file", entry_at);
        }
        stored.take(cluster, entry_at)
    }

    /// Where a packed cluster begins, and how long it is at most: its length is only known in sectors.
    fn packed(&self, entry: u64) -> (u64, u64) {
        let place_bits = 62 - (self.shape.cluster_bits - 8);
        let at = entry & ((1 << place_bits) - 1);
        let more_sectors = (entry & (PACKED - 1)) >> place_bits;
        (at, (more_sectors + 1) * 512 - at % 512)
    }

    /// A piece of a second-level table. A table that ends past the end of the file ends in zeros.
    fn slice(&self, at: u64) -> Result<Arc<[u8]>, Unreadable> {
        let mut slices = self.slices.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, slice)) = slices.iter().rev().find(|(place, _)| *place == at) {
            return Ok(slice.clone());
        }
        let mut bytes = vec![0; self.shape.slice_bytes() as usize];
        self.read_padded(at, &mut bytes)?;
        let slice: Arc<[u8]> = bytes.into();
        if slices.len() == SLICES_MAX {
            slices.remove(0);
        }
        slices.push((at, slice.clone()));
        Ok(slice)
    }

    /// Reads from the file; past its end there are zeros, as every reader of QCOW2 has it.
    fn read_padded(&self, at: u64, buffer: &mut [u8]) -> Result<(), Unreadable> {
        let held = self.source.size_bytes().saturating_sub(at);
        let held = usize::try_from(held).unwrap_or(usize::MAX).min(buffer.len());
        let (there, beyond) = buffer.split_at_mut(held);
        if !there.is_empty() {
            self.source.read_exact_at(at, there)?;
        }
        beyond.fill(0);
        Ok(())
    }

    /// What one unit of a slice holds: its place, or nothing for a hole.
    fn unit(&self, slice: &[u8], unit: u64) -> Result<Option<Place>, Unreadable> {
        let shape = &self.shape;
        let per_entry = shape.cluster_bytes() / shape.unit_bytes();
        let (index, within) = (unit / per_entry * shape.entry_bytes, unit % per_entry);
        let entry = u64_be(slice, index as usize);
        if entry & PACKED != 0 {
            let (at, length) = self.packed(entry);
            return Ok(Some(Place::Packed { at, length }));
        }
        let place = entry & PLACE_BITS;
        if shape.entry_bytes == 16 {
            let bits = u64_be(slice, index as usize + 8);
            let (stored, zero) = (bits >> within & 1 == 1, bits >> (within + 32) & 1 == 1);
            return match (stored, zero) {
                (true, true) => damaged("a subcluster is both stored and zero", place),
                (true, false) if place == 0 => damaged("a subcluster is stored nowhere", place),
                (true, false) => Ok(Some(Place::At(place + within * shape.unit_bytes()))),
                (false, _) => Ok(None),
            };
        }
        let zero = place == 0 || shape.zero_bit && entry & ZERO != 0;
        Ok((!zero).then_some(Place::At(place)))
    }
}

impl Pieces for Qcow2 {
    type Place = Place;

    fn disk_bytes(&self) -> u64 {
        self.shape.disk_bytes
    }

    fn piece(&self, offset: u64) -> Result<Piece<Place>, Unreadable> {
        let shape = &self.shape;
        let reach = shape.table_reach_bytes();
        // The first level covers the disk, and offset is within the disk.
        let table = (offset / reach) as usize;
        if self.first_level[table] == 0 {
            let holes = self.first_level[table..].iter().take_while(|at| **at == 0).count();
            return Ok(Piece { length: holes as u64 * reach - offset % reach, place: None });
        }
        let cluster_index = offset / shape.cluster_bytes() % shape.table_clusters();
        let slice_at = self.first_level[table] + cluster_index / shape.slice_clusters() * shape.slice_bytes();
        let slice = self.slice(slice_at)?;
        let unit_bytes = shape.unit_bytes();
        let units = shape.slice_clusters() * (shape.cluster_bytes() / unit_bytes);
        let first = offset / unit_bytes % units;
        let before = offset % unit_bytes;
        let place = self.unit(&slice, first)?;
        if let Some(Place::Packed { .. }) = place {
            let length = shape.cluster_bytes() - offset % shape.cluster_bytes();
            return Ok(Piece { length, place });
        }
        let mut end = first + 1;
        while end < units {
            let follows = match place {
                None => None,
                Some(Place::At(at)) => Some(Place::At(at + (end - first) * unit_bytes)),
                Some(packed) => Some(packed),
            };
            if self.unit(&slice, end)? != follows {
                break;
            }
            end += 1;
        }
        let place = place.map(|place| match place {
            Place::At(at) => Place::At(at + before),
            packed => packed,
        });
        Ok(Piece { length: (end - first) * unit_bytes - before, place })
    }

    fn fetch(&self, place: Place, offset: u64, buffer: &mut [u8]) -> Result<(), Unreadable> {
        let (at, length) = match place {
            Place::At(at) => return self.read_padded(at, buffer),
            Place::Packed { at, length } => (at, length),
        };
        // A packed cluster is at most twice as long as a cluster, by the width of its field.
        let length = length.min(self.source.size_bytes() - at) as usize;
        let within = (offset % self.shape.cluster_bytes()) as usize;
        let mut unpacker = self.unpacker.lock().unwrap_or_else(PoisonError::into_inner);
        unpacker.fetch(&*self.source, at, length, self.shape.cluster_bytes() as usize, within, buffer)
    }
}

#[cfg(test)]
mod tests;
