//! How libFuzzer and the bodies of `hostile` come together.

pub use libfuzzer_sys;

use hostile::bodies::{self, Body};
use hostile::specimen::{self, MORE, RECORD_BYTES, UNSEALED};

/// A fuzzer whose inputs are any bytes.
#[macro_export]
macro_rules! bytes {
    ($name:literal) => {
        $crate::libfuzzer_sys::fuzz_target!(|input: &[u8]| ($crate::body($name).run)(input));
    };
}

/// A fuzzer whose inputs are records of changes to images.
#[macro_export]
macro_rules! images {
    ($name:literal) => {
        $crate::libfuzzer_sys::fuzz_target!(|input: &[u8]| ($crate::body($name).run)(input));
        $crate::libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            $crate::mutate($name, data, size, max_size, seed)
        });
    };
}

/// The body of this name.
pub fn body(name: &str) -> &'static Body {
    bodies::named(name).expect("every fuzzer has a body")
}

/// Numbers that are random enough, from libFuzzer's seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound.max(1)
    }
}

/// What tends to be wrong: ends, and what lies just beyond them.
const NUMBERS: [u32; 20] = [
    0,
    1,
    2,
    3,
    4,
    7,
    8,
    16,
    0x20,
    0x7f,
    0x80,
    0xff,
    0x100,
    0x7fff,
    0x8000,
    0xffff,
    0x1_0000,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
];

/// Changes an input record by record, so that one change does not shift the meaning of all that follow. Every fourth time libFuzzer
/// does as it likes.
pub fn mutate(name: &str, data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut dice = Dice(u64::from(seed) << 1 | 1);
    dice.below(1);
    if size == 0 || dice.below(4) == 0 {
        return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
    }
    let mut input = data[..size].to_vec();
    input.truncate(1 + (size - 1) / RECORD_BYTES * RECORD_BYTES);
    let records = (input.len() - 1) / RECORD_BYTES;
    let chosen = 1 + dice.below(records) * RECORD_BYTES;
    match dice.below(8) {
        0 => input[0] = dice.below(16) as u8 | [UNSEALED, MORE, 0, 0, 0, 0, 0, 0][dice.below(8)],
        1 if records > 0 => drop(input.drain(chosen..chosen + RECORD_BYTES)),
        2 | 3 if records > 0 => value(&mut input[chosen + 4..chosen + 8], &mut dice),
        4 if records > 0 => {
            let place = u32::from_le_bytes([input[chosen], input[chosen + 1], input[chosen + 2], 0]);
            let step = [1, 2, 4, 8, 16, 24, 32, 64, 256, 512, 1024, 4096][dice.below(12)];
            let place = if dice.below(2) == 0 { place.wrapping_add(step) } else { place.wrapping_sub(step) };
            input[chosen..chosen + 3].copy_from_slice(&place.to_le_bytes()[..3]);
        }
        5 if records > 0 => input[chosen + 3] = dice.below(8) as u8,
        _ => {
            let mut record = [0; RECORD_BYTES];
            let place = place(name, input[0], &mut dice);
            record[..3].copy_from_slice(&place.to_le_bytes()[..3]);
            record[3] = dice.below(8) as u8;
            value(&mut record[4..], &mut dice);
            input.extend(record);
        }
    }
    let length = input.len().min(max_size);
    data[..length].copy_from_slice(&input[..length]);
    length
}

fn value(into: &mut [u8], dice: &mut Dice) {
    let number = match dice.below(4) {
        0 => dice.below(256) as u32,
        1 => dice.below(1 << 16) as u32,
        2 => dice.below(1 << 32) as u32,
        _ => NUMBERS[dice.below(NUMBERS.len())].wrapping_add([0, 0, 1, u32::MAX][dice.below(4)]),
    };
    into.copy_from_slice(&number.to_le_bytes());
}

/// A place to change: mostly one where something stands, since much of what is there is room.
fn place(name: &str, choice: u8, dice: &mut Dice) -> u32 {
    let Some(specimens) = body(name).specimens else { return dice.below(1 << 24) as u32 };
    let specimen = specimen::chosen(specimens(), choice);
    let mut place = dice.below(specimen.places());
    for _ in 0..6 {
        if specimen.byte(place) != 0 {
            break;
        }
        place = dice.below(specimen.places());
    }
    place as u32
}
