//! Alpine: `1.2.3b_rc1-r4`.

use std::cmp::Ordering;

use super::{digits, numbers, take_while};

/// The suffixes in their order; what bears none stands where the gap is.
const BEFORE: [&str; 4] = ["alpha", "beta", "pre", "rc"];
const AFTER: [&str; 5] = ["cvs", "svn", "git", "hg", "p"];

struct Version<'a> {
    numbers: Vec<&'a str>,
    letter: &'a str,
    suffixes: Vec<(i32, &'a str)>,
    revision: &'a str,
}

/// Reads as far as it is a version; what follows is left out.
fn parse(mut text: &str) -> Version<'_> {
    let mut numbers = vec![digits(&mut text)];
    while let Some(rest) = text.strip_prefix('.') {
        text = rest;
        numbers.push(digits(&mut text));
    }
    let letter = if text.starts_with(|first: char| first.is_ascii_lowercase()) {
        let (letter, rest) = text.split_at(1);
        text = rest;
        letter
    } else {
        ""
    };
    let mut suffixes = Vec::new();
    while let Some(rest) = text.strip_prefix('_') {
        text = rest;
        let name = take_while(&mut text, |byte| byte.is_ascii_lowercase());
        let before = BEFORE.iter().position(|known| *known == name).map(|place| place as i32 - 4);
        let after = AFTER.iter().position(|known| *known == name).map(|place| place as i32 + 1);
        suffixes.push((before.or(after).unwrap_or(0), digits(&mut text)));
    }
    if let Some(rest) = text.strip_prefix('~') {
        text = rest;
        take_while(&mut text, |byte| byte.is_ascii_hexdigit());
    }
    let revision = text.strip_prefix("-r").map(|mut rest| digits(&mut rest)).unwrap_or("");
    Version { numbers, letter, suffixes, revision }
}

pub fn compare(one: &str, other: &str) -> Ordering {
    let (one, other) = (parse(one.trim()), parse(other.trim()));
    let mut ordering = numbers(one.numbers[0], other.numbers[0]);
    for (here, there) in one.numbers[1..].iter().zip(&other.numbers[1..]) {
        ordering = ordering.then_with(|| fraction(here, there));
    }
    ordering
        .then(one.numbers.len().cmp(&other.numbers.len()))
        .then(one.letter.cmp(other.letter))
        .then_with(|| suffixes(&one.suffixes, &other.suffixes))
        .then_with(|| numbers(one.revision, other.revision))
}

/// A part that begins with 0 is a fraction, as in 1.05 before 1.1.
fn fraction(one: &str, other: &str) -> Ordering {
    if one.starts_with('0') || other.starts_with('0') { one.cmp(other) } else { numbers(one, other) }
}

fn suffixes(one: &[(i32, &str)], other: &[(i32, &str)]) -> Ordering {
    for place in 0..one.len().max(other.len()) {
        let (here, there) = (one.get(place), other.get(place));
        let kind = |suffix: Option<&(i32, &str)>| suffix.map_or(0, |(kind, _)| *kind);
        let ordering = kind(here).cmp(&kind(there)).then_with(|| {
            numbers(here.map_or("", |(_, number)| number), there.map_or("", |(_, number)| number))
        });
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
    Ordering::Equal
}
