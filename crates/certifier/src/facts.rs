//! Everything that the rules look at, gathered once. Facts have no opinion.

use std::io;
use std::sync::Arc;

use disk::container::{self, Container, Format};
use disk::filesystem;
use disk::partitions::{self, Table};
use disk::read_at::{ReadAt, Window};
use disk::signature::{self, Volume};
use disk::tree::{Tree, Unreadable};
use serde::{Deserialize, Serialize};

use crate::files::{self, InFile};
use crate::finding::{Undecided, unreadable};
use crate::linux::accounts::{self, Account};
use crate::linux::boot::{self, Boot};
use crate::linux::entries::{self, BootEntry, BootFolder};
use crate::linux::root::Root;
use crate::linux::sshd::{self, Sshd};
use crate::phrase::{Phrase, say};
use crate::progress::{Progress, Stage};
use crate::scan::{self, Find};
use crate::stored::{Known, Pages, Recorder};

pub struct Facts {
    pub file_name: String,
    pub container: Container,
    /// The guest's disk; `None` when the file does not hold one as it is.
    pub disk: Option<Disk>,
    /// `None` when only the container was asked about.
    pub content: Option<Content>,
    /// What is not here was kept of an earlier look: then there is no disk to ask.
    pub kept: Option<Arc<Pages>>,
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
}

/// What the pass over all bytes, and the walk of all files, brought.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Content {
    pub content_id: String,
    /// What the bytes were searched for; see [`scan::edition`].
    pub searched_for: String,
    pub allocated_bytes: u64,
    pub files: u64,
    pub in_files: Vec<InFile>,
    pub outside_files: Vec<Find>,
    /// What was searched as bytes but could not be walked as files.
    pub not_walked: Vec<(String, Phrase)>,
}

/// Looks at the container alone: both ends of the file.
pub fn of_container(source: &dyn ReadAt, file_name: &str) -> io::Result<Facts> {
    let container = container::recognise(source)?;
    Ok(Facts { file_name: file_name.to_owned(), container, disk: None, content: None, kept: None })
}

/// Where facts come from.
pub enum Origin {
    /// The disk.
    Disk(Arc<dyn ReadAt>),
    /// The disk, while all that is looked at is kept.
    Watched(Arc<Recorder>),
    /// What was kept of it.
    Kept(Arc<Pages>, Box<Known>),
}

impl Origin {
    pub fn source(&self) -> Arc<dyn ReadAt> {
        match self {
            Origin::Disk(source) => source.clone(),
            Origin::Watched(recorder) => recorder.clone(),
            Origin::Kept(pages, _) => pages.clone(),
        }
    }

    /// Opens the filesystem of this kind on `volume`; `None` for kinds that are not read.
    pub fn open(&self, kind: Volume, volume: Arc<dyn ReadAt>) -> Option<Result<Arc<dyn Tree>, Unreadable>> {
        match self {
            Origin::Disk(_) | Origin::Kept(..) => filesystem::open(kind, volume),
            Origin::Watched(recorder) => recorder.open(kind, volume),
        }
    }

    /// What the pass over all bytes brings, or brought. It is kept as what it is, not as what was read for it.
    fn content(&self, disk: Option<&Disk>, progress: &dyn Progress) -> io::Result<Content> {
        match self {
            Origin::Disk(source) => Content::read(source, disk, progress),
            Origin::Watched(recorder) => recorder.quietly(|| Content::read(recorder, disk, progress)),
            Origin::Kept(_, known) => Ok(known.content.clone()),
        }
    }
}

/// Gathers everything.
pub fn gather(origin: &Origin, file_name: &str, progress: &dyn Progress) -> io::Result<Facts> {
    let source = origin.source();
    let mut facts = of_container(&source, file_name)?;
    // A raw disk could be judged too, but not as what was asked: rule V01 says how to wrap it.
    if facts.container.format == Format::FixedVhd
        && let Some(window) = facts.container.disk(source)
    {
        facts.disk = Some(Disk::read(window, origin)?);
    }
    facts.content = Some(origin.content(facts.disk.as_ref(), progress)?);
    if let Origin::Kept(pages, _) = origin {
        facts.kept = Some(pages.clone());
    }
    Ok(facts)
}

impl Facts {
    /// How often something was asked for that was not kept of an earlier look.
    pub fn missed(&self) -> u64 {
        self.kept.as_ref().map_or(0, |kept| kept.missed())
    }
}

impl Content {
    fn read(source: &dyn ReadAt, disk: Option<&Disk>, progress: &dyn Progress) -> io::Result<Content> {
        let pass = scan::pass(source, progress)?;
        progress.update(Stage::Files, 0, 0);
        let mut content = Content {
            content_id: pass.content_id.to_string(),
            searched_for: scan::edition(),
            allocated_bytes: pass.allocated_bytes,
            files: 0,
            in_files: Vec::new(),
            outside_files: Vec::new(),
            not_walked: Vec::new(),
        };
        let mut placed = std::collections::HashSet::new();
        for volume in disk.iter().flat_map(|disk| &disk.volumes) {
            match &volume.tree {
                Some(Ok(tree)) => {
                    let swept = files::sweep(&**tree, volume.offset, &pass.finds);
                    content.files += swept.files;
                    content.in_files.extend(swept.in_files);
                    content.not_walked.extend(swept.not_walked);
                    placed.extend(swept.placed);
                }
                Some(Err(why)) => content.not_walked.push((format!("#{}", volume.number), why.clone())),
                None if needs_walking(volume.kind) => {
                    let why = say("not_walked.kind").text("kind", &volume.kind.to_string());
                    content.not_walked.push((format!("#{}", volume.number), why));
                }
                None => {}
            }
        }
        content.outside_files =
            pass.finds.into_iter().filter(|find| !placed.contains(&find.offset)).collect();
        Ok(content)
    }
}

/// Whether a volume may hold files in an order that only its own tables know.
fn needs_walking(kind: Volume) -> bool {
    !matches!(kind, Volume::Blank | Volume::Unknown | Volume::Swap)
}

impl Disk {
    fn read(window: Window, origin: &Origin) -> io::Result<Disk> {
        let size_bytes = window.size_bytes();
        let source: Arc<dyn ReadAt> = Arc::new(window);
        let table = partitions::audit(&source)?;
        let mut volumes = Vec::new();
        for partition in &table.partitions {
            if let (Some(window), Some((offset, _))) = (partition.window(source.clone()), partition.range()) {
                volumes.push(VolumeFacts::read(partition.index, offset, window, origin)?);
            }
        }
        if table.partitions.is_empty()
            && let Some(window) = Window::new(source.clone(), 0, size_bytes)
        {
            volumes.push(VolumeFacts::read(0, 0, window, origin)?);
        }
        let linux = Linux::find(&volumes);
        Ok(Disk { size_bytes, table, volumes, linux })
    }

    pub fn volume(&self, number: u32) -> Option<&VolumeFacts> {
        self.volumes.iter().find(|volume| volume.number == number)
    }
}

impl VolumeFacts {
    fn read(number: u32, offset: u64, window: Window, origin: &Origin) -> io::Result<VolumeFacts> {
        let size_bytes = window.size_bytes();
        let kind = signature::identify(&window)?;
        let tree = origin.open(kind, Arc::new(window)).map(|tree| tree.map_err(|cause| unreadable(&cause)));
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
            root,
        })
    }
}
