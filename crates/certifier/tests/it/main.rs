//! The certifier on real disks.

mod boot;
mod faults;
mod faults_boot;
mod faults_volumes;
mod hostile;
mod layouts;
mod report;
mod specimen;
mod stored;
mod words;
