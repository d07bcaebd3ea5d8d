//! What is on sale and no longer passes, on the operator's desk: the list, and one of it with what can be decided.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use house::error::NotFound;
use house::web::{Badge, Decision, Form, Frame, Link, Page, State, show};
use house::words::Words;
use house::{Id, Result};
use serde::Deserialize;

use super::view::{FailingView, market_rule};
use super::{Decided, Failing, Listed, record, settle};
use crate::hall::pages::{Visit, done};
use crate::images::{self, Image};
use crate::market::Market;
use crate::people;

pub fn pages() -> Router<Market> {
    Router::new().route("/desk/failing", get(list)).route("/desk/failing/{image}", get(one).post(decide))
}

#[derive(Template)]
#[template(path = "publishing/failing/pages/list.html")]
struct ListPage {
    w: Words,
    frame: Frame,
    lines: Vec<Decision>,
    /// What the market does by itself, in one sentence.
    rule: String,
}

impl Page for ListPage {
    fn samples(frame: &Frame) -> Vec<ListPage> {
        let w = &frame.w;
        let line = |stopped| Decision {
            address: "/desk/failing/1".to_owned(),
            title: "Hardened nginx".to_owned(),
            line: "disk.vhd".to_owned(),
            kind: badge(w, &Failing::sample(stopped)),
            waiting_since: w.now(),
            due: None,
        };
        [Vec::new(), vec![line(true), line(false)]]
            .map(|lines| ListPage { w: w.clone(), frame: frame.clone(), lines, rule: "…".to_owned() })
            .into()
    }
}

/// What becomes of its sales, as a mark.
fn badge(w: &Words, failing: &Failing) -> Badge {
    match (failing.is_stopped(), failing.will_stop_at()) {
        (true, _) => Badge::state(State::Fail, w.say("publishing-failing-badge-stopped")),
        (false, Some(_)) => Badge::state(State::Warn, w.say("publishing-failing-badge-stops")),
        (false, None) => Badge::state(State::Warn, w.say("publishing-failing-badge-sold")),
    }
}

async fn list(visit: Visit) -> Result<Response> {
    let operator = visit.operator()?;
    let w = visit.w.clone();
    let mut tx = visit.read().await?;
    let mut lines = Vec::new();
    for failing in record::all(&mut tx).await? {
        let Some(image) = images::image(&mut tx, failing.image).await? else { continue };
        lines.push(Decision {
            address: settle::address(image.id),
            title: titles(&w, &record::listed_with(&mut tx, image.id).await?).join(", "),
            line: image.file_name,
            kind: badge(&w, &failing),
            waiting_since: failing.since,
            due: failing.will_stop_at(),
        });
    }
    drop(tx);
    let rule = market_rule(&w, &visit.market);
    show(&ListPage { frame: visit.desk(&operator), lines, rule, w })
}

fn titles(w: &Words, listed: &[Listed]) -> Vec<String> {
    listed.iter().map(|listed| listed.version.document.listing_in(w.language()).title).collect()
}

#[derive(Template)]
#[template(path = "publishing/failing/pages/one.html")]
struct OnePage {
    w: Words,
    frame: Frame,
    at: String,
    publisher: String,
    view: FailingView,
    badge: Badge,
    offers: Vec<Link>,
    decided: Option<String>,
    can_stop: bool,
    can_sell: bool,
    can_see: bool,
}

impl Page for OnePage {
    fn samples(frame: &Frame) -> Vec<OnePage> {
        let w = &frame.w;
        let page = |stopped, decided: Option<&str>| OnePage {
            w: w.clone(),
            frame: frame.clone(),
            at: "/desk/failing/1".to_owned(),
            publisher: "Acme".to_owned(),
            view: FailingView::sample(w, stopped),
            badge: badge(w, &Failing::sample(stopped)),
            offers: vec![Link::new("Hardened nginx", "/market/acme/hardened-nginx")],
            decided: decided.map(|key| w.say(key).to_string()),
            can_stop: !stopped,
            can_sell: stopped,
            can_see: decided.is_none(),
        };
        vec![page(false, None), page(true, Some("publishing-failing-decided-stop"))]
    }
}

#[derive(Deserialize)]
struct Done {
    #[serde(default)]
    done: String,
}

async fn one(visit: Visit, Path(image): Path<Id<Image>>, Query(asked): Query<Done>) -> Result<Response> {
    let operator = visit.operator()?;
    let w = visit.w.clone();
    let mut tx = visit.read().await?;
    let failing = record::find(&mut tx, image).await?.ok_or(NotFound)?;
    let view = FailingView::of(&mut tx, &w, &failing).await?.ok_or(NotFound)?;
    let listed = record::listed_with(&mut tx, image).await?;
    let publisher = people::organisation(&mut tx, failing.organisation).await?;
    drop(tx);
    let mut frame = visit.desk(&operator);
    if asked.done == "yes" {
        frame.notices.push(done(&w, "publishing-failing-done"));
    }
    let decided = failing.decided.map(|decided| format!("publishing-failing-decided-{}", decided.name()));
    show(&OnePage {
        at: settle::address(image),
        publisher: publisher.map(|organisation| organisation.name).unwrap_or_default(),
        badge: badge(&w, &failing),
        offers: listed
            .iter()
            .map(|listed| Link::new(listed.version.document.listing_in(w.language()).title, &listed.address))
            .collect(),
        decided: decided.map(|key| w.say(&key).to_string()),
        can_stop: !failing.is_stopped(),
        can_sell: failing.is_stopped() || failing.will_stop_at().is_some(),
        can_see: failing.decided.is_none(),
        view,
        frame,
        w,
    })
}

async fn decide(visit: Visit, Path(image): Path<Id<Image>>, form: Form) -> Result<Response> {
    let operator = visit.operator()?;
    let decided = Decided::parse(form.value("decided")).ok_or(NotFound)?;
    let mut tx = visit.write().await?;
    super::decide(&mut tx, &visit.market, &operator, image, decided).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("{}?done=yes", settle::address(image))).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_is_drawn_in_every_language_sold_or_not() {
        house::web::check_samples::<ListPage>(&crate::market::sources());
        house::web::check_samples::<OnePage>(&crate::market::sources());
    }
}
