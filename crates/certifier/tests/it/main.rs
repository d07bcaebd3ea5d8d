//! The certifier on real disks.

mod faults;
mod hostile;
mod report;
mod specimen;
mod stored;
mod words;
