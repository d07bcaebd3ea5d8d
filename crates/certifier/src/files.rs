//! The files of all volumes, by their tables alone: where each lies, so that a hit of the pass finds its file and its place in it,
//! and where a file is cut into pieces, so that nothing hides on a border.

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::Arc;

use disk::read_at::ReadAt;
use disk::tree::{Extent, Fault, Kind, Laid, Names, Node, Tree, Unreadable};

use crate::anchors::{Hit, SECTOR_BYTES};
use crate::archives::head::HEAD_BYTES;
use crate::finding::unreadable;
use crate::packages::languages::{self, Manifest};
use crate::phrase::{Phrase, say};
use crate::scan::{Opens, Pass};
use crate::volumes::{Places, VolumeFacts};

/// The most notes of what could not be followed, for each volume.
const NOTES_MAX: usize = 20;

/// What is kept of all volumes together. Files beyond are searched as bytes alone, and the report says so.
const FILES_MAX: usize = 3_000_000;
const RUNS_MAX: usize = 3_000_000;
const BORDERS_MAX: usize = 2_000_000;

/// A hit may lie in many files, where they share their bytes. So many are told.
const PLACES_MAX: usize = 1_000_000;

/// A volume with a filesystem that is read.
pub struct Walked {
    pub number: u32,
    pub tree: Arc<dyn Tree>,
    pub names: Option<Names>,
}

#[derive(Debug, Clone, Copy)]
pub struct File {
    pub volume: u16,
    pub mode: u16,
    /// Whether its bytes do not lie on the disk as they are.
    pub is_packed: bool,
    pub inode: u64,
    pub size_bytes: u64,
}

/// Where a file begins on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Begin {
    offset: u64,
    file: u32,
}

/// A stretch of the image that is a stretch of a file.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    pub from: u64,
    pub length: u64,
    pub file_offset: u64,
    file: u32,
}

impl Run {
    pub fn end(&self) -> u64 {
        self.from.saturating_add(self.length)
    }
}

/// All files of all volumes.
#[derive(Default)]
pub struct Index {
    pub volumes: Vec<Walked>,
    pub files: Vec<File>,
    /// By offset.
    begins: Vec<Begin>,
    /// Where a file goes on elsewhere: the file, and the offset in it.
    pub borders: Vec<(u32, u64)>,
    runs: Vec<Run>,
    /// What could not be followed, and why: (path or inode, reason).
    pub notes: Vec<(String, Phrase)>,
}

/// A hit in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Placed {
    pub file: u32,
    /// With its offset in the file.
    pub hit: Hit,
    /// Where that is on the disk.
    pub raw: u64,
}

impl Index {
    /// Sweeps a volume and takes its files; tells which of them may name packages of languages.
    pub fn add(&mut self, facts: &VolumeFacts, tree: &Arc<dyn Tree>) -> Vec<Manifest> {
        let (number, label) = (facts.number, facts.label());
        let place = self.volumes.len() as u16;
        let (mut seen, mut programs) = (HashSet::new(), Vec::new());
        let mut faults = Vec::new();
        let mut over = false;
        let done = tree.sweep(
            &mut |laid| {
                seen.insert(laid.node.inode);
                if languages::may_be_program(laid.node) {
                    programs.push(laid.node.inode);
                }
                over |= laid.node.kind == Kind::File && !self.file(place, facts.places.as_ref(), laid);
            },
            &mut |fault: Fault| {
                if faults.len() < NOTES_MAX {
                    faults.push(fault);
                }
            },
        );
        let mut noted = 0;
        let mut note = |notes: &mut Vec<(String, Phrase)>, what: String, why: Phrase| {
            noted += 1;
            if noted <= NOTES_MAX {
                notes.push((what, why));
            }
        };
        if over {
            let cause =
                Unreadable::OverLimit { what: "files", found: FILES_MAX as u64 + 1, limit: FILES_MAX as u64 };
            note(&mut self.notes, label.clone(), unreadable(&cause));
        }
        for fault in faults {
            note(&mut self.notes, format!("inode {}", fault.inode), unreadable(&fault.why));
        }
        if let Err(cause) = done {
            note(&mut self.notes, label.clone(), unreadable(&cause));
        }
        let names =
            tree.names().map_err(|cause| note(&mut self.notes, label.clone(), unreadable(&cause))).ok();
        if let Some(names) = &names {
            for fault in &names.faults {
                note(&mut self.notes, format!("inode {}", fault.inode), unreadable(&fault.why));
            }
            // An inode that has a name but is not in the tables would otherwise hide. Its bytes are searched like all others.
            let mut hidden: Vec<u64> = names.inodes().filter(|inode| !seen.contains(inode)).collect();
            hidden.sort_unstable();
            for inode in hidden.into_iter().take(NOTES_MAX) {
                let what = names.path(inode).unwrap_or_default();
                note(&mut self.notes, String::from_utf8_lossy(&what).into_owned(), say("not_walked.hidden"));
            }
        }
        let manifests =
            names.as_ref().map(|names| languages::manifests(names, &programs)).unwrap_or_default();
        self.volumes.push(Walked { number, tree: tree.clone(), names });
        manifests
    }

    /// Takes a file; `false` when there are too many.
    fn file(
        &mut self,
        volume: u16,
        places: Option<&Places>,
        Laid { node, extents, is_packed }: Laid<'_>,
    ) -> bool {
        if self.files.len() >= FILES_MAX || self.runs.len() + extents.len() > RUNS_MAX {
            return false;
        }
        let file = self.files.len() as u32;
        let pieces = |extent: Extent| {
            places.into_iter().flat_map(move |places| places.of(extent.device_offset, extent.length))
        };
        // The pass saw what lies on the disk in one run; what is cut once more by its volume is read by itself.
        let is_packed =
            is_packed || places.is_none() || extents.iter().any(|extent| pieces(*extent).count() > 1);
        let Node { inode, mode, size_bytes, .. } = *node;
        self.files.push(File { volume, mode, is_packed, inode, size_bytes });
        for extent in extents {
            for piece in pieces(*extent) {
                let file_offset = extent.file_offset + (piece.file_offset - extent.device_offset);
                self.runs.push(Run { from: piece.device_offset, length: piece.length, file_offset, file });
                if file_offset == 0 && size_bytes > 0 && !is_packed {
                    self.begins.push(Begin { offset: piece.device_offset, file });
                }
            }
        }
        if is_packed {
            return true;
        }
        for pair in extents.windows(2) {
            let border = pair[0].file_offset.saturating_add(pair[0].length);
            let goes_on = pair[1].file_offset == border && border < size_bytes;
            let elsewhere = pair[1].device_offset != pair[0].device_offset.saturating_add(pair[0].length);
            if goes_on && elsewhere {
                if self.borders.len() >= BORDERS_MAX {
                    return false;
                }
                self.borders.push((file, border));
            }
        }
        true
    }

    /// Puts everything into the order of the disk.
    pub fn sort(&mut self) {
        self.begins.sort_unstable();
        self.runs.sort_unstable_by_key(|run| (run.from, run.file));
    }

    /// Gives hits, which are sorted, to the files that they lie in; the rest lies in none. Beyond the end of a file is in none.
    pub fn place(&self, hits: &[Hit]) -> (Vec<Placed>, Vec<Hit>) {
        let mut places = Vec::new();
        let mut is_placed = vec![false; hits.len()];
        for run in &self.runs {
            let first = hits.partition_point(|hit| hit.offset < run.from);
            for (at, hit) in (first..).zip(&hits[first..]).take_while(|(_, hit)| hit.offset < run.end()) {
                let offset = run.file_offset.saturating_add(hit.offset - run.from);
                let file = &self.files[run.file as usize];
                is_placed[at] |= offset < file.size_bytes;
                // What is packed is read by itself, and found then.
                if offset < file.size_bytes && places.len() < PLACES_MAX && !file.is_packed {
                    places.push(Placed { file: run.file, hit: Hit { offset, ..*hit }, raw: hit.offset });
                }
            }
        }
        places.sort_unstable();
        let outside = hits.iter().zip(is_placed).filter(|(_, placed)| !placed).map(|(hit, _)| *hit).collect();
        (places, outside)
    }

    /// Files to be opened for what they begin with. Their heads are read once more, but only where the pass saw that it may be worth it.
    pub fn opens(&self, pass: &Pass, source: &dyn ReadAt) -> io::Result<Vec<(u32, Opens)>> {
        let mut opens = Vec::new();
        let mut head = [0; HEAD_BYTES];
        for Begin { offset, file } in &self.begins {
            // The pass looks where sectors begin. Hardly any filesystem lets a file begin elsewhere.
            let is_aligned = offset.is_multiple_of(SECTOR_BYTES as u64);
            if is_aligned && !pass.heads.has(*offset) {
                continue;
            }
            let size_bytes = self.files[*file as usize].size_bytes;
            let there = source.size_bytes().saturating_sub(*offset).min(size_bytes);
            let head = &mut head[..there.min(HEAD_BYTES as u64) as usize];
            source.read_exact_at(*offset, head)?;
            opens.extend(Opens::of(head, size_bytes).map(|opens| (*file, opens)));
        }
        Ok(opens)
    }

    /// Where these files lie, in the order of their bytes. Those that lie nowhere are left out.
    pub fn runs_of(&self, files: impl Iterator<Item = u32>) -> HashMap<u32, Vec<&Run>> {
        let mut runs: HashMap<u32, Vec<&Run>> = files.map(|file| (file, Vec::new())).collect();
        for run in &self.runs {
            if let Some(runs) = runs.get_mut(&run.file) {
                runs.push(run);
            }
        }
        runs.retain(|_, runs| !runs.is_empty());
        runs.values_mut().for_each(|runs| runs.sort_unstable_by_key(|run| (run.file_offset, run.from)));
        runs
    }

    /// The path of a file; `None` for one without a name, such as a journal or what was deleted while it was open.
    pub fn path(&self, file: u32) -> Option<Vec<u8>> {
        let file = &self.files[file as usize];
        self.volumes[usize::from(file.volume)].names.as_ref()?.path(file.inode)
    }

    /// The last part of that.
    pub fn name(&self, file: u32) -> Option<&[u8]> {
        let file = &self.files[file as usize];
        self.volumes[usize::from(file.volume)].names.as_ref()?.name(file.inode)
    }

    /// The file itself, to be read.
    pub fn open(&self, file: u32) -> Result<Opened<'_>, Unreadable> {
        let file = &self.files[file as usize];
        let tree = &*self.volumes[usize::from(file.volume)].tree;
        Ok(Opened { tree, node: tree.node(file.inode)? })
    }
}

/// A file that is read by position, whatever its filesystem made of its bytes.
pub struct Opened<'t> {
    pub tree: &'t dyn Tree,
    pub node: Node,
}

impl ReadAt for Opened<'_> {
    fn size_bytes(&self) -> u64 {
        self.node.size_bytes
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let bytes = self.tree.read(&self.node, offset, buffer.len())?;
        if bytes.len() != buffer.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        buffer.copy_from_slice(&bytes);
        Ok(())
    }
}
