//! What every filesystem reader answers, and what rules look at: a tree of files, read by path or swept as a whole.

pub mod memory;

use std::io;

use crate::naming::{self, Directories, Last};
pub use crate::naming::{FAULTS_MAX, Fault, NAMES_BYTES_MAX, NAMES_MAX, Names};

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

/// A file with where its bytes lie.
#[derive(Debug, Clone, Copy)]
pub struct Laid<'a> {
    pub node: &'a Node,
    /// What of it lies on the device as it is, in file order; holes left out.
    pub extents: &'a [Extent],
    /// Whether there is more of it, that lies elsewhere or in another form: compressed, encrypted, within tables, in a journal. Only
    /// [`Tree::read`] tells all of it.
    pub is_packed: bool,
}

pub type Visit<'v> = dyn FnMut(Laid<'_>) + 'v;
pub type OnFault<'v> = dyn FnMut(Fault) + 'v;

/// How a filesystem was left by whoever last wrote to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// Unmounted, and without a complaint of its own.
    Clean,
    /// Not unmounted, and it has no journal that could tell what was under way.
    InUse,
    /// Not unmounted. Its journal was read: what is told is what the next mount would show.
    Replayed,
    /// Not unmounted. What its log holds was not read: what is told may be older than what was written.
    NotReplayed,
    /// It says of itself that errors were found on it.
    Damaged,
}

/// By what a filesystem is called elsewhere, in a table of mounts for instance. Both are empty where it does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// As systems write it: `f81d4fae-7dec-11d0-a765-00a0c91e6bf6`, or `48A1-4C4C` for a FAT.
    pub uuid: String,
    pub label: Vec<u8>,
}

impl Identity {
    pub(crate) fn new(uuid: [u8; 16], label: &[u8]) -> Identity {
        let hex: String = uuid.iter().map(|byte| format!("{byte:02x}")).collect();
        let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
        Identity { uuid: parts.join("-"), label: label.to_vec() }
    }
}

/// A filesystem that can be read: files by path, all files as they come in its tables, all free space. All paths are absolute inside
/// it (`/etc/fstab`); symbolic links are followed inside it and clamped to its root, at most [`LINKS_MAX`] of them.
pub trait Tree: Send + Sync {
    /// The length of the filesystem, which may be less than that of its volume.
    fn size_bytes(&self) -> u64;

    fn condition(&self) -> Result<Condition, Unreadable>;

    fn identity(&self) -> Identity;

    fn root(&self) -> Result<Node, Unreadable>;

    /// The path of the directory that is mounted when nobody says which: `/`, but for a filesystem of several subvolumes.
    fn usual_root(&self) -> Result<Vec<u8>, Unreadable>;

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

    /// What of a file lies on the device as it is, as [`Laid::extents`] tells it.
    fn extents(&self, file: &Node) -> Result<Vec<Extent>, Unreadable>;

    /// The extended attributes of a file, with their namespaces; none where the filesystem has no such thing.
    fn attributes(&self, file: &Node) -> Result<Vec<Attribute>, Unreadable>;

    /// Walks all directories from the root and gives every inode that has a name one path. A directory with two names, which
    /// would be a loop or lead there, is entered once and reported.
    fn names(&self) -> Result<Names, Unreadable>;

    /// Shows every inode in use to `visit`, system files too, in the order of the disk. What is damaged is told to `fault` and passed
    /// over, so that one bad inode hides no other. In use is what the filesystem's tables call so: a name that leads elsewhere comes
    /// up in [`Tree::names`] alone.
    fn sweep(&self, visit: &mut Visit<'_>, fault: &mut OnFault<'_>) -> Result<(), Unreadable>;

    /// Shows every run of free space to `visit` as `[from, to)` in bytes of the volume, in order. What lies there belongs to no file.
    fn free_space(&self, visit: &mut dyn FnMut(u64, u64)) -> Result<(), Unreadable>;
}

impl<F: Directories + Send + Sync> Tree for F {
    fn size_bytes(&self) -> u64 {
        self.total_bytes()
    }

    fn condition(&self) -> Result<Condition, Unreadable> {
        self.state()
    }

    fn identity(&self) -> Identity {
        self.named()
    }

    fn root(&self) -> Result<Node, Unreadable> {
        self.node(self.root_inode())
    }

    fn usual_root(&self) -> Result<Vec<u8>, Unreadable> {
        self.default_root()
    }

    fn look_up(&self, path: &str) -> Result<Option<Node>, Unreadable> {
        naming::look_up(self, path.as_bytes(), Last::Followed)
    }

    fn look_up_itself(&self, path: &str) -> Result<Option<Node>, Unreadable> {
        naming::look_up(self, path.as_bytes(), Last::Itself)
    }

    fn list(&self, directory: &Node) -> Result<Vec<Entry>, Unreadable> {
        naming::list(self, &self.inode(directory.inode)?)
    }

    fn node(&self, inode: u64) -> Result<Node, Unreadable> {
        Ok(F::node_of(&self.inode(inode)?).clone())
    }

    fn read(&self, file: &Node, offset: u64, limit: usize) -> Result<Vec<u8>, Unreadable> {
        self.contents(&self.inode(file.inode)?, offset, limit)
    }

    fn read_link(&self, link: &Node) -> Result<Vec<u8>, Unreadable> {
        self.link_target(&self.inode(link.inode)?)
    }

    fn extents(&self, file: &Node) -> Result<Vec<Extent>, Unreadable> {
        self.map(&self.inode(file.inode)?)
    }

    fn attributes(&self, file: &Node) -> Result<Vec<Attribute>, Unreadable> {
        let found = self.attributes_of(&self.inode(file.inode)?)?;
        // No kernel can be told such a name, and whoever prints one prints something else.
        if found.iter().any(|attribute| attribute.name.contains(&0)) {
            return Err(Unreadable::Damaged { what: "attribute name", offset: file.inode });
        }
        Ok(found)
    }

    fn names(&self) -> Result<Names, Unreadable> {
        Names::gather(self)
    }

    fn sweep(&self, visit: &mut Visit<'_>, fault: &mut OnFault<'_>) -> Result<(), Unreadable> {
        self.all_inodes(visit, fault)
    }

    fn free_space(&self, visit: &mut dyn FnMut(u64, u64)) -> Result<(), Unreadable> {
        self.free_runs(visit)
    }
}

pub const LINKS_MAX: u32 = 40;
pub const ENTRIES_MAX: usize = 4_000_000;
