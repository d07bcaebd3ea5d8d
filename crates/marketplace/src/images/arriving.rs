//! The file in which an upload gathers its bytes.
//!
//! Blocks of zeros are left as holes, so a disk that is mostly empty takes little room. Whoever writes holds a lock on the file;
//! the lock goes with the process, so a crash leaves nothing locked.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use rustix::fs::FlockOperation;
use rustix::io::Errno;

/// What a filesystem allocates at a time, and the least that is worth leaving out.
const BLOCK: usize = 4096;

/// A file that this process alone writes to, from a place on.
pub struct Arriving {
    file: File,
    at: u64,
}

impl Arriving {
    /// Opens the file for writing; `None` while another writer has it.
    pub fn open(path: &Path) -> io::Result<Option<Arriving>> {
        let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Arriving { file, at: 0 })),
            Err(Errno::WOULDBLOCK) => Ok(None),
            Err(errno) => Err(errno.into()),
        }
    }

    /// Goes to a place and forgets what lies behind it: bytes that came but were never told to be safe.
    pub fn go_to(&mut self, at: u64) -> io::Result<()> {
        if self.file.metadata()?.len() < at {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "an upload's file is shorter than its row says",
            ));
        }
        self.file.set_len(at)?;
        self.at = at;
        Ok(())
    }

    pub fn at(&self) -> u64 {
        self.at
    }

    /// Writes on, leaving out blocks of zeros.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let zeros = self.stretch(rest, true);
            self.at += zeros as u64;
            rest = &rest[zeros..];
            let data = self.stretch(rest, false);
            self.file.write_all_at(&rest[..data], self.at)?;
            self.at += data as u64;
            rest = &rest[data..];
        }
        Ok(())
    }

    /// How many of these bytes, in whole blocks of the file as far as possible, are all zero or are not.
    fn stretch(&self, bytes: &[u8], zero: bool) -> usize {
        let mut length = 0;
        while length < bytes.len() {
            let into_block = ((self.at + length as u64) % BLOCK as u64) as usize;
            let block = &bytes[length..bytes.len().min(length + BLOCK - into_block)];
            if block.iter().all(|byte| *byte == 0) != zero {
                break;
            }
            length += block.len();
        }
        length
    }

    /// Returns when all that was written would survive a power cut.
    pub fn sync(&mut self) -> io::Result<()> {
        self.file.set_len(self.at)?;
        self.file.sync_data()
    }

    /// The first bytes, at most so many.
    pub fn head(&self, most: usize) -> io::Result<Vec<u8>> {
        let length = usize::try_from(self.at).unwrap_or(usize::MAX).min(most);
        let mut head = vec![0; length];
        // Holes at the end are not in the file yet.
        let there = usize::try_from(self.file.metadata()?.len()).unwrap_or(usize::MAX).min(length);
        self.file.read_exact_at(&mut head[..there], 0)?;
        Ok(head)
    }
}

/// The bytes that a folder's filesystem still takes.
pub fn room_bytes(folder: &Path) -> io::Result<u64> {
    let stat = rustix::fs::statvfs(folder)?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn zeros_are_left_out_and_read_back_as_zeros() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("upload");
        let mut bytes = vec![0; 1 << 20];
        bytes[5000] = 7;
        bytes[900_000..900_100].fill(9);
        let mut arriving = Arriving::open(&path).unwrap().expect("nobody else writes");
        for chunk in bytes.chunks(10_007) {
            arriving.write(chunk).unwrap();
        }
        arriving.sync().unwrap();
        assert!(std::fs::read(&path).unwrap() == bytes);
        assert!(std::fs::metadata(&path).unwrap().blocks() * 512 < 100_000, "the zeros were written out");
    }

    #[test]
    fn one_writes_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("upload");
        let first = Arriving::open(&path).unwrap().expect("nobody else writes");
        assert!(Arriving::open(&path).unwrap().is_none());
        drop(first);
        assert!(Arriving::open(&path).unwrap().is_some());
    }

    #[test]
    fn what_was_never_told_to_be_safe_is_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("upload");
        let mut arriving = Arriving::open(&path).unwrap().expect("nobody else writes");
        arriving.write(&[1; 9000]).unwrap();
        arriving.sync().unwrap();
        arriving.go_to(5000).unwrap();
        arriving.write(&[0; 5000]).unwrap();
        arriving.sync().unwrap();
        let read = std::fs::read(&path).unwrap();
        assert!(read[..5000] == [1; 5000] && read[5000..] == [0; 5000] && read.len() == 10_000);
        assert!(arriving.go_to(10_001).is_err(), "a file shorter than its row is no upload");
    }
}
