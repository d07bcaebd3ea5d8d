//! `halle sbom`: the list of an image's packages, for other programs to read.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use certifier::progress::Silent;
use certifier::sbom::{Subject, cyclonedx, spdx};
use certifier::words::Language;
use clap::{Args, ValueEnum};
use disk::read_at::FileImage;
use house::clock::Timestamp;

use crate::beside;

const NOT_MADE: u8 = 2;

#[derive(Args)]
pub struct SbomArguments {
    /// The disk image
    file: PathBuf,
    #[arg(long, value_enum, default_value_t = Format::Cyclonedx)]
    format: Format,
    /// Write the list here, instead of printing it
    #[arg(long, short)]
    out: Option<PathBuf>,
    /// When the list was made, such as 2026-11-22T14:00:00Z; without it the same image always gives the same bytes
    #[arg(long, value_name = "INSTANT")]
    made_at: Option<Timestamp>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// CycloneDX 1.6, JSON
    Cyclonedx,
    /// SPDX 2.3, JSON
    Spdx,
}

/// Writes the list of an image's packages. Exit codes: 0 written, 2 not.
pub fn run(arguments: &SbomArguments) -> ExitCode {
    match write(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(complaint) => {
            eprintln!("halle: {complaint}");
            ExitCode::from(NOT_MADE)
        }
    }
}

fn write(arguments: &SbomArguments) -> Result<(), String> {
    let path = &arguments.file;
    let at = |cause: io::Error| format!("{}: {cause}", path.display());
    let source = Arc::new(FileImage::open(path).map_err(at)?);
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stock = certifier::take_stock(source, &name, &Silent);
    let stock = stock.map_err(|why| format!("{}: {}", path.display(), Language::En.write(&why)))?;
    let made_at = arguments.made_at.map(|made_at| format!("{:.0}", made_at));
    let subject = Subject {
        file_name: &name,
        content_id: &stock.content_id,
        tool: ("halle", env!("CARGO_PKG_VERSION")),
        made_at: made_at.as_deref(),
    };
    let list = match arguments.format {
        Format::Cyclonedx => cyclonedx(&stock.inventory, &subject),
        Format::Spdx => spdx(&stock.inventory, &subject),
    };
    for gap in &stock.inventory.gaps {
        eprintln!("halle: not in the list: {} ({})", gap.path, Language::En.write(&gap.why));
    }
    match &arguments.out {
        None => match io::stdout().write_all(list.as_bytes()) {
            // Who closes the pipe has read enough.
            Err(cause) if cause.kind() != io::ErrorKind::BrokenPipe => Err(cause.to_string()),
            _ => Ok(()),
        },
        Some(out) => {
            let written = beside::write(out, beside::PUBLIC, |file| file.write_all(list.as_bytes()));
            written.map_err(|cause| format!("{}: {cause}", out.display()))
        }
    }
}
