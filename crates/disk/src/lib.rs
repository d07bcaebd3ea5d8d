//! Disk images as data: bytes in, facts out.
//!
//! From the outside in, each module may use those before it:
//!
//! - [`read_at`]: positioned reads from a file, a part of one, or memory; holes are known
//! - [`content_id`]: the name of an image's bytes, a tree hash in which holes cost nothing
//! - [`partitions`]: GPT and MBR, with everything in them that contradicts itself
//! - [`container`]: what kind of file it is; the VHD footer field by field; the disk in a dynamic VHD, a VHDX or a QCOW2
//! - [`convert`]: any of these into a fixed VHD
//! - [`signature`]: what lies in a partition
//! - [`tree`]: what every filesystem reader answers; a small one in memory, for tests
//! - [`ext4`]: ext2, ext3 and ext4
//! - [`fat`]: FAT12, FAT16 and FAT32
//! - [`xfs`]: XFS, versions 4 and 5
//! - [`btrfs`]: Btrfs on one device, with its subvolumes
//! - [`squashfs`]: squashfs 4.0
//! - [`ntfs`]: NTFS, with what Windows packs in it
//! - [`filesystem`]: the one door to all of these
//! - [`unpackers`]: what files are packed with in these, each by itself
//! - [`lvm`]: logical volumes of LVM2, as sources to read from
//!
//! ```no_run
//! # use std::{path::Path, sync::Arc};
//! use disk::{container, filesystem, partitions, read_at::FileImage, signature};
//!
//! let image = Arc::new(FileImage::open(Path::new("disk.vhd"))?);
//! let found = container::recognise(&image)?;
//! let disk = Arc::new(found.disk(image).ok_or("not a disk byte for byte")?);
//! for partition in partitions::audit(&disk)?.partitions {
//!     let Some(volume) = partition.window(disk.clone()) else { continue };
//!     if let Some(Ok(files)) = filesystem::open(signature::identify(&volume)?, Arc::new(volume)) {
//!         println!("{:?}", files.look_up("/etc/os-release")?);
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Invariants: nothing is written but what [`convert`] is told to make; no path outside the image is opened, whatever a format names; every limit stands beside what it
//! limits and is checked before memory is taken; no input, however hostile, makes a reader panic or run without end. A fault in an
//! image is a fact about it, told as data; only a source that cannot be read is an error.
//!
//! What is absent: async, HTTP, SQL, clocks and opinions. Whether a fact is good or bad is the certifier's business.

mod blocks;
pub mod btrfs;
mod checksum;
pub mod container;
pub mod content_id;
pub mod convert;
pub mod ext4;
pub mod fat;
mod fields;
pub mod filesystem;
pub mod lvm;
mod lzo;
#[cfg(test)]
mod made;
mod naming;
pub mod ntfs;
pub mod partitions;
pub mod read_at;
pub mod signature;
pub mod squashfs;
pub mod tree;
pub mod unpackers;
pub mod xfs;
