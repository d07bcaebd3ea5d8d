//! What each rule looks at. A rule is a function of facts and thresholds; its row stands in the rulebook, its words in
//! `words/`. To add one: a row, a function, its words in each language, and a specimen that passes and one that fails.

pub mod accounts;
pub mod agent;
pub mod boot;
pub mod container;
pub mod content;
pub mod drivers;
pub mod firewall;
pub mod generalised;
mod hole_tables;
pub mod holes;
pub mod later;
pub mod lifetime;
pub mod market;
pub mod network;
pub mod packages;
pub mod partitions;
pub mod privileges;
pub mod remains;
pub mod sources;
pub mod ssh;
pub mod swap;
pub mod system;
pub mod volumes;
pub mod windows;
