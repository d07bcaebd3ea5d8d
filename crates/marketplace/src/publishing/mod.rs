//! How does a draft become live, and cease to be?
//!
//! A submission takes a frozen version through seven steps: validate, certification, provisioning, packaging, preview, sign-off,
//! live. What the publisher must do is always one thing, and named.

use house::jobs::Handlers;

use house::words::Language;

/// What this chapter says.
pub const WORDS: &[(Language, &str)] =
    &[(Language::En, include_str!("words.en.ftl")), (Language::Fr, include_str!("words.fr.ftl"))];

use house::{Id, Result, Timestamp, Tx};

use crate::market::Market;
use crate::offers::{Offer, Version};
use crate::people::{Organisation, Person};
use crate::sellers::Seller;

/// A version of an offer on its way to the storefront.
pub struct Submission;

/// What is on sale: an offer in the version that is live, or that is in preview for those who may see it.
#[derive(Debug, Clone)]
pub struct OnSale {
    pub offer: Id<Offer>,
    /// The offer's part of its address.
    pub slug: String,
    pub organisation: Id<Organisation>,
    pub seller: Seller,
    pub version: Version,
    pub live_since: Timestamp,
    pub preview: bool,
}

/// Everything that is live and not withdrawn.
pub async fn on_sale(_tx: &mut Tx) -> Result<Vec<OnSale>> {
    todo!("publishing")
}

/// One offer by its address, if it is live and not withdrawn.
pub async fn on_sale_at(_tx: &mut Tx, _seller_slug: &str, _offer_slug: &str) -> Result<Option<OnSale>> {
    todo!("publishing")
}

/// One offer by its address as it waits in preview, for those who may see it: members of its publisher, and operators.
pub async fn in_preview_at(
    _tx: &mut Tx,
    _who: &Person,
    _seller_slug: &str,
    _offer_slug: &str,
) -> Result<Option<OnSale>> {
    todo!("publishing")
}

/// Adds the jobs of this chapter.
pub fn handle(_handlers: &mut Handlers, _market: &Market) {}
