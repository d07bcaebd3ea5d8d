//! What the demo market sells, as data.

use serde::Deserialize;

use super::artwork::Art;

#[derive(Debug, Deserialize)]
pub struct Goods {
    pub publishers: Vec<Publisher>,
    pub offers: Vec<Offer>,
    /// Ends every description: what the offer's machine really is.
    pub note: InBoth,
    pub terms: String,
}

#[derive(Debug, Deserialize)]
pub struct Publisher {
    pub slug: String,
    pub name: String,
    pub legal: String,
    pub country: String,
    pub address: String,
    pub owner: String,
    pub email: String,
    pub language: String,
}

#[derive(Debug, Deserialize)]
pub struct Offer {
    pub publisher: String,
    pub slug: String,
    /// The flavour of the demo image that it boots.
    pub image: String,
    pub categories: Vec<String>,
    pub en: Listing,
    pub fr: Listing,
    pub skus: Vec<Sku>,
    pub art: Art,
}

#[derive(Debug, Deserialize)]
pub struct Listing {
    pub title: String,
    pub summary: String,
    pub description: String,
}

#[derive(Debug, Deserialize)]
pub struct Sku {
    pub slug: String,
    pub en: String,
    pub fr: String,
    /// `free`, `byol`, or the price of an hour in euros.
    pub licence: String,
}

#[derive(Debug, Deserialize)]
pub struct InBoth {
    pub en: String,
    pub fr: String,
}

pub fn goods() -> anyhow::Result<Goods> {
    Ok(serde_json::from_str(include_str!("market.json"))?)
}
