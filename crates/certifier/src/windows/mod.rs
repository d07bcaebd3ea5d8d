//! What a Windows image says of itself, read from its hives and files and never by running it.
//!
//! - [`hive`]: registry hives, with their logs
//! - [`registry`]: hives as rules ask for them
//! - [`pe`]: machine and version of programs
//! - [`versions`]: the dated table of builds
//! - [`sam`]: local accounts
//! - [`system`]: the system as a whole

pub mod hive;
pub(crate) mod little_endian;
pub mod pe;
pub mod registry;
pub mod sam;
pub mod system;
pub mod versions;
