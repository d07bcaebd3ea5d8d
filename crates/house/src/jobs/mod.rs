//! Work that outlives a request.
//!
//! A job is queued by the transaction that causes it, so it commits or vanishes with its cause. A worker claims it with a lease
//! and a fencing number; whatever the job writes goes through [`Claim::write`], which holds only while that number is the newest.
//! What a job does outside the database is cut into steps: a step's result is stored, and a restart goes on after the last one.
//!
//! What is absent: exactly-once effects outside the database. A step may run twice if the power goes between its act and its
//! record, so each step acts under a key that it finds again: find or create, never two.

mod claim;
#[cfg(test)]
mod tests;
mod worker;

use std::fmt::Display;
use std::time::Duration;

use serde::Serialize;

use crate::clock::Timestamp;
use crate::db::{Columns, Row, Tx};
use crate::error::Result;
use crate::ids::Id;

pub use claim::{Breakpoint, Claim, Next};
pub use worker::{Handlers, Worker};

/// A piece of work to be done later.
pub struct Job;

/// How a job stands, as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub id: Id<Job>,
    pub kind: String,
    pub subject: String,
    pub state: String,
    pub progress_percent: i64,
    pub attempts: i64,
    pub error: Option<String>,
    pub run_at: Timestamp,
    pub made_at: Timestamp,
}

/// Queues a job, due at once.
pub async fn queue(
    tx: &mut Tx,
    kind: &str,
    subject: impl Display,
    payload: &impl Serialize,
) -> Result<Id<Job>> {
    let now = tx.now();
    queue_at(tx, kind, subject, payload, now).await
}

/// Queues a job that is due `after` this moment.
pub async fn queue_after(
    tx: &mut Tx,
    kind: &'static str,
    subject: impl Display,
    payload: &impl Serialize,
    after: Duration,
) -> Result<Id<Job>> {
    let at = tx.now() + after;
    queue_at(tx, kind, subject, payload, at).await
}

/// Queues a job unless one of this kind for this subject is waiting already. One that runs does not count: it may have looked
/// before the change that calls for another look.
pub async fn queue_once(
    tx: &mut Tx,
    kind: &'static str,
    subject: impl Display,
    payload: &impl Serialize,
) -> Result<()> {
    let subject = subject.to_string();
    let now = tx.now().as_microsecond();
    let waiting = sqlx::query(
        "update house_job set run_at = case when run_at < $1 then run_at else $1 end \
         where kind = $2 and subject = $3 and state = 'queued'",
    )
    .bind(now)
    .bind(kind)
    .bind(&subject)
    .execute(tx.on())
    .await?
    .rows_affected();
    if waiting == 0 {
        queue(tx, kind, subject, payload).await?;
    }
    Ok(())
}

async fn queue_at(
    tx: &mut Tx,
    kind: &str,
    subject: impl Display,
    payload: &impl Serialize,
    at: Timestamp,
) -> Result<Id<Job>> {
    let id = tx.new_id();
    let now = tx.now().as_microsecond();
    sqlx::query(
        "insert into house_job (id, kind, subject, payload, state, run_at, made_at) values ($1, $2, $3, $4, 'queued', $5, $6)",
    )
    .bind(id.to_string())
    .bind(kind)
    .bind(subject.to_string())
    .bind(serde_json::to_string(payload)?)
    .bind(at.as_microsecond())
    .bind(now)
    .execute(tx.on())
    .await?;
    Ok(id)
}

/// Calls off what waits and takes the claim from what runs: its next write is refused.
pub async fn cancel(tx: &mut Tx, kind: &str, subject: impl Display) -> Result<u64> {
    let now = tx.now().as_microsecond();
    let done = sqlx::query(
        "update house_job set state = 'cancelled', fence = fence + 1, ended_at = $1 \
         where kind = $2 and subject = $3 and state in ('queued', 'running')",
    )
    .bind(now)
    .bind(kind)
    .bind(subject.to_string())
    .execute(tx.on())
    .await?;
    Ok(done.rows_affected())
}

/// The newest job of this kind for this subject.
pub async fn newest(tx: &mut Tx, kind: &str, subject: impl Display) -> Result<Option<Standing>> {
    let row =
        sqlx::query("select * from house_job where kind = $1 and subject = $2 order by id desc limit 1")
            .bind(kind)
            .bind(subject.to_string())
            .fetch_optional(tx.on())
            .await?;
    row.as_ref().map(standing).transpose()
}

/// The jobs that were given up, newest first.
pub async fn dead(tx: &mut Tx, limit: i64) -> Result<Vec<Standing>> {
    let rows = sqlx::query("select * from house_job where state = 'dead' order by id desc limit $1")
        .bind(limit)
        .fetch_all(tx.on())
        .await?;
    rows.iter().map(standing).collect()
}

/// Gives a dead job another life. `false` when it is not dead.
pub async fn revive(tx: &mut Tx, job: Id<Job>) -> Result<bool> {
    let now = tx.now().as_microsecond();
    let done = sqlx::query(
        "update house_job set state = 'queued', attempts = 0, run_at = $1, ended_at = null where id = $2 and state = 'dead'",
    )
    .bind(now)
    .bind(job.to_string())
    .execute(tx.on())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How many jobs are in each state: for the metrics.
pub async fn counts(tx: &mut Tx) -> Result<Vec<(String, i64)>> {
    let rows =
        sqlx::query("select state, count(*) as n from house_job group by state").fetch_all(tx.on()).await?;
    rows.iter().map(|row| Ok((row.text("state")?, row.int("n")?))).collect()
}

fn standing(row: &Row) -> Result<Standing> {
    Ok(Standing {
        id: row.id("id")?,
        kind: row.text("kind")?,
        subject: row.text("subject")?,
        state: row.text("state")?,
        progress_percent: row.int("progress_percent")?,
        attempts: row.int("attempts")?,
        error: row.maybe_text("error")?,
        run_at: row.time("run_at")?,
        made_at: row.time("made_at")?,
    })
}
