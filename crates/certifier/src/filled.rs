//! Which blocks of the scanned file are not all zero: a bit each, kept for leaves that hold data.

use std::ops::Range;

use disk::content_id::LEAF_BYTES;

use crate::scan::BLOCK_BYTES;

const BLOCKS: usize = LEAF_BYTES as usize / BLOCK_BYTES;

/// The blocks of one leaf.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bits([u64; BLOCKS / 64]);

impl Bits {
    pub const NONE: Bits = Bits([0; BLOCKS / 64]);

    pub fn set(&mut self, block: usize) {
        self.0[block / 64] |= 1 << (block % 64);
    }

    fn count(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    fn first(&self) -> Option<usize> {
        let word = self.0.iter().position(|word| *word != 0)?;
        Some(word * 64 + self.0[word].trailing_zeros() as usize)
    }

    fn within(&self, range: Range<usize>) -> Bits {
        let mut within = Bits::NONE;
        let full = |count: usize| if count >= 64 { u64::MAX } else { (1 << count) - 1 };
        for (n, word) in self.0.iter().enumerate() {
            let (from, to) = (range.start.saturating_sub(n * 64), range.end.saturating_sub(n * 64));
            within.0[n] = word & full(to) & !full(from);
        }
        within
    }
}

/// What is filled in a whole file.
#[derive(Debug, Default)]
pub struct Filled {
    /// By the number of the leaf, in order.
    leaves: Vec<(u64, Bits)>,
}

impl Filled {
    /// Leaves come in the order of their numbers.
    pub fn of(leaves: impl Iterator<Item = (u64, Bits)>) -> Filled {
        Filled { leaves: leaves.filter(|(_, bits)| *bits != Bits::NONE).collect() }
    }

    /// How many blocks that lie wholly in `[from, to)` are not all zero, and where the first of them begins.
    pub fn count(&self, from: u64, to: u64) -> (u64, Option<u64>) {
        let block = BLOCK_BYTES as u64;
        let (from, to) = (from.div_ceil(block), to / block);
        let per_leaf = BLOCKS as u64;
        let start = self.leaves.partition_point(|(leaf, _)| (leaf + 1) * per_leaf <= from);
        let (mut count, mut first) = (0, None);
        for (leaf, bits) in self.leaves[start..].iter().take_while(|(leaf, _)| leaf * per_leaf < to) {
            let base = leaf * per_leaf;
            let inside = |at: u64| at.saturating_sub(base).min(per_leaf) as usize;
            let found = bits.within(inside(from)..inside(to));
            count += found.count();
            first = first.or(found.first().map(|n| (base + n as u64) * block));
        }
        (count, first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_counted_where_they_lie_wholly_within_a_range() {
        let mut first = Bits::NONE;
        [0, 63, 64, 1023].into_iter().for_each(|block| first.set(block));
        let mut third = Bits::NONE;
        third.set(5);
        let filled = Filled::of([(0, first), (1, Bits::NONE), (2, third)].into_iter());
        let check = |from: u64, to: u64, count, at: Option<u64>| {
            assert_eq!(filled.count(from * 4096, to * 4096), (count, at.map(|at| at * 4096)), "{from}..{to}");
        };
        check(0, 4096, 5, Some(0));
        check(1, 64, 1, Some(63));
        check(1, 65, 2, Some(63));
        check(64, 1023, 1, Some(64));
        check(65, 1023, 0, None);
        check(1023, 2054, 2, Some(1023));
        check(1024, 2053, 0, None);
        check(9, 5, 0, None);
        assert_eq!(filled.count(1, 8191), (0, None), "neither block lies wholly there");
        assert_eq!(filled.count(0, u64::MAX), (5, Some(0)));
    }
}
