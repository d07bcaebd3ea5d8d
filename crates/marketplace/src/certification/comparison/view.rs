//! Two reports side by side, in the reader's language.

use std::collections::BTreeSet;

use certifier::finding::Verdict as Each;
use certifier::report::{Judged, Report};
use house::Result;
use house::web::State;
use house::words::Words;

use super::{Candidate, Relation, compare};
use crate::certification::report_view::{
    PlaceView, RuleView, language_of, needs_boot, place_view, rule_view, state_of,
};

/// What changed, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    pub broken: usize,
    pub mended: usize,
    pub changed: usize,
    pub same: usize,
}

/// What changed, rule by rule.
#[derive(Debug, Clone, Default)]
pub struct Compared {
    /// What both were judged by, where that is not the same: `kvm → strict`.
    pub differences: Vec<String>,
    pub broken: Vec<Change>,
    pub changed: Vec<Change>,
    pub mended: Vec<Change>,
    pub same: Vec<Change>,
    /// Rules that were broken and are not asked any more.
    pub not_asked: Vec<Change>,
}

/// One rule in both reports.
#[derive(Debug, Clone)]
pub struct Change {
    pub rule: RuleView,
    pub state: State,
    /// `passed → to fix`.
    pub line: String,
    pub places: Vec<Place>,
    pub places_left: usize,
}

/// A place, and whether it is told in both reports.
#[derive(Debug, Clone)]
pub struct Place {
    pub view: PlaceView,
    pub mark: Option<&'static str>,
    pub is_gone: bool,
}

const PLACES_SHOWN_MAX: usize = 12;

impl Compared {
    pub fn of(now: &Report, before: &Report, w: &Words) -> Result<Compared> {
        let comparison = compare(now, before)?;
        let mut compared = Compared { differences: differences(now, before, w), ..Compared::default() };
        for change in &comparison.new {
            let Some(judged) = now.rule(&change.id) else { continue };
            if needs_boot(&change.id) {
                continue;
            }
            let earlier = before.rule(&change.id);
            let shown = Change::of(w, Some(judged), earlier);
            if earlier.is_some_and(|earlier| is_open(earlier) && earlier.verdict == judged.verdict) {
                compared.changed.push(shown);
            } else {
                compared.broken.push(shown);
            }
        }
        for id in &comparison.remaining {
            let (Some(judged), earlier) = (now.rule(id), before.rule(id)) else { continue };
            if needs_boot(id) {
                continue;
            }
            let differs = earlier.is_some_and(|earlier| {
                earlier.verdict != judged.verdict || keys(earlier, w) != keys(judged, w)
            });
            let shown = Change::of(w, Some(judged), earlier);
            if differs { compared.changed.push(shown) } else { compared.same.push(shown) }
        }
        let fixed = comparison.fixed.iter().filter(|change| !needs_boot(&change.id));
        compared.mended =
            fixed.map(|change| Change::of(w, now.rule(&change.id), before.rule(&change.id))).collect();
        let not_asked = comparison.not_asked.iter().filter(|id| !needs_boot(id));
        compared.not_asked = not_asked.map(|id| Change::of(w, None, before.rule(id))).collect();
        Ok(compared)
    }

    pub fn summary(&self) -> Summary {
        Summary {
            broken: self.broken.len(),
            mended: self.mended.len() + self.not_asked.len(),
            changed: self.changed.len(),
            same: self.same.len(),
        }
    }
}

/// Whether there is something to be done about a rule.
fn is_open(judged: &Judged) -> bool {
    matches!(judged.verdict, Each::Fail | Each::Warn | Each::NotDecided)
}

fn differences(now: &Report, before: &Report, w: &Words) -> Vec<String> {
    let pairs = [
        ("certification-compare-profile", &before.profile, &now.profile),
        ("certification-compare-rulebook", &before.rulebook, &now.rulebook),
    ];
    let mut lines: Vec<String> = pairs
        .into_iter()
        .filter(|(_, before, now)| before != now)
        .map(|(key, before, now)| w.say(key).with("before", before).with("now", now).to_string())
        .collect();
    if now.profile == before.profile && now.profile_differences != before.profile_differences {
        lines.push(w.say("certification-compare-profile-text").to_string());
    }
    lines
}

impl Change {
    /// Whether there is something to be done about it now.
    pub fn is_to_do(&self) -> bool {
        matches!(self.state, State::Fail | State::Warn | State::Wait)
    }

    fn of(w: &Words, now: Option<&Judged>, before: Option<&Judged>) -> Change {
        let language = language_of(w);
        // Of a rule that holds now, the places where it was broken are what there is to see.
        let shown = now.filter(|now| is_open(now)).or(before).or(now);
        let rule = shown.map(|judged| rule_view(&judged.render(language), w));
        let rule = rule.unwrap_or_else(RuleView::none);
        let word = |judged: Option<&Judged>| w.say(verdict_key(judged.map(|j| j.verdict))).to_string();
        let line = format!("{} → {}", word(before), word(now));
        let (mut places, mut left) = (Vec::new(), 0);
        let open_now = now.filter(|now| is_open(now));
        let (known, told) = (keys_of(before, w), keys_of(open_now, w));
        let both = before.is_some_and(is_open) && open_now.is_some();
        for (judged, other, is_gone) in
            [(open_now, &known, false), (before.filter(|_| both || open_now.is_none()), &told, true)]
        {
            let Some(judged) = judged else { continue };
            for piece in &judged.render(language).evidence {
                let view = place_view(piece, w);
                let in_both = other.contains(&view.key());
                if is_gone && (in_both && both) {
                    continue;
                }
                if places.len() == PLACES_SHOWN_MAX {
                    left += 1;
                    continue;
                }
                let mark = match (both, is_gone, in_both) {
                    (true, false, false) => Some("certification-compare-place-new"),
                    (_, true, _) => Some("certification-compare-place-gone"),
                    _ => None,
                };
                places.push(Place { view, mark, is_gone });
            }
        }
        let state = now.map_or(State::Skip, |now| state_of(now.verdict));
        Change { rule, state, line, places, places_left: left }
    }
}

fn keys(judged: &Judged, w: &Words) -> BTreeSet<String> {
    keys_of(Some(judged), w)
}

/// The places of a rule, as they can be told apart.
fn keys_of(judged: Option<&Judged>, w: &Words) -> BTreeSet<String> {
    let Some(judged) = judged else { return BTreeSet::new() };
    let rendered = judged.render(language_of(w));
    rendered.evidence.iter().map(|piece| place_view(piece, w).key()).collect()
}

fn verdict_key(verdict: Option<Each>) -> &'static str {
    match verdict {
        None => "certification-verdict-none",
        Some(Each::Pass) => "certification-verdict-pass",
        Some(Each::NotApplicable) => "certification-verdict-not-applicable",
        Some(Each::Excepted) => "certification-verdict-excepted",
        Some(Each::Warn) => "certification-verdict-warn",
        Some(Each::NotDecided) => "certification-verdict-not-decided",
        Some(Each::Fail) => "certification-verdict-fail",
    }
}

impl Candidate {
    /// The name under which it is chosen.
    pub fn title(&self, w: &Words) -> String {
        let said = match &self.relation {
            Relation::Earlier => w.say("certification-against-earlier"),
            Relation::VersionBefore { plan, image_version } => {
                w.say("certification-against-version").with("plan", plan).with("version", image_version)
            }
            Relation::SameName => w.say("certification-against-same-name"),
            Relation::Other => w.say("certification-against-other"),
        };
        said.with("file", &self.file_name).with("date", w.exact(self.judged_at)).to_string()
    }
}
