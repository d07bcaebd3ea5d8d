use house::{Result, Tx, audit};

use super::{Organisation, Person, Role, record};

/// Founds an organisation; whoever does it owns it.
pub async fn found(tx: &mut Tx, who: &Person, name: &str) -> Result<Organisation> {
    let organisation = record::add_organisation(tx, name).await?;
    record::add_member(tx, organisation.id, who.id, Role::Owner).await?;
    tx.concerns(organisation.id);
    audit::note(tx, &who.email, "people.found", organisation.id, &name).await?;
    Ok(organisation)
}
