//! XFS of versions 4 and 5, read without mounting and without writing.
//!
//! [`Xfs::open`] checks the superblock. Then files are read by path, all inodes are swept by the trees that list them, or all names are
//! gathered, as [`Tree`](crate::tree::Tree) has it. The log is not replayed: [`Xfs::log_is_dirty`] tells whether what is read
//! may be older than what was written.
//!
//! Invariants: every number from the volume is bounded before it is used; every walk ends, by falling depth, by visited sets or by a
//! stated limit; in version 5 every block of metadata that is read has its checksum, place and owner verified; memory does not grow
//! with the volume, but for the extents of one file, the attributes of one file and the names when they are gathered, each with a limit.
//! What is damaged is refused, never mended.

use std::sync::Arc;

use crate::blocks::{Blocks, RecentMaps};
use crate::naming::{self, Directories, Visit};
use crate::read_at::{ReadAt, read_up_to};
use crate::tree::{self, Attribute, Condition, Extent, Identity, Kind, Node, OnFault, Unreadable};

mod attributes;
mod directory;
mod extents;
mod group;
mod inode;
mod log;
mod metadata;
mod superblock;
mod sweep;

pub use attributes::{ATTRIBUTES_BYTES_MAX, VALUE_BYTES_MAX};
pub use directory::DIRECTORY_BYTES_MAX;
pub use superblock::GROUPS_MAX;

use inode::{Format, Inode};
use metadata::{Expected, REMOTE};
use superblock::{SUPERBLOCK_BYTES, Superblock};

/// Longer targets of symbolic links are not read; XFS has none.
pub const LINK_BYTES_MAX: u64 = 1024;

pub struct Xfs {
    superblock: Superblock,
    blocks: Blocks,
    maps: RecentMaps,
}

impl Xfs {
    /// Opens the filesystem on `volume`.
    pub fn open(volume: Arc<dyn ReadAt>) -> Result<Xfs, Unreadable> {
        let first = read_up_to(&volume, 0, SUPERBLOCK_BYTES)?;
        let sector_bytes = superblock::sector_bytes(&first)?;
        let bytes = read_up_to(&volume, 0, sector_bytes as usize)?;
        let superblock = Superblock::parse(&bytes, volume.size_bytes())?;
        let blocks = Blocks::new(volume, superblock.block_bytes as usize);
        Ok(Xfs { superblock, blocks, maps: RecentMaps::default() })
    }

    pub fn uuid(&self) -> [u8; 16] {
        self.superblock.uuid
    }

    /// The label, without the zeros after it.
    pub fn label(&self) -> &[u8] {
        let label = &self.superblock.label;
        &label[..label.iter().position(|byte| *byte == 0).unwrap_or(label.len())]
    }

    pub fn block_bytes(&self) -> u64 {
        self.superblock.block_bytes
    }

    /// Whether metadata has checksums: version 5.
    pub fn has_checksums(&self) -> bool {
        self.superblock.has_checksums
    }

    /// Whether it was not unmounted: its log may hold changes that are not in their place yet, and they are not read.
    pub fn log_is_dirty(&self) -> Result<bool, Unreadable> {
        log::is_dirty(self)
    }

    /// The block that lies at `offset`, which must begin one.
    fn block_at(&self, offset: u64) -> Result<Arc<[u8]>, Unreadable> {
        self.blocks.block(offset / self.superblock.block_bytes)
    }

    fn inode_at(&self, number: u64) -> Result<u64, Unreadable> {
        self.superblock.inode_at(number).ok_or(Unreadable::Damaged { what: "inode number", offset: 0 })
    }

    /// The target of a long link, in blocks of its own; in version 5 each extent begins with a header.
    fn remote_target(&self, link: &Inode) -> Result<Vec<u8>, Unreadable> {
        let header = REMOTE.header_bytes(self) as u64;
        let size = link.node.size_bytes;
        let blocks = size.div_ceil(self.block_bytes() - header);
        let map = extents::fork(self, link, &link.data()?, blocks)?;
        let mut target = Vec::new();
        for extent in map {
            // At most as many blocks as a thousand bytes take.
            let mut bytes = vec![0; extent.length as usize];
            self.blocks.read(extent.device_offset, &mut bytes)?;
            let expected = Expected { offset: extent.device_offset, owner: link.node.inode };
            let header = REMOTE.check(self, &bytes, &[b"", b"XSLM"], expected)?;
            target.extend(&bytes[header..]);
        }
        if (target.len() as u64) < size {
            return Err(Unreadable::Damaged { what: "symbolic link with holes", offset: link.offset });
        }
        target.truncate(size as usize);
        Ok(target)
    }
}

impl Directories for Xfs {
    type Inode = Inode;

    fn root_inode(&self) -> u64 {
        self.superblock.root_inode
    }

    fn total_bytes(&self) -> u64 {
        self.superblock.blocks * self.block_bytes()
    }

    fn inode(&self, number: u64) -> Result<Inode, Unreadable> {
        let at = self.inode_at(number)?;
        let record = self.blocks.record(at, self.superblock.inode_bytes as usize)?;
        Inode::parse(number, record, at, self)
    }

    fn node_of(inode: &Inode) -> &Node {
        &inode.node
    }

    fn kind_of(&self, number: u64) -> Result<Option<Kind>, Unreadable> {
        let head = self.blocks.record(self.inode_at(number)?, 4)?;
        Ok(inode::kind(u16::from_be_bytes([head[2], head[3]])).filter(|_| head.starts_with(b"IN")))
    }

    fn visit_names(&self, directory: &Inode, visit: &mut Visit<'_>) -> Result<(), Unreadable> {
        directory::visit(self, directory, visit)
    }

    fn find(&self, directory: &Inode, wanted: &[u8]) -> Result<Option<u64>, Unreadable> {
        match self.superblock.ignores_case {
            true => naming::find_in_any_case(self, directory, wanted),
            false => naming::find_exactly(self, directory, wanted),
        }
    }

    fn link_target(&self, link: &Inode) -> Result<Vec<u8>, Unreadable> {
        let (found, limit) = (link.node.size_bytes, LINK_BYTES_MAX);
        let damaged = |what| Unreadable::Damaged { what, offset: link.offset };
        if link.node.kind != Kind::Symlink {
            return Err(damaged("symbolic link that is none"));
        }
        if found > limit {
            return Err(Unreadable::OverLimit { what: "symbolic link", found, limit });
        }
        let fork = link.data()?;
        let mut target = match fork.format {
            Format::Local => fork.bytes.get(..found as usize).ok_or(damaged("symbolic link"))?.to_vec(),
            _ => self.remote_target(link)?,
        };
        // Like the kernel, which takes the target for a C string.
        let end = target.iter().position(|byte| *byte == 0).unwrap_or(target.len());
        target.truncate(end);
        Ok(target)
    }

    /// Of a symbolic link in blocks of its own these are the blocks, headers and all.
    fn map(&self, inode: &Inode) -> Result<Vec<Extent>, Unreadable> {
        extents::map(self, inode)
    }

    fn contents(&self, inode: &Inode, offset: u64, limit: usize) -> Result<Vec<u8>, Unreadable> {
        if inode.node.kind != Kind::File {
            return Err(Unreadable::Damaged { what: "file that is none", offset: inode.offset });
        }
        self.maps.read(&self.blocks, &inode.node, offset, limit, || extents::map(self, inode))
    }

    /// Access control lists are told as XFS keeps them (`trusted.SGI_ACL_FILE`).
    fn attributes_of(&self, inode: &Inode) -> Result<Vec<Attribute>, Unreadable> {
        attributes::of(self, inode)
    }

    fn named(&self) -> Identity {
        Identity::new(self.uuid(), self.label())
    }

    fn state(&self) -> Result<Condition, Unreadable> {
        Ok(if self.log_is_dirty()? { Condition::NotReplayed } else { Condition::Clean })
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
