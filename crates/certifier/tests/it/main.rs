//! The certifier on real disks.

mod faults;
mod faults_content;
mod hostile;
mod report;
mod specimen;
mod words;
