//! Letters about machines: one when it is ready, one when it failed.

use house::mail::Letter;
use house::words::{Text, Words};
use house::{Result, Tx, outbox};

use super::Deployment;
use crate::market::Market;
use crate::people::{self, Person};

pub async fn ready(tx: &mut Tx, market: &Market, d: &Deployment) -> Result<()> {
    let Some(customer) = people::person(tx, d.person).await? else { return Ok(()) };
    let w = market.words(customer.language);
    let body = w
        .say("deployments-letter-ready")
        .with("name", &customer.name)
        .with("host", &d.host_name)
        .with("title", &d.offer_title)
        .with("user", &d.user_name)
        .with("address", address(market, d))
        .with("market", &market.settings().name)
        .to_string();
    send(tx, d, &customer, title(&w, "deployments-letter-ready-title", d), body).await
}

pub async fn failed(tx: &mut Tx, market: &Market, d: &Deployment, reason: &Text) -> Result<()> {
    let Some(customer) = people::person(tx, d.person).await? else { return Ok(()) };
    let w = market.words(customer.language);
    let body = w
        .say("deployments-letter-failed")
        .with("name", &customer.name)
        .with("host", &d.host_name)
        .with("title", &d.offer_title)
        .with("reason", w.tell(reason))
        .with("address", address(market, d))
        .with("market", &market.settings().name)
        .to_string();
    send(tx, d, &customer, title(&w, "deployments-letter-failed-title", d), body).await
}

async fn send(tx: &mut Tx, d: &Deployment, to: &Person, title: String, body: String) -> Result<()> {
    outbox::letter(tx, d.id, &Letter { to: to.email.clone(), title, body }).await?;
    Ok(())
}

fn title(w: &Words, key: &str, d: &Deployment) -> String {
    w.say(key).with("host", &d.host_name).to_string()
}

fn address(market: &Market, d: &Deployment) -> String {
    format!("{}/machines/{}", market.settings().address, d.id)
}
