//! Positioned reads: the one way in which bytes of an image are looked at.

use std::io;
use std::sync::Arc;

/// Something of known size that can be read at any place, from any thread.
pub trait ReadAt: Send + Sync {
    /// The number of bytes.
    fn size_bytes(&self) -> u64;

    /// Fills `buffer` from `offset`. Reading past the end is an error of kind `UnexpectedEof`, never a short read.
    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()>;

    /// The next range at or after `offset` that may hold data, as `[from, to)`; `None` when only holes follow.
    /// A source that knows nothing of holes answers with all that is left.
    fn next_data(&self, offset: u64) -> io::Result<Option<(u64, u64)>> {
        Ok((offset < self.size_bytes()).then(|| (offset, self.size_bytes())))
    }
}

/// A window onto a part of a source, for instance a partition.
#[derive(Clone)]
pub struct Window {
    source: Arc<dyn ReadAt>,
    start: u64,
    size_bytes: u64,
}
