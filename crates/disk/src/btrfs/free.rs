//! Free space: what no extent takes of the chunks, and what no chunk takes of the device.

use std::ops::ControlFlow;

use crate::tree::Unreadable;

use super::items::Key;
use super::superblock::MIRRORS;
use super::{Btrfs, kinds};

/// More free runs than this are not told.
pub const FREE_RUNS_MAX: usize = 1 << 22;

/// Chunks never begin before this: boot loaders may lie there.
const RESERVED_BYTES: u64 = 1 << 20;

/// Around each copy of the superblock nothing is allocated.
const MIRROR_BYTES: u64 = 64 << 10;

pub(super) fn runs(fs: &Btrfs, visit: &mut dyn FnMut(u64, u64)) -> Result<(), Unreadable> {
    let mut found = Vec::new();
    within_chunks(fs, &mut found)?;
    between_chunks(fs, &mut found)?;
    found.sort_unstable();
    // Neighbours become one.
    let mut run: Option<(u64, u64)> = None;
    for (from, to) in found {
        match &mut run {
            Some((_, until)) if *until >= from => *until = to.max(*until),
            _ => {
                if let Some((from, to)) = run.replace((from, to)) {
                    visit(from, to);
                }
            }
        }
    }
    if let Some((from, to)) = run {
        visit(from, to);
    }
    Ok(())
}

/// Adds a run, but for the copies of the superblock.
fn add(found: &mut Vec<(u64, u64)>, from: u64, to: u64) -> Result<(), Unreadable> {
    let mut at = from;
    for mirror in MIRRORS {
        let end = mirror + MIRROR_BYTES;
        if at < end && mirror < to {
            if at < mirror {
                found.push((at, mirror));
            }
            at = end;
        }
    }
    if at < to {
        found.push((at, to));
    }
    if found.len() > FREE_RUNS_MAX {
        let (found, limit) = (found.len() as u64, FREE_RUNS_MAX as u64);
        return Err(Unreadable::OverLimit { what: "runs of free space", found, limit });
    }
    Ok(())
}

fn within_chunks(fs: &Btrfs, found: &mut Vec<(u64, u64)>) -> Result<(), Unreadable> {
    let root = fs.subvolumes.extents;
    for chunk in fs.nodes.chunks.all() {
        let end = chunk.start + chunk.length;
        let mut at = chunk.start;
        let mut free = |from: u64, to: u64| {
            let places = chunk.places.iter().map(|place| place + (from - chunk.start));
            places.filter(|_| from < to).try_for_each(|place| add(found, place, place + (to - from)))
        };
        let (first, last) = (Key::new(chunk.start, 0, 0), Key::new(end - 1, u8::MAX, u64::MAX));
        fs.nodes.items(root, first, last, &mut |key, _| {
            let length = match key.kind {
                kinds::EXTENT => key.offset,
                kinds::SLIM_EXTENT => fs.superblock.node_bytes as u64,
                _ => return Ok(ControlFlow::Continue(())),
            };
            let after = key.object.checked_add(length).filter(|after| *after <= end && key.object >= at);
            let damaged = Unreadable::Damaged { what: "extents that overlap", offset: key.object };
            free(at, key.object.max(at))?;
            at = after.ok_or(damaged)?;
            Ok(ControlFlow::Continue(()))
        })?;
        free(at, end)?;
    }
    Ok(())
}

fn between_chunks(fs: &Btrfs, found: &mut Vec<(u64, u64)>) -> Result<(), Unreadable> {
    let chunks = fs.nodes.chunks.all().iter();
    let mut taken: Vec<(u64, u64)> =
        chunks.flat_map(|chunk| chunk.places.iter().map(|place| (*place, place + chunk.length))).collect();
    taken.sort_unstable();
    let mut at = RESERVED_BYTES;
    for (from, to) in taken {
        if at < from {
            add(found, at, from)?;
        }
        at = at.max(to);
    }
    if at < fs.superblock.total_bytes {
        add(found, at, fs.superblock.total_bytes)?;
    }
    Ok(())
}
