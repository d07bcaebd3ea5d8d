//! Who belongs to an organisation, and who is invited.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use house::error::Mistakes;
use house::web::{Choice, Form, Frame, Notice, Page, show, show_as};
use house::words::Words;
use house::{Error, Id, Result, Timestamp, Tx};

use super::{Asked, role_key, see, tell_done, told};
use crate::hall::pages::Visit;
use crate::hall::portal_address;
use crate::market::Market;
use crate::people::{self, ActingFor, Email, Organisation, Person, Role};

pub(super) fn pages() -> Router<Market> {
    Router::new()
        .route("/sell/{organisation}/members", get(members))
        .route("/sell/{organisation}/members/invite", post(invite))
        .route("/sell/{organisation}/members/leave", post(leave))
        .route("/sell/{organisation}/members/{person}/role", post(appoint))
        .route("/sell/{organisation}/members/{person}/dismiss", post(dismiss))
}

/// A member as the page shows them.
struct Member {
    name: String,
    email: String,
    role: String,
    /// Whether it is the reader.
    oneself: bool,
    dismiss: String,
    appoint: String,
    /// The role that they do not have, as a value and in words.
    other_role: &'static str,
    other_role_label: String,
}

struct Invited {
    email: String,
    role: String,
    until: Timestamp,
}

#[derive(Template)]
#[template(path = "people/pages/members.html")]
struct MembersPage {
    w: Words,
    frame: Frame,
    form: Form,
    organisation: String,
    at: String,
    owns: bool,
    members: Vec<Member>,
    invited: Vec<Invited>,
    roles: Vec<Choice>,
}

impl Page for MembersPage {
    fn samples(frame: &Frame) -> Vec<MembersPage> {
        let member = |oneself| Member {
            name: "Ada".into(),
            email: "ada@example.org".into(),
            role: "owner".into(),
            oneself,
            dismiss: "/d".into(),
            appoint: "/a".into(),
            other_role: "contributor",
            other_role_label: "Make contributor".into(),
        };
        [true, false]
            .map(|owns| MembersPage {
                w: frame.w.clone(),
                frame: frame.clone(),
                form: Form::empty(),
                organisation: "Acme".into(),
                at: "/sell/1/members".into(),
                owns,
                members: vec![member(true), member(false)],
                invited: vec![Invited {
                    email: "b@example.org".into(),
                    role: "owner".into(),
                    until: frame.w.now(),
                }],
                roles: roles(&frame.w),
            })
            .into()
    }
}

fn roles(w: &Words) -> Vec<Choice> {
    Role::ALL.iter().map(|role| Choice::new(role.code(), w.say(role_key(*role)))).collect()
}

async fn page(
    visit: &Visit,
    tx: &mut Tx,
    by: &ActingFor,
    form: Form,
    notice: Option<Notice>,
) -> Result<MembersPage> {
    let w = &visit.w;
    let organisation = by.organisation();
    let at = portal_address(organisation.id, "/members");
    let members = people::members_of(tx, organisation.id).await?;
    let members = members.into_iter().map(|(person, role)| {
        let (other_role, key) = match role {
            Role::Owner => (Role::Contributor, "people-members-make-contributor"),
            Role::Contributor => (Role::Owner, "people-members-make-owner"),
        };
        Member {
            oneself: person.id == by.person().id,
            dismiss: format!("{at}/{}/dismiss", person.id),
            appoint: format!("{at}/{}/role", person.id),
            name: person.name,
            email: person.email,
            role: w.say(role_key(role)).to_string(),
            other_role: other_role.code(),
            other_role_label: w.say(key).to_string(),
        }
    });
    let members = members.collect();
    let invited = people::invitations_of(tx, by).await?;
    let invited = invited.into_iter().map(|open| Invited {
        email: open.email,
        role: w.say(role_key(open.role)).to_string(),
        until: open.expires_at,
    });
    let mut frame = visit.portal(organisation);
    frame.notices.extend(notice);
    Ok(MembersPage {
        w: w.clone(),
        frame,
        form,
        organisation: organisation.name.clone(),
        owns: by.role() == Role::Owner,
        members,
        invited: invited.collect(),
        roles: roles(w),
        at,
    })
}

async fn members(
    visit: Visit,
    Path(organisation): Path<Id<Organisation>>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let mut tx = visit.read().await?;
    let by = visit.acting_for(&mut tx, organisation, Role::Contributor).await?;
    let mut page = page(&visit, &mut tx, &by, Form::empty(), None).await?;
    let known = ["invited", "dismissed", "appointed"];
    tell_done(&mut page.frame, "people-done", &known, &asked.done);
    show(&page)
}

async fn invite(visit: Visit, Path(organisation): Path<Id<Organisation>>, form: Form) -> Result<Response> {
    let mut tx = visit.write().await?;
    let by = visit.acting_for(&mut tx, organisation, Role::Owner).await?;
    let mut mistakes = Mistakes::none();
    let Some(email) = mistakes.take("email", Email::parse(form.value("email"))) else {
        let page = page(&visit, &mut tx, &by, form.marked(mistakes), None).await?;
        return show_as(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let role = Role::parse(form.value("role")).unwrap_or(Role::Contributor);
    let done = people::invite(&mut tx, &visit.market, &by, &email, role).await;
    answer(&visit, tx, &by, form, done, "/members?done=invited").await
}

async fn dismiss(
    visit: Visit,
    Path((organisation, person)): Path<(Id<Organisation>, Id<Person>)>,
) -> Result<Response> {
    let mut tx = visit.write().await?;
    let by = visit.acting_for(&mut tx, organisation, Role::Owner).await?;
    let done = people::dismiss(&mut tx, &by, person).await;
    answer(&visit, tx, &by, Form::empty(), done, "/members?done=dismissed").await
}

async fn appoint(
    visit: Visit,
    Path((organisation, person)): Path<(Id<Organisation>, Id<Person>)>,
    form: Form,
) -> Result<Response> {
    let mut tx = visit.write().await?;
    let by = visit.acting_for(&mut tx, organisation, Role::Owner).await?;
    let role = Role::parse(form.value("role")).unwrap_or(Role::Contributor);
    let done = people::appoint(&mut tx, &by, person, role).await;
    answer(&visit, tx, &by, Form::empty(), done, "/members?done=appointed").await
}

async fn leave(visit: Visit, Path(organisation): Path<Id<Organisation>>) -> Result<Response> {
    let mut tx = visit.write().await?;
    let by = visit.acting_for(&mut tx, organisation, Role::Contributor).await?;
    match people::leave(&mut tx, &by).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(see("/account?done=left"))
        }
        Err(error) => answer(&visit, tx, &by, Form::empty(), Err(error), "").await,
    }
}

/// Keeps what was done and leads back to the page, or tells there why it was refused.
async fn answer(
    visit: &Visit,
    mut tx: Tx,
    by: &ActingFor,
    form: Form,
    done: Result<(), Error>,
    end: &str,
) -> Result<Response> {
    match done {
        Ok(()) => {
            tx.commit().await?;
            Ok(see(&portal_address(by.organisation().id, end)))
        }
        Err(error) => {
            let (status, notice) = told(&visit.w, error)?;
            show_as(status, &page(visit, &mut tx, by, form, Some(notice)).await?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_members_are_told_in_every_language() {
        house::web::check_samples::<MembersPage>(crate::people::WORDS);
    }
}
