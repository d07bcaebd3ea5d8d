//! The one door to all filesystem readers: by what the signature says.

use std::sync::Arc;

use crate::btrfs::Btrfs;
use crate::ext4::Ext4;
use crate::fat::Fat;
use crate::ntfs::Ntfs;
use crate::read_at::ReadAt;
use crate::signature::Volume;
use crate::squashfs::Squashfs;
use crate::tree::{Tree, Unreadable};
use crate::xfs::Xfs;

/// Opens the filesystem of this kind on `volume`; `None` for kinds that are not read.
pub fn open(kind: Volume, volume: Arc<dyn ReadAt>) -> Option<Result<Arc<dyn Tree>, Unreadable>> {
    match kind {
        Volume::Ext2 | Volume::Ext3 | Volume::Ext4 => Some(shared(Ext4::open(volume))),
        Volume::Btrfs => Some(shared(Btrfs::open(volume))),
        Volume::Squashfs => Some(shared(Squashfs::open(volume))),
        Volume::Xfs => Some(shared(Xfs::open(volume))),
        Volume::Fat12 | Volume::Fat16 | Volume::Fat32 => Some(shared(Fat::open(volume))),
        Volume::Ntfs => Some(shared(Ntfs::open(volume))),
        _ => None,
    }
}

fn shared<T: Tree + 'static>(opened: Result<T, Unreadable>) -> Result<Arc<dyn Tree>, Unreadable> {
    opened.map(|tree| Arc::new(tree) as Arc<dyn Tree>)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_filesystem_is_told_apart_from_one_that_is_damaged() {
        let zeros: Arc<dyn ReadAt> = Arc::new(vec![0; 1 << 20]);
        for kind in [Volume::Swap, Volume::LvmPhysicalVolume, Volume::Luks, Volume::Blank, Volume::Zfs] {
            assert!(open(kind, zeros.clone()).is_none(), "{kind}");
        }
        for kind in [
            Volume::Ext2,
            Volume::Ext4,
            Volume::Xfs,
            Volume::Btrfs,
            Volume::Squashfs,
            Volume::Fat12,
            Volume::Fat32,
            Volume::Ntfs,
        ] {
            assert!(open(kind, zeros.clone()).expect("it is read").is_err(), "{kind}");
        }
    }
}
