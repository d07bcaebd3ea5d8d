//! Debian: `epoch:upstream-revision`, where `~` sorts before the end and letters before everything else.

use std::cmp::Ordering;

use super::{digits, numbers};

pub fn compare(one: &str, other: &str) -> Ordering {
    let ((epoch, upstream, revision), (epoch2, upstream2, revision2)) = (parts(one), parts(other));
    numbers(epoch, epoch2).then_with(|| pieces(upstream, upstream2)).then_with(|| pieces(revision, revision2))
}

fn parts(version: &str) -> (&str, &str, &str) {
    let version = version.trim();
    let (epoch, rest) = match version.split_once(':') {
        Some((epoch, rest)) if epoch.bytes().all(|byte| byte.is_ascii_digit()) => (epoch, rest),
        _ => ("0", version),
    };
    let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
    (epoch, upstream, revision)
}

/// Where a byte sorts among what is no digit; the end has place 0.
fn place(byte: Option<u8>) -> i32 {
    match byte {
        None => 0,
        Some(b'~') => -1,
        Some(byte) if byte.is_ascii_digit() => 0,
        Some(byte) if byte.is_ascii_alphabetic() => i32::from(byte),
        Some(byte) => i32::from(byte) + 256,
    }
}

fn pieces(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (one.as_bytes(), other.as_bytes());
    while !one.is_empty() || !other.is_empty() {
        loop {
            let (here, there) = (one.first().copied(), other.first().copied());
            let ends = |byte: Option<u8>| byte.is_none_or(|byte| byte.is_ascii_digit());
            if ends(here) && ends(there) {
                break;
            }
            match place(here).cmp(&place(there)) {
                Ordering::Equal => {
                    one = one.get(1..).unwrap_or_default();
                    other = other.get(1..).unwrap_or_default();
                }
                unequal => return unequal,
            }
        }
        let run = |bytes: &[u8]| bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let ((here, rest), (there, rest2)) = (one.split_at(run(one)), other.split_at(run(other)));
        let text = |bytes| std::str::from_utf8(bytes).unwrap_or_default();
        let (mut here, mut there) = (text(here), text(there));
        match numbers(digits(&mut here), digits(&mut there)) {
            Ordering::Equal => (one, other) = (rest, rest2),
            unequal => return unequal,
        }
    }
    Ordering::Equal
}
