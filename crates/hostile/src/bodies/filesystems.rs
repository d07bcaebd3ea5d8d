//! Filesystems: changes to volumes that mkfs made.

use std::sync::LazyLock;

use disk::btrfs::Btrfs;
use disk::ext4::Ext4;
use disk::fat::Fat;
use disk::ntfs::Ntfs;
use disk::squashfs::Squashfs;
use disk::xfs::Xfs;

use crate::bodies::Body;
use crate::seal;
use crate::specimen::{self, Specimen};
use crate::volume::ask;

macro_rules! filesystem {
    ($body:ident, $name:literal, $volumes:ident, $seals:expr, $open:expr) => {
        static $volumes: LazyLock<Vec<Specimen>> = LazyLock::new(|| {
            Specimen::unpack(include_bytes!(concat!("../../specimens/", $name, ".xz")), $seals)
        });

        pub const $body: Body = Body {
            name: $name,
            run: |input| {
                if let Some(volume) = specimen::changed(&$volumes, input) {
                    ask(volume, $open);
                }
            },
            specimens: Some(|| &$volumes),
        };
    };
}

filesystem!(NTFS, "ntfs", NTFS_VOLUMES, seal::none, Ntfs::open);
filesystem!(XFS, "xfs", XFS_VOLUMES, seal::xfs, Xfs::open);
filesystem!(EXT4, "ext4", EXT4_VOLUMES, seal::ext4, Ext4::open);
filesystem!(BTRFS, "btrfs", BTRFS_VOLUMES, seal::btrfs, Btrfs::open);
filesystem!(FAT, "fat", FAT_VOLUMES, seal::none, Fat::open);
filesystem!(SQUASHFS, "squashfs", SQUASHFS_VOLUMES, seal::none, Squashfs::open);
