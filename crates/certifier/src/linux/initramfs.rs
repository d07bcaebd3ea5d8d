//! The names inside an initramfs: one cpio archive after another, the last usually compressed.
//!
//! Contents are skipped, only names are kept, and an archive that grows beyond its limits ends the reading: what was not
//! read is said, never assumed.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader, Read};

use crate::archives::cpio::{HEADER_BYTES, Header, LAST, NAME_SIZE_MAX, padding_bytes, skip_zeros};
use crate::linux::unpack::{UnpackError, packing, unpack};

pub const COMPRESSED_BYTES_MAX: u64 = 512 << 20;
/// An initramfs that unpacks to more than this is not read on.
pub const UNPACKED_BYTES_MAX: u64 = 1 << 30;
pub const NAMES_MAX: usize = 200_000;

/// What may come out of one byte, once [`RATIO_FREE_BYTES`] have come out at all. Real ones stay below ten.
const RATIO_MAX: u64 = 100;
const RATIO_FREE_BYTES: u64 = 16 << 20;

const BUFFER_BYTES: usize = 64 << 10;
/// What is read of the disk at once: each read finds its way through the filesystem anew.
const READ_BYTES: usize = 1 << 20;

#[derive(Debug, thiserror::Error)]
pub enum NotRead {
    /// Compressed in a way that is not unpacked here; the name of the way.
    #[error("compressed with {0}")]
    Compression(&'static str),
    #[error("damaged")]
    Damaged,
    #[error("over the limit")]
    OverLimit,
}

impl From<io::Error> for NotRead {
    fn from(_: io::Error) -> NotRead {
        NotRead::Damaged
    }
}

impl From<UnpackError> for NotRead {
    fn from(cause: UnpackError) -> NotRead {
        match cause {
            UnpackError::Unknown(name) => NotRead::Compression(name),
            UnpackError::Io(_) => NotRead::Damaged,
        }
    }
}

/// The paths in the archives that `file` holds.
pub fn names(file: impl Read) -> Result<BTreeSet<String>, NotRead> {
    let packed_bytes = Cell::new(0);
    let source = Counting { inner: file, count: &packed_bytes };
    let mut source = BufReader::with_capacity(READ_BYTES, source);
    let mut names = BTreeSet::new();
    let mut unpacked = Unpacked { total: 0, packed_bytes: &packed_bytes };
    while let Some(head) = next_head(&mut source)? {
        if head.starts_with(b"07070") {
            archive(&mut Archive { head: &head, inner: &mut source, unpacked: &mut unpacked }, &mut names)?;
            continue;
        }
        // What follows a compressed archive is not read: nobody puts anything there.
        let packing = packing(&head).ok_or(NotRead::Damaged)?;
        let inner = unpack(packing, (&head[..]).chain(source))?;
        let mut inner = BufReader::with_capacity(BUFFER_BYTES, inner);
        while let Some(head) = next_head(&mut inner)? {
            archive(&mut Archive { head: &head, inner: &mut inner, unpacked: &mut unpacked }, &mut names)?;
        }
        break;
    }
    Ok(names)
}

/// The first bytes that are not padding; `None` at the end.
fn next_head(source: &mut impl BufRead) -> Result<Option<[u8; 6]>, NotRead> {
    if skip_zeros(source)?.is_none() {
        return Ok(None);
    }
    let mut head = [0; 6];
    source.read_exact(&mut head)?;
    Ok(Some(head))
}

/// A reader that knows how much was read from it.
struct Counting<'a, R> {
    inner: R,
    count: &'a Cell<u64>,
}

impl<R: Read> Read for Counting<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let taken = self.inner.read(buffer)?;
        self.count.set(self.count.get().saturating_add(taken as u64));
        Ok(taken)
    }
}

/// What came out so far, and how much went in for it.
struct Unpacked<'a> {
    total: u64,
    packed_bytes: &'a Cell<u64>,
}

impl Unpacked<'_> {
    /// Makes room for what is about to be read.
    fn grow(&mut self, length: u64) -> Result<(), NotRead> {
        self.total = self.total.checked_add(length).ok_or(NotRead::OverLimit)?;
        let by_ratio = self.packed_bytes.get().saturating_mul(RATIO_MAX).saturating_add(RATIO_FREE_BYTES);
        if self.total > UNPACKED_BYTES_MAX.min(by_ratio) { Err(NotRead::OverLimit) } else { Ok(()) }
    }
}

/// One archive, of which the first bytes have been taken already.
struct Archive<'a, 'b> {
    head: &'a [u8],
    inner: &'a mut dyn Read,
    unpacked: &'a mut Unpacked<'b>,
}

impl Archive<'_, '_> {
    /// The next `length` bytes; who calls keeps them few.
    fn take(&mut self, length: u64) -> Result<Vec<u8>, NotRead> {
        self.unpacked.grow(length)?;
        let mut bytes = vec![0; usize::try_from(length).map_err(|_| NotRead::OverLimit)?];
        let known = self.head.len().min(bytes.len());
        bytes[..known].copy_from_slice(&self.head[..known]);
        self.head = &self.head[known..];
        self.inner.read_exact(&mut bytes[known..])?;
        Ok(bytes)
    }

    /// Passes over content piece by piece, so that a bomb is noticed while it grows.
    fn skip(&mut self, length: u64) -> Result<(), NotRead> {
        if length > UNPACKED_BYTES_MAX {
            return Err(NotRead::OverLimit);
        }
        let mut left = length;
        while left > 0 {
            let piece = left.min(1 << 20);
            self.unpacked.grow(piece)?;
            let skipped = io::copy(&mut Read::take(&mut *self.inner, piece), &mut io::sink())?;
            if skipped != piece {
                return Err(NotRead::Damaged);
            }
            left -= piece;
        }
        Ok(())
    }
}

/// One "newc" archive, up to its trailer.
fn archive(reader: &mut Archive<'_, '_>, names: &mut BTreeSet<String>) -> Result<(), NotRead> {
    loop {
        let header = Header::of(&reader.take(HEADER_BYTES as u64)?).ok_or(NotRead::Damaged)?;
        let Header { size, name_size, .. } = header;
        if name_size > NAME_SIZE_MAX {
            return Err(NotRead::OverLimit);
        }
        let name = reader.take(name_size)?;
        reader.skip(padding_bytes(HEADER_BYTES as u64 + name_size))?;
        // The kernel reads no further either.
        let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
        if name == LAST {
            return Ok(());
        }
        if names.len() >= NAMES_MAX {
            return Err(NotRead::OverLimit);
        }
        names.insert(String::from_utf8_lossy(name).into_owned());
        reader.skip(size + padding_bytes(size))?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    pub fn cpio(files: &[&str]) -> Vec<u8> {
        let mut archive = Vec::new();
        for name in files.iter().chain(&["TRAILER!!!"]) {
            let content = if *name == "TRAILER!!!" { "" } else { "data!" };
            let fields = [0, 0o100_644, 0, 0, 1, 0, content.len(), 0, 0, 0, 0, name.len() + 1, 0];
            archive.extend(b"070701");
            for field in fields {
                archive.extend(format!("{field:08x}").bytes());
            }
            archive.extend(name.bytes().chain([0]));
            archive.resize(archive.len().next_multiple_of(4), 0);
            archive.extend(content.bytes());
            archive.resize(archive.len().next_multiple_of(4), 0);
        }
        archive.resize(archive.len().next_multiple_of(512), 0);
        archive
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).expect("memory takes everything");
        encoder.finish().expect("memory takes everything")
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
    }

    #[track_caller]
    fn check(bytes: &[u8], expected: &[&str]) {
        assert_eq!(names(bytes).expect("a good initramfs").iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn archives_one_after_another_are_all_read() {
        let early = cpio(&["kernel/x86/microcode/GenuineIntel.bin"]);
        let main = cpio(&["init", "lib/virtio_blk.ko"]);
        check(&main, &["init", "lib/virtio_blk.ko"]);
        check(&gzip(&main), &["init", "lib/virtio_blk.ko"]);
        let expected = ["init", "kernel/x86/microcode/GenuineIntel.bin", "lib/virtio_blk.ko"];
        check(&[early.clone(), gzip(&main)].concat(), &expected);
        check(&[early.clone(), zstd(&main)].concat(), &expected);
        check(&gzip(&[early, main].concat()), &expected);
    }

    #[test]
    fn what_cannot_be_unpacked_is_named() {
        assert!(matches!(names(&b"BZh91AY&SY"[..]), Err(NotRead::Compression("bzip2"))));
        assert!(matches!(names(&b"\xfd7zXZ\0...."[..]), Err(NotRead::Damaged)));
        assert!(matches!(names(&b"hello"[..]), Err(NotRead::Damaged)));
        assert!(matches!(names(&cpio(&["a"])[..150]), Err(NotRead::Damaged)));
    }

    #[test]
    fn a_bomb_ends_at_the_limit() {
        let mut header = cpio(&["bomb"]);
        header[6 + 48..6 + 56].copy_from_slice(b"ffffffff");
        assert!(matches!(names(&header[..]), Err(NotRead::OverLimit)));
        // A file that says it is 600 MiB, all zeros as far as it goes.
        header[6 + 48..6 + 56].copy_from_slice(b"25800000");
        header.resize(24 << 20, 0);
        let packed = gzip(&header);
        assert!(packed.len() < 200 << 10, "{}", packed.len());
        assert!(matches!(names(&packed[..]), Err(NotRead::OverLimit)), "by the ratio");
    }
}
