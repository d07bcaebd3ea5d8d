//! The content id: a name for the bytes of an image that costs nothing for its holes.
//!
//! The image is cut into leaves of 4 MiB, the last one shorter. A leaf's digest is the SHA-256 of its bytes; that of a whole leaf
//! of zeros is known beforehand. The id is the SHA-256 of a tag, the length in bytes and all leaf digests in order. Leaves
//! depend on nothing but their own bytes, so any number of threads may digest them.

mod pieces;

use std::fmt;
use std::io;

pub use sha256::Digest;
use sha256::{Sha256, update_both};

use crate::fields::all_zero;
use crate::read_at::ReadAt;

pub use pieces::{LEAVES_AT_ONCE, PIECE_BYTES, Piece, for_each_piece};

pub const LEAF_BYTES: u64 = 4 << 20;

/// Bytes that no other kind of digest in the market begins with; the number is the edition of this scheme.
const TAG: &[u8; 16] = b"halle content 1\n";

const PREFIX: &str = "halle1:";

/// The SHA-256 of [`LEAF_BYTES`] zeros.
const ZERO_LEAF: Digest = [
    0xbb, 0x9f, 0x8d, 0xf6, 0x14, 0x74, 0xd2, 0x5e, 0x71, 0xfa, 0x00, 0x72, 0x23, 0x18, 0xcd, 0x38, 0x73,
    0x96, 0xca, 0x17, 0x36, 0x60, 0x5e, 0x12, 0x48, 0x82, 0x1c, 0xc0, 0xde, 0x3d, 0x3a, 0xf8,
];

/// The name of an image's bytes, printed as `halle1:` and 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentId(Digest);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a content id: expected `halle1:` and 64 lower-case hexadecimal digits")]
pub struct NotAContentId;

impl ContentId {
    pub fn parse(text: &str) -> Result<ContentId, NotAContentId> {
        let hex = text.strip_prefix(PREFIX).ok_or(NotAContentId)?.as_bytes();
        if hex.len() != 64 {
            return Err(NotAContentId);
        }
        let mut digest = [0; 32];
        for (byte, pair) in digest.iter_mut().zip(hex.chunks_exact(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Ok(ContentId(digest))
    }

    pub fn digest(&self) -> &Digest {
        &self.0
    }
}

fn nibble(digit: u8) -> Result<u8, NotAContentId> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(NotAContentId),
    }
}

impl fmt::Display for ContentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PREFIX)?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The bytes of one leaf. A leaf of nothing but zeros is never `Data`, whether it was a hole or written.
#[derive(Debug, Clone, Copy)]
pub enum Leaf<'a> {
    Zero { length: u64 },
    Data(&'a [u8]),
}

impl Leaf<'_> {
    pub fn length(&self) -> u64 {
        match self {
            Leaf::Zero { length } => *length,
            Leaf::Data(bytes) => bytes.len() as u64,
        }
    }

    pub fn digest(&self) -> Digest {
        match self {
            Leaf::Zero { length: LEAF_BYTES } => ZERO_LEAF,
            Leaf::Data(bytes) => Sha256::digest(bytes),
            Leaf::Zero { .. } => {
                let mut flat = Flat::default();
                flat.take(*self);
                flat.finish()
            }
        }
    }
}

/// The number of leaves of an image of `size_bytes`.
pub fn leaf_count(size_bytes: u64) -> u64 {
    size_bytes.div_ceil(LEAF_BYTES)
}

/// The numbers of the leaves that are not wholly holes, in order.
pub fn leaves_with_data(source: &dyn ReadAt) -> io::Result<Vec<u64>> {
    let mut leaves = Vec::new();
    let mut at = 0;
    while let Some((from, to)) = source.next_data(at)? {
        let first = (from / LEAF_BYTES).max(leaves.last().map_or(0, |last| last + 1));
        leaves.extend(first..to.div_ceil(LEAF_BYTES));
        // A source that answers with an empty range would otherwise hold us here for ever.
        at = to.max(at + 1).next_multiple_of(LEAF_BYTES);
    }
    Ok(leaves)
}

/// Room for a leaf that lies as disks want it who write straight from it.
struct Room(Vec<u8>);

impl Room {
    const ALIGNMENT: usize = 4096;

    fn new() -> Room {
        Room(vec![0; LEAF_BYTES as usize + Room::ALIGNMENT])
    }

    fn bytes(&mut self) -> &mut [u8] {
        let from = self.0.as_ptr().align_offset(Room::ALIGNMENT).min(Room::ALIGNMENT);
        &mut self.0[from..][..LEAF_BYTES as usize]
    }
}

/// Reads leaf number `index` into `buffer`, which is reused from leaf to leaf. Holes are not read.
fn read_leaf<'a>(source: &dyn ReadAt, index: u64, buffer: &'a mut [u8]) -> io::Result<Leaf<'a>> {
    let size = source.size_bytes();
    let start = index.saturating_mul(LEAF_BYTES).min(size);
    let end = start.saturating_add(LEAF_BYTES).min(size);
    let length = end - start;
    let buffer = &mut buffer[..length as usize];
    let mut at = start;
    let mut found_data = false;
    while at < end {
        let (from, to) = match source.next_data(at)? {
            Some((from, to)) if from < end => (from.max(at), to.min(end)),
            _ => (end, end),
        };
        buffer[(at - start) as usize..(from - start) as usize].fill(0);
        let data = &mut buffer[(from - start) as usize..(to - start) as usize];
        source.read_exact_at(from, data)?;
        found_data |= !all_zero(data);
        at = to;
    }
    Ok(if found_data { Leaf::Data(buffer) } else { Leaf::Zero { length } })
}

/// Shows every leaf, in order, to `visit`, reading each byte of data once. One pass can so digest, search and count.
/// An error of the visitor ends the pass.
pub fn for_each_leaf(
    source: &dyn ReadAt,
    visit: &mut dyn FnMut(u64, Leaf<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let size = source.size_bytes();
    let mut room = Room::new();
    // Everything before this offset, from the current leaf on, is known to be a hole.
    let mut hole_until = 0;
    for index in 0..leaf_count(size) {
        let start = index * LEAF_BYTES;
        let end = size.min(start.saturating_add(LEAF_BYTES));
        if hole_until <= start {
            hole_until = source.next_data(start)?.map_or(size, |(from, _)| from);
        }
        if end <= hole_until {
            visit(index, Leaf::Zero { length: end - start })?;
        } else {
            visit(index, read_leaf(source, index, room.bytes())?)?;
        }
    }
    Ok(())
}

/// Leaf digests on their way to a content id, taken in order.
pub struct Leaves {
    root: Sha256,
    size_bytes: u64,
    taken: u64,
}

impl Leaves {
    /// Begins the id of an image of `size_bytes`.
    pub fn of_size(size_bytes: u64) -> Leaves {
        let mut root = Sha256::new();
        root.update(TAG);
        root.update(&size_bytes.to_be_bytes());
        Leaves { root, size_bytes, taken: 0 }
    }

    /// Takes the digest of the next leaf.
    pub fn take(&mut self, digest: &Digest) {
        self.root.update(digest);
        self.taken += 1;
    }

    /// Takes leaves of nothing but zeros, up to leaf number `until`.
    pub fn take_zeros(&mut self, until: u64) {
        while self.taken < until.min(leaf_count(self.size_bytes)) {
            let length = LEAF_BYTES.min(self.size_bytes - self.taken * LEAF_BYTES);
            self.take(&Leaf::Zero { length }.digest());
        }
    }

    /// The id; `None` if leaves are missing or too many were taken.
    pub fn finish(self) -> Option<ContentId> {
        (self.taken == leaf_count(self.size_bytes)).then(|| ContentId(self.root.finish()))
    }
}

/// The plain SHA-256 of all bytes, for people with `sha256sum`. Unlike the content id it must run through the zeros.
#[derive(Default)]
pub struct Flat(Sha256);

impl Flat {
    /// Takes the next leaf, in order.
    pub fn take(&mut self, leaf: Leaf<'_>) {
        static ZEROS: [u8; 1 << 16] = [0; 1 << 16];
        match leaf {
            Leaf::Data(bytes) => self.0.update(bytes),
            Leaf::Zero { mut length } => {
                while length > 0 {
                    let step = length.min(ZEROS.len() as u64);
                    self.0.update(&ZEROS[..step as usize]);
                    length -= step;
                }
            }
        }
    }

    /// Takes the next leaf and gives the leaf's own digest, at little more than the price of one of the two.
    pub fn take_and_digest(&mut self, leaf: Leaf<'_>) -> Digest {
        let Leaf::Data(bytes) = leaf else {
            self.take(leaf);
            return leaf.digest();
        };
        let mut own = Sha256::new();
        update_both((&mut self.0, bytes), (&mut own, bytes));
        own.finish()
    }

    pub fn finish(self) -> Digest {
        self.0.finish()
    }
}

/// The content id of everything in `source`.
pub fn of(source: &dyn ReadAt) -> io::Result<ContentId> {
    of_with_progress(source, &mut |_| {})
}

/// The same. `progress` is told how many bytes were read or passed over.
pub fn of_with_progress(source: &dyn ReadAt, progress: &mut dyn FnMut(u64)) -> io::Result<ContentId> {
    let size = source.size_bytes();
    let mut leaves = Leaves::of_size(size);
    let mut buffer = Vec::new();
    for these in leaves_with_data(source)?.chunks(LEAVES_AT_ONCE) {
        let digests = for_each_piece(source, these, 0, &mut buffer, &mut |_, _| {})?;
        for (index, digest) in these.iter().zip(&digests) {
            leaves.take_zeros(*index);
            leaves.take(digest);
            progress(size.min((index + 1).saturating_mul(LEAF_BYTES)));
        }
    }
    leaves.take_zeros(leaf_count(size));
    Ok(leaves.finish().expect("every leaf of this size was just taken"))
}

#[cfg(test)]
mod tests;
