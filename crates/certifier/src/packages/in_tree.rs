//! A file of an image as a source to read from.

use std::io::{self, ErrorKind};
use std::sync::{Mutex, PoisonError};

use disk::read_at::ReadAt;
use disk::tree::{Node, Tree};

/// How much is read at once: pages of databases lie beside one another.
const AHEAD_BYTES: u64 = 256 << 10;

/// Of most programs only the head is looked at.
const LITTLE_AHEAD_BYTES: u64 = 4 << 10;

pub struct InTree<'a> {
    tree: &'a dyn Tree,
    node: Node,
    ahead_bytes: u64,
    /// What was read last, and from where.
    last: Mutex<(u64, Vec<u8>)>,
}

impl<'a> InTree<'a> {
    pub fn new(tree: &'a dyn Tree, node: Node) -> InTree<'a> {
        InTree { tree, node, ahead_bytes: AHEAD_BYTES, last: Mutex::new((0, Vec::new())) }
    }

    /// For sources of which little is read, here and there.
    pub fn in_small_pieces(tree: &'a dyn Tree, node: Node) -> InTree<'a> {
        InTree { ahead_bytes: LITTLE_AHEAD_BYTES, ..InTree::new(tree, node) }
    }
}

impl ReadAt for InTree<'_> {
    fn size_bytes(&self) -> u64 {
        self.node.size_bytes
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let length = buffer.len() as u64;
        if offset.checked_add(length).is_none_or(|end| end > self.node.size_bytes) {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let held = offset >= last.0 && offset + length <= last.0 + last.1.len() as u64;
        if !held {
            let limit = length.max(self.ahead_bytes) as usize;
            *last = (offset, self.tree.read(&self.node, offset, limit)?);
        }
        let from = (offset - last.0) as usize;
        let bytes = last.1.get(from..from + buffer.len()).ok_or(ErrorKind::UnexpectedEof)?;
        buffer.copy_from_slice(bytes);
        Ok(())
    }
}
