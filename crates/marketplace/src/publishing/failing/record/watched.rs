//! The SQL of the watch: which images are listed, and which of them are to be seen to.

use std::collections::BTreeSet;

use house::{Columns, Id, Result, Timestamp, Tx};

use crate::certification::Run;
use crate::images::Image;
use crate::offers::Offer;

/// Notes what an offer lists, in the place of what it listed before. What is listed no more is dropped when its time comes.
pub async fn set(tx: &mut Tx, offer: Id<Offer>, images: &BTreeSet<Id<Image>>) -> Result<()> {
    sqlx::query("delete from publishing_listed_image where offer = $1")
        .bind(offer.to_string())
        .execute(tx.on())
        .await?;
    for image in images {
        sqlx::query("insert into publishing_listed_image (offer, image) values ($1, $2)")
            .bind(offer.to_string())
            .bind(image.to_string())
            .execute(tx.on())
            .await?;
        sqlx::query(
            "insert into publishing_watch (image, measure, due_at) values ($1, '', 0) \
             on conflict (image) do update set due_at = 0",
        )
        .bind(image.to_string())
        .execute(tx.on())
        .await?;
    }
    Ok(())
}

/// Has the images of an offer seen to at once.
pub async fn wake_offer(tx: &mut Tx, offer: Id<Offer>) -> Result<()> {
    sqlx::query(
        "update publishing_watch set due_at = 0 \
         where image in (select image from publishing_listed_image where offer = $1)",
    )
    .bind(offer.to_string())
    .execute(tx.on())
    .await?;
    Ok(())
}

/// Some of the images that were last seen to under another measure than this one, or whose time has come. Each of the three questions
/// is one stretch of an index, which is empty where there is nothing to do.
pub async fn due(tx: &mut Tx, measure: &str, now: Timestamp, limit: i64) -> Result<Vec<Id<Image>>> {
    let rows = sqlx::query(
        "select image from (select image from publishing_watch where due_at <= $2 order by due_at, image limit $3) d \
         union select image from (select image from publishing_watch where measure < $1 order by measure, image limit $3) b \
         union select image from (select image from publishing_watch where measure > $1 order by measure, image limit $3) a \
         limit $3",
    )
    .bind(measure)
    .bind(now.as_microsecond())
    .bind(limit)
    .fetch_all(tx.on())
    .await?;
    rows.iter().map(|row| row.id("image")).collect()
}

/// Some of the images that were judged after `after` by whoever it was, and of whose newest judgement not all that follows was done.
pub async fn judged_since(
    tx: &mut Tx,
    profile: &str,
    after: Timestamp,
    limit: i64,
) -> Result<Vec<Id<Image>>> {
    let rows = sqlx::query(
        "select w.image from publishing_watch w where w.due_at > 0 and w.image in \
         (select image from certification_run where concluded_at >= $2 and profile = $1 and report is not null) \
         and coalesce(w.run, '') <> (select r.id from certification_run r where r.image = w.image and r.profile = $1 \
         and r.report is not null order by r.id desc limit 1) order by w.image limit $3",
    )
    .bind(profile)
    .bind(after.as_microsecond())
    .bind(limit)
    .fetch_all(tx.on())
    .await?;
    rows.iter().map(|row| row.id("image")).collect()
}

/// The same of all that is watched, whenever it was judged.
pub async fn judged(tx: &mut Tx, profile: &str, limit: i64) -> Result<Vec<Id<Image>>> {
    let rows = sqlx::query(
        "select w.image from publishing_watch w where w.due_at > 0 and coalesce(w.run, '') <> \
         (select r.id from certification_run r where r.image = w.image and r.profile = $1 and r.report is not null \
         order by r.id desc limit 1) order by w.image limit $2",
    )
    .bind(profile)
    .bind(limit)
    .fetch_all(tx.on())
    .await?;
    rows.iter().map(|row| row.id("image")).collect()
}

/// Has an image seen to at once.
pub async fn wake(tx: &mut Tx, image: Id<Image>) -> Result<()> {
    sqlx::query("update publishing_watch set due_at = 0 where image = $1")
        .bind(image.to_string())
        .execute(tx.on())
        .await?;
    Ok(())
}

/// Notes that an image was seen to under this measure, after this judgement, and when it is to be seen to again.
pub async fn rest(
    tx: &mut Tx,
    image: Id<Image>,
    measure: &str,
    run: Option<Id<Run>>,
    until: Timestamp,
) -> Result<()> {
    sqlx::query(
        "update publishing_watch set measure = $1, run = coalesce($2, run), due_at = $3 where image = $4",
    )
    .bind(measure)
    .bind(run.map(|run| run.to_string()))
    .bind(until.as_microsecond())
    .bind(image.to_string())
    .execute(tx.on())
    .await?;
    Ok(())
}

/// Watches an image no more that nothing lists.
pub async fn forget(tx: &mut Tx, image: Id<Image>) -> Result<()> {
    sqlx::query("delete from publishing_watch where image = $1")
        .bind(image.to_string())
        .execute(tx.on())
        .await?;
    Ok(())
}
