//! The facts of an image, kept so that it can be judged again without its disk: when rules change, or what is known of bugs.
//!
//! - [`recorder`]: keeps the bytes that are looked at
//! - [`pages`]: a disk of which only those bytes are known
//! - [`origin`]: from which of these facts are gathered
//! - [`foresight`]: looks at what later rules are likely to ask for
//! - [`packed`]: all of this as one file
//!
//! What is kept are bytes of the disk, so that judging again runs the very code that judged first: filesystems and configuration
//! are read anew from the pages that were kept. What would need too many of them is kept as what it came to: the pass over all
//! bytes, packages, and the drivers in an initramfs, in [`Known`].
//!
//! Invariants: under the same edition and profile the stored facts give the same report as the disk did, byte for byte. What was not
//! kept is never made up: a rule that asks for it is not decided, which sends the image to be read again. A stored file is hostile
//! input like any image, and bears no proof of who wrote it: whoever goes by one must have kept it safe. It holds what the image
//! holds, password hashes and configuration, so only those may read it who may read the image.

mod foresight;
mod origin;
mod packed;
mod pages;
mod recorder;

use std::io;
use std::sync::Arc;

use disk::content_id::ContentId;
use disk::read_at::ReadAt;
use serde::{Deserialize, Serialize};

use crate::content::Content;
use crate::facts::{self, Facts, Given};
use crate::finding::{Undecided, Verdict};
use crate::packages::Inventory;
use crate::phrase::Phrase;
use crate::profile::Profile;
use crate::progress::{Progress, Silent, Stage};
use crate::report::Report;
use crate::rulebook;
use crate::seen::Seen;

pub use origin::{Modules, Origin, Packages};
pub use packed::{NotStored, STORED_BYTES_MAX};
pub use pages::{NotKept, Pages};
pub use recorder::Recorder;

/// What is kept as what it came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Known {
    pub content: Content,
    pub inventory: Option<Result<Inventory, Undecided>>,
    /// What the system's own packager installed; `None` where there is no system.
    pub packages: Option<Packages>,
    /// The drivers in the initramfs that boots; `None` where no kernel was found.
    pub modules: Option<Modules>,
}

/// What an image was found to be.
#[derive(Debug, Clone)]
pub struct Stored {
    file_name: String,
    pages: Arc<Pages>,
    known: Known,
    /// What need not be looked at again in the next version of the image, as JSON: nobody who judges by facts reads it.
    seen: Arc<[u8]>,
}

impl Stored {
    /// The name of the bytes that these are facts of.
    pub fn content_id(&self) -> &str {
        &self.known.content.content_id
    }

    /// How many bytes of the image are among them.
    pub fn kept_bytes(&self) -> usize {
        self.pages.bytes().len()
    }

    /// The facts, as rules ask for them.
    pub fn facts(&self) -> io::Result<Facts> {
        // Whoever asks counts for himself what was not kept.
        let pages = Arc::new(self.pages.untouched());
        facts::gather(
            &Origin::Kept(pages, Box::new(self.known.clone())),
            &self.file_name,
            &Given::default(),
            &Silent,
        )
    }

    /// What need not be looked at again in the next version of the image. Nothing of it, if it cannot be read.
    pub fn seen(&self) -> Seen {
        serde_json::from_slice(&self.seen).unwrap_or_default()
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
    given: &Given<'_>,
    progress: &dyn Progress,
) -> (Report, Option<Stored>) {
    let size_bytes = source.size_bytes();
    let recorder = Arc::new(Recorder::new(source));
    match facts::gather(&Origin::Watched(recorder.clone()), file_name, given, progress) {
        Ok(mut facts) => {
            facts::look_up(&mut facts, given);
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
    let linux = facts.disk.as_ref().and_then(|disk| disk.linux.as_ref());
    let kernel = linux.and_then(|linux| linux.kernel.as_ref().ok()?.as_ref());
    let known = Known {
        modules: kernel.map(|kernel| kernel.in_initramfs.clone()),
        packages: linux.map(|linux| linux.packages.clone()),
        inventory: facts.inventory,
        content: facts.content?,
    };
    let seen = serde_json::to_vec(&facts.seen).expect("digests and what was found are texts and numbers");
    let pages = Arc::new(recorder.pages());
    Some(Stored { file_name: file_name.to_owned(), pages, known, seen: seen.into() })
}

/// Judges an image by its stored facts alone. Nothing says that they are facts: see the [module](self).
pub fn judge_stored(stored: &Stored, profile: &Profile, given: &Given<'_>) -> Report {
    match stored.facts() {
        Ok(mut facts) => {
            facts::look_up(&mut facts, given);
            Report::new(&facts, profile, rulebook::judge(&facts, profile, |_| true), true)
        }
        Err(cause) => Report::unreadable(&stored.file_name, stored.pages.size_bytes(), profile, &cause),
    }
}

/// Whether a report by stored facts left something open that the image itself would tell.
pub fn must_be_read_again(report: &Report) -> bool {
    let open = report.rules.iter().filter(|judged| judged.verdict == Verdict::NotDecided);
    open.map(|judged| &judged.reason).chain(&report.broken_off).any(says_not_kept)
}

/// Phrases nest no deeper than rules write them, or than JSON that is read may nest.
fn says_not_kept(phrase: &Phrase) -> bool {
    matches!(
        phrase.key.as_str(),
        "unreadable.not_kept"
            | "undecided.not_kept"
            | "undecided.searched_otherwise"
            | "undecided.searched_by_others"
    ) || phrase.parts().any(says_not_kept)
}

/// Whether reading failed because what was asked for had not been kept.
pub fn is_not_kept(cause: &io::Error) -> bool {
    cause.get_ref().is_some_and(|cause| cause.is::<NotKept>())
}

/// Whether a text is the name of an image's bytes.
fn is_content_id(text: &str) -> bool {
    ContentId::parse(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Look, Outcome};
    use crate::phrase::say;
    use crate::profile::{Severity, Thresholds};
    use crate::rulebook::{Needs, Rule, Severities, judge_one};

    fn hasty(facts: &Facts, _: &Thresholds) -> Look {
        if let Some(kept) = &facts.kept {
            let _ = kept.read_exact_at(0, &mut [0]);
        }
        Ok(Outcome::holds(say("absent")))
    }

    #[test]
    fn a_rule_that_passes_over_what_was_not_kept_does_not_hold() {
        let severity = Severities { azure: Severity::Fail, kvm: Severity::Fail, strict: Severity::Fail };
        let rule = Rule { id: "X01", needs: Needs::File, severity, look: hasty };
        let mut facts = facts::of_container(&vec![1_u8; 9000], "a.vhd").expect("memory can be read");
        let judge = |facts: &Facts| judge_one(&rule, facts, &Profile::kvm());
        assert_eq!(judge(&facts).verdict, Verdict::Pass);
        facts.kept = Some(Arc::new(Pages::of(9000, &Default::default())));
        let judged = judge(&facts);
        assert_eq!((judged.verdict, judged.reason.key.as_str()), (Verdict::NotDecided, "undecided.not_kept"));
    }
}
