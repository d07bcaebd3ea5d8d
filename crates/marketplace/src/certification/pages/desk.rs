//! The operator's desk: images of all publishers with their reports, and what was accepted of them.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use certifier::exceptions::Never;
use certifier::finding::Verdict as Each;
use certifier::rulebook::rule_of;
use house::error::NotFound;
use house::web::{Badge, Fact, Form, Frame, Link, Notice, Page, Turner, changes, show, show_as};
use house::words::{Text, Words};
use house::{Id, Result, Timestamp, Tx};
use serde::Deserialize;

use super::{Asked, Body, Desk, ReportPart, facts, run_badge};
use crate::certification::exceptions::{self, Ended, Exception, Wanted, a_year_from};
use crate::certification::judging::Judging;
use crate::certification::report_view::{RuleView, report_view};
use crate::certification::{certificate_address, day_of, midnight, never_key, record};
use crate::hall::pages::Visit;
use crate::images::pages::{news, with_end};
use crate::images::{self, Image};
use crate::market::Market;
use crate::people::pages::{see, tell_done, told};
use crate::people::{self, Operator, Organisation};

/// Images on one page.
const LIST: usize = 50;
/// How far off the last day is that the form proposes.
const PROPOSED_DAYS: i64 = 90;
const DONE: &[&str] = &["granted", "withdrawn"];

pub(super) fn pages() -> Router<Market> {
    Router::new()
        .route("/desk/images", get(list))
        .route("/desk/images/{image}", get(one))
        .route("/desk/images/{image}/part", get(part))
        .route("/desk/images/{image}/except/{rule}", get(ask).post(grant))
        .route("/desk/images/{image}/exceptions/{exception}/withdraw", post(withdraw))
        .route("/desk/exceptions", get(all))
}

pub(super) fn streams() -> Router<Market> {
    Router::new().route("/desk/images/{image}/events", get(events))
}

pub(super) fn address(image: Id<Image>) -> String {
    format!("/desk/images/{image}")
}

// -- All images --

struct Line {
    address: String,
    name: String,
    publisher: String,
    badge: Badge,
    at: Timestamp,
}

#[derive(Template)]
#[template(path = "certification/pages/desk_images.html")]
pub(super) struct DeskImagesPage {
    w: Words,
    frame: Frame,
    ways: Vec<Link>,
    heads: [String; 4],
    lines: Vec<Line>,
    turner: Turner,
}

impl DeskImagesPage {
    fn new(frame: Frame, failed_only: bool, lines: Vec<Line>, turner: Turner) -> DeskImagesPage {
        let w = frame.w.clone();
        let head = |key: &str| w.say(key).to_string();
        DeskImagesPage {
            ways: vec![
                Link::new(w.say("certification-filter-all"), "/desk/images").current(!failed_only),
                Link::new(w.say("certification-desk-failed"), "/desk/images?show=failed")
                    .current(failed_only),
            ],
            heads: [
                head("certification-head-file"),
                head("certification-desk-publisher"),
                head("certification-head-state"),
                head("certification-head-when"),
            ],
            lines,
            turner,
            w,
            frame,
        }
    }
}

impl Page for DeskImagesPage {
    fn samples(frame: &Frame) -> Vec<Self> {
        let line = Line {
            address: "/desk/images/1".to_owned(),
            name: "disk.vhd".to_owned(),
            publisher: "Acme".to_owned(),
            badge: run_badge(&frame.w, None),
            at: frame.w.now(),
        };
        [(vec![line], false), (Vec::new(), true)]
            .map(|(lines, failed)| DeskImagesPage::new(frame.clone(), failed, lines, Turner::default()))
            .into()
    }
}

#[derive(Debug, Default, Deserialize)]
struct Wish {
    show: Option<String>,
    before: Option<String>,
}

async fn list(visit: Visit, Query(wish): Query<Wish>) -> Result<Response> {
    let operator = visit.operator()?;
    let failed_only = wish.show.as_deref() == Some("failed");
    let before = wish.before.as_deref().and_then(|text| Id::parse(text).ok());
    let mut tx = visit.read().await?;
    let profile = &visit.market.settings().profile;
    let mut rows = record::desk::images(&mut tx, profile, failed_only, before, LIST as i64 + 1).await?;
    let mut turner = Turner::cut(&mut rows, LIST, "/desk/images", before.is_some(), |row| row.image);
    if failed_only {
        let narrowed = |address: String| match address.contains('?') {
            true => format!("{address}&show=failed"),
            false => format!("{address}?show=failed"),
        };
        turner = Turner { previous: turner.previous.map(narrowed), next: turner.next.map(narrowed) };
    }
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        let run = match row.run {
            Some(run) => record::run(&mut tx, run).await?,
            None => None,
        };
        lines.push(Line {
            address: address(row.image),
            badge: run_badge(&visit.w, run.as_ref()),
            name: row.file_name,
            publisher: row.publisher,
            at: row.sealed_at,
        });
    }
    show(&DeskImagesPage::new(visit.desk(&operator), failed_only, lines, turner))
}

// -- One image --

#[derive(Template)]
#[template(path = "certification/pages/desk_image.html")]
pub(super) struct DeskImagePage {
    w: Words,
    frame: Frame,
    crumbs: Vec<Link>,
    profiles: Vec<Link>,
    title: String,
    publisher: String,
    report: ReportPart,
    facts: Vec<Fact>,
    events: String,
    part: String,
    past: Vec<Past>,
}

/// An exception that was granted to the image, in its history.
struct Past {
    rule: String,
    line: String,
    state: String,
    at: Timestamp,
}

impl DeskImagePage {
    fn new(frame: Frame, image: &Image, publisher: String, report: ReportPart, past: &[Exception]) -> Self {
        let w = frame.w.clone();
        let here = address(image.id);
        let profiles = report.profiles(&here);
        let today = day_of(w.now());
        DeskImagePage {
            crumbs: crumbs(&w, &image.file_name, None),
            profiles,
            title: image.file_name.clone(),
            publisher,
            facts: facts(&w, image, &report),
            events: format!("{here}/events"),
            part: format!("{here}/part?profile={}", report.profile),
            past: past
                .iter()
                .map(|one| Past {
                    rule: one.rule.clone(),
                    line: one.in_words(&w),
                    state: w.say(state_key(one, today)).to_string(),
                    at: one.granted_at,
                })
                .collect(),
            report,
            w,
            frame,
        }
    }
}

fn state_key(exception: &Exception, today: certifier::date::Date) -> &'static str {
    match exception.ended {
        Some((Ended::Withdrawn, _)) => "certification-exception-withdrawn",
        Some((Ended::Replaced, _)) => "certification-exception-replaced",
        Some((Ended::Expired, _)) => "certification-exception-expired",
        None if exception.until < today => "certification-exception-expired",
        None => "certification-exception-stands",
    }
}

/// The way to the list of images; `leaf` is a page below the image's own.
fn crumbs(w: &Words, file: &str, leaf: Option<(&str, String)>) -> Vec<Link> {
    let mut crumbs = vec![Link::new(w.say("hall-desk-images"), "/desk/images")];
    match leaf {
        None => crumbs.push(Link::new(file, "").current(true)),
        Some((leaf, image)) => {
            crumbs.push(Link::new(file, image));
            crumbs.push(Link::new(leaf, "").current(true));
        }
    }
    crumbs
}

impl Page for DeskImagePage {
    fn samples(frame: &Frame) -> Vec<Self> {
        let (image, at) = (Image::sample(), frame.w.now());
        let today = day_of(at);
        let ends =
            [None, Some((Ended::Withdrawn, at)), Some((Ended::Replaced, at)), Some((Ended::Expired, at))];
        let past: Vec<Exception> = ends.map(|ended| sample_exception(today, at, ended)).into();
        let bodies = [
            Body::NeverJudged,
            Body::Waiting { percent: 40, running: true },
            Body::Report { view: super::sample_view(&frame.w), judged: Judging::at(at) },
        ];
        bodies
            .into_iter()
            .map(|body| {
                let part = ReportPart::new(&frame.w, &image, "kvm".to_owned(), body, String::new());
                DeskImagePage::new(frame.clone(), &image, "Acme".to_owned(), part.on_desk(&image), &past)
            })
            .collect()
    }
}

fn sample_exception(
    until: certifier::date::Date,
    at: Timestamp,
    ended: Option<(Ended, Timestamp)>,
) -> Exception {
    Exception {
        id: Id::sample(4),
        image: Id::sample(7),
        content_id: "ab".repeat(32),
        rule: "L24".to_owned(),
        reason: "Kept for audits.".to_owned(),
        until,
        granted_at: at,
        ended,
    }
}

#[derive(Debug, Default, Deserialize)]
struct Done {
    #[serde(default)]
    done: String,
}

async fn image_of(tx: &mut Tx, id: &str) -> Result<(Image, Organisation)> {
    let image = images::image(tx, Id::parse(id).map_err(|_| NotFound)?).await?.ok_or(NotFound)?;
    let publisher = people::organisation(tx, image.organisation).await?.ok_or(NotFound)?;
    Ok((image, publisher))
}

async fn one(
    visit: Visit,
    Path(image): Path<String>,
    Query(asked): Query<Asked>,
    Query(done): Query<Done>,
) -> Result<Response> {
    let operator = visit.operator()?;
    let mut tx = visit.read().await?;
    let (image, publisher) = image_of(&mut tx, &image).await?;
    let past = exceptions::of(&mut tx, image.id).await?;
    drop(tx);
    let report = ReportPart::of(&visit, &image, &asked).await?.on_desk(&image);
    let mut frame = visit.desk(&operator);
    tell_done(&mut frame, "certification-exception-done", DONE, &done.done);
    show(&DeskImagePage::new(frame, &image, publisher.name, report, &past))
}

async fn part(visit: Visit, Path(image): Path<String>, Query(asked): Query<Asked>) -> Result<Response> {
    visit.operator()?;
    let (image, _) = image_of(&mut visit.read().await?, &image).await?;
    let part = ReportPart::of(&visit, &image, &asked).await?.on_desk(&image);
    Ok(with_end(show(&part)?, part.is_over()))
}

async fn events(visit: Visit, Path(image): Path<String>) -> Result<impl IntoResponse> {
    visit.operator()?;
    image_of(&mut visit.read().await?, &image).await?;
    Ok(changes(news(&visit.market)))
}

// -- One rule --

#[derive(Template)]
#[template(path = "certification/pages/except.html")]
pub(super) struct ExceptPage {
    w: Words,
    frame: Frame,
    crumbs: Vec<Link>,
    form: Form,
    here: String,
    profile: String,
    back: String,
    file: String,
    publisher: String,
    rule: RuleView,
    /// Why nobody may accept it, whatever the reason.
    refused: Option<String>,
    /// What stands, and where it is withdrawn.
    stands: Option<(String, String)>,
    until_hint: String,
}

/// What an operator decides about.
struct Question {
    image: Image,
    publisher: Organisation,
    profile: String,
    rule: RuleView,
    verdict: Each,
    stands: Option<Exception>,
}

impl ExceptPage {
    fn new(w: &Words, frame: Frame, question: Question, form: Form) -> ExceptPage {
        let Question { image, publisher, profile, rule, verdict, stands } = question;
        let (today, image_page) = (day_of(w.now()), address(image.id));
        let back = format!("{image_page}?profile={profile}");
        let refused = match (Never::of(&rule.id), verdict) {
            (Some(never), _) => Some(Text::new(never_key(never)).with("rule", &rule.id)),
            (None, Each::NotDecided) => {
                Some(Text::new("refused-certification-not-seen").with("rule", &rule.id))
            }
            (None, Each::Fail | Each::Warn | Each::Excepted) => None,
            (None, _) => Some(Text::new("refused-certification-not-broken").with("rule", &rule.id)),
        };
        let latest = w.date(midnight(a_year_from(today)));
        ExceptPage {
            crumbs: crumbs(w, &image.file_name, Some((&rule.id, back.clone()))),
            here: format!("{image_page}/except/{}", rule.id),
            refused: refused.map(|text| w.tell(&text)),
            stands: stands
                .map(|one| (one.in_words(w), format!("{image_page}/exceptions/{}/withdraw", one.id))),
            until_hint: w.say("certification-except-until-hint").with("latest", latest).to_string(),
            file: image.file_name,
            publisher: publisher.name,
            back,
            profile,
            rule,
            form,
            w: w.clone(),
            frame,
        }
    }
}

impl Page for ExceptPage {
    fn samples(frame: &Frame) -> Vec<Self> {
        let w = &frame.w;
        let today = day_of(w.now());
        let view = super::sample_view(w);
        let rule =
            |id: &str| RuleView { id: id.to_owned(), ..view.must_fix.first().expect("it fails").clone() };
        let question = |id: &str, verdict, stands: bool| Question {
            image: Image::sample(),
            publisher: Organisation { id: Id::sample(1), name: "Acme".to_owned() },
            profile: "kvm".to_owned(),
            rule: rule(id),
            verdict,
            stands: stands.then(|| sample_exception(today, w.now(), None)),
        };
        let wrong = Wanted::parse("", "", today).map(|_| ()).expect_err("nothing was typed");
        let marked = Form::empty().refused(wrong).unwrap_or_default();
        [
            (question("L24", Each::Fail, false), Form::empty()),
            (question("L24", Each::Excepted, true), marked),
            (question("M01", Each::Fail, false), Form::empty()),
            (question("P06", Each::Fail, false), Form::empty()),
            (question("L20", Each::Fail, false), Form::empty()),
            (question("L24", Each::NotDecided, false), Form::empty()),
            (question("L24", Each::Pass, false), Form::empty()),
        ]
        .map(|(question, form)| ExceptPage::new(w, frame.clone(), question, form))
        .into()
    }
}

async fn question(visit: &Visit, tx: &mut Tx, image: &str, rule: &str, profile: String) -> Result<Question> {
    let rule = rule_of(rule).ok_or(NotFound)?.id;
    let (image, publisher) = image_of(tx, image).await?;
    let run = record::newest_concluded(tx, image.id, &profile).await?.ok_or(NotFound)?;
    let report = record::report(tx, run.id).await?.ok_or(NotFound)?;
    let verdict = report.rule(rule).ok_or(NotFound)?.verdict;
    let rule = report_view(&report, &visit.w).rule(rule).ok_or(NotFound)?;
    let stands = exceptions::in_force(tx, image.id, day_of(tx.now())).await?;
    let stands = stands.into_iter().find(|one| one.rule == rule.id);
    Ok(Question { image, publisher, profile, rule, verdict, stands })
}

async fn ask(
    visit: Visit,
    Path((image, rule)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let operator = visit.operator()?;
    let profile = asked.profile(&visit.market)?;
    let mut tx = visit.read().await?;
    let question = question(&visit, &mut tx, &image, &rule, profile).await?;
    let today = day_of(tx.now());
    drop(tx);
    let form = match &question.stands {
        Some(stands) => Form::empty().fill("reason", &stands.reason).fill("until", stands.until),
        None => {
            let proposed = midnight(today) + jiff::SignedDuration::from_hours(PROPOSED_DAYS * 24);
            Form::empty().fill("until", day_of(proposed))
        }
    };
    show(&ExceptPage::new(&visit.w, visit.desk(&operator), question, form))
}

async fn grant(visit: Visit, Path((image, rule)): Path<(String, String)>, form: Form) -> Result<Response> {
    let operator = visit.operator()?;
    let asked = Asked { profile: Some(form.value("profile").to_owned()), show: None };
    let profile = asked.profile(&visit.market)?;
    let done = granted(&visit, &operator, &image, &rule, &profile, &form).await;
    let Err(error) = done else {
        return Ok(see(&format!("/desk/images/{image}?profile={profile}&done=granted")));
    };
    let mut tx = visit.read().await?;
    let question = question(&visit, &mut tx, &image, &rule, profile).await?;
    drop(tx);
    let again = |form, notice: Option<Notice>, status: StatusCode| {
        let mut frame = visit.desk(&operator);
        frame.notices.extend(notice);
        show_as(status, &ExceptPage::new(&visit.w, frame, question, form))
    };
    match form.clone().refused(error) {
        Ok(marked) => again(marked, None, StatusCode::UNPROCESSABLE_ENTITY),
        Err(error) => {
            let (status, notice) = told(&visit.w, error)?;
            again(form, Some(notice), status)
        }
    }
}

async fn granted(
    visit: &Visit,
    operator: &Operator,
    image: &str,
    rule: &str,
    profile: &str,
    form: &Form,
) -> Result<()> {
    let mut tx = visit.write().await?;
    let wanted = Wanted::parse(form.value("reason"), form.value("until"), day_of(tx.now()))?;
    let (image, _) = image_of(&mut tx, image).await?;
    exceptions::grant(&mut tx, &visit.market, operator, &image, profile, rule, &wanted).await?;
    tx.commit().await
}

async fn withdraw(
    visit: Visit,
    Path((image, exception)): Path<(String, Id<Exception>)>,
    form: Form,
) -> Result<Response> {
    let operator = visit.operator()?;
    let asked = Asked { profile: Some(form.value("profile").to_owned()), show: None };
    let profile = asked.profile(&visit.market)?;
    let mut tx = visit.write().await?;
    let (image, _) = image_of(&mut tx, &image).await?;
    exceptions::withdraw(&mut tx, &visit.market, &operator, &image, exception).await?;
    tx.commit().await?;
    Ok(see(&format!("{}?profile={profile}&done=withdrawn", address(image.id))))
}

// -- All exceptions --

struct Accepted {
    rule: Link,
    title: String,
    image: Link,
    publisher: String,
    line: String,
    until: String,
    certificate: Option<String>,
}

#[derive(Template)]
#[template(path = "certification/pages/desk_exceptions.html")]
pub(super) struct ExceptionsPage {
    w: Words,
    frame: Frame,
    all: Vec<Accepted>,
}

impl Page for ExceptionsPage {
    fn samples(frame: &Frame) -> Vec<Self> {
        let one = Accepted {
            rule: Link::new("L24", "/desk/images/1/except/L24"),
            title: "Shell histories".to_owned(),
            image: Link::new("disk.vhd", "/desk/images/1"),
            publisher: "Acme".to_owned(),
            line: "Kept for audits.".to_owned(),
            until: "…".to_owned(),
            certificate: Some("/certificates/1".to_owned()),
        };
        [vec![], vec![one]].map(|all| ExceptionsPage { w: frame.w.clone(), frame: frame.clone(), all }).into()
    }
}

async fn all(visit: Visit) -> Result<Response> {
    let operator = visit.operator()?;
    let w = &visit.w;
    let mut tx = visit.read().await?;
    let today = day_of(tx.now());
    let mut all = Vec::new();
    for (one, file, publisher) in exceptions::all_in_force(&mut tx, today).await? {
        let publisher = people::organisation(&mut tx, publisher).await?;
        let at = address(one.image);
        let certificate =
            super::super::certificate(&mut tx, one.image, &visit.market.settings().profile).await?;
        all.push(Accepted {
            rule: Link::new(&one.rule, one.address()),
            title: super::language_of(w).word(&format!("{}.title", one.rule)).to_owned(),
            image: Link::new(file, at),
            publisher: publisher.map(|publisher| publisher.name).unwrap_or_default(),
            line: one.reason,
            until: w.date(midnight(one.until)),
            certificate: certificate
                .and_then(|one| one.address.is_some().then(|| certificate_address(one.run))),
        });
    }
    drop(tx);
    show(&ExceptionsPage { w: w.clone(), frame: visit.desk(&operator), all })
}

impl ReportPart {
    /// The same report with the operator's ways to accept what is broken.
    fn on_desk(self, image: &Image) -> ReportPart {
        ReportPart { desk: Some(Desk { image: address(image.id) }), ..self }
    }
}
