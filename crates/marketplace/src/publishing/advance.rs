//! Advancing: a submission does what is due in its stage, until it waits for someone or has come to its end.
//!
//! Every effect is a step of the job, and every step asks the stage before it acts: a restart at any point goes on where it was
//! and does nothing twice.

use std::time::Duration;

use house::jobs::{Claim, Handlers, Next};
use house::words::Text;
use house::{Error, Id, Result, Tx, audit};
use serde_json::json;

use super::package::{self, Package};
use super::{
    ADVANCE, Event, Reason, Stage, StepState, Submission, failing, letters, provision, record, validate,
};
use crate::certification::again::Measure;
use crate::certification::{self, Then, Verdict};
use crate::hall::portal_address;
use crate::images;
use crate::leads;
use crate::market::Market;
use crate::offers;
use crate::sellers::{self, Milestone};

/// How often the test lead is looked after.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// After so many attempts that broke, a submission is given up.
const ATTEMPTS: i64 = 5;
/// When two movers met, the slower looks again.
const AFTER_A_RACE: Duration = Duration::from_millis(200);

pub(super) fn handle(handlers: &mut Handlers, market: &Market) {
    let market = market.clone();
    handlers.on(ADVANCE, move |claim| advance(claim, market.clone()));
}

/// What comes next.
enum Onward {
    /// The stage has changed: look again.
    GoOn,
    Wait(Duration),
    /// Someone else, or nobody, takes it on from here.
    Rest,
}

async fn advance(claim: Claim, market: Market) -> Result<Next> {
    loop {
        let mut tx = claim.read().await?;
        let Some(submission) = record::find(&mut tx, claim.subject_id()?).await? else {
            return Ok(Next::Done);
        };
        drop(tx);
        match one_stage(&claim, &market, submission).await {
            Ok(Onward::GoOn) => {}
            Ok(Onward::Wait(span)) => return Ok(Next::Again(span)),
            Ok(Onward::Rest) => {
                let tx = claim.write().await?;
                return claim.finish(tx).await;
            }
            Err(error) if error.code() == Some("house.changed_meanwhile") => {
                return Ok(Next::Again(AFTER_A_RACE));
            }
            Err(error @ Error::Fault(_)) if claim.attempts >= ATTEMPTS => {
                give_up(&claim, &market, &error).await?;
            }
            Err(error) => return Err(error),
        }
    }
}

/// Something here breaks again and again: the publisher is told, instead of waiting for ever.
async fn give_up(claim: &Claim, market: &Market, error: &Error) -> Result<()> {
    tracing::error!(submission = claim.subject, %error, "a submission is given up");
    let mut tx = claim.read().await?;
    let Some(submission) = record::find(&mut tx, claim.subject_id()?).await? else { return Ok(()) };
    drop(tx);
    let reason = Reason::new(Text::new("publishing-reason-broken"));
    settle(claim, market, submission, Event::Validated, vec![reason], Vec::new()).await?;
    Ok(())
}

async fn one_stage(claim: &Claim, market: &Market, submission: Submission) -> Result<Onward> {
    match &submission.stage {
        Stage::Validating => {
            let reasons: Vec<Reason> =
                claim.step("validate", || validate::find_reasons(claim, market, &submission)).await?;
            settle(claim, market, submission, Event::Validated, reasons, Vec::new()).await
        }
        Stage::Valid => {
            claim.step("begin_certification", || begin_certification(claim, market, &submission)).await?;
            Ok(Onward::GoOn)
        }
        Stage::Certifying { runs } => {
            let Some(reasons) = judged(claim, &submission, runs).await? else { return Ok(Onward::Rest) };
            let message = Text::new("publishing-message-certified").with("count", runs.len());
            settle(claim, market, submission, Event::Certified, reasons, vec![Reason::new(message)]).await
        }
        Stage::Provisioning { .. } => {
            let reasons: Vec<Reason> =
                claim.step("provision", || provision::make_ready(claim, market, &submission)).await?;
            settle(claim, market, submission, Event::Provisioned, reasons, Vec::new()).await
        }
        Stage::Packaging { .. } => {
            let _: Package = claim.step("package", || package::build(claim, &submission)).await?;
            claim.step("test_lead", || package::send_test_lead(claim, market, &submission)).await?;
            Ok(Onward::GoOn)
        }
        Stage::TryingLeads { lead, .. } => {
            let mut tx = claim.read().await?;
            let delivery = leads::delivery_of(&mut tx, *lead).await?;
            drop(tx);
            let (reasons, messages) = match package::outcome(delivery) {
                None => return Ok(Onward::Wait(LOOK_EVERY)),
                Some(Ok(message)) => (Vec::new(), vec![message]),
                Some(Err(reason)) => {
                    let editor =
                        portal_address(submission.organisation, &format!("/offers/{}", submission.offer));
                    (vec![reason.at(format!("{editor}/leads"))], Vec::new())
                }
            };
            settle(claim, market, submission, Event::LeadsTried, reasons, messages).await
        }
        Stage::OpeningPreview { .. } => {
            claim.step("open_preview", || open_preview(claim, market, &submission)).await?;
            Ok(Onward::GoOn)
        }
        Stage::GoingLive { .. } => {
            claim.step("go_live", || go_live(claim, market, &submission)).await?;
            Ok(Onward::GoOn)
        }
        Stage::InPreview { .. } | Stage::Live { .. } | Stage::Failed { .. } | Stage::Cancelled { .. } => {
            Ok(Onward::Rest)
        }
    }
}

/// Moves a submission on by what happened, and its steps with it. The only way in which a stage changes.
pub(super) async fn move_on(
    tx: &mut Tx,
    who: &str,
    submission: Submission,
    event: Event,
    messages: &[Reason],
) -> Result<Submission> {
    let (code, from) = (event.code(), submission.stage.step());
    tx.concerns(submission.organisation);
    let now = tx.now();
    let stage = submission.stage.clone().after(event, now)?;
    record::save(tx, &submission, &stage).await?;
    match &stage {
        Stage::Failed { reasons, .. } => {
            record::end_step(tx, submission.id, from, StepState::Failed, reasons).await?;
        }
        Stage::Cancelled { .. } => {
            record::end_step(tx, submission.id, from, StepState::Cancelled, messages).await?;
        }
        Stage::Live { .. } => record::end_step(tx, submission.id, from, StepState::Done, messages).await?,
        onward if onward.step() != from => {
            record::end_step(tx, submission.id, from, StepState::Done, messages).await?;
            record::begin_step(tx, submission.id, onward.step()).await?;
        }
        _ => {}
    }
    let details = json!({ "submission": submission.id, "stage": stage.code() });
    audit::note(tx, who, code, submission.offer, &details).await?;
    let ended_at = (!stage.is_running()).then_some(now);
    Ok(Submission { stage, ended_at, version: submission.version + 1, ..submission })
}

/// Moves on by `event` when nothing speaks against it, and fails with the reasons otherwise.
async fn settle(
    claim: &Claim,
    market: &Market,
    submission: Submission,
    event: Event,
    reasons: Vec<Reason>,
    messages: Vec<Reason>,
) -> Result<Onward> {
    let mut tx = claim.write().await?;
    if reasons.is_empty() {
        move_on(&mut tx, audit::HOUSE, submission, event, &messages).await?;
    } else {
        let failed = move_on(&mut tx, audit::HOUSE, submission, Event::Failed { reasons }, &[]).await?;
        letters::failed(&mut tx, market, &failed).await?;
    }
    tx.commit().await?;
    Ok(Onward::GoOn)
}

async fn begin_certification(claim: &Claim, market: &Market, submission: &Submission) -> Result<()> {
    let profile = &market.settings().profile;
    let measure = Measure::now(market, profile)?;
    let mut tx = claim.write().await?;
    let Some(submission) = at_stage(&mut tx, submission.id, "valid").await? else { return Ok(()) };
    let version = offers::version(&mut tx, submission.offer_version).await?;
    let mut runs = Vec::new();
    for image in validate::images_of(&version.document) {
        let then = Then { kind: ADVANCE, subject: submission.id.to_string() };
        runs.push(certification::begin(&mut tx, image, profile, &measure, Some(then)).await?);
    }
    move_on(&mut tx, audit::HOUSE, submission, Event::CertificationBegun { runs }, &[]).await?;
    tx.commit().await
}

/// Why not every image was certified; nothing when all were. `None` while one is still being judged.
async fn judged(
    claim: &Claim,
    submission: &Submission,
    runs: &[Id<certification::Run>],
) -> Result<Option<Vec<Reason>>> {
    let mut tx = claim.read().await?;
    let mut reasons = Vec::new();
    for id in runs {
        let run = certification::run(&mut tx, *id).await?;
        let run = run.ok_or_else(|| Error::fault("a run of certification has vanished"))?;
        let certification::Stage::Concluded { verdict, .. } = run.stage else { return Ok(None) };
        let key = match verdict {
            Verdict::Certified => continue,
            Verdict::NotCertified => "publishing-reason-not-certified",
            Verdict::CouldNotJudge => "publishing-reason-could-not-judge",
        };
        let image = images::image(&mut tx, run.image).await?;
        let name = image.map(|image| image.file_name).unwrap_or_default();
        let report = portal_address(submission.organisation, &format!("/images/{}", run.image));
        reasons.push(Reason::new(Text::new(key).with("image", name)).at(report).of_run(*id));
    }
    Ok(Some(reasons))
}

async fn open_preview(claim: &Claim, market: &Market, submission: &Submission) -> Result<()> {
    let mut tx = claim.write().await?;
    let Some(submission) = at_stage(&mut tx, submission.id, "opening_preview").await? else { return Ok(()) };
    let opened = move_on(&mut tx, audit::HOUSE, submission, Event::PreviewOpened, &[]).await?;
    letters::preview_ready(&mut tx, market, &opened).await?;
    tx.commit().await
}

async fn go_live(claim: &Claim, market: &Market, submission: &Submission) -> Result<()> {
    let mut tx = claim.write().await?;
    let Some(submission) = at_stage(&mut tx, submission.id, "going_live").await? else { return Ok(()) };
    record::list(&mut tx, &submission).await?;
    let version = offers::version(&mut tx, submission.offer_version).await?;
    failing::watch(&mut tx, submission.offer, &validate::images_of(&version.document)).await?;
    sellers::reach(&mut tx, submission.organisation, Milestone::Live).await?;
    let live = move_on(&mut tx, audit::HOUSE, submission, Event::WentLive, &[]).await?;
    letters::live(&mut tx, market, &live).await?;
    tx.commit().await
}

/// The submission, if it still is at this stage: what was done before is not done again.
async fn at_stage(tx: &mut Tx, id: Id<Submission>, stage: &str) -> Result<Option<Submission>> {
    Ok(record::find(tx, id).await?.filter(|found| found.stage.code() == stage))
}
