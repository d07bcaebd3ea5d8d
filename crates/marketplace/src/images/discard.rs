//! Gives an upload up.

use house::words::Text;
use house::{Id, Result, Tx, audit};

use super::{Refused, Stage, Upload, record};
use crate::people::ActingFor;

/// Gives an upload up that has not become an image. The caller removes its file after the commit ([`super::jobs::forget`]).
pub async fn discard(tx: &mut Tx, by: &ActingFor, id: Id<Upload>) -> Result<()> {
    let upload = super::upload(tx, by, id).await?;
    let end = Stage::Discarded { reason: Text::new("images-discarded-by-sender") };
    if !record::set_stage(tx, id, &["receiving", "refused"], &end).await? {
        return Err(Refused::Ended.into());
    }
    audit::note(tx, &by.person().email, "images.discard", id, &upload.file_name).await
}
