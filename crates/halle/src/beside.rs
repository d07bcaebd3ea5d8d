//! A file that appears whole or not at all: written beside its place, brought to the disk, then given its name.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, OFlags, flock};
use rustix::process::geteuid;

/// The rights of a file that anyone may read.
pub const PUBLIC: u32 = 0o644;
/// The rights of a file that its owner alone may read.
pub const PRIVATE: u32 = 0o600;

/// Has `path` written by `fill`. When that fails, or power does, what was there before is still there.
pub fn write<T>(path: &Path, mode: u32, fill: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> io::Result<T> {
    let part = part_of(path);
    // A link that someone laid where the part will be is not followed.
    let flags = OFlags::NOFOLLOW.bits().cast_signed();
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(mode).custom_flags(flags);
    let file = options.open(&part)?;
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        let why = format!("another program is writing {}", part.display());
        return Err(io::Error::new(ErrorKind::WouldBlock, why));
    }
    let written = fill_and_name(&file, mode, &part, path, fill);
    if written.is_err() {
        // Nothing more can be done about a part that stays; the next one writes over it.
        let _ = fs::remove_file(&part);
    }
    written
}

fn fill_and_name<T>(
    file: &File,
    mode: u32,
    part: &Path,
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<T>,
) -> io::Result<T> {
    if file.metadata()?.uid() != geteuid().as_raw() {
        let why = format!("{} is someone else's", part.display());
        return Err(io::Error::new(ErrorKind::PermissionDenied, why));
    }
    // A part that a crash left may have other rights.
    file.set_permissions(Permissions::from_mode(mode))?;
    file.set_len(0)?;
    let mut out = BufWriter::new(file);
    let made = fill(&mut out)?;
    out.flush()?;
    file.sync_all()?;
    fs::rename(part, path)?;
    settle(path)?;
    Ok(made)
}

/// Makes a file that was not there, with these rights from its first moment.
pub fn create(path: &Path, mode: u32, bytes: impl AsRef<[u8]>) -> io::Result<()> {
    let flags = OFlags::NOFOLLOW.bits().cast_signed();
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(mode).custom_flags(flags).open(path)?;
    file.write_all(bytes.as_ref())?;
    file.sync_all()?;
    settle(path)
}

/// Puts the file's name safely on the disk, too.
fn settle(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
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
        write(&path, PUBLIC, |out| out.write_all(b"old")).expect("room for a file");
        let failed = write(&path, PUBLIC, |out| {
            out.write_all(b"new")?;
            Err::<(), _>(io::Error::other("no more"))
        });
        assert_eq!(failed.expect_err("it failed").to_string(), "no more");
        assert_eq!(fs::read(&path).expect("it is there"), b"old");
        write(&path, PUBLIC, |out| out.write_all(b"new")).expect("room for a file");
        assert_eq!(fs::read(&path).expect("it is there"), b"new");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "no part is left");
    }

    #[test]
    fn a_private_file_is_private_even_where_a_part_was_left_that_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("facts");
        fs::write(folder.path().join("facts.part"), b"left").expect("room for a file");
        write(&path, PRIVATE, |out| out.write_all(b"new")).expect("room for a file");
        let mode = fs::metadata(&path).expect("it is there").permissions().mode();
        assert_eq!((mode & 0o777, fs::read(&path).expect("it is there")), (PRIVATE, b"new".to_vec()));
    }

    #[test]
    fn two_programs_do_not_write_the_same_file_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("list");
        let refused = write(&path, PUBLIC, |_| Ok(write(&path, PUBLIC, |_| Ok(()))));
        let refused = refused.expect("the first goes on").expect_err("the second does not");
        assert_eq!(refused.kind(), ErrorKind::WouldBlock);
    }
}
