//! The certifier on real disks.

mod boot;
mod certificate;
mod child;
mod faults;
mod faults_boot;
mod faults_volumes;
mod formats;
mod guide;
mod hostile;
mod layouts;
mod report;
mod specimen;
mod words;
