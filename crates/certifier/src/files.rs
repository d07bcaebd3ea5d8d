//! The files of a volume, swept once by their tables: which of them holds a find, and whether a signature lies across the
//! border of two extents of one file, where a pass in the order of the disk cannot see it.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use disk::tree::{Extent, Fault, Kind, Laid, Node, Tree, Unreadable};
use serde::{Deserialize, Serialize};

use crate::finding::unreadable;
use crate::packages::languages::{self, Manifest};
use crate::phrase::{Phrase, say};
use crate::scan::{FINDS_MAX, Find, border_bytes, search};
use crate::volumes::Places;

/// The most notes of what could not be followed.
const NOTES_MAX: usize = 20;

/// What is unpacked of one volume at most, and how much of it at once.
const PACKED_BYTES_MAX: u64 = 16 << 30;
const PIECE_BYTES: usize = 1 << 20;

/// More borders than this are not searched, and the report says so. Each costs two small reads.
const BORDERS_MAX: u64 = 2_000_000;

/// A find that lies in a file, and where in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InFile {
    pub path: String,
    pub offset: u64,
    pub signature: Cow<'static, str>,
}

/// What a sweep found out.
#[derive(Debug, Default)]
pub struct Swept {
    pub files: u64,
    pub in_files: Vec<InFile>,
    /// Which of the finds given lie in a file, by offset.
    pub placed: HashSet<u64>,
    /// What could not be followed, and why: (path or inode, reason).
    pub not_walked: Vec<(String, Phrase)>,
    /// The files that may name packages of languages.
    pub manifests: Vec<Manifest>,
}

/// Sweeps a volume that lies at `places` of the file that was scanned, or in no places worth telling. `finds` are sorted by offset.
pub fn sweep(volume: &dyn Tree, places: Option<&Places>, finds: &[Find]) -> Swept {
    let mut sweeper = Sweeper {
        volume,
        places,
        finds,
        found: Vec::new(),
        borders: 0,
        programs: Vec::new(),
        packed_bytes: 0,
        seen: HashSet::new(),
        swept: Swept::default(),
    };
    let mut faults = Vec::new();
    let done = volume.sweep(&mut |laid| sweeper.inode(laid), &mut |fault: Fault| {
        if faults.len() < NOTES_MAX {
            faults.push(fault);
        }
    });
    for fault in faults {
        sweeper.note(fault.inode, &fault.why);
    }
    if let Err(cause) = done {
        sweeper.note(0, &cause);
    }
    sweeper.name()
}

struct Sweeper<'a> {
    volume: &'a dyn Tree,
    places: Option<&'a Places>,
    finds: &'a [Find],
    /// Inode, offset in the file, signature.
    found: Vec<(u64, u64, Cow<'static, str>)>,
    borders: u64,
    /// Inodes that may be programs with a list of packages in them.
    programs: Vec<u64>,
    packed_bytes: u64,
    seen: HashSet<u64>,
    swept: Swept,
}

impl Sweeper<'_> {
    fn note(&mut self, inode: u64, cause: &Unreadable) {
        if self.swept.not_walked.len() < NOTES_MAX {
            self.swept.not_walked.push((format!("inode {inode}"), unreadable(cause)));
        }
    }

    fn inode(&mut self, Laid { node, extents, is_packed }: Laid<'_>) {
        self.seen.insert(node.inode);
        if node.kind != Kind::File {
            return;
        }
        self.swept.files += 1;
        if languages::may_be_program(node) {
            self.programs.push(node.inode);
        }
        for extent in extents {
            self.place(node, extent);
        }
        let is_seen = !is_packed && self.is_in_one_run(extents);
        let searched = if is_seen { self.borders(node, extents) } else { self.packed(node) };
        if let Err(cause) = searched {
            self.note(node.inode, &cause);
        }
    }

    /// Whether every extent lies on the disk in one run, so that the pass over the disk saw what is in it.
    fn is_in_one_run(&self, extents: &[Extent]) -> bool {
        let is_one = |extent: &Extent| match self.places {
            Some(places) => places.of(extent.device_offset, extent.length).count() <= 1,
            None => false,
        };
        extents.iter().all(is_one)
    }

    /// Gives the finds within an extent to its file.
    fn place(&mut self, node: &Node, extent: &Extent) {
        let pieces =
            self.places.into_iter().flat_map(|places| places.of(extent.device_offset, extent.length));
        for piece in pieces {
            let (from, to) = (piece.device_offset, piece.device_offset + piece.length);
            let in_file = extent.file_offset + (piece.file_offset - extent.device_offset);
            let first = self.finds.partition_point(|find| find.offset < from);
            for find in self.finds[first..].iter().take_while(|find| find.offset < to) {
                self.swept.placed.insert(find.offset);
                self.found(node, in_file.saturating_add(find.offset - from), find.signature.clone());
            }
        }
    }

    /// Searches a file that a pass in the order of the disk cannot see, since its bytes do not lie there as they are.
    fn packed(&mut self, node: &Node) -> Result<(), Unreadable> {
        self.packed_bytes = self.packed_bytes.saturating_add(node.size_bytes);
        if self.packed_bytes > PACKED_BYTES_MAX {
            let (found, limit) = (self.packed_bytes, PACKED_BYTES_MAX);
            return Err(Unreadable::OverLimit { what: "size of packed files", found, limit });
        }
        let mut at = 0;
        while at < node.size_bytes {
            let bytes = self.volume.read(node, at, PIECE_BYTES)?;
            for (signature, offset) in search(&bytes) {
                self.found(node, at + offset, signature.into());
            }
            if bytes.len() < PIECE_BYTES {
                break;
            }
            // The next piece begins early enough to show what lies on the border.
            at += (PIECE_BYTES - border_bytes()) as u64;
        }
        Ok(())
    }

    /// Searches across the borders of extents.
    fn borders(&mut self, node: &Node, extents: &[Extent]) -> Result<(), Unreadable> {
        let around = border_bytes();
        for pair in extents.windows(2) {
            let border = pair[0].file_offset.saturating_add(pair[0].length);
            let follows_in_file = pair[1].file_offset == border;
            let follows_on_disk =
                pair[1].device_offset == pair[0].device_offset.saturating_add(pair[0].length);
            if !follows_in_file || follows_on_disk || border >= node.size_bytes {
                continue;
            }
            self.borders += 1;
            if self.borders > BORDERS_MAX {
                let (found, limit) = (self.borders, BORDERS_MAX);
                return Err(Unreadable::OverLimit { what: "extents", found, limit });
            }
            let from = border.saturating_sub(around as u64);
            let bytes = self.volume.read(node, from, 2 * around)?;
            for (signature, at) in search(&bytes) {
                self.found(node, from + at, signature.into());
            }
        }
        Ok(())
    }

    fn found(&mut self, node: &Node, offset: u64, signature: Cow<'static, str>) {
        if self.found.len() < FINDS_MAX {
            self.found.push((node.inode, offset, signature));
        }
    }

    /// Follows the names: an inode that has one but was not in the tables would otherwise hide, and finds want a path.
    fn name(mut self) -> Swept {
        let names = match self.volume.names() {
            Ok(names) => names,
            Err(cause) => {
                self.note(0, &cause);
                return self.finish(&HashMap::new());
            }
        };
        for fault in names.faults.iter().take(NOTES_MAX) {
            self.note(fault.inode, &fault.why);
        }
        let mut hidden: Vec<u64> = names.inodes().filter(|inode| !self.seen.contains(inode)).collect();
        hidden.sort_unstable();
        for inode in hidden.into_iter().take(FINDS_MAX) {
            // Its bytes were searched like all others; only its pieces were not joined.
            let what = names.path(inode).unwrap_or_default();
            if self.swept.not_walked.len() < NOTES_MAX {
                let what = String::from_utf8_lossy(&what).into_owned();
                self.swept.not_walked.push((what, say("not_walked.hidden")));
            }
        }
        self.swept.manifests = languages::manifests(&names, &self.programs);
        let paths =
            self.found.iter().filter_map(|(inode, _, _)| Some((*inode, names.path(*inode)?))).collect();
        self.finish(&paths)
    }

    fn finish(mut self, paths: &HashMap<u64, Vec<u8>>) -> Swept {
        for (inode, offset, signature) in self.found {
            let path = match paths.get(&inode) {
                Some(path) => String::from_utf8_lossy(path).into_owned(),
                None => format!("inode {inode}"),
            };
            self.swept.in_files.push(InFile { path, offset, signature });
        }
        self.swept.in_files.sort();
        self.swept.in_files.dedup();
        self.swept
    }
}
