//! cpio as the kernel and RPM have it ("newc"), and what an initramfs is: one archive after another, the last of them packed.

use std::io::{self, BufRead, Read};

use super::head::Head;
use super::tar::{damaged, read_whole, skip};
use super::{Opener, path_within};

pub const HEADER_BYTES: usize = 110;
/// The name of what ends an archive.
pub const LAST: &[u8] = b"TRAILER!!!";
/// The longest name with its NUL, as the kernel has it.
pub const NAME_SIZE_MAX: u64 = 4096;

pub fn cpio(opener: &mut Opener<'_>, name: &str, stream: &mut dyn BufRead, depth: u32) -> io::Result<()> {
    loop {
        if !archive(opener, name, stream, depth)? {
            return Ok(());
        }
        // Between archives there may be zeros. What comes behind them is one more, or is packed, or is looked at as it is.
        let Some(next) = skip_zeros(stream)? else { return Ok(()) };
        if next != b'0' {
            return opener.stream(name, stream, depth + 1);
        }
    }
}

/// What stands before each entry, and its name.
pub struct Header {
    mode: u64,
    pub size: u64,
    pub name_size: u64,
}

impl Header {
    pub fn of(bytes: &[u8]) -> Option<Header> {
        let header = bytes.get(..HEADER_BYTES).filter(|bytes| Head::of(bytes) == Some(Head::Cpio))?;
        let fields = header[6..].chunks(8);
        let mut fields = fields.map(|digits| u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        let mut field = |number: usize| fields.nth(number).flatten();
        // The second of thirteen, the seventh and the twelfth.
        Some(Header { mode: field(1)?, size: field(4)?, name_size: field(4)? })
    }

    fn is_file(&self) -> bool {
        self.mode & 0o170_000 == 0o100_000
    }
}

/// Opens the entries of one archive; `false` when there were too many.
fn archive(opener: &mut Opener<'_>, name: &str, stream: &mut dyn BufRead, depth: u32) -> io::Result<bool> {
    let mut header = [0; HEADER_BYTES];
    loop {
        let is_there = read_whole(stream, &mut header)?;
        let of_entry = Header::of(&header).filter(|header| is_there && header.name_size <= NAME_SIZE_MAX);
        let Some(of_entry) = of_entry else { return Err(damaged("head of a cpio entry")) };
        let mut entry_name = vec![0; of_entry.name_size as usize];
        stream.read_exact(&mut entry_name)?;
        skip(&mut Read::take(&mut *stream, padding_bytes(HEADER_BYTES as u64 + of_entry.name_size)))?;
        // The kernel reads a name up to its NUL too.
        let entry_name = entry_name.split(|byte| *byte == 0).next().unwrap_or_default();
        if entry_name == LAST {
            return Ok(true);
        }
        if !opener.count_entry(name) {
            return Ok(false);
        }
        let mut entry = Read::take(&mut *stream, of_entry.size);
        if of_entry.is_file() {
            let path = path_within(name, entry_name);
            opener.entry(&path, &mut entry, depth + 1);
        }
        skip(&mut entry)?;
        skip(&mut Read::take(&mut *stream, padding_bytes(of_entry.size)))?;
    }
}

/// What follows so many bytes up to a multiple of four.
pub fn padding_bytes(after: u64) -> u64 {
    after.next_multiple_of(4) - after
}

/// The first byte that is not zero, which stays to be read; `None` at the end.
pub fn skip_zeros(stream: &mut dyn BufRead) -> io::Result<Option<u8>> {
    loop {
        let buffer = stream.fill_buf()?;
        let zeros = buffer.iter().take_while(|byte| **byte == 0).count();
        let next = buffer.get(zeros).copied();
        let is_end = buffer.is_empty();
        stream.consume(zeros);
        if next.is_some() || is_end {
            return Ok(next);
        }
    }
}
