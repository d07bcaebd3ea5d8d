//! The market: one folder a chapter, in the order in which they build on one another.
//!
//! A chapter may use those before it and never those after it, in Rust and in SQL. When a later chapter must hear of an earlier
//! one's result it hands over a continuation as data, a [`certification::Then`].

pub mod market;

// A room that is no chapter: what stands around every page.
pub mod hall;

pub mod people;
pub mod sellers;

pub mod images;

pub mod offers;

pub mod certification;

pub mod leads;

pub mod publishing;

pub mod orders;

pub mod deployments;

pub mod storefront;

pub mod pages;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use market::{Market, Settings, migrations};
