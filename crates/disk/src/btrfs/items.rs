//! Trees: all metadata is items, sorted by key, in blocks that are sealed, stamped and numbered.
//!
//! A walk down a tree ends whatever the bytes say. Levels fall by one, keys rise, and a block holds only keys between
//! that of the pointer which led to it and the next one's; so no block can be met twice, by a loop or otherwise.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use crate::fields::{u32_le, u64_le};
use crate::read_at::ReadAt;
use crate::tree::Unreadable;

use super::chunks::Chunks;
use super::superblock::{Root, Superblock};

/// What the cache of blocks holds at most.
const CACHE_BYTES: usize = 8 << 20;

const LEVELS: u8 = 8;
const HEADER_BYTES: usize = 101;
const ITEM_BYTES: usize = 25;
const POINTER_BYTES: usize = 33;

/// The key of an item: whose it is, what it is, and a number that means something else for each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub object: u64,
    pub kind: u8,
    pub offset: u64,
}

impl Key {
    pub const BYTES: usize = 17;

    pub fn new(object: u64, kind: u8, offset: u64) -> Key {
        Key { object, kind, offset }
    }

    /// The keys of all items of one kind that an object has.
    pub fn all_of(object: u64, kind: u8) -> (Key, Key) {
        (Key { object, kind, offset: 0 }, Key { object, kind, offset: u64::MAX })
    }

    pub fn parse(bytes: &[u8], at: usize) -> Key {
        let kind = bytes.get(at + 8).copied().unwrap_or(0);
        Key { object: u64_le(bytes, at), kind, offset: u64_le(bytes, at + 9) }
    }
}

pub(super) type Visit<'v> = dyn FnMut(Key, &[u8]) -> Result<ControlFlow<()>, Unreadable> + 'v;
pub(super) type OnDamage<'v> = dyn FnMut(Unreadable) -> Result<(), Unreadable> + 'v;

/// The blocks of metadata of a volume.
pub(super) struct Nodes {
    source: Arc<dyn ReadAt>,
    superblock: Superblock,
    pub chunks: Chunks,
    /// A block has one slot, by its address; whoever comes later takes it over.
    slots: Vec<Slot>,
}

type Slot = Mutex<Option<(u64, Arc<[u8]>)>>;

/// A walk through the items of a tree from one key to another.
struct Walk<'a, 'v> {
    nodes: &'a Nodes,
    from: Key,
    to: Key,
    visit: &'a mut Visit<'v>,
    damage: &'a mut OnDamage<'v>,
}

impl Nodes {
    pub fn new(source: Arc<dyn ReadAt>, superblock: Superblock, chunks: Chunks) -> Nodes {
        let slots = (0..CACHE_BYTES / superblock.node_bytes).map(|_| Mutex::default()).collect();
        Nodes { source, superblock, chunks, slots }
    }

    pub fn source(&self) -> &Arc<dyn ReadAt> {
        &self.source
    }

    /// Shows the items from `from` to `to`, both included, in the order of their keys, until `visit` has seen enough.
    pub fn items(&self, root: Root, from: Key, to: Key, visit: &mut Visit<'_>) -> Result<(), Unreadable> {
        self.items_past_damage(root, from, to, visit, &mut Err)
    }

    /// The same, past whatever `damage` takes note of.
    pub fn items_past_damage(
        &self,
        root: Root,
        from: Key,
        to: Key,
        visit: &mut Visit<'_>,
        damage: &mut OnDamage<'_>,
    ) -> Result<(), Unreadable> {
        if root.level >= LEVELS {
            return Err(Unreadable::Damaged { what: "height of a tree", offset: 0 });
        }
        let mut walk = Walk { nodes: self, from, to, visit, damage };
        walk.block(root, None, None).map(|_| ())
    }

    /// The first item with a key from `from` to `to`.
    pub fn first(&self, root: Root, from: Key, to: Key) -> Result<Option<(Key, Vec<u8>)>, Unreadable> {
        let mut found = None;
        self.items(root, from, to, &mut |key, item| {
            found = Some((key, item.to_vec()));
            Ok(ControlFlow::Break(()))
        })?;
        Ok(found)
    }

    /// A block of metadata, from the first of its places where it is whole.
    fn node(&self, at: Root) -> Result<Arc<[u8]>, Unreadable> {
        let slot = &self.slots[(at.block / self.superblock.node_bytes as u64) as usize % self.slots.len()];
        // Replaced whole, so even after a panic elsewhere it holds a block or nothing.
        if let Some((held, bytes)) = &*slot.lock().unwrap_or_else(PoisonError::into_inner)
            && *held == at.block
        {
            return self.check_place(at, bytes).map(|()| bytes.clone());
        }
        let length = self.superblock.node_bytes;
        let mut fault = Unreadable::Damaged { what: "block of metadata", offset: at.block };
        for place in self.chunks.places(at.block, length as u64)? {
            let mut bytes = vec![0; length];
            self.source.read_exact_at(place, &mut bytes)?;
            match self.check(at, &bytes) {
                Ok(()) => {
                    let bytes: Arc<[u8]> = bytes.into();
                    *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some((at.block, bytes.clone()));
                    return Ok(bytes);
                }
                Err(what) => fault = Unreadable::Damaged { what, offset: place },
            }
        }
        Err(fault)
    }

    fn check(&self, at: Root, bytes: &[u8]) -> Result<(), &'static str> {
        if !self.superblock.checksum.holds(bytes) {
            return Err("checksum of a block of metadata");
        }
        if bytes[32..48] != self.superblock.metadata_uuid {
            return Err("block of another filesystem");
        }
        let keys = Keys::of(bytes);
        if keys.count > (bytes.len() - HEADER_BYTES) / keys.entry_bytes {
            return Err("number of items in a block");
        }
        if !(1..keys.count).all(|n| keys.get(n - 1) < keys.get(n)) {
            return Err("order of keys");
        }
        self.check_place(at, bytes).map_err(|_| "block of metadata in the wrong place")
    }

    fn check_place(&self, at: Root, bytes: &[u8]) -> Result<(), Unreadable> {
        let stands = (u64_le(bytes, 48), bytes[100], u64_le(bytes, 80));
        if stands != (at.block, at.level, at.generation) {
            return Err(Unreadable::Damaged {
                what: "block of metadata in the wrong place",
                offset: at.block,
            });
        }
        Ok(())
    }
}

/// The keys of a block. When it has passed its check they rise.
struct Keys<'a> {
    bytes: &'a [u8],
    entry_bytes: usize,
    count: usize,
}

impl Keys<'_> {
    fn of(bytes: &[u8]) -> Keys<'_> {
        let entry_bytes = if bytes[100] == 0 { ITEM_BYTES } else { POINTER_BYTES };
        Keys { bytes, entry_bytes, count: u32_le(bytes, 96) as usize }
    }

    fn get(&self, n: usize) -> Option<Key> {
        (n < self.count).then(|| Key::parse(self.bytes, HEADER_BYTES + n * self.entry_bytes))
    }

    /// How many keys are less than this one.
    fn below(&self, key: Key) -> usize {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.get(middle).is_some_and(|found| found < key) { low = middle + 1 } else { high = middle }
        }
        low
    }
}

impl Walk<'_, '_> {
    /// Walks a block whose first key must be `first`, and all of whose keys must be below `end`.
    fn block(
        &mut self,
        at: Root,
        first: Option<Key>,
        end: Option<Key>,
    ) -> Result<ControlFlow<()>, Unreadable> {
        let bytes = self.nodes.node(at)?;
        let keys = Keys::of(&bytes);
        let damaged = |what| Unreadable::Damaged { what, offset: at.block };
        let begins = first.is_none_or(|first| keys.get(0) == Some(first));
        let last = keys.count.checked_sub(1).and_then(|last| keys.get(last));
        if !begins || last.zip(end).is_some_and(|(last, end)| last >= end) {
            return Err(damaged("order of keys"));
        }
        let entry_at = |n: usize| HEADER_BYTES + n * keys.entry_bytes;
        // A pointer leads to all keys below the next one's, so the one before may still lead to the first that is wanted.
        let start = keys.below(self.from).saturating_sub(usize::from(at.level > 0));
        // Unless that key is there itself.
        let start = if keys.get(start + 1) == Some(self.from) && at.level > 0 { start + 1 } else { start };
        for n in start..keys.count {
            let Some(key) = keys.get(n).filter(|key| *key <= self.to) else {
                return Ok(ControlFlow::Break(()));
            };
            let flow = if at.level == 0 {
                let (offset, length) =
                    (u32_le(&bytes, entry_at(n) + 17) as usize, u32_le(&bytes, entry_at(n) + 21) as usize);
                let start = HEADER_BYTES.checked_add(offset);
                let item = start.and_then(|start| bytes.get(start..start.checked_add(length)?));
                (self.visit)(key, item.ok_or(damaged("place of an item"))?)?
            } else {
                let child = Root {
                    block: u64_le(&bytes, entry_at(n) + 17),
                    level: at.level - 1,
                    generation: u64_le(&bytes, entry_at(n) + 25),
                };
                match self.block(child, Some(key), keys.get(n + 1).or(end)) {
                    Err(Unreadable::Io(why)) => return Err(why.into()),
                    Err(why) => {
                        (self.damage)(why)?;
                        ControlFlow::Continue(())
                    }
                    Ok(flow) => flow,
                }
            };
            if flow.is_break() {
                return Ok(flow);
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}
