//! Invitations into an organisation: a letter with a link that works for a week, once.

use std::time::Duration;

use house::{Result, Timestamp, Tx, audit, chance};

use super::record::Purpose;
use super::{ActingFor, Email, Organisation, Person, Refused, Role, letters, record};
use crate::market::Market;

const LIFE_DAYS: u64 = 7;
/// Invitations of one organisation that are open at the same time: letters to strangers are not a way to send mail.
pub(super) const INVITATIONS_MAX: usize = 50;

/// An open invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub organisation: Organisation,
    pub email: String,
    pub role: Role,
    pub expires_at: Timestamp,
}

/// Invites someone by letter. Owners may.
pub async fn invite(tx: &mut Tx, market: &Market, by: &ActingFor, email: &Email, role: Role) -> Result<()> {
    by.must_own()?;
    let members = record::members_of(tx, by.organisation.id).await?;
    if members.iter().any(|(member, _)| member.email == email.text()) {
        return Err(Refused::MemberAlready.into());
    }
    if record::open_invitations(tx, by.organisation.id).await?.len() >= INVITATIONS_MAX {
        return Err(Refused::TooManyInvitations.into());
    }
    let token = chance::token(24)?;
    let end = tx.now() + Duration::from_secs(LIFE_DAYS * 24 * 60 * 60);
    record::add_link(tx, Purpose::Join(&by.organisation, role), email, &chance::hash(&token), end).await?;
    let details = serde_json::json!({ "email": email.text(), "role": role.code() });
    audit::note(tx, &by.person.email, "people.invite", by.organisation.id, &details).await?;
    // Someone who is here already is written to in their language, anyone else in that of who invites.
    let known = record::person_at(tx, email.text()).await?;
    let language = known.map_or(by.person.language, |(person, _)| person.language);
    letters::invitation(tx, market, by, email, language, &token).await
}

/// The invitation behind a link, while it is open.
pub async fn invitation(tx: &mut Tx, token: &str) -> Result<Invitation> {
    record::invitation(tx, &chance::hash(token)).await?.ok_or_else(|| Refused::DeadLink.into())
}

/// The invitations into an organisation that are still open.
pub async fn invitations_of(tx: &mut Tx, by: &ActingFor) -> Result<Vec<Invitation>> {
    record::open_invitations(tx, by.organisation.id).await
}

/// Joins by a link. Who holds the letter may use it, whichever address they signed up with.
pub async fn accept(tx: &mut Tx, who: &Person, token: &str) -> Result<Organisation> {
    let invitation = invitation(tx, token).await?;
    if !record::use_link(tx, &chance::hash(token)).await? {
        return Err(Refused::DeadLink.into());
    }
    let organisation = invitation.organisation;
    if !record::add_member(tx, organisation.id, who.id, invitation.role).await? {
        return Err(Refused::MemberAlready.into());
    }
    tx.concerns(organisation.id);
    audit::note(tx, &who.email, "people.accept", organisation.id, &invitation.role.code()).await?;
    Ok(organisation)
}
