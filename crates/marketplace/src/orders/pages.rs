//! Pages about orders: the checkout, the customer's list, the publisher's list.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use house::error::{Mistakes, NotFound};
use house::web::{Badge, Fact, Form, Frame, Page, State, Turner, show, show_as};
use house::words::Words;
use house::{Error, Id, Refusal as _, Result, Tx, attempts, chance};
use serde::Deserialize;

use super::{Order, Refused, form, place, price, record, terms_hash};
use crate::hall::pages::Visit;
use crate::hall::portal_address;
use crate::market::Market;
use crate::offers::{Licence, Sku};
use crate::people::{Organisation, Role};
use crate::publishing::{self, OnSale};

/// Orders on one page of a list.
const PAGE: usize = 25;
/// Random bytes in the key that makes a double click one order.
const ATTEMPT_BYTES: usize = 16;

pub fn pages() -> Router<Market> {
    Router::new()
        .route("/market/{publisher}/{offer}/buy", get(checkout).post(buy))
        .route("/orders", get(mine))
        .route("/sell/{organisation}/orders", get(sold))
}

#[derive(Template)]
#[template(path = "orders/pages/checkout.html")]
struct CheckoutPage {
    w: Words,
    frame: Frame,
    form: Form,
    title: String,
    seller: String,
    address: String,
    preview: bool,
    plan: String,
    line: String,
    facts: Vec<Fact>,
    amount: String,
    note: String,
    terms: Vec<String>,
    terms_line: String,
}

impl CheckoutPage {
    fn of(w: &Words, frame: Frame, on_sale: &OnSale, sku: &Sku, form: Form) -> CheckoutPage {
        let document = &on_sale.version.document;
        let language = w.language();
        let memory = i64::from(sku.memory_mib) << 20;
        CheckoutPage {
            w: w.clone(),
            title: document.listing_in(language).title,
            seller: on_sale.seller.display_name.clone(),
            address: format!("/market/{}/{}", on_sale.seller.slug, on_sale.slug),
            preview: on_sale.preview,
            plan: sku.title_in(language).to_owned(),
            line: sku.summary_in(language).to_owned(),
            facts: vec![
                Fact::new(w.say("orders-plan"), sku.title_in(language)),
                Fact::new(w.say("orders-image-version"), &sku.image_version),
                Fact::new(
                    w.say("orders-size"),
                    format!("{}, {}", w.say("orders-cores").with("count", sku.cores), w.bytes(memory)),
                ),
            ],
            amount: price(w, &sku.licence),
            note: note(w, &sku.licence),
            terms: paragraphs(&document.terms),
            terms_line: w
                .say("orders-terms-line")
                .with("version", on_sale.version.number)
                .with("date", w.date(on_sale.version.frozen_at))
                .to_string(),
            frame,
            form,
        }
    }
}

/// What a price means, in one line.
pub fn note(w: &Words, licence: &Licence) -> String {
    match licence {
        Licence::Free => w.say("orders-price-free").to_string(),
        Licence::Byol => w.say("orders-price-byol").to_string(),
        Licence::Hourly { price_nanos, currency } => {
            w.say("orders-price-hourly").with("month", per_month(w, *price_nanos, currency)).to_string()
        }
    }
}

/// A month has 730 hours, as everywhere in this trade.
pub fn per_month(w: &Words, price_nanos: i64, currency: &str) -> String {
    const HOURS: i64 = 730;
    const NANOS_PER_CENT: i64 = 10_000_000;
    let nanos = price_nanos.saturating_mul(HOURS) / NANOS_PER_CENT * NANOS_PER_CENT;
    w.unit_price(nanos, currency)
}

/// Plain text as paragraphs: blank lines part them.
fn paragraphs(text: &str) -> Vec<String> {
    text.replace("\r\n", "\n")
        .split("\n\n")
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

impl Page for CheckoutPage {
    fn samples(frame: &Frame) -> Vec<Self> {
        let w = &frame.w;
        let page = |form: Form, preview| CheckoutPage {
            w: w.clone(),
            frame: frame.clone(),
            form,
            title: "Hardened nginx".to_owned(),
            seller: "Acme Systems".to_owned(),
            address: "/market/acme/hardened-nginx".to_owned(),
            preview,
            plan: "Pro".to_owned(),
            line: "For busy sites".to_owned(),
            facts: vec![Fact::new("a", "b")],
            amount: price(w, &Licence::Hourly { price_nanos: 50_000_000, currency: "EUR".to_owned() }),
            note: note(w, &Licence::Hourly { price_nanos: 50_000_000, currency: "EUR".to_owned() }),
            terms: paragraphs("Use it well.\n\nBreak nothing."),
            terms_line: "1".to_owned(),
        };
        let mut mistakes = Mistakes::none();
        mistakes.note("accept", house::words::Text::new("orders-mistake-accept"));
        vec![page(Form::empty(), false), page(Form::empty().marked(mistakes), true)]
    }
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    sku: String,
}

/// The offer at this address: live, or in preview for those who may see it.
async fn offer_at(visit: &Visit, tx: &mut Tx, publisher: &str, offer: &str) -> Result<OnSale> {
    if let Some(live) = publishing::on_sale_at(tx, publisher, offer).await? {
        return Ok(live);
    }
    let preview = publishing::in_preview_at(tx, visit.person()?, publisher, offer).await?;
    Ok(preview.ok_or(NotFound)?)
}

fn sku_of<'a>(on_sale: &'a OnSale, slug: &str) -> Result<&'a Sku> {
    let skus = &on_sale.version.document.skus;
    let sku = if slug.is_empty() { skus.first() } else { on_sale.version.document.sku(slug) };
    Ok(sku.ok_or(Refused::NoSuchSku)?)
}

async fn checkout(
    visit: Visit,
    Path((publisher, offer)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
) -> Result<Response> {
    let person = visit.person()?.clone();
    let mut tx = visit.read().await?;
    let on_sale = offer_at(&visit, &mut tx, &publisher, &offer).await?;
    drop(tx);
    let sku = sku_of(&on_sale, &wanted.sku)?;
    if !on_sale.sells(sku) {
        return Err(Refused::NotSoldNow.into());
    }
    let (first, last) = person.name.rsplit_once(' ').unwrap_or(("", &person.name));
    let form = Form::empty()
        .fill("sku", &sku.slug)
        .fill("terms", terms_hash(&on_sale.version.document.terms))
        .fill("attempt", chance::token(ATTEMPT_BYTES)?)
        .fill("first_name", first)
        .fill("last_name", last)
        .fill("email", &person.email);
    show(&CheckoutPage::of(&visit.w, visit.shop(), &on_sale, sku, form))
}

async fn buy(visit: Visit, Path((publisher, offer)): Path<(String, String)>, form: Form) -> Result<Response> {
    let person = visit.person()?.clone();
    let mut tx = visit.write().await?;
    if let Some(address) = attempts::answered(&mut tx, form.value("attempt"), person.id).await? {
        return Ok(Redirect::to(&address).into_response());
    }
    let on_sale = offer_at(&visit, &mut tx, &publisher, &offer).await?;
    let placed = match form::purchase(&form) {
        Ok(purchase) => place(&mut tx, &visit.market, &person, &on_sale, &purchase).await,
        Err(error) => Err(error),
    };
    match placed {
        Ok(order) => {
            let address = format!("/orders/{}", order.id);
            attempts::answer(&mut tx, form.value("attempt"), person.id, &address).await?;
            tx.commit().await?;
            Ok(Redirect::to(&address).into_response())
        }
        Err(error) => {
            drop(tx);
            again(&visit, &on_sale, form, error)
        }
    }
}

/// Shows the checkout once more with what was wrong: a field, or terms that are not the newest.
fn again(visit: &Visit, on_sale: &OnSale, form: Form, error: Error) -> Result<Response> {
    let sku = sku_of(on_sale, form.value("sku"))?;
    let form = if error.code() == Some(Refused::TermsChanged.code()) {
        let mut mistakes = Mistakes::none();
        mistakes.note("accept", Refused::TermsChanged.text());
        let fresh = Form::empty()
            .fill("sku", &sku.slug)
            .fill("terms", terms_hash(&on_sale.version.document.terms))
            .fill("attempt", form.value("attempt"));
        let kept = ["first_name", "last_name", "email", "phone", "company", "country", "job", "share"];
        let fresh = kept.into_iter().fold(fresh, |fresh, field| match form.value(field) {
            "" => fresh,
            value => fresh.fill(field, value),
        });
        fresh.marked(mistakes)
    } else {
        form.refused(error)?
    };
    let page = CheckoutPage::of(&visit.w, visit.shop(), on_sale, sku, form);
    show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// A line of a list of orders.
pub struct Row {
    pub order: Order,
    pub price: String,
    pub stage: Badge,
    /// Who placed it, for publishers; empty for the customer's own list.
    pub who: String,
    pub email: String,
}

impl Row {
    fn of(w: &Words, order: Order, who: String, email: String) -> Row {
        Row { price: price(w, &order.licence), stage: stage_badge(w, &order), who, email, order }
    }
}

/// How an order stands, as a mark.
pub fn stage_badge(w: &Words, order: &Order) -> Badge {
    if order.is_active() {
        Badge::state(State::Pass, w.say("orders-stage-active"))
    } else {
        Badge::state(State::Skip, w.say("orders-stage-cancelled"))
    }
}

#[derive(Template)]
#[template(path = "orders/pages/mine.html")]
struct MinePage {
    w: Words,
    frame: Frame,
    rows: Vec<Row>,
    turner: Turner,
}

fn sample_rows(w: &Words) -> Vec<Row> {
    let hourly = Licence::Hourly { price_nanos: 50_000_000, currency: "EUR".to_owned() };
    let mut preview = Order::sample(Licence::Byol);
    preview.preview = true;
    preview.cancelled_at = Some(preview.placed_at);
    [Order::sample(hourly), Order::sample(Licence::Free), preview]
        .map(|order| Row::of(w, order, "Jean Moulin".to_owned(), "jean@lyon.example".to_owned()))
        .into()
}

impl Page for MinePage {
    fn samples(frame: &Frame) -> Vec<Self> {
        [Vec::new(), sample_rows(&frame.w)]
            .map(|rows| MinePage {
                w: frame.w.clone(),
                frame: frame.clone(),
                rows,
                turner: Turner { previous: None, next: Some("/orders?before=1".to_owned()) },
            })
            .into()
    }
}

/// Where a list goes on.
#[derive(Deserialize)]
pub struct Before {
    #[serde(default)]
    before: String,
}

impl Before {
    /// Nonsense is the beginning.
    pub fn id<T>(&self) -> Option<Id<T>> {
        Id::parse(&self.before).ok()
    }
}

async fn mine(visit: Visit, Query(before): Query<Before>) -> Result<Response> {
    let person = visit.person()?.id;
    let mut tx = visit.read().await?;
    let before = before.id();
    let mut orders = record::of_person(&mut tx, person, before, 1 + PAGE as i64).await?;
    drop(tx);
    let turner = Turner::cut(&mut orders, PAGE, "/orders", before.is_some(), |order| order.id);
    let rows =
        orders.into_iter().map(|order| Row::of(&visit.w, order, String::new(), String::new())).collect();
    show(&MinePage { w: visit.w.clone(), frame: visit.shop(), rows, turner })
}

#[derive(Template)]
#[template(path = "orders/pages/sold.html")]
struct SoldPage {
    w: Words,
    frame: Frame,
    rows: Vec<Row>,
    turner: Turner,
}

impl Page for SoldPage {
    fn samples(frame: &Frame) -> Vec<Self> {
        [Vec::new(), sample_rows(&frame.w)]
            .map(|rows| SoldPage {
                w: frame.w.clone(),
                frame: frame.clone(),
                rows,
                turner: Turner::default(),
            })
            .into()
    }
}

async fn sold(
    visit: Visit,
    Path(organisation): Path<Id<Organisation>>,
    Query(before): Query<Before>,
) -> Result<Response> {
    let mut tx = visit.read().await?;
    let by = visit.acting_for(&mut tx, organisation, Role::Contributor).await?;
    let before = before.id();
    let mut orders = record::of_organisation(&mut tx, organisation, before, 1 + PAGE as i64).await?;
    drop(tx);
    let address = portal_address(organisation, "/orders");
    let turner = Turner::cut(&mut orders, PAGE, &address, before.is_some(), |(order, ..)| order.id);
    let rows = orders.into_iter().map(|(order, who, email)| Row::of(&visit.w, order, who, email)).collect();
    show(&SoldPage { w: visit.w.clone(), frame: visit.portal(by.organisation()), rows, turner })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_drawn_in_every_language() {
        house::web::check_samples::<CheckoutPage>(&crate::market::sources());
        house::web::check_samples::<MinePage>(&crate::market::sources());
        house::web::check_samples::<SoldPage>(&crate::market::sources());
    }
}
