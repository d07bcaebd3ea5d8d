//! SemVer, read generously: a `v` or `go` before it, and more or fewer than three numbers, are taken.

use std::cmp::Ordering;

use super::{digits, numbers};

pub fn compare(one: &str, other: &str) -> Ordering {
    let ((release, before), (release2, before2)) = (parts(one), parts(other));
    let (mut here, mut there) = (release.split('.'), release2.split('.'));
    loop {
        let ordering = match (here.next(), there.next()) {
            (None, None) => break,
            (one, other) => identifiers(one.unwrap_or("0"), other.unwrap_or("0")),
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
    match (before, before2) {
        (None, None) => Ordering::Equal,
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (Some(one), Some(other)) => lists(one, other),
    }
}

/// The numbers, and what says that it comes before the release. Build metadata counts for nothing.
fn parts(version: &str) -> (&str, Option<&str>) {
    let version = version.trim();
    let version = version.strip_prefix("go").unwrap_or(version).trim_start_matches(['v', '=']);
    let version = version.split('+').next().unwrap_or("");
    if let Some((release, before)) = version.split_once('-') {
        return (release, Some(before));
    }
    // Go's toolchains say 1.21rc2.
    match version.find(|letter: char| letter.is_ascii_alphabetic()) {
        Some(at) if at > 0 => (&version[..at], Some(&version[at..])),
        _ => (version, None),
    }
}

fn lists(one: &str, other: &str) -> Ordering {
    let (mut here, mut there) = (one.split('.'), other.split('.'));
    loop {
        let ordering = match (here.next(), there.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(one), Some(other)) => identifiers(one, other),
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
}

/// Numbers come before words.
fn identifiers(one: &str, other: &str) -> Ordering {
    let number = |text: &str| {
        let mut rest = text;
        !digits(&mut rest).is_empty() && rest.is_empty()
    };
    match (number(one), number(other)) {
        (true, true) => numbers(one, other),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => one.cmp(other),
    }
}
