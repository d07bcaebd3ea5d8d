//! The mechanisms of the house: database, clock, blobs, jobs, mail, web frame, words, audit.
//!
//! What is absent: every noun of the guide. No file here knows what an offer or a seller is.

// Templates name this crate as other crates do, so that the same parts serve both.
extern crate self as house;

pub mod clock;
pub mod error;
pub mod ids;
pub mod web;
pub mod words;

pub use clock::{Clock, Timestamp};
pub use error::{Error, Refusal, Result};
pub use ids::Id;
