//! The names inside an initramfs: one cpio archive after another, the last usually compressed.
//!
//! Contents are skipped, only names are kept, and an archive that grows beyond its limits ends the reading: what was not
//! read is said, never assumed.

use std::collections::BTreeSet;
use std::io::{self, Read};

pub const COMPRESSED_BYTES_MAX: u64 = 192 << 20;
/// An initramfs that unpacks to more than this is not read on.
pub const UNPACKED_BYTES_MAX: u64 = 1 << 30;
pub const NAMES_MAX: usize = 200_000;
const NAME_BYTES_MAX: u64 = 4096;

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

/// The paths in the archives of `bytes`.
pub fn names(bytes: &[u8]) -> Result<BTreeSet<String>, NotRead> {
    let mut names = BTreeSet::new();
    let mut rest = bytes;
    loop {
        let padding = rest.iter().take_while(|byte| **byte == 0).count();
        rest = &rest[padding..];
        if rest.is_empty() {
            return Ok(names);
        }
        if rest.starts_with(b"07070") {
            let mut reader = Counted { inner: &mut rest, left: UNPACKED_BYTES_MAX };
            archive(&mut reader, &mut names)?;
            continue;
        }
        // What follows a compressed archive is not read: nobody puts anything there.
        let mut inner = unpack(rest)?;
        let mut reader = Counted { inner: &mut *inner, left: UNPACKED_BYTES_MAX };
        archive(&mut reader, &mut names)?;
        return Ok(names);
    }
}

fn unpack(bytes: &[u8]) -> Result<Box<dyn Read + '_>, NotRead> {
    match bytes {
        [0x1f, 0x8b, ..] => Ok(Box::new(flate2::read::MultiGzDecoder::new(bytes))),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            let decoder = ruzstd::decoding::StreamingDecoder::new(bytes).map_err(|_| NotRead::Damaged)?;
            Ok(Box::new(decoder))
        }
        [0xfd, b'7', b'z', b'X', b'Z', ..] => Err(NotRead::Compression("xz")),
        [0x02, 0x21, 0x4c, 0x18, ..] | [0x04, 0x22, 0x4d, 0x18, ..] => Err(NotRead::Compression("lz4")),
        [b'B', b'Z', b'h', ..] => Err(NotRead::Compression("bzip2")),
        [0x5d, 0, 0, ..] => Err(NotRead::Compression("lzma")),
        _ => Err(NotRead::Damaged),
    }
}

/// A reader that ends with an error once its budget is spent.
struct Counted<'a> {
    inner: &'a mut dyn Read,
    left: u64,
}

impl Counted<'_> {
    fn take(&mut self, length: u64) -> Result<Vec<u8>, NotRead> {
        self.left = self.left.checked_sub(length).ok_or(NotRead::OverLimit)?;
        let mut bytes = vec![0; usize::try_from(length).map_err(|_| NotRead::OverLimit)?];
        self.inner.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn skip(&mut self, length: u64) -> Result<(), NotRead> {
        self.left = self.left.checked_sub(length).ok_or(NotRead::OverLimit)?;
        let skipped = io::copy(&mut Read::take(&mut *self.inner, length), &mut io::sink())?;
        if skipped == length { Ok(()) } else { Err(NotRead::Damaged) }
    }
}

/// One "newc" archive, up to its trailer.
fn archive(reader: &mut Counted<'_>, names: &mut BTreeSet<String>) -> Result<(), NotRead> {
    loop {
        let header = reader.take(110)?;
        if !header.starts_with(b"070701") && !header.starts_with(b"070702") {
            return Err(NotRead::Damaged);
        }
        let field = |number: usize| {
            let digits = std::str::from_utf8(&header[6 + number * 8..14 + number * 8]).ok()?;
            u64::from_str_radix(digits, 16).ok()
        };
        let (size, name_size) = (field(6).ok_or(NotRead::Damaged)?, field(11).ok_or(NotRead::Damaged)?);
        if name_size > NAME_BYTES_MAX {
            return Err(NotRead::OverLimit);
        }
        let name = reader.take(name_size)?;
        reader.skip(to_multiple_of_four(110 + name_size))?;
        let name = String::from_utf8_lossy(name.strip_suffix(&[0]).unwrap_or(&name)).into_owned();
        if name == "TRAILER!!!" {
            return Ok(());
        }
        if names.len() >= NAMES_MAX {
            return Err(NotRead::OverLimit);
        }
        names.insert(name);
        reader.skip(size + to_multiple_of_four(size))?;
    }
}

fn to_multiple_of_four(length: u64) -> u64 {
    length.next_multiple_of(4) - length
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
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).expect("memory takes everything");
        encoder.finish().expect("memory takes everything")
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
        let zstd = ruzstd::encoding::compress_to_vec(&main[..], ruzstd::encoding::CompressionLevel::Fastest);
        check(&[early, zstd].concat(), &expected);
    }

    #[test]
    fn what_cannot_be_unpacked_is_named() {
        assert!(matches!(names(b"\xfd7zXZ\0...."), Err(NotRead::Compression("xz"))));
        assert!(matches!(names(b"hello"), Err(NotRead::Damaged)));
        assert!(matches!(names(&cpio(&["a"])[..150]), Err(NotRead::Damaged)));
    }

    #[test]
    fn a_bomb_ends_at_the_limit() {
        let mut header = cpio(&["bomb"]);
        header[6 + 48..6 + 56].copy_from_slice(b"ffffffff");
        assert!(matches!(names(&header), Err(NotRead::OverLimit)));
    }
}
