//! A draft's sections as forms: what stands in them, and how what was typed becomes part of a draft.

use std::net::IpAddr;

use house::error::Mistakes;
use house::words::Text;
use house::{Id, Result};
use ledger::{Currency, UnitPrice};
use url::{Host, Url};

use house::web::Form;

use super::{
    CATEGORIES_MAX, CORES, Category, Contact, DESCRIPTION_MAX, Draft, ImageVersion, LeadDestination, Licence,
    Listing, MEMORY_MIB, PORTS_MAX, PRICE_UNITS_MAX, SKUS_MAX, SUMMARY_MAX, Section, Sku, Slug, TERMS_MAX,
    TITLE_MAX, URL_MAX, USEFUL_LINKS_MAX, UsefulLink,
};
use crate::images::Image;
use crate::people::Email;

/// A field's name and what stands in it.
pub type Field = (&'static str, String);

/// What the forms need to know of the market.
#[derive(Debug, Clone)]
pub struct House<'a> {
    pub currency: &'a str,
    pub private_hooks: bool,
    /// The publisher's images: no SKU runs another's.
    pub images: &'a [Image],
}

/// What stands in a section, field by field. The SKUs have a form each: [`sku_fields`].
pub fn fields(draft: &Draft, section: Section) -> Vec<Field> {
    match section {
        Section::Listing => listing_fields(draft),
        Section::Artwork | Section::Skus => Vec::new(),
        Section::Legal => {
            vec![("terms", draft.terms.clone()), ("privacy_url", draft.privacy_url.clone())]
        }
        Section::Support => support_fields(draft),
        Section::Leads => leads_fields(&draft.leads),
    }
}

fn listing_fields(draft: &Draft) -> Vec<Field> {
    let of = |code: &str| draft.listing.get(code).cloned().unwrap_or_default();
    let (english, french) = (of("en"), of("fr"));
    let mut fields = vec![
        ("title_en", english.title),
        ("summary_en", english.summary),
        ("description_en", english.description),
        ("title_fr", french.title),
        ("summary_fr", french.summary),
        ("description_fr", french.description),
    ];
    fields.extend(draft.categories.iter().map(|category| ("categories", category.code().to_owned())));
    fields
}

fn support_fields(draft: &Draft) -> Vec<Field> {
    let links: Vec<String> =
        draft.useful_links.iter().map(|link| format!("{} | {}", link.title, link.url)).collect();
    let (support, engineering) = (&draft.support_contact, &draft.engineering_contact);
    vec![
        ("support_url", draft.support_url.clone()),
        ("support_name", support.name.clone()),
        ("support_email", support.email.clone()),
        ("support_phone", support.phone.clone()),
        ("engineering_name", engineering.name.clone()),
        ("engineering_email", engineering.email.clone()),
        ("engineering_phone", engineering.phone.clone()),
        ("useful_links", links.join("\n")),
    ]
}

fn leads_fields(leads: &LeadDestination) -> Vec<Field> {
    let (kind, address, url) = match leads {
        LeadDestination::None => ("none", "", ""),
        LeadDestination::Email { address } => ("email", address.as_str(), ""),
        LeadDestination::Webhook { url, .. } => ("webhook", "", url.as_str()),
    };
    vec![("leads", kind.to_owned()), ("leads_email", address.to_owned()), ("leads_url", url.to_owned())]
}

/// What stands in the form of one SKU.
pub fn sku_fields(sku: &Sku) -> Vec<Field> {
    let said = |texts: &std::collections::BTreeMap<String, String>, code: &str| {
        texts.get(code).cloned().unwrap_or_default()
    };
    let ports: Vec<String> = sku.open_ports.iter().map(u16::to_string).collect();
    vec![
        ("slug", sku.slug.clone()),
        ("sku_title_en", said(&sku.title, "en")),
        ("sku_title_fr", said(&sku.title, "fr")),
        ("sku_summary_en", said(&sku.summary, "en")),
        ("sku_summary_fr", said(&sku.summary, "fr")),
        ("licence", sku.licence.code().to_owned()),
        ("price", price(&sku.licence)),
        ("image", sku.image.map(|id| id.to_string()).unwrap_or_default()),
        ("image_version", sku.image_version.clone()),
        ("cores", sku.cores.to_string()),
        ("memory_mib", sku.memory_mib.to_string()),
        ("open_ports", ports.join(", ")),
        ("health_path", sku.health_path.clone()),
    ]
}

fn price(licence: &Licence) -> String {
    match licence {
        Licence::Hourly { price_nanos, currency } => Currency::parse(currency)
            .map(|currency| UnitPrice { nanos: *price_nanos, currency }.to_string())
            .unwrap_or_default(),
        Licence::Free | Licence::Byol => String::new(),
    }
}

/// A SKU nobody has described yet.
pub fn new_sku() -> Sku {
    Sku {
        image_version: "1.0.0".to_owned(),
        cores: 1,
        memory_mib: 512,
        open_ports: vec![22, 80],
        health_path: "/halle/health".to_owned(),
        ..Sku::default()
    }
}

/// A form in which these fields stand.
pub fn filled(fields: &[Field]) -> Form {
    fields.iter().fold(Form::empty(), |form, (name, value)| form.fill(name, value))
}

/// Names what stands in a form, so that a form that comes back can tell whether the same still stands.
pub fn digest(fields: &[Field]) -> String {
    let all: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    house::chance::hash(&all.join("\0"))[..16].to_owned()
}

/// Puts what was typed into a section of the draft. All mistakes are told at once.
pub fn take(form: &Form, draft: &mut Draft, section: Section, house: &House<'_>) -> Result<()> {
    match section {
        Section::Listing => take_listing(form, draft),
        Section::Artwork | Section::Skus => Ok(()),
        Section::Legal => {
            let mut mistakes = Mistakes::none();
            let terms = mistakes.take("terms", prose(form.value("terms"), TERMS_MAX));
            let privacy_url = mistakes.take("privacy_url", web_address(form.value("privacy_url")));
            mistakes.end()?;
            draft.terms = terms.unwrap_or_default();
            draft.privacy_url = privacy_url.unwrap_or_default();
            Ok(())
        }
        Section::Support => take_support(form, draft),
        Section::Leads => take_leads(form, draft, house),
    }
}

fn take_listing(form: &Form, draft: &mut Draft) -> Result<()> {
    let mut mistakes = Mistakes::none();
    let mut listing = draft.listing.clone();
    for (code, [title, summary, description]) in [
        ("en", ["title_en", "summary_en", "description_en"]),
        ("fr", ["title_fr", "summary_fr", "description_fr"]),
    ] {
        let said = Listing {
            title: mistakes.take(title, line(form.value(title), TITLE_MAX)).unwrap_or_default(),
            summary: mistakes.take(summary, line(form.value(summary), SUMMARY_MAX)).unwrap_or_default(),
            description: mistakes
                .take(description, prose(form.value(description), DESCRIPTION_MAX))
                .unwrap_or_default(),
        };
        if said == Listing::default() {
            listing.remove(code);
        } else {
            listing.insert(code.to_owned(), said);
        }
    }
    let mut categories: Vec<Category> = form.values("categories").filter_map(Category::parse).collect();
    categories.sort();
    categories.dedup();
    if categories.len() > CATEGORIES_MAX {
        mistakes.note(
            "categories",
            Text::new("refused-offers-categories")
                .with("most", CATEGORIES_MAX)
                .with("count", categories.len()),
        );
    }
    mistakes.end()?;
    (draft.listing, draft.categories) = (listing, categories);
    Ok(())
}

fn take_support(form: &Form, draft: &mut Draft) -> Result<()> {
    let mut mistakes = Mistakes::none();
    let mut contact = |[name, email, phone]: [&'static str; 3]| Contact {
        name: mistakes.take(name, line(form.value(name), 100)).unwrap_or_default(),
        email: mistakes.take(email, email_address(form.value(email))).unwrap_or_default(),
        phone: mistakes.take(phone, line(form.value(phone), 40)).unwrap_or_default(),
    };
    let support = contact(["support_name", "support_email", "support_phone"]);
    let engineering = contact(["engineering_name", "engineering_email", "engineering_phone"]);
    let support_url = mistakes.take("support_url", web_address(form.value("support_url")));
    let links = mistakes.take("useful_links", useful_links(form.value("useful_links")));
    mistakes.end()?;
    draft.support_contact = support;
    draft.engineering_contact = engineering;
    draft.support_url = support_url.unwrap_or_default();
    draft.useful_links = links.unwrap_or_default();
    Ok(())
}

fn take_leads(form: &Form, draft: &mut Draft, house: &House<'_>) -> Result<()> {
    let mut mistakes = Mistakes::none();
    let destination = match form.value("leads") {
        "email" => {
            let address = mistakes.take("leads_email", some(email_address(form.value("leads_email"))));
            LeadDestination::Email { address: address.unwrap_or_default() }
        }
        "webhook" => {
            let url =
                mistakes.take("leads_url", some(hook_address(form.value("leads_url"), house.private_hooks)));
            let secret = match &draft.leads {
                LeadDestination::Webhook { secret, .. } if !form.ticked("leads_new_secret") => secret.clone(),
                _ => house::chance::token(24)?,
            };
            LeadDestination::Webhook { url: url.unwrap_or_default(), secret }
        }
        _ => LeadDestination::None,
    };
    mistakes.end()?;
    draft.leads = destination;
    Ok(())
}

/// Puts what was typed into the SKU of this slug, or into a new one where there is none.
pub fn take_sku(form: &Form, draft: &mut Draft, slug: Option<&str>, house: &House<'_>) -> Result<()> {
    let mut mistakes = Mistakes::none();
    let mut sku = slug.and_then(|slug| draft.sku(slug)).cloned().unwrap_or_default();
    if slug.is_none() {
        sku.slug = mistakes.take("slug", new_slug(form.value("slug"), draft)).unwrap_or_default();
        if draft.skus.len() >= SKUS_MAX {
            mistakes.note("slug", Text::new("refused-offers-skus-many").with("most", SKUS_MAX));
        }
    }
    for (code, field) in [("en", "sku_title_en"), ("fr", "sku_title_fr")] {
        put(&mut sku.title, code, mistakes.take(field, line(form.value(field), TITLE_MAX)));
    }
    for (code, field) in [("en", "sku_summary_en"), ("fr", "sku_summary_fr")] {
        put(&mut sku.summary, code, mistakes.take(field, line(form.value(field), SUMMARY_MAX)));
    }
    if let Some(licence) = mistakes.take("price", licence(form, house.currency)) {
        sku.licence = licence;
    }
    sku.image = mistakes.take("image", image(form.value("image"), house.images)).flatten();
    sku.image_version =
        mistakes.take("image_version", image_version(form.value("image_version"))).unwrap_or_default();
    sku.cores = mistakes.take("cores", whole(form.value("cores"), CORES)).unwrap_or_default();
    sku.memory_mib =
        mistakes.take("memory_mib", whole(form.value("memory_mib"), MEMORY_MIB)).unwrap_or_default();
    sku.open_ports = mistakes.take("open_ports", ports(form.value("open_ports"))).unwrap_or_default();
    sku.health_path =
        mistakes.take("health_path", health_path(form.value("health_path"))).unwrap_or_default();
    mistakes.end()?;
    match draft.skus.iter_mut().find(|known| Some(known.slug.as_str()) == slug) {
        Some(place) => *place = sku,
        None => draft.skus.push(sku),
    }
    Ok(())
}

fn put(texts: &mut std::collections::BTreeMap<String, String>, code: &str, text: Option<String>) {
    match text {
        Some(text) if !text.is_empty() => {
            texts.insert(code.to_owned(), text);
        }
        _ => {
            texts.remove(code);
        }
    }
}

/// A slug as it is typed at a door.
pub fn slug(text: &str) -> Result<Slug, Text> {
    Slug::parse(text).map_err(|_| Text::new("refused-offers-slug"))
}

fn new_slug(text: &str, draft: &Draft) -> Result<String, Text> {
    let slug = slug(text)?;
    // `new` is the address of the form for a new one.
    if slug.as_str() == "new" || draft.sku(slug.as_str()).is_some() {
        return Err(Text::new("refused-offers-sku-slug-taken"));
    }
    Ok(slug.as_str().to_owned())
}

/// One line: no longer than `most` characters, and nothing in it that is not seen.
pub fn line(text: &str, most: usize) -> Result<String, Text> {
    if text.chars().any(char::is_control) {
        return Err(Text::new("refused-offers-one-line"));
    }
    prose(text, most)
}

fn prose(text: &str, most: usize) -> Result<String, Text> {
    let text = text.replace("\r\n", "\n");
    let count = text.chars().count();
    if count > most {
        return Err(Text::new("refused-offers-too-long").with("most", most).with("count", count));
    }
    if text.chars().any(|letter| letter.is_control() && letter != '\n' && letter != '\t') {
        return Err(Text::new("refused-offers-one-line"));
    }
    Ok(text)
}

/// An address of the web, or nothing.
fn web_address(text: &str) -> Result<String, Text> {
    if text.is_empty() {
        return Ok(String::new());
    }
    let refused = || Text::new("refused-offers-url");
    if text.len() > URL_MAX {
        return Err(refused());
    }
    let url = Url::parse(text).map_err(|_| refused())?;
    let web = matches!(url.scheme(), "http" | "https") && url.host().is_some();
    if web { Ok(text.to_owned()) } else { Err(refused()) }
}

fn email_address(text: &str) -> Result<String, Text> {
    if text.is_empty() { Ok(String::new()) } else { Email::parse(text).map(|email| email.text().to_owned()) }
}

/// Where a web hook may call. An address of this machine or of a private network is the operator's own, not the publisher's.
fn hook_address(text: &str, private: bool) -> Result<String, Text> {
    if text.is_empty() {
        return Ok(String::new());
    }
    let url = web_address(text).ok().and_then(|text| Url::parse(&text).ok());
    let url = url.ok_or_else(|| Text::new("refused-offers-url"))?;
    if !private && url.scheme() != "https" {
        return Err(Text::new("refused-offers-hook-https"));
    }
    let public = match url.host() {
        Some(Host::Ipv4(ip)) => is_public(IpAddr::V4(ip)),
        Some(Host::Ipv6(ip)) => is_public(IpAddr::V6(ip)),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            let ours = ["localhost", "local", "internal", "lan", "home.arpa"];
            name.contains('.') && !ours.iter().any(|end| name.ends_with(&format!(".{end}")))
        }
        None => false,
    };
    if private || public { Ok(text.to_owned()) } else { Err(Text::new("refused-offers-hook-private")) }
}

/// Whether an address is anyone's on the internet, as far as the address itself tells.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            let shared = a == 100 && (64..128).contains(&b);
            let benchmark = a == 198 && (b == 18 || b == 19);
            !(ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_unspecified()
                || ip.is_broadcast()
                || ip.is_documentation()
                || shared
                || benchmark
                || a == 0
                || a >= 224)
        }
        IpAddr::V6(ip) => {
            if let Some(ip) = ip.to_ipv4() {
                return is_public(IpAddr::V4(ip));
            }
            let first = ip.segments()[0];
            // Only 2000::/3 is given out; documentation and the ways into version 4 lie within it.
            let odd = first == 0x2002 || (first == 0x2001 && matches!(ip.segments()[1], 0 | 0x0db8));
            first & 0xe000 == 0x2000 && !odd
        }
    }
}

/// What must be there, once it is sound.
fn some(taken: Result<String, Text>) -> Result<String, Text> {
    taken.and_then(|text| if text.is_empty() { Err(Text::new("refused-offers-needed")) } else { Ok(text) })
}

fn useful_links(text: &str) -> Result<Vec<UsefulLink>, Text> {
    let mut links = Vec::new();
    for typed in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let Some((title, url)) = typed.rsplit_once('|') else {
            return Err(Text::new("refused-offers-useful-link").with("line", typed));
        };
        let (title, url) = (line(title.trim(), TITLE_MAX)?, some(web_address(url.trim()))?);
        links.push(UsefulLink { title, url });
    }
    if links.len() > USEFUL_LINKS_MAX {
        return Err(Text::new("refused-offers-useful-links").with("most", USEFUL_LINKS_MAX));
    }
    Ok(links)
}

fn licence(form: &Form, currency: &str) -> Result<Licence, Text> {
    match form.value("licence") {
        "byol" => Ok(Licence::Byol),
        "hourly" => {
            let code = Currency::parse(currency).map_err(|_| Text::new("refused-offers-price"))?;
            let price = UnitPrice::parse(form.value("price"), code).map_err(|why| match why {
                ledger::NotAnAmount::TooFine { decimals_max } => {
                    Text::new("refused-offers-price-fine").with("most", decimals_max)
                }
                _ => Text::new("refused-offers-price"),
            })?;
            if price.nanos <= 0 || price.nanos > PRICE_UNITS_MAX * 1_000_000_000 {
                return Err(Text::new("refused-offers-price-range").with("most", PRICE_UNITS_MAX));
            }
            Ok(Licence::Hourly { price_nanos: price.nanos, currency: currency.to_owned() })
        }
        _ => Ok(Licence::Free),
    }
}

fn image(text: &str, images: &[Image]) -> Result<Option<Id<Image>>, Text> {
    if text.is_empty() {
        return Ok(None);
    }
    let known = Id::parse(text).ok().filter(|id| images.iter().any(|image| image.id == *id));
    known.map(Some).ok_or_else(|| Text::new("refused-offers-image"))
}

fn image_version(text: &str) -> Result<String, Text> {
    match ImageVersion::parse(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err(Text::new("refused-offers-image-version")),
    }
}

fn whole(text: &str, range: std::ops::RangeInclusive<u32>) -> Result<u32, Text> {
    let refused =
        || Text::new("refused-offers-range").with("least", *range.start()).with("most", *range.end());
    text.parse().ok().filter(|number| range.contains(number)).ok_or_else(refused)
}

fn ports(text: &str) -> Result<Vec<u16>, Text> {
    let typed = text.split([',', ' ', ';', '\n', '\r']).filter(|part| !part.is_empty());
    let ports: Option<Vec<u16>> =
        typed.map(|part| part.parse().ok().filter(|port| *port > 0)).take(PORTS_MAX + 1).collect();
    let mut ports = ports.ok_or_else(|| Text::new("refused-offers-ports"))?;
    ports.sort_unstable();
    ports.dedup();
    if ports.len() > PORTS_MAX {
        return Err(Text::new("refused-offers-ports-many").with("most", PORTS_MAX));
    }
    Ok(ports)
}

fn health_path(text: &str) -> Result<String, Text> {
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    let sound = text.starts_with('/') && text.len() <= 200 && text.bytes().all(letters);
    if sound { Ok(text.to_owned()) } else { Err(Text::new("refused-offers-health-path")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_hook(address: &str, refused: Option<&str>) {
        assert_eq!(hook_address(address, false).err().map(|text| text.key).as_deref(), refused, "{address}");
    }

    #[test]
    fn a_web_hook_never_calls_into_the_house() {
        const PRIVATE: Option<&str> = Some("refused-offers-hook-private");
        check_hook("https://hooks.example.com/leads", None);
        check_hook("https://93.184.216.34/leads", None);
        check_hook("https://[2606:2800:220:1::1]/leads", None);
        check_hook("http://hooks.example.com/leads", Some("refused-offers-hook-https"));
        check_hook("ftp://hooks.example.com/", Some("refused-offers-url"));
        for address in [
            "https://localhost/",
            "https://LOCALHOST./",
            "https://a.localhost/",
            "https://printer/",
            "https://db.internal/",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0.0.0.0/",
            "https://10.1.2.3/",
            "https://172.16.0.1/",
            "https://192.168.1.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://100.64.0.1/",
            "https://224.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[fe80::1]/",
            "https://[fd00::1]/",
            "https://[2002:7f00:1::]/",
        ] {
            check_hook(address, PRIVATE);
        }
        assert!(hook_address("http://127.0.0.1:9/", true).is_ok());
    }

    #[test]
    fn a_price_is_typed_in_units_and_kept_in_billionths() {
        let typed = |price: &str| Form::empty().fill("licence", "hourly").fill("price", price);
        let hourly = |nanos| Ok(Licence::Hourly { price_nanos: nanos, currency: "EUR".to_owned() });
        assert_eq!(licence(&typed("0,05"), "EUR"), hourly(50_000_000));
        assert_eq!(licence(&typed("10000"), "EUR"), hourly(10_000_000_000_000));
        for (price, key) in [
            ("", "refused-offers-price"),
            ("free", "refused-offers-price"),
            ("0", "refused-offers-price-range"),
            ("10000.01", "refused-offers-price-range"),
            ("0.0000000001", "refused-offers-price-fine"),
        ] {
            assert_eq!(licence(&typed(price), "EUR").unwrap_err().key, key, "{price}");
        }
    }

    #[test]
    fn what_stands_in_a_form_is_taken_as_the_same_draft() {
        let draft = crate::testing::a_complete_draft(None);
        let house = House { currency: "EUR", private_hooks: false, images: &[] };
        for section in Section::ALL {
            let mut taken = draft.clone();
            take(&filled(&fields(&draft, *section)), &mut taken, *section, &house).unwrap();
            assert_eq!(taken, draft, "{section:?}");
        }
        for sku in &draft.skus {
            let mut taken = draft.clone();
            take_sku(&filled(&sku_fields(sku)), &mut taken, Some(&sku.slug), &house).unwrap();
            assert_eq!(taken, draft, "{}", sku.slug);
        }
    }
}
