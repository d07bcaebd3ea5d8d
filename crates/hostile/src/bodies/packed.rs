//! What is packed: the unpackers by themselves, deflate beside another reader of it, initramfs files, archives.

use std::io::{self, Read};

use certifier::archives::head::Head;
use certifier::archives::{Opener, UNPACKED_BYTES_MAX, zip};
use certifier::linux::initramfs;
use certifier::linux::unpack::{packing, unpack};
use certifier::packages::zip::Zip;
use disk::unpackers;
use inflate::{DeflateReader, GzipReader};

use crate::bodies::Body;

/// How much of what unpacks is read. A few bytes of input may be a gigabyte of zeros, and reading them proves nothing more.
const READ_BYTES_MAX: u64 = 8 << 20;

pub const UNPACKERS: Body = Body {
    name: "unpackers",
    run: |input| {
        let [which, size, packed @ ..] = input else { return };
        let length = (usize::from(*size) + 1) << 8;
        match which % 5 {
            0 => {
                if let Some(bytes) = unpackers::lznt1(packed, length) {
                    assert!(bytes.len() <= length);
                }
            }
            1 => is_of(unpackers::lzx(packed, length.min(32 << 10)), length.min(32 << 10)),
            2 => is_of(unpackers::xpress(packed, length), length),
            3 => {
                let mut into = vec![0; length];
                if let Some(count) = unpackers::lzo(packed, &mut into) {
                    assert!(count <= length && into[count..].iter().all(|byte| *byte == 0));
                }
            }
            _ => {
                let Some(packing) = packing(packed) else { return };
                if let Ok(unpacked) = unpack(packing, packed) {
                    let _ = io::copy(&mut unpacked.take(READ_BYTES_MAX), &mut io::sink());
                }
            }
        }
    },
    specimens: None,
};

#[track_caller]
fn is_of(unpacked: Option<Vec<u8>>, length: usize) {
    if let Some(bytes) = unpacked {
        assert_eq!(bytes.len(), length);
    }
}

/// Deflate and gzip, read by us and by flate2: the same comes out, and what one refuses the other does.
pub const INFLATE: Body = Body {
    name: "inflate",
    run: |input| {
        let [which, at_once, packed @ ..] = input else { return };
        let slowly = Slowly { packed, most: usize::from(*at_once) + 1 };
        let (ours, theirs) = match which % 2 {
            0 => (all(DeflateReader::new(slowly)), all(flate2::bufread::DeflateDecoder::new(packed))),
            _ => (all(GzipReader::new(slowly)), all(flate2::bufread::MultiGzDecoder::new(packed))),
        };
        assert_eq!(ours.is_whole, theirs.is_whole);
        // How much of what comes before damage is given is not agreed upon.
        let both = ours.bytes.iter().zip(&theirs.bytes);
        assert!(both.into_iter().all(|(our, their)| our == their));
        assert!(!ours.is_whole || ours.bytes.len() == theirs.bytes.len());
    },
    specimens: None,
};

/// What is told of a file that would unpack to more.
const COMPARED_BYTES_MAX: u64 = 1 << 20;

struct All {
    bytes: Vec<u8>,
    is_whole: bool,
}

fn all(reader: impl Read) -> All {
    let mut bytes = Vec::new();
    let is_whole = reader.take(COMPARED_BYTES_MAX).read_to_end(&mut bytes).is_ok();
    All { bytes, is_whole }
}

/// A source that gives only so many bytes at a time.
struct Slowly<'p> {
    packed: &'p [u8],
    most: usize,
}

impl Read for Slowly<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(self.most);
        self.packed.read(&mut buffer[..length])
    }
}

pub const INITRAMFS: Body = Body {
    name: "initramfs",
    run: |input| {
        if let Ok(names) = initramfs::names(input) {
            assert!(names.len() <= initramfs::NAMES_MAX);
            assert!(names.iter().all(|name| !name.contains('\0')), "{names:?}");
        }
    },
    specimens: None,
};

pub const ARCHIVES: Body = Body {
    name: "archives",
    run: |input| {
        let file = input.to_vec();
        let mut look = |name: &str, stream: &mut dyn Read| {
            assert!(name.starts_with("/a"), "{name:?}");
            io::copy(&mut stream.take(READ_BYTES_MAX), &mut io::sink()).map(drop)
        };
        let mut opener = Opener::new(&mut look);
        if let Some(head) = Head::of(&file) {
            opener.file("/a", head, &file);
        } else if zip::is_one(&file) {
            opener.file("/a", Head::Zip, &file);
        }
        assert!(opener.unpacked_bytes() <= UNPACKED_BYTES_MAX && opener.notes.len() <= 20);
        let Ok(zip) = Zip::open(&file, 1000) else { return };
        for entry in zip.entries.iter().take(20) {
            if let Ok(bytes) = zip.unpack(entry, READ_BYTES_MAX) {
                assert!(bytes.len() as u64 <= READ_BYTES_MAX);
            }
        }
    },
    specimens: None,
};
