//! The report as JUnit XML, for build servers: one test case for each rule.

use super::{escape, place};
use crate::chapters::chapter_of;
use crate::finding::Verdict;
use crate::profile::Severity;
use crate::rendered::RenderedRule;
use crate::report::{Overall, Report};

use crate::text::granted_words;
use crate::words::Language;

/// The report as one suite. A rule that fails is a failure, one that refuses and could not be decided is an error, and one that does
/// not apply or is accepted by exception is skipped. A warning is a test that passed and has something to say.
pub fn write(report: &Report, language: Language) -> String {
    let count = |verdict| report.with_verdict(verdict).count();
    let undecided = |rule: &&crate::report::Judged| is_error(rule.verdict, rule.severity);
    // Judging that broke off is one more error, which belongs to no rule.
    let broken = usize::from(report.broken_off.is_some());
    let errors = report.rules.iter().filter(undecided).count() + broken;
    let skipped = count(Verdict::NotApplicable)
        + count(Verdict::Excepted)
        + (count(Verdict::NotDecided) + broken - errors);
    let counts = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{errors}\" skipped=\"{skipped}\"",
        report.rules.len() + broken,
        count(Verdict::Fail)
    );
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out += &format!("<testsuites name=\"halle certify\" {counts}>\n");
    out += &format!("  <testsuite name=\"{}\" {counts}>\n    <properties>\n", escape(&report.file_name));
    for (name, value) in [
        ("verdict", verdict_name(report.verdict)),
        ("profile", report.profile.as_str()),
        ("rulebook", report.rulebook.as_str()),
        ("content_id", report.content_id.as_deref().unwrap_or_default()),
    ] {
        out += &format!("      <property name=\"{name}\" value=\"{}\"/>\n", escape(value));
    }
    out += "    </properties>\n";
    if let Some(cause) = &report.broken_off {
        let cause = escape(&language.write(cause));
        out += "    <testcase classname=\"halle\" name=\"halle certify\">\n";
        out += &format!("      <error type=\"could_not_judge\" message=\"{cause}\"/>\n    </testcase>\n");
    }
    for judged in &report.rules {
        let rule = judged.render(language);
        case(&mut out, &rule, language);
    }
    out += "  </testsuite>\n</testsuites>\n";
    out
}

fn is_error(verdict: Verdict, severity: Severity) -> bool {
    verdict == Verdict::NotDecided && severity == Severity::Fail
}

fn verdict_name(verdict: Overall) -> &'static str {
    match verdict {
        Overall::Certified => "certified",
        Overall::NotCertified => "not_certified",
        Overall::CouldNotJudge => "could_not_judge",
        Overall::ContainerSound => "container_sound",
    }
}

fn case(out: &mut String, rule: &RenderedRule<'_>, language: Language) {
    let name = escape(&format!("{} {}", rule.id, rule.title));
    *out +=
        &format!("    <testcase classname=\"halle.{}\" name=\"{name}\"", escape(chapter_of(rule.id).name));
    let reason = escape(&rule.reason);
    let body = match rule.verdict {
        Verdict::Pass => None,
        Verdict::NotApplicable => Some(format!("<skipped message=\"{reason}\"/>")),
        Verdict::Excepted => {
            let granted = rule.exception.map(|granted| language.write(&granted_words(granted)));
            Some(format!("<skipped message=\"{}\"/>", escape(&granted.unwrap_or_default())))
        }
        Verdict::NotDecided if is_error(rule.verdict, rule.severity) => {
            Some(format!("<error type=\"not_decided\" message=\"{reason}\"/>"))
        }
        Verdict::NotDecided => Some(format!("<skipped message=\"{reason}\"/>")),
        Verdict::Warn => Some(format!("<system-out>{}</system-out>", details(rule, language))),
        Verdict::Fail => {
            Some(format!("<failure type=\"fail\" message=\"{reason}\">{}</failure>", details(rule, language)))
        }
    };
    match body {
        Some(body) => *out += &format!(">\n      {body}\n    </testcase>\n"),
        None => *out += "/>\n",
    }
}

fn details(rule: &RenderedRule<'_>, language: Language) -> String {
    let mut lines = vec![rule.reason.clone()];
    for piece in &rule.evidence {
        lines.push(place(piece, language));
        for (label, value) in [("text.found", &piece.found), ("text.expected", &piece.expected)] {
            lines.extend(value.iter().map(|value| format!("  {} {value}", language.word(label))));
        }
    }
    if let Some(remedy) = &rule.remedy {
        lines.push(format!("{} {remedy}", language.word("text.remedy")));
    }
    lines.retain(|line| !line.is_empty());
    let lines: Vec<String> = lines.iter().map(|line| escape(line)).collect();
    lines.join("\n")
}
