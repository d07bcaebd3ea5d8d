//! A report in a language, as data: what `--format json` prints and what a page shows.

use serde::Serialize;

use crate::date::Date;
use crate::exceptions::Granted;
use crate::finding::{Evidence, Verdict};
use crate::phrase::{Phrase, say};
use crate::profile::Severity;
use crate::report::{Judged, Overall, Report, Stretch};
use crate::words::Language;

#[derive(Debug, Clone, Serialize)]
pub struct Rendered<'a> {
    pub verdict: Overall,
    /// The verdict as a sentence.
    pub verdict_words: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken_off: Option<String>,
    pub language: Language,
    pub rulebook: &'a str,
    pub profile: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub profile_differences: &'a [String],
    pub file_name: &'a str,
    pub format: &'a str,
    pub file_bytes: u64,
    pub size_bytes: u64,
    pub content_id: Option<&'a str>,
    pub partitions: &'a [Stretch],
    pub scanned: Option<RenderedScan<'a>>,
    pub rules: Vec<RenderedRule<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub idle_exceptions: Vec<RenderedIdle<'a>>,
}

/// An exception that was given and changes nothing.
#[derive(Debug, Clone, Serialize)]
pub struct RenderedIdle<'a> {
    pub rule: &'a str,
    pub until: Date,
    pub why: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct RenderedScan<'a> {
    pub allocated_bytes: u64,
    pub scanned_bytes: u64,
    pub files: u64,
    pub not_scanned: Vec<RenderedNotScanned<'a>>,
}

#[derive(Debug, Clone, Serialize)]
pub struct RenderedNotScanned<'a> {
    pub what: &'a str,
    pub bytes: u64,
    pub reason: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct RenderedRule<'a> {
    pub id: &'a str,
    pub verdict: Verdict,
    pub severity: Severity,
    pub title: String,
    pub reason: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<RenderedEvidence<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// The command at the end of the remedy, by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<&'a str>,
    /// Why the breach is accepted, until when, and by whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exception: Option<&'a Granted>,
}

#[derive(Debug, Clone, Serialize)]
pub struct RenderedEvidence<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
}

impl Report {
    /// The report in a language.
    pub fn render(&self, language: Language) -> Rendered<'_> {
        Rendered {
            verdict: self.verdict,
            verdict_words: language.write(&self.verdict_phrase()),
            broken_off: self.broken_off.as_ref().map(|phrase| language.write(phrase)),
            language,
            rulebook: &self.rulebook,
            profile: &self.profile,
            profile_differences: &self.profile_differences,
            file_name: &self.file_name,
            format: &self.format,
            file_bytes: self.file_bytes,
            size_bytes: self.size_bytes,
            content_id: self.content_id.as_deref(),
            partitions: &self.partitions,
            scanned: self.scanned.as_ref().map(|scanned| RenderedScan {
                allocated_bytes: scanned.allocated_bytes,
                scanned_bytes: scanned.scanned_bytes,
                files: scanned.files,
                not_scanned: scanned
                    .not_scanned
                    .iter()
                    .map(|left| RenderedNotScanned {
                        what: &left.what,
                        bytes: left.bytes,
                        reason: language.write(&left.reason),
                    })
                    .collect(),
            }),
            rules: self.rules.iter().map(|judged| judged.render(language)).collect(),
            idle_exceptions: self
                .idle_exceptions
                .iter()
                .map(|idle| RenderedIdle {
                    rule: &idle.rule,
                    until: idle.until,
                    why: language.write(&idle.why),
                })
                .collect(),
        }
    }

    /// The verdict as a sentence, with what it rests on.
    pub fn verdict_phrase(&self) -> Phrase {
        let fails = self.with_verdict(Verdict::Fail).count() as u64;
        let warnings = self.with_verdict(Verdict::Warn).count() as u64;
        let open = self.with_verdict(Verdict::NotDecided).count() as u64;
        let excepted = self.with_verdict(Verdict::Excepted).count() as u64;
        let phrase = match (self.verdict, fails, warnings) {
            (Overall::Certified, ..) if excepted == 1 => say("verdict.certified_by_exception"),
            (Overall::Certified, ..) if excepted > 1 => say("verdict.certified_by_exceptions"),
            (Overall::Certified, _, 0) => say("verdict.certified"),
            (Overall::Certified, _, 1) => say("verdict.certified_with_warning"),
            (Overall::Certified, _, _) => say("verdict.certified_with_warnings"),
            (Overall::NotCertified, 1, _) => say("verdict.not_certified_one"),
            (Overall::NotCertified, _, _) => say("verdict.not_certified"),
            (Overall::CouldNotJudge, _, _) => say("verdict.could_not_judge"),
            (Overall::ContainerSound, _, _) => say("verdict.container_sound"),
        };
        let phrase = phrase.text("file", &self.file_name).text("profile", &self.profile);
        phrase
            .count("fails", fails)
            .count("warnings", warnings)
            .count("open", open)
            .count("excepted", excepted)
    }
}

impl Judged {
    pub fn render(&self, language: Language) -> RenderedRule<'_> {
        RenderedRule {
            id: &self.id,
            verdict: self.verdict,
            severity: self.severity,
            title: language.word(&format!("{}.title", self.id)).to_owned(),
            reason: language.write(&self.reason),
            evidence: self.evidence.iter().map(|piece| piece.render(language)).collect(),
            remedy: self.remedy.as_ref().map(|remedy| language.write(remedy)),
            command: self.remedy.as_ref().and_then(|remedy| remedy.command_to_run()),
            exception: self.exception.as_ref(),
        }
    }
}

impl Evidence {
    fn render(&self, language: Language) -> RenderedEvidence<'_> {
        RenderedEvidence {
            path: self.path.as_deref(),
            line: self.line,
            offset: self.offset,
            found: self.found.as_ref().map(|phrase| language.write(phrase)),
            expected: self.expected.as_ref().map(|phrase| language.write(phrase)),
        }
    }
}
