//! The language that LVM keeps its metadata in: sections in braces, and values that are numbers, strings or lists of these.

use crate::tree::Unreadable;

/// Sections within sections; LVM itself has four.
pub const DEPTH_MAX: usize = 16;

/// How many values a text may hold.
pub const VALUES_MAX: usize = 1 << 18;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Number(u64),
    Text(String),
    List(Vec<Value>),
    Section(Section),
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Section(pub Vec<(String, Value)>);

impl Section {
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(found, _)| found == name).map(|(_, value)| value)
    }

    pub fn section(&self, name: &str) -> Option<&Section> {
        match self.get(name)? {
            Value::Section(section) => Some(section),
            _ => None,
        }
    }

    pub fn number(&self, name: &str) -> Option<u64> {
        match self.get(name)? {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn list(&self, name: &str) -> Option<&[Value]> {
        match self.get(name)? {
            Value::List(values) => Some(values),
            _ => None,
        }
    }
}

struct Parser<'a> {
    rest: &'a str,
    values: usize,
}

fn malformed() -> Unreadable {
    Unreadable::Damaged { what: "LVM metadata", offset: 0 }
}

pub(super) fn parse(text: &str) -> Result<Section, Unreadable> {
    let mut parser = Parser { rest: text, values: 0 };
    let section = parser.section(0)?;
    if parser.rest.is_empty() { Ok(section) } else { Err(malformed()) }
}

impl<'a> Parser<'a> {
    /// Passes over blanks and comments.
    fn blanks(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            let Some(comment) = self.rest.strip_prefix('#') else { return };
            self.rest = comment.split_once('\n').map_or("", |(_, after)| after);
        }
    }

    fn takes(&mut self, mark: char) -> bool {
        self.blanks();
        let after = self.rest.strip_prefix(mark);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn word(&mut self) -> Result<&'a str, Unreadable> {
        self.blanks();
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '+' | '/' | '@');
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        if word.is_empty() { Err(malformed()) } else { Ok(word) }
    }

    /// The entries up to a closing brace, or to the end of the text.
    fn section(&mut self, depth: usize) -> Result<Section, Unreadable> {
        if depth > DEPTH_MAX {
            let (found, limit) = (depth as u64, DEPTH_MAX as u64);
            return Err(Unreadable::OverLimit { what: "LVM metadata depth", found, limit });
        }
        let mut found = Section::default();
        loop {
            self.blanks();
            if self.rest.is_empty() || self.rest.starts_with('}') {
                return Ok(found);
            }
            let name = self.word()?.to_owned();
            let value = if self.takes('{') {
                let inner = self.section(depth + 1)?;
                if !self.takes('}') {
                    return Err(malformed());
                }
                Value::Section(inner)
            } else if self.takes('=') {
                self.value()?
            } else {
                return Err(malformed());
            };
            self.count()?;
            found.0.push((name, value));
        }
    }

    fn count(&mut self) -> Result<(), Unreadable> {
        self.values += 1;
        if self.values > VALUES_MAX {
            let (found, limit) = (self.values as u64, VALUES_MAX as u64);
            return Err(Unreadable::OverLimit { what: "LVM metadata values", found, limit });
        }
        Ok(())
    }

    fn value(&mut self) -> Result<Value, Unreadable> {
        if !self.takes('[') {
            return self.scalar();
        }
        let mut values = Vec::new();
        while !self.takes(']') {
            values.push(self.scalar()?);
            self.count()?;
            if !self.takes(',') {
                if self.takes(']') {
                    break;
                }
                return Err(malformed());
            }
        }
        Ok(Value::List(values))
    }

    fn scalar(&mut self) -> Result<Value, Unreadable> {
        if !self.takes('"') {
            let word = self.word()?;
            return Ok(word.parse().map_or_else(|_| Value::Text(word.to_owned()), Value::Number));
        }
        let mut text = String::new();
        let mut letters = self.rest.char_indices();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(Value::Text(text));
                }
                '\\' => text.extend(letters.next().map(|(_, letter)| letter)),
                letter => text.push(letter),
            }
        }
        Err(malformed())
    }
}
