//! What is for sale: offer, SKUs, prices, listing, artwork.
//!
//! An offer is a draft that its publisher edits, section by section, for as long as it takes; what is submitted is a frozen
//! version, which never changes. Two people who edit one section cannot overwrite each other: the second is told, and sees both
//! what was typed and what stands. Freezing is refused while anything is missing, and all of it is named at once.
//!
//! What a customer of a live offer relies on stays: a SKU keeps its licence model, its price only falls, its image's version only
//! grows.
//!
//! What is absent: whether an offer is live. That is said by `publishing`, which comes later.

mod artwork;
mod compare;
mod draft;
mod form;
mod freeze;
pub mod pages;
mod prose;
mod record;
#[cfg(test)]
mod tests;
pub mod view;

use std::collections::BTreeMap;

use house::words::Language;

/// What this chapter says.
pub const WORDS: &[(Language, &str)] =
    &[(Language::En, include_str!("words.en.ftl")), (Language::Fr, include_str!("words.fr.ftl"))];

use house::error::{Mistake, Refusal};
use house::words::Text;
use house::{Id, Timestamp};
use serde::{Deserialize, Serialize};

use crate::images::Image;
use crate::people::Organisation;

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

pub use artwork::{Kind as ArtworkKind, PNG_BYTES_MAX, Picture, Png, hang, picture, take_down};
pub use compare::{Difference, compare};
pub use draft::{create, discard, offer, offers_of, save};
pub use freeze::{Missing, freeze, missing, version, versions_of};
pub use prose::Prose;
pub(crate) use record::frozen;

/// Characters in a title, of an offer or a SKU.
pub const TITLE_MAX: usize = 50;
/// Characters in a summary, of an offer or a SKU.
pub const SUMMARY_MAX: usize = 100;
pub const DESCRIPTION_MAX: usize = 3_000;
pub const CATEGORIES_MAX: usize = 5;
pub const SCREENSHOTS_MAX: usize = 5;
pub const SKUS_MAX: usize = 20;
pub const TERMS_MAX: usize = 100_000;
pub const URL_MAX: usize = 500;
pub const PORTS_MAX: usize = 20;
pub const USEFUL_LINKS_MAX: usize = 8;
pub const CORES: std::ops::RangeInclusive<u32> = 1..=8;
pub const MEMORY_MIB: std::ops::RangeInclusive<u32> = 128..=16_384;
/// The highest price of an hour, in units of the currency.
pub const PRICE_UNITS_MAX: i64 = 10_000;

/// The part of an address that a publisher chose: `hardened-nginx`.
/// Holds 3 to 50 characters: lower-case letters, digits, and single hyphens between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slug(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotASlug;

impl Slug {
    pub fn parse(text: &str) -> Result<Slug, NotASlug> {
        let fits = (3..=50).contains(&text.len());
        let word = |word: &str| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        if fits && text.split('-').all(word) { Ok(Slug(text.to_owned())) } else { Err(NotASlug) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The version of an image: `1.4.0`. Compares as people count, not as text does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageVersion(pub [u32; 3]);

impl ImageVersion {
    /// Reads `X.Y.Z`, each a number without needless noughts. `None` for anything else.
    pub fn parse(text: &str) -> Option<ImageVersion> {
        let mut parts = text.split('.').map(|part| {
            let plain = part == "0" || !part.starts_with('0');
            let digits = (1..=9).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            (plain && digits).then(|| part.parse().ok()).flatten()
        });
        let version = ImageVersion([parts.next()??, parts.next()??, parts.next()??]);
        parts.next().is_none().then_some(version)
    }
}

/// The parts in which a draft is edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Section {
    Listing,
    Artwork,
    Skus,
    Legal,
    Support,
    Leads,
}

impl Section {
    pub const ALL: &'static [Section] = &[
        Section::Listing,
        Section::Artwork,
        Section::Skus,
        Section::Legal,
        Section::Support,
        Section::Leads,
    ];

    /// The section's part of its address, and the end of the key of its name.
    pub fn code(self) -> &'static str {
        match self {
            Section::Listing => "listing",
            Section::Artwork => "artwork",
            Section::Skus => "skus",
            Section::Legal => "legal",
            Section::Support => "support",
            Section::Leads => "leads",
        }
    }

    pub fn parse(code: &str) -> Option<Section> {
        Section::ALL.iter().copied().find(|section| section.code() == code)
    }
}

impl Category {
    pub const ALL: &'static [Category] = &[
        Category::AiMachineLearning,
        Category::Analytics,
        Category::Compute,
        Category::Containers,
        Category::Database,
        Category::DeveloperTools,
        Category::DevOps,
        Category::Identity,
        Category::InternetOfThings,
        Category::ItManagement,
        Category::Media,
        Category::Migration,
        Category::Monitoring,
        Category::Networking,
        Category::Security,
        Category::Storage,
        Category::Web,
    ];

    /// Its part of an address, and the end of the key of its name: `ai-machine-learning`.
    pub fn code(self) -> &'static str {
        match self {
            Category::AiMachineLearning => "ai-machine-learning",
            Category::Analytics => "analytics",
            Category::Compute => "compute",
            Category::Containers => "containers",
            Category::Database => "database",
            Category::DeveloperTools => "developer-tools",
            Category::DevOps => "dev-ops",
            Category::Identity => "identity",
            Category::InternetOfThings => "internet-of-things",
            Category::ItManagement => "it-management",
            Category::Media => "media",
            Category::Migration => "migration",
            Category::Monitoring => "monitoring",
            Category::Networking => "networking",
            Category::Security => "security",
            Category::Storage => "storage",
            Category::Web => "web",
        }
    }

    pub fn parse(code: &str) -> Option<Category> {
        Category::ALL.iter().copied().find(|category| category.code() == code)
    }

    /// The key of its name in this chapter's words.
    pub fn key(self) -> String {
        format!("offers-category-{}", self.code())
    }
}

impl Draft {
    /// What a reader of this language is shown: that language if it is there, else English, else nothing.
    pub fn listing_in(&self, language: Language) -> Listing {
        let said = |code: &str| self.listing.get(code).filter(|listing| !listing.title.is_empty());
        said(language.code()).or_else(|| said("en")).cloned().unwrap_or_default()
    }

    pub fn sku(&self, slug: &str) -> Option<&Sku> {
        self.skus.iter().find(|sku| sku.slug == slug)
    }

    /// The cheapest hour of any SKU; `None` where nothing is charged by the hour.
    pub fn price_from(&self) -> Option<(i64, &str)> {
        self.skus
            .iter()
            .filter_map(|sku| match &sku.licence {
                Licence::Hourly { price_nanos, currency } => Some((*price_nanos, currency.as_str())),
                Licence::Free | Licence::Byol => None,
            })
            .min()
    }
}

impl Sku {
    pub fn title_in(&self, language: Language) -> &str {
        said_in(&self.title, language)
    }

    pub fn summary_in(&self, language: Language) -> &str {
        said_in(&self.summary, language)
    }
}

fn said_in(texts: &BTreeMap<String, String>, language: Language) -> &str {
    let said = |code: &str| texts.get(code).map(String::as_str).filter(|text| !text.is_empty());
    said(language.code()).or_else(|| said("en")).unwrap_or_default()
}

impl Licence {
    /// `free`, `byol` or `hourly`: in forms, and at the end of the key of its name.
    pub fn code(&self) -> &'static str {
        match self {
            Licence::Free => "free",
            Licence::Byol => "byol",
            Licence::Hourly { .. } => "hourly",
        }
    }

    /// Whether anything is charged for it.
    pub fn is_paid(&self) -> bool {
        matches!(self, Licence::Hourly { .. })
    }
}

/// The ways in which this chapter says no.
#[derive(Debug)]
pub enum Refused {
    SlugTaken,
    /// All that is missing or broken, section by section.
    Incomplete(Vec<Mistake>),
    /// Once submitted, an offer is part of the history.
    SubmittedBefore,
    TooManyScreenshots,
}

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Refused::SlugTaken => "offers.slug_taken",
            Refused::Incomplete(_) => "offers.incomplete",
            Refused::SubmittedBefore => "offers.submitted_before",
            Refused::TooManyScreenshots => "offers.too_many_screenshots",
        }
    }

    fn text(&self) -> Text {
        match self {
            Refused::SlugTaken => Text::new("refused-offers-slug-taken"),
            Refused::Incomplete(missing) => {
                Text::new("refused-offers-incomplete").with("count", missing.len())
            }
            Refused::SubmittedBefore => Text::new("refused-offers-submitted-before"),
            Refused::TooManyScreenshots => {
                Text::new("refused-offers-too-many-screenshots").with("most", SCREENSHOTS_MAX)
            }
        }
    }

    fn mistakes(&self) -> &[Mistake] {
        match self {
            Refused::Incomplete(missing) => missing,
            _ => &[],
        }
    }
}
