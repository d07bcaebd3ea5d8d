//! The report of an image, as publishers and the operator read it.

use askama::Template;
use house::web::{Link, State};
use house::words::Words;
use house::{Result, Tx, jobs};

use super::Asked;
use crate::certification::judging::Judging;
use crate::certification::report_view::{ReportView, RuleView, report_view};
use crate::certification::{self, PROFILES, Run, Stage, Verdict};
use crate::hall::pages::Visit;
use crate::images::Image;
use crate::images::pages::image_address;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shows {
    pub(super) all: bool,
    pub(super) group: String,
}

impl Shows {
    pub(super) fn one(&self, group: &str) -> bool {
        self.all || self.group == group
    }
}

/// Rules that need someone's eye.
pub(super) struct Group<'v> {
    pub(super) name: &'static str,
    pub(super) title_key: &'static str,
    pub(super) rules: &'v [RuleView],
}

#[allow(clippy::large_enum_variant, reason = "one is made a request")]
pub(super) enum Body {
    Waiting { percent: i64, running: bool },
    NeverJudged,
    BrokenOff { why: String },
    Report { view: ReportView, judged: Judging },
}

#[derive(Template)]
#[template(path = "certification/pages/report.html")]
pub(super) struct ReportPart {
    pub(super) w: Words,
    pub(super) body: Body,
    pub(super) profile: String,
    /// The market's own profile.
    pub(super) own: String,
    pub(super) judge: String,
    pub(super) shows: Shows,
    pub(super) filters: Vec<Link>,
    /// Where the signed certificate is, if the report came to one.
    pub(super) certificate: Option<String>,
    /// Set where the operator reads, who may accept what is broken.
    pub(super) desk: Option<Desk>,
}

/// Where the operator's page of an image is.
pub(super) struct Desk {
    pub(super) image: String,
}

/// Whether an image that was just sealed is about to be judged without anybody asking.
async fn first_look_is_near(tx: &mut Tx, image: &Image) -> Result<bool> {
    let job = jobs::newest(tx, certification::jobs::FIRST_LOOK, image.id).await?;
    Ok(job.is_some_and(|job| matches!(job.state.as_str(), "queued" | "running")))
}

impl ReportPart {
    pub(super) async fn of(visit: &Visit, image: &Image, asked: &Asked) -> Result<ReportPart> {
        let profile = asked.profile(&visit.market)?;
        let mut tx = visit.read().await?;
        let newest = certification::newest(&mut tx, image.id, &profile).await?;
        let certificate = match &newest {
            Some(run) => certification::signed(&mut tx, run.id)
                .await?
                .map(|_| certification::certificate_address(run.id)),
            None => None,
        };
        let body = match newest {
            // Between the seal and the first run there is a moment, and someone may look just then.
            None if first_look_is_near(&mut tx, image).await? => Body::Waiting { percent: 0, running: false },
            None => Body::NeverJudged,
            Some(Run { stage: Stage::Queued, .. }) => Body::Waiting { percent: 0, running: false },
            Some(Run { stage: Stage::Running { percent }, .. }) => Body::Waiting { percent, running: true },
            Some(run @ Run { id, stage: Stage::Concluded { at, .. }, .. }) => {
                match (
                    certification::report(&mut tx, id).await?,
                    certification::broken_off(&mut tx, id).await?,
                ) {
                    (Some(report), _) => {
                        let judged = Judging::of(&mut tx, &visit.w, image, (&run, &report), at).await?;
                        Body::Report { view: report_view(&report, &visit.w), judged }
                    }
                    (None, why) => {
                        Body::BrokenOff { why: why.map(|why| visit.w.tell(&why)).unwrap_or_default() }
                    }
                }
            }
        };
        let group = asked.show.clone().unwrap_or_default();
        let own = visit.market.settings().profile.clone();
        Ok(ReportPart { certificate, own, ..ReportPart::new(&visit.w, image, profile, body, group) })
    }

    pub(super) fn new(w: &Words, image: &Image, profile: String, body: Body, group: String) -> ReportPart {
        let here = image_address(image.organisation, image.id);
        let shows = Shows { all: group.is_empty(), group };
        let filters = match &body {
            Body::Report { view, .. } => filters(w, view, &format!("?profile={profile}"), &shows),
            _ => Vec::new(),
        };
        ReportPart {
            w: w.clone(),
            body,
            own: profile.clone(),
            profile,
            judge: format!("{here}/judge"),
            shows,
            filters,
            certificate: None,
            desk: None,
        }
    }

    /// The page at `here` by each profile, the market's own first.
    pub(super) fn profiles(&self, here: &str) -> Vec<Link> {
        let own = Some(self.own.as_str()).filter(|own| !PROFILES.contains(own));
        let link = |name: &str| {
            let label = self.w.say("certification-profile").with("profile", name);
            Link::new(label, format!("{here}?profile={name}")).current(self.profile == name)
        };
        own.into_iter().chain(PROFILES).map(link).collect()
    }

    pub(super) fn is_over(&self) -> bool {
        !matches!(self.body, Body::Waiting { .. })
    }

    pub(super) fn has_report(&self) -> bool {
        matches!(self.body, Body::Report { .. })
    }
}

fn filters(w: &Words, view: &ReportView, here: &str, shows: &Shows) -> Vec<Link> {
    let groups = [
        ("", "certification-filter-all", None),
        ("must_fix", "certification-must-fix", Some(view.must_fix.len())),
        ("warnings", "certification-warnings", Some(view.warnings.len())),
        ("excepted", "certification-excepted", Some(view.excepted.len())),
        ("not_decided", "certification-not-decided", Some(view.not_decided.len())),
        ("passed", "certification-filter-passed", Some(view.passed.len())),
        ("not_applicable", "certification-filter-not-applicable", Some(view.not_applicable.len())),
        ("needs_boot", "certification-filter-needs-boot", Some(view.needs_boot.len())),
    ];
    let shown = groups.into_iter().filter(|(_, _, count)| *count != Some(0));
    shown
        .map(|(name, key, count)| {
            let address = if name.is_empty() { here.to_owned() } else { format!("{here}&show={name}") };
            let link = Link::new(w.say(key), address).current(shows.group == name);
            count.map_or(link.clone(), |count| link.count(count as u64))
        })
        .collect()
}

impl ReportPart {
    /// Where the operator accepts that this rule is broken, or no longer does.
    pub(super) fn way_to_accept(&self, rule: &RuleView) -> Option<Link> {
        let desk = self.desk.as_ref()?;
        let key = match rule.accepted {
            Some(_) => "certification-except-change",
            None if matches!(rule.state, State::Fail | State::Warn) => "certification-except-go",
            None => return None,
        };
        let address = format!("{}/except/{}?profile={}", desk.image, rule.id, self.profile);
        Some(Link::new(self.w.say(key), address))
    }

    pub(super) fn class_of(&self, view: &ReportView) -> &'static str {
        match view.verdict {
            Verdict::Certified => "pass",
            Verdict::NotCertified => "fail",
            Verdict::CouldNotJudge => "warn",
        }
    }

    pub(super) fn icon_of(&self, view: &ReportView) -> &'static str {
        match view.verdict {
            Verdict::Certified => "badge-check",
            Verdict::NotCertified => "circle-x",
            Verdict::CouldNotJudge => "triangle-alert",
        }
    }

    pub(super) fn verdict_key(&self, view: &ReportView) -> &'static str {
        match view.verdict {
            Verdict::Certified => "certification-certified",
            Verdict::NotCertified => "certification-not-certified",
            Verdict::CouldNotJudge => "certification-could-not-judge",
        }
    }

    fn open_groups<'v>(&self, view: &'v ReportView) -> [Group<'v>; 4] {
        let group = |name, title_key, rules| Group { name, title_key, rules };
        [
            group("must_fix", "certification-fix-first", &view.must_fix[..]),
            group("warnings", "certification-warnings", &view.warnings[..]),
            group("excepted", "certification-excepted", &view.excepted[..]),
            group("not_decided", "certification-not-decided", &view.not_decided[..]),
        ]
    }
}
