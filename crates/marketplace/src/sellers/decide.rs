//! The operator decides about a nomination, or asks first.

use house::{Id, Result, Tx, audit, chance};

use super::{Event, Nomination, letters, nominate, record};
use crate::market::Market;
use crate::people::{self, ActingFor, Operator, Person};

/// Approves: a letter carries the waiver code and what comes next.
pub async fn approve(tx: &mut Tx, market: &Market, by: &Operator, nomination: Id<Nomination>) -> Result<()> {
    let waiver_code = chance::token(6)?.to_uppercase();
    let nomination = decide(tx, by, nomination, Event::Approved { waiver_code }, "sellers.approve").await?;
    tell(tx, market, &nomination).await
}

/// Rejects: a letter carries the reason. The organisation may nominate again.
pub async fn reject(
    tx: &mut Tx,
    market: &Market,
    by: &Operator,
    nomination: Id<Nomination>,
    reason: String,
) -> Result<()> {
    let nomination = decide(tx, by, nomination, Event::Rejected { reason }, "sellers.reject").await?;
    tell(tx, market, &nomination).await
}

/// Asks: a letter carries the question, and the nomination waits for the answer.
pub async fn ask(
    tx: &mut Tx,
    market: &Market,
    by: &Operator,
    nomination: Id<Nomination>,
    question: String,
) -> Result<()> {
    let mut nomination = nominate::nomination(tx, nomination).await?;
    nomination.question = Some(question);
    nomination.answer = None;
    let nomination = step(tx, &by.person().email, nomination, Event::Asked, "sellers.ask").await?;
    people::take_off_desk(tx, nomination.id).await?;
    tell(tx, market, &nomination).await
}

/// Answers the operator's question.
pub async fn answer(
    tx: &mut Tx,
    market: &Market,
    by: &ActingFor,
    nomination: Id<Nomination>,
    answer: String,
) -> Result<()> {
    let mut nomination = nominate::nomination(tx, nomination).await?;
    if nomination.organisation.id != by.organisation().id {
        return Err(house::error::NotFound.into());
    }
    nomination.answer = Some(answer);
    let nomination = step(tx, &by.person().email, nomination, Event::Answered, "sellers.answer").await?;
    nominate::put_on_desk(tx, &nomination).await?;
    for operator in people::operators(tx).await? {
        letters::answered(tx, market, &nomination, &operator).await?;
    }
    Ok(())
}

async fn decide(
    tx: &mut Tx,
    by: &Operator,
    nomination: Id<Nomination>,
    event: Event,
    what: &'static str,
) -> Result<Nomination> {
    let nomination = nominate::nomination(tx, nomination).await?;
    let nomination = step(tx, &by.person().email, nomination, event, what).await?;
    people::take_off_desk(tx, nomination.id).await?;
    record::note_decider(tx, nomination.id, by.person().id).await?;
    Ok(nomination)
}

async fn step(
    tx: &mut Tx,
    who: &str,
    mut nomination: Nomination,
    event: Event,
    what: &'static str,
) -> Result<Nomination> {
    tx.concerns(nomination.organisation.id);
    nomination.stage = nomination.stage.after(event, tx.now())?;
    record::save_nomination(tx, &nomination).await?;
    let product = &nomination.nominee.product;
    let details = match &nomination.stage {
        super::Stage::Rejected { reason, .. } => serde_json::json!({ "product": product, "reason": reason }),
        super::Stage::Asked => serde_json::json!({ "product": product, "question": nomination.question }),
        _ => serde_json::json!({ "product": product }),
    };
    audit::note(tx, who, what, nomination.id, &details).await?;
    Ok(nomination)
}

/// Writes to who nominated and to the contact, once to each address.
async fn tell(tx: &mut Tx, market: &Market, nomination: &Nomination) -> Result<()> {
    let nominator: Option<Person> = people::person(tx, nomination.person).await?;
    let language = nominator.as_ref().map(|person| person.language).unwrap_or_default();
    let nominee = &nomination.nominee;
    let mut to = vec![(nominee.contact_email.text().to_owned(), nominee.contact_name.clone())];
    if let Some(person) = nominator
        && person.email != nominee.contact_email.text()
    {
        to.push((person.email, person.name));
    }
    for (email, name) in to {
        letters::decided(tx, market, nomination, language, &email, &name).await?;
    }
    Ok(())
}
