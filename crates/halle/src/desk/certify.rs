//! `halle certify`: judges a file and tells the verdict in whatever form is asked for.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use certifier::advisories::day::Day;
use certifier::certificate::{self, KEY_BYTES_MAX, PrivateKey};
use certifier::child::{Confinement, Measure, Task};
use certifier::compare::{self, BASELINE_BYTES_MAX, Baseline, Compared, Comparison};
use certifier::date::Date;
use certifier::exceptions::{self, EXCEPTIONS_BYTES_MAX, Exception};
use certifier::formats::{html, junit, sarif, self_test};
use certifier::profile::{PROFILE_BYTES_MAX, Profile};
use certifier::report::{Overall, Report};
use certifier::stored::Stored;
use certifier::words::Language;
use clap::{Args, ValueEnum};
use disk::read_at::FileImage;

use crate::advisories;

use super::judging::{self, Judged, Manner};
use super::{BAD, GOOD, Lang, OPEN, colour, complain, files, language, printed, today};

#[derive(Args)]
pub struct CertifyArguments {
    /// The disk image
    image: PathBuf,
    /// `azure`, `kvm`, `strict`, or a TOML file of your own
    #[arg(long, default_value = "azure")]
    profile: String,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The language of the report; without it, that of your locale
    #[arg(long, value_enum)]
    lang: Option<Lang>,
    /// Write the report to this file
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print nothing: the exit code says it
    #[arg(long, short)]
    quiet: bool,
    /// Tell what is new and what is fixed since an earlier report, which `--format json` wrote
    #[arg(long, value_name = "REPORT")]
    baseline: Option<PathBuf>,
    /// A TOML file of rules that may be broken, each with its reason, its last day and who allows it
    #[arg(long, value_name = "FILE")]
    exceptions: Option<PathBuf>,
    /// Sign a certificate with this private key, if the image is certified
    #[arg(long, value_name = "KEY", requires = "certificate", conflicts_with = "container_only")]
    sign: Option<PathBuf>,
    /// Where the certificate goes
    #[arg(long, value_name = "FILE", requires = "sign")]
    certificate: Option<PathBuf>,
    /// Keep the facts of the image in this file, so that it can be judged again without its disk. It holds what the image holds,
    /// password hashes too: only you may read it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["container_only", "from_facts"])]
    facts: Option<PathBuf>,
    /// The facts of an earlier version of this image, which `--facts` wrote: what they prove unchanged is not searched again. Whoever
    /// can write that file can hide things, so no certificate is signed
    #[arg(long, value_name = "FILE", conflicts_with_all = ["container_only", "from_facts", "sign"])]
    earlier: Option<PathBuf>,
    /// IMAGE is no image but its facts, which `--facts` wrote: judge by them. Nothing proves them, so no certificate is signed
    #[arg(long, conflicts_with_all = ["container_only", "sign"])]
    from_facts: bool,
    /// Known vulnerabilities to look for, as `halle advisories import` wrote them
    #[arg(long, value_name = "FILE", conflicts_with = "container_only")]
    advisories: Option<PathBuf>,
    /// Look only at the container, which takes milliseconds; gives no certificate
    #[arg(long)]
    container_only: bool,
    /// Read the image in this process, with all the rights that you have
    #[arg(long)]
    no_sandbox: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    /// For people, at a terminal
    Text,
    /// For programs: everything there is
    Json,
    /// SARIF 2.1.0, for code-scanning dashboards
    Sarif,
    /// JUnit XML, for build servers
    Junit,
    /// One page that stands alone, to send and to print
    Html,
    /// The JSON of Azure's image self-test
    SelfTest,
}

/// The path of facts that can be read.
fn earlier(path: &Path) -> Result<PathBuf, String> {
    let at = |cause: &dyn std::fmt::Display| format!("{}: {cause}", path.display());
    let facts = FileImage::open(path).and_then(|file| Stored::read(&file)).map_err(|cause| at(&cause))?;
    facts.map_err(|cause| at(&cause))?;
    Ok(path.to_owned())
}

/// Judges a file, tells of it, and signs a certificate where one was asked for and is due.
pub fn run(arguments: &CertifyArguments) -> ExitCode {
    certify(arguments).unwrap_or_else(|complaint| complain(&complaint))
}

fn certify(arguments: &CertifyArguments) -> Result<ExitCode, String> {
    // All that was named is read first: nobody wants to hear of a slip after the whole image was read.
    let today = today()?;
    let measure = measure(&arguments.profile)?;
    let exceptions = arguments.exceptions.as_deref().map(exceptions_in).transpose()?;
    let baseline = arguments.baseline.as_deref().map(baseline_in).transpose()?;
    if baseline.is_some() && !matches!(arguments.format, Format::Text | Format::Json | Format::Sarif) {
        return Err("a baseline is compared with in the formats text, json and sarif".to_owned());
    }
    let key = arguments.sign.as_deref().map(|path| key_in(path, language(arguments.lang))).transpose()?;
    let manner = Manner {
        measure: &measure,
        advisories: arguments.advisories.as_deref().map(|path| feed(path, today)).transpose()?,
        task: match (&arguments.facts, arguments.from_facts) {
            (Some(_), _) => Task::Keep,
            (None, true) => Task::JudgeFacts,
            (None, false) => Task::Judge,
        },
        earlier: arguments.earlier.as_deref().map(earlier).transpose()?,
        container_only: arguments.container_only,
        sandbox: !arguments.no_sandbox,
        quiet: arguments.quiet,
    };
    let language = language(arguments.lang);
    let Judged { mut report, said } = judging::judge(&arguments.image, &manner)?;
    if !arguments.quiet {
        note(said.confinement, language);
    }
    if let Some(place) = &arguments.facts {
        let facts = said.facts.ok_or("the image could not be read, so there are no facts to keep")?;
        files::write_private(place, &facts)?;
    }
    if let Some(exceptions) = &exceptions {
        report.except(exceptions, today);
    }
    let comparison = baseline.as_ref().map(|baseline| Comparison::new(&report, baseline));
    let code = code_of(report.verdict);
    if let (Some(key), Some(place)) = (&key, &arguments.certificate) {
        sign(&report, today, key, place, arguments.quiet)?;
    }
    let told = tell(&report, comparison.as_ref(), arguments, today, language);
    Ok(match &arguments.output {
        Some(path) => {
            files::write(path, &told)?;
            ExitCode::from(code)
        }
        None if arguments.quiet => ExitCode::from(code),
        None => printed(io::stdout().lock().write_all(told.as_bytes()), code),
    })
}

fn code_of(verdict: Overall) -> u8 {
    match verdict {
        Overall::Certified | Overall::ContainerSound => GOOD,
        Overall::NotCertified => BAD,
        Overall::CouldNotJudge => OPEN,
    }
}

/// A profile by its name, or from a file.
fn measure(name: &str) -> Result<Measure, String> {
    if Profile::named(name).is_some() {
        return Ok(Measure::Named(name.to_owned()));
    }
    let text = files::read(Path::new(name), PROFILE_BYTES_MAX)
        .map_err(|cause| format!("no profile is called {name}, and as a file: {cause}"))?;
    Profile::parse(&text).map_err(|cause| format!("{name} is no profile: {cause}"))?;
    Ok(Measure::Toml(text))
}

/// A store of advisories, opened once to see that it is one: who named the wrong file is to hear it now.
fn feed(path: &Path, today: Date) -> Result<(PathBuf, Day), String> {
    advisories::open(path)?;
    let day = Day::parse(&today.to_string()).ok_or("the clock says a day that is none")?;
    Ok((path.to_owned(), day))
}

fn exceptions_in(path: &Path) -> Result<Vec<Exception>, String> {
    let text = files::read(path, EXCEPTIONS_BYTES_MAX)?;
    exceptions::parse(&text).map_err(|cause| format!("{}: {cause}", path.display()))
}

fn baseline_in(path: &Path) -> Result<Baseline, String> {
    let text = files::read(path, BASELINE_BYTES_MAX)?;
    Baseline::parse(&text).map_err(|cause| format!("{}: {cause}", path.display()))
}

fn key_in(path: &Path, language: Language) -> Result<PrivateKey, String> {
    let text = files::read(path, KEY_BYTES_MAX)?;
    PrivateKey::parse(&text)
        .map_err(|cause| format!("{}: {}", path.display(), language.write(&cause.phrase())))
}

/// Says when the process that read the image was not confined as it should be.
fn note(confinement: Option<Confinement>, language: Language) {
    if let Some(shortcoming) = confinement.and_then(Confinement::shortcoming) {
        eprintln!("halle: {}", language.write(&shortcoming));
    }
}

fn sign(report: &Report, on: Date, key: &PrivateKey, place: &Path, quiet: bool) -> Result<(), String> {
    match certificate::sign(report, on, key) {
        Ok(text) => files::write(place, &text),
        Err(cause) => {
            if !quiet {
                eprintln!("halle: no certificate was written: {cause}");
            }
            Ok(())
        }
    }
}

/// The report in the form that was asked for.
fn tell(
    report: &Report,
    comparison: Option<&Comparison>,
    arguments: &CertifyArguments,
    on: Date,
    language: Language,
) -> String {
    match arguments.format {
        Format::Text => {
            let colour = arguments.output.is_none() && colour();
            let mut text = certifier::text::write(report, language, colour);
            if let Some(comparison) = comparison {
                text += &format!("\n{}", compare::write(comparison, language));
            }
            text
        }
        Format::Json => {
            let rendered = report.render(language);
            let json = match comparison {
                Some(comparison) => serde_json::to_string_pretty(&Compared { report: rendered, comparison }),
                None => serde_json::to_string_pretty(&rendered),
            };
            json.expect("a report is data, which JSON can hold") + "\n"
        }
        Format::Sarif => sarif::write(report, comparison, language),
        Format::Junit => junit::write(report, language),
        Format::Html => html::write(report, language),
        Format::SelfTest => self_test::write(report, on, language),
    }
}
