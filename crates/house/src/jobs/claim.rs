//! A job in the hands of a worker.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Job;
use crate::db::{Columns, Database, Tx};
use crate::error::{Error, Result};
use crate::ids::Id;

/// How long a claim holds without being renewed. Another replica takes over from one that died after at most this; what a
/// process held is taken back by its own successor at once.
pub(super) const LEASE: Duration = Duration::from_secs(20);

/// What becomes of a job that ran to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    Done,
    /// Look again later. This is no failure and counts as no attempt.
    Again(Duration),
}

/// A place at which the process kills itself, as hard as a power cut: how tests interrupt work exactly where they want to.
#[derive(Debug, Clone, Default)]
pub struct Breakpoint(Option<Arc<str>>);

impl Breakpoint {
    pub fn none() -> Breakpoint {
        Breakpoint(None)
    }

    /// `kind.step/before`, `kind.step/acted` or `kind.step/stored`.
    pub fn at(place: &str) -> Breakpoint {
        Breakpoint(Some(place.into()))
    }

    pub fn reach(&self, place: impl FnOnce() -> String) {
        if self.0.as_ref().is_some_and(|wanted| **wanted == place()) {
            let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        }
    }
}

/// A job that this worker, and no other, may carry on.
#[derive(Clone)]
pub struct Claim {
    pub id: Id<Job>,
    pub kind: String,
    pub subject: String,
    pub payload: String,
    pub attempts: i64,
    pub(super) fence: i64,
    pub(super) database: Database,
    pub(super) breakpoint: Breakpoint,
}

impl Claim {
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T> {
        Ok(serde_json::from_str(&self.payload)?)
    }

    pub fn subject_id<T>(&self) -> Result<Id<T>> {
        Ok(Id::parse(&self.subject)?)
    }

    /// Whether the job is given up if this attempt fails.
    pub fn is_last_attempt(&self) -> bool {
        self.attempts >= super::worker::ATTEMPTS_MAX
    }

    /// Opens a transaction that is refused when another worker has taken the job over, or when it was called off.
    pub async fn write(&self) -> Result<Tx> {
        let mut tx = self.database.write().await?;
        let lease_until = (tx.now() + LEASE).as_microsecond();
        let held = sqlx::query(
            "update house_job set lease_until = $1 where id = $2 and fence = $3 and state = 'running'",
        )
        .bind(lease_until)
        .bind(self.id.to_string())
        .bind(self.fence)
        .execute(tx.on())
        .await?;
        if held.rows_affected() == 1 { Ok(tx) } else { Err(Error::fault("the claim on this job is lost")) }
    }

    pub async fn read(&self) -> Result<Tx> {
        self.database.read().await
    }

    /// Does `act` once and keeps its result. After a restart the kept result is returned and `act` is not called.
    pub async fn step<T, Acting>(&self, name: &str, act: impl FnOnce() -> Acting) -> Result<T>
    where
        T: Serialize + DeserializeOwned,
        Acting: Future<Output = Result<T>>,
    {
        let mut tx = self.database.read().await?;
        let kept = sqlx::query("select result from house_step where job = $1 and name = $2")
            .bind(self.id.to_string())
            .bind(name)
            .fetch_optional(tx.on())
            .await?;
        drop(tx);
        if let Some(kept) = kept {
            return kept.json("result");
        }
        self.breakpoint.reach(|| format!("{}.{name}/before", self.kind));
        let result = act().await?;
        self.breakpoint.reach(|| format!("{}.{name}/acted", self.kind));
        let mut tx = self.write().await?;
        let now = tx.now().as_microsecond();
        sqlx::query("insert into house_step (job, name, result, done_at) values ($1, $2, $3, $4)")
            .bind(self.id.to_string())
            .bind(name)
            .bind(serde_json::to_string(&result)?)
            .bind(now)
            .execute(tx.on())
            .await?;
        tx.commit().await?;
        self.breakpoint.reach(|| format!("{}.{name}/stored", self.kind));
        Ok(result)
    }

    /// Tells how far the job is, for the page that shows it.
    pub async fn progress(&self, percent: i64) -> Result<()> {
        let mut tx = self.write().await?;
        sqlx::query("update house_job set progress_percent = $1 where id = $2")
            .bind(percent.clamp(0, 100))
            .bind(self.id.to_string())
            .execute(tx.on())
            .await?;
        tx.commit().await
    }

    /// Commits one change of a job that has no end: what it did is told by the change itself, and no step is kept of it.
    pub async fn keep(&self, tx: Tx, name: &str) -> Result<()> {
        self.breakpoint.reach(|| format!("{}.{name}/before", self.kind));
        tx.commit().await?;
        self.breakpoint.reach(|| format!("{}.{name}/stored", self.kind));
        Ok(())
    }

    /// Ends the job in the transaction that carries its last change, so that both hold or neither.
    pub async fn finish(&self, mut tx: Tx) -> Result<Next> {
        self.breakpoint.reach(|| format!("{}.finish/before", self.kind));
        end(&mut tx, self, "done", None).await?;
        tx.commit().await?;
        self.breakpoint.reach(|| format!("{}.finish/stored", self.kind));
        Ok(Next::Done)
    }
}

/// Sets the final state, if the claim still holds.
pub(super) async fn end(tx: &mut Tx, claim: &Claim, state: &str, error: Option<String>) -> Result<()> {
    let now = tx.now().as_microsecond();
    sqlx::query(
        "update house_job set state = $1, error = $2, ended_at = $3, lease_until = null, \
         progress_percent = case when $1 = 'done' then 100 else progress_percent end \
         where id = $4 and fence = $5 and state = 'running'",
    )
    .bind(state)
    .bind(error)
    .bind(now)
    .bind(claim.id.to_string())
    .bind(claim.fence)
    .execute(tx.on())
    .await?;
    Ok(())
}
