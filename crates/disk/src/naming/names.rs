//! All names of a filesystem, gathered by one walk from the root.

use std::collections::HashMap;
use std::collections::hash_map;
use std::ops::ControlFlow;

use super::Directories;
use crate::tree::{Kind, Unreadable};

/// More faults than this are counted and not kept.
pub const FAULTS_MAX: usize = 1000;

/// What all names together may take.
pub const NAMES_BYTES_MAX: usize = 64 << 20;

/// How many inodes may have a name. A table of 2^22 places is filled to seven eighths before it doubles; this stays below.
pub const NAMES_MAX: usize = 3_500_000;

const NAMES: &str = "names in the filesystem";
const DIRECTORIES: &str = "size of all directories";

/// A file that could not be read.
#[derive(Debug)]
pub struct Fault {
    /// 0 where no inode could be told.
    pub inode: u64,
    pub why: Unreadable,
}

/// Where an inode's name stands: its directory, and a piece of the text of all names.
#[derive(Debug, Clone, Copy)]
struct Place {
    parent: u64,
    name: u32,
    length: u16,
}

/// One path for every inode that has a name.
#[derive(Debug, Default)]
pub struct Names {
    root: u64,
    places: HashMap<u64, Place>,
    text: Vec<u8>,
    /// Directories that could not be read, at most [`FAULTS_MAX`] of them.
    pub faults: Vec<Fault>,
    pub faults_counted: u64,
}

impl Names {
    /// Walks all directories from the root. A directory with two names, which would be a loop or lead there, is entered once and
    /// reported.
    pub(crate) fn gather<F: Directories>(fs: &F) -> Result<Names, Unreadable> {
        let root = fs.root_inode();
        let mut names = Names { root, ..Names::default() };
        names.places.insert(root, Place { parent: root, name: 0, length: 0 });
        names.add_streams(fs, root, root, b"")?;
        let mut ahead = vec![root];
        let mut budget = fs.listings_bytes_max();
        while let Some(number) = ahead.pop() {
            match names.enter(fs, number, &mut ahead, &mut budget) {
                Ok(()) => {}
                Err(Unreadable::Io(why)) => return Err(why.into()),
                Err(why @ Unreadable::OverLimit { what: NAMES | DIRECTORIES, .. }) => return Err(why),
                Err(why) => names.note(number, why),
            }
        }
        Ok(names)
    }

    fn enter<F: Directories>(
        &mut self,
        fs: &F,
        number: u64,
        ahead: &mut Vec<u64>,
        budget: &mut u64,
    ) -> Result<(), Unreadable> {
        let directory = fs.inode(number)?;
        let found = fs.directory_bytes(&directory)?;
        let limit = fs.listings_bytes_max();
        *budget =
            budget.checked_sub(found).ok_or(Unreadable::OverLimit { what: DIRECTORIES, found, limit })?;
        fs.visit_names(&directory, &mut |name| {
            // The directory's word for the kind is not taken: a directory that calls itself a file would go unseen.
            let is_directory = fs.kind_of(name.inode)? == Some(Kind::Directory);
            if self.add(name.inode, number, name.bytes)? {
                if is_directory {
                    ahead.push(name.inode);
                }
                self.add_streams(fs, name.inode, number, name.bytes)?;
            } else if is_directory {
                self.note(name.inode, Unreadable::Damaged { what: "directory with two names", offset: 0 });
            }
            Ok(ControlFlow::Continue(()))
        })
    }

    fn add_streams<F: Directories>(
        &mut self,
        fs: &F,
        inode: u64,
        parent: u64,
        name: &[u8],
    ) -> Result<(), Unreadable> {
        fs.visit_streams(inode, name, &mut |stream| {
            self.add(stream.inode, parent, stream.bytes)?;
            Ok(ControlFlow::Continue(()))
        })
    }

    /// Adds a name, unless the inode has one; tells whether it was added. Bounded by [`NAMES_MAX`] and [`NAMES_BYTES_MAX`].
    fn add(&mut self, inode: u64, parent: u64, name: &[u8]) -> Result<bool, Unreadable> {
        let (found, limit) = (self.places.len() as u64, NAMES_MAX as u64);
        let hash_map::Entry::Vacant(vacant) = self.places.entry(inode) else { return Ok(false) };
        if found >= limit || self.text.len() + name.len() > NAMES_BYTES_MAX {
            return Err(Unreadable::OverLimit { what: NAMES, found: found + 1, limit });
        }
        let at = self.text.len() as u32;
        self.text.extend(name);
        vacant.insert(Place { parent, name: at, length: name.len() as u16 });
        Ok(true)
    }

    fn note(&mut self, inode: u64, why: Unreadable) {
        self.faults_counted += 1;
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(Fault { inode, why });
        }
    }

    /// The number of inodes with a name, the root among them.
    pub fn count(&self) -> usize {
        self.places.len()
    }

    /// One path to an inode, absolute; `None` if no name leads to it. Hard links have others besides.
    pub fn path(&self, inode: u64) -> Option<Vec<u8>> {
        let mut number = inode;
        let mut parts = Vec::new();
        // Directories are entered once, so the way up is a tree's and ends at the root.
        while number != self.root {
            let place = self.places.get(&number)?;
            let at = place.name as usize;
            parts.push(&self.text[at..at + usize::from(place.length)]);
            number = place.parent;
        }
        if parts.is_empty() {
            return Some(b"/".to_vec());
        }
        let mut path = Vec::new();
        for part in parts.into_iter().rev() {
            path.push(b'/');
            path.extend(part);
        }
        Some(path)
    }

    /// The last part of [`Names::path`], for who looks at many names and takes few.
    pub fn name(&self, inode: u64) -> Option<&[u8]> {
        let place = self.places.get(&inode)?;
        let at = place.name as usize;
        Some(&self.text[at..at + usize::from(place.length)])
    }

    /// All inodes with a name, in no order.
    pub fn inodes(&self) -> impl Iterator<Item = u64> + '_ {
        self.places.keys().copied()
    }
}
