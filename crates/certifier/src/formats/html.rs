//! The report as one page that stands alone: no script, nothing to fetch, light and dark, and good on paper.
//!
//! It looks as the market's report does. Every text passes through [`escape`] on its way in, and the page forbids itself scripts
//! and connections, should one have been forgotten.

mod disk_bar;

use super::{escape, place};
use crate::finding::Verdict;
use crate::rendered::RenderedRule;
use crate::report::{Overall, Report};
use crate::text::granted_words;
use crate::words::Language;

const STYLE: &str = include_str!("report.css");

/// Shown for one rule; the JSON has all.
const PLACES_SHOWN_MAX: usize = 12;

/// The icons: six of Lucide's (ISC licence), as the market shows them.
const ICONS: &str = r#"<svg hidden><!-- Icons from Lucide, ISC licence --><symbol id="good" viewBox="0 0 24 24"><path d="M3.85 8.62a4 4 0 0 1 4.78-4.77 4 4 0 0 1 6.74 0 4 4 0 0 1 4.78 4.78 4 4 0 0 1 0 6.74 4 4 0 0 1-4.77 4.78 4 4 0 0 1-6.75 0 4 4 0 0 1-4.78-4.77 4 4 0 0 1 0-6.76Z"/><path d="m16 9-5.5 5.5L8 12"/></symbol><symbol id="fail" viewBox="0 0 24 24"><circle cx="12" cy="12" r="10"/><path d="m15 9-6 6"/><path d="m9 9 6 6"/></symbol><symbol id="warn" viewBox="0 0 24 24"><path d="m21.73 18-8-14a2 2 0 0 0-3.48 0l-8 14A2 2 0 0 0 4 21h16a2 2 0 0 0 1.73-3"/><path d="M12 9v4"/><path d="M12 17h.01"/></symbol><symbol id="wait" viewBox="0 0 24 24"><circle cx="12" cy="12" r="10"/><path d="M12 6v6l4 2"/></symbol><symbol id="pass" viewBox="0 0 24 24"><path d="M20 6 9 17l-5-5"/></symbol><symbol id="skip" viewBox="0 0 24 24"><circle cx="12" cy="12" r="10"/><path d="M8 12h8"/></symbol></svg>"#;

fn icon(name: &str) -> String {
    format!("<svg class=\"icon\" aria-hidden=\"true\"><use href=\"#{name}\"/></svg>")
}

/// What is shown open, in this order.
const GROUPS: [(&str, Verdict, &str); 4] = [
    ("text.fix_first", Verdict::Fail, "fail"),
    ("text.warnings", Verdict::Warn, "warn"),
    ("html.not_decided", Verdict::NotDecided, "wait"),
    ("text.excepted", Verdict::Excepted, "warn"),
];

/// What is folded.
const FOLDS: [(&str, Verdict, &str); 2] =
    [("html.passed", Verdict::Pass, "pass"), ("html.not_applicable", Verdict::NotApplicable, "skip")];

struct Page<'a> {
    report: &'a Report,
    language: Language,
    out: String,
}

/// The page.
pub fn write(report: &Report, language: Language) -> String {
    let mut page = Page { report, language, out: String::new() };
    page.head();
    page.verdict();
    page.facts();
    page.tally();
    disk_bar::draw(report, language, &mut page.out);
    for (heading, verdict, class) in GROUPS {
        page.group(heading, verdict, class);
    }
    page.idle_exceptions();
    for (heading, verdict, class) in FOLDS {
        page.fold(heading, verdict, class);
    }
    page.scanned();
    page.out += "</main>\n</body>\n</html>\n";
    page.out
}

impl Page<'_> {
    fn word(&self, key: &str) -> String {
        escape(self.language.word(key))
    }

    fn head(&mut self) {
        let language = match self.language {
            Language::En => "en",
            Language::Fr => "fr",
        };
        let title = format!("{} · {}", escape(&self.report.file_name), self.word("html.title"));
        self.out += &format!(
            "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n{ICONS}\n<main class=\"page\">\n"
        );
        self.out += &format!(
            "<p class=\"brand\"><span class=\"mark\" aria-hidden=\"true\">H</span>Halle<span class=\"soft\">{}</span></p>\n",
            self.word("html.title")
        );
    }

    fn verdict(&mut self) {
        let (class, symbol, key) = match self.report.verdict {
            Overall::Certified => ("pass", "good", "html.certified"),
            Overall::NotCertified => ("fail", "fail", "html.not_certified"),
            Overall::CouldNotJudge => ("warn", "warn", "html.could_not_judge"),
            Overall::ContainerSound => ("wait", "pass", "html.container_sound"),
        };
        let headline = escape(&self.language.write(&self.report.verdict_phrase()));
        self.out += &format!(
            "<section class=\"verdict {class}\">{}<h1>{}</h1><p>{headline}</p></section>\n",
            icon(symbol),
            self.word(key)
        );
        if let Some(cause) = &self.report.broken_off {
            let cause = escape(&self.language.write(cause));
            self.out += &format!("<p class=\"prose\">{cause}</p>\n");
        }
    }

    fn facts(&mut self) {
        let report = self.report;
        let mut facts = vec![("html.file", escape(&report.file_name))];
        if report.size_bytes > 0 {
            let size = format!("{}, {}", report.format, self.language.size(report.size_bytes));
            facts.push(("html.disk", escape(&size)));
        }
        if let Some(system) = report.system.as_ref().filter(|system| !system.name.is_empty()) {
            facts.push(("html.system", escape(&system.name)));
        }
        let mut profile = escape(&report.profile);
        for difference in &report.profile_differences {
            profile += &format!("<br><code>{}</code>", escape(difference));
        }
        facts.push(("text.profile", profile));
        facts.push(("html.rulebook", escape(&report.rulebook)));
        if let Some(content_id) = &report.content_id {
            facts.push(("html.content", format!("<code>{}</code>", escape(content_id))));
        }
        self.out += "<dl class=\"facts\">";
        for (key, value) in facts {
            self.out += &format!("<dt>{}</dt><dd>{value}</dd>", self.word(key));
        }
        self.out += "</dl>\n";
    }

    fn tally(&mut self) {
        self.out += "<ul class=\"tally\">";
        for (key, verdict, class) in GROUPS.into_iter().chain(FOLDS) {
            let count = self.report.with_verdict(verdict).count() as u64;
            if count > 0 {
                let (count, word) = (self.language.number(count), self.word(key));
                self.out += &format!("<li class=\"{class}\"><b>{count}</b> {word}</li>");
            }
        }
        self.out += "</ul>\n";
    }

    fn group(&mut self, heading: &str, verdict: Verdict, class: &str) {
        let mut rules = self.report.with_verdict(verdict).peekable();
        if rules.peek().is_none() {
            return;
        }
        self.out += &format!("<h2>{}</h2>\n<div class=\"findings\">\n", self.word(heading));
        for judged in rules {
            let rule = judged.render(self.language);
            self.finding(&rule, class);
        }
        self.out += "</div>\n";
    }

    fn finding(&mut self, rule: &RenderedRule<'_>, class: &str) {
        let id = escape(rule.id);
        self.out += &format!(
            "<article class=\"finding {class}\" id=\"{id}\">{}<div>\n<h3>{}</h3>\n<p class=\"prose\">{}</p>\n",
            icon(class),
            escape(&rule.title),
            escape(&rule.reason)
        );
        for piece in rule.evidence.iter().take(PLACES_SHOWN_MAX) {
            let place = place(piece, self.language);
            let place = (!place.is_empty()).then_some(place);
            self.out += "<dl class=\"found\">";
            for (key, value) in
                [("html.where", &place), ("html.found", &piece.found), ("html.expected", &piece.expected)]
            {
                if let Some(value) = value {
                    let value = escape(value);
                    self.out += &format!("<dt>{}</dt><dd><code>{value}</code></dd>", self.word(key));
                }
            }
            self.out += "</dl>\n";
        }
        if rule.evidence.len() > PLACES_SHOWN_MAX {
            let left = (rule.evidence.len() - PLACES_SHOWN_MAX) as u64;
            let left = self.language.write(&crate::phrase::say("and_more").count("count", left));
            self.out += &format!("<p class=\"soft\">{}</p>\n", escape(&left));
        }
        match rule.exception {
            Some(granted) => {
                let granted = escape(&self.language.write(&granted_words(granted)));
                self.out += &format!("<p class=\"prose\"><strong>{granted}</strong></p>\n");
            }
            None => self.remedy(rule),
        }
        self.out +=
            &format!("<p class=\"rule\">{id} · <code>halle explain {id}</code></p>\n</div></article>\n");
    }

    fn remedy(&mut self, rule: &RenderedRule<'_>) {
        let Some(remedy) = &rule.remedy else { return };
        let command = rule.command.filter(|command| remedy.ends_with(command)).unwrap_or_default();
        let words = remedy.strip_suffix(command).unwrap_or(remedy).trim_end();
        self.out += &format!(
            "<div class=\"remedy\"><p class=\"prose\"><strong>{}</strong> {}</p>",
            self.word("text.remedy"),
            escape(words)
        );
        if !command.is_empty() {
            self.out += &format!("<pre>{}</pre>", escape(command));
        }
        self.out += "</div>\n";
    }

    fn idle_exceptions(&mut self) {
        for idle in &self.report.idle_exceptions {
            self.out += &format!(
                "<p class=\"prose\"><strong>{} {}.</strong> {}</p>\n",
                self.word("text.idle"),
                escape(&idle.rule),
                escape(&self.language.write(&idle.why))
            );
        }
    }

    fn fold(&mut self, heading: &str, verdict: Verdict, class: &str) {
        let rules: Vec<_> = self.report.with_verdict(verdict).collect();
        if rules.is_empty() {
            return;
        }
        self.out += &format!(
            "<details class=\"fold {class}\"><summary>{}{} {}</summary><ul class=\"passes\">",
            icon(class),
            self.language.number(rules.len() as u64),
            self.word(heading)
        );
        for judged in rules {
            let rule = judged.render(self.language);
            let mut note = escape(rule.id);
            if verdict == Verdict::NotApplicable {
                note += &format!(" · {}", escape(&rule.reason));
            }
            self.out += &format!(
                "<li>{}<span>{} <span class=\"soft\">{note}</span></span></li>",
                icon(class),
                escape(&rule.title)
            );
        }
        self.out += "</ul></details>\n";
    }

    fn scanned(&mut self) {
        let Some(scanned) = &self.report.scanned else { return };
        let line = self.language.write(&crate::text::scanned_words(scanned));
        self.out +=
            &format!("<h2>{}</h2>\n<p class=\"prose\">{}</p>\n", self.word("html.scanned"), escape(&line));
        if scanned.not_scanned.is_empty() {
            return;
        }
        self.out += "<ul>";
        for left in &scanned.not_scanned {
            let reason = escape(&self.language.write(&left.reason));
            self.out += &format!("<li><code>{}</code>: {reason}</li>", escape(&left.what));
        }
        self.out += "</ul>\n";
    }
}
