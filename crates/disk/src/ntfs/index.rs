//! Directories: names in a tree that is ordered by their upper-case letters, its root in the file's record, the rest in
//! blocks.
//!
//! Every block is visited once and depth is bounded, so the walk ends whatever the blocks say of one another.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::ops::ControlFlow;

use super::file::Inode;
use super::name::{self, UpperCase};
use super::record::{Reference, kinds, mend};
use super::table::Table;
use crate::fields::{u16_le, u32_le, u64_le};
use crate::tree::{Extent, Unreadable};

/// Each level at least doubles what a directory holds; more of them hold more names than there can be.
const DEPTH_MAX: u32 = 20;

/// What an index of names is called, UTF-16.
pub(super) const NAMES_INDEX: &[u8] = b"$\0I\x003\x000\0";

const ROOT_HEAD_BYTES: usize = 16;
const BLOCK_HEAD_BYTES: usize = 24;
const ENTRY_HEAD_BYTES: usize = 16;
const KEY_BYTES: usize = 66;

const HAS_CHILD: u16 = 1;
const IS_LAST: u16 = 2;

/// The name that was made for programs that know eight letters and three.
const SHORT: u8 = 2;

/// A bit that only names have.
const DIRECTORY: u32 = 1 << 28;

/// A name in a directory.
pub(super) struct Found {
    pub reference: Reference,
    pub name: Vec<u16>,
    pub is_short: bool,
    /// What the directory says; the file's own record knows better.
    pub is_directory: bool,
}

type Visit<'v> = dyn FnMut(Found) -> Result<ControlFlow<()>, Unreadable> + 'v;

struct Index<'a> {
    table: &'a Table,
    directory: &'a Inode,
    root: &'a [u8],
    block_bytes: usize,
    /// What the numbers of blocks count in.
    unit_bytes: u64,
    map: Vec<Extent>,
    seen: HashSet<u64>,
}

/// An entry of a node of the tree.
struct Entry<'a> {
    /// `None` for the last, which has no name.
    key: Option<&'a [u8]>,
    reference: Reference,
    child: Option<u64>,
}

/// Shows all names to `visit` in the order of the tree, short ones too, until it has seen enough; the root's own `.` is
/// left out.
pub(super) fn visit(table: &Table, directory: &Inode, visit: &mut Visit<'_>) -> Result<(), Unreadable> {
    let mut index = Index::open(table, directory)?;
    let root = index.root;
    index.walk(root, ROOT_HEAD_BYTES, 0, visit).map(drop)
}

/// The file that a directory calls `wanted`. A name that is the same to the letter comes before one that is the same but
/// for case.
pub(super) fn find(
    table: &Table,
    directory: &Inode,
    wanted: &[u16],
    upper: &UpperCase,
) -> Result<Option<Reference>, Unreadable> {
    let mut index = Index::open(table, directory)?;
    let mut similar = None;
    let mut node = index.root.to_vec();
    let mut head = ROOT_HEAD_BYTES;
    for _ in 0..DEPTH_MAX {
        let mut child = None;
        for entry in index.entries(&node, head)? {
            let entry = entry?;
            child = entry.child;
            let Some(key) = entry.key else { break };
            let found = index.name(key)?;
            match compare(wanted, &found, upper) {
                (_, Ordering::Equal) => return Ok(Some(entry.reference)),
                (Ordering::Equal, order) => {
                    similar = similar.or(Some(entry.reference));
                    if order == Ordering::Less {
                        break;
                    }
                }
                (Ordering::Less, _) => break,
                (Ordering::Greater, _) => {}
            }
            child = None;
        }
        let Some(block) = child else { return Ok(similar) };
        node = index.block(block)?;
        head = BLOCK_HEAD_BYTES;
    }
    Err(index.damaged("depth of a directory"))
}

/// How names compare, first whatever their case, then by it.
fn compare(left: &[u16], right: &[u16], upper: &UpperCase) -> (Ordering, Ordering) {
    let folded = |unit: &u16| upper.of(*unit);
    (left.iter().map(folded).cmp(right.iter().map(folded)), left.cmp(right))
}

impl<'a> Index<'a> {
    fn open(table: &'a Table, directory: &'a Inode) -> Result<Index<'a>, Unreadable> {
        let damaged = |what| Unreadable::Damaged { what, offset: directory.offset };
        let root = directory.stream(kinds::INDEX_ROOT, NAMES_INDEX).and_then(|root| root.resident());
        let root = root.ok_or(damaged("directory that is none"))?;
        let block_bytes = u32_le(root, 8);
        if !block_bytes.is_power_of_two() || !(512..=64 << 10).contains(&block_bytes) {
            return Err(damaged("block size of a directory"));
        }
        if u32_le(root, 0) != kinds::FILE_NAME {
            return Err(damaged("directory that is ordered by something else"));
        }
        let map = match directory.stream(kinds::INDEX_ALLOCATION, NAMES_INDEX) {
            Some(stream) => stream.map(&table.boot)?,
            None => Vec::new(),
        };
        let cluster_bytes = table.boot.cluster_bytes;
        let unit_bytes = if u64::from(block_bytes) < cluster_bytes { 512 } else { cluster_bytes };
        let block_bytes = block_bytes as usize;
        Ok(Index { table, directory, root, block_bytes, unit_bytes, map, seen: HashSet::new() })
    }

    fn damaged(&self, what: &'static str) -> Unreadable {
        Unreadable::Damaged { what, offset: self.directory.offset }
    }

    /// A block of the tree, mended. Its number says where in the stream it lies, and it says so itself.
    fn block(&mut self, number: u64) -> Result<Vec<u8>, Unreadable> {
        let block_bytes = self.block_bytes as u64;
        let offset = number.checked_mul(self.unit_bytes).filter(|offset| offset % block_bytes == 0);
        let end = self.map.last().map_or(0, |last| last.file_offset + last.length);
        let offset = offset.filter(|offset| offset.checked_add(block_bytes).is_some_and(|to| to <= end));
        let offset = offset.ok_or(self.damaged("block of a directory past its end"))?;
        if !self.seen.insert(number) {
            return Err(self.damaged("block of a directory used twice"));
        }
        let mut bytes = self.table.piece(&self.map, offset, self.block_bytes)?;
        mend(&mut bytes, b"INDX", self.directory.offset)?;
        match u64_le(&bytes, 16) == number {
            true => Ok(bytes),
            false => Err(self.damaged("block of a directory that belongs elsewhere")),
        }
    }

    /// The entries of a node whose head begins at `head`.
    fn entries<'n>(
        &self,
        node: &'n [u8],
        head: usize,
    ) -> Result<impl Iterator<Item = Result<Entry<'n>, Unreadable>> + use<'n>, Unreadable> {
        let (first, used) = (u32_le(node, head) as usize, u32_le(node, head + 4) as usize);
        let entries = head.checked_add(used).and_then(|end| node.get(head.checked_add(first)?..end));
        let mut rest = entries.ok_or(self.damaged("length of a directory's node"))?;
        let offset = self.directory.offset;
        let mut is_over = false;
        Ok(std::iter::from_fn(move || {
            if is_over {
                return None;
            }
            match entry(rest) {
                Some((entry, length)) => {
                    rest = &rest[length..];
                    is_over = entry.key.is_none();
                    Some(Ok(entry))
                }
                None => {
                    is_over = true;
                    Some(Err(Unreadable::Damaged { what: "entry of a directory", offset }))
                }
            }
        }))
    }

    fn walk(
        &mut self,
        node: &[u8],
        head: usize,
        depth: u32,
        visit: &mut Visit<'_>,
    ) -> Result<ControlFlow<()>, Unreadable> {
        if depth >= DEPTH_MAX {
            return Err(self.damaged("depth of a directory"));
        }
        for entry in self.entries(node, head)? {
            let entry = entry?;
            if let Some(child) = entry.child {
                let block = self.block(child)?;
                if self.walk(&block, BLOCK_HEAD_BYTES, depth + 1, visit)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            let Some(key) = entry.key else { continue };
            let name = self.name(key)?;
            if name == [u16::from(b'.')] && entry.reference.number == self.directory.node.inode {
                continue;
            }
            self.check(&name)?;
            let (is_short, is_directory) = (key[65] == SHORT, u32_le(key, 56) & DIRECTORY != 0);
            let found = Found { reference: entry.reference, name, is_short, is_directory };
            if visit(found)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn name(&self, key: &[u8]) -> Result<Vec<u16>, Unreadable> {
        let name = key.get(KEY_BYTES..).and_then(|rest| rest.get(..usize::from(key[64]) * 2));
        name.map(name::units).ok_or(self.damaged("name in a directory"))
    }

    /// A name that would lead somewhere else is none.
    fn check(&self, name: &[u16]) -> Result<(), Unreadable> {
        let leads_astray = name.iter().any(|unit| *unit == 0 || *unit == u16::from(b'/'));
        let is_dots = name.len() <= 2 && name.iter().all(|unit| *unit == u16::from(b'.'));
        match leads_astray || is_dots {
            true => Err(self.damaged("name in a directory")),
            false => Ok(()),
        }
    }
}

/// The entry that `bytes` begin with, and its length.
fn entry(bytes: &[u8]) -> Option<(Entry<'_>, usize)> {
    let (length, key_bytes) = (usize::from(u16_le(bytes, 8)), usize::from(u16_le(bytes, 10)));
    let flags = u16_le(bytes, 12);
    let child_bytes = if flags & HAS_CHILD != 0 { 8 } else { 0 };
    let bytes = bytes.get(..length).filter(|bytes| bytes.len() >= ENTRY_HEAD_BYTES + child_bytes)?;
    let (body, child) = bytes[ENTRY_HEAD_BYTES..].split_at(length - ENTRY_HEAD_BYTES - child_bytes);
    let key = match flags & IS_LAST {
        0 => Some(body.get(..key_bytes).filter(|key| key.len() > KEY_BYTES)?),
        _ => None,
    };
    let child = (!child.is_empty()).then(|| u64_le(child, 0));
    Some((Entry { key, reference: Reference::parse(bytes, 0), child }, length))
}
