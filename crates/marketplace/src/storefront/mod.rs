//! What does a customer see and find?
//!
//! The home page, the search, an offer's page and its public report. All of it is read from what publishing has put on sale;
//! this chapter keeps nothing but a copy in memory, made anew when what is on sale has changed.
//!
//! What is absent: any table, and any opinion about what is good. The order of things follows from the words sought, from time
//! and from price, and from nothing that anyone could pay for.

mod fold;
mod index;
mod offer;
pub mod pages;
mod record;
mod search;
mod shelves;
#[cfg(test)]
mod tests;
mod tiles;

use house::words::Language;

/// What this chapter says.
pub const WORDS: &[(Language, &str)] =
    &[(Language::En, include_str!("words.en.ftl")), (Language::Fr, include_str!("words.fr.ftl"))];

pub use search::{Order, Query};
pub use shelves::{Good, Shelf, Shelves};
