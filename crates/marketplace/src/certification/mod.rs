//! Is this image fit, by which rules, when?
//!
//! A run judges one image by one profile and ends in a report. The report is kept as the certifier wrote it, in no language, and
//! told in the reader's. Whoever begins a run may hand over what is to be done when it is concluded.
//!
//! What is absent: a run that changes its mind. A second look is a second run.

use house::jobs::Handlers;

use house::words::Language;

/// What this chapter says.
pub const WORDS: &[(Language, &str)] =
    &[(Language::En, include_str!("words.en.ftl")), (Language::Fr, include_str!("words.fr.ftl"))];

use house::{Id, Result, Timestamp, Tx};

use crate::images::Image;
use crate::market::Market;

#[derive(Debug, Clone)]
pub struct Run {
    pub id: Id<Run>,
    pub image: Id<Image>,
    pub profile: String,
    pub begun_at: Timestamp,
    pub stage: Stage,
}

#[derive(Debug, Clone)]
pub enum Stage {
    Queued,
    Running { percent: i64 },
    Concluded { at: Timestamp, verdict: Verdict },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Certified,
    NotCertified,
    CouldNotJudge,
}

/// What is to be done when a run is concluded: a kind of job and its subject.
#[derive(Debug, Clone)]
pub struct Then {
    pub kind: &'static str,
    pub subject: String,
}

/// Begins to judge an image by this profile. A run of the same image, profile and rulebook that is concluded already is not done
/// again: `then` is queued at once.
pub async fn begin(_tx: &mut Tx, _image: Id<Image>, _profile: &str, _then: Option<Then>) -> Result<Id<Run>> {
    todo!("certification")
}

pub async fn run(_tx: &mut Tx, _id: Id<Run>) -> Result<Option<Run>> {
    todo!("certification")
}

/// The newest run of an image by this profile.
pub async fn newest(_tx: &mut Tx, _image: Id<Image>, _profile: &str) -> Result<Option<Run>> {
    todo!("certification")
}

/// Adds the jobs of this chapter.
pub fn handle(_handlers: &mut Handlers, _market: &Market) {}
