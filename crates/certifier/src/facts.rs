//! Everything that the rules look at, gathered once. Facts have no opinion.

use std::io;
use std::sync::Arc;

use disk::container::{self, Container, Format};
use disk::filesystem;
use disk::partitions::{self, Table};
use disk::read_at::{ReadAt, Window};
use disk::signature::{self, Volume};
use disk::tree::Tree;

use crate::content::{self, Content};
use crate::finding::{Undecided, unreadable};
use crate::linux::accounts::{self, Account};
use crate::linux::boot::{self, Boot};
use crate::linux::entries::{self, BootEntry, BootFolder};
use crate::linux::owned::Owned;
use crate::linux::root::Root;
use crate::linux::sshd::{self, Sshd};
use crate::malware::Scanners;
use crate::phrase::Phrase;
use crate::progress::Progress;

pub struct Facts {
    pub file_name: String,
    pub container: Container,
    /// The guest's disk; `None` when the file does not hold one as it is.
    pub disk: Option<Disk>,
    /// `None` when only the container was asked about.
    pub content: Option<Content>,
}

pub struct Disk {
    pub size_bytes: u64,
    pub table: Table,
    pub volumes: Vec<VolumeFacts>,
    pub linux: Option<Linux>,
}

/// One partition, or the whole disk where there is no table.
pub struct VolumeFacts {
    /// The partition's number; 0 for the whole disk.
    pub number: u32,
    pub offset: u64,
    pub size_bytes: u64,
    pub kind: Volume,
    /// The filesystem, if it is of a kind that is read.
    pub tree: Option<Result<Arc<dyn Tree>, Phrase>>,
}

/// The Linux system on the disk. Parts that could not be read say why.
pub struct Linux {
    pub partition: u32,
    pub root: Root,
    pub accounts: Result<Vec<Account>, Undecided>,
    pub sshd: Result<Sshd, Undecided>,
    pub boot: Result<Boot, Undecided>,
    pub entry: Result<Option<(BootEntry, BootFolder)>, Undecided>,
    /// What came with packages; `None` where no package database is read.
    pub owned: Result<Option<Owned>, Undecided>,
}

/// Looks at the container alone: both ends of the file.
pub fn of_container(source: &dyn ReadAt, file_name: &str) -> io::Result<Facts> {
    let container = container::recognise(source)?;
    Ok(Facts { file_name: file_name.to_owned(), container, disk: None, content: None })
}

/// Gathers everything.
pub fn gather(
    source: &Arc<dyn ReadAt>,
    file_name: &str,
    scanners: &Scanners,
    progress: &dyn Progress,
) -> io::Result<Facts> {
    let mut facts = of_container(source, file_name)?;
    // A raw disk could be judged too, but not as what was asked: rule V01 says how to wrap it.
    if facts.container.format == Format::FixedVhd
        && let Some(window) = facts.container.disk(source.clone())
    {
        facts.disk = Some(Disk::read(window)?);
    }
    let volumes = facts.disk.as_ref().map_or(&[][..], |disk| &disk.volumes);
    facts.content = Some(content::look(source, volumes, scanners, progress)?);
    Ok(facts)
}

impl Disk {
    fn read(window: Window) -> io::Result<Disk> {
        let size_bytes = window.size_bytes();
        let source: Arc<dyn ReadAt> = Arc::new(window);
        let table = partitions::audit(&source)?;
        let mut volumes = Vec::new();
        for partition in &table.partitions {
            if let (Some(window), Some((offset, _))) = (partition.window(source.clone()), partition.range()) {
                volumes.push(VolumeFacts::read(partition.index, offset, window)?);
            }
        }
        if table.partitions.is_empty()
            && let Some(window) = Window::new(source.clone(), 0, size_bytes)
        {
            volumes.push(VolumeFacts::read(0, 0, window)?);
        }
        let linux = Linux::find(&volumes);
        Ok(Disk { size_bytes, table, volumes, linux })
    }

    pub fn volume(&self, number: u32) -> Option<&VolumeFacts> {
        self.volumes.iter().find(|volume| volume.number == number)
    }
}

impl VolumeFacts {
    fn read(number: u32, offset: u64, window: Window) -> io::Result<VolumeFacts> {
        let size_bytes = window.size_bytes();
        let kind = signature::identify(&window)?;
        let tree =
            filesystem::open(kind, Arc::new(window)).map(|tree| tree.map_err(|cause| unreadable(&cause)));
        Ok(VolumeFacts { number, offset, size_bytes, kind, tree })
    }
}

impl Linux {
    /// The first volume that has the files of a system.
    fn find(volumes: &[VolumeFacts]) -> Option<Linux> {
        let trees = || {
            volumes.iter().filter_map(|volume| match &volume.tree {
                Some(Ok(tree)) => Some((volume.number, Root::new(tree.clone()))),
                _ => None,
            })
        };
        let is_root = |root: &Root| {
            let has = |path: &str| matches!(root.node(path), Ok(Some(_)));
            has("/etc/os-release") || has("/etc/passwd") && (has("/sbin/init") || has("/bin/sh"))
        };
        let (partition, root) = trees().find(|(_, root)| is_root(root))?;
        let mut folders = vec![BootFolder { root: root.clone(), at: "/boot".to_owned() }];
        let others = trees().filter(|(number, _)| *number != partition);
        folders.extend(others.map(|(_, root)| BootFolder { root, at: String::new() }));
        Some(Linux {
            partition,
            accounts: accounts::read(&root),
            sshd: sshd::read(&root),
            boot: boot::read(&root),
            entry: entries::default_entry(&folders),
            owned: Owned::read(&root),
            root,
        })
    }
}
