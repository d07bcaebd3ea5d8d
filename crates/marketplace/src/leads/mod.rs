//! Who showed interest, and who must hear of it?
//!
//! A lead is stored first and forwarded afterwards, so it is never lost: the page shows what was delivered, what was answered,
//! and can send it again.

use house::words::Language;

/// What this chapter says.
pub const WORDS: &[(Language, &str)] =
    &[(Language::En, include_str!("words.en.ftl")), (Language::Fr, include_str!("words.fr.ftl"))];

use house::{Id, Result, Timestamp, Tx};

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

/// Stores a lead and sends it to the publisher's destination, if there is one.
pub async fn note(_tx: &mut Tx, _about: &About<'_>, _action: Action, _contact: &Contact) -> Result<Id<Lead>> {
    todo!("leads")
}
