//! What this chapter does later: seal what has come, and sweep what was given up.

use std::time::Duration;

use house::blobs::remove_if_there;
use house::jobs::{Claim, Handlers, Next};
use house::words::Text;
use house::{Id, Result};

use super::seal::{adopt, measured, seal};
use super::{Refused, Stage, UPLOAD_LIFE, Upload, receive, record};
use crate::market::Market;

/// Makes an image of an upload.
pub const SEAL: &str = "images.seal";
/// Looks after an upload for as long as it has bytes outside the blobs.
pub const WATCH: &str = "images.watch";
/// How often an upload is looked after.
pub const WATCH_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// Adds the jobs of this chapter.
pub fn handle(handlers: &mut Handlers, market: &Market) {
    let of = market.clone();
    handlers.on(SEAL, move |claim| seal_upload(of.clone(), claim));
    let of = market.clone();
    handlers.on(WATCH, move |claim| watch(of.clone(), claim));
}

async fn seal_upload(market: Market, claim: Claim) -> Result<Next> {
    let Some(upload) = record::upload(&mut claim.read().await?, claim.subject_id()?).await? else {
        return Ok(Next::Done);
    };
    if upload.stage != Stage::Sealing {
        return Ok(Next::Done);
    }
    let file = market.blobs().arriving(&upload.id.to_string());
    let measured = claim
        .step("measure", || measured(file.clone(), upload.size_bytes, |percent| claim.progress(percent)))
        .await?;
    if let Some(promised) = upload.sha256.clone().filter(|promised| *promised != measured.sha256) {
        let reason = house::Refusal::text(&Refused::WrongDigest { promised, found: measured.sha256 });
        let mut tx = claim.write().await?;
        tx.concerns(upload.organisation);
        receive::refuse(&mut tx, &upload, Stage::Refused { reason }).await?;
        let next = claim.finish(tx).await?;
        remove_if_there(&file)?;
        return Ok(next);
    }
    let (blobs, content_id) = (market.blobs().clone(), measured.content_id.clone());
    claim
        .step("adopt", || async move {
            tokio::task::spawn_blocking(move || adopt(&blobs, &file, &content_id)).await?
        })
        .await?;
    let mut tx = claim.write().await?;
    tx.concerns(upload.organisation);
    seal(&mut tx, &upload, &measured).await?;
    claim.finish(tx).await
}

/// Discards what nobody goes on with, and removes files that no longer wait for anything.
async fn watch(market: Market, claim: Claim) -> Result<Next> {
    let id: Id<Upload> = claim.subject_id()?;
    let mut tx = claim.write().await?;
    let upload = record::upload(&mut tx, id).await?;
    match upload {
        Some(upload) if upload.stage == Stage::Receiving && tx.now() >= upload.touched_at + UPLOAD_LIFE => {
            let days = UPLOAD_LIFE.as_secs() / (24 * 60 * 60);
            let reason = Text::new("images-discarded-by-time").with("days", days);
            receive::refuse(&mut tx, &upload, Stage::Discarded { reason }).await?;
            tx.commit().await?;
        }
        Some(upload) if !upload.stage.is_final() => return Ok(Next::Again(WATCH_EVERY)),
        _ => drop(tx),
    }
    forget(&market, id)?;
    Ok(Next::Done)
}

/// Removes the file of an upload that came to its end without an image.
pub fn forget(market: &Market, id: Id<Upload>) -> Result<()> {
    Ok(remove_if_there(&market.blobs().arriving(&id.to_string()))?)
}
