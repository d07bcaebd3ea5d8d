//! Pieces: where a file's bytes are, and in which form.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use crate::fields::u64_le;
use crate::tree::{EXTENTS_MAX, Extent, Kind, Unreadable, add_extent};

use super::inode::Inode;
use super::items::Key;
use super::unpack::{Packing, UNPACKED_BYTES_MAX, unpack};
use super::{Btrfs, kinds};

const HEADER_BYTES: usize = 21;
const ITEM_BYTES: usize = 53;

const INLINE: u8 = 0;
const WRITTEN: u8 = 1;
const RESERVED: u8 = 2;

/// A run of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub file_offset: u64,
    pub length: u64,
    pub form: Form,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// As it is, at an address.
    Literal { address: u64 },
    /// From a place within what is unpacked of the bytes at an address.
    Packed { address: u64, packed_bytes: u64, unpacked_bytes: u64, from: u64, packing: Packing },
    /// Among the metadata, which is where it has to be looked up again: files of this kind are small, but there are many.
    Inline { packing: Option<Packing> },
}

/// The pieces of the file that was read last, since files are read in parts.
#[derive(Default)]
pub(super) struct LastPieces(Mutex<Option<(u64, Arc<Vec<Piece>>)>>);

impl LastPieces {
    pub fn of(&self, fs: &Btrfs, inode: &Inode) -> Result<Arc<Vec<Piece>>, Unreadable> {
        // Replaced whole, so a panic elsewhere leaves nothing half-made.
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((number, pieces)) = &*last
            && *number == inode.node.inode
        {
            return Ok(pieces.clone());
        }
        let mut pieces = Pieces::of(inode.node.kind, inode.node.size_bytes);
        let (from, to) = Key::all_of(inode.own, kinds::PIECE);
        fs.nodes.items(inode.subvolume.root, from, to, &mut |key, item| {
            pieces.add(key.offset, item)?;
            Ok(ControlFlow::Continue(()))
        })?;
        let pieces = Arc::new(pieces.found);
        *last = Some((inode.node.inode, pieces.clone()));
        Ok(pieces)
    }
}

/// The pieces of one file as they come, holes and reserved space left out, clipped to its size.
pub(super) struct Pieces {
    pub found: Vec<Piece>,
    /// Whether the file can have any.
    has_contents: bool,
    size_bytes: u64,
    next: u64,
}

fn damaged(what: &'static str) -> Unreadable {
    Unreadable::Damaged { what, offset: 0 }
}

impl Pieces {
    pub fn of(kind: Kind, size_bytes: u64) -> Pieces {
        let has_contents = matches!(kind, Kind::File | Kind::Symlink);
        Pieces { found: Vec::new(), has_contents, size_bytes, next: 0 }
    }

    /// Takes the item of a piece that begins at `file_offset`.
    pub fn add(&mut self, file_offset: u64, item: &[u8]) -> Result<(), Unreadable> {
        if !self.has_contents {
            return Err(damaged("contents of what is no file"));
        }
        let Some((header, _)) = item.split_at_checked(HEADER_BYTES) else {
            return Err(damaged("piece of a file"));
        };
        let (unpacked_bytes, packing) = (u64_le(header, 8), Packing::of_kind(header[16])?);
        if header[17] != 0 || header[18..20] != [0, 0] {
            return Err(Unreadable::Unsupported("Btrfs encrypted file".into()));
        }
        if file_offset < self.next {
            return Err(damaged("pieces of a file that overlap"));
        }
        let (length, form) = match header[20] {
            INLINE if file_offset != 0 || unpacked_bytes > UNPACKED_BYTES_MAX => {
                return Err(damaged("inline piece"));
            }
            INLINE => (unpacked_bytes, Some(Form::Inline { packing })),
            WRITTEN | RESERVED if item.len() < ITEM_BYTES => return Err(damaged("piece of a file")),
            RESERVED => (u64_le(item, 45), None),
            WRITTEN => (u64_le(item, 45), written(item, unpacked_bytes, packing)?),
            _ => return Err(damaged("form of a piece")),
        };
        self.next = file_offset.checked_add(length).ok_or(damaged("length of a piece"))?;
        let length = length.min(self.size_bytes.saturating_sub(file_offset));
        let Some(form) = form.filter(|_| length > 0) else { return Ok(()) };
        if self.found.len() >= EXTENTS_MAX {
            let limit = EXTENTS_MAX as u64;
            return Err(Unreadable::OverLimit { what: "extents of a file", found: limit + 1, limit });
        }
        self.found.push(Piece { file_offset, length, form });
        Ok(())
    }
}

/// What a piece that was written says of itself; `None` for a hole.
fn written(item: &[u8], unpacked_bytes: u64, packing: Option<Packing>) -> Result<Option<Form>, Unreadable> {
    let [address, packed_bytes, from, length] = [21, 29, 37, 45].map(|at| u64_le(item, at));
    if address == 0 {
        return Ok(None);
    }
    let end = from.checked_add(length).filter(|end| *end <= unpacked_bytes);
    end.ok_or(damaged("piece past the end of its extent"))?;
    let Some(packing) = packing else {
        let place = address.checked_add(from).filter(|_| unpacked_bytes <= packed_bytes);
        return Ok(Some(Form::Literal { address: place.ok_or(damaged("length of an extent"))? }));
    };
    if unpacked_bytes > UNPACKED_BYTES_MAX || packed_bytes > UNPACKED_BYTES_MAX {
        let (found, limit) = (unpacked_bytes.max(packed_bytes), UNPACKED_BYTES_MAX);
        return Err(Unreadable::OverLimit { what: "packed extent", found, limit });
    }
    Ok(Some(Form::Packed { address, packed_bytes, unpacked_bytes, from, packing }))
}

/// Of some pieces, what lies on the device as it is.
pub(super) fn literal(fs: &Btrfs, pieces: &[Piece]) -> Result<Vec<Extent>, Unreadable> {
    let mut found = Vec::new();
    for piece in pieces {
        if let Form::Literal { address } = piece.form {
            let (file_offset, length) = (piece.file_offset, piece.length);
            let place = fs.nodes.chunks.places(address, length)?.next();
            let device_offset = place.ok_or(damaged("chunk without a place"))?;
            add_extent(&mut found, Extent { file_offset, device_offset, length })?;
        }
    }
    Ok(found)
}

/// Up to `limit` bytes of a file or a link's target from `offset`; what no piece covers is zero.
pub(super) fn contents(fs: &Btrfs, inode: &Inode, offset: u64, limit: usize) -> Result<Vec<u8>, Unreadable> {
    let left = inode.node.size_bytes.saturating_sub(offset);
    let length = limit.min(usize::try_from(left).unwrap_or(usize::MAX));
    let mut bytes = vec![0; length];
    if length == 0 {
        return Ok(bytes);
    }
    let pieces = fs.last_pieces.of(fs, inode)?;
    let end = offset + length as u64;
    let first = pieces.partition_point(|piece| piece.file_offset + piece.length <= offset);
    for piece in pieces[first..].iter().take_while(|piece| piece.file_offset < end) {
        let from = piece.file_offset.max(offset);
        let to = (piece.file_offset + piece.length).min(end);
        let into = &mut bytes[(from - offset) as usize..(to - offset) as usize];
        fill(fs, inode, piece, from - piece.file_offset, into)?;
    }
    Ok(bytes)
}

/// Fills `into` with the bytes from `within` on of a piece.
fn fill(fs: &Btrfs, inode: &Inode, piece: &Piece, within: u64, into: &mut [u8]) -> Result<(), Unreadable> {
    let copy = |unpacked: &[u8], from: u64, into: &mut [u8]| {
        let found =
            usize::try_from(from).ok().and_then(|from| unpacked.get(from..from.checked_add(into.len())?));
        found.map(|found| into.copy_from_slice(found)).ok_or(damaged("packed extent that is too short"))
    };
    match &piece.form {
        Form::Literal { address } => {
            let place = fs.nodes.chunks.places(address + within, into.len() as u64)?.next();
            Ok(fs.nodes.source().read_exact_at(place.ok_or(damaged("chunk without a place"))?, into)?)
        }
        Form::Packed { address, packed_bytes, unpacked_bytes, from, packing } => {
            let unpacked = extent(fs, *address, (*packed_bytes, *unpacked_bytes), *packing)?;
            copy(&unpacked, from + within, into)
        }
        Form::Inline { packing } => {
            let key = Key::new(inode.own, kinds::PIECE, piece.file_offset);
            let (_, item) = fs.nodes.first(inode.subvolume.root, key, key)?.ok_or(damaged("inline piece"))?;
            let (header, held) = item.split_at_checked(HEADER_BYTES).ok_or(damaged("inline piece"))?;
            match packing {
                None => copy(held, within, into),
                // It was bounded when the piece was taken.
                Some(packing) => copy(
                    &unpack(*packing, held, u64_le(header, 8), fs.superblock.sector_bytes)?,
                    within,
                    into,
                ),
            }
        }
    }
}

/// What is unpacked of an extent; the last one is kept, since parts of a file often begin and end within one.
fn extent(fs: &Btrfs, address: u64, lengths: (u64, u64), packing: Packing) -> Result<Arc<[u8]>, Unreadable> {
    if let Some((held, unpacked)) = &*fs.last_unpacked.lock().unwrap_or_else(PoisonError::into_inner)
        && *held == address
        && unpacked.len() as u64 == lengths.1
    {
        return Ok(unpacked.clone());
    }
    let place = fs.nodes.chunks.places(address, lengths.0)?.next();
    let mut packed = vec![0; lengths.0 as usize];
    fs.nodes.source().read_exact_at(place.ok_or(damaged("chunk without a place"))?, &mut packed)?;
    let unpacked: Arc<[u8]> = unpack(packing, &packed, lengths.1, fs.superblock.sector_bytes)?.into();
    *fs.last_unpacked.lock().unwrap_or_else(PoisonError::into_inner) = Some((address, unpacked.clone()));
    Ok(unpacked)
}
