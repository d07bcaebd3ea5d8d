//! Drafting: an offer begins as little more than a name, and is edited section by section.

use house::error::NotFound;
use house::{Id, Result, Tx, audit};
use serde_json::json;

use super::{Draft, Listing, Offer, Refused, Section, Slug, record};
use crate::people::ActingFor;
use crate::sellers::{self, Milestone};

/// Begins an offer under this address. The title can still be changed, the address cannot.
pub async fn create(tx: &mut Tx, by: &ActingFor, slug: &Slug, title: &str) -> Result<Id<Offer>> {
    let mut draft = Draft::default();
    draft.listing.insert("en".to_owned(), Listing { title: title.to_owned(), ..Listing::default() });
    let id = record::add(tx, by.organisation().id, slug, &draft).await?;
    sellers::reach(tx, by.organisation().id, Milestone::Drafted).await?;
    audit::note(tx, &by.person().email, "offers.create", id, &json!({ "slug": slug.as_str() })).await?;
    Ok(id)
}

/// The offer, if it belongs to the organisation that is acted for.
pub async fn offer(tx: &mut Tx, by: &ActingFor, id: Id<Offer>) -> Result<Offer> {
    record::find(tx, by.organisation().id, id).await?.ok_or_else(|| NotFound.into())
}

/// The offers of a publisher, newest first, from before `before`.
pub async fn offers_of(
    tx: &mut Tx,
    by: &ActingFor,
    before: Option<Id<Offer>>,
    limit: i64,
) -> Result<Vec<Offer>> {
    record::of(tx, by.organisation().id, before, limit).await
}

/// Saves the draft over the offer as it was read. Refused when someone else has saved since.
pub async fn save(tx: &mut Tx, by: &ActingFor, read: &Offer, draft: &Draft, section: Section) -> Result<()> {
    if read.organisation != by.organisation().id {
        return Err(NotFound.into());
    }
    if read.draft == *draft {
        return Ok(());
    }
    record::save(tx, read.id, read.version, draft).await?;
    let details = json!({ "section": section.code(), "version": read.version + 1 });
    audit::note(tx, &by.person().email, "offers.save", read.id, &details).await
}

/// Removes an offer that was never submitted.
pub async fn discard(tx: &mut Tx, by: &ActingFor, id: Id<Offer>) -> Result<()> {
    let offer = offer(tx, by, id).await?;
    if !record::versions(tx, id).await?.is_empty() {
        return Err(Refused::SubmittedBefore.into());
    }
    record::remove(tx, id, offer.version).await?;
    audit::note(tx, &by.person().email, "offers.discard", id, &json!({ "slug": offer.slug })).await
}
