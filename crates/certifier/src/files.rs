//! The files of a volume, walked once by their tables: which of them holds a find, and whether a signature lies across the
//! border of two extents of one file, where a pass in the order of the disk cannot see it.

use std::collections::HashSet;

use disk::tree::{Kind, Node, Tree, Unreadable};

use crate::phrase::{Phrase, say};
use crate::finding::unreadable;
use crate::scan::{FINDS_MAX, Find, border_bytes, search};

/// More files than this are walked no further; the report says so.
pub const FILES_MAX: usize = 4_000_000;

const DEPTH_MAX: usize = 256;

/// The most notes of what could not be walked.
const NOTES_MAX: usize = 20;

/// The longest file without a place of its own on the disk that is searched apart.
const INLINE_BYTES_MAX: u64 = 64 << 10;

/// A find that lies in a file, and where in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InFile {
    pub path: String,
    pub offset: u64,
    pub signature: &'static str,
}

/// What a walk found out.
#[derive(Debug, Default)]
pub struct Walk {
    pub files: u64,
    pub in_files: Vec<InFile>,
    /// Which of the finds given lie in a file.
    pub placed: HashSet<u64>,
    /// What could not be walked, and why: (path, reason).
    pub not_walked: Vec<(String, Phrase)>,
}

/// Walks a volume that begins at `start` of the file that was scanned. `finds` are sorted by offset.
pub fn walk(tree: &dyn Tree, start: u64, finds: &[Find]) -> Walk {
    let mut walker = Walker { tree, start, finds, seen: HashSet::new(), walk: Walk::default() };
    match tree.look_up("/") {
        Ok(Some(root)) => walker.directory(&root),
        Ok(None) => {}
        Err(cause) => walker.note("/", &cause),
    }
    walker.walk.in_files.sort();
    walker.walk.in_files.dedup();
    walker.walk
}

struct Walker<'a> {
    tree: &'a dyn Tree,
    start: u64,
    finds: &'a [Find],
    seen: HashSet<u64>,
    walk: Walk,
}

impl Walker<'_> {
    fn note(&mut self, path: &str, cause: &Unreadable) {
        if self.walk.not_walked.len() < NOTES_MAX {
            self.walk.not_walked.push((path.to_owned(), unreadable(cause)));
        }
    }

    /// Walks everything below the root without recursion, so that no depth of folders can exhaust the stack.
    fn directory(&mut self, root: &Node) {
        self.seen.insert(root.inode);
        let mut pending = vec![(String::new(), root.clone(), 0_usize)];
        while let Some((path, directory, depth)) = pending.pop() {
            let entries = match self.tree.list(&directory) {
                Ok(entries) => entries,
                Err(cause) => {
                    self.note(&path, &cause);
                    continue;
                }
            };
            for entry in entries {
                if !matches!(entry.kind, Kind::File | Kind::Directory) || !self.seen.insert(entry.inode) {
                    continue;
                }
                if self.seen.len() > FILES_MAX || depth > DEPTH_MAX {
                    let (found, limit) = (self.seen.len() as u64, FILES_MAX as u64);
                    return self.note(&path, &Unreadable::OverLimit { what: "files", found, limit });
                }
                let below = || format!("{path}/{}", String::from_utf8_lossy(&entry.name));
                match self.tree.node(entry.inode) {
                    Ok(node) if node.kind == Kind::Directory => pending.push((below(), node, depth + 1)),
                    Ok(node) if node.kind == Kind::File => {
                        self.walk.files += 1;
                        if let Err(cause) = self.file(&below, &node) {
                            self.note(&below(), &cause);
                        }
                    }
                    Ok(_) => {}
                    Err(cause) => self.note(&below(), &cause),
                }
            }
        }
    }

    fn file(&mut self, path: &dyn Fn() -> String, node: &Node) -> Result<(), Unreadable> {
        let extents = self.tree.extents(node)?;
        if extents.is_empty() && node.size_bytes > 0 && node.size_bytes <= INLINE_BYTES_MAX {
            // Kept within the filesystem's own tables, perhaps in pieces.
            let bytes = self.tree.read(node, 0, INLINE_BYTES_MAX as usize)?;
            for (signature, offset) in search(&bytes) {
                self.found(path, offset, signature);
            }
        }
        for (file_offset, device_offset, length) in &extents {
            let from = self.start.saturating_add(*device_offset);
            let to = from.saturating_add(*length);
            let first = self.finds.partition_point(|find| find.offset < from);
            for find in self.finds[first..].iter().take_while(|find| find.offset < to) {
                self.walk.placed.insert(find.offset);
                if self.walk.in_files.len() < FINDS_MAX {
                    let offset = file_offset.saturating_add(find.offset - from);
                    self.walk.in_files.push(InFile { path: path(), offset, signature: find.signature });
                }
            }
        }
        for pair in extents.windows(2) {
            let (file_offset, device_offset, length) = pair[0];
            let border = file_offset.saturating_add(length);
            let follows_in_file = pair[1].0 == border;
            let follows_on_disk = pair[1].1 == device_offset.saturating_add(length);
            if follows_in_file && !follows_on_disk && border < node.size_bytes {
                self.border(path, node, border)?;
            }
        }
        Ok(())
    }

    /// Searches the bytes around a place where the disk jumps and the file goes on.
    fn border(&mut self, path: &dyn Fn() -> String, node: &Node, border: u64) -> Result<(), Unreadable> {
        let around = border_bytes();
        let from = border.saturating_sub(around as u64);
        let bytes = self.tree.read(node, from, 2 * around)?;
        for (signature, at) in search(&bytes) {
            self.found(path, from + at, signature);
        }
        Ok(())
    }

    fn found(&mut self, path: &dyn Fn() -> String, offset: u64, signature: &'static str) {
        if self.walk.in_files.len() < FINDS_MAX {
            self.walk.in_files.push(InFile { path: path(), offset, signature });
        }
    }
}
