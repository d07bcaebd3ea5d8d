//! The certifier on real disks.

mod faults;
mod faults_volumes;
mod hostile;
mod layouts;
mod report;
mod specimen;
mod words;
