//! Who does the jobs.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tracing::{error, info, warn};

use super::claim::{LEASE, end};
use super::{Breakpoint, Claim, Next};
use crate::db::{Columns, Database};
use crate::error::{Error, Result};

/// After so many failed attempts a job is dead: an operator looks at it.
pub(super) const ATTEMPTS_MAX: i64 = 8;
/// The longest pause between two attempts.
const PAUSE_MAX: Duration = Duration::from_secs(300);
/// How often the queue is looked at when nothing in this process has changed: other replicas queue jobs, and time passes.
const LOOK_EVERY: Duration = Duration::from_millis(500);

type Doing = Pin<Box<dyn Future<Output = Result<Next>> + Send>>;
type Handler = Arc<dyn Fn(Claim) -> Doing + Send + Sync>;

/// What to do for each kind of job.
#[derive(Clone, Default)]
pub struct Handlers(HashMap<&'static str, Handler>);

impl Handlers {
    pub fn new() -> Handlers {
        Handlers::default()
    }

    /// Adds a kind: `chapter.verb`. Each kind is added once.
    pub fn on<Does>(&mut self, kind: &'static str, handler: impl Fn(Claim) -> Does + Send + Sync + 'static)
    where
        Does: Future<Output = Result<Next>> + Send + 'static,
    {
        let before = self.0.insert(kind, Arc::new(move |claim| Box::pin(handler(claim))));
        assert!(before.is_none(), "the kind {kind} has two handlers");
    }
}

/// Claims jobs and does them, several at a time.
#[derive(Clone)]
pub struct Worker {
    database: Database,
    handlers: Handlers,
    /// Names this process's data directory: what a dead process held is taken back by its successor at once.
    holder: String,
    at_once: usize,
    breakpoint: Breakpoint,
}

impl Worker {
    pub fn new(
        database: Database,
        handlers: Handlers,
        holder: impl Into<String>,
        breakpoint: Breakpoint,
    ) -> Worker {
        Worker { database, handlers, holder: holder.into(), at_once: 6, breakpoint }
    }

    /// Works until `stop` turns true, then lets what runs come to its end.
    pub async fn run(&self, mut stop: watch::Receiver<bool>) -> Result<()> {
        self.take_back().await?;
        let mut changes = self.database.changes();
        let places = Arc::new(Semaphore::new(self.at_once));
        let mut running = JoinSet::new();
        while !*stop.borrow() {
            while running.try_join_next().is_some() {}
            let place = tokio::select! {
                place = places.clone().acquire_owned() => place.expect("the semaphore is never closed"),
                _ = stop.changed() => break,
            };
            match self.claim().await {
                Ok(Some(claim)) => {
                    let worker = self.clone();
                    running.spawn(async move {
                        worker.work_on(claim).await;
                        drop(place);
                    });
                    continue;
                }
                Ok(None) => {}
                Err(error) => error!(%error, "the queue cannot be read"),
            }
            drop(place);
            tokio::select! {
                _ = changes.changed() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
                _ = stop.changed() => {}
            }
        }
        while running.join_next().await.is_some() {}
        Ok(())
    }

    /// Does all that is due now, one after another, until nothing is: for tests, where the clock stands still.
    pub async fn run_due(&self) -> Result<usize> {
        let mut done = 0;
        while let Some(claim) = self.claim().await? {
            self.work_on(claim).await;
            done += 1;
            assert!(done < 10_000, "the jobs never come to an end");
        }
        Ok(done)
    }

    /// What an earlier life of this process held is free again. Only one process may use a data directory at a time.
    async fn take_back(&self) -> Result<()> {
        let mut tx = self.database.write().await?;
        let freed = sqlx::query(
            "update house_job set state = 'queued', fence = fence + 1, lease_until = null where state = 'running' and holder = $1",
        )
        .bind(&self.holder)
        .execute(tx.on())
        .await?;
        tx.commit().await?;
        if freed.rows_affected() > 0 {
            info!(jobs = freed.rows_affected(), "taking up what was interrupted");
        }
        Ok(())
    }

    async fn claim(&self) -> Result<Option<Claim>> {
        let mut tx = self.database.read().await?;
        let now = tx.now();
        let due = sqlx::query(
            "select id, fence from house_job where (state = 'queued' and run_at <= $1) \
             or (state = 'running' and lease_until < $1) order by run_at, id limit 8",
        )
        .bind(now.as_microsecond())
        .fetch_all(tx.on())
        .await?;
        drop(tx);
        for row in due {
            let (id, fence) = (row.text("id")?, row.int("fence")?);
            let mut tx = self.database.write().await?;
            let claimed = sqlx::query(
                "update house_job set state = 'running', fence = fence + 1, attempts = attempts + 1, holder = $1, lease_until = $2 \
                 where id = $3 and fence = $4 and state in ('queued', 'running') returning kind, subject, payload, attempts, fence",
            )
            .bind(&self.holder)
            .bind((now + LEASE).as_microsecond())
            .bind(&id)
            .bind(fence)
            .fetch_optional(tx.on())
            .await?;
            let Some(row) = claimed else { continue };
            let claim = Claim {
                id: crate::ids::Id::parse(&id)?,
                kind: row.text("kind")?,
                subject: row.text("subject")?,
                payload: row.text("payload")?,
                attempts: row.int("attempts")?,
                fence: row.int("fence")?,
                database: self.database.clone(),
                breakpoint: self.breakpoint.clone(),
            };
            tx.commit().await?;
            return Ok(Some(claim));
        }
        Ok(None)
    }

    /// Does one job while keeping its lease alive, and settles what becomes of it.
    async fn work_on(&self, claim: Claim) {
        let Some(handler) = self.handlers.0.get(claim.kind.as_str()) else {
            self.settle(&claim, Err(Error::fault(format!("nobody does jobs of the kind {}", claim.kind))))
                .await;
            return;
        };
        // In a task of its own, so that a panic is this job's failure and nobody else's.
        let mut doing = tokio::spawn(handler(claim.clone()));
        let mut renew = tokio::time::interval(LEASE / 4);
        // A disk that was slow is not paid back with a burst of renewals.
        renew.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        renew.tick().await;
        let result = loop {
            tokio::select! {
                result = &mut doing => break result,
                _ = renew.tick() => match claim.write().await {
                    Ok(tx) => {
                        if let Err(error) = tx.commit().await {
                            warn!(job = %claim.id, %error, "the lease could not be renewed");
                        }
                    }
                    // A job that has just ended holds its claim no longer, and rightly so.
                    Err(_) if doing.is_finished() => {}
                    Err(error) => {
                        warn!(job = %claim.id, kind = claim.kind, %error, "giving the job up");
                        doing.abort();
                    }
                },
            }
        };
        match result {
            Ok(result) => self.settle(&claim, result).await,
            Err(gone) if gone.is_cancelled() => {}
            Err(panicked) => self.settle(&claim, Err(panicked.into())).await,
        }
    }

    async fn settle(&self, claim: &Claim, result: Result<Next>) {
        if let Err(error) = self.try_settle(claim, result).await {
            error!(job = %claim.id, kind = claim.kind, %error, "the job's end could not be stored; its lease will run out");
        }
    }

    async fn try_settle(&self, claim: &Claim, result: Result<Next>) -> Result<()> {
        let mut tx = self.database.write().await?;
        match result {
            Ok(Next::Done) => end(&mut tx, claim, "done", None).await?,
            Ok(Next::Again(after)) => self.requeue(&mut tx, claim, after, None, 0).await?,
            Err(error) => {
                let retry = matches!(error, Error::Fault(_)) && !claim.is_last_attempt();
                warn!(job = %claim.id, kind = claim.kind, subject = claim.subject, attempts = claim.attempts, retry, %error, "a job failed");
                if retry {
                    let doubled = Duration::from_secs(1_u64 << claim.attempts.clamp(0, 10)) / 2;
                    self.requeue(
                        &mut tx,
                        claim,
                        doubled.min(PAUSE_MAX),
                        Some(error.to_string()),
                        claim.attempts,
                    )
                    .await?;
                } else {
                    end(&mut tx, claim, "dead", Some(error.to_string())).await?;
                }
            }
        }
        tx.commit().await
    }

    async fn requeue(
        &self,
        tx: &mut crate::db::Tx,
        claim: &Claim,
        after: Duration,
        error: Option<String>,
        attempts: i64,
    ) -> Result<()> {
        let at = (tx.now() + after).as_microsecond();
        sqlx::query(
            "update house_job set state = 'queued', run_at = $1, error = $2, attempts = $3, lease_until = null \
             where id = $4 and fence = $5 and state = 'running'",
        )
        .bind(at)
        .bind(error)
        .bind(attempts)
        .bind(claim.id.to_string())
        .bind(claim.fence)
        .execute(tx.on())
        .await?;
        Ok(())
    }
}
