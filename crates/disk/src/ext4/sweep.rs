//! The filesystem as a whole: all inodes by table, all names by one walk, all free space by bitmap.

use std::collections::HashMap;
use std::collections::hash_map;
use std::ops::ControlFlow;

use super::inode::Inode;
use super::superblock::Descriptor;
use super::{Ext4, Extent, ROOT_INODE, directory, extents};
use crate::fields::u16_le;
use crate::tree::{ENTRIES_MAX, Kind, Node, Unreadable};

/// More faults than this are counted and not kept.
pub const FAULTS_MAX: usize = 1000;

/// How much of an inode table is read at once.
const TABLE_BYTES: usize = 256 << 10;

/// A file that could not be read.
#[derive(Debug)]
pub struct Fault {
    /// 0 where no inode could be told.
    pub inode: u64,
    pub why: Unreadable,
}

impl Ext4 {
    /// Shows every inode in use to `visit`, with its extents on the volume, in the order of the disk; system files such as the
    /// journal too. What is damaged is told to `fault` and passed over, so that one bad inode hides no other.
    ///
    /// In use is what has links or a bit in the bitmap. What the tables call never used is not looked at: a name that leads there
    /// comes up in [`Ext4::names`] alone.
    pub fn sweep(
        &self,
        visit: &mut dyn FnMut(&Node, &[Extent]),
        fault: &mut dyn FnMut(Fault),
    ) -> Result<(), Unreadable> {
        for group in 0..self.superblock.groups {
            let swept =
                self.descriptor(group).and_then(|found| self.sweep_group(group, &found, visit, fault));
            match swept {
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
        descriptor: &Descriptor,
        visit: &mut dyn FnMut(&Node, &[Extent]),
        fault: &mut dyn FnMut(Fault),
    ) -> Result<(), Unreadable> {
        let superblock = &self.superblock;
        if descriptor.inodes_uninitialised {
            return Ok(());
        }
        let first = group * superblock.inodes_per_group + 1;
        let in_table = superblock.inodes_per_group - descriptor.inodes_unused;
        let count = in_table.min((superblock.inodes + 1).saturating_sub(first));
        let bitmap = self.blocks.block(descriptor.inode_bitmap)?;
        let table = descriptor.inode_table.checked_mul(self.block_bytes());
        let table = table.ok_or(Unreadable::Damaged { what: "inode table", offset: 0 })?;
        let inode_bytes = superblock.inode_bytes as u64;
        let at_once = TABLE_BYTES as u64 / inode_bytes;
        let mut buffer = vec![0; TABLE_BYTES];
        let mut done = 0;
        while done < count {
            let now = at_once.min(count - done);
            let offset = table + done * inode_bytes;
            let records = &mut buffer[..(now * inode_bytes) as usize];
            self.blocks.read(offset, records)?;
            for (index, record) in (done..).zip(records.chunks_exact(inode_bytes as usize)) {
                let marked =
                    bitmap.get((index / 8) as usize).is_some_and(|byte| byte >> (index % 8) & 1 == 1);
                let (mode, links) = (u16_le(record, 0), u16_le(record, 0x1a));
                if mode == 0 || !(marked || links > 0) {
                    continue;
                }
                let at = table + index * inode_bytes;
                self.show(first + index, record, at, visit, fault)?;
            }
            done += now;
        }
        Ok(())
    }

    /// Shows one inode, or tells why it cannot be shown. Only a failing disk ends the sweep.
    fn show(
        &self,
        number: u64,
        record: &[u8],
        at: u64,
        visit: &mut dyn FnMut(&Node, &[Extent]),
        fault: &mut dyn FnMut(Fault),
    ) -> Result<(), Unreadable> {
        let read = Inode::parse(number, record.to_vec(), at, &self.superblock).and_then(|inode| {
            let map = extents::map(self, &inode)?;
            Ok((inode, map))
        });
        match read {
            Ok((inode, map)) => visit(&inode.node, &map),
            Err(Unreadable::Io(why)) => return Err(why.into()),
            Err(why) => fault(Fault { inode: number, why }),
        }
        Ok(())
    }

    /// Shows every run of free blocks to `visit` as `[from, to)` in bytes of the volume. What lies there belongs to no file.
    pub fn free_space(&self, visit: &mut dyn FnMut(u64, u64)) -> Result<(), Unreadable> {
        let superblock = &self.superblock;
        let block_bytes = self.block_bytes();
        let mut run: Option<(u64, u64)> = None;
        for group in 0..superblock.groups {
            let in_use = self.blocks_in_use(group)?;
            let first = superblock.first_block_of(group);
            let end = superblock.blocks.min(first + superblock.blocks_per_group);
            let clusters = (end - first).div_ceil(superblock.cluster_blocks);
            for cluster in (0..clusters).filter(|cluster| !in_use(*cluster)) {
                let from = first + cluster * superblock.cluster_blocks;
                let to = end.min(from + superblock.cluster_blocks);
                match &mut run {
                    Some((_, until)) if *until == from => *until = to,
                    _ => {
                        if let Some((from, to)) = run.replace((from, to)) {
                            visit(from * block_bytes, to * block_bytes);
                        }
                    }
                }
            }
        }
        if let Some((from, to)) = run {
            visit(from * block_bytes, to * block_bytes);
        }
        Ok(())
    }

    /// Tells which clusters of a group are taken: by its bitmap or, where that was never written, by the copies of superblock
    /// and descriptors and by the group's own tables.
    fn blocks_in_use(&self, group: u64) -> Result<Box<dyn Fn(u64) -> bool>, Unreadable> {
        let superblock = &self.superblock;
        let descriptor = self.descriptor(group)?;
        if !descriptor.blocks_uninitialised {
            let bitmap = self.blocks.block(descriptor.block_bitmap)?;
            let bit = move |n: u64| bitmap.get((n / 8) as usize).is_none_or(|byte| byte >> (n % 8) & 1 == 1);
            return Ok(Box::new(bit));
        }
        let first = superblock.first_block_of(group);
        let table = superblock.inodes_per_group * superblock.inode_bytes as u64;
        let taken = [
            (first, superblock.backup_blocks(group)),
            (descriptor.block_bitmap, 1),
            (descriptor.inode_bitmap, 1),
            (descriptor.inode_table, table.div_ceil(self.block_bytes())),
        ];
        let width = superblock.cluster_blocks;
        Ok(Box::new(move |cluster| {
            let (from, to) = (first + cluster * width, first + (cluster + 1) * width);
            taken.iter().any(|(start, length)| *start < to && from < start.saturating_add(*length))
        }))
    }

    /// Walks all directories from the root and gives every inode that has a name one path. A directory with two names, which
    /// would be a loop or lead there, is entered once and reported.
    pub fn names(&self) -> Result<Names, Unreadable> {
        let mut names = Names::default();
        names.places.insert(ROOT_INODE as u32, Place { parent: ROOT_INODE as u32, name: 0, length: 0 });
        let mut ahead = vec![ROOT_INODE as u32];
        // A block belongs to one directory, so directories that are larger than the volume together share blocks.
        let mut budget = self.size_bytes();
        while let Some(number) = ahead.pop() {
            match self.gather_names(number, &mut names, &mut ahead, &mut budget) {
                Ok(()) => {}
                Err(Unreadable::Io(why)) => return Err(why.into()),
                Err(why @ Unreadable::OverLimit { what: NAMES | DIRECTORIES, .. }) => return Err(why),
                Err(why) => names.note(u64::from(number), why),
            }
        }
        Ok(names)
    }

    fn gather_names(
        &self,
        number: u32,
        names: &mut Names,
        ahead: &mut Vec<u32>,
        budget: &mut u64,
    ) -> Result<(), Unreadable> {
        let directory = self.inode(u64::from(number))?;
        let found = directory.node.size_bytes;
        *budget = budget.checked_sub(found).ok_or(Unreadable::OverLimit {
            what: DIRECTORIES,
            found,
            limit: self.size_bytes(),
        })?;
        directory::visit(self, &directory, &mut |name| {
            // The directory's word for the kind is not taken: a directory that calls itself a file would go unseen.
            let is_directory = self.kind_of(name.inode)? == Some(Kind::Directory);
            // Inode numbers are 32 bits wide; `visit` has checked this one.
            let inode = name.inode as u32;
            if names.add(inode, number, name.bytes)? {
                if is_directory {
                    ahead.push(inode);
                }
            } else if is_directory {
                names.note(name.inode, Unreadable::Damaged { what: "directory with two names", offset: 0 });
            }
            Ok(ControlFlow::Continue(()))
        })
    }
}

const NAMES: &str = "names in the filesystem";
const DIRECTORIES: &str = "size of all directories";

/// What all names together may take.
pub const NAMES_BYTES_MAX: usize = 64 << 20;

/// Where an inode's name stands: its directory, and a piece of the text of all names.
#[derive(Debug, Clone, Copy)]
struct Place {
    parent: u32,
    name: u32,
    length: u8,
}

/// One path for every inode that has a name.
#[derive(Debug, Default)]
pub struct Names {
    places: HashMap<u32, Place>,
    text: Vec<u8>,
    /// Directories that could not be read, at most [`FAULTS_MAX`] of them.
    pub faults: Vec<Fault>,
    pub faults_counted: u64,
}

impl Names {
    /// Adds a name, unless the inode has one; tells whether it was added. Bounded by [`ENTRIES_MAX`] and [`NAMES_BYTES_MAX`].
    fn add(&mut self, inode: u32, parent: u32, name: &[u8]) -> Result<bool, Unreadable> {
        let (found, limit) = (self.places.len() as u64, ENTRIES_MAX as u64);
        let hash_map::Entry::Vacant(vacant) = self.places.entry(inode) else { return Ok(false) };
        if found >= limit || self.text.len() + name.len() > NAMES_BYTES_MAX {
            return Err(Unreadable::OverLimit { what: NAMES, found: found + 1, limit });
        }
        let at = self.text.len() as u32;
        self.text.extend(name);
        vacant.insert(Place { parent, name: at, length: name.len() as u8 });
        Ok(true)
    }

    fn note(&mut self, inode: u64, why: Unreadable) {
        self.faults_counted += 1;
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(Fault { inode, why });
        }
    }

    /// The number of inodes with a name, the root among them.
    pub fn count(&self) -> usize {
        self.places.len()
    }

    /// One path to an inode, absolute; `None` if no name leads to it. Hard links have others besides.
    pub fn path(&self, inode: u64) -> Option<Vec<u8>> {
        let mut number = u32::try_from(inode).ok()?;
        let mut parts = Vec::new();
        // Directories are entered once, so the way up is a tree's and ends at the root.
        while number != ROOT_INODE as u32 {
            let place = self.places.get(&number)?;
            let at = place.name as usize;
            parts.push(&self.text[at..at + usize::from(place.length)]);
            number = place.parent;
        }
        if parts.is_empty() {
            return Some(b"/".to_vec());
        }
        let mut path = Vec::new();
        for part in parts.into_iter().rev() {
            path.push(b'/');
            path.extend(part);
        }
        Some(path)
    }

    /// All inodes with a name, in no order.
    pub fn inodes(&self) -> impl Iterator<Item = u64> + '_ {
        self.places.keys().map(|inode| u64::from(*inode))
    }
}
