//! Tokens: how programs act for a person in an organisation. The secret is shown once; its hash is kept.

use std::time::Duration;

use house::error::NotFound;
use house::{Id, Result, Timestamp, Tx, audit, chance};

use super::{ActingFor, Person, Refused, Role, acting_for, record};

/// How a token begins, so that whoever finds one in a file knows what it opens.
const PREFIX: &str = "halle_";
pub(super) const TOKENS_MAX: usize = 50;
/// Lives that a token can be given, in days.
pub const LIVES_DAYS: &[u64] = &[30, 90, 365];
/// The last use is noted at most this often.
const USE_NOTED_EVERY: Duration = Duration::from_secs(60 * 60);

/// A token as its owner sees it afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub id: Id<Token>,
    pub name: String,
    pub person: Id<Person>,
    pub person_name: String,
    pub made_at: Timestamp,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
}

/// Issues a token and returns its secret, which is told once.
pub async fn issue(tx: &mut Tx, by: &ActingFor, name: &str, life_days: u64) -> Result<String> {
    if record::tokens_of(tx, by.organisation.id).await?.len() >= TOKENS_MAX {
        return Err(Refused::TooManyTokens.into());
    }
    let secret = format!("{PREFIX}{}", chance::token(24)?);
    let token = Token {
        id: tx.new_id(),
        name: name.to_owned(),
        person: by.person.id,
        person_name: by.person.name.clone(),
        made_at: tx.now(),
        expires_at: tx.now() + Duration::from_secs(life_days * 24 * 60 * 60),
        used_at: None,
    };
    record::add_token(tx, &token, by.person.id, by.organisation.id, &chance::hash(&secret)).await?;
    let details = serde_json::json!({ "name": name, "days": life_days });
    audit::note(tx, &by.person.email, "people.issue_token", token.id, &details).await?;
    Ok(secret)
}

pub async fn tokens_of(tx: &mut Tx, by: &ActingFor) -> Result<Vec<Token>> {
    record::tokens_of(tx, by.organisation.id).await
}

/// Revokes a token at once: one's own, or as an owner anyone's.
pub async fn revoke(tx: &mut Tx, by: &ActingFor, token: Id<Token>) -> Result<()> {
    let all = record::tokens_of(tx, by.organisation.id).await?;
    let found = all.iter().find(|known| known.id == token).ok_or(NotFound)?;
    if found.person != by.person.id {
        by.must_own()?;
    }
    record::revoke_token(tx, by.organisation.id, token).await?;
    audit::note(tx, &by.person.email, "people.revoke_token", token, &found.name).await
}

/// For whom a program acts that shows this secret, and whether its use is to be noted.
pub async fn by_token(tx: &mut Tx, secret: &str) -> Result<(ActingFor, Option<Id<Token>>)> {
    let dead = || Refused::DeadToken;
    if !secret.starts_with(PREFIX) {
        return Err(dead().into());
    }
    let found = record::token(tx, &chance::hash(secret)).await?;
    let (token, person, organisation, used_at) = found.ok_or_else(dead)?;
    let by = acting_for(tx, &person, organisation, Role::Contributor).await?;
    let noted = used_at.is_some_and(|at| at + USE_NOTED_EVERY > tx.now());
    Ok((by, (!noted).then_some(token)))
}

/// Notes that a token was used.
pub async fn note_use(tx: &mut Tx, token: Id<Token>) -> Result<()> {
    record::note_token_use(tx, token).await
}
