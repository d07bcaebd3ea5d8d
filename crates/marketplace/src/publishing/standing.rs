//! How offers and their submissions stand: what the portal's list and the status page tell.

use std::collections::BTreeMap;
use std::time::Duration;

use house::{Id, Result, Timestamp, Tx};

use super::record::{self, Behind};
use super::{Stage, Step, StepTaken, Submission, failing};
use crate::offers::{self, Offer, Version};
use crate::people::ActingFor;

/// Spans that are needed before the usual time is taken from them.
const USUAL_FROM: usize = 3;

/// An offer, and all that is to be said about it in one line.
#[derive(Debug, Clone)]
pub struct OfferStanding {
    pub offer: Offer,
    pub status: Status,
    /// The version that is live, or was when it was withdrawn.
    pub live: Option<Version>,
    pub live_since: Option<Timestamp>,
    pub withdrawn_at: Option<Timestamp>,
    pub newest: Option<Submission>,
    /// Whether an image of what is live no longer passes, and whether that has stopped new sales.
    pub fails: bool,
    pub is_stopped: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Draft,
    InProgress,
    /// The preview is ready, and the publisher decides.
    WaitsForSignOff,
    Live,
    /// Live, and the draft has changes that were not published.
    LiveWithChanges,
    /// Live, and an image of it no longer passes.
    Failing,
    /// Live, and for that reason not sold.
    Stopped,
    Withdrawn,
    Failed,
}

impl Status {
    /// The end of the key of its name.
    pub fn code(self) -> &'static str {
        match self {
            Status::Draft => "draft",
            Status::InProgress => "in-progress",
            Status::WaitsForSignOff => "waits",
            Status::Live => "live",
            Status::LiveWithChanges => "changed",
            Status::Failing => "failing",
            Status::Stopped => "stopped",
            Status::Withdrawn => "withdrawn",
            Status::Failed => "failed",
        }
    }
}

/// The offers of a publisher, newest first, from before `before`, each with how it stands.
pub async fn standings(
    tx: &mut Tx,
    by: &ActingFor,
    before: Option<Id<Offer>>,
    limit: i64,
) -> Result<Vec<OfferStanding>> {
    let offers = offers::offers_of(tx, by, before, limit).await?;
    let (Some(newest), Some(oldest)) = (offers.first(), offers.last()) else { return Ok(Vec::new()) };
    let behind = record::behind(tx, by.organisation().id, oldest.id, newest.id).await?;
    let failing = failing::by_image(tx).await?;
    let mut behind: BTreeMap<_, _> = behind.into_iter().map(|behind| (behind.offer, behind)).collect();
    Ok(offers
        .into_iter()
        .map(|offer| {
            let found = behind.remove(&offer.id);
            standing(offer, found, &failing)
        })
        .collect())
}

/// How one offer stands.
pub async fn standing_of(tx: &mut Tx, by: &ActingFor, offer: Id<Offer>) -> Result<OfferStanding> {
    let offer = offers::offer(tx, by, offer).await?;
    let behind = record::behind(tx, by.organisation().id, offer.id, offer.id).await?.pop();
    Ok(standing(offer, behind, &failing::by_image(tx).await?))
}

fn standing(offer: Offer, behind: Option<Behind>, failing: &failing::ByImage) -> OfferStanding {
    let (live, live_since, withdrawn_at, newest) = match behind {
        Some(behind) => (behind.live, behind.live_since, behind.withdrawn_at, behind.submission),
        None => (None, None, None, None),
    };
    let found = live.iter().flat_map(|live| &live.document.skus);
    let found: Vec<_> = found.filter_map(|sku| failing::of_sku(failing, sku)).collect();
    let (fails, is_stopped) = (!found.is_empty(), found.iter().any(|found| found.is_stopped()));
    let changed = live.as_ref().is_some_and(|live| live.document != offer.draft);
    let status = match newest.as_ref().map(|newest| &newest.stage) {
        Some(Stage::InPreview { .. }) => Status::WaitsForSignOff,
        Some(stage) if stage.is_running() => Status::InProgress,
        Some(Stage::Failed { .. }) => Status::Failed,
        _ if withdrawn_at.is_some() => Status::Withdrawn,
        _ if is_stopped => Status::Stopped,
        _ if fails => Status::Failing,
        _ if live.is_some() && changed => Status::LiveWithChanges,
        _ if live.is_some() => Status::Live,
        _ => Status::Draft,
    };
    OfferStanding { offer, status, live, live_since, withdrawn_at, newest, fails, is_stopped }
}

/// The submissions of an offer, newest first.
pub async fn history(tx: &mut Tx, by: &ActingFor, offer: Id<Offer>) -> Result<Vec<Submission>> {
    record::of(tx, by.organisation().id, offer).await
}

/// The newest submission of an offer.
pub async fn newest(tx: &mut Tx, by: &ActingFor, offer: Id<Offer>) -> Result<Option<Submission>> {
    Ok(history(tx, by, offer).await?.into_iter().next())
}

/// The seven steps of a submission, in their order.
pub async fn steps_of(tx: &mut Tx, submission: &Submission) -> Result<Vec<StepTaken>> {
    record::steps(tx, submission.id).await
}

/// How long each step usually takes: the median of what it took, and an estimate while too few have been walked.
pub async fn usual(tx: &mut Tx) -> Result<BTreeMap<Step, Duration>> {
    let mut spans: BTreeMap<Step, Vec<u64>> = BTreeMap::new();
    for (step, micros) in record::spans(tx).await? {
        spans.entry(step).or_default().push(u64::try_from(micros).unwrap_or(0));
    }
    let mut usual = BTreeMap::new();
    for step in Step::ALL {
        if let Some(span) = spans.remove(step).and_then(median).or_else(|| estimate(*step)) {
            usual.insert(*step, span);
        }
    }
    Ok(usual)
}

fn median(mut spans: Vec<u64>) -> Option<Duration> {
    spans.sort_unstable();
    (spans.len() >= USUAL_FROM).then(|| Duration::from_micros(spans[spans.len() / 2]))
}

/// What the market takes on two cores. The sign-off takes as long as the publisher does.
fn estimate(step: Step) -> Option<Duration> {
    let seconds = match step {
        Step::Validate | Step::Preview | Step::Live => 1,
        Step::Certification => 60,
        Step::Provisioning => 10,
        Step::Packaging => 5,
        Step::SignOff => return None,
    };
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_time_is_a_median_once_three_have_walked() {
        assert_eq!(median(vec![1, 2]), None);
        assert_eq!(median(vec![9_000_000, 1_000_000, 2_000_000]), Some(Duration::from_secs(2)));
    }
}
