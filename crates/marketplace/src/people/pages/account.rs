//! About oneself: name, language, password, organisations.

use askama::Template;
use axum::Router;
use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use house::Result;
use house::error::Mistakes;
use house::web::{Choice, Form, Frame, Link, Notice, Page, show, show_as};
use house::words::{Language, Text, Words};

use super::door::typed_password;
use super::{Asked, NAME_MAX, entered, frame_with, languages, role_key, see, session, tell_done, told};
use crate::hall::pages::Visit;
use crate::hall::portal_address;
use crate::market::Market;
use crate::people::{self, Password, Person, line};

pub(super) fn pages() -> Router<Market> {
    Router::new()
        .route("/account", get(account).post(amend))
        .route("/account/password", post(change_password))
        .route("/account/organisations", post(found))
}

#[derive(Template)]
#[template(path = "people/pages/account.html")]
struct AccountPage {
    w: Words,
    frame: Frame,
    form: Form,
    email: String,
    languages: Vec<Choice>,
    /// Each with the role that the person has there.
    organisations: Vec<(Link, String)>,
}

impl Page for AccountPage {
    fn samples(frame: &Frame) -> Vec<AccountPage> {
        let acme = (Link::new("Acme", "/sell/1"), "owner".to_owned());
        [vec![], vec![acme]]
            .map(|organisations| AccountPage {
                w: frame.w.clone(),
                frame: frame.clone(),
                form: Form::empty().fill("name", "Ada"),
                email: "ada@example.org".into(),
                languages: languages("fr"),
                organisations,
            })
            .into()
    }
}

fn page(visit: &Visit, person: &Person, form: Form, notice: Option<Notice>) -> AccountPage {
    let organisations = visit.organisations().iter().map(|(organisation, role)| {
        let link = Link::new(&organisation.name, portal_address(organisation.id, ""));
        (link, visit.w.say(role_key(*role)).to_string())
    });
    let language = match form.value("language") {
        "" => person.language.code().to_owned(),
        typed => typed.to_owned(),
    };
    AccountPage {
        w: visit.w.clone(),
        frame: frame_with(visit, notice),
        form: form.fill("name", &person.name),
        email: person.email.clone(),
        languages: languages(&language),
        organisations: organisations.collect(),
    }
}

async fn account(visit: Visit, Query(asked): Query<Asked>) -> Result<Response> {
    let mut page = page(&visit, visit.person()?, Form::empty(), None);
    tell_done(&mut page.frame, "people-done", &["amended", "password", "left"], &asked.done);
    show(&page)
}

fn again(visit: &Visit, person: &Person, form: Form, mistakes: Mistakes) -> Result<Response> {
    show_as(StatusCode::UNPROCESSABLE_ENTITY, &page(visit, person, form.marked(mistakes), None))
}

async fn amend(visit: Visit, form: Form) -> Result<Response> {
    let person = visit.person()?;
    let mut mistakes = Mistakes::none();
    let Some(name) = mistakes.take("name", line(form.value("name"), NAME_MAX)) else {
        return again(&visit, person, form, mistakes);
    };
    let language = Language::parse(form.value("language")).unwrap_or(person.language);
    let mut tx = visit.write().await?;
    people::amend(&mut tx, person, &name, language).await?;
    tx.commit().await?;
    // The pages follow the choice at once: the switch at every address keeps it.
    Ok(see(&format!("/account?done=amended&lang={}", language.code())))
}

async fn change_password(visit: Visit, headers: HeaderMap, form: Form) -> Result<Response> {
    let person = visit.person()?;
    let mut mistakes = Mistakes::none();
    let parsed = Password::parse(typed_password(&form, "password"), &[&person.name, &person.email]);
    let Some(password) = mistakes.take("password", parsed) else {
        return again(&visit, person, form, mistakes);
    };
    match show_old_password(&visit, person, typed_password(&form, "password_now")).await {
        Err(error) if error.code() == Some("people.wrong_password") => {
            mistakes.note("password_now", Text::new("people-account-wrong-password"));
            return again(&visit, person, form, mistakes);
        }
        Err(error) => {
            let (status, notice) = told(&visit.w, error)?;
            return show_as(status, &page(&visit, person, form, Some(notice)));
        }
        Ok(()) => {}
    }
    let password = password.hash().await?;
    let mut tx = visit.write().await?;
    people::change(&mut tx, person, &password).await?;
    let secret = people::enter(&mut tx, person, session(&visit.market, &headers)).await?;
    tx.commit().await?;
    Ok(entered(&visit.market, &secret, "/account?done=password"))
}

/// A session that was left open is not enough to take an account over: the old password is asked for, and guesses are counted.
async fn show_old_password(visit: &Visit, person: &Person, typed: &str) -> Result<()> {
    let mut tx = visit.write().await?;
    let knock = people::knock(&mut tx, &person.email).await?;
    tx.commit().await?;
    knock.answer(typed.to_owned()).await.map(|_| ())
}

async fn found(visit: Visit, form: Form) -> Result<Response> {
    let person = visit.person()?;
    let mut mistakes = Mistakes::none();
    let Some(name) = mistakes.take("organisation", line(form.value("organisation"), NAME_MAX)) else {
        return again(&visit, person, form, mistakes);
    };
    let mut tx = visit.write().await?;
    let organisation = people::found(&mut tx, person, &name).await?;
    tx.commit().await?;
    Ok(see(&portal_address(organisation.id, "")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_said_in_every_language() {
        house::web::check_samples::<AccountPage>(crate::people::WORDS);
    }
}
