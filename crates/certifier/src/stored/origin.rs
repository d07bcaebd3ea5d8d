//! Where facts come from: the disk, the disk while it is watched, or what was kept of it.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use disk::filesystem;
use disk::read_at::ReadAt;
use disk::signature::Volume;
use disk::tree::{Tree, Unreadable};

use super::{Known, Pages, Recorder};
use crate::facts::Content;
use crate::finding::Undecided;
use crate::phrase::say;

pub enum Origin {
    /// The disk.
    Disk(Arc<dyn ReadAt>),
    /// The disk, while all that is looked at is kept.
    Watched(Arc<Recorder>),
    /// What was kept of it.
    Kept(Arc<Pages>, Box<Known>),
}

/// The drivers in an initramfs.
pub type Modules = Result<BTreeSet<String>, Undecided>;

impl Origin {
    pub fn source(&self) -> Arc<dyn ReadAt> {
        match self {
            Origin::Disk(source) => source.clone(),
            Origin::Watched(recorder) => recorder.clone(),
            Origin::Kept(pages, _) => pages.clone(),
        }
    }

    /// Opens the filesystem of this kind on `volume`; `None` for kinds that are not read.
    pub fn open(&self, kind: Volume, volume: Arc<dyn ReadAt>) -> Option<Result<Arc<dyn Tree>, Unreadable>> {
        match self {
            Origin::Disk(_) | Origin::Kept(..) => filesystem::open(kind, volume),
            Origin::Watched(recorder) => recorder.open(kind, volume),
        }
    }

    /// What `look` finds by reading much. It is kept as what it is, not as what was read for it.
    fn once<T>(&self, look: impl FnOnce() -> T, known: impl FnOnce(&Known) -> T) -> T {
        match self {
            Origin::Disk(_) => look(),
            Origin::Watched(recorder) => recorder.quietly(look),
            Origin::Kept(_, kept) => known(kept),
        }
    }

    /// What the pass over all bytes brings, or brought.
    pub fn content(&self, look: impl FnOnce() -> io::Result<Content>) -> io::Result<Content> {
        self.once(look, |known| Ok(known.content.clone()))
    }

    /// The drivers in the initramfs that boots.
    pub fn modules(&self, look: impl FnOnce() -> Modules) -> Modules {
        self.once(look, |known| {
            known.modules.clone().unwrap_or_else(|| Err(Undecided(say("undecided.not_kept"))))
        })
    }
}
