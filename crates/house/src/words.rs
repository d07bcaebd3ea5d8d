//! What is said, apart from the language in which it is said.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

mod dictionary;
mod figures;
mod language;
#[cfg(test)]
mod tests;

pub use dictionary::Dictionary;
pub use figures::{Instant, Lasting, Moment, Whole};
pub use language::Language;

/// The words of the house itself; [`Dictionary::new`] wants them beside those of the chapters.
pub const SOURCES: &[(Language, &str)] =
    &[(Language::En, include_str!("words.en.ftl")), (Language::Fr, include_str!("words.fr.ftl"))];

/// Something to say, as data: a key and its blanks. It becomes words only when it is known who reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    pub key: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blanks: Vec<(String, Blank)>,
}

/// What fills a blank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Blank {
    Number(i64),
    Text(String),
}

impl Text {
    pub fn new(key: impl Into<String>) -> Text {
        Text { key: key.into(), blanks: Vec::new() }
    }

    pub fn with(mut self, name: &str, value: impl Into<Blank>) -> Text {
        self.blanks.push((name.to_owned(), value.into()));
        self
    }
}

impl From<&str> for Blank {
    fn from(text: &str) -> Blank {
        Blank::Text(text.to_owned())
    }
}
impl From<String> for Blank {
    fn from(text: String) -> Blank {
        Blank::Text(text)
    }
}
macro_rules! numbers {
    ($($int:ty),*) => {$(
        impl From<$int> for Blank {
            fn from(number: $int) -> Blank {
                Blank::Number(number.whole())
            }
        }
        impl From<&$int> for Blank {
            fn from(number: &$int) -> Blank {
                Blank::Number(number.whole())
            }
        }
    )*};
}
numbers!(u8, u16, u32, u64, usize, i8, i16, i32, i64);
impl From<&String> for Blank {
    fn from(text: &String) -> Blank {
        Blank::Text(text.clone())
    }
}
impl From<&&str> for Blank {
    fn from(text: &&str) -> Blank {
        Blank::Text((*text).to_owned())
    }
}
impl From<Phrase<'_>> for Blank {
    fn from(phrase: Phrase<'_>) -> Blank {
        Blank::Text(phrase.to_string())
    }
}
impl From<&Phrase<'_>> for Blank {
    fn from(phrase: &Phrase<'_>) -> Blank {
        Blank::Text(phrase.to_string())
    }
}

/// One reader's words: a language, the sentences in it, and the time of reading.
#[derive(Clone)]
pub struct Words {
    language: Language,
    dictionary: Arc<Dictionary>,
    now: Timestamp,
}

impl Words {
    pub fn new(language: Language, dictionary: Arc<Dictionary>, now: Timestamp) -> Words {
        Words { language, dictionary, now }
    }

    pub fn language(&self) -> Language {
        self.language
    }

    /// The time of reading, from which relative dates are counted.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// What the key says; blanks are filled with [`Phrase::with`].
    pub fn say<'a>(&'a self, key: &'a str) -> Phrase<'a> {
        Phrase { words: self, key: Cow::Borrowed(key), blanks: Vec::new() }
    }

    /// Whether the key says anything, for words that are looked up by what someone else sent.
    pub fn knows(&self, key: &str) -> bool {
        self.dictionary.knows(key)
    }

    /// Says a text that was kept as data.
    pub fn tell(&self, text: &Text) -> String {
        let blanks = text.blanks.iter().map(|(name, value)| (name.as_str(), value));
        self.dictionary.look_up(self.language, &text.key, blanks)
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Words({})", self.language)
    }
}

/// Something being said: becomes text when it is written out. Templates escape it like any other text.
#[derive(Clone)]
pub struct Phrase<'a> {
    words: &'a Words,
    key: Cow<'a, str>,
    blanks: Vec<(&'a str, Blank)>,
}

impl<'a> Phrase<'a> {
    pub fn with(mut self, name: &'a str, value: impl Into<Blank>) -> Phrase<'a> {
        self.blanks.push((name, value.into()));
        self
    }

    /// Never: a phrase always says something. Parts ask so of anything they may be given.
    pub fn is_empty(&self) -> bool {
        false
    }
}

impl fmt::Display for Phrase<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let blanks = self.blanks.iter().map(|(name, value)| (*name, value));
        f.write_str(&self.words.dictionary.look_up(self.words.language, &self.key, blanks))
    }
}

impl fmt::Debug for Phrase<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phrase({})", self.key)
    }
}
