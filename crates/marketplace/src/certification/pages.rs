//! The images of a publisher with their verdicts, and the report of one.

mod desk;
mod report;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use house::web::{Badge, Fact, Form, Frame, Link, Page, State, changes, show};
use house::words::Words;
use house::{Error, Id, Result, Timestamp};
use serde::Deserialize;

use report::{Body, Desk, ReportPart};

use super::comparison::pages::Told;
use super::judging::Judging;
use super::report_view::{ReportView, language_of, report_view};
use super::{Refused, Run, Stage, Verdict, record};
use crate::hall::pages::Visit;
use crate::hall::portal_address;
use crate::images::pages::{acting, crumbs, image_address, news, with_end};
use crate::images::{self, Image};
use crate::market::Market;
use crate::people::{ActingFor, Organisation};

pub fn pages() -> Router<Market> {
    Router::new()
        .route("/sell/{organisation}/images", get(list))
        .route("/sell/{organisation}/images/part", get(list_part))
        .route("/sell/{organisation}/images/{image}", get(one))
        .route("/sell/{organisation}/images/{image}/part", get(one_part))
        .route("/sell/{organisation}/images/{image}/report.json", get(as_json))
        .route("/sell/{organisation}/images/{image}/judge", post(judge))
        .merge(super::api::api())
        .merge(desk::pages())
        .merge(super::comparison::pages::pages())
}

pub fn streams() -> Router<Market> {
    Router::new()
        .route("/sell/{organisation}/images/events", get(list_events))
        .route("/sell/{organisation}/images/{image}/events", get(one_events))
        .merge(desk::streams())
}

/// One line of the list: an image, or an upload on its way to becoming one.
struct Line {
    address: String,
    name: String,
    badge: Badge,
    size_bytes: u64,
    at: Timestamp,
}

#[derive(Template)]
#[template(path = "certification/pages/list.html")]
struct ListPart {
    w: Words,
    lines: Vec<Line>,
    heads: [String; 4],
    upload: String,
}

#[derive(Template)]
#[template(path = "certification/pages/images.html")]
struct ImagesPage {
    w: Words,
    frame: Frame,
    list: ListPart,
    events: String,
    part: String,
}

impl ListPart {
    fn new(w: &Words, organisation: Id<Organisation>, lines: Vec<Line>) -> ListPart {
        let head = |key: &str| w.say(key).to_string();
        ListPart {
            heads: [
                head("certification-head-file"),
                head("certification-head-state"),
                format!(">{}", head("certification-head-size")),
                head("certification-head-when"),
            ],
            w: w.clone(),
            lines,
            upload: portal_address(organisation, "/images/upload"),
        }
    }

    async fn of(visit: &Visit, by: &ActingFor) -> Result<ListPart> {
        let w = &visit.w;
        let mut tx = visit.read().await?;
        let uploads = images::uploads_of(&mut tx, by).await?;
        let sealed = images::images_of(&mut tx, by).await?;
        let runs =
            record::newest_of_all(&mut tx, by.organisation().id, &visit.market.settings().profile).await?;
        let mut lines: Vec<Line> = uploads
            .iter()
            .map(|upload| Line {
                address: images::pages::address(upload),
                name: upload.file_name.clone(),
                badge: upload_badge(w, upload),
                size_bytes: upload.size_bytes,
                at: upload.touched_at,
            })
            .collect();
        lines.extend(sealed.into_iter().map(|image| Line {
            address: image_address(image.organisation, image.id),
            badge: run_badge(w, runs.iter().find(|run| run.image == image.id)),
            size_bytes: u64::try_from(image.size_bytes).unwrap_or(0),
            at: image.sealed_at,
            name: image.file_name,
        }));
        Ok(ListPart::new(w, by.organisation().id, lines))
    }
}

impl ImagesPage {
    fn new(frame: Frame, organisation: Id<Organisation>, list: ListPart) -> ImagesPage {
        let at = |end: &str| portal_address(organisation, &format!("/images/{end}"));
        ImagesPage { w: frame.w.clone(), frame, list, events: at("events"), part: at("part") }
    }
}

impl Page for ImagesPage {
    fn samples(frame: &Frame) -> Vec<ImagesPage> {
        let w = &frame.w;
        let at = house::clock::from_micros(1_799_999_000_000_000);
        let states = [None, Some(Stage::Queued), Some(Stage::Running { percent: 40 })]
            .into_iter()
            .chain(VERDICTS.map(|verdict| Some(Stage::Concluded { at, verdict })));
        let lines = states.map(|stage| {
            let run = stage.map(|stage| sample_run(stage, at));
            Line {
                address: "/".to_owned(),
                name: "disk.vhd".to_owned(),
                badge: run_badge(w, run.as_ref()),
                size_bytes: 2 << 30,
                at,
            }
        });
        [Vec::new(), lines.collect()]
            .map(|lines| {
                ImagesPage::new(frame.clone(), Id::sample(1), ListPart::new(w, Id::sample(1), lines))
            })
            .into()
    }
}

const VERDICTS: [Verdict; 3] = [Verdict::Certified, Verdict::NotCertified, Verdict::CouldNotJudge];

fn sample_run(stage: Stage, begun_at: Timestamp) -> Run {
    Run { id: Id::sample(9), image: Id::sample(7), profile: "kvm".to_owned(), begun_at, stage }
}

fn upload_badge(w: &Words, upload: &images::Upload) -> Badge {
    match &upload.stage {
        images::Stage::Receiving => {
            let word = w.say("certification-state-receiving").with("percent", w.percent(upload.percent()));
            Badge::new("upload", word).class("run")
        }
        images::Stage::Refused { .. } | images::Stage::Discarded { .. } => {
            Badge::state(State::Fail, w.say("certification-state-refused"))
        }
        images::Stage::Sealing | images::Stage::Sealed { .. } => {
            Badge::state(State::Run, w.say("certification-state-sealing"))
        }
    }
}

/// The mark of an image in lists: what came of its newest run.
pub fn run_badge(w: &Words, run: Option<&Run>) -> Badge {
    match run.map(|run| &run.stage) {
        None => Badge::state(State::Wait, w.say("certification-state-never")),
        Some(Stage::Queued) => Badge::state(State::Wait, w.say("certification-state-queued")),
        Some(Stage::Running { percent }) => {
            let word = w.say("certification-state-running").with("percent", w.percent(percent));
            Badge::state(State::Run, word)
        }
        Some(Stage::Concluded { verdict: Verdict::Certified, .. }) => {
            Badge::new("badge-check", w.say("certification-state-certified")).class("pass")
        }
        Some(Stage::Concluded { verdict: Verdict::NotCertified, .. }) => {
            Badge::state(State::Fail, w.say("certification-state-not-certified"))
        }
        Some(Stage::Concluded { verdict: Verdict::CouldNotJudge, .. }) => {
            Badge::state(State::Warn, w.say("certification-state-could-not-judge"))
        }
    }
}

/// What is shown of a report: all of it, or one group of rules.
#[derive(Template)]
#[template(path = "certification/pages/image.html")]
struct ImagePage {
    w: Words,
    frame: Frame,
    crumbs: Vec<Link>,
    profiles: Vec<Link>,
    image: Image,
    report: ReportPart,
    facts: Vec<Fact>,
    events: String,
    part: String,
    json: String,
    desk_line: String,
}

impl ImagePage {
    fn new(frame: Frame, image: Image, report: ReportPart) -> ImagePage {
        let w = frame.w.clone();
        let here = image_address(image.organisation, image.id);
        let profiles = report.profiles(&here);
        let query = format!("?profile={}", report.profile);
        ImagePage {
            crumbs: crumbs(&w, image.organisation, &image.file_name),
            profiles,
            facts: facts(&w, &image, &report),
            events: format!("{here}/events"),
            part: format!("{here}/part{query}"),
            json: format!("{here}/report.json{query}"),
            desk_line: format!("halle certify disk.vhd --profile {} --format json", report.profile),
            w,
            frame,
            image,
            report,
        }
    }
}

fn facts(w: &Words, image: &Image, report: &ReportPart) -> Vec<Fact> {
    let mut facts = vec![
        Fact::new(w.say("certification-fact-content-id"), format!("halle1:{}", image.content_id)),
        Fact::new(w.say("certification-fact-sha256"), &image.sha256),
        Fact::new(w.say("certification-fact-size"), w.bytes(image.size_bytes)),
        Fact::new(w.say("certification-fact-sealed"), w.exact(image.sealed_at)),
        Fact::new(w.say("certification-fact-profile"), &report.profile),
    ];
    if let Body::Report { view, judged } = &report.body {
        facts.push(Fact::new(w.say("certification-fact-rulebook"), &view.rulebook));
        facts.push(Fact::new(w.say("certification-fact-judged"), w.exact(judged.at)));
        if let Some(looked) = judged.looked {
            facts.push(Fact::new(w.say("certification-fact-looked"), w.exact(looked)));
        }
        if let Some(day) = &judged.advisories {
            facts.push(Fact::new(w.say("certification-fact-advisories"), day));
        }
        facts.push(Fact::new(w.say("certification-fact-format"), &view.format));
    }
    facts
}

impl Page for ImagePage {
    fn samples(frame: &Frame) -> Vec<ImagePage> {
        let at = house::clock::from_micros(1_799_999_000_000_000);
        let image = Image::sample();
        let view = || sample_view(&frame.w);
        let judged = |why: Option<&str>| Judging {
            at,
            why: why.map(|key| frame.w.say(key).to_string()),
            looked: why.map(|_| at),
            advisories: why.map(|_| "2026-11-20".to_owned()),
            trouble: why.map(|_| "…".to_owned()),
            told: Some(Told {
                title: why.unwrap_or_default().to_owned(),
                line: "1".to_owned(),
                link: why.map(|_| Link::new("2", "/compare")),
            }),
        };
        let bodies = [
            (Body::NeverJudged, ""),
            (Body::Waiting { percent: 0, running: false }, ""),
            (Body::Waiting { percent: 40, running: true }, ""),
            (Body::BrokenOff { why: "…".to_owned() }, ""),
            (Body::Report { view: view(), judged: judged(None) }, ""),
            (Body::Report { view: view(), judged: judged(Some("certification-why-day")) }, "not_applicable"),
        ];
        bodies
            .into_iter()
            .map(|(body, show)| {
                let part = ReportPart::new(&frame.w, &image, "kvm".to_owned(), body, show.to_owned());
                ImagePage::new(frame.clone(), image.clone(), part)
            })
            .collect()
    }
}

fn sample_view(w: &Words) -> ReportView {
    let (bytes, profile) = (std::sync::Arc::new(vec![0; 4096]), certifier::profile::Profile::azure());
    let report = certifier::certify(bytes, "disk.vhd", &profile, &certifier::progress::Silent);
    report_view(&report, w)
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    profile: Option<String>,
    show: Option<String>,
}

impl Asked {
    /// The profile that was asked for, or the market's own.
    pub(super) fn profile(&self, market: &Market) -> Result<String> {
        let name = self.profile.as_deref().filter(|name| !name.is_empty());
        let name = name.unwrap_or(&market.settings().profile);
        super::known_profile(market, name)?;
        Ok(name.to_owned())
    }
}

/// An image of the organisation that is acted for; to others it does not exist.
pub(super) async fn image_of(visit: &Visit, by: &ActingFor, id: &str) -> Result<Image> {
    let id = Id::parse(id).map_err(|_| Error::from(house::error::NotFound))?;
    let image = images::image(&mut visit.read().await?, id).await?;
    image.filter(|image| image.organisation == by.organisation().id).ok_or(house::error::NotFound.into())
}

async fn list(visit: Visit, Path(organisation): Path<String>) -> Result<Response> {
    let by = acting(&visit, &organisation).await?;
    let list = ListPart::of(&visit, &by).await?;
    show(&ImagesPage::new(visit.portal(by.organisation()), by.organisation().id, list))
}

async fn list_part(visit: Visit, Path(organisation): Path<String>) -> Result<Response> {
    let by = acting(&visit, &organisation).await?;
    show(&ListPart::of(&visit, &by).await?)
}

async fn list_events(visit: Visit, Path(organisation): Path<String>) -> Result<impl IntoResponse> {
    acting(&visit, &organisation).await?;
    Ok(changes(news(&visit.market)))
}

async fn one(
    visit: Visit,
    Path((organisation, image)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let by = acting(&visit, &organisation).await?;
    let image = image_of(&visit, &by, &image).await?;
    let report = ReportPart::of(&visit, &image, &asked).await?;
    show(&ImagePage::new(visit.portal(by.organisation()), image, report))
}

async fn one_part(
    visit: Visit,
    Path((organisation, image)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let by = acting(&visit, &organisation).await?;
    let image = image_of(&visit, &by, &image).await?;
    let part = ReportPart::of(&visit, &image, &asked).await?;
    Ok(with_end(show(&part)?, part.is_over()))
}

async fn one_events(
    visit: Visit,
    Path((organisation, image)): Path<(String, String)>,
) -> Result<impl IntoResponse> {
    let by = acting(&visit, &organisation).await?;
    image_of(&visit, &by, &image).await?;
    Ok(changes(news(&visit.market)))
}

/// The report as `halle certify --format json` prints it, in the reader's language.
async fn as_json(
    visit: Visit,
    Path((organisation, image)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let by = acting(&visit, &organisation).await?;
    let image = image_of(&visit, &by, &image).await?;
    let profile = asked.profile(&visit.market)?;
    let mut tx = visit.read().await?;
    let run = super::newest(&mut tx, image.id, &profile).await?.ok_or(Refused::NoReportYet)?;
    let report = super::report(&mut tx, run.id).await?.ok_or(Refused::NoReportYet)?;
    let name = format!("attachment; filename=\"report-{}-{profile}.json\"", image.id);
    let rendered = report.render(language_of(&visit.w));
    Ok(([(header::CONTENT_DISPOSITION, name)], Json(rendered)).into_response())
}

/// Judges by a profile: for the first time, or again after it was concluded.
async fn judge(
    visit: Visit,
    Path((organisation, image)): Path<(String, String)>,
    form: Form,
) -> Result<Redirect> {
    let by = acting(&visit, &organisation).await?;
    let image = image_of(&visit, &by, &image).await?;
    let asked = Asked { profile: Some(form.value("profile").to_owned()), show: None };
    let profile = asked.profile(&visit.market)?;
    let mut tx = visit.write().await?;
    let by = visit.acting_for(&mut tx, by.organisation().id, by.role()).await?;
    super::judge_again(&mut tx, &by, image.id, &profile).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("{}?profile={profile}", image_address(image.organisation, image.id))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_of_this_chapter_are_drawn_in_every_state_and_language() {
        let chapters = [crate::images::WORDS, super::super::WORDS, crate::hall::WORDS];
        let words: Vec<_> = chapters.concat();
        house::web::check_samples::<ImagesPage>(&words);
        house::web::check_samples::<ImagePage>(&words);
        house::web::check_samples::<desk::DeskImagesPage>(&words);
        house::web::check_samples::<desk::DeskImagePage>(&words);
        house::web::check_samples::<desk::ExceptPage>(&words);
        house::web::check_samples::<desk::ExceptionsPage>(&words);
    }
}
