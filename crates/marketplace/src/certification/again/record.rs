//! The SQL of looks: when an image was last judged, and by what.

use house::words::Text;
use house::{Columns, Id, Result, Tx};

use super::{Look, Taken, Why};
use crate::certification::Run;
use crate::images::Image;

pub async fn look(tx: &mut Tx, image: Id<Image>, profile: &str) -> Result<Option<Look>> {
    let row = sqlx::query("select * from certification_look where image = $1 and profile = $2")
        .bind(image.to_string())
        .bind(profile)
        .fetch_optional(tx.on())
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Look {
        measure: row.json("measure")?,
        advisories: row.maybe_text("advisories")?,
        at: row.time("looked_at")?,
        tried_at: row.time("tried_at")?,
        trouble: row.maybe_json("trouble")?,
    }))
}

/// Notes that an image was judged to an end.
pub async fn looked(tx: &mut Tx, image: Id<Image>, profile: &str, taken: &Taken) -> Result<()> {
    let now = tx.now().as_microsecond();
    sqlx::query(
        "insert into certification_look (image, profile, measure, advisories, looked_at, tried_at) \
         values ($1, $2, $3, $4, $5, $5) on conflict (image, profile) do update set measure = excluded.measure, \
         advisories = excluded.advisories, looked_at = excluded.looked_at, tried_at = excluded.tried_at, trouble = null",
    )
    .bind(image.to_string())
    .bind(profile)
    .bind(serde_json::to_string(&taken.measure)?)
    .bind(taken.advisories.clone())
    .bind(now)
    .execute(tx.on())
    .await?;
    Ok(())
}

/// Notes that judging came to nothing. The measure stays the one of the last look that did not.
pub async fn troubled(
    tx: &mut Tx,
    image: Id<Image>,
    profile: &str,
    taken: &Taken,
    trouble: &Text,
) -> Result<()> {
    let now = tx.now().as_microsecond();
    sqlx::query(
        "insert into certification_look (image, profile, measure, advisories, looked_at, tried_at, trouble) \
         values ($1, $2, $3, $4, 0, $5, $6) \
         on conflict (image, profile) do update set tried_at = excluded.tried_at, trouble = excluded.trouble",
    )
    .bind(image.to_string())
    .bind(profile)
    .bind(serde_json::to_string(&taken.measure)?)
    .bind(taken.advisories.clone())
    .bind(now)
    .bind(serde_json::to_string(trouble)?)
    .execute(tx.on())
    .await?;
    Ok(())
}

pub async fn newest_judged(tx: &mut Tx, image: Id<Image>, profile: &str) -> Result<Option<Run>> {
    Ok(judged(tx, image, profile, 1).await?.pop())
}

/// The runs of an image by this profile that came to a report, newest first.
pub async fn judged(tx: &mut Tx, image: Id<Image>, profile: &str, limit: i64) -> Result<Vec<Run>> {
    let rows = sqlx::query(
        "select * from certification_run where image = $1 and profile = $2 and report is not null \
         order by id desc limit $3",
    )
    .bind(image.to_string())
    .bind(profile)
    .bind(limit)
    .fetch_all(tx.on())
    .await?;
    let mut runs = Vec::with_capacity(rows.len());
    for row in &rows {
        runs.push(crate::certification::record::read(tx, row).await?);
    }
    Ok(runs)
}

/// Tells why a run was begun that nobody asked for.
pub async fn because(tx: &mut Tx, run: Id<Run>, why: Why) -> Result<()> {
    sqlx::query("update certification_run set why = $1 where id = $2")
        .bind(why.name())
        .bind(run.to_string())
        .execute(tx.on())
        .await?;
    Ok(())
}

/// Tells the day of the feed that a run looked into.
pub async fn looked_into(tx: &mut Tx, run: Id<Run>, advisories: Option<&str>) -> Result<()> {
    sqlx::query("update certification_run set advisories = $1 where id = $2")
        .bind(advisories)
        .bind(run.to_string())
        .execute(tx.on())
        .await?;
    Ok(())
}

pub async fn origin(tx: &mut Tx, run: Id<Run>) -> Result<(Option<Why>, Option<String>)> {
    let row = sqlx::query("select why, advisories from certification_run where id = $1")
        .bind(run.to_string())
        .fetch_optional(tx.on())
        .await?;
    let Some(row) = row else { return Ok((None, None)) };
    Ok((row.maybe_text("why")?.as_deref().and_then(Why::parse), row.maybe_text("advisories")?))
}
