//! The road that a seller goes: explained to everyone, and for an organisation with what is done and the one thing to do next.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use house::error::Mistakes;
use house::web::{Badge, Fact, Form, Frame, Link, Notice, Page, State, Step, show, show_as};
use house::words::Words;
use house::{Id, Result, Timestamp, Tx};

use super::decide::{facts, sample, stage};
use super::policies::title;
use super::{Asked, TEXT_MAX};
use crate::hall::pages::Visit;
use crate::hall::portal_address;
use crate::market::Market;
use crate::people::pages::{see, tell_done, told};
use crate::people::{ActingFor, Organisation, Role, lines};
use crate::sellers::{self, AGREEMENTS, Agreement, Milestone, Nomination, Seller, Stage};

pub(super) fn pages() -> Router<Market> {
    Router::new()
        .route("/sell", get(landing))
        .route("/sell/{organisation}", get(overview))
        .route("/sell/{organisation}/answer", post(answer))
        .route("/sell/{organisation}/agreements", post(accept))
}

#[derive(Template)]
#[template(path = "sellers/pages/landing.html")]
struct LandingPage {
    w: Words,
    frame: Frame,
    fee: String,
    organisations: Vec<Link>,
}

impl Page for LandingPage {
    fn samples(frame: &Frame) -> Vec<LandingPage> {
        [vec![], vec![Link::new("Acme", "/sell/1")]]
            .map(|organisations| LandingPage {
                w: frame.w.clone(),
                frame: frame.clone(),
                fee: frame.w.money(9_900, "EUR"),
                organisations,
            })
            .into()
    }
}

async fn landing(visit: Visit) -> Result<Response> {
    let settings = visit.market.settings();
    let organisations = visit.organisations().iter();
    let organisations =
        organisations.map(|(one, _)| Link::new(&one.name, portal_address(one.id, ""))).collect();
    let fee = visit.w.money(settings.registration_fee_minor, &settings.currency);
    show(&LandingPage { w: visit.w.clone(), frame: visit.shop(), fee, organisations })
}

/// The one thing to do next.
enum Next {
    Nominate,
    Wait,
    Answer {
        question: String,
    },
    NominateAgain {
        reason: String,
    },
    Register {
        owns: bool,
    },
    Accept {
        agreements: Vec<(Link, String)>,
        owns: bool,
    },
    Upload,
    /// An image is certified; no offer is begun.
    Draft,
    /// An offer is begun and none is on sale.
    Publish,
    /// The road is walked.
    Sell,
    Suspended,
}

#[derive(Template)]
#[template(path = "sellers/pages/overview.html")]
struct OverviewPage {
    w: Words,
    frame: Frame,
    form: Form,
    name: String,
    at: String,
    steps: Vec<Step>,
    next: Next,
    /// What was nominated, and how it stands.
    nominated: Option<(String, Badge, Vec<Fact>)>,
}

struct Standing {
    nomination: Option<Nomination>,
    seller: Option<Seller>,
    outstanding: Vec<&'static Agreement>,
    milestones: Vec<(Milestone, Timestamp)>,
}

impl Standing {
    async fn of(tx: &mut Tx, by: &ActingFor) -> Result<Standing> {
        let organisation = by.organisation().id;
        Ok(Standing {
            nomination: sellers::nomination_of(tx, organisation).await?,
            seller: sellers::seller(tx, organisation).await?,
            outstanding: sellers::outstanding(tx, organisation).await?,
            milestones: sellers::milestones(tx, organisation).await?,
        })
    }

    fn reached(&self, milestone: Milestone) -> Option<Timestamp> {
        self.milestones.iter().find(|(reached, _)| *reached == milestone).map(|(_, at)| *at)
    }

    fn next_to_sell(&self) -> Next {
        let reached = |milestone| self.reached(milestone).is_some();
        match (reached(Milestone::Certified), reached(Milestone::Drafted), reached(Milestone::Live)) {
            (_, _, true) => Next::Sell,
            (false, _, _) => Next::Upload,
            (true, false, _) => Next::Draft,
            (true, true, _) => Next::Publish,
        }
    }

    fn next(&self, w: &Words, owns: bool) -> Next {
        if let Some(seller) = &self.seller {
            if seller.suspended {
                return Next::Suspended;
            }
            if self.outstanding.is_empty() {
                return self.next_to_sell();
            }
            let link = |one: &&'static Agreement| Link::new(title(w, one), format!("/policies/{}", one.id));
            let agreements = self.outstanding.iter().map(|one| (link(one), one.edition().to_owned()));
            return Next::Accept { agreements: agreements.collect(), owns };
        }
        let Some(nomination) = &self.nomination else { return Next::Nominate };
        match &nomination.stage {
            Stage::Submitted => Next::Wait,
            Stage::Asked => Next::Answer { question: nomination.question.clone().unwrap_or_default() },
            Stage::Approved { .. } => Next::Register { owns },
            Stage::Rejected { reason, .. } => Next::NominateAgain { reason: reason.clone() },
        }
    }

    fn steps(&self, w: &Words) -> Vec<Step> {
        let nomination = self.nomination.as_ref();
        let stage = nomination.map(|nomination| &nomination.stage);
        let nominated = match nomination {
            Some(nomination) => Step::new(w.say("sellers-step-nominate"), State::Pass).at(nomination.made_at),
            None => Step::new(w.say("sellers-step-nominate"), State::Run)
                .message(w.say("sellers-step-nominate-line")),
        };
        let decision = w.say("sellers-step-decision");
        let decision = match stage {
            None => Step::new(decision, State::Wait).message(w.say("sellers-step-decision-line")),
            Some(Stage::Submitted) => {
                Step::new(decision, State::Run).message(w.say("sellers-step-decision-line"))
            }
            Some(Stage::Asked) => {
                Step::new(decision, State::Warn).message(w.say("sellers-step-decision-asked"))
            }
            Some(Stage::Approved { at, .. }) => Step::new(decision, State::Pass).at(*at),
            Some(Stage::Rejected { at, .. }) => Step::new(decision, State::Fail).at(*at),
        };
        let approved = matches!(stage, Some(Stage::Approved { .. }));
        let state = match (&self.seller, approved) {
            (Some(_), _) if self.outstanding.is_empty() => State::Pass,
            (Some(_), _) => State::Warn,
            (None, true) => State::Run,
            (None, false) => State::Wait,
        };
        let register =
            Step::new(w.say("sellers-step-register"), state).message(w.say("sellers-step-register-line"));
        let mut ready = self.seller.is_some() && self.outstanding.is_empty();
        let mut later = |key, line, milestone| match self.reached(milestone) {
            Some(at) => Step::new(w.say(key), State::Pass).at(at),
            // The first that is not reached is the one to do.
            None if std::mem::take(&mut ready) => Step::new(w.say(key), State::Run).message(w.say(line)),
            None => Step::new(w.say(key), State::Wait).message(w.say(line)),
        };
        vec![
            nominated,
            decision,
            register,
            later("sellers-step-upload", "sellers-step-upload-line", Milestone::Certified),
            later("sellers-step-offer", "sellers-step-offer-line", Milestone::Drafted),
            later("sellers-step-publish", "sellers-step-publish-line", Milestone::Live),
        ]
    }
}

impl OverviewPage {
    fn new(
        w: &Words,
        frame: Frame,
        organisation: &Organisation,
        owns: bool,
        standing: &Standing,
    ) -> OverviewPage {
        let nominated = standing.nomination.as_ref().map(|nomination| {
            (nomination.nominee.product.clone(), stage(w, &nomination.stage), facts(w, nomination))
        });
        OverviewPage {
            w: w.clone(),
            frame,
            form: Form::empty(),
            name: organisation.name.clone(),
            at: portal_address(organisation.id, ""),
            steps: standing.steps(w),
            next: standing.next(w, owns),
            nominated,
        }
    }
}

impl Page for OverviewPage {
    fn samples(frame: &Frame) -> Vec<OverviewPage> {
        let at = frame.w.now();
        let organisation = Organisation { id: Id::sample(1), name: "Acme".into() };
        let seller = |suspended| Seller {
            organisation: organisation.id,
            slug: "acme".into(),
            display_name: "Acme".into(),
            legal_name: "Acme SAS".into(),
            country: "FR".into(),
            website: "https://example.org".into(),
            contact_name: "Ada".into(),
            contact_email: "ada@example.org".into(),
            contact_phone: "1".into(),
            suspended,
            version: 1,
        };
        let approved = || Some(Stage::Approved { waiver_code: "ABC".into(), at });
        let rejected = Stage::Rejected { reason: "Too early.".into(), at };
        let all = || AGREEMENTS.iter().collect::<Vec<_>>();
        let cases = [
            (None, None, all(), true),
            (Some(Stage::Submitted), None, all(), true),
            (Some(Stage::Asked), None, all(), true),
            (Some(rejected), None, all(), true),
            (approved(), None, all(), true),
            (approved(), None, all(), false),
            (approved(), Some(seller(false)), all(), true),
            (approved(), Some(seller(false)), all(), false),
            (approved(), Some(seller(false)), vec![], true),
            (approved(), Some(seller(true)), vec![], true),
        ];
        let page = |(stage, seller, outstanding, owns): (Option<Stage>, _, _, _)| {
            let nomination = stage.map(|stage| sample(stage, at));
            let standing = Standing { nomination, seller, outstanding, milestones: Vec::new() };
            OverviewPage::new(&frame.w, frame.clone(), &organisation, owns, &standing)
        };
        let registered = |milestones: &[Milestone]| {
            let milestones = milestones.iter().map(|milestone| (*milestone, at)).collect();
            let nomination = approved().map(|stage| sample(stage, at));
            let standing =
                Standing { nomination, seller: Some(seller(false)), outstanding: vec![], milestones };
            OverviewPage::new(&frame.w, frame.clone(), &organisation, true, &standing)
        };
        let further =
            [&[Milestone::Certified][..], &[Milestone::Certified, Milestone::Drafted], Milestone::ALL];
        cases.into_iter().map(page).chain(further.map(registered)).collect()
    }
}

async fn page(visit: &Visit, tx: &mut Tx, by: &ActingFor, notice: Option<Notice>) -> Result<OverviewPage> {
    let standing = Standing::of(tx, by).await?;
    let mut frame = visit.portal(by.organisation());
    frame.notices.extend(notice);
    Ok(OverviewPage::new(&visit.w, frame, by.organisation(), by.role() == Role::Owner, &standing))
}

async fn overview(
    visit: Visit,
    Path(organisation): Path<Id<Organisation>>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let mut tx = visit.read().await?;
    let by = visit.acting_for(&mut tx, organisation, Role::Contributor).await?;
    let mut page = page(&visit, &mut tx, &by, None).await?;
    let known = ["nominated", "answered", "registered", "accepted"];
    tell_done(&mut page.frame, "sellers-done", &known, &asked.done);
    show(&page)
}

async fn answer(visit: Visit, Path(organisation): Path<Id<Organisation>>, form: Form) -> Result<Response> {
    let mut tx = visit.write().await?;
    let by = visit.acting_for(&mut tx, organisation, Role::Contributor).await?;
    let nomination = sellers::nomination_of(&mut tx, organisation).await?.ok_or(house::error::NotFound)?;
    let mut mistakes = Mistakes::none();
    let Some(text) = mistakes.take("answer", lines(form.value("answer"), TEXT_MAX)) else {
        let mut page = page(&visit, &mut tx, &by, None).await?;
        page.form = form.marked(mistakes);
        return show_as(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    match sellers::answer(&mut tx, &visit.market, &by, nomination.id, text).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(see(&portal_address(organisation, "?done=answered")))
        }
        Err(error) => {
            let (status, notice) = told(&visit.w, error)?;
            let mut page = page(&visit, &mut tx, &by, Some(notice)).await?;
            page.form = form;
            show_as(status, &page)
        }
    }
}

/// Accepts what is outstanding; the button stands below the list of exactly that.
async fn accept(visit: Visit, Path(organisation): Path<Id<Organisation>>, form: Form) -> Result<Response> {
    let mut tx = visit.write().await?;
    let by = visit.acting_for(&mut tx, organisation, Role::Owner).await?;
    // An edition that came out after the page was drawn was not read, and is not accepted with the others.
    let seen: Vec<_> = sellers::outstanding(&mut tx, organisation).await?;
    let seen: Vec<_> =
        seen.into_iter().filter(|one| form.has("edition", format!("{}/{}", one.id, one.edition()))).collect();
    sellers::accept(&mut tx, &by, &seen).await?;
    tx.commit().await?;
    Ok(see(&portal_address(organisation, "?done=accepted")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sellers::WORDS;

    #[test]
    fn the_road_is_told_in_every_language_at_every_stop() {
        house::web::check_samples::<LandingPage>(WORDS);
        house::web::check_samples::<OverviewPage>(WORDS);
    }
}
