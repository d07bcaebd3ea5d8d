//! Freezing: the draft as it is now becomes a version, if nothing is missing.

use std::collections::BTreeSet;

use house::error::Mistake;
use house::words::Text;
use house::{Id, Result, Tx, audit};
use serde_json::json;

use super::{
    CATEGORIES_MAX, Draft, ImageVersion, Licence, Listing, Offer, Refused, Section, Sku, Version, record,
};
use crate::people::ActingFor;

/// Something without which an offer cannot be submitted, and where it is mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    pub section: Section,
    /// The SKU, where it is one's.
    pub sku: Option<String>,
    /// The field's name in the section's form.
    pub field: &'static str,
    pub text: Text,
}

impl Missing {
    /// The end of the address at which it is mended, after that of the offer.
    pub fn place(&self) -> String {
        let sku = self.sku.as_ref().map(|slug| format!("/{slug}")).unwrap_or_default();
        format!("/{}{sku}#f-{}", self.section.code(), self.field)
    }
}

/// Freezes the draft as it is now into a version. Refused while something is missing or breaks what customers of the live version
/// rely on; all of it is named at once.
pub async fn freeze(tx: &mut Tx, by: &ActingFor, offer: Id<Offer>, live: Option<&Draft>) -> Result<Version> {
    let offer = super::offer(tx, by, offer).await?;
    let missing = missing(&offer.draft, live);
    if !missing.is_empty() {
        let mistakes = missing.into_iter().map(|one| Mistake { field: one.field, text: one.text }).collect();
        return Err(Refused::Incomplete(mistakes).into());
    }
    let version = record::add_version(tx, offer.id, &offer.draft, by.person().id).await?;
    let details = json!({ "number": version.number });
    audit::note(tx, &by.person().email, "offers.freeze", offer.id, &details).await?;
    Ok(version)
}

pub async fn version(tx: &mut Tx, id: Id<Version>) -> Result<Version> {
    record::version(tx, id).await
}

/// The versions of an offer, newest first.
pub async fn versions_of(tx: &mut Tx, by: &ActingFor, offer: Id<Offer>) -> Result<Vec<Version>> {
    let offer = super::offer(tx, by, offer).await?;
    record::versions(tx, offer.id).await
}

/// All that keeps this draft from being submitted, in the order of the sections.
pub fn missing(draft: &Draft, live: Option<&Draft>) -> Vec<Missing> {
    let mut found = Found(Vec::new());
    found.listing(draft);
    found.need(Section::Artwork, "logo", draft.logo.is_some());
    found.skus(draft);
    if let Some(live) = live {
        found.promises(draft, live);
    }
    found.need(Section::Legal, "terms", !draft.terms.is_empty());
    found.need(Section::Legal, "privacy_url", !draft.privacy_url.is_empty());
    found.need(Section::Support, "support_url", !draft.support_url.is_empty());
    found.need(Section::Support, "support_name", !draft.support_contact.name.is_empty());
    found.need(Section::Support, "support_email", !draft.support_contact.email.is_empty());
    found.need(Section::Support, "engineering_name", !draft.engineering_contact.name.is_empty());
    found.need(Section::Support, "engineering_email", !draft.engineering_contact.email.is_empty());
    found.0
}

struct Found(Vec<Missing>);

impl Found {
    fn need(&mut self, section: Section, field: &'static str, there: bool) {
        if !there {
            self.tell(section, None, field, Text::new(format!("offers-missing-{field}")));
        }
    }

    fn need_of(&mut self, sku: &Sku, field: &'static str, there: bool) {
        if !there {
            let text = Text::new(format!("offers-missing-sku-{field}")).with("sku", &sku.slug);
            self.tell(Section::Skus, Some(sku), field, text);
        }
    }

    fn tell(&mut self, section: Section, sku: Option<&Sku>, field: &'static str, text: Text) {
        self.0.push(Missing { section, sku: sku.map(|sku| sku.slug.clone()), field, text });
    }

    fn listing(&mut self, draft: &Draft) {
        let nothing = Listing::default();
        let english = draft.listing.get("en").unwrap_or(&nothing);
        self.need(Section::Listing, "title_en", !english.title.is_empty());
        self.need(Section::Listing, "summary_en", !english.summary.is_empty());
        self.need(Section::Listing, "description_en", !english.description.is_empty());
        let french = draft.listing.get("fr").unwrap_or(&nothing);
        if *french != nothing {
            self.need(Section::Listing, "title_fr", !french.title.is_empty());
            self.need(Section::Listing, "summary_fr", !french.summary.is_empty());
            self.need(Section::Listing, "description_fr", !french.description.is_empty());
        }
        for (listing, field) in [(english, "summary_en"), (french, "summary_fr")] {
            if !listing.title.is_empty() && listing.title == listing.summary {
                self.tell(Section::Listing, None, field, Text::new("offers-missing-summary-repeats"));
            }
        }
        let categories = (1..=CATEGORIES_MAX).contains(&draft.categories.len());
        self.need(Section::Listing, "categories", categories);
    }

    fn skus(&mut self, draft: &Draft) {
        self.need(Section::Skus, "skus", !draft.skus.is_empty());
        let mut titles = BTreeSet::new();
        for sku in &draft.skus {
            let title = sku.title.get("en").map(String::as_str).unwrap_or_default();
            self.need_of(sku, "sku_title_en", !title.is_empty());
            if !title.is_empty() && !titles.insert(title) {
                let text = Text::new("offers-missing-sku-title-twice").with("title", title);
                self.tell(Section::Skus, Some(sku), "sku_title_en", text);
            }
            self.need_of(sku, "image", sku.image.is_some());
            self.need_of(sku, "image_version", ImageVersion::parse(&sku.image_version).is_some());
            if let Licence::Hourly { price_nanos, .. } = sku.licence {
                self.need_of(sku, "price", price_nanos > 0);
            }
        }
    }

    /// What the customers of the live version rely on.
    fn promises(&mut self, draft: &Draft, live: &Draft) {
        for sku in &draft.skus {
            let Some(before) = live.sku(&sku.slug) else { continue };
            let mut broken = |field, key: &str| {
                self.tell(Section::Skus, Some(sku), field, Text::new(key).with("sku", &sku.slug));
            };
            match (&before.licence, &sku.licence) {
                (
                    Licence::Hourly { price_nanos: old, currency: in_old },
                    Licence::Hourly { price_nanos: new, currency: in_new },
                ) if new > old || in_old != in_new => broken("price", "offers-promise-price"),
                // A price may fall.
                (Licence::Hourly { .. }, Licence::Hourly { .. }) => {}
                (old, new) if old != new => broken("licence", "offers-promise-licence"),
                _ => {}
            }
            let (old, new) =
                (ImageVersion::parse(&before.image_version), ImageVersion::parse(&sku.image_version));
            let grown = if before.image == sku.image { new >= old } else { new > old };
            if new.is_some() && !grown {
                broken("image_version", "offers-promise-image-version");
            }
        }
    }
}
