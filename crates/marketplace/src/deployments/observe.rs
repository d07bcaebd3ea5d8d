//! Looking after machines that are ready: a guest may shut itself down, a process may end.

use std::time::Duration;

use compute::Observed;
use house::Result;
use house::jobs::{Claim, Next};
use house::words::Text;
use tracing::warn;

use super::reconcile::{At, clipped, machine_id, opened};
use super::{Event, Stage, Wish, record};
use crate::market::Market;

/// How often a machine that is ready is looked at.
const EVERY: Duration = Duration::from_secs(30);

pub async fn watch(market: Market, claim: Claim) -> Result<Next> {
    let mut tx = claim.read().await?;
    let found = record::find(&mut tx, claim.subject_id()?).await?;
    drop(tx);
    let Some(d) = found else { return Ok(Next::Done) };
    let Stage::Ready { opened: known } = d.stage.clone() else { return Ok(Next::Done) };
    if d.wish != Wish::Running {
        return Ok(Next::Done);
    }
    let at = At { market: &market, claim: &claim, id: machine_id(&d)?, d };
    let event = match market.engine().observe(&at.id).await {
        Ok(Observed::Starting) => return Ok(Next::Again(EVERY)),
        Ok(observed @ Observed::Running { .. }) => {
            let now = opened(&observed);
            if now == known {
                return Ok(Next::Again(EVERY));
            }
            Event::Moved { opened: now }
        }
        Ok(Observed::Stopped) => Event::Halted,
        Ok(Observed::Absent) => {
            Event::Failed { reason: Text::new("deployments-reason-lost"), retryable: true }
        }
        Ok(Observed::Failed { reason }) => {
            let reason = Text::new("deployments-reason-ended").with("why", clipped(&reason));
            Event::Failed { reason, retryable: true }
        }
        Err(error) => {
            warn!(machine = %at.id, %error, "a machine could not be looked at");
            return Ok(Next::Again(EVERY));
        }
    };
    // Lost to a change by the customer: that change has queued what is to be done.
    let Ok(d) = at.moved_to(event).await else { return Ok(Next::Again(EVERY)) };
    Ok(if matches!(d.stage, Stage::Ready { .. }) { Next::Again(EVERY) } else { Next::Done })
}
