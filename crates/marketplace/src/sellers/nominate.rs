use std::time::Duration;

use house::error::NotFound;
use house::{Id, Result, Tx, audit};

use super::{Country, Nomination, Refused, Relation, Stage, Support, letters, record};
use crate::market::Market;
use crate::people::{self, ActingFor, Email, Organisation, Waiting};

/// By when a nomination is promised a decision.
const DECISION_WITHIN: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// What a nomination tells of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nominee {
    pub product: String,
    pub summary: String,
    pub relation: Relation,
    /// What shows the relation.
    pub relation_shown: String,
    pub audience: String,
    pub support: Support,
    pub country: Country,
    pub contact_name: String,
    pub contact_email: Email,
    pub contact_phone: String,
}

/// Nominates a product; the operators get a letter.
pub async fn nominate(tx: &mut Tx, market: &Market, by: &ActingFor, nominee: Nominee) -> Result<Nomination> {
    let organisation = by.organisation();
    record::hold_nominations(tx, organisation.id).await?;
    let newest = record::newest_nomination(tx, organisation.id).await?;
    if newest.is_some_and(|newest| !matches!(newest.stage, Stage::Rejected { .. })) {
        return Err(Refused::NominatedAlready.into());
    }
    let nomination = Nomination {
        id: tx.new_id(),
        organisation: organisation.clone(),
        person: by.person().id,
        nominee,
        stage: Stage::Submitted,
        question: None,
        answer: None,
        made_at: tx.now(),
        version: 1,
    };
    record::add_nomination(tx, &nomination).await?;
    let details = serde_json::json!({ "product": nomination.nominee.product });
    audit::note(tx, &by.person().email, "sellers.nominate", nomination.id, &details).await?;
    put_on_desk(tx, &nomination).await?;
    for operator in people::operators(tx).await? {
        letters::nominated(tx, market, &nomination, &operator).await?;
    }
    Ok(nomination)
}

pub async fn nomination(tx: &mut Tx, id: Id<Nomination>) -> Result<Nomination> {
    record::nomination(tx, id).await?.ok_or_else(|| NotFound.into())
}

/// The newest nomination of an organisation.
pub async fn nomination_of(tx: &mut Tx, organisation: Id<Organisation>) -> Result<Option<Nomination>> {
    record::newest_nomination(tx, organisation).await
}

/// Lays a nomination on the operator's desk.
pub(super) async fn put_on_desk(tx: &mut Tx, nomination: &Nomination) -> Result<()> {
    let waiting = Waiting {
        kind: "sellers-decision".to_owned(),
        title: nomination.nominee.product.clone(),
        line: nomination.organisation.name.clone(),
        address: format!("/desk/nominations/{}", nomination.id),
        since: nomination.made_at,
        due: Some(nomination.made_at + DECISION_WITHIN),
    };
    people::put_on_desk(tx, nomination.id, &waiting).await
}
