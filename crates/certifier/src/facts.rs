//! Everything that the rules look at, gathered once. Facts have no opinion.

use std::io;
use std::sync::Arc;

use disk::container::{self, Container, Format};
use disk::partitions::{self, Table};
use disk::read_at::{ReadAt, Window};
use disk::signature::Volume;
use disk::tree::Extent;

use crate::content::{self, Content};
use crate::finding::Undecided;
use crate::linux::accounts::{self, Account};
use crate::linux::boot::{self, Boot};
use crate::linux::cloud_init::{self, CloudInit};
use crate::linux::entries::{self, BootEntry, BootFolder};
use crate::linux::kernel::{self, Kernel};
use crate::linux::owned::Owned;
use crate::linux::root::Root;
use crate::linux::sshd::{self, Sshd};
use crate::malware::Scanners;
use crate::progress::Progress;
use crate::volumes;
pub use crate::volumes::VolumeFacts;
use crate::windows::system::Windows;

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
    /// What volume groups have given to no logical volume, as places on the disk.
    pub unallocated: Vec<Extent>,
    pub linux: Option<Linux>,
    pub windows: Option<Windows>,
}

/// The Linux system on the disk. Parts that could not be read say why.
pub struct Linux {
    /// The number of the volume with the root filesystem.
    pub partition: u32,
    pub root: Root,
    pub accounts: Result<Vec<Account>, Undecided>,
    pub sshd: Result<Sshd, Undecided>,
    pub boot: Result<Boot, Undecided>,
    pub entry: Result<Option<(BootEntry, BootFolder)>, Undecided>,
    /// The kernel of that entry.
    pub kernel: Result<Option<Kernel>, Undecided>,
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
    facts.content = Some(content::look(source, facts.disk.as_ref(), scanners, progress)?);
    Ok(facts)
}

impl Disk {
    fn read(window: Window) -> io::Result<Disk> {
        let size_bytes = window.size_bytes();
        let source: Arc<dyn ReadAt> = Arc::new(window);
        let table = partitions::audit(&source)?;
        let (volumes, unallocated) = volumes::read(&source, &table)?;
        let (linux, windows) = (Linux::find(&volumes), find_windows(&volumes));
        Ok(Disk { size_bytes, table, volumes, unallocated, linux, windows })
    }

    pub fn volume(&self, number: u32) -> Option<&VolumeFacts> {
        self.volumes.iter().find(|volume| volume.number == number)
    }
}

/// Whether a filesystem looks like the root of a Linux system.
pub fn has_a_system(root: &Root) -> bool {
    let has = |path: &str| matches!(root.node(path), Ok(Some(_)));
    has("/etc/os-release") || has("/etc/passwd") && (has("/sbin/init") || has("/bin/sh"))
}

/// The volumes whose files can be read, by number.
fn trees(volumes: &[VolumeFacts]) -> impl Iterator<Item = (u32, Root)> {
    volumes.iter().filter_map(|volume| match &volume.tree {
        Some(Ok(tree)) => Some((volume.number, Root::new(tree.clone()))),
        _ => None,
    })
}

/// The first volume that has the hive with which Windows starts.
fn find_windows(volumes: &[VolumeFacts]) -> Option<Windows> {
    let all: Vec<(u32, Root)> = trees(volumes).collect();
    let (partition, root) = all.iter().find(|(_, root)| Windows::is_on(root))?;
    Some(Windows::read(*partition, root.clone(), &all))
}

impl Linux {
    /// The first volume that has the files of a system.
    fn find(volumes: &[VolumeFacts]) -> Option<Linux> {
        let (partition, root) = trees(volumes).find(|(_, root)| has_a_system(root))?;
        let mut folders = BootFolder::of_root(&root);
        let others = trees(volumes).filter(|(number, _)| *number != partition);
        folders.extend(others.map(|(number, root)| {
            let kind = volumes.iter().find(|volume| volume.number == number).map(|volume| volume.kind);
            let is_esp = matches!(kind, Some(Volume::Fat12 | Volume::Fat16 | Volume::Fat32));
            BootFolder { root, at: String::new(), mounted: if is_esp { "/boot/efi" } else { "/boot" } }
        }));
        let entry = entries::default_entry(&folders);
        let kernel = match &entry {
            Ok(Some((entry, folder))) => kernel::read(&root, entry, folder).map(Some),
            Ok(None) => Ok(None),
            Err(cause) => Err(cause.clone()),
        };
        Some(Linux {
            partition,
            accounts: accounts::read(&root),
            sshd: sshd::read(&root),
            boot: boot::read(&root),
            entry,
            kernel,
            owned: Owned::read(&root),
            root,
        })
    }

    /// cloud-init, if it is installed.
    pub fn cloud_init(&self) -> Result<Option<CloudInit>, Undecided> {
        let boot = self.boot.as_ref().map_err(Clone::clone)?;
        let entry = self.entry.as_ref().map_err(Clone::clone)?.as_ref().map(|(entry, _)| entry);
        cloud_init::read(&self.root, boot, entry)
    }
}
