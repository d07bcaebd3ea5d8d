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
pub(crate) mod lznt1;
pub(crate) mod lzx;
mod name;
mod record;
mod reparse;
mod runs;
mod state;
mod stream;
mod sweep;
mod table;
pub(crate) mod xpress;

use contents::Contents;
use file::Inode;
use index::NAMES_INDEX;
use name::UpperCase;
use record::{Record, Reference, kinds};
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
    /// The file and the contents that were read last, since files are read in pieces.
    last_inode: Mutex<Option<(u64, Arc<Inode>)>>,
    last: Mutex<Option<(u64, Arc<Contents>)>>,
}

const FILE_GONE: &str = "name of a file that is gone";

impl Ntfs {
    /// Opens the filesystem on `volume`.
    pub fn open(volume: Arc<dyn ReadAt>) -> Result<Ntfs, Unreadable> {
        let table = Table::open(volume)?;
        Ok(Ntfs { table, upper_case: OnceLock::new(), last_inode: Mutex::default(), last: Mutex::default() })
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

    /// The record that a directory means, unless it was given to another file since.
    fn referred(&self, reference: Reference) -> Result<Record, Unreadable> {
        let record = self.table.record(reference.number)?;
        match record.sequence == reference.sequence && record.is_in_use && record.base.is_none() {
            true => Ok(record),
            false => Err(Unreadable::Damaged { what: FILE_GONE, offset: record.offset }),
        }
    }

    /// What a record's file is. Most say it themselves, and then nothing else is read, however much there is of it.
    fn kind(&self, record: &Record) -> Result<Kind, Unreadable> {
        match (record.is_reparse_point(), record.is_directory) {
            (true, _) => Ok(Inode::new(&self.table, record, None)?.node.kind),
            (false, true) => Ok(Kind::Directory),
            (false, false) => Ok(Kind::File),
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
}

impl Directories for Ntfs {
    type Inode = Arc<Inode>;

    fn root_inode(&self) -> u64 {
        ROOT_INODE
    }

    fn total_bytes(&self) -> u64 {
        self.table.boot.size_bytes()
    }

    fn inode(&self, number: u64) -> Result<Arc<Inode>, Unreadable> {
        // Replaced whole, so a panic elsewhere leaves nothing half-made.
        let last = self.last_inode.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((held, inode)) = last
            && held == number
        {
            return Ok(inode);
        }
        let (record, stream) = file::split(number);
        let inode = Arc::new(Inode::new(&self.table, &self.table.record(record)?, stream)?);
        *self.last_inode.lock().unwrap_or_else(PoisonError::into_inner) = Some((number, inode.clone()));
        Ok(inode)
    }

    fn node_of(inode: &Self::Inode) -> &Node {
        &inode.node
    }

    fn kind_of(&self, number: u64) -> Result<Option<Kind>, Unreadable> {
        let (record, stream) = file::split(number);
        if stream.is_some() {
            return Ok(Some(Kind::File));
        }
        match self.table.record(record).and_then(|record| self.kind(&record)) {
            Ok(kind) => Ok(Some(kind)),
            Err(Unreadable::Io(why)) => Err(why.into()),
            Err(_) => Ok(None),
        }
    }

    fn visit_names(&self, directory: &Self::Inode, visit: &mut Visit<'_>) -> Result<(), Unreadable> {
        index::visit(&self.table, directory, &mut |found| {
            if found.is_short {
                return Ok(ControlFlow::Continue(()));
            }
            let kind = match self.referred(found.reference).and_then(|record| self.kind(&record)) {
                Ok(kind) => kind,
                Err(why @ (Unreadable::Io(_) | Unreadable::Damaged { what: FILE_GONE, .. })) => {
                    return Err(why);
                }
                // The sweep tells what is wrong with it; that hides none of its neighbours.
                Err(_) if found.is_directory => Kind::Directory,
                Err(_) => Kind::File,
            };
            let bytes = name::to_bytes(&found.name);
            visit(Name { bytes: &bytes, inode: found.reference.number, kind: Some(kind) })
        })
    }

    /// Streams of the root directory have nothing before the colon.
    fn visit_streams(&self, number: u64, name: &[u8], visit: &mut Visit<'_>) -> Result<(), Unreadable> {
        let inode = match self.inode(number) {
            Ok(inode) => inode,
            Err(Unreadable::Io(why)) => return Err(why.into()),
            Err(_) => return Ok(()),
        };
        for index in inode.apart() {
            let bytes = [name, &inode.stream_label(index)].concat();
            let number = inode.stream_node(index).inode;
            if visit(Name { bytes: &bytes, inode: number, kind: Some(Kind::File) })?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn find(&self, directory: &Self::Inode, wanted: &[u8]) -> Result<Option<u64>, Unreadable> {
        let Some(wanted) = name::from_bytes(wanted) else { return Ok(None) };
        let find = |name: &[u16]| match name {
            [] => Ok(Some(Reference { number: directory.node.inode, sequence: directory.sequence })),
            name => index::find(&self.table, directory, name, self.upper_case()),
        };
        if let Some(found) = find(&wanted)? {
            return Ok(Some(self.referred(found)?.number));
        }
        let Some(colon) = wanted.iter().position(|unit| *unit == u16::from(b':')) else { return Ok(None) };
        match find(&wanted[..colon])? {
            Some(found) => {
                let inode = self.inode(self.referred(found)?.number)?;
                Ok(self.find_stream(&inode, &wanted[colon..]))
            }
            None => Ok(None),
        }
    }

    fn link_target(&self, link: &Self::Inode) -> Result<Vec<u8>, Unreadable> {
        match &link.reparse {
            Some(Reparse::Link { target }) => Ok(target.clone()),
            _ => Err(Unreadable::Damaged { what: "symbolic link that is none", offset: link.offset }),
        }
    }

    fn directory_bytes(&self, directory: &Self::Inode) -> Result<u64, Unreadable> {
        let blocks = directory.stream(kinds::INDEX_ALLOCATION, NAMES_INDEX);
        Ok(blocks.map_or(0, |blocks| blocks.size_bytes()))
    }

    fn map(&self, inode: &Self::Inode) -> Result<Vec<Extent>, Unreadable> {
        match inode.node.kind {
            Kind::File => Ok(Contents::of(&self.table, inode)?.into_plain().0),
            _ => self.directory_map(inode),
        }
    }

    fn contents(&self, inode: &Self::Inode, offset: u64, limit: usize) -> Result<Vec<u8>, Unreadable> {
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
