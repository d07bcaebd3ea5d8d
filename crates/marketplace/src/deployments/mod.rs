//! What runs where, and is it well?

use house::jobs::Handlers;

use house::words::Language;

/// What this chapter says.
pub const WORDS: &[(Language, &str)] =
    &[(Language::En, include_str!("words.en.ftl")), (Language::Fr, include_str!("words.fr.ftl"))];

use crate::market::Market;

/// Adds the jobs of this chapter.
pub fn handle(_handlers: &mut Handlers, _market: &Market) {}
