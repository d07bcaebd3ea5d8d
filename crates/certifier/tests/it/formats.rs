//! The forms in which a report leaves the house: each is what its readers expect, whatever the image says.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use certifier::compare::{Baseline, Comparison};
use certifier::date::Date;
use certifier::exceptions;
use certifier::finding::Verdict;
use certifier::formats::{html, junit, sarif, self_test};
use certifier::profile::Profile;
use certifier::report::{Overall, Report};
use certifier::words::{LANGUAGES, Language};
use serde_json::Value;

use crate::specimen::Specimen;

/// A name that tries everything at once: terminal, markup, entities, scripts.
const NASTY: &str = "/srv/\u{1b}[31m<script>alert(1)</script>&amp;\"'\u{7}]]>.exe";

fn today() -> Date {
    Date::parse("2026-11-22").expect("a day")
}

fn nasty() -> &'static Report {
    static REPORT: LazyLock<Report> = LazyLock::new(|| {
        let mut image = Specimen::clean()
            .small()
            .file("/etc/ssh/sshd_config", "PermitRootLogin yes\n")
            .file("/root/.bash_history", "passwd\n")
            .bytes_file(NASTY, &crate::faults::eicar())
            .build();
        image.file_name = "<b>\u{1b}disk</b>.vhd".to_owned();
        image.certify(&Profile::kvm())
    });
    &REPORT
}

fn except(report: &Report, text: &str) -> Report {
    let mut report = report.clone();
    report.except(&exceptions::parse(text).expect("exceptions"), today());
    report
}

const L24: &str =
    "[[exception]]\nrule = \"L24\"\nreason = \"a <kept> one\"\nuntil = 2027-03-01\nby = \"Ada\"\n";

/// Checks that tags are closed in the order in which they were opened, and that nothing acts on a terminal. Gives the names of
/// the elements.
#[track_caller]
fn check_markup(text: &str, empty: &[&str]) -> BTreeSet<String> {
    assert!(!text.chars().any(|c| c != '\n' && c.is_control()), "a control character got through");
    assert!(
        !text.contains("<script") && !text.contains("<kept>") && !text.contains("<b>\\u"),
        "markup got through"
    );
    let (mut open, mut names) = (Vec::new(), BTreeSet::new());
    for piece in text.split('<').skip(1) {
        let (tag, _) = piece.split_once('>').expect("every tag ends");
        if tag.starts_with(['?', '!']) {
            continue;
        }
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop().as_deref(), Some(name), "closed out of order"),
            None => {
                let name = tag.split([' ', '/']).next().expect("a name").to_owned();
                names.insert(name.clone());
                if !tag.ends_with('/') && !empty.contains(&name.as_str()) {
                    open.push(name);
                }
            }
        }
    }
    assert!(open.is_empty(), "left open: {open:?}");
    names
}

#[test]
fn the_page_stands_alone_and_nothing_in_an_image_becomes_a_part_of_it() {
    for language in LANGUAGES {
        for report in [nasty(), &except(nasty(), L24)] {
            let page = html::write(report, language);
            let names = check_markup(&page, &["meta", "br"]);
            assert!(["script", "link", "img", "iframe", "object"].iter().all(|name| !names.contains(*name)));
            for reference in ["src=", "url(", "@import", "http:", "https:", " on"] {
                let found = page.split('<').skip(1).filter_map(|piece| piece.split_once('>'));
                assert!(found.clone().all(|(tag, _)| !tag.contains(reference)), "{reference}");
            }
            assert!(!page.contains("url(") && page.contains("default-src 'none'"));
            assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;&quot;&#39;"), "{page}");
        }
    }
    let page = html::write(nasty(), Language::Fr);
    assert!(page.starts_with("<!doctype html>\n<html lang=\"fr\">") && page.contains("Pas encore certifié"));
    assert!(page.contains("/etc/ssh/sshd_config:1") && page.contains("halle explain L18"));
    assert!(page.contains("<figure class=\"disk\">"));
}

#[test]
fn junit_counts_add_up_and_every_rule_is_a_case() {
    let number = |text: &str, name: &str| -> usize {
        let after = text.split_once(&format!(" {name}=\"")).expect("it is counted").1;
        after.split('"').next().and_then(|number| number.parse().ok()).expect("a number")
    };
    let unread = certifier::certify(
        std::sync::Arc::new(vec![0; 10]),
        "x",
        &Profile::azure(),
        &certifier::progress::Silent,
    );
    for report in [nasty(), &except(nasty(), L24), &unread] {
        for language in LANGUAGES {
            let text = junit::write(report, language);
            check_markup(&text, &[]);
            let count = |tag: &str| text.matches(&format!("<{tag}")).count();
            assert_eq!(number(&text, "tests"), report.rules.len());
            assert_eq!(number(&text, "tests"), count("testcase "));
            assert_eq!(number(&text, "failures"), count("failure "));
            assert_eq!(number(&text, "errors"), count("error "));
            assert_eq!(number(&text, "skipped"), count("skipped "));
        }
    }
    assert!(junit::write(nasty(), Language::En).contains("classname=\"halle.linux\" name=\"L18 "));
}

/// The log's one run, after what every SARIF reader relies on was checked.
#[track_caller]
fn check_sarif(report: &Report, comparison: Option<&Comparison>, language: Language) -> Value {
    let log: Value = serde_json::from_str(&sarif::write(report, comparison, language)).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    let run = log["runs"][0].clone();
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules").clone();
    assert_eq!(rules.len(), certifier::rulebook::RULEBOOK.len());
    for result in run["results"].as_array().expect("results") {
        let index = result["ruleIndex"].as_u64().expect("a number") as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(rules[index]["help"]["text"].as_str().is_some_and(|help| help.len() > 20));
        assert!(result["message"]["text"].as_str().is_some_and(|text| !text.is_empty()));
        assert!(["error", "warning", "none"].contains(&result["level"].as_str().expect("a level")));
        let kind = result["kind"].as_str().expect("a kind");
        assert!(kind == "fail" || result["level"] == "none", "only what failed has a level");
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().expect("a place");
        assert!(uri.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"\\:".contains(&byte)), "{uri}");
        assert!(!uri.starts_with('/'), "{uri}");
    }
    run
}

#[test]
fn sarif_names_every_place_with_its_rule_and_its_help() {
    let run = check_sarif(nasty(), None, Language::En);
    let results = run["results"].as_array().expect("results");
    let of = |id: &str| results.iter().filter(|result| result["ruleId"] == id).collect::<Vec<_>>();
    let root = &of("L18")[0]["locations"][0]["physicalLocation"];
    assert_eq!(root["artifactLocation"]["uri"], "etc/ssh/sshd_config");
    assert_eq!(
        (&root["artifactLocation"]["uriBaseId"], &root["region"]["startLine"]),
        (&"IMAGE".into(), &1.into())
    );
    assert_eq!(of("L18")[0]["level"], "error");
    assert_eq!(of("L17")[0]["level"], "warning");
    assert!(of("M01")[0]["locations"][0]["physicalLocation"]["region"]["byteOffset"].is_number());
    assert!(of("L01").is_empty(), "what passed is no result");
    let marks: BTreeSet<String> =
        results.iter().map(|result| result["partialFingerprints"]["halleFinding/v1"].to_string()).collect();
    assert_eq!(marks.len(), results.len(), "every finding has a mark of its own");
    let french = check_sarif(nasty(), None, Language::Fr);
    let again: BTreeSet<String> = french["results"]
        .as_array()
        .expect("results")
        .iter()
        .map(|result| result["partialFingerprints"]["halleFinding/v1"].to_string())
        .collect();
    assert_eq!(again, marks, "the same in every language");
    let excepted = check_sarif(&except(nasty(), L24), None, Language::En);
    let suppressed = excepted["results"].as_array().expect("results").iter();
    let suppressed: Vec<_> = suppressed.filter(|result| result["suppressions"].is_array()).collect();
    assert_eq!(suppressed.len(), 1);
    assert_eq!(suppressed[0]["suppressions"][0]["status"], "accepted");
    let unread = certifier::certify(
        std::sync::Arc::new(vec![0; 10]),
        "x",
        &Profile::azure(),
        &certifier::progress::Silent,
    );
    check_sarif(&unread, None, Language::En);
}

#[test]
fn the_self_test_has_the_shape_that_azures_tools_read() {
    let read = |report: &Report| -> Value {
        serde_json::from_str(&self_test::write(report, today(), Language::En)).expect("JSON")
    };
    let written = read(nasty());
    assert_eq!(written["SchemaVersion"], 1);
    assert_eq!(written["TestResult"], "Fail");
    assert_eq!(written["OSDistro"], "debian");
    assert_eq!(written["KernelVersion"], "6.1.0");
    assert_eq!(written["CreatedDate"], "2026-11-22");
    let tests = written["Tests"].as_array().expect("tests");
    let test = |id: &str| tests.iter().find(|test| test["TestID"] == id).unwrap_or_else(|| panic!("no {id}"));
    assert_eq!((&test("48")["Result"], &test("46")["Result"]), (&"Failed".into(), &"Warning".into()));
    assert_eq!(test("49")["Result"], "Passed");
    assert!(test("48")["ActualValue"].as_str().is_some_and(|found| found.contains(".bash_history")));
    assert!(tests.iter().all(|test| test["TestID"] != "39"), "profile kvm asks for no agent");
    let ids: BTreeSet<String> = tests.iter().map(|test| test["TestID"].to_string()).collect();
    assert_eq!(ids.len(), tests.len(), "no test stands twice");
    let clean = Specimen::clean().build().certify(&Profile::azure());
    let clean = read(&clean);
    assert_eq!(clean["TestResult"], "Pass");
    let tests = clean["Tests"].as_array().expect("tests");
    assert!(tests.iter().all(|test| test["Result"] != "Failed"));
    let numbered = |test: &&Value| test["TestID"].as_str().is_some_and(|id| id.parse::<u8>().is_ok());
    let open = tests.iter().filter(numbered).find(|test| test["Result"] != "Passed");
    assert!(open.is_none(), "{open:?}");
}

#[test]
fn an_exception_is_seen_wherever_the_report_is_and_certifies_what_it_covers() {
    let image = Specimen::clean().small().file("/root/.bash_history", "passwd\n").build();
    let report = image.certify(&Profile::kvm());
    assert_eq!(report.verdict, Overall::NotCertified);
    let excepted = except(&report, L24);
    assert_eq!(excepted.verdict, Overall::Certified);
    let judged = excepted.rule("L24").expect("a rule");
    assert_eq!((judged.verdict, judged.evidence.len()), (Verdict::Excepted, 1));
    let text = certifier::text::write(&excepted, Language::En, false);
    assert!(
        text.contains("by an exception") && text.contains("Accepted until 2027-03-01 by Ada: a <kept> one"),
        "{text}"
    );
    let json = serde_json::to_value(excepted.render(Language::Fr)).expect("data");
    let rule =
        json["rules"].as_array().expect("rules").iter().find(|rule| rule["id"] == "L24").expect("a rule");
    assert_eq!((&rule["verdict"], &rule["exception"]["until"]), (&"excepted".into(), &"2027-03-01".into()));
    let stored = serde_json::to_string(&excepted).expect("data");
    assert_eq!(serde_json::from_str::<Report>(&stored).expect("its own data"), excepted);
}

/// What an exception that changes nothing is said to be.
#[track_caller]
fn check_idle(change: impl Fn(&str) -> String, says: &str) {
    let excepted = except(nasty(), &change(L24));
    assert_eq!(excepted.verdict, nasty().verdict);
    assert_eq!(excepted.rules, nasty().rules);
    let text = certifier::text::write(&excepted, Language::En, false);
    assert!(text.contains("Exception without effect:") && text.contains(says), "{text}");
}

#[test]
fn an_exception_without_effect_says_why() {
    check_idle(|text| text.replace("2027-03-01", "2026-11-21"), "It ended with 2026-11-21");
    check_idle(|text| text.replace("L24", "L01"), "no longer needed");
    let other = format!("image = \"halle1:{}\"\n", "0".repeat(64));
    check_idle(|text| format!("{text}{other}"), "another image");
    let on_its_last_day = except(nasty(), &L24.replace("2027-03-01", "2026-11-22"));
    assert_eq!(on_its_last_day.rule("L24").expect("a rule").verdict, Verdict::Excepted);
    let own = format!("image = \"{}\"\n", nasty().content_id.as_deref().expect("an id"));
    assert_eq!(
        except(nasty(), &format!("{L24}{own}")).rule("L24").expect("a rule").verdict,
        Verdict::Excepted
    );
}

#[test]
fn what_could_not_be_decided_cannot_be_excepted() {
    let report = certifier::certify(
        std::sync::Arc::new(vec![0; 10]),
        "x.vhd",
        &Profile::azure(),
        &certifier::progress::Silent,
    );
    let text = L24.to_owned() + &L24.replace("L24", "V01");
    let excepted = except(&report, &text);
    assert_eq!(excepted.rule("V01").expect("a rule").verdict, Verdict::Excepted);
    assert_eq!(excepted.rule("L24").expect("a rule").verdict, Verdict::NotDecided);
    assert_eq!(excepted.verdict, Overall::CouldNotJudge, "no exception makes a disk of what is none");
}

/// A comparison with an earlier report, through the JSON that people keep.
fn compare(before: &Report, now: &Report, language: Language) -> Comparison {
    let json = serde_json::to_string(&before.render(language)).expect("data");
    Comparison::new(now, &Baseline::parse(&json).expect("a report"))
}

#[test]
fn a_report_says_what_is_new_and_what_is_fixed_since_an_earlier_one() {
    let before = Specimen::clean()
        .small()
        .file("/etc/ssh/sshd_config", "PermitRootLogin yes\n")
        .file("/root/.bash_history", "passwd\n")
        .build()
        .certify(&Profile::kvm());
    let now = Specimen::clean()
        .small()
        .file("/root/.bash_history", "passwd\n")
        .file("/root/.python_history", "import os\n")
        .file("/etc/machine-id", "0123456789abcdef0123456789abcdef\n")
        .build()
        .certify(&Profile::kvm());
    let comparison = compare(&before, &now, Language::Fr);
    let ids = |changes: &[certifier::compare::Change]| -> Vec<String> {
        changes.iter().map(|change| format!("{}+{}", change.id, change.new_places)).collect()
    };
    assert_eq!(ids(&comparison.new), ["L24+1", "L25+1"]);
    assert_eq!(ids(&comparison.fixed), ["L17+0", "L18+0"]);
    let of_linux =
        |ids: &[String]| -> Vec<String> { ids.iter().filter(|id| id.starts_with('L')).cloned().collect() };
    assert!(of_linux(&comparison.remaining).is_empty(), "{:?}", comparison.remaining);
    let text = certifier::compare::write(&comparison, Language::En);
    assert!(text.starts_with("Compared with specimen.vhd: 2 new, 2 fixed, "), "{text}");
    assert!(text.contains("  + L24  Shell histories are empty: fails, in 1 more places\n"), "{text}");
    assert!(text.contains("  + L25 ") && text.contains(": fails, was: holds\n"), "{text}");
    assert!(text.contains("  - L18 "), "{text}");
    let run = check_sarif(&now, Some(&comparison), Language::En);
    let states: Vec<String> = run["results"]
        .as_array()
        .expect("results")
        .iter()
        .map(|result| format!("{} {}", result["ruleId"], result["baselineState"]).replace('"', ""))
        .collect();
    assert_eq!(of_linux(&states), ["L24 unchanged", "L24 new", "L25 new"]);
    let same = compare(&now, &now, Language::En);
    assert_eq!((same.new.len(), same.fixed.len()), (0, 0));
    assert_eq!(of_linux(&same.remaining), ["L24", "L25"]);
    let json = serde_json::to_value(certifier::compare::Compared {
        report: now.render(Language::En),
        comparison: &comparison,
    })
    .expect("data");
    assert_eq!(
        (&json["verdict"], &json["comparison"]["fixed"][0]["was"]),
        (&"not_certified".into(), &"warn".into())
    );
    assert!(Baseline::parse("{\"rules\": []}").is_err());
}
