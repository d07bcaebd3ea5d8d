//! What is on sale, kept ready for reading: read from the database once, and again when it has changed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use house::words::Language;
use house::{Id, Result, Timestamp, Tx};

use super::index::Index;
use super::record;
use crate::offers::{Category, Draft, Listing, Offer};
use crate::publishing::{self, OnSale};

/// How much a word weighs by where it stands.
const HIGH: u64 = 16;
const MEDIUM: u64 = 4;
const LOW: u64 = 1;

/// Everything on sale, as it was read last.
#[derive(Default)]
pub struct Shelves(Mutex<Option<Arc<Shelf>>>);

/// What was on sale at one moment. Never changed; replaced.
pub struct Shelf {
    stamp: String,
    /// What went live last comes first.
    pub goods: Vec<Good>,
    indexes: BTreeMap<&'static str, Index>,
}

/// An offer as lists show it.
pub struct Good {
    pub offer: Id<Offer>,
    pub address: String,
    pub seller: String,
    pub seller_slug: String,
    listing: BTreeMap<&'static str, Listing>,
    pub categories: Vec<Category>,
    /// `free`, `byol`, `hourly`: what its SKUs come as.
    pub licences: Vec<&'static str>,
    /// The cheapest hour, where any is charged for.
    pub price: Option<(i64, String)>,
    pub logo: Option<String>,
    pub live_since: Timestamp,
    /// How well its images stand.
    pub fitness: Fitness,
}

/// Whether what is on sale still passes, and whether it is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fitness {
    Certified,
    /// An image of it no longer passes; it is sold.
    Failing,
    /// None of its plans is sold at the moment.
    NotSold,
}

impl Fitness {
    pub fn of(on_sale: &OnSale) -> Fitness {
        let skus = &on_sale.version.document.skus;
        match () {
            () if skus.iter().all(|sku| on_sale.failing(sku).is_none()) => Fitness::Certified,
            () if skus.iter().any(|sku| on_sale.sells(sku)) => Fitness::Failing,
            () => Fitness::NotSold,
        }
    }
}

impl Good {
    fn of(on_sale: &OnSale) -> Good {
        let document = &on_sale.version.document;
        let listing = Language::ALL.iter().map(|l| (l.code(), document.listing_in(*l))).collect();
        let mut licences: Vec<_> = document.skus.iter().map(|sku| sku.licence.code()).collect();
        licences.sort_unstable();
        licences.dedup();
        Good {
            offer: on_sale.offer,
            address: format!("/market/{}/{}", on_sale.seller.slug, on_sale.slug),
            seller: on_sale.seller.display_name.clone(),
            seller_slug: on_sale.seller.slug.clone(),
            listing,
            categories: document.categories.clone(),
            licences,
            price: document.price_from().map(|(nanos, currency)| (nanos, currency.to_owned())),
            logo: document.logo.map(|id| format!("/artwork/{id}")),
            live_since: on_sale.live_since,
            fitness: Fitness::of(on_sale),
        }
    }

    pub fn title(&self, language: Language) -> &str {
        self.listing.get(language.code()).map_or("", |listing| &listing.title)
    }

    pub fn summary(&self, language: Language) -> &str {
        self.listing.get(language.code()).map_or("", |listing| &listing.summary)
    }

    /// What the cheapest way to run it costs for an hour; where any SKU is free of charge, nothing.
    pub fn least_nanos(&self) -> i64 {
        let charged_only = self.licences == ["hourly"];
        self.price.as_ref().filter(|_| charged_only).map_or(0, |(nanos, _)| *nanos)
    }
}

impl Shelf {
    fn of(stamp: String, on_sale: &[OnSale], names: &dyn Fn(Language, Category) -> String) -> Shelf {
        let mut indexes = BTreeMap::new();
        for &language in Language::ALL {
            let mut index = Index::default();
            for one in on_sale {
                add(&mut index, language, one, names);
            }
            indexes.insert(language.code(), index);
        }
        Shelf { stamp, goods: on_sale.iter().map(Good::of).collect(), indexes }
    }

    pub(super) fn index(&self, language: Language) -> Option<&Index> {
        self.indexes.get(language.code())
    }
}

/// A reader finds an offer by what is said in any language, and by its category's name in their own.
fn add(index: &mut Index, language: Language, one: &OnSale, names: &dyn Fn(Language, Category) -> String) {
    let document: &Draft = &one.version.document;
    let categories: Vec<String> = document.categories.iter().map(|c| names(language, *c)).collect();
    let categories = categories.join(" ");
    let mut texts = vec![(one.seller.display_name.as_str(), HIGH), (&categories, MEDIUM)];
    for listing in document.listing.values() {
        texts.push((&listing.title, HIGH));
        texts.push((&listing.summary, MEDIUM));
        texts.push((&listing.description, LOW));
    }
    index.add(&texts);
}

impl Shelves {
    /// What is on sale now: as it was read before, unless it has changed.
    pub async fn now(
        &self,
        tx: &mut Tx,
        names: &(dyn Fn(Language, Category) -> String + Sync),
    ) -> Result<Arc<Shelf>> {
        let stamp = record::stamp(tx).await?;
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(shelf) = known.filter(|shelf| shelf.stamp == stamp) {
            return Ok(shelf);
        }
        let on_sale = publishing::on_sale(tx).await?;
        let shelf = Arc::new(Shelf::of(stamp, &on_sale, names));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(shelf.clone());
        Ok(shelf)
    }
}
