//! Validating: what can be known without looking into the images.

use std::collections::BTreeSet;

use house::jobs::Claim;
use house::words::Text;
use house::{Id, Result};

use super::{Reason, Submission, record};
use crate::hall::portal_address;
use crate::images::{self, Image};
use crate::market::Market;
use crate::offers::{self, Draft};
use crate::sellers;

/// What keeps this version from going on; nothing when it may. Each reason names its field and leads to it.
pub(super) async fn find_reasons(
    claim: &Claim,
    market: &Market,
    submission: &Submission,
) -> Result<Vec<Reason>> {
    let mut tx = claim.read().await?;
    let version = offers::version(&mut tx, submission.offer_version).await?;
    let live = record::live_version(&mut tx, submission.offer).await?;
    let editor = portal_address(submission.organisation, &format!("/offers/{}", submission.offer));
    let mut reasons: Vec<Reason> =
        offers::missing(&version.document, live.as_ref().map(|live| &live.document))
            .into_iter()
            .map(|missing| {
                let place = missing.place();
                Reason::new(missing.text).at(format!("{editor}{place}"))
            })
            .collect();
    let seller = sellers::seller(&mut tx, submission.organisation).await?;
    if seller.is_none_or(|seller| seller.suspended) {
        let address = portal_address(submission.organisation, "/registration");
        reasons.push(Reason::new(Text::new("publishing-reason-seller")).at(address));
    }
    let mut whole: Vec<(String, Option<Image>)> = Vec::new();
    for sku in &version.document.skus {
        let Some(id) = sku.image else { continue };
        let image = images::image(&mut tx, id).await?;
        let image = image.filter(|image| image.organisation == submission.organisation);
        whole.push((sku.slug.clone(), image));
    }
    drop(tx);
    for (sku, image) in whole {
        let there = match &image {
            Some(image) => market.blobs().holds(&image.content_id)?,
            None => false,
        };
        if !there {
            let text = Text::new("publishing-reason-image").with("sku", &sku);
            reasons.push(Reason::new(text).at(format!("{editor}/skus/{sku}#f-image")));
        }
    }
    Ok(reasons)
}

/// The images of a version, each once, in a fixed order.
pub(super) fn images_of(document: &Draft) -> BTreeSet<Id<Image>> {
    document.skus.iter().filter_map(|sku| sku.image).collect()
}
