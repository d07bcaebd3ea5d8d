//! The pages on which offers are listed, submitted, watched, signed off and withdrawn.

use std::time::Duration;

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::HeaderValue;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use futures_util::{Stream, stream};
use house::error::NotFound;
use house::web::{Form, Frame, Link, Turner, changes, show};
use house::words::Words;
use house::{Database, Id, Result, Tx, attempts};

use super::view::{OfferLine, Part, Past, accepted, percent};
use super::{OfferStanding, Status, standing};
use crate::hall::pages::Visit;
use crate::hall::portal_address;
use crate::market::Market;
use crate::offers::{self, Offer, view};
use crate::people::{ActingFor, Role};
use crate::sellers;

/// Offers on one page of the list.
const LIST: usize = 50;
/// Changes that come closer together than this are told as one.
const GATHER: Duration = Duration::from_millis(300);
/// Changes that other processes make are seen after this at the latest.
const LOOK_EVERY: Duration = Duration::from_secs(3);

pub fn pages() -> Router<Market> {
    Router::new()
        .route("/sell/{organisation}/offers", get(list))
        .route("/sell/{organisation}/offers/{offer}/submit", post(submit))
        .route("/sell/{organisation}/offers/{offer}/status", get(status))
        .route("/sell/{organisation}/offers/{offer}/status/part", get(part))
        .route("/sell/{organisation}/offers/{offer}/compare", get(compare))
        .route("/sell/{organisation}/offers/{offer}/withdraw", post(withdraw))
        .route("/sell/{organisation}/offers/{offer}/resume", post(resume))
        .route("/sell/{organisation}/offers/{offer}/submissions/{submission}/sign-off", post(sign_off))
        .route("/sell/{organisation}/offers/{offer}/submissions/{submission}/cancel", post(cancel))
}

pub fn streams() -> Router<Market> {
    Router::new().route("/sell/{organisation}/offers/{offer}/status/events", get(events))
}

fn id<T>(text: &str) -> Result<Id<T>> {
    Id::parse(text).map_err(|_| NotFound.into())
}

type Place = Path<(String, String)>;

// -- All offers of a publisher --

#[derive(Template)]
#[template(path = "publishing/pages/offers.html")]
struct OffersPage {
    w: Words,
    frame: Frame,
    base: String,
    lines: Vec<OfferLine>,
    turner: Turner,
}

#[derive(serde::Deserialize)]
struct Before {
    before: Option<String>,
}

async fn list(
    visit: Visit,
    Path(organisation): Path<String>,
    axum::extract::Query(before): axum::extract::Query<Before>,
) -> Result<Response> {
    let mut tx = visit.read().await?;
    let by = visit.acting_for(&mut tx, id(&organisation)?, Role::Contributor).await?;
    let before = before.before.as_deref().map(id).transpose()?;
    let mut standings = standing::standings(&mut tx, &by, before, LIST as i64 + 1).await?;
    let base = portal_address(by.organisation().id, "/offers");
    let turner = Turner::cut(&mut standings, LIST, &base, before.is_some(), |standing| standing.offer.id);
    let w = visit.w.clone();
    show(&OffersPage {
        frame: visit.portal(by.organisation()),
        lines: standings.iter().map(|standing| OfferLine::new(&w, standing)).collect(),
        turner,
        base,
        w,
    })
}

// -- Status --

#[derive(Template)]
#[template(path = "publishing/pages/status.html")]
struct StatusPage {
    w: Words,
    frame: Frame,
    title: String,
    line: String,
    base: String,
    crumbs: Vec<Link>,
    ways: Vec<Link>,
    shop: Option<String>,
    on_sale: bool,
    withdrawn: bool,
    part: Part,
    history: Vec<Past>,
}

/// The same part by itself, for the script that follows.
#[derive(Template)]
#[template(path = "publishing/pages/part.html")]
struct PartPage {
    w: Words,
    part: Part,
}

/// Everything that stands around a page of one offer.
struct Around {
    by: ActingFor,
    standing: OfferStanding,
    base: String,
    shop: String,
}

async fn open(visit: &Visit, tx: &mut Tx, organisation: &str, offer: &str) -> Result<Around> {
    let by = visit.acting_for(tx, id(organisation)?, Role::Contributor).await?;
    let standing = standing::standing_of(tx, &by, id(offer)?).await?;
    let seller = sellers::seller(tx, by.organisation().id).await?;
    let seller = seller.map(|seller| seller.slug).unwrap_or_default();
    Ok(Around {
        base: offers::pages::address(by.organisation().id, standing.offer.id),
        shop: format!("/market/{seller}/{}", standing.offer.slug),
        by,
        standing,
    })
}

async fn drawn(visit: &Visit, tx: &mut Tx, around: &Around) -> Result<Part> {
    let w = &visit.w;
    let part = Part::new(w, &around.base, &around.shop, &around.standing).with_rules(tx, w).await?;
    let Some(submission) = &around.standing.newest else { return Ok(part) };
    let taken = standing::steps_of(tx, submission).await?;
    let usual = standing::usual(tx).await?;
    let percent = percent(tx, submission).await?;
    let attempt = house::chance::token(16)?;
    let accepted = accepted(tx, w, submission, &visit.market.settings().profile).await?;
    Ok(Part { attempt, accepted, ..part.with_steps(w, &taken, &usual, percent) })
}

async fn status(visit: Visit, Path((organisation, offer)): Place) -> Result<Response> {
    let mut tx = visit.read().await?;
    let around = open(&visit, &mut tx, &organisation, &offer).await?;
    let part = drawn(&visit, &mut tx, &around).await?;
    let history = history(&visit.w, &mut tx, &around.by, around.standing.offer.id).await?;
    let (w, standing) = (visit.w.clone(), &around.standing);
    let title = view::title(&w, &standing.offer);
    let live = standing.live.is_some();
    show(&StatusPage {
        frame: visit.portal(around.by.organisation()),
        line: w.say(&format!("publishing-status-{}-line", standing.status.code())).to_string(),
        crumbs: crumbs(&w, &around, &title),
        ways: view::ways(&w, &around.base, "status"),
        shop: (live && standing.withdrawn_at.is_none()).then(|| around.shop.clone()),
        on_sale: live && standing.withdrawn_at.is_none(),
        withdrawn: standing.withdrawn_at.is_some() && standing.status != Status::InProgress,
        title,
        base: around.base,
        part,
        history,
        w,
    })
}

async fn history(w: &Words, tx: &mut Tx, by: &ActingFor, offer: Id<Offer>) -> Result<Vec<Past>> {
    let versions = offers::versions_of(tx, by, offer).await?;
    let number = |of| versions.iter().find(|version| version.id == of).map_or(0, |version| version.number);
    let submissions = standing::history(tx, by, offer).await?;
    Ok(submissions
        .iter()
        .skip(1)
        .map(|submission| Past::new(w, submission, number(submission.offer_version)))
        .collect())
}

fn crumbs(w: &Words, around: &Around, title: &str) -> Vec<Link> {
    vec![
        Link::new(w.say("publishing-offers"), portal_address(around.by.organisation().id, "/offers")),
        Link::new(title, &around.base).current(true),
    ]
}

async fn part(visit: Visit, Path((organisation, offer)): Place) -> Result<Response> {
    let mut tx = visit.read().await?;
    let around = open(&visit, &mut tx, &organisation, &offer).await?;
    let part = drawn(&visit, &mut tx, &around).await?;
    let over = !part.going_on;
    let mut response = show(&PartPage { w: visit.w.clone(), part })?;
    if over {
        response.headers_mut().insert("x-live", HeaderValue::from_static("over"));
    }
    Ok(response)
}

async fn events(visit: Visit, Path((organisation, offer)): Place) -> Result<Response> {
    let mut tx = visit.read().await?;
    open(&visit, &mut tx, &organisation, &offer).await?;
    drop(tx);
    Ok(changes(gathered(visit.market.database())).into_response())
}

/// An item whenever something was committed, but never many at once.
fn gathered(database: &Database) -> impl Stream<Item = ()> + Send + 'static {
    stream::unfold(database.changes(), |mut commits| async move {
        let changed = tokio::time::timeout(LOOK_EVERY, commits.changed()).await;
        if matches!(changed, Ok(Err(_))) {
            return None;
        }
        tokio::time::sleep(GATHER).await;
        commits.borrow_and_update();
        Some(((), commits))
    })
}

// -- What would change --

#[derive(Template)]
#[template(path = "publishing/pages/compare.html")]
struct ComparePage {
    w: Words,
    frame: Frame,
    title: String,
    line: String,
    base: String,
    crumbs: Vec<Link>,
    ways: Vec<Link>,
    none: String,
    differences: Vec<DifferenceLine>,
}

struct DifferenceLine {
    address: String,
    field: String,
    live: String,
    draft: String,
}

async fn compare(visit: Visit, Path((organisation, offer)): Place) -> Result<Response> {
    let mut tx = visit.read().await?;
    let around = open(&visit, &mut tx, &organisation, &offer).await?;
    let w = visit.w.clone();
    let offer = &around.standing.offer;
    let live = around.standing.live.as_ref();
    let differences = live.map(|live| offers::compare(&offer.draft, &live.document)).unwrap_or_default();
    let differences = differences
        .iter()
        .map(|one| {
            let sku = one.sku.as_ref().map(|sku| format!("{sku}: ")).unwrap_or_default();
            let place = match &one.sku {
                Some(slug) if offer.draft.sku(slug).is_some() => format!("/skus/{slug}#f-{}", one.field),
                Some(_) => "/skus".to_owned(),
                None => format!("/{}#f-{}", one.section.code(), one.field),
            };
            DifferenceLine {
                address: format!("{}{place}", around.base),
                field: format!("{sku}{}", view::field_name(&w, one.field)),
                live: view::value_shown(&w, one.field, &one.live),
                draft: view::value_shown(&w, one.field, &one.draft),
            }
        })
        .collect();
    let none = if live.is_some() { "publishing-compare-same" } else { "publishing-compare-never" };
    let title = view::title(&w, offer);
    show(&ComparePage {
        frame: visit.portal(around.by.organisation()),
        line: w.say(&format!("publishing-status-{}-line", around.standing.status.code())).to_string(),
        crumbs: crumbs(&w, &around, &title),
        ways: view::ways(&w, &around.base, "compare"),
        none: w.say(none).to_string(),
        title,
        base: around.base,
        differences,
        w,
    })
}

// -- What a publisher decides --

/// Does something once, however often the form is sent, and leads back to the status page.
async fn decide(
    visit: &Visit,
    organisation: &str,
    offer: &str,
    form: &Form,
    verb: impl AsyncFnOnce(&mut Tx, &ActingFor, Id<Offer>) -> Result<()>,
) -> Result<Response> {
    let mut tx = visit.write().await?;
    let by = visit.acting_for(&mut tx, id(organisation)?, Role::Contributor).await?;
    let offer = id(offer)?;
    let address = format!("{}/status", offers::pages::address(by.organisation().id, offer));
    let key = form.value("attempt");
    if !key.is_empty() {
        if let Some(answer) = attempts::answered(&mut tx, key, by.person().id).await? {
            return Ok(Redirect::to(&answer).into_response());
        }
        attempts::answer(&mut tx, key, by.person().id, &address).await?;
    }
    verb(&mut tx, &by, offer).await?;
    tx.commit().await?;
    Ok(Redirect::to(&address).into_response())
}

async fn submit(visit: Visit, Path((organisation, offer)): Place, form: Form) -> Result<Response> {
    let seen = form.value("version").parse().ok();
    decide(&visit, &organisation, &offer, &form, async |tx, by, offer| {
        super::submit(tx, by, offer, seen).await.map(|_| ())
    })
    .await
}

async fn withdraw(visit: Visit, Path((organisation, offer)): Place, form: Form) -> Result<Response> {
    decide(&visit, &organisation, &offer, &form, async |tx, by, offer| super::withdraw(tx, by, offer).await)
        .await
}

async fn resume(visit: Visit, Path((organisation, offer)): Place, form: Form) -> Result<Response> {
    decide(&visit, &organisation, &offer, &form, async |tx, by, offer| super::resume(tx, by, offer).await)
        .await
}

type OneSubmission = Path<(String, String, String)>;

async fn sign_off(
    visit: Visit,
    Path((organisation, offer, submission)): OneSubmission,
    form: Form,
) -> Result<Response> {
    let submission = id(&submission)?;
    decide(&visit, &organisation, &offer, &form, async |tx, by, _| {
        super::sign_off(tx, by, submission).await.map(|_| ())
    })
    .await
}

async fn cancel(
    visit: Visit,
    Path((organisation, offer, submission)): OneSubmission,
    form: Form,
) -> Result<Response> {
    let submission = id(&submission)?;
    decide(&visit, &organisation, &offer, &form, async |tx, by, _| {
        super::cancel(tx, by, submission).await.map(|_| ())
    })
    .await
}
