//! Noting: a lead is stored, and its way to the publisher begins.

use house::{Id, Result, Tx, jobs};

use super::{About, Action, Contact, Lead, forward, record};
use crate::offers::LeadDestination;
use crate::people::ActingFor;

/// Stores a lead and sends it to the publisher's destination, if there is one.
pub async fn note(tx: &mut Tx, about: &About<'_>, action: Action, contact: &Contact) -> Result<Id<Lead>> {
    let id = record::add(tx, about, action, contact).await?;
    if *about.destination != LeadDestination::None {
        jobs::queue(tx, forward::FORWARD, id, about.destination).await?;
    }
    Ok(id)
}

/// The leads of a publisher, newest first, from before `before`.
pub async fn leads_of(
    tx: &mut Tx,
    by: &ActingFor,
    before: Option<Id<Lead>>,
    limit: i64,
) -> Result<Vec<Lead>> {
    record::of(tx, by.organisation().id, before, limit).await
}
