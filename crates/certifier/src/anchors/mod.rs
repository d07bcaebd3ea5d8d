//! The literals that the pass over all bytes looks for, all at once. Each announces something that is examined afterwards, where it
//! lies: a hit alone proves nothing, but for the signatures of malware.

mod fragments;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use sha2::{Digest as _, Sha256};

use self::fragments::Fragments;
use crate::malware::STARTER_RULES;
use crate::printable::hexadecimal;
use crate::secrets::tokens::TOKENS;

/// What a literal announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// A signature that is malware by itself.
    Malware(&'static str),
    /// The head of a private key as text; the row says of which kind.
    Key(KeyText),
    /// A row of [`TOKENS`].
    Token(u8),
    /// One of the literals without which no built-in rule can match.
    Rule,
    /// The end of a zip archive, wherever it begins.
    ZipEnd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyText {
    Pem,
    Putty,
    Age,
}

#[derive(Debug)]
pub struct Anchor {
    pub bytes: Vec<u8>,
    pub sign: Sign,
}

/// Kept inverted, so that a scanner that reads this program does not find it there.
const EICAR_INVERTED: [u8; 68] = [
    0xa7, 0xca, 0xb0, 0xde, 0xaf, 0xda, 0xbf, 0xbe, 0xaf, 0xa4, 0xcb, 0xa3, 0xaf, 0xa5, 0xa7, 0xca, 0xcb,
    0xd7, 0xaf, 0xa1, 0xd6, 0xc8, 0xbc, 0xbc, 0xd6, 0xc8, 0x82, 0xdb, 0xba, 0xb6, 0xbc, 0xbe, 0xad, 0xd2,
    0xac, 0xab, 0xbe, 0xb1, 0xbb, 0xbe, 0xad, 0xbb, 0xd2, 0xbe, 0xb1, 0xab, 0xb6, 0xa9, 0xb6, 0xad, 0xaa,
    0xac, 0xd2, 0xab, 0xba, 0xac, 0xab, 0xd2, 0xb9, 0xb6, 0xb3, 0xba, 0xde, 0xdb, 0xb7, 0xd4, 0xb7, 0xd5,
];

/// The test file that every scanner knows.
pub static EICAR: LazyLock<Vec<u8>> = LazyLock::new(|| EICAR_INVERTED.iter().map(|byte| !byte).collect());

pub const EICAR_NAME: &str = "EICAR";

const KEYS: [(&str, KeyText); 4] = [
    ("PRIVATE KEY-----", KeyText::Pem),
    ("PRIVATE KEY BLOCK-----", KeyText::Pem),
    ("PuTTY-User-Key-File-", KeyText::Putty),
    ("AGE-SECRET-KEY-1", KeyText::Age),
];

/// What the built-in rules in `malware/starter.yar` cannot match without. A test holds the two together.
pub const RULE_LITERALS: [&str; 12] = [
    "eval($_",
    "assert($_",
    "system($_",
    "passthru($_",
    "shell_exec($_",
    "eval(base64_decode(",
    "eval(gzinflate(",
    "exec(request.getParameter(",
    "eval(Request",
    "stratum+tcp://",
    ">& /dev/tcp/",
    "mdrfckr",
];

pub static ANCHORS: LazyLock<Vec<Anchor>> = LazyLock::new(|| {
    let mut anchors = vec![
        Anchor { bytes: EICAR.clone(), sign: Sign::Malware(EICAR_NAME) },
        Anchor { bytes: b"PK\x05\x06".to_vec(), sign: Sign::ZipEnd },
    ];
    let of = |text: &str, sign| Anchor { bytes: text.as_bytes().to_vec(), sign };
    anchors.extend(KEYS.iter().map(|(text, kind)| of(text, Sign::Key(*kind))));
    anchors.extend((0..).zip(TOKENS).map(|(row, token)| of(token.anchor, Sign::Token(row))));
    anchors.extend(RULE_LITERALS.iter().map(|text| of(text, Sign::Rule)));
    anchors
});

/// What is searched for, as a name for all of it: what was searched by another list says nothing of this one.
pub fn edition() -> String {
    let mut digest = Sha256::new();
    for anchor in ANCHORS.iter() {
        digest.update((anchor.bytes.len() as u64).to_be_bytes());
        digest.update(&anchor.bytes);
    }
    digest.update(STARTER_RULES);
    hexadecimal(&digest.finalize())
}

/// The searcher: by vector instructions where the processor has them, else by an automaton that finds the same.
enum Searcher {
    Fragments(Fragments),
    Automaton(Box<AhoCorasick>),
}

static SEARCHER: LazyLock<Searcher> =
    LazyLock::new(|| Fragments::of(&ANCHORS).map_or_else(automaton, Searcher::Fragments));

fn automaton() -> Searcher {
    let patterns = ANCHORS.iter().map(|anchor| &anchor.bytes);
    let automaton = AhoCorasick::new(patterns).expect("some dozens of short patterns make a small automaton");
    Searcher::Automaton(Box::new(automaton))
}

/// The longest anchor, less one: what two neighbours must show each other so that nothing hides on their border.
pub static BORDER_BYTES: LazyLock<usize> =
    LazyLock::new(|| ANCHORS.iter().map(|anchor| anchor.bytes.len()).max().unwrap_or(1) - 1);

/// A hit: where an anchor begins, and its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    pub offset: u64,
    pub anchor: u8,
}

impl Hit {
    pub fn sign(&self) -> Sign {
        ANCHORS[usize::from(self.anchor)].sign
    }

    pub fn length(&self) -> usize {
        ANCHORS[usize::from(self.anchor)].bytes.len()
    }
}

/// Shows every hit in `bytes` to `visit`, in the order of their places, those that overlap too. Offsets count from the beginning.
pub fn search(bytes: &[u8], visit: impl FnMut(Hit)) {
    search_by(&SEARCHER, bytes, visit);
}

fn search_by(searcher: &Searcher, bytes: &[u8], mut visit: impl FnMut(Hit)) {
    // Hits come by a place within them. One waits here until no other can come that begins before it.
    let mut waiting = BTreeSet::new();
    let mut found = |anchor: usize, start: usize, seen_at: usize| {
        waiting.insert(Hit { offset: start as u64, anchor: anchor as u8 });
        while let Some(hit) = waiting.first().filter(|hit| hit.offset as usize + *BORDER_BYTES < seen_at) {
            visit(*hit);
            waiting.pop_first();
        }
    };
    match searcher {
        Searcher::Fragments(fragments) => fragments.find(bytes, &ANCHORS, found),
        Searcher::Automaton(automaton) => {
            let hits = automaton.find_overlapping_iter(bytes);
            hits.for_each(|hit| found(hit.pattern().as_usize(), hit.start(), hit.end() - 1));
        }
    }
    waiting.into_iter().for_each(visit);
}

/// Blocks of files begin at multiples of this, so what lies in one sector lies together in its file too.
pub const SECTOR_BYTES: usize = 512;

/// Whether a hit at `at` may be what it announces, as far as the bytes of its own sector tell. Most hits on an honest disk end here.
pub fn may_hold(hit: Hit, bytes: &[u8], at: usize) -> bool {
    let Sign::Token(row) = hit.sign() else { return true };
    let sector_end = (at + 1).next_multiple_of(SECTOR_BYTES).min(bytes.len());
    let after = bytes.get(at + hit.length()..sector_end).unwrap_or(&[]);
    TOKENS[usize::from(row)].may_go_on(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_one_that_everybody_knows() {
        let hex: String = md5::Md5::digest(&*EICAR).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "44d88612fea8a8f36de82e1278abb02f", "the digest that its makers publish");
    }

    #[test]
    fn every_anchor_is_found_wherever_it_lies() {
        assert!(ANCHORS.len() <= usize::from(u8::MAX));
        for (row, anchor) in ANCHORS.iter().enumerate() {
            assert!(anchor.bytes.len() >= 4, "{anchor:?} is so short that it slows all others down");
            for (before, after) in [(0, 0), (1, 1), (63, 5), (200, 300)] {
                let bytes = [vec![b' '; before], anchor.bytes.clone(), vec![b' '; after]].concat();
                let mut hits = Vec::new();
                search(&bytes, |hit| hits.push(hit));
                assert_eq!(hits, [Hit { offset: before as u64, anchor: row as u8 }], "{anchor:?}");
            }
        }
    }

    /// Anchors in noise, some of them cut off, some across others, as often as not after what looks like the begin of another.
    fn noise(seed: u64) -> Vec<u8> {
        let mut chance = seed | 1;
        let mut draw = |below: usize| {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (chance >> 33) as usize % below
        };
        let mut bytes = Vec::new();
        for _ in 0..400 {
            let anchor = &ANCHORS[draw(ANCHORS.len())].bytes;
            let (from, to) =
                (draw(3) * draw(anchor.len()) / 2, anchor.len() - draw(3) * draw(anchor.len()) / 2);
            bytes.extend_from_slice(anchor.get(from..to).unwrap_or(anchor));
            bytes.extend((0..draw(3) * draw(40)).map(|_| draw(256) as u8));
        }
        bytes
    }

    #[test]
    fn the_vector_search_and_the_automaton_find_what_a_plain_comparison_finds() {
        let mut searchers = vec![automaton()];
        searchers.extend(Fragments::of(&ANCHORS).map(Searcher::Fragments));
        for seed in 0..40 {
            let bytes = noise(seed);
            let mut plain = Vec::new();
            for offset in 0..bytes.len() {
                let here = ANCHORS
                    .iter()
                    .enumerate()
                    .filter(|(_, anchor)| bytes[offset..].starts_with(&anchor.bytes));
                plain.extend(here.map(|(row, _)| Hit { offset: offset as u64, anchor: row as u8 }));
            }
            assert!(plain.len() > 50, "{} in noise {seed}", plain.len());
            for searcher in &searchers {
                let mut hits = Vec::new();
                search_by(searcher, &bytes, |hit| hits.push(hit));
                assert!(hits == plain, "{} of {} in noise {seed}", hits.len(), plain.len());
            }
        }
    }
}
