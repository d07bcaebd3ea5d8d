//! The first stage of the search: four bytes of each anchor, looked for in its stead.
//!
//! The vector search of `aho_corasick::packed` compares the first four bytes of each pattern, by their halves, in eight buckets or
//! in sixteen. Sixteen cost twice the instructions. Eight are enough, if each anchor is looked for by the four of its bytes that
//! are rare on a disk, and shares a bucket with those that are like them: then hardly a byte has to be compared in full that is not
//! one of them. Which four, and which bucket, is worked out at the first search, in about two milliseconds.

use aho_corasick::{Span, packed};

use super::Anchor;

const FRAGMENT_BYTES: usize = 4;
const BUCKETS: usize = 8;
/// After so many rounds over all anchors, another one improves nothing.
const ROUNDS: usize = 4;
/// A fragment of fewer different bytes is a ruler or an indent.
const DIFFERENT_BYTES_MIN: usize = 3;

/// How often each byte stands among 65,536 bytes of a disk: counted over a Debian 12 with servers, compilers, TeX and Java, blocks of
/// zeros left out. No answer depends on it, only how soon it comes.
#[rustfmt::skip]
const SHARES: [u16; 256] = [
    20135, 920, 487, 313, 367, 271, 212, 170, 423, 263, 543, 121, 139, 115, 250, 566,
    284, 114, 99, 94, 100, 94, 70, 66, 164, 75, 64, 63, 75, 63, 63, 169,
    2885, 80, 143, 97, 438, 116, 89, 100, 275, 221, 131, 74, 275, 175, 298, 288,
    367, 312, 182, 142, 142, 129, 120, 99, 162, 155, 197, 146, 130, 168, 113, 58,
    161, 435, 182, 188, 319, 287, 124, 112, 989, 299, 59, 78, 370, 160, 149, 154,
    194, 60, 150, 236, 234, 128, 89, 75, 107, 112, 61, 93, 139, 103, 55, 465,
    112, 843, 218, 487, 479, 1288, 430, 259, 277, 737, 97, 139, 542, 352, 777, 705,
    433, 65, 788, 746, 1078, 414, 185, 126, 201, 219, 76, 99, 106, 109, 59, 125,
    151, 79, 62, 243, 207, 207, 65, 57, 83, 523, 42, 422, 75, 228, 55, 56,
    103, 49, 44, 58, 61, 47, 41, 45, 86, 48, 41, 41, 60, 43, 40, 45,
    82, 44, 40, 41, 51, 41, 53, 44, 65, 40, 42, 53, 52, 40, 42, 47,
    81, 44, 44, 42, 64, 52, 71, 57, 96, 54, 86, 54, 64, 68, 76, 69,
    197, 105, 80, 110, 94, 81, 78, 112, 73, 63, 46, 40, 75, 42, 49, 49,
    164, 87, 67, 45, 52, 41, 45, 47, 80, 45, 56, 53, 46, 48, 48, 71,
    102, 63, 77, 58, 75, 57, 59, 63, 273, 138, 51, 82, 72, 58, 62, 80,
    105, 54, 76, 77, 50, 46, 77, 72, 94, 62, 70, 111, 92, 102, 154, 1233,
];

type Fragment = [u8; FRAGMENT_BYTES];

/// The fragments of all anchors, ready to be looked for.
pub struct Fragments {
    searcher: packed::Searcher,
    /// By the number of the pattern: the anchors that hold it, and where in them it begins.
    holders: Vec<Vec<(usize, usize)>>,
}

impl Fragments {
    /// `None` where the processor has no vector instructions that serve.
    pub fn of(anchors: &[Anchor]) -> Option<Fragments> {
        let chosen = choose(anchors);
        let mut buckets: [Vec<Fragment>; BUCKETS] = Default::default();
        for Choice { fragment, bucket, .. } in &chosen {
            if !buckets[*bucket].contains(fragment) {
                buckets[*bucket].push(*fragment);
            }
        }
        // The library deals patterns out to its buckets as they come, one to each in turn. One that it has already goes where it is.
        let rows = 0..buckets.iter().map(Vec::len).max()?;
        let of_row = |row| buckets.iter().filter_map(move |bucket| bucket.get(row).or(bucket.first()));
        let patterns: Vec<Fragment> = rows.flat_map(of_row).copied().collect();
        let holds = |pattern: &Fragment| {
            let all = chosen.iter().enumerate();
            let holders = all.filter(|(_, choice)| choice.fragment == *pattern);
            holders.map(|(anchor, choice)| (anchor, choice.at)).collect()
        };
        let holders = patterns.iter().map(holds).collect();
        // By the number of patterns the library would take sixteen buckets. What asks it for eight is hidden in it and may go with a new
        // version: all works without, in more time.
        let mut config = packed::Config::new();
        config.heuristic_pattern_limits(false).only_teddy_fat(Some(false));
        let searcher = config.builder().extend(&patterns).build()?;
        Some(Fragments { searcher, holders })
    }

    /// Shows each anchor in `bytes` and where it begins to `found`, in the order of their fragments, and where the fragment begins.
    pub fn find(&self, bytes: &[u8], anchors: &[Anchor], mut found: impl FnMut(usize, usize, usize)) {
        let mut rest = Span::from(0..bytes.len());
        while let Some(hit) = self.searcher.find_in(bytes, rest) {
            for (anchor, at) in &self.holders[hit.pattern().as_usize()] {
                let Some(start) = hit.start().checked_sub(*at) else { continue };
                if bytes[start..].starts_with(&anchors[*anchor].bytes) {
                    found(*anchor, start, hit.start());
                }
            }
            // The next may overlap this one.
            rest.start = hit.start() + 1;
        }
    }
}

/// Where in an anchor its fragment begins, and the bucket that it is put in.
struct Choice {
    fragment: Fragment,
    at: usize,
    bucket: usize,
}

/// What passes a bucket: for each byte of a fragment, the halves of those that do.
#[derive(Clone, Copy, Default)]
struct Passes([(u16, u16); FRAGMENT_BYTES]);

impl Passes {
    fn with(mut self, fragment: Fragment) -> Passes {
        for ((low, high), byte) in self.0.iter_mut().zip(fragment) {
            *low |= 1 << (byte & 15);
            *high |= 1 << (byte >> 4);
        }
        self
    }

    /// The share of places on a disk that pass, as if its bytes followed one another by chance.
    fn share(&self) -> f64 {
        let of_byte = |(low, high): &(u16, u16)| {
            let bytes = (0..256).filter(|byte| low >> (byte & 15) & high >> (byte >> 4) & 1 != 0);
            bytes.map(|byte| f64::from(SHARES[byte])).sum::<f64>() / 65_536.0
        };
        self.0.iter().map(of_byte).product()
    }
}

/// Puts each anchor where it adds least to what passes, again and again while all others stay where they are.
fn choose(anchors: &[Anchor]) -> Vec<Choice> {
    let mut chosen: Vec<Option<Choice>> = anchors.iter().map(|_| None).collect();
    // Who can choose least chooses first.
    let mut order: Vec<usize> = (0..anchors.len()).collect();
    order.sort_by_key(|anchor| anchors[*anchor].bytes.len());
    for anchor in (0..ROUNDS).flat_map(|_| order.clone()) {
        chosen[anchor] = None;
        chosen[anchor] = best(&anchors[anchor].bytes, &chosen);
    }
    chosen.into_iter().flatten().collect()
}

fn best(anchor: &[u8], chosen: &[Option<Choice>]) -> Option<Choice> {
    let mut passes = [Passes::default(); BUCKETS];
    let mut filled = [0; BUCKETS];
    for other in chosen.iter().flatten() {
        passes[other.bucket] = passes[other.bucket].with(other.fragment);
        filled[other.bucket] += 1;
    }
    let before = passes.map(|passes| passes.share());
    let room = chosen.len().div_ceil(BUCKETS);
    let all = || anchor.array_windows::<FRAGMENT_BYTES>().copied().enumerate();
    let telling = all().filter(|(_, fragment)| is_telling(*fragment));
    let fragments: Vec<(usize, Fragment)> = telling.collect();
    let fragments = if fragments.is_empty() { all().collect() } else { fragments };
    let open = (0..BUCKETS).filter(|bucket| filled[*bucket] < room);
    let choices = open.flat_map(|bucket| fragments.iter().map(move |fragment| (bucket, fragment)));
    let added = |(bucket, (_, fragment)): &(usize, &(usize, Fragment))| {
        passes[*bucket].with(*fragment).share() - before[*bucket]
    };
    let (bucket, (at, fragment)) = choices.min_by(|one, other| added(one).total_cmp(&added(other)))?;
    Some(Choice { fragment: *fragment, at: *at, bucket })
}

/// Words of small letters and rulers are found in every text.
fn is_telling(fragment: Fragment) -> bool {
    let mut sorted = fragment;
    sorted.sort_unstable();
    let different = 1 + sorted.array_windows().filter(|[one, other]| one != other).count();
    different >= DIFFERENT_BYTES_MIN && !fragment.iter().all(u8::is_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::super::ANCHORS;
    use super::*;

    #[test]
    fn each_anchor_holds_the_fragment_that_is_looked_for_in_its_stead() {
        let chosen = choose(&ANCHORS);
        assert_eq!(chosen.len(), ANCHORS.len());
        for (anchor, choice) in ANCHORS.iter().zip(&chosen) {
            assert!(anchor.bytes[choice.at..].starts_with(&choice.fragment), "{anchor:?}");
        }
    }

    #[test]
    fn few_places_of_a_disk_pass_the_first_stage() {
        let mut buckets = [Passes::default(); BUCKETS];
        for Choice { fragment, bucket, .. } in choose(&ANCHORS) {
            buckets[bucket] = buckets[bucket].with(fragment);
        }
        let share: f64 = buckets.iter().map(Passes::share).sum();
        assert!(share < 1.0 / 100_000.0, "one of {:.0}", 1.0 / share);
    }
}
