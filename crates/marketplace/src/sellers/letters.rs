//! The letters of this chapter, each in its reader's language.

use house::mail::Letter;
use house::words::Language;
use house::{Result, Tx, outbox};

use super::{Nomination, Registration, Stage};
use crate::hall::portal_address;
use crate::market::Market;
use crate::people::Person;

/// Tells an operator that a nomination waits.
pub(super) async fn nominated(
    tx: &mut Tx,
    market: &Market,
    nomination: &Nomination,
    to: &Person,
) -> Result<()> {
    let w = market.words(to.language);
    let letter = Letter {
        to: to.email.clone(),
        title: w
            .say("sellers-letter-nominated-title")
            .with("organisation", &nomination.organisation.name)
            .with("product", &nomination.nominee.product)
            .to_string(),
        body: w
            .say("sellers-letter-nominated-body")
            .with("organisation", &nomination.organisation.name)
            .with("product", &nomination.nominee.product)
            .with("summary", &nomination.nominee.summary)
            .with("link", desk_link(market, nomination))
            .to_string(),
    };
    outbox::letter(tx, nomination.id, &letter).await?;
    Ok(())
}

/// Tells an operator that a question was answered.
pub(super) async fn answered(
    tx: &mut Tx,
    market: &Market,
    nomination: &Nomination,
    to: &Person,
) -> Result<()> {
    let w = market.words(to.language);
    let letter = Letter {
        to: to.email.clone(),
        title: w
            .say("sellers-letter-answered-title")
            .with("organisation", &nomination.organisation.name)
            .to_string(),
        body: w
            .say("sellers-letter-answered-body")
            .with("organisation", &nomination.organisation.name)
            .with("question", nomination.question.as_deref().unwrap_or_default())
            .with("answer", nomination.answer.as_deref().unwrap_or_default())
            .with("link", desk_link(market, nomination))
            .to_string(),
    };
    outbox::letter(tx, nomination.id, &letter).await?;
    Ok(())
}

/// Tells a publisher what the operator decided, or asks.
pub(super) async fn decided(
    tx: &mut Tx,
    market: &Market,
    nomination: &Nomination,
    language: Language,
    email: &str,
    name: &str,
) -> Result<()> {
    let w = market.words(language);
    let (title, body) = match &nomination.stage {
        Stage::Approved { .. } => ("sellers-letter-approved-title", "sellers-letter-approved-body"),
        Stage::Rejected { .. } => ("sellers-letter-rejected-title", "sellers-letter-rejected-body"),
        Stage::Asked | Stage::Submitted => ("sellers-letter-asked-title", "sellers-letter-asked-body"),
    };
    let at = portal_address(nomination.organisation.id, "");
    let (product, market_name) = (&nomination.nominee.product, &market.settings().name);
    let body = w
        .say(body)
        .with("name", name)
        .with("product", product)
        .with("market", market_name)
        .with("link", format!("{}{at}", market.settings().address));
    let body = match &nomination.stage {
        Stage::Approved { waiver_code, .. } => body
            .with("code", waiver_code)
            .with("fee", w.money(market.settings().registration_fee_minor, &market.settings().currency)),
        Stage::Rejected { reason, .. } => body.with("reason", reason),
        Stage::Asked | Stage::Submitted => {
            body.with("question", nomination.question.as_deref().unwrap_or_default())
        }
    };
    let title = w.say(title).with("product", product).with("market", market_name).to_string();
    let letter = Letter { to: email.to_owned(), title, body: body.to_string() };
    outbox::letter(tx, nomination.id, &letter).await?;
    Ok(())
}

/// Confirms a registration.
pub(super) async fn registered(
    tx: &mut Tx,
    market: &Market,
    registration: &Registration,
    to: &Person,
) -> Result<()> {
    let w = market.words(to.language);
    let settings = market.settings();
    let publisher = &registration.company.display_name;
    let at = portal_address(registration.organisation, "");
    let fee = match registration.fee_minor {
        0 => w.say("sellers-letter-fee-waived").to_string(),
        fee => {
            let fee = w.money(fee, &settings.currency);
            w.say("sellers-letter-fee-due").with("fee", fee).to_string()
        }
    };
    let letter = Letter {
        to: to.email.clone(),
        title: w.say("sellers-letter-registered-title").with("publisher", publisher).to_string(),
        body: w
            .say("sellers-letter-registered-body")
            .with("name", &to.name)
            .with("publisher", publisher)
            .with("market", &settings.name)
            .with("fee", fee)
            .with("link", format!("{}{at}", settings.address))
            .to_string(),
    };
    outbox::letter(tx, registration.organisation, &letter).await?;
    Ok(())
}

fn desk_link(market: &Market, nomination: &Nomination) -> String {
    format!("{}/desk/nominations/{}", market.settings().address, nomination.id)
}
