//! The volumes of a disk: its partitions, or the whole disk where it has no table, and the logical volumes that LVM2 keeps on them.

use std::io;
use std::sync::Arc;

use disk::lvm::{self, Group, PhysicalVolume};
use disk::partitions::Table;
use disk::read_at::{ReadAt, Window};
use disk::signature::{self, Volume};
use disk::tree::{Extent, Tree};

use crate::finding::unreadable;
use crate::phrase::{Phrase, say};
use crate::stored::Origin;

/// The number of the first logical volume. No partition has so high a one.
pub const LOGICAL_FIRST: u32 = 1000;

/// More logical volumes than this are not opened, and the report says so.
const LOGICAL_MAX: usize = 256;

/// A partition, the whole disk where there is no table, or a logical volume.
pub struct VolumeFacts {
    /// The partition's number; 0 for the whole disk; from [`LOGICAL_FIRST`] for logical volumes, which have no number of their own.
    pub number: u32,
    /// The name of a logical volume, its group's before it: `system/root`.
    pub name: Option<String>,
    /// Where it begins on the disk.
    pub offset: u64,
    pub size_bytes: u64,
    pub kind: Volume,
    /// Where its bytes lie on the disk; `None` when they are spread so that no run of them lies in one piece.
    pub places: Option<Places>,
    /// The filesystem, if it is of a kind that is read; or why the volume could not be read at all.
    pub tree: Option<Result<Arc<dyn Tree>, Phrase>>,
}

/// Where a volume's bytes lie on the disk, in the order of the volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places(Vec<Extent>);

impl Places {
    /// All in one piece.
    pub fn at(offset: u64, length: u64) -> Places {
        Places(vec![Extent { file_offset: 0, device_offset: offset, length }])
    }

    /// The pieces of a range of the volume: `file_offset` is the place in the volume, `device_offset` that on the disk.
    pub fn of(&self, from: u64, length: u64) -> impl Iterator<Item = Extent> + '_ {
        let to = from.saturating_add(length);
        let first = self.0.partition_point(|run| run.file_offset + run.length <= from);
        let runs = self.0[first..].iter().take_while(move |run| run.file_offset < to);
        runs.map(move |run| {
            let start = run.file_offset.max(from);
            let end = (run.file_offset + run.length).min(to);
            let device_offset = run.device_offset + (start - run.file_offset);
            Extent { file_offset: start, device_offset, length: end - start }
        })
        .filter(|piece| piece.length > 0)
    }

    /// All of them.
    pub fn runs(&self) -> &[Extent] {
        &self.0
    }
}

impl VolumeFacts {
    fn read(number: u32, offset: u64, window: Arc<Window>, origin: &Origin) -> io::Result<VolumeFacts> {
        let size_bytes = window.size_bytes();
        let kind = signature::identify(&window)?;
        let tree = origin.open(kind, window).map(|tree| tree.map_err(|cause| unreadable(&cause)));
        let places = Some(Places::at(offset, size_bytes));
        Ok(VolumeFacts { number, name: None, offset, size_bytes, kind, places, tree })
    }

    pub fn is_logical(&self) -> bool {
        self.name.is_some()
    }

    /// What to call it in a sentence.
    pub fn called(&self) -> Phrase {
        match (&self.name, self.number) {
            (Some(name), _) => say("volume.logical").text("name", name),
            (None, 0) => say("volume.disk"),
            (None, number) => say("volume.partition").count("number", number.into()),
        }
    }

    /// What to call it in a list.
    pub fn label(&self) -> String {
        self.name.clone().unwrap_or_else(|| format!("#{}", self.number))
    }

    pub fn files(&self) -> Option<&Arc<dyn Tree>> {
        self.tree.as_ref()?.as_ref().ok()
    }
}

/// Reads all volumes: partitions in the order of the table, then logical volumes in the order of their groups.
pub fn read(
    disk: &Arc<dyn ReadAt>,
    table: &Table,
    origin: &Origin,
) -> io::Result<(Vec<VolumeFacts>, Vec<Extent>)> {
    let mut windows: Vec<(u32, Arc<Window>)> = table
        .partitions
        .iter()
        .filter_map(|partition| Some((partition.index, Arc::new(partition.window(disk.clone())?))))
        .collect();
    if table.partitions.is_empty() {
        windows.extend(Window::new(disk.clone(), 0, disk.size_bytes()).map(|whole| (0, Arc::new(whole))));
    }
    let mut volumes = Vec::new();
    let mut physical = Physical::default();
    for (number, window) in windows {
        let mut volume = VolumeFacts::read(number, window.start(), window.clone(), origin)?;
        if volume.kind == Volume::LvmPhysicalVolume {
            volume.tree = physical.open(window).err().map(Err);
        }
        volumes.push(volume);
    }
    let unallocated = physical.logical(&mut volumes, origin)?;
    Ok((volumes, unallocated))
}

/// The physical volumes of a disk, with what each is read from.
#[derive(Default)]
struct Physical {
    opened: Vec<PhysicalVolume>,
    sources: Vec<(Arc<dyn ReadAt>, u64)>,
}

impl Physical {
    fn open(&mut self, window: Arc<Window>) -> Result<(), Phrase> {
        let offset = window.start();
        let source: Arc<dyn ReadAt> = window;
        self.opened.push(PhysicalVolume::open(source.clone()).map_err(|cause| unreadable(&cause))?);
        self.sources.push((source, offset));
        Ok(())
    }

    /// Adds the logical volumes, and tells what of the physical ones belongs to none of them, as places on the disk.
    fn logical(mut self, volumes: &mut Vec<VolumeFacts>, origin: &Origin) -> io::Result<Vec<Extent>> {
        let mut unallocated = Vec::new();
        let mut number = LOGICAL_FIRST;
        for group in lvm::groups(std::mem::take(&mut self.opened)) {
            let first = volumes.len();
            for name in group.volumes() {
                if (number - LOGICAL_FIRST) as usize >= LOGICAL_MAX {
                    let why = say("volume.too_many").count("limit", LOGICAL_MAX as u64);
                    volumes.push(not_opened(number, group.name().to_owned(), why));
                    return Ok(Vec::new());
                }
                volumes.push(self.volume(number, &group, name, origin)?);
                number += 1;
            }
            // What nobody could place may lie anywhere, so then nothing counts as free.
            let taken: Option<Vec<&Places>> =
                volumes[first..].iter().map(|volume| volume.places.as_ref()).collect();
            if let Some(taken) = taken {
                self.unallocated(&group, &taken, &mut unallocated);
            }
        }
        Ok(unallocated)
    }

    fn offset_of(&self, source: &Arc<dyn ReadAt>) -> Option<u64> {
        let (_, offset) = self.sources.iter().find(|(ours, _)| Arc::ptr_eq(ours, source))?;
        Some(*offset)
    }

    fn volume(&self, number: u32, group: &Group, name: &str, origin: &Origin) -> io::Result<VolumeFacts> {
        let full_name = format!("{}/{name}", group.name());
        let volume = match group.volume(name) {
            Ok(volume) => Arc::new(volume),
            Err(cause) => return Ok(not_opened(number, full_name, unreadable(&cause))),
        };
        let on_disk = |(source, run): (Arc<dyn ReadAt>, Extent)| {
            let device_offset = self.offset_of(&source)? + run.device_offset;
            Some(Extent { device_offset, ..run })
        };
        let places = volume.runs().and_then(|runs| runs.into_iter().map(on_disk).collect()).map(Places);
        let kind = signature::identify(&volume)?;
        Ok(VolumeFacts {
            number,
            name: Some(full_name),
            offset: places.as_ref().and_then(|places| places.0.first()).map_or(0, |run| run.device_offset),
            size_bytes: volume.size_bytes(),
            kind,
            places,
            tree: origin.open(kind, volume).map(|tree| tree.map_err(|cause| unreadable(&cause))),
        })
    }

    /// What lies between the logical volumes of a group.
    fn unallocated(&self, group: &Group, taken: &[&Places], found: &mut Vec<Extent>) {
        let mut taken: Vec<Extent> = taken.iter().flat_map(|places| places.0.iter().copied()).collect();
        taken.sort_by_key(|run| run.device_offset);
        for (source, data_at) in group.members() {
            let Some(offset) = self.offset_of(source) else { continue };
            let end = offset + source.size_bytes();
            let mut at = offset.saturating_add(data_at);
            let within = taken.iter().filter(|run| (offset..end).contains(&run.device_offset));
            for run in within {
                found.extend(between(at, run.device_offset));
                at = at.max(run.device_offset + run.length);
            }
            found.extend(between(at, end));
        }
    }
}

fn between(from: u64, to: u64) -> Option<Extent> {
    (from < to).then(|| Extent { file_offset: 0, device_offset: from, length: to - from })
}

/// A logical volume that is there but cannot be read.
fn not_opened(number: u32, name: String, why: Phrase) -> VolumeFacts {
    VolumeFacts {
        number,
        name: Some(name),
        offset: 0,
        size_bytes: 0,
        kind: Volume::Unknown,
        places: None,
        tree: Some(Err(why)),
    }
}
