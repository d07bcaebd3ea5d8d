//! Passwords that are chosen anew: by a link in a letter, or by who knows the old one.

use std::time::Duration;

use house::words::Language;
use house::{Result, Tx, audit, chance, sessions};

use super::record::Purpose;
use super::{Email, Hashed, Person, Refused, letters, record};
use crate::market::Market;

/// How long a link to a new password works.
pub(super) const LINK_HOURS: u64 = 24;
/// Letters with such a link that one address gets in an hour.
const LETTERS_MAX: i64 = 3;

/// Sends a letter with a link to a new password, if someone has this address. Whether anyone does is not told.
pub async fn ask_for_link(tx: &mut Tx, market: &Market, email: &Email) -> Result<()> {
    let since = tx.now() - Duration::from_secs(60 * 60);
    let Some((person, _)) = record::person_at(tx, email.text()).await? else { return Ok(()) };
    if record::password_links_since(tx, email.text(), since).await? >= LETTERS_MAX {
        return Ok(());
    }
    let token = add_link(tx, email).await?;
    audit::note(tx, &person.email, "people.ask_for_link", person.id, &()).await?;
    letters::new_password(tx, market, &person, &token).await
}

/// Makes someone an operator, and the person first if there is none. Returns the token of a link to a password of their own.
pub async fn make_operator(tx: &mut Tx, email: &Email, name: &str, language: Language) -> Result<String> {
    let (id, email_text) = (tx.new_id(), email.text().to_owned());
    let person = Person { id, email: email_text, name: name.to_owned(), language, operator: true };
    let person = match record::person_at(tx, email.text()).await? {
        Some((known, _)) => known,
        None => {
            record::add_person(tx, &person, None).await?;
            person
        }
    };
    record::set_operator(tx, person.id).await?;
    audit::note(tx, audit::HOUSE, "people.make_operator", person.id, &person.email).await?;
    add_link(tx, email).await
}

async fn add_link(tx: &mut Tx, email: &Email) -> Result<String> {
    let token = chance::token(24)?;
    let end = tx.now() + Duration::from_secs(LINK_HOURS * 60 * 60);
    record::add_link(tx, Purpose::Password, email, &chance::hash(&token), end).await?;
    Ok(token)
}

/// Whose password this link opens.
pub async fn link_owner(tx: &mut Tx, token: &str) -> Result<Person> {
    let email = record::password_link(tx, &chance::hash(token)).await?.ok_or(Refused::DeadLink)?;
    let (person, _) = record::person_at(tx, &email).await?.ok_or(Refused::DeadLink)?;
    Ok(person)
}

/// Sets a new password by a link, once. Wherever the person was signed in, they are no longer.
pub async fn choose(tx: &mut Tx, token: &str, password: &Hashed) -> Result<Person> {
    let person = link_owner(tx, token).await?;
    if !record::use_link(tx, &chance::hash(token)).await? {
        return Err(Refused::DeadLink.into());
    }
    record::use_password_links(tx, &person.email).await?;
    settle(tx, &person, password, "people.choose_password").await?;
    Ok(person)
}

/// Sets a new password for someone who has just shown the old one.
pub async fn change(tx: &mut Tx, who: &Person, password: &Hashed) -> Result<()> {
    settle(tx, who, password, "people.change_password").await
}

async fn settle(tx: &mut Tx, person: &Person, password: &Hashed, what: &'static str) -> Result<()> {
    record::set_password(tx, person.id, password).await?;
    record::forget_guesses(tx, &person.email).await?;
    sessions::end_all(tx, person.id).await?;
    audit::note(tx, &person.email, what, person.id, &()).await
}
