//! The certifier: facts of a disk image in, a report out.
//!
//! [`certify`] gathers the facts ([`facts`]), asks every rule of the [`rulebook`] under a [`profile`], and gives a [`report`]
//! that is in no language yet; [`words`] has the languages, [`rendered`] and [`text`] write it out.
//!
//! What is absent: SQL, HTTP, clocks, and who asked. The same bytes under the same edition give the same report.

pub mod anchors;
mod archives;
pub mod certificate;
pub mod chapters;
pub mod child;
pub mod compare;
pub mod content;
pub mod date;
pub mod examine;
pub mod exceptions;
pub mod facts;
pub mod files;
pub mod filled;
pub mod finding;
pub mod formats;
pub mod leftovers;
pub mod linux;
pub mod malware;
pub mod nearest;
pub mod phrase;
pub mod printable;
pub mod profile;
pub mod progress;
pub mod rendered;
pub mod report;
pub mod rulebook;
mod rules;
pub mod scan;
pub mod secrets;
pub mod text;
pub mod volumes;
pub mod windows;
pub mod words;

use std::sync::Arc;

use disk::read_at::ReadAt;

use crate::malware::Scanners;
use crate::profile::Profile;
use crate::progress::{Progress, Stage};
use crate::report::Report;
use crate::rulebook::Needs;

/// Judges the image in `source`, which was given under `file_name`.
pub fn certify(
    source: Arc<dyn ReadAt>,
    file_name: &str,
    profile: &Profile,
    progress: &dyn Progress,
) -> Report {
    certify_with(source, file_name, profile, &Scanners::default(), progress)
}

/// The same, with an operator's scanners asked about every file.
pub fn certify_with(
    source: Arc<dyn ReadAt>,
    file_name: &str,
    profile: &Profile,
    scanners: &Scanners,
    progress: &dyn Progress,
) -> Report {
    match facts::gather(&source, file_name, scanners, progress) {
        Ok(facts) => {
            progress.update(Stage::Rules, 0, 0);
            Report::new(&facts, profile, rulebook::judge(&facts, profile, |_| true), true)
        }
        Err(cause) => Report::unreadable(file_name, source.size_bytes(), profile, &cause),
    }
}

/// Judges the container alone, from both ends of the file, so that an upload can be refused before it is complete.
pub fn certify_container(source: &dyn ReadAt, file_name: &str, profile: &Profile) -> Report {
    match facts::of_container(source, file_name) {
        Ok(facts) => {
            let wanted =
                |rule: &rulebook::Rule| matches!(rule.needs, Needs::File | Needs::Footer | Needs::FixedVhd);
            Report::new(&facts, profile, rulebook::judge(&facts, profile, wanted), false)
        }
        Err(cause) => Report::unreadable(file_name, source.size_bytes(), profile, &cause),
    }
}
