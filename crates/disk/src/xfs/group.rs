//! Allocation groups: the headers that each begins with, and the trees of free space and of inodes that they root.

use std::collections::HashSet;

use super::Xfs;
use super::metadata::{Expected, FREE_HEADER, FREE_LIST, INODE_HEADER, SHORT_TREE};
use crate::fields::{u16_be, u32_be};
use crate::tree::Unreadable;

/// A tree of a group that is deeper has more blocks than there can be.
const DEPTH_MAX: u32 = 9;

/// The root of one of a group's trees.
pub(super) struct Root {
    block: u64,
    levels: u32,
}

/// Which tree it is.
pub(super) struct Shape {
    magics: [&'static [u8]; 2],
    record_bytes: usize,
    key_bytes: usize,
}

pub(super) const FREE_BY_PLACE: Shape = Shape { magics: [b"ABTB", b"AB3B"], record_bytes: 8, key_bytes: 8 };
pub(super) const INODES: Shape = Shape { magics: [b"IABT", b"IAB3"], record_bytes: 16, key_bytes: 4 };

pub(super) type Record<'v> = dyn FnMut(&[u8]) -> Result<(), Unreadable> + 'v;
pub(super) type OnDamage<'v> = dyn FnMut(Unreadable) -> Result<(), Unreadable> + 'v;

impl Xfs {
    /// One of the sectors that a group begins with.
    fn group_sector(&self, group: u64, number: u64) -> Result<(u64, Vec<u8>), Unreadable> {
        let superblock = &self.superblock;
        let damaged = Unreadable::Damaged { what: "allocation group past the end", offset: 0 };
        let offset = superblock.place(group, 0, 1).ok_or(damaged)? + number * superblock.sector_bytes;
        let mut sector = vec![0; superblock.sector_bytes as usize];
        self.blocks.read(offset, &mut sector)?;
        Ok((offset, sector))
    }

    pub(super) fn inode_root(&self, group: u64) -> Result<Root, Unreadable> {
        let (offset, sector) = self.group_sector(group, 2)?;
        INODE_HEADER.check(self, &sector, &[b"XAGI"; 2], Expected { offset, owner: group })?;
        self.check_group(group, offset, &sector)?;
        Ok(Root { block: u64::from(u32_be(&sector, 20)), levels: u32_be(&sector, 24) })
    }

    /// The root of free space, and the blocks that the group keeps ready for its own trees, which are free too.
    pub(super) fn free_root(&self, group: u64) -> Result<(Root, Vec<u64>), Unreadable> {
        let (offset, sector) = self.group_sector(group, 1)?;
        FREE_HEADER.check(self, &sector, &[b"XAGF"; 2], Expected { offset, owner: group })?;
        self.check_group(group, offset, &sector)?;
        let root = Root { block: u64::from(u32_be(&sector, 16)), levels: u32_be(&sector, 28) };
        let (at, list) = self.group_sector(group, 3)?;
        let header = FREE_LIST.header_bytes(self);
        if header > 0 {
            FREE_LIST.check(self, &list, &[b"XAFL"; 2], Expected { offset: at, owner: group })?;
        }
        let room = (list.len() - header) / 4;
        let (first, count) = (u32_be(&sector, 40) as usize, u32_be(&sector, 48) as usize);
        if first >= room || count > room {
            return Err(Unreadable::Damaged { what: "free list", offset });
        }
        let entry = |n: usize| u64::from(u32_be(&list, header + (first + n) % room * 4));
        let mut ready: Vec<u64> = (0..count).map(entry).collect();
        ready.sort_unstable();
        Ok((root, ready))
    }

    /// Each of the two headers says which group it is of and how long that is.
    fn check_group(&self, group: u64, offset: u64, sector: &[u8]) -> Result<(), Unreadable> {
        let is_right = u64::from(u32_be(sector, 8)) == group
            && u64::from(u32_be(sector, 12)) == self.superblock.blocks_of(group);
        is_right.then_some(()).ok_or(Unreadable::Damaged { what: "allocation group header", offset })
    }

    /// Shows every record of a group's tree to `visit`, in order. A part of the tree that is damaged is told to `on_damage`, which
    /// decides whether to go on.
    pub(super) fn walk(
        &self,
        group: u64,
        shape: &Shape,
        root: &Root,
        visit: &mut Record<'_>,
        on_damage: &mut OnDamage<'_>,
    ) -> Result<(), Unreadable> {
        let mut walk = Walk { fs: self, group, shape, seen: HashSet::new(), visit, on_damage };
        match root.levels.checked_sub(1).filter(|level| *level < DEPTH_MAX) {
            Some(level) => walk.child(root.block, level as u16),
            None => (walk.on_damage)(Unreadable::Damaged { what: "group tree depth", offset: 0 }),
        }
    }
}

struct Walk<'a, 'v> {
    fs: &'a Xfs,
    group: u64,
    shape: &'a Shape,
    /// The blocks that were read: each belongs to one tree once, so the walk ends.
    seen: HashSet<u64>,
    visit: &'a mut Record<'v>,
    on_damage: &'a mut OnDamage<'v>,
}

impl Walk<'_, '_> {
    fn child(&mut self, number: u64, level: u16) -> Result<(), Unreadable> {
        match self.node(number, level) {
            Err(why @ Unreadable::Damaged { .. }) => (self.on_damage)(why),
            other => other,
        }
    }

    fn node(&mut self, number: u64, level: u16) -> Result<(), Unreadable> {
        let place = self.fs.superblock.place(self.group, number, 1);
        let place = place.ok_or(Unreadable::Damaged { what: "group tree block past the end", offset: 0 })?;
        let damaged = |what| Unreadable::Damaged { what, offset: place };
        if !self.seen.insert(number) {
            return Err(damaged("group tree block used twice"));
        }
        let block = self.fs.block_at(place)?;
        let expected = Expected { offset: place, owner: self.group };
        let header = SHORT_TREE.check(self.fs, &block, &self.shape.magics, expected)?;
        if u16_be(&block, 4) != level {
            return Err(damaged("group tree level"));
        }
        let records = usize::from(u16_be(&block, 6));
        let width = if level == 0 { self.shape.record_bytes } else { self.shape.key_bytes + 4 };
        let room = (block.len() - header) / width;
        if records > room {
            return Err(damaged("group tree size"));
        }
        if level == 0 {
            let listed = &block[header..header + records * width];
            return listed.chunks_exact(width).try_for_each(&mut *self.visit);
        }
        let pointers = header + room * self.shape.key_bytes;
        for n in 0..records {
            self.child(u64::from(u32_be(&block, pointers + n * 4)), level - 1)?;
        }
        Ok(())
    }
}
