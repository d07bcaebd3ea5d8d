//! Exceptions, and which of them a run was judged with.

use certifier::date::Date;
use house::db::Row;
use house::{Columns, Error, Id, Result, Timestamp, Tx};

use crate::certification::begin::Cause;
use crate::certification::exceptions::{Ended, Exception};
use crate::certification::{Run, Verdict};
use crate::images::Image;
use crate::people::{Organisation, Person};

/// Exceptions of one image that are shown at once; more than the rulebook has rules for a good while.
const OF_ONE_IMAGE_MAX: i64 = 500;
/// Exceptions that are listed or found due at once.
const LIST_MAX: i64 = 1000;

pub struct New<'a> {
    pub image: &'a Image,
    pub rule: &'a str,
    pub reason: &'a str,
    pub until: Date,
    pub by: Id<Person>,
}

pub async fn add(tx: &mut Tx, new: &New<'_>) -> Result<Id<Exception>> {
    let id = tx.new_id::<Exception>();
    let now = tx.now().as_microsecond();
    sqlx::query(
        "insert into certification_exception (id, image, content_id, rule, reason, last_day, granted_by, granted_at, standing) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, 1)",
    )
    .bind(id.to_string())
    .bind(new.image.id.to_string())
    .bind(&new.image.content_id)
    .bind(new.rule)
    .bind(new.reason)
    .bind(new.until.to_string())
    .bind(new.by.to_string())
    .bind(now)
    .execute(tx.on())
    .await?;
    Ok(id)
}

/// Ends an exception that stands. `false` when it has ended already.
pub async fn end(tx: &mut Tx, id: Id<Exception>, how: Ended) -> Result<bool> {
    let now = tx.now().as_microsecond();
    let done = sqlx::query(
        "update certification_exception set standing = null, ended_how = $1, ended_at = $2 \
         where id = $3 and standing = 1",
    )
    .bind(how.name())
    .bind(now)
    .bind(id.to_string())
    .execute(tx.on())
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn find(tx: &mut Tx, id: Id<Exception>) -> Result<Option<Exception>> {
    let row = sqlx::query("select * from certification_exception where id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.on())
        .await?;
    row.as_ref().map(read).transpose()
}

/// All that was ever granted to an image, newest first.
pub async fn of(tx: &mut Tx, image: Id<Image>) -> Result<Vec<Exception>> {
    let rows =
        sqlx::query("select * from certification_exception where image = $1 order by id desc limit $2")
            .bind(image.to_string())
            .bind(OF_ONE_IMAGE_MAX)
            .fetch_all(tx.on())
            .await?;
    rows.iter().map(read).collect()
}

/// What holds for an image on a day, in the order in which it was granted.
pub async fn in_force(tx: &mut Tx, image: Id<Image>, on: Date) -> Result<Vec<Exception>> {
    let rows = sqlx::query(
        "select * from certification_exception where image = $1 and standing = 1 and last_day >= $2 order by id",
    )
    .bind(image.to_string())
    .bind(on.to_string())
    .fetch_all(tx.on())
    .await?;
    rows.iter().map(read).collect()
}

/// All that holds in the market on a day, what ends soonest first, each with its image's file and its publisher.
pub async fn all_in_force(tx: &mut Tx, on: Date) -> Result<Vec<(Exception, String, Id<Organisation>)>> {
    let rows = sqlx::query(
        "select e.*, i.file_name, i.organisation from certification_exception e \
         join images_image i on i.id = e.image where e.standing = 1 and e.last_day >= $1 \
         order by e.last_day, e.id limit $2",
    )
    .bind(on.to_string())
    .bind(LIST_MAX)
    .fetch_all(tx.on())
    .await?;
    rows.iter().map(|row| Ok((read(row)?, row.text("file_name")?, row.id("organisation")?))).collect()
}

/// What was not withdrawn and ended by itself from `since` on and before `today`.
pub async fn expired(tx: &mut Tx, since: Date, today: Date) -> Result<Vec<Exception>> {
    let rows = sqlx::query(
        "select * from certification_exception where (standing = 1 or ended_how = 'expired') \
         and last_day >= $1 and last_day < $2 order by last_day, id limit $3",
    )
    .bind(since.to_string())
    .bind(today.to_string())
    .bind(LIST_MAX)
    .fetch_all(tx.on())
    .await?;
    rows.iter().map(read).collect()
}

/// Why a run was begun.
pub async fn cause(tx: &mut Tx, run: Id<Run>) -> Result<Cause> {
    let row = sqlx::query("select cause from certification_run where id = $1")
        .bind(run.to_string())
        .fetch_one(tx.on())
        .await?;
    Ok(Cause::parse(&row.text("cause")?))
}

pub async fn note_cause(tx: &mut Tx, run: Id<Run>, cause: Cause) -> Result<()> {
    sqlx::query("update certification_run set cause = $1 where id = $2")
        .bind(cause.name())
        .bind(run.to_string())
        .execute(tx.on())
        .await?;
    Ok(())
}

/// Which exceptions a run was judged with.
pub async fn used(tx: &mut Tx, run: Id<Run>) -> Result<String> {
    let row = sqlx::query("select exceptions from certification_run where id = $1")
        .bind(run.to_string())
        .fetch_one(tx.on())
        .await?;
    row.text("exceptions")
}

pub async fn note_used(tx: &mut Tx, run: Id<Run>, used: &str) -> Result<()> {
    sqlx::query("update certification_run set exceptions = $1 where id = $2")
        .bind(used)
        .bind(run.to_string())
        .execute(tx.on())
        .await?;
    Ok(())
}

/// The profiles by which an image was ever judged to the end.
pub async fn profiles(tx: &mut Tx, image: Id<Image>) -> Result<Vec<String>> {
    let rows = sqlx::query(
        "select distinct profile from certification_run where image = $1 and stage = 'concluded' order by profile",
    )
    .bind(image.to_string())
    .fetch_all(tx.on())
    .await?;
    rows.iter().map(|row| row.text("profile")).collect()
}

/// The verdict before a run's own: what the newest run of the same image and profile came to that is older.
pub async fn verdict_before(tx: &mut Tx, run: &Run) -> Result<Option<Verdict>> {
    let row = sqlx::query(
        "select verdict from certification_run where image = $1 and profile = $2 and id < $3 \
         and stage = 'concluded' order by id desc limit 1",
    )
    .bind(run.image.to_string())
    .bind(&run.profile)
    .bind(run.id.to_string())
    .fetch_optional(tx.on())
    .await?;
    Ok(row.map(|row| row.text("verdict")).transpose()?.and_then(|name| Verdict::parse(&name)))
}

fn read(row: &Row) -> Result<Exception> {
    let last_day = row.text("last_day")?;
    let how = row.maybe_text("ended_how")?;
    let at: Option<Timestamp> = row.maybe_time("ended_at")?;
    Ok(Exception {
        id: row.id("id")?,
        image: row.id("image")?,
        content_id: row.text("content_id")?,
        rule: row.text("rule")?,
        reason: row.text("reason")?,
        until: Date::parse(&last_day).map_err(|_| Error::fault(format!("`{last_day}` is no day")))?,
        granted_at: row.time("granted_at")?,
        ended: how.as_deref().and_then(Ended::parse).zip(at),
    })
}
