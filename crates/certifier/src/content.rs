//! What lies on the disk: all bytes in one pass, all files by their tables, and a second look at those that deserve it.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::Mutex;

use disk::read_at::ReadAt;
use disk::signature::Volume;
use serde::{Deserialize, Serialize};

use crate::anchors::{self, Hit, Sign};
use crate::examine::{Examined, Examiner, Found, Task, Unread, Unscanned, What};
use crate::facts::{Disk, Linux, VolumeFacts};
use crate::files::{Index, Placed};
use crate::finding::Undecided;
use crate::in_order::in_order;
use crate::leftovers::{self, Leftovers};
use crate::linux::belonging::Belonging;
use crate::listed::Listed;
use crate::malware::{Scanners, SearchedBy};
use crate::packages::Inventory;
use crate::phrase::{Phrase, say};
use crate::progress::{Progress, Stage};
use crate::scan::{self, Opens, Told, threads};
use crate::secrets::named;
use crate::secrets::{AFTER_BYTES, BEFORE_BYTES, verify};
use crate::seen::{Names, Seen};

/// What all archives of one disk may unpack to. Those that come after are not opened, and the report says so.
const UNPACKED_BYTES_MAX: u64 = 16 << 30;
/// A file is looked at when all but so many before it were: then what they unpacked is known, so that every machine stops at the same.
const AHEAD: usize = 256;
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
    /// By whom files were searched beside our own rules.
    #[serde(default)]
    pub searched_by: SearchedBy,
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
    /// `None` where there is no system.
    pub inventory: Option<Result<Inventory, Undecided>>,
    /// What need not be looked at again where the same bytes come once more.
    pub seen: Seen,
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

/// Looks at everything.
pub fn look(
    source: &dyn ReadAt,
    disk: Option<&Disk>,
    scanners: &Scanners,
    earlier: Option<&Seen>,
    progress: &dyn Progress,
) -> io::Result<Looked> {
    let volumes = disk.map_or(&[][..], |disk| &disk.volumes);
    let linux = disk.and_then(|disk| disk.linux.as_ref());
    let (searched_for, searched_by) = (anchors::edition(), scanners.searched_by());
    let mut content = Content { searched_for, searched_by, ..Content::default() };
    let earlier = earlier.filter(|seen| seen.holds_for(scanners));
    let sealed = content.not_walked(volumes);
    let stretches: Vec<Range<u64>> = sealed.iter().map(|(stretch, ..)| stretch.clone()).collect();
    // Tables and lists are read by one thread, while the pass has all cores.
    let (pass, (mut index, listed)) = std::thread::scope(|scope| {
        let walked = scope.spawn(|| walk(volumes, linux));
        let pass = scan::pass(source, Told { sealed: &stretches, seen: earlier }, progress);
        (pass, walked.join().unwrap_or_else(|cause| resume_unwind(cause)))
    });
    let pass = pass?;
    content.not_walked.append(&mut index.notes);
    content.files = index.files.len() as u64;
    content.privileged = listed.privileged;
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
    let tasks = tasks(&index, placed, &index.opens(&pass, source)?, scanners);
    let examiner = Examiner::new(&index, scanners);
    let mut seen = Seen::of(scanners, &pass.leaves);
    let names = Names::new(&index, &pass.leaves, &tasks).of_all(&tasks);
    let recall = |task: usize| earlier?.file(names[task].as_ref()?);
    let mut take = |content: &mut Content, task: usize, examined: Examined, is_whole: bool| {
        if let (Some(name), true) = (&names[task], is_whole) {
            seen.add_file(name, &examined);
        }
        outside.extend(content.take(examined));
    };
    content.examine(&examiner, &tasks, &recall, &mut take, progress);
    outside.sort_unstable();
    content.look_outside(source, &outside, volumes)?;
    content.found.sort();
    content.found.dedup();
    content.belonging = linux
        .zip(listed.belonging)
        .map(|(linux, belonging)| belonging?.with_secrets(&linux.root, &content.found));
    Ok(Looked { content, inventory: listed.inventory, seen })
}

/// Walks the tables of all volumes that have some, and reads what lists on them tell.
fn walk(volumes: &[VolumeFacts], linux: Option<&Linux>) -> (Index, Listed) {
    let mut index = Index::default();
    let mut manifests = Vec::new();
    for volume in volumes {
        if let Some(Ok(tree)) = &volume.tree {
            manifests.push(index.add(volume, tree));
        }
    }
    index.sort();
    let listed = Listed::read(&index, &manifests, linux);
    (index, listed)
}

/// Whether a volume may hold files in an order that only its own tables know. Those of a physical volume are on its logical ones.
fn needs_walking(kind: Volume) -> bool {
    !matches!(kind, Volume::Blank | Volume::Unknown | Volume::Swap | Volume::LvmPhysicalVolume)
}

/// The files that deserve a second look.
fn tasks(index: &Index, placed: Vec<Placed>, opens: &[(u32, Opens)], scanners: &Scanners) -> Vec<Task> {
    let mut tasks: BTreeMap<u32, Task> = BTreeMap::new();
    let mut task = |file: u32, change: &mut dyn FnMut(&mut Task)| {
        change(tasks.entry(file).or_insert_with(|| Task { file, ..Task::default() }));
    };
    for place in placed {
        task(place.file, &mut |task| task.hits.push(place));
    }
    for (file, opens) in opens {
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
        let may_be_named = || index.name(number).is_some_and(named::may_be_named);
        if is_small && may_be_named() && index.path(number).is_some_and(|path| named::is_named(&path)) {
            task(number, &mut |task| task.is_named = true);
        }
    }
    tasks.into_values().collect()
}

/// A volume whose bytes say nothing as they are: where it lies, what it is called, and why.
type Sealed = (Range<u64>, String, Phrase);

impl Content {
    /// Notes the volumes that cannot be walked as files, and tells which of them are sealed.
    fn not_walked(&mut self, volumes: &[VolumeFacts]) -> Vec<Sealed> {
        let mut sealed = Vec::new();
        for volume in volumes {
            let why = match &volume.tree {
                Some(Ok(_)) => continue,
                Some(Err(why)) => why.clone(),
                None if needs_walking(volume.kind) => {
                    say("not_walked.kind").text("kind", &volume.kind.to_string())
                }
                None => continue,
            };
            if matches!(volume.kind, Volume::Luks | Volume::BitLocker) {
                let stretch = volume.offset..volume.offset.saturating_add(volume.size_bytes);
                let why = say("not_walked.sealed").text("kind", &volume.kind.to_string());
                sealed.push((stretch, volume.label(), why));
            }
            self.not_walked.push((volume.label(), why));
        }
        sealed
    }

    /// Does all tasks, spread over the cores, with the same outcome on every machine. `recall` knows what came of some of them; `take` is
    /// given what came of each, in their order, and whether archives were opened for it.
    fn examine<'r>(
        &mut self,
        examiner: &Examiner<'_>,
        tasks: &[Task],
        recall: &(dyn Fn(usize) -> Option<&'r Examined> + Sync),
        take: &mut (dyn FnMut(&mut Content, usize, Examined, bool) + Send),
        progress: &dyn Progress,
    ) {
        let total = tasks.len() as u64;
        // What the first tasks unpacked, all together, by their number.
        let unpacked = Mutex::new(vec![0]);
        let sums = || unpacked.lock().expect("no thread panics while it holds the lock");
        let may_open = |number: usize| sums()[(number + 1).saturating_sub(AHEAD)] < UNPACKED_BYTES_MAX;
        let work = |number: usize| match (may_open(number), recall(number)) {
            (true, Some(examined)) => examined.clone(),
            (may_open, _) => examiner.examine(&tasks[number], may_open),
        };
        let mut done = 0;
        in_order(tasks.len(), threads(), AHEAD, &work, &mut |examined| {
            take(self, done, examined, may_open(done));
            sums().push(self.unpacked_bytes);
            done += 1;
            progress.update(Stage::Files, done as u64, total);
        });
        progress.update(Stage::Files, total, total);
    }

    /// Takes what came of a task, and gives the hits that lie in no file after all.
    fn take(&mut self, examined: Examined) -> Vec<Hit> {
        self.found.extend(examined.found);
        self.archives += examined.archives;
        self.unpacked_bytes += examined.unpacked_bytes;
        for unscanned in examined.unscanned {
            if self.unscanned.iter().filter(|other| other.kind == unscanned.kind).count() < UNSCANNED_MAX {
                self.unscanned.push(unscanned);
            }
        }
        examined.nameless
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
