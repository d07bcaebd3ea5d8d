//! Makes an image of an upload whose bytes have all come.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use disk::content_id::{Flat, LEAF_BYTES, Leaves, for_each_leaf};
use disk::read_at::{FileImage, ReadAt};
use house::blobs::Blobs;
use house::chance::hex;
use house::{Error, Id, Result, Tx, audit, jobs};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Image, Stage, Upload, record};

/// The job that looks at an image as soon as it is there. Another chapter's: only its name is known here.
const FIRST_LOOK: &str = "certification.first_look";

/// The two digests of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// The tree hash, 64 hex digits.
    pub content_id: String,
    pub sha256: String,
}

/// Reads a file once for both digests. `done` tells how many bytes have been read.
pub fn measure(file: &std::path::Path, done: &AtomicU64) -> Result<Measured> {
    let source = FileImage::open(file)?;
    let mut leaves = Leaves::of_size(source.size_bytes());
    let mut flat = Flat::default();
    for_each_leaf(&source, &mut |index, leaf| {
        leaves.take(&flat.take_and_digest(leaf));
        done.store((index + 1).saturating_mul(LEAF_BYTES), Ordering::Relaxed);
        Ok(())
    })?;
    let id = leaves.finish().ok_or_else(|| Error::fault("an upload's file changed while it was read"))?;
    Ok(Measured { content_id: hex(id.digest()), sha256: hex(&flat.finish()) })
}

/// Measures in a thread of its own and tells `progress` in whole per cent meanwhile.
pub async fn measured<Told: Future<Output = Result<()>>>(
    file: PathBuf,
    size_bytes: u64,
    progress: impl Fn(i64) -> Told,
) -> Result<Measured> {
    const TELL_EVERY: std::time::Duration = std::time::Duration::from_millis(500);
    let done = Arc::new(AtomicU64::new(0));
    let counted = done.clone();
    let mut measuring = tokio::task::spawn_blocking(move || measure(&file, &counted));
    let mut tell = tokio::time::interval(TELL_EVERY);
    tell.tick().await;
    loop {
        tokio::select! {
            measured = &mut measuring => return measured?,
            _ = tell.tick() => {
                let share = u128::from(done.load(Ordering::Relaxed)) * 100 / u128::from(size_bytes.max(1));
                progress(i64::try_from(share).unwrap_or(100).min(100)).await?;
            }
        }
    }
}

/// Puts the file among the blobs. Repeating this after a crash ends in the same place.
pub fn adopt(blobs: &Blobs, file: &std::path::Path, content_id: &str) -> Result<()> {
    if file.try_exists()? {
        blobs.adopt(file, content_id)?;
    } else if !blobs.holds(content_id)? {
        return Err(Error::fault("an upload's file is gone, and there is no blob of its content"));
    }
    Ok(())
}

/// Stores the image whose blob is in its place already.
pub async fn seal(tx: &mut Tx, upload: &Upload, measured: &Measured) -> Result<Id<Image>> {
    let image = record::add_image(tx, upload, &measured.content_id, &measured.sha256).await?;
    if record::set_stage(tx, upload.id, &["sealing"], &Stage::Sealed { image }).await? {
        let details =
            json!({ "upload": upload.id, "content_id": measured.content_id, "sha256": measured.sha256 });
        audit::note(tx, audit::HOUSE, "images.seal", image, &details).await?;
        jobs::queue(tx, FIRST_LOOK, image, &()).await?;
    }
    Ok(image)
}
