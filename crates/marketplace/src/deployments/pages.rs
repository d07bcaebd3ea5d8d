//! Pages about machines: the order with its machines, the deploy form, the machine, lists.

use std::time::Duration;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use futures_util::stream;
use house::error::Mistakes;
use house::web::{Badge, Choice, Fact, Form, Frame, Link, Page, Turner, changes, show, show_as};
use house::words::{Text, Words};
use house::{Id, Result, Tx, attempts, chance, jobs};

use super::form::{Size, can_run, machine, suggested_host_name, suggested_user_name};
use super::jobs::RECONCILE;
use super::view::{View, badge, size};
use super::{Deployment, HistoryLine, Stage, Wish, letting_go, record};
use crate::hall::pages::Visit;
use crate::hall::portal_address;
use crate::market::Market;
use crate::offers::{self, Licence, Sku};
use crate::orders::pages::{Before, stage_badge};
use crate::orders::{self, Order};
use crate::people::{Organisation, Person, Role};

/// Machines on one page of a list.
const PAGE: usize = 25;
/// Random bytes in the key that makes a double click one machine.
const ATTEMPT_BYTES: usize = 16;
/// While something is under way the page is drawn anew this often, so that its seconds tick.
const TICK: Duration = Duration::from_secs(1);

pub fn pages() -> Router<Market> {
    Router::new()
        .route("/orders/{order}", get(order))
        .route("/orders/{order}/cancel", post(cancel))
        .route("/orders/{order}/deploy", get(deploy_form).post(deploy))
        .route("/machines", get(mine))
        .route("/machines/{id}", get(one))
        .route("/machines/{id}/part", get(part))
        .route("/machines/{id}/{wish}", post(wish))
        .route("/sell/{organisation}/deployments", get(sold))
}

/// The doors that stay open.
pub fn streams() -> Router<Market> {
    Router::new().route("/machines/{id}/events", get(follow))
}

/// A machine on a list.
pub struct Row {
    pub id: String,
    pub host_name: String,
    pub title: String,
    pub badge: Badge,
    pub size: String,
    pub made_at: house::Timestamp,
}

impl Row {
    fn of(w: &Words, d: &Deployment) -> Row {
        Row {
            id: d.id.to_string(),
            host_name: d.host_name.clone(),
            title: d.offer_title.clone(),
            badge: badge(w, d),
            size: size(w, d.cores, d.memory_mib),
            made_at: d.made_at,
        }
    }
}

fn sample_rows(w: &Words) -> Vec<Row> {
    let failed = Stage::Failed { reason: Text::new("deployments-reason-lost"), retryable: true };
    [Stage::Requested, Stage::Ready { opened: Vec::new() }, failed, Stage::Stopped, Stage::Destroyed]
        .map(|stage| Row::of(w, &Deployment::sample(stage, Wish::Running)))
        .into()
}

#[derive(Template)]
#[template(path = "deployments/pages/order.html")]
struct OrderPage {
    w: Words,
    frame: Frame,
    order: Order,
    stage: Badge,
    offer_title: String,
    facts: Vec<Fact>,
    terms: String,
    rows: Vec<Row>,
    /// Why nothing can be deployed, where that is so.
    refused: Option<String>,
    can_cancel: bool,
}

impl Page for OrderPage {
    fn samples(frame: &Frame) -> Vec<Self> {
        let w = &frame.w;
        let page = |rows: Vec<Row>, refused: Option<&str>, active: bool| {
            let mut order = Order::sample(Licence::Free);
            order.cancelled_at = (!active).then_some(order.placed_at);
            OrderPage {
                w: w.clone(),
                frame: frame.clone(),
                stage: stage_badge(w, &order),
                offer_title: "Hardened nginx".to_owned(),
                facts: vec![Fact::new("a", "b")],
                terms: "Use it well.".to_owned(),
                can_cancel: active && rows.is_empty(),
                rows,
                refused: refused.map(str::to_owned),
                order,
            }
        };
        vec![
            page(Vec::new(), None, true),
            page(sample_rows(w), None, true),
            page(Vec::new(), Some("Install it."), true),
            page(Vec::new(), None, false),
        ]
    }
}

async fn order(visit: Visit, Path(id): Path<Id<Order>>) -> Result<Response> {
    let person = visit.person()?.clone();
    let mut tx = visit.read().await?;
    let order = orders::own(&mut tx, &person, id).await?;
    let version = offers::version(&mut tx, order.version).await?;
    let machines = record::of_order(&mut tx, id).await?;
    drop(tx);
    let w = &visit.w;
    let sku = version.document.sku(&order.sku);
    let refused = match sku {
        Some(sku) => sizes_here(&visit.market, sku).await.err().map(|error| told(w, error)).transpose()?,
        None => None,
    };
    let plan = sku.map_or(order.sku.as_str(), |sku| sku.title_in(w.language())).to_owned();
    let page = OrderPage {
        stage: stage_badge(w, &order),
        offer_title: version.document.listing_in(w.language()).title,
        facts: vec![
            Fact::new(w.say("orders-plan"), plan),
            Fact::new(w.say("orders-licence"), orders::price(w, &order.licence)),
            Fact::new(w.say("orders-placed"), w.exact(order.placed_at)),
            Fact::new(w.say("deployments-seller"), &order.seller_name),
        ],
        terms: version.document.terms.clone(),
        can_cancel: order.is_active() && machines.iter().all(|d| d.stage.is_over()),
        rows: machines.iter().rev().map(|d| Row::of(w, d)).collect(),
        refused,
        order,
        frame: visit.shop(),
        w: w.clone(),
    };
    show(&page)
}

/// A refusal as a sentence on a page that is shown all the same; a fault goes on its way.
fn told(w: &Words, error: house::Error) -> Result<String> {
    match error {
        house::Error::Refused(refusal) => Ok(w.tell(&refusal.text())),
        fault => Err(fault),
    }
}

async fn sizes_here(market: &Market, sku: &Sku) -> Result<Vec<Size>> {
    let here = market.engine().capabilities().await;
    can_run(sku, &here.map_err(|error| house::Error::fault(error.to_string()))?)
}

async fn cancel(visit: Visit, Path(id): Path<Id<Order>>) -> Result<Response> {
    let person = visit.person()?.clone();
    let mut tx = visit.write().await?;
    letting_go::cancel_order(&mut tx, &person, id).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/orders/{id}")).into_response())
}

#[derive(Template)]
#[template(path = "deployments/pages/deploy.html")]
struct DeployPage {
    w: Words,
    frame: Frame,
    form: Form,
    title: String,
    plan: String,
    price: String,
    sizes: Vec<Choice>,
    crumbs: Vec<Link>,
}

impl Page for DeployPage {
    fn samples(frame: &Frame) -> Vec<Self> {
        let mut mistakes = Mistakes::none();
        mistakes.note("host_name", Text::new("deployments-mistake-host-name"));
        [Form::empty().fill("size", "1"), Form::empty().fill("host_name", "-").marked(mistakes)]
            .map(|form| DeployPage {
                w: frame.w.clone(),
                frame: frame.clone(),
                form,
                title: "Hardened nginx".to_owned(),
                plan: "Pro".to_owned(),
                price: "€0.05/hour".to_owned(),
                sizes: choices(&frame.w, &[Size { times: 1, cores: 1, memory_mib: 512 }]),
                crumbs: Vec::new(),
            })
            .into()
    }
}

fn choices(w: &Words, sizes: &[Size]) -> Vec<Choice> {
    let hint = |times: u32| {
        if times == 1 { w.say("deployments-size-recommended").to_string() } else { String::new() }
    };
    sizes.iter().map(|s| Choice::new(s.times, size(w, s.cores, s.memory_mib)).hint(hint(s.times))).collect()
}

/// What a deploy form is about.
struct About {
    order: Order,
    title: String,
    sku: Sku,
    machines: usize,
}

async fn about(tx: &mut Tx, person: &Person, w: &Words, id: Id<Order>) -> Result<About> {
    let order = orders::own(tx, person, id).await?;
    let version = offers::version(tx, order.version).await?;
    let sku = version.document.sku(&order.sku).ok_or(orders::Refused::NoSuchSku)?.clone();
    let title = version.document.listing_in(w.language()).title;
    let machines = record::of_order(tx, id).await?.len();
    Ok(About { order, title, sku, machines })
}

fn deploy_page(visit: &Visit, about: About, sizes: &[Size], form: Form) -> DeployPage {
    let w = &visit.w;
    DeployPage {
        plan: about.sku.title_in(w.language()).to_owned(),
        price: orders::price(w, &about.order.licence),
        sizes: choices(w, sizes),
        crumbs: vec![
            Link::new(w.say("orders-title"), "/orders"),
            Link::new(&about.order.number, format!("/orders/{}", about.order.id)),
            Link::new(w.say("deployments-deploy"), "").current(true),
        ],
        title: about.title,
        form,
        frame: visit.shop(),
        w: w.clone(),
    }
}

async fn deploy_form(visit: Visit, Path(id): Path<Id<Order>>) -> Result<Response> {
    let person = visit.person()?.clone();
    let mut tx = visit.read().await?;
    let about = about(&mut tx, &person, &visit.w, id).await?;
    drop(tx);
    let sizes = sizes_here(&visit.market, &about.sku).await?;
    let slug = about.order.offer_address.rsplit('/').next().unwrap_or_default();
    let form = Form::empty()
        .fill("host_name", suggested_host_name(slug, about.machines))
        .fill("user_name", suggested_user_name(&person.email))
        .fill("size", "1")
        .fill("attempt", chance::token(ATTEMPT_BYTES)?);
    show(&deploy_page(&visit, about, &sizes, form))
}

async fn deploy(visit: Visit, Path(id): Path<Id<Order>>, form: Form) -> Result<Response> {
    let person = visit.person()?.clone();
    let mut tx = visit.read().await?;
    let about = about(&mut tx, &person, &visit.w, id).await?;
    drop(tx);
    let sizes = sizes_here(&visit.market, &about.sku).await?;
    let machine = match machine(&form, &sizes) {
        Ok(machine) => machine,
        Err(error) => {
            let form = form.refused(error)?;
            return show_as(StatusCode::UNPROCESSABLE_ENTITY, &deploy_page(&visit, about, &sizes, form));
        }
    };
    let mut tx = visit.write().await?;
    if let Some(address) = attempts::answered(&mut tx, form.value("attempt"), person.id).await? {
        return Ok(Redirect::to(&address).into_response());
    }
    let deployment = super::deploy(&mut tx, &person, id, &machine).await?;
    let address = format!("/machines/{deployment}");
    attempts::answer(&mut tx, form.value("attempt"), person.id, &address).await?;
    tx.commit().await?;
    Ok(Redirect::to(&address).into_response())
}

#[derive(Template)]
#[template(path = "deployments/pages/machine.html")]
struct MachinePage {
    w: Words,
    frame: Frame,
    host_name: String,
    title: String,
    order: Id<Order>,
    order_number: String,
    v: View,
    crumbs: Vec<Link>,
}

/// What changes on the machine's page, alone.
#[derive(Template)]
#[template(path = "deployments/pages/machine_part.html")]
struct MachinePart {
    w: Words,
    v: View,
}

fn sample_views(w: &Words) -> Vec<View> {
    let settings = crate::market::Settings::at("http://market.test");
    let address = "127.0.0.1:40080".parse().expect("an address");
    let opened = [22, 80].map(|guest_port| super::Opened { guest_port, address }).into();
    let failed = |retryable| Stage::Failed { reason: Text::new("deployments-reason-lost"), retryable };
    let hourly = Licence::Hourly { price_nanos: 50_000_000, currency: "EUR".to_owned() };
    let view = |stage: Stage, wish| {
        let events = [Stage::Requested, Stage::Staging, stage.clone()]
            .map(|stage| HistoryLine { stage, at: w.now() - Duration::from_secs(7) });
        let d = Deployment::sample(stage, wish);
        View::of(w, &settings, &d, &events, &hourly, 42, "<b>login</b>:")
    };
    vec![
        view(Stage::Requested, Wish::Running),
        view(Stage::Staging, Wish::Running),
        view(Stage::Creating, Wish::Running),
        view(Stage::Booting, Wish::Running),
        view(Stage::Ready { opened }, Wish::Running),
        view(failed(true), Wish::Running),
        view(failed(false), Wish::Running),
        view(Stage::Stopping, Wish::Stopped),
        view(Stage::Stopped, Wish::Stopped),
        view(Stage::Destroying, Wish::Destroyed),
        view(Stage::Destroyed, Wish::Destroyed),
    ]
}

impl Page for MachinePage {
    fn samples(frame: &Frame) -> Vec<Self> {
        sample_views(&frame.w)
            .into_iter()
            .map(|v| MachinePage {
                w: frame.w.clone(),
                frame: frame.clone(),
                host_name: "nginx-1".to_owned(),
                title: "Hardened nginx".to_owned(),
                order: Id::sample(1),
                order_number: "H-2026-000017".to_owned(),
                v,
                crumbs: Vec::new(),
            })
            .collect()
    }
}

async fn view(visit: &Visit, id: Id<Deployment>) -> Result<(Deployment, Order, View)> {
    let person = visit.person()?.clone();
    let mut tx = visit.read().await?;
    let d = letting_go::own(&mut tx, &person, id).await?;
    let order = orders::own(&mut tx, &person, d.order).await?;
    let events = record::events(&mut tx, id).await?;
    let percent = jobs::newest(&mut tx, RECONCILE, id).await?.map_or(0, |job| job.progress_percent);
    drop(tx);
    let console = match &d.stage {
        Stage::Booting | Stage::Ready { .. } | Stage::Failed { .. } | Stage::Stopped => {
            // A console that cannot be read is no reason not to show the machine.
            let machine = super::reconcile::machine_id(&d)?;
            visit.market.engine().console(&machine).await.unwrap_or_default()
        }
        _ => String::new(),
    };
    let settings = visit.market.settings();
    let view = View::of(&visit.w, settings, &d, &events, &order.licence, percent, &console);
    Ok((d, order, view))
}

async fn one(visit: Visit, Path(id): Path<Id<Deployment>>) -> Result<Response> {
    let (d, order, v) = view(&visit, id).await?;
    let w = visit.w.clone();
    show(&MachinePage {
        crumbs: vec![
            Link::new(w.say("deployments-title"), "/machines"),
            Link::new(&d.host_name, "").current(true),
        ],
        frame: visit.shop(),
        host_name: d.host_name,
        title: d.offer_title,
        order: order.id,
        order_number: order.number,
        v,
        w,
    })
}

async fn part(visit: Visit, Path(id): Path<Id<Deployment>>) -> Result<Response> {
    let (d, _, v) = view(&visit, id).await?;
    let mut response = show(&MachinePart { w: visit.w.clone(), v })?;
    if d.stage == Stage::Destroyed {
        response.headers_mut().insert("x-live", axum::http::HeaderValue::from_static("over"));
    }
    Ok(response)
}

/// Tells the page to look again: when the machine has changed, and each second while something is under way.
async fn follow(visit: Visit, Path(id): Path<Id<Deployment>>) -> Result<Response> {
    let person = visit.person()?.clone();
    let mut tx = visit.read().await?;
    let seen = letting_go::own(&mut tx, &person, id).await?.version;
    drop(tx);
    let market = visit.market.clone();
    let told = stream::unfold(seen, move |seen| {
        let (market, person) = (market.clone(), person.clone());
        async move { next_change(&market, &person, id, seen).await.ok().map(|now| ((), now)) }
    });
    Ok(changes(told).into_response())
}

#[derive(Template)]
#[template(path = "deployments/pages/mine.html")]
struct MinePage {
    w: Words,
    frame: Frame,
    rows: Vec<Row>,
    turner: Turner,
}

impl Page for MinePage {
    fn samples(frame: &Frame) -> Vec<Self> {
        [Vec::new(), sample_rows(&frame.w)]
            .map(|rows| MinePage {
                w: frame.w.clone(),
                frame: frame.clone(),
                rows,
                turner: Turner::default(),
            })
            .into()
    }
}

async fn mine(visit: Visit, Query(before): Query<Before>) -> Result<Response> {
    let person = visit.person()?.id;
    let mut tx = visit.read().await?;
    let before = before.id();
    let mut machines = record::of_person(&mut tx, person, before, 1 + PAGE as i64).await?;
    drop(tx);
    let turner = Turner::cut(&mut machines, PAGE, "/machines", before.is_some(), |d| d.id);
    let rows = machines.iter().map(|d| Row::of(&visit.w, d)).collect();
    show(&MinePage { w: visit.w.clone(), frame: visit.shop(), rows, turner })
}

#[derive(Template)]
#[template(path = "deployments/pages/sold.html")]
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

/// What a publisher sees of its customers' machines: which offer, when, how it stands. Names, users and keys are not theirs.
async fn sold(
    visit: Visit,
    Path(organisation): Path<Id<Organisation>>,
    Query(before): Query<Before>,
) -> Result<Response> {
    let mut tx = visit.read().await?;
    let by = visit.acting_for(&mut tx, organisation, Role::Contributor).await?;
    let before = before.id();
    let mut machines = record::of_organisation(&mut tx, organisation, before, 1 + PAGE as i64).await?;
    drop(tx);
    let address = portal_address(organisation, "/deployments");
    let turner = Turner::cut(&mut machines, PAGE, &address, before.is_some(), |d| d.id);
    let rows = machines.iter().map(|d| Row::of(&visit.w, d)).collect();
    show(&SoldPage { w: visit.w.clone(), frame: visit.portal(by.organisation()), rows, turner })
}

async fn wish(visit: Visit, Path((id, wish)): Path<(Id<Deployment>, String)>) -> Result<Response> {
    let person = visit.person()?.clone();
    let mut tx = visit.write().await?;
    match wish.as_str() {
        "stop" => super::stop(&mut tx, &person, id).await?,
        "start" => super::start(&mut tx, &person, id).await?,
        "restart" => super::restart(&mut tx, &person, id).await?,
        "try-again" => super::try_again(&mut tx, &person, id).await?,
        "delete" => super::destroy(&mut tx, &person, id).await?,
        _ => return Err(house::error::NotFound.into()),
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/machines/{id}")).into_response())
}

/// Waits until the machine is another than `before`, or for a tick while it moves.
async fn next_change(market: &Market, person: &Person, id: Id<Deployment>, before: i64) -> Result<i64> {
    let mut commits = market.database().changes();
    loop {
        let ticked = tokio::time::timeout(TICK, commits.changed()).await.is_err();
        let mut tx = market.read().await?;
        let d = letting_go::own(&mut tx, person, id).await?;
        drop(tx);
        if d.version != before || (ticked && d.is_moving()) {
            return Ok(d.version);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_drawn_in_every_language() {
        house::web::check_samples::<OrderPage>(&crate::market::sources());
        house::web::check_samples::<DeployPage>(&crate::market::sources());
        house::web::check_samples::<MachinePage>(&crate::market::sources());
        house::web::check_samples::<MinePage>(&crate::market::sources());
        house::web::check_samples::<SoldPage>(&crate::market::sources());
    }
}
