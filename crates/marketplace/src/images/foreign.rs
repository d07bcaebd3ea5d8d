//! What is no fixed VHD is told what it is, and how it becomes one.

use std::path::Path;
use std::sync::Arc;

use certifier::phrase::Blank;
use certifier::profile::Profile;
use disk::container::{Container, Format, recognise};
use disk::read_at::{FileImage, ReadAt};
use house::{Error, Result};

use super::Refused;

/// How much must be there before the beginning is looked at.
pub const HEAD_BYTES: u64 = 16 * 1024;

/// Looks at the beginning alone. Formats that are known by it are refused before the rest is sent.
pub fn check_head(head: Vec<u8>, file_name: &str) -> Result<(), Error> {
    let container = recognise(&head)?;
    // Only what stands at the very beginning counts: the end of these bytes is not the end of the file.
    let known = matches!(
        container.format,
        Format::Vhdx
            | Format::Qcow2 { .. }
            | Format::Vmdk(_)
            | Format::Vdi { .. }
            | Format::Gzip
            | Format::Xz
            | Format::Zstd
            | Format::Bzip2
            | Format::Zip
            | Format::SevenZip
    );
    let dynamic = container.vhd.first_sector.as_ref().is_some_and(|footer| matches!(footer.kind, 3 | 4));
    if known || dynamic { Err(foreign(&container, &head, file_name).into()) } else { Ok(()) }
}

/// Looks at a whole file: it must be a fixed VHD of just the length that its footer says.
pub fn check_whole(file: &Path, file_name: &str) -> Result<(), Error> {
    let source: Arc<dyn ReadAt> = Arc::new(FileImage::open(file)?);
    let container = recognise(&source)?;
    if container.format != Format::FixedVhd {
        return Err(foreign(&container, &source, file_name).into());
    }
    let footer_bytes = container.file_bytes - container.vhd.footer_at.unwrap_or(container.file_bytes);
    let disk_bytes = container.vhd.footer.as_ref().map_or(0, |footer| footer.current_bytes);
    let expected = disk_bytes.saturating_add(footer_bytes);
    if expected != container.file_bytes {
        return Err(Refused::WrongLength { found: container.file_bytes, expected }.into());
    }
    Ok(())
}

fn foreign(container: &Container, source: &dyn ReadAt, file_name: &str) -> Refused {
    Refused::Foreign { format: container.format, command: command(source, file_name) }
}

/// The command that makes a good VHD of this file: the one that `halle certify` would print.
fn command(source: &dyn ReadAt, file_name: &str) -> Option<String> {
    let report = certifier::certify_container(source, file_name, &Profile::kvm());
    let remedies = ["V01", "V03"].into_iter().filter_map(|id| report.rule(id)?.remedy.as_ref());
    remedies
        .filter_map(|remedy| match remedy.blanks.get("command") {
            Some(Blank::Text(command)) => Some(command.clone()),
            _ => None,
        })
        .next()
}
