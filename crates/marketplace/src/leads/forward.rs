//! Forwarding: a lead becomes a letter or the call of a web hook, and what was answered is kept.

use house::error::NotFound;
use house::jobs::{Claim, Handlers, Next};
use house::mail::Letter;
use house::outbox::{self, State};
use house::words::{Language, Words};
use house::{Id, Result, Tx, audit};
use serde::Serialize;

use super::{Action, Delivery, Lead, Refused, record};
use crate::market::Market;
use crate::offers::LeadDestination;
use crate::people::{self, ActingFor, Organisation};

/// The job that writes the parcel; its subject is the lead, its payload the destination.
pub(super) const FORWARD: &str = "leads.forward";

/// What a web hook receives, under the names that receivers of leads know.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Payload<'a> {
    user_details: UserDetails<'a>,
    lead_source: String,
    action_code: &'static str,
    offer_title: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct UserDetails<'a> {
    first_name: &'a str,
    last_name: &'a str,
    email: &'a str,
    phone: &'a str,
    country: &'a str,
    company: &'a str,
    title: &'a str,
}

impl<'a> Payload<'a> {
    fn of(lead: &'a Lead) -> Payload<'a> {
        let contact = &lead.contact;
        Payload {
            user_details: UserDetails {
                first_name: &contact.first_name,
                last_name: &contact.last_name,
                email: &contact.email,
                phone: &contact.phone,
                country: &contact.country,
                company: &contact.company,
                title: &contact.title,
            },
            lead_source: format!("Halle-{}|{}", lead.action.code(), lead.offer_address),
            action_code: lead.action.code(),
            offer_title: &lead.offer_title,
        }
    }
}

pub(super) fn handle(handlers: &mut Handlers, market: &Market) {
    let market = market.clone();
    handlers.on(FORWARD, move |claim| forward(claim, market.clone()));
}

async fn forward(claim: Claim, market: Market) -> Result<Next> {
    let destination: LeadDestination = serde_json::from_str(&claim.payload)?;
    let mut tx = claim.write().await?;
    let Some((lead, organisation)) = record::find(&mut tx, claim.subject_id()?).await? else {
        return Ok(Next::Done);
    };
    // The job may have got this far before: one lead, one parcel.
    if lead.parcel.is_some() {
        return claim.finish(tx).await;
    }
    let parcel = match &destination {
        LeadDestination::None => return claim.finish(tx).await,
        LeadDestination::Email { address } => {
            let words = market.words(language_of(&mut tx, organisation).await?);
            outbox::letter(&mut tx, lead.id, &letter(&words, &lead, address)).await?
        }
        LeadDestination::Webhook { url, secret } => {
            outbox::webhook(&mut tx, lead.id, url, secret, "lead", &Payload::of(&lead)).await?
        }
    };
    record::set_parcel(&mut tx, lead.id, parcel).await?;
    claim.finish(tx).await
}

/// The language of a publisher: that of its first owner.
async fn language_of(tx: &mut Tx, organisation: Id<Organisation>) -> Result<Language> {
    let members = people::members_of(tx, organisation).await?;
    Ok(members.first().map_or(Language::En, |(person, _)| person.language))
}

fn letter(w: &Words, lead: &Lead, to: &str) -> Letter {
    let contact = &lead.contact;
    let name = format!("{} {}", contact.first_name, contact.last_name);
    let (title, opening) = match lead.action {
        Action::Install => ("leads-letter-install", "leads-letter-install-text"),
        Action::ContactMe => ("leads-letter-contact", "leads-letter-contact-text"),
        Action::Test => ("leads-letter-test", "leads-letter-test-text"),
    };
    let mut body = w.say(opening).with("offer", &lead.offer_title).to_string();
    body.push_str("\n\n");
    for (key, value) in [
        ("leads-name", name.trim()),
        ("leads-email", &contact.email),
        ("leads-phone", &contact.phone),
        ("leads-company", &contact.company),
        ("leads-title", &contact.title),
        ("leads-country", &contact.country),
        ("leads-offer", &lead.offer_address),
    ] {
        if !value.is_empty() {
            body.push_str(
                &w.say("leads-letter-line").with("name", w.say(key)).with("value", value).to_string(),
            );
            body.push('\n');
        }
    }
    Letter { to: to.to_owned(), title: w.say(title).with("offer", &lead.offer_title).to_string(), body }
}

/// How far a lead has come.
pub async fn delivery(tx: &mut Tx, lead: &Lead) -> Result<Delivery> {
    if !lead.forwarded {
        return Ok(Delivery::Kept);
    }
    let parcel = match lead.parcel {
        Some(parcel) => outbox::find(tx, parcel).await?,
        None => None,
    };
    Ok(match parcel {
        None => Delivery::Waiting { attempts: 0, answer: None },
        Some(parcel) if parcel.state == State::Delivered => {
            Delivery::Delivered { answer: parcel.answer.unwrap_or_default() }
        }
        Some(parcel) => Delivery::Waiting { attempts: parcel.attempts, answer: parcel.answer },
    })
}

/// How far a lead has come, by its id. For those who made it.
pub async fn delivery_of(tx: &mut Tx, lead: Id<Lead>) -> Result<Delivery> {
    match record::find(tx, lead).await? {
        Some((lead, _)) => delivery(tx, &lead).await,
        None => Err(NotFound.into()),
    }
}

/// Sends a lead again: the same parcel, under the same id, so that a receiver can know it again.
pub async fn replay(tx: &mut Tx, by: &ActingFor, lead: Id<Lead>) -> Result<()> {
    let found = record::find(tx, lead).await?.filter(|(_, owner)| *owner == by.organisation().id);
    let (lead, _) = found.ok_or(NotFound)?;
    let parcel = lead.parcel.ok_or(Refused::NothingToReplay)?;
    outbox::replay(tx, parcel).await?;
    audit::note(tx, &by.person().email, "leads.replay", lead.id, &()).await
}
