use house::{Id, Result, Tx, audit};

use super::{AGREEMENTS, Agreement, record};
use crate::people::{ActingFor, Organisation};

/// The agreements whose newest edition this organisation has not accepted.
pub async fn outstanding(tx: &mut Tx, organisation: Id<Organisation>) -> Result<Vec<&'static Agreement>> {
    let accepted = record::acceptances(tx, organisation).await?;
    let open = AGREEMENTS.iter().filter(|agreement| {
        !accepted.iter().any(|(id, edition)| id == agreement.id && edition == agreement.edition())
    });
    Ok(open.collect())
}

/// Accepts the newest editions of these agreements.
pub async fn accept(tx: &mut Tx, by: &ActingFor, agreements: &[&'static Agreement]) -> Result<()> {
    for agreement in agreements {
        record::add_acceptance(tx, by.organisation().id, by.person().id, agreement).await?;
        let details = serde_json::json!({ "agreement": agreement.id, "edition": agreement.edition() });
        audit::note(tx, &by.person().email, "sellers.accept", by.organisation().id, &details).await?;
    }
    Ok(())
}
