//! Signing off: the publisher has looked at the preview, and it may be sold.

use house::{Id, Result, Tx, jobs};

use super::{ADVANCE, Event, Submission, advance, cancel};
use crate::people::ActingFor;
use crate::sellers;

/// Lets a submission go live. The publisher must still be one who may sell: registered, with the newest agreements accepted.
pub async fn sign_off(tx: &mut Tx, by: &ActingFor, id: Id<Submission>) -> Result<Submission> {
    let submission = cancel::yours(tx, by, id).await?;
    sellers::selling(tx, by).await?;
    let email = by.person().email.clone();
    let signed =
        advance::move_on(tx, &email, submission, Event::SignedOff { by: email.clone() }, &[]).await?;
    jobs::queue(tx, ADVANCE, id, &()).await?;
    Ok(signed)
}
