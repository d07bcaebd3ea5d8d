//! Archives, opened one within the other, with a limit on everything that an archive may claim. What is left unread is noted.
//!
//! Everything is a stream but zip, whose table stands at its end: a zip within another archive is held in memory.

pub mod cpio;
pub mod head;
mod tar;
pub mod zip;
mod zstd;

use std::cell::Cell;
use std::io::{self, BufReader, Read};
use std::rc::Rc;

use disk::read_at::ReadAt;

use crate::archives::head::Head;
use crate::phrase::{Phrase, say};

/// Another one whenever more is opened than before, or otherwise: what was seen by an earlier edition is looked at again.
pub const EDITION: &str = "2";

/// How deep archives are opened within one another, compression counted too.
pub const DEPTH_MAX: u32 = 8;
/// What one file may unpack to, all layers together.
pub const UNPACKED_BYTES_MAX: u64 = 2 << 30;
/// How many files one file may hold, all layers together.
pub const ENTRIES_MAX: u64 = 200_000;
/// Nothing honest shrinks more than this, once it is longer than [`RATIO_FREE_BYTES`].
pub const RATIO_MAX: u64 = 250;
pub const RATIO_FREE_BYTES: u64 = 64 << 20;
/// The longest zip within another archive.
pub const INNER_ZIP_BYTES_MAX: u64 = 32 << 20;
/// What a decompressor may keep of what it wrote.
const WINDOW_BYTES_MAX: u64 = 72 << 20;
const BUFFER_BYTES: usize = 32 << 10;
/// More notes on one file teach nobody anything.
const NOTES_MAX: usize = 20;
/// The longest name within an archive that is kept.
const NAME_BYTES_MAX: usize = 1024;

/// Something in an archive that was not read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub name: String,
    pub why: Phrase,
    /// Whether a limit was reached: then it is not the archive that is broken.
    pub limit: bool,
}

/// Looks at what is no archive: its name, and its bytes.
pub type Look<'l> = dyn FnMut(&str, &mut dyn Read) -> io::Result<()> + 'l;

pub struct Opener<'l> {
    look: &'l mut Look<'l>,
    bytes_left: Rc<Cell<u64>>,
    entries_left: u64,
    pub notes: Vec<Note>,
}

/// What stopped the reading of one layer. It is kept beside the stream, because decoders hide where an error came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    Bytes,
    Ratio,
}

type Decoder<'p> = Box<dyn Read + 'p>;

impl<'l> Opener<'l> {
    pub fn new(look: &'l mut Look<'l>) -> Opener<'l> {
        Opener {
            look,
            bytes_left: Rc::new(Cell::new(UNPACKED_BYTES_MAX)),
            entries_left: ENTRIES_MAX,
            notes: Vec::new(),
        }
    }

    /// What was unpacked so far.
    pub fn unpacked_bytes(&self) -> u64 {
        UNPACKED_BYTES_MAX - self.bytes_left.get()
    }

    /// Opens a file that begins as `head` says.
    pub fn file(&mut self, name: &str, head: Head, file: &dyn ReadAt) {
        let done = match head {
            Head::Zip => zip::open(self, name, file, 0),
            _ => self.stream(name, &mut Reader { file, at: 0 }, 0),
        };
        if let Err(cause) = done {
            self.damaged(name, &cause);
        }
    }

    fn note(&mut self, name: &str, why: Phrase, limit: bool) {
        let is_new = self.notes.last().is_none_or(|last| last.why != why || !limit);
        if is_new && self.notes.len() < NOTES_MAX {
            self.notes.push(Note { name: name.to_owned(), why, limit });
        }
    }

    fn damaged(&mut self, name: &str, cause: &io::Error) {
        self.note(name, say("archive.damaged").text("cause", &cause.to_string()), false);
    }

    /// Counts an entry; `false` when there are too many.
    fn count_entry(&mut self, name: &str) -> bool {
        if self.entries_left == 0 {
            self.note(name, say("archive.entries").count("limit", ENTRIES_MAX), true);
            return false;
        }
        self.entries_left -= 1;
        true
    }

    /// Looks at a stream, or opens it if it is an archive.
    fn stream(&mut self, name: &str, stream: &mut dyn Read, depth: u32) -> io::Result<()> {
        let mut begin = Vec::with_capacity(head::HEAD_BYTES);
        (&mut *stream).take(head::HEAD_BYTES as u64).read_to_end(&mut begin)?;
        let head = Head::of(&begin);
        let mut stream = BufReader::with_capacity(BUFFER_BYTES, begin.chain(stream));
        let Some(head) = head else { return (self.look)(name, &mut stream) };
        if depth >= DEPTH_MAX {
            self.note(name, say("archive.depth").count("limit", u64::from(DEPTH_MAX)), true);
            return (self.look)(name, &mut stream);
        }
        match head {
            Head::Gzip => self
                .unpack(name, &mut stream, depth, &|packed| Ok(Box::new(inflate::GzipReader::new(packed)))),
            Head::Xz => self.unpack(name, &mut stream, depth, &|packed| {
                let limit = (WINDOW_BYTES_MAX >> 10) as u32;
                let packed = BufReader::with_capacity(BUFFER_BYTES, packed);
                Ok(Box::new(lzma_rust2::XzReader::new_mem_limit(packed, true, limit)))
            }),
            Head::Lz4 => self.unpack(name, &mut stream, depth, &|packed| {
                Ok(Box::new(lz4_flex::frame::FrameDecoder::new(packed)))
            }),
            Head::Zstd => {
                self.unpack(name, &mut stream, depth, &|packed| Ok(Box::new(zstd::Frames::new(packed))))
            }
            Head::Tar => tar::tar(self, name, &mut stream, depth),
            Head::Ar => tar::ar(self, name, &mut stream, depth),
            Head::Cpio => cpio::cpio(self, name, &mut stream, depth),
            Head::Zip => self.inner_zip(name, &mut stream, depth),
            Head::SevenZip | Head::Bzip2 | Head::Rar => {
                self.note(name, say("archive.kind").text("kind", head.name()), false);
                (self.look)(name, &mut stream)
            }
        }
    }

    /// Does so with an entry of an archive. What is wrong with it is its own matter: the next one may be good.
    fn entry(&mut self, path: &str, stream: &mut dyn Read, depth: u32) {
        if let Err(cause) = self.stream(path, stream, depth) {
            self.damaged(path, &cause);
        }
    }

    /// Reads a compressed stream to its end, with all limits.
    fn unpack(
        &mut self,
        name: &str,
        packed: &mut dyn Read,
        depth: u32,
        decoder: &dyn for<'p> Fn(Counted<'p>) -> io::Result<Decoder<'p>>,
    ) -> io::Result<()> {
        let (taken, stop) = (Cell::new(0), Cell::new(None));
        let done = decoder(Counted { inner: packed, taken: &taken }).and_then(|inner| {
            let left = self.bytes_left.clone();
            let mut metered = Metered { inner, taken: &taken, given: 0, left, stop: &stop };
            self.stream(name, &mut metered, depth + 1)
        });
        match stop.get() {
            Some(Stop::Bytes) => {
                self.note(name, say("archive.bytes").bytes("limit", UNPACKED_BYTES_MAX), true)
            }
            Some(Stop::Ratio) => self.note(name, say("archive.ratio").count("limit", RATIO_MAX), true),
            None => return done,
        }
        Ok(())
    }

    fn inner_zip(&mut self, name: &str, stream: &mut dyn Read, depth: u32) -> io::Result<()> {
        let mut bytes = Vec::new();
        stream.take(INNER_ZIP_BYTES_MAX + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > INNER_ZIP_BYTES_MAX {
            self.note(name, say("archive.inner_zip").bytes("limit", INNER_ZIP_BYTES_MAX), true);
            return (self.look)(name, &mut (&bytes[..]).chain(stream));
        }
        zip::open(self, name, &bytes, depth)
    }
}

/// A path within an archive: the archive's, and the entry's.
fn path_within(archive: &str, entry: &[u8]) -> String {
    let entry = &entry[..entry.len().min(NAME_BYTES_MAX)];
    let entry = String::from_utf8_lossy(entry);
    format!("{archive}!{}", entry.trim_start_matches("./"))
}

/// A file from its beginning.
struct Reader<'f> {
    file: &'f dyn ReadAt,
    at: u64,
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.file.size_bytes().saturating_sub(self.at);
        let length = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        self.file.read_exact_at(self.at, &mut buffer[..length])?;
        self.at += length as u64;
        Ok(length)
    }
}

/// Counts what a decoder takes.
struct Counted<'c> {
    inner: &'c mut dyn Read,
    taken: &'c Cell<u64>,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.taken.set(self.taken.get() + length as u64);
        Ok(length)
    }
}

/// Stops a decoder that gives more than is allowed.
struct Metered<'c> {
    inner: Decoder<'c>,
    taken: &'c Cell<u64>,
    given: u64,
    left: Rc<Cell<u64>>,
    stop: &'c Cell<Option<Stop>>,
}

impl Read for Metered<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.given += length as u64;
        let stop = match self.left.get().checked_sub(length as u64) {
            None => Some(Stop::Bytes),
            Some(_) if self.given > RATIO_FREE_BYTES && self.given / RATIO_MAX > self.taken.get() => {
                Some(Stop::Ratio)
            }
            Some(left) => {
                self.left.set(left);
                None
            }
        };
        if stop.is_some() {
            self.stop.set(stop);
            return Err(io::Error::other("a limit was reached"));
        }
        Ok(length)
    }
}
