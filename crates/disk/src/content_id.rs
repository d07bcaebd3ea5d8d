//! The content id: a name for the bytes of an image that costs nothing for its holes.
//!
//! The image is cut into leaves of 4 MiB, the last one shorter. A leaf's digest is the SHA-256 of its bytes; that of a whole leaf
//! of zeros is known beforehand. The id is the SHA-256 of a tag, the length in bytes and all leaf digests in order. Leaves
//! depend on nothing but their own bytes, so any number of threads may digest them.

use std::fmt;
use std::io;

use sha2::{Digest as _, Sha256};

use crate::fields::all_zero;
use crate::read_at::ReadAt;

pub const LEAF_BYTES: u64 = 4 << 20;

/// Bytes that no other kind of digest in the market begins with; the number is the edition of this scheme.
const TAG: &[u8; 16] = b"halle content 1\n";

const PREFIX: &str = "halle1:";

/// The SHA-256 of [`LEAF_BYTES`] zeros.
const ZERO_LEAF: Digest = [
    0xbb, 0x9f, 0x8d, 0xf6, 0x14, 0x74, 0xd2, 0x5e, 0x71, 0xfa, 0x00, 0x72, 0x23, 0x18, 0xcd, 0x38, 0x73,
    0x96, 0xca, 0x17, 0x36, 0x60, 0x5e, 0x12, 0x48, 0x82, 0x1c, 0xc0, 0xde, 0x3d, 0x3a, 0xf8,
];

pub type Digest = [u8; 32];

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
            Leaf::Data(bytes) => Sha256::digest(bytes).into(),
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

/// Reads leaf number `index` into `buffer`, which is reused from leaf to leaf. Holes are not read.
pub fn read_leaf<'a>(source: &dyn ReadAt, index: u64, buffer: &'a mut Vec<u8>) -> io::Result<Leaf<'a>> {
    let size = source.size_bytes();
    let start = index.saturating_mul(LEAF_BYTES).min(size);
    let end = start.saturating_add(LEAF_BYTES).min(size);
    let length = end - start;
    // At most LEAF_BYTES, so the cast is whole.
    buffer.resize(length as usize, 0);
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
    Ok(if found_data { Leaf::Data(&buffer[..]) } else { Leaf::Zero { length } })
}

/// How much of a leaf is at hand at once: little enough to stay in the cache that a core has for itself.
pub const PIECE_BYTES: usize = 256 << 10;

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

/// Shows leaf number `index` to `visit` piece by piece, each with the last `overlap` bytes of the one before, and gives the leaf's
/// digest. A byte is read, digested and looked at while it is near. Holes are not read.
pub fn for_each_piece(
    source: &dyn ReadAt,
    index: u64,
    overlap: usize,
    buffer: &mut Vec<u8>,
    visit: &mut dyn FnMut(Piece<'_>),
) -> io::Result<Digest> {
    let size = source.size_bytes();
    let start = index.saturating_mul(LEAF_BYTES).min(size);
    let end = start.saturating_add(LEAF_BYTES).min(size);
    buffer.resize(overlap + PIECE_BYTES, 0);
    let mut flat: Option<Flat> = None;
    let (mut at, mut seen) = (start, 0);
    // What was last told to be data.
    let mut data = (start, start);
    while at < end {
        let length = (end - at).min(PIECE_BYTES as u64) as usize;
        let new = &mut buffer[overlap..overlap + length];
        let is_zero = read_piece(source, at, new, &mut data)?;
        match &mut flat {
            None if is_zero => {}
            Some(flat) => flat.0.update(&*new),
            None => {
                let flat = flat.insert(Flat::default());
                flat.take(Leaf::Zero { length: at - start });
                flat.0.update(&*new);
            }
        }
        let bytes = &buffer[overlap - seen..overlap + length];
        visit(Piece { offset: at - seen as u64, bytes, seen, is_last: at + length as u64 == end, is_zero });
        seen = overlap.min(seen + length);
        buffer.copy_within(overlap + length - seen..overlap + length, overlap - seen);
        at += length as u64;
    }
    Ok(match flat {
        Some(flat) => flat.finish(),
        None => Leaf::Zero { length: end - start }.digest(),
    })
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

/// Shows every leaf, in order, to `visit`, reading each byte of data once. One pass can so digest, search and count.
/// An error of the visitor ends the pass.
pub fn for_each_leaf(
    source: &dyn ReadAt,
    visit: &mut dyn FnMut(u64, Leaf<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let size = source.size_bytes();
    let mut buffer = Vec::new();
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
            visit(index, read_leaf(source, index, &mut buffer)?)?;
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
        root.update(size_bytes.to_be_bytes());
        Leaves { root, size_bytes, taken: 0 }
    }

    /// Takes the digest of the next leaf.
    pub fn take(&mut self, digest: &Digest) {
        self.root.update(digest);
        self.taken += 1;
    }

    /// The id; `None` if leaves are missing or too many were taken.
    pub fn finish(self) -> Option<ContentId> {
        (self.taken == leaf_count(self.size_bytes)).then(|| ContentId(self.root.finalize().into()))
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

    pub fn finish(self) -> Digest {
        self.0.finalize().into()
    }
}

/// The content id of everything in `source`.
pub fn of(source: &dyn ReadAt) -> io::Result<ContentId> {
    let mut leaves = Leaves::of_size(source.size_bytes());
    for_each_leaf(source, &mut |_, leaf| {
        leaves.take(&leaf.digest());
        Ok(())
    })?;
    Ok(leaves.finish().expect("every leaf of this size was just visited"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read_at::FileImage;
    use std::os::unix::fs::FileExt;

    fn id(bytes: Vec<u8>) -> String {
        of(&bytes).unwrap().to_string()
    }

    #[test]
    fn the_digest_of_a_zero_leaf_is_what_hashing_it_would_give() {
        let hashed: Digest = Sha256::digest(vec![0; LEAF_BYTES as usize]).into();
        assert_eq!(hashed, ZERO_LEAF);
        for length in [0, 1, 65_536, LEAF_BYTES - 1] {
            let hashed: Digest = Sha256::digest(vec![0; length as usize]).into();
            assert_eq!(Leaf::Zero { length }.digest(), hashed, "{length}");
        }
    }

    /// These are promises: certificates name images by them. They were computed by another program.
    #[test]
    fn content_ids_never_change() {
        let sample: Vec<u8> = (0..LEAF_BYTES + 1000).map(|n| (n % 251) as u8).collect();
        assert_eq!(id(vec![]), "halle1:510d76b65116c606be7edf4bf3ee2d7148f4343075ba4673084d1c5c2c5b7357");
        assert_eq!(
            id(vec![0; 10]),
            "halle1:fe19ad98adb8d0fc96a8b07d7c7c39ba416d314de27833716a625f8aa10f13ee"
        );
        assert_eq!(
            id(vec![0; 2 * LEAF_BYTES as usize]),
            "halle1:f71a28b2f97428545ba27b6d6545321164140df81c00b60b82369a6831f2649d"
        );
        assert_eq!(id(sample), "halle1:94da4ba596cf8359ae48215d63d5d60f687a6865ed58aa255bbd7091dfefff72");
    }

    #[test]
    fn an_id_is_the_digest_of_tag_length_and_leaves() {
        let bytes: Vec<u8> = (0..LEAF_BYTES + 7).map(|n| (n / 3) as u8).collect();
        let mut root = Vec::from(b"halle content 1\n".as_slice());
        root.extend((bytes.len() as u64).to_be_bytes());
        root.extend(Sha256::digest(&bytes[..LEAF_BYTES as usize]));
        root.extend(Sha256::digest(&bytes[LEAF_BYTES as usize..]));
        let expected: Digest = Sha256::digest(root).into();
        assert_eq!(of(&bytes).unwrap().digest(), &expected);
    }

    #[test]
    fn a_hole_and_written_zeros_are_the_same_content() {
        let sparse = tempfile::tempfile().unwrap();
        sparse.set_len(5 * LEAF_BYTES + 512).unwrap();
        sparse.write_all_at(b"halle", 2 * LEAF_BYTES + 100_000).unwrap();
        sparse.write_all_at(b"halle", 3 * LEAF_BYTES - 5).unwrap();
        let mut written = vec![0; 5 * LEAF_BYTES as usize + 512];
        FileImage::from_file(sparse.try_clone().unwrap()).unwrap().read_exact_at(0, &mut written).unwrap();
        assert_eq!(of(&FileImage::from_file(sparse).unwrap()).unwrap(), of(&written).unwrap());
    }

    #[test]
    fn pieces_show_every_byte_once_and_give_the_digest_of_their_leaf() {
        let file = tempfile::tempfile().unwrap();
        file.set_len(3 * LEAF_BYTES + 4096 + 77).unwrap();
        for at in [5, PIECE_BYTES as u64 - 3, 7 * PIECE_BYTES as u64 + 9, LEAF_BYTES * 2 - 5, 3 * LEAF_BYTES]
        {
            file.write_all_at(b"halle, halle", at).unwrap();
        }
        let image = FileImage::from_file(file).unwrap();
        let (mut buffer, mut whole) = (Vec::new(), Vec::new());
        for index in 0..leaf_count(image.size_bytes()) {
            let mut shown = Vec::new();
            let digest = for_each_piece(&image, index, 512, &mut buffer, &mut |piece| {
                let new = &piece.bytes[piece.seen..];
                assert_eq!(piece.is_zero, all_zero(new));
                assert!(shown.ends_with(&piece.bytes[..piece.seen]), "what was seen is what came before");
                assert_eq!(piece.seen, 512.min(shown.len()));
                shown.extend(new);
                let end = index * LEAF_BYTES + shown.len() as u64;
                assert_eq!(piece.offset + piece.bytes.len() as u64, end);
                assert_eq!(piece.is_last, end.is_multiple_of(LEAF_BYTES) || end == image.size_bytes());
            });
            let leaf = read_leaf(&image, index, &mut whole).unwrap();
            assert_eq!(digest.unwrap(), leaf.digest(), "leaf {index}");
            match leaf {
                Leaf::Data(bytes) => assert!(shown == bytes, "leaf {index}"),
                Leaf::Zero { length } => assert!(shown.len() as u64 == length && all_zero(&shown)),
            }
        }
    }

    #[test]
    fn length_counts_even_where_bytes_are_all_zero() {
        assert_ne!(id(vec![0; 10]), id(vec![0; 11]));
        assert_ne!(id(vec![0; LEAF_BYTES as usize]), id(vec![0; 2 * LEAF_BYTES as usize]));
    }

    #[test]
    fn the_flat_digest_is_the_one_of_sha256sum() {
        let mut bytes = vec![0; LEAF_BYTES as usize + 70_000];
        bytes[LEAF_BYTES as usize + 3] = 9;
        let mut flat = Flat::default();
        for_each_leaf(&bytes, &mut |_, leaf| {
            flat.take(leaf);
            Ok(())
        })
        .unwrap();
        let expected: Digest = Sha256::digest(&bytes).into();
        assert_eq!(flat.finish(), expected);
    }

    #[test]
    fn an_id_is_only_made_of_all_its_leaves() {
        let mut leaves = Leaves::of_size(LEAF_BYTES + 1);
        leaves.take(&ZERO_LEAF);
        assert!(leaves.finish().is_none());
    }

    #[test]
    fn an_id_is_read_back_as_printed_and_nothing_else_is() {
        let printed = id(b"halle".to_vec());
        assert_eq!(ContentId::parse(&printed).unwrap().to_string(), printed);
        let upper = printed.to_uppercase();
        for wrong in
            ["", "halle1:", &printed[1..], &printed[..70], &format!("{printed}0"), &upper, "halle1:é"]
        {
            assert_eq!(ContentId::parse(wrong), Err(NotAContentId), "{wrong}");
        }
    }
}
