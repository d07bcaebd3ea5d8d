//! The certifier on real disks.

mod boot;
mod faults;
mod faults_boot;
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
