//! Disk images as data: bytes in, facts out.
//!
//! What is absent: async, HTTP, SQL, clocks and opinions. Whether a fact is good or bad is the certifier's business.
//! Input is hostile: every limit stands beside what it limits and is checked before memory is taken.

pub mod container;
pub mod content_id;
pub mod ext4;
mod fields;
pub mod partitions;
pub mod read_at;
pub mod signature;
pub mod tree;
