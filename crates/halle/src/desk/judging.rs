//! Judges a file: in a process that can do nothing else, or here when the reader wants it so.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use certifier::advisories::day::Day;
use certifier::child::{self, Measure, Order, Said, Task};
use certifier::facts::Given;
use certifier::malware::Scanners;
use certifier::report::Report;
use disk::read_at::{FileImage, ReadAt};

use super::{Bar, files};

/// How a file is to be judged.
pub struct Manner<'a> {
    pub measure: &'a Measure,
    pub task: Task,
    /// A store of advisories, and the day on which it is looked into.
    pub advisories: Option<(PathBuf, Day)>,
    /// The facts of an earlier version of the image.
    pub earlier: Option<PathBuf>,
    pub container_only: bool,
    pub sandbox: bool,
    pub quiet: bool,
}

/// A report, and what the process that made it said beside it.
pub struct Judged {
    pub report: Report,
    pub said: Said,
}

pub fn judge(path: &Path, manner: &Manner<'_>) -> Result<Judged, String> {
    let at = |cause: io::Error| format!("{}: {cause}", path.display());
    let before = files::insist_on_a_disk(path)?;
    let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let judged = if manner.sandbox && !manner.container_only {
        outside(path, file_name, manner).map_err(at)?
    } else {
        here(path, &file_name, manner).map_err(at)?
    };
    let after = std::fs::metadata(path).map_err(at)?;
    if mark(&before) != mark(&after) {
        return Err(format!("{} was changed while it was judged; judge it again", path.display()));
    }
    Ok(judged)
}

/// What changes when a file is written or replaced.
fn mark(metadata: &Metadata) -> [i64; 7] {
    let [device, node, size] = [metadata.dev(), metadata.ino(), metadata.size()].map(u64::cast_signed);
    let modified = [metadata.mtime(), metadata.mtime_nsec()];
    [device, node, size, modified[0], modified[1], metadata.ctime(), metadata.ctime_nsec()]
}

fn outside(path: &Path, file_name: String, manner: &Manner<'_>) -> io::Result<Judged> {
    let order = order(file_name, manner);
    let bar = Bar::new(manner.quiet);
    let ran = child::run(&std::env::current_exe()?, path, &order, &bar);
    bar.done();
    let (report, said) = ran?;
    Ok(Judged { report, said })
}

fn order(file_name: String, manner: &Manner<'_>) -> Order {
    let (advisories, earlier) = (manner.advisories.clone(), manner.earlier.clone());
    Order { file_name, profile: manner.measure.clone(), task: manner.task, advisories, earlier }
}

fn here(path: &Path, file_name: &str, manner: &Manner<'_>) -> io::Result<Judged> {
    let profile = manner.measure.profile()?;
    let source: Arc<dyn ReadAt> = Arc::new(FileImage::open(path)?);
    if manner.container_only {
        let report = certifier::certify_container(&source, file_name, &profile);
        return Ok(Judged { report, said: Said::default() });
    }
    let bar = Bar::new(manner.quiet);
    let order = order(file_name.to_owned(), manner);
    let (store, seen) = (order.store()?, order.seen()?);
    let scanners = Scanners::of(&profile)?;
    let given = Given { scanners: Some(&scanners), seen: seen.as_ref(), ..Given::of(store.as_ref()) };
    let performed = child::perform(source, &order, &profile, &given, &bar);
    bar.done();
    let (report, facts) = performed?;
    Ok(Judged { report, said: Said { confinement: None, facts } })
}
