//! What this chapter does later: look at new images, and judge.

use house::jobs::{Claim, Handlers, Next};
use house::words::Text;
use house::{Error, Id, Result};

use super::child::{self, Order};
use super::{Outcome, Run, begin, conclude, record};
use crate::images;
use crate::market::Market;

/// Judges an image; its subject is a run.
pub const EXAMINE: &str = "certification.examine";
/// Begins the first run of an image that has just been sealed; its subject is the image.
pub const FIRST_LOOK: &str = "certification.first_look";

/// Adds the jobs of this chapter.
pub fn handle(handlers: &mut Handlers, market: &Market) {
    let of = market.clone();
    handlers.on(FIRST_LOOK, move |claim| first_look(of.clone(), claim));
    let of = market.clone();
    handlers.on(EXAMINE, move |claim| examine(of.clone(), claim));
}

async fn first_look(market: Market, claim: Claim) -> Result<Next> {
    let mut tx = claim.write().await?;
    begin(&mut tx, claim.subject_id()?, &market.settings().profile, None).await?;
    claim.finish(tx).await
}

/// Judges. The same bytes give the same report, so doing it again after a crash changes nothing.
async fn examine(market: Market, claim: Claim) -> Result<Next> {
    let id: Id<Run> = claim.subject_id()?;
    let mut tx = claim.write().await?;
    let Some(run) = record::run(&mut tx, id).await?.filter(|run| run.verdict().is_none()) else {
        return Ok(Next::Done);
    };
    record::start(&mut tx, id).await?;
    let image = images::image(&mut tx, run.image).await?;
    tx.commit().await?;
    let image = image.ok_or_else(|| Error::fault("a run speaks of an image that is not there"))?;
    let order = Order {
        blob: market.blobs().path(&image.content_id)?,
        file_name: image.file_name.clone(),
        profile: run.profile,
    };
    let outcome = child::examine(market.settings().certify_program.as_deref(), order, |percent| {
        let claim = claim.clone();
        async move { claim.progress(percent).await }
    })
    .await?;
    let outcome = checked(outcome, &image);
    let mut tx = claim.write().await?;
    conclude(&mut tx, &market, id, &outcome).await?;
    claim.finish(tx).await
}

/// A report about other bytes than the image's own is none: the blob is damaged, or who judged was misled.
fn checked(outcome: Outcome, image: &images::Image) -> Outcome {
    let expected = format!("halle1:{}", image.content_id);
    match &outcome {
        Outcome::Judged(report) if report.content_id.as_ref().is_some_and(|found| *found != expected) => {
            Outcome::BrokenOff(Text::new("certification-other-bytes"))
        }
        _ => outcome,
    }
}
