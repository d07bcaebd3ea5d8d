//! Judges in a process of its own, with limits on memory, processor time and patience.
//!
//! The child is this program again, told to examine one file: `halle examine BLOB`, with the rest on its standard input. What it may do
//! and what it says is [`certifier::child`]'s business; this side has the patience. Whatever becomes of it is a verdict.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use certifier::advisories::day::Day;
use certifier::child::{Line, Measure, OUTPUT_BYTES_MAX, Task, facts_in, percent_of};
use certifier::facts::Given;
use certifier::malware::Scanners;
use certifier::profile::Profile;
use certifier::progress::{Progress, Stage};
use certifier::report::Report;
use disk::read_at::{FileImage, ReadAt};
use house::words::Text;
use house::{Error, Result};
use rustix::process::Signal;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;

use super::Outcome;

/// A child is given this long, and a second more for each [`BYTES_A_SECOND`] of the file, and never more than [`PATIENCE_MAX`].
const PATIENCE: Duration = Duration::from_secs(120);
const BYTES_A_SECOND: u64 = 8 << 20;
const PATIENCE_MAX: Duration = Duration::from_secs(2 * 60 * 60);
/// How often progress is told on.
const TELL_EVERY: Duration = Duration::from_millis(500);

/// What is to be judged, and by what.
#[derive(Debug, Clone)]
pub struct Order {
    pub blob: PathBuf,
    pub file_name: String,
    pub profile: Measure,
    pub task: Task,
    /// A store of advisories, and the day on which it is looked into.
    pub advisories: Option<(PathBuf, Day)>,
    /// The facts of an earlier version, kept by this market.
    pub earlier: Option<PathBuf>,
}

impl Order {
    /// As the process is told it.
    fn told(&self) -> certifier::child::Order {
        let profile = self.profile.clone();
        let (advisories, earlier) = (self.advisories.clone(), self.earlier.clone());
        certifier::child::Order {
            file_name: self.file_name.clone(),
            profile,
            task: self.task,
            advisories,
            earlier,
        }
    }
}

/// What came of an order.
#[derive(Debug)]
pub struct Examined {
    pub outcome: Outcome,
    /// The packed facts of the image, where they were wanted and there are any.
    pub facts: Option<Vec<u8>>,
}

impl Examined {
    fn broken_off(why: Text) -> Examined {
        Examined { outcome: Outcome::BrokenOff(why), facts: None }
    }
}

/// Judges an image: by `program` in a process of its own, or in this one where there is none.
pub async fn examine<Told: Future<Output = Result<()>>>(
    program: Option<&Path>,
    order: Order,
    told: impl Fn(i64) -> Told,
) -> Result<Examined> {
    let size_bytes = std::fs::metadata(&order.blob)?.len();
    let patience = patience(size_bytes);
    match program {
        Some(program) => outside(program, &order, patience, told).await,
        None => inside(order, told).await,
    }
}

fn patience(size_bytes: u64) -> Duration {
    PATIENCE.saturating_add(Duration::from_secs(size_bytes / BYTES_A_SECOND)).min(PATIENCE_MAX)
}

/// Has a child judge, and makes a verdict of whatever becomes of it.
pub(super) async fn outside<Told: Future<Output = Result<()>>>(
    program: &Path,
    order: &Order,
    patience: Duration,
    told: impl Fn(i64) -> Told,
) -> Result<Examined> {
    let mut child = Command::new(program)
        .arg("examine")
        .arg("--")
        .arg(&order.blob)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // A signal to the market's own group, such as Ctrl-C, is not meant for the child: its death would count as a verdict.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()?;
    let output = child.stdout.take().ok_or_else(|| Error::fault("a child without its output"))?;
    if let Some(mut input) = child.stdin.take() {
        let told = order.told();
        // One that died at once does not read; how it died is what counts then.
        let _ = input.write_all(&serde_json::to_vec(&told)?).await;
    }
    let mut lines = BufReader::new(output.take(OUTPUT_BYTES_MAX)).lines();
    let (mut report, mut facts) = (None, None);
    let mut last = None;
    let reading = async {
        while let Some(line) = lines.next_line().await? {
            match serde_json::from_str(&line) {
                Ok(Line::Percent(percent)) if last.is_none_or(|at: Instant| at.elapsed() >= TELL_EVERY) => {
                    last = Some(Instant::now());
                    told(percent).await?;
                }
                Ok(Line::Percent(_) | Line::Confined(_)) => {}
                Ok(Line::Facts(found)) => facts = facts_in(&found),
                Ok(Line::Report(found)) => report = Some(found),
                Err(_) => break,
            }
        }
        Ok::<_, Error>(())
    };
    match tokio::time::timeout(patience, reading).await {
        Ok(read) => read?,
        Err(_) => {
            child.kill().await?;
            let minutes = patience.as_secs().div_ceil(60);
            return Ok(Examined::broken_off(Text::new("certification-out-of-time").with("minutes", minutes)));
        }
    }
    // What still runs now has closed its output or written what nobody understands: nothing good will come of it.
    drop(lines);
    let status = match tokio::time::timeout(TELL_EVERY * 10, child.wait()).await {
        Ok(status) => status?,
        Err(_) => {
            child.kill().await?;
            return Ok(Examined::broken_off(Text::new("certification-died").with("how", "no end")));
        }
    };
    settled(status, report, facts)
}

fn settled(status: ExitStatus, report: Option<Box<Report>>, facts: Option<Vec<u8>>) -> Result<Examined> {
    use std::os::unix::process::ExitStatusExt;
    let asked_to_stop = [Signal::TERM, Signal::INT, Signal::HUP].map(Signal::as_raw);
    if status.signal().is_some_and(|signal| asked_to_stop.contains(&signal)) {
        return Err(Error::fault("the judging was asked to stop"));
    }
    match report {
        Some(report) if status.success() => Ok(Examined { outcome: Outcome::Judged(report), facts }),
        _ => Ok(Examined::broken_off(Text::new("certification-died").with("how", status.to_string()))),
    }
}

/// Judges in this process, in a thread of its own. A panic is a verdict; a limit on memory is not to be had here.
async fn inside<Told: Future<Output = Result<()>>>(
    order: Order,
    told: impl Fn(i64) -> Told,
) -> Result<Examined> {
    let profile = order.profile.profile()?;
    let counted = Arc::new(Counted::default());
    let counting = counted.clone();
    let mut judging = tokio::task::spawn_blocking(move || judge(&order, &profile, &*counting));
    let mut tell = tokio::time::interval(TELL_EVERY);
    tell.tick().await;
    loop {
        tokio::select! {
            judged = &mut judging => return match judged {
                Ok(judged) => judged,
                Err(died) => Ok(Examined::broken_off(Text::new("certification-died").with("how", died.to_string()))),
            },
            _ = tell.tick() => told(counted.0.load(Ordering::Relaxed)).await?,
        }
    }
}

fn judge(order: &Order, profile: &Profile, progress: &dyn Progress) -> Result<Examined> {
    let source: Arc<dyn ReadAt> = Arc::new(FileImage::open(&order.blob)?);
    let order = order.told();
    let (store, seen) = (order.store()?, order.seen()?);
    let scanners = Scanners::of(profile).map_err(std::io::Error::from)?;
    let given = Given { scanners: Some(&scanners), seen: seen.as_ref(), ..Given::of(store.as_ref()) };
    let outcome = match certifier::child::perform(source, &order, profile, &given, progress) {
        Ok((report, facts)) => return Ok(Examined { outcome: Outcome::Judged(Box::new(report)), facts }),
        Err(cause) => Outcome::BrokenOff(Text::new("certification-died").with("how", cause.to_string())),
    };
    Ok(Examined { outcome, facts: None })
}

#[derive(Default)]
struct Counted(AtomicI64);

impl Progress for Counted {
    fn update(&self, stage: Stage, done: u64, total: u64) {
        self.0.fetch_max(percent_of(stage, done, total), Ordering::Relaxed);
    }
}
