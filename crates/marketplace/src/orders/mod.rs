//! Who bought what, under which terms?

use house::words::Language;

/// What this chapter says.
pub const WORDS: &[(Language, &str)] =
    &[(Language::En, include_str!("words.en.ftl")), (Language::Fr, include_str!("words.fr.ftl"))];

use house::{Id, Timestamp};

use crate::offers::{Licence, Offer, Version};
use crate::people::{Organisation, Person};

#[derive(Debug, Clone)]
pub struct Order {
    pub id: Id<Order>,
    pub number: String,
    pub person: Id<Person>,
    pub offer: Id<Offer>,
    pub version: Id<Version>,
    pub sku: String,
    /// The publisher.
    pub organisation: Id<Organisation>,
    pub licence: Licence,
    pub placed_at: Timestamp,
    pub cancelled_at: Option<Timestamp>,
}
