//! Btrfs on one device, read without mounting and without writing.
//!
//! A volume holds many trees of files, the subvolumes. Here they are read as the topmost one shows them, each at its
//! place in its parent; [`Tree::usual_root`](crate::tree::Tree::usual_root) tells which of them is the root when nobody
//! says otherwise. An inode's number is that of its subvolume, counted in the order of their identities, and its own
//! within it. The log of what was synced last is not replayed.
//!
//! Invariants: every block of metadata that is read has its checksum, place and generation verified, and a second copy
//! is read where the first fails; every walk ends, by levels that fall and keys that rise; what is unpacked is at most
//! [`UNPACKED_BYTES_MAX`] at a time; memory does not grow with the volume, but for the chunks, the subvolumes, the
//! pieces of one file and the free runs, each with a limit.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use crate::naming::{Directories, Visit};
use crate::read_at::{ReadAt, read_up_to};
use crate::tree::{self, Attribute, Condition, Extent, Identity, Kind, Node, OnFault, Unreadable};

mod checksum;
mod chunks;
mod directory;
mod free;
mod inode;
mod items;
mod pieces;
mod subvolumes;
mod superblock;
mod sweep;
mod unpack;

pub use free::FREE_RUNS_MAX;
pub use subvolumes::SUBVOLUMES_MAX;
pub use sweep::ITEMS_MAX;
pub use unpack::UNPACKED_BYTES_MAX;

use chunks::{Chunk, Chunks};
use inode::Inode;
use items::{Key, Nodes};
use pieces::LastPieces;
use subvolumes::Subvolumes;
use superblock::{SUPERBLOCK_AT, SUPERBLOCK_BYTES, Superblock};

/// Longer targets of symbolic links are not read; no path may be longer.
pub const LINK_BYTES_MAX: u64 = 4096;

/// The kinds of items, and the trees that have a number of their own.
mod kinds {
    pub const INODE: u8 = 1;
    pub const ATTRIBUTE: u8 = 24;
    pub const NAME_BY_HASH: u8 = 84;
    pub const NAME: u8 = 96;
    pub const PIECE: u8 = 108;
    pub const SUBVOLUME: u8 = 132;
    pub const PARENT: u8 = 144;
    pub const EXTENT: u8 = 168;
    pub const SLIM_EXTENT: u8 = 169;
    pub const CHUNK: u8 = 228;

    pub const EXTENT_TREE: u64 = 2;
    pub const TOP: u64 = 5;
    /// Trees of files have numbers from here, and so have inodes.
    pub const FIRST: u64 = 256;
    pub const LAST: u64 = u64::MAX - 255;
    pub const CHUNKS: u64 = 256;
}

pub struct Btrfs {
    superblock: Superblock,
    nodes: Nodes,
    subvolumes: Subvolumes,
    last_pieces: LastPieces,
    /// What was unpacked last, by its address.
    last_unpacked: Mutex<Option<(u64, Arc<[u8]>)>>,
}

impl Btrfs {
    /// Opens the filesystem on `volume`.
    pub fn open(volume: Arc<dyn ReadAt>) -> Result<Btrfs, Unreadable> {
        let bytes = read_up_to(&volume, SUPERBLOCK_AT, SUPERBLOCK_BYTES)?;
        let superblock = Superblock::parse(&bytes, volume.size_bytes())?;
        let first = Chunks::of_superblock(&superblock)?;
        let mut nodes = Nodes::new(volume, superblock.clone(), first);
        let mut chunks = Chunks::default();
        let (from, to) = Key::all_of(kinds::CHUNKS, kinds::CHUNK);
        nodes.items(superblock.chunk_tree, from, to, &mut |key, item| {
            chunks.add(Chunk::parse(key.offset, item, &superblock)?.0)?;
            Ok(ControlFlow::Continue(()))
        })?;
        nodes.chunks = chunks;
        let subvolumes = Subvolumes::read(&nodes, &superblock)?;
        let (last_pieces, last_unpacked) = (LastPieces::default(), Mutex::default());
        Ok(Btrfs { superblock, nodes, subvolumes, last_pieces, last_unpacked })
    }

    pub fn uuid(&self) -> [u8; 16] {
        self.superblock.uuid
    }

    /// The label, without the zeros after it.
    pub fn label(&self) -> &[u8] {
        let label = &self.superblock.label;
        &label[..label.iter().position(|byte| *byte == 0).unwrap_or(label.len())]
    }
}

impl Directories for Btrfs {
    type Inode = Inode;

    fn root_inode(&self) -> u64 {
        self.subvolumes.top()
    }

    fn total_bytes(&self) -> u64 {
        self.superblock.total_bytes
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
        directory::find(self, directory, wanted)
    }

    fn link_target(&self, link: &Inode) -> Result<Vec<u8>, Unreadable> {
        let (found, limit) = (link.node.size_bytes, LINK_BYTES_MAX);
        if link.node.kind != Kind::Symlink {
            return Err(link.damaged("symbolic link that is none"));
        }
        if found > limit {
            return Err(Unreadable::OverLimit { what: "symbolic link", found, limit });
        }
        let mut target = pieces::contents(self, link, 0, found as usize)?;
        // Like the kernel, which takes the target for a C string.
        let end = target.iter().position(|byte| *byte == 0).unwrap_or(target.len());
        target.truncate(end);
        Ok(target)
    }

    /// What is packed, or kept among the metadata, is left out.
    fn map(&self, inode: &Inode) -> Result<Vec<Extent>, Unreadable> {
        pieces::literal(self, &self.last_pieces.of(self, inode)?)
    }

    fn contents(&self, inode: &Inode, offset: u64, limit: usize) -> Result<Vec<u8>, Unreadable> {
        if inode.node.kind != Kind::File {
            return Err(inode.damaged("file that is none"));
        }
        pieces::contents(self, inode, offset, limit)
    }

    fn attributes_of(&self, inode: &Inode) -> Result<Vec<Attribute>, Unreadable> {
        directory::attributes(self, inode)
    }

    fn named(&self) -> Identity {
        Identity::new(self.uuid(), self.label())
    }

    fn state(&self) -> Result<Condition, Unreadable> {
        Ok(match (self.superblock.says_it_has_errors, self.superblock.has_log) {
            (true, _) => Condition::Damaged,
            (false, true) => Condition::NotReplayed,
            (false, false) => Condition::Clean,
        })
    }

    fn default_root(&self) -> Result<Vec<u8>, Unreadable> {
        subvolumes::usual_root(self)
    }

    fn all_inodes(&self, visit: &mut tree::Visit<'_>, fault: &mut OnFault<'_>) -> Result<(), Unreadable> {
        sweep::all_inodes(self, visit, fault)
    }

    fn free_runs(&self, visit: &mut dyn FnMut(u64, u64)) -> Result<(), Unreadable> {
        free::runs(self, visit)
    }
}

#[cfg(test)]
mod tests;
