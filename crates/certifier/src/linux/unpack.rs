//! Unpacking as a reader reads: gzip, xz, lzma, zstd and lz4, told by their first bytes, with bounded memory.

use std::io::{self, BufRead, Read};

use lzma_rust2::{LzmaReader, XzReader};
use ruzstd::decoding::StreamingDecoder;

/// The largest window of xz, lzma or zstd that is kept in memory. Debian's `xz -8` and `zstd -19` stay below.
pub const WINDOW_BYTES_MAX: u64 = 64 << 20;
/// More frames of zstd than this are not one file.
const FRAMES_MAX: usize = 100_000;

/// How something is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    Gzip,
    Xz,
    Lzma,
    Zstd,
    Lz4,
    /// Known, but not unpacked here.
    Other(&'static str),
}

/// The packing that begins with these bytes; six are enough.
pub fn packing(head: &[u8]) -> Option<Packing> {
    match head {
        [0x1f, 0x8b, ..] => Some(Packing::Gzip),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Packing::Xz),
        [0x5d, 0, 0, ..] => Some(Packing::Lzma),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Packing::Zstd),
        // A frame, or the older form without one, which the kernel reads.
        [0x04, 0x22, 0x4d, 0x18, ..] | [0x02 | 0x03, 0x21, 0x4c, 0x18, ..] => Some(Packing::Lz4),
        [b'B', b'Z', b'h', ..] => Some(Packing::Other("bzip2")),
        [0x89, b'L', b'Z', b'O', ..] => Some(Packing::Other("lzop")),
        _ => None,
    }
}

/// What `packed` holds. Windows beyond [`WINDOW_BYTES_MAX`] are an error before they are memory.
pub fn unpack<'a>(packing: Packing, packed: impl BufRead + 'a) -> Result<Box<dyn Read + 'a>, UnpackError> {
    let limit_kib = u32::try_from(WINDOW_BYTES_MAX >> 10).unwrap_or(u32::MAX) + 1024;
    Ok(match packing {
        Packing::Gzip => Box::new(inflate::GzipReader::new(packed)),
        Packing::Xz => Box::new(XzReader::new_mem_limit(packed, true, limit_kib)),
        Packing::Lzma => Box::new(LzmaReader::new_mem_limit(packed, limit_kib, None)?),
        Packing::Zstd => Box::new(Zstd { decoder: None, packed: Some(packed), frames: 0 }),
        Packing::Lz4 => Box::new(lz4_flex::frame::FrameDecoder::new(packed)),
        Packing::Other(name) => return Err(UnpackError::Unknown(name)),
    })
}

#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    #[error("compressed with {0}")]
    Unknown(&'static str),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The frames of a zstd file, one after another: a decoder reads one.
struct Zstd<R: BufRead> {
    decoder: Option<StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>,
    packed: Option<R>,
    frames: usize,
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(decoder) = &mut self.decoder {
                let taken = decoder.read(buffer)?;
                if taken > 0 || buffer.is_empty() {
                    return Ok(taken);
                }
            }
            if let Some(decoder) = self.decoder.take() {
                self.packed = Some(decoder.into_inner());
            }
            let Some(mut packed) = self.packed.take() else {
                return Ok(0);
            };
            // What is no frame ends the file: padding, or an archive that was appended.
            if !packed.fill_buf()?.starts_with(&[0x28]) {
                return Ok(0);
            }
            self.frames += 1;
            if self.frames > FRAMES_MAX {
                return Err(io::Error::other("too many frames"));
            }
            let decoder = StreamingDecoder::new_with_max_window_size(packed, WINDOW_BYTES_MAX);
            self.decoder = Some(decoder.map_err(io::Error::other)?);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::process::{Command, Stdio};

    /// What Debian's own tool makes of `bytes`.
    pub fn packed_by(tool: &[&str], bytes: &[u8]) -> Vec<u8> {
        let mut child = Command::new(tool[0])
            .args(&tool[1..])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|cause| panic!("{} starts: {cause}", tool[0]));
        let mut stdin = child.stdin.take().expect("a pipe was asked for");
        let copy = bytes.to_vec();
        let writer = std::thread::spawn(move || stdin.write_all(&copy).expect("the tool reads"));
        let output = child.wait_with_output().expect("the tool ends");
        writer.join().expect("the tool took everything");
        assert!(output.status.success(), "{tool:?}");
        output.stdout
    }

    fn unpacked(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut found = Vec::new();
        let packing = packing(bytes).expect("a known packing");
        let mut reader = unpack(packing, bytes).map_err(io::Error::other)?;
        reader.read_to_end(&mut found)?;
        Ok(found)
    }

    fn text() -> Vec<u8> {
        (0..20_000_u32)
            .flat_map(|number| format!("{}\n", number.wrapping_mul(2_654_435_761)).into_bytes())
            .collect()
    }

    #[track_caller]
    fn check(tool: &[&str]) {
        let text = text();
        let packed = packed_by(tool, &text);
        assert!(packed.len() < text.len(), "{tool:?} packs");
        assert!(unpacked(&packed).expect("a whole file") == text, "{tool:?}");
        // A file cut short is an error, not a shorter file.
        let cut = unpacked(&packed[..packed.len() / 2]);
        assert!(cut.is_err() || cut.is_ok_and(|found| found.len() < text.len()), "{tool:?} cut");
    }

    #[test]
    fn what_debians_tools_pack_is_unpacked() {
        check(&["gzip", "-c"]);
        check(&["xz", "-c", "-8", "--check=crc32"]);
        check(&["xz", "-c", "--check=crc32", "--lzma2=dict=1MiB"]);
        check(&["xz", "-c", "--format=lzma", "-5"]);
        check(&["zstd", "-c", "-q", "-3"]);
        check(&["zstd", "-c", "-q", "-19"]);
        check(&["lz4", "-c", "-q", "-9"]);
        check(&["lz4", "-c", "-q", "-9", "-l"]);
    }

    #[test]
    fn frames_that_follow_one_another_are_all_unpacked() {
        let one = packed_by(&["zstd", "-c", "-q"], b"first ");
        let other = packed_by(&["zstd", "-c", "-q"], b"second");
        assert_eq!(unpacked(&[one, other, vec![0; 512]].concat()).expect("two frames"), b"first second");
    }

    #[test]
    fn a_window_beyond_the_limit_is_refused_before_it_is_memory() {
        let xz = packed_by(&["xz", "-c", "--lzma2=dict=1536MiB"], b"small");
        assert!(unpacked(&xz).is_err());
        let zstd = packed_by(&["zstd", "-c", "-q", "--long=31", "--ultra", "-22"], b"small");
        let told = unpacked(&zstd);
        assert!(told.is_err() || told.is_ok_and(|bytes| bytes == b"small"), "a small frame needs no window");
    }
}
