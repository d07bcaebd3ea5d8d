//! The operator decides about one nomination.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use house::error::Mistakes;
use house::web::{Badge, Fact, Form, Frame, Notice, Page, show, show_as};
use house::words::Words;
use house::{Id, Result, Timestamp};

use super::TEXT_MAX;
use super::nominate::support_key;
use crate::hall::pages::Visit;
use crate::market::Market;
use crate::people::pages::{see, told};
use crate::people::{Operator, lines};
use crate::sellers::{self, Nomination, Relation, Stage};

pub(super) fn pages() -> Router<Market> {
    Router::new()
        .route("/desk/nominations/{nomination}", get(look))
        .route("/desk/nominations/{nomination}/approve", post(approve))
        .route("/desk/nominations/{nomination}/reject", post(reject))
        .route("/desk/nominations/{nomination}/ask", post(ask))
}

#[derive(Template)]
#[template(path = "sellers/pages/decide.html")]
struct DecidePage {
    w: Words,
    frame: Frame,
    form: Form,
    at: String,
    product: String,
    organisation: String,
    summary: String,
    facts: Vec<Fact>,
    stage: Badge,
    /// Whether it still can be decided.
    open: bool,
    since: Timestamp,
    question: String,
    answer: String,
    reason: String,
}

/// What a nomination tells, as names and values.
pub(super) fn facts(w: &Words, nomination: &Nomination) -> Vec<Fact> {
    let nominee = &nomination.nominee;
    let relation = match nominee.relation {
        Relation::RunsOn => "sellers-relation-runs-on",
        Relation::DeploysTo => "sellers-relation-deploys-to",
        Relation::Integrates => "sellers-relation-integrates",
    };
    let contact =
        format!("{}, {}, {}", nominee.contact_name, nominee.contact_email.text(), nominee.contact_phone);
    vec![
        Fact::new(w.say("sellers-relation"), w.say(relation)),
        Fact::new(w.say("sellers-relation-shown"), &nominee.relation_shown),
        Fact::new(w.say("sellers-audience"), &nominee.audience),
        Fact::new(w.say("sellers-support"), w.say(support_key(nominee.support))),
        Fact::new(w.say("sellers-country"), nominee.country.name(w.language())),
        Fact::new(w.say("sellers-contact"), contact),
    ]
}

/// How a nomination stands, by icon and word.
pub(super) fn stage(w: &Words, stage: &Stage) -> Badge {
    use house::web::State;
    let (state, key) = match stage {
        Stage::Submitted => (State::Wait, "sellers-stage-submitted"),
        Stage::Asked => (State::Warn, "sellers-stage-asked"),
        Stage::Approved { .. } => (State::Pass, "sellers-stage-approved"),
        Stage::Rejected { .. } => (State::Fail, "sellers-stage-rejected"),
    };
    Badge::state(state, w.say(key))
}

impl DecidePage {
    fn new(w: &Words, frame: Frame, nomination: Nomination, form: Form) -> DecidePage {
        DecidePage {
            facts: facts(w, &nomination),
            stage: stage(w, &nomination.stage),
            open: matches!(nomination.stage, Stage::Submitted | Stage::Asked),
            reason: match &nomination.stage {
                Stage::Rejected { reason, .. } => reason.clone(),
                _ => String::new(),
            },
            w: w.clone(),
            frame,
            form,
            at: format!("/desk/nominations/{}", nomination.id),
            product: nomination.nominee.product,
            organisation: nomination.organisation.name,
            summary: nomination.nominee.summary,
            since: nomination.made_at,
            question: nomination.question.unwrap_or_default(),
            answer: nomination.answer.unwrap_or_default(),
        }
    }
}

impl Page for DecidePage {
    fn samples(frame: &Frame) -> Vec<DecidePage> {
        let at = frame.w.now();
        let stages = [
            Stage::Submitted,
            Stage::Asked,
            Stage::Approved { waiver_code: "ABC".into(), at },
            Stage::Rejected { reason: "It is a service, not an image.".into(), at },
        ];
        stages.map(|stage| DecidePage::new(&frame.w, frame.clone(), sample(stage, at), Form::empty())).into()
    }
}

/// A nomination for samples of pages.
pub(super) fn sample(stage: Stage, at: Timestamp) -> Nomination {
    let text = || "Acme".to_owned();
    let nominee = sellers::Nominee {
        product: text(),
        summary: text(),
        relation: Relation::RunsOn,
        relation_shown: text(),
        audience: text(),
        support: sellers::Support::Free,
        country: sellers::Country::parse("FR").expect("France is on the list"),
        contact_name: text(),
        contact_email: crate::people::Email::parse("ada@example.org").expect("an address"),
        contact_phone: text(),
    };
    let organisation = crate::people::Organisation { id: Id::sample(1), name: text() };
    Nomination {
        id: Id::sample(2),
        organisation,
        person: Id::sample(3),
        nominee,
        question: matches!(stage, Stage::Asked).then(text),
        answer: None,
        stage,
        made_at: at,
        version: 1,
    }
}

async fn look(visit: Visit, Path(id): Path<Id<Nomination>>) -> Result<Response> {
    let operator = visit.operator()?;
    show(&page(&visit, &operator, id, Form::empty(), None).await?)
}

async fn page(
    visit: &Visit,
    operator: &Operator,
    id: Id<Nomination>,
    form: Form,
    notice: Option<Notice>,
) -> Result<DecidePage> {
    let mut tx = visit.read().await?;
    let nomination = sellers::nomination(&mut tx, id).await?;
    let mut frame = visit.desk(operator);
    frame.notices.extend(notice);
    Ok(DecidePage::new(&visit.w, frame, nomination, form))
}

async fn approve(visit: Visit, Path(id): Path<Id<Nomination>>) -> Result<Response> {
    let operator = visit.operator()?;
    let mut tx = visit.write().await?;
    let done = sellers::approve(&mut tx, &visit.market, &operator, id).await;
    if done.is_ok() {
        tx.commit().await?;
    } else {
        drop(tx);
    }
    answer(&visit, &operator, id, Form::empty(), done, "decided").await
}

async fn reject(visit: Visit, Path(id): Path<Id<Nomination>>, form: Form) -> Result<Response> {
    let operator = visit.operator()?;
    let done = match text(&form, "reason") {
        Ok(reason) => {
            let mut tx = visit.write().await?;
            let done = sellers::reject(&mut tx, &visit.market, &operator, id, reason).await;
            if done.is_ok() {
                tx.commit().await?;
            }
            done
        }
        Err(error) => Err(error),
    };
    answer(&visit, &operator, id, form, done, "decided").await
}

async fn ask(visit: Visit, Path(id): Path<Id<Nomination>>, form: Form) -> Result<Response> {
    let operator = visit.operator()?;
    let done = match text(&form, "question") {
        Ok(question) => {
            let mut tx = visit.write().await?;
            let done = sellers::ask(&mut tx, &visit.market, &operator, id, question).await;
            if done.is_ok() {
                tx.commit().await?;
            }
            done
        }
        Err(error) => Err(error),
    };
    answer(&visit, &operator, id, form, done, "asked").await
}

fn text(form: &Form, field: &'static str) -> Result<String> {
    let mut mistakes = Mistakes::none();
    let text = mistakes.take(field, lines(form.value(field), TEXT_MAX));
    text.ok_or_else(|| mistakes.into())
}

/// Leads back to the desk, or tells on the page why it was refused.
async fn answer(
    visit: &Visit,
    operator: &Operator,
    id: Id<Nomination>,
    form: Form,
    done: Result<()>,
    what: &str,
) -> Result<Response> {
    let Err(error) = done else { return Ok(see(&format!("/desk?done={what}"))) };
    match form.clone().refused(error) {
        Ok(marked) => {
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page(visit, operator, id, marked, None).await?)
        }
        Err(error) => {
            let (status, notice) = told(&visit.w, error)?;
            show_as(status, &page(visit, operator, id, form, Some(notice)).await?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nomination_is_told_in_every_language_at_every_stage() {
        house::web::check_samples::<DecidePage>(crate::sellers::WORDS);
    }
}
