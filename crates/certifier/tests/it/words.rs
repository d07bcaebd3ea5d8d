//! The words are complete, alike in every language, and used.

use std::collections::BTreeSet;
use std::path::Path;

use certifier::rulebook::RULEBOOK;

fn keys(text: &str) -> Vec<(&str, BTreeSet<&str>)> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| {
            let (key, words) = line.split_once(" = ").unwrap_or_else(|| panic!("no key: {line}"));
            let blanks = words.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
            (key, blanks)
        })
        .collect()
}

/// All chapters of a language.
fn book(language: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/words/{language}"));
    let chapters = std::fs::read_dir(folder).expect("the words are there");
    let mut paths: Vec<_> = chapters.map(|chapter| chapter.expect("a readable folder").path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read_to_string(path).expect("words are text")).collect()
}

/// All of the crate's source, without its words.
fn source(folder: &Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).expect("the source is there") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            source(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&std::fs::read_to_string(&path).expect("source is text"));
        }
    }
}

#[test]
fn every_language_has_the_same_keys_with_the_same_blanks() {
    let (english, french) = (book("en"), book("fr"));
    assert_eq!(keys(&english), keys(&french));
    let unique: BTreeSet<&str> = keys(&english).into_iter().map(|(key, _)| key).collect();
    assert_eq!(unique.len(), keys(&english).len(), "a key stands twice");
}

#[test]
fn every_rule_says_what_it_wants_why_and_what_to_do() {
    let english = book("en");
    let known: BTreeSet<&str> = keys(&english).into_iter().map(|(key, _)| key).collect();
    for rule in RULEBOOK {
        for part in ["title", "why", "remedy"] {
            assert!(known.contains(format!("{}.{part}", rule.id).as_str()), "{}.{part}", rule.id);
        }
    }
}

#[test]
fn every_key_is_said_somewhere_and_every_key_said_has_words() {
    let mut code = String::new();
    source(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut code);
    let english = book("en");
    let known: BTreeSet<&str> = keys(&english).into_iter().map(|(key, _)| key).collect();
    let of_rules: BTreeSet<String> = RULEBOOK
        .iter()
        .flat_map(|rule| ["title", "why", "remedy"].map(|part| format!("{}.{part}", rule.id)))
        .collect();
    for key in known.iter().filter(|key| !of_rules.contains(**key)) {
        assert!(code.contains(&format!("\"{key}\"")), "nobody says {key}");
    }
    for said in code.split("say(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(known.contains(said) || said == "no.such.key", "{said} has no words");
    }
}
