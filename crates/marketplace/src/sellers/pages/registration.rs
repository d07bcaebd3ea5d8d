//! The registration: a form on one page, and afterwards the page on which it is read and changed.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use house::error::Mistakes;
use house::web::{Choice, Fact, Form, Frame, Link, Notice, NoticeKind, Page, show, show_as};
use house::words::{Text, Words};
use house::{Id, Result, Tx};

use super::policies::title;
use super::{Asked, NAME_MAX, PHONE_MAX, TEXT_MAX, country_choices};
use crate::hall::pages::Visit;
use crate::hall::portal_address;
use crate::market::Market;
use crate::people::pages::{see, tell_done, told};
use crate::people::{ActingFor, Email, Organisation, Role, line, lines};
use crate::sellers::{
    self, AGREEMENTS, Company, Contact, Country, Registration, Slug, Stage, is_taken, website,
};

pub(super) fn pages() -> Router<Market> {
    Router::new().route("/sell/{organisation}/registration", get(look).post(send))
}

#[derive(Template)]
#[template(path = "sellers/pages/registration.html")]
struct RegistrationPage {
    w: Words,
    frame: Frame,
    form: Form,
    countries: Vec<Choice>,
    agreements: Vec<(Link, String)>,
    agree: Vec<Choice>,
    fee: String,
    /// What is locked, once registered.
    locked: Vec<Fact>,
    /// What others have changed meanwhile, where it differs from what stands in the form.
    theirs: Vec<Fact>,
    owns: bool,
}

impl RegistrationPage {
    fn new(w: &Words, frame: Frame, form: Form, fee: String, owns: bool) -> RegistrationPage {
        let agreements = AGREEMENTS
            .iter()
            .map(|one| (Link::new(title(w, one), format!("/policies/{}", one.id)), one.edition().to_owned()));
        let agree = AGREEMENTS.iter().map(|one| {
            let label = w.say("sellers-registration-accept").with("agreement", title(w, one)).to_string();
            Choice::new(format!("{}/{}", one.id, one.edition()), label)
        });
        RegistrationPage {
            countries: country_choices(w, &form),
            agreements: agreements.collect(),
            agree: agree.collect(),
            w: w.clone(),
            frame,
            form,
            fee,
            locked: Vec::new(),
            theirs: Vec::new(),
            owns,
        }
    }
}

impl Page for RegistrationPage {
    fn samples(frame: &Frame) -> Vec<RegistrationPage> {
        let page = |form| RegistrationPage::new(&frame.w, frame.clone(), form, "€99.00".into(), true);
        let refused = read(&Form::empty(), true).err().and_then(|error| Form::empty().refused(error).ok());
        let mut registered = page(Form::empty());
        registered.locked = vec![Fact::new("Country", "France")];
        registered.theirs = vec![Fact::new("Name", "Acme")];
        let mut read_only = page(Form::empty());
        read_only.locked = registered.locked.clone();
        read_only.owns = false;
        vec![page(Form::empty()), page(refused.unwrap_or_default()), registered, read_only]
    }
}

/// What was typed of a registration that is new.
struct New {
    slug: Slug,
    country: Country,
}

fn read_contact(mistakes: &mut Mistakes, form: &Form, fields: [&'static str; 3]) -> Option<Contact> {
    let name = mistakes.take(fields[0], line(form.value(fields[0]), NAME_MAX));
    let email = mistakes.take(fields[1], Email::parse(form.value(fields[1])));
    let phone = mistakes.take(fields[2], line(form.value(fields[2]), PHONE_MAX));
    Some(Contact { name: name?, email: email?, phone: phone? })
}

fn read(form: &Form, new: bool) -> Result<(Option<New>, Company)> {
    let mut mistakes = Mistakes::none();
    let display_name = mistakes.take("display_name", line(form.value("display_name"), 50));
    let slug = if new { mistakes.take("slug", Slug::parse(form.value("slug"))) } else { None };
    let legal_name = mistakes.take("legal_name", line(form.value("legal_name"), NAME_MAX));
    let country = if new { mistakes.take("country", Country::parse(form.value("country"))) } else { None };
    let address = mistakes.take("address", lines(form.value("address"), TEXT_MAX));
    let site = mistakes.take("website", website(form.value("website")));
    let contact = read_contact(&mut mistakes, form, ["contact_name", "contact_email", "contact_phone"]);
    let approver = read_contact(&mut mistakes, form, ["approver_name", "approver_email", "approver_phone"]);
    let accepted = |one: &sellers::Agreement| form.has("agree", format!("{}/{}", one.id, one.edition()));
    if new && !AGREEMENTS.iter().all(accepted) {
        mistakes.note("agree", Text::new("refused-sellers-agree"));
    }
    mistakes.end()?;
    let company = (|| {
        Some(Company {
            display_name: display_name?,
            legal_name: legal_name?,
            address: address?,
            website: site?,
            contact: contact?,
            approver: approver?,
        })
    })();
    let company = company.ok_or_else(|| house::Error::fault("a value that was taken is not there"))?;
    Ok((slug.zip(country).map(|(slug, country)| New { slug, country }), company))
}

/// The fields that may change, as they stand: name of the field, key of its label, value.
fn fields(company: &Company) -> [(&'static str, &'static str, &str); 10] {
    [
        ("display_name", "sellers-registration-display-name", &company.display_name),
        ("legal_name", "sellers-registration-legal-name", &company.legal_name),
        ("address", "sellers-registration-address", &company.address),
        ("website", "sellers-registration-website", &company.website),
        ("contact_name", "sellers-contact-name", &company.contact.name),
        ("contact_email", "sellers-contact-email", company.contact.email.text()),
        ("contact_phone", "sellers-contact-phone", &company.contact.phone),
        ("approver_name", "sellers-approver-name", &company.approver.name),
        ("approver_email", "sellers-approver-email", company.approver.email.text()),
        ("approver_phone", "sellers-approver-phone", &company.approver.phone),
    ]
}

async fn look(
    visit: Visit,
    Path(organisation): Path<Id<Organisation>>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let mut tx = visit.read().await?;
    let by = visit.acting_for(&mut tx, organisation, Role::Contributor).await?;
    if let Some(registration) = sellers::registration(&mut tx, organisation).await? {
        let mut page = registered(&visit, &by, &registration, filled(&registration));
        tell_done(&mut page.frame, "sellers-done", &["amended"], &asked.done);
        return show(&page);
    }
    let nomination = sellers::nomination_of(&mut tx, organisation).await?;
    // Whoever comes too early, or is no owner, reads on the overview what comes first.
    let Some(Stage::Approved { waiver_code, .. }) = nomination.as_ref().map(|one| &one.stage) else {
        return Ok(see(&portal_address(organisation, "")));
    };
    if by.role() != Role::Owner {
        return Ok(see(&portal_address(organisation, "")));
    }
    let form = Form::empty()
        .fill("waiver_code", waiver_code)
        .fill("display_name", &by.organisation().name)
        .fill("slug", suggested(&by.organisation().name));
    let form = match nomination {
        Some(nomination) => form
            .fill("country", nomination.nominee.country.code())
            .fill("contact_name", nomination.nominee.contact_name)
            .fill("contact_email", nomination.nominee.contact_email.text())
            .fill("contact_phone", nomination.nominee.contact_phone),
        None => form,
    };
    show(&fresh(&visit, &by, form, None))
}

/// The address part that a name suggests; whatever cannot stand in one is left out.
fn suggested(name: &str) -> String {
    let letters: String = name
        .to_lowercase()
        .chars()
        .map(|c| match c {
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'à' | 'â' | 'ä' => 'a',
            'ô' | 'ö' => 'o',
            'ù' | 'û' | 'ü' => 'u',
            'î' | 'ï' => 'i',
            'ç' => 'c',
            c if c.is_ascii_alphanumeric() => c,
            _ => ' ',
        })
        .collect();
    letters.split_whitespace().collect::<Vec<_>>().join("-").chars().take(50).collect()
}

fn fresh(visit: &Visit, by: &ActingFor, form: Form, notice: Option<Notice>) -> RegistrationPage {
    let settings = visit.market.settings();
    let fee = visit.w.money(settings.registration_fee_minor, &settings.currency);
    let mut frame = visit.portal(by.organisation());
    frame.notices.extend(notice);
    RegistrationPage::new(&visit.w, frame, form, fee, true)
}

fn filled(registration: &Registration) -> Form {
    let form = Form::empty().fill("version", registration.version);
    fields(&registration.company).into_iter().fold(form, |form, (name, _, value)| form.fill(name, value))
}

fn registered(visit: &Visit, by: &ActingFor, is: &Registration, form: Form) -> RegistrationPage {
    let w = &visit.w;
    let settings = visit.market.settings();
    let fee = match is.fee_minor {
        0 => w.say("sellers-registration-fee-waived").to_string(),
        fee => {
            let fee = w.money(fee, &settings.currency);
            w.say("sellers-registration-fee-due").with("fee", fee).to_string()
        }
    };
    let frame = visit.portal(by.organisation());
    let mut page = RegistrationPage::new(w, frame, form, fee.clone(), by.role() == Role::Owner);
    page.locked = vec![
        Fact::new(w.say("sellers-registration-slug"), format!("/market/{}", is.slug.text())),
        Fact::new(w.say("sellers-country"), is.country.name(w.language())),
        Fact::new(w.say("sellers-registration-fee"), fee),
    ];
    if !page.owns {
        let told = fields(&is.company).into_iter().map(|(_, key, value)| Fact::new(w.say(key), value));
        page.locked.extend(told);
    }
    page
}

async fn send(visit: Visit, Path(organisation): Path<Id<Organisation>>, form: Form) -> Result<Response> {
    let mut tx = visit.write().await?;
    let by = visit.acting_for(&mut tx, organisation, Role::Owner).await?;
    match sellers::registration(&mut tx, organisation).await? {
        Some(registration) => amend(&visit, tx, &by, &registration, form).await,
        None => register(&visit, tx, &by, form).await,
    }
}

async fn register(visit: &Visit, mut tx: Tx, by: &ActingFor, form: Form) -> Result<Response> {
    match try_register(visit, &mut tx, by, &form).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(see(&portal_address(by.organisation().id, "?done=registered")))
        }
        Err(error) => {
            let (status, form, notice) = match form.clone().refused(error) {
                Ok(marked) => (StatusCode::UNPROCESSABLE_ENTITY, marked, None),
                Err(error) => {
                    let (status, notice) = told(&visit.w, error)?;
                    (status, form, Some(notice))
                }
            };
            show_as(status, &fresh(visit, by, form, notice))
        }
    }
}

async fn try_register(visit: &Visit, tx: &mut Tx, by: &ActingFor, form: &Form) -> Result<()> {
    let (new, company) = read(form, true)?;
    let new = new.ok_or_else(|| house::Error::fault("a value that was taken is not there"))?;
    if is_taken(tx, &new.slug).await? {
        let mut mistakes = Mistakes::none();
        mistakes.note("slug", Text::new("refused-sellers-slug-taken"));
        return Err(mistakes.into());
    }
    let code = form.value("waiver_code");
    sellers::register(tx, &visit.market, by, new.slug, new.country, company, code).await?;
    Ok(())
}

async fn amend(visit: &Visit, mut tx: Tx, by: &ActingFor, is: &Registration, form: Form) -> Result<Response> {
    let version = form.value("version").parse().unwrap_or(0);
    let done = match read(&form, false) {
        Ok((_, company)) => sellers::amend(&mut tx, &visit.market, by, version, company).await,
        Err(error) => Err(error),
    };
    let error = match done {
        Ok(()) => {
            tx.commit().await?;
            return Ok(see(&portal_address(by.organisation().id, "/registration?done=amended")));
        }
        Err(error) => error,
    };
    if error.code() == Some("house.changed_meanwhile") {
        return show_as(StatusCode::CONFLICT, &changed_meanwhile(visit, by, is, &form));
    }
    let form = form.refused(error)?;
    show_as(StatusCode::UNPROCESSABLE_ENTITY, &registered(visit, by, is, form))
}

/// What was typed stays in the form; beside it stands what someone else saved, and saving again is a decision.
fn changed_meanwhile(visit: &Visit, by: &ActingFor, is: &Registration, typed: &Form) -> RegistrationPage {
    let w = &visit.w;
    let all = fields(&is.company);
    let form = Form::empty().fill("version", is.version);
    let form = all.iter().fold(form, |form, (name, _, _)| form.fill(name, typed.value(name)));
    let differing = all.iter().filter(|(name, _, value)| typed.value(name).replace("\r\n", "\n") != *value);
    let mut page = registered(visit, by, is, form);
    page.theirs = differing.map(|(_, key, value)| Fact::new(w.say(key), value)).collect();
    page.frame.notices.push(Notice::new(NoticeKind::Warn, w.say("sellers-registration-meanwhile")));
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registration_is_asked_for_in_every_language() {
        house::web::check_samples::<RegistrationPage>(
            &[crate::people::WORDS, crate::sellers::WORDS].concat(),
        );
    }

    #[test]
    fn a_name_suggests_an_address() {
        assert_eq!(suggested("Électricité & Gaz, S.A."), "electricite-gaz-s-a");
    }
}
