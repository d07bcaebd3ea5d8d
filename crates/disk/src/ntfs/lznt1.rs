//! LZNT1, by which NTFS packs files unit by unit ([MS-XCA] 2.5): chunks of 4 KiB, each on its own, of literals and of
//! copies of what came before.

use crate::fields::u16_le;

const CHUNK_BYTES: usize = 4096;
const IS_PACKED: u16 = 0x8000;

/// Unpacks at most `limit` bytes; `None` if that is not what `bytes` are. What a chunk leaves out is zero.
pub fn unpack(bytes: &[u8], limit: usize) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(limit);
    let mut rest = bytes;
    while out.len() < limit && rest.len() >= 2 {
        let head = u16_le(rest, 0);
        if head == 0 {
            break;
        }
        let length = usize::from(head & 0x0fff) + 1;
        let body = rest.get(2..2 + length)?;
        rest = &rest[2 + length..];
        // Only the last chunk may be short.
        if out.len() % CHUNK_BYTES != 0 {
            out.resize(out.len().next_multiple_of(CHUNK_BYTES), 0);
        }
        match head & IS_PACKED {
            0 => out.extend(body.get(..body.len().min(CHUNK_BYTES))?),
            _ => chunk(body, &mut out)?,
        }
    }
    out.truncate(limit);
    Some(out)
}

/// Unpacks one chunk after what is there.
fn chunk(body: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let start = out.len();
    let mut rest = body;
    while let Some((flags, after)) = rest.split_first() {
        rest = after;
        for bit in 0..8 {
            let [first, after @ ..] = rest else { return Some(()) };
            let done = out.len() - start;
            if done >= CHUNK_BYTES {
                return None;
            }
            if flags >> bit & 1 == 0 {
                out.push(*first);
                rest = after;
                continue;
            }
            let [low, high, after @ ..] = rest else { return None };
            rest = after;
            let pair = usize::from(u16::from_le_bytes([*low, *high]));
            // The farther into the chunk, the more bits the distance takes, from 4 to 12, and the fewer are left to the
            // length.
            let distance_bits = (usize::BITS - done.saturating_sub(1).leading_zeros()).max(4);
            let length_bits = 16 - distance_bits;
            let distance = (pair >> length_bits) + 1;
            let length = (pair & ((1 << length_bits) - 1)) + 3;
            if distance > done || done + length > CHUNK_BYTES {
                return None;
            }
            super::huffman::copy_back(out, distance, length);
        }
    }
    Some(())
}
