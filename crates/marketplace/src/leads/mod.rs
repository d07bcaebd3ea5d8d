//! Who showed interest, and who must hear of it?
//!
//! A lead is stored first and forwarded afterwards, so it is never lost: the page shows what was delivered, what was answered,
//! and can send it again.
//!
//! What is absent: a lead that is changed or forgotten because a receiver was not there.

mod export;
mod forward;
mod note;
pub mod pages;
mod record;
#[cfg(test)]
mod tests;

use house::words::Language;

/// What this chapter says.
pub const WORDS: &[(Language, &str)] =
    &[(Language::En, include_str!("words.en.ftl")), (Language::Fr, include_str!("words.fr.ftl"))];

use house::error::Refusal;
use house::jobs::Handlers;
use house::words::Text;
use house::{Id, Timestamp, outbox};

use crate::market::Market;
use crate::offers::{LeadDestination, Offer};
use crate::people::Organisation;

/// Someone who showed interest, and in what.
#[derive(Debug, Clone)]
pub struct Lead {
    pub id: Id<Lead>,
    pub offer: Id<Offer>,
    pub action: Action,
    pub contact: Contact,
    pub made_at: Timestamp,
    /// `publisher.offer`
    pub offer_address: String,
    pub offer_title: String,
    /// Whether it goes anywhere beside the page that shows it.
    pub forwarded: bool,
    /// What carries it there, once that is written.
    pub parcel: Option<Id<outbox::Parcel>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Bought or deployed.
    Install,
    /// Asked to be contacted.
    ContactMe,
    /// Made by publishing, to try the destination.
    Test,
}

impl Action {
    /// As receivers of leads know it.
    pub fn code(self) -> &'static str {
        match self {
            Action::Install => "INS",
            Action::ContactMe => "PLT",
            Action::Test => "TEST",
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contact {
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub phone: String,
    /// Two letters, ISO 3166.
    pub country: String,
    pub company: String,
    pub title: String,
}

/// What a lead is about, as the receiver of it should read it.
#[derive(Debug, Clone)]
pub struct About<'a> {
    pub offer: Id<Offer>,
    pub organisation: Id<Organisation>,
    /// `publisher.offer`
    pub offer_address: &'a str,
    pub offer_title: &'a str,
    pub destination: &'a LeadDestination,
}

/// How far a lead has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The offer names no destination: the lead is on the page, and goes nowhere else.
    Kept,
    /// On its way; the last answer, if there was an attempt.
    Waiting {
        attempts: i64,
        answer: Option<String>,
    },
    Delivered {
        answer: String,
    },
}

/// The ways in which this chapter says no.
#[derive(Debug)]
pub enum Refused {
    /// The offer named no destination when the lead was made.
    NothingToReplay,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Refused::NothingToReplay => "leads.nothing_to_replay",
        }
    }

    fn text(&self) -> Text {
        match self {
            Refused::NothingToReplay => Text::new("refused-leads-nothing-to-replay"),
        }
    }
}

pub use forward::{delivery, delivery_of, replay};
pub use note::{leads_of, note};

/// Adds the jobs of this chapter.
pub fn handle(handlers: &mut Handlers, market: &Market) {
    forward::handle(handlers, market);
}
