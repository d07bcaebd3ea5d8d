//! Zstandard: all frames of a stream, one after the other.

use std::io::{self, BufRead, BufReader, Read};

use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use super::{BUFFER_BYTES, Counted, WINDOW_BYTES_MAX};

type Packed<'p> = BufReader<Counted<'p>>;

type Frame<'p> = StreamingDecoder<Source<'p>, FrameDecoder>;

pub struct Frames<'p> {
    /// `None` between two frames and after the last.
    frame: Option<Box<Frame<'p>>>,
    source: Option<Packed<'p>>,
}

/// A stream whose first bytes were taken to see what they are, and are given again.
struct Source<'p> {
    magic: [u8; 4],
    given: usize,
    rest: Packed<'p>,
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.magic.len() {
            return self.rest.read(buffer);
        }
        let length = (&self.magic[self.given..]).read(buffer)?;
        self.given += length;
        Ok(length)
    }
}

impl<'p> Frames<'p> {
    pub fn new(source: Counted<'p>) -> Frames<'p> {
        let source = BufReader::with_capacity(BUFFER_BYTES, source);
        Frames { frame: None, source: Some(source) }
    }

    /// Begins the next frame; `false` at the end of the stream.
    fn begin(&mut self) -> io::Result<bool> {
        let Some(mut source) = self.source.take() else { return Ok(false) };
        let mut magic = [0; 4];
        loop {
            if source.fill_buf()?.is_empty() {
                return Ok(false);
            }
            source.read_exact(&mut magic)?;
            let is_skipped = matches!(magic, [0x50..=0x5f, 0x2a, 0x4d, 0x18]);
            if !is_skipped {
                break;
            }
            let mut length = [0; 4];
            source.read_exact(&mut length)?;
            io::copy(&mut (&mut source).take(u64::from(u32::from_le_bytes(length))), &mut io::sink())?;
        }
        let source = Source { magic, given: 0, rest: source };
        let frame = StreamingDecoder::new_with_max_window_size(source, WINDOW_BYTES_MAX)
            .map_err(|cause| io::Error::new(io::ErrorKind::InvalidData, cause))?;
        self.frame = Some(Box::new(frame));
        Ok(true)
    }
}

impl Read for Frames<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(frame) = &mut self.frame else {
                if !self.begin()? {
                    return Ok(0);
                }
                continue;
            };
            let length = frame.read(buffer)?;
            if length > 0 || buffer.is_empty() {
                return Ok(length);
            }
            self.source = self.frame.take().map(|frame| frame.into_inner().rest);
        }
    }
}
