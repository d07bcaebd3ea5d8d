//! Any disk into a fixed VHD: raw bytes, then a footer. Holes stay holes, and blocks of zeros become holes.
//!
//! [`Input::open`] finds the disk in a file or says why there is none; [`to_fixed_vhd`] writes it. The same disk gives the same
//! bytes at any time, since the footer's id is made from the content and its date is always the same. What lies on the disk goes
//! over as it is, NTFS like ext4: no filesystem is asked what of it is in use.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::container::vhd::{FOOTER_BYTES, footer_for};
use crate::container::{self, Container, Format};
use crate::content_id::{Leaf, for_each_leaf};
use crate::read_at::{FileImage, ReadAt};
use crate::tree::Unreadable;

mod output;

use output::Writer;

pub const MIB: u64 = 1 << 20;

/// The largest disk that the format can describe.
pub const FIXED_VHD_BYTES_MAX: u64 = 2040 << 30;

/// The date of every footer, in seconds since 2000: a date of its own would make every file another one.
const CREATED: u32 = 0;

/// Why a file is not converted. Each is a property of the file, told with what can be done about it.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("the file is empty")]
    Empty,
    #[error("the file is packed with {0}")]
    Packed(Format),
    #[error("the file is {0}, which is not converted")]
    Foreign(Format),
    #[error("the file is no disk of a kind that is known, and has no partition table")]
    NoDisk,
    #[error(
        "the file ends like a {ends_like} and begins like {begins_like}, so that two programs would see two disks"
    )]
    TwoReadings { ends_like: Format, begins_like: Format },
    #[error("the file was cut off: its footer tells of {promised} bytes and {held} are there")]
    CutOff { promised: u64, held: u64 },
    #[error("the footer is damaged: it tells of {promised} bytes and {held} are there")]
    FooterDamaged { promised: u64, held: u64 },
    #[error("the disk has no bytes")]
    NoBytes,
    #[error("the disk would have {0} bytes, and a VHD holds at most 2,040 GiB")]
    TooLarge(u64),
    #[error("the disk cannot be read: {0}")]
    Disk(Unreadable),
}

impl Refusal {
    /// What can be done, as one sentence.
    pub fn what_to_do(&self) -> String {
        match self {
            Refusal::Empty | Refusal::NoBytes => "export the disk again".to_owned(),
            Refusal::Packed(_) => "unpack it, then convert what comes out".to_owned(),
            Refusal::Foreign(Format::Iso9660) => {
                "an ISO is a medium to install from: install it in a machine and convert that disk".to_owned()
            }
            Refusal::Foreign(_) => {
                "make a raw disk of it first (qemu-img convert -O raw FILE disk.raw), then convert that"
                    .to_owned()
            }
            Refusal::NoDisk => "if its bytes are the disk itself, say so with --raw".to_owned(),
            Refusal::TwoReadings { .. } => {
                "find out which disk is meant, and export that one again".to_owned()
            }
            Refusal::CutOff { .. } => "copy the file again, or export the disk again".to_owned(),
            Refusal::FooterDamaged { .. } => {
                "cut the footer off (the last 512 bytes) and convert the rest with --raw".to_owned()
            }
            Refusal::TooLarge(_) => "shrink the disk first".to_owned(),
            Refusal::Disk(Unreadable::Unsupported(_)) => {
                "where all parts of the disk are, and trusted, write it as one file \
                 (qemu-img convert -O qcow2 FILE whole.qcow2), then convert that"
                    .to_owned()
            }
            Refusal::Disk(Unreadable::OverLimit { .. }) => "export the disk with usual settings".to_owned(),
            Refusal::Disk(_) => "copy the file again; if it is the same at home, export it again".to_owned(),
        }
    }
}

/// Why there is no disk to convert: the file's fault, or the reading's.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Io(io::Error),
}

impl From<Unreadable> for Failure {
    fn from(unreadable: Unreadable) -> Failure {
        match unreadable {
            Unreadable::Io(cause) => Failure::from(cause),
            other => Failure::Refused(Refusal::Disk(other)),
        }
    }
}

/// Damage that is only found while reading comes inside an error of the reading.
impl From<io::Error> for Failure {
    fn from(cause: io::Error) -> Failure {
        match cause.downcast::<Unreadable>() {
            Ok(unreadable) => Failure::Refused(Refusal::Disk(unreadable)),
            Err(cause) => Failure::Io(cause),
        }
    }
}

/// A disk to convert.
pub struct Input {
    pub format: Format,
    pub disk: Arc<dyn ReadAt>,
    /// The file that holds the disk byte for byte from its beginning, if it does.
    verbatim: Option<Arc<FileImage>>,
}

impl Input {
    /// Finds the disk in a file, by its content.
    pub fn open(file: FileImage) -> Result<Input, Failure> {
        let file = Arc::new(file);
        let found = container::recognise(&file)?;
        check_kind(&found)?;
        let disk = container::open(file.clone(), &found)?;
        if disk.size_bytes() == 0 {
            return Err(Refusal::NoBytes.into());
        }
        let verbatim = found.disk_range().is_some_and(|(start, _)| start == 0).then_some(file);
        Ok(Input { format: found.format, disk, verbatim })
    }

    /// Takes a file for the disk itself, whatever it looks like.
    pub fn raw(file: FileImage) -> Result<Input, Failure> {
        if file.size_bytes() == 0 {
            return Err(Refusal::Empty.into());
        }
        let file = Arc::new(file);
        Ok(Input { format: Format::RawDisk, disk: file.clone(), verbatim: Some(file) })
    }

    /// The size that the converted disk gets: at least `least`, and a whole number of MiB, since platforms refuse any other.
    pub fn rounded_bytes(&self, least: u64) -> Result<u64, Refusal> {
        let wanted = self.disk.size_bytes().max(least);
        let rounded = wanted.checked_next_multiple_of(MIB).filter(|size| *size <= FIXED_VHD_BYTES_MAX);
        rounded.ok_or(Refusal::TooLarge(wanted))
    }
}

fn check_kind(found: &Container) -> Result<(), Refusal> {
    if let Some(begins_like) = found.begins_like {
        return Err(Refusal::TwoReadings { ends_like: found.format, begins_like });
    }
    match found.format {
        Format::Empty => Err(Refusal::Empty),
        Format::Unknown => Err(Refusal::NoDisk),
        Format::Gzip | Format::Xz | Format::Zstd | Format::Bzip2 | Format::Zip | Format::SevenZip => {
            Err(Refusal::Packed(found.format))
        }
        Format::OtherVhd(_) | Format::Vmdk(_) | Format::Vdi { .. } | Format::Iso9660 => {
            Err(Refusal::Foreign(found.format))
        }
        Format::FixedVhd => check_fixed(found),
        Format::DynamicVhd
        | Format::DifferencingVhd
        | Format::Vhdx
        | Format::Qcow2 { .. }
        | Format::RawDisk => Ok(()),
    }
}

/// A fixed VHD is converted to put its footer right. What its disk is must be beyond doubt: a footer that tells of another size than
/// the file has must at least bear out its checksum.
fn check_fixed(found: &Container) -> Result<(), Refusal> {
    let (Some(footer), Some(held)) = (&found.vhd.footer, found.vhd.footer_at) else { return Ok(()) };
    let promised = footer.current_bytes;
    let dynamic = found.vhd.first_sector.as_ref().is_some_and(|copy| copy.checksum_holds());
    if dynamic && found.vhd.dynamic_header {
        return Err(Refusal::TwoReadings { ends_like: found.format, begins_like: Format::DynamicVhd });
    }
    if !footer.checksum_holds() && promised != held {
        return Err(Refusal::FooterDamaged { promised, held });
    }
    if promised > held {
        return Err(Refusal::CutOff { promised, held });
    }
    Ok(())
}

/// What was made of a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    pub disk_bytes: u64,
    /// What of it was written; the rest are holes.
    pub written_bytes: u64,
    /// The id in the footer, made from the disk's bytes.
    pub unique_id: [u8; 16],
}

/// Writes the disk to `out`, an empty file, as a fixed VHD of `size_bytes`, which [`Input::rounded_bytes`] gave. `progress` hears of bytes
/// done and bytes in all; holes count nothing. When this returns, the file is on the disk.
pub fn to_fixed_vhd(
    input: &Input,
    size_bytes: u64,
    out: &File,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Made, Failure> {
    let source = Enlarged { disk: &*input.disk, size_bytes };
    let total = data_bytes(&source)?;
    out.set_len(size_bytes + FOOTER_BYTES as u64)?;
    let mut writer = Writer::new(input, out);
    let mut fingerprint = Fingerprint::of_size(size_bytes);
    let (mut at, mut done) = (0, 0);
    for_each_leaf(&source, &mut |_, leaf| {
        if let Leaf::Data(bytes) = leaf {
            fingerprint.take(at, bytes);
            writer.write_leaf(at, bytes)?;
            done = total.min(done + leaf.length());
            progress(done, total);
        }
        at += leaf.length();
        Ok(())
    })?;
    progress(total, total);
    let written_bytes = writer.written_bytes();
    drop(writer);
    let unique_id = fingerprint.unique_id();
    out.write_all_at(&footer_for(size_bytes, unique_id, CREATED), size_bytes)?;
    out.sync_all()?;
    Ok(Made { disk_bytes: size_bytes, written_bytes, unique_id })
}

/// What tells one disk from another: a digest of checksums. To digest all bytes as the content id does would cost more than the
/// whole conversion; nobody is meant to trust this id, only to see whether two disks are the same one.
struct Fingerprint(Sha256);

impl Fingerprint {
    const PIECE_BYTES: usize = 64 << 10;

    fn of_size(size_bytes: u64) -> Fingerprint {
        let mut digest = Sha256::new();
        digest.update(b"halle disk 1\n");
        digest.update(size_bytes.to_be_bytes());
        Fingerprint(digest)
    }

    /// Takes a leaf that is not all zeros.
    fn take(&mut self, at: u64, bytes: &[u8]) {
        self.0.update(at.to_be_bytes());
        for piece in bytes.chunks(Self::PIECE_BYTES) {
            self.0.update(crc32fast::hash(piece).to_be_bytes());
        }
    }

    /// The digest's beginning, in the form of a UUID that someone defined (version 8). It is never zero.
    fn unique_id(self) -> [u8; 16] {
        let digest = self.0.finalize();
        let mut unique: [u8; 16] = std::array::from_fn(|at| digest[at]);
        unique[6] = unique[6] & 0x0f | 0x80;
        unique[8] = unique[8] & 0x3f | 0x80;
        unique
    }
}

/// How many bytes of a source are no hole.
fn data_bytes(source: &dyn ReadAt) -> io::Result<u64> {
    let (mut at, mut total) = (0, 0);
    while let Some((from, to)) = source.next_data(at)? {
        total += to - from;
        at = to;
    }
    Ok(total)
}

/// A disk with zeros after its end.
struct Enlarged<'a> {
    disk: &'a dyn ReadAt,
    size_bytes: u64,
}

impl ReadAt for Enlarged<'_> {
    fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let held = self.disk.size_bytes().saturating_sub(offset);
        let held = usize::try_from(held).unwrap_or(usize::MAX).min(buffer.len());
        let (there, beyond) = buffer.split_at_mut(held);
        if !there.is_empty() {
            self.disk.read_exact_at(offset, there)?;
        }
        beyond.fill(0);
        Ok(())
    }

    fn next_data(&self, offset: u64) -> io::Result<Option<(u64, u64)>> {
        self.disk.next_data(offset)
    }
}

#[cfg(test)]
mod tests;
