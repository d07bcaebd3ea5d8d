//! Everything that the rules look at, gathered once. Facts have no opinion.

use std::io;
use std::sync::Arc;

use disk::container::{self, Container, Format};
use disk::partitions::{self, Table};
use disk::read_at::{ReadAt, Window};
use disk::signature::Volume;
use disk::tree::Extent;

use crate::advisories::day::Day;
use crate::advisories::store::Store;
use crate::advisories::{self, Found};
use crate::content::{self, Content, Looked};
use crate::finding::Undecided;
use crate::linux::accounts::{self, Account};
use crate::linux::boot::{self, Boot};
use crate::linux::cloud_init::{self, CloudInit};
use crate::linux::entries::{self, BootEntry, BootFolder};
use crate::linux::kernel::{self, Kernel};
use crate::linux::mounts;
use crate::linux::root::Root;
use crate::linux::sshd::{self, Sshd};
use crate::malware::{Scanners, SearchedBy};
use crate::packages::distribution::{self, Distribution};
use crate::packages::{self, Inventory, Package};
use crate::progress::Progress;
use crate::seen::Seen;
use crate::stored::{Origin, Pages};
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
    /// Every package of the Linux system and of its languages; `None` when there is no such system, or it was not asked about.
    pub inventory: Option<Result<Inventory, Undecided>>,
    /// What a feed of advisories says of that; `None` when no feed was given.
    pub advisories: Option<Result<Found, Undecided>>,
    /// The day of judging, if the caller gave one: there is no clock here.
    pub judged_on: Option<Day>,
    /// What need not be looked at again where the same bytes come once more.
    pub seen: Seen,
    /// Who is to have searched the files beside our own rules.
    pub to_be_searched_by: SearchedBy,
    /// What these facts were kept as, where there is no disk to ask.
    pub kept: Option<Arc<Pages>>,
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
    pub distribution: Result<Distribution, Undecided>,
    /// What the system's own packager installed.
    pub packages: Result<Vec<Package>, Undecided>,
    pub accounts: Result<Vec<Account>, Undecided>,
    pub sshd: Result<Sshd, Undecided>,
    pub boot: Result<Boot, Undecided>,
    pub entry: Result<Option<(BootEntry, BootFolder)>, Undecided>,
    /// The kernel of that entry.
    pub kernel: Result<Option<Kernel>, Undecided>,
}

/// What a judge brings along beside the image.
#[derive(Clone, Copy, Default)]
pub struct Given<'a> {
    pub advisories: Option<&'a Store>,
    /// The day of judging, against which ages are measured.
    pub on: Option<Day>,
    /// Who else is asked about every file.
    pub scanners: Option<&'a Scanners>,
    /// What was seen in an earlier version of the image. It is believed, like whoever gives it.
    pub seen: Option<&'a Seen>,
}

impl<'a> Given<'a> {
    /// A store of advisories and the day on which it is looked into, where there is one.
    pub fn of(store: Option<&'a (Store, Day)>) -> Given<'a> {
        let (advisories, on) = (store.map(|(store, _)| store), store.map(|(_, on)| *on));
        Given { advisories, on, ..Given::default() }
    }
}

/// Looks at the container alone: both ends of the file.
pub fn of_container(source: &dyn ReadAt, file_name: &str) -> io::Result<Facts> {
    let container = container::recognise(source)?;
    Ok(Facts {
        file_name: file_name.to_owned(),
        container,
        disk: None,
        content: None,
        inventory: None,
        advisories: None,
        judged_on: None,
        seen: Seen::default(),
        to_be_searched_by: SearchedBy::default(),
        kept: None,
    })
}

/// Gathers everything.
pub fn gather(
    origin: &Origin,
    file_name: &str,
    given: &Given<'_>,
    progress: &dyn Progress,
) -> io::Result<Facts> {
    let source = origin.source();
    let mut facts = of_container(&source, file_name)?;
    // A raw disk could be judged too, but not as what was asked: rule V01 says how to wrap it.
    if facts.container.format == Format::FixedVhd
        && let Some(window) = facts.container.disk(source.clone())
    {
        facts.disk = Some(Disk::read(window, origin)?);
    }
    let brought = origin.brought(|| read_whole(&source, facts.disk.as_ref(), given, progress))?;
    facts.content = Some(brought.content);
    facts.inventory = brought.inventory;
    facts.seen = brought.seen;
    if let Origin::Kept(pages, _) = origin {
        facts.kept = Some(pages.clone());
    }
    Ok(facts)
}

fn read_whole(
    source: &dyn ReadAt,
    disk: Option<&Disk>,
    given: &Given<'_>,
    progress: &dyn Progress,
) -> io::Result<Looked> {
    let nobody = Scanners::default();
    content::look(source, disk, given.scanners.unwrap_or(&nobody), given.seen, progress)
}

impl Facts {
    /// How often something was asked for that had not been kept.
    pub fn missed(&self) -> u64 {
        self.kept.as_ref().map_or(0, |kept| kept.missed())
    }
}

/// Looks every package up in what was given, and notes who is to have searched the files.
pub fn look_up(facts: &mut Facts, given: &Given<'_>) {
    facts.to_be_searched_by = given.scanners.map(Scanners::searched_by).unwrap_or_default();
    facts.judged_on = given.on;
    facts.advisories = given
        .advisories
        .zip(facts.inventory.as_ref())
        .map(|(store, inventory)| advisories::look_through(store, inventory.as_ref().map_err(Clone::clone)?));
}

impl Disk {
    fn read(window: Window, origin: &Origin) -> io::Result<Disk> {
        let size_bytes = window.size_bytes();
        let source: Arc<dyn ReadAt> = Arc::new(window);
        let table = partitions::audit(&source)?;
        let (volumes, unallocated) = volumes::read(&source, &table, origin)?;
        let (linux, windows) = (Linux::find(&volumes, &table, origin), find_windows(&volumes));
        Ok(Disk { size_bytes, table, volumes, unallocated, linux, windows })
    }

    pub fn volume(&self, number: u32) -> Option<&VolumeFacts> {
        self.volumes.iter().find(|volume| volume.number == number)
    }
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
    /// The first volume that has the files of a system, with all that this system mounts from others.
    fn find(volumes: &[VolumeFacts], table: &Table, origin: &Origin) -> Option<Linux> {
        let (volume, root) =
            volumes.iter().find_map(|volume| Some((volume, mounts::roots(volume).into_iter().next()?)))?;
        let partition = volume.number;
        // A table of mounts that cannot be read leaves the root alone, and those rules undecided that read it.
        let root = mounts::mounted(root.clone(), volume, volumes, table).unwrap_or(root);
        let mut folders = BootFolder::of_root(&root);
        let others = trees(volumes).filter(|(number, _)| *number != partition);
        folders.extend(others.map(|(number, root)| {
            let kind = volumes.iter().find(|volume| volume.number == number).map(|volume| volume.kind);
            let is_esp = matches!(kind, Some(Volume::Fat12 | Volume::Fat16 | Volume::Fat32));
            BootFolder { root, at: String::new(), mounted: if is_esp { "/boot/efi" } else { "/boot" } }
        }));
        let entry = entries::default_entry(&folders);
        let kernel = match &entry {
            Ok(Some((entry, folder))) => kernel::read(origin, &root, entry, folder).map(Some),
            Ok(None) => Ok(None),
            Err(cause) => Err(cause.clone()),
        };
        Some(Linux {
            partition,
            distribution: distribution::read(&root),
            packages: origin.packages(|| packages::of_system(&root)),
            accounts: accounts::read(&root),
            sshd: sshd::read(&root),
            boot: boot::read(&root),
            entry,
            kernel,
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
