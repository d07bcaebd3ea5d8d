//! What this chapter does later: look at new images, and judge.

use std::path::PathBuf;

use certifier::advisories::day::Day;
use certifier::child::Task;
use certifier::stored;
use house::jobs::{Claim, Handlers, Next};
use house::words::Text;
use house::{Error, Id, Result};
use serde::{Deserialize, Serialize};

use super::again::{Measure, Taken};
use super::child::{self, Examined, Order};
use super::{Outcome, Run, again, begin, conclude, exceptions, measure, record, signing};
use crate::images::{self, Image};
use crate::market::Market;

/// Judges an image; its subject is a run.
pub const EXAMINE: &str = "certification.examine";
/// Begins the first run of an image that has just been sealed; its subject is the image.
pub const FIRST_LOOK: &str = "certification.first_look";

/// Signs what was certified before there was a key; its subject is [`ALL`].
pub const SIGN: &str = "certification.sign";
pub const ALL: &str = "all";

/// Adds the jobs of this chapter.
pub fn handle(handlers: &mut Handlers, market: &Market) {
    let of = market.clone();
    handlers.on(FIRST_LOOK, move |claim| first_look(of.clone(), claim));
    let of = market.clone();
    handlers.on(EXAMINE, move |claim| examine(of.clone(), claim));
    let of = market.clone();
    handlers.on(SIGN, move |claim| sign_the_rest(of.clone(), claim));
    let of = market.clone();
    handlers.on(exceptions::END, move |claim| exceptions::end(of.clone(), claim));
}

async fn first_look(market: Market, claim: Claim) -> Result<Next> {
    let profile = &market.settings().profile;
    let measure = Measure::now(&market, profile)?;
    let mut tx = claim.write().await?;
    begin(&mut tx, claim.subject_id()?, profile, &measure, None).await?;
    claim.finish(tx).await
}

/// Signs certified runs that have no certificate, a few in each transaction.
async fn sign_the_rest(market: Market, claim: Claim) -> Result<Next> {
    let mut after = None;
    loop {
        let mut tx = claim.write().await?;
        after = signing::sign_some(&mut tx, &market, after).await?;
        match after {
            Some(_) => tx.commit().await?,
            None => return claim.finish(tx).await,
        }
    }
}

/// What a run goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// The facts that an earlier run kept, as far as they go.
    Facts,
    /// The image itself.
    Image,
}

/// Judges. The same bytes give the same report, so doing it again after a crash changes nothing.
async fn examine(market: Market, claim: Claim) -> Result<Next> {
    let id: Id<Run> = claim.subject_id()?;
    let mut tx = claim.read().await?;
    let Some(run) = record::run(&mut tx, id).await?.filter(|run| run.verdict().is_none()) else {
        return Ok(Next::Done);
    };
    drop(tx);
    let taken = Taken::now(&market, &run.profile).await?;
    let mut tx = claim.write().await?;
    record::start(&mut tx, id, &taken.measure.name()?).await?;
    let image = images::image(&mut tx, run.image).await?;
    let facts = match claim.payload::<Option<Reading>>()? {
        Some(Reading::Image) => None,
        Some(Reading::Facts) | None => record::facts(&mut tx, run.image, &run.profile).await?,
    };
    tx.commit().await?;
    let image = image.ok_or_else(|| Error::fault("a run speaks of an image that is not there"))?;
    let (outcome, facts) = match by_facts(&market, &claim, &run, &image, facts).await? {
        Some((outcome, facts)) => (outcome, Some(facts)),
        None => anew(&market, &claim, &run, &image).await?,
    };
    let mut tx = claim.write().await?;
    again::note(&mut tx, &run, &taken, &outcome).await?;
    conclude(&mut tx, &market, id, &outcome, facts.as_deref()).await?;
    claim.finish(tx).await
}

/// Judges by the facts that were kept; `None` if there are none, or if they do not tell everything.
pub(super) async fn by_facts(
    market: &Market,
    claim: &Claim,
    run: &Run,
    image: &Image,
    facts: Option<String>,
) -> Result<Option<(Outcome, String)>> {
    let Some(facts) = facts else { return Ok(None) };
    let Some(blob) = whole(market, &facts).await? else { return Ok(None) };
    let judged = judge(market, claim, order(market, run, image, blob, Task::JudgeFacts)).await?;
    let Outcome::Judged(report) = checked(judged.outcome, image) else { return Ok(None) };
    // Facts without a content id are facts of nothing.
    let tells_all = report.content_id.is_some() && !stored::must_be_read_again(&report);
    Ok(tells_all.then_some((Outcome::Judged(report), facts)))
}

/// Where facts lie. A certificate may be signed on them, so they must be what was kept, to the bit; else they are as good as gone.
async fn whole(market: &Market, facts: &str) -> Result<Option<PathBuf>> {
    let (blobs, name) = (market.blobs().clone(), facts.to_owned());
    let is_whole = tokio::task::spawn_blocking(move || blobs.is_whole(&name)).await??;
    Ok(is_whole.then(|| market.blobs().path(facts)).transpose()?)
}

/// Judges the image itself, and keeps its facts: they are safe on disk before a row speaks of them.
pub(super) async fn anew(
    market: &Market,
    claim: &Claim,
    run: &Run,
    image: &Image,
) -> Result<(Outcome, Option<String>)> {
    let blob = market.blobs().path(&image.content_id)?;
    let earlier = record::earlier_facts(&mut claim.read().await?, image).await?;
    let earlier = match earlier {
        Some(facts) => whole(market, &facts).await?,
        None => None,
    };
    let order = Order { earlier, ..order(market, run, image, blob, Task::Keep) };
    let judged = judge(market, claim, order).await?;
    let outcome = checked(judged.outcome, image);
    let facts = judged.facts.filter(|_| matches!(outcome, Outcome::Judged(_)));
    let Some(facts) = facts else { return Ok((outcome, None)) };
    let (blobs, name) = (market.blobs().clone(), format!("facts-{}", run.id));
    let name = tokio::task::spawn_blocking(move || blobs.put(&name, &facts)).await??;
    Ok((outcome, Some(name)))
}

fn order(market: &Market, run: &Run, image: &Image, blob: PathBuf, task: Task) -> Order {
    let feed = market.settings().advisories.clone().filter(|feed| feed.exists());
    let today = Day::of_seconds(market.database().clock().now().as_second());
    let advisories = feed.map(|feed| (feed, today));
    let profile = measure(market, &run.profile);
    Order { blob, file_name: image.file_name.clone(), profile, task, advisories, earlier: None }
}

async fn judge(market: &Market, claim: &Claim, order: Order) -> Result<Examined> {
    child::examine(market.settings().certify_program.as_deref(), order, |percent| {
        let claim = claim.clone();
        async move { claim.progress(percent).await }
    })
    .await
}

/// A report about other bytes than the image's own is none: the blob is damaged, or who judged was misled.
fn checked(outcome: Outcome, image: &Image) -> Outcome {
    let expected = format!("halle1:{}", image.content_id);
    match &outcome {
        Outcome::Judged(report) if report.content_id.as_ref().is_some_and(|found| *found != expected) => {
            Outcome::BrokenOff(Text::new("certification-other-bytes"))
        }
        _ => outcome,
    }
}
