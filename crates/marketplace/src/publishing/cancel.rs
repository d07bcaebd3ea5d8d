//! Cancelling: before the sign-off a publisher may change their mind. What is live stays live.

use house::error::NotFound;
use house::{Id, Result, Tx, jobs};

use super::{ADVANCE, Event, Submission, advance, record};
use crate::people::ActingFor;

pub async fn cancel(tx: &mut Tx, by: &ActingFor, id: Id<Submission>) -> Result<Submission> {
    let submission = yours(tx, by, id).await?;
    let cancelled = advance::move_on(tx, &by.person().email, submission, Event::Cancelled, &[]).await?;
    jobs::cancel(tx, ADVANCE, id).await?;
    Ok(cancelled)
}

/// The submission, if it belongs to the organisation that is acted for.
pub(super) async fn yours(tx: &mut Tx, by: &ActingFor, id: Id<Submission>) -> Result<Submission> {
    let found = record::find(tx, id).await?;
    found.filter(|found| found.organisation == by.organisation().id).ok_or_else(|| NotFound.into())
}
