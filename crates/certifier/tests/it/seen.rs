//! What was seen in an earlier version of an image is taken over where the same bytes come again, and nowhere else. That it changes no
//! report is held for every specimen, wherever one is [judged](crate::specimen::certify).

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use certifier::certify_given;
use certifier::facts::Given;
use certifier::malware::Scanners;
use certifier::profile::Profile;
use certifier::progress::Silent;
use certifier::report::Report;
use certifier::seen::Seen;
use certifier::stored::certify_and_store;
use disk::read_at::FileImage;
use serde_json::{Value, json};

use crate::faults_content::{KEY, TOKEN};
use crate::specimen::{Image, MIB, Specimen, gzip};

/// Where a key lies that belongs to no file.
const OUTSIDE: u64 = 60 * MIB;

/// A key outside all files, one in a file, and one in an archive.
fn specimen() -> Specimen {
    Specimen::clean()
        .small()
        .file("/srv/plain", KEY)
        .bytes_file("/srv/packed.gz", &gzip(KEY.as_bytes()))
        .bytes_file("/srv/quiet", &[b'.'; 20_000])
        .with(|specimen| specimen.bytes.push((OUTSIDE, KEY.as_bytes().to_vec())))
}

fn certify(image: &Image, given: &Given<'_>) -> Report {
    let source = Arc::new(FileImage::open(&image.path).expect("it was just made"));
    certify_given(source, &image.file_name, &Profile::kvm(), given, &Silent)
}

fn seen_in(image: &Image, given: &Given<'_>) -> Seen {
    let source = Arc::new(FileImage::open(&image.path).expect("it was just made"));
    let (_, stored) = certify_and_store(source, &image.file_name, &Profile::kvm(), given, &Silent);
    stored.expect("it can be read").seen()
}

/// The files in which private keys are found, and how many lie outside.
fn keys(report: &Report) -> (Vec<&str>, usize) {
    let evidence = |rule: &str| &report.rule(rule).expect("a rule").evidence;
    let paths = evidence("S01").iter().filter_map(|piece| piece.path.as_deref());
    (paths.collect(), evidence("S03").len())
}

/// The same, but as if nothing had been found in what `part` has.
fn blind(seen: &Seen, part: &str) -> Seen {
    let mut value = serde_json::to_value(seen).expect("digests and finds are texts and numbers");
    let nothing = if part == "leaves" { json!([]) } else { json!({}) };
    let known = value[part].as_object_mut().expect("a map");
    assert!(!known.is_empty());
    known.values_mut().for_each(|found: &mut Value| *found = nothing.clone());
    serde_json::from_value(value).expect("it was just written")
}

/// Writes over bytes of the image, wherever they lie.
fn change(image: &Image, from: &[u8], to: &[u8]) {
    assert_eq!(from.len(), to.len());
    let bytes = std::fs::read(&image.path).expect("a small file");
    let at = bytes.windows(from.len()).position(|piece| piece == from).expect("they are somewhere");
    let file = OpenOptions::new().write(true).open(&image.path).expect("it is ours");
    file.write_all_at(to, at as u64).expect("room");
}

#[test]
fn what_was_seen_is_believed_for_the_same_bytes() {
    let image = specimen().build();
    let seen = seen_in(&image, &Given::default());
    let all = (vec!["/srv/packed.gz", "/srv/plain"], 1);
    assert_eq!(keys(&certify(&image, &Given::default())), all);
    let by = |seen: &Seen| certify(&image, &Given { seen: Some(seen), ..Given::default() });
    assert_eq!(keys(&by(&seen)), all);
    // Who had been blind would stay so: nothing of these bytes is looked at twice.
    assert_eq!(keys(&by(&blind(&seen, "files"))), (vec![], 1));
    assert_eq!(keys(&by(&blind(&seen, "leaves"))).1, 0);
}

#[test]
fn what_changed_is_looked_at_anew() {
    let image = specimen().build();
    let seen = blind(&seen_in(&image, &Given::default()), "files");
    change(&image, &[b'.'; 100], format!("{TOKEN:.<100}").as_bytes());
    let report = certify(&image, &Given { seen: Some(&seen), ..Given::default() });
    let tokens = &report.rule("S02").expect("a rule").evidence;
    assert_eq!(tokens.iter().map(|piece| piece.path.as_deref()).collect::<Vec<_>>(), [Some("/srv/quiet")]);
    // Another leaf, and so another name for every file in it.
    assert_eq!(keys(&report), keys(&certify(&image, &Given::default())));
}

#[test]
fn another_image_is_judged_as_if_nothing_had_been_seen() {
    let seen = blind(&seen_in(&specimen().build(), &Given::default()), "leaves");
    let other = Specimen::clean().file("/srv/other", KEY).build();
    let report = certify(&other, &Given { seen: Some(&seen), ..Given::default() });
    assert_eq!(report, certify(&other, &Given::default()));
}

#[test]
fn places_that_no_leaf_has_are_passed_over() {
    let image = specimen().build();
    let mut value = serde_json::to_value(seen_in(&image, &Given::default())).expect("texts and numbers");
    for hits in value["leaves"].as_object_mut().expect("a map").values_mut() {
        *hits = json!([[u32::MAX, 0], [4 * MIB - 1, 0], [1, 255], [0, 3]]);
    }
    let seen: Seen = serde_json::from_value(value).expect("it was just written");
    let report = certify(&image, &Given { seen: Some(&seen), ..Given::default() });
    assert!(report.broken_off.is_none() && report.scanned.expect("it was read").adds_up());
}

#[test]
fn what_others_saw_is_not_believed() {
    let image = specimen().build();
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.yar"), "rule a { strings: $a = \"zebra\" condition: $a }")
        .expect("room");
    let rules = Scanners::default().with_rules(folder.path()).expect("good rules");
    let by_rules = Given { scanners: Some(&rules), ..Given::default() };
    for (seen_by, asked) in [(&by_rules, &Given::default()), (&Given::default(), &by_rules)] {
        let seen = blind(&blind(&seen_in(&image, seen_by), "files"), "leaves");
        assert_eq!(certify(&image, &Given { seen: Some(&seen), ..*asked }), certify(&image, asked));
    }
}
