//! Where facts come from: the disk, the disk while it is watched, or what was kept of it.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use disk::filesystem;
use disk::read_at::ReadAt;
use disk::signature::Volume;
use disk::tree::{Tree, Unreadable};

use super::{Known, Pages, Recorder};
use crate::content::Looked;
use crate::finding::Undecided;
use crate::packages::Package;
use crate::phrase::say;
use crate::seen::Seen;

pub enum Origin {
    /// The disk.
    Disk(Arc<dyn ReadAt>),
    /// The disk, while all that is looked at is kept.
    Watched(Arc<Recorder>),
    /// What was kept of it.
    Kept(Arc<Pages>, Box<Known>),
}

type Found<T> = Result<T, Undecided>;
/// The drivers in an initramfs.
pub type Modules = Found<BTreeSet<String>>;
/// Packages of a system.
pub type Packages = Found<Vec<Package>>;

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

    /// What reading everything brings, or brought. It is kept as what it is, not as what was read for it.
    pub fn brought(&self, look: impl FnOnce() -> io::Result<Looked>) -> io::Result<Looked> {
        match self {
            Origin::Disk(_) => look(),
            Origin::Watched(recorder) => recorder.quietly(look),
            Origin::Kept(_, known) => Ok(Looked {
                content: known.content.clone(),
                inventory: known.inventory.clone(),
                seen: Seen::default(),
            }),
        }
    }

    /// What `look` finds in files that may be large. From what was kept it is found anew where that is enough, since the code that
    /// looks may have learnt something; else it is what was found then.
    fn found<T>(
        &self,
        look: impl FnOnce() -> Found<T>,
        known: impl FnOnce(&Known) -> Option<Found<T>>,
    ) -> Found<T> {
        match self {
            Origin::Disk(_) => look(),
            Origin::Watched(recorder) => recorder.quietly(look),
            Origin::Kept(pages, kept) => {
                let missed = pages.missed();
                let found = look();
                if pages.missed() == missed {
                    return found;
                }
                known(kept).unwrap_or_else(|| Err(Undecided(say("undecided.not_kept"))))
            }
        }
    }

    /// The drivers in the initramfs that boots.
    pub fn modules(&self, look: impl FnOnce() -> Modules) -> Modules {
        self.found(look, |known| known.modules.clone())
    }

    /// What the system's own packager installed.
    pub fn packages(&self, look: impl FnOnce() -> Packages) -> Packages {
        self.found(look, |known| known.packages.clone())
    }
}
