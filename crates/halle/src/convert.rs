//! `halle convert`: any disk into the fixed VHD that platforms take, at the desk and in CI.

use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use disk::convert::{Failure, Input, MIB, Made, to_fixed_vhd};
use disk::read_at::FileImage;
use indicatif::{BinaryBytes, ProgressBar, ProgressStyle};
use rustix::fs::{CWD, FlockOperation, OFlags, RenameFlags, flock, renameat_with};
use rustix::io::Errno;

const CONVERTED: u8 = 0;
const REFUSED: u8 = 1;
const NOT_WRITTEN: u8 = 2;

/// The least disk that platforms take.
const LEAST: &str = "20M";

#[derive(Args)]
pub struct ConvertArguments {
    /// The disk: raw, VHD (fixed or dynamic), VHDX or QCOW2, known by its content
    input: PathBuf,
    /// The VHD to write; it appears when it is complete
    output: PathBuf,
    /// Enlarge a smaller disk to this size; without one, to the least that platforms take
    #[arg(long, value_name = "SIZE", num_args = 0..=1, require_equals = true, default_missing_value = LEAST, value_parser = parse_size)]
    size_up: Option<u64>,
    /// Take the input for the disk itself, whatever it looks like
    #[arg(long)]
    raw: bool,
    /// Overwrite the output
    #[arg(long, short)]
    force: bool,
    /// Print nothing but refusals
    #[arg(long, short)]
    quiet: bool,
}

/// A size such as `30G`, `20MiB` or a number of bytes.
fn parse_size(text: &str) -> Result<u64, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let shift = match unit.to_ascii_lowercase().as_str() {
        "" => 0,
        "m" | "mib" => 20,
        "g" | "gib" => 30,
        "t" | "tib" => 40,
        _ => return Err("a size is a number with M, G or T after it, such as 30G".to_owned()),
    };
    let number: u64 = number.parse().map_err(|_| "a size begins with a whole number".to_owned())?;
    number.checked_mul(1 << shift).ok_or_else(|| "that is more than can be counted".to_owned())
}

/// Why nothing was converted.
enum Complaint {
    Refused { reason: String, remedy: String },
    Io { path: PathBuf, cause: io::Error },
}

/// Converts a file. Exit codes: 0 converted, 1 refused with the reason and what to do, 2 not readable or not writable.
pub fn run(arguments: &ConvertArguments) -> ExitCode {
    match convert(arguments) {
        Ok(()) => ExitCode::from(CONVERTED),
        Err(Complaint::Refused { reason, remedy }) => {
            eprintln!("halle: {}: {reason}\nWhat to do: {remedy}", arguments.input.display());
            ExitCode::from(REFUSED)
        }
        Err(Complaint::Io { path, cause }) => {
            eprintln!("halle: {}: {cause}", path.display());
            ExitCode::from(NOT_WRITTEN)
        }
    }
}

fn convert(arguments: &ConvertArguments) -> Result<(), Complaint> {
    let output = &arguments.output;
    if !arguments.force && output.symlink_metadata().is_ok() {
        return Err(exists(output));
    }
    let input = open(arguments)?;
    let size = input.rounded_bytes(arguments.size_up.unwrap_or(0));
    let size = size.map_err(|refusal| complaint(arguments, refusal.into()))?;
    let part = Part::create(output)?;
    let bar = bar(arguments.quiet);
    let made = to_fixed_vhd(&input, size, &part.file, &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let made = made.map_err(|failure| complaint(arguments, failure))?;
    part.publish(output, arguments.force)?;
    if !arguments.quiet {
        tell(&input, &made, output);
    }
    Ok(())
}

fn open(arguments: &ConvertArguments) -> Result<Input, Complaint> {
    let path = &arguments.input;
    let at = |cause| Complaint::Io { path: path.clone(), cause };
    let kind = fs::metadata(path).map_err(at)?.file_type();
    if !kind.is_file() && !kind.is_block_device() {
        let reason = "this is neither a file nor a block device".to_owned();
        return Err(Complaint::Refused { reason, remedy: "name the file that holds the disk".to_owned() });
    }
    let file = FileImage::open(path).map_err(at)?;
    let opened = if arguments.raw { Input::raw(file) } else { Input::open(file) };
    opened.map_err(|failure| complaint(arguments, failure))
}

/// A failed write and a failed read cannot be told apart here; the cause says which it was.
fn complaint(arguments: &ConvertArguments, failure: Failure) -> Complaint {
    match failure {
        Failure::Refused(refusal) => {
            Complaint::Refused { reason: refusal.to_string(), remedy: refusal.what_to_do() }
        }
        Failure::Io(cause) => Complaint::Io { path: arguments.output.clone(), cause },
    }
}

fn exists(output: &Path) -> Complaint {
    let reason = format!("{} exists already", output.display());
    Complaint::Refused { reason, remedy: "choose another name, or say --force to overwrite it".to_owned() }
}

/// What was done, and what the reader should know of it.
fn tell(input: &Input, made: &Made, output: &Path) {
    let (held, size) = (input.disk.size_bytes(), made.disk_bytes);
    println!(
        "{}: fixed VHD of {} from {}, {} of it data",
        output.display(),
        BinaryBytes(size),
        input.format,
        BinaryBytes(made.written_bytes)
    );
    if held != size {
        let why = if size - held < MIB { "rounded up to a whole MiB" } else { "enlarged" };
        println!("The disk was {held} bytes and is {size} now, {why}.");
        println!("If it has a GPT, the copy at its end is no longer at the end: `sgdisk -e` moves it.");
    }
}

fn bar(quiet: bool) -> ProgressBar {
    if quiet || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {bytes}/{total_bytes}  {eta}")
        .expect("the template is well formed");
    ProgressBar::new(0).with_style(style)
}

/// The output while it is incomplete: a file beside it, gone when the work fails. One that a crash left behind is written over.
struct Part {
    file: File,
    path: PathBuf,
    published: bool,
}

impl Part {
    fn create(output: &Path) -> Result<Part, Complaint> {
        let mut name = output.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let path = output.with_file_name(name);
        let at = |cause| Complaint::Io { path: path.clone(), cause };
        // A link that someone laid where the part will be is not followed.
        let flags = OFlags::NOFOLLOW.bits().cast_signed();
        let mut options = OpenOptions::new();
        let file =
            options.write(true).create(true).truncate(false).custom_flags(flags).open(&path).map_err(at)?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            let reason = format!("another program is writing {}", path.display());
            return Err(Complaint::Refused { reason, remedy: "wait for it to end".to_owned() });
        }
        file.set_len(0).map_err(at)?;
        Ok(Part { file, path, published: false })
    }

    /// Gives the part its name. Its bytes are on the disk already; this puts the name there, too.
    fn publish(mut self, output: &Path, force: bool) -> Result<(), Complaint> {
        let at = |cause: io::Error| Complaint::Io { path: output.to_owned(), cause };
        let flags = if force { RenameFlags::empty() } else { RenameFlags::NOREPLACE };
        match renameat_with(CWD, &self.path, CWD, output, flags) {
            Ok(()) => {}
            Err(Errno::EXIST) => return Err(exists(output)),
            // The filesystem knows no renaming that spares what is there; the look at the beginning has to do.
            Err(Errno::INVAL | Errno::NOSYS) => fs::rename(&self.path, output).map_err(at)?,
            Err(errno) => return Err(at(errno.into())),
        }
        self.published = true;
        let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all()).map_err(at)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.published {
            // Nothing more can be done about a part that stays; the next run writes over it.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_a_number_and_a_unit() {
        for (text, size) in [("20M", 20 << 20), ("30GiB", 30 << 30), ("1t", 1 << 40), ("512", 512)] {
            assert_eq!(parse_size(text), Ok(size), "{text}");
        }
        for text in ["", "G", "-1M", "1.5G", "1K", "99999999999T", "30 G"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }
}
