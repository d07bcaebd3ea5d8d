//! The certifier on real disks.

mod boot;
mod certificate;
mod child;
mod content;
mod faults;
mod faults_boot;
mod faults_content;
mod faults_packages;
mod faults_volumes;
mod faults_windows;
mod formats;
mod guide;
mod hives;
mod hostile;
mod layouts;
mod linked;
mod ntfs;
mod registry;
mod report;
mod seen;
mod specimen;
mod stored;
mod windows;
mod words;
