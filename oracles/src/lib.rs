//! Readers that others wrote, beside ours. Where a format has no tool that says all that is in a file, another's reader is the only
//! judge of ours that is not ours: both are given the same bytes, and must say the same.
//!
//! - [`hive`]: registry hives, as ours and as notatin reads them
//! - [`written`]: the hives of the certifier's own tests
//!
//! What is absent: anything that the product uses. A workspace of its own keeps what others' readers need out of it.

pub mod hive;
#[path = "../../crates/certifier/tests/it/hives.rs"]
pub mod written;
