//! Packed clusters: raw deflate or zstd, each cluster on its own.

use flate2::{Decompress, FlushDecompress};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use crate::container::pieces::damaged;
use crate::read_at::ReadAt;
use crate::tree::Unreadable;

/// No cluster is larger than 2 MiB, so no packer needs to look back farther; some round up.
const WINDOW_BYTES_MAX: u64 = 8 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    Deflate,
    Zstd,
}

enum Engine {
    Deflate(Box<Decompress>),
    Zstd(Box<FrameDecoder>),
}

/// Unpacks clusters and keeps the last one, which readers of small pieces ask for again.
pub(super) struct Unpacker {
    engine: Engine,
    packed: Vec<u8>,
    cluster: Vec<u8>,
    /// Where the cluster came from: offset and length.
    cluster_from: Option<(u64, usize)>,
}

impl Unpacker {
    pub fn new(compression: Compression) -> Unpacker {
        let engine = match compression {
            Compression::Deflate => Engine::Deflate(Box::new(Decompress::new(false))),
            Compression::Zstd => {
                let mut decoder = FrameDecoder::new();
                decoder.set_max_window_size(WINDOW_BYTES_MAX);
                Engine::Zstd(Box::new(decoder))
            }
        };
        Unpacker { engine, packed: Vec::new(), cluster: Vec::new(), cluster_from: None }
    }

    /// Fills `buffer` with the bytes from `within` on of the cluster whose packed bytes lie at `at`.
    pub fn fetch(
        &mut self,
        source: &dyn ReadAt,
        at: u64,
        length: usize,
        cluster_bytes: usize,
        within: usize,
        buffer: &mut [u8],
    ) -> Result<(), Unreadable> {
        let whole = buffer.len() == cluster_bytes;
        let known = self.cluster_from == Some((at, length));
        if !known || whole {
            self.packed.resize(length, 0);
            source.read_exact_at(at, &mut self.packed)?;
        }
        if whole {
            return unpack(&mut self.engine, &self.packed, buffer, at);
        }
        if !known {
            self.cluster_from = None;
            self.cluster.resize(cluster_bytes, 0);
            unpack(&mut self.engine, &self.packed, &mut self.cluster, at)?;
            self.cluster_from = Some((at, length));
        }
        buffer.copy_from_slice(&self.cluster[within..within + buffer.len()]);
        Ok(())
    }
}

/// Unpacks exactly as many bytes as `into` has. Bytes after the packed ones are the next cluster's.
fn unpack(engine: &mut Engine, packed: &[u8], into: &mut [u8], at: u64) -> Result<(), Unreadable> {
    let filled = match engine {
        Engine::Deflate(engine) => {
            engine.reset(false);
            // A stream that wants more room than there is has filled all of it, which is what counts.
            match engine.decompress(packed, into, FlushDecompress::Finish) {
                Ok(_) => engine.total_out() as usize,
                Err(_) => 0,
            }
        }
        Engine::Zstd(engine) => unzstd(engine, packed, into).unwrap_or(0),
    };
    if filled != into.len() {
        return damaged("a packed cluster does not unpack", at);
    }
    Ok(())
}

/// The number of bytes that were unpacked; `None` if they are no zstd. Each round takes at least a block's head from `packed`, so
/// there are no more rounds than that has bytes, and no more bytes are held than a block above what is asked for.
fn unzstd(engine: &mut FrameDecoder, mut packed: &[u8], into: &mut [u8]) -> Option<usize> {
    engine.reset(&mut packed).ok()?;
    let mut filled = 0;
    while filled < into.len() {
        let wanted = BlockDecodingStrategy::UptoBytes(into.len() - filled);
        let finished = engine.decode_blocks(&mut packed, wanted).ok()?;
        let mut room = &mut into[filled..];
        while engine.can_collect() > 0 && !room.is_empty() {
            let taken = std::io::Read::read(engine, room).ok()?;
            if taken == 0 {
                break;
            }
            filled += taken;
            room = &mut into[filled..];
        }
        if finished {
            break;
        }
    }
    Some(filled)
}
