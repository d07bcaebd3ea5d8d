//! Marvin32, the keyed checksum that guards the entries of a transaction log.

use crate::windows::little_endian::u32_at;

/// The key that Windows uses for its logs, as a number: in memory its bytes stand the other way round.
const LOG_SEED: u64 = 0x82ef_4d88_7a4e_55c5;

/// The checksum of `bytes` as a log stores it.
pub fn of_log(bytes: &[u8]) -> u64 {
    of(LOG_SEED, bytes)
}

fn of(seed: u64, bytes: &[u8]) -> u64 {
    let mut state = State { low: seed as u32, high: (seed >> 32) as u32 };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: u64) {
        assert_eq!(of(0x004f_b61a_001b_dbcc, bytes), expected, "{bytes:x?}");
    }

    #[test]
    fn the_checksum_is_the_one_that_its_makers_publish() {
        check(&[], 0x30ed_35c1_00cd_3c7d);
        check(&[0xaf], 0x48e7_3fc7_7d75_ddc1);
        check(&[0xe7, 0x0f], 0xb5f6_e1fc_485d_bff8);
        check(&[0x37, 0xf4, 0x95], 0xf0b0_7c78_9b8c_f7e8);
        check(&[0x86, 0x42, 0xdc, 0x59], 0x7008_f2e8_7e9c_f556);
        check(&[0x15, 0x3f, 0xb7, 0x98, 0x26], 0xe6c0_8c6d_a2af_a997);
    }
}
