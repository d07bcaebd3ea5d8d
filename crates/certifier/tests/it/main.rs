//! The certifier on real disks.

mod certificate;
mod child;
mod faults;
mod formats;
mod guide;
mod hostile;
mod report;
mod specimen;
mod words;
