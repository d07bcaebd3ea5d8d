//! LVM2: physical volumes and the logical volumes on them, read without a device mapper.
//!
//! A [`PhysicalVolume`] is opened for each partition that bears the label; [`groups`] puts together what belongs together, and a
//! [`LogicalVolume`] is then a source like any other, whose bytes are those of the linear and striped segments it is made of. Anything
//! else (mirrors, RAID, thin pools, snapshots, caches) is refused by name.
//!
//! Invariants: only the volumes that are given are read; metadata is bounded before it is taken into memory and its checksum
//! verified; the parser's depth and number of values are bounded; a segment that leaves its physical volume is damage.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use crate::fields::{array, u32_le, u64_le};
use crate::read_at::{ReadAt, read_up_to};
use crate::tree::{Extent, Unreadable};

mod metadata;
mod text;

pub use metadata::{SEGMENTS_MAX, STRIPES_MAX};
pub use text::{DEPTH_MAX, VALUES_MAX};

use metadata::{Description, Segment};

const SECTOR: usize = 512;
const LABEL_SECTORS: usize = 4;
const MDA_MAGIC: &[u8] = b"\x20LVM2\x20x[5A%r0N*>";
const MDA_HEADER_BYTES: u64 = 512;
const IGNORED: u32 = 1;

/// Larger metadata is not read; a group of a thousand volumes has less.
pub const METADATA_BYTES_MAX: u64 = 16 << 20;

/// How many areas a label may list.
const AREAS_MAX: usize = 16;

/// The first value of LVM's checksums, which are otherwise those of Ethernet, without the inversion at the end.
const CHECKSUM_SEED: u32 = 0xf597_a6cf;

fn damaged(what: &'static str, offset: u64) -> Unreadable {
    Unreadable::Damaged { what, offset }
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new_with_initial(!CHECKSUM_SEED);
    hasher.update(bytes);
    !hasher.finalize()
}

/// A partition that belongs to a volume group.
pub struct PhysicalVolume {
    source: Arc<dyn ReadAt>,
    id: [u8; 32],
    /// None where this volume carries no copy of the metadata.
    description: Option<Description>,
}

impl PhysicalVolume {
    /// Opens the physical volume on `source`, with the metadata it carries.
    pub fn open(source: Arc<dyn ReadAt>) -> Result<PhysicalVolume, Unreadable> {
        let head = read_up_to(&source, 0, LABEL_SECTORS * SECTOR)?;
        let mut sectors = head.chunks_exact(SECTOR).enumerate();
        let label = sectors
            .find(|(_, sector)| sector.starts_with(b"LABELONE") && sector[24..].starts_with(b"LVM2 001"));
        let (number, label) = label.ok_or(damaged("LVM label", 0))?;
        let at = (number * SECTOR) as u64;
        if u64_le(label, 8) != number as u64 || checksum(&label[20..]) != u32_le(label, 16) {
            return Err(damaged("LVM label checksum", at));
        }
        let header = u32_le(label, 20) as usize;
        let areas_at = header.checked_add(40).filter(|at| *at < SECTOR).ok_or(damaged("LVM label", at))?;
        let mut areas = label[areas_at..].chunks_exact(16).map(|area| (u64_le(area, 0), u64_le(area, 8)));
        // Areas of data come first, areas of metadata after them; each list ends with a zero.
        let listed = |(offset, _): &(u64, u64)| *offset != 0;
        areas.by_ref().take_while(listed).take(AREAS_MAX).for_each(drop);
        let metadata: Vec<_> = areas.take_while(listed).take(AREAS_MAX).collect();
        let mut description = None;
        for (offset, length) in metadata {
            let found = read_area(&source, offset, length)?;
            let is_newer = |found: &Description| {
                description.as_ref().is_none_or(|held: &Description| held.sequence < found.sequence)
            };
            if let Some(found) = found.filter(is_newer) {
                description = Some(found);
            }
        }
        Ok(PhysicalVolume { id: array(label, header), source, description })
    }

    /// The name of the group, where this volume carries a copy of the metadata.
    pub fn group(&self) -> Option<&str> {
        self.description.as_ref().map(|found| found.name.as_str())
    }
}

/// Reads an area of metadata: a header, then text in a ring. `None` where the area is not in use.
fn read_area(source: &dyn ReadAt, at: u64, length: u64) -> Result<Option<Description>, Unreadable> {
    if at.checked_add(length).is_none_or(|end| end > source.size_bytes()) || length <= MDA_HEADER_BYTES {
        return Err(damaged("LVM metadata area", at));
    }
    let header = read_up_to(source, at, SECTOR)?;
    if header[4..20] != *MDA_MAGIC || checksum(&header[4..]) != u32_le(&header, 0) {
        return Err(damaged("LVM metadata header", at));
    }
    let (offset, size, flags) = (u64_le(&header, 40), u64_le(&header, 48), u32_le(&header, 60));
    if offset == 0 || size == 0 || flags & IGNORED != 0 {
        return Ok(None);
    }
    if size > METADATA_BYTES_MAX {
        return Err(Unreadable::OverLimit { what: "LVM metadata", found: size, limit: METADATA_BYTES_MAX });
    }
    let ring = length - MDA_HEADER_BYTES;
    if offset < MDA_HEADER_BYTES || offset >= length || size > ring {
        return Err(damaged("LVM metadata place", at));
    }
    let before_the_end = size.min(length - offset);
    let mut text = vec![0; size as usize];
    let (first, rest) = text.split_at_mut(before_the_end as usize);
    source.read_exact_at(at + offset, first)?;
    source.read_exact_at(at + MDA_HEADER_BYTES, rest)?;
    if checksum(&text) != u32_le(&header, 56) {
        return Err(damaged("LVM metadata checksum", at + offset));
    }
    // The text ends with a zero.
    let end = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
    let text = std::str::from_utf8(&text[..end]).map_err(|_| damaged("LVM metadata", at + offset))?;
    let parsed = text::parse(text).and_then(|root| metadata::describe(&root));
    parsed.map(Some).map_err(|why| match why {
        Unreadable::Damaged { what, .. } => damaged(what, at + offset),
        other => other,
    })
}

/// A volume group, as far as its physical volumes were given.
pub struct Group {
    description: Description,
    sources: HashMap<[u8; 32], Arc<dyn ReadAt>>,
}

/// Puts physical volumes together to groups by the newest metadata of each. Whose group nobody describes is left out.
pub fn groups(volumes: Vec<PhysicalVolume>) -> Vec<Group> {
    let mut newest: Vec<Description> = Vec::new();
    let mut sources = HashMap::new();
    for volume in volumes {
        sources.insert(volume.id, volume.source);
        let Some(found) = volume.description else { continue };
        match newest.iter_mut().find(|held| held.id == found.id) {
            Some(held) if held.sequence < found.sequence => *held = found,
            Some(_) => {}
            None => newest.push(found),
        }
    }
    let group = |description: Description| {
        let ours = description.volumes.values().filter_map(|(id, _)| Some((*id, sources.get(id)?.clone())));
        Group { sources: ours.collect(), description }
    };
    newest.into_iter().map(group).collect()
}

impl Group {
    pub fn name(&self) -> &str {
        &self.description.name
    }

    /// The names of the logical volumes that are meant to be seen, in the order of the metadata.
    pub fn volumes(&self) -> impl Iterator<Item = &str> {
        self.description.logical.iter().filter(|volume| volume.is_visible).map(|volume| volume.name.as_str())
    }

    /// The physical volumes that were given, with where the extents of each begin. Before that is metadata.
    pub fn members(&self) -> impl Iterator<Item = (&Arc<dyn ReadAt>, u64)> {
        let volumes = self.description.volumes.values();
        volumes.filter_map(|(id, data_at)| Some((self.sources.get(id)?, *data_at)))
    }

    /// Opens a logical volume.
    pub fn volume(&self, name: &str) -> Result<LogicalVolume, Unreadable> {
        let found = self.description.logical.iter().find(|volume| volume.name == name);
        let segments = &found.ok_or(damaged("LVM volume name", 0))?.segments;
        let mut pieces = Vec::new();
        let mut end = 0;
        for segment in segments {
            let piece = self.piece(segment)?;
            if piece.start != end {
                return Err(damaged("LVM segments with a gap", 0));
            }
            end = piece.start.checked_add(piece.length).ok_or(damaged("LVM segment length", 0))?;
            pieces.push(piece);
        }
        Ok(LogicalVolume { pieces, size_bytes: end })
    }

    fn piece(&self, segment: &Segment) -> Result<Piece, Unreadable> {
        if segment.kind != "striped" {
            return Err(Unreadable::Unsupported(format!("LVM segment {}", segment.kind)));
        }
        let extent = self.description.extent_bytes;
        let bytes = |extents: u64| extents.checked_mul(extent).ok_or(damaged("LVM segment length", 0));
        let (start, length) = (bytes(segment.start)?, bytes(segment.extents)?);
        let stripes = segment.stripes.len() as u64;
        let chunk = if stripes == 1 { length } else { segment.stripe_bytes };
        // A round over all stripes has to fit the segment a whole number of times.
        let rounds = chunk.checked_mul(stripes).filter(|round| *round > 0 && length.is_multiple_of(*round));
        rounds.ok_or(damaged("LVM stripe size", 0))?;
        let places = segment.stripes.iter().map(|(volume, first)| {
            let (id, data_at) =
                self.description.volumes.get(volume).ok_or(damaged("LVM physical volume", 0))?;
            let Some(source) = self.sources.get(id) else {
                return Err(Unreadable::Unsupported("LVM volume that is partly on another disk".into()));
            };
            let at = bytes(*first)?.checked_add(*data_at).ok_or(damaged("LVM segment place", 0))?;
            let end = at.checked_add(length / stripes).filter(|end| *end <= source.size_bytes());
            end.ok_or(damaged("LVM segment past the end of its volume", at))?;
            Ok((source.clone(), at))
        });
        Ok(Piece { start, length, chunk, stripes: places.collect::<Result<_, _>>()? })
    }
}

/// A run of a logical volume, spread over its stripes in turns of `chunk` bytes.
struct Piece {
    start: u64,
    length: u64,
    chunk: u64,
    stripes: Vec<(Arc<dyn ReadAt>, u64)>,
}

impl Piece {
    /// Which stripe holds the byte at `offset` of the piece, where, and how many follow it there.
    fn place(&self, offset: u64) -> (&dyn ReadAt, u64, u64) {
        let (turn, within) = (offset / self.chunk, offset % self.chunk);
        let count = self.stripes.len() as u64;
        let (source, at) = &self.stripes[(turn % count) as usize];
        (&**source, at + turn / count * self.chunk + within, self.chunk - within)
    }
}

/// A logical volume: its segments, one after the other.
pub struct LogicalVolume {
    pieces: Vec<Piece>,
    size_bytes: u64,
}

impl LogicalVolume {
    fn piece_at(&self, offset: u64) -> Option<&Piece> {
        let index = self.pieces.partition_point(|piece| piece.start + piece.length <= offset);
        self.pieces.get(index)
    }

    /// Where the volume's bytes lie: for each run the physical volume it lies on, and its place there. `None` if some of it is striped,
    /// so that no run of any length lies in one piece.
    pub fn runs(&self) -> Option<Vec<(Arc<dyn ReadAt>, Extent)>> {
        let run = |piece: &Piece| match &piece.stripes[..] {
            [(source, at)] => Some((
                source.clone(),
                Extent { file_offset: piece.start, device_offset: *at, length: piece.length },
            )),
            _ => None,
        };
        self.pieces.iter().map(run).collect()
    }
}

impl ReadAt for LogicalVolume {
    fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let past = || io::Error::new(io::ErrorKind::UnexpectedEof, "read past the end of the logical volume");
        let end = offset.checked_add(buffer.len() as u64).filter(|end| *end <= self.size_bytes);
        end.ok_or_else(past)?;
        let mut done = 0;
        while done < buffer.len() {
            let at = offset + done as u64;
            let piece = self.piece_at(at).ok_or_else(past)?;
            let (source, place, follow) = piece.place(at - piece.start);
            let left = (buffer.len() - done) as u64;
            let step = follow.min(piece.start + piece.length - at).min(left) as usize;
            source.read_exact_at(place, &mut buffer[done..done + step])?;
            done += step;
        }
        Ok(())
    }

    /// Holes of linear segments are known; a striped one may be data wherever it is.
    fn next_data(&self, offset: u64) -> io::Result<Option<(u64, u64)>> {
        let mut at = offset;
        while let Some(piece) = self.piece_at(at).filter(|_| at < self.size_bytes) {
            let end = piece.start + piece.length;
            if piece.stripes.len() > 1 {
                return Ok(Some((at, end)));
            }
            let (source, place, _) = piece.place(at - piece.start);
            let base = place - (at - piece.start);
            if let Some((from, to)) = source.next_data(place)?
                && from < base + piece.length
            {
                let inside = |place: u64| piece.start + (place.min(base + piece.length) - base);
                return Ok(Some((inside(from.max(place)), inside(to))));
            }
            at = end;
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests;
