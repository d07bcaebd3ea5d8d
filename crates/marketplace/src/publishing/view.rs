//! What the pages of publishing show, worked out from how an offer stands.

use std::collections::BTreeMap;
use std::time::Duration;

use house::web::{Badge, Link, State, Step as Drawn};
use house::words::Words;
use house::{Id, Result, Timestamp, Tx};

use super::{OfferStanding, Reason, Stage, Status, Step, StepState, StepTaken, Submission, validate};
use crate::certification;
use crate::certification::report_view::{RuleView, report_view};
use crate::hall::portal_address;
use crate::images;
use crate::offers::{self, view::title};

/// The part of the status page that follows what happens.
#[derive(Debug, Clone, Default)]
pub struct Part {
    pub waits_title: String,
    pub waits_line: String,
    pub reasons: Vec<Because>,
    pub preview: Option<String>,
    pub sign_off: Option<String>,
    pub draft: Option<String>,
    pub cancel: Option<String>,
    pub attempt: String,
    pub steps: Vec<Drawn>,
    /// What the operator accepted of the images.
    pub accepted: Vec<Accepted>,
    /// Whether something may still change without the reader.
    pub going_on: bool,
}

/// A reason why a submission failed.
#[derive(Debug, Clone)]
pub struct Because {
    pub link: Link,
    /// The rules that were broken first of all, each with the place on the disk.
    pub rules: Vec<BrokenRule>,
    pub rules_left: usize,
    run: Option<Id<certification::Run>>,
}

#[derive(Debug, Clone)]
pub struct BrokenRule {
    pub link: Link,
    pub title: String,
    pub place: String,
}

/// A rule that is broken and was accepted, with the image that breaks it.
#[derive(Debug, Clone)]
pub struct Accepted {
    pub rule: Link,
    pub title: String,
    pub file: String,
    pub line: String,
}

/// Broken rules that are told beside a reason; the report has them all.
const RULES_SHOWN_MAX: usize = 5;

impl Because {
    fn new(w: &Words, reason: &Reason) -> Because {
        let link = Link::new(w.tell(&reason.text), reason.address.clone().unwrap_or_default());
        Because { link, rules: Vec::new(), rules_left: 0, run: reason.run }
    }
}

impl Part {
    /// `shop` is the address at which customers see the offer, or will.
    pub fn new(w: &Words, base: &str, shop: &str, standing: &OfferStanding) -> Part {
        let Some(submission) = &standing.newest else {
            return Part { draft: Some(base.to_owned()), ..Part::told(w, "none") };
        };
        let at = |verb: &str| Some(format!("{base}/submissions/{}/{verb}", submission.id));
        let part = match &submission.stage {
            Stage::InPreview { .. } => Part {
                preview: Some(format!("{shop}?preview")),
                sign_off: at("sign-off"),
                ..Part::told(w, "preview")
            },
            Stage::Failed { reasons, .. } => Part {
                reasons: reasons.iter().map(|reason| Because::new(w, reason)).collect(),
                draft: Some(base.to_owned()),
                ..Part::told(w, "failed")
            },
            Stage::Cancelled { .. } => Part { draft: Some(base.to_owned()), ..Part::told(w, "cancelled") },
            Stage::Live { .. } if standing.withdrawn_at.is_some() => Part::told(w, "withdrawn"),
            Stage::Live { .. } if standing.status == Status::LiveWithChanges => {
                Part { draft: Some(base.to_owned()), ..Part::told(w, "changed") }
            }
            Stage::Live { .. } => Part::told(w, "live"),
            _ => Part::told(w, "running"),
        };
        let cancel = submission.stage.can_be_cancelled().then(|| at("cancel")).flatten();
        Part { cancel, going_on: submission.stage.is_running(), ..part }
    }

    fn told(w: &Words, what: &str) -> Part {
        Part {
            waits_title: w.say(&format!("publishing-waits-{what}")).to_string(),
            waits_line: w.say(&format!("publishing-waits-{what}-line")).to_string(),
            ..Part::default()
        }
    }

    pub fn with_steps(
        self,
        w: &Words,
        taken: &[StepTaken],
        usual: &BTreeMap<Step, Duration>,
        percent: Option<u8>,
    ) -> Part {
        Part { steps: taken.iter().map(|taken| drawn(w, taken, usual, percent)).collect(), ..self }
    }
}

fn drawn(w: &Words, taken: &StepTaken, usual: &BTreeMap<Step, Duration>, percent: Option<u8>) -> Drawn {
    let waits_for_you = taken.step == Step::SignOff && taken.state == StepState::Running;
    let state = match taken.state {
        StepState::Waiting => State::Wait,
        StepState::Running if waits_for_you => State::Warn,
        StepState::Running => State::Run,
        StepState::Done => State::Pass,
        StepState::Failed => State::Fail,
        StepState::Cancelled => State::Skip,
    };
    let said: Vec<String> = taken.messages.iter().map(|message| w.tell(&message.text)).collect();
    let said = if waits_for_you { w.say("publishing-your-turn").to_string() } else { said.join(" ") };
    let mut step = Drawn::new(w.say(&taken.step.key()), state).message(said);
    if let Some(span) = usual.get(&taken.step).filter(|_| taken.step != Step::SignOff) {
        step = step.usual(*span);
    }
    match (taken.begun_at, taken.ended_at) {
        (Some(from), Some(to)) => step.took(between(from, to)),
        (Some(from), None) if percent.is_none() || taken.step != Step::Certification => step.at(from),
        (Some(from), None) => step.at(from).percent(percent.unwrap_or(0)),
        _ => step,
    }
}

fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::from_micros(u64::try_from(to.as_microsecond() - from.as_microsecond()).unwrap_or(0))
}

impl Part {
    /// Tells what must be fixed first in each image that was not certified.
    pub async fn with_rules(mut self, tx: &mut Tx, w: &Words) -> Result<Part> {
        for reason in &mut self.reasons {
            let Some(run) = reason.run else { continue };
            let Some(report) = certification::report(tx, run).await? else { continue };
            let broken = report_view(&report, w).must_fix;
            reason.rules_left = broken.len().saturating_sub(RULES_SHOWN_MAX);
            reason.rules = broken.into_iter().take(RULES_SHOWN_MAX).map(|rule| reason.rule(rule)).collect();
        }
        Ok(self)
    }
}

impl Because {
    fn rule(&self, rule: RuleView) -> BrokenRule {
        BrokenRule {
            link: Link::new(&rule.id, format!("{}#{}", self.link.address, rule.id)),
            title: rule.title,
            place: rule.places.into_iter().next().map(|place| place.place).unwrap_or_default(),
        }
    }
}

/// What the operator accepted of the images of a submission, as their newest reports have it.
pub async fn accepted(
    tx: &mut Tx,
    w: &Words,
    submission: &Submission,
    profile: &str,
) -> Result<Vec<Accepted>> {
    let version = offers::version(tx, submission.offer_version).await?;
    let mut accepted = Vec::new();
    for id in validate::images_of(&version.document) {
        let (Some(image), Some(run)) =
            (images::image(tx, id).await?, certification::newest(tx, id, profile).await?)
        else {
            continue;
        };
        let Some(report) = certification::report(tx, run.id).await? else { continue };
        let page = portal_address(image.organisation, &format!("/images/{id}"));
        for rule in report_view(&report, w).excepted {
            let Some(line) = rule.accepted else { continue };
            let link = Link::new(&rule.id, format!("{page}#{}", rule.id));
            accepted.push(Accepted { rule: link, title: rule.title, file: image.file_name.clone(), line });
        }
    }
    Ok(accepted)
}

/// How far the judging of all images is, while they are judged.
pub async fn percent(tx: &mut Tx, submission: &Submission) -> Result<Option<u8>> {
    let Stage::Certifying { runs } = &submission.stage else { return Ok(None) };
    let mut sum = 0;
    for id in runs {
        sum += match certification::run(tx, *id).await?.map(|run| run.stage) {
            Some(certification::Stage::Running { percent }) => percent.clamp(0, 100),
            Some(certification::Stage::Concluded { .. }) => 100,
            _ => 0,
        };
    }
    let mean = sum / i64::try_from(runs.len().max(1)).unwrap_or(1);
    Ok(u8::try_from(mean).ok())
}

/// How an offer stands, as a badge.
pub fn badge(w: &Words, status: Status) -> Badge {
    let state = match status {
        Status::Draft => State::Wait,
        Status::InProgress => State::Run,
        Status::WaitsForSignOff | Status::LiveWithChanges => State::Warn,
        Status::Live => State::Pass,
        Status::Withdrawn => State::Skip,
        Status::Failed => State::Fail,
    };
    let badge = Badge::state(state, w.say(&format!("publishing-status-{}", status.code())));
    if status == Status::Draft { Badge { icon: "pencil", class: "", ..badge } } else { badge }
}

/// An offer's line in the list.
#[derive(Debug, Clone)]
pub struct OfferLine {
    pub address: String,
    pub title: String,
    pub line: String,
    pub status: Badge,
    pub changed: Timestamp,
}

impl OfferLine {
    pub fn new(w: &Words, standing: &OfferStanding) -> OfferLine {
        let base = offers::pages::address(standing.offer.organisation, standing.offer.id);
        // Where the publisher is needed, or where most is to be seen.
        let address = match standing.status {
            Status::Draft | Status::LiveWithChanges => base,
            _ => format!("{base}/status"),
        };
        let live = standing.live.as_ref().map(|live| live.number);
        OfferLine {
            address,
            title: title(w, &standing.offer),
            line: match live {
                Some(number) => w
                    .say("publishing-line-live")
                    .with("slug", &standing.offer.slug)
                    .with("number", number)
                    .to_string(),
                None => w.say("publishing-line").with("slug", &standing.offer.slug).to_string(),
            },
            status: badge(w, standing.status),
            changed: standing.offer.changed_at,
        }
    }
}

/// A submission of the past.
#[derive(Debug, Clone)]
pub struct Past {
    pub number: i64,
    pub made_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub outcome: Badge,
}

impl Past {
    pub fn new(w: &Words, submission: &Submission, number: i64) -> Past {
        let (state, key) = match &submission.stage {
            Stage::Live { .. } => (State::Pass, "publishing-outcome-live"),
            Stage::Failed { .. } => (State::Fail, "publishing-outcome-failed"),
            Stage::Cancelled { .. } => (State::Skip, "publishing-outcome-cancelled"),
            _ => (State::Run, "publishing-outcome-running"),
        };
        Past {
            number,
            made_at: submission.made_at,
            ended_at: submission.ended_at,
            outcome: Badge::state(state, w.say(key)),
        }
    }
}
