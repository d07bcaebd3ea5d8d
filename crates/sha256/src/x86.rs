//! Two messages in step, by the SHA instructions of x86: while one of them waits for a result, the other is worked on.

use std::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_extract_epi32, _mm_set_epi32, _mm_set_epi64x,
    _mm_setzero_si128, _mm_sha256msg1_epu32, _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi8,
    _mm_shuffle_epi32,
};

use super::{Block, State};

/// The constants of the 64 rounds, by FIPS 180-4.
const ROUNDS: [u32; 64] = [
    0x428a_2f98,
    0x7137_4491,
    0xb5c0_fbcf,
    0xe9b5_dba5,
    0x3956_c25b,
    0x59f1_11f1,
    0x923f_82a4,
    0xab1c_5ed5,
    0xd807_aa98,
    0x1283_5b01,
    0x2431_85be,
    0x550c_7dc3,
    0x72be_5d74,
    0x80de_b1fe,
    0x9bdc_06a7,
    0xc19b_f174,
    0xe49b_69c1,
    0xefbe_4786,
    0x0fc1_9dc6,
    0x240c_a1cc,
    0x2de9_2c6f,
    0x4a74_84aa,
    0x5cb0_a9dc,
    0x76f9_88da,
    0x983e_5152,
    0xa831_c66d,
    0xb003_27c8,
    0xbf59_7fc7,
    0xc6e0_0bf3,
    0xd5a7_9147,
    0x06ca_6351,
    0x1429_2967,
    0x27b7_0a85,
    0x2e1b_2138,
    0x4d2c_6dfc,
    0x5338_0d13,
    0x650a_7354,
    0x766a_0abb,
    0x81c2_c92e,
    0x9272_2c85,
    0xa2bf_e8a1,
    0xa81a_664b,
    0xc24b_8b70,
    0xc76c_51a3,
    0xd192_e819,
    0xd699_0624,
    0xf40e_3585,
    0x106a_a070,
    0x19a4_c116,
    0x1e37_6c08,
    0x2748_774c,
    0x34b0_bcb5,
    0x391c_0cb3,
    0x4ed8_aa4a,
    0x5b9c_ca4f,
    0x682e_6ff3,
    0x748f_82ee,
    0x78a5_636f,
    0x84c8_7814,
    0x8cc7_0208,
    0x90be_fffa,
    0xa450_6ceb,
    0xbef9_a3f7,
    0xc671_78f2,
];

/// Whether this processor has what [`in_step`] and all that it calls are compiled for.
pub fn is_here() -> bool {
    is_x86_feature_detected!("sha") && is_x86_feature_detected!("avx")
}

/// Takes equally many blocks of two messages. Panics where [`is_here`] says no.
pub fn take_both(states: [&mut State; 2], blocks: [&[Block]; 2]) {
    assert!(is_here(), "the processor has these instructions");
    #[expect(unsafe_code, reason = "the processor was asked just now")]
    unsafe {
        in_step(states, blocks);
    }
}

/// One register for each of the two messages.
type Pair = [__m128i; 2];

#[target_feature(enable = "sha,avx")]
fn in_step(states: [&mut State; 2], blocks: [&[Block]; 2]) {
    let [mut abef, mut cdgh] = packed([&*states[0], &*states[1]]);
    #[expect(clippy::needless_range_loop, reason = "the compiler makes a faster loop of it, by a twentieth")]
    for at in 0..blocks[0].len().min(blocks[1].len()) {
        let before = (abef, cdgh);
        let mut words = [[_mm_setzero_si128(); 2]; 4];
        for (quarter, words) in words.iter_mut().enumerate() {
            for message in 0..2 {
                words[message] = load(&blocks[message][at], quarter);
            }
        }
        // Written out, because only then does the compiler keep all words in registers.
        macro_rules! turns {
            ($($turn:literal)*) => {$(
                if $turn >= 4 {
                    schedule(&mut words, $turn % 4);
                }
                four_rounds(&mut abef, &mut cdgh, &words[$turn % 4], $turn);
            )*};
        }
        turns!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
        for message in 0..2 {
            abef[message] = _mm_add_epi32(abef[message], before.0[message]);
            cdgh[message] = _mm_add_epi32(cdgh[message], before.1[message]);
        }
    }
    for (message, state) in states.into_iter().enumerate() {
        *state = unpacked(abef[message], cdgh[message]);
    }
}

/// Sixteen bytes of a block, as four words with their first byte highest.
#[inline]
#[target_feature(enable = "sha,avx")]
fn load(block: &Block, quarter: usize) -> __m128i {
    let (halves, _) = block.as_chunks();
    let half = |number: usize| i64::from_le_bytes(halves[number]);
    let bytes = _mm_set_epi64x(half(2 * quarter + 1), half(2 * quarter));
    _mm_shuffle_epi8(bytes, _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203))
}

#[inline]
#[target_feature(enable = "sha,avx")]
fn four_rounds(abef: &mut Pair, cdgh: &mut Pair, words: &Pair, turn: usize) {
    let constant = |number: usize| ROUNDS[4 * turn + number].cast_signed();
    let constants = _mm_set_epi32(constant(3), constant(2), constant(1), constant(0));
    let mut sums = *words;
    for message in 0..2 {
        sums[message] = _mm_add_epi32(sums[message], constants);
        cdgh[message] = _mm_sha256rnds2_epu32(cdgh[message], abef[message], sums[message]);
        sums[message] = _mm_shuffle_epi32(sums[message], 0b1110);
    }
    for message in 0..2 {
        abef[message] = _mm_sha256rnds2_epu32(abef[message], cdgh[message], sums[message]);
    }
}

/// Puts the next four words of the schedule in the place of the oldest.
#[inline]
#[target_feature(enable = "sha,avx")]
fn schedule(words: &mut [Pair; 4], oldest: usize) {
    let [first, second, third, last] = [0, 1, 2, 3].map(|age| words[(oldest + age) % 4]);
    for message in 0..2 {
        let next = _mm_alignr_epi8(last[message], third[message], 4);
        let sum = _mm_add_epi32(_mm_sha256msg1_epu32(first[message], second[message]), next);
        words[oldest][message] = _mm_sha256msg2_epu32(sum, last[message]);
    }
}

/// The order in which the instructions want a state: words a, b, e, f in one register, c, d, g, h in the other.
#[inline]
#[target_feature(enable = "sha,avx")]
fn packed(states: [&State; 2]) -> [Pair; 2] {
    let mut pairs = [[_mm_setzero_si128(); 2]; 2];
    for (message, state) in states.into_iter().enumerate() {
        let [a, b, c, d, e, f, g, h] = state.map(u32::cast_signed);
        pairs[0][message] = _mm_set_epi32(a, b, e, f);
        pairs[1][message] = _mm_set_epi32(c, d, g, h);
    }
    pairs
}

#[inline]
#[target_feature(enable = "sha,avx")]
fn unpacked(abef: __m128i, cdgh: __m128i) -> State {
    let [a, b, e, f] = words(abef);
    let [c, d, g, h] = words(cdgh);
    [a, b, c, d, e, f, g, h]
}

/// The four words of a register, the highest first.
#[inline]
#[target_feature(enable = "sha,avx")]
fn words(register: __m128i) -> [u32; 4] {
    [
        _mm_extract_epi32(register, 3),
        _mm_extract_epi32(register, 2),
        _mm_extract_epi32(register, 1),
        _mm_extract_epi32(register, 0),
    ]
    .map(i32::cast_unsigned)
}
