//! What kind of file an image came as.
//!
//! [`recognise`] looks at both ends of a file, at most [`BYTES_READ_MAX`] bytes however large it is, and says what stands there.
//! [`open`] gives the guest's disk out of it, whether it lies there byte for byte or in pieces.
//!
//! Parents, backing files and extents that a format may name are never followed.

use std::fmt;
use std::io;
use std::sync::Arc;

use crate::fields::{has, u16_le, u32_be, u32_le, u64_be, u64_le};
use crate::read_at::{ReadAt, Window, read_up_to};
use crate::tree::Unreadable;

mod dynamic_vhd;
mod pieces;
mod qcow2;
pub mod vhd;
mod vhdx;
pub mod vmdk;

/// What [`recognise`] reads at most: head, tail, one ISO 9660 volume descriptor, and where a VHD's dynamic header would be.
pub const BYTES_READ_MAX: usize = HEAD_BYTES + TAIL_BYTES + ISO_BYTES + vhd::HEADER_BYTES;

const HEAD_BYTES: usize = 4096 + 512;
const TAIL_BYTES: usize = 8192;
const ISO_BYTES: usize = 8;
const ISO_OFFSET: u64 = 0x8001;

/// The formats that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    FixedVhd,
    DynamicVhd,
    DifferencingVhd,
    /// A VHD footer of a type that nobody defined.
    OtherVhd(u32),
    Vhdx,
    Qcow2 {
        version: u32,
        virtual_bytes: u64,
        has_backing_file: bool,
    },
    Vmdk(vmdk::Vmdk),
    Vdi {
        virtual_bytes: u64,
    },
    Gzip,
    Xz,
    Zstd,
    Bzip2,
    Zip,
    SevenZip,
    Iso9660,
    /// A bare disk: it begins with a partition table.
    RawDisk,
    /// None of these; perhaps a bare filesystem.
    Unknown,
    Empty,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::FixedVhd => "fixed VHD",
            Format::DynamicVhd => "dynamic VHD",
            Format::DifferencingVhd => "differencing VHD",
            Format::OtherVhd(kind) => return write!(f, "VHD of unknown type {kind}"),
            Format::Vhdx => "VHDX",
            Format::Qcow2 { version, .. } => return write!(f, "QCOW2 version {version}"),
            Format::Vmdk(vmdk) => return write!(f, "VMDK, {}", vmdk.kind.name()),
            Format::Vdi { .. } => "VDI",
            Format::Gzip => "gzip",
            Format::Xz => "xz",
            Format::Zstd => "zstd",
            Format::Bzip2 => "bzip2",
            Format::Zip => "zip",
            Format::SevenZip => "7z",
            Format::Iso9660 => "ISO 9660",
            Format::RawDisk => "raw disk",
            Format::Unknown => "unknown",
            Format::Empty => "empty",
        })
    }
}

/// A file, seen from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// What the file is. A VHD footer at the end outweighs whatever stands at the beginning, since a fixed VHD begins with the
    /// guest's own bytes.
    pub format: Format,
    /// What the beginning alone looks like, where that is another format than `format`: two readers could see two disks.
    /// A partition table at the beginning of a fixed VHD is its contents and not named here.
    pub begins_like: Option<Format>,
    pub file_bytes: u64,
    /// What speaks of VHD in the file, whichever format was found.
    pub vhd: vhd::Traces,
}

impl Container {
    /// The guest's disk as `(offset, length)` within the file, if the file holds it byte for byte: a fixed VHD or a raw disk.
    /// A footer that promises more than the file holds is answered with what there is.
    pub fn disk_range(&self) -> Option<(u64, u64)> {
        match (self.format, &self.vhd.footer) {
            (Format::FixedVhd, Some(footer)) => {
                let before_footer = self.vhd.footer_at.unwrap_or(self.file_bytes);
                Some((0, footer.current_bytes.min(before_footer)))
            }
            (Format::RawDisk, _) => Some((0, self.file_bytes)),
            _ => None,
        }
    }

    /// The guest's disk as a source of its own.
    pub fn disk(&self, source: Arc<dyn ReadAt>) -> Option<Window> {
        let (offset, length) = self.disk_range()?;
        Window::new(source, offset, length)
    }
}

/// Says what a file is.
pub fn recognise(source: &dyn ReadAt) -> io::Result<Container> {
    let file_bytes = source.size_bytes();
    let head = read_up_to(source, 0, HEAD_BYTES)?;
    let tail_at = file_bytes.saturating_sub(TAIL_BYTES as u64);
    let tail = read_up_to(source, tail_at, TAIL_BYTES)?;
    let iso = read_up_to(source, ISO_OFFSET, ISO_BYTES)?;
    let vhd = vhd::Traces::find(source, &head, &tail, tail_at)?;

    let beginning = beginning(&head, &iso, file_bytes);
    // A dynamic disk that lost its end is still known by its beginning; a fixed one has nothing there.
    let copy = vhd.first_sector.as_ref().filter(|footer| matches!(footer.kind, 3 | 4));
    let vhd_format = vhd.footer.as_ref().or(copy).map(|footer| match footer.kind {
        2 => Format::FixedVhd,
        3 => Format::DynamicVhd,
        4 => Format::DifferencingVhd,
        other => Format::OtherVhd(other),
    });
    let format = vhd_format.unwrap_or(beginning);
    let innocent = matches!(beginning, Format::Unknown | Format::Empty | Format::RawDisk);
    let begins_like = (beginning != format && !innocent).then_some(beginning);
    Ok(Container { format, begins_like, file_bytes, vhd })
}

/// The guest's disk in `source`, which was [recognised](recognise) as `format`. Its tables are read and checked here: reads of the
/// disk find damage only in what is packed and in a few places that no table tells of, and say so inside an error of kind
/// `InvalidData`.
pub fn open(source: Arc<dyn ReadAt>, found: &Container) -> Result<Arc<dyn ReadAt>, Unreadable> {
    Ok(match found.format {
        Format::DynamicVhd | Format::DifferencingVhd => Arc::new(dynamic_vhd::open(source)?),
        Format::Vhdx => Arc::new(vhdx::open(source)?),
        Format::Qcow2 { .. } => Arc::new(qcow2::open(source)?),
        format => {
            let not_read = Unreadable::Unsupported(format!("a container that is not read ({format})"));
            Arc::new(found.disk(source).ok_or(not_read)?)
        }
    })
}

fn beginning(head: &[u8], iso: &[u8], file_bytes: u64) -> Format {
    if head.is_empty() {
        Format::Empty
    } else if has(head, 0, b"vhdxfile") {
        Format::Vhdx
    } else if has(head, 0, b"QFI\xfb") {
        Format::Qcow2 {
            version: u32_be(head, 4),
            virtual_bytes: u64_be(head, 24),
            has_backing_file: u64_be(head, 8) != 0,
        }
    } else if has(head, 0, b"KDMV") {
        Format::Vmdk(vmdk::sparse(head))
    } else if has(head, 0, b"# Disk DescriptorFile") {
        Format::Vmdk(vmdk::descriptor(head, head.len() as u64 == file_bytes))
    } else if u32_le(head, 64) == 0xbeda_107f {
        Format::Vdi { virtual_bytes: u64_le(head, 368) }
    } else if has(head, 0, b"\x1f\x8b\x08") {
        Format::Gzip
    } else if has(head, 0, b"\xfd7zXZ\0") {
        Format::Xz
    } else if has(head, 0, b"\x28\xb5\x2f\xfd") {
        Format::Zstd
    } else if has(head, 0, b"BZh") && has(head, 4, b"\x31\x41\x59\x26\x53\x59") {
        Format::Bzip2
    } else if has(head, 0, b"PK\x03\x04") || has(head, 0, b"PK\x05\x06") {
        Format::Zip
    } else if has(head, 0, b"7z\xbc\xaf\x27\x1c") {
        Format::SevenZip
    } else if has(iso, 0, b"CD001") {
        Format::Iso9660
    } else if holds_partition_table(head) {
        Format::RawDisk
    } else {
        Format::Unknown
    }
}

/// A boot signature alone is no partition table: boot sectors of FAT and NTFS bear it too.
fn holds_partition_table(head: &[u8]) -> bool {
    if has(head, 512, b"EFI PART") || has(head, 4096, b"EFI PART") {
        return true;
    }
    u16_le(head, 510) == 0xaa55 && crate::partitions::plausible_mbr(head)
}

#[cfg(test)]
pub(crate) mod peers;
#[cfg(test)]
mod tests;
