//! The filesystem as a whole: all files by one walk, since FAT has no table of them, and all free space by the table.

use super::{Fat, chain};
use crate::naming::Directories;
use crate::tree::{Fault, Laid, Names, OnFault, Unreadable, Visit};

/// The order is that of the entries on the disk.
pub(super) fn all_inodes(fs: &Fat, visit: &mut Visit<'_>, fault: &mut OnFault<'_>) -> Result<(), Unreadable> {
    let names = Names::gather(fs)?;
    let mut numbers: Vec<u64> = names.inodes().collect();
    numbers.sort_unstable();
    names.faults.into_iter().for_each(&mut *fault);
    for number in numbers {
        match fs.inode(number).and_then(|inode| Ok((fs.map(&inode)?, inode.node))) {
            Ok((map, node)) => visit(Laid { node: &node, extents: &map, is_packed: false }),
            Err(Unreadable::Io(why)) => return Err(why.into()),
            Err(why) => fault(Fault { inode: number, why }),
        }
    }
    Ok(())
}

pub(super) fn free_runs(fs: &Fat, visit: &mut dyn FnMut(u64, u64)) -> Result<(), Unreadable> {
    let mut run: Option<(u64, u64)> = None;
    for cluster in 2..fs.boot.clusters + 2 {
        if chain::value(fs, cluster)? != 0 {
            continue;
        }
        let from = fs.boot.cluster_at(cluster).expect("the numbers of clusters are counted through");
        let to = from + fs.boot.cluster_bytes;
        match &mut run {
            Some((_, until)) if *until == from => *until = to,
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
