//! Provisioning: the certified bytes are made ready where machines run.

use std::os::unix::fs::FileExt as _;

use compute::ContentId;
use house::jobs::Claim;
use house::words::Text;
use house::{Error, Result};

use super::{Reason, Submission};
use crate::certification;
use crate::images::{self, Image};
use crate::market::Market;
use crate::offers;

/// The stretch that is read at each place of an image, to see that its bytes can be had.
const LOOK_BYTES: usize = 64 * 1024;

/// Makes every image of the version ready. What keeps one from being ready is told as reasons.
pub(super) async fn make_ready(
    claim: &Claim,
    market: &Market,
    submission: &Submission,
) -> Result<Vec<Reason>> {
    let mut tx = claim.read().await?;
    let version = offers::version(&mut tx, submission.offer_version).await?;
    let mut ready: Vec<Image> = Vec::new();
    // Exactly what was certified, and no other bytes.
    for run in submission.stage.certified().map(|certified| certified.runs()).unwrap_or_default() {
        let run = certification::run(&mut tx, *run).await?;
        let run = run.ok_or_else(|| Error::fault("a run that certified has vanished"))?;
        let image = images::image(&mut tx, run.image).await?;
        ready.push(image.ok_or_else(|| Error::fault("a certified image has vanished"))?);
    }
    drop(tx);
    let unknown = |sku: &&offers::Sku| !ready.iter().any(|image| Some(image.id) == sku.image);
    if let Some(sku) = version.document.skus.iter().find(unknown) {
        return Err(Error::fault(format!(
            "the image of {} was not among those that were certified",
            sku.slug
        )));
    }
    let mut reasons = Vec::new();
    for (done, image) in ready.iter().enumerate() {
        let path = market.blobs().path(&image.content_id)?;
        let size = u64::try_from(image.size_bytes).unwrap_or(0);
        let looked = path.clone();
        if let Err(why) = tokio::task::spawn_blocking(move || can_be_read(&looked, size)).await? {
            tracing::error!(content_id = image.content_id, why, "a certified blob cannot be read");
            let text = Text::new("publishing-reason-blob").with("image", &image.file_name);
            reasons.push(Reason::new(text));
            continue;
        }
        bring(market, &image.content_id, &path).await?;
        let percent = (done + 1) * 100 / ready.len();
        claim.progress(i64::try_from(percent).unwrap_or(100)).await?;
    }
    Ok(reasons)
}

/// Brings a blob to where machines are made from it. Where nothing can run yet, the first deployment does it.
async fn bring(market: &Market, content_id: &str, path: &std::path::Path) -> Result<()> {
    let content = ContentId::parse(content_id).map_err(|error| Error::fault(error.to_string()))?;
    match market.engine().ensure_image(&content, path, &|_, _| {}).await {
        Ok(()) | Err(compute::Error::NotHere { .. }) => Ok(()),
        Err(error) => Err(Error::fault(error.to_string())),
    }
}

/// Looks at the beginning, the middle and the end.
fn can_be_read(path: &std::path::Path, size: u64) -> Result<(), String> {
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    let found = file.metadata().map_err(|error| error.to_string())?.len();
    if found != size {
        return Err(format!("{found} bytes where {size} were sealed"));
    }
    let mut buffer = vec![0; LOOK_BYTES.min(usize::try_from(size).unwrap_or(LOOK_BYTES))];
    let last = size - buffer.len() as u64;
    for at in [0, last / 2, last] {
        file.read_exact_at(&mut buffer, at).map_err(|error| error.to_string())?;
    }
    Ok(())
}
