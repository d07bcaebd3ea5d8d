//! What is said, apart from the language in which it is said.

use serde::{Deserialize, Serialize};

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

impl From<i64> for Blank {
    fn from(number: i64) -> Blank {
        Blank::Number(number)
    }
}
impl From<usize> for Blank {
    fn from(number: usize) -> Blank {
        Blank::Number(i64::try_from(number).unwrap_or(i64::MAX))
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
