//! The certifier on real disks.

mod faults;
mod faults_volumes;
mod faults_windows;
mod hives;
mod hostile;
mod layouts;
mod registry;
mod report;
mod specimen;
mod windows;
mod words;
