//! The jobs of this chapter, and what is set going when the market opens.

use house::jobs::{Claim, Handlers, Next, queue_once};
use house::{Id, Result, Tx, jobs};
use tracing::{info, warn};

use super::{Deployment, Stage, Wish, observe, reconcile, record};
use crate::market::Market;

/// Brings what is the case to what is wished. Its subject is the deployment.
/// Its steps, for tests that break there: `image`, `instance`, `ready`.
pub const RECONCILE: &str = "deployments.reconcile";
/// Looks after a machine that is ready, again and again. Its subject is the deployment.
pub const WATCH: &str = "deployments.watch";
/// Compares the machines that there are with those that are wanted.
const SWEEP: &str = "deployments.sweep";

/// Adds the jobs of this chapter.
pub fn handle(handlers: &mut Handlers, market: &Market) {
    let own = market.clone();
    handlers.on(RECONCILE, move |claim| reconcile::reconcile(own.clone(), claim));
    let own = market.clone();
    handlers.on(WATCH, move |claim| observe::watch(own.clone(), claim));
    let own = market.clone();
    handlers.on(SWEEP, move |claim| sweep(own.clone(), claim));
}

/// Has the machines compared with the rows soon. To be called whenever the market opens.
pub async fn sweep_soon(market: &Market) -> Result<()> {
    let mut tx = market.write().await?;
    queue_once(&mut tx, SWEEP, "host", &()).await?;
    tx.commit().await
}

/// Ends machines that nobody wants any more, and sees to it that a job is at each deployment that needs one.
async fn sweep(market: Market, claim: Claim) -> Result<Next> {
    let listed = match market.engine().inventory().await {
        Ok(listed) => listed,
        // Where nothing can run there is nothing to compare.
        Err(error) => {
            warn!(%error, "the machines of this host cannot be listed");
            Vec::new()
        }
    };
    for trace in listed {
        let mut tx = claim.read().await?;
        let known = match Id::<Deployment>::parse(trace.id.as_str()) {
            Ok(id) => record::find(&mut tx, id).await?,
            Err(_) => None,
        };
        drop(tx);
        if known.is_none_or(|d| d.stage.is_over()) {
            info!(machine = %trace.id, "ending a machine that nobody wants any more");
            if let Err(error) = market.engine().destroy(&trace.id).await {
                warn!(machine = %trace.id, %error, "a machine that nobody wants could not be ended");
            }
        }
    }
    let mut tx = claim.write().await?;
    for deployment in record::standing(&mut tx).await? {
        attend(&mut tx, &deployment).await?;
    }
    claim.finish(tx).await
}

/// Queues what a deployment needs, unless it waits or runs already.
async fn attend(tx: &mut Tx, d: &Deployment) -> Result<()> {
    let kind = match (&d.stage, d.wish) {
        (Stage::Ready { .. }, Wish::Running) => WATCH,
        _ if d.is_moving() => RECONCILE,
        _ => return Ok(()),
    };
    let newest = jobs::newest(tx, kind, d.id).await?;
    if newest.is_some_and(|job| job.state == "running") {
        return Ok(());
    }
    queue_once(tx, kind, d.id, &()).await
}
