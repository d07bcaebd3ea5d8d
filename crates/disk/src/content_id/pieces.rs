//! Leaves read piece by piece, two of them in turns: what was read is digested and looked at while it is near, and two digests cost little
//! more than one.

use std::io;

use sha256::{Digest, Sha256, update_both};

use super::{Flat, LEAF_BYTES, Leaf};
use crate::fields::all_zero;
use crate::read_at::ReadAt;

/// How much of a leaf is at hand at once: little enough for the pieces of two to stay in the cache that a core has for itself.
pub const PIECE_BYTES: usize = 256 << 10;

/// How many leaves are read in turns.
pub const LEAVES_AT_ONCE: usize = 2;

/// A piece of a leaf, with what lies before it.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'a> {
    /// Where `bytes` begin in the image.
    pub offset: u64,
    pub bytes: &'a [u8],
    /// How many of the bytes were shown before, with the piece before this one of the same leaf.
    pub seen: usize,
    pub is_last: bool,
    /// Whether all that is new is zero.
    pub is_zero: bool,
}

/// Shows up to [`LEAVES_AT_ONCE`] leaves, by their numbers, to `visit`: each piece by piece, with the last `overlap` bytes of its piece
/// before. `visit` is told which of them a piece belongs to. Gives their digests, in the order of the numbers. Holes are not read.
pub fn for_each_piece(
    source: &dyn ReadAt,
    leaves: &[u64],
    overlap: usize,
    buffer: &mut Vec<u8>,
    visit: &mut dyn FnMut(usize, Piece<'_>),
) -> io::Result<[Digest; LEAVES_AT_ONCE]> {
    debug_assert!(leaves.len() <= LEAVES_AT_ONCE);
    buffer.resize(LEAVES_AT_ONCE * (overlap + PIECE_BYTES), 0);
    let (first, second) = buffer.split_at_mut(overlap + PIECE_BYTES);
    let walk = |place: usize, buffer| Walk::new(source, leaves.get(place).copied(), overlap, buffer);
    let mut walks = [walk(0, first), walk(1, second)];
    loop {
        let [one, other] = &mut walks;
        let (is_one, is_other) = (one.read(source)?, other.read(source)?);
        if !is_one && !is_other {
            break;
        }
        match (one.undigested(), other.undigested()) {
            (Some(one), Some(other)) => update_both(one, other),
            (Some((digest, bytes)), None) | (None, Some((digest, bytes))) => digest.update(bytes),
            (None, None) => {}
        }
        for (place, walk) in walks.iter_mut().enumerate() {
            walk.show(&mut |piece| visit(place, piece));
        }
    }
    Ok(walks.map(Walk::finish))
}

/// Where a leaf is being read.
struct Walk<'b> {
    start: u64,
    end: u64,
    /// What was shown so far ends here.
    at: u64,
    /// `overlap` bytes, of which the last `seen` were shown before, and then the piece.
    buffer: &'b mut [u8],
    overlap: usize,
    seen: usize,
    /// The length of the piece; 0 when there is none.
    length: usize,
    is_zero: bool,
    /// What the source last told to be data.
    data: (u64, u64),
    /// `None` as long as nothing but zeros came.
    digest: Option<Sha256>,
}

impl<'b> Walk<'b> {
    /// Begins a leaf; without a number, one of no bytes.
    fn new(source: &dyn ReadAt, index: Option<u64>, overlap: usize, buffer: &'b mut [u8]) -> Walk<'b> {
        let size = source.size_bytes();
        let start = index.map_or(size, |index| index.saturating_mul(LEAF_BYTES).min(size));
        let end = start.saturating_add(LEAF_BYTES).min(size);
        let data = (start, start);
        Walk { start, end, at: start, buffer, overlap, seen: 0, length: 0, is_zero: true, data, digest: None }
    }

    /// Reads the next piece; `false` at the end.
    fn read(&mut self, source: &dyn ReadAt) -> io::Result<bool> {
        self.length = (self.end - self.at).min(PIECE_BYTES as u64) as usize;
        let piece = &mut self.buffer[self.overlap..self.overlap + self.length];
        self.is_zero = read_piece(source, self.at, piece, &mut self.data)?;
        Ok(self.length > 0)
    }

    /// What is to be digested of the piece, and into what. Zeros before the first data are not, until data comes.
    fn undigested(&mut self) -> Option<(&mut Sha256, &[u8])> {
        if self.length == 0 || self.is_zero && self.digest.is_none() {
            return None;
        }
        let digest = self.digest.get_or_insert_with(|| {
            let mut zeros = Flat::default();
            zeros.take(Leaf::Zero { length: self.at - self.start });
            zeros.0
        });
        Some((digest, &self.buffer[self.overlap..self.overlap + self.length]))
    }

    /// Shows the piece, and keeps what the next is shown with.
    fn show(&mut self, visit: &mut dyn FnMut(Piece<'_>)) {
        if self.length == 0 {
            return;
        }
        let piece_end = self.overlap + self.length;
        visit(Piece {
            offset: self.at - self.seen as u64,
            bytes: &self.buffer[self.overlap - self.seen..piece_end],
            seen: self.seen,
            is_last: self.at + self.length as u64 == self.end,
            is_zero: self.is_zero,
        });
        self.seen = self.overlap.min(self.seen + self.length);
        self.buffer.copy_within(piece_end - self.seen..piece_end, self.overlap - self.seen);
        self.at += self.length as u64;
    }

    fn finish(self) -> Digest {
        match self.digest {
            Some(digest) => digest.finish(),
            None => Leaf::Zero { length: self.end - self.start }.digest(),
        }
    }
}

/// Fills `piece` from `offset`, and tells whether it is all zero. `data` is what the source last answered: it is asked again only
/// beyond that.
fn read_piece(source: &dyn ReadAt, offset: u64, piece: &mut [u8], data: &mut (u64, u64)) -> io::Result<bool> {
    let end = offset + piece.len() as u64;
    let mut at = offset;
    let mut is_zero = true;
    while at < end {
        if data.1 <= at {
            *data = source.next_data(at)?.unwrap_or((u64::MAX, u64::MAX));
            // An answer of nothing would hold us here for ever.
            data.1 = data.1.max(at + 1);
        }
        let from = data.0.clamp(at, end);
        let to = data.1.clamp(from, end);
        piece[(at - offset) as usize..(from - offset) as usize].fill(0);
        let part = &mut piece[(from - offset) as usize..(to - offset) as usize];
        source.read_exact_at(from, part)?;
        is_zero &= all_zero(part);
        at = to;
    }
    Ok(is_zero)
}
