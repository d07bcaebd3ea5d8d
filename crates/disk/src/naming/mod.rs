//! Names and what they stand for, the same way in every filesystem: paths resolved inside it, and a path for every inode.

use std::ops::ControlFlow;

use crate::tree::{
    self, Attribute, Condition, ENTRIES_MAX, Entry, Extent, Identity, Kind, Node, OnFault, Unreadable,
};

mod names;
mod path;

pub use names::{FAULTS_MAX, Fault, NAMES_BYTES_MAX, NAMES_MAX, Names};
pub(crate) use path::{Last, look_up};

/// A name as it stands in a directory. The kind is the directory's claim; the inode knows better.
pub(crate) struct Name<'a> {
    pub bytes: &'a [u8],
    pub inode: u64,
    pub kind: Option<Kind>,
}

pub(crate) type Visit<'v> = dyn FnMut(Name<'_>) -> Result<ControlFlow<()>, Unreadable> + 'v;

/// What a reader provides so that paths, walks and all else that [`Tree`](crate::tree::Tree) promises need to be written once.
pub(crate) trait Directories {
    /// An inode with what the reader needs to know beside the node.
    type Inode;

    fn root_inode(&self) -> u64;

    /// The length of the filesystem; no honest set of directories is longer.
    fn total_bytes(&self) -> u64;

    /// What all directories together may cost to walk: a block belongs to one directory, so directories that are larger than the
    /// volume together share blocks.
    fn listings_bytes_max(&self) -> u64 {
        self.total_bytes()
    }

    fn inode(&self, number: u64) -> Result<Self::Inode, Unreadable>;

    fn node_of(inode: &Self::Inode) -> &Node;

    /// How long a directory is, which is what it costs to read.
    fn directory_bytes(&self, directory: &Self::Inode) -> Result<u64, Unreadable> {
        Ok(Self::node_of(directory).size_bytes)
    }

    /// What an inode is, where a reader can tell it cheaper without verifying it; `None` if it is nothing.
    fn kind_of(&self, number: u64) -> Result<Option<Kind>, Unreadable> {
        Ok(Some(Self::node_of(&self.inode(number)?).kind))
    }

    /// Shows every name but `.` and `..` to `visit`, until it has seen enough.
    fn visit_names(&self, directory: &Self::Inode, visit: &mut Visit<'_>) -> Result<(), Unreadable>;

    /// Shows what bears a file's name with something after it, as its streams do where there are such. A walk asks once for every
    /// file that it finds, whatever number of names that has.
    fn visit_streams(&self, _number: u64, _name: &[u8], _visit: &mut Visit<'_>) -> Result<(), Unreadable> {
        Ok(())
    }

    /// The inode that a directory calls `wanted`, by this filesystem's notion of sameness.
    fn find(&self, directory: &Self::Inode, wanted: &[u8]) -> Result<Option<u64>, Unreadable>;

    fn link_target(&self, link: &Self::Inode) -> Result<Vec<u8>, Unreadable>;

    /// Where a file's bytes lie as they are, in file order.
    fn map(&self, inode: &Self::Inode) -> Result<Vec<Extent>, Unreadable>;

    /// Up to `limit` bytes of a file from `offset`; fewer only at its end.
    fn contents(&self, inode: &Self::Inode, offset: u64, limit: usize) -> Result<Vec<u8>, Unreadable>;

    fn attributes_of(&self, _: &Self::Inode) -> Result<Vec<Attribute>, Unreadable> {
        Ok(Vec::new())
    }

    fn state(&self) -> Result<Condition, Unreadable>;

    fn named(&self) -> Identity {
        Identity::default()
    }

    fn default_root(&self) -> Result<Vec<u8>, Unreadable> {
        Ok(b"/".to_vec())
    }

    /// What [`Tree::sweep`](crate::tree::Tree::sweep) shows.
    fn all_inodes(&self, visit: &mut tree::Visit<'_>, fault: &mut OnFault<'_>) -> Result<(), Unreadable>;

    /// What [`Tree::free_space`](crate::tree::Tree::free_space) shows.
    fn free_runs(&self, visit: &mut dyn FnMut(u64, u64)) -> Result<(), Unreadable>;
}

/// Finds a name where the same bytes are the same name.
pub(crate) fn find_exactly<F: Directories>(
    fs: &F,
    directory: &F::Inode,
    wanted: &[u8],
) -> Result<Option<u64>, Unreadable> {
    find_first(fs, directory, &|name| name == wanted)
}

/// Finds a name where letters of ASCII are the same in either case.
pub(crate) fn find_in_any_case<F: Directories>(
    fs: &F,
    directory: &F::Inode,
    wanted: &[u8],
) -> Result<Option<u64>, Unreadable> {
    find_first(fs, directory, &|name| name.eq_ignore_ascii_case(wanted))
}

fn find_first<F: Directories>(
    fs: &F,
    directory: &F::Inode,
    is_wanted: &dyn Fn(&[u8]) -> bool,
) -> Result<Option<u64>, Unreadable> {
    let mut found = None;
    fs.visit_names(directory, &mut |name| {
        if !is_wanted(name.bytes) {
            return Ok(ControlFlow::Continue(()));
        }
        found = Some(name.inode);
        Ok(ControlFlow::Break(()))
    })?;
    Ok(found)
}

/// All names in a directory, at most [`ENTRIES_MAX`].
pub(crate) fn list<F: Directories>(fs: &F, directory: &F::Inode) -> Result<Vec<Entry>, Unreadable> {
    let mut found = Vec::new();
    fs.visit_names(directory, &mut |name| {
        if found.len() >= ENTRIES_MAX {
            let limit = ENTRIES_MAX as u64;
            return Err(Unreadable::OverLimit { what: "names in a directory", found: limit + 1, limit });
        }
        let kind = match name.kind {
            Some(kind) => kind,
            None => F::node_of(&fs.inode(name.inode)?).kind,
        };
        found.push(Entry { name: name.bytes.to_vec(), inode: name.inode, kind });
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}
