//! What lies on the disk: all bytes in one pass, all files by their tables, and a second look at those that deserve it.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use disk::read_at::ReadAt;
use disk::signature::Volume;
use serde::{Deserialize, Serialize};

use crate::anchors::{self, Hit, Sign};
use crate::examine::{Examined, Examiner, Found, Task, Unread, Unscanned, What};
use crate::facts::{Disk, VolumeFacts};
use crate::files::{Index, Placed};
use crate::finding::Undecided;
use crate::leftovers::{self, Leftovers};
use crate::linux::belonging::Belonging;
use crate::malware::Scanners;
use crate::packages::languages;
use crate::packages::{Gap, Package};
use crate::phrase::{Phrase, say};
use crate::progress::{Progress, Stage};
use crate::scan::{self, Plan, threads};
use crate::secrets::named;
use crate::secrets::{AFTER_BYTES, BEFORE_BYTES, verify};

/// What all archives of one disk may unpack to. Those that come after are not opened, and the report says so.
const UNPACKED_BYTES_MAX: u64 = 16 << 30;
/// Files are looked at in batches of this many: between two, what was unpacked is counted, so that every machine stops at the same.
const BATCH: usize = 64;
/// Hits outside files that are looked at.
const OUTSIDE_MAX: usize = 20_000;
/// Findings outside files that are kept.
const OUTSIDE_FOUND_MAX: usize = 200;
/// What is kept of each kind of note.
const UNSCANNED_MAX: usize = 200;

/// What the pass over all bytes, and the look at the files, brought.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Content {
    pub content_id: String,
    /// What the bytes were searched for; see [`anchors::edition`].
    pub searched_for: String,
    pub allocated_bytes: u64,
    /// Of them, what was searched.
    pub scanned_bytes: u64,
    pub files: u64,
    pub archives: u64,
    pub unpacked_bytes: u64,
    /// By path and place.
    pub found: Vec<Found>,
    /// Volumes whose bytes say nothing as they are: what they are called, how many bytes, and why.
    pub sealed: Vec<(String, u64, Phrase)>,
    /// What was searched as bytes but could not be walked as files.
    pub not_walked: Vec<(String, Phrase)>,
    pub unscanned: Vec<Unscanned>,
    /// Data that belongs to no file.
    pub leftovers: Leftovers,
    /// Files that run with rights other than those of who starts them.
    pub privileged: Vec<Privileged>,
    /// What of all this came with packages; `None` where there is no system.
    pub belonging: Option<Result<Belonging, Undecided>>,
}

/// What a look at everything brings.
pub struct Looked {
    pub content: Content,
    pub of_languages: Vec<Package>,
    pub gaps: Vec<Gap>,
}

/// A file that runs with more rights than who starts it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Privileged {
    /// The number of its volume.
    pub volume: u32,
    pub path: String,
    pub mode: u16,
    pub has_capabilities: bool,
}

const CAPABILITIES: &[u8] = b"security.capability";

/// Looks at everything.
pub fn look(
    source: &dyn ReadAt,
    disk: Option<&Disk>,
    scanners: &Scanners,
    progress: &dyn Progress,
) -> io::Result<Looked> {
    let volumes = disk.map_or(&[][..], |disk| &disk.volumes);
    let mut content = Content { searched_for: anchors::edition(), ..Content::default() };
    let (mut of_languages, mut gaps) = (Vec::new(), Vec::new());
    let mut index = Index::default();
    let mut sealed: Vec<(Range<u64>, String, Phrase)> = Vec::new();
    for volume in volumes {
        let name = volume.label();
        let why = match &volume.tree {
            Some(Ok(tree)) => {
                let manifests = index.add(volume, tree);
                let (found, missed) = languages::read(&**tree, &manifests);
                of_languages.extend(found);
                gaps.extend(missed);
                continue;
            }
            Some(Err(why)) => why.clone(),
            None if needs_walking(volume.kind) => {
                say("not_walked.kind").text("kind", &volume.kind.to_string())
            }
            None => continue,
        };
        if matches!(volume.kind, Volume::Luks | Volume::BitLocker) {
            let stretch = volume.offset..volume.offset.saturating_add(volume.size_bytes);
            sealed.push((
                stretch,
                name.clone(),
                say("not_walked.sealed").text("kind", &volume.kind.to_string()),
            ));
        }
        content.not_walked.push((name, why));
    }
    index.sort();
    content.not_walked.append(&mut index.notes);
    content.files = index.files.len() as u64;
    content.privileged = privileged(&index);
    let stretches: Vec<Range<u64>> = sealed.iter().map(|(stretch, ..)| stretch.clone()).collect();
    let plan = Plan { begins: &index.begins, files: &index.files, sealed: &stretches };
    let pass = scan::pass(source, &plan, progress)?;
    content.content_id = pass.content_id.to_string();
    content.allocated_bytes = pass.allocated_bytes;
    content.scanned_bytes = pass.scanned_bytes;
    content.leftovers = disk.map(|disk| leftovers::find(disk, &pass.filled)).unwrap_or_default();
    content.sealed = sealed
        .into_iter()
        .zip(&pass.sealed_bytes)
        .map(|((_, name, why), bytes)| (name, *bytes, why))
        .collect();
    if pass.hits_dropped > 0 {
        let why = say("unscanned.hits_dropped").count("count", pass.hits_dropped);
        content.unscanned.push(Unscanned { what: "*".to_owned(), kind: Unread::Hits, why });
    }
    let (placed, mut outside) = index.place(&pass.hits);
    let tasks = tasks(&index, placed, &pass, scanners);
    let examiner = Examiner { index: &index, scanners };
    content.examine(&examiner, &tasks, &mut outside, progress);
    outside.sort_unstable();
    content.look_outside(source, &outside, volumes)?;
    content.found.sort();
    content.found.dedup();
    let linux = disk.and_then(|disk| disk.linux.as_ref());
    content.belonging = linux.map(|linux| Belonging::read(linux, &content));
    Ok(Looked { content, of_languages, gaps })
}

/// Whether a volume may hold files in an order that only its own tables know. Those of a physical volume are on its logical ones.
fn needs_walking(kind: Volume) -> bool {
    !matches!(kind, Volume::Blank | Volume::Unknown | Volume::Swap | Volume::LvmPhysicalVolume)
}

/// The files that deserve a second look.
fn tasks(index: &Index, placed: Vec<Placed>, pass: &scan::Pass, scanners: &Scanners) -> Vec<Task> {
    let mut tasks: BTreeMap<u32, Task> = BTreeMap::new();
    let mut task = |file: u32, change: &mut dyn FnMut(&mut Task)| {
        change(tasks.entry(file).or_insert_with(|| Task { file, ..Task::default() }));
    };
    for place in placed {
        task(place.file, &mut |task| task.hits.push(place));
    }
    for (file, opens) in &pass.opens {
        task(*file, &mut |task| task.opens = Some(*opens));
    }
    for (file, border) in &index.borders {
        task(*file, &mut |task| task.borders.push(*border));
    }
    for (number, file) in (0..).zip(&index.files) {
        if file.is_packed && file.size_bytes > 0 {
            task(number, &mut |task| task.is_unseen = true);
        }
        if file.size_bytes > 0 && scanners.want_every_file() {
            task(number, &mut |_| {});
        }
        let is_small = file.size_bytes > 0 && file.size_bytes < named::FILE_BYTES_MAX;
        if is_small && index.path(number).is_some_and(|path| named::is_named(&path)) {
            task(number, &mut |task| task.is_named = true);
        }
    }
    tasks.into_values().collect()
}

/// Files that are set to run as another, or with capabilities.
fn privileged(index: &Index) -> Vec<Privileged> {
    const SET_ID: u16 = 0o6000;
    const EXECUTABLE: u16 = 0o111;
    let mut found = Vec::new();
    for (number, file) in (0..).zip(&index.files) {
        if file.mode & EXECUTABLE == 0 {
            continue;
        }
        let volume = &index.volumes[usize::from(file.volume)];
        let attributes = || volume.tree.attributes(&volume.tree.node(file.inode).ok()?).ok();
        let has_capabilities = attributes()
            .is_some_and(|attributes| attributes.iter().any(|attribute| attribute.name == CAPABILITIES));
        if file.mode & SET_ID != 0 || has_capabilities {
            let Some(path) = index.path(number) else { continue };
            let path = String::from_utf8_lossy(&path).into_owned();
            found.push(Privileged { volume: volume.number, path, mode: file.mode, has_capabilities });
        }
    }
    found.sort();
    found
}

impl Content {
    /// Does all tasks, spread over the cores, with the same outcome on every machine.
    fn examine(
        &mut self,
        examiner: &Examiner<'_>,
        tasks: &[Task],
        outside: &mut Vec<Hit>,
        progress: &dyn Progress,
    ) {
        let total = tasks.len() as u64;
        for (batch, tasks) in tasks.chunks(BATCH).enumerate() {
            progress.update(Stage::Files, (batch * BATCH) as u64, total);
            let may_open = self.unpacked_bytes < UNPACKED_BYTES_MAX;
            for examined in together(examiner, tasks, may_open) {
                self.take(examined, outside);
            }
        }
        progress.update(Stage::Files, total, total);
    }

    fn take(&mut self, examined: Examined, outside: &mut Vec<Hit>) {
        self.found.extend(examined.found);
        self.archives += examined.archives;
        self.unpacked_bytes += examined.unpacked_bytes;
        outside.extend(examined.nameless);
        for unscanned in examined.unscanned {
            if self.unscanned.iter().filter(|other| other.kind == unscanned.kind).count() < UNSCANNED_MAX {
                self.unscanned.push(unscanned);
            }
        }
    }

    /// Looks at hits that lie in no file: deleted, hidden, or in memory that was written out.
    fn look_outside(&mut self, source: &dyn ReadAt, hits: &[Hit], volumes: &[VolumeFacts]) -> io::Result<()> {
        let mut kept = 0;
        let is_swap = |offset: u64| {
            let mut swaps = volumes.iter().filter(|volume| volume.kind == Volume::Swap);
            swaps.any(|volume| (volume.offset..volume.offset + volume.size_bytes).contains(&offset))
        };
        let malware = |hit: &&Hit| matches!(hit.sign(), Sign::Malware(_));
        let others = hits.iter().filter(|hit| !malware(hit)).take(OUTSIDE_MAX);
        for hit in hits.iter().filter(malware).chain(others) {
            if kept >= OUTSIDE_FOUND_MAX {
                break;
            }
            let what = match hit.sign() {
                Sign::Malware(name) => What::Malware(name.to_owned()),
                Sign::Key(_) | Sign::Token(_) => {
                    let from = hit.offset.saturating_sub(BEFORE_BYTES as u64);
                    let to = source.size_bytes().min(hit.offset + AFTER_BYTES as u64);
                    let mut window = vec![0; (to - from) as usize];
                    source.read_exact_at(from, &mut window)?;
                    match verify(*hit, &window, (hit.offset - from) as usize) {
                        Some(secret) => What::Secret(secret),
                        None => continue,
                    }
                }
                Sign::Rule | Sign::ZipEnd => continue,
            };
            kept += 1;
            let (offset, is_swapped) = (Some(hit.offset), is_swap(hit.offset));
            self.found.push(Found { path: None, offset, line: None, what, is_swapped });
        }
        Ok(())
    }
}

/// Does a batch of tasks; the outcomes are in the order of the tasks.
fn together(examiner: &Examiner<'_>, tasks: &[Task], may_open: bool) -> Vec<Examined> {
    let next = AtomicUsize::new(0);
    let outcomes: Mutex<Vec<(usize, Examined)>> = Mutex::new(Vec::with_capacity(tasks.len()));
    let work = || {
        while let Some((number, task)) = {
            let number = next.fetch_add(1, Ordering::Relaxed);
            tasks.get(number).map(|task| (number, task))
        } {
            let examined = examiner.examine(task, may_open);
            outcomes.lock().expect("no thread panics while it holds the lock").push((number, examined));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads().min(tasks.len()) {
            scope.spawn(work);
        }
        work();
    });
    let mut outcomes = outcomes.into_inner().expect("no thread panics while it holds the lock");
    outcomes.sort_by_key(|(number, _)| *number);
    outcomes.into_iter().map(|(_, examined)| examined).collect()
}
