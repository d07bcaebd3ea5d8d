//! The operator's desk: what waits for a decision, what left the house, what was given up, and who did what.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::response::Response;
use axum::routing::{get, post};
use house::audit::{self, Line};
use house::error::NotFound;
use house::jobs::{self, Job, Standing};
use house::outbox::{self, Channel, Parcel, State};
use house::web::{Badge, Decision, Fact, Frame, Page, Turner, show};
use house::words::Words;
use house::{Id, Result, Timestamp, mail};

use super::{Asked, PAGE, did, key, plainly, see, tell_done, turned, who};
use crate::hall::pages::Visit;
use crate::market::Market;
use crate::people;

pub(super) fn pages() -> Router<Market> {
    Router::new()
        .route("/desk", get(waiting))
        .route("/desk/audit", get(audit_log))
        .route("/desk/letters", get(letters))
        .route("/desk/letters/{parcel}", get(letter))
        .route("/desk/letters/{parcel}/replay", post(replay))
        .route("/desk/jobs", get(dead_jobs))
        .route("/desk/jobs/{job}/revive", post(revive))
}

#[derive(Template)]
#[template(path = "people/pages/desk.html")]
struct DeskPage {
    w: Words,
    frame: Frame,
    decisions: Vec<Decision>,
}

impl Page for DeskPage {
    fn samples(frame: &Frame) -> Vec<DeskPage> {
        let one = Decision {
            address: "/desk/nominations/1".into(),
            title: "Acme".into(),
            line: "Acme Server".into(),
            kind: Badge::new("flag", "Nomination"),
            waiting_since: frame.w.now(),
            due: None,
        };
        [vec![], vec![one.clone()], vec![one.clone(), one]]
            .map(|decisions| DeskPage { w: frame.w.clone(), frame: frame.clone(), decisions })
            .into()
    }
}

async fn waiting(visit: Visit, Query(asked): Query<Asked>) -> Result<Response> {
    let operator = visit.operator()?;
    let mut tx = visit.read().await?;
    let waiting = people::on_desk(&mut tx).await?;
    let decisions = waiting.into_iter().map(|one| Decision {
        address: one.address,
        title: one.title,
        line: one.line,
        kind: Badge::new("flag", visit.w.say(&one.kind)),
        waiting_since: one.since,
        due: one.due,
    });
    let mut frame = visit.desk(&operator);
    tell_done(&mut frame, "people-desk-done", &["decided", "asked"], &asked.done);
    show(&DeskPage { w: visit.w.clone(), frame, decisions: decisions.collect() })
}

/// A line of the log as a page shows it.
pub(super) struct Row {
    pub at: Timestamp,
    pub who: String,
    pub what: String,
    pub details: String,
}

impl Row {
    /// As the operator reads it: with the ids of what was concerned.
    pub fn of(w: &Words, line: &Line) -> Row {
        Row {
            at: line.at,
            who: who(w, line),
            what: did(w, &line.what),
            details: plainly(&line.details, |_, _| true),
        }
    }

    /// As a publisher reads it: what is only an id, or a step that the deed's own words tell, is left out.
    pub fn in_short(w: &Words, line: &Line) -> Row {
        let telling = |name: &str, value: &str| name != "stage" && Id::<()>::parse(value).is_err();
        Row {
            at: line.at,
            who: who(w, line),
            what: did(w, &line.what),
            details: plainly(&line.details, telling),
        }
    }

    pub fn sample(w: &Words) -> Row {
        let (who, what, details) = ("ada@example.org".to_owned(), did(w, "people.found"), "Acme".to_owned());
        Row { at: w.now(), who, what, details }
    }
}

#[derive(Template)]
#[template(path = "people/pages/audit.html")]
struct AuditPage {
    w: Words,
    frame: Frame,
    rows: Vec<Row>,
    turner: Turner,
}

impl Page for AuditPage {
    fn samples(frame: &Frame) -> Vec<AuditPage> {
        let rows = vec![Row::sample(&frame.w)];
        let turner = Turner { previous: None, next: Some("/desk/audit?before=1".into()) };
        vec![AuditPage { w: frame.w.clone(), frame: frame.clone(), rows, turner }]
    }
}

async fn audit_log(visit: Visit, Query(asked): Query<Asked>) -> Result<Response> {
    let operator = visit.operator()?;
    let mut tx = visit.read().await?;
    let mut lines = audit::lines(&mut tx, "", key(&asked.before), PAGE as i64 + 1).await?;
    let turner = turned(&mut lines, &asked, "/desk/audit", |line| line.id.clone());
    let rows = lines.iter().map(|line| Row::of(&visit.w, line)).collect();
    show(&AuditPage { w: visit.w.clone(), frame: visit.desk(&operator), rows, turner })
}

/// How a parcel stands, by icon and word.
fn standing(w: &Words, parcel: &Parcel) -> Badge {
    use house::web::State as Shown;
    match (parcel.state, parcel.attempts) {
        (State::Delivered, _) => Badge::state(Shown::Pass, w.say("people-parcel-delivered")),
        (State::Dead, _) => Badge::state(Shown::Fail, w.say("people-parcel-dead")),
        (State::Waiting, 0) => Badge::state(Shown::Wait, w.say("people-parcel-waiting")),
        (State::Waiting, _) => Badge::state(Shown::Warn, w.say("people-parcel-tried")),
    }
}

#[derive(Template)]
#[template(path = "people/pages/letters.html")]
struct LettersPage {
    w: Words,
    frame: Frame,
    parcels: Vec<(Parcel, Badge)>,
    turner: Turner,
}

impl Page for LettersPage {
    fn samples(frame: &Frame) -> Vec<LettersPage> {
        vec![LettersPage {
            w: frame.w.clone(),
            frame: frame.clone(),
            parcels: vec![],
            turner: Turner::default(),
        }]
    }
}

async fn letters(visit: Visit, Query(asked): Query<Asked>) -> Result<Response> {
    let operator = visit.operator()?;
    let mut tx = visit.read().await?;
    let before = Id::parse(&asked.before).ok();
    let mut parcels = outbox::all(&mut tx, before, PAGE as i64 + 1).await?;
    let turner = turned(&mut parcels, &asked, "/desk/letters", |parcel| parcel.id.to_string());
    let parcels = parcels.into_iter().map(|parcel| {
        let badge = standing(&visit.w, &parcel);
        (parcel, badge)
    });
    show(&LettersPage {
        w: visit.w.clone(),
        frame: visit.desk(&operator),
        parcels: parcels.collect(),
        turner,
    })
}

#[derive(Template)]
#[template(path = "people/pages/letter.html")]
struct LetterPage {
    w: Words,
    frame: Frame,
    title: String,
    body: String,
    badge: Badge,
    facts: Vec<Fact>,
    replay: String,
}

impl Page for LetterPage {
    fn samples(frame: &Frame) -> Vec<LetterPage> {
        vec![LetterPage {
            w: frame.w.clone(),
            frame: frame.clone(),
            title: "Approved".into(),
            body: "Hello".into(),
            badge: Badge::new("mail", "Delivered"),
            facts: vec![Fact::new("To", "ada@example.org")],
            replay: "/desk/letters/1/replay".into(),
        }]
    }
}

async fn letter(visit: Visit, Path(id): Path<Id<Parcel>>, Query(asked): Query<Asked>) -> Result<Response> {
    let operator = visit.operator()?;
    let w = &visit.w;
    let mut tx = visit.read().await?;
    let parcel = outbox::find(&mut tx, id).await?.ok_or(NotFound)?;
    let channel = match parcel.channel {
        Channel::Letter => w.say("people-parcel-letter"),
        Channel::Webhook => w.say("people-parcel-webhook"),
    };
    let mut facts = vec![
        Fact::new(w.say("people-letters-to"), &parcel.recipient),
        Fact::new(w.say("people-letters-way"), channel),
        Fact::new(w.say("people-letters-made"), w.when(parcel.made_at)),
        Fact::new(w.say("people-letters-attempts"), w.number(parcel.attempts)),
    ];
    facts.extend(parcel.ended_at.map(|at| Fact::new(w.say("people-letters-ended"), w.when(at))));
    facts.extend(
        parcel.answer.as_ref().map(|answer| Fact::new(w.say("people-letters-answer"), mail::told(w, answer))),
    );
    let mut frame = visit.desk(&operator);
    tell_done(&mut frame, "people-desk-done", &["replayed"], &asked.done);
    show(&LetterPage {
        w: w.clone(),
        frame,
        badge: standing(w, &parcel),
        title: parcel.title,
        body: parcel.body,
        facts,
        replay: format!("/desk/letters/{id}/replay"),
    })
}

async fn replay(visit: Visit, Path(id): Path<Id<Parcel>>) -> Result<Response> {
    let operator = visit.operator()?;
    let mut tx = visit.write().await?;
    outbox::find(&mut tx, id).await?.ok_or(NotFound)?;
    outbox::replay(&mut tx, id).await?;
    audit::note(&mut tx, &operator.person().email, "people.replay_letter", id, &()).await?;
    tx.commit().await?;
    Ok(see(&format!("/desk/letters/{id}?done=replayed")))
}

#[derive(Template)]
#[template(path = "people/pages/jobs.html")]
struct JobsPage {
    w: Words,
    frame: Frame,
    jobs: Vec<Standing>,
}

impl Page for JobsPage {
    fn samples(frame: &Frame) -> Vec<JobsPage> {
        let job = Standing {
            id: Id::sample(1),
            kind: "house.deliver".into(),
            subject: "2".into(),
            state: "dead".into(),
            progress_percent: 0,
            attempts: 8,
            error: Some("not reached".into()),
            run_at: frame.w.now(),
            made_at: frame.w.now(),
        };
        [vec![], vec![job]].map(|jobs| JobsPage { w: frame.w.clone(), frame: frame.clone(), jobs }).into()
    }
}

async fn dead_jobs(visit: Visit, Query(asked): Query<Asked>) -> Result<Response> {
    let operator = visit.operator()?;
    let mut tx = visit.read().await?;
    let jobs = jobs::dead(&mut tx, 200).await?;
    let mut frame = visit.desk(&operator);
    tell_done(&mut frame, "people-desk-done", &["revived"], &asked.done);
    show(&JobsPage { w: visit.w.clone(), frame, jobs })
}

async fn revive(visit: Visit, Path(job): Path<Id<Job>>) -> Result<Response> {
    let operator = visit.operator()?;
    let mut tx = visit.write().await?;
    if jobs::revive(&mut tx, job).await? {
        audit::note(&mut tx, &operator.person().email, "people.revive_job", job, &()).await?;
    }
    tx.commit().await?;
    Ok(see("/desk/jobs?done=revived"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::WORDS;

    #[test]
    fn the_desk_is_told_in_every_language() {
        house::web::check_samples::<DeskPage>(WORDS);
        house::web::check_samples::<AuditPage>(WORDS);
        house::web::check_samples::<LettersPage>(WORDS);
        house::web::check_samples::<LetterPage>(WORDS);
        house::web::check_samples::<JobsPage>(WORDS);
    }
}
