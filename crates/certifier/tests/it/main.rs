//! The certifier on real disks.

mod faults;
mod hives;
mod hostile;
mod registry;
mod report;
mod specimen;
mod windows;
mod words;
