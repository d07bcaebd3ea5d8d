//! Tokens by which programs act for an organisation.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use house::error::Mistakes;
use house::web::{Choice, Form, Frame, Notice, Page, show, show_as};
use house::words::Words;
use house::{Id, Result, Timestamp, Tx, attempts, chance};

use super::{Asked, NAME_MAX, see, tell_done, told};
use crate::hall::pages::Visit;
use crate::hall::portal_address;
use crate::market::Market;
use crate::people::{self, ActingFor, LIVES_DAYS, Organisation, Role, Token, line};

pub(super) fn pages() -> Router<Market> {
    Router::new()
        .route("/sell/{organisation}/tokens", get(tokens).post(issue))
        .route("/sell/{organisation}/tokens/{token}/revoke", post(revoke))
}

struct Row {
    name: String,
    person: String,
    made_at: Timestamp,
    expires_at: Timestamp,
    used_at: Option<Timestamp>,
    expired: bool,
    /// Where it is revoked; empty where the reader may not.
    revoke: String,
}

#[derive(Template)]
#[template(path = "people/pages/tokens.html")]
struct TokensPage {
    w: Words,
    frame: Frame,
    form: Form,
    at: String,
    attempt: String,
    /// The secret of the token that was just issued; shown once.
    secret: String,
    lives: Vec<Choice>,
    rows: Vec<Row>,
}

impl Page for TokensPage {
    fn samples(frame: &Frame) -> Vec<TokensPage> {
        let row = |used_at, expired| Row {
            name: "CI".into(),
            person: "Ada".into(),
            made_at: frame.w.now(),
            expires_at: frame.w.now(),
            used_at,
            expired,
            revoke: "/r".into(),
        };
        let page = |secret: &str, rows| TokensPage {
            w: frame.w.clone(),
            frame: frame.clone(),
            form: Form::empty(),
            at: "/sell/1/tokens".into(),
            attempt: "x".into(),
            secret: secret.into(),
            lives: lives(&frame.w),
            rows,
        };
        vec![page("", vec![]), page("halle_abc", vec![row(None, false), row(Some(frame.w.now()), true)])]
    }
}

fn lives(w: &Words) -> Vec<Choice> {
    let choice =
        |days: &u64| Choice::new(days, w.say("people-tokens-days").with("days", days)).chosen(*days == 90);
    LIVES_DAYS.iter().map(choice).collect()
}

async fn page(
    visit: &Visit,
    tx: &mut Tx,
    by: &ActingFor,
    form: Form,
    notice: Option<Notice>,
) -> Result<TokensPage> {
    let at = portal_address(by.organisation().id, "/tokens");
    let now = tx.now();
    let rows = people::tokens_of(tx, by).await?.into_iter().map(|token| {
        let may = token.person == by.person().id || by.role() == Role::Owner;
        Row {
            revoke: if may { format!("{at}/{}/revoke", token.id) } else { String::new() },
            expired: token.expires_at <= now,
            name: token.name,
            person: token.person_name,
            made_at: token.made_at,
            expires_at: token.expires_at,
            used_at: token.used_at,
        }
    });
    let mut frame = visit.portal(by.organisation());
    frame.notices.extend(notice);
    Ok(TokensPage {
        w: visit.w.clone(),
        frame,
        form,
        attempt: chance::token(16)?,
        secret: String::new(),
        lives: lives(&visit.w),
        rows: rows.collect(),
        at,
    })
}

async fn tokens(
    visit: Visit,
    Path(organisation): Path<Id<Organisation>>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let mut tx = visit.read().await?;
    let by = visit.acting_for(&mut tx, organisation, Role::Contributor).await?;
    let mut page = page(&visit, &mut tx, &by, Form::empty(), None).await?;
    tell_done(&mut page.frame, "people-done", &["issued", "revoked"], &asked.done);
    show(&page)
}

/// Shows the secret in the answer itself: it is kept nowhere from where another page could take it.
async fn issue(visit: Visit, Path(organisation): Path<Id<Organisation>>, form: Form) -> Result<Response> {
    let mut tx = visit.write().await?;
    let by = visit.acting_for(&mut tx, organisation, Role::Contributor).await?;
    let attempt = form.value("attempt").to_owned();
    if let Some(answer) = attempts::answered(&mut tx, &attempt, by.person().id).await? {
        return Ok(see(&answer));
    }
    let mut mistakes = Mistakes::none();
    let Some(name) = mistakes.take("name", line(form.value("name"), NAME_MAX)) else {
        let page = page(&visit, &mut tx, &by, form.marked(mistakes), None).await?;
        return show_as(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let days =
        LIVES_DAYS.iter().find(|days| form.value("days") == days.to_string()).unwrap_or(&LIVES_DAYS[0]);
    let secret = match people::issue(&mut tx, &by, &name, *days).await {
        Ok(secret) => secret,
        Err(error) => {
            let (status, notice) = told(&visit.w, error)?;
            return show_as(status, &page(&visit, &mut tx, &by, form, Some(notice)).await?);
        }
    };
    let back = portal_address(organisation, "/tokens?done=issued");
    attempts::answer(&mut tx, &attempt, by.person().id, &back).await?;
    let mut page = page(&visit, &mut tx, &by, Form::empty(), None).await?;
    page.secret = secret;
    tx.commit().await?;
    show(&page)
}

async fn revoke(
    visit: Visit,
    Path((organisation, token)): Path<(Id<Organisation>, Id<Token>)>,
) -> Result<Response> {
    let mut tx = visit.write().await?;
    let by = visit.acting_for(&mut tx, organisation, Role::Contributor).await?;
    people::revoke(&mut tx, &by, token).await?;
    tx.commit().await?;
    Ok(see(&portal_address(organisation, "/tokens?done=revoked")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_told_in_every_language() {
        house::web::check_samples::<TokensPage>(crate::people::WORDS);
    }
}
