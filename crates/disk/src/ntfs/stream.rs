//! The streams of a file: its attributes put together from all the records that they are spread over.

use std::collections::HashMap;

use super::boot_sector::BootSector;
use super::record::{Attribute, Form, Mapped, Record, Reference, kinds};
use super::runs::Runs;
use crate::fields::{u16_le, u64_le};
use crate::tree::{Extent, Unreadable};

/// Windows makes no longer list of attributes.
pub(super) const LIST_BYTES_MAX: u64 = 256 << 10;
const LIST_ENTRY_BYTES: usize = 26;

const COMPRESSED: u16 = 0x00ff;
const LZNT1: u16 = 1;
const ENCRYPTED: u16 = 0x4000;

/// A compressed unit that is longer would have to be unpacked whole for one byte of it.
const UNIT_BYTES_MAX: u64 = 1 << 20;

/// An attribute of a file, whole.
#[derive(Debug)]
pub(super) struct Stream {
    pub kind: u32,
    /// UTF-16, little-endian.
    pub name: Vec<u8>,
    flags: u16,
    value: Value,
    /// Where the record lies that it begins in.
    offset: u64,
}

#[derive(Debug)]
enum Value {
    Resident(Vec<u8>),
    Mapped(Pieces),
}

#[derive(Debug)]
struct Pieces {
    size_bytes: u64,
    initialised_bytes: u64,
    unit_power: u8,
    end_cluster: u64,
    /// Where each piece ends, and its runs.
    runs: Vec<(u64, Vec<u8>)>,
}

/// How the bytes in a stream's clusters are to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    /// LZNT1, in units of so many bytes.
    Units(u64),
}

impl Stream {
    pub fn new(attribute: &Attribute<'_>, offset: u64) -> Stream {
        let value = match attribute.form {
            Form::Resident(value) => Value::Resident(value.to_vec()),
            Form::Mapped(mapped) => Value::Mapped(Pieces {
                size_bytes: mapped.size_bytes,
                initialised_bytes: mapped.initialised_bytes,
                unit_power: mapped.unit_power,
                end_cluster: mapped.end_cluster,
                runs: vec![(mapped.end_cluster, mapped.runs.to_vec())],
            }),
        };
        let Attribute { kind, name, flags, .. } = *attribute;
        Stream { kind, name: name.to_vec(), flags, value, offset }
    }

    /// Takes the next piece of an attribute whose runs of clusters did not fit into one record.
    fn go_on(&mut self, mapped: &Mapped<'_>) -> Result<(), Unreadable> {
        let damaged = Unreadable::Damaged { what: "pieces of an attribute", offset: self.offset };
        match &mut self.value {
            Value::Mapped(pieces) if pieces.end_cluster == mapped.first_cluster => {
                pieces.end_cluster = mapped.end_cluster;
                pieces.runs.push((mapped.end_cluster, mapped.runs.to_vec()));
                Ok(())
            }
            _ => Err(damaged),
        }
    }

    pub fn size_bytes(&self) -> u64 {
        match &self.value {
            Value::Resident(value) => value.len() as u64,
            Value::Mapped(pieces) => pieces.size_bytes,
        }
    }

    /// The value, if it lies in the record itself.
    pub fn resident(&self) -> Option<&[u8]> {
        match &self.value {
            Value::Resident(value) => Some(value),
            Value::Mapped(_) => None,
        }
    }

    pub fn is_encrypted(&self) -> bool {
        self.flags & ENCRYPTED != 0
    }

    pub fn packing(&self, boot: &BootSector) -> Result<Packing, Unreadable> {
        if self.is_encrypted() {
            return Err(Unreadable::Unsupported("EFS encryption".into()));
        }
        let Value::Mapped(pieces) = &self.value else { return Ok(Packing::Plain) };
        match self.flags & COMPRESSED {
            0 => Ok(Packing::Plain),
            LZNT1 => {
                let unit = boot.cluster_bytes.checked_shl(u32::from(pieces.unit_power));
                let unit =
                    unit.filter(|unit| pieces.unit_power > 0 && (4096..=UNIT_BYTES_MAX).contains(unit));
                unit.map(Packing::Units).ok_or(self.damaged("compression unit"))
            }
            other => Err(Unreadable::Unsupported(format!("NTFS compression method {other}"))),
        }
    }

    /// The extents in file order, holes left out, clipped to what was ever written. Compressed units are as long as they
    /// are packed.
    pub fn map(&self, boot: &BootSector) -> Result<Vec<Extent>, Unreadable> {
        let Value::Mapped(pieces) = &self.value else { return Ok(Vec::new()) };
        let mut runs = Runs::default();
        for (end_cluster, piece) in &pieces.runs {
            runs.take(boot, piece, self.offset, *end_cluster)?;
        }
        let mut map = runs.finish(self.offset)?;
        let limit = match self.packing(boot) {
            Ok(Packing::Units(unit)) => self.written_bytes().next_multiple_of(unit),
            _ => self.written_bytes(),
        };
        let keep = map.partition_point(|extent| extent.file_offset < limit);
        map.truncate(keep);
        if let Some(last) = map.last_mut() {
            last.length = last.length.min(limit - last.file_offset);
        }
        Ok(map)
    }

    /// How many bytes from the start were ever written; what follows them is zero, whatever lies in the clusters.
    pub fn written_bytes(&self) -> u64 {
        match &self.value {
            Value::Resident(value) => value.len() as u64,
            Value::Mapped(pieces) => pieces.initialised_bytes.min(pieces.size_bytes),
        }
    }

    /// Where its clusters end, holes counted.
    pub fn end(&self, boot: &BootSector) -> u64 {
        match &self.value {
            Value::Resident(_) => 0,
            Value::Mapped(pieces) => pieces.end_cluster.saturating_mul(boot.cluster_bytes),
        }
    }

    /// A size that cannot be: more than a file may have, or more than its clusters hold.
    fn check(&self, boot: &BootSector) -> Result<(), Unreadable> {
        let is_there =
            self.resident().is_some() || self.size_bytes() <= self.end(boot) && self.size_bytes() < 1 << 63;
        if is_there { Ok(()) } else { Err(self.damaged("size of a stream")) }
    }

    pub fn damaged(&self, what: &'static str) -> Unreadable {
        Unreadable::Damaged { what, offset: self.offset }
    }
}

/// What finds the records that hold the rest of a file's attributes, and reads a list of them that lies in clusters.
pub(super) trait Elsewhere {
    fn record(&self, number: u64) -> Result<Record, Unreadable>;
    fn contents(&self, map: &[Extent], length: usize) -> Result<Vec<u8>, Unreadable>;
}

/// The streams of the file that `base` is the first record of, in the order of their attributes.
pub(super) fn gather(
    boot: &BootSector,
    base: &Record,
    elsewhere: &dyn Elsewhere,
) -> Result<Vec<Stream>, Unreadable> {
    let mut gathering = Gathering::default();
    match base.attribute(kinds::ATTRIBUTE_LIST)? {
        None => {
            for attribute in base.attributes() {
                gathering.take(&attribute?, base)?;
            }
        }
        Some(list) => {
            let list = Stream::new(&list, base.offset);
            let bytes = list_bytes(boot, &list, elsewhere)?;
            gathering.listed(base, &bytes, elsewhere)?;
            // The list may itself lie in clusters, and those are the file's too.
            gathering.streams.push(list);
        }
    }
    for stream in &gathering.streams {
        stream.check(boot)?;
    }
    Ok(gathering.streams)
}

/// The bytes of a list of attributes.
pub(super) fn list_bytes(
    boot: &BootSector,
    list: &Stream,
    elsewhere: &dyn Elsewhere,
) -> Result<Vec<u8>, Unreadable> {
    let (found, limit) = (list.size_bytes(), LIST_BYTES_MAX);
    if found > limit {
        return Err(Unreadable::OverLimit { what: "list of attributes", found, limit });
    }
    match list.resident() {
        Some(value) => Ok(value.to_vec()),
        None => elsewhere.contents(&list.map(boot)?, found as usize),
    }
}

/// One line of a list of attributes.
#[derive(Debug)]
pub(super) struct Listed<'a> {
    pub kind: u32,
    pub name: &'a [u8],
    pub first_cluster: u64,
    pub record: Reference,
    pub instance: u16,
}

/// The lines of a list of attributes.
pub(super) fn lines(list: &[u8], offset: u64) -> impl Iterator<Item = Result<Listed<'_>, Unreadable>> {
    let mut rest = list;
    std::iter::from_fn(move || {
        if rest.len() < LIST_ENTRY_BYTES {
            return None;
        }
        let length = usize::from(u16_le(rest, 4));
        let line = rest.get(..length).filter(|line| line.len() >= LIST_ENTRY_BYTES);
        let name = line.and_then(|line| {
            let at = usize::from(line[7]);
            line.get(at..at + usize::from(line[6]) * 2)
        });
        let Some((line, name)) = line.zip(name) else {
            rest = &[];
            return Some(Err(Unreadable::Damaged { what: "list of attributes", offset }));
        };
        rest = &rest[length..];
        Some(Ok(Listed {
            kind: crate::fields::u32_le(line, 0),
            name,
            first_cluster: u64_le(line, 8),
            record: Reference::parse(line, 16),
            instance: u16_le(line, 24),
        }))
    })
}

#[derive(Default)]
struct Gathering {
    streams: Vec<Stream>,
    /// Where the attribute of a kind and name stands, of which a file has one.
    places: HashMap<(u32, Vec<u8>), usize>,
}

impl Gathering {
    fn take(&mut self, attribute: &Attribute<'_>, record: &Record) -> Result<(), Unreadable> {
        let key = (attribute.kind, attribute.name.to_vec());
        if let Form::Mapped(mapped) = &attribute.form
            && mapped.first_cluster > 0
        {
            let first = self.places.get(&key).ok_or(record.damaged("pieces of an attribute"))?;
            return self.streams[*first].go_on(mapped);
        }
        // A file has many names; everything else only once.
        if attribute.kind != kinds::FILE_NAME && self.places.insert(key, self.streams.len()).is_some() {
            return Err(record.damaged("attribute that comes up twice"));
        }
        self.streams.push(Stream::new(attribute, record.offset));
        Ok(())
    }

    /// Takes every attribute that the list names, from the record that it names. Those records are not asked for lists of
    /// their own, so one step is all there is.
    fn listed(&mut self, base: &Record, list: &[u8], elsewhere: &dyn Elsewhere) -> Result<(), Unreadable> {
        let mut others: HashMap<u64, Record> = HashMap::new();
        for line in lines(list, base.offset) {
            let line = line?;
            if line.kind == kinds::ATTRIBUTE_LIST {
                continue;
            }
            let number = line.record.number;
            if number != base.number && !others.contains_key(&number) {
                let record = elsewhere.record(number)?;
                check_belongs(&record, base)?;
                others.insert(number, record);
            }
            let record = others.get(&number).unwrap_or(base);
            if record.reference() != line.record {
                return Err(base.damaged("list of attributes with an old reference"));
            }
            let attribute = named_by(&line, record)?.ok_or(base.damaged("attribute that is only listed"))?;
            self.take(&attribute, record)?;
        }
        Ok(())
    }
}

/// A record that holds more of another's attributes says whose.
pub(super) fn check_belongs(record: &Record, base: &Record) -> Result<(), Unreadable> {
    match record.is_in_use && record.base == Some(base.reference()) {
        true => Ok(()),
        false => Err(base.damaged("list of attributes that leads to another file")),
    }
}

/// The attribute that a line means.
pub(super) fn named_by<'r>(
    line: &Listed<'_>,
    record: &'r Record,
) -> Result<Option<Attribute<'r>>, Unreadable> {
    for attribute in record.attributes() {
        let attribute = attribute?;
        let first_cluster = match &attribute.form {
            Form::Mapped(mapped) => mapped.first_cluster,
            Form::Resident(_) => 0,
        };
        if attribute.kind == line.kind
            && attribute.instance == line.instance
            && attribute.name == line.name
            && first_cluster == line.first_cluster
        {
            return Ok(Some(attribute));
        }
    }
    Ok(None)
}
