//! Maven: numbers and qualifiers in turn; `-` and the border of a digit and a letter begin a list within the list.

use std::cmp::Ordering;

use super::numbers;

/// The qualifiers in their order; the release itself is the empty one.
const QUALIFIERS: [&str; 7] = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];
const RELEASE: usize = 5;

/// Longer versions are cut: lists lie within lists, and comparing them recurses.
const CHARS_MAX: usize = 128;

#[derive(Debug)]
enum Item {
    Number(String),
    Word(String),
    List(Vec<Item>),
}

impl Item {
    fn is_null(&self) -> bool {
        match self {
            Item::Number(number) => number.is_empty(),
            Item::Word(word) => word.is_empty(),
            Item::List(items) => items.is_empty(),
        }
    }
}

pub fn compare(one: &str, other: &str) -> Ordering {
    lists(&parse(one), &parse(other))
}

fn parse(version: &str) -> Vec<Item> {
    let lower: String = version.trim().to_ascii_lowercase().chars().take(CHARS_MAX).collect();
    // The lists that are open, the outermost first.
    let mut open: Vec<Vec<Item>> = vec![Vec::new()];
    let mut token = String::new();
    let mut in_number = false;
    let push = |open: &mut Vec<Vec<Item>>, token: &mut String, in_number: bool, digit_follows: bool| {
        let item = if in_number {
            Item::Number(token.trim_start_matches('0').to_owned())
        } else {
            Item::Word(qualifier(token, digit_follows).to_owned())
        };
        open.last_mut().expect("the outermost list stays open").push(item);
        token.clear();
    };
    for character in lower.chars() {
        match character {
            '.' | '-' | '_' => {
                if token.is_empty() {
                    open.last_mut().expect("the outermost list stays open").push(Item::Number(String::new()));
                } else {
                    push(&mut open, &mut token, in_number, false);
                }
                if character == '-' {
                    open.push(Vec::new());
                }
                in_number = false;
            }
            _ => {
                let is_digit = character.is_ascii_digit();
                if !token.is_empty() && is_digit != in_number {
                    push(&mut open, &mut token, in_number, is_digit);
                    open.push(Vec::new());
                }
                in_number = is_digit;
                token.push(character);
            }
        }
    }
    if !token.is_empty() {
        push(&mut open, &mut token, in_number, false);
    }
    close(open)
}

/// Puts each list into the one around it, without the nothings at its end.
fn close(mut open: Vec<Vec<Item>>) -> Vec<Item> {
    loop {
        let mut innermost = open.pop().unwrap_or_default();
        normalise(&mut innermost);
        match open.last_mut() {
            Some(around) => around.push(Item::List(innermost)),
            None => return innermost,
        }
    }
}

fn normalise(items: &mut Vec<Item>) {
    for place in (0..items.len()).rev() {
        if items[place].is_null() {
            items.remove(place);
        } else if !matches!(items[place], Item::List(_)) {
            break;
        }
    }
}

fn qualifier(token: &str, digit_follows: bool) -> &str {
    match (token, digit_follows) {
        ("a", true) => "alpha",
        ("b", true) => "beta",
        ("m", true) => "milestone",
        ("ga" | "final" | "release", _) => "",
        ("cr", _) => "rc",
        _ => token,
    }
}

/// Where a qualifier sorts: the known ones first, then the others by name.
fn rank(word: &str) -> (usize, &str) {
    match QUALIFIERS.iter().position(|known| *known == word) {
        Some(place) => (place, ""),
        None => (QUALIFIERS.len(), word),
    }
}

fn items(one: Option<&Item>, other: Option<&Item>) -> Ordering {
    use Item::{List, Number, Word};
    match (one, other) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => items(other, None).reverse(),
        (Some(Number(number)), None) => numbers(number, ""),
        (Some(Word(word)), None) => rank(word).cmp(&(RELEASE, "")),
        (Some(List(inner)), None) => inner
            .iter()
            .map(|item| items(Some(item), None))
            .find(|ordering| *ordering != Ordering::Equal)
            .unwrap_or(Ordering::Equal),
        (Some(Number(one)), Some(Number(other))) => numbers(one, other),
        (Some(Word(one)), Some(Word(other))) => rank(one).cmp(&rank(other)),
        (Some(List(one)), Some(List(other))) => lists(one, other),
        (Some(Number(_)), Some(_)) => Ordering::Greater,
        (Some(_), Some(Number(_))) => Ordering::Less,
        (Some(List(_)), Some(Word(_))) => Ordering::Greater,
        (Some(Word(_)), Some(List(_))) => Ordering::Less,
    }
}

fn lists(one: &[Item], other: &[Item]) -> Ordering {
    (0..one.len().max(other.len()))
        .map(|place| items(one.get(place), other.get(place)))
        .find(|ordering| *ordering != Ordering::Equal)
        .unwrap_or(Ordering::Equal)
}
