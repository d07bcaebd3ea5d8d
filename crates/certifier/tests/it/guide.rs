//! The guide's page of rules is the rulebook's.

use std::path::Path;

use certifier::formats::guide;
use certifier::words::Language;

#[track_caller]
fn check(language: Language, folder: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../guide/{folder}/rules.md"));
    let fresh = guide::write(language);
    if std::env::var_os("HALLE_BLESS").is_some() {
        std::fs::write(&path, fresh).expect("the guide can be written");
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == fresh, "{} is not fresh: cargo xtask bless writes it", path.display());
}

#[test]
fn the_rules_of_the_guide_are_those_of_the_rulebook() {
    check(Language::En, "en");
    check(Language::Fr, "fr");
}
