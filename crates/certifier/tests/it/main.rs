//! The certifier on real disks.

mod content;
mod faults;
mod faults_content;
mod hostile;
mod report;
mod specimen;
mod words;
