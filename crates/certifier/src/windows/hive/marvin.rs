//! Marvin32, the keyed checksum that guards the entries of a transaction log.

use crate::windows::little_endian::u32_at;

/// The key that Windows uses for its logs.
const LOG_SEED: u64 = 0xc555_4e7a_884d_ef82;

/// The checksum of `bytes` as a log stores it.
pub fn of_log(bytes: &[u8]) -> u64 {
    let mut state = State { low: LOG_SEED as u32, high: (LOG_SEED >> 32) as u32 };
    let words = bytes.chunks_exact(4);
    let rest = words.remainder();
    for word in words {
        state.take(u32_at(word, 0));
    }
    let mut last = [0; 4];
    last[..rest.len()].copy_from_slice(rest);
    last[rest.len()] = 0x80;
    state.take(u32::from_le_bytes(last));
    state.take(0);
    u64::from(state.high) << 32 | u64::from(state.low)
}

struct State {
    low: u32,
    high: u32,
}

impl State {
    fn take(&mut self, word: u32) {
        self.low = self.low.wrapping_add(word);
        self.high ^= self.low;
        self.low = self.low.rotate_left(20).wrapping_add(self.high);
        self.high = self.high.rotate_left(9) ^ self.low;
        self.low = self.low.rotate_left(27).wrapping_add(self.high);
        self.high = self.high.rotate_left(19);
    }
}
