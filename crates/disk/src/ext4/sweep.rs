//! The filesystem as a whole: all inodes by table, all free space by bitmap.

use super::inode::Inode;
use super::superblock::Descriptor;
use super::{Ext4, extents};
use crate::fields::u16_le;
use crate::tree::{Fault, Laid, OnFault, Unreadable, Visit};

/// How much of an inode table is read at once.
const TABLE_BYTES: usize = 256 << 10;

/// In use is what has links or a bit in the bitmap. What the tables call never used is not looked at.
pub(super) fn all_inodes(
    fs: &Ext4,
    visit: &mut Visit<'_>,
    fault: &mut OnFault<'_>,
) -> Result<(), Unreadable> {
    for group in 0..fs.superblock.groups {
        let swept = fs.descriptor(group).and_then(|found| fs.sweep_group(group, &found, visit, fault));
        match swept {
            Err(Unreadable::Io(why)) => return Err(why.into()),
            Err(why) => fault(Fault { inode: 0, why }),
            Ok(()) => {}
        }
    }
    Ok(())
}

pub(super) fn free_runs(fs: &Ext4, visit: &mut dyn FnMut(u64, u64)) -> Result<(), Unreadable> {
    let superblock = &fs.superblock;
    let block_bytes = fs.block_bytes();
    let mut run: Option<(u64, u64)> = None;
    for group in 0..superblock.groups {
        let in_use = fs.blocks_in_use(group)?;
        let first = superblock.first_block_of(group);
        let end = superblock.blocks.min(first + superblock.blocks_per_group);
        let clusters = (end - first).div_ceil(superblock.cluster_blocks);
        for cluster in (0..clusters).filter(|cluster| !in_use(*cluster)) {
            let from = first + cluster * superblock.cluster_blocks;
            let to = end.min(from + superblock.cluster_blocks);
            match &mut run {
                Some((_, until)) if *until == from => *until = to,
                _ => {
                    if let Some((from, to)) = run.replace((from, to)) {
                        visit(from * block_bytes, to * block_bytes);
                    }
                }
            }
        }
    }
    if let Some((from, to)) = run {
        visit(from * block_bytes, to * block_bytes);
    }
    Ok(())
}

impl Ext4 {
    fn sweep_group(
        &self,
        group: u64,
        descriptor: &Descriptor,
        visit: &mut Visit<'_>,
        fault: &mut OnFault<'_>,
    ) -> Result<(), Unreadable> {
        let superblock = &self.superblock;
        if descriptor.inodes_uninitialised {
            return Ok(());
        }
        let first = group * superblock.inodes_per_group + 1;
        let in_table = superblock.inodes_per_group - descriptor.inodes_unused;
        let count = in_table.min((superblock.inodes + 1).saturating_sub(first));
        let bitmap = self.blocks.block(descriptor.inode_bitmap)?;
        let table = descriptor.inode_table.checked_mul(self.block_bytes());
        let table = table.ok_or(Unreadable::Damaged { what: "inode table", offset: 0 })?;
        let inode_bytes = superblock.inode_bytes as u64;
        let at_once = TABLE_BYTES as u64 / inode_bytes;
        let mut buffer = vec![0; TABLE_BYTES];
        let mut done = 0;
        while done < count {
            let now = at_once.min(count - done);
            let offset = table + done * inode_bytes;
            let records = &mut buffer[..(now * inode_bytes) as usize];
            self.blocks.read(offset, records)?;
            for (index, record) in (done..).zip(records.chunks_exact(inode_bytes as usize)) {
                let marked =
                    bitmap.get((index / 8) as usize).is_some_and(|byte| byte >> (index % 8) & 1 == 1);
                let (mode, links) = (u16_le(record, 0), u16_le(record, 0x1a));
                if mode == 0 || !(marked || links > 0) {
                    continue;
                }
                let at = table + index * inode_bytes;
                self.show(first + index, record, at, visit, fault)?;
            }
            done += now;
        }
        Ok(())
    }

    /// Shows one inode, or tells why it cannot be shown. Only a failing disk ends the sweep.
    fn show(
        &self,
        number: u64,
        record: &[u8],
        at: u64,
        visit: &mut Visit<'_>,
        fault: &mut OnFault<'_>,
    ) -> Result<(), Unreadable> {
        let read = Inode::parse(number, record.to_vec(), at, &self.superblock).and_then(|inode| {
            let map = extents::map(self, &inode)?;
            Ok((inode, map))
        });
        match read {
            Ok((inode, map)) => {
                let is_packed = inode.check_readable().is_err() || self.blocks.overlays_any_of(&map);
                visit(Laid { node: &inode.node, extents: &map, is_packed });
            }
            Err(Unreadable::Io(why)) => return Err(why.into()),
            Err(why) => fault(Fault { inode: number, why }),
        }
        Ok(())
    }

    /// Tells which clusters of a group are taken: by its bitmap or, where that was never written, by the copies of superblock
    /// and descriptors and by the group's own tables.
    fn blocks_in_use(&self, group: u64) -> Result<Box<dyn Fn(u64) -> bool>, Unreadable> {
        let superblock = &self.superblock;
        let descriptor = self.descriptor(group)?;
        if !descriptor.blocks_uninitialised {
            let bitmap = self.blocks.block(descriptor.block_bitmap)?;
            let bit = move |n: u64| bitmap.get((n / 8) as usize).is_none_or(|byte| byte >> (n % 8) & 1 == 1);
            return Ok(Box::new(bit));
        }
        let first = superblock.first_block_of(group);
        let table = superblock.inodes_per_group * superblock.inode_bytes as u64;
        let taken = [
            (first, superblock.backup_blocks(group)),
            (descriptor.block_bitmap, 1),
            (descriptor.inode_bitmap, 1),
            (descriptor.inode_table, table.div_ceil(self.block_bytes())),
        ];
        let width = superblock.cluster_blocks;
        Ok(Box::new(move |cluster| {
            let (from, to) = (first + cluster * width, first + (cluster + 1) * width);
            taken.iter().any(|(start, length)| *start < to && from < start.saturating_add(*length))
        }))
    }
}
