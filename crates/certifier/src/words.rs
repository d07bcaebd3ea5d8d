//! The words of the certifier: a folder for each language in `words/`, a file for each chapter of the rulebook, one line a
//! phrase, `key = text with {blanks}`. `ID.title` says what a rule wants, `ID.why` why anyone would want it, `ID.remedy` what to
//! do when it is not so.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::phrase::{Blank, Phrase};

/// A language in which reports are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    En,
    Fr,
}

pub const LANGUAGES: [Language; 2] = [Language::En, Language::Fr];

/// Puts the chapters of a language's folder together.
macro_rules! book {
    ($language:literal) => {
        LazyLock::new(|| {
            let chapters = [
                include_str!(concat!("words/", $language, "/report.txt")),
                include_str!(concat!("words/", $language, "/container.txt")),
                include_str!(concat!("words/", $language, "/partitions.txt")),
                include_str!(concat!("words/", $language, "/linux.txt")),
                include_str!(concat!("words/", $language, "/boot.txt")),
                include_str!(concat!("words/", $language, "/network.txt")),
                include_str!(concat!("words/", $language, "/market.txt")),
                include_str!(concat!("words/", $language, "/content.txt")),
                include_str!(concat!("words/", $language, "/windows.txt")),
                include_str!(concat!("words/", $language, "/later.txt")),
                include_str!(concat!("words/", $language, "/certificate.txt")),
            ];
            chapters.into_iter().flat_map(lines).collect()
        })
    };
}

type Book = BTreeMap<&'static str, &'static str>;

static ENGLISH: LazyLock<Book> = book!("en");
static FRENCH: LazyLock<Book> = book!("fr");

fn lines(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(" = "))
        .map(|(key, words)| (key.trim(), words.trim()))
}

impl Language {
    /// The language that a tag such as `fr`, `fr_FR.UTF-8` or `en-GB` asks for.
    pub fn of_tag(tag: &str) -> Option<Language> {
        match tag.get(..2)?.to_ascii_lowercase().as_str() {
            "en" => Some(Language::En),
            "fr" => Some(Language::Fr),
            _ => None,
        }
    }

    fn book(self) -> &'static Book {
        match self {
            Language::En => &ENGLISH,
            Language::Fr => &FRENCH,
        }
    }

    /// The words of a key that has no blanks. An unknown key is shown as itself, so that nothing is lost.
    pub fn word(self, key: &str) -> &str {
        self.book().get(key).copied().unwrap_or(key)
    }

    pub fn has(self, key: &str) -> bool {
        self.book().contains_key(key)
    }

    /// The phrase as a sentence.
    pub fn write(self, phrase: &Phrase) -> String {
        let Some(words) = self.book().get(phrase.key.as_str()) else {
            return phrase.key.clone();
        };
        let mut sentence = String::with_capacity(words.len() + 40);
        let mut rest = *words;
        while let Some((before, after)) = rest.split_once('{') {
            sentence.push_str(before);
            let Some((blank, after)) = after.split_once('}') else {
                break;
            };
            match phrase.blanks.get(blank) {
                Some(value) => sentence.push_str(&self.write_blank(value)),
                None => sentence.push('…'),
            }
            rest = after;
        }
        sentence.push_str(rest);
        sentence
    }

    fn write_blank(self, blank: &Blank) -> String {
        match blank {
            Blank::Text(text) => text.clone(),
            Blank::Count(count) => self.number(*count),
            Blank::Bytes(bytes) => self.size(*bytes),
            Blank::Phrase(phrase) => self.write(phrase),
            Blank::List(phrases) => {
                let written: Vec<String> = phrases.iter().map(|phrase| self.write(phrase)).collect();
                written.join(", ")
            }
        }
    }

    /// A whole number with its thousands set apart.
    pub fn number(self, number: u64) -> String {
        let digits = number.to_string();
        let gap = match self {
            Language::En => ',',
            Language::Fr => '\u{202f}',
        };
        let mut written = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                written.push(gap);
            }
            written.push(digit);
        }
        written
    }

    /// A size in the largest binary unit that leaves at least one whole.
    pub fn size(self, bytes: u64) -> String {
        let (units, point): ([&str; 5], char) = match self {
            Language::En => (["bytes", "KiB", "MiB", "GiB", "TiB"], '.'),
            Language::Fr => (["octets", "Kio", "Mio", "Gio", "Tio"], ','),
        };
        let step = (0..4).take_while(|step| bytes >> (10 * (step + 1)) > 0).count();
        let unit = 1_u64 << (10 * step);
        let (whole, rest) = (bytes / unit, bytes % unit);
        let gap = if self == Language::Fr { '\u{a0}' } else { ' ' };
        if rest == 0 {
            return format!("{}{gap}{}", self.number(whole), units[step]);
        }
        let tenths = (u128::from(rest) * 10 / u128::from(unit)) as u64;
        // A size that is nearly whole must not look whole: 1 GiB and 512 bytes is not "1 GiB".
        if tenths == 0 && step > 0 {
            return format!("{}{gap}{}", self.number(bytes), units[0]);
        }
        format!("{}{point}{tenths}{gap}{}", self.number(whole), units[step])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: u64, english: &str, french: &str) {
        assert_eq!(Language::En.size(bytes), english);
        assert_eq!(Language::Fr.size(bytes).replace(['\u{a0}', '\u{202f}'], " "), french);
    }

    #[test]
    fn sizes_are_written_the_readers_way() {
        check(0, "0 bytes", "0 octets");
        check(511, "511 bytes", "511 octets");
        check(2 << 30, "2 GiB", "2 Gio");
        check((2 << 30) + (512 << 20), "2.5 GiB", "2,5 Gio");
        check((64 << 20) + 512, "67,109,376 bytes", "67 109 376 octets");
        check(u64::MAX, "16,777,215.9 TiB", "16 777 215,9 Tio");
    }

    #[test]
    fn a_key_that_nobody_wrote_is_shown_as_itself() {
        assert_eq!(Language::En.write(&crate::phrase::say("no.such.key")), "no.such.key");
    }
}
