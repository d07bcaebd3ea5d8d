//! A report as a page shows it: what must be fixed first, then warnings, then the rest.

use certifier::finding::Verdict as Each;
use certifier::rendered::{RenderedEvidence, RenderedRule};
use certifier::report::Report;
use certifier::rulebook::{Needs, rule_of};
use house::web::{DiskBar, State, Stretch};
use house::words::{Language, Words};

use super::{Verdict, granted_line};

/// A report in a reader's language.
#[derive(Debug, Clone)]
pub struct ReportView {
    pub verdict: Verdict,
    /// The verdict as a sentence.
    pub headline: String,
    /// What broke off the judging, if something did.
    pub broken_off: Option<String>,
    pub must_fix: Vec<RuleView>,
    pub warnings: Vec<RuleView>,
    pub not_decided: Vec<RuleView>,
    /// What only a running machine shows: told, and in nobody's way.
    pub needs_boot: Vec<RuleView>,
    /// What is broken and was accepted by name.
    pub excepted: Vec<RuleView>,
    /// Exceptions that were given and change nothing, each with why.
    pub idle: Vec<String>,
    pub passed: Vec<RuleView>,
    pub not_applicable: Vec<RuleView>,
    pub disk: Option<DiskBar>,
    pub scan: Option<ScanView>,
    pub content_id: String,
    pub profile: String,
    pub rulebook: String,
    pub format: String,
    pub size_bytes: u64,
}

/// One rule and what it says.
#[derive(Debug, Clone)]
pub struct RuleView {
    pub id: String,
    pub title: String,
    pub reason: String,
    pub places: Vec<PlaceView>,
    /// Places that are not shown.
    pub places_left: usize,
    pub remedy: Option<String>,
    pub state: State,
    /// That the breach is accepted: by whom, until when and why.
    pub accepted: Option<String>,
}

/// A place on the disk, what stands there, and what should.
#[derive(Debug, Clone)]
pub struct PlaceView {
    /// `/etc/fstab:4`, `byte 512`, or nothing.
    pub place: String,
    pub found: Option<String>,
    pub expected: Option<String>,
}

/// The account of what was read.
#[derive(Debug, Clone)]
pub struct ScanView {
    pub allocated_bytes: u64,
    pub scanned_bytes: u64,
    pub files: u64,
    pub not_scanned: Vec<(String, u64, String)>,
}

/// Places shown for one rule; the JSON has them all.
const PLACES_SHOWN_MAX: usize = 12;

impl ReportView {
    /// One rule of the report, whatever came of it.
    pub fn rule(self, id: &str) -> Option<RuleView> {
        let groups = [
            self.must_fix,
            self.warnings,
            self.excepted,
            self.not_decided,
            self.needs_boot,
            self.passed,
            self.not_applicable,
        ];
        groups.into_iter().flatten().find(|rule| rule.id == id)
    }

    /// What a certified image has beside what passed and what warns, each with the key of its heading.
    pub fn accepted_and_open(&self) -> [(&'static str, &[RuleView]); 2] {
        [("certification-excepted", &self.excepted), ("certification-not-decided", &self.not_decided)]
    }
}

/// The certifier's name for the reader's language.
pub fn language_of(w: &Words) -> certifier::words::Language {
    match w.language() {
        Language::En => certifier::words::Language::En,
        Language::Fr => certifier::words::Language::Fr,
    }
}

/// Tells a report in the reader's language.
pub fn report_view(report: &Report, w: &Words) -> ReportView {
    let rendered = report.render(language_of(w));
    let with = |verdict: Each| -> Vec<RuleView> {
        rendered.rules.iter().filter(|rule| rule.verdict == verdict).map(|rule| rule_view(rule, w)).collect()
    };
    let (needs_boot, not_decided) =
        with(Each::NotDecided).into_iter().partition(|rule: &RuleView| needs_boot(&rule.id));
    ReportView {
        verdict: Verdict::of(report),
        headline: rendered.verdict_words.clone(),
        broken_off: rendered.broken_off.clone(),
        must_fix: with(Each::Fail),
        warnings: with(Each::Warn),
        not_decided,
        needs_boot,
        excepted: with(Each::Excepted),
        idle: rendered.idle_exceptions.iter().map(|idle| format!("{}: {}", idle.rule, idle.why)).collect(),
        passed: with(Each::Pass),
        not_applicable: with(Each::NotApplicable),
        disk: disk_bar(report, w),
        scan: rendered.scanned.as_ref().map(|scan| ScanView {
            allocated_bytes: scan.allocated_bytes,
            scanned_bytes: scan.scanned_bytes,
            files: scan.files,
            not_scanned: scan
                .not_scanned
                .iter()
                .map(|left| (left.what.to_owned(), left.bytes, left.reason.clone()))
                .collect(),
        }),
        content_id: report.content_id.clone().unwrap_or_default(),
        profile: report.profile.clone(),
        rulebook: report.rulebook.clone(),
        format: report.format.clone(),
        size_bytes: report.size_bytes,
    }
}

fn needs_boot(id: &str) -> bool {
    rule_of(id).is_some_and(|rule| rule.needs == Needs::Boot)
}

fn rule_view(rule: &RenderedRule<'_>, w: &Words) -> RuleView {
    RuleView {
        id: rule.id.to_owned(),
        title: rule.title.clone(),
        reason: rule.reason.clone(),
        places: rule.evidence.iter().take(PLACES_SHOWN_MAX).map(|piece| place_view(piece, w)).collect(),
        places_left: rule.evidence.len().saturating_sub(PLACES_SHOWN_MAX),
        remedy: rule.remedy.clone(),
        state: state_of(rule.verdict),
        accepted: rule.exception.map(|granted| granted_line(w, granted)),
    }
}

fn place_view(piece: &RenderedEvidence<'_>, w: &Words) -> PlaceView {
    let place = match (piece.path, piece.line, piece.offset) {
        (Some(path), Some(line), _) => format!("{path}:{line}"),
        (Some(path), None, Some(offset)) => format!("{path} @ {offset}"),
        (Some(path), None, None) => path.to_owned(),
        (None, _, Some(offset)) => w.say("certification-byte").with("offset", offset).to_string(),
        (None, _, None) => String::new(),
    };
    PlaceView { place, found: piece.found.clone(), expected: piece.expected.clone() }
}

/// How a page draws a rule's verdict.
pub fn state_of(verdict: Each) -> State {
    match verdict {
        Each::Pass => State::Pass,
        Each::Warn | Each::Excepted => State::Warn,
        Each::Fail => State::Fail,
        Each::NotApplicable => State::Skip,
        Each::NotDecided => State::Wait,
    }
}

/// The disk to scale: its partitions and what lies between them.
fn disk_bar(report: &Report, w: &Words) -> Option<DiskBar> {
    if report.size_bytes == 0 || report.partitions.is_empty() {
        return None;
    }
    let mut stretches = Vec::new();
    let mut edge = 0;
    let free = |start: u64, end: u64| Stretch {
        label: w.say("certification-disk-free").to_string(),
        detail: String::new(),
        start,
        length: end.saturating_sub(start),
        free: true,
        state: None,
    };
    for partition in report.partitions.iter().filter(|stretch| !stretch.is_logical) {
        if partition.offset > edge {
            stretches.push(free(edge, partition.offset));
        }
        edge = edge.max(partition.offset.saturating_add(partition.size_bytes));
        let mut detail = partition.holds.clone();
        if partition.is_root {
            detail += &format!(" · {}", w.say("certification-disk-root"));
        }
        let name = match (partition.number, partition.name.as_str()) {
            (0, _) => w.say("certification-disk-whole").to_string(),
            (number, "") => w.say("certification-disk-partition").with("number", number).to_string(),
            (number, name) => {
                format!("{} · {name}", w.say("certification-disk-partition").with("number", number))
            }
        };
        stretches.push(Stretch {
            label: name,
            detail,
            start: partition.offset,
            length: partition.size_bytes,
            free: false,
            state: None,
        });
    }
    if edge < report.size_bytes {
        stretches.push(free(edge, report.size_bytes));
    }
    Some(DiskBar { length: report.size_bytes, stretches })
}
