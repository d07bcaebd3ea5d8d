//! The page that shows a report beside an earlier one.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::response::Response;
use axum::routing::get;
use certifier::report::Report;
use house::error::NotFound;
use house::web::{Badge, Choice, Form, Frame, Link, Page, show};
use house::words::Words;
use house::{Id, Result, Tx};
use serde::Deserialize;

use super::view::{Change, Compared, Summary};
use super::{Candidate, candidates, first_of};
use crate::certification::pages::{image_of, run_badge};
use crate::certification::{self, Run, again, known_profile};
use crate::hall::pages::Visit;
use crate::images::Image;
use crate::images::pages::{acting, crumbs, image_address};
use crate::market::Market;

pub fn pages() -> Router<Market> {
    Router::new().route("/sell/{organisation}/images/{image}/compare", get(compare))
}

/// Where a report of this image is compared.
pub fn address(image: &Image, profile: &str) -> String {
    format!("{}/compare?profile={profile}", image_address(image.organisation, image.id))
}

/// One line about what changed, for the report's own page; the comparison is a step further.
#[derive(Debug, Clone)]
pub struct Told {
    pub title: String,
    pub line: String,
    /// The way to all of it; none where there is nothing to compare with.
    pub link: Option<Link>,
}

impl Told {
    /// What a report is compared with if nobody chooses, and what came of that.
    pub async fn of(
        tx: &mut Tx,
        w: &Words,
        image: &Image,
        (run, now): (&Run, &Report),
        was_judged_again: bool,
    ) -> Result<Told> {
        let found = candidates(tx, image, run).await?;
        let Some(against) = first_of(&found, was_judged_again) else {
            // Nothing comes before it, but others may be chosen.
            let choose = || Link::new(w.say("certification-compare-choose"), address(image, &run.profile));
            return Ok(Told {
                title: String::new(),
                line: w.say("certification-compare-first").to_string(),
                link: (!found.is_empty()).then(choose),
            });
        };
        let before = certification::report(tx, against.run).await?.ok_or(NotFound)?;
        let compared = Compared::of(now, &before, w)?;
        Ok(Told {
            title: against.title(w),
            line: summary_line(w, compared.summary()),
            link: Some(Link::new(w.say("certification-compare-open"), address(image, &run.profile))),
        })
    }
}

/// `2 newly broken, 1 mended, 3 as before`.
pub fn summary_line(w: &Words, summary: Summary) -> String {
    if summary == Summary::default() {
        return w.say("certification-compare-nothing").to_string();
    }
    let counts = [
        ("certification-compare-count-broken", summary.broken),
        ("certification-compare-count-mended", summary.mended),
        ("certification-compare-count-changed", summary.changed),
        ("certification-compare-count-same", summary.same),
    ];
    let told = counts.into_iter().filter(|(_, count)| *count > 0);
    let told: Vec<String> = told.map(|(key, count)| w.say(key).with("count", count).to_string()).collect();
    told.join(", ")
}

/// Changes of one kind.
struct Group<'a> {
    title: String,
    changes: &'a [Change],
    is_open: bool,
}

#[derive(Template)]
#[template(path = "certification/comparison/pages/compare.html")]
struct ComparePage {
    w: Words,
    frame: Frame,
    crumbs: Vec<Link>,
    report: String,
    title: String,
    /// Both verdicts, the earlier one first.
    verdicts: Option<(Badge, Badge)>,
    summary: String,
    compared: Compared,
    form: Form,
    action: String,
    profile: String,
    choices: Vec<Choice>,
}

impl ComparePage {
    fn groups(&self) -> [Group<'_>; 5] {
        let group =
            |key: &str, changes, is_open| Group { title: self.w.say(key).to_string(), changes, is_open };
        [
            group("certification-compare-broken", &self.compared.broken[..], true),
            group("certification-compare-changed", &self.compared.changed[..], true),
            group("certification-compare-mended", &self.compared.mended[..], true),
            group("certification-compare-not-asked", &self.compared.not_asked[..], false),
            group("certification-compare-same", &self.compared.same[..], false),
        ]
    }

    fn new(frame: Frame, image: &Image, profile: &str, found: &[Candidate]) -> ComparePage {
        let w = frame.w.clone();
        let here = image_address(image.organisation, image.id);
        let mut crumbs = crumbs(&w, image.organisation, &image.file_name);
        if let Some(last) = crumbs.last_mut() {
            *last = Link::new(&image.file_name, format!("{here}?profile={profile}"));
        }
        crumbs.push(Link::new(w.say("certification-compare"), "").current(true));
        ComparePage {
            crumbs,
            report: format!("{here}?profile={profile}"),
            title: w.say("certification-compare-title").with("file", &image.file_name).to_string(),
            verdicts: None,
            summary: w.say("certification-compare-first").to_string(),
            compared: Compared::default(),
            form: Form::empty(),
            action: format!("{here}/compare"),
            profile: profile.to_owned(),
            choices: found.iter().map(|one| Choice::new(one.run, one.title(&w))).collect(),
            w,
            frame,
        }
    }
}

impl Page for ComparePage {
    fn samples(frame: &Frame) -> Vec<ComparePage> {
        use crate::certification::Stage;
        let at = house::clock::from_micros(1_799_999_000_000_000);
        let image = Image::sample();
        let judged = |length: usize, profile: certifier::profile::Profile| {
            let bytes = std::sync::Arc::new(vec![0; length]);
            certifier::certify(bytes, "disk.vhd", &profile, &certifier::progress::Silent)
        };
        let reports = [
            judged(4096, certifier::profile::Profile::azure()),
            judged(1 << 20, certifier::profile::Profile::strict()),
            crate::certification::comparison::nothing_found(),
        ];
        let candidate = |relation| Candidate {
            run: Id::sample(9),
            image: Id::sample(7),
            file_name: "disk.vhd".to_owned(),
            judged_at: at,
            relation,
        };
        let relations = [
            super::Relation::Earlier,
            super::Relation::SameName,
            super::Relation::Other,
            super::Relation::VersionBefore { plan: "pro".to_owned(), image_version: "1.0".to_owned() },
        ];
        let found = relations.map(candidate);
        let run = |verdict| Run {
            id: Id::sample(9),
            image: Id::sample(7),
            profile: "kvm".to_owned(),
            begun_at: at,
            stage: Stage::Concluded { at, verdict },
        };
        let mut pages = vec![ComparePage::new(frame.clone(), &image, "kvm", &[])];
        for (now, before) in [(0, 1), (1, 0), (2, 0), (0, 2), (0, 0)] {
            let mut page = ComparePage::new(frame.clone(), &image, "kvm", &found);
            let runs = [certification::Verdict::NotCertified, certification::Verdict::Certified].map(run);
            page.verdicts = Some((run_badge(&frame.w, Some(&runs[0])), run_badge(&frame.w, Some(&runs[1]))));
            page.compared = Compared::of(&reports[now], &reports[before], &frame.w).unwrap_or_default();
            page.summary = summary_line(&frame.w, page.compared.summary());
            pages.push(page);
        }
        pages
    }
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    profile: Option<String>,
    with: Option<String>,
}

async fn compare(
    visit: Visit,
    Path((organisation, image)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let by = acting(&visit, &organisation).await?;
    let image: Image = image_of(&visit, &by, &image).await?;
    let profile = asked.profile.as_deref().filter(|name| !name.is_empty());
    let profile = profile.unwrap_or(&visit.market.settings().profile);
    known_profile(&visit.market, profile)?;
    let mut tx = visit.read().await?;
    let run =
        again::newest_judged(&mut tx, image.id, profile).await?.ok_or(certification::Refused::NoReportYet)?;
    let found = candidates(&mut tx, &image, &run).await?;
    let mut page = ComparePage::new(visit.portal(by.organisation()), &image, profile, &found);
    let (why, _) = again::origin(&mut tx, run.id).await?;
    let chosen = match asked.with.as_deref().filter(|with| !with.is_empty()) {
        Some(with) => Some(found.iter().find(|one| one.run.to_string() == with).ok_or(NotFound)?),
        None => first_of(&found, why.is_some()),
    };
    if let Some(against) = chosen {
        let before = certification::run(&mut tx, against.run).await?.ok_or(NotFound)?;
        let reports = (
            certification::report(&mut tx, run.id).await?,
            certification::report(&mut tx, against.run).await?,
        );
        let (Some(now), Some(earlier)) = reports else { return Err(NotFound.into()) };
        page.verdicts = Some((run_badge(&visit.w, Some(&before)), run_badge(&visit.w, Some(&run))));
        page.compared = Compared::of(&now, &earlier, &visit.w)?;
        page.summary = summary_line(&visit.w, page.compared.summary());
        page.form = Form::empty().fill("with", against.run);
    } else if !found.is_empty() {
        page.choices.insert(0, Choice::new("", visit.w.say("certification-compare-choose")));
    }
    drop(tx);
    show(&page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comparison_is_drawn_in_every_language_whatever_it_finds() {
        let words: Vec<_> = [crate::images::WORDS, crate::certification::WORDS, crate::hall::WORDS].concat();
        house::web::check_samples::<ComparePage>(&words);
    }
}
