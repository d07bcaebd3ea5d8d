//! The mechanisms of the house: database, clock, blobs, jobs, mail, web frame, words, audit.
//!
//! What is absent: every noun of the guide. No file here knows what an offer or a seller is.

// Templates name this crate as other crates do, so that the same parts serve both.
extern crate self as house;

pub mod attempts;
pub mod audit;
pub mod blobs;
pub mod chance;
pub mod clock;
pub mod db;
pub mod error;
pub mod ids;
pub mod jobs;
pub mod mail;
pub mod outbox;
pub mod sessions;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod tls;
pub mod web;
pub mod words;

pub use clock::{Clock, Timestamp};
pub use db::{Columns, Database, Tx};
pub use error::{Error, Refusal, Result};
pub use ids::Id;

/// The tables that every market has. They come before those of the chapters.
pub const MIGRATIONS: &[db::Migration] =
    &[db::Migration { name: "0001-house", text: include_str!("../migrations/0001-house.sql") }];
