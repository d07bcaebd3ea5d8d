//! The filesystem as a whole: all files by their table, all free space by the bitmap of clusters.

use super::contents::Contents;
use super::file::Inode;
use super::record::{Attribute, BLANK, Form, Record, kinds};
use super::stream::LIST_BYTES_MAX;
use super::{BITMAP_RECORD, Ntfs};
use crate::naming::Directories;
use crate::tree::{Fault, Kind, Laid, OnFault, Unreadable, Visit};

/// How much of the bitmap is read at once.
const BITMAP_BYTES: usize = 256 << 10;

/// In use is what says so in its record, and each stream of it that is a file of its own. A record that cannot say it is a
/// fault, unless it is blank and the table's own bitmap calls it free.
pub(super) fn all_inodes(
    fs: &Ntfs,
    visit: &mut Visit<'_>,
    fault: &mut OnFault<'_>,
) -> Result<(), Unreadable> {
    let in_use = fs.records_in_use()?;
    // A cluster belongs to one file, so lists of attributes that are longer than the volume together share clusters.
    let mut budget = fs.total_bytes();
    fs.table.each(&mut |number, record| {
        let is_marked = in_use.get((number / 8) as usize).is_some_and(|byte| byte >> (number % 8) & 1 == 1);
        let record = match record {
            Ok(record) if record.is_in_use && record.base.is_none() => record,
            Ok(_) => return Ok(()),
            Err(Unreadable::Damaged { what: BLANK, .. }) if !is_marked => return Ok(()),
            Err(why) => {
                fault(Fault { inode: number, why });
                return Ok(());
            }
        };
        if let Ok(Some(Attribute { form: Form::Mapped(list), .. })) = record.attribute(kinds::ATTRIBUTE_LIST)
        {
            let (found, limit) = (list.size_bytes.min(LIST_BYTES_MAX), fs.total_bytes());
            let over = Unreadable::OverLimit { what: "size of all lists of attributes", found, limit };
            budget = budget.checked_sub(found).ok_or(over)?;
        }
        fs.show(&record, visit, fault)
    })
}

impl Ntfs {
    /// Shows a file and its streams, or tells why they cannot be shown. Only a failing disk ends the sweep.
    fn show(
        &self,
        record: &Record,
        visit: &mut Visit<'_>,
        fault: &mut OnFault<'_>,
    ) -> Result<(), Unreadable> {
        let mut inode = match Inode::new(&self.table, record, None) {
            Ok(inode) => inode,
            Err(Unreadable::Io(why)) => return Err(why.into()),
            Err(why) => {
                fault(Fault { inode: record.number, why });
                return Ok(());
            }
        };
        self.show_one(&inode, visit, fault)?;
        let apart: Vec<usize> = inode.apart().collect();
        let node = inode.node.clone();
        for index in apart {
            inode.node = inode.stream_node(index);
            inode.chosen = Some(index);
            self.show_one(&inode, visit, fault)?;
            inode.node.clone_from(&node);
        }
        Ok(())
    }

    fn show_one(
        &self,
        inode: &Inode,
        visit: &mut Visit<'_>,
        fault: &mut OnFault<'_>,
    ) -> Result<(), Unreadable> {
        let laid = match inode.node.kind {
            Kind::File => Contents::of(&self.table, inode).map(Contents::into_plain),
            _ => self.directory_map(inode).map(|map| (map, false)),
        };
        match laid {
            Ok((extents, is_packed)) => visit(Laid { node: &inode.node, extents: &extents, is_packed }),
            Err(Unreadable::Io(why)) => return Err(why.into()),
            Err(why) => fault(Fault { inode: inode.node.inode, why }),
        }
        Ok(())
    }
}

/// Shows every run of free clusters by the bitmap, which ends with the volume.
pub(super) fn free_runs(fs: &Ntfs, visit: &mut dyn FnMut(u64, u64)) -> Result<(), Unreadable> {
    let inode = fs.file(BITMAP_RECORD)?;
    let bitmap = Contents::of(&fs.table, &inode)?;
    let (clusters, cluster_bytes) = (fs.table.boot.clusters, fs.table.boot.cluster_bytes);
    if bitmap.size_bytes < clusters.div_ceil(8) {
        return Err(Unreadable::Damaged { what: "bitmap of clusters", offset: inode.offset });
    }
    let mut run: Option<u64> = None;
    let mut cluster = 0;
    while cluster < clusters {
        let bytes = bitmap.read(&fs.table, cluster / 8, BITMAP_BYTES)?;
        for byte in bytes {
            // Most bytes are all one or all the other.
            let goes_on = if run.is_some() { 0 } else { 0xff };
            let bits = (clusters - cluster).min(8);
            if byte != goes_on || bits < 8 {
                for bit in 0..bits {
                    match (byte >> bit & 1 == 0, run) {
                        (true, None) => run = Some(cluster + bit),
                        (false, Some(from)) => {
                            visit(from * cluster_bytes, (cluster + bit) * cluster_bytes);
                            run = None;
                        }
                        _ => {}
                    }
                }
            }
            cluster += bits;
            if cluster == clusters {
                break;
            }
        }
    }
    if let Some(from) = run {
        visit(from * cluster_bytes, clusters * cluster_bytes);
    }
    Ok(())
}
