//! Python: PEP 440. What is no version by it sorts before all that are.

use std::cmp::Ordering;

use super::{digits, numbers, take_while};

/// A release segment longer than this is no version.
const NUMBERS_MAX: usize = 64;

#[derive(Debug, Default)]
struct Version {
    epoch: String,
    release: Vec<String>,
    /// `a`, `b` or `rc` with its number.
    before: Option<(u8, String)>,
    after: Option<String>,
    development: Option<String>,
    local: Vec<String>,
}

pub fn compare(one: &str, other: &str) -> Ordering {
    match (parse(one), parse(other)) {
        (None, None) => one.cmp(other),
        (None, Some(_)) => Ordering::Less,
        (Some(_), None) => Ordering::Greater,
        (Some(one), Some(other)) => versions(&one, &other),
    }
}

fn versions(one: &Version, other: &Version) -> Ordering {
    let mut ordering = numbers(&one.epoch, &other.epoch);
    for place in 0..one.release.len().max(other.release.len()) {
        let part = |version: &Version| version.release.get(place).cloned().unwrap_or_default();
        ordering = ordering.then_with(|| numbers(&part(one), &part(other)));
    }
    ordering
        .then_with(|| pre(one, other))
        .then_with(|| optional(one.after.as_deref(), other.after.as_deref(), Ordering::Less))
        .then_with(|| optional(one.development.as_deref(), other.development.as_deref(), Ordering::Greater))
        .then_with(|| local(&one.local, &other.local))
}

/// `absent` says where a version without it stands beside one with it.
fn optional(one: Option<&str>, other: Option<&str>, absent: Ordering) -> Ordering {
    match (one, other) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => absent,
        (Some(_), None) => absent.reverse(),
        (Some(one), Some(other)) => numbers(one, other),
    }
}

/// Before a release come its candidates, and before those what is only under development towards it.
fn pre(one: &Version, other: &Version) -> Ordering {
    let rank = |version: &Version| match &version.before {
        Some((kind, _)) => i16::from(*kind),
        None if version.after.is_none() && version.development.is_some() => -1,
        None => i16::MAX,
    };
    let number = |version: &Version| version.before.as_ref().map_or("", |(_, number)| number).to_owned();
    rank(one).cmp(&rank(other)).then_with(|| numbers(&number(one), &number(other)))
}

/// A number is later than a word, and more is later than less.
fn local(one: &[String], other: &[String]) -> Ordering {
    for (here, there) in one.iter().zip(other) {
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
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
    one.len().cmp(&other.len())
}

fn parse(text: &str) -> Option<Version> {
    let lower = text.trim().to_ascii_lowercase();
    let mut rest = lower.strip_prefix('v').unwrap_or(&lower);
    let mut version = Version::default();
    if let Some((epoch, after)) = rest.split_once('!') {
        let mut number = epoch;
        digits(&mut number).clone_into(&mut version.epoch);
        if !number.is_empty() || epoch.is_empty() {
            return None;
        }
        rest = after;
    }
    loop {
        let number = digits(&mut rest);
        if number.is_empty() || version.release.len() == NUMBERS_MAX {
            return None;
        }
        version.release.push(number.to_owned());
        match rest.strip_prefix('.') {
            Some(after) if after.starts_with(|first: char| first.is_ascii_digit()) => rest = after,
            _ => break,
        }
    }
    while !rest.is_empty() && !rest.starts_with('+') {
        piece(&mut rest, &mut version)?;
    }
    if let Some(local) = rest.strip_prefix('+') {
        version.local = local.split(['.', '-', '_']).map(str::to_owned).collect();
        if version
            .local
            .iter()
            .any(|part| part.is_empty() || !part.bytes().all(|b| b.is_ascii_alphanumeric()))
        {
            return None;
        }
    }
    Some(version)
}

/// One of `rc1`, `.post2`, `-3`, `.dev4`.
fn piece(rest: &mut &str, version: &mut Version) -> Option<()> {
    let bare = rest.strip_prefix('-').filter(|after| after.starts_with(|first: char| first.is_ascii_digit()));
    if let Some(after) = bare {
        *rest = after;
        version.after = Some(digits(rest).to_owned());
        return Some(());
    }
    *rest = rest.strip_prefix(['.', '-', '_']).unwrap_or(rest);
    let word = take_while(rest, |byte| byte.is_ascii_alphabetic());
    if let Some(after) = rest.strip_prefix(['.', '-', '_'])
        && after.starts_with(|first: char| first.is_ascii_digit())
    {
        *rest = after;
    }
    let number = digits(rest).to_owned();
    match word {
        "a" | "alpha" => version.before = Some((0, number)),
        "b" | "beta" => version.before = Some((1, number)),
        "c" | "rc" | "pre" | "preview" => version.before = Some((2, number)),
        "post" | "rev" | "r" => version.after = Some(number),
        "dev" => version.development = Some(number),
        _ => return None,
    }
    Some(())
}
