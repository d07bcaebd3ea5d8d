//! Which of two versions is the later: every packager has an order of its own.
//!
//! Invariants: an order never fails; what is no version by its own rules still has a place, so that a hostile version neither
//! panics nor hides behind an error. Numbers of any length are compared as numbers without being counted.

use std::cmp::Ordering;

mod apk;
mod dpkg;
mod gem;
mod maven;
mod python;
mod rpm;
mod semantic;
#[cfg(test)]
mod tests;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Dpkg,
    Rpm,
    Apk,
    /// SemVer, as Cargo and npm have it; Go's too, which writes a `v` before it.
    Semantic,
    /// PEP 440.
    Python,
    Gem,
    Maven,
}

impl Order {
    pub fn compare(self, one: &str, other: &str) -> Ordering {
        match self {
            Order::Dpkg => dpkg::compare(one, other),
            Order::Rpm => rpm::compare(one, other),
            Order::Apk => apk::compare(one, other),
            Order::Semantic => semantic::compare(one, other),
            Order::Python => python::compare(one, other),
            Order::Gem => gem::compare(one, other),
            Order::Maven => maven::compare(one, other),
        }
    }
}

/// Two runs of digits as numbers.
fn numbers(one: &str, other: &str) -> Ordering {
    let (one, other) = (one.trim_start_matches('0'), other.trim_start_matches('0'));
    one.len().cmp(&other.len()).then_with(|| one.cmp(other))
}

/// Cuts off the first bytes that are such: they are ASCII, so the cut never falls into a character.
fn take_while<'a>(text: &mut &'a str, such: impl Fn(u8) -> bool) -> &'a str {
    let length = text.bytes().take_while(|byte| byte.is_ascii() && such(*byte)).count();
    let (taken, rest) = text.split_at(length);
    *text = rest;
    taken
}

fn digits<'a>(text: &mut &'a str) -> &'a str {
    take_while(text, |byte| byte.is_ascii_digit())
}
