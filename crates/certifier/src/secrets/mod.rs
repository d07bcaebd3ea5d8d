//! Secrets: what a hit of the search must be surrounded by to count as one, and how it is shown without being told.
//!
//! Everything here looks at a window of bytes around a hit, in one run from left to right.

pub mod keys;
pub mod named;
pub mod tokens;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::anchors::{Hit, Sign};
use crate::finding::Weight;

/// What is looked at before and after a hit.
pub const BEFORE_BYTES: usize = 4 << 10;
pub const AFTER_BYTES: usize = 16 << 10;

/// The group of rules that a secret belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Group {
    PrivateKey,
    Credential,
}

/// A secret, without itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Secret {
    pub group: Group,
    /// The key of the phrase that says what it is.
    pub kind: Cow<'static, str>,
    pub weight: Weight,
    /// What may be shown of it.
    pub shown: String,
}

impl Secret {
    pub fn full(group: Group, kind: &'static str, shown: impl Into<String>) -> Secret {
        Secret { group, kind: kind.into(), weight: Weight::Full, shown: shown.into() }
    }

    pub fn light(self) -> Secret {
        Secret { weight: Weight::Light, ..self }
    }
}

/// The secret that a hit at `at` of `window` announces, if it is one.
pub fn verify(hit: Hit, window: &[u8], at: usize) -> Option<Secret> {
    match hit.sign() {
        Sign::Key(kind) => keys::verify(kind, window, at),
        Sign::Token(row) => tokens::TOKENS[usize::from(row)].verify(window, at),
        Sign::Malware(_) | Sign::Rule | Sign::ZipEnd => None,
    }
}

/// The first characters of a secret: those that its makers give to all of their kind.
fn begins(secret: &[u8], shown: usize) -> String {
    format!("{}…", String::from_utf8_lossy(&secret[..shown.min(secret.len())]))
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

/// Whether bytes look drawn by lot rather than written as a placeholder: many different ones, and no word that says example.
fn is_random(bytes: &[u8]) -> bool {
    let mut seen = [false; 256];
    bytes.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    let different = seen.iter().filter(|seen| **seen).count();
    let upper: Vec<u8> = bytes.iter().take(512).map(u8::to_ascii_uppercase).collect();
    let says = |word: &[u8]| upper.windows(word.len()).any(|piece| piece == word);
    different >= bytes.len().min(24).div_ceil(3).max(5)
        && !["EXAMPLE", "XXXXX", "PLACEHOLDER", "REDACTED", "YOUR_", "12345678901", "ABCDEFGHIJKLM", "DUMMY"]
            .iter()
            .any(|word| says(word.as_bytes()))
}
