//! The rulebook as a chapter of the guide. The page is generated, so that the guide and the rules cannot differ.

use crate::chapters::chapter_of;
use crate::profile::Severity;
use crate::rulebook::{EDITION, RULEBOOK, Rule};
use crate::words::Language;

/// All rules with their reasons and remedies, as Markdown.
pub fn write(language: Language) -> String {
    let word = |key: &str| language.word(key).to_owned();
    let intro = language.write(&crate::phrase::say("guide.intro").text("edition", EDITION));
    let mut out = format!("# {}\n\n{intro}\n", word("guide.title"));
    let mut chapter = "";
    for rule in RULEBOOK {
        let of = chapter_of(rule.id);
        if of.name != chapter {
            out += &format!("\n## {}\n", word(of.key));
            chapter = of.name;
        }
        section(&mut out, rule, language);
    }
    out
}

fn section(out: &mut String, rule: &Rule, language: Language) {
    let word = |part: &str| language.word(&format!("{}.{part}", rule.id)).to_owned();
    *out += &format!("\n### {} {}\n\n{}\n\n", rule.id, word("title"), word("why"));
    *out += &format!("**{}** {}\n\n", language.word("text.remedy"), word("remedy"));
    let severities =
        [("azure", rule.severity.azure), ("kvm", rule.severity.kvm), ("strict", rule.severity.strict)];
    let told = severities.map(|(profile, severity)| format!("`{profile}` {}", language.word(key(severity))));
    *out += &format!("{}\n", told.join(" · "));
}

/// The key of what a severity means to whoever is judged.
pub(crate) fn key(severity: Severity) -> &'static str {
    match severity {
        Severity::Off => "severity.off",
        Severity::Warn => "severity.warn",
        Severity::Fail => "severity.fail",
    }
}
