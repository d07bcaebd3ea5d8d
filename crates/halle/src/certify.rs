//! `halle certify` and `halle explain`: the certifier at the desk and in CI, with no server.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use certifier::advisories::day::Day;
use certifier::facts::Given;
use certifier::profile::{PROFILE_BYTES_MAX, Profile};
use certifier::progress::{Progress, Silent, Stage};
use certifier::report::{Overall, Report};
use certifier::words::Language;
use clap::{Args, ValueEnum};
use disk::read_at::{FileImage, ReadAt};
use house::clock::Clock;
use indicatif::{ProgressBar, ProgressStyle};

use crate::advisories;

const CERTIFIED: u8 = 0;
const NOT_CERTIFIED: u8 = 1;
const COULD_NOT_JUDGE: u8 = 2;

#[derive(Args)]
pub struct CertifyArguments {
    /// The disk image
    file: PathBuf,
    /// `azure`, `kvm`, `strict`, or a TOML file of your own
    #[arg(long, default_value = "azure")]
    profile: String,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The language of the report; without it, that of your locale
    #[arg(long, value_enum)]
    lang: Option<Lang>,
    /// Print nothing: the exit code says it
    #[arg(long, short)]
    quiet: bool,
    /// Known vulnerabilities to look for, as `halle advisories import` wrote them
    #[arg(long, value_name = "FILE")]
    advisories: Option<PathBuf>,
    /// Look only at the container, which takes milliseconds; gives no certificate
    #[arg(long)]
    container_only: bool,
}

#[derive(Args)]
pub struct ExplainArguments {
    /// The rule, such as `L17`; without one, all are listed
    rule: Option<String>,
    /// The language; without it, that of your locale
    #[arg(long, value_enum)]
    lang: Option<Lang>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
enum Lang {
    En,
    Fr,
}

/// Judges a file and prints the report.
pub fn run(arguments: &CertifyArguments) -> ExitCode {
    match judge(arguments) {
        Ok(report) => {
            let printed = if arguments.quiet { Ok(()) } else { print(&report, arguments) };
            // Who closes the pipe has read enough; anything else that keeps the report back is a failure.
            match printed {
                Err(cause) if cause.kind() != io::ErrorKind::BrokenPipe => complain(&cause.to_string()),
                _ => ExitCode::from(code_of(report.verdict)),
            }
        }
        Err(complaint) => complain(&complaint),
    }
}

fn complain(complaint: &str) -> ExitCode {
    eprintln!("halle: {complaint}");
    ExitCode::from(COULD_NOT_JUDGE)
}

fn code_of(verdict: Overall) -> u8 {
    match verdict {
        Overall::Certified | Overall::ContainerSound => CERTIFIED,
        Overall::NotCertified => NOT_CERTIFIED,
        Overall::CouldNotJudge => COULD_NOT_JUDGE,
    }
}

fn judge(arguments: &CertifyArguments) -> Result<Report, String> {
    let profile = profile(&arguments.profile)?;
    let path = &arguments.file;
    let at = |cause: io::Error| format!("{}: {cause}", path.display());
    let kind = std::fs::metadata(path).map_err(at)?;
    if kind.is_dir() {
        return Err(format!("{} is a directory, not a disk image", path.display()));
    }
    let source: Arc<dyn ReadAt> = Arc::new(FileImage::open(path).map_err(at)?);
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if arguments.container_only {
        return Ok(certifier::certify_container(&source, &name, &profile));
    }
    let advisories = arguments.advisories.as_deref().map(advisories::open).transpose()?;
    // The day only matters beside a feed; without one, the same image gives the same report on any day.
    let today = || Day::of_seconds(Clock::running().now().as_second());
    let given = Given { advisories: advisories.as_ref(), on: advisories.as_ref().map(|_| today()) };
    if arguments.quiet || !io::stderr().is_terminal() {
        return Ok(certifier::certify_given(source, &name, &profile, &given, &Silent));
    }
    let bar = Bar::new();
    let report = certifier::certify_given(source, &name, &profile, &given, &bar);
    bar.0.finish_and_clear();
    Ok(report)
}

/// A profile by its name, or from a file.
fn profile(name: &str) -> Result<Profile, String> {
    if let Some(profile) = Profile::named(name) {
        return Ok(profile);
    }
    let at = |cause: io::Error| format!("no profile is called {name}, and as a file: {cause}");
    let mut text = String::new();
    let file = File::open(Path::new(name)).map_err(at)?;
    file.take(PROFILE_BYTES_MAX).read_to_string(&mut text).map_err(at)?;
    Profile::parse(&text).map_err(|cause| format!("{name} is no profile: {cause}"))
}

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

fn print(report: &Report, arguments: &CertifyArguments) -> io::Result<()> {
    let language = language(arguments.lang);
    let mut out = io::stdout().lock();
    match arguments.format {
        Format::Text => out.write_all(certifier::text::write(report, language, colour()).as_bytes()),
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, &report.render(language))?;
            out.write_all(b"\n")
        }
    }
}

/// Colour is for terminals, and for people who have not said no (`NO_COLOR`).
fn colour() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Says what a rule wants; without a rule, lists them all.
pub fn explain(arguments: &ExplainArguments) -> ExitCode {
    let language = language(arguments.lang);
    let text = match &arguments.rule {
        Some(id) => match certifier::rulebook::rule_of(id) {
            Some(rule) => certifier::text::explain(rule, language, colour()),
            None => return complain(&format!("the rulebook has no rule {id}; `halle explain` lists them")),
        },
        None => certifier::rulebook::RULEBOOK
            .iter()
            .map(|rule| format!("{}  {}\n", rule.id, language.word(&format!("{}.title", rule.id))))
            .collect(),
    };
    match io::stdout().write_all(text.as_bytes()) {
        Err(cause) if cause.kind() != io::ErrorKind::BrokenPipe => complain(&cause.to_string()),
        _ => ExitCode::SUCCESS,
    }
}

/// Progress on a terminal: a bar with the time left.
struct Bar(ProgressBar);

impl Bar {
    fn new() -> Bar {
        let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {bytes}/{total_bytes}  {eta}")
            .expect("the template is well formed");
        Bar(ProgressBar::new(0).with_style(style))
    }
}

impl Progress for Bar {
    fn update(&self, stage: Stage, done: u64, total: u64) {
        if stage == Stage::Content {
            self.0.set_length(total);
            self.0.set_position(done);
        }
    }
}
