//! The literals that the pass over all bytes looks for, all at once. Each announces something that is examined afterwards, where it
//! lies: a hit alone proves nothing, but for the signatures of malware.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind, packed};

use sha2::{Digest as _, Sha256};

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
    Packed(packed::Searcher),
    Automaton(Box<AhoCorasick>),
}

static SEARCHER: LazyLock<Searcher> = LazyLock::new(|| {
    let patterns = || ANCHORS.iter().map(|anchor| &anchor.bytes);
    let packed = packed::Config::new().heuristic_pattern_limits(false).builder().extend(patterns()).build();
    match packed {
        Some(packed) => Searcher::Packed(packed),
        None => Searcher::Automaton(Box::new(
            AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostFirst)
                .build(patterns())
                .expect("some dozens of short patterns make a small automaton"),
        )),
    }
});

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

/// Shows every hit in `bytes` to `visit`, with offsets from their beginning.
pub fn search(bytes: &[u8], mut visit: impl FnMut(Hit)) {
    let mut found = |anchor: usize, start: usize| visit(Hit { offset: start as u64, anchor: anchor as u8 });
    match &*SEARCHER {
        Searcher::Packed(packed) => {
            packed.find_iter(bytes).for_each(|hit| found(hit.pattern().as_usize(), hit.start()));
        }
        Searcher::Automaton(automaton) => {
            automaton.find_iter(bytes).for_each(|hit| found(hit.pattern().as_usize(), hit.start()));
        }
    }
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
}
