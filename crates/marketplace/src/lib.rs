//! The marketplace crate.
