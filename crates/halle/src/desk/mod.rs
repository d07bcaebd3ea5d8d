//! The certifier at the desk and in CI, with no server: `halle certify`, `explain`, `keygen` and `verify`.

pub mod certify;
pub mod explain;
pub mod files;
mod judging;
pub mod keygen;
pub mod verify;

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use certifier::child::percent_of;
use certifier::date::Date;
use certifier::progress::{Progress, Stage};
use certifier::words::Language;
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};

/// It holds.
const GOOD: u8 = 0;
/// It does not.
const BAD: u8 = 1;
/// Nobody can say.
const OPEN: u8 = 2;

#[derive(Clone, Copy, ValueEnum)]
enum Lang {
    En,
    Fr,
}

/// The language that was asked for, or that of the reader's locale.
fn language(asked: Option<Lang>) -> Language {
    match asked {
        Some(Lang::En) => Language::En,
        Some(Lang::Fr) => Language::Fr,
        None => ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .filter_map(|name| std::env::var(name).ok())
            .find(|value| !value.is_empty())
            .and_then(|tag| Language::of_tag(&tag))
            .unwrap_or(Language::En),
    }
}

/// Colour is for terminals, and for people who have not said no (`NO_COLOR`).
fn colour() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

fn complain(complaint: &str) -> ExitCode {
    eprintln!("halle: {complaint}");
    ExitCode::from(OPEN)
}

/// What came of printing. Who closes the pipe has read enough; anything else that keeps words back is a failure.
fn printed(result: io::Result<()>, code: u8) -> ExitCode {
    match result {
        Err(cause) if cause.kind() != io::ErrorKind::BrokenPipe => complain(&cause.to_string()),
        _ => ExitCode::from(code),
    }
}

/// The day it is, in the time zone of all reports.
fn today() -> Result<Date, String> {
    let now = house::Clock::running().now().to_string();
    now.get(..10).and_then(|day| Date::parse(day).ok()).ok_or_else(|| format!("the clock says {now}"))
}

/// Progress on a terminal: a bar with the time left. It is drawn on standard error, and nowhere else than on a terminal.
struct Bar(ProgressBar);

impl Bar {
    fn new(quiet: bool) -> Bar {
        if quiet || !io::stderr().is_terminal() {
            return Bar(ProgressBar::hidden());
        }
        let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {eta}")
            .expect("the template is well formed");
        Bar(ProgressBar::new(100).with_style(style))
    }

    fn done(&self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bar {
    fn update(&self, stage: Stage, done: u64, total: u64) {
        self.percent(percent_of(stage, done, total));
    }

    fn percent(&self, percent: i64) {
        self.0.set_position(percent.unsigned_abs());
    }
}
