//! Who did what in an organisation's affairs: the part of the audit log that concerns it.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::response::Response;
use axum::routing::get;
use house::web::{Frame, Page, Turner, show};
use house::words::Words;
use house::{Id, Result, audit};

use super::desk::Row;
use super::{Asked, PAGE, key, turned};
use crate::hall::pages::Visit;
use crate::hall::portal_address;
use crate::market::Market;
use crate::people::{self, Organisation, Role};

pub(super) fn pages() -> Router<Market> {
    Router::new().route("/sell/{organisation}/history", get(history))
}

#[derive(Template)]
#[template(path = "people/pages/history.html")]
struct HistoryPage {
    w: Words,
    frame: Frame,
    rows: Vec<Row>,
    turner: Turner,
}

impl Page for HistoryPage {
    fn samples(frame: &Frame) -> Vec<HistoryPage> {
        let rows = vec![Row::sample(&frame.w)];
        vec![HistoryPage { w: frame.w.clone(), frame: frame.clone(), rows, turner: Turner::default() }]
    }
}

async fn history(
    visit: Visit,
    Path(organisation): Path<Id<Organisation>>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let mut tx = visit.read().await?;
    let by = visit.acting_for(&mut tx, organisation, Role::Contributor).await?;
    let before = key(&asked.before);
    let mut lines = audit::lines_concerning(&mut tx, organisation, before, PAGE as i64 + 1).await?;
    let at = portal_address(organisation, "/history");
    let turner = turned(&mut lines, &asked, &at, |line| line.id.clone());
    // An operator decides by their role; their address is no publisher's business, unless they are a member.
    let members = people::members_of(&mut tx, organisation).await?;
    let operators = people::operators(&mut tx).await?;
    let strangers = operators.iter().filter(|one| members.iter().all(|(member, _)| member.id != one.id));
    let hidden: Vec<&str> = strangers.map(|one| one.email.as_str()).collect();
    let by_role = |row: Row| match hidden.contains(&row.who.as_str()) {
        true => Row { who: visit.w.say("people-history-operator").to_string(), ..row },
        false => row,
    };
    let rows = lines.iter().map(|line| by_role(Row::in_short(&visit.w, line))).collect();
    show(&HistoryPage { w: visit.w.clone(), frame: visit.portal(by.organisation()), rows, turner })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_is_told_in_every_language() {
        house::web::check_samples::<HistoryPage>(crate::people::WORDS);
    }
}
