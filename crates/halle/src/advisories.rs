//! `halle advisories import`: known vulnerabilities out of an OSV export, for `halle certify --advisories`.

use std::fs;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use certifier::advisories::import::{Import, RECORD_BYTES_MAX};
use certifier::advisories::store::Store;
use clap::{Args, Subcommand};
use disk::read_at::FileImage;
use indicatif::{ProgressBar, ProgressStyle};

use crate::beside;

/// The store in the data directory.
pub const FILE_NAME: &str = "advisories";

/// Exports are a folder for each ecosystem; deeper than this there is none.
const DEPTH_MAX: usize = 8;

const NOT_IMPORTED: u8 = 2;

#[derive(Args)]
pub struct AdvisoriesArguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Read an OSV export in: what was there before is replaced
    Import(ImportArguments),
}

#[derive(Args)]
struct ImportArguments {
    /// An archive (all.zip), or a folder with archives or JSON files in it, however deep
    source: PathBuf,
    /// The data directory; the file `advisories` in it is what `halle certify --advisories` takes
    #[arg(long, default_value = "halle-data", env = "HALLE_DATA")]
    data: PathBuf,
}

/// Exit codes: 0 imported, 2 not.
pub fn run(arguments: &AdvisoriesArguments) -> ExitCode {
    let Verb::Import(arguments) = &arguments.verb;
    match import(arguments) {
        Ok(told) => {
            println!("{told}");
            ExitCode::SUCCESS
        }
        Err(complaint) => {
            eprintln!("halle: {complaint}");
            ExitCode::from(NOT_IMPORTED)
        }
    }
}

/// Opens a store that was imported.
pub fn open(path: &Path) -> Result<Store, String> {
    let opened = FileImage::open(path).and_then(|file| Store::open(Arc::new(file)));
    opened.map_err(|cause| format!("{}: {cause}", path.display()))
}

fn import(arguments: &ImportArguments) -> Result<String, String> {
    let mut taken = Import::new();
    let bar = bar();
    for path in sources(&arguments.source)? {
        bar.set_message(path.display().to_string());
        take(&mut taken, &path, &bar).map_err(|cause| format!("{}: {cause}", path.display()))?;
    }
    bar.finish_and_clear();
    let (records, feed) = (taken.records, taken.feed());
    if let (true, Some((name, why))) = (taken.refused > 0, &taken.first_refused) {
        eprintln!("halle: {} files are no OSV records, the first of them {name}: {why}", taken.refused);
    }
    let out = arguments.data.join(FILE_NAME);
    let at = |cause: io::Error| format!("{}: {cause}", out.display());
    fs::create_dir_all(&arguments.data).map_err(at)?;
    let kept = beside::write(&out, beside::PUBLIC, |file| taken.write(file)).map_err(at)?;
    let feed = feed.map(|day| day.to_string()).unwrap_or_default();
    Ok(format!(
        "{}: {kept} advisories about packages, from {records} records; the feed is of {feed}",
        out.display()
    ))
}

/// The archives and records at a place, in the order of their names. Links are not followed.
fn sources(place: &Path) -> Result<Vec<PathBuf>, String> {
    let at = |path: &Path, cause: io::Error| format!("{}: {cause}", path.display());
    if !fs::metadata(place).map_err(|cause| at(place, cause))?.is_dir() {
        return Ok(vec![place.to_owned()]);
    }
    let mut found = Vec::new();
    let mut ahead = vec![(place.to_owned(), 0)];
    while let Some((folder, depth)) = ahead.pop() {
        for entry in fs::read_dir(&folder).map_err(|cause| at(&folder, cause))? {
            let entry = entry.map_err(|cause| at(&folder, cause))?;
            let (path, kind) = (entry.path(), entry.file_type().map_err(|cause| at(&folder, cause))?);
            let ends = |end: &str| path.extension().is_some_and(|found| found == end);
            if kind.is_dir() && depth < DEPTH_MAX {
                ahead.push((path, depth + 1));
            } else if kind.is_file() && (ends("zip") || ends("json")) {
                found.push(path);
            }
        }
    }
    found.sort();
    if found.is_empty() {
        return Err(format!("{} holds neither archives nor JSON files", place.display()));
    }
    Ok(found)
}

fn take(taken: &mut Import, path: &Path, bar: &ProgressBar) -> io::Result<()> {
    if path.extension().is_some_and(|end| end == "json") {
        let mut bytes = Vec::new();
        fs::File::open(path)?.take(RECORD_BYTES_MAX).read_to_end(&mut bytes)?;
        return taken.add(&path.display().to_string(), &bytes);
    }
    taken.add_archive(&FileImage::open(path)?, &mut |done, count| {
        if done % 1000 == 0 {
            bar.set_length(count);
            bar.set_position(done);
        }
    })
}

fn bar() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {pos}/{len}  {eta}  {msg}")
        .expect("the template is well formed");
    ProgressBar::new(0).with_style(style)
}
