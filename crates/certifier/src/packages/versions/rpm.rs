//! RPM: `epoch:version-release`, compared run by run of letters or digits; `~` sorts before the end, `^` after it.

use std::cmp::Ordering;

use super::{digits, numbers, take_while};

pub fn compare(one: &str, other: &str) -> Ordering {
    let ((epoch, version, release), (epoch2, version2, release2)) = (parts(one), parts(other));
    let releases = || match (release, release2) {
        (Some(release), Some(release2)) => segments(release, release2),
        // Who names no release means any.
        _ => Ordering::Equal,
    };
    numbers(epoch, epoch2).then_with(|| segments(version, version2)).then_with(releases)
}

fn parts(version: &str) -> (&str, &str, Option<&str>) {
    let version = version.trim();
    let (epoch, rest) = match version.split_once(':') {
        Some((epoch, rest)) if epoch.bytes().all(|byte| byte.is_ascii_digit()) => (epoch, rest),
        _ => ("0", version),
    };
    match rest.rsplit_once('-') {
        Some((version, release)) => (epoch, version, Some(release)),
        None => (epoch, rest, None),
    }
}

fn is_separator(character: char) -> bool {
    !character.is_ascii_alphanumeric() && character != '~' && character != '^'
}

fn segments(mut one: &str, mut other: &str) -> Ordering {
    loop {
        one = one.trim_start_matches(is_separator);
        other = other.trim_start_matches(is_separator);
        match (one.strip_prefix('~'), other.strip_prefix('~')) {
            (Some(rest), Some(rest2)) => {
                (one, other) = (rest, rest2);
                continue;
            }
            (Some(_), None) => return Ordering::Less,
            (None, Some(_)) => return Ordering::Greater,
            (None, None) => {}
        }
        match (one.strip_prefix('^'), other.strip_prefix('^')) {
            (Some(rest), Some(rest2)) => {
                (one, other) = (rest, rest2);
                continue;
            }
            (Some(_), None) => return if other.is_empty() { Ordering::Greater } else { Ordering::Less },
            (None, Some(_)) => return if one.is_empty() { Ordering::Less } else { Ordering::Greater },
            (None, None) => {}
        }
        if one.is_empty() || other.is_empty() {
            return one.len().min(1).cmp(&other.len().min(1));
        }
        let ordering = if one.starts_with(|first: char| first.is_ascii_digit()) {
            let (here, there) = (digits(&mut one), digits(&mut other));
            // A number is later than letters.
            if there.is_empty() { Ordering::Greater } else { numbers(here, there) }
        } else {
            let letters = |byte: u8| byte.is_ascii_alphabetic();
            let (here, there) = (take_while(&mut one, letters), take_while(&mut other, letters));
            if there.is_empty() { Ordering::Less } else { here.cmp(there) }
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
}
