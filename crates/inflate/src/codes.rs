//! Tables that tell, by the next bits of a stream, what is coded there.
//!
//! A table has an entry for each value of the next so many bits. A longer code has a further table for the bits after these, behind
//! the first one. An entry holds all that a step needs, in 32 bits:
//!
//! - 0 to 7: how many bits this takes, those that follow the code too;
//! - 8 to 11: how many of them are the code;
//! - 12 to 15: what it is;
//! - 16 to 31: the literal, the least length or distance, or where the further table begins.

use crate::Damage;

pub type Entry = u32;

pub const LITERAL: Entry = 1 << 15;
/// Neither a literal nor a length or distance: one of the two that follow, or no code at all.
pub const SPECIAL: Entry = 1 << 14;
/// Where a further table begins. Bits 8 to 11 tell how many bits it is for.
pub const FURTHER: Entry = 1 << 13;
/// The end of the block.
pub const END: Entry = 1 << 12;
const NOTHING: Entry = SPECIAL;
const VALUE_SHIFT: u32 = 16;

/// The longest code.
const CODE_BITS_MAX: usize = 15;
const LITERALS: usize = 288;
const DISTANCES: usize = 32;
/// What a stream may define: the last two of each mean nothing.
pub const LITERALS_MAX: usize = 286;
pub const DISTANCES_MAX: usize = 30;
/// A stream first defines the lengths of the codes that its lengths of codes are written in.
pub const LENGTHS: usize = 19;

pub const LITERAL_BITS: usize = 11;
pub const DISTANCE_BITS: usize = 8;
pub const LENGTH_BITS: usize = 7;

/// What is coded in one way.
pub struct Codes {
    /// By how many bits the first table is looked up.
    table_bits: usize,
    /// The entries of all that can be coded, without their codes.
    meanings: &'static [Entry],
    /// Whether there may be a single code of one bit, and the other bit be none.
    may_be_alone: bool,
}

pub const LITERAL_CODES: Codes =
    Codes { table_bits: LITERAL_BITS, meanings: &LITERAL_MEANINGS, may_be_alone: true };
pub const DISTANCE_CODES: Codes =
    Codes { table_bits: DISTANCE_BITS, meanings: &DISTANCE_MEANINGS, may_be_alone: true };
pub const LENGTH_CODES: Codes =
    Codes { table_bits: LENGTH_BITS, meanings: &LENGTH_MEANINGS, may_be_alone: false };

/// The most entries that any 288 codes need after 11 bits, and any 32 after 8. They are known from trying all, as zlib's `enough` does.
pub const LITERAL_ENTRIES: usize = 2342;
pub const DISTANCE_ENTRIES: usize = 402;

/// Literals, the end and lengths.
const LITERAL_MEANINGS: [Entry; LITERALS] = {
    let mut meanings = [NOTHING; LITERALS];
    let mut n = 0;
    while n < 256 {
        meanings[n] = LITERAL | (n as Entry) << VALUE_SHIFT;
        n += 1;
    }
    meanings[256] = SPECIAL | END;
    let mut least = 3;
    let mut n = 0;
    while n < 28 {
        let more_bits = if n < 8 { 0 } else { n as Entry / 4 - 1 };
        meanings[257 + n] = least << VALUE_SHIFT | more_bits;
        least += 1 << more_bits;
        n += 1;
    }
    // The longest has a code of its own, though the one before could tell it.
    meanings[285] = 258 << VALUE_SHIFT;
    meanings
};

const DISTANCE_MEANINGS: [Entry; DISTANCES] = {
    let mut meanings = [NOTHING; DISTANCES];
    let mut least = 1;
    let mut n = 0;
    while n < DISTANCES_MAX {
        let more_bits = if n < 4 { 0 } else { n as Entry / 2 - 1 };
        meanings[n] = least << VALUE_SHIFT | more_bits;
        least += 1 << more_bits;
        n += 1;
    }
    meanings
};

const LENGTH_MEANINGS: [Entry; LENGTHS] = {
    let mut meanings = [0; LENGTHS];
    let mut n = 0;
    while n < LENGTHS {
        meanings[n] = (n as Entry) << VALUE_SHIFT;
        n += 1;
    }
    meanings
};

/// How many bits an entry takes.
pub const fn bits(entry: Entry) -> u8 {
    entry as u8
}

/// How many bits of those are its code; for [`FURTHER`], how many its table is for.
pub const fn code_bits(entry: Entry) -> u8 {
    (entry >> 8) as u8 & 15
}

pub const fn value(entry: Entry) -> usize {
    (entry >> VALUE_SHIFT) as usize
}

impl Codes {
    /// Fills a first table, and the further ones behind it, for codes of these lengths; 0 is no code.
    pub fn fill(&self, table: &mut [Entry], lengths: &[u8]) -> Result<(), Damage> {
        let mut counts = [0; CODE_BITS_MAX + 1];
        lengths.iter().for_each(|length| counts[usize::from(*length)] += 1);
        counts[0] = 0;
        self.check(&counts)?;
        let mut sorted = [0; LITERALS];
        let mut codes = sort(lengths, &counts, &mut sorted).iter().copied();
        let mut code = self.fill_first(table, &counts, &mut codes);

        // Codes are in order, so those that share their first bits follow one another.
        let mut table_end = 1 << self.table_bits;
        let (mut prefix, mut begin) = (usize::MAX, 0);
        for length in self.table_bits + 1..=CODE_BITS_MAX {
            let rest_bits = length - self.table_bits;
            code <<= 1;
            for (left, symbol) in (1..=counts[length]).rev().zip(&mut codes) {
                let reversed = reversed(code, length);
                let first = reversed & ((1 << self.table_bits) - 1);
                if first != prefix {
                    let width = width(rest_bits, left, &counts[length + 1..]);
                    (prefix, begin) = (first, table_end);
                    table_end += 1 << width;
                    let place = (begin as Entry) << VALUE_SHIFT | (width as Entry) << 8;
                    table[first] = SPECIAL | FURTHER | place | self.table_bits as Entry;
                }
                let entry = self.meanings[usize::from(symbol)] + takes(rest_bits);
                let further = &mut table[begin + (reversed >> self.table_bits)..table_end];
                further.iter_mut().step_by(1 << rest_bits).for_each(|place| *place = entry);
                code += 1;
            }
        }
        Ok(())
    }

    /// Fills the first table with the codes that fit it, and gives what comes after the last of them.
    fn fill_first(
        &self,
        table: &mut [Entry],
        counts: &[usize; CODE_BITS_MAX + 1],
        codes: &mut impl Iterator<Item = u16>,
    ) -> u16 {
        let mut code = 0;
        table[0] = NOTHING;
        for length in 1..=self.table_bits {
            // Each further bit doubles the table: what is known by fewer stands in both halves.
            table.copy_within(..1 << (length - 1), 1 << (length - 1));
            code <<= 1;
            for _ in 0..counts[length] {
                let Some(symbol) = codes.next() else { return code };
                table[reversed(code, length)] = self.meanings[usize::from(symbol)] + takes(length);
                code += 1;
            }
        }
        code
    }

    /// Codes must be told apart by their bits, and all bits must be a code, unless there are next to none.
    fn check(&self, counts: &[usize; CODE_BITS_MAX + 1]) -> Result<(), Damage> {
        let free =
            (1..=CODE_BITS_MAX).try_fold(1_usize, |free, length| (free * 2).checked_sub(counts[length]));
        let most = if self.may_be_alone { 1 } else { 0 };
        let are_few = counts[1] <= most && counts[2..].iter().all(|count| *count == 0);
        match free {
            Some(0) => Ok(()),
            Some(_) if are_few => Ok(()),
            _ => Err(Damage::Other("the codes of a packed block contradict each other")),
        }
    }
}

/// The symbols that have a code, by its length and by themselves.
fn sort<'s>(
    lengths: &[u8],
    counts: &[usize; CODE_BITS_MAX + 1],
    sorted: &'s mut [u16; LITERALS],
) -> &'s [u16] {
    let mut places = [0; CODE_BITS_MAX + 1];
    for length in 1..CODE_BITS_MAX {
        places[length + 1] = places[length] + counts[length];
    }
    for (symbol, length) in (0..).zip(lengths).filter(|(_, length)| **length > 0) {
        let place = &mut places[usize::from(*length)];
        sorted[*place] = symbol;
        *place += 1;
    }
    &sorted[..places[CODE_BITS_MAX]]
}

/// How many bits a further table is for, whose first code has `bits` more than fit the first table: as many as fill it. `left` codes of
/// that length are left, and `counts` tells how many there are of each longer one.
fn width(bits: usize, left: usize, counts: &[usize]) -> usize {
    let mut free = (1_usize << bits).saturating_sub(left);
    let mut width = bits;
    for count in counts {
        if free == 0 {
            break;
        }
        width += 1;
        free = (free * 2).saturating_sub(*count);
    }
    width
}

/// A code with its bits in the order in which they come.
fn reversed(code: u16, length: usize) -> usize {
    usize::from(code.reverse_bits() >> (16 - length))
}

/// What a code of this length adds to its meaning.
fn takes(length: usize) -> Entry {
    length as Entry * 0x101
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Lengths of a full set of codes: one bit pattern, split in two again and again.
    fn full_sets(most: usize) -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 1..most - 1).prop_map(|splits| {
            let mut lengths = vec![1, 1];
            for (place, is_deep) in splits {
                let places: Vec<usize> = (0..lengths.len()).filter(|at| lengths[*at] < 15).collect();
                if places.is_empty() {
                    break;
                }
                // Deep sets need the most room.
                let deepest = places.iter().max_by_key(|at| lengths[**at]);
                let place = if is_deep { *deepest.expect("some are left") } else { *place.get(&places) };
                lengths[place] += 1;
                lengths.push(lengths[place]);
            }
            lengths
        })
    }

    /// What a reader that knows no tables finds: the code bit by bit.
    fn plain(lengths: &[u8], bits: u64) -> Option<(usize, usize)> {
        let (mut code, mut first) = (0_usize, 0_usize);
        for length in 1..=CODE_BITS_MAX {
            code = code << 1 | (bits >> (length - 1) & 1) as usize;
            let of_length: Vec<usize> =
                (0..lengths.len()).filter(|at| usize::from(lengths[*at]) == length).collect();
            if let Some(symbol) = code.checked_sub(first).and_then(|place| of_length.get(place)) {
                return Some((*symbol, length));
            }
            first = (first + of_length.len()) << 1;
        }
        None
    }

    fn by_table(table: &[Entry], table_bits: usize, bits: u64) -> (Entry, usize) {
        let entry = table[(bits & ((1 << table_bits) - 1)) as usize];
        if entry & FURTHER == 0 {
            return (entry, code_bits(entry).into());
        }
        let rest = bits >> table_bits & ((1 << code_bits(entry)) - 1);
        let further = table[value(entry) + rest as usize];
        (further, table_bits + usize::from(code_bits(further)))
    }

    proptest! {
        #[test]
        fn a_table_tells_what_the_bits_tell_one_by_one(
            literals in full_sets(LITERALS_MAX), distances in full_sets(DISTANCES_MAX), all_bits in prop::collection::vec(any::<u64>(), 100),
        ) {
            let mut table = [0; LITERAL_ENTRIES];
            LITERAL_CODES.fill(&mut table, &literals).expect("a full set");
            let mut other = [0; DISTANCE_ENTRIES];
            DISTANCE_CODES.fill(&mut other, &distances).expect("a full set");
            for bits in all_bits {
                let (symbol, length) = plain(&literals, bits).expect("every pattern is a code");
                let (entry, taken) = by_table(&table, LITERAL_BITS, bits);
                prop_assert_eq!((entry >> 12, taken), (LITERAL_MEANINGS[symbol] >> 12, length));
                let (symbol, length) = plain(&distances, bits).expect("every pattern is a code");
                let (entry, taken) = by_table(&other, DISTANCE_BITS, bits);
                prop_assert_eq!((entry >> 12, taken), (DISTANCE_MEANINGS[symbol] >> 12, length));
            }
        }
    }

    #[test]
    fn lengths_and_distances_are_those_of_the_standard() {
        let number = |meaning: Entry| (value(meaning), bits(meaning));
        assert_eq!(
            LITERAL_MEANINGS[257..].iter().map(|meaning| number(*meaning)).collect::<Vec<_>>()[..29],
            [
                (3, 0),
                (4, 0),
                (5, 0),
                (6, 0),
                (7, 0),
                (8, 0),
                (9, 0),
                (10, 0),
                (11, 1),
                (13, 1),
                (15, 1),
                (17, 1),
                (19, 2),
                (23, 2),
                (27, 2),
                (31, 2),
                (35, 3),
                (43, 3),
                (51, 3),
                (59, 3),
                (67, 4),
                (83, 4),
                (99, 4),
                (115, 4),
                (131, 5),
                (163, 5),
                (195, 5),
                (227, 5),
                (258, 0),
            ]
        );
        let ends = [0, 1, 3, 4, 5, 28, 29].map(|n| number(DISTANCE_MEANINGS[n]));
        assert_eq!(ends, [(1, 0), (2, 0), (4, 0), (5, 1), (7, 1), (16_385, 13), (24_577, 13)]);
    }

    #[test]
    fn codes_that_cannot_be_told_apart_or_leave_bits_over_are_refused() {
        let mut table = [0; LITERAL_ENTRIES];
        let mut check = |codes: &Codes, lengths: &[u8], is_good| {
            assert_eq!(codes.fill(&mut table, lengths).is_ok(), is_good, "{lengths:?}");
        };
        check(&LITERAL_CODES, &[1, 1], true);
        check(&LITERAL_CODES, &[1, 1, 1], false);
        check(&LITERAL_CODES, &[1, 2], false);
        check(&LITERAL_CODES, &[2], false);
        check(&LITERAL_CODES, &[0, 1], true);
        check(&DISTANCE_CODES, &[0; 30], true);
        check(&LENGTH_CODES, &[0, 1], false);
        check(&LENGTH_CODES, &[1, 2, 2], true);
    }
}
