//! The certifier crate.
