//! The house crate.
