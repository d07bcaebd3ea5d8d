//! Sets of blocks of the scanned file, such as those that are not all zero: a bit each, kept for leaves that have one.

use std::ops::Range;

use disk::content_id::LEAF_BYTES;

use crate::scan::BLOCK_BYTES;

const BLOCKS_A_LEAF: usize = LEAF_BYTES as usize / BLOCK_BYTES;

/// The blocks of one leaf.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bits([u64; BLOCKS_A_LEAF / 64]);

impl Bits {
    pub const NONE: Bits = Bits([0; BLOCKS_A_LEAF / 64]);

    pub fn set(&mut self, block: usize) {
        self.0[block / 64] |= 1 << (block % 64);
    }

    fn has(&self, block: usize) -> bool {
        self.0[block / 64] & 1 << (block % 64) != 0
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

/// A set of blocks of a whole file.
#[derive(Debug, Default)]
pub struct Blocks {
    /// By the number of the leaf, in order.
    leaves: Vec<(u64, Bits)>,
}

impl Blocks {
    /// Leaves come in the order of their numbers.
    pub fn of(leaves: impl Iterator<Item = (u64, Bits)>) -> Blocks {
        Blocks { leaves: leaves.filter(|(_, bits)| *bits != Bits::NONE).collect() }
    }

    /// Whether the block at `offset` is one of them.
    pub fn has(&self, offset: u64) -> bool {
        let found = self.leaves.binary_search_by_key(&(offset / LEAF_BYTES), |(leaf, _)| *leaf);
        found.is_ok_and(|place| self.leaves[place].1.has((offset % LEAF_BYTES) as usize / BLOCK_BYTES))
    }

    /// How many of them lie wholly in `[from, to)`, and where the first of those begins.
    pub fn count(&self, from: u64, to: u64) -> (u64, Option<u64>) {
        let block = BLOCK_BYTES as u64;
        let (from, to) = (from.div_ceil(block), to / block);
        let per_leaf = BLOCKS_A_LEAF as u64;
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
        let blocks = Blocks::of([(0, first), (1, Bits::NONE), (2, third)].into_iter());
        let check = |from: u64, to: u64, count, at: Option<u64>| {
            assert_eq!(blocks.count(from * 4096, to * 4096), (count, at.map(|at| at * 4096)), "{from}..{to}");
        };
        check(0, 4096, 5, Some(0));
        check(1, 64, 1, Some(63));
        check(1, 65, 2, Some(63));
        check(64, 1023, 1, Some(64));
        check(65, 1023, 0, None);
        check(1023, 2054, 2, Some(1023));
        check(1024, 2053, 0, None);
        check(9, 5, 0, None);
        assert_eq!(blocks.count(1, 8191), (0, None), "neither block lies wholly there");
        assert_eq!(blocks.count(0, u64::MAX), (5, Some(0)));
        for (block, has) in
            [(0, true), (1, false), (63, true), (1023, true), (1024, false), (2053, true), (9000, false)]
        {
            assert_eq!(
                (blocks.has(block * 4096), blocks.has(block * 4096 + 4095)),
                (has, has),
                "block {block}"
            );
        }
    }
}
