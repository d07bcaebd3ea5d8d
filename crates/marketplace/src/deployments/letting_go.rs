//! What a customer may wish for a machine that is there: stop, start, restart, another try, its end.

use house::error::NotFound;
use house::{Id, Result, Tx, audit, jobs};

use super::jobs::RECONCILE;
use super::{Deployment, Event, Refused, Stage, Wish, record};
use crate::orders::{self, Order};
use crate::people::Person;

/// One of this person's own machines.
pub async fn own(tx: &mut Tx, by: &Person, id: Id<Deployment>) -> Result<Deployment> {
    let found = record::find(tx, id).await?.filter(|deployment| deployment.person == by.id);
    Ok(found.ok_or(NotFound)?)
}

pub async fn stop(tx: &mut Tx, by: &Person, id: Id<Deployment>) -> Result<()> {
    let mut d = own(tx, by, id).await?;
    if !matches!(d.stage, Stage::Booting | Stage::Ready { .. }) || d.wish != Wish::Running {
        return Err(Refused::NotNow.into());
    }
    wish(tx, by, &mut d, Wish::Stopped, "deployments.stop").await
}

pub async fn start(tx: &mut Tx, by: &Person, id: Id<Deployment>) -> Result<()> {
    let mut d = own(tx, by, id).await?;
    if !matches!(d.stage, Stage::Stopped | Stage::Stopping) || d.wish != Wish::Stopped {
        return Err(Refused::NotNow.into());
    }
    wish(tx, by, &mut d, Wish::Running, "deployments.start").await
}

/// Stops a machine that is to run: having stopped, it is started again.
pub async fn restart(tx: &mut Tx, by: &Person, id: Id<Deployment>) -> Result<()> {
    let mut d = own(tx, by, id).await?;
    if d.wish != Wish::Running {
        return Err(Refused::NotNow.into());
    }
    let stage = d.stage.after(Event::StopBegun)?;
    record::set_stage(tx, &mut d, stage).await?;
    wish(tx, by, &mut d, Wish::Running, "deployments.restart").await
}

/// Begins anew with a machine that failed; what is there of it is found and used.
pub async fn try_again(tx: &mut Tx, by: &Person, id: Id<Deployment>) -> Result<()> {
    let mut d = own(tx, by, id).await?;
    let stage = d.stage.after(Event::Retried)?;
    record::set_stage(tx, &mut d, stage).await?;
    wish(tx, by, &mut d, Wish::Running, "deployments.try_again").await
}

/// Ends a machine and all that belongs to it. Possible in every stage.
pub async fn destroy(tx: &mut Tx, by: &Person, id: Id<Deployment>) -> Result<()> {
    let mut d = own(tx, by, id).await?;
    let stage = d.stage.after(Event::DestroyBegun)?;
    if d.stage != stage {
        record::set_stage(tx, &mut d, stage).await?;
    }
    wish(tx, by, &mut d, Wish::Destroyed, "deployments.destroy").await
}

/// Cancels an order under which nothing is left.
pub async fn cancel_order(tx: &mut Tx, by: &Person, order: Id<Order>) -> Result<()> {
    let order = orders::own(tx, by, order).await?;
    let left = record::of_order(tx, order.id).await?.into_iter().filter(|d| !d.stage.is_over()).count();
    if left > 0 {
        return Err(Refused::MachinesLeft { count: left }.into());
    }
    orders::cancel(tx, by, &order).await
}

async fn wish(tx: &mut Tx, by: &Person, d: &mut Deployment, wish: Wish, what: &'static str) -> Result<()> {
    record::set_wish(tx, d, wish).await?;
    jobs::queue_once(tx, RECONCILE, d.id, &()).await?;
    audit::note(tx, &by.email, what, d.id, &serde_json::json!({ "host_name": d.host_name })).await
}
