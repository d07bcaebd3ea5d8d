use std::io::{self, BufRead, Read};

use crc32fast::Hasher;

use crate::stream::Stream;
use crate::{Damage, read_buffered};

const MAGIC: [u8; 2] = [0x1f, 0x8b];
const DEFLATE: u8 = 8;
/// What stands in a header, as its flags tell.
const HEADER_CHECKSUM: u8 = 1 << 1;
const EXTRA: u8 = 1 << 2;
const NAME: u8 = 1 << 3;
const COMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0b1110_0000;

/// Unpacks a gzip file, all of its members one after another, and compares each with its checksum.
#[derive(Debug)]
pub struct GzipReader<R> {
    packed: R,
    stream: Stream,
    next: Next,
    checksum: Hasher,
    /// How long the member is so far. A file tells it without what is above 32 bits.
    length: u32,
}

#[derive(Debug, Clone, Copy)]
enum Next {
    /// A member must begin, or may.
    First,
    Another,
    Data,
    Nothing,
    Damage(Damage),
}

impl<R: Read> GzipReader<R> {
    pub fn new(packed: R) -> GzipReader<R> {
        GzipReader { packed, stream: Stream::new(), next: Next::First, checksum: Hasher::new(), length: 0 }
    }

    /// Reads up to the next data, or the end.
    fn go_on(&mut self) -> io::Result<()> {
        while self.stream.given().is_empty() {
            match self.next {
                Next::First | Next::Another => {
                    let is_first = matches!(self.next, Next::First);
                    self.next = if self.header(is_first)? { Next::Data } else { Next::Nothing };
                }
                Next::Data => {
                    self.stream.go_on(&mut self.packed)?;
                    self.checksum.update(self.stream.given());
                    self.length = self.length.wrapping_add(self.stream.given().len() as u32);
                    if self.stream.given().is_empty() && self.stream.is_over() {
                        self.trailer()?;
                        self.next = Next::Another;
                    }
                }
                Next::Nothing => break,
                Next::Damage(damage) => return Err(damage.into()),
            }
        }
        Ok(())
    }

    /// Reads the header of a member. `false` when none follows.
    fn header(&mut self, is_first: bool) -> io::Result<bool> {
        let mut checksum = Hasher::new();
        let Some(first) = self.stream.byte(&mut self.packed)? else {
            return if is_first { Err(self.damage(Damage::CutOff)) } else { Ok(false) };
        };
        checksum.update(&[first]);
        let [second, kind, flags, ..] = self.bytes::<9>(&mut checksum)?;
        let is_known = [first, second] == MAGIC && kind == DEFLATE && flags & RESERVED == 0;
        if !is_known && is_first {
            return Err(self.damage(Damage::Other("this is no gzip file")));
        }
        if !is_known {
            return Err(self.damage(Damage::Other("what follows a gzip file is none")));
        }
        if flags & EXTRA != 0 {
            let length = u16::from_le_bytes(self.bytes(&mut checksum)?);
            for _ in 0..length {
                self.bytes::<1>(&mut checksum)?;
            }
        }
        for _ in [NAME, COMMENT].iter().filter(|flag| flags & **flag != 0) {
            while self.bytes(&mut checksum)? != [0] {}
        }
        if flags & HEADER_CHECKSUM != 0 {
            let sum = checksum.clone().finalize() as u16;
            if u16::from_le_bytes(self.bytes(&mut checksum)?) != sum {
                return Err(self.damage(Damage::Other("the header of a gzip file has another checksum")));
            }
        }
        self.stream.begin_another();
        (self.checksum, self.length) = (Hasher::new(), 0);
        Ok(true)
    }

    fn trailer(&mut self) -> io::Result<()> {
        let mut ignored = Hasher::new();
        let sum = u32::from_le_bytes(self.bytes(&mut ignored)?);
        let length = u32::from_le_bytes(self.bytes(&mut ignored)?);
        if sum != self.checksum.clone().finalize() {
            return Err(self.damage(Damage::Other("what was packed has another checksum")));
        }
        if length != self.length {
            return Err(self.damage(Damage::Other("what was packed has another length")));
        }
        Ok(())
    }

    fn bytes<const COUNT: usize>(&mut self, checksum: &mut Hasher) -> io::Result<[u8; COUNT]> {
        let mut bytes = [0; COUNT];
        for byte in &mut bytes {
            let next = self.stream.byte(&mut self.packed)?;
            *byte = next.ok_or_else(|| self.damage(Damage::CutOff))?;
        }
        checksum.update(&bytes);
        Ok(bytes)
    }

    /// Keeps what is wrong, for whoever reads on.
    fn damage(&mut self, damage: Damage) -> io::Error {
        self.next = Next::Damage(damage);
        damage.into()
    }
}

impl<R: Read> BufRead for GzipReader<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.go_on()?;
        Ok(self.stream.given())
    }

    fn consume(&mut self, amount: usize) {
        self.stream.consume(amount);
    }
}

impl<R: Read> Read for GzipReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        read_buffered(self, buffer)
    }
}
