//! XPRESS with Huffman codes ([MS-XCA] 2.1 and 2.2), in one block: literals, and copies whose distance and length share a
//! symbol.

use super::huffman::{Bits, Codes, copy_back};

/// Two lengths of codes in each byte before the bits begin.
const TABLE_BYTES: usize = 256;
const LENGTH_MIN: usize = 3;

/// Unpacks `length` bytes, at most 64 KiB; `None` if that is not what `bytes` are.
pub fn unpack(bytes: &[u8], length: usize) -> Option<Vec<u8>> {
    let lengths: Vec<u8> = bytes.get(..TABLE_BYTES)?.iter().flat_map(|pair| [pair & 15, pair >> 4]).collect();
    let codes = Codes::new(&lengths)?;
    let mut bits = Bits::new(bytes, TABLE_BYTES);
    let mut out = Vec::with_capacity(length);
    while out.len() < length {
        let symbol = usize::from(bits.symbol(&codes)?);
        if bits.is_past_the_end() {
            return None;
        }
        if let Ok(literal) = u8::try_from(symbol) {
            out.push(literal);
            continue;
        }
        let mut count = symbol & 15;
        if count == 15 {
            count = match bits.take(1) {
                255 => match bits.take(2) {
                    0 => bits.take(4) as usize,
                    long => long as usize,
                },
                short => short as usize + 15,
            };
        }
        let distance_bits = (symbol >> 4 & 15) as u32;
        let distance = 1 << distance_bits | bits.number(distance_bits) as usize;
        // A length below 15 has no business there, but means what it says.
        let count = count.checked_add(LENGTH_MIN)?;
        if distance > out.len() || count > length - out.len() {
            return None;
        }
        copy_back(&mut out, distance, count);
    }
    Some(out)
}
