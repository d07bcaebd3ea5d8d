//! tar and ar: entries one after the other in a stream.

use std::io::{self, Read};

use super::{NAME_BYTES_MAX, Opener, path_within};

const RECORD: usize = 512;
/// The longest name or list of attributes that stands in an entry of its own.
const EXTENSION_BYTES_MAX: u64 = 64 << 10;

pub fn tar(opener: &mut Opener<'_>, name: &str, stream: &mut dyn Read, depth: u32) -> io::Result<()> {
    let mut long_name: Option<Vec<u8>> = None;
    let mut record = [0; RECORD];
    loop {
        if !read_whole(stream, &mut record)? || record.iter().all(|byte| *byte == 0) {
            return Ok(());
        }
        let size = number(&record[124..136]).ok_or_else(|| damaged("size of a tar entry"))?;
        let padding = size.next_multiple_of(RECORD as u64) - size;
        let mut entry = stream.take(size);
        match record[156] {
            b'L' => long_name = Some(extension(&mut entry)?),
            b'x' => long_name = pax_path(&extension(&mut entry)?).or(long_name),
            b'0' | 0 | b'7' => {
                let entry_name = long_name.take().unwrap_or_else(|| short_name(&record));
                if !opener.count_entry(name) {
                    return Ok(());
                }
                let path = path_within(name, &entry_name);
                opener.entry(&path, &mut entry, depth + 1);
            }
            _ => long_name = None,
        }
        skip(&mut entry)?;
        skip(&mut stream.take(padding))?;
    }
}

fn short_name(record: &[u8; RECORD]) -> Vec<u8> {
    let text = |bytes: &[u8]| bytes.split(|byte| *byte == 0).next().unwrap_or_default().to_vec();
    let (name, prefix) = (text(&record[..100]), text(&record[345..500]));
    let is_ustar = record[257..263] == *b"ustar\0";
    if is_ustar && !prefix.is_empty() { [prefix, b"/".to_vec(), name].concat() } else { name }
}

/// An octal number, or a binary one where octal digits do not suffice.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        let value = field[field.len() - 8..].iter().fold(0, |value: u64, byte| value << 8 | u64::from(*byte));
        return (value >> 62 == 0).then_some(value);
    }
    let text = std::str::from_utf8(field).ok()?;
    let digits = text.trim_matches([' ', '\0']);
    if digits.is_empty() { Some(0) } else { u64::from_str_radix(digits, 8).ok() }
}

fn extension(entry: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    entry.take(EXTENSION_BYTES_MAX).read_to_end(&mut bytes)?;
    while bytes.last() == Some(&0) {
        bytes.pop();
    }
    Ok(bytes)
}

/// The path among lines of `LENGTH KEY=VALUE`.
fn pax_path(records: &[u8]) -> Option<Vec<u8>> {
    let mut lines = records.split(|byte| *byte == b'\n');
    lines.find_map(|line| {
        let at = line.windows(6).position(|piece| piece == b" path=")?;
        Some(line[at + 6..].to_vec())
    })
}

pub fn ar(opener: &mut Opener<'_>, name: &str, stream: &mut dyn Read, depth: u32) -> io::Result<()> {
    let mut magic = [0; 8];
    read_whole(stream, &mut magic)?;
    let mut header = [0; 60];
    while read_whole(stream, &mut header)? {
        let text = std::str::from_utf8(&header[48..58]).ok();
        let size: u64 =
            text.and_then(|text| text.trim().parse().ok()).ok_or_else(|| damaged("size of an ar entry"))?;
        if !opener.count_entry(name) {
            return Ok(());
        }
        let mut entry = stream.take(size);
        let path = path_within(
            name,
            header[..16].trim_ascii_end().trim_ascii().split(|byte| *byte == b'/').next().unwrap_or(&[]),
        );
        opener.entry(&path, &mut entry, depth + 1);
        skip(&mut entry)?;
        skip(&mut stream.take(size % 2))?;
    }
    Ok(())
}

/// Fills a buffer; `false` when the stream ended before its first byte.
pub fn read_whole(stream: &mut dyn Read, buffer: &mut [u8]) -> io::Result<bool> {
    let mut filled = 0;
    while filled < buffer.len() {
        match stream.read(&mut buffer[filled..])? {
            0 if filled == 0 => return Ok(false),
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            length => filled += length,
        }
    }
    Ok(true)
}

pub fn skip(rest: &mut dyn Read) -> io::Result<()> {
    io::copy(rest, &mut io::sink()).map(drop)
}

pub fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

const _: () = assert!(NAME_BYTES_MAX as u64 <= EXTENSION_BYTES_MAX);
