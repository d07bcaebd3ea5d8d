//! The SQL that finds what a plan ran before.

use std::collections::BTreeSet;

use house::{Columns, Id, Result, Tx};

use crate::images::Image;
use crate::offers::{self, Draft};

/// Versions of one publisher's offers that are looked through, newest first.
const VERSIONS_MAX: i64 = 200;

/// The images that plans ran before this one, each with the plan's address and the version that its publisher gave it.
pub async fn versions_before(tx: &mut Tx, image: &Image) -> Result<Vec<(Id<Image>, String, String)>> {
    let rows = sqlx::query(
        "select v.* from offers_version v join offers_offer o on o.id = v.offer where o.organisation = $1 \
         order by v.id desc limit $2",
    )
    .bind(image.organisation.to_string())
    .bind(VERSIONS_MAX)
    .fetch_all(tx.on())
    .await?;
    let versions = rows.iter().map(offers::frozen).collect::<Result<Vec<_>>>()?;
    let drafts = sqlx::query("select id, draft from offers_offer where organisation = $1")
        .bind(image.organisation.to_string())
        .fetch_all(tx.on())
        .await?;
    let mut found = Vec::new();
    for row in &drafts {
        let (offer, draft) = (row.id("id")?, row.json::<Draft>("draft")?);
        // From the newest to the oldest: the draft, then what was frozen of this offer.
        let mut documents = vec![&draft];
        documents.extend(versions.iter().filter(|version| version.offer == offer).map(|v| &v.document));
        for slug in slugs(&documents) {
            found.extend(before(&documents, slug, image.id));
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|(image, ..)| seen.insert(*image));
    Ok(found)
}

fn slugs<'a>(documents: &[&'a Draft]) -> BTreeSet<&'a str> {
    documents.iter().flat_map(|draft| &draft.skus).map(|sku| sku.slug.as_str()).collect()
}

/// The image that the plan ran before the first time, looking back, that it ran this one.
fn before(documents: &[&Draft], slug: &str, image: Id<Image>) -> Option<(Id<Image>, String, String)> {
    let mut past = documents
        .iter()
        .filter_map(|draft| draft.sku(slug))
        .skip_while(|sku| sku.image != Some(image))
        .skip_while(|sku| sku.image == Some(image));
    let sku = past.find(|sku| sku.image.is_some())?;
    Some((sku.image?, sku.slug.clone(), sku.image_version.clone()))
}
