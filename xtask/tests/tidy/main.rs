//! The rules of the house, kept by a test. `CONTRIBUTING.md` says what each is good for.
//!
//! Every rule is a function from a file's text to what is wrong with it, and has a test of its own that proves that it
//! can fail. What is absent: a way to be excused. A rule that is wrong is changed here, for all.

mod map;
mod shape;
mod source;
mod sql;
mod verbs;
mod words;

use std::fmt;
use std::path::Path;

use source::File;

/// The chapters, in the order in which they build on one another.
const CHAPTERS: &[&str] = &[
    "people",
    "sellers",
    "images",
    "offers",
    "certification",
    "leads",
    "publishing",
    "billing",
    "orders",
    "deployments",
    "test_drives",
    "usage",
    "support",
    "storefront",
    "reports",
];

/// One thing that is wrong, and where.
#[derive(Debug, PartialEq)]
struct Offence {
    file: String,
    line: usize,
    rule: u8,
    what: String,
}

impl fmt::Display for Offence {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}:{}: rule {}: {}", self.file, self.line, self.rule, self.what)
    }
}

#[track_caller]
fn check(rule: impl Fn(&[File]) -> Vec<Offence>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace's folder");
    let files = source::read(root);
    assert!(files.iter().any(|file| file.path == "crates/house/src/lib.rs"), "the sources were not found");
    let offences: Vec<String> = rule(&files).iter().map(Offence::to_string).collect();
    assert!(offences.is_empty(), "\n{}\n", offences.join("\n"));
}

#[test]
fn only_pages_and_apis_know_that_http_exists() {
    check(|files| files.iter().flat_map(map::names_axum).collect());
}

#[test]
fn sql_stands_in_records_and_names_only_tables_of_its_own_chapter_and_earlier_ones() {
    check(|files| files.iter().flat_map(sql::offences).collect());
}

#[test]
fn no_chapter_looks_ahead() {
    check(|files| {
        let mut offences: Vec<Offence> =
            files.iter().flat_map(|file| map::looks_ahead(file, files)).collect();
        offences.extend(map::chapters_out_of_order(files));
        offences.extend(files.iter().flat_map(map::uses_a_crate_above_it));
        offences
    });
}

#[test]
fn a_verb_leaves_committing_the_clock_and_the_network_to_the_edge() {
    check(|files| files.iter().flat_map(verbs::offences).collect());
}

#[test]
fn files_and_functions_are_short_and_named_for_what_they_hold() {
    check(|files| files.iter().flat_map(shape::offences).collect());
}

#[test]
fn every_word_is_said_in_every_language_and_is_used() {
    check(words::offences);
}
