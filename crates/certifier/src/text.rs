//! A report as text for a terminal: the verdict first, then what must be fixed, then warnings, then the rest in a few lines.

use std::collections::BTreeMap;

use crate::chapters::chapter_of;
use crate::exceptions::Granted;
use crate::finding::Verdict;
use crate::phrase::{Phrase, say};
use crate::rendered::RenderedRule;
use crate::report::{Overall, Report, Scanned};
use crate::rulebook::{Needs, RULEBOOK, Rule, rule_of};
use crate::words::Language;

/// Lines of prose are broken after this many characters.
const WIDTH: usize = 96;
const INDENT: &str = "       ";
/// Pieces of evidence shown for one rule; the JSON has them all.
const EVIDENCE_SHOWN_MAX: usize = 8;

const RED: &str = "\u{1b}[31m";
const YELLOW: &str = "\u{1b}[33m";
const GREEN: &str = "\u{1b}[32m";
const BOLD: &str = "\u{1b}[1m";
const FAINT: &str = "\u{1b}[2m";
const PLAIN: &str = "\u{1b}[0m";

/// By whose word a breach is accepted, until when, and why.
pub(crate) fn granted_words(granted: &Granted) -> Phrase {
    let until = granted.until.to_string();
    say("exception.granted").text("until", &until).text("by", &granted.by).text("reason", &granted.reason)
}

/// The account of what was read.
pub(crate) fn scanned_words(scanned: &Scanned) -> Phrase {
    let phrase = say("text.scanned").bytes("scanned", scanned.scanned_bytes);
    phrase.bytes("allocated", scanned.allocated_bytes).count("files", scanned.files)
}

struct Writer {
    language: Language,
    colour: bool,
    out: String,
}

/// The report in words.
pub fn write(report: &Report, language: Language, colour: bool) -> String {
    let mut writer = Writer { language, colour, out: String::new() };
    writer.head(report);
    writer.rules("text.fix_first", RED, report, Verdict::Fail);
    writer.rules("text.warnings", YELLOW, report, Verdict::Warn);
    writer.rules("text.excepted", YELLOW, report, Verdict::Excepted);
    writer.idle_exceptions(report);
    writer.rest(report);
    writer.out
}

/// Whether only a running machine could decide the rule: then its reason is its own, and one line names all of them.
fn needs_boot(id: &str) -> bool {
    rule_of(id).is_some_and(|rule| rule.needs == Needs::Boot)
}

/// All rules by their ids and titles, a chapter at a time.
pub fn list(language: Language, colour: bool) -> String {
    let mut writer = Writer { language, colour, out: String::new() };
    let mut chapter = "";
    for rule in RULEBOOK {
        let of = chapter_of(rule.id);
        if of.name != chapter {
            let gap = if chapter.is_empty() { "" } else { "\n" };
            let heading = writer.paint(BOLD, language.word(of.key));
            writer.line(&format!("{gap}{heading}"));
            chapter = of.name;
        }
        writer.line(&format!("  {}  {}", rule.id, language.word(&format!("{}.title", rule.id))));
    }
    writer.out
}

/// A rule in words: what it wants, why, and what to do.
pub fn explain(rule: &Rule, language: Language, colour: bool) -> String {
    let mut writer = Writer { language, colour, out: String::new() };
    let title_key = format!("{}.title", rule.id);
    let title = language.word(&title_key);
    let head = format!("{}  {title}", writer.paint(BOLD, rule.id));
    writer.line(&head);
    for (label, key) in [("text.why", "why"), ("text.remedy", "remedy")] {
        let words = language.word(&format!("{}.{key}", rule.id)).to_owned();
        let label = language.word(label).to_owned();
        writer.prose("", &format!("{label} {words}"));
    }
    for (name, severity) in
        [("azure", rule.severity.azure), ("kvm", rule.severity.kvm), ("strict", rule.severity.strict)]
    {
        let word = language.word(crate::formats::guide::key(severity));
        let line = format!("{name:<8}{word}");
        writer.line(&line);
    }
    writer.out
}

impl Writer {
    fn paint(&self, colour: &str, text: &str) -> String {
        if self.colour { format!("{colour}{text}{PLAIN}") } else { text.to_owned() }
    }

    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// Text broken into lines of [`WIDTH`], each indented.
    fn prose(&mut self, indent: &str, text: &str) {
        let mut line = String::new();
        for word in text.split(' ') {
            let fits = line.is_empty() || line.chars().count() + 1 + word.chars().count() <= WIDTH;
            if !fits {
                self.line(&format!("{indent}{line}"));
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.line(&format!("{indent}{line}"));
    }

    fn head(&mut self, report: &Report) {
        let colour = match report.verdict {
            Overall::Certified | Overall::ContainerSound => GREEN,
            Overall::NotCertified => RED,
            Overall::CouldNotJudge => YELLOW,
        };
        let words = self.language.write(&report.verdict_phrase());
        let words = self.paint(BOLD, &self.paint(colour, &words));
        self.line(&words);
        if let Some(cause) = &report.broken_off {
            let cause = self.language.write(cause);
            self.prose("", &cause);
        }
        let mut facts = vec![
            format!("{} {}", self.language.word("text.profile"), report.profile),
            format!("{} {}", self.language.word("text.rulebook"), report.rulebook),
        ];
        if report.size_bytes > 0 {
            facts.push(format!("{}, {}", report.format, self.language.size(report.size_bytes)));
        }
        facts.extend(report.content_id.clone());
        let facts = self.paint(FAINT, &facts.join(" · "));
        self.line(&facts);
        for difference in &report.profile_differences {
            self.line(&format!("  {difference}"));
        }
    }

    fn rules(&mut self, heading: &str, colour: &str, report: &Report, verdict: Verdict) {
        let mut rules = report.with_verdict(verdict).peekable();
        if rules.peek().is_none() {
            return;
        }
        let heading = self.paint(BOLD, self.language.word(heading));
        self.line(&format!("\n{heading}"));
        for judged in rules {
            let rule = judged.render(self.language);
            self.rule(&rule, colour);
        }
    }

    fn rule(&mut self, rule: &RenderedRule<'_>, colour: &str) {
        let id = self.paint(colour, rule.id);
        let title = self.paint(BOLD, &rule.title);
        self.line(&format!("\n  {id}  {title}"));
        self.prose(INDENT, &rule.reason);
        let (found, expected) = (self.language.word("text.found"), self.language.word("text.expected"));
        let width = found.chars().count().max(expected.chars().count());
        for piece in rule.evidence.iter().take(EVIDENCE_SHOWN_MAX) {
            let place = crate::formats::place(piece, self.language);
            if !place.is_empty() {
                self.line(&format!("{INDENT}{place}"));
            }
            for (label, value) in [(found, &piece.found), (expected, &piece.expected)] {
                if let Some(value) = value {
                    let label = self.paint(FAINT, &format!("{label:<width$}"));
                    self.line(&format!("{INDENT}  {label}  {value}"));
                }
            }
        }
        if rule.evidence.len() > EVIDENCE_SHOWN_MAX {
            let more = say("and_more").count("count", (rule.evidence.len() - EVIDENCE_SHOWN_MAX) as u64);
            let more = self.language.write(&more);
            self.line(&format!("{INDENT}{more}"));
        }
        if let Some(granted) = rule.exception {
            self.prose(INDENT, &self.language.write(&granted_words(granted)));
            return;
        }
        if let Some(remedy) = &rule.remedy {
            // A command stands on a line of its own, unbroken, so that it can be copied.
            let command = rule.command.filter(|command| remedy.ends_with(command));
            let words = remedy.strip_suffix(command.unwrap_or("")).unwrap_or(remedy).trim_end();
            self.prose(INDENT, &format!("{} {words}", self.language.word("text.remedy")));
            if let Some(command) = command {
                self.line(&format!("{INDENT}  {command}"));
            }
        }
    }

    fn idle_exceptions(&mut self, report: &Report) {
        for idle in &report.idle_exceptions {
            let line = format!(
                "{} {}. {}",
                self.language.word("text.idle"),
                idle.rule,
                self.language.write(&idle.why)
            );
            self.line("");
            self.prose("", &line);
        }
    }

    /// What needs no reading: ids in a line, reasons only where something stayed open.
    fn rest(&mut self, report: &Report) {
        self.line("");
        let mut open: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        let (later, now): (Vec<_>, Vec<_>) =
            report.with_verdict(Verdict::NotDecided).partition(|judged| needs_boot(&judged.id));
        for judged in now {
            open.entry(self.language.write(&judged.reason)).or_default().push(&judged.id);
        }
        let label = self.language.word("text.not_decided");
        for (reason, ids) in open {
            self.prose("", &format!("{label} {}. {reason}", ids.join(" ")));
        }
        for (key, verdict) in
            [("text.passed", Verdict::Pass), ("text.not_applicable", Verdict::NotApplicable)]
        {
            let ids: Vec<&str> = report.with_verdict(verdict).map(|judged| judged.id.as_str()).collect();
            if !ids.is_empty() {
                let line = format!("{} {}", self.language.word(key), ids.join(" "));
                self.prose("", &line);
            }
        }
        if !later.is_empty() {
            let ids: Vec<&str> = later.iter().map(|judged| judged.id.as_str()).collect();
            let line = format!("{} {}", self.language.word("text.needs_boot"), ids.join(" "));
            self.prose("", &line);
        }
        if let Some(scanned) = &report.scanned {
            let line = self.language.write(&scanned_words(scanned));
            self.prose("", &line);
            for left in &scanned.not_scanned {
                let reason = self.language.write(&left.reason);
                self.prose("  ", &format!("{}: {reason}", left.what));
            }
        }
    }
}
