//! The certifier on real disks.

mod faults;
mod guide;
mod hostile;
mod report;
mod specimen;
mod words;
