//! What lies where no file is: between and behind partitions, and in the free space of filesystems and volume groups.
//!
//! Places are told as `[from, to)` of the disk. Only whole blocks count, so a range that ends within one tells at most a block
//! too little.

use disk::partitions::{SECTOR_BYTES, Scheme};
use disk::signature::Volume;
use disk::tree::Unreadable;
use serde::{Deserialize, Serialize};

use crate::blocks::Blocks;
use crate::facts::Disk;
use crate::finding::unreadable;
use crate::phrase::{Phrase, say};
use crate::scan::BLOCK_BYTES;
use crate::volumes::VolumeFacts;

/// A place that belongs to no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Owner {
    /// Nobody: no partition lies there.
    Gap,
    /// A volume group, which has given it to no logical volume.
    Group,
    /// The volume of this number, behind the end of its filesystem.
    Behind(u32),
    /// The filesystem of the volume of this number.
    Free(u32),
}

/// Data in such places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leftover {
    pub owner: Owner,
    pub bytes: u64,
    /// Where the first of it lies on the disk.
    pub first: u64,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Leftovers {
    pub found: Vec<Leftover>,
    /// Volumes whose free space could not be told, and why.
    pub not_told: Vec<(u32, Phrase)>,
}

/// Shows every place that belongs to no file to `visit`; returns the volumes whose free space could not be told.
pub fn unused(disk: &Disk, visit: &mut dyn FnMut(Owner, u64, u64)) -> Vec<(u32, Phrase)> {
    gaps(disk, visit);
    for run in &disk.unallocated {
        visit(Owner::Group, run.device_offset, run.device_offset + run.length);
    }
    let mut not_told = Vec::new();
    for volume in &disk.volumes {
        if let Err(why) = of_volume(volume, visit) {
            not_told.push((volume.number, unreadable(&why)));
        }
    }
    not_told
}

/// What the pass over all bytes found in such places.
pub fn find(disk: &Disk, filled: &Blocks) -> Leftovers {
    let mut found: Vec<Leftover> = Vec::new();
    let not_told = unused(disk, &mut |owner, from, to| {
        let (blocks, Some(first)) = filled.count(from, to) else { return };
        let bytes = blocks * BLOCK_BYTES as u64;
        // Places of one owner mostly come one after the other.
        match found.iter_mut().rev().find(|held| held.owner == owner) {
            Some(held) => {
                held.bytes += bytes;
                held.first = held.first.min(first);
            }
            None => found.push(Leftover { owner, bytes, first }),
        }
    });
    Leftovers { found, not_told }
}

/// Between partitions and behind the last one. Before the first lie tables and boot loaders, of which rule P02 speaks.
fn gaps(disk: &Disk, visit: &mut dyn FnMut(Owner, u64, u64)) {
    let table = &disk.table;
    let mut ranges: Vec<(u64, u64, u32)> = table
        .partitions
        .iter()
        .filter_map(|partition| {
            let (offset, length) = partition.range()?;
            Some((offset, offset.saturating_add(length), partition.index))
        })
        .collect();
    ranges.sort_unstable();
    let Some((_, mut at, _)) = ranges.first().copied() else { return };
    for (from, to, index) in ranges {
        // A logical partition of an MBR is described by a sector before it, where its gap begins.
        let is_described = table.scheme == Scheme::Mbr && index > 4;
        let start = if is_described { at + BLOCK_BYTES as u64 } else { at };
        if start < from {
            visit(Owner::Gap, start, from);
        }
        at = at.max(to);
    }
    let backup = table.gpt_backup.as_ref().map(|backup| backup.entries_lba.saturating_mul(SECTOR_BYTES));
    let end = backup.filter(|backup| *backup >= at).unwrap_or(disk.size_bytes);
    if at < end {
        visit(Owner::Gap, at, end);
    }
}

fn of_volume(volume: &VolumeFacts, visit: &mut dyn FnMut(Owner, u64, u64)) -> Result<(), Unreadable> {
    let (Some(tree), Some(places)) = (volume.files(), &volume.places) else { return Ok(()) };
    let mut on_disk = |owner, from: u64, to: u64| {
        for piece in places.of(from, to.saturating_sub(from)) {
            visit(owner, piece.device_offset, piece.device_offset + piece.length);
        }
    };
    // NTFS keeps a copy of its boot sector behind its end.
    let copy = if volume.kind == Volume::Ntfs { BLOCK_BYTES as u64 } else { 0 };
    on_disk(Owner::Behind(volume.number), tree.size_bytes(), volume.size_bytes.saturating_sub(copy));
    tree.free_space(&mut |from, to| on_disk(Owner::Free(volume.number), from, to))
}

impl Owner {
    /// What to call the place in a sentence.
    pub fn called(self, disk: &Disk) -> Phrase {
        let volume = |number| disk.volume(number).map_or_else(|| say("volume.disk"), VolumeFacts::called);
        match self {
            Owner::Gap => say("P10.gap"),
            Owner::Group => say("P10.group"),
            Owner::Behind(number) => say("P10.behind").phrase("volume", volume(number)),
            Owner::Free(number) => say("P10.free").phrase("volume", volume(number)),
        }
    }
}
