//! W: Windows systems, and what the market's own machines need of them (K03, K04).

pub mod access;
pub mod boot;
pub mod identity;
pub mod network;
pub mod startup;
pub mod traces;
pub mod upkeep;

use crate::finding::{Evidence, Undecided, Weight};
use crate::phrase::{Phrase, quote, say};
use crate::windows::registry::Branch;
use crate::windows::system::Windows;

/// How a service or driver starts.
const AT_BOOT: u64 = 0;
const AUTOMATIC: u64 = 2;
const BY_HAND: u64 = 3;
const DISABLED: u64 = 4;

/// A number in words, or that there is none.
fn shown(number: Option<u64>) -> Phrase {
    number.map_or_else(|| say("registry.no_value"), |number| quote(&number.to_string()))
}

/// A value of the registry that is not as it should be.
fn setting(weight: Weight, branch: &Branch<'_>, name: &str, found: Phrase, expected: &str) -> Evidence {
    let piece = match weight {
        Weight::Full => Evidence::full(found),
        Weight::Light => Evidence::light(found),
    };
    piece.at(&branch.place(name)).expected(quote(expected))
}

/// Demands a number of a value, and returns what speaks against it.
fn demand(
    branch: &Branch<'_>,
    name: &str,
    wanted: u64,
    weight: Weight,
) -> Result<Option<Evidence>, Undecided> {
    let found = branch.number(name)?;
    let piece = || setting(weight, branch, name, shown(found), &wanted.to_string());
    Ok((found != Some(wanted)).then(piece))
}

/// How a service starts; `None` when there is no such service.
fn start_of(windows: &Windows, service: &str) -> Result<Option<u64>, Undecided> {
    windows.service(service)?.number("Start")
}
