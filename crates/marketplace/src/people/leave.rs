//! Members go, and change what they may do. An organisation keeps an owner, whatever happens.

use house::error::NotFound;
use house::{Id, Result, Tx, audit};

use super::{ActingFor, Person, Refused, Role, record};

/// Leaves the organisation; programs that acted for the person there no longer do.
pub async fn leave(tx: &mut Tx, by: &ActingFor) -> Result<()> {
    must_keep_an_owner(tx, by, by.person.id).await?;
    record::remove_member(tx, by.organisation.id, by.person.id).await?;
    audit::note(tx, &by.person.email, "people.leave", by.organisation.id, &()).await
}

/// Ends someone's membership. Owners may.
pub async fn dismiss(tx: &mut Tx, by: &ActingFor, member: Id<Person>) -> Result<()> {
    by.must_own()?;
    let person = must_keep_an_owner(tx, by, member).await?;
    record::remove_member(tx, by.organisation.id, member).await?;
    audit::note(tx, &by.person.email, "people.dismiss", by.organisation.id, &person.email).await
}

/// Gives a member another role. Owners may.
pub async fn appoint(tx: &mut Tx, by: &ActingFor, member: Id<Person>, role: Role) -> Result<()> {
    by.must_own()?;
    let person = match role {
        Role::Owner => held_member(tx, by, member).await?.0,
        Role::Contributor => must_keep_an_owner(tx, by, member).await?,
    };
    record::set_role(tx, by.organisation.id, member, role).await?;
    let details = serde_json::json!({ "email": person.email, "role": role.code() });
    audit::note(tx, &by.person.email, "people.appoint", by.organisation.id, &details).await
}

async fn held_member(tx: &mut Tx, by: &ActingFor, member: Id<Person>) -> Result<(Person, bool)> {
    record::hold_members(tx, by.organisation.id).await?;
    let members = record::members_of(tx, by.organisation.id).await?;
    let others_own = members.iter().any(|(person, role)| person.id != member && *role == Role::Owner);
    let found = members.into_iter().find(|(person, _)| person.id == member);
    let (person, _) = found.ok_or(NotFound)?;
    Ok((person, others_own))
}

/// Refuses when nobody but this member owns the organisation.
async fn must_keep_an_owner(tx: &mut Tx, by: &ActingFor, member: Id<Person>) -> Result<Person> {
    let (person, others_own) = held_member(tx, by, member).await?;
    if others_own { Ok(person) } else { Err(Refused::LastOwner.into()) }
}
