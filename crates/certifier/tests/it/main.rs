//! The certifier on real disks.

mod boot;
mod faults;
mod faults_boot;
mod hostile;
mod report;
mod specimen;
mod words;
