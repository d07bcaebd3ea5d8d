//! The certifier on real disks.

mod faults;
mod faults_volumes;
mod hives;
mod hostile;
mod hostile;
mod layouts;
mod registry;
mod report;
mod specimen;
mod windows;
mod words;
