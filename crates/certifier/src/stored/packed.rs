//! Stored facts as one file: a line that says what it is, a digest, and everything else packed.
//!
//! Unpacked, it is three parts, each after its length: what is known, as JSON; the numbers of the pages; what the filled ones hold.

use std::io::{Read, Write};
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
pub const STORED_BYTES_MAX: u64 = 64 << 20;
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
struct Head<K> {
    file_name: String,
    file_bytes: u64,
    known: K,
}

impl Stored {
    /// The facts as a file; `None` if they are larger than [`STORED_BYTES_MAX`].
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        let head = Head {
            file_name: self.file_name.clone(),
            file_bytes: self.pages.size_bytes(),
            known: &self.known,
        };
        let head = serde_json::to_vec(&head).expect("facts are texts and numbers");
        let numbers: Vec<u8> = self
            .pages
            .numbers()
            .flat_map(|(number, is_filled)| (number | if is_filled { FILLED } else { 0 }).to_le_bytes())
            .collect();
        let mut packer = ZlibEncoder::new(Vec::new(), Compression::default());
        for part in [&head[..], &numbers, self.pages.bytes()] {
            let length = (part.len() as u64).to_le_bytes();
            packer.write_all(&length).and_then(|()| packer.write_all(part)).expect("memory takes all");
        }
        let packed = packer.finish().expect("memory takes all");
        let file = [&MAGIC[..], &Sha256::digest(&packed), &packed].concat();
        (file.len() as u64 <= STORED_BYTES_MAX && head.len() as u64 <= KNOWN_BYTES_MAX).then_some(file)
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
        let head: Head<Known> = serde_json::from_slice(&head).map_err(|_| NotStored::Damaged)?;
        if !is_content_id(&head.known.content.content_id) || numbers.len() % NUMBER_BYTES != 0 {
            return Err(NotStored::Damaged);
        }
        let numbers: Vec<(u64, bool)> = numbers
            .chunks_exact(NUMBER_BYTES)
            .map(|bytes| u64::from_le_bytes(bytes.try_into().expect("chunks are of eight bytes")))
            .map(|number| (number & !FILLED, number & FILLED != 0))
            .collect();
        let pages = Pages::parse(head.file_bytes, &numbers, bytes).map_err(|_| NotStored::Damaged)?;
        Ok(Stored { file_name: head.file_name, pages: Arc::new(pages), known: head.known })
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
