//! Withdrawing: no new sales. Those who have bought keep what they have.

use house::{Id, Result, Tx, audit};

use super::{Refused, failing, record};
use crate::offers::{self, Offer};
use crate::people::ActingFor;
use crate::sellers;

/// Takes a live offer off sale.
pub async fn withdraw(tx: &mut Tx, by: &ActingFor, offer: Id<Offer>) -> Result<()> {
    set(tx, by, offer, true).await?;
    audit::note(tx, &by.person().email, "publishing.withdraw", offer, &()).await
}

/// Puts a withdrawn offer back on sale, in the version that was live.
pub async fn resume(tx: &mut Tx, by: &ActingFor, offer: Id<Offer>) -> Result<()> {
    sellers::selling(tx, by).await?;
    set(tx, by, offer, false).await?;
    failing::watch_again(tx, offer).await?;
    audit::note(tx, &by.person().email, "publishing.resume", offer, &()).await
}

async fn set(tx: &mut Tx, by: &ActingFor, offer: Id<Offer>, withdrawn: bool) -> Result<()> {
    let offer = offers::offer(tx, by, offer).await?;
    if record::set_withdrawn(tx, offer.id, withdrawn).await? {
        Ok(())
    } else {
        Err(Refused::NeverLive.into())
    }
}
