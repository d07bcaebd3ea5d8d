//! At the door: signing up, in and out, passwords by letter, invitations.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use house::error::Mistakes;
use house::web::{Choice, Form, Frame, Notice, Page, show, show_as};
use house::words::{Language, Words};
use house::{Result, sessions};

use super::{
    Asked, NAME_MAX, entered, frame_with, languages, left, local, quoted, role_key, see, session, told,
};
use crate::hall::pages::Visit;
use crate::hall::portal_address;
use crate::market::Market;
use crate::people::{self, Email, Password, SignUp, line};

pub(super) fn pages() -> Router<Market> {
    Router::new()
        .route("/sign-up", get(sign_up_form).post(sign_up))
        .route("/sign-in", get(sign_in_form).post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/password", get(forgotten_form).post(forgotten))
        .route("/password/{token}", get(choose_form).post(choose))
        .route("/join/{token}", get(join_form).post(join))
}

#[derive(Template)]
#[template(path = "people/pages/sign_up.html")]
struct SignUpPage {
    w: Words,
    frame: Frame,
    form: Form,
    next: String,
    languages: Vec<Choice>,
}

impl SignUpPage {
    fn new(visit: &Visit, form: Form, next: &str) -> SignUpPage {
        let language = if form.value("language").is_empty() {
            visit.reader.language.code().to_owned()
        } else {
            form.value("language").to_owned()
        };
        let languages = languages(&language);
        SignUpPage { w: visit.w.clone(), frame: visit.shop(), form, next: quoted(next), languages }
    }
}

impl Page for SignUpPage {
    fn samples(frame: &Frame) -> Vec<SignUpPage> {
        let page = |form| SignUpPage {
            w: frame.w.clone(),
            frame: frame.clone(),
            form,
            next: "%2Fsell".into(),
            languages: languages("en"),
        };
        vec![page(Form::empty()), page(refused_sample(read_sign_up(&Form::empty()).err()))]
    }
}

/// What was typed, with what is wrong with it: for samples.
pub(super) fn refused_sample(error: Option<house::Error>) -> Form {
    error.and_then(|error| Form::empty().refused(error).ok()).unwrap_or_default()
}

async fn sign_up_form(visit: Visit, Query(asked): Query<Asked>) -> Result<Response> {
    if visit.person_if_any().is_some() {
        return Ok(see(local(&asked.next).unwrap_or("/account")));
    }
    show(&SignUpPage::new(&visit, Form::empty(), &asked.next))
}

type Typed = (Email, String, Language, Password);

fn read_sign_up(form: &Form) -> Result<Typed> {
    let mut mistakes = Mistakes::none();
    let name = mistakes.take("name", line(form.value("name"), NAME_MAX));
    let email = mistakes.take("email", Email::parse(form.value("email")));
    let about = [form.value("name"), form.value("email")];
    let password = mistakes.take("password", Password::parse(typed_password(form, "password"), &about));
    let language = Language::parse(form.value("language")).unwrap_or_default();
    match (email, name, password) {
        (Some(email), Some(name), Some(password)) => Ok((email, name, language, password)),
        _ => Err(mistakes.into()),
    }
}

/// A password as it was typed: spaces around it belong to it.
pub(super) fn typed_password<'f>(form: &'f Form, field: &'f str) -> &'f str {
    form.values(field).next().unwrap_or_default()
}

async fn sign_up(
    visit: Visit,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Response> {
    let outcome = match read_sign_up(&form) {
        Ok(typed) => make_person(&visit, &headers, typed).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(secret) => Ok(entered(&visit.market, &secret, local(&asked.next).unwrap_or("/account"))),
        Err(error) => {
            let form = form.refused(error)?;
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &SignUpPage::new(&visit, form, &asked.next))
        }
    }
}

async fn make_person(visit: &Visit, headers: &HeaderMap, typed: Typed) -> Result<String> {
    let (email, name, language, password) = typed;
    let password = password.hash().await?;
    let mut tx = visit.write().await?;
    let person = people::sign_up(&mut tx, SignUp { email, name, language, password }).await?;
    let secret = people::enter(&mut tx, &person, session(&visit.market, headers)).await?;
    tx.commit().await?;
    Ok(secret)
}

#[derive(Template)]
#[template(path = "people/pages/sign_in.html")]
struct SignInPage {
    w: Words,
    frame: Frame,
    form: Form,
    next: String,
}

impl Page for SignInPage {
    fn samples(frame: &Frame) -> Vec<SignInPage> {
        vec![SignInPage {
            w: frame.w.clone(),
            frame: frame.clone(),
            form: Form::empty(),
            next: String::new(),
        }]
    }
}

async fn sign_in_form(visit: Visit, Query(asked): Query<Asked>) -> Result<Response> {
    if visit.person_if_any().is_some() {
        return Ok(see(local(&asked.next).unwrap_or("/account")));
    }
    let (w, frame) = (visit.w.clone(), visit.shop());
    show(&SignInPage { w, frame, form: Form::empty(), next: quoted(&asked.next) })
}

async fn sign_in(
    visit: Visit,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Response> {
    match open_door(&visit, &headers, &form).await {
        Ok(secret) => Ok(entered(&visit.market, &secret, local(&asked.next).unwrap_or("/"))),
        Err(error) => {
            let (status, notice) = told(&visit.w, error)?;
            let frame = frame_with(&visit, Some(notice));
            show_as(status, &SignInPage { w: visit.w.clone(), frame, form, next: quoted(&asked.next) })
        }
    }
}

async fn open_door(visit: &Visit, headers: &HeaderMap, form: &Form) -> Result<String> {
    let mut tx = visit.write().await?;
    let knock = people::knock(&mut tx, form.value("email")).await?;
    tx.commit().await?;
    let person = knock.answer(typed_password(form, "password").to_owned()).await?;
    let mut tx = visit.write().await?;
    let secret = people::enter(&mut tx, &person, session(&visit.market, headers)).await?;
    tx.commit().await?;
    Ok(secret)
}

async fn sign_out(visit: Visit, headers: HeaderMap) -> Result<Response> {
    if let Some(secret) = session(&visit.market, &headers) {
        let mut tx = visit.write().await?;
        sessions::end(&mut tx, secret).await?;
        tx.commit().await?;
    }
    Ok(left(&visit.market, "/"))
}

#[derive(Template)]
#[template(path = "people/pages/forgotten.html")]
struct ForgottenPage {
    w: Words,
    frame: Frame,
    form: Form,
    sent: bool,
}

impl Page for ForgottenPage {
    fn samples(frame: &Frame) -> Vec<ForgottenPage> {
        [false, true]
            .map(|sent| ForgottenPage { w: frame.w.clone(), frame: frame.clone(), form: Form::empty(), sent })
            .into()
    }
}

async fn forgotten_form(visit: Visit, Query(asked): Query<Asked>) -> Result<Response> {
    let (w, frame) = (visit.w.clone(), visit.shop());
    show(&ForgottenPage { w, frame, form: Form::empty(), sent: asked.done == "sent" })
}

async fn forgotten(visit: Visit, form: Form) -> Result<Response> {
    let mut mistakes = Mistakes::none();
    let Some(email) = mistakes.take("email", Email::parse(form.value("email"))) else {
        let (w, frame, form) = (visit.w.clone(), visit.shop(), form.marked(mistakes));
        return show_as(StatusCode::UNPROCESSABLE_ENTITY, &ForgottenPage { w, frame, form, sent: false });
    };
    let mut tx = visit.write().await?;
    people::ask_for_link(&mut tx, &visit.market, &email).await?;
    tx.commit().await?;
    Ok(see("/password?done=sent"))
}

#[derive(Template)]
#[template(path = "people/pages/choose.html")]
struct ChoosePage {
    w: Words,
    frame: Frame,
    form: Form,
    email: String,
}

impl Page for ChoosePage {
    fn samples(frame: &Frame) -> Vec<ChoosePage> {
        let email = "ada@example.org".to_owned();
        vec![ChoosePage { w: frame.w.clone(), frame: frame.clone(), form: Form::empty(), email }]
    }
}

async fn choose_form(visit: Visit, Path(token): Path<String>) -> Result<Response> {
    let mut tx = visit.read().await?;
    let email = people::link_owner(&mut tx, &token).await?.email;
    show(&ChoosePage { w: visit.w.clone(), frame: visit.shop(), form: Form::empty(), email })
}

async fn choose(visit: Visit, headers: HeaderMap, Path(token): Path<String>, form: Form) -> Result<Response> {
    let mut tx = visit.read().await?;
    let person = people::link_owner(&mut tx, &token).await?;
    drop(tx);
    let mut mistakes = Mistakes::none();
    let parsed = Password::parse(typed_password(&form, "password"), &[&person.name, &person.email]);
    let Some(password) = mistakes.take("password", parsed) else {
        let (w, frame, form) = (visit.w.clone(), visit.shop(), form.marked(mistakes));
        let page = ChoosePage { w, frame, form, email: person.email };
        return show_as(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let password = password.hash().await?;
    let mut tx = visit.write().await?;
    let person = people::choose(&mut tx, &token, &password).await?;
    let secret = people::enter(&mut tx, &person, session(&visit.market, &headers)).await?;
    tx.commit().await?;
    Ok(entered(&visit.market, &secret, if person.operator { "/desk" } else { "/account" }))
}

#[derive(Template)]
#[template(path = "people/pages/join.html")]
struct JoinPage {
    w: Words,
    frame: Frame,
    organisation: String,
    role: String,
    /// Who would join; nobody is signed in where it is empty.
    person: String,
    here: String,
}

impl Page for JoinPage {
    fn samples(frame: &Frame) -> Vec<JoinPage> {
        ["", "Ada"]
            .map(|person| JoinPage {
                w: frame.w.clone(),
                frame: frame.clone(),
                organisation: "Acme".into(),
                role: "owner".into(),
                person: person.into(),
                here: "%2Fjoin%2Fx".into(),
            })
            .into()
    }
}

async fn join_form(visit: Visit, Path(token): Path<String>) -> Result<Response> {
    let mut tx = visit.read().await?;
    let invitation = people::invitation(&mut tx, &token).await?;
    show(&join_page(&visit, &token, &invitation, None))
}

fn join_page(visit: &Visit, token: &str, to: &people::Invitation, notice: Option<Notice>) -> JoinPage {
    JoinPage {
        w: visit.w.clone(),
        frame: frame_with(visit, notice),
        organisation: to.organisation.name.clone(),
        role: visit.w.say(role_key(to.role)).to_string(),
        person: visit.person_if_any().map(|person| person.name.clone()).unwrap_or_default(),
        here: quoted(&format!("/join/{token}")),
    }
}

async fn join(visit: Visit, Path(token): Path<String>) -> Result<Response> {
    let person = visit.person()?;
    let mut tx = visit.write().await?;
    let invitation = people::invitation(&mut tx, &token).await?;
    match people::accept(&mut tx, person, &token).await {
        Ok(organisation) => {
            tx.commit().await?;
            Ok(see(&portal_address(organisation.id, "")))
        }
        Err(error) => {
            let (status, notice) = told(&visit.w, error)?;
            show_as(status, &join_page(&visit, &token, &invitation, Some(notice)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::WORDS;

    #[test]
    fn every_page_at_the_door_is_said_in_every_language() {
        house::web::check_samples::<SignUpPage>(WORDS);
        house::web::check_samples::<SignInPage>(WORDS);
        house::web::check_samples::<ForgottenPage>(WORDS);
        house::web::check_samples::<ChoosePage>(WORDS);
        house::web::check_samples::<JoinPage>(WORDS);
    }
}
