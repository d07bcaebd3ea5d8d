//! The filesystem as a whole: all files by one walk, since FAT has no table of them, and all free space by the table.

use super::{Fat, chain};
use crate::naming::{Directories, Fault};
use crate::tree::{Extent, Node, Unreadable};

impl Fat {
    /// Shows every file and directory to `visit`, with its extents on the volume, in the order of their entries on the disk. What is
    /// damaged is told to `fault` and passed over.
    pub fn sweep(
        &self,
        visit: &mut dyn FnMut(&Node, &[Extent]),
        fault: &mut dyn FnMut(Fault),
    ) -> Result<(), Unreadable> {
        let names = self.names()?;
        let mut numbers: Vec<u64> = names.inodes().collect();
        numbers.sort_unstable();
        names.faults.into_iter().for_each(&mut *fault);
        for number in numbers {
            match self.inode(number).and_then(|inode| Ok((self.map(&inode)?, inode.node))) {
                Ok((map, node)) => visit(&node, &map),
                Err(Unreadable::Io(why)) => return Err(why.into()),
                Err(why) => fault(Fault { inode: number, why }),
            }
        }
        Ok(())
    }

    /// Shows every run of free clusters to `visit` as `[from, to)` in bytes of the volume. What lies there belongs to no file.
    pub fn free_space(&self, visit: &mut dyn FnMut(u64, u64)) -> Result<(), Unreadable> {
        let mut run: Option<(u64, u64)> = None;
        for cluster in 2..self.boot.clusters + 2 {
            if chain::value(self, cluster)? != 0 {
                continue;
            }
            let from = self.boot.cluster_at(cluster).expect("the numbers of clusters are counted through");
            let to = from + self.boot.cluster_bytes;
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
}
