//! Stored facts as one file: a line that says what it is, a digest, and everything else packed.
//!
//! Unpacked, it is four parts, each after its length: what is known, as JSON; the numbers of the pages; what the filled ones hold; what
//! was seen, as JSON. The last may be missing.

use std::io::{self, Read, Write};
use std::sync::Arc;

use disk::read_at::ReadAt;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::pages::{PAGES_BYTES_MAX, PAGES_MAX, Pages};
use super::{Known, Stored, is_content_id};

/// Another edition of this layout is another line.
const MAGIC: &[u8; 16] = b"halle facts   1\n";
const DIGEST_BYTES: usize = 32;

/// The largest file of stored facts.
pub const STORED_BYTES_MAX: u64 = 32 << 20;
const KNOWN_BYTES_MAX: u64 = 64 << 20;

/// A page's number, with its highest bit set when the page is filled.
const NUMBER_BYTES: usize = 8;
const FILLED: u64 = 1 << 63;

/// Why a file is not taken for stored facts.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotStored {
    #[error("it holds no stored facts, or those of another edition")]
    Other,
    #[error("it is damaged")]
    Damaged,
    #[error("it is larger than stored facts may be")]
    TooLarge,
}

/// What stands in the JSON.
#[derive(Serialize, Deserialize)]
struct Head<N, K> {
    file_name: N,
    file_bytes: u64,
    known: K,
}

impl Stored {
    /// The facts as a file; `None` if they are larger than [`STORED_BYTES_MAX`] even without what was seen.
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        self.to_bytes_with(&self.seen).or_else(|| self.to_bytes_with(&[]))
    }

    fn to_bytes_with(&self, seen: &[u8]) -> Option<Vec<u8>> {
        let head =
            Head { file_name: &self.file_name, file_bytes: self.pages.size_bytes(), known: &self.known };
        let head = serde_json::to_vec(&head).expect("facts are texts and numbers");
        let numbers: Vec<u8> = self
            .pages
            .numbers()
            .flat_map(|(number, is_filled)| (number | if is_filled { FILLED } else { 0 }).to_le_bytes())
            .collect();
        let mut packer = ZlibEncoder::new(Vec::new(), Compression::default());
        for part in [&head[..], &numbers, self.pages.bytes(), seen] {
            let length = (part.len() as u64).to_le_bytes();
            packer.write_all(&length).and_then(|()| packer.write_all(part)).expect("memory takes all");
        }
        let packed = packer.finish().expect("memory takes all");
        let file = [&MAGIC[..], &Sha256::digest(&packed), &packed].concat();
        let is_too_long = [head.len(), seen.len()].iter().any(|length| *length as u64 > KNOWN_BYTES_MAX);
        (file.len() as u64 <= STORED_BYTES_MAX && !is_too_long).then_some(file)
    }

    /// Reads a file that [`Stored::to_bytes`] filled.
    pub fn read(file: &dyn ReadAt) -> io::Result<Result<Stored, NotStored>> {
        if file.size_bytes() > STORED_BYTES_MAX {
            return Ok(Err(NotStored::TooLarge));
        }
        // At most the limit above, which fits any usize.
        let mut bytes = vec![0; file.size_bytes() as usize];
        file.read_exact_at(0, &mut bytes)?;
        Ok(Stored::parse(&bytes))
    }

    /// Reads what [`Stored::to_bytes`] wrote.
    pub fn parse(file: &[u8]) -> Result<Stored, NotStored> {
        if file.len() as u64 > STORED_BYTES_MAX {
            return Err(NotStored::TooLarge);
        }
        let rest = file.strip_prefix(MAGIC).ok_or(NotStored::Other)?;
        let (digest, packed) = rest.split_at_checked(DIGEST_BYTES).ok_or(NotStored::Damaged)?;
        if Sha256::digest(packed)[..] != *digest {
            return Err(NotStored::Damaged);
        }
        let mut unpacker = ZlibDecoder::new(packed);
        let head = part(&mut unpacker, KNOWN_BYTES_MAX)?;
        let numbers = part(&mut unpacker, (PAGES_MAX * NUMBER_BYTES) as u64)?;
        let bytes = part(&mut unpacker, PAGES_BYTES_MAX as u64)?;
        let seen = last_part(&mut unpacker, KNOWN_BYTES_MAX)?;
        let head: Head<String, Known> = serde_json::from_slice(&head).map_err(|_| NotStored::Damaged)?;
        if !is_content_id(&head.known.content.content_id) || numbers.len() % NUMBER_BYTES != 0 {
            return Err(NotStored::Damaged);
        }
        let numbers: Vec<(u64, bool)> = numbers
            .chunks_exact(NUMBER_BYTES)
            .map(|bytes| u64::from_le_bytes(bytes.try_into().expect("chunks are of eight bytes")))
            .map(|number| (number & !FILLED, number & FILLED != 0))
            .collect();
        let pages = Pages::parse(head.file_bytes, &numbers, bytes).map_err(|_| NotStored::Damaged)?;
        Ok(Stored { file_name: head.file_name, pages: Arc::new(pages), known: head.known, seen: seen.into() })
    }
}

/// The next part, of at most `limit` bytes. Memory grows with what is there, not with what is said to be there.
fn part(unpacker: &mut impl Read, limit: u64) -> Result<Vec<u8>, NotStored> {
    let mut length = [0; 8];
    unpacker.read_exact(&mut length).map_err(|_| NotStored::Damaged)?;
    let length = u64::from_le_bytes(length);
    if length > limit {
        return Err(NotStored::TooLarge);
    }
    let mut bytes = Vec::new();
    let read = unpacker.take(length).read_to_end(&mut bytes).map_err(|_| NotStored::Damaged)?;
    if read as u64 == length { Ok(bytes) } else { Err(NotStored::Damaged) }
}

/// The last part, which is empty where older facts have none.
fn last_part(unpacker: &mut impl Read, limit: u64) -> Result<Vec<u8>, NotStored> {
    let mut first = [0];
    match unpacker.read(&mut first) {
        Ok(0) => Ok(Vec::new()),
        Ok(_) => part(&mut first.chain(unpacker), limit),
        Err(_) => Err(NotStored::Damaged),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::Content;
    use crate::seen::Seen;

    fn stored() -> Stored {
        let content = Content {
            content_id: format!("halle1:{}", "0".repeat(64)),
            allocated_bytes: 1,
            files: 2,
            ..Content::default()
        };
        let pages = Pages::parse(10_000, &[(0, true), (1, false), (2, true)], vec![7; 4096 + 1808]);
        Stored {
            file_name: "a.vhd".to_owned(),
            pages: Arc::new(pages.expect("they fit")),
            known: Known { content, inventory: None, packages: None, modules: None },
            seen: b"{}"[..].into(),
        }
    }

    /// A file whose digest is right and whose parts are these.
    fn file(parts: &[&[u8]]) -> Vec<u8> {
        let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
        for part in parts {
            packer.write_all(part).unwrap();
        }
        let packed = packer.finish().unwrap();
        [&MAGIC[..], &Sha256::digest(&packed), &packed].concat()
    }

    #[test]
    fn what_was_written_is_read_back() {
        let stored = stored();
        let file = stored.to_bytes().unwrap();
        let read = Stored::parse(&file).unwrap();
        assert_eq!(read.to_bytes().unwrap(), file);
        assert_eq!((read.content_id(), read.file_name()), (stored.content_id(), "a.vhd"));
        assert_eq!((read.pages.size_bytes(), read.pages.bytes()), (10_000, stored.pages.bytes()));
    }

    #[test]
    fn a_file_that_was_cut_or_changed_anywhere_is_refused() {
        let file = stored().to_bytes().unwrap();
        for length in 0..file.len() {
            assert!(Stored::parse(&file[..length]).is_err(), "{length}");
        }
        for at in 0..file.len() {
            let mut changed = file.clone();
            changed[at] ^= 1;
            let expected = if at < MAGIC.len() { NotStored::Other } else { NotStored::Damaged };
            assert_eq!(Stored::parse(&changed).unwrap_err(), expected, "{at}");
        }
    }

    #[test]
    fn a_file_that_lies_about_itself_is_refused_before_memory_is_taken() {
        #[track_caller]
        fn check(parts: &[&[u8]], expected: NotStored) {
            assert_eq!(Stored::parse(&file(parts)).unwrap_err(), expected);
        }
        let length = |length: usize| (length as u64).to_le_bytes();
        check(&[&length(usize::MAX)], NotStored::TooLarge);
        check(&[&length(60 << 20), b"{}"], NotStored::Damaged);
        let head = serde_json::to_vec(&Head { file_name: "a", file_bytes: 10_000, known: stored().known });
        let head = head.unwrap();
        let first = [&length(head.len())[..], &head].concat();
        check(&[&first, &length(PAGES_MAX * NUMBER_BYTES + 1)], NotStored::TooLarge);
        check(&[&first, &length(0), &length(PAGES_BYTES_MAX + 1)], NotStored::TooLarge);
        check(&[&first, &length(7), &[0; 7], &length(0)], NotStored::Damaged);
        check(&[&first, &length(8), &[255; 8], &length(0)], NotStored::Damaged);
        check(&[&first, &length(0), &length(1), &[0]], NotStored::Damaged);
        let older = file(&[&first, &length(0), &length(0)]);
        assert_eq!(Stored::parse(&older).expect("nothing kept is no lie").seen(), Seen::default());
        check(&[&first, &length(0), &length(0), &length(usize::MAX)], NotStored::TooLarge);
        check(&[&first, &length(0), &length(0), &length(9), b"{}"], NotStored::Damaged);
        check(&[&first, &length(0), &length(0), &[0; 7]], NotStored::Damaged);
        // The name of the bytes is not one.
        let head = String::from_utf8(head).unwrap().replace("halle1:", "halle9:").into_bytes();
        check(&[&length(head.len()), &head, &length(0), &length(0)], NotStored::Damaged);
    }
}
