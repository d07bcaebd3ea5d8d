//! What is on sale: what the storefront, orders and previews read.

use house::{Id, Result, Tx};

use super::{OnSale, record};
use crate::images::Image;
use crate::offers::{Offer, Version};
use crate::people::Person;

/// Everything that is live and not withdrawn; what went live last comes first.
pub async fn on_sale(tx: &mut Tx) -> Result<Vec<OnSale>> {
    record::on_sale(tx).await
}

/// One offer by its address, if it is live and not withdrawn.
pub async fn on_sale_at(tx: &mut Tx, seller_slug: &str, offer_slug: &str) -> Result<Option<OnSale>> {
    record::on_sale_at(tx, seller_slug, offer_slug).await
}

/// One offer by its address as it waits in preview, for those who may see it: members of its publisher, and operators.
pub async fn in_preview_at(
    tx: &mut Tx,
    who: &Person,
    seller_slug: &str,
    offer_slug: &str,
) -> Result<Option<OnSale>> {
    record::in_preview_at(tx, who.id, who.operator, seller_slug, offer_slug).await
}

/// The version of an offer that is live, or was when it was withdrawn.
pub async fn live_version(tx: &mut Tx, offer: Id<Offer>) -> Result<Option<Version>> {
    record::live_version(tx, offer).await
}

/// Whether an image is in a version that is or was on sale. What was sold stays known, also when it is withdrawn or another version
/// has taken its place.
pub async fn was_on_sale(tx: &mut Tx, image: &Image) -> Result<bool> {
    record::was_on_sale(tx, image.organisation, image.id).await
}
