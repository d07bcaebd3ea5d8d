//! What a stream holds, however it is kept: in the record, in clusters as it is, packed in units by NTFS, or packed in
//! chunks into a stream of its own by what Windows calls WOF.

use super::file::Inode;
use super::lznt1;
use super::lzx;
use super::record::kinds;
use super::reparse::{self, Method, Reparse};
use super::stream::{Packing, Stream};
use super::table::Table;
use super::xpress;
use crate::fields::{u32_le, u64_le};
use crate::tree::{Extent, Unreadable};

/// The stream that WOF packs into, UTF-16.
const WOF_STREAM: &[u8] = b"W\0o\0f\0C\0o\0m\0p\0r\0e\0s\0s\0e\0d\0D\0a\0t\0a\0";

/// What is read whole because it says how to read something else.
const SMALL_BYTES_MAX: u64 = 64 << 10;

/// Above this the places of chunks take eight bytes each.
const NARROW_BYTES_MAX: u64 = u32::MAX as u64;

/// What has to be known to read a stream piece by piece.
pub(super) struct Contents {
    pub size_bytes: u64,
    form: Form,
    /// Where the file's record lies.
    offset: u64,
}

enum Form {
    Resident(Vec<u8>),
    Plain(Vec<Extent>),
    Units { unit_bytes: u64, map: Vec<Extent>, written_bytes: u64, end: u64 },
    Chunks(Chunks),
}

/// A stream of packed chunks, their places first: where each but the first begins, counted from the end of these numbers.
struct Chunks {
    method: Method,
    packed: Box<Contents>,
}

impl Contents {
    /// The contents of a file, or of a stream of it.
    pub fn of(table: &Table, inode: &Inode) -> Result<Contents, Unreadable> {
        let offset = inode.offset;
        let Some(stream) = inode.main() else {
            return Ok(Contents { size_bytes: 0, form: Form::Plain(Vec::new()), offset });
        };
        match inode.reparse.as_ref().filter(|_| inode.chosen.is_none()) {
            Some(Reparse::Unknown { tag }) => Err(Unreadable::Unsupported(reparse::called(*tag))),
            Some(Reparse::Packed(method)) => {
                let packed = inode.stream(kinds::DATA, WOF_STREAM);
                let packed = packed.ok_or(stream.damaged("packed file without what is packed"))?;
                let packed = Box::new(Contents::of_stream(table, packed, offset)?);
                let form = Form::Chunks(Chunks { method: *method, packed });
                Ok(Contents { size_bytes: stream.size_bytes(), form, offset })
            }
            _ => Contents::of_stream(table, stream, offset),
        }
    }

    fn of_stream(table: &Table, stream: &Stream, offset: u64) -> Result<Contents, Unreadable> {
        let packing = stream.packing(&table.boot)?;
        let form = match (stream.resident(), packing) {
            (Some(value), _) => Form::Resident(value.to_vec()),
            (None, Packing::Plain) => Form::Plain(stream.map(&table.boot)?),
            (None, Packing::Units(unit_bytes)) => Form::Units {
                unit_bytes,
                map: stream.map(&table.boot)?,
                written_bytes: stream.written_bytes(),
                end: stream.end(&table.boot),
            },
        };
        Ok(Contents { size_bytes: stream.size_bytes(), form, offset })
    }

    /// Up to `limit` bytes from `offset`; fewer only at the end.
    pub fn read(&self, table: &Table, offset: u64, limit: usize) -> Result<Vec<u8>, Unreadable> {
        let left = self.size_bytes.saturating_sub(offset);
        let length = limit.min(usize::try_from(left).unwrap_or(usize::MAX));
        if length == 0 {
            return Ok(Vec::new());
        }
        match &self.form {
            // A value in the record is as long as it says.
            Form::Resident(value) => Ok(value[offset as usize..][..length].to_vec()),
            Form::Plain(map) => table.blocks.read_mapped(map, offset, length),
            Form::Units { unit_bytes, .. } => {
                self.by_steps(*unit_bytes, offset, length, |number, _| Ok(self.unit(table, number)?.0))
            }
            Form::Chunks(chunks) => {
                let step = chunks.chunk_bytes();
                let places =
                    self.places(table, chunks, offset / step, (offset + length as u64).div_ceil(step))?;
                let first = offset / step;
                self.by_steps(step, offset, length, |number, length| {
                    let n = (number - first) as usize;
                    self.chunk(table, chunks, (places[n], places[n + 1]), length)
                })
            }
        }
    }

    /// Puts together what lies in steps of so many bytes. Each is asked for by its number and its length, and what it
    /// leaves out is zero.
    fn by_steps(
        &self,
        step: u64,
        offset: u64,
        length: usize,
        mut make: impl FnMut(u64, usize) -> Result<Vec<u8>, Unreadable>,
    ) -> Result<Vec<u8>, Unreadable> {
        let mut out = Vec::with_capacity(length);
        while out.len() < length {
            let at = offset + out.len() as u64;
            let (number, within) = (at / step, (at % step) as usize);
            let mut bytes = make(number, (self.size_bytes - number * step).min(step) as usize)?;
            bytes.resize(step as usize, 0);
            let take = (step as usize - within).min(length - out.len());
            out.extend(&bytes[within..within + take]);
        }
        Ok(out)
    }

    /// A unit's bytes, and whether they lie on the volume as they are. A unit without clusters is zero, one with all of
    /// them is not packed.
    fn unit(&self, table: &Table, number: u64) -> Result<(Vec<u8>, bool), Unreadable> {
        let Form::Units { unit_bytes, map, written_bytes, end } = &self.form else {
            return Ok((Vec::new(), false));
        };
        let start = number * unit_bytes;
        let mapped = mapped(map, start, start + unit_bytes);
        let written = written_bytes.saturating_sub(start).min(*unit_bytes) as usize;
        if mapped == 0 || written == 0 {
            return Ok((Vec::new(), true));
        }
        // Both are bounded by what a unit may be.
        let mut bytes = table.blocks.read_mapped(map, start, mapped as usize)?;
        let is_packed = mapped < (*unit_bytes).min(end - start);
        if is_packed {
            if self::mapped(map, start, start + mapped) != mapped {
                return Err(self.damaged("hole in a packed unit"));
            }
            let unpacked = lznt1::unpack(&bytes, *unit_bytes as usize);
            bytes = unpacked.ok_or(self.damaged("packed unit"))?;
        }
        bytes.truncate(written);
        Ok((bytes, !is_packed))
    }

    /// The extents of what lies on the volume as it is, and whether there is more than that.
    pub fn into_plain(self) -> (Vec<Extent>, bool) {
        match self.form {
            Form::Resident(value) => (Vec::new(), !value.is_empty()),
            Form::Plain(map) => (map, false),
            Form::Chunks(_) => (Vec::new(), self.size_bytes > 0),
            Form::Units { unit_bytes, map, written_bytes, end } => {
                let mut plain = Vec::new();
                let mut is_packed = false;
                for extent in &map {
                    let mut at = extent.file_offset;
                    let to = extent.file_offset + extent.length;
                    while at < to {
                        let start = at - at % unit_bytes;
                        let next = to.min(start + unit_bytes);
                        if mapped(&map, start, start + unit_bytes) < unit_bytes.min(end - start) {
                            is_packed = true;
                        } else if let Some(length) =
                            next.min(written_bytes).checked_sub(at).filter(|n| *n > 0)
                        {
                            let device_offset = extent.device_offset + (at - extent.file_offset);
                            let piece = Extent { file_offset: at, device_offset, length };
                            // A file that is over the limit of extents is searched as if it were packed.
                            is_packed |= crate::tree::add_extent(&mut plain, piece).is_err();
                        }
                        at = next;
                    }
                }
                (plain, is_packed)
            }
        }
    }

    /// Where the chunks from `first` to `end` lie in the packed stream, and where the last of them ends.
    fn places(&self, table: &Table, chunks: &Chunks, first: u64, end: u64) -> Result<Vec<u64>, Unreadable> {
        let all = self.size_bytes.div_ceil(chunks.chunk_bytes());
        let wide = if self.size_bytes > NARROW_BYTES_MAX { 8 } else { 4 };
        // There are at most 2^51 chunks.
        let table_bytes = (all - 1) * wide;
        let packed_bytes = chunks.packed.size_bytes;
        if table_bytes > packed_bytes {
            return Err(self.damaged("packed file shorter than its table"));
        }
        // The first chunk has no number, and the last ends with the stream.
        let (from, to) = (first.max(1), end.min(all - 1));
        let numbers = match to.checked_sub(from) {
            Some(_) => chunks.packed.read(table, (from - 1) * wide, ((to - from + 1) * wide) as usize)?,
            None => Vec::new(),
        };
        let number = |bytes: &[u8]| if wide == 8 { u64_le(bytes, 0) } else { u64::from(u32_le(bytes, 0)) };
        let mut places = Vec::new();
        places.extend((first == 0).then_some(0));
        places.extend(numbers.chunks_exact(wide as usize).map(number));
        places.extend((end == all).then_some(packed_bytes - table_bytes));
        for place in &mut places {
            *place = place.saturating_add(table_bytes);
        }
        Ok(places)
    }

    /// The chunk between two places of the packed stream, unpacked to `length`.
    fn chunk(
        &self,
        table: &Table,
        chunks: &Chunks,
        (from, to): (u64, u64),
        length: usize,
    ) -> Result<Vec<u8>, Unreadable> {
        let packed = to.checked_sub(from).filter(|packed| (1..=length as u64).contains(packed));
        let packed = packed.ok_or(self.damaged("place of a packed chunk"))?;
        let bytes = chunks.packed.read(table, from, packed as usize)?;
        let unpacked = match chunks.method {
            _ if bytes.len() == length => Some(bytes),
            Method::Xpress { .. } => xpress::unpack(&bytes, length),
            Method::Lzx => lzx::unpack(&bytes, length),
        };
        unpacked.ok_or(self.damaged("packed chunk"))
    }

    fn damaged(&self, what: &'static str) -> Unreadable {
        Unreadable::Damaged { what, offset: self.offset }
    }
}

impl Chunks {
    fn chunk_bytes(&self) -> u64 {
        match self.method {
            Method::Xpress { chunk_bytes } => u64::from(chunk_bytes),
            Method::Lzx => lzx::CHUNK_BYTES as u64,
        }
    }
}

/// How many bytes of a range of a stream have clusters.
fn mapped(map: &[Extent], from: u64, to: u64) -> u64 {
    let first = map.partition_point(|extent| extent.file_offset + extent.length <= from);
    let within = map[first..].iter().take_while(|extent| extent.file_offset < to);
    within.map(|e| (e.file_offset + e.length).min(to) - e.file_offset.max(from)).sum()
}

/// The whole of a stream that is small.
pub(super) fn small(table: &Table, stream: &Stream) -> Result<Vec<u8>, Unreadable> {
    let (found, limit) = (stream.size_bytes(), SMALL_BYTES_MAX);
    if found > limit {
        return Err(Unreadable::OverLimit { what: "reparse point", found, limit });
    }
    Contents::of_stream(table, stream, 0)?.read(table, 0, limit as usize)
}
