//! What keeps the bytes that are looked at: beneath everything that reads, so that nothing is looked at unseen.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use disk::filesystem;
use disk::read_at::ReadAt;
use disk::signature::Volume;
use disk::tree::{
    Attribute, Condition, Entry, Extent, Identity, Names, Node, OnFault, Tree, Unreadable, Visit,
};

use super::pages::{PAGE_BYTES, PAGES_BYTES_MAX, Pages};

/// What is kept of one file. What asks for more of one is worth keeping as plain data: module lists, packages.
const FILE_BYTES_MAX: u64 = 4 << 20;

/// A source that keeps what is read of it, page by page, up to [`PAGES_BYTES_MAX`].
pub struct Recorder {
    source: Arc<dyn ReadAt>,
    is_quiet: AtomicBool,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// `None` for a page of zeros.
    pages: BTreeMap<u64, Option<Box<[u8]>>>,
    bytes: usize,
}

impl Recorder {
    pub fn new(source: Arc<dyn ReadAt>) -> Recorder {
        Recorder { source, is_quiet: AtomicBool::new(false), kept: Mutex::default() }
    }

    /// Does `work`, and keeps nothing of what it reads, on whichever thread.
    pub fn quietly<T>(&self, work: impl FnOnce() -> T) -> T {
        let before = self.is_quiet.swap(true, Ordering::SeqCst);
        let done = work();
        self.is_quiet.store(before, Ordering::SeqCst);
        done
    }

    fn is_quiet(&self) -> bool {
        self.is_quiet.load(Ordering::SeqCst)
    }

    /// How much is kept so far.
    pub fn kept_bytes(&self) -> usize {
        self.kept().bytes
    }

    pub fn pages(&self) -> Pages {
        Pages::of(self.source.size_bytes(), &self.kept().pages)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        // Pages are added whole, so a panic elsewhere leaves nothing half-made.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a filesystem whose reads are kept. It is opened twice: what sweeps or reads large files goes past the first one,
    /// whose cache would otherwise hide later reads.
    pub fn open(
        self: &Arc<Recorder>,
        kind: Volume,
        volume: Arc<dyn ReadAt>,
    ) -> Option<Result<Arc<dyn Tree>, Unreadable>> {
        let kept = match filesystem::open(kind, volume.clone())? {
            Ok(kept) => kept,
            Err(cause) => return Some(Err(cause)),
        };
        let plain = match self.quietly(|| filesystem::open(kind, volume))? {
            Ok(plain) => plain,
            Err(cause) => return Some(Err(cause)),
        };
        Some(Ok(Arc::new(Watched { recorder: self.clone(), kept, plain, read_bytes: Mutex::default() })))
    }
}

impl ReadAt for Recorder {
    fn size_bytes(&self) -> u64 {
        self.source.size_bytes()
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let size = self.source.size_bytes();
        let end = offset.saturating_add(buffer.len() as u64);
        if self.is_quiet() || buffer.is_empty() || end > size {
            return self.source.read_exact_at(offset, buffer);
        }
        let page = PAGE_BYTES as u64;
        let from = offset / page * page;
        let to = end.next_multiple_of(page).min(size);
        // Little more than the caller's own buffer.
        let mut bytes = vec![0; (to - from) as usize];
        self.source.read_exact_at(from, &mut bytes)?;
        buffer.copy_from_slice(&bytes[(offset - from) as usize..][..buffer.len()]);
        let mut kept = self.kept();
        for (number, bytes) in (from / page..).zip(bytes.chunks(PAGE_BYTES)) {
            if kept.pages.contains_key(&number) {
                continue;
            }
            let is_zero = bytes.iter().all(|byte| *byte == 0);
            let cost = if is_zero { 0 } else { bytes.len() };
            if kept.bytes + cost > PAGES_BYTES_MAX {
                continue;
            }
            kept.bytes += cost;
            kept.pages.insert(number, (!is_zero).then(|| bytes.into()));
        }
        Ok(())
    }

    fn next_data(&self, offset: u64) -> io::Result<Option<(u64, u64)>> {
        self.source.next_data(offset)
    }
}

/// A filesystem, once with what it reads kept and once without.
struct Watched {
    recorder: Arc<Recorder>,
    kept: Arc<dyn Tree>,
    plain: Arc<dyn Tree>,
    /// How much was read of each file with its bytes kept.
    read_bytes: Mutex<HashMap<u64, u64>>,
}

impl Watched {
    fn tree(&self) -> &dyn Tree {
        if self.recorder.is_quiet() { &*self.plain } else { &*self.kept }
    }

    fn quietly<T>(&self, work: impl FnOnce(&dyn Tree) -> T) -> T {
        self.recorder.quietly(|| work(&*self.plain))
    }
}

impl Tree for Watched {
    fn size_bytes(&self) -> u64 {
        self.plain.size_bytes()
    }

    fn condition(&self) -> Result<Condition, Unreadable> {
        self.tree().condition()
    }

    fn identity(&self) -> Identity {
        self.tree().identity()
    }

    fn root(&self) -> Result<Node, Unreadable> {
        self.tree().root()
    }

    fn usual_root(&self) -> Result<Vec<u8>, Unreadable> {
        self.tree().usual_root()
    }

    fn look_up(&self, path: &str) -> Result<Option<Node>, Unreadable> {
        self.tree().look_up(path)
    }

    fn look_up_itself(&self, path: &str) -> Result<Option<Node>, Unreadable> {
        self.tree().look_up_itself(path)
    }

    fn list(&self, directory: &Node) -> Result<Vec<Entry>, Unreadable> {
        self.tree().list(directory)
    }

    fn node(&self, inode: u64) -> Result<Node, Unreadable> {
        self.tree().node(inode)
    }

    fn read(&self, file: &Node, offset: u64, limit: usize) -> Result<Vec<u8>, Unreadable> {
        if self.recorder.is_quiet() {
            return self.plain.read(file, offset, limit);
        }
        let wanted = (limit as u64).min(file.size_bytes.saturating_sub(offset));
        let mut read_bytes = self.read_bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let so_far = read_bytes.entry(file.inode).or_default();
        *so_far = so_far.saturating_add(wanted);
        let is_kept = *so_far <= FILE_BYTES_MAX;
        drop(read_bytes);
        if is_kept {
            self.kept.read(file, offset, limit)
        } else {
            self.quietly(|tree| tree.read(file, offset, limit))
        }
    }

    fn read_link(&self, link: &Node) -> Result<Vec<u8>, Unreadable> {
        self.tree().read_link(link)
    }

    fn extents(&self, file: &Node) -> Result<Vec<Extent>, Unreadable> {
        self.tree().extents(file)
    }

    fn attributes(&self, file: &Node) -> Result<Vec<Attribute>, Unreadable> {
        self.tree().attributes(file)
    }

    fn names(&self) -> Result<Names, Unreadable> {
        self.quietly(|tree| tree.names())
    }

    fn sweep(&self, visit: &mut Visit<'_>, fault: &mut OnFault<'_>) -> Result<(), Unreadable> {
        self.quietly(|tree| tree.sweep(visit, fault))
    }

    fn free_space(&self, visit: &mut dyn FnMut(u64, u64)) -> Result<(), Unreadable> {
        self.quietly(|tree| tree.free_space(visit))
    }
}
