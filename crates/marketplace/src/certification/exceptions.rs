//! Exceptions: one rule that one image may break, by the operator's word, for a reason and for a time.
//!
//! An exception is for an image's content, which never changes, and for the publisher whose image it is: the reason was weighed for
//! them. It counts in every judgement from its grant to the end of its last day, by whatever profile, and in none after it: at the
//! end of that day the image is judged again. When one is granted or withdrawn the image is judged again at once, from the facts that
//! are kept of it.
//!
//! What is absent: leave for what could not be decided, since nobody can vouch for what nobody has seen, and for what would
//! make a certificate a lie ([`Never`]).

use certifier::date::Date;
use certifier::exceptions::{Exception as Leave, Never};
use certifier::finding::Verdict as Each;
use certifier::rulebook::rule_of;
use house::error::{Mistakes, NotFound};
use house::jobs::{Claim, Next};
use house::words::{Text, Words};
use house::{Id, Result, Timestamp, Tx, audit, jobs};
use serde_json::json;

use super::again::Why;
use super::begin::again;
use super::signing::{day_of, midnight};
use super::{Outcome, Refused, Run, record};
use crate::images::{self, Image};
use crate::market::Market;
use crate::people::{Operator, Organisation};

/// The longest reason, in characters: a paragraph, since customers read it too.
pub const REASON_MAX: usize = 500;
/// The shortest: a word is no reason.
pub const REASON_MIN: usize = 10;
/// The job that ends an exception after its last day; its subject is the exception.
pub(super) const END: &str = "certification.end_exception";
/// A job that came too early looks again after this.
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_secs(60 * 60);

/// Leave to break one rule, as it was granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    pub id: Id<Exception>,
    pub image: Id<Image>,
    pub content_id: String,
    pub rule: String,
    pub reason: String,
    /// The last day on which it holds.
    pub until: Date,
    pub granted_at: Timestamp,
    /// How it ended and when, if it did.
    pub ended: Option<(Ended, Timestamp)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Withdrawn,
    /// Another one for the same rule took its place.
    Replaced,
    Expired,
}

impl Ended {
    pub(super) fn name(self) -> &'static str {
        match self {
            Ended::Withdrawn => "withdrawn",
            Ended::Replaced => "replaced",
            Ended::Expired => "expired",
        }
    }

    pub(super) fn parse(name: &str) -> Option<Ended> {
        [Ended::Withdrawn, Ended::Replaced, Ended::Expired].into_iter().find(|how| how.name() == name)
    }
}

/// What an operator wants to accept, once it can be taken as it is.
#[derive(Debug, Clone)]
pub struct Wanted {
    reason: String,
    until: Date,
}

impl Wanted {
    /// Reads what was typed; all that is wrong with it is told at once. The last day is today at the earliest, and a year from today
    /// at the latest.
    pub fn parse(reason: &str, until: &str, today: Date) -> Result<Wanted> {
        let mut mistakes = Mistakes::none();
        let reason = mistakes.take("reason", reasoned(reason));
        let until = mistakes.take("until", bounded(until, today));
        match (reason, until) {
            (Some(reason), Some(until)) => Ok(Wanted { reason, until }),
            _ => Err(mistakes.into()),
        }
    }
}

fn reasoned(text: &str) -> Result<String, Text> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.chars().count() {
        0..REASON_MIN => Err(Text::new("certification-except-reason-short").with("least", REASON_MIN)),
        REASON_MIN..=REASON_MAX => Ok(text),
        _ => Err(Text::new("certification-except-reason-long").with("most", REASON_MAX)),
    }
}

fn bounded(text: &str, today: Date) -> Result<Date, Text> {
    let Ok(until) = Date::parse(text) else { return Err(Text::new("certification-except-until-no-day")) };
    if until < today {
        return Err(Text::new("certification-except-until-past"));
    }
    if until > a_year_from(today) {
        return Err(
            Text::new("certification-except-until-late").with("latest", a_year_from(today).to_string())
        );
    }
    Ok(until)
}

/// The last day that may be asked for.
pub fn a_year_from(today: Date) -> Date {
    day_of(midnight(today) + jiff::SignedDuration::from_hours(365 * 24))
}

/// Accepts that an image breaks a rule that its newest report by this profile says it breaks. One that stands for the same rule is
/// replaced; the same words and the same day again change nothing.
pub async fn grant(
    tx: &mut Tx,
    market: &Market,
    by: &Operator,
    image: &Image,
    profile: &str,
    rule: &str,
    wanted: &Wanted,
) -> Result<()> {
    let rule = rule_of(rule).ok_or(NotFound)?.id;
    if let Some(never) = Never::of(rule) {
        return Err(Refused::NeverExcepted { rule, never }.into());
    }
    may_be_accepted(tx, image, profile, rule).await?;
    let today = day_of(tx.now());
    tx.concerns(image.organisation);
    for old in record::exceptions::of(tx, image.id).await? {
        if old.rule != rule || old.ended.is_some() {
            continue;
        }
        if old.until >= today && (&old.reason, old.until) == (&wanted.reason, wanted.until) {
            return Ok(());
        }
        let how = if old.until < today { Ended::Expired } else { Ended::Replaced };
        record::exceptions::end(tx, old.id, how).await?;
    }
    let new = record::exceptions::New {
        image,
        rule,
        reason: &wanted.reason,
        until: wanted.until,
        by: by.person().id,
    };
    let id = record::exceptions::add(tx, &new).await?;
    let lasts = tx.now().duration_until(midnight(wanted.until.next())).unsigned_abs();
    jobs::queue_after(tx, END, id, &(), lasts).await?;
    let details =
        json!({ "file": image.file_name, "rule": rule, "until": wanted.until, "reason": wanted.reason });
    audit::note(tx, &by.person().email, "certification.grant_exception", image.id, &details).await?;
    judge_anew(tx, market, image.id, &by.person().email).await
}

async fn may_be_accepted(tx: &mut Tx, image: &Image, profile: &str, rule: &'static str) -> Result<()> {
    let run = record::newest_concluded(tx, image.id, profile).await?;
    let report = match run {
        Some(run) => record::report(tx, run.id).await?,
        None => None,
    };
    let report = report.ok_or(Refused::NoReportYet)?;
    match report.rule(rule).map(|judged| judged.verdict) {
        Some(Each::Fail | Each::Warn | Each::Excepted) => Ok(()),
        Some(Each::NotDecided) => Err(Refused::NotSeen { rule }.into()),
        Some(Each::Pass | Each::NotApplicable) | None => Err(Refused::NotBroken { rule }.into()),
    }
}

/// Takes an exception back before its last day.
pub async fn withdraw(
    tx: &mut Tx,
    market: &Market,
    by: &Operator,
    image: &Image,
    id: Id<Exception>,
) -> Result<()> {
    let exception =
        record::exceptions::find(tx, id).await?.filter(|one| one.image == image.id).ok_or(NotFound)?;
    if !record::exceptions::end(tx, id, Ended::Withdrawn).await? {
        // It has ended already: what is wanted is so.
        return Ok(());
    }
    tx.concerns(image.organisation);
    let details = json!({ "file": image.file_name, "rule": exception.rule, "until": exception.until });
    audit::note(tx, &by.person().email, "certification.withdraw_exception", image.id, &details).await?;
    judge_anew(tx, market, image.id, &by.person().email).await
}

/// Ends an exception whose last day is over, and judges its image again.
pub(super) async fn end(market: Market, claim: Claim) -> Result<Next> {
    let id = claim.subject_id()?;
    let mut tx = claim.write().await?;
    let exception = record::exceptions::find(&mut tx, id).await?.filter(|one| one.ended.is_none());
    let Some(exception) = exception else { return Ok(Next::Done) };
    if exception.until >= day_of(tx.now()) {
        return Ok(Next::Again(LOOK_AGAIN));
    }
    record::exceptions::end(&mut tx, id, Ended::Expired).await?;
    if let Some(image) = images::image(&mut tx, exception.image).await? {
        tx.concerns(image.organisation);
        let details = json!({ "file": image.file_name, "rule": exception.rule, "until": exception.until });
        audit::note(&mut tx, audit::HOUSE, "certification.end_exception", image.id, &details).await?;
    }
    judge_anew(&mut tx, &market, exception.image, audit::HOUSE).await?;
    claim.finish(tx).await
}

/// Judges an image again, by every profile by which it was judged: an exception is to a rule, whoever asks it. The market's own comes
/// first.
async fn judge_anew(tx: &mut Tx, market: &Market, image: Id<Image>, who: &str) -> Result<()> {
    let mut profiles = record::exceptions::profiles(tx, image).await?;
    profiles.sort_by_key(|profile| *profile != market.settings().profile);
    for profile in profiles {
        again(tx, image, &profile, who, Why::Exceptions).await?;
    }
    Ok(())
}

/// All that was ever granted to an image, newest first.
pub async fn of(tx: &mut Tx, image: Id<Image>) -> Result<Vec<Exception>> {
    record::exceptions::of(tx, image).await
}

/// What holds for an image on a day.
pub async fn in_force(tx: &mut Tx, image: Id<Image>, on: Date) -> Result<Vec<Exception>> {
    record::exceptions::in_force(tx, image, on).await
}

/// All that holds in the market on a day, what ends soonest first, each with its image's file and its publisher.
pub async fn all_in_force(tx: &mut Tx, on: Date) -> Result<Vec<(Exception, String, Id<Organisation>)>> {
    record::exceptions::all_in_force(tx, on).await
}

/// The exceptions that ended by themselves from `since` on and before today: their images are judged again by [`END`], and whoever
/// looks after images on sale finds them here.
pub async fn expired_since(tx: &mut Tx, since: Date) -> Result<Vec<Exception>> {
    let today = day_of(tx.now());
    record::exceptions::expired(tx, since, today).await
}

/// Whether a concluded run was judged with just what is in force now.
pub(super) async fn are_those_of(tx: &mut Tx, run: &Run) -> Result<bool> {
    let today = day_of(tx.now());
    let now = record::exceptions::in_force(tx, run.image, today).await?;
    Ok(record::exceptions::used(tx, run.id).await? == ids(&now))
}

fn ids(exceptions: &[Exception]) -> String {
    exceptions.iter().map(|one| one.id.to_string()).collect::<Vec<_>>().join(" ")
}

/// What a run came to once all that is accepted today is accepted. It is noted which exceptions those were.
pub(super) async fn applied(
    tx: &mut Tx,
    market: &Market,
    run: &Run,
    outcome: &Outcome,
) -> Result<Option<Outcome>> {
    note_used(tx, run.id, run.image).await?;
    accepted(tx, market, run.image, outcome).await
}

/// Notes which exceptions a run is concluded with: all that are in force today.
pub(super) async fn note_used(tx: &mut Tx, run: Id<Run>, image: Id<Image>) -> Result<()> {
    let standing = record::exceptions::in_force(tx, image, day_of(tx.now())).await?;
    record::exceptions::note_used(tx, run, &ids(&standing)).await
}

/// What judging an image comes to once all that is accepted today is accepted; `None` where that is nothing. Whoever compares a fresh
/// report with one that is kept must do this first.
pub async fn accepted(
    tx: &mut Tx,
    market: &Market,
    image: Id<Image>,
    outcome: &Outcome,
) -> Result<Option<Outcome>> {
    let today = day_of(tx.now());
    let standing = record::exceptions::in_force(tx, image, today).await?;
    let Outcome::Judged(report) = outcome else { return Ok(None) };
    if standing.is_empty() {
        return Ok(None);
    }
    let by = format!("{} (operator)", market.settings().name);
    let leaves: Vec<Leave> = standing.into_iter().map(|one| one.leave(&by)).collect();
    let mut report = report.clone();
    report.except(&leaves, today);
    Ok(Some(Outcome::Judged(report)))
}

impl Exception {
    /// As the certifier takes it: by the operator's role, since a report goes where no address belongs.
    fn leave(self, by: &str) -> Leave {
        Leave {
            rule: self.rule,
            reason: self.reason,
            until: self.until,
            by: by.to_owned(),
            image: Some(format!("halle1:{}", self.content_id)),
        }
    }

    /// Where the operator grants another one in its place.
    pub fn address(&self) -> String {
        format!("/desk/images/{}/except/{}", self.image, self.rule)
    }

    pub fn in_words(&self, w: &Words) -> String {
        super::accepted(w, self.until, &self.reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).expect("a day")
    }

    #[track_caller]
    fn check(reason: &str, until: &str, mistakes: &[&str]) {
        let found = match Wanted::parse(reason, until, day("2026-11-22")) {
            Ok(_) => Vec::new(),
            Err(house::Error::Refused(refusal)) => {
                refusal.mistakes().iter().map(|one| one.text.key.clone()).collect()
            }
            Err(fault) => panic!("{fault}"),
        };
        assert_eq!(found, mistakes, "{reason} {until}");
    }

    #[test]
    fn a_reason_and_a_last_day_within_a_year_are_wanted() {
        let reason = "kept for audits";
        for good in ["2026-11-22", "2027-11-22"] {
            check(reason, good, &[]);
        }
        check(reason, "2027-11-23", &["certification-except-until-late"]);
        check(reason, "2026-11-21", &["certification-except-until-past"]);
        for none in ["", "tomorrow", "2026-02-30"] {
            check(reason, none, &["certification-except-until-no-day"]);
        }
        check(" ok ", "", &["certification-except-reason-short", "certification-except-until-no-day"]);
        check(&"long ".repeat(101), "2026-12-01", &["certification-except-reason-long"]);
        check(&"é".repeat(REASON_MAX), "2026-12-01", &[]);
    }
}
