//! ext2, ext3 and ext4, read without mounting and without writing.
//!
//! [`Ext4::open`] checks the superblock and lays an unfinished journal over the volume in memory. Then files are read by
//! path, all inodes are swept as tables, or all names are gathered, as [`Tree`](crate::tree::Tree) has it.
//!
//! Invariants: every number from the volume is bounded before it is used; every walk ends, by falling depth, by visited sets or by
//! a stated limit; where metadata has a checksum it is verified; memory does not grow with the volume, but for the extents of
//! one file, the names when they are gathered and the block numbers of the journal, each with a limit. What is damaged is refused, never
//! guessed at. An incompatible feature that is not known is `Unsupported`.

use std::sync::{Arc, Mutex, PoisonError};

use crate::blocks::{Blocks, RecentMaps};
use crate::naming::{self, Directories, Visit};
use crate::read_at::{ReadAt, read_up_to};
use crate::tree::{self, Attribute, Condition, Extent, Identity, Kind, Node, OnFault, Unreadable};

mod attributes;
mod directory;
mod extents;
mod inode;
mod journal;
mod superblock;
mod sweep;

use inode::Inode;
use superblock::{Descriptor, SUPERBLOCK_AT, SUPERBLOCK_BYTES, Superblock};

pub const ROOT_INODE: u64 = 2;

/// Longer targets of symbolic links are not read; no path may be longer.
pub const LINK_BYTES_MAX: u64 = 4096;

pub struct Ext4 {
    superblock: Superblock,
    blocks: Blocks,
    /// Whether the volume says that its journal must be replayed; the superblock in the journal no longer does.
    needed_recovery: bool,
    /// The group whose descriptor was asked for last: inodes that are named together mostly lie together.
    recent_group: Mutex<Option<(u64, Descriptor)>>,
    maps: RecentMaps,
}

impl Ext4 {
    /// Opens the filesystem on `volume`.
    pub fn open(volume: Arc<dyn ReadAt>) -> Result<Ext4, Unreadable> {
        let bytes = read_up_to(&volume, SUPERBLOCK_AT, SUPERBLOCK_BYTES)?;
        let superblock = Superblock::parse(&bytes, volume.size_bytes())?;
        let blocks = Blocks::new(volume, superblock.block_bytes);
        let fs = Ext4::with(superblock, blocks);
        if !fs.superblock.needs_recovery() {
            return Ok(fs);
        }
        let overlay = journal::replay(&fs)?;
        let blocks = fs.blocks.overlaid(overlay);
        // The journal may hold a newer superblock too.
        let mut bytes = vec![0; SUPERBLOCK_BYTES];
        blocks.read(SUPERBLOCK_AT, &mut bytes)?;
        let superblock = Superblock::parse(&bytes, blocks.source().size_bytes())?;
        if superblock.block_bytes != fs.superblock.block_bytes {
            return Err(Unreadable::Damaged { what: "superblock in the journal", offset: SUPERBLOCK_AT });
        }
        Ok(Ext4 { needed_recovery: true, ..Ext4::with(superblock, blocks) })
    }

    fn with(superblock: Superblock, blocks: Blocks) -> Ext4 {
        let (recent_group, maps) = (Mutex::default(), RecentMaps::default());
        Ext4 { superblock, blocks, needed_recovery: false, recent_group, maps }
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
        self.superblock.block_bytes as u64
    }

    /// Whether it was not unmounted: its journal had to be read.
    pub fn needed_recovery(&self) -> bool {
        self.needed_recovery
    }

    /// How many blocks were taken from the journal instead of from their place.
    pub fn blocks_from_journal(&self) -> usize {
        self.blocks.overlaid_count()
    }

    /// Whether it says of itself that it has no known errors.
    pub fn says_it_is_sound(&self) -> bool {
        const ERRORS: u16 = 2;
        self.superblock.state & ERRORS == 0
    }

    fn descriptor(&self, group: u64) -> Result<Descriptor, Unreadable> {
        // What is in there is replaced whole, even where somebody panicked.
        let recent = || self.recent_group.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((number, descriptor)) = *recent()
            && number == group
        {
            return Ok(descriptor);
        }
        let at = self.superblock.descriptor_at(group);
        let bytes = self.blocks.record(at, self.superblock.descriptor_bytes)?;
        let descriptor = self.superblock.descriptor(group, &bytes, at)?;
        *recent() = Some((group, descriptor));
        Ok(descriptor)
    }

    /// Where an inode's record lies, in bytes.
    fn inode_at(&self, number: u64) -> Result<u64, Unreadable> {
        let superblock = &self.superblock;
        if number == 0 || number > superblock.inodes {
            return Err(Unreadable::Damaged { what: "inode number", offset: 0 });
        }
        let (group, index) =
            ((number - 1) / superblock.inodes_per_group, (number - 1) % superblock.inodes_per_group);
        let table = self.descriptor(group)?.inode_table;
        // Table blocks are below 2^48 and blocks at most 64 KiB, so only a hostile number overflows.
        table
            .checked_mul(self.block_bytes())
            .and_then(|at| at.checked_add(index * superblock.inode_bytes as u64))
            .ok_or(Unreadable::Damaged { what: "inode table", offset: superblock.descriptor_at(group) })
    }

    fn inode(&self, number: u64) -> Result<Inode, Unreadable> {
        let at = self.inode_at(number)?;
        let record = self.blocks.record(at, self.superblock.inode_bytes)?;
        Inode::parse(number, record, at, &self.superblock)
    }
}

impl Directories for Ext4 {
    type Inode = Inode;

    fn root_inode(&self) -> u64 {
        ROOT_INODE
    }

    fn total_bytes(&self) -> u64 {
        self.superblock.blocks * self.block_bytes()
    }

    fn inode(&self, number: u64) -> Result<Inode, Unreadable> {
        Ext4::inode(self, number)
    }

    fn node_of(inode: &Inode) -> &Node {
        &inode.node
    }

    fn kind_of(&self, number: u64) -> Result<Option<Kind>, Unreadable> {
        let mode = self.blocks.record(self.inode_at(number)?, 2)?;
        Ok(inode::kind(u16::from_le_bytes([mode[0], mode[1]])))
    }

    fn visit_names(&self, directory: &Inode, visit: &mut Visit<'_>) -> Result<(), Unreadable> {
        directory::visit(self, directory, visit)
    }

    fn find(&self, directory: &Inode, wanted: &[u8]) -> Result<Option<u64>, Unreadable> {
        if directory.is_casefolded() {
            return Err(Unreadable::Unsupported("ext4 look-up in a directory without case".into()));
        }
        naming::find_exactly(self, directory, wanted)
    }

    fn link_target(&self, inode: &Inode) -> Result<Vec<u8>, Unreadable> {
        let found = inode.node.size_bytes;
        if inode.node.kind != Kind::Symlink {
            return Err(Unreadable::Damaged { what: "symbolic link that is none", offset: inode.offset });
        }
        if found > LINK_BYTES_MAX {
            return Err(Unreadable::OverLimit { what: "symbolic link", found, limit: LINK_BYTES_MAX });
        }
        inode.check_readable()?;
        let mut target = match inode.is_short_link() {
            true => inode.map()[..found as usize].to_vec(),
            false => self.contents(inode, 0, found as usize)?,
        };
        // Like the kernel, which takes the target for a C string.
        let end = target.iter().position(|byte| *byte == 0).unwrap_or(target.len());
        target.truncate(end);
        Ok(target)
    }

    /// Where the journal was laid over the volume, the bytes at these places are those before the crash.
    fn map(&self, inode: &Inode) -> Result<Vec<Extent>, Unreadable> {
        extents::map(self, inode)
    }

    fn contents(&self, inode: &Inode, offset: u64, limit: usize) -> Result<Vec<u8>, Unreadable> {
        inode.check_readable()?;
        self.maps.read(&self.blocks, &inode.node, offset, limit, || extents::map(self, inode))
    }

    fn attributes_of(&self, inode: &Inode) -> Result<Vec<Attribute>, Unreadable> {
        attributes::of(self, inode)
    }

    fn named(&self) -> Identity {
        Identity::new(self.uuid(), self.label())
    }

    fn state(&self) -> Result<Condition, Unreadable> {
        Ok(match (self.says_it_is_sound(), self.needed_recovery) {
            (false, _) => Condition::Damaged,
            (true, true) => Condition::Replayed,
            (true, false) => Condition::Clean,
        })
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
