//! Squashfs 4.0, whose files and tables are packed with zlib, xz, zstd, LZ4 or LZO.
//!
//! A file's number here is the place of its inode, and one more, so that none is zero. All is read as it is asked for; what was
//! unpacked last is kept.
//!
//! Invariants: no packed block unpacks to more than the superblock's block size, of tables to more than 8 KiB; a walk through tables
//! only goes forward; what directories are walked for together is bounded by [`LISTINGS_BYTES_MAX`].

use std::sync::Arc;

use crate::naming::{self, Directories, Visit};
use crate::read_at::{ReadAt, read_up_to};
use crate::tree::{self, Attribute, Condition, Extent, Fault, Laid, Names, Node, OnFault, Unreadable};

mod directory;
mod file;
mod inode;
mod packed;
mod superblock;

pub use superblock::BLOCK_BYTES_MAX;

use inode::{Content, Inode};
use packed::Packed;
use superblock::{SUPERBLOCK_BYTES, Superblock};

/// Longer targets of symbolic links are not read; no path may be longer.
pub const LINK_BYTES_MAX: u64 = 4096;

/// What the listings of all directories may take together, unpacked.
pub const LISTINGS_BYTES_MAX: u64 = 1 << 30;

pub struct Squashfs {
    superblock: Superblock,
    packed: Packed,
}

impl Squashfs {
    /// Opens the filesystem on `volume`.
    pub fn open(volume: Arc<dyn ReadAt>) -> Result<Squashfs, Unreadable> {
        let bytes = read_up_to(&volume, 0, SUPERBLOCK_BYTES)?;
        let superblock = Superblock::parse(&bytes, volume.size_bytes())?;
        let packed = Packed::new(volume, &superblock);
        Ok(Squashfs { superblock, packed })
    }

    /// How long a file's blocks are, but for its last.
    pub fn block_bytes(&self) -> u64 {
        self.superblock.block_bytes
    }
}

fn damaged(what: &'static str, offset: u64) -> Unreadable {
    Unreadable::Damaged { what, offset }
}

impl Directories for Squashfs {
    type Inode = Inode;

    fn root_inode(&self) -> u64 {
        inode::number(self.superblock.root)
    }

    fn total_bytes(&self) -> u64 {
        self.superblock.bytes_used
    }

    fn listings_bytes_max(&self) -> u64 {
        LISTINGS_BYTES_MAX
    }

    fn inode(&self, number: u64) -> Result<Inode, Unreadable> {
        inode::read(self, number)
    }

    fn node_of(inode: &Inode) -> &Node {
        &inode.node
    }

    fn visit_names(&self, directory: &Inode, visit: &mut Visit<'_>) -> Result<(), Unreadable> {
        directory::visit(self, directory, visit)
    }

    fn find(&self, directory: &Inode, wanted: &[u8]) -> Result<Option<u64>, Unreadable> {
        naming::find_exactly(self, directory, wanted)
    }

    fn link_target(&self, link: &Inode) -> Result<Vec<u8>, Unreadable> {
        match &link.content {
            Content::Link(target) => Ok(target.clone()),
            _ => Err(damaged("symbolic link that is none", 0)),
        }
    }

    fn map(&self, inode: &Inode) -> Result<Vec<Extent>, Unreadable> {
        Ok(file::map(self, inode)?.0)
    }

    fn contents(&self, inode: &Inode, offset: u64, limit: usize) -> Result<Vec<u8>, Unreadable> {
        file::contents(self, inode, offset, limit)
    }

    fn attributes_of(&self, inode: &Inode) -> Result<Vec<Attribute>, Unreadable> {
        directory::attributes(self, inode)
    }

    fn state(&self) -> Result<Condition, Unreadable> {
        // It was written once and whole, and nobody writes to it again.
        Ok(Condition::Clean)
    }

    /// By one walk, in the order of the inodes.
    fn all_inodes(&self, visit: &mut tree::Visit<'_>, fault: &mut OnFault<'_>) -> Result<(), Unreadable> {
        let names = Names::gather(self)?;
        let mut numbers: Vec<u64> = names.inodes().collect();
        numbers.sort_unstable();
        names.faults.into_iter().for_each(&mut *fault);
        for number in numbers {
            match self.inode(number).and_then(|inode| Ok((file::map(self, &inode)?, inode.node))) {
                Ok(((extents, is_packed), node)) => visit(Laid { node: &node, extents: &extents, is_packed }),
                Err(Unreadable::Io(why)) => return Err(why.into()),
                Err(why) => fault(Fault { inode: number, why }),
            }
        }
        Ok(())
    }

    /// There is none: what was written lies side by side.
    fn free_runs(&self, _: &mut dyn FnMut(u64, u64)) -> Result<(), Unreadable> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
