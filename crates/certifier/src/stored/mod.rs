//! The facts of an image, kept so that it can be judged again without its disk: when rules change, or what is known of bugs.
//!
//! - [`recorder`]: keeps the bytes that are looked at
//! - [`pages`]: a disk of which only those bytes are known
//! - [`foresight`]: looks at what later rules are likely to ask for
//! - [`packed`]: all of this as one file
//!
//! What is kept are bytes of the disk, so that judging again runs the very code that judged first: filesystems and configuration
//! are read anew from the pages that were kept. What would need too many of them is kept as what it came to: the pass over all
//! bytes, in [`Known`].
//!
//! Invariants: under the same edition and profile the stored facts give the same report as the disk did, byte for byte. What was not
//! kept is never made up: a rule that asks for it is not decided, which sends the image to be read again. A stored file is hostile
//! input like any image, and bears no proof of who wrote it: whoever goes by one must have kept it safe. It holds what the image
//! holds, password hashes and configuration, so only those may read it who may read the image.

mod foresight;
mod packed;
mod pages;
mod recorder;

use std::io;
use std::sync::Arc;

use disk::content_id::ContentId;
use disk::read_at::ReadAt;
use serde::{Deserialize, Serialize};

use crate::facts::{self, Content, Facts, Origin};
use crate::profile::Profile;
use crate::progress::{Progress, Silent, Stage};
use crate::report::Report;
use crate::rulebook;

pub use packed::{NotStored, STORED_BYTES_MAX};
pub use pages::{NotKept, Pages};
pub use recorder::Recorder;

/// What is kept as what it came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Known {
    pub content: Content,
}

/// What an image was found to be.
#[derive(Debug, Clone)]
pub struct Stored {
    file_name: String,
    pages: Arc<Pages>,
    known: Known,
}

impl Stored {
    /// The name of the bytes that these are facts of.
    pub fn content_id(&self) -> &str {
        &self.known.content.content_id
    }

    /// What the image was called.
    pub fn file_name(&self) -> &str {
        &self.file_name
    }
}

/// Judges an image, and keeps its facts. There are none to keep of an image that could not be read.
pub fn certify_and_store(
    source: Arc<dyn ReadAt>,
    file_name: &str,
    profile: &Profile,
    progress: &dyn Progress,
) -> (Report, Option<Stored>) {
    let size_bytes = source.size_bytes();
    let recorder = Arc::new(Recorder::new(source));
    match facts::gather(&Origin::Watched(recorder.clone()), file_name, progress) {
        Ok(facts) => {
            progress.update(Stage::Rules, 0, 0);
            let report = Report::new(&facts, profile, rulebook::judge(&facts, profile, |_| true), true);
            let stored = keep(&recorder, facts, file_name);
            (report, stored)
        }
        Err(cause) => (Report::unreadable(file_name, size_bytes, profile, &cause), None),
    }
}

fn keep(recorder: &Recorder, facts: Facts, file_name: &str) -> Option<Stored> {
    // The profile may have left rules out that another asks.
    rulebook::judge(&facts, &Profile::strict(), |_| true);
    if let Some(disk) = &facts.disk {
        foresight::look(disk, recorder);
    }
    let content = facts.content?;
    let pages = Arc::new(recorder.pages());
    Some(Stored { file_name: file_name.to_owned(), pages, known: Known { content } })
}

/// Judges an image by its stored facts alone. Nothing says that they are facts: see the [module](self).
pub fn judge_stored(stored: &Stored, profile: &Profile) -> Report {
    // Each judgement counts for itself what it missed.
    let pages = Arc::new(stored.pages.untouched());
    let origin = Origin::Kept(pages, Box::new(stored.known.clone()));
    match facts::gather(&origin, &stored.file_name, &Silent) {
        Ok(facts) => Report::new(&facts, profile, rulebook::judge(&facts, profile, |_| true), true),
        Err(cause) => Report::unreadable(&stored.file_name, stored.pages.size_bytes(), profile, &cause),
    }
}

/// Whether reading failed because what was asked for had not been kept.
pub fn is_not_kept(cause: &io::Error) -> bool {
    cause.get_ref().is_some_and(|cause| cause.is::<NotKept>())
}

/// Whether a text is the name of an image's bytes.
fn is_content_id(text: &str) -> bool {
    ContentId::parse(text).is_ok()
}
