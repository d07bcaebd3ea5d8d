//! An image that no longer passes, as pages of its publisher and of the operator show it.

use house::web::Link;
use house::words::Words;
use house::{Result, Timestamp, Tx};

use super::letters::sales_line;
use super::{ByImage, Failing, of_sku};
use crate::certification::report_view::{RuleView, report_view};
use crate::certification::{self, again, comparison};
use crate::images;
use crate::images::pages::image_address;
use crate::market::{Market, OnNewFailure};
use crate::offers::Draft;

/// Broken rules that are shown; the report has them all.
const RULES_MAX: usize = 5;

#[derive(Debug, Clone)]
pub struct FailingView {
    pub file_name: String,
    pub title: String,
    pub since: Timestamp,
    /// Why it was judged, in one sentence.
    pub why: String,
    /// What becomes of new sales.
    pub sales: String,
    pub is_stopped: bool,
    pub rules: Vec<RuleView>,
    pub rules_left: usize,
    pub report: Link,
    pub compare: Link,
}

impl FailingView {
    pub async fn of(tx: &mut Tx, w: &Words, failing: &Failing) -> Result<Option<FailingView>> {
        let Some(image) = images::image(tx, failing.image).await? else { return Ok(None) };
        let Some(run) = certification::run(tx, failing.run).await? else { return Ok(None) };
        let (why, _) = again::origin(tx, run.id).await?;
        let mut rules = Vec::new();
        if let Some(report) = certification::report(tx, run.id).await? {
            let names = comparison::broken(&report);
            let view = report_view(&report, w);
            let in_the_way = view.must_fix.into_iter().chain(view.not_decided);
            rules.extend(in_the_way.filter(|rule| names.contains(&rule.id)));
        }
        let rules_left = rules.len().saturating_sub(RULES_MAX);
        rules.truncate(RULES_MAX);
        let here = format!("{}?profile={}", image_address(image.organisation, image.id), run.profile);
        let why = format!("publishing-failing-why-{}", why.map_or("asked", again::Why::name));
        Ok(Some(FailingView {
            title: w.say("publishing-failing-title").with("file", &image.file_name).to_string(),
            since: failing.since,
            why: w.say(&why).to_string(),
            sales: sales_line(w, failing),
            is_stopped: failing.is_stopped(),
            rules,
            rules_left,
            report: Link::new(w.say("publishing-failing-report"), here),
            compare: Link::new(
                w.say("publishing-failing-compare"),
                comparison::pages::address(&image, &run.profile),
            ),
            file_name: image.file_name,
        }))
    }

    pub fn sample(w: &Words, is_stopped: bool) -> FailingView {
        let rule = RuleView {
            id: "L18".to_owned(),
            title: "Root".to_owned(),
            reason: "Root may log in".to_owned(),
            places: Vec::new(),
            places_left: 0,
            remedy: Some("Remove it".to_owned()),
            state: house::web::State::Fail,
            accepted: None,
        };
        FailingView {
            file_name: "disk.vhd".to_owned(),
            title: "disk.vhd".to_owned(),
            since: w.now(),
            why: w.say("publishing-failing-why-day").to_string(),
            sales: sales_line(w, &Failing::sample(is_stopped)),
            is_stopped,
            rules: vec![rule],
            rules_left: usize::from(is_stopped),
            report: Link::new("Report", "/r"),
            compare: Link::new("Compare", "/c"),
        }
    }
}

/// The images of an offer that no longer pass, each once.
pub async fn views(tx: &mut Tx, w: &Words, failing: &ByImage, draft: &Draft) -> Result<Vec<FailingView>> {
    let mut seen = Vec::new();
    let mut views = Vec::new();
    for found in draft.skus.iter().filter_map(|sku| of_sku(failing, sku)) {
        if !seen.contains(&found.image) {
            seen.push(found.image);
            views.extend(FailingView::of(tx, w, found).await?);
        }
    }
    Ok(views)
}

/// What the market does by itself when an image no longer passes, in one sentence.
pub fn market_rule(w: &Words, market: &Market) -> String {
    match market.settings().on_new_failure {
        OnNewFailure::Tell => w.say("publishing-failing-rule-tell").to_string(),
        OnNewFailure::Stop { grace_days: 0 } => w.say("publishing-failing-rule-stop").to_string(),
        OnNewFailure::Stop { grace_days } => {
            w.say("publishing-failing-rule-grace").with("days", grace_days).to_string()
        }
    }
}
