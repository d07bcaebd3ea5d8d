//! Goods as tiles.

use std::collections::BTreeSet;

use house::web::{Badge, State, Tile};
use house::words::Words;

use super::index::{Stretch, marked};
use super::shelves::{Fitness, Good};

/// A good on a shelf.
pub fn tile(w: &Words, good: &Good) -> Tile {
    let language = w.language();
    let badges = badges_of(w, good.fitness, good.licences.iter().copied());
    Tile {
        address: good.address.clone(),
        title: good.title(language).to_owned(),
        line: good.summary(language).to_owned(),
        by: good.seller.clone(),
        price: price(w, good),
        badges,
        artwork: good.logo.clone(),
        stars: None,
    }
}

/// What speaks for an offer. Whatever goes on sale is certified; what has ceased to be does not say that it is.
pub fn badges_of(
    w: &Words,
    fitness: Fitness,
    licences: impl Iterator<Item = &'static str> + Clone,
) -> Vec<Badge> {
    let mut badges = Vec::new();
    match fitness {
        Fitness::Certified => {
            badges.push(Badge::new("shield-check", w.say("storefront-certified")).class("pass"));
        }
        Fitness::Failing => {}
        Fitness::NotSold => badges.push(Badge::state(State::Warn, w.say("storefront-not-sold"))),
    }
    if licences.clone().any(|licence| licence == "free") {
        badges.push(Badge::new("gift", w.say("storefront-free")));
    }
    if licences.clone().any(|licence| licence == "byol") {
        badges.push(Badge::new("key", w.say("storefront-byol")));
    }
    badges
}

/// `Free`, `from €0.05/hour`: what the cheapest way to run it costs.
fn price(w: &Words, good: &Good) -> String {
    match &good.price {
        Some((nanos, currency)) if good.least_nanos() > 0 => {
            format!("{} {}", w.say("part-from"), w.price_per_hour(nanos, currency))
        }
        _ if good.licences.contains(&"free") => w.say("storefront-price-free").to_string(),
        _ => w.say("storefront-price-byol").to_string(),
    }
}

/// A tile among results: the words that were sought are marked.
pub struct Result {
    pub tile: Tile,
    pub title: Vec<Stretch>,
    pub line: Vec<Stretch>,
    pub by: Vec<Stretch>,
}

pub fn result(w: &Words, good: &Good, words: &BTreeSet<String>) -> Result {
    let tile = tile(w, good);
    Result {
        title: marked(&tile.title, words),
        line: marked(&tile.line, words),
        by: marked(&tile.by, words),
        tile,
    }
}
