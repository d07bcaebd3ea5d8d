//! What is for sale: offer, SKUs, prices, listing, artwork.
//!
//! An offer is a draft that its publisher edits for as long as it takes; what is submitted is a frozen version, which never
//! changes. Two people who edit one draft cannot overwrite each other: the second is told.

use std::collections::BTreeMap;

use house::words::Language;

/// What this chapter says.
pub const WORDS: &[(Language, &str)] =
    &[(Language::En, include_str!("words.en.ftl")), (Language::Fr, include_str!("words.fr.ftl"))];

use house::{Id, Result, Timestamp, Tx};
use serde::{Deserialize, Serialize};

use crate::images::Image;
use crate::people::{ActingFor, Organisation};

#[derive(Debug, Clone)]
pub struct Offer {
    pub id: Id<Offer>,
    pub organisation: Id<Organisation>,
    /// The offer's part of its address; fixed once it is live.
    pub slug: String,
    pub draft: Draft,
    pub changed_at: Timestamp,
    pub version: i64,
}

/// Everything a publisher says about an offer. What is empty is not said yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// What customers read, by language code (`en`, `fr`). English is required, French is shown when it is there.
    pub listing: BTreeMap<String, Listing>,
    pub categories: Vec<Category>,
    pub logo: Option<Id<Artwork>>,
    pub screenshots: Vec<Id<Artwork>>,
    pub skus: Vec<Sku>,
    pub support_url: String,
    pub privacy_url: String,
    /// The licence terms that a customer accepts, in plain text.
    pub terms: String,
    pub support_contact: Contact,
    pub engineering_contact: Contact,
    pub leads: LeadDestination,
    pub useful_links: Vec<UsefulLink>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Listing {
    pub title: String,
    pub summary: String,
    /// Paragraphs, lists and headings in a small subset of Markdown.
    pub description: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    pub name: String,
    pub email: String,
    pub phone: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsefulLink {
    pub title: String,
    pub url: String,
}

/// Where leads go, beside the page that shows them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LeadDestination {
    #[default]
    None,
    Email {
        address: String,
    },
    /// Signed as Standard Webhooks says; the secret is made by the market and shown to the publisher.
    Webhook {
        url: String,
        secret: String,
    },
}

/// The buyable unit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sku {
    pub slug: String,
    /// By language code.
    pub title: BTreeMap<String, String>,
    pub summary: BTreeMap<String, String>,
    pub licence: Licence,
    pub image: Option<Id<Image>>,
    /// `1.0.0`; grows with every image.
    pub image_version: String,
    pub cores: u32,
    pub memory_mib: u32,
    pub open_ports: Vec<u16>,
    /// Where the machine's own web server tells its token: `/halle/health`.
    pub health_path: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "model", rename_all = "snake_case")]
pub enum Licence {
    #[default]
    Free,
    Byol,
    /// Nano-units of the currency for an hour.
    Hourly {
        price_nanos: i64,
        currency: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    AiMachineLearning,
    Analytics,
    Compute,
    Containers,
    Database,
    DeveloperTools,
    DevOps,
    Identity,
    InternetOfThings,
    ItManagement,
    Media,
    Migration,
    Monitoring,
    Networking,
    Security,
    Storage,
    Web,
}

/// A picture that belongs to a publisher: a logo or a screenshot, PNG.
pub struct Artwork;

/// The draft as it was submitted. It never changes.
#[derive(Debug, Clone)]
pub struct Version {
    pub id: Id<Version>,
    pub offer: Id<Offer>,
    pub number: i64,
    pub document: Draft,
    pub frozen_at: Timestamp,
}

/// The offer, if it belongs to the organisation that is acted for.
pub async fn offer(_tx: &mut Tx, _by: &ActingFor, _id: Id<Offer>) -> Result<Offer> {
    todo!("offers")
}

/// Freezes the draft as it is now into a version. Refused while something is missing, naming all of it.
pub async fn freeze(_tx: &mut Tx, _by: &ActingFor, _offer: Id<Offer>) -> Result<Version> {
    todo!("offers")
}

pub async fn version(_tx: &mut Tx, _id: Id<Version>) -> Result<Version> {
    todo!("offers")
}
