//! The SQL of what is on sale and no longer passes.

pub mod ending;
pub mod watched;

use std::collections::BTreeMap;

use house::db::Row;
use house::{Columns, Id, Result, Timestamp, Tx};

use super::{Decided, Failing};
use crate::certification::Run;
use crate::images::Image;
use crate::offers;
use crate::people::Organisation;
use crate::publishing::Listed;

/// The offers that list an image, withdrawn or not, in the order in which they went live.
pub async fn listed_with(tx: &mut Tx, image: Id<Image>) -> Result<Vec<Listed>> {
    let rows = sqlx::query(
        "select v.*, l.organisation, l.withdrawn_at, e.slug as seller_slug, e.suspended_at, o.slug as offer_slug \
         from publishing_listed_image i join publishing_listing l on l.offer = i.offer \
         join offers_version v on v.id = l.offer_version \
         join offers_offer o on o.id = l.offer join sellers_seller e on e.organisation = l.organisation \
         where i.image = $1 order by l.live_since, l.offer",
    )
    .bind(image.to_string())
    .fetch_all(tx.on())
    .await?;
    rows.iter()
        .map(|row| {
            let version = offers::frozen(row)?;
            Ok(Listed {
                organisation: row.id("organisation")?,
                address: format!("/market/{}/{}", row.text("seller_slug")?, row.text("offer_slug")?),
                on_sale: row.maybe_int("withdrawn_at")?.is_none() && row.maybe_int("suspended_at")?.is_none(),
                version,
            })
        })
        .collect()
}

/// Images that fail and are listed no more.
pub async fn gone(tx: &mut Tx) -> Result<Vec<Id<Image>>> {
    let rows = sqlx::query(
        "select f.image from publishing_failing f where not exists \
         (select 1 from publishing_listed_image i where i.image = f.image) order by f.image",
    )
    .fetch_all(tx.on())
    .await?;
    rows.iter().map(|row| row.id("image")).collect()
}

pub async fn find(tx: &mut Tx, image: Id<Image>) -> Result<Option<Failing>> {
    let row = sqlx::query("select * from publishing_failing where image = $1")
        .bind(image.to_string())
        .fetch_optional(tx.on())
        .await?;
    row.as_ref().map(read).transpose()
}

/// All of them, those that fail longest first.
pub async fn all(tx: &mut Tx) -> Result<Vec<Failing>> {
    let rows =
        sqlx::query("select * from publishing_failing order by since, image").fetch_all(tx.on()).await?;
    rows.iter().map(read).collect()
}

/// All of them by their images: what a page with many offers looks into.
pub async fn by_image(tx: &mut Tx) -> Result<BTreeMap<Id<Image>, Failing>> {
    Ok(all(tx).await?.into_iter().map(|failing| (failing.image, failing)).collect())
}

pub async fn add(
    tx: &mut Tx,
    image: Id<Image>,
    organisation: Id<Organisation>,
    run: Id<Run>,
    stops_at: Option<Timestamp>,
    stopped: bool,
) -> Result<()> {
    let now = tx.now().as_microsecond();
    sqlx::query(
        "insert into publishing_failing (image, organisation, run, since, stops_at, stopped_at) \
         values ($1, $2, $3, $4, $5, $6) on conflict (image) do nothing",
    )
    .bind(image.to_string())
    .bind(organisation.to_string())
    .bind(run.to_string())
    .bind(now)
    .bind(stops_at.map(Timestamp::as_microsecond))
    .bind(stopped.then_some(now))
    .execute(tx.on())
    .await?;
    Ok(())
}

pub async fn set_run(tx: &mut Tx, image: Id<Image>, run: Id<Run>) -> Result<()> {
    sqlx::query("update publishing_failing set run = $1, version = version + 1 where image = $2")
        .bind(run.to_string())
        .bind(image.to_string())
        .execute(tx.on())
        .await?;
    Ok(())
}

/// Stops new sales, or goes on with them. `decided` is what the operator said; none where time did it.
pub async fn set_stopped(
    tx: &mut Tx,
    image: Id<Image>,
    stopped: bool,
    decided: Option<Decided>,
) -> Result<bool> {
    let now = tx.now().as_microsecond();
    let done = sqlx::query(
        "update publishing_failing set stopped_at = case when $1 = 0 then null else coalesce(stopped_at, $2) end, \
         decided = coalesce($3, decided), decided_at = case when $3 is null then decided_at else $2 end, \
         version = version + 1 where image = $4",
    )
    .bind(i64::from(stopped))
    .bind(now)
    .bind(decided.map(Decided::name))
    .bind(image.to_string())
    .execute(tx.on())
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn remove(tx: &mut Tx, image: Id<Image>) -> Result<()> {
    sqlx::query("delete from publishing_failing where image = $1")
        .bind(image.to_string())
        .execute(tx.on())
        .await?;
    Ok(())
}

fn read(row: &Row) -> Result<Failing> {
    Ok(Failing {
        image: row.id("image")?,
        organisation: row.id("organisation")?,
        run: row.id("run")?,
        since: row.time("since")?,
        stops_at: row.maybe_time("stops_at")?,
        stopped_at: row.maybe_time("stopped_at")?,
        decided: row.maybe_text("decided")?.as_deref().and_then(Decided::parse),
    })
}
