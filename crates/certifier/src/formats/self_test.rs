//! The report in the JSON of Azure's image self-test, which the tools of Azure publishers read. A rule that corresponds to one of
//! its cases goes under that case's number; the others go under our own ids.

use serde_json::{Value, json};

use super::place;
use crate::date::Date;
use crate::finding::Verdict;
use crate::profile::Severity;
use crate::rendered::RenderedRule;
use crate::report::{Overall, Report};
use crate::words::Language;

/// The cases of the self-test for Linux, and the rules that decide each.
const CASES: &[(&str, &[&str])] = &[
    ("39", &["L03"]),
    ("40", &["L08", "L09"]),
    ("41", &["P03", "L14"]),
    ("42", &["P04"]),
    ("44", &["L29"]),
    ("45", &["L30"]),
    ("46", &["L17"]),
    ("48", &["L24"]),
    ("49", &["L01"]),
    ("50", &["L32"]),
    ("51", &["L04"]),
    ("52", &["L13"]),
];

/// The report as of the day it was made.
pub fn write(report: &Report, on: Date, language: Language) -> String {
    let rules: Vec<RenderedRule<'_>> = report.rules.iter().map(|judged| judged.render(language)).collect();
    let find = |id: &str| rules.iter().find(|rule| rule.id == id);
    let mut tests = Vec::new();
    for (number, ids) in CASES {
        let found: Vec<_> = ids.iter().filter_map(|id| find(id)).filter(|rule| applies(rule)).collect();
        // The worst of the rules speaks for the case.
        if let Some(worst) = found.into_iter().max_by_key(|rule| (weight(rule), std::cmp::Reverse(rule.id))) {
            tests.push(test(number, worst, language));
        }
    }
    let numbered = |rule: &&RenderedRule<'_>| CASES.iter().any(|(_, ids)| ids.contains(&rule.id));
    let others = rules.iter().filter(|rule| applies(rule) && !numbered(rule));
    tests.extend(others.map(|rule| test(rule.id, rule, language)));
    let system = report.system.clone().unwrap_or_default();
    let written = json!({
        "SchemaVersion": 1,
        "AppCertificationCategory": "Microsoft Single VM Certification",
        "OSName": if report.system.is_some() { "Linux" } else { "" },
        "OSDistro": if system.name.is_empty() { &system.id } else { &system.name },
        "KernelVersion": system.kernel,
        "OSVersion": system.version,
        "CreatedDate": on,
        "TestResult": if report.verdict == Overall::Certified { "Pass" } else { "Fail" },
        "APIVersion": "1.5",
        "Tests": tests,
    });
    format!("{written:#}\n")
}

fn applies(rule: &RenderedRule<'_>) -> bool {
    rule.severity != Severity::Off && rule.verdict != Verdict::NotApplicable
}

/// Passed, Warning and Failed, as 0, 1 and 2. What a refusing rule could not decide is never passed on as good.
fn weight(rule: &RenderedRule<'_>) -> u8 {
    match (rule.verdict, rule.severity) {
        (Verdict::Pass | Verdict::NotApplicable, _) => 0,
        (Verdict::Fail, _) | (Verdict::NotDecided, Severity::Fail) => 2,
        (Verdict::Warn | Verdict::Excepted | Verdict::NotDecided, _) => 1,
    }
}

fn test(id: &str, rule: &RenderedRule<'_>, language: Language) -> Value {
    let mut found: Vec<String> = Vec::new();
    let mut expected: Vec<String> = Vec::new();
    for piece in &rule.evidence {
        let place = place(piece, language);
        let words = piece.found.as_deref().unwrap_or_default();
        let told = if place.is_empty() { words.to_owned() } else { format!("{place}: {words}") };
        found.push(told);
        expected.extend(piece.expected.clone());
    }
    expected.dedup();
    if found.is_empty() {
        found.push(rule.reason.clone());
    }
    if expected.is_empty() {
        expected.push(rule.title.clone());
    }
    let result = ["Passed", "Warning", "Failed"][usize::from(weight(rule))];
    json!({
        "TestID": id,
        "TestCaseName": rule.title,
        "Description": language.word(&format!("{}.why", rule.id)),
        "Result": result,
        "ActualValue": found.join("; "),
        "RequiredValue": expected.join("; "),
    })
}
