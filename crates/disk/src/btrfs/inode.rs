//! Inodes: one item a file.

use crate::fields::{u32_le, u64_le};
use crate::tree::{Kind, Node, Unreadable};

use super::items::Key;
use super::subvolumes::{NOTHING, Subvolume};
use super::{Btrfs, kinds};

const ITEM_BYTES: usize = 160;

pub(crate) struct Inode {
    pub node: Node,
    /// The subvolume it belongs to, by its number there.
    pub(super) subvolume: Subvolume,
    pub(super) own: u64,
}

impl Inode {
    pub(super) fn damaged(&self, what: &'static str) -> Unreadable {
        Unreadable::Damaged { what, offset: self.subvolume.root.block }
    }
}

pub(super) fn read(fs: &Btrfs, number: u64) -> Result<Inode, Unreadable> {
    let (subvolume, own) = fs.subvolumes.of(number)?;
    let subvolume = subvolume.clone();
    if own == NOTHING {
        return Ok(Inode { node: nothing(number), subvolume, own });
    }
    let key = Key::new(own, kinds::INODE, 0);
    let found = fs.nodes.first(subvolume.root, key, key)?;
    let damaged = Unreadable::Damaged { what: "inode number", offset: subvolume.root.block };
    let (_, item) = found.ok_or(damaged)?;
    Ok(Inode { node: parse(number, &item)?, subvolume, own })
}

/// An empty directory, where the original of a snapshot has a subvolume.
fn nothing(number: u64) -> Node {
    Node {
        inode: number,
        kind: Kind::Directory,
        mode: 0o755,
        uid: 0,
        gid: 0,
        size_bytes: 0,
        modified_at: 0,
        links: 1,
    }
}

pub(super) fn parse(number: u64, item: &[u8]) -> Result<Node, Unreadable> {
    let damaged = |what| Unreadable::Damaged { what, offset: 0 };
    if item.len() < ITEM_BYTES {
        return Err(damaged("inode"));
    }
    let (size_bytes, mode) = (u64_le(item, 16), u32_le(item, 52));
    if size_bytes > i64::MAX as u64 {
        return Err(damaged("inode size"));
    }
    Ok(Node {
        inode: number,
        kind: kind(mode).ok_or(damaged("inode kind"))?,
        mode: (mode & 0o7777) as u16,
        uid: u32_le(item, 44),
        gid: u32_le(item, 48),
        size_bytes,
        modified_at: u64_le(item, 136) as i64,
        links: u32_le(item, 40),
    })
}

fn kind(mode: u32) -> Option<Kind> {
    Some(match mode >> 12 {
        0x1 => Kind::Fifo,
        0x2 | 0x6 => Kind::Device,
        0x4 => Kind::Directory,
        0x8 => Kind::File,
        0xa => Kind::Symlink,
        0xc => Kind::Socket,
        _ => return None,
    })
}
