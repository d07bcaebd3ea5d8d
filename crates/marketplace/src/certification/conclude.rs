//! Keeps what a run came to, and tells those who wait for it.

use certifier::report::Report;
use house::words::Text;
use house::{Error, Id, Result, Tx, audit, jobs, outbox};
use serde_json::json;

use super::begin::Cause;
use super::{Run, Verdict, exceptions, letters, record, signing};
use crate::images;
use crate::market::Market;
use crate::people;
use crate::sellers::{self, Milestone};

/// What a run came to.
#[derive(Debug, Clone)]
pub enum Outcome {
    Judged(Box<Report>),
    /// Whoever judged did not come to an end.
    BrokenOff(Text),
}

/// Concludes a run: what the operator accepted of the image counts, the report is kept with the name of the blob of its facts, a good verdict is signed, what waits for it is queued,
/// and the image's sender gets a letter, unless only what is accepted has changed and the verdict has not. A run that is concluded already stays as it is.
pub async fn conclude(
    tx: &mut Tx,
    market: &Market,
    id: Id<Run>,
    outcome: &Outcome,
    facts: Option<&str>,
) -> Result<()> {
    let Some(run) = record::run(tx, id).await? else { return Ok(()) };
    let accepted = exceptions::applied(tx, market, &run, outcome).await?;
    let outcome = accepted.as_ref().unwrap_or(outcome);
    let verdict = match outcome {
        Outcome::Judged(report) => Verdict::of(report),
        Outcome::BrokenOff(_) => Verdict::CouldNotJudge,
    };
    if !record::conclude(tx, id, verdict, outcome, facts).await? {
        return Ok(());
    }
    let run =
        record::run(tx, id).await?.ok_or_else(|| Error::fault("a run that was just concluded is gone"))?;
    if let (Verdict::Certified, Outcome::Judged(report)) = (verdict, outcome) {
        signing::keep(tx, market, id, report).await?;
    }
    let image = images::image(tx, run.image).await?;
    if let Some(image) = &image {
        tx.concerns(image.organisation);
        if verdict == Verdict::Certified {
            sellers::reach(tx, image.organisation, Milestone::Certified).await?;
        }
    }
    for (kind, subject) in record::thens(tx, id).await? {
        jobs::queue(tx, &kind, subject, &()).await?;
    }
    let details = json!({ "image": run.image, "profile": run.profile, "verdict": verdict.name() });
    audit::note(tx, audit::HOUSE, "certification.conclude", id, &details).await?;
    let (Some(image), Some(sender)) = (image, images::sender_of(tx, run.image).await?) else { return Ok(()) };
    let cause = record::exceptions::cause(tx, id).await?;
    let news = cause == Cause::Asked || record::exceptions::verdict_before(tx, &run).await? != Some(verdict);
    if let (true, Some(sender)) = (news, people::person(tx, sender).await?) {
        let letter = letters::concluded(market, &sender, &image, &run, verdict, outcome, cause);
        outbox::letter(tx, run.image, &letter).await?;
    }
    Ok(())
}
