//! The job that keeps an eye on what is on sale: it judges again what is due, one image after another, and acts on what changed.
//!
//! Which images those are is asked of an index, so a round that finds nothing costs the same however many are on sale. An image is
//! judged in one transaction and what follows is done in the next, which also notes that it was: cut short anywhere, the job begins
//! anew and finds what is left to do.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use house::jobs::{Claim, Handlers, Next, queue_once};
use house::{Id, Result, Timestamp, jobs};
use tracing::warn;

use super::record::{self, watched};
use super::{ending, settle};
use crate::certification::again::{self, LOOK_EVERY, Measure, Why};
use crate::images::Image;
use crate::market::Market;

/// There is one for the whole market.
pub const WATCH: &str = "publishing.watch";
/// How often it is asked whether anything has changed.
const TICK: Duration = Duration::from_secs(15);
/// Images seen to in one go; whoever stops the market waits for no more than these.
const AT_ONCE: i64 = 8;
/// The pause after each that was judged: others want the processor too.
const BREATH: Duration = Duration::from_millis(200);
/// Images that others judged and that are taken up in one go.
const TAKEN_UP: i64 = 500;
/// A transaction that began before the last round may have ended after it, at most by so much.
const OVERLAP: Duration = Duration::from_secs(60);

/// Up to when this process knows what others judged; `None` before its first round.
type Known = Arc<Mutex<Option<Timestamp>>>;

/// Adds the job.
pub fn handle(handlers: &mut Handlers, market: &Market) {
    let (market, known) = (market.clone(), Known::default());
    handlers.on(WATCH, move |claim| watch(market.clone(), claim, known.clone()));
}

/// Has what is on sale watched from now on. To be called whenever the market opens.
pub async fn watch_soon(market: &Market) -> Result<()> {
    let mut tx = market.write().await?;
    queue_once(&mut tx, WATCH, "market", &()).await?;
    tx.commit().await
}

async fn watch(market: Market, claim: Claim, known: Known) -> Result<Next> {
    let mut tx = claim.read().await?;
    // Each opening of the market queues one, and the one that a crash left behind comes back: the newest goes on alone.
    if jobs::newest(&mut tx, WATCH, &claim.subject).await?.is_some_and(|newest| newest.id != claim.id) {
        return Ok(Next::Done);
    }
    drop(tx);
    let measure = Measure::now(&market, &market.settings().profile)?;
    let taken_up = take_up(&market, &claim, &known).await?;
    let mut tx = claim.read().await?;
    let now = tx.now();
    let due = watched::due(&mut tx, &measure.name()?, now, AT_ONCE).await?;
    drop(tx);
    let is_at_rest = !taken_up && due.is_empty();
    let mut takes_a_breath = false;
    for image in due {
        if takes_a_breath {
            tokio::time::sleep(BREATH).await;
        }
        takes_a_breath = see_to(&market, &claim, image, &measure).await?;
    }
    Ok(Next::Again(if is_at_rest { TICK } else { Duration::ZERO }))
}

/// Has those images seen to that somebody else had judged, and forgets what failed and is listed no more. `false` if there was nothing.
async fn take_up(market: &Market, claim: &Claim, known: &Known) -> Result<bool> {
    let profile = &market.settings().profile;
    let known_until = *known.lock().unwrap_or_else(PoisonError::into_inner);
    let mut tx = claim.read().await?;
    let now = tx.now();
    let judged = match known_until {
        Some(until) => watched::judged_since(&mut tx, profile, until - OVERLAP, TAKEN_UP).await?,
        None => watched::judged(&mut tx, profile, TAKEN_UP).await?,
    };
    let gone = record::gone(&mut tx).await?;
    drop(tx);
    let are_all = (judged.len() as i64) < TAKEN_UP;
    let is_any = !judged.is_empty() || !gone.is_empty();
    if is_any {
        let mut tx = claim.write().await?;
        for image in judged {
            watched::wake(&mut tx, image).await?;
        }
        for image in gone {
            settle::forget(&mut tx, image).await?;
        }
        tx.commit().await?;
    }
    if are_all {
        *known.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
    }
    Ok(is_any)
}

/// Judges an image if it is on sale and that is due, does what follows from its newest judgement, and notes when it is its turn again.
/// Answers whether it was judged.
async fn see_to(market: &Market, claim: &Claim, image: Id<Image>, measure: &Measure) -> Result<bool> {
    let profile = &market.settings().profile;
    let mut tx = claim.read().await?;
    let is_on_sale = record::listed_with(&mut tx, image).await?.iter().any(|listed| listed.on_sale);
    let why = again::due(&mut tx, image, profile, measure).await?.ok().filter(|_| is_on_sale);
    drop(tx);
    if let Some(why) = why {
        judge(market, claim, image, why).await?;
    }
    let mut tx = claim.write().await?;
    let now = tx.now();
    let listed = record::listed_with(&mut tx, image).await?;
    ending::clear(&mut tx, image, !listed.is_empty()).await?;
    if listed.is_empty() {
        watched::forget(&mut tx, image).await?;
        tx.commit().await?;
        return Ok(why.is_some());
    }
    let run = again::newest_judged(&mut tx, image, profile).await?;
    let until = if listed.iter().any(|listed| listed.on_sale) {
        let next = match &run {
            Some(run) => settle::settle(&mut tx, market, &listed, image, run).await?,
            None => None,
        };
        let look = again::due(&mut tx, image, profile, measure).await?.err().unwrap_or(now);
        next.map_or(look, |next| next.min(look))
    } else {
        // It is seen to as soon as it is put back on sale; this is for a publisher who may sell again.
        now + LOOK_EVERY
    };
    watched::rest(&mut tx, image, &measure.name()?, run.map(|run| run.id), until).await?;
    claim.keep(tx, "settle").await?;
    Ok(why.is_some())
}

/// Judges an image. One that breaks stands in nobody's way.
async fn judge(market: &Market, claim: &Claim, image: Id<Image>, why: Why) -> Result<()> {
    let profile = &market.settings().profile;
    if let Err(error) = again::look_again(market, claim, image, profile, why).await {
        // A claim that was lost is no matter of this image.
        claim.write().await?;
        warn!(%image, %error, "an image on sale could not be judged again");
        again::give_up(market, claim, image, profile).await?;
    }
    Ok(())
}
