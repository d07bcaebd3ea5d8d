//! Submitting: the draft as it is now is frozen, and sets out on its road.

use house::error::ChangedMeanwhile;
use house::{Id, Result, Tx, audit, jobs};
use serde_json::json;

use super::{ADVANCE, Submission, record};
use crate::offers::{self, Offer};
use crate::people::ActingFor;
use crate::sellers;

/// Offers the draft, as it is now, for publication. Later edits wait for the next submission.
///
/// `seen` is the draft's version that the publisher looked at: what someone else has changed since is not submitted unseen.
pub async fn submit(tx: &mut Tx, by: &ActingFor, offer: Id<Offer>, seen: Option<i64>) -> Result<Submission> {
    sellers::selling(tx, by).await?;
    let current = offers::offer(tx, by, offer).await?;
    if seen.is_some_and(|seen| seen != current.version) {
        return Err(ChangedMeanwhile.into());
    }
    let live = record::live_version(tx, offer).await?;
    let version = offers::freeze(tx, by, offer, live.as_ref().map(|live| &live.document)).await?;
    let submission = record::add(tx, by.organisation().id, &version, by.person().id).await?;
    jobs::queue(tx, ADVANCE, submission.id, &()).await?;
    let details = json!({ "submission": submission.id, "version": version.number });
    audit::note(tx, &by.person().email, "publishing.submit", offer, &details).await?;
    Ok(submission)
}
