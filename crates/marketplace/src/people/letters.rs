//! The letters of this chapter, each in its reader's language.

use house::mail::Letter;
use house::words::Language;
use house::{Result, Tx, outbox};

use super::{ActingFor, Email, Person, recover};
use crate::market::Market;

pub(super) async fn new_password(tx: &mut Tx, market: &Market, to: &Person, token: &str) -> Result<()> {
    let w = market.words(to.language);
    let name = &market.settings().name;
    let letter = Letter {
        to: to.email.clone(),
        title: w.say("people-letter-password-title").with("market", name).to_string(),
        body: w
            .say("people-letter-password-body")
            .with("market", name)
            .with("name", &to.name)
            .with("hours", recover::LINK_HOURS)
            .with("link", format!("{}/password/{token}", market.settings().address))
            .to_string(),
    };
    outbox::letter(tx, to.id, &letter).await?;
    Ok(())
}

pub(super) async fn invitation(
    tx: &mut Tx,
    market: &Market,
    by: &ActingFor,
    to: &Email,
    language: Language,
    token: &str,
) -> Result<()> {
    let w = market.words(language);
    let (name, organisation) = (&market.settings().name, &by.organisation().name);
    let letter = Letter {
        to: to.text().to_owned(),
        title: w.say("people-letter-invitation-title").with("organisation", organisation).to_string(),
        body: w
            .say("people-letter-invitation-body")
            .with("market", name)
            .with("person", &by.person().name)
            .with("organisation", organisation)
            .with("link", format!("{}/join/{token}", market.settings().address))
            .to_string(),
    };
    outbox::letter(tx, by.organisation().id, &letter).await?;
    Ok(())
}
