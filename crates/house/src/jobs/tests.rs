use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use super::*;
use crate::db::Database;
use crate::error::Error;
use crate::on_both_engines;
use crate::testing::fresh;

async fn queued(database: &Database, kind: &'static str) {
    let mut tx = database.write().await.unwrap();
    queue(&mut tx, kind, "subject", &7).await.unwrap();
    tx.commit().await.unwrap();
}

async fn standing_of(database: &Database, kind: &str) -> Standing {
    newest(&mut database.read().await.unwrap(), kind, "subject").await.unwrap().unwrap()
}

fn worker(database: &Database, handlers: Handlers) -> Worker {
    Worker::new(database.clone(), handlers, "here", Breakpoint::none())
}

on_both_engines! {
    async fn a_job_is_done_once_and_its_end_commits_with_its_last_change(engine) {
        let test = fresh(engine, crate::MIGRATIONS).await;
        let mut handlers = Handlers::new();
        handlers.on("try.once", async |claim: Claim| {
            assert_eq!(claim.payload::<i64>()?, 7);
            let tx = claim.write().await?;
            claim.finish(tx).await
        });
        queued(&test.database, "try.once").await;
        let worker = worker(&test.database, handlers);
        assert_eq!(worker.run_due().await.unwrap(), 1);
        assert_eq!(worker.run_due().await.unwrap(), 0);
        let standing = standing_of(&test.database, "try.once").await;
        assert_eq!((standing.state.as_str(), standing.progress_percent), ("done", 100));
    }

    async fn a_job_that_was_abandoned_with_its_transaction_is_never_seen(engine) {
        let test = fresh(engine, crate::MIGRATIONS).await;
        let mut tx = test.database.write().await.unwrap();
        queue(&mut tx, "try.never", "subject", &()).await.unwrap();
        drop(tx);
        assert!(newest(&mut test.database.read().await.unwrap(), "try.never", "subject").await.unwrap().is_none());
    }

    async fn a_failed_job_is_tried_again_later_and_given_up_in_the_end(engine) {
        let test = fresh(engine, crate::MIGRATIONS).await;
        let mut handlers = Handlers::new();
        handlers.on("try.fails", async |_| Err(Error::fault("the wire is cut")));
        queued(&test.database, "try.fails").await;
        let worker = worker(&test.database, handlers);
        assert_eq!(worker.run_due().await.unwrap(), 1);
        assert_eq!(worker.run_due().await.unwrap(), 0);
        for _ in 0..7 {
            test.database.clock().turn(Duration::from_secs(301));
            assert_eq!(worker.run_due().await.unwrap(), 1);
        }
        let standing = standing_of(&test.database, "try.fails").await;
        assert_eq!(standing.state, "dead");
        assert!(standing.error.unwrap().starts_with("the wire is cut"));
        let mut tx = test.database.write().await.unwrap();
        assert!(revive(&mut tx, standing.id).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(worker.run_due().await.unwrap(), 1);
    }

    async fn a_restart_goes_on_after_the_last_step_that_was_stored(engine) {
        let test = fresh(engine, crate::MIGRATIONS).await;
        let acts = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
        let mut handlers = Handlers::new();
        let counted = acts.clone();
        handlers.on("try.steps", move |claim: Claim| {
            let acts = counted.clone();
            async move {
                let first = claim.step("first", || async { Ok(acts[0].fetch_add(1, SeqCst)) }).await?;
                claim.progress(50).await?;
                claim.step("second", || async {
                    if acts[1].fetch_add(1, SeqCst) == 0 { Err(Error::fault("not yet")) } else { Ok(first) }
                }).await?;
                Ok(Next::Done)
            }
        });
        queued(&test.database, "try.steps").await;
        let worker = worker(&test.database, handlers);
        worker.run_due().await.unwrap();
        assert_eq!(standing_of(&test.database, "try.steps").await.progress_percent, 50);
        test.database.clock().turn(Duration::from_secs(301));
        worker.run_due().await.unwrap();
        assert_eq!(standing_of(&test.database, "try.steps").await.state, "done");
        assert_eq!((acts[0].load(SeqCst), acts[1].load(SeqCst)), (1, 2));
    }

    async fn who_lost_the_claim_cannot_write(engine) {
        let test = fresh(engine, crate::MIGRATIONS).await;
        let mut handlers = Handlers::new();
        handlers.on("try.slow", async |claim: Claim| {
            // While this worker dawdles, the operator calls the job off.
            let mut tx = claim.database.write().await?;
            cancel(&mut tx, "try.slow", "subject").await?;
            tx.commit().await?;
            assert!(claim.write().await.is_err());
            assert!(claim.step("late", || async { Ok(()) }).await.is_err());
            Ok(Next::Done)
        });
        queued(&test.database, "try.slow").await;
        worker(&test.database, handlers).run_due().await.unwrap();
        assert_eq!(standing_of(&test.database, "try.slow").await.state, "cancelled");
    }

    async fn what_a_dead_process_held_is_taken_up_by_its_successor(engine) {
        let test = fresh(engine, crate::MIGRATIONS).await;
        queued(&test.database, "try.held").await;
        let mut tx = test.database.write().await.unwrap();
        sqlx::query("update house_job set state = 'running', fence = 1, holder = 'here', lease_until = 9000000000000000")
            .execute(tx.on()).await.unwrap();
        tx.commit().await.unwrap();
        let mut handlers = Handlers::new();
        handlers.on("try.held", async |_| Ok(Next::Done));
        let worker = worker(&test.database, handlers);
        assert_eq!(worker.run_due().await.unwrap(), 0);
        let (stop, stopping) = tokio::sync::watch::channel(false);
        let mut changes = test.database.changes();
        let running = tokio::spawn(async move { worker.run(stopping).await });
        while standing_of(&test.database, "try.held").await.state != "done" {
            changes.changed().await.unwrap();
        }
        stop.send(true).unwrap();
        running.await.unwrap().unwrap();
    }

    async fn a_panic_is_one_jobs_failure(engine) {
        let test = fresh(engine, crate::MIGRATIONS).await;
        let mut handlers = Handlers::new();
        handlers.on("try.panics", async |_| panic!("out of order"));
        queued(&test.database, "try.panics").await;
        worker(&test.database, handlers).run_due().await.unwrap();
        assert_eq!(standing_of(&test.database, "try.panics").await.state, "queued");
    }

    async fn a_second_look_is_queued_once(engine) {
        let test = fresh(engine, crate::MIGRATIONS).await;
        let mut tx = test.database.write().await.unwrap();
        for _ in 0..3 {
            queue_once(&mut tx, "try.look", "subject", &()).await.unwrap();
        }
        assert_eq!(counts(&mut tx).await.unwrap(), [("queued".to_owned(), 1)]);
    }
}
