//! NTFS 3.1 and its elders, as Windows boots from it.
//!
//! Inodes are records of the table of files. A stream beside a file's own contents is a file of its own here
//! (`/file:stream`): it has a number, comes up in the sweep and in the names, and is found by its path; directories do
//! not list it. Names are told as UTF-8 and found whatever their case, by the long name or the short one. Permission bits
//! are made up, as access lists do not say them.
//!
//! What is packed is unpacked: LZNT1 by the unit, and what Windows packs its own files with (WOF), by the chunk.
//! Encrypted files and files that lie elsewhere are told to be so. The log is not replayed, only asked whether it would
//! have to be.
//!
//! Invariants: a record, a block of a directory and a list of attributes are visited once; runs of clusters lie on the
//! volume and do not overlap within a stream; memory grows with one file's extents and attributes alone.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::naming::{Directories, Name, Visit};
use crate::read_at::ReadAt;
use crate::tree::{self, Condition, Extent, Kind, Node, OnFault, Unreadable};

mod boot_sector;
mod contents;
mod file;
mod huffman;
mod index;
mod lznt1;
mod lzx;
mod name;
mod record;
mod reparse;
mod runs;
mod state;
mod stream;
mod sweep;
mod table;
mod xpress;

use contents::Contents;
use file::Inode;
use index::{Found, NAMES_INDEX};
use name::UpperCase;
use record::{Reference, kinds};
use reparse::Reparse;
use stream::Elsewhere;
use table::Table;

const TABLE_RECORD: u64 = 0;
const LOG_RECORD: u64 = 2;
const VOLUME_RECORD: u64 = 3;
/// The root directory, by its place in the table.
pub const ROOT_INODE: u64 = 5;
const BITMAP_RECORD: u64 = 6;
const UPPER_CASE_RECORD: u64 = 10;

pub struct Ntfs {
    table: Table,
    upper_case: OnceLock<UpperCase>,
    /// The contents that were read last, since files are read in pieces.
    last: Mutex<Option<(u64, Arc<Contents>)>>,
}

/// What is shown every file in a directory, or what the directory says of a file that cannot be read, with its name there.
type VisitFiles<'v> = dyn FnMut(Result<&Inode, &Found>, &[u8]) -> Result<ControlFlow<()>, Unreadable> + 'v;

const FILE_GONE: &str = "name of a file that is gone";

impl Ntfs {
    /// Opens the filesystem on `volume`.
    pub fn open(volume: Arc<dyn ReadAt>) -> Result<Ntfs, Unreadable> {
        let table = Table::open(volume)?;
        Ok(Ntfs { table, upper_case: OnceLock::new(), last: Mutex::new(None) })
    }

    /// The label, in UTF-8 unless it makes none.
    pub fn label(&self) -> Result<Vec<u8>, Unreadable> {
        Ok(name::to_bytes(&state::volume(self)?.label))
    }

    /// The version that the volume says it is of: `(3, 1)` since Windows XP.
    pub fn version(&self) -> Result<(u8, u8), Unreadable> {
        Ok(state::volume(self)?.version)
    }

    pub fn serial(&self) -> u64 {
        self.table.boot.serial
    }

    pub fn cluster_bytes(&self) -> u64 {
        self.table.boot.cluster_bytes
    }

    /// The streams of a file beside its own contents, with what is put after its name to look them up.
    pub fn streams(&self, node: &Node) -> Result<Vec<(Vec<u8>, Node)>, Unreadable> {
        let inode = self.inode(node.inode)?;
        match inode.chosen {
            Some(_) => Ok(Vec::new()),
            None => Ok(inode.apart().map(|n| (inode.stream_label(n), inode.stream_node(n))).collect()),
        }
    }

    fn file(&self, number: u64) -> Result<Inode, Unreadable> {
        Inode::new(&self.table, &self.table.record(number)?, None)
    }

    /// The file that a directory means, unless its record was given to another since.
    fn referred(&self, reference: Reference) -> Result<Inode, Unreadable> {
        let record = self.table.record(reference.number)?;
        match record.sequence == reference.sequence && record.is_in_use && record.base.is_none() {
            true => Inode::new(&self.table, &record, None),
            false => Err(Unreadable::Damaged { what: FILE_GONE, offset: record.offset }),
        }
    }

    fn upper_case(&self) -> &UpperCase {
        self.upper_case.get_or_init(|| {
            let table = self.file(UPPER_CASE_RECORD).and_then(|inode| {
                Contents::of(&self.table, &inode)?.read(&self.table, 0, name::UPPER_CASE_BYTES)
            });
            UpperCase::new(&table.unwrap_or_default())
        })
    }

    /// The bitmap of records, as far as it reaches.
    fn records_in_use(&self) -> Result<Vec<u8>, Unreadable> {
        let inode = self.file(TABLE_RECORD)?;
        let damaged = Unreadable::Damaged { what: "bitmap of the table of files", offset: inode.offset };
        // A bit for every record, and those lie on the volume.
        let wanted = self.table.records.div_ceil(8);
        let index = inode.apart().find(|n| inode.streams[*n].kind == kinds::BITMAP);
        match index {
            Some(index) => {
                let bitmap = Inode { node: inode.stream_node(index), chosen: Some(index), ..inode };
                Contents::of(&self.table, &bitmap)?.read(&self.table, 0, wanted as usize)
            }
            None => {
                inode.stream(kinds::BITMAP, &[]).and_then(|s| s.resident()).map(<[u8]>::to_vec).ok_or(damaged)
            }
        }
    }

    /// The extents of a directory's blocks; nothing else that is no file has any.
    fn directory_map(&self, inode: &Inode) -> Result<Vec<Extent>, Unreadable> {
        inode.main().map_or(Ok(Vec::new()), |stream| stream.map(&self.table.boot))
    }

    /// The stream that a path means after the colon: `stream`, `stream:$DATA` or whatever [`Ntfs::streams`] calls it.
    fn find_stream(&self, inode: &Inode, label: &[u16]) -> Option<u64> {
        let upper = self.upper_case();
        let folded = |units: &[u16]| units.iter().map(|unit| upper.of(*unit)).collect::<Vec<_>>();
        let wanted = folded(label);
        let data: Vec<u16> = ":$DATA".encode_utf16().collect();
        let wanted = wanted.strip_suffix(&data[..]).filter(|name| name.len() > 1).unwrap_or(&wanted);
        let index = inode.apart().find(|index| {
            let label = name::from_bytes(&inode.stream_label(*index)).unwrap_or_default();
            folded(&label) == wanted
        });
        index.map(|index| inode.stream_node(index).inode)
    }

    fn visit_entries(&self, directory: &Inode, visit: &mut VisitFiles<'_>) -> Result<(), Unreadable> {
        index::visit(&self.table, directory, &mut |found| {
            if found.is_short {
                return Ok(ControlFlow::Continue(()));
            }
            let name = name::to_bytes(&found.name);
            match self.referred(found.reference) {
                Ok(inode) => visit(Ok(&inode), &name),
                Err(why @ (Unreadable::Io(_) | Unreadable::Damaged { what: FILE_GONE, .. })) => Err(why),
                // The sweep tells what is wrong with it; that hides none of its neighbours.
                Err(_) => visit(Err(&found), &name),
            }
        })
    }
}

/// A name in a directory, with the kind that the file says it is of or, failing that, the directory.
fn named<'a>(file: &Result<&Inode, &Found>, bytes: &'a [u8]) -> Name<'a> {
    let (inode, kind) = match file {
        Ok(inode) => (inode.node.inode, inode.node.kind),
        Err(found) if found.is_directory => (found.reference.number, Kind::Directory),
        Err(found) => (found.reference.number, Kind::File),
    };
    Name { bytes, inode, kind: Some(kind) }
}

impl Directories for Ntfs {
    type Inode = Inode;

    fn root_inode(&self) -> u64 {
        ROOT_INODE
    }

    fn total_bytes(&self) -> u64 {
        self.table.boot.size_bytes()
    }

    fn inode(&self, number: u64) -> Result<Inode, Unreadable> {
        let (record, stream) = file::split(number);
        Inode::new(&self.table, &self.table.record(record)?, stream)
    }

    fn node_of(inode: &Inode) -> &Node {
        &inode.node
    }

    fn kind_of(&self, number: u64) -> Result<Option<Kind>, Unreadable> {
        match file::split(number) {
            (_, Some(_)) => Ok(Some(Kind::File)),
            (record, None) => match self.file(record) {
                Ok(inode) => Ok(Some(inode.node.kind)),
                Err(Unreadable::Io(why)) => Err(why.into()),
                Err(_) => Ok(None),
            },
        }
    }

    fn visit_names(&self, directory: &Inode, visit: &mut Visit<'_>) -> Result<(), Unreadable> {
        self.visit_entries(directory, &mut |file, name| visit(named(&file, name)))
    }

    /// Streams too. Those of the root directory have nothing before the colon.
    fn visit_all_names(&self, directory: &Inode, visit: &mut Visit<'_>) -> Result<(), Unreadable> {
        let streams = |inode: &Inode, name: &[u8], visit: &mut Visit<'_>| {
            for index in inode.apart() {
                let bytes = [name, &inode.stream_label(index)].concat();
                let number = inode.stream_node(index).inode;
                if visit(Name { bytes: &bytes, inode: number, kind: Some(Kind::File) })?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            Ok(ControlFlow::Continue(()))
        };
        if directory.node.inode == ROOT_INODE && streams(directory, b"", visit)?.is_break() {
            return Ok(());
        }
        self.visit_entries(directory, &mut |file, name| match visit(named(&file, name))? {
            ControlFlow::Continue(()) => {
                file.map_or(Ok(ControlFlow::Continue(())), |inode| streams(inode, name, visit))
            }
            ControlFlow::Break(()) => Ok(ControlFlow::Break(())),
        })
    }

    fn find(&self, directory: &Inode, wanted: &[u8]) -> Result<Option<u64>, Unreadable> {
        let Some(wanted) = name::from_bytes(wanted) else { return Ok(None) };
        let find = |name: &[u16]| match name {
            [] => Ok(Some(Reference { number: directory.node.inode, sequence: directory.sequence })),
            name => index::find(&self.table, directory, name, self.upper_case()),
        };
        if let Some(found) = find(&wanted)? {
            return Ok(Some(self.referred(found)?.node.inode));
        }
        let Some(colon) = wanted.iter().position(|unit| *unit == u16::from(b':')) else { return Ok(None) };
        match find(&wanted[..colon])? {
            Some(found) => Ok(self.find_stream(&self.referred(found)?, &wanted[colon..])),
            None => Ok(None),
        }
    }

    fn link_target(&self, link: &Inode) -> Result<Vec<u8>, Unreadable> {
        match &link.reparse {
            Some(Reparse::Link { target }) => Ok(target.clone()),
            _ => Err(Unreadable::Damaged { what: "symbolic link that is none", offset: link.offset }),
        }
    }

    fn directory_bytes(&self, directory: &Inode) -> Result<u64, Unreadable> {
        let blocks = directory.stream(kinds::INDEX_ALLOCATION, NAMES_INDEX);
        Ok(blocks.map_or(0, |blocks| blocks.size_bytes()))
    }

    fn map(&self, inode: &Inode) -> Result<Vec<Extent>, Unreadable> {
        match inode.node.kind {
            Kind::File => Ok(Contents::of(&self.table, inode)?.into_plain().0),
            _ => self.directory_map(inode),
        }
    }

    fn contents(&self, inode: &Inode, offset: u64, limit: usize) -> Result<Vec<u8>, Unreadable> {
        if inode.node.kind != Kind::File {
            return Err(Unreadable::Damaged { what: "file that is none", offset: inode.offset });
        }
        let number = inode.node.inode;
        // Replaced whole, so a panic elsewhere leaves nothing half-made.
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let contents = match last {
            Some((held, contents)) if held == number => contents,
            _ => Arc::new(Contents::of(&self.table, inode)?),
        };
        let bytes = contents.read(&self.table, offset, limit);
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((number, contents));
        bytes
    }

    fn state(&self) -> Result<Condition, Unreadable> {
        state::condition(self)
    }

    fn all_inodes(&self, visit: &mut tree::Visit<'_>, fault: &mut OnFault<'_>) -> Result<(), Unreadable> {
        sweep::all_inodes(self, visit, fault)
    }

    fn free_runs(&self, visit: &mut dyn FnMut(u64, u64)) -> Result<(), Unreadable> {
        sweep::free_runs(self, visit)
    }
}

#[cfg(test)]
mod tests;
