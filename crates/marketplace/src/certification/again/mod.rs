//! Judging again what was judged before: when rules, the profile or what is known of vulnerabilities change, and once a day.
//!
//! It goes by the facts that were kept, and reads the image only where these do not tell everything. What comes out as before is
//! only noted as a look; what comes out otherwise is a judgement of its own, a run beside the earlier ones.
//!
//! What is absent: an opinion about which images are worth it, and about what follows. Later chapters choose, and act.

mod record;

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use certifier::advisories::store::Store;
use certifier::finding::Verdict as Each;
use certifier::malware::state_of_rules;
use certifier::report::{Judged, Report};
use certifier::rulebook::EDITION;
use disk::read_at::FileImage;
use house::jobs::Claim;
use house::words::Text;
use house::{Error, Id, Result, Timestamp, Tx, audit};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Outcome, Run, Stage, Verdict, exceptions, jobs, signing};
use crate::images::{self, Image};
use crate::market::Market;

/// An image on sale is judged at least this often: some rules ask what day it is, and exceptions come to an end.
pub const LOOK_EVERY: Duration = Duration::from_secs(24 * 60 * 60);
/// What could not be judged is tried again after this.
pub const TRY_AGAIN_AFTER: Duration = Duration::from_secs(60 * 60);
/// This rule tells how many days old the feed is: other words every day, and nothing new.
const AGE_OF_THE_FEED: &str = "C03";

/// By what images are judged: when any of it changes, they are judged again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    pub rulebook: String,
    /// The hash of all that the profile says.
    pub profile: String,
    /// The state of the file with the feed of advisories; empty where there is none.
    pub advisories: String,
    /// The state of the files with the operator's own rules against malware; empty where there are none.
    #[serde(default)]
    pub scanners: String,
}

impl Measure {
    /// What images are judged by at this moment.
    pub fn now(market: &Market, profile: &str) -> Result<Measure> {
        let profile = super::measure(market, profile).profile()?;
        let (text, scanners) = (format!("{profile:?}"), state_of_rules(&profile));
        let advisories =
            market.settings().advisories.as_deref().map(state_of).transpose()?.unwrap_or_default();
        Ok(Measure {
            rulebook: EDITION.to_owned(),
            profile: house::chance::hash(&text),
            advisories,
            scanners,
        })
    }

    /// One name for all of it, for whoever looks for what was judged by another.
    pub fn name(&self) -> Result<String> {
        Ok(house::chance::hash(&serde_json::to_string(self)?))
    }
}

/// Another value whenever another feed was imported: an import writes a new file and gives it the name of the old one.
fn state_of(feed: &Path) -> Result<String> {
    match std::fs::metadata(feed) {
        Ok(about) => Ok(format!("{}-{}-{}.{}", about.ino(), about.len(), about.mtime(), about.mtime_nsec())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(error.into()),
    }
}

/// Why an image is judged again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    Rulebook,
    Profile,
    Advisories,
    /// The operator's own rules against malware.
    Scanners,
    /// What is accepted of the image by name has changed.
    Exceptions,
    /// A day has passed.
    Day,
}

impl Why {
    /// The name in the database, and the end of the key of its words.
    pub fn name(self) -> &'static str {
        match self {
            Why::Rulebook => "rulebook",
            Why::Profile => "profile",
            Why::Advisories => "advisories",
            Why::Scanners => "scanners",
            Why::Exceptions => "exceptions",
            Why::Day => "day",
        }
    }

    pub(super) fn parse(name: &str) -> Option<Why> {
        let all = [Why::Rulebook, Why::Profile, Why::Advisories, Why::Scanners, Why::Exceptions, Why::Day];
        all.into_iter().find(|why| why.name() == name)
    }
}

/// The last look at an image.
#[derive(Debug, Clone)]
pub struct Look {
    pub measure: Measure,
    /// The day of the feed that was looked into.
    pub advisories: Option<String>,
    pub at: Timestamp,
    pub tried_at: Timestamp,
    /// Why the last try came to nothing, where it did.
    pub trouble: Option<Text>,
}

impl Look {
    /// Why it is time for another look, if it is.
    pub fn is_over(&self, measure: &Measure, now: Timestamp) -> Option<Why> {
        if self.trouble.is_some() && now < self.tried_at + TRY_AGAIN_AFTER {
            return None;
        }
        match () {
            () if self.measure.rulebook != measure.rulebook => Some(Why::Rulebook),
            () if self.measure.profile != measure.profile => Some(Why::Profile),
            () if self.measure.advisories != measure.advisories => Some(Why::Advisories),
            () if self.measure.scanners != measure.scanners => Some(Why::Scanners),
            () if now >= self.at + LOOK_EVERY => Some(Why::Day),
            () => None,
        }
    }

    /// When it is over at the latest.
    pub fn until(&self) -> Timestamp {
        match self.trouble {
            Some(_) => self.tried_at + TRY_AGAIN_AFTER,
            None => self.at + LOOK_EVERY,
        }
    }
}

/// Whether an image is to be judged again by this measure, and when at the latest if it is not.
pub async fn due(
    tx: &mut Tx,
    image: Id<Image>,
    profile: &str,
    measure: &Measure,
) -> Result<std::result::Result<Why, Timestamp>> {
    let now = tx.now();
    match record::look(tx, image, profile).await? {
        Some(look) => Ok(look.is_over(measure, now).ok_or(look.until())),
        // What was judged before looks were noted, or by another profile.
        None if record::newest_judged(tx, image, profile).await?.is_none() => Ok(Ok(Why::Profile)),
        None => Ok(Ok(Why::Day)),
    }
}

pub async fn look(tx: &mut Tx, image: Id<Image>, profile: &str) -> Result<Option<Look>> {
    record::look(tx, image, profile).await
}

/// The newest run that came to a report: one that was broken off tells nothing about the image.
pub async fn newest_judged(tx: &mut Tx, image: Id<Image>, profile: &str) -> Result<Option<Run>> {
    record::newest_judged(tx, image, profile).await
}

/// Notes why a run is begun that nobody asked for.
pub(super) async fn because(tx: &mut Tx, run: Id<Run>, why: Why) -> Result<()> {
    record::because(tx, run, why).await
}

/// The runs that came to a report, newest first.
pub async fn judged(tx: &mut Tx, image: Id<Image>, profile: &str, limit: i64) -> Result<Vec<Run>> {
    record::judged(tx, image, profile, limit).await
}

/// Why a run was begun that nobody asked for, and the day of the feed that was looked into.
pub async fn origin(tx: &mut Tx, run: Id<Run>) -> Result<(Option<Why>, Option<String>)> {
    record::origin(tx, run).await
}

/// Notes what a run goes by that is judged now, so that it is not done once more.
pub(super) async fn note(tx: &mut Tx, run: &Run, taken: &Taken, outcome: &Outcome) -> Result<()> {
    if let Outcome::Judged(_) = outcome {
        record::looked_into(tx, run.id, taken.advisories.as_deref()).await?;
        record::looked(tx, run.image, &run.profile, taken).await?;
    }
    Ok(())
}

/// What is judged by, as it was before the judging began: what changes meanwhile calls for another look.
#[derive(Debug, Clone)]
pub struct Taken {
    pub(super) measure: Measure,
    advisories: Option<String>,
}

impl Taken {
    pub(super) async fn now(market: &Market, profile: &str) -> Result<Taken> {
        let measure = Measure::now(market, profile)?;
        let feed = market.settings().advisories.clone().filter(|_| !measure.advisories.is_empty());
        let advisories = match feed {
            Some(feed) => tokio::task::spawn_blocking(move || day_of(&feed)).await?,
            None => None,
        };
        Ok(Taken { measure, advisories })
    }
}

/// The day of a feed; none if it cannot be read, which the report tells by itself.
fn day_of(feed: &Path) -> Option<String> {
    let file = FileImage::open(feed).ok()?;
    Some(Store::open(Arc::new(file)).ok()?.feed.to_string())
}

/// Judges an image once more, as part of a job. Nothing is written but its outcome, at once, so it may be cut short anywhere.
pub async fn look_again(
    market: &Market,
    claim: &Claim,
    image: Id<Image>,
    profile: &str,
    why: Why,
) -> Result<()> {
    let taken = Taken::now(market, profile).await?;
    let mut tx = claim.read().await?;
    let now = tx.now();
    let run =
        Run { id: tx.new_id(), image, profile: profile.to_owned(), begun_at: now, stage: Stage::Queued };
    let found = images::image(&mut tx, image).await?;
    let facts = super::record::facts(&mut tx, image, profile).await?;
    drop(tx);
    let image = found.ok_or_else(|| Error::fault("an image on sale is not there"))?;
    let came_to = match jobs::by_facts(market, claim, &run, &image, facts).await? {
        Some((outcome, facts)) => (outcome, Some(facts)),
        None => jobs::anew(market, claim, &run, &image).await?,
    };
    let mut tx = claim.write().await?;
    settle(&mut tx, market, &image, profile, &taken, why, came_to).await?;
    claim.keep(tx, "judge").await
}

/// Notes that judging an image failed on this side; it is tried again later.
pub async fn give_up(market: &Market, claim: &Claim, image: Id<Image>, profile: &str) -> Result<()> {
    let taken = Taken { measure: Measure::now(market, profile)?, advisories: None };
    let mut tx = claim.write().await?;
    record::troubled(&mut tx, image, profile, &taken, &Text::new("certification-look-broke")).await?;
    tx.commit().await
}

/// Keeps what a look came to: as a judgement where anything is otherwise, else as a look.
async fn settle(
    tx: &mut Tx,
    market: &Market,
    image: &Image,
    profile: &str,
    taken: &Taken,
    why: Why,
    (outcome, facts): (Outcome, Option<String>),
) -> Result<()> {
    let outcome = exceptions::accepted(tx, market, image.id, &outcome).await?.unwrap_or(outcome);
    let report = match &outcome {
        Outcome::Judged(report) => report,
        // What was known of the image stands; that it could not be looked at is told, and tried again.
        Outcome::BrokenOff(trouble) => {
            return record::troubled(tx, image.id, profile, taken, trouble).await;
        }
    };
    let last = record::newest_judged(tx, image.id, profile).await?;
    let before = match &last {
        Some(last) => super::record::report(tx, last.id).await?,
        None => None,
    };
    record::looked(tx, image.id, profile, taken).await?;
    if let (Some(last), Some(before)) = (&last, &before)
        && says_the_same(before, report)
    {
        // Facts that were read anew tell more than those before, and are what the next look goes by.
        return match facts {
            Some(facts) => super::record::keep_facts(tx, last.id, &facts).await,
            None => Ok(()),
        };
    }
    let verdict = Verdict::of(report);
    let id = super::record::add(tx, image.id, profile, EDITION).await?;
    super::record::conclude(tx, id, verdict, &outcome, facts.as_deref()).await?;
    record::because(tx, id, why).await?;
    record::looked_into(tx, id, taken.advisories.as_deref()).await?;
    exceptions::note_used(tx, id, image.id).await?;
    if verdict == Verdict::Certified {
        signing::keep(tx, market, id, report).await?;
    }
    tx.concerns(image.organisation);
    let details =
        json!({ "image": image.id, "profile": profile, "verdict": verdict.name(), "why": why.name() });
    audit::note(tx, audit::HOUSE, "certification.judged_again", id, &details).await
}

/// Whether two reports come to the same, by the same rules: what differs is at most the words of what passed.
fn says_the_same(before: &Report, now: &Report) -> bool {
    let by = |report: &Report| {
        (report.verdict, report.rulebook.clone(), report.profile.clone(), report.profile_differences.clone())
    };
    by(before) == by(now)
        && before.rules.len() == now.rules.len()
        && before.idle_exceptions == now.idle_exceptions
        && before.rules.iter().zip(&now.rules).all(|(before, now)| rule_says_the_same(before, now))
}

fn rule_says_the_same(before: &Judged, now: &Judged) -> bool {
    let same = (&before.id, before.verdict, &before.exception) == (&now.id, now.verdict, &now.exception);
    let is_told = !matches!(now.verdict, Each::Pass | Each::NotApplicable) && now.id != AGE_OF_THE_FEED;
    same && (!is_told || before.evidence == now.evidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(rulebook: &str, profile: &str, advisories: &str) -> Measure {
        let text = |text: &str| text.to_owned();
        let scanners = text("");
        Measure { rulebook: text(rulebook), profile: text(profile), advisories: text(advisories), scanners }
    }

    #[track_caller]
    fn check(measure: &Measure, trouble: bool, hours: i64, expected: Option<Why>) {
        let at = house::testing::noon();
        let look = Look {
            measure: self::measure("1", "a", "x"),
            advisories: None,
            at,
            tried_at: at,
            trouble: trouble.then(|| Text::new("certification-died")),
        };
        let now = at + Duration::from_secs(u64::try_from(hours).expect("hours go on") * 3600);
        assert_eq!(look.is_over(measure, now), expected);
    }

    #[test]
    fn a_look_is_over_when_anything_that_it_went_by_has_changed_and_after_a_day() {
        check(&measure("1", "a", "x"), false, 23, None);
        check(&measure("1", "a", "x"), false, 24, Some(Why::Day));
        check(&measure("2", "b", "y"), false, 0, Some(Why::Rulebook));
        check(&measure("1", "b", "y"), false, 0, Some(Why::Profile));
        check(&measure("1", "a", ""), false, 0, Some(Why::Advisories));
        check(&measure("2", "a", "x"), true, 0, None);
        check(&measure("2", "a", "x"), true, 1, Some(Why::Rulebook));
        let other_rules = Measure { scanners: "y".to_owned(), ..measure("1", "a", "x") };
        check(&other_rules, false, 0, Some(Why::Scanners));
    }

    #[test]
    fn a_report_that_only_counts_days_anew_says_nothing_new() {
        use certifier::finding::Evidence;
        use certifier::phrase::say;
        let mut before = crate::testing::a_clean_report(&"ab".repeat(32));
        let judged = |id: &str, verdict, days: u64| Judged {
            id: id.to_owned(),
            severity: certifier::profile::Severity::Warn,
            verdict,
            reason: say("C03.broken").count("days", days),
            evidence: vec![Evidence::full(say("C03.found").count("days", days))],
            remedy: None,
            exception: None,
        };
        before.rules = vec![judged("C02", Each::Pass, 1), judged("C03", Each::Warn, 40)];
        let mut now = before.clone();
        now.rules = vec![judged("C02", Each::Pass, 2), judged("C03", Each::Warn, 41)];
        assert!(says_the_same(&before, &now));
        now.rules[1].verdict = Each::Pass;
        assert!(!says_the_same(&before, &now));
        now.rules = vec![judged("C02", Each::Fail, 1), judged("C03", Each::Warn, 40)];
        before.rules[0] = judged("C02", Each::Fail, 2);
        assert!(!says_the_same(&before, &now));
        now = before.clone();
        now.rulebook = "another".to_owned();
        assert!(!says_the_same(&before, &now));
    }
}
