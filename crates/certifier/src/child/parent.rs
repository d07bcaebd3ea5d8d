//! The side of whoever waits: starts the process, tells it what to judge, listens, and makes a report of whatever becomes of it.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use rustix::process::Signal;

use super::{Confinement, Line, OUTPUT_BYTES_MAX, Order, facts_in};
use crate::phrase::{Phrase, say};
use crate::progress::Progress;
use crate::report::Report;

/// As much of its complaints as is read; the rest is thrown away.
const COMPLAINTS_BYTES_MAX: u64 = 16 << 10;
/// What Rust's runtime says when memory is refused.
const NO_MEMORY: &str = "memory allocation of";

/// What the process said beside its report.
#[derive(Debug, Default)]
pub struct Said {
    /// How it was confined, if it came to say so.
    pub confinement: Option<Confinement>,
    /// The packed facts of the image, where they were wanted.
    pub facts: Option<Vec<u8>>,
}

/// Has `program` judge the image by `examine IMAGE`, and reports. The only error is a process that cannot be started.
pub fn run(
    program: &Path,
    image: &Path,
    order: &Order,
    progress: &dyn Progress,
) -> io::Result<(Report, Said)> {
    let profile = order.profile.profile()?;
    let file_bytes = std::fs::metadata(image)?.len();
    let mut child = Command::new(program)
        .arg("examine")
        .arg("--")
        .arg(image)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|cause| {
            io::Error::new(cause.kind(), format!("{} to judge it: {cause}", program.display()))
        })?;
    let stderr = child.stderr.take();
    // Read at the same time: one that complains at length must not wait for us while we wait for it.
    let complaining = std::thread::spawn(move || stderr.map(complaints).unwrap_or_default());
    let heard = listen(&mut child, order, progress);
    if heard.is_err() {
        // What is not understood now will not be understood later.
        let _ = child.kill();
    }
    let status = child.wait()?;
    let complaints = complaining.join().unwrap_or_default();
    let (how, said) = match heard {
        Ok((Some(report), said)) if status.success() => return Ok((*report, said)),
        Ok((_, said)) => (how_it_ended(status, &complaints), Said { facts: None, ..said }),
        Err(_) => (say("child.silent"), Said::default()),
    };
    Ok((Report::broken_off(&order.file_name, file_bytes, &profile, how), said))
}

fn listen(
    child: &mut Child,
    order: &Order,
    progress: &dyn Progress,
) -> io::Result<(Option<Box<Report>>, Said)> {
    let missing = || io::Error::other("a process without its pipes");
    let (input, output) = (child.stdin.take(), child.stdout.take());
    let (mut input, output) = (input.ok_or_else(missing)?, output.ok_or_else(missing)?);
    // One that died at once does not read; how it died is what counts then.
    let _ = input.write_all(&serde_json::to_vec(order)?);
    drop(input);
    let (mut report, mut said) = (None, Said::default());
    for line in BufReader::new(output.take(OUTPUT_BYTES_MAX)).lines() {
        match serde_json::from_str(&line?)? {
            Line::Confined(confinement) => said.confinement = Some(confinement),
            Line::Percent(percent) => progress.percent(percent),
            Line::Facts(facts) => said.facts = facts_in(&facts),
            Line::Report(found) => report = Some(found),
        }
    }
    Ok((report, said))
}

/// What a process says on its standard error, as far as it is of interest.
fn complaints(mut stderr: impl Read) -> String {
    let mut bytes = Vec::new();
    let _ = stderr.by_ref().take(COMPLAINTS_BYTES_MAX).read_to_end(&mut bytes);
    let _ = io::copy(&mut stderr, &mut io::sink());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// How a process came to its end without a report, in words that help.
pub fn how_it_ended(status: ExitStatus, complaints: &str) -> Phrase {
    let is = |signal: Signal| status.signal() == Some(signal.as_raw());
    let last = complaints.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    if complaints.contains(NO_MEMORY) {
        say("child.out_of_memory")
    } else if is(Signal::SYS) {
        say("child.forbidden")
    } else if is(Signal::XCPU) {
        say("child.out_of_time")
    } else if is(Signal::KILL) {
        say("child.killed")
    } else if let Some(signal) = status.signal() {
        say("child.signal").count("signal", signal.unsigned_abs().into()).text("said", last)
    } else if status.success() {
        say("child.silent")
    } else {
        say("child.failed").text("said", last)
    }
}
