//! Cluster chains: where a file's bytes lie, by the table.

use super::{BLOCK_BYTES, Fat, Inode, ROOT_INODE, Width};
use crate::fields::u32_le;
use crate::tree::{Condition, Extent, Kind, Unreadable, add_extent};

/// The extents of a file or directory, in order. A file's are clipped to its size and a chain that is too short for it is damage;
/// a directory's length is that of its chain, bounded by the directory's own limit.
pub(super) fn map(fs: &Fat, inode: &Inode) -> Result<Vec<Extent>, Unreadable> {
    let is_directory = inode.node.kind == Kind::Directory;
    if is_directory && inode.node.inode == ROOT_INODE && fs.boot.root_bytes > 0 {
        let (device_offset, length) = (fs.boot.root_at, fs.boot.root_bytes);
        return Ok(vec![Extent { file_offset: 0, device_offset, length }]);
    }
    let damaged = |what| Unreadable::Damaged { what, offset: inode.offset };
    let (cluster_bytes, size) = (fs.boot.cluster_bytes, inode.node.size_bytes);
    let mut found: Vec<Extent> = Vec::new();
    let mut length = 0;
    let mut next = (is_directory || size > 0).then_some(inode.first_cluster);
    while let Some(cluster) = next {
        if !is_directory && length >= size || is_directory && length > super::DIRECTORY_BYTES_MAX {
            break;
        }
        // More steps than there are clusters go in a circle.
        if length / cluster_bytes >= u64::from(fs.boot.clusters) {
            return Err(damaged("cluster chain loop"));
        }
        let place = fs.boot.cluster_at(cluster).ok_or(damaged("cluster outside the volume"))?;
        add_extent(&mut found, Extent { file_offset: length, device_offset: place, length: cluster_bytes })?;
        length += cluster_bytes;
        next = after(fs, cluster)?;
    }
    if is_directory {
        return Ok(found);
    }
    if length < size {
        return Err(damaged("cluster chain shorter than the file"));
    }
    if let Some(last) = found.last_mut() {
        last.length -= length - size;
    }
    Ok(found)
}

/// The cluster after this one, which lies in the volume; `None` at the end of the chain. A free or bad cluster within a chain is not
/// the end: it is a number that leads nowhere, and whoever follows it finds that out.
fn after(fs: &Fat, cluster: u32) -> Result<Option<u32>, Unreadable> {
    let end = match fs.boot.width {
        Width::Fat12 => 0xff8,
        Width::Fat16 => 0xfff8,
        Width::Fat32 => 0x0fff_fff8,
    };
    Ok(Some(value(fs, cluster)?).filter(|value| *value < end))
}

/// What the table says of a cluster that lies in the volume.
pub(super) fn value(fs: &Fat, cluster: u32) -> Result<u32, Unreadable> {
    let at = u64::from(cluster);
    let byte = |offset: u64| -> Result<u32, Unreadable> {
        let place = fs.boot.table_at + offset;
        let block = fs.blocks.block(place / BLOCK_BYTES as u64)?;
        Ok(u32::from(block[(place % BLOCK_BYTES as u64) as usize]))
    };
    Ok(match fs.boot.width {
        Width::Fat12 => {
            let pair = byte(at * 3 / 2)? | byte(at * 3 / 2 + 1)? << 8;
            if at % 2 == 1 { pair >> 4 } else { pair & 0xfff }
        }
        Width::Fat16 => byte(at * 2)? | byte(at * 2 + 1)? << 8,
        // The upper four bits are reserved and do not count.
        Width::Fat32 => u32_le(&fs.blocks.record(fs.boot.table_at + at * 4, 4)?, 0) & 0x0fff_ffff,
    })
}

/// Whether the volume was unmounted and is sound: by two bits of the entry of cluster 1, which Windows clears meanwhile, or by two
/// bits of the boot sector, which Linux sets.
pub(super) fn condition(fs: &Fat) -> Result<Condition, Unreadable> {
    let (clean, sound) = match fs.boot.width {
        Width::Fat12 => (0, 0),
        Width::Fat16 => (1 << 15, 1 << 14),
        Width::Fat32 => (1 << 27, 1 << 26),
    };
    const IN_USE: u8 = 1;
    const UNSOUND: u8 = 2;
    let (entry, state) = (value(fs, 1)?, fs.boot.state);
    Ok(if entry & sound != sound || state & UNSOUND != 0 {
        Condition::Damaged
    } else if entry & clean != clean || state & IN_USE != 0 {
        Condition::InUse
    } else {
        Condition::Clean
    })
}
