//! What a verdict about an image on sale leads to.

use std::time::Duration;

use house::{Id, Result, Timestamp, Tx, audit};
use serde_json::json;

use super::letters::{self, About, News};
use super::{Failing, Listed, ending, record};
use crate::certification::{self, Run, Verdict};
use crate::images::{self, Image};
use crate::market::{Market, OnNewFailure};
use crate::people::{self, Waiting};
use house::words::Language;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Rules that the desk names in one line.
const NAMED_MAX: usize = 6;

fn passes(run: &Run) -> bool {
    run.verdict() == Some(Verdict::Certified)
}

/// Does what follows from the newest verdict about an image that these offers list, as far as it has not been done. Answers when time
/// does the next thing, if it does.
pub async fn settle(
    tx: &mut Tx,
    market: &Market,
    listed: &[Listed],
    image: Id<Image>,
    run: &Run,
) -> Result<Option<Timestamp>> {
    let Some(image) = images::image(tx, image).await? else { return Ok(None) };
    tx.concerns(image.organisation);
    let known = record::find(tx, image.id).await?;
    let offers: Vec<&Listed> = listed.iter().filter(|listed| listed.on_sale).collect();
    match known {
        None if passes(run) => {}
        None => begins(tx, market, &offers, &image, run).await?,
        Some(failing) if passes(run) => ends(tx, market, &offers, &image, run, &failing).await?,
        Some(failing) => goes_on(tx, market, &offers, &image, run, failing).await?,
    }
    let ends = ending::tell(tx, market, listed, &image, run).await?;
    let stops = record::find(tx, image.id).await?.and_then(|failing| failing.will_stop_at());
    Ok(ends.into_iter().chain(stops).min())
}

/// It passed, and does no longer.
async fn begins(tx: &mut Tx, market: &Market, offers: &[&Listed], image: &Image, run: &Run) -> Result<()> {
    let now = tx.now();
    let (stops_at, stopped) = match market.settings().on_new_failure {
        OnNewFailure::Tell => (None, false),
        OnNewFailure::Stop { grace_days: 0 } => (Some(now), true),
        OnNewFailure::Stop { grace_days } => (Some(now + DAY * grace_days), false),
    };
    record::add(tx, image.id, image.organisation, run.id, stops_at, stopped).await?;
    put_on_desk(tx, offers, image, run, now, stops_at.filter(|_| !stopped)).await?;
    let details = json!({ "image": image.file_name, "run": run.id, "stopped": stopped });
    audit::note(tx, audit::HOUSE, "publishing.fails", image.id, &details).await?;
    tell(tx, market, offers, image, run, News::Fails).await
}

/// It passes again: sales go on by themselves.
async fn ends(
    tx: &mut Tx,
    market: &Market,
    offers: &[&Listed],
    image: &Image,
    run: &Run,
    failing: &Failing,
) -> Result<()> {
    let was_stopped = failing.is_stopped();
    forget(tx, image.id).await?;
    let details = json!({ "image": image.file_name, "run": run.id, "was_stopped": was_stopped });
    audit::note(tx, audit::HOUSE, "publishing.passes_again", image.id, &details).await?;
    tell(tx, market, offers, image, run, News::PassesAgain { was_stopped }).await
}

/// It still fails: more may be broken than was told, or the days of grace are over.
async fn goes_on(
    tx: &mut Tx,
    market: &Market,
    offers: &[&Listed],
    image: &Image,
    run: &Run,
    failing: Failing,
) -> Result<()> {
    if failing.run != run.id {
        record::set_run(tx, image.id, run.id).await?;
        let before = certification::report(tx, failing.run).await?;
        let now = certification::report(tx, run.id).await?;
        if before.zip(now).is_some_and(|(before, now)| certification::comparison::breaks_more(&before, &now))
        {
            put_on_desk(tx, offers, image, run, failing.since, failing.will_stop_at()).await?;
            tell(tx, market, offers, image, run, News::FailsMore).await?;
        }
    }
    let now = tx.now();
    if failing.will_stop_at().is_some_and(|at| at <= now) {
        record::set_stopped(tx, image.id, true, None).await?;
        let details = json!({ "image": image.file_name });
        audit::note(tx, audit::HOUSE, "publishing.sales_stopped", image.id, &details).await?;
        tell(tx, market, offers, image, run, News::Stopped).await?;
    }
    Ok(())
}

async fn put_on_desk(
    tx: &mut Tx,
    offers: &[&Listed],
    image: &Image,
    run: &Run,
    since: Timestamp,
    due: Option<Timestamp>,
) -> Result<()> {
    let report = certification::report(tx, run.id).await?;
    let broken = report.map(|report| certification::comparison::broken(&report)).unwrap_or_default();
    let more = if broken.len() > NAMED_MAX { ", …" } else { "" };
    let named: Vec<&str> = broken.iter().take(NAMED_MAX).map(String::as_str).collect();
    let waiting = Waiting {
        kind: "publishing-desk-failing".to_owned(),
        title: letters::titles(offers.iter().copied(), Language::En),
        line: format!("{} · {}{more}", image.file_name, named.join(", ")),
        address: address(image.id),
        since,
        due,
    };
    people::put_on_desk(tx, subject(image.id), &waiting).await
}

/// Where the operator decides about it.
pub fn address(image: Id<Image>) -> String {
    format!("/desk/failing/{image}")
}

fn subject(image: Id<Image>) -> String {
    format!("failing-{image}")
}

pub async fn off_desk(tx: &mut Tx, image: Id<Image>) -> Result<()> {
    people::take_off_desk(tx, subject(image)).await
}

/// What is listed no more, or passes, is no longer anybody's matter.
pub async fn forget(tx: &mut Tx, image: Id<Image>) -> Result<()> {
    record::remove(tx, image).await?;
    off_desk(tx, image).await
}

/// Tells the publisher and the operators.
pub async fn tell(
    tx: &mut Tx,
    market: &Market,
    offers: &[&Listed],
    image: &Image,
    run: &Run,
    news: News,
) -> Result<()> {
    let about = About {
        image: image.clone(),
        run: run.clone(),
        why: certification::again::origin(tx, run.id).await?.0,
        report: certification::report(tx, run.id).await?,
        failing: record::find(tx, image.id).await?,
        offers: offers.iter().map(|listed| (*listed).clone()).collect(),
    };
    for (member, _) in people::members_of(tx, image.organisation).await? {
        letters::to_publisher(tx, market, &member, &about, news).await?;
    }
    if !news.is_the_operators_own() {
        for operator in people::operators(tx).await? {
            letters::to_operator(tx, market, &operator, &about, news).await?;
        }
    }
    Ok(())
}
