//! The filesystem as a whole: all inodes by the groups' trees, all free space likewise.

use super::group::{FREE_BY_PLACE, INODES};
use super::inode::Inode;
use super::{Xfs, extents};
use crate::fields::{u16_be, u32_be, u64_be};
use crate::naming::Fault;
use crate::tree::{Extent, Node, Unreadable};

/// A record of the inode tree stands for this many inodes; a bit of its mask of holes for so many of them.
const CHUNK_INODES: u64 = 64;
const HOLE_INODES: u64 = 4;

type Visit<'v> = dyn FnMut(&Node, &[Extent]) + 'v;
type OnFault<'v> = dyn FnMut(Fault) + 'v;

impl Xfs {
    /// Shows every inode in use to `visit`, with its extents on the volume, in the order of the disk; system files such as those of
    /// quotas too. What is damaged is told to `fault` and passed over, so that one bad inode hides no other.
    ///
    /// In use is what the inode trees call so. A name that leads elsewhere comes up in [`Xfs::names`] alone.
    pub fn sweep(&self, visit: &mut Visit<'_>, fault: &mut OnFault<'_>) -> Result<(), Unreadable> {
        for group in 0..self.superblock.groups {
            match self.sweep_group(group, visit, fault) {
                Err(Unreadable::Io(why)) => return Err(why.into()),
                Err(why) => fault(Fault { inode: 0, why }),
                Ok(()) => {}
            }
        }
        Ok(())
    }

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
                Ok((map, node)) => visit(&node, &map),
                Err(Unreadable::Io(why)) => return Err(why.into()),
                Err(why) => fault(Fault { inode: number, why }),
            }
        }
        Ok(())
    }

    /// Shows every run of free blocks to `visit` as `[from, to)` in bytes of the volume. What lies there belongs to no file.
    pub fn free_space(&self, visit: &mut dyn FnMut(u64, u64)) -> Result<(), Unreadable> {
        let mut runs = Runs { run: None, visit };
        for group in 0..self.superblock.groups {
            let (root, ready) = self.free_root(group)?;
            let mut ready = ready.into_iter().peekable();
            let mut add = |block: u64, length: u64| {
                let place = self.superblock.place(group, block, length).filter(|_| length > 0);
                let damaged = Unreadable::Damaged { what: "free space past the end", offset: 0 };
                runs.add(place.ok_or(damaged)?, length * self.superblock.block_bytes)
            };
            let mut record = |record: &[u8]| {
                let (block, length) = (u64::from(u32_be(record, 0)), u64::from(u32_be(record, 4)));
                while let Some(earlier) = ready.next_if(|ready| *ready < block) {
                    add(earlier, 1)?;
                }
                add(block, length)
            };
            self.walk(group, &FREE_BY_PLACE, &root, &mut record, &mut Err)?;
            ready.try_for_each(|block| add(block, 1))?;
        }
        runs.finish();
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
