//! The report as SARIF 2.1.0, for code-scanning dashboards. Listed are findings: what failed, warns, is accepted by exception, or
//! could not be decided. What passed is in the rules that are named and have no result.

use serde_json::{Map, Value, json};

use super::fingerprint;
use crate::compare::{Comparison, State};
use crate::finding::{Evidence, Verdict, Weight};
use crate::profile::{Profile, Severity};
use crate::report::{Judged, Overall, Report};
use crate::rulebook::{RULEBOOK, Rule};
use crate::words::Language;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// What paths inside the image are relative to.
const IMAGE_ROOT: &str = "IMAGE";

/// The report as one SARIF log with one run.
pub fn write(report: &Report, comparison: Option<&Comparison>, language: Language) -> String {
    let results: Vec<Value> = report
        .rules
        .iter()
        .filter(|judged| !matches!(judged.verdict, Verdict::Pass | Verdict::NotApplicable))
        .flat_map(|judged| results(report, judged, comparison, language))
        .collect();
    let rules: Vec<Value> = RULEBOOK.iter().map(|rule| rule_row(rule, report, language)).collect();
    let mut artifact = json!({
        "location": { "uri": uri(&report.file_name) },
        "length": report.file_bytes,
        "roles": ["analysisTarget"],
    });
    if let Some(content_id) = &report.content_id {
        artifact["properties"] = json!({ "contentId": content_id });
    }
    let tag = match language {
        Language::En => "en",
        Language::Fr => "fr",
    };
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "halle",
                "version": env!("CARGO_PKG_VERSION"),
                "language": tag,
                "rules": rules,
                "properties": { "rulebook": report.rulebook },
            }},
            "language": tag,
            "invocations": [{
                "executionSuccessful": report.verdict != Overall::CouldNotJudge,
                "exitCodeDescription": language.write(&report.verdict_phrase()),
            }],
            "originalUriBaseIds": { IMAGE_ROOT: {
                "description": { "text": language.word("sarif.root") }
            }},
            "artifacts": [artifact],
            "results": results,
            "properties": {
                "verdict": report.verdict,
                "profile": report.profile,
                "profileDifferences": report.profile_differences,
                "scanned": report.scanned,
            },
        }],
    });
    format!("{log:#}\n")
}

fn rule_row(rule: &Rule, report: &Report, language: Language) -> Value {
    let word = |part: &str| language.word(&format!("{}.{part}", rule.id)).to_owned();
    let severity = report.rule(rule.id).map_or_else(
        || Profile::named(&report.profile).map_or(rule.severity.strict, |profile| profile.severity(rule)),
        |judged| judged.severity,
    );
    let (title, why, remedy) = (word("title"), word("why"), word("remedy"));
    json!({
        "id": rule.id,
        "shortDescription": { "text": title },
        "fullDescription": { "text": why },
        "help": { "text": format!("{why} {remedy}") },
        "defaultConfiguration": match severity {
            Severity::Off => json!({ "enabled": false, "level": "none" }),
            Severity::Warn => json!({ "level": "warning" }),
            Severity::Fail => json!({ "level": "error" }),
        },
    })
}

/// One result for each place, or one for the rule where it names none.
fn results(
    report: &Report,
    judged: &Judged,
    comparison: Option<&Comparison>,
    language: Language,
) -> Vec<Value> {
    let pieces: Vec<Option<&Evidence>> = match &judged.evidence[..] {
        [] => vec![None],
        pieces => pieces.iter().map(Some).collect(),
    };
    let mut results: Vec<Value> =
        pieces.into_iter().map(|piece| result(report, judged, piece, language)).collect();
    for (number, result) in results.iter_mut().enumerate() {
        result["baselineState"] = match comparison.map(|comparison| comparison.state_of(judged, number)) {
            Some(State::New) => json!("new"),
            Some(State::Known) => json!("unchanged"),
            None => break,
        };
    }
    results
}

fn result(report: &Report, judged: &Judged, piece: Option<&Evidence>, language: Language) -> Value {
    let heavy = piece.is_none_or(|piece| piece.weight == Weight::Full);
    let (kind, level) = match (judged.verdict, judged.severity) {
        (Verdict::NotDecided, _) => ("open", "none"),
        (Verdict::Fail, _) | (Verdict::Excepted, Severity::Fail) if heavy => ("fail", "error"),
        _ => ("fail", "warning"),
    };
    let mut result = Map::new();
    let mut set = |key: &str, value: Value| result.insert(key.to_owned(), value);
    set("ruleId", json!(judged.id));
    if let Some(index) = RULEBOOK.iter().position(|rule| rule.id == judged.id) {
        set("ruleIndex", json!(index));
    }
    set("kind", json!(kind));
    set("level", json!(level));
    set("message", json!({ "text": message(judged, piece, language) }));
    set("locations", json!([location(report, piece)]));
    set("partialFingerprints", json!({ "halleFinding/v1": fingerprint(&judged.id, piece) }));
    if let Some(granted) = &judged.exception {
        let justification = language.write(&crate::text::granted_words(granted));
        set(
            "suppressions",
            json!([{ "kind": "external", "status": "accepted", "justification": justification }]),
        );
    }
    Value::Object(result)
}

fn message(judged: &Judged, piece: Option<&Evidence>, language: Language) -> String {
    let mut text = language.write(&judged.reason);
    let mut add = |label: &str, value: Option<String>| {
        if let Some(value) = value {
            text.push_str(&format!("\n{} {value}", language.word(label)));
        }
    };
    add("text.found", piece.and_then(|piece| piece.found.as_ref()).map(|found| language.write(found)));
    add("text.expected", piece.and_then(|piece| piece.expected.as_ref()).map(|what| language.write(what)));
    add("text.remedy", judged.remedy.as_ref().map(|remedy| language.write(remedy)));
    text
}

/// A place in a file of the image, or in the image itself.
fn location(report: &Report, piece: Option<&Evidence>) -> Value {
    let mut place = Map::new();
    match piece.and_then(|piece| piece.path.as_deref()) {
        Some(path) => {
            let at = json!({ "uri": uri(path.trim_start_matches('/')), "uriBaseId": IMAGE_ROOT });
            place.insert("artifactLocation".to_owned(), at);
        }
        None => {
            let at = json!({ "uri": uri(&report.file_name), "index": 0 });
            place.insert("artifactLocation".to_owned(), at);
        }
    }
    let region = match (piece.and_then(|piece| piece.line), piece.and_then(|piece| piece.offset)) {
        // Lines are counted from 1; an offset is a signed number there.
        (Some(line), _) if line > 0 => Some(json!({ "startLine": line })),
        (_, Some(offset)) if i64::try_from(offset).is_ok() => Some(json!({ "byteOffset": offset })),
        _ => None,
    };
    if let Some(region) = region {
        place.insert("region".to_owned(), region);
    }
    json!({ "physicalLocation": place })
}

/// A path as a relative reference: whatever could be taken for a scheme, a query or a way upwards is encoded.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for (at, segment) in path.split('/').enumerate() {
        if at > 0 {
            uri.push('/');
        }
        if matches!(segment, "." | "..") {
            uri.push_str(&segment.replace('.', "%2E"));
            continue;
        }
        for byte in segment.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    uri.push(char::from(byte));
                }
                _ => uri.push_str(&format!("%{byte:02X}")),
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn a_path_in_the_image_cannot_lead_elsewhere() {
        assert_eq!(uri("etc/ssh/sshd_config"), "etc/ssh/sshd_config");
        assert_eq!(uri("../x?y#z:é"), "%2E%2E/x%3Fy%23z%3A%C3%A9");
        assert_eq!(uri("a\\b c"), "a%5Cb%20c");
    }
}
