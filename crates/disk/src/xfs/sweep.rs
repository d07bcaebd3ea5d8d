//! The filesystem as a whole: all inodes by the groups' trees, all free space likewise.

use super::group::{FREE_BY_PLACE, INODES};
use super::inode::Inode;
use super::{Xfs, extents};
use crate::fields::{u16_be, u32_be, u64_be};
use crate::tree::{Fault, Laid, OnFault, Unreadable, Visit};

/// A record of the inode tree stands for this many inodes; a bit of its mask of holes for so many of them.
const CHUNK_INODES: u64 = 64;
const HOLE_INODES: u64 = 4;

/// In use is what the inode trees call so.
pub(super) fn all_inodes(fs: &Xfs, visit: &mut Visit<'_>, fault: &mut OnFault<'_>) -> Result<(), Unreadable> {
    for group in 0..fs.superblock.groups {
        match fs.sweep_group(group, visit, fault) {
            Err(Unreadable::Io(why)) => return Err(why.into()),
            Err(why) => fault(Fault { inode: 0, why }),
            Ok(()) => {}
        }
    }
    Ok(())
}

pub(super) fn free_runs(fs: &Xfs, visit: &mut dyn FnMut(u64, u64)) -> Result<(), Unreadable> {
    let mut runs = Runs { run: None, visit };
    for group in 0..fs.superblock.groups {
        let (root, ready) = fs.free_root(group)?;
        let mut ready = ready.into_iter().peekable();
        let mut add = |block: u64, length: u64| {
            let place = fs.superblock.place(group, block, length).filter(|_| length > 0);
            let damaged = Unreadable::Damaged { what: "free space past the end", offset: 0 };
            runs.add(place.ok_or(damaged)?, length * fs.superblock.block_bytes)
        };
        let mut record = |record: &[u8]| {
            let (block, length) = (u64::from(u32_be(record, 0)), u64::from(u32_be(record, 4)));
            while let Some(earlier) = ready.next_if(|ready| *ready < block) {
                add(earlier, 1)?;
            }
            add(block, length)
        };
        fs.walk(group, &FREE_BY_PLACE, &root, &mut record, &mut Err)?;
        ready.try_for_each(|block| add(block, 1))?;
    }
    runs.finish();
    Ok(())
}
impl Xfs {
    fn sweep_group(
        &self,
        group: u64,
        visit: &mut Visit<'_>,
        fault: &mut OnFault<'_>,
    ) -> Result<(), Unreadable> {
        let root = self.inode_root(group)?;
        let mut next = 0;
        let mut faults = Vec::new();
        let mut chunk = |record: &[u8]| {
            let start = u64::from(u32_be(record, 0));
            if start < next {
                return Err(Unreadable::Damaged { what: "inode tree order", offset: 0 });
            }
            next = start + CHUNK_INODES;
            self.sweep_chunk(self.superblock.first_inode_of(group) + start, record, visit, fault)
        };
        let walked = self.walk(group, &INODES, &root, &mut chunk, &mut |why| {
            faults.push(why);
            Ok(())
        });
        faults.into_iter().for_each(|why| fault(Fault { inode: 0, why }));
        walked
    }

    /// Shows the inodes of a chunk that are there and not free.
    fn sweep_chunk(
        &self,
        first: u64,
        record: &[u8],
        visit: &mut Visit<'_>,
        fault: &mut OnFault<'_>,
    ) -> Result<(), Unreadable> {
        let (holes, free) = match self.superblock.has_sparse_inodes {
            true => (u16_be(record, 4), u64_be(record, 8)),
            false => (0, u64_be(record, 8)),
        };
        let is_in_use = |n: &u64| free >> n & 1 == 0 && holes >> (n / HOLE_INODES) & 1 == 0;
        let in_use: Vec<u64> = (0..CHUNK_INODES).filter(is_in_use).collect();
        let (Some(lowest), Some(highest)) = (in_use.first(), in_use.last()) else { return Ok(()) };
        let ends = self.superblock.inode_at(first + lowest).zip(self.superblock.inode_at(first + highest));
        let Some((from, to)) = ends else {
            return Err(Unreadable::Damaged { what: "inodes past the end of their group", offset: 0 });
        };
        let inode_bytes = self.superblock.inode_bytes;
        let mut records = vec![0; (to - from + inode_bytes) as usize];
        self.blocks.read(from, &mut records)?;
        for n in &in_use {
            let (number, at) = (first + n, (n - lowest) * inode_bytes);
            let record = records[at as usize..(at + inode_bytes) as usize].to_vec();
            let read = Inode::parse(number, record, from + at, self)
                .and_then(|inode| Ok((extents::map(self, &inode)?, inode.node)));
            match read {
                Ok((map, node)) => visit(Laid { node: &node, extents: &map, is_packed: false }),
                Err(Unreadable::Io(why)) => return Err(why.into()),
                Err(why) => fault(Fault { inode: number, why }),
            }
        }
        Ok(())
    }
}

/// Runs of free space on their way out; neighbours become one.
struct Runs<'v> {
    run: Option<(u64, u64)>,
    visit: &'v mut dyn FnMut(u64, u64),
}

impl Runs<'_> {
    fn add(&mut self, from: u64, length: u64) -> Result<(), Unreadable> {
        match &mut self.run {
            Some((_, until)) if *until > from => {
                return Err(Unreadable::Damaged { what: "free space listed twice", offset: from });
            }
            Some((_, until)) if *until == from => *until += length,
            _ => {
                self.finish();
                self.run = Some((from, from + length));
            }
        }
        Ok(())
    }

    fn finish(&mut self) {
        if let Some((from, to)) = self.run.take() {
            (self.visit)(from, to);
        }
    }
}
