//! A file that appears whole or not at all: written beside its place, brought to the disk, then given its name.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, OFlags, flock};

/// Has `path` written by `fill`. When that fails, or power does, what was there before is still there.
pub fn write<T>(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> io::Result<T> {
    let part = part_of(path);
    // A link that someone laid where the part will be is not followed.
    let flags = OFlags::NOFOLLOW.bits().cast_signed();
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(false).custom_flags(flags).open(&part)?;
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        let why = format!("another program is writing {}", part.display());
        return Err(io::Error::new(ErrorKind::WouldBlock, why));
    }
    let written = fill_and_name(&file, &part, path, fill);
    if written.is_err() {
        // Nothing more can be done about a part that stays; the next one writes over it.
        let _ = fs::remove_file(&part);
    }
    written
}

fn fill_and_name<T>(
    file: &File,
    part: &Path,
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<T>,
) -> io::Result<T> {
    file.set_len(0)?;
    let mut out = BufWriter::new(file);
    let made = fill(&mut out)?;
    out.flush()?;
    file.sync_all()?;
    fs::rename(part, path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(made)
}

fn part_of(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_there_stays_until_the_new_one_is_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("list");
        write(&path, |out| out.write_all(b"old")).expect("room for a file");
        let failed = write(&path, |out| {
            out.write_all(b"new")?;
            Err::<(), _>(io::Error::other("no more"))
        });
        assert_eq!(failed.expect_err("it failed").to_string(), "no more");
        assert_eq!(fs::read(&path).expect("it is there"), b"old");
        write(&path, |out| out.write_all(b"new")).expect("room for a file");
        assert_eq!(fs::read(&path).expect("it is there"), b"new");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "no part is left");
    }

    #[test]
    fn two_programs_do_not_write_the_same_file_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("list");
        let refused = write(&path, |_| Ok(write(&path, |_| Ok(()))));
        let refused = refused.expect("the first goes on").expect_err("the second does not");
        assert_eq!(refused.kind(), ErrorKind::WouldBlock);
    }
}
