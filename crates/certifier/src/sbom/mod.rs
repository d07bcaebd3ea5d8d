//! The list of an image's packages, for other programs: CycloneDX and SPDX.
//!
//! The same image gives the same list, byte for byte: its number comes from the content id, and the only time in it is the one that
//! the caller gives.

mod cyclonedx;
mod spdx;
#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::packages::Inventory;

/// What a list is about and who asks.
pub struct Subject<'a> {
    pub file_name: &'a str,
    /// `halle1:` and 64 hexadecimal digits.
    pub content_id: &'a str,
    /// The program that makes the list, and its version.
    pub tool: (&'a str, &'a str),
    /// When it was made, as `2026-11-22T14:00:00Z`; without it, the list says nothing, or 1970 where its format insists.
    pub made_at: Option<&'a str>,
}

impl Subject<'_> {
    /// A UUID (version 8: of our own making) out of the content id.
    fn uuid(&self) -> String {
        let digits = self.content_id.rsplit(':').next().unwrap_or_default().bytes();
        let mut digits: Vec<u8> = digits.filter(u8::is_ascii_hexdigit).chain([b'0'; 32]).take(32).collect();
        digits[12] = b'8';
        digits[16] = b'a';
        let text: String = digits.iter().map(|digit| char::from(digit.to_ascii_lowercase())).collect();
        [&text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]].join("-")
    }
}

/// CycloneDX 1.6 as JSON.
pub fn cyclonedx(inventory: &Inventory, subject: &Subject<'_>) -> String {
    written(&cyclonedx::bill(inventory, subject))
}

/// SPDX 2.3 as JSON.
pub fn spdx(inventory: &Inventory, subject: &Subject<'_>) -> String {
    written(&spdx::document(inventory, subject))
}

fn written(list: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(list).expect("texts and lists can always be written as JSON");
    text.push('\n');
    text
}
