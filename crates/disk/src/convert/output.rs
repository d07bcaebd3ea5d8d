//! What is not zero, on its way into the file.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use rustix::fs::{OFlags, copy_file_range, fcntl_getfl, fcntl_setfl, fstatfs};

use super::Input;
use crate::fields::all_zero;
use crate::read_at::FileImage;

/// What filesystems allocate at a time. Zeros are left out in these units.
pub(super) const PAGE: usize = 4096;

/// What is shorter is not worth waiting for.
const DIRECT_BYTES_MIN: usize = 128 << 10;

/// Writes what is not zero.
pub(super) struct Writer<'a> {
    out: &'a File,
    /// A file to share blocks with, where the filesystem can: then nothing is copied at all.
    shared: Option<&'a FileImage>,
    direct: Direct<'a>,
    written_bytes: u64,
}

impl<'a> Writer<'a> {
    /// Where blocks cannot be shared, copying within the kernel costs more than writing what was just read: it reads it again.
    pub fn new(input: &'a Input, out: &'a File) -> Writer<'a> {
        const BTRFS: u64 = 0x9123_683e;
        const XFS: u64 = 0x5846_5342;
        let shares = fstatfs(out).is_ok_and(|found| matches!(found.f_type as u64, BTRFS | XFS));
        Writer::with(out, input.verbatim.as_deref().filter(|_| shares))
    }

    pub fn with(out: &'a File, shared: Option<&'a FileImage>) -> Writer<'a> {
        Writer { out, shared, direct: Direct::of(out), written_bytes: 0 }
    }

    /// What was written so far; the rest are holes.
    pub fn written_bytes(&self) -> u64 {
        self.written_bytes
    }

    /// Writes the pages of a leaf that hold anything, neighbours together.
    pub fn write_leaf(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        let mut from = 0;
        while from < bytes.len() {
            let zeros = bytes[from..].chunks(PAGE).take_while(|page| all_zero(page)).count();
            from += zeros * PAGE;
            let Some(rest) = bytes.get(from..).filter(|rest| !rest.is_empty()) else { break };
            let pages = rest.chunks(PAGE).take_while(|page| !all_zero(page)).count();
            let run = &rest[..rest.len().min(pages * PAGE)];
            self.write_run(at + from as u64, run)?;
            from += run.len();
        }
        Ok(())
    }

    pub fn write_run(&mut self, at: u64, run: &[u8]) -> io::Result<()> {
        self.written_bytes += run.len() as u64;
        let shared = self.share(at, run.len());
        self.direct.write(&run[shared..], at + shared as u64)
    }

    /// Has the kernel copy, or share, what it will of a run; gives the bytes that are done.
    fn share(&mut self, at: u64, length: usize) -> usize {
        let Some(file) = self.shared else { return 0 };
        let mut done = 0;
        while done < length {
            let place = at + done as u64;
            match copy_file_range(
                file.file(),
                Some(&mut { place }),
                self.out,
                Some(&mut { place }),
                length - done,
            ) {
                Ok(copied) if copied > 0 => done += copied,
                // Another filesystem, or one that cannot: from here on everything is written.
                _ => {
                    self.shared = None;
                    break;
                }
            }
        }
        done
    }
}

/// Writes long runs straight to the disk, as long as the filesystem takes them so. They have to be there when the work is done, and
/// memory for their copies would cost more than all else. The file is left as it was found.
struct Direct<'a> {
    out: &'a File,
    /// How the file is written otherwise; `None` where nothing else is possible.
    usual: Option<OFlags>,
    is_on: bool,
}

impl<'a> Direct<'a> {
    fn of(out: &'a File) -> Direct<'a> {
        Direct { out, usual: fcntl_getfl(out).ok(), is_on: false }
    }

    fn write(&mut self, run: &[u8], at: u64) -> io::Result<()> {
        self.turn(run.len() >= DIRECT_BYTES_MIN);
        match self.out.write_all_at(run, at) {
            // Not at this place, or not from this memory.
            Err(cause) if self.is_on && cause.kind() == io::ErrorKind::InvalidInput => {
                self.turn(false);
                self.usual = None;
                self.out.write_all_at(run, at)
            }
            done => done,
        }
    }

    fn turn(&mut self, on: bool) {
        let Some(usual) = self.usual.filter(|_| on != self.is_on) else { return };
        let flags = if on { usual | OFlags::DIRECT } else { usual };
        match fcntl_setfl(self.out, flags) {
            Ok(()) => self.is_on = on,
            Err(_) => self.usual = None,
        }
    }
}

impl Drop for Direct<'_> {
    fn drop(&mut self) {
        self.turn(false);
    }
}
