//! The table of files, which is a file itself and the first in it: its own record says where it lies.

use std::sync::Arc;

use super::boot_sector::{BOOT_SECTOR_BYTES, BootSector};
use super::record::{Form, Record, kinds};
use super::runs::Runs;
use super::stream::{self, Elsewhere, Stream};
use crate::blocks::Blocks;
use crate::read_at::{ReadAt, read_up_to};
use crate::tree::{Extent, Unreadable};

/// What is read and kept at once of records and indexes.
const BLOCK_BYTES: usize = 4096;

/// How much of the table a sweep reads at once.
const SWEEP_BYTES: usize = 256 << 10;

pub(super) struct Table {
    pub boot: BootSector,
    pub blocks: Blocks,
    map: Vec<Extent>,
    /// How many records there are.
    pub records: u64,
}

impl Table {
    pub fn open(volume: Arc<dyn ReadAt>) -> Result<Table, Unreadable> {
        let bytes = read_up_to(&volume, 0, BOOT_SECTOR_BYTES)?;
        let boot = BootSector::parse(&bytes, volume.size_bytes())?;
        let blocks = Blocks::new(volume, BLOCK_BYTES);
        let mut bytes = vec![0; boot.record_bytes];
        blocks.read(boot.table_at, &mut bytes)?;
        let first = Record::parse(0, bytes, boot.table_at)?;
        let mut table = Table { boot, blocks, map: Vec::new(), records: 0 };
        table.find_itself(&first)?;
        Ok(table)
    }

    /// Follows the table's own map. Where that takes more than one record, each further one lies in what is known by then.
    fn find_itself(&mut self, first: &Record) -> Result<(), Unreadable> {
        let mut runs = Runs::default();
        let data = first.attributes().find_map(|attribute| {
            let attribute = attribute.ok()?;
            match attribute.form {
                Form::Mapped(mapped) if attribute.kind == kinds::DATA && attribute.name.is_empty() => {
                    Some(mapped)
                }
                _ => None,
            }
        });
        let data =
            data.filter(|data| data.first_cluster == 0).ok_or(first.damaged("map of the table of files"))?;
        runs.take(&self.boot, data.runs, first.offset, data.end_cluster)?;
        let mut end_cluster = data.end_cluster;
        let written = data.initialised_bytes.min(data.size_bytes);
        // Records up to here can be looked for; whether they lie in what is mapped so far, reading them shows.
        self.records = written / self.boot.record_bytes as u64;
        if let Some(list) = first.attribute(kinds::ATTRIBUTE_LIST)? {
            let list = Stream::new(&list, first.offset);
            let bytes = stream::list_bytes(&self.boot, &list, self)?;
            for line in stream::lines(&bytes, first.offset) {
                let line = line?;
                if line.kind != kinds::DATA || !line.name.is_empty() || line.first_cluster == 0 {
                    continue;
                }
                runs.swap(&mut self.map);
                let record = self.record(line.record.number)?;
                runs.swap(&mut self.map);
                stream::check_belongs(&record, first)?;
                let piece = stream::named_by(&line, &record)?.map(|attribute| attribute.form);
                match piece {
                    Some(Form::Mapped(piece)) if piece.first_cluster == end_cluster => {
                        runs.take(&self.boot, piece.runs, record.offset, piece.end_cluster)?;
                        end_cluster = piece.end_cluster;
                    }
                    _ => return Err(first.damaged("map of the table of files")),
                }
            }
        }
        self.map = runs.finish(first.offset)?;
        // Without holes the table is no longer than the volume.
        let mapped = self
            .map
            .iter()
            .try_fold(0, |end, extent| (extent.file_offset == end).then_some(end + extent.length));
        match mapped.is_some_and(|mapped| written <= mapped) && self.records > 0 {
            true => Ok(()),
            false => Err(first.damaged("map of the table of files")),
        }
    }

    /// A piece of a stream that lies at `map`, through the cache where it lies in one piece.
    pub fn piece(&self, map: &[Extent], offset: u64, length: usize) -> Result<Vec<u8>, Unreadable> {
        let at = place(map, offset, length as u64);
        if let Some(at) = at
            && at % BLOCK_BYTES as u64 + length as u64 <= BLOCK_BYTES as u64
            && (at | (BLOCK_BYTES as u64 - 1)) < self.blocks.source().size_bytes()
        {
            return self.blocks.record(at, length);
        }
        self.blocks.read_mapped(map, offset, length)
    }

    /// Shows every record to `visit`, in the order of the table.
    pub fn each(
        &self,
        visit: &mut dyn FnMut(u64, Result<Record, Unreadable>) -> Result<(), Unreadable>,
    ) -> Result<(), Unreadable> {
        let record_bytes = self.boot.record_bytes;
        let at_once = (SWEEP_BYTES / record_bytes) as u64;
        let mut number = 0;
        while number < self.records {
            let count = at_once.min(self.records - number);
            let from = number * record_bytes as u64;
            let bytes = self.blocks.read_mapped(&self.map, from, count as usize * record_bytes)?;
            for record in bytes.chunks_exact(record_bytes) {
                let at = place(&self.map, number * record_bytes as u64, 1).unwrap_or(0);
                visit(number, Record::parse(number, record.to_vec(), at))?;
                number += 1;
            }
        }
        Ok(())
    }
}

/// Where a piece of a stream lies, if it does so in one piece.
fn place(map: &[Extent], offset: u64, length: u64) -> Option<u64> {
    let after = map.partition_point(|extent| extent.file_offset <= offset);
    let extent = map.get(after.checked_sub(1)?)?;
    let within = offset - extent.file_offset;
    (within + length <= extent.length).then(|| extent.device_offset + within)
}

impl Elsewhere for Table {
    fn record(&self, number: u64) -> Result<Record, Unreadable> {
        if number >= self.records {
            return Err(Unreadable::Damaged {
                what: "number of a record past the end of the table",
                offset: 0,
            });
        }
        let (offset, length) = (number * self.boot.record_bytes as u64, self.boot.record_bytes);
        let bytes = self.piece(&self.map, offset, length)?;
        Record::parse(number, bytes, place(&self.map, offset, 1).unwrap_or(0))
    }

    fn contents(&self, map: &[Extent], length: usize) -> Result<Vec<u8>, Unreadable> {
        self.blocks.read_mapped(map, 0, length)
    }
}
