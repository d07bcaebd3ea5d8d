//! Subvolumes: the trees of files, and where each hangs in another.

use std::ops::ControlFlow;

use crate::fields::{u16_le, u32_le, u64_le};
use crate::tree::Unreadable;

use super::directory;
use super::items::{Key, Nodes};
use super::superblock::{Root, Superblock};
use super::{Btrfs, kinds};

/// More subvolumes than this are not read; snapshots are subvolumes too.
pub const SUBVOLUMES_MAX: usize = 1 << 14;

/// An inode's number has this many bits; those above tell its subvolume.
pub(super) const INODE_BITS: u32 = 48;

/// The inode that stands where a subvolume hung in the original of a snapshot: an empty directory.
pub(super) const NOTHING: u64 = 2;

const ROOT_ITEM_BYTES: usize = 239;

/// How far up a subvolume is looked for; paths of more are longer than any system takes.
const DEPTH_MAX: usize = 256;

#[derive(Debug, Clone)]
pub(super) struct Subvolume {
    pub id: u64,
    pub root: Root,
    /// The inode of its topmost directory.
    pub directory: u64,
    /// Whether it was deleted, and is only waiting to be cleared away.
    pub is_dead: bool,
    /// In which trees it hangs, in which directory, under which name.
    parents: Vec<(u64, u64, Vec<u8>)>,
}

/// All of them, by their identities.
#[derive(Debug)]
pub(super) struct Subvolumes {
    all: Vec<Subvolume>,
    /// The identity of the one that is mounted when nobody says which.
    pub usual: u64,
    /// The tree that lists what is taken.
    pub extents: Root,
}

fn damaged(what: &'static str) -> Unreadable {
    Unreadable::Damaged { what, offset: 0 }
}

impl Subvolumes {
    pub fn read(nodes: &Nodes, superblock: &Superblock) -> Result<Subvolumes, Unreadable> {
        let mut all: Vec<Subvolume> = Vec::new();
        let (from, to) =
            (Key::new(kinds::TOP, kinds::SUBVOLUME, 0), Key::new(kinds::LAST, u8::MAX, u64::MAX));
        nodes.items(superblock.root_tree, from, to, &mut |key, item| {
            if key.object != kinds::TOP && !(kinds::FIRST..=kinds::LAST).contains(&key.object) {
                return Ok(ControlFlow::Continue(()));
            }
            match key.kind {
                kinds::SUBVOLUME => add(&mut all, subvolume(key.object, item)?)?,
                kinds::PARENT => {
                    let name = item.get(18..).unwrap_or_default();
                    let name =
                        name.get(..usize::from(u16_le(item, 16))).ok_or(damaged("name of a subvolume"))?;
                    if let Some(last) = all.last_mut().filter(|last| last.id == key.object) {
                        last.parents.push((key.offset, u64_le(item, 0), name.to_vec()));
                    }
                }
                _ => {}
            }
            Ok(ControlFlow::Continue(()))
        })?;
        if all.first().is_none_or(|first| first.id != kinds::TOP) {
            return Err(damaged("topmost tree of files"));
        }
        let usual = match superblock.has_default_subvolume {
            true => default(nodes, superblock)?.unwrap_or(kinds::TOP),
            false => kinds::TOP,
        };
        let (from, to) = Key::all_of(kinds::EXTENT_TREE, kinds::SUBVOLUME);
        let extents = nodes.first(superblock.root_tree, from, to)?.ok_or(damaged("tree of extents"))?;
        Ok(Subvolumes { all, usual, extents: subvolume(kinds::EXTENT_TREE, &extents.1)?.root })
    }

    /// The number of the topmost directory.
    pub fn top(&self) -> u64 {
        // Reading refuses a volume whose first tree is not the topmost one.
        self.all[0].directory
    }

    pub fn all(&self) -> &[Subvolume] {
        &self.all
    }

    /// The subvolume to which an inode's number belongs, and its number there.
    pub fn of(&self, number: u64) -> Result<(&Subvolume, u64), Unreadable> {
        let found = self.all.get((number >> INODE_BITS) as usize).filter(|found| !found.is_dead);
        Ok((found.ok_or(damaged("inode number"))?, number & ((1 << INODE_BITS) - 1)))
    }

    /// The number that stands for an inode of a subvolume.
    pub fn number(&self, of: &Subvolume, inode: u64) -> Result<u64, Unreadable> {
        let index = self.index(of.id).ok_or(damaged("identity of a subvolume"))?;
        if inode >> INODE_BITS != 0 {
            return Err(Unreadable::Unsupported("Btrfs with so many inodes".into()));
        }
        Ok((index as u64) << INODE_BITS | inode)
    }

    fn index(&self, id: u64) -> Option<usize> {
        self.all.binary_search_by_key(&id, |subvolume| subvolume.id).ok()
    }

    /// Where a name in a directory of `parent` leads that names the subvolume `id`. In a snapshot, the subvolumes of the
    /// original are named too, but do not hang there.
    pub fn hanging(&self, parent: &Subvolume, id: u64, name: &[u8]) -> Result<u64, Unreadable> {
        let child = self.index(id).map(|index| &self.all[index]).filter(|child| !child.is_dead);
        let hangs = |child: &&Subvolume| {
            child.parents.iter().any(|(tree, _, known)| *tree == parent.id && known == name)
        };
        match child.filter(hangs) {
            Some(child) => self.number(child, child.directory),
            None => self.number(parent, NOTHING),
        }
    }
}

fn add(all: &mut Vec<Subvolume>, found: Subvolume) -> Result<(), Unreadable> {
    // A snapshot that is about to be taken has the same identity and a newer item.
    if all.last().is_some_and(|last| last.id == found.id) {
        all.pop();
    }
    if all.len() >= SUBVOLUMES_MAX {
        let limit = SUBVOLUMES_MAX as u64;
        return Err(Unreadable::OverLimit { what: "subvolumes", found: limit + 1, limit });
    }
    all.push(found);
    Ok(())
}

fn subvolume(id: u64, item: &[u8]) -> Result<Subvolume, Unreadable> {
    if item.len() < ROOT_ITEM_BYTES {
        return Err(damaged("subvolume"));
    }
    let root = Root { block: u64_le(item, 176), level: item[238], generation: u64_le(item, 160) };
    let directory = u64_le(item, 168);
    if directory >> INODE_BITS != 0 {
        return Err(damaged("topmost directory of a subvolume"));
    }
    Ok(Subvolume { id, root, directory, is_dead: u32_le(item, 216) == 0, parents: Vec::new() })
}

/// The identity under the name `default`.
fn default(nodes: &Nodes, superblock: &Superblock) -> Result<Option<u64>, Unreadable> {
    let key = Key::new(superblock.root_directory, kinds::NAME_BY_HASH, directory::hash(b"default"));
    let Some((_, item)) = nodes.first(superblock.root_tree, key, key)? else { return Ok(None) };
    let mut id = None;
    directory::names(&item, 0, &mut |name| {
        if name.name == b"default" {
            id = Some(name.leads_to.object);
        }
        Ok(ControlFlow::Continue(()))
    })
    .map(|_| id)
}

/// The path of the subvolume that is mounted when nobody says which, from the topmost one.
pub(super) fn usual_root(fs: &Btrfs) -> Result<Vec<u8>, Unreadable> {
    let subvolumes = &fs.subvolumes;
    let mut path = Vec::new();
    let mut id = subvolumes.usual;
    for _ in 0..DEPTH_MAX {
        if id == kinds::TOP {
            let names = path.iter().rev().flat_map(|name: &Vec<u8>| [b"/", &name[..]].concat()).collect();
            return Ok(if path.is_empty() { b"/".to_vec() } else { names });
        }
        let found = subvolumes.index(id).map(|index| &subvolumes.all[index]);
        let found = found.ok_or(damaged("usual subvolume"))?;
        let (parent, directory, name) = found.parents.first().ok_or(damaged("parent of a subvolume"))?;
        path.push(name.clone());
        let parent = subvolumes.index(*parent).map(|index| &subvolumes.all[index]);
        let parent = parent.ok_or(damaged("parent of a subvolume"))?;
        path.extend(directory::way_up(fs, parent, *directory)?);
        id = parent.id;
    }
    Err(damaged("subvolumes in a circle"))
}
