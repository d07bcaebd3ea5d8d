//! The form by which a product is nominated, for an organisation that exists or one that is founded with it.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use house::error::Mistakes;
use house::web::{Choice, Form, Frame, Page, show, show_as};
use house::words::{Text, Words};
use house::{Id, Result, attempts, chance};

use super::{NAME_MAX, PHONE_MAX, TEXT_MAX, country_choices};
use crate::hall::pages::Visit;
use crate::hall::portal_address;
use crate::market::Market;
use crate::people::pages::{see, told};
use crate::people::{self, Email, Organisation, Role, line, lines};
use crate::sellers::{self, Country, Nominee, Relation, Support};

pub(super) fn pages() -> Router<Market> {
    Router::new()
        .route("/sell/nominate", get(first_form).post(first))
        .route("/sell/{organisation}/nominate", get(form).post(nominate))
}

/// What a company must be able to say of itself and its product.
const CONDITIONS: &[&str] = &["licence", "support", "third_party", "content"];

#[derive(Template)]
#[template(path = "sellers/pages/nominate.html")]
struct NominatePage {
    w: Words,
    frame: Frame,
    form: Form,
    attempt: String,
    /// The organisation that nominates; empty where it is founded with this form.
    organisation: String,
    relations: Vec<Choice>,
    supports: Vec<Choice>,
    conditions: Vec<Choice>,
    countries: Vec<Choice>,
}

impl NominatePage {
    fn new(w: &Words, frame: Frame, form: Form, attempt: String, organisation: &str) -> NominatePage {
        let relations = Relation::ALL.iter().map(|relation| {
            let (label, hint) = match relation {
                Relation::RunsOn => ("sellers-relation-runs-on", "sellers-relation-runs-on-shown"),
                Relation::DeploysTo => ("sellers-relation-deploys-to", "sellers-relation-deploys-to-shown"),
                Relation::Integrates => ("sellers-relation-integrates", "sellers-relation-integrates-shown"),
            };
            Choice::new(relation.code(), w.say(label)).hint(w.say(hint))
        });
        let supports =
            Support::ALL.iter().map(|support| Choice::new(support.code(), w.say(support_key(*support))));
        let conditions =
            CONDITIONS.iter().map(|code| Choice::new(code, w.say(&format!("sellers-condition-{code}"))));
        NominatePage {
            relations: relations.collect(),
            supports: supports.collect(),
            conditions: conditions.collect(),
            countries: country_choices(w, &form),
            w: w.clone(),
            frame,
            form,
            attempt,
            organisation: organisation.to_owned(),
        }
    }
}

impl Page for NominatePage {
    fn samples(frame: &Frame) -> Vec<NominatePage> {
        let page = |form, of| NominatePage::new(&frame.w, frame.clone(), form, "x".into(), of);
        let refused = read(&Form::empty()).err().and_then(|error| Form::empty().refused(error).ok());
        vec![page(Form::empty(), ""), page(refused.unwrap_or_default(), "Acme")]
    }
}

pub(super) fn support_key(support: Support) -> &'static str {
    match support {
        Support::Free => "sellers-support-free",
        Support::Paid => "sellers-support-paid",
        Support::Community => "sellers-support-community",
    }
}

fn read(form: &Form) -> Result<Nominee> {
    let mut mistakes = Mistakes::none();
    let product = mistakes.take("product", line(form.value("product"), NAME_MAX));
    let summary = mistakes.take("summary", lines(form.value("summary"), TEXT_MAX));
    let choose = || Text::new("refused-sellers-choose");
    let relation = mistakes.take("relation", Relation::parse(form.value("relation")).ok_or_else(choose));
    let relation_shown = mistakes.take("relation_shown", lines(form.value("relation_shown"), TEXT_MAX));
    let audience = mistakes.take("audience", lines(form.value("audience"), TEXT_MAX));
    let support = mistakes.take("support", Support::parse(form.value("support")).ok_or_else(choose));
    let country = mistakes.take("country", Country::parse(form.value("country")));
    let contact_name = mistakes.take("contact_name", line(form.value("contact_name"), NAME_MAX));
    let contact_email = mistakes.take("contact_email", Email::parse(form.value("contact_email")));
    let contact_phone = mistakes.take("contact_phone", line(form.value("contact_phone"), PHONE_MAX));
    if !CONDITIONS.iter().all(|condition| form.has("conditions", condition)) {
        mistakes.note("conditions", Text::new("refused-sellers-conditions"));
    }
    mistakes.end()?;
    let nominee = (|| {
        Some(Nominee {
            product: product?,
            summary: summary?,
            relation: relation?,
            relation_shown: relation_shown?,
            audience: audience?,
            support: support?,
            country: country?,
            contact_name: contact_name?,
            contact_email: contact_email?,
            contact_phone: contact_phone?,
        })
    })();
    nominee.ok_or_else(|| house::Error::fault("a value that was taken is not there"))
}

async fn first_form(visit: Visit) -> Result<Response> {
    let Some(person) = visit.person_if_any() else { return Ok(see("/sign-up?next=%2Fsell%2Fnominate")) };
    let form = Form::empty().fill("contact_name", &person.name).fill("contact_email", &person.email);
    show(&NominatePage::new(&visit.w, visit.shop(), form, chance::token(16)?, ""))
}

async fn form(visit: Visit, Path(organisation): Path<Id<Organisation>>) -> Result<Response> {
    let mut tx = visit.read().await?;
    let by = visit.acting_for(&mut tx, organisation, Role::Contributor).await?;
    let person = by.person();
    let form = Form::empty().fill("contact_name", &person.name).fill("contact_email", &person.email);
    let frame = visit.portal(by.organisation());
    show(&NominatePage::new(&visit.w, frame, form, chance::token(16)?, &by.organisation().name))
}

async fn first(visit: Visit, form: Form) -> Result<Response> {
    let outcome = send_first(&visit, &form).await;
    answer(&visit, visit.shop(), "", form, outcome)
}

async fn nominate(visit: Visit, Path(organisation): Path<Id<Organisation>>, form: Form) -> Result<Response> {
    let mut tx = visit.read().await?;
    let by = visit.acting_for(&mut tx, organisation, Role::Contributor).await?;
    drop(tx);
    let outcome = send(&visit, organisation, &form).await;
    answer(&visit, visit.portal(by.organisation()), &by.organisation().name, form, outcome)
}

/// Leads to the overview, or shows the form again with what is wrong.
fn answer(
    visit: &Visit,
    mut frame: Frame,
    organisation: &str,
    form: Form,
    outcome: Result<String>,
) -> Result<Response> {
    let error = match outcome {
        Ok(address) => return Ok(see(&address)),
        Err(error) => error,
    };
    let attempt = form.value("attempt").to_owned();
    let (status, form) = match form.clone().refused(error) {
        Ok(marked) => (StatusCode::UNPROCESSABLE_ENTITY, marked),
        Err(error) => {
            let (status, notice) = told(&visit.w, error)?;
            frame.notices.push(notice);
            (status, form)
        }
    };
    show_as(status, &NominatePage::new(&visit.w, frame, form, attempt, organisation))
}

/// Founds an organisation and nominates for it, both or neither, once however often the form is sent.
async fn send_first(visit: &Visit, form: &Form) -> Result<String> {
    let person = visit.person()?;
    let mut mistakes = Mistakes::none();
    let name = mistakes.take("organisation", line(form.value("organisation"), NAME_MAX));
    let nominee = match (name, read(form)) {
        (Some(name), Ok(nominee)) => (name, nominee),
        (None, Err(house::Error::Refused(others))) => {
            mistakes.0.extend(others.mistakes().iter().cloned());
            return Err(mistakes.into());
        }
        (_, Err(error)) => return Err(error),
        (None, Ok(_)) => return Err(mistakes.into()),
    };
    let (name, nominee) = nominee;
    let mut tx = visit.write().await?;
    if let Some(address) = attempts::answered(&mut tx, form.value("attempt"), person.id).await? {
        return Ok(address);
    }
    let organisation = people::found(&mut tx, person, &name).await?;
    let by = visit.acting_for(&mut tx, organisation.id, Role::Owner).await?;
    sellers::nominate(&mut tx, &visit.market, &by, nominee).await?;
    let address = portal_address(organisation.id, "?done=nominated");
    attempts::answer(&mut tx, form.value("attempt"), person.id, &address).await?;
    tx.commit().await?;
    Ok(address)
}

async fn send(visit: &Visit, organisation: Id<Organisation>, form: &Form) -> Result<String> {
    let nominee = read(form)?;
    let mut tx = visit.write().await?;
    let by = visit.acting_for(&mut tx, organisation, Role::Contributor).await?;
    if let Some(address) = attempts::answered(&mut tx, form.value("attempt"), by.person().id).await? {
        return Ok(address);
    }
    sellers::nominate(&mut tx, &visit.market, &by, nominee).await?;
    let address = portal_address(organisation, "?done=nominated");
    attempts::answer(&mut tx, form.value("attempt"), by.person().id, &address).await?;
    tx.commit().await?;
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nomination_is_asked_for_in_every_language() {
        house::web::check_samples::<NominatePage>(&[crate::people::WORDS, crate::sellers::WORDS].concat());
    }
}
