//! The operator decides about an image that no longer passes.

use house::{Id, Result, Tx, audit};
use serde_json::json;

use super::letters::News;
use super::{Decided, NotFailing, record, settle};
use crate::certification;
use crate::images::{self, Image};
use crate::market::Market;
use crate::people::Operator;

/// Stops new sales, lets it be sold, or leaves it to the market. The publisher hears of what changes.
pub async fn decide(
    tx: &mut Tx,
    market: &Market,
    by: &Operator,
    image: Id<Image>,
    decided: Decided,
) -> Result<()> {
    let failing = record::find(tx, image).await?.ok_or(NotFailing)?;
    let image = images::image(tx, image).await?.ok_or(NotFailing)?;
    tx.concerns(image.organisation);
    let stopped = match decided {
        Decided::Stop => true,
        Decided::Sell => false,
        Decided::Seen => failing.is_stopped(),
    };
    record::set_stopped(tx, image.id, stopped, Some(decided)).await?;
    settle::off_desk(tx, image.id).await?;
    let details = json!({ "image": image.file_name, "decided": decided.name() });
    audit::note(tx, &by.person().email, "publishing.decide", image.id, &details).await?;
    if stopped == failing.is_stopped() {
        return Ok(());
    }
    let run = certification::run(tx, failing.run).await?.ok_or(NotFailing)?;
    let listed = record::listed_with(tx, image.id).await?;
    let offers: Vec<_> = listed.iter().filter(|listed| listed.on_sale).collect();
    let news = if stopped { News::StoppedByOperator } else { News::SoldByOperator };
    settle::tell(tx, market, &offers, &image, &run, news).await
}
