//! Comparing: what would change for customers if the draft went live.

use super::form::{fields, sku_fields};
use super::{Draft, Section};

/// One field that is not the same in both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub section: Section,
    /// The SKU, where it is one's.
    pub sku: Option<String>,
    pub field: &'static str,
    /// What stands in the one that customers see; empty where nothing does.
    pub live: String,
    pub draft: String,
}

/// All fields in which the draft differs from what is live, in the order of the sections.
pub fn compare(draft: &Draft, live: &Draft) -> Vec<Difference> {
    let mut differences = Vec::new();
    for &section in Section::ALL {
        match section {
            Section::Artwork => artwork(draft, live, &mut differences),
            Section::Skus => skus(draft, live, &mut differences),
            _ => between(section, None, &fields(draft, section), &fields(live, section), &mut differences),
        }
    }
    differences
}

fn between(
    section: Section,
    sku: Option<&str>,
    draft: &[(&'static str, String)],
    live: &[(&'static str, String)],
    differences: &mut Vec<Difference>,
) {
    // A field that stands several times, as the categories do, is one answer.
    let all = |fields: &[(&'static str, String)], name: &str| {
        let values: Vec<&str> =
            fields.iter().filter(|(known, _)| *known == name).map(|(_, value)| value.as_str()).collect();
        values.join(", ")
    };
    let mut seen = Vec::new();
    for &(field, _) in draft.iter().chain(live) {
        if seen.contains(&field) {
            continue;
        }
        seen.push(field);
        let (now, before) = (all(draft, field), all(live, field));
        if now != before {
            let sku = sku.map(str::to_owned);
            differences.push(Difference { section, sku, field, live: before, draft: now });
        }
    }
}

fn artwork(draft: &Draft, live: &Draft, differences: &mut Vec<Difference>) {
    let of = |draft: &Draft| {
        let mut pictures = vec![("logo", draft.logo.map(|id| id.to_string()).unwrap_or_default())];
        pictures.extend(draft.screenshots.iter().map(|id| ("screenshots", id.to_string())));
        pictures
    };
    between(Section::Artwork, None, &of(draft), &of(live), differences);
}

fn skus(draft: &Draft, live: &Draft, differences: &mut Vec<Difference>) {
    let added = draft.skus.iter().filter(|sku| live.sku(&sku.slug).is_none());
    for slug in live.skus.iter().chain(added).map(|sku| &sku.slug) {
        let of = |draft: &Draft| draft.sku(slug).map(sku_fields).unwrap_or_default();
        between(Section::Skus, Some(slug), &of(draft), &of(live), differences);
    }
}
