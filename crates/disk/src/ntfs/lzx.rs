//! LZX as archives of Windows images have it, a chunk of at most 32 KiB at a time: literals and copies under three
//! Huffman codes, whose lengths are packed themselves, and calls of machine code whose targets were made absolute.

use super::huffman::{Bits, Codes, copy_back};

pub(super) const CHUNK_BYTES: usize = 32 << 10;

/// Distances of 32 KiB fall into so many slots, each with eight lengths.
const SLOTS: usize = 30;
const LITERALS: usize = 256;
const MAIN_SYMBOLS: usize = LITERALS + SLOTS * 8;
const LENGTH_SYMBOLS: usize = 249;
const LENGTH_MIN: usize = 2;

/// What calls are counted within, whatever is packed.
const CALLS_BYTES: i32 = 12_000_000;

struct State {
    main: [u8; MAIN_SYMBOLS],
    length: [u8; LENGTH_SYMBOLS],
    recent: [usize; 3],
}

/// The codes of a block.
struct Block {
    main: Codes,
    length: Codes,
    /// For the lowest three bits of far distances, in blocks that spend a code on them.
    aligned: Option<Codes>,
}

/// Unpacks `length` bytes, at most [`CHUNK_BYTES`]; `None` if that is not what `bytes` are.
pub fn unpack(bytes: &[u8], length: usize) -> Option<Vec<u8>> {
    let mut state = State { main: [0; MAIN_SYMBOLS], length: [0; LENGTH_SYMBOLS], recent: [1; 3] };
    let mut bits = Bits::new(bytes, 0);
    let mut out = Vec::with_capacity(length);
    while out.len() < length {
        let kind = bits.number(3);
        let block_bytes = match bits.number(1) {
            1 => CHUNK_BYTES,
            _ => bits.number(16) as usize,
        };
        if block_bytes == 0 || block_bytes > length - out.len() || bits.is_past_the_end() {
            return None;
        }
        let end = out.len() + block_bytes;
        match kind {
            1 | 2 => {
                let block = state.codes(&mut bits, kind == 2)?;
                while out.len() < end {
                    state.step(&block, &mut bits, &mut out, end)?;
                }
            }
            3 => bits = state.stored(&bits, bytes, &mut out, block_bytes)?,
            _ => return None,
        }
    }
    restore_calls(&mut out);
    Some(out)
}

impl State {
    /// Reads the codes of a block; their lengths are told by how they differ from the block's before.
    fn codes(&mut self, bits: &mut Bits<'_>, has_aligned: bool) -> Option<Block> {
        let aligned = match has_aligned {
            true => Some(Codes::new(&std::array::from_fn::<u8, 8, _>(|_| bits.number(3) as u8))?),
            false => None,
        };
        let (literals, copies) = self.main.split_at_mut(LITERALS);
        read_lengths(bits, literals)?;
        read_lengths(bits, copies)?;
        read_lengths(bits, &mut self.length)?;
        Some(Block { main: Codes::new(&self.main)?, length: Codes::new(&self.length)?, aligned })
    }

    /// One literal or one copy.
    fn step(&mut self, block: &Block, bits: &mut Bits<'_>, out: &mut Vec<u8>, end: usize) -> Option<()> {
        let symbol = usize::from(bits.symbol(&block.main)?);
        if bits.is_past_the_end() {
            return None;
        }
        if let Ok(literal) = u8::try_from(symbol) {
            out.push(literal);
            return Some(());
        }
        let (slot, mut count) = ((symbol - LITERALS) / 8, (symbol - LITERALS) % 8);
        if count == 7 {
            count += usize::from(bits.symbol(&block.length)?);
        }
        let count = count + LENGTH_MIN;
        match slot {
            0..3 => self.recent.swap(0, slot),
            _ => {
                let distance = distance(slot, block, bits)?;
                self.recent = [distance, self.recent[0], self.recent[1]];
            }
        }
        if self.recent[0] > out.len() || self.recent[0] == 0 || count > end - out.len() {
            return None;
        }
        copy_back(out, self.recent[0], count);
        Some(())
    }

    /// A block that is not packed: three distances, then bytes, from the next whole word. Tells where the bits go on.
    fn stored<'b>(
        &mut self,
        bits: &Bits<'_>,
        bytes: &'b [u8],
        out: &mut Vec<u8>,
        length: usize,
    ) -> Option<Bits<'b>> {
        let at = bits.next_word();
        for (n, recent) in self.recent.iter_mut().enumerate() {
            *recent = crate::fields::u32_le(bytes, at + n * 4) as usize;
        }
        out.extend(bytes.get(at + 12..)?.get(..length)?);
        Some(Bits::new(bytes, at + 12 + length.next_multiple_of(2)))
    }
}

/// A distance that is not one of the recent three. Each pair of slots spans twice what the pair before did.
fn distance(slot: usize, block: &Block, bits: &mut Bits<'_>) -> Option<usize> {
    let extra_bits = (slot / 2).saturating_sub(1) as u32;
    let base = if slot < 4 { slot } else { (2 + slot % 2) << extra_bits };
    let extra = match &block.aligned {
        Some(aligned) if extra_bits >= 3 => {
            let high = bits.number(extra_bits - 3) << 3;
            high | u32::from(bits.symbol(aligned)?)
        }
        _ => bits.number(extra_bits),
    };
    // Slots below 3 are the recent distances, and the nearest other distance is 1.
    Some(base + extra as usize - 2)
}

/// Reads lengths of codes, told by their difference to what they were, in a code of its own.
fn read_lengths(bits: &mut Bits<'_>, lengths: &mut [u8]) -> Option<()> {
    let code = Codes::new(&std::array::from_fn::<u8, 20, _>(|_| bits.number(4) as u8))?;
    let less = |length: u8, by: u16| ((u16::from(length) + 17 - by) % 17) as u8;
    let mut at = 0;
    while at < lengths.len() {
        let (count, length) = match bits.symbol(&code)? {
            by @ 0..17 => (1, less(lengths[at], by)),
            17 => (4 + bits.number(4) as usize, 0),
            18 => (20 + bits.number(5) as usize, 0),
            _ => {
                let count = 4 + bits.number(1) as usize;
                let by = bits.symbol(&code)?;
                if by > 16 {
                    return None;
                }
                (count, less(lengths[at], by))
            }
        };
        // A run may be written longer than there is room for.
        let end = (at + count).min(lengths.len());
        lengths[at..end].fill(length);
        at = end;
    }
    Some(())
}

/// Makes the targets of calls relative again. The last ten bytes were left alone.
fn restore_calls(bytes: &mut [u8]) {
    let mut at = 0;
    while at + 10 < bytes.len() {
        if bytes[at] != 0xe8 {
            at += 1;
            continue;
        }
        let place = at as i32;
        let target = i32::from_le_bytes(bytes[at + 1..at + 5].try_into().expect("four bytes"));
        if (-place..CALLS_BYTES).contains(&target) {
            let relative = if target >= 0 { target - place } else { target + CALLS_BYTES };
            bytes[at + 1..at + 5].copy_from_slice(&relative.to_le_bytes());
        }
        at += 5;
    }
}
