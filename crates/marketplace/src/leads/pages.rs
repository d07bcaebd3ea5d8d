//! The page of a publisher's leads: who, about what, and whether the word of it arrived.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use house::error::NotFound;
use house::web::{Badge, Frame, State, Turner, show};
use house::words::Words;
use house::{Id, Result, Timestamp, mail};

use super::{Action, Delivery, Lead, delivery, export, leads_of, replay};
use crate::hall::pages::Visit;
use crate::hall::portal_address;
use crate::market::Market;
use crate::people::Role;

/// Leads on one page.
const LIST: usize = 50;
/// Leads in one export; older ones are asked for by `before`.
const EXPORT_MAX: i64 = 10_000;

pub fn pages() -> Router<Market> {
    Router::new()
        .route("/sell/{organisation}/leads", get(list))
        .route("/sell/{organisation}/leads.csv", get(table))
        .route("/sell/{organisation}/leads/{lead}/replay", post(again))
}

#[derive(Template)]
#[template(path = "leads/pages/leads.html")]
struct LeadsPage {
    w: Words,
    frame: Frame,
    base: String,
    offers: String,
    leads: Vec<LeadLine>,
    turner: Turner,
}

struct LeadLine {
    id: Id<Lead>,
    name: String,
    /// Everything by which they are reached.
    reach: String,
    offer: String,
    action: String,
    made_at: Timestamp,
    delivery: Badge,
    answer: String,
    can_be_replayed: bool,
}

#[derive(serde::Deserialize)]
struct Before {
    before: Option<String>,
}

fn id<T>(text: &str) -> Result<Id<T>> {
    Id::parse(text).map_err(|_| NotFound.into())
}

async fn list(
    visit: Visit,
    Path(organisation): Path<String>,
    Query(before): Query<Before>,
) -> Result<Response> {
    let mut tx = visit.read().await?;
    let by = visit.acting_for(&mut tx, id(&organisation)?, Role::Contributor).await?;
    let before = before.before.as_deref().map(id).transpose()?;
    let mut found = leads_of(&mut tx, &by, before, LIST as i64 + 1).await?;
    let w = visit.w.clone();
    let base = portal_address(by.organisation().id, "/leads");
    let turner = Turner::cut(&mut found, LIST, &base, before.is_some(), |lead| lead.id);
    let mut leads = Vec::new();
    for lead in &found {
        let delivery = delivery(&mut tx, lead).await?;
        leads.push(LeadLine::new(&w, lead, &delivery));
    }
    show(&LeadsPage {
        frame: visit.portal(by.organisation()),
        offers: portal_address(by.organisation().id, "/offers"),
        turner,
        base,
        leads,
        w,
    })
}

impl LeadLine {
    fn new(w: &Words, lead: &Lead, delivery: &Delivery) -> LeadLine {
        let contact = &lead.contact;
        let reach = [&contact.email, &contact.phone, &contact.company, &contact.title, &contact.country];
        let reach: Vec<&str> =
            reach.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        let (badge, answer) = match delivery {
            Delivery::Kept => (Badge::new("inbox", w.say("leads-kept")), String::new()),
            Delivery::Waiting { attempts: 0, .. } => {
                (Badge::state(State::Wait, w.say("leads-waiting")), String::new())
            }
            Delivery::Waiting { attempts, answer } => {
                let tried = w.say("leads-tried").with("attempts", *attempts);
                (
                    Badge::state(State::Warn, tried),
                    answer.as_deref().map(|answer| mail::told(w, answer)).unwrap_or_default(),
                )
            }
            Delivery::Delivered { answer } => {
                (Badge::state(State::Pass, w.say("leads-delivered")), mail::told(w, answer))
            }
        };
        let action = match lead.action {
            Action::Install => "leads-action-install",
            Action::ContactMe => "leads-action-contact",
            Action::Test => "leads-action-test",
        };
        LeadLine {
            id: lead.id,
            name: format!("{} {}", contact.first_name, contact.last_name).trim().to_owned(),
            reach: reach.join(" · "),
            offer: lead.offer_title.clone(),
            action: w.say(action).to_string(),
            made_at: lead.made_at,
            delivery: badge,
            answer,
            can_be_replayed: lead.parcel.is_some(),
        }
    }
}

async fn table(
    visit: Visit,
    Path(organisation): Path<String>,
    Query(before): Query<Before>,
) -> Result<Response> {
    let mut tx = visit.read().await?;
    let by = visit.acting_for(&mut tx, id(&organisation)?, Role::Contributor).await?;
    let before = before.before.as_deref().map(id).transpose()?;
    let leads = leads_of(&mut tx, &by, before, EXPORT_MAX).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"leads.csv\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, export::csv(&leads)).into_response())
}

async fn again(visit: Visit, Path((organisation, lead)): Path<(String, String)>) -> Result<Response> {
    let mut tx = visit.write().await?;
    let by = visit.acting_for(&mut tx, id(&organisation)?, Role::Contributor).await?;
    replay(&mut tx, &by, id(&lead)?).await?;
    tx.commit().await?;
    Ok(Redirect::to(&portal_address(by.organisation().id, "/leads")).into_response())
}
