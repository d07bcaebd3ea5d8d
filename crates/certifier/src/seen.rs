//! What an earlier look brought, by the digests of the bytes that it looked at. Where the same bytes come again, it is taken over.
//!
//! A leaf is known by its digest. A file is known by its path, its length, and the leaves that it lies in with its places there. So nothing
//! ever has to be undone when an image changes: what changed or moved goes by another name, and is looked at anew. Every byte is still
//! read and digested, because nothing else proves that it is the same.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use disk::content_id::LEAF_BYTES;
use serde::{Deserialize, Serialize};
use sha256::{Digest, Sha256};

use crate::anchors::{self, ANCHORS, Hit};
use crate::archives;
use crate::examine::{Examined, Task};
use crate::files::{Index, Run};
use crate::malware::Scanners;
use crate::printable::hexadecimal;
use crate::rulebook;
use crate::scan::Searched;

/// What is kept of one image: 256 GiB of data, and more files than are ever looked at twice. The rest is looked at again.
const LEAVES_MAX: usize = 65_536;
const FILES_MAX: usize = 100_000;
/// A file in more places goes by no name, and all files together have no more than so many.
const PLACES_A_FILE_MAX: u64 = 1 << 16;
const PLACES_MAX: u64 = 1 << 22;

/// A digest in hexadecimal.
type Name = String;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// For what, and by which edition of this program, bytes were searched: what was seen by others is not taken over.
    by: String,
    /// The hits that lie wholly in a leaf: their places there, and their anchors.
    leaves: BTreeMap<Name, Vec<(u32, u8)>>,
    files: BTreeMap<Name, Examined>,
}

impl Seen {
    /// What these scanners saw in leaves.
    pub fn of(scanners: &Scanners, leaves: &[Searched]) -> Seen {
        // What clamd knows changes with every hour, so nothing that it was asked about is kept.
        if scanners.clamd.is_some() {
            return Seen::default();
        }
        let kept = leaves.iter().filter_map(|leaf| Some((hexadecimal(&leaf.digest), leaf.hits.clone()?)));
        Seen { by: edition(scanners), leaves: kept.take(LEAVES_MAX).collect(), files: BTreeMap::new() }
    }

    /// Whether these scanners would see the same.
    pub fn holds_for(&self, scanners: &Scanners) -> bool {
        scanners.clamd.is_none() && self.by == edition(scanners)
    }

    /// The hits in the leaf of this digest that begins at `start`; `None` if it was never searched.
    pub fn hits(&self, digest: &Digest, start: u64) -> Option<impl Iterator<Item = Hit>> {
        let hits = self.leaves.get(&hexadecimal(digest))?;
        let known = hits.iter().filter(|(_, anchor)| usize::from(*anchor) < ANCHORS.len());
        Some(known.map(move |(place, anchor)| Hit { offset: start + u64::from(*place), anchor: *anchor }))
    }

    /// What a look at the file of this name brought.
    pub fn file(&self, name: &str) -> Option<&Examined> {
        self.files.get(name)
    }

    /// Keeps what a look at a file brought. One that could not be read may be readable the next time.
    pub fn add_file(&mut self, name: &str, examined: &Examined) {
        let is_read = examined.unscanned.iter().all(|unscanned| unscanned.why.key != "unreadable.io");
        if is_read && !self.by.is_empty() && self.files.len() < FILES_MAX {
            self.files.insert(name.to_owned(), examined.clone());
        }
    }
}

/// A name for everything that a look depends on beside the bytes.
fn edition(scanners: &Scanners) -> String {
    let rules = scanners.searched_by().rules.unwrap_or_default();
    let mut name = Naming(Sha256::new());
    for part in [&anchors::edition(), archives::EDITION, rulebook::EDITION, env!("CARGO_PKG_VERSION"), &rules]
    {
        name.text(part.as_bytes());
    }
    hexadecimal(&name.0.finish())
}

/// Gives names to files, by the digests of all leaves that are not wholly zero.
pub struct Names<'n> {
    index: &'n Index,
    leaves: &'n [Searched],
    runs: HashMap<u32, Vec<&'n Run>>,
    /// How many places may still go into names.
    places_left: u64,
}

impl<'n> Names<'n> {
    /// For the files of these tasks.
    pub fn new(index: &'n Index, leaves: &'n [Searched], tasks: &[Task]) -> Names<'n> {
        let runs = index.runs_of(tasks.iter().map(|task| task.file));
        Names { index, leaves, runs, places_left: PLACES_MAX }
    }

    /// The names of the files of all tasks, in their order.
    pub fn of_all(&mut self, tasks: &[Task]) -> Vec<Option<Name>> {
        tasks.iter().map(|task| self.of(task)).collect()
    }

    /// The name of a task's file. A file whose bytes do not lie on the disk as they are has none, and neither has one without a path:
    /// it is told by its place.
    fn of(&mut self, task: &Task) -> Option<Name> {
        let path = self.index.path(task.file).filter(|_| !task.is_unseen)?;
        let runs = self.runs.get(&task.file)?;
        let places: u64 = runs.iter().map(|run| leaves_of(run).count() as u64).sum();
        self.places_left = self.places_left.checked_sub(places).filter(|_| places <= PLACES_A_FILE_MAX)?;
        let mut name = Naming(Sha256::new());
        name.text(&path);
        name.numbers(&[self.index.files[task.file as usize].size_bytes, task.hits.len() as u64]);
        for placed in &task.hits {
            name.numbers(&[placed.hit.offset, placed.hit.anchor.into()]);
        }
        for run in runs {
            for leaf in leaves_of(run) {
                let start = leaf * LEAF_BYTES;
                let (from, to) = (run.from.max(start), run.end().min(start.saturating_add(LEAF_BYTES)));
                name.0.update(self.digest_of(leaf));
                name.numbers(&[from - start, to - start, run.file_offset.saturating_add(from - run.from)]);
            }
        }
        Some(hexadecimal(&name.0.finish()))
    }

    /// The digest of a leaf; one that is wholly zero has none.
    fn digest_of(&self, leaf: u64) -> &Digest {
        let found = self.leaves.binary_search_by_key(&leaf, |searched| searched.index);
        found.map_or(&[0; 32], |place| &self.leaves[place].digest)
    }
}

/// The numbers of the leaves that a run lies in.
fn leaves_of(run: &Run) -> Range<u64> {
    run.from / LEAF_BYTES..run.end().div_ceil(LEAF_BYTES)
}

struct Naming(Sha256);

impl Naming {
    fn text(&mut self, bytes: &[u8]) {
        self.numbers(&[bytes.len() as u64]);
        self.0.update(bytes);
    }

    fn numbers(&mut self, numbers: &[u64]) {
        numbers.iter().for_each(|number| self.0.update(&number.to_be_bytes()));
    }
}
