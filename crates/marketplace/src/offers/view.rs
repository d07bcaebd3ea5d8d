//! What the pages of the editor show, worked out from a draft.

use base64::Engine as _;
use house::Timestamp;
use house::web::{Badge, Choice, Fact, Form, Link, State};
use house::words::{Text, Words};

use super::form::Field;
use super::{Category, Draft, Licence, Offer, Section, Sku, missing, pages};
use crate::hall::portal_address;
use crate::images::Image;

/// What stands around every page of an offer.
#[derive(Debug, Clone)]
pub struct Head {
    pub title: String,
    pub line: String,
    /// The name of the page itself.
    pub here: String,
    pub base: String,
    pub saved: Timestamp,
    pub crumbs: Vec<Link>,
    /// Draft, status, what would change.
    pub ways: Vec<Link>,
    pub sections: Vec<Link>,
    pub missing: Vec<Link>,
}

impl Head {
    pub fn new(w: &Words, offer: &Offer, section: Option<Section>) -> Head {
        let base = pages::address(offer.organisation, offer.id);
        let title = title(w, offer);
        let at = |section: Section| format!("{base}/{}", section.code());
        let mut sections = vec![Link::new(w.say("offers-overview"), &base).current(section.is_none())];
        for &one in Section::ALL {
            let name = w.say(&format!("offers-section-{}", one.code())).to_string();
            sections.push(Link::new(name, at(one)).current(Some(one) == section));
        }
        let missing = missing(&offer.draft, None);
        let here = sections.iter().find(|link| link.current).map(|link| link.label.clone());
        Head {
            line: w.say("offers-line").with("slug", &offer.slug).to_string(),
            here: here.unwrap_or_default(),
            saved: offer.changed_at,
            crumbs: vec![
                Link::new(w.say("offers-all"), portal_address(offer.organisation, "/offers")),
                Link::new(&title, &base).current(true),
            ],
            ways: ways(w, &base, "draft"),
            missing: missing
                .iter()
                .map(|one| Link::new(w.tell(&one.text), format!("{base}{}", one.place())))
                .collect(),
            sections,
            title,
            base,
        }
    }
}

/// The three sides of an offer in the portal; `here` is the one that is shown.
pub fn ways(w: &Words, base: &str, here: &str) -> Vec<Link> {
    [("draft", ""), ("status", "/status"), ("compare", "/compare")]
        .map(|(way, end)| {
            Link::new(w.say(&format!("offers-way-{way}")), format!("{base}{end}")).current(way == here)
        })
        .into()
}

/// The offer's title for this reader, or its slug while it has none.
pub fn title(w: &Words, offer: &Offer) -> String {
    let title = offer.draft.listing_in(w.language()).title;
    if title.is_empty() { offer.slug.clone() } else { title }
}

/// A section, and whether anything is to be mended in it.
#[derive(Debug, Clone)]
pub struct Mended {
    pub link: Link,
    pub line: String,
    pub mark: Badge,
}

impl Mended {
    pub fn all(w: &Words, head: &Head, draft: &Draft) -> Vec<Mended> {
        let missing = missing(draft, None);
        let one = |(section, link): (&Section, &Link)| {
            let count = missing.iter().filter(|one| one.section == *section).count();
            let mark = if count == 0 {
                Badge::state(State::Pass, w.say("offers-complete"))
            } else {
                Badge::state(State::Warn, w.say("offers-missing-count").with("count", count))
            };
            let line = w.say(&format!("offers-section-{}-line", section.code())).to_string();
            Mended { link: link.clone(), line, mark }
        };
        Section::ALL.iter().zip(&head.sections[1..]).map(one).collect()
    }
}

/// A SKU as a card.
#[derive(Debug, Clone)]
pub struct SkuView {
    pub title: String,
    pub line: String,
    pub address: String,
    pub facts: Vec<Fact>,
}

impl SkuView {
    pub fn new(w: &Words, base: &str, sku: &Sku, images: &[Image]) -> SkuView {
        let title = match sku.title_in(w.language()) {
            "" => sku.slug.clone(),
            title => title.to_owned(),
        };
        let image = images.iter().find(|image| Some(image.id) == sku.image);
        let image =
            image.map_or_else(|| w.say("offers-image-none").to_string(), |image| image.file_name.clone());
        let ports: Vec<String> = sku.open_ports.iter().map(u16::to_string).collect();
        SkuView {
            title,
            line: sku.summary_in(w.language()).to_owned(),
            address: format!("{base}/skus/{}", sku.slug),
            facts: vec![
                Fact::new(w.say("offers-field-licence"), licence(w, &sku.licence)),
                Fact::new(w.say("offers-field-image"), format!("{image} · {}", sku.image_version)),
                Fact::new(w.say("offers-field-cores"), w.number(sku.cores)),
                Fact::new(w.say("offers-memory"), w.bytes(i64::from(sku.memory_mib) << 20)),
                Fact::new(w.say("offers-field-open_ports"), ports.join(", ")),
            ],
        }
    }
}

/// A licence in one phrase: what is charged, and for what.
pub fn licence(w: &Words, licence: &Licence) -> String {
    match licence {
        Licence::Free => w.say("offers-licence-free").to_string(),
        Licence::Byol => w.say("offers-licence-byol").to_string(),
        Licence::Hourly { price_nanos, currency } => w.price_per_hour(*price_nanos, currency),
    }
}

pub fn licence_choices(w: &Words) -> Vec<Choice> {
    ["free", "byol", "hourly"]
        .map(|code| {
            let (name, hint) = (format!("offers-licence-{code}"), format!("offers-licence-{code}-hint"));
            Choice::new(code, w.say(&name)).hint(w.say(&hint))
        })
        .into()
}

/// What can be chosen in a section: categories, or where leads go.
pub fn choices(w: &Words, section: Section) -> Vec<Choice> {
    match section {
        Section::Listing => {
            let choice = |category: &Category| Choice::new(category.code(), w.say(&category.key()));
            let mut choices: Vec<Choice> = Category::ALL.iter().map(choice).collect();
            choices.sort_by(|a, b| a.label.cmp(&b.label));
            choices
        }
        Section::Leads => ["none", "email", "webhook"]
            .map(|code| {
                let (name, hint) = (format!("offers-leads-{code}"), format!("offers-leads-{code}-hint"));
                Choice::new(code, w.say(&name)).hint(w.say(&hint))
            })
            .into(),
        _ => Vec::new(),
    }
}

/// A web hook's secret as Standard Webhooks writes it.
pub fn standard_secret(secret: &str) -> String {
    format!("whsec_{}", base64::engine::general_purpose::STANDARD.encode(secret))
}

/// What stands now in the fields into which something else was typed.
pub fn shown(w: &Words, form: &Form, standing: &[Field]) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::new();
    let mut seen = Vec::new();
    for &(name, _) in standing {
        if seen.contains(&name) {
            continue;
        }
        seen.push(name);
        let stands: Vec<&str> =
            standing.iter().filter(|(known, _)| *known == name).map(|(_, value)| value.as_str()).collect();
        let typed: Vec<String> = form.values(name).map(|value| value.trim().replace("\r\n", "\n")).collect();
        if name == "slug" || typed.join(", ") == stands.join(", ") {
            continue;
        }
        facts.push(Fact::new(field_name(w, name), value_shown(w, name, &stands.join(", "))));
    }
    facts
}

/// The name of a field, as its form tells it.
pub fn field_name(w: &Words, field: &str) -> String {
    w.tell(&Text::new(format!("offers-field-{field}")))
}

/// The value of a field, for people.
pub fn value_shown(w: &Words, field: &str, value: &str) -> String {
    let named = |prefix: &str, codes: &str| {
        let names: Vec<String> =
            codes.split(", ").map(|code| w.say(&format!("{prefix}{code}")).to_string()).collect();
        names.join(", ")
    };
    match (field, value) {
        (_, "") => w.say("offers-nothing").to_string(),
        ("categories", codes) => named("offers-category-", codes),
        ("licence", code) => named("offers-licence-", code),
        ("leads", code) => named("offers-leads-", code),
        _ => value.to_owned(),
    }
}
