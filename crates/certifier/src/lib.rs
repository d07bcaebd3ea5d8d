//! The certifier: facts of a disk image in, a report out.
//!
//! [`certify`] gathers the facts ([`facts`]), asks every rule of the [`rulebook`] under a [`profile`], and gives a [`report`]
//! that is in no language yet; [`words`] has the languages, [`rendered`] and [`text`] write it out.
//!
//! What is absent: SQL, HTTP, clocks, and who asked. The same bytes under the same edition give the same report.

pub mod advisories;
pub mod anchors;
pub mod archives;
mod blocks;
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
pub mod finding;
pub mod formats;
mod in_order;
pub mod leftovers;
pub mod linux;
mod listed;
pub mod malware;
pub mod nearest;
pub mod packages;
pub mod phrase;
pub mod printable;
pub mod profile;
pub mod progress;
pub mod rendered;
pub mod report;
pub mod rulebook;
mod rules;
pub mod sbom;
pub mod scan;
pub mod secrets;
pub mod seen;
pub mod stored;
pub mod text;
pub mod volumes;
pub mod windows;
pub mod words;

use std::sync::Arc;

use disk::read_at::ReadAt;

use crate::facts::Given;
use crate::packages::Inventory;
use crate::phrase::{Phrase, say};
use crate::profile::Profile;
use crate::progress::{Progress, Stage};
use crate::report::Report;
use crate::rulebook::Needs;
use crate::stored::Origin;

/// Judges the image in `source`, which was given under `file_name`.
pub fn certify(
    source: Arc<dyn ReadAt>,
    file_name: &str,
    profile: &Profile,
    progress: &dyn Progress,
) -> Report {
    certify_given(source, file_name, profile, &Given::default(), progress)
}

/// Judges the image with what the judge brings along: known vulnerabilities, and the day.
pub fn certify_given(
    source: Arc<dyn ReadAt>,
    file_name: &str,
    profile: &Profile,
    given: &Given<'_>,
    progress: &dyn Progress,
) -> Report {
    match facts::gather(&Origin::Disk(source.clone()), file_name, given, progress) {
        Ok(mut facts) => {
            facts::look_up(&mut facts, given);
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

/// What is installed on an image, and the name of its bytes.
pub struct Stock {
    pub inventory: Inventory,
    pub content_id: String,
}

/// Lists what is installed, without judging; or says why that cannot be told.
pub fn take_stock(
    source: Arc<dyn ReadAt>,
    file_name: &str,
    progress: &dyn Progress,
) -> Result<Stock, Phrase> {
    let gathered = facts::gather(&Origin::Disk(source), file_name, &Given::default(), progress);
    let facts = gathered.map_err(|cause| say("unreadable.io").text("cause", &cause.to_string()))?;
    facts.linux().map_err(|undecided| undecided.0)?;
    let content_id = facts.content.map(|content| content.content_id).unwrap_or_default();
    match facts.inventory {
        Some(Ok(inventory)) => Ok(Stock { inventory, content_id }),
        Some(Err(undecided)) => Err(undecided.0),
        None => Err(say("undecided.not_looked")),
    }
}
