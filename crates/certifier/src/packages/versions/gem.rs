//! RubyGems: numbers and words in turn; a word makes it a version before the release.

use std::cmp::Ordering;

use super::{digits, numbers, take_while};

fn segments(version: &str) -> Vec<&str> {
    let mut segments = Vec::new();
    let mut rest = version.trim();
    while !rest.is_empty() {
        let piece = match digits(&mut rest) {
            "" => take_while(&mut rest, |byte| byte.is_ascii_alphabetic()),
            number => number,
        };
        if !piece.is_empty() {
            segments.push(piece);
        } else {
            // A hyphen stands for the word `pre`.
            if rest.starts_with('-') {
                segments.push("pre");
            }
            rest = rest.get(rest.chars().next().map_or(0, char::len_utf8)..).unwrap_or_default();
        }
    }
    // Zeros at the end of the release, and of what follows it, say nothing.
    let first_word = segments.iter().position(|segment| !is_number(segment)).unwrap_or(segments.len());
    let words = without_zeros(segments.split_off(first_word));
    let mut segments = without_zeros(segments);
    segments.extend(words);
    segments
}

fn without_zeros(mut segments: Vec<&str>) -> Vec<&str> {
    while segments.last().is_some_and(|last| is_number(last) && last.bytes().all(|digit| digit == b'0')) {
        segments.pop();
    }
    segments
}

fn is_number(segment: &str) -> bool {
    segment.starts_with(|first: char| first.is_ascii_digit())
}

pub fn compare(one: &str, other: &str) -> Ordering {
    let (one, other) = (segments(one), segments(other));
    for place in 0..one.len().max(other.len()) {
        let (here, there) = (one.get(place).copied(), other.get(place).copied());
        let (here, there) = (here.unwrap_or("0"), there.unwrap_or("0"));
        let ordering = match (is_number(here), is_number(there)) {
            (true, true) => numbers(here, there),
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => here.cmp(there),
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
    Ordering::Equal
}
