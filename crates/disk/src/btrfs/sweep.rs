//! All files, by the items of every subvolume.

use std::ops::ControlFlow;

use crate::tree::{Extent, Fault, Laid, Node, OnFault, Unreadable, Visit};

use super::items::Key;
use super::pieces::{self, Form, Pieces};
use super::subvolumes::Subvolume;
use super::{Btrfs, inode, kinds};

const ITEMS: &str = "items of all files";

/// A sweep looks at no more items than this. Snapshots share theirs, and are looked at each by itself.
pub const ITEMS_MAX: u64 = 50_000_000;

/// The file whose items are coming.
struct Current {
    node: Node,
    pieces: Pieces,
    fault: Option<Unreadable>,
}

pub(super) fn all_inodes(
    fs: &Btrfs,
    visit: &mut Visit<'_>,
    fault: &mut OnFault<'_>,
) -> Result<(), Unreadable> {
    let mut items = 0;
    for subvolume in fs.subvolumes.all().iter().filter(|subvolume| !subvolume.is_dead) {
        match of_subvolume(fs, subvolume, &mut items, visit, fault) {
            Err(Unreadable::Io(why)) => return Err(why.into()),
            Err(why @ Unreadable::OverLimit { what: ITEMS, .. }) => return Err(why),
            Err(why) => fault(Fault { inode: 0, why }),
            Ok(()) => {}
        }
    }
    Ok(())
}

fn of_subvolume(
    fs: &Btrfs,
    subvolume: &Subvolume,
    items: &mut u64,
    visit: &mut Visit<'_>,
    fault: &mut OnFault<'_>,
) -> Result<(), Unreadable> {
    let mut current: Option<Current> = None;
    let mut damage = Vec::new();
    let mut item = |key: Key, item: &[u8]| {
        *items += 1;
        if *items > ITEMS_MAX {
            return Err(Unreadable::OverLimit { what: ITEMS, found: *items, limit: ITEMS_MAX });
        }
        let number = fs.subvolumes.number(subvolume, key.object)?;
        if current.as_ref().is_some_and(|current| current.node.inode != number) {
            current.take().map_or(Ok(()), |done| show(fs, done, visit, fault))?;
        }
        match (key.kind, &mut current) {
            (kinds::INODE, _) => match inode::parse(number, item) {
                Ok(node) => {
                    let pieces = Pieces::of(node.kind, node.size_bytes);
                    current = Some(Current { node, pieces, fault: None });
                }
                Err(why) => fault(Fault { inode: number, why }),
            },
            (kinds::PIECE, Some(current)) if current.fault.is_none() => {
                current.fault = current.pieces.add(key.offset, item).err();
            }
            _ => {}
        }
        Ok(ControlFlow::Continue(()))
    };
    let (from, to) = (Key::new(kinds::FIRST, 0, 0), Key::new(kinds::LAST, u8::MAX, u64::MAX));
    fs.nodes.items_past_damage(subvolume.root, from, to, &mut item, &mut |why| {
        damage.push(why);
        Ok(())
    })?;
    damage.into_iter().for_each(|why| fault(Fault { inode: 0, why }));
    current.map_or(Ok(()), |done| show(fs, done, visit, fault))
}

fn show(fs: &Btrfs, done: Current, visit: &mut Visit<'_>, fault: &mut OnFault<'_>) -> Result<(), Unreadable> {
    let Current { node, pieces, fault: broken } = done;
    let is_packed = pieces.found.iter().any(|piece| !matches!(piece.form, Form::Literal { .. }));
    let map: Result<Vec<Extent>, Unreadable> = broken.map_or_else(|| pieces::literal(fs, &pieces.found), Err);
    match map {
        Ok(extents) => visit(Laid { node: &node, extents: &extents, is_packed }),
        Err(Unreadable::Io(why)) => return Err(why.into()),
        Err(why) => fault(Fault { inode: node.inode, why }),
    }
    Ok(())
}
