//! FAT12, FAT16 and FAT32 with long names, as an EFI system partition is written in it.
//!
//! FAT knows no inodes: a file's number here is the place of its directory entry, counted in entries from the start of the volume,
//! and the root is [`ROOT_INODE`]. Owners and permission bits are made up, as every system that mounts FAT does; times are those
//! of a clock whose zone nobody wrote down, read as UTC. Names are told as UTF-8 and found whatever their case, by the long name or
//! the short one.
//!
//! Invariants: a cluster chain is followed at most as often as there are clusters, a cluster outside the volume ends the reading, a
//! directory has at most [`DIRECTORY_BYTES_MAX`], and memory grows with one file's extents alone.

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::blocks::{Blocks, RecentMaps};
use crate::naming::{Directories, Visit};
use crate::read_at::{ReadAt, read_up_to};
use crate::tree::{self, Condition, Extent, Identity, Kind, Node, OnFault, Unreadable};

mod boot_sector;
mod chain;
mod directory;
mod sweep;

pub use boot_sector::Width;
use boot_sector::{BOOT_SECTOR_BYTES, BootSector};
pub use directory::DIRECTORY_BYTES_MAX;

/// What the root directory is called, which has no entry of its own. An entry with this number would lie in the boot sector.
pub const ROOT_INODE: u64 = 1;

/// What is read and kept at once of the tables and directories: the smallest sector, since a volume may end after any.
const BLOCK_BYTES: usize = 512;

pub struct Fat {
    boot: BootSector,
    blocks: Blocks,
    maps: RecentMaps,
}

/// A file, with where its clusters begin.
pub(crate) struct Inode {
    node: Node,
    first_cluster: u32,
    /// Where its entry lies.
    offset: u64,
}

impl Fat {
    /// Opens the filesystem on `volume`.
    pub fn open(volume: Arc<dyn ReadAt>) -> Result<Fat, Unreadable> {
        let bytes = read_up_to(&volume, 0, BOOT_SECTOR_BYTES)?;
        let boot = BootSector::parse(&bytes, volume.size_bytes())?;
        Ok(Fat { boot, blocks: Blocks::new(volume, BLOCK_BYTES), maps: RecentMaps::default() })
    }

    pub fn width(&self) -> Width {
        self.boot.width
    }

    /// The label in the boot sector, without the blanks after it.
    pub fn label(&self) -> &[u8] {
        self.boot.label.trim_ascii_end()
    }

    pub fn cluster_bytes(&self) -> u64 {
        self.boot.cluster_bytes
    }
}

impl Directories for Fat {
    type Inode = Inode;

    fn root_inode(&self) -> u64 {
        ROOT_INODE
    }

    fn total_bytes(&self) -> u64 {
        self.boot.size_bytes
    }

    fn inode(&self, number: u64) -> Result<Inode, Unreadable> {
        match number {
            ROOT_INODE => Ok(directory::root(self)),
            _ => directory::entry(self, number),
        }
    }

    fn node_of(inode: &Inode) -> &Node {
        &inode.node
    }

    fn directory_bytes(&self, directory: &Inode) -> Result<u64, Unreadable> {
        Ok(self.map(directory)?.iter().map(|extent| extent.length).sum())
    }

    fn visit_names(&self, directory: &Inode, visit: &mut Visit<'_>) -> Result<(), Unreadable> {
        directory::visit(self, directory, &mut |found| visit(found.name()))
    }

    fn find(&self, directory: &Inode, wanted: &[u8]) -> Result<Option<u64>, Unreadable> {
        let wanted = directory::folded(wanted);
        let mut number = None;
        directory::visit(self, directory, &mut |found| {
            if directory::folded(&found.long) != wanted && directory::folded(&found.short) != wanted {
                return Ok(ControlFlow::Continue(()));
            }
            number = Some(found.number);
            Ok(ControlFlow::Break(()))
        })?;
        Ok(number)
    }

    fn link_target(&self, link: &Inode) -> Result<Vec<u8>, Unreadable> {
        Err(Unreadable::Damaged { what: "symbolic link on FAT, which has none", offset: link.offset })
    }
    fn map(&self, inode: &Inode) -> Result<Vec<Extent>, Unreadable> {
        chain::map(self, inode)
    }

    fn contents(&self, inode: &Inode, offset: u64, limit: usize) -> Result<Vec<u8>, Unreadable> {
        if inode.node.kind != Kind::File {
            return Err(Unreadable::Damaged { what: "file that is none", offset: inode.offset });
        }
        self.maps.read(&self.blocks, &inode.node, offset, limit, || self.map(inode))
    }

    fn named(&self) -> Identity {
        let id = self.boot.id;
        Identity { uuid: format!("{:04X}-{:04X}", id >> 16, id & 0xffff), label: self.label().to_vec() }
    }

    fn state(&self) -> Result<Condition, Unreadable> {
        chain::condition(self)
    }

    fn all_inodes(&self, visit: &mut tree::Visit<'_>, fault: &mut OnFault<'_>) -> Result<(), Unreadable> {
        sweep::all_inodes(self, visit, fault)
    }

    fn free_runs(&self, visit: &mut dyn FnMut(u64, u64)) -> Result<(), Unreadable> {
        sweep::free_runs(self, visit)
    }
}

#[cfg(test)]
mod tests;
