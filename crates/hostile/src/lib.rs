//! What is done to every parser with input that means harm. A body stands for a family of parsers: it takes any bytes at all, lets
//! the parsers read them, and asserts what must hold whatever they are. The fuzzers in `fuzz/` call the bodies with bytes that they
//! make up, the test in `tests/replay.rs` calls them with the corpus, so the two cannot drift apart.
//!
//! - [`bodies`]: the bodies, by name
//! - [`specimen`]: images made by the real tools, and small changes to them; what is checksummed is sealed anew ([`seal`])
//! - [`files`]: a filesystem in memory, whose files an input holds
//! - [`report`]: all rules asked of it, and what their report must keep to
//! - [`volume`]: everything that can be asked of a filesystem, and what its answers must keep to
//!
//! What is absent: anything that the product uses.

pub mod bodies;
pub mod files;
pub mod report;
pub mod seal;
pub mod specimen;
pub mod volume;
