//! An offer as its page shows it, and the public report of its certificate.

use askama::Template;
use house::web::{Badge, Fact, Frame, Link, Page};
use house::words::Words;
use house::{Result, Tx};

use super::tiles::badges_of;
use crate::certification::report_view::{ReportView, report_view};
use crate::certification::{self, Certificate};
use crate::offers::{Draft, Licence, Prose, Sku, UsefulLink};
use crate::orders;
use crate::publishing::OnSale;

#[derive(Template)]
#[template(path = "storefront/pages/offer.html")]
pub struct OfferPage {
    pub w: Words,
    pub frame: Frame,
    pub canonical: String,
    pub preview: bool,
    pub title: String,
    pub summary: String,
    pub logo: Option<String>,
    /// The letter and its ground that stand in for a logo.
    pub initial: String,
    pub seller: Seller,
    pub badges: Vec<Badge>,
    /// Where the badge that it is certified leads, if there is something to see.
    pub certified: Option<String>,
    pub categories: Vec<Link>,
    pub prose: Prose,
    pub pictures: Vec<String>,
    pub plans: Vec<Plan>,
    pub certificates: Vec<CertificateView>,
    pub support_url: String,
    pub support_line: String,
    pub privacy_url: String,
    pub links: Vec<UsefulLink>,
    pub terms: String,
    pub version_line: String,
    pub crumbs: Vec<Link>,
}

pub struct Seller {
    pub name: String,
    pub address: String,
    pub website: String,
}

/// A SKU as a card.
pub struct Plan {
    pub title: String,
    pub line: String,
    pub amount: String,
    pub note: String,
    pub facts: Vec<Fact>,
    pub buy: String,
}

pub struct CertificateView {
    pub plan: String,
    pub report: String,
    /// Where the signed statement is.
    pub signed: Option<String>,
    pub line: Option<String>,
    pub facts: Vec<Fact>,
    pub content_id: String,
}

/// The certificates of an offer's images, a SKU each; `None` where the newest verdict is none or another.
pub async fn certificates(tx: &mut Tx, draft: &Draft, profile: &str) -> Result<Vec<Option<Certificate>>> {
    let mut certificates = Vec::new();
    for sku in &draft.skus {
        certificates.push(match sku.image {
            Some(image) => certification::certificate(tx, image, profile).await?,
            None => None,
        });
    }
    Ok(certificates)
}

impl OfferPage {
    pub fn of(
        w: &Words,
        mut frame: Frame,
        market: &str,
        on_sale: &OnSale,
        found: Vec<Option<Certificate>>,
    ) -> OfferPage {
        let document = &on_sale.version.document;
        let language = w.language();
        let listing = document.listing_in(language);
        let address = format!("/market/{}/{}", on_sale.seller.slug, on_sale.slug);
        frame.description = listing.summary.clone();
        let contact = &document.support_contact;
        let support_line = match contact.email.as_str() {
            "" => String::new(),
            email => {
                w.say("storefront-support-by").with("name", &contact.name).with("email", email).to_string()
            }
        };
        let category = |one: &crate::offers::Category| {
            Link::new(w.say(&one.key()), format!("/search?category={}", one.code()))
        };
        let certificates = certificate_views(w, &address, &document.skus, found);
        OfferPage {
            certified: badge_address(&certificates),
            canonical: format!("{market}{address}"),
            preview: on_sale.preview,
            logo: document.logo.map(|id| format!("/artwork/{id}")),
            initial: listing.title.chars().take(1).collect(),
            seller: Seller {
                name: on_sale.seller.display_name.clone(),
                address: format!("/market/{}", on_sale.seller.slug),
                website: on_sale.seller.website.clone(),
            },
            badges: badges_of(w, document.skus.iter().map(|sku| sku.licence.code())),
            categories: document.categories.iter().map(category).collect(),
            prose: Prose::of(&listing.description),
            pictures: document.screenshots.iter().map(|id| format!("/artwork/{id}")).collect(),
            plans: document.skus.iter().map(|sku| plan(w, &address, sku)).collect(),
            certificates,
            support_url: document.support_url.clone(),
            support_line,
            privacy_url: document.privacy_url.clone(),
            links: document.useful_links.clone(),
            terms: document.terms.clone(),
            version_line: w
                .say("storefront-version-line")
                .with("number", on_sale.version.number)
                .with("date", w.date(on_sale.version.frozen_at))
                .to_string(),
            crumbs: crumbs(w, document, &listing.title),
            title: listing.title,
            summary: listing.summary,
            frame,
            w: w.clone(),
        }
    }

    /// The cheapest plan, for the panel beside.
    pub fn first(&self) -> Option<&Plan> {
        self.plans.first()
    }
}

fn crumbs(w: &Words, document: &Draft, title: &str) -> Vec<Link> {
    let mut crumbs = vec![Link::new(w.say("frame-shop"), "/")];
    if let Some(category) = document.categories.first() {
        let address = format!("/search?category={}", category.code());
        crumbs.push(Link::new(w.say(&category.key()), address));
    }
    crumbs.push(Link::new(title, "").current(true));
    crumbs
}

fn plan(w: &Words, address: &str, sku: &Sku) -> Plan {
    let cores = w.say("orders-cores").with("count", sku.cores);
    let mut facts = vec![
        Fact::new(
            w.say("storefront-plan-size"),
            format!("{cores}, {}", w.bytes(i64::from(sku.memory_mib) << 20)),
        ),
        Fact::new(w.say("storefront-plan-image"), &sku.image_version),
    ];
    if !sku.open_ports.is_empty() {
        let ports: Vec<String> = sku.open_ports.iter().map(u16::to_string).collect();
        facts.push(Fact::new(w.say("storefront-plan-ports"), ports.join(", ")));
    }
    Plan {
        title: sku.title_in(w.language()).to_owned(),
        line: sku.summary_in(w.language()).to_owned(),
        amount: orders::price(w, &sku.licence),
        note: orders::pages::note(w, &sku.licence),
        facts,
        buy: format!("{address}/buy?sku={}", sku.slug),
    }
}

/// One panel for each image: SKUs that share one share its certificate.
fn certificate_views(
    w: &Words,
    address: &str,
    skus: &[Sku],
    found: Vec<Option<Certificate>>,
) -> Vec<CertificateView> {
    let mut views = Vec::new();
    let mut seen = Vec::new();
    for (sku, certificate) in skus.iter().zip(found) {
        if seen.contains(&sku.image) {
            continue;
        }
        seen.push(sku.image);
        let report = format!("{address}/report/{}", sku.slug);
        let plan = sku.title_in(w.language()).to_owned();
        views.push(match certificate {
            None => {
                let (facts, content_id) = (Vec::new(), String::new());
                CertificateView { plan, report, signed: None, line: None, facts, content_id }
            }
            Some(certificate) => CertificateView {
                plan,
                report,
                signed: certificate.address,
                line: Some(
                    w.say("storefront-certificate-line")
                        .with("passed", certificate.passed)
                        .with("warnings", certificate.warnings)
                        .to_string(),
                ),
                facts: vec![
                    Fact::new(w.say("storefront-certificate-profile"), &certificate.profile),
                    Fact::new(w.say("storefront-certificate-rulebook"), &certificate.rulebook),
                    Fact::new(w.say("storefront-certificate-date"), w.date(certificate.certified_at)),
                ],
                content_id: certificate.content_id,
            },
        });
    }
    views
}

/// One certificate is shown at once; of several the reader chooses.
fn badge_address(certificates: &[CertificateView]) -> Option<String> {
    match certificates {
        [one] => one.signed.clone(),
        _ => certificates.iter().any(|one| one.signed.is_some()).then(|| "#certificates".to_owned()),
    }
}

impl Page for OfferPage {
    fn samples(frame: &Frame) -> Vec<Self> {
        let w = &frame.w;
        let sku = Sku {
            slug: "pro".to_owned(),
            cores: 2,
            memory_mib: 1024,
            open_ports: vec![80],
            ..Sku::default()
        };
        let hourly = Licence::Hourly { price_nanos: 50_000_000, currency: "EUR".to_owned() };
        let byol = Sku { licence: Licence::Byol, ..sku.clone() };
        let paid = Sku { licence: hourly, open_ports: Vec::new(), ..sku.clone() };
        let page = |certificates: Vec<CertificateView>, preview, logo: Option<&str>| OfferPage {
            w: w.clone(),
            frame: frame.clone(),
            canonical: "http://market.test/market/acme/hardened-nginx".to_owned(),
            preview,
            title: "Hardened nginx".to_owned(),
            summary: "A web server".to_owned(),
            logo: logo.map(str::to_owned),
            initial: "H".to_owned(),
            seller: Seller {
                name: "Acme".to_owned(),
                address: "/market/acme".to_owned(),
                website: "https://acme.example".to_owned(),
            },
            badges: badges_of(w, ["free", "byol"].into_iter()),
            certified: badge_address(&certificates),
            categories: vec![Link::new("Web", "/search?category=web")],
            prose: Prose::of("# Hello\n\nIt **serves**."),
            pictures: vec!["/artwork/1".to_owned()],
            plans: [&sku, &byol, &paid].map(|sku| plan(w, "/market/acme/hardened-nginx", sku)).into(),
            certificates,
            support_url: "https://acme.example".to_owned(),
            support_line: "Sue".to_owned(),
            privacy_url: "https://acme.example".to_owned(),
            links: vec![UsefulLink { title: "Manual".to_owned(), url: "https://acme.example".to_owned() }],
            terms: "Use it well.".to_owned(),
            version_line: "1".to_owned(),
            crumbs: Vec::new(),
        };
        let one = CertificateView {
            plan: "Pro".to_owned(),
            report: "/r".to_owned(),
            signed: Some("/certificates/1".to_owned()),
            line: Some("41".to_owned()),
            facts: vec![Fact::new("a", "b")],
            content_id: "ab".repeat(32),
        };
        let none = CertificateView {
            plan: "Pro".to_owned(),
            report: "/r".to_owned(),
            signed: None,
            line: None,
            facts: Vec::new(),
            content_id: String::new(),
        };
        vec![
            page(vec![one], false, Some("/artwork/1")),
            page(vec![none], true, None),
            page(Vec::new(), false, None),
        ]
    }
}

#[derive(Template)]
#[template(path = "storefront/pages/report.html")]
pub struct ReportPage {
    pub w: Words,
    pub frame: Frame,
    pub title: String,
    pub view: ReportView,
    pub judged_on: String,
    pub crumbs: Vec<Link>,
}

impl ReportPage {
    pub fn of(
        w: &Words,
        frame: Frame,
        on_sale: &OnSale,
        sku: &Sku,
        certificate: &Certificate,
        report: &certifier::report::Report,
    ) -> ReportPage {
        let title = on_sale.version.document.listing_in(w.language()).title;
        let address = format!("/market/{}/{}", on_sale.seller.slug, on_sale.slug);
        ReportPage {
            crumbs: vec![
                Link::new(w.say("frame-shop"), "/"),
                Link::new(&title, address),
                Link::new(w.say("storefront-certificate"), "").current(true),
            ],
            title: w
                .say("storefront-report-title")
                .with("title", &title)
                .with("plan", sku.title_in(w.language()))
                .to_string(),
            view: report_view(report, w),
            judged_on: w.date(certificate.certified_at),
            frame,
            w: w.clone(),
        }
    }
}
