//! Prefix codes and the bits that they are read from, as XPRESS and LZX have them: words of 16 bits, the highest first.

/// Codes up to this length are found in one step.
const QUICK_BITS: u32 = 10;
const CODE_BITS_MAX: usize = 16;

/// Bits on their way in. At least 16 are always at hand; those past the end are zero.
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    /// The next byte to be taken; it may lie past the end.
    at: usize,
    held: u32,
    count: u32,
}

impl<'a> Bits<'a> {
    pub fn new(bytes: &'a [u8], at: usize) -> Bits<'a> {
        let mut bits = Bits { bytes, at, held: 0, count: 0 };
        bits.fill();
        bits.fill();
        bits
    }

    /// Takes a word, for which there is room.
    fn fill(&mut self) {
        let word = u32::from(self.take(2) as u16);
        self.held |= word << (16 - self.count);
        self.count += 16;
    }

    /// The next 16 bits.
    fn peek(&self) -> u32 {
        self.held >> 16
    }

    /// Drops at most 16 bits.
    fn skip(&mut self, count: u32) {
        self.held <<= count;
        self.count -= count;
        if self.count < 16 {
            self.fill();
        }
    }

    /// A number of at most 16 bits.
    pub fn number(&mut self, bits: u32) -> u32 {
        let number = (u64::from(self.held) << bits >> 32) as u32;
        self.skip(bits);
        number
    }

    /// The next symbol of a code; `None` if no code begins like this.
    pub fn symbol(&mut self, codes: &Codes) -> Option<u16> {
        let (symbol, length) = codes.first_of(self.peek())?;
        self.skip(length);
        Some(symbol)
    }

    /// A number of one, two or four whole bytes, which stand after the words taken so far.
    pub fn take(&mut self, bytes: usize) -> u32 {
        let mut number = [0; 4];
        for place in number.iter_mut().take(bytes) {
            *place = self.bytes.get(self.at).copied().unwrap_or(0);
            self.at += 1;
        }
        u32::from_le_bytes(number)
    }

    /// Whether bits were taken that are not there; a little past the end is the way of some packers.
    pub fn is_past_the_end(&self) -> bool {
        self.at > self.bytes.len() + 8
    }

    /// Where the next word begins that no bit was taken of; at its border, the one after.
    pub fn next_word(&self) -> usize {
        // At least the two words of the beginning were taken, and `count` is at most theirs.
        let taken_bits = self.at * 8 - self.count as usize;
        (taken_bits / 16 + 1) * 2
    }
}

/// A prefix code, told by the length of each symbol's.
pub(super) struct Codes {
    /// By the next bits: a symbol and the length of its code; zero where that is longer.
    quick: Vec<u16>,
    /// By length: where codes of it end among all that 16 bits can be, where they begin, and their first symbol's place.
    ranges: [(u32, u32, u32); CODE_BITS_MAX + 1],
    /// The symbols in the order of their codes.
    symbols: Vec<u16>,
}

impl Codes {
    /// The code of fewer than 2^12 symbols whose codes have these lengths, 0 for none; `None` if there are more codes
    /// than can be. Too few are no fault: a code that is not there is noticed when it comes up.
    pub fn new(lengths: &[u8]) -> Option<Codes> {
        let mut counts = [0u32; CODE_BITS_MAX + 1];
        for length in lengths {
            *counts.get_mut(usize::from(*length))? += 1;
        }
        let mut ranges = [(0, 0, 0); CODE_BITS_MAX + 1];
        let (mut code, mut place) = (0u32, 0u32);
        for length in 1..=CODE_BITS_MAX {
            let end = code + (counts[length] << (CODE_BITS_MAX - length));
            if end > 1 << CODE_BITS_MAX {
                return None;
            }
            ranges[length] = (end, code, place);
            place += counts[length];
            code = end;
        }
        let mut symbols = vec![0; place as usize];
        let mut next = ranges.map(|(_, _, place)| place as usize);
        for (symbol, length) in lengths.iter().enumerate().filter(|(_, length)| **length > 0) {
            let place = &mut next[usize::from(*length)];
            symbols[*place] = symbol as u16;
            *place += 1;
        }
        let mut codes = Codes { quick: vec![0; 1 << QUICK_BITS], ranges, symbols };
        codes.fill_quick();
        Some(codes)
    }

    fn fill_quick(&mut self) {
        for length in 1..=QUICK_BITS {
            let (end, first, place) = self.ranges[length as usize];
            let width = 1usize << (QUICK_BITS - length);
            let from = (first >> (CODE_BITS_MAX as u32 - QUICK_BITS)) as usize;
            let count = (end - first) >> (CODE_BITS_MAX as u32 - length);
            for n in 0..count as usize {
                let entry = self.symbols[place as usize + n] << 4 | length as u16;
                self.quick[from + n * width..from + (n + 1) * width].fill(entry);
            }
        }
    }

    /// The symbol whose code these 16 bits begin with, and the code's length.
    fn first_of(&self, bits: u32) -> Option<(u16, u32)> {
        let entry = self.quick[(bits >> (CODE_BITS_MAX as u32 - QUICK_BITS)) as usize];
        if entry != 0 {
            return Some((entry >> 4, u32::from(entry & 15)));
        }
        (QUICK_BITS..=CODE_BITS_MAX as u32).find_map(|length| {
            let (end, first, place) = self.ranges[length as usize];
            let n = bits.checked_sub(first).filter(|_| bits < end)? >> (CODE_BITS_MAX as u32 - length);
            Some((self.symbols[(place + n) as usize], length))
        })
    }
}

/// Copies what began `distance` bytes before the end, which may run into what is being written. The caller has checked
/// that there is as much, and bounds `length`.
pub(super) fn copy_back(out: &mut Vec<u8>, distance: usize, length: usize) {
    let from = out.len() - distance;
    if distance >= length {
        out.extend_from_within(from..from + length);
    } else {
        (from..from + length).for_each(|at| out.push(out[at]));
    }
}
