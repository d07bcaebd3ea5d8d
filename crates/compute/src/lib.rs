//! The compute crate.
