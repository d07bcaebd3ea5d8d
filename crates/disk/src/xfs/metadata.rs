//! The headers of metadata blocks, and whether they are what they should be: the magic number and, in version 5, the checksum, the
//! place, the filesystem and the owner that the block itself names.

use super::Xfs;
use super::superblock::checksum;
use crate::fields::{array, u32_be, u32_le, u64_be};
use crate::tree::Unreadable;

/// What a block must say of itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected {
    pub offset: u64,
    /// The inode, or the group, that the block belongs to.
    pub owner: u64,
}

/// Where a kind of block keeps what it says of itself.
pub(super) struct Layout {
    what: &'static str,
    magic_at: usize,
    checksum_at: usize,
    /// None where the block does not name its place or owner.
    block_at: Option<usize>,
    uuid_at: usize,
    owner_at: Option<usize>,
    owner_is_wide: bool,
    /// The length of the header without checksums, and with them.
    header_bytes: [usize; 2],
}

const fn layout(what: &'static str, magic_at: usize, checksum_at: usize, uuid_at: usize) -> Layout {
    let (block_at, owner_at) = (None, None);
    Layout {
        what,
        magic_at,
        checksum_at,
        block_at,
        uuid_at,
        owner_at,
        owner_is_wide: true,
        header_bytes: [0, 0],
    }
}

pub(super) const FREE_HEADER: Layout = layout("free space header", 0, 216, 64);
pub(super) const INODE_HEADER: Layout = layout("inode header", 0, 312, 296);
pub(super) const FREE_LIST: Layout = Layout { header_bytes: [0, 36], ..layout("free list", 0, 32, 8) };

pub(super) const LONG_TREE: Layout = Layout {
    block_at: Some(24),
    owner_at: Some(56),
    header_bytes: [24, 72],
    ..layout("extent tree block", 0, 64, 40)
};
pub(super) const SHORT_TREE: Layout = Layout {
    block_at: Some(16),
    owner_at: Some(48),
    owner_is_wide: false,
    header_bytes: [16, 56],
    ..layout("group tree block", 0, 52, 32)
};
pub(super) const DIRECTORY: Layout = Layout {
    block_at: Some(8),
    owner_at: Some(40),
    header_bytes: [16, 64],
    ..layout("directory block", 0, 4, 24)
};
/// The header that attribute leaves and the nodes above them begin with.
pub(super) const ATTRIBUTES: Layout = Layout {
    block_at: Some(16),
    owner_at: Some(48),
    header_bytes: [12, 56],
    ..layout("attribute block", 8, 12, 32)
};
/// What a block of a long attribute value, or of a long symbolic link, begins with in version 5; before, there was nothing.
pub(super) const REMOTE: Layout = Layout {
    block_at: Some(40),
    owner_at: Some(32),
    header_bytes: [0, 56],
    ..layout("remote block", 0, 12, 16)
};

impl Layout {
    pub fn header_bytes(&self, fs: &Xfs) -> usize {
        self.header_bytes[usize::from(fs.superblock.has_checksums)]
    }

    /// Checks a block against `magics`, that of before version 5 and that of version 5, and gives the length of its header.
    pub fn check(
        &self,
        fs: &Xfs,
        block: &[u8],
        magics: &[&[u8]; 2],
        expected: Expected,
    ) -> Result<usize, Unreadable> {
        let superblock = &fs.superblock;
        let damaged = Unreadable::Damaged { what: self.what, offset: expected.offset };
        let magic = magics[usize::from(superblock.has_checksums)];
        if !block.get(self.magic_at..).is_some_and(|from| from.starts_with(magic)) {
            return Err(damaged);
        }
        if !superblock.has_checksums {
            return Ok(self.header_bytes[0]);
        }
        let owner = |at| match self.owner_is_wide {
            true => u64_be(block, at),
            false => u64::from(u32_be(block, at)),
        };
        let is_whole = block.len() >= self.checksum_at + 4
            && checksum(block, self.checksum_at) == u32_le(block, self.checksum_at);
        let is_here = self.block_at.is_none_or(|at| u64_be(block, at) == expected.offset / 512);
        let is_ours = self.owner_at.is_none_or(|at| owner(at) == expected.owner);
        if is_whole && is_here && is_ours && array(block, self.uuid_at) == superblock.metadata_uuid {
            return Ok(self.header_bytes[1]);
        }
        Err(damaged)
    }
}
