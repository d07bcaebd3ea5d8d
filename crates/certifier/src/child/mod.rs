//! Judging in a process of its own, which can do nothing but read the one image and write its report.
//!
//! An image is hostile until it is judged. The process that reads it has limits on memory and processor time, opens the image, gives
//! up every other right ([`confine`]), and only then looks at a byte of it. It is told what to do as JSON on its standard input and
//! writes lines of JSON: how it is confined, how far it is, and at the end the facts, if they are wanted, and the report in no language. Whatever else becomes of it is a
//! verdict too: [`run`] answers with a report in every case but one, that of a process that cannot even be started.

pub mod confine;
mod parent;

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use disk::read_at::{FileImage, ReadAt};
use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};

use crate::advisories::day::Day;
use crate::advisories::store::Store;
use crate::facts::Given;
use crate::malware::Scanners;
use crate::profile::Profile;
use crate::progress::{Progress, Stage};
use crate::report::Report;
use crate::seen::Seen;
use crate::stored::{self, Stored};
pub use confine::Confinement;
pub use parent::{Said, how_it_ended, run};

/// What the process may map: several times what it needs, far less than what would hurt.
const ADDRESS_SPACE_MAX: u64 = 2 << 30;
/// What it may be told, and what it may write: its progress, the facts of one image and one report.
const ORDER_BYTES_MAX: u64 = 1 << 20;
pub const OUTPUT_BYTES_MAX: u64 = 96 << 20;
/// It is given this much processor time, and a second more for each [`BYTES_A_CPU_SECOND`] of the file.
const CPU_SECONDS: u64 = 480;
const BYTES_A_CPU_SECOND: u64 = 2 << 20;
const CPU_SECONDS_MAX: u64 = 8 * 60 * 60;

/// What is to be judged and by what, without the image itself: its path goes by the command line, as the system knows it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order {
    pub file_name: String,
    pub profile: Measure,
    #[serde(default)]
    pub task: Task,
    /// A store of advisories to look packages up in, and the day on which that is done.
    #[serde(default)]
    pub advisories: Option<(PathBuf, Day)>,
    /// The facts of an earlier version of the image. What they prove unchanged is not looked at again.
    #[serde(default)]
    pub earlier: Option<PathBuf>,
}

impl Order {
    /// Opens the store of advisories that the order names.
    pub fn store(&self) -> io::Result<Option<(Store, Day)>> {
        let Some((path, on)) = &self.advisories else { return Ok(None) };
        let store = Store::open(Arc::new(FileImage::open(path)?)).map_err(io::Error::other)?;
        Ok(Some((store, *on)))
    }

    /// What was seen in the earlier version that the order names; nothing, if its facts cannot be read.
    pub fn seen(&self) -> io::Result<Option<Seen>> {
        let Some(path) = &self.earlier else { return Ok(None) };
        let stored = Stored::read(&FileImage::open(path)?)?;
        Ok(stored.ok().map(|stored| stored.seen()))
    }
}

/// What is to be done with the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// It is an image, to be judged.
    #[default]
    Judge,
    /// It is an image, to be judged; its facts are wanted too.
    Keep,
    /// It holds the facts of an image, to be judged by them.
    JudgeFacts,
}

/// A profile on its way to another process.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// One that comes with the rulebook.
    Named(String),
    /// An operator's own, as its file has it.
    Toml(String),
}

impl Measure {
    pub fn profile(&self) -> io::Result<Profile> {
        let wrong = |why: String| io::Error::new(io::ErrorKind::InvalidInput, why);
        match self {
            Measure::Named(name) => {
                Profile::named(name).ok_or_else(|| wrong(format!("no profile is called {name}")))
            }
            Measure::Toml(text) => Profile::parse(text).map_err(|cause| wrong(cause.to_string())),
        }
    }
}

/// A line that the process writes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    Confined(Confinement),
    Percent(i64),
    /// Packed facts, in base64.
    Facts(String),
    Report(Box<Report>),
}

/// What the process does: limits and confines itself, judges, and writes lines to `out`.
pub fn serve(image: &Path, order: impl Read, out: impl Write + Send) -> io::Result<()> {
    let order: Order = serde_json::from_reader(order.take(ORDER_BYTES_MAX))?;
    let profile = order.profile.profile()?;
    let scanners = Scanners::of(&profile)?;
    let source: Arc<dyn ReadAt> = Arc::new(FileImage::open(image)?);
    let (store, seen) = (order.store()?, order.seen()?);
    limit(source.size_bytes())?;
    let confinement = confine::confine()?;
    let written = Written { out: Mutex::new(out), last: AtomicI64::new(-1) };
    written.line(&Line::Confined(confinement))?;
    let given = Given { scanners: Some(&scanners), seen: seen.as_ref(), ..Given::of(store.as_ref()) };
    let (report, facts) = perform(source, &order, &profile, &given, &written)?;
    if let Some(facts) = facts {
        written.line(&Line::Facts(BASE64.encode(facts)))?;
    }
    written.line(&Line::Report(Box::new(report)))
}

/// Does what was ordered, in this process. The second answer are the facts, where they were wanted and are worth keeping.
pub fn perform(
    source: Arc<dyn ReadAt>,
    order: &Order,
    profile: &Profile,
    given: &Given<'_>,
    progress: &dyn Progress,
) -> io::Result<(Report, Option<Vec<u8>>)> {
    let name = &order.file_name;
    Ok(match order.task {
        Task::Judge => (crate::certify_given(source, name, profile, given, progress), None),
        Task::Keep => {
            let (report, stored) = stored::certify_and_store(source, name, profile, given, progress);
            (report, stored.and_then(|stored| stored.to_bytes()))
        }
        Task::JudgeFacts => {
            let facts = Stored::read(&source)?.map_err(io::Error::other)?;
            (stored::judge_stored(&facts, profile, given), None)
        }
    })
}

/// The facts in a line that told them.
pub fn facts_in(line: &str) -> Option<Vec<u8>> {
    BASE64.decode(line).ok()
}

fn limit(image_bytes: u64) -> io::Result<()> {
    let limit = |resource, most| setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    limit(Resource::As, ADDRESS_SPACE_MAX)?;
    // Threads share this limit, so it is wider than the patience of one who waits.
    let seconds = CPU_SECONDS.saturating_add(image_bytes / BYTES_A_CPU_SECOND);
    limit(Resource::Cpu, seconds.min(CPU_SECONDS_MAX))?;
    limit(Resource::Core, 0)?;
    // Not one byte may be written to any file, wherever the image leads.
    limit(Resource::Fsize, 0)?;
    Ok(())
}

/// How far a judging is, from 0 to 100.
pub fn percent_of(stage: Stage, done: u64, total: u64) -> i64 {
    match stage {
        Stage::Content => {
            i64::try_from(u128::from(done) * 90 / u128::from(total.max(1))).unwrap_or(90).min(90)
        }
        Stage::Files => 92,
        Stage::Rules => 97,
    }
}

struct Written<W> {
    out: Mutex<W>,
    last: AtomicI64,
}

impl<W: Write> Written<W> {
    fn line(&self, line: &Line) -> io::Result<()> {
        let mut text = serde_json::to_string(line)?;
        text.push('\n');
        let mut out = self.out.lock().map_err(|_| io::Error::other("a thread died while it wrote"))?;
        out.write_all(text.as_bytes())?;
        out.flush()
    }
}

impl<W: Write + Send> Progress for Written<W> {
    fn update(&self, stage: Stage, done: u64, total: u64) {
        let percent = percent_of(stage, done, total);
        // Nobody listens any more: there is no one to judge for.
        if self.last.fetch_max(percent, Ordering::Relaxed) < percent
            && self.line(&Line::Percent(percent)).is_err()
        {
            std::process::exit(2);
        }
    }
}
