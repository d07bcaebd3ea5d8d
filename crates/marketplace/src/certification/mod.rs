//! Is this image fit, by which rules, when?
//!
//! A run judges one image by one profile and ends in a report. The report is kept as the certifier wrote it, in no language, and
//! told in the reader's. Whoever begins a run may hand over what is to be done when it is concluded.
//!
//! The bytes of an image are hostile, so they are read in a process of its own, with limits on its memory and its time; its death
//! is a verdict, never an outage.
//!
//! A verdict that is good is signed in its own transaction ([`signing`]): there is no certified image without a certificate that anyone
//! can check offline, and no certificate of one that was not.
//!
//! What is absent: a run that changes its mind. A second look is a second run. And two runs for one question: whoever asks again
//! while a run is under way, or after it was decided by the same edition of the rulebook, the same profile and the same feed of
//! advisories, is given that run.

pub mod again;
pub mod api;
mod begin;
pub mod child;
pub mod comparison;
mod conclude;
pub mod exceptions;
mod jobs;
mod judging;
mod letters;
pub mod pages;
mod record;
pub mod report_view;
mod signing;
#[cfg(test)]
mod tests;

use certifier::child::Measure;
use certifier::date::Date;
use certifier::exceptions::{Granted, Never};
use certifier::profile::Profile;
use certifier::report::{Overall, Report};
use house::error::Kind;
use house::words::{Language, Text, Words};
use house::{Id, Refusal, Result, Timestamp, Tx};

use crate::images::Image;
use crate::market::Market;

pub use begin::{begin, judge_again};
pub use conclude::{Outcome, conclude};
pub use jobs::handle;
pub use signing::{
    PublishedKey, Signed, Signer, Standing, day_of, key, keys, midnight, sign_soon, signed, standing,
};

/// What this chapter says.
pub const WORDS: &[(Language, &str)] =
    &[(Language::En, include_str!("words.en.ftl")), (Language::Fr, include_str!("words.fr.ftl"))];

/// The profiles by which anyone may have an image judged.
pub const PROFILES: [&str; 3] = ["kvm", "azure", "strict"];

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

impl Verdict {
    /// The name in the database and in the API.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Certified => "certified",
            Verdict::NotCertified => "not_certified",
            Verdict::CouldNotJudge => "could_not_judge",
        }
    }

    pub(super) fn parse(name: &str) -> Option<Verdict> {
        [Verdict::Certified, Verdict::NotCertified, Verdict::CouldNotJudge]
            .into_iter()
            .find(|verdict| verdict.name() == name)
    }

    /// A container that is sound is no certificate: the whole image was to be judged.
    fn of(report: &Report) -> Verdict {
        match report.verdict {
            Overall::Certified => Verdict::Certified,
            Overall::NotCertified => Verdict::NotCertified,
            Overall::CouldNotJudge | Overall::ContainerSound => Verdict::CouldNotJudge,
        }
    }
}

impl Run {
    pub fn verdict(&self) -> Option<Verdict> {
        match self.stage {
            Stage::Concluded { verdict, .. } => Some(verdict),
            Stage::Queued | Stage::Running { .. } => None,
        }
    }
}

/// What is to be done when a run is concluded: a kind of job and its subject.
#[derive(Debug, Clone)]
pub struct Then {
    pub kind: &'static str,
    pub subject: String,
}

/// What a shop page tells of an image's fitness, without the report itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    pub run: Id<Run>,
    pub image: Id<Image>,
    pub content_id: String,
    pub sha256: String,
    pub size_bytes: i64,
    pub profile: String,
    pub rulebook: String,
    /// When it was judged last, with the same outcome.
    pub judged_at: Timestamp,
    /// The day of the feed of advisories that was looked into then.
    pub advisories: Option<String>,
    pub passed: usize,
    pub warnings: usize,
    pub not_applicable: usize,
    /// Where the signed statement is, once there is one.
    pub address: Option<String>,
}

/// The ways in which this chapter says no.
#[derive(Debug)]
pub enum Refused {
    NoSuchProfile,
    NoReportYet,
    NoCertificate,
    /// Nobody may accept that this rule is broken.
    NeverExcepted {
        rule: &'static str,
        never: Never,
    },
    /// The report does not say that the rule is broken.
    NotBroken {
        rule: &'static str,
    },
    /// The rule could not be decided.
    NotSeen {
        rule: &'static str,
    },
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Refused::NoSuchProfile => "certification.no_such_profile",
            Refused::NoReportYet => "certification.no_report_yet",
            Refused::NoCertificate => "certification.no_certificate",
            Refused::NeverExcepted { .. } => "certification.never_excepted",
            Refused::NotBroken { .. } => "certification.not_broken",
            Refused::NotSeen { .. } => "certification.not_seen",
        }
    }

    fn text(&self) -> Text {
        match self {
            Refused::NoSuchProfile => Text::new("refused-certification-no-such-profile"),
            Refused::NoReportYet => Text::new("refused-certification-no-report-yet"),
            Refused::NoCertificate => Text::new("refused-certification-no-certificate"),
            Refused::NeverExcepted { rule, never } => Text::new(never_key(*never)).with("rule", *rule),
            Refused::NotBroken { rule } => Text::new("refused-certification-not-broken").with("rule", *rule),
            Refused::NotSeen { rule } => Text::new("refused-certification-not-seen").with("rule", *rule),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Refused::NoSuchProfile => Kind::BadInput,
            Refused::NeverExcepted { .. } => Kind::NotAllowed,
            Refused::NoReportYet
            | Refused::NoCertificate
            | Refused::NotBroken { .. }
            | Refused::NotSeen { .. } => Kind::NotNow,
        }
    }
}

/// Refuses a name under which this market has no profile.
pub fn known_profile(market: &Market, name: &str) -> Result<(), Refused> {
    let is_own = name == market.settings().profile;
    if is_own || Profile::named(name).is_some() { Ok(()) } else { Err(Refused::NoSuchProfile) }
}

/// The profile of this name: one that comes with the rulebook, or the operator's own.
pub fn measure(market: &Market, name: &str) -> Measure {
    match &market.settings().own_profile {
        Some(text) if name == market.settings().profile => Measure::Toml(text.clone()),
        _ => Measure::Named(name.to_owned()),
    }
}

pub async fn run(tx: &mut Tx, id: Id<Run>) -> Result<Option<Run>> {
    record::run(tx, id).await
}

/// The newest run of an image by this profile.
pub async fn newest(tx: &mut Tx, image: Id<Image>, profile: &str) -> Result<Option<Run>> {
    record::newest(tx, image, profile).await
}

/// The report of a run, once it is concluded and there is one.
pub async fn report(tx: &mut Tx, run: Id<Run>) -> Result<Option<Report>> {
    record::report(tx, run).await
}

/// Why a run came to its end without a report.
pub async fn broken_off(tx: &mut Tx, run: Id<Run>) -> Result<Option<Text>> {
    record::broken_off(tx, run).await
}

/// Where the certificate of a run is looked at. Its page knows who may.
pub fn certificate_address(run: Id<Run>) -> String {
    format!("/certificates/{run}")
}

/// An exception in words, by the role of whoever granted it.
pub fn granted_line(w: &Words, granted: &Granted) -> String {
    accepted(w, granted.until, &granted.reason)
}

fn accepted(w: &Words, until: Date, reason: &str) -> String {
    w.say("certification-granted").with("date", w.date(midnight(until))).with("reason", reason).to_string()
}

/// Why nobody may accept that a rule is broken.
fn never_key(never: Never) -> &'static str {
    match never {
        Never::Malware => "refused-certification-never-malware",
        Never::Unreadable => "refused-certification-never-unreadable",
        Never::OpenDoor => "refused-certification-never-open-door",
    }
}

/// The certificate of an image by this profile; `None` unless the newest verdict is a good one. While an image is being judged again
/// the verdict before holds.
pub async fn certificate(tx: &mut Tx, image: Id<Image>, profile: &str) -> Result<Option<Certificate>> {
    use certifier::finding::Verdict as Each;
    let Some(run) = again::newest_judged(tx, image, profile).await? else { return Ok(None) };
    let look = again::look(tx, image, profile).await?;
    let Stage::Concluded { at, verdict: Verdict::Certified } = run.stage else { return Ok(None) };
    let (Some(report), Some(image)) = (report(tx, run.id).await?, crate::images::image(tx, image).await?)
    else {
        return Ok(None);
    };
    let count = |verdict| report.with_verdict(verdict).count();
    Ok(Some(Certificate {
        run: run.id,
        image: image.id,
        content_id: image.content_id,
        sha256: image.sha256,
        size_bytes: image.size_bytes,
        profile: run.profile,
        judged_at: look.as_ref().map_or(at, |look| look.at.max(at)),
        advisories: look.and_then(|look| look.advisories),
        passed: count(Each::Pass),
        warnings: count(Each::Warn),
        not_applicable: count(Each::NotApplicable),
        address: record::certificates::is_there(tx, run.id).await?.then(|| certificate_address(run.id)),
        rulebook: report.rulebook,
    }))
}
