//! What every filesystem reader answers, and what rules look at: a tree of files, read by path or swept as a whole.

use std::io;

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    File,
    Directory,
    Symlink,
    Device,
    Fifo,
    Socket,
}

/// One file, without its contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub inode: u64,
    pub kind: Kind,
    /// Permission bits, with setuid, setgid and sticky.
    pub mode: u16,
    pub uid: u32,
    pub gid: u32,
    pub size_bytes: u64,
    /// Seconds since 1970, as the filesystem says.
    pub modified_at: i64,
    pub links: u32,
}

/// A name in a directory. Names are bytes: a filesystem promises no encoding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub name: Vec<u8>,
    pub inode: u64,
    pub kind: Kind,
}

/// A run of bytes of a file that lies in one piece on the volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    pub file_offset: u64,
    pub device_offset: u64,
    pub length: u64,
}

/// What a file may be scattered over at most.
pub const EXTENTS_MAX: usize = 1 << 20;

/// Adds an extent to a map, joining it to the last if both are neighbours in the file and on the volume.
pub(crate) fn add_extent(map: &mut Vec<Extent>, next: Extent) -> Result<(), Unreadable> {
    if let Some(last) = map.last_mut()
        && last.file_offset + last.length == next.file_offset
        && last.device_offset + last.length == next.device_offset
    {
        last.length += next.length;
        return Ok(());
    }
    if map.len() >= EXTENTS_MAX {
        let limit = EXTENTS_MAX as u64;
        return Err(Unreadable::OverLimit { what: "extents of a file", found: limit + 1, limit });
    }
    map.push(next);
    Ok(())
}

/// Whether a place on the volume comes up twice in a map.
pub(crate) fn overlap(map: &[Extent]) -> bool {
    let mut places: Vec<_> = map.iter().map(|extent| (extent.device_offset, extent.length)).collect();
    places.sort_unstable();
    places.windows(2).any(|pair| pair[0].0 + pair[0].1 > pair[1].0)
}

/// An extended attribute: its name with its namespace (`security.capability`), and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    pub name: Vec<u8>,
    pub value: Vec<u8>,
}

/// Why something could not be read. Damage is ordinary input here.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    #[error("damaged: {what} at byte {offset}")]
    Damaged { what: &'static str, offset: u64 },
    #[error("uses {0}, which is not read")]
    Unsupported(String),
    #[error("over the limit: {what} is {found}, at most {limit}")]
    OverLimit { what: &'static str, found: u64, limit: u64 },
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Where only bytes are asked for, as by [`ReadAt`](crate::read_at::ReadAt), what is wrong with the image travels inside an error
/// of kind `InvalidData`; `io::Error::downcast` gets it back.
impl From<Unreadable> for io::Error {
    fn from(unreadable: Unreadable) -> io::Error {
        match unreadable {
            Unreadable::Io(cause) => cause,
            other => io::Error::new(io::ErrorKind::InvalidData, other),
        }
    }
}

/// A filesystem that can be read. All paths are absolute inside it (`/etc/fstab`); symbolic links are followed inside it and
/// clamped to its root, at most [`LINKS_MAX`] of them.
pub trait Tree: Send + Sync {
    /// The node at `path`, all links followed; `None` when there is none (a dangling link counts as none).
    fn look_up(&self, path: &str) -> Result<Option<Node>, Unreadable>;

    /// The node at `path`, the last component not followed.
    fn look_up_itself(&self, path: &str) -> Result<Option<Node>, Unreadable>;

    /// The names in a directory, without `.` and `..`, in the order of the disk; at most [`ENTRIES_MAX`].
    fn list(&self, directory: &Node) -> Result<Vec<Entry>, Unreadable>;

    /// The node with this inode number.
    fn node(&self, inode: u64) -> Result<Node, Unreadable>;

    /// Up to `limit` bytes of a file from `offset`; fewer only at its end.
    fn read(&self, file: &Node, offset: u64, limit: usize) -> Result<Vec<u8>, Unreadable>;

    /// Where a symbolic link points.
    fn read_link(&self, link: &Node) -> Result<Vec<u8>, Unreadable>;

    /// The places of a file's bytes on the filesystem's device, `(file offset, device offset, length)`, in file order; holes left out.
    fn extents(&self, file: &Node) -> Result<Vec<(u64, u64, u64)>, Unreadable>;
}

pub const LINKS_MAX: u32 = 40;
pub const ENTRIES_MAX: usize = 4_000_000;
