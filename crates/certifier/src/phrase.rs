//! Sentences as data: a key and what fills its blanks. Rules speak in phrases; languages are chosen when a report is read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::printable::{printable, printable_bytes, printable_up_to};

/// The most arguments that a list in one phrase names; the rest is counted.
pub const LIST_MAX: usize = 20;

/// A command cut short would do something else, so it may be long: three times a file name, and what stands around it.
const COMMAND_CHARS_MAX: usize = 4_000;

/// The blank that a command fills.
const COMMAND: &str = "command";

/// A sentence in no language yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phrase {
    pub key: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub blanks: BTreeMap<String, Blank>,
}

/// What fills a blank. Numbers keep their value so that each language writes them its own way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blank {
    Text(String),
    Count(u64),
    Bytes(u64),
    Phrase(Box<Phrase>),
    List(Vec<Phrase>),
}

/// Begins the phrase with this key. Keys are written as literals, so that a test can find them all.
pub fn say(key: &str) -> Phrase {
    Phrase { key: key.to_owned(), blanks: BTreeMap::new() }
}

/// A text of the image itself, the same in every language.
pub fn quote(text: &str) -> Phrase {
    say("quote").text("text", text)
}

/// Bytes of the image itself, shown as text.
pub fn quote_bytes(bytes: &[u8]) -> Phrase {
    quote(&printable_bytes(bytes))
}

impl Phrase {
    fn with(mut self, blank: &str, value: Blank) -> Phrase {
        self.blanks.insert(blank.to_owned(), value);
        self
    }

    /// Fills a blank with text from outside, made printable.
    pub fn text(self, blank: &str, text: &str) -> Phrase {
        self.with(blank, Blank::Text(printable(text)))
    }

    /// Fills the blank `command` with what the reader is to run.
    pub fn command(self, command: &str) -> Phrase {
        self.with(COMMAND, Blank::Text(printable_up_to(command, COMMAND_CHARS_MAX)))
    }

    /// The command in it, to be shown by itself and copied.
    pub fn command_to_run(&self) -> Option<&str> {
        match self.blanks.get(COMMAND) {
            Some(Blank::Text(command)) => Some(command),
            _ => None,
        }
    }

    pub fn count(self, blank: &str, count: u64) -> Phrase {
        self.with(blank, Blank::Count(count))
    }

    pub fn bytes(self, blank: &str, bytes: u64) -> Phrase {
        self.with(blank, Blank::Bytes(bytes))
    }

    pub fn phrase(self, blank: &str, phrase: Phrase) -> Phrase {
        self.with(blank, Blank::Phrase(Box::new(phrase)))
    }

    /// The phrases that fill its blanks.
    pub fn parts(&self) -> impl Iterator<Item = &Phrase> {
        self.blanks.values().flat_map(|blank| match blank {
            Blank::Phrase(phrase) => std::slice::from_ref(&**phrase),
            Blank::List(phrases) => phrases,
            Blank::Text(_) | Blank::Count(_) | Blank::Bytes(_) => &[],
        })
    }

    pub fn list(self, blank: &str, mut phrases: Vec<Phrase>) -> Phrase {
        if phrases.len() > LIST_MAX {
            let left = (phrases.len() - LIST_MAX) as u64;
            phrases.truncate(LIST_MAX);
            phrases.push(say("and_more").count("count", left));
        }
        self.with(blank, Blank::List(phrases))
    }
}
