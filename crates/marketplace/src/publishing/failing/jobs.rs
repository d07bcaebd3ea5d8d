//! The job that keeps an eye on what is on sale: it judges again what is due, one image after another, and acts on what changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use house::jobs::{Claim, Handlers, Next, queue_once};
use house::{Id, Result, Timestamp, jobs};
use tracing::warn;

use super::{Listed, record, settle};
use crate::certification::again::{self, Measure, Why};
use crate::images::Image;
use crate::market::Market;

/// There is one for the whole market. Cut short anywhere, it begins anew and finds what is left to do.
pub const WATCH: &str = "publishing.watch";
/// How often it is asked whether anything has changed.
const TICK: Duration = Duration::from_secs(15);
/// Images judged in one go; whoever stops the market waits for no more than these.
const AT_ONCE: usize = 8;
/// The pause after each: others want the processor too.
const BREATH: Duration = Duration::from_millis(200);

/// Adds the job.
pub fn handle(handlers: &mut Handlers, market: &Market) {
    let (market, round) = (market.clone(), Arc::new(Mutex::new(None)));
    handlers.on(WATCH, move |claim| watch(market.clone(), claim, round.clone()));
}

/// Has what is on sale watched from now on. To be called whenever the market opens.
pub async fn watch_soon(market: &Market) -> Result<()> {
    let mut tx = market.write().await?;
    queue_once(&mut tx, WATCH, "market", &()).await?;
    tx.commit().await
}

/// A round in which nothing was left to do: while nothing changes, and until then, the next would find the same.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Round {
    stamp: String,
    measure: Measure,
    until: Option<Timestamp>,
}

async fn watch(market: Market, claim: Claim, last: Arc<Mutex<Option<Round>>>) -> Result<Next> {
    let measure = Measure::now(&market, &market.settings().profile)?;
    let mut tx = claim.read().await?;
    // Each opening of the market queues one, and the one that a crash left behind comes back: the newest goes on alone.
    if jobs::newest(&mut tx, WATCH, &claim.subject).await?.is_some_and(|newest| newest.id != claim.id) {
        return Ok(Next::Done);
    }
    let (now, stamp) = (tx.now(), stamp(&mut tx).await?);
    let known = last.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let is_known = known.is_some_and(|round| {
        round.stamp == stamp && round.measure == measure && round.until.is_none_or(|until| now < until)
    });
    if is_known {
        return Ok(Next::Again(TICK));
    }
    let listed = record::listed(&mut tx).await?;
    let sold = sold(&listed);
    let profile = &market.settings().profile;
    let (mut due, mut until) = (Vec::new(), None);
    for image in &sold {
        match again::due(&mut tx, *image, profile, &measure).await? {
            Ok(why) => due.push((*image, why)),
            Err(then) => until = earlier(until, then),
        }
    }
    drop(tx);
    let at_rest = due.is_empty();
    judge(&market, &claim, due).await?;
    until = settle_all(&market, &claim, &listed, &sold).await?.into_iter().fold(until, earlier);
    let mut tx = claim.read().await?;
    let now_stamp = self::stamp(&mut tx).await?;
    drop(tx);
    // What was judged or settled just now is looked at once more, and found at rest.
    let at_rest = at_rest && now_stamp == stamp;
    let round = at_rest.then_some(Round { stamp: now_stamp, measure, until });
    *last.lock().unwrap_or_else(PoisonError::into_inner) = round;
    Ok(Next::Again(if at_rest { TICK } else { Duration::ZERO }))
}

async fn stamp(tx: &mut house::Tx) -> Result<String> {
    Ok(format!("{}{}", record::stamp(tx).await?, again::stamp(tx).await?))
}

fn earlier(one: Option<Timestamp>, other: Timestamp) -> Option<Timestamp> {
    Some(one.map_or(other, |one| one.min(other)))
}

/// The images that are on sale, each once.
fn sold(listed: &[Listed]) -> BTreeSet<Id<Image>> {
    let on_sale = listed.iter().filter(|listed| listed.on_sale);
    on_sale.flat_map(|listed| &listed.version.document.skus).filter_map(|sku| sku.image).collect()
}

/// Judges the first of what is due. One image that breaks stands in nobody's way.
async fn judge(market: &Market, claim: &Claim, due: Vec<(Id<Image>, Why)>) -> Result<()> {
    for (place, (image, why)) in due.into_iter().take(AT_ONCE).enumerate() {
        if place > 0 {
            tokio::time::sleep(BREATH).await;
        }
        let judged = again::look_again(market, claim, image, &market.settings().profile, why).await;
        if let Err(error) = judged {
            // A claim that was lost is no matter of this image.
            claim.write().await?;
            warn!(%image, %error, "an image on sale could not be judged again");
            again::give_up(market, claim, image, &market.settings().profile).await?;
        }
    }
    Ok(())
}

/// Acts on every verdict of what is on sale, and forgets what is listed no more. Answers when time will do the next thing.
async fn settle_all(
    market: &Market,
    claim: &Claim,
    listed: &[Listed],
    sold: &BTreeSet<Id<Image>>,
) -> Result<Option<Timestamp>> {
    let mut tx = claim.read().await?;
    let failing = record::by_image(&mut tx).await?;
    let mut verdicts = BTreeMap::new();
    for image in sold {
        let run = again::newest_judged(&mut tx, *image, &market.settings().profile).await?;
        verdicts.extend(run.map(|run| (*image, run)));
    }
    drop(tx);
    let mut until = None;
    for (image, run) in &verdicts {
        let known = failing.get(image);
        if settle::is_at_rest(run, known, market.database().clock().now()) {
            until = known.and_then(|known| known.will_stop_at()).into_iter().fold(until, earlier);
            continue;
        }
        let mut tx = claim.write().await?;
        settle::settle(&mut tx, market, listed, *image, run).await?;
        tx.commit().await?;
    }
    for gone in failing.keys().filter(|image| !listed.iter().any(|listed| listed.has(**image))) {
        let mut tx = claim.write().await?;
        settle::forget(&mut tx, *gone).await?;
        tx.commit().await?;
    }
    Ok(until)
}
