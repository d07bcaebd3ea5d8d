//! Reports for those who are no terminal: for programs that gather findings, and for people who were sent a file.

pub mod guide;
pub mod html;
pub mod junit;
pub mod sarif;
pub mod self_test;

use crate::finding::Evidence;
use crate::rendered::RenderedEvidence;
use crate::words::Language;

/// A place on the disk in a few characters: `/etc/fstab:4`, `byte 512`, or nothing.
pub(crate) fn place(piece: &RenderedEvidence<'_>, language: Language) -> String {
    match (piece.path, piece.line, piece.offset) {
        (Some(path), Some(line), _) => format!("{path}:{line}"),
        (Some(path), None, Some(offset)) => format!("{path} @ {offset}"),
        (Some(path), None, None) => path.to_owned(),
        (None, _, Some(offset)) => format!("{} {}", language.word("text.byte"), language.number(offset)),
        (None, _, None) => String::new(),
    }
}

/// The name of a finding at its place, the same in every language and on every run: by it, programs know a finding again.
pub(crate) fn fingerprint(rule: &str, piece: Option<&Evidence>) -> String {
    use sha2::{Digest, Sha256};
    let mut digest = Sha256::new();
    digest.update(rule);
    if let Some(piece) = piece {
        // A line moves when another is added above it; what stands in it does not.
        let offset = piece.offset.filter(|_| piece.path.is_none());
        let place = serde_json::to_string(&(&piece.path, offset, &piece.found));
        digest.update(place.expect("evidence is data, which JSON can hold"));
    }
    digest.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a character may stand in an XML or HTML document. Escapes cannot help the others.
fn is_writable(character: char) -> bool {
    let forbidden = character.is_control() && !matches!(character, '\n' | '\t');
    !(forbidden || matches!(character, '\u{fffe}' | '\u{ffff}'))
}

/// `text` as the content of an element or of a quoted attribute, in XML and HTML alike. What neither can hold is shown as `�`.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push_str("&#9;"),
            character if is_writable(character) => escaped.push(character),
            _ => escaped.push('\u{fffd}'),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn what_is_written_out_is_text_and_nothing_else() {
        assert_eq!(escape("<a href='x' b=\"&\">"), "&lt;a href=&#39;x&#39; b=&quot;&amp;&quot;&gt;");
        assert_eq!(escape("a\u{0}\u{1b}[31m\u{85}\u{7f}\u{ffff}b"), "a��[31m���b");
        assert_eq!(escape("été 日本\n\t"), "été 日本&#10;&#9;");
    }
}
