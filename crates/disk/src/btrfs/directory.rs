//! Names: of files in directories, of attributes, and of directories on the way up.

use std::ops::ControlFlow;

use crate::checksum::crc32c;
use crate::fields::u16_le;
use crate::naming;
use crate::tree::{Attribute, Kind, Unreadable};

use super::inode::Inode;
use super::items::Key;
use super::subvolumes::Subvolume;
use super::{Btrfs, kinds};

/// What all attributes of a file together may take.
pub(super) const ATTRIBUTES_BYTES_MAX: usize = 1 << 20;

/// How deep a directory may lie; paths of more are longer than any system takes.
const DEPTH_MAX: usize = 2048;

/// The kind of an item that tells in which directory an inode has a name.
const REFERENCE: u8 = 12;

const HEADER_BYTES: usize = 30;

/// A name with what it stands for: a file's with its inode's key, an attribute's with its value.
pub(super) struct Named<'a> {
    pub leads_to: Key,
    pub name: &'a [u8],
    value: &'a [u8],
    kind: u8,
}

/// What names are found by.
pub(super) fn hash(name: &[u8]) -> u64 {
    u64::from(crc32c(!1, name))
}

/// Shows the names in an item; those with the same hash share one.
pub(super) fn names(
    item: &[u8],
    offset: u64,
    visit: &mut dyn FnMut(Named<'_>) -> Result<ControlFlow<()>, Unreadable>,
) -> Result<ControlFlow<()>, Unreadable> {
    let damaged = Unreadable::Damaged { what: "name in a directory", offset };
    let mut rest = item;
    while !rest.is_empty() {
        let (value_bytes, name_bytes) = (usize::from(u16_le(rest, 25)), usize::from(u16_le(rest, 27)));
        let end = HEADER_BYTES + name_bytes + value_bytes;
        let Some((one, after)) = rest.split_at_checked(end) else { return Err(damaged) };
        let (name, value) = one[HEADER_BYTES..].split_at(name_bytes);
        let named = Named { leads_to: Key::parse(one, 0), name, value, kind: one[29] };
        if visit(named)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        rest = after;
    }
    Ok(ControlFlow::Continue(()))
}

/// The number of what a name leads to.
fn number(fs: &Btrfs, directory: &Inode, named: &Named<'_>) -> Result<u64, Unreadable> {
    match named.leads_to.kind {
        kinds::INODE => fs.subvolumes.number(&directory.subvolume, named.leads_to.object),
        kinds::SUBVOLUME => fs.subvolumes.hanging(&directory.subvolume, named.leads_to.object, named.name),
        _ => Err(directory.damaged("name that leads to no file")),
    }
}

fn kind(named: &Named<'_>) -> Option<Kind> {
    Some(match named.kind {
        1 => Kind::File,
        2 => Kind::Directory,
        3 | 4 => Kind::Device,
        5 => Kind::Fifo,
        6 => Kind::Socket,
        7 => Kind::Symlink,
        _ => return None,
    })
}

fn check(directory: &Inode, name: &[u8]) -> Result<(), Unreadable> {
    let leads_astray = name.iter().any(|byte| matches!(byte, b'/' | 0));
    if name.is_empty() || leads_astray || name == b"." || name == b".." {
        return Err(directory.damaged("name in a directory"));
    }
    Ok(())
}

pub(super) fn visit(fs: &Btrfs, directory: &Inode, visit: &mut naming::Visit<'_>) -> Result<(), Unreadable> {
    if directory.node.kind != Kind::Directory {
        return Err(directory.damaged("directory that is none"));
    }
    let (from, to) = Key::all_of(directory.own, kinds::NAME);
    fs.nodes.items(directory.subvolume.root, from, to, &mut |_, item| {
        names(item, directory.subvolume.root.block, &mut |named| {
            check(directory, named.name)?;
            let inode = number(fs, directory, &named)?;
            visit(naming::Name { bytes: named.name, inode, kind: kind(&named) })
        })
    })
}

pub(super) fn find(fs: &Btrfs, directory: &Inode, wanted: &[u8]) -> Result<Option<u64>, Unreadable> {
    let key = Key::new(directory.own, kinds::NAME_BY_HASH, hash(wanted));
    let Some((_, item)) = fs.nodes.first(directory.subvolume.root, key, key)? else { return Ok(None) };
    let mut found = None;
    names(&item, directory.subvolume.root.block, &mut |named| {
        if named.name == wanted {
            found = Some(number(fs, directory, &named)?);
        }
        Ok(ControlFlow::Continue(()))
    })
    .map(|_| found)
}

pub(super) fn attributes(fs: &Btrfs, inode: &Inode) -> Result<Vec<Attribute>, Unreadable> {
    let (from, to) = Key::all_of(inode.own, kinds::ATTRIBUTE);
    let (mut found, mut bytes) = (Vec::new(), 0);
    fs.nodes.items(inode.subvolume.root, from, to, &mut |_, item| {
        names(item, inode.subvolume.root.block, &mut |named| {
            bytes += named.name.len() + named.value.len();
            if bytes > ATTRIBUTES_BYTES_MAX {
                let (found, limit) = (bytes as u64, ATTRIBUTES_BYTES_MAX as u64);
                return Err(Unreadable::OverLimit { what: "attributes of a file", found, limit });
            }
            found.push(Attribute { name: named.name.to_vec(), value: named.value.to_vec() });
            Ok(ControlFlow::Continue(()))
        })
    })?;
    Ok(found)
}

/// The names of a directory and of those above it, its own first, up to the topmost of its subvolume.
pub(super) fn way_up(fs: &Btrfs, subvolume: &Subvolume, directory: u64) -> Result<Vec<Vec<u8>>, Unreadable> {
    let damaged = |what| Unreadable::Damaged { what, offset: subvolume.root.block };
    let mut way = Vec::new();
    let mut at = directory;
    while at != subvolume.directory {
        if way.len() >= DEPTH_MAX {
            return Err(damaged("directories in a circle"));
        }
        let (from, to) = Key::all_of(at, REFERENCE);
        let (key, item) =
            fs.nodes.first(subvolume.root, from, to)?.ok_or(damaged("directory without a name"))?;
        let length = usize::from(u16_le(&item, 8));
        way.push(item.get(10..10 + length).ok_or(damaged("name of a directory"))?.to_vec());
        at = key.offset;
    }
    Ok(way)
}
