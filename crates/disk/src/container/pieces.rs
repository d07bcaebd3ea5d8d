//! A disk whose pieces lie scattered over a file: what dynamic VHD, VHDX and QCOW2 have in common.

use std::io::{self, ErrorKind};

use crate::read_at::ReadAt;
use crate::tree::Unreadable;

/// The largest disk that is read from a container: 64 TiB, the most that VHDX allows.
pub(super) const DISK_BYTES_MAX: u64 = 64 << 40;

/// The largest table of places that is held in memory.
pub(super) const TABLE_BYTES_MAX: u64 = 32 << 20;

/// A run of the guest's disk; without a place it is a hole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece<Place> {
    /// Never zero.
    pub length: u64,
    pub place: Option<Place>,
}

/// A format that says where each byte of the disk lies. Tables are checked when the disk is opened, so that every place which
/// [`piece`](Pieces::piece) gives lies within the file.
pub(super) trait Pieces: Send + Sync {
    type Place;

    fn disk_bytes(&self) -> u64;

    /// What lies at `offset`, from there on; `offset` is within the disk. The piece may end past the disk.
    fn piece(&self, offset: u64) -> Result<Piece<Self::Place>, Unreadable>;

    /// Reads the beginning of the piece that [`piece`](Pieces::piece) found at `offset`; `buffer` is no longer than the piece.
    fn fetch(&self, place: Self::Place, offset: u64, buffer: &mut [u8]) -> Result<(), Unreadable>;
}

/// The disk that the pieces make up.
pub(super) struct Disk<P>(pub P);

impl<P: Pieces> ReadAt for Disk<P> {
    fn size_bytes(&self) -> u64 {
        self.0.disk_bytes()
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        match offset.checked_add(buffer.len() as u64) {
            Some(end) if end <= self.size_bytes() => {}
            _ => return Err(io::Error::new(ErrorKind::UnexpectedEof, "read past the end of the disk")),
        }
        let (mut at, mut left) = (offset, buffer);
        while !left.is_empty() {
            let piece = self.0.piece(at)?;
            let length = usize::try_from(piece.length).unwrap_or(usize::MAX).min(left.len());
            let (now, later) = left.split_at_mut(length);
            match piece.place {
                Some(place) => self.0.fetch(place, at, now)?,
                None => now.fill(0),
            }
            at += length as u64;
            left = later;
        }
        Ok(())
    }

    fn next_data(&self, offset: u64) -> io::Result<Option<(u64, u64)>> {
        let size = self.size_bytes();
        let mut at = offset;
        while at < size {
            let piece = self.0.piece(at)?;
            let end = at.saturating_add(piece.length).min(size);
            if piece.place.is_some() {
                return Ok(Some((at, end)));
            }
            at = end;
        }
        Ok(None)
    }
}

/// Adds up what the tables of a file claim to store in it. Places that do not overlap cannot claim more than the file holds, so
/// a file in which a million pieces share one place is found out without remembering any place.
pub(super) struct Claims {
    left: u64,
}

impl Claims {
    pub fn on(file_bytes: u64) -> Claims {
        Claims { left: file_bytes }
    }

    pub fn take(&mut self, bytes: u64, at: u64) -> Result<(), Unreadable> {
        let damaged = Unreadable::Damaged { what: "a table stores more than the file holds", offset: at };
        self.left = self.left.checked_sub(bytes).ok_or(damaged)?;
        Ok(())
    }
}

pub(super) fn damaged<T>(what: &'static str, offset: u64) -> Result<T, Unreadable> {
    Err(Unreadable::Damaged { what, offset })
}

/// Holds a number from the file against its limit.
pub(super) fn at_most(what: &'static str, found: u64, limit: u64) -> Result<(), Unreadable> {
    if found > limit {
        return Err(Unreadable::OverLimit { what, found, limit });
    }
    Ok(())
}

/// A name out of a file as people may see it: quoted, without control characters, and not longer than a line.
pub(super) fn shown(name: &str) -> String {
    const CHARACTERS_MAX: usize = 200;
    let cut: String = name.chars().take(CHARACTERS_MAX).collect();
    let more = if cut.len() < name.len() { "…" } else { "" };
    format!("“{}{more}”", cut.escape_debug())
}
