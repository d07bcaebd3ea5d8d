//! A report beside an earlier one: what is new, what is fixed, what stayed.
//!
//! The earlier one is what `--format json` wrote, in any language and of any edition: rules are known by their ids and places by their
//! paths, so a report in French compares with one in English.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::finding::Verdict;
use crate::phrase::say;
use crate::printable::printable;
use crate::rendered::Rendered;
use crate::report::{Judged, Overall, Report};
use crate::words::Language;

/// A longer file is no report.
pub const BASELINE_BYTES_MAX: u64 = 64 << 20;

/// As much of an earlier report as is compared.
#[derive(Debug, Clone, Deserialize)]
pub struct Baseline {
    verdict: Overall,
    rulebook: String,
    profile: String,
    file_name: String,
    content_id: Option<String>,
    rules: Vec<Earlier>,
}

#[derive(Debug, Clone, Deserialize)]
struct Earlier {
    id: String,
    verdict: Verdict,
    #[serde(default)]
    evidence: Vec<EarlierPlace>,
}

#[derive(Debug, Clone, Deserialize)]
struct EarlierPlace {
    path: Option<String>,
    offset: Option<u64>,
}

#[derive(Debug, thiserror::Error)]
#[error("this is no report that --format json wrote: {0}")]
pub struct NotAReport(#[from] serde_json::Error);

/// Whether a finding was there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    New,
    Known,
}

/// What changed between two reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    pub baseline: Before,
    /// Rules that are broken now and were not, or are now broken in more places or more gravely.
    pub new: Vec<Change>,
    /// Rules that were broken and are not any more.
    pub fixed: Vec<Change>,
    /// Rules that are broken as before, by their ids.
    pub remaining: Vec<String>,
    /// Rules that were broken and are not asked any more, by their ids.
    pub not_asked: Vec<String>,
    #[serde(skip)]
    profile: String,
    #[serde(skip)]
    rulebook: String,
    #[serde(skip)]
    known_places: BTreeMap<String, Vec<bool>>,
}

/// What was compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Before {
    pub verdict: Overall,
    pub rulebook: String,
    pub profile: String,
    pub file_name: String,
    pub content_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    pub id: String,
    /// `None` where the earlier rulebook had no such rule.
    pub was: Option<Verdict>,
    pub verdict: Verdict,
    /// Places that were not there before.
    pub new_places: usize,
}

impl Baseline {
    pub fn parse(text: &str) -> Result<Baseline, NotAReport> {
        Ok(serde_json::from_str(text)?)
    }
}

/// How much there is to do about a verdict.
fn gravity(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Pass | Verdict::NotApplicable | Verdict::Excepted => 0,
        Verdict::Warn => 1,
        Verdict::NotDecided => 2,
        Verdict::Fail => 3,
    }
}

/// A place, told by the path where there is one: an offset in a file moves with every byte before it.
fn place(path: Option<&str>, offset: Option<u64>) -> (Option<&str>, Option<u64>) {
    (path, offset.filter(|_| path.is_none()))
}

impl Comparison {
    pub fn new(report: &Report, baseline: &Baseline) -> Comparison {
        let mut comparison = Comparison {
            baseline: Before {
                verdict: baseline.verdict,
                rulebook: printable(&baseline.rulebook),
                profile: printable(&baseline.profile),
                file_name: printable(&baseline.file_name),
                content_id: baseline.content_id.as_deref().map(printable),
            },
            new: Vec::new(),
            fixed: Vec::new(),
            remaining: Vec::new(),
            not_asked: Vec::new(),
            profile: report.profile.clone(),
            rulebook: report.rulebook.clone(),
            known_places: BTreeMap::new(),
        };
        for judged in &report.rules {
            comparison.take(judged, baseline.rules.iter().find(|earlier| earlier.id == judged.id));
        }
        let gone = |earlier: &&Earlier| gravity(earlier.verdict) > 0 && report.rule(&earlier.id).is_none();
        comparison.not_asked =
            baseline.rules.iter().filter(gone).map(|earlier| printable(&earlier.id)).collect();
        comparison
    }

    fn take(&mut self, judged: &Judged, earlier: Option<&Earlier>) {
        let was = earlier.map(|earlier| earlier.verdict);
        let before = was.map_or(0, gravity);
        let known = known_places(judged, earlier.filter(|_| before > 0));
        let new_places = known.iter().filter(|known| !**known).count();
        let change = Change { id: judged.id.clone(), was, verdict: judged.verdict, new_places };
        match (before, gravity(judged.verdict)) {
            (0, 0) => {}
            (_, 0) => self.fixed.push(change),
            (before, now) if now > before || new_places > 0 => self.new.push(change),
            _ => self.remaining.push(judged.id.clone()),
        }
        self.known_places.insert(judged.id.clone(), known);
    }

    /// Whether the finding with this number was there before. A rule that names no place is one finding.
    pub fn state_of(&self, judged: &Judged, number: usize) -> State {
        let known = match self.known_places.get(&judged.id).map(|known| &known[..]) {
            Some([]) | None => !self.new.iter().any(|change| change.id == judged.id),
            Some(known) => known.get(number).copied().unwrap_or(false),
        };
        if known { State::Known } else { State::New }
    }
}

/// A report and what changed since an earlier one, as `--format json` prints them.
#[derive(Debug, Clone, Serialize)]
pub struct Compared<'a> {
    #[serde(flatten)]
    pub report: Rendered<'a>,
    pub comparison: &'a Comparison,
}

/// What changed, in words.
pub fn write(comparison: &Comparison, language: Language) -> String {
    let counts = say("compare.head")
        .text("file", &comparison.baseline.file_name)
        .count("new", comparison.new.len() as u64)
        .count("fixed", comparison.fixed.len() as u64)
        .count("remaining", comparison.remaining.len() as u64);
    let mut lines = vec![language.write(&counts)];
    for (before, now, key) in [
        (&comparison.baseline.profile, &comparison.profile, "compare.profile"),
        (&comparison.baseline.rulebook, &comparison.rulebook, "compare.rulebook"),
    ] {
        if before != now {
            lines.push(language.write(&say(key).text("before", before).text("now", now)));
        }
    }
    let title = |id: &str| language.word(&format!("{id}.title")).to_owned();
    for change in &comparison.new {
        let (was, now) = (change.was.map_or("state.absent", state_key), state_key(change.verdict));
        let phrase = if change.new_places > 0 && change.was.is_some_and(|was| gravity(was) > 0) {
            say("compare.more").count("places", change.new_places as u64)
        } else {
            say("compare.was").phrase("was", say(was))
        };
        let what = language.word(now);
        lines.push(format!("  + {}  {}: {what}{}", change.id, title(&change.id), language.write(&phrase)));
    }
    for change in &comparison.fixed {
        let now = language.word(state_key(change.verdict));
        lines.push(format!("  - {}  {}: {now}", change.id, title(&change.id)));
    }
    for (key, ids) in
        [("compare.remaining", &comparison.remaining), ("compare.not_asked", &comparison.not_asked)]
    {
        if !ids.is_empty() {
            lines.push(format!("  {} {}", language.word(key), ids.join(" ")));
        }
    }
    lines.join("\n") + "\n"
}

/// The key of a verdict's name.
fn state_key(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "state.pass",
        Verdict::NotApplicable => "state.not_applicable",
        Verdict::Excepted => "state.excepted",
        Verdict::Warn => "state.warn",
        Verdict::NotDecided => "state.not_decided",
        Verdict::Fail => "state.fail",
    }
}

/// For each place that is named now, whether it was named before. What was named twice is known twice.
fn known_places(judged: &Judged, earlier: Option<&Earlier>) -> Vec<bool> {
    let mut before: BTreeMap<_, usize> = BTreeMap::new();
    for piece in earlier.iter().flat_map(|earlier| &earlier.evidence) {
        *before.entry(place(piece.path.as_deref(), piece.offset)).or_default() += 1;
    }
    let pieces = judged.evidence.iter();
    pieces
        .map(|piece| {
            let left = before.get_mut(&place(piece.path.as_deref(), piece.offset));
            left.filter(|left| **left > 0).map(|left| *left -= 1).is_some()
        })
        .collect()
}
