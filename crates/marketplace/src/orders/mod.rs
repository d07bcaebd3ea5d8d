//! Who bought what, under which terms?
//!
//! A customer reads the terms on the page, accepts them and places the order in one act. The order keeps what was agreed then:
//! version, SKU, licence, price, and the hash of the terms. It is free of charge by itself; machines that run are what costs.
//! Members of a publisher may order their own offer while it waits in preview.
//!
//! A plan whose image no longer passes is not sold while the market or its operator has stopped that; what was ordered before
//! stays as it is.
//!
//! What is absent: a change to an order. It is placed, and it may be cancelled once nothing runs under it.

mod cancel;
mod form;
mod letters;
pub mod pages;
mod place;
mod record;
#[cfg(test)]
mod tests;

use house::words::Language;

/// What this chapter says.
pub const WORDS: &[(Language, &str)] =
    &[(Language::En, include_str!("words.en.ftl")), (Language::Fr, include_str!("words.fr.ftl"))];

use house::error::{Kind, Refusal};
use house::words::Text;
use house::{Id, Timestamp};

use crate::leads::Contact;
use crate::offers::{Licence, Offer, Version};
use crate::people::{Organisation, Person};

pub use cancel::cancel;
pub use letters::price;
pub use place::{own, place, sold_by};

#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    pub id: Id<Order>,
    /// What people say on the telephone: `H-2026-000017`.
    pub number: String,
    pub person: Id<Person>,
    pub offer: Id<Offer>,
    pub version: Id<Version>,
    /// Where the offer was when it was bought: `publisher/offer`.
    pub offer_address: String,
    pub seller_name: String,
    pub sku: String,
    /// The publisher.
    pub organisation: Id<Organisation>,
    pub licence: Licence,
    pub terms_sha256: String,
    pub terms_accepted_at: Timestamp,
    pub preview: bool,
    pub placed_at: Timestamp,
    pub cancelled_at: Option<Timestamp>,
    row_version: i64,
}

impl Order {
    pub fn is_active(&self) -> bool {
        self.cancelled_at.is_none()
    }

    /// An order for samples of pages.
    pub fn sample(licence: Licence) -> Order {
        let at = Timestamp::UNIX_EPOCH;
        Order {
            id: Id::sample(1),
            number: "H-2026-000017".to_owned(),
            person: Id::sample(2),
            offer: Id::sample(3),
            version: Id::sample(4),
            offer_address: "acme/hardened-nginx".to_owned(),
            seller_name: "Acme Systems".to_owned(),
            sku: "pro".to_owned(),
            organisation: Id::sample(5),
            licence,
            terms_sha256: "ab".repeat(32),
            terms_accepted_at: at,
            preview: false,
            placed_at: at,
            cancelled_at: None,
            row_version: 1,
        }
    }
}

/// What a customer asks for at the checkout.
#[derive(Debug, Clone)]
pub struct Purchase {
    pub sku: String,
    /// The hash of the terms that were on the page.
    pub terms_sha256: String,
    /// Whom the publisher may write to, if the customer agrees to that.
    pub contact: Option<Contact>,
}

/// The ways in which this chapter says no.
#[derive(Debug)]
pub enum Refused {
    /// The publisher has published other terms since the page was shown.
    TermsChanged,
    NoSuchSku,
    /// Its image no longer passes the market's checks.
    NotSoldNow,
    CancelledAlready,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Refused::TermsChanged => "orders.terms_changed",
            Refused::NoSuchSku => "orders.no_such_sku",
            Refused::NotSoldNow => "orders.not_sold_now",
            Refused::CancelledAlready => "orders.cancelled_already",
        }
    }

    fn text(&self) -> Text {
        match self {
            Refused::TermsChanged => Text::new("refused-orders-terms-changed"),
            Refused::NoSuchSku => Text::new("refused-orders-no-such-sku"),
            Refused::NotSoldNow => Text::new("refused-orders-not-sold-now"),
            Refused::CancelledAlready => Text::new("refused-orders-cancelled-already"),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Refused::NoSuchSku => Kind::NotFound,
            Refused::TermsChanged | Refused::NotSoldNow | Refused::CancelledAlready => Kind::NotNow,
        }
    }
}

/// The name by which the terms are known: what was accepted can be told from what is shown later.
pub fn terms_hash(terms: &str) -> String {
    house::chance::hash(terms)
}
