//! The certifier on real disks.

mod faults;
mod faults_packages;
mod hostile;
mod report;
mod specimen;
mod words;
