//! Small files that the desk reads and writes.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use crate::beside;

/// The text in a file of at most `limit` bytes.
pub fn read(path: &Path, limit: u64) -> Result<String, String> {
    String::from_utf8(read_bytes(path, limit)?).map_err(|_| format!("{} is no text", path.display()))
}

/// The bytes of a file of at most `limit` bytes.
pub fn read_bytes(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let at = |cause: io::Error| format!("{}: {cause}", path.display());
    let mut bytes = Vec::new();
    File::open(path).map_err(at)?.take(limit + 1).read_to_end(&mut bytes).map_err(at)?;
    if bytes.len() as u64 > limit {
        return Err(format!("{} is longer than the {limit} bytes that such a file may have", path.display()));
    }
    Ok(bytes)
}

/// Says no to what cannot hold a disk, before it is opened: opening a pipe would wait for someone to write.
pub fn insist_on_a_disk(path: &Path) -> Result<Metadata, String> {
    let metadata = fs::metadata(path).map_err(|cause| format!("{}: {cause}", path.display()))?;
    let kind = metadata.file_type();
    if kind.is_file() || kind.is_block_device() {
        return Ok(metadata);
    }
    Err(format!("{} is neither a file nor a block device", path.display()))
}

/// Writes a file that is there whole or not at all.
pub fn write(path: &Path, text: &str) -> Result<(), String> {
    write_as(path, beside::PUBLIC, text.as_bytes())
}

/// Writes a file, in the same way, that only its owner may read.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), String> {
    write_as(path, beside::PRIVATE, bytes)
}

fn write_as(path: &Path, mode: u32, bytes: &[u8]) -> Result<(), String> {
    let at = |cause: io::Error| format!("{}: {cause}", path.display());
    // A pipe or a terminal cannot be put in place of another file, and must not be.
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        return OpenOptions::new().write(true).open(path).and_then(|mut it| it.write_all(bytes)).map_err(at);
    }
    // A link is followed to what it means, so that the link stays.
    let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    beside::write(&place, mode, |out| out.write_all(bytes)).map_err(at)
}
