//! Unpacks deflate and gzip as they are read: RFC 1951 and RFC 1952.
//!
//! A reader holds a quarter of a megabyte, whatever it reads. It gives all that comes before damage, then the error, again and again.
//! What is left of the packed bytes after the end is not given back: a reader asks for more of them than it needs.
//!
//! Halle unpacks all that is packed on a disk, and a large share of its time goes there. Why this is a crate of our own is told in
//! `decisions/0010`.

mod codes;
mod gzip;
mod spare;
mod stream;

use std::io::{self, BufRead, Read};

pub use gzip::GzipReader;

use stream::Stream;

/// What is wrong with packed bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Damage {
    /// They end before they say that they do.
    CutOff,
    Other(&'static str),
}

impl From<Damage> for io::Error {
    fn from(damage: Damage) -> io::Error {
        match damage {
            Damage::CutOff => io::Error::new(io::ErrorKind::UnexpectedEof, "packed data is cut off"),
            Damage::Other(what) => io::Error::new(io::ErrorKind::InvalidData, what),
        }
    }
}

/// Unpacks deflate, without any header, such as zip holds.
#[derive(Debug)]
pub struct DeflateReader<R> {
    packed: R,
    stream: Stream,
}

impl<R: Read> DeflateReader<R> {
    pub fn new(packed: R) -> DeflateReader<R> {
        DeflateReader { packed, stream: Stream::new() }
    }
}

impl<R: Read> BufRead for DeflateReader<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.stream.given().is_empty() {
            self.stream.go_on(&mut self.packed)?;
        }
        Ok(self.stream.given())
    }

    fn consume(&mut self, amount: usize) {
        self.stream.consume(amount);
    }
}

impl<R: Read> Read for DeflateReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        read_buffered(self, buffer)
    }
}

fn read_buffered(reader: &mut impl BufRead, buffer: &mut [u8]) -> io::Result<usize> {
    let length = reader.fill_buf()?.read(buffer)?;
    reader.consume(length);
    Ok(length)
}
