//! Why a certificate does not hold, and why nothing is signed.

use std::fmt;

use disk::content_id::ContentId;

use crate::date::Date;
use crate::phrase::{Phrase, say};
use crate::words::Language;

/// Why a certificate does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    NotACertificate(String),
    PayloadType(String),
    Signatures(usize),
    Base64(Part),
    Signature,
    OtherKey { signer: String, given: String },
    KeyId,
    Statement(String),
    Claim(Claim),
    NotCertified,
    Future(Date),
    Ended { rule: String, until: Date },
    Length { found: u64, expected: u64 },
    Content { found: ContentId, expected: ContentId },
}

/// What of an envelope is written in base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Payload,
    Signature,
}

/// What a certificate claims of its report, and of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    StatementType,
    PredicateType,
    Images,
    ReportDigest,
    Content,
    FileName,
    Rulebook,
    Profile,
    Verdict,
}

impl Broken {
    /// The reason as a sentence, in no language yet.
    pub fn phrase(&self) -> Phrase {
        match self {
            Broken::NotACertificate(cause) => say("certificate.not_one").text("cause", cause),
            Broken::PayloadType(kind) => say("certificate.payload_type").text("kind", kind),
            Broken::Signatures(count) => say("certificate.signatures").count("count", *count as u64),
            Broken::Base64(Part::Payload) => say("certificate.payload_not_base64"),
            Broken::Base64(Part::Signature) => say("certificate.signature_not_base64"),
            Broken::Signature => say("certificate.signature"),
            Broken::OtherKey { signer, given } => {
                say("certificate.other_key").text("signer", signer).text("given", given)
            }
            Broken::KeyId => say("certificate.key_id"),
            Broken::Statement(cause) => say("certificate.statement").text("cause", cause),
            Broken::Claim(claim) => say("certificate.claim").phrase("claim", claim.phrase()),
            Broken::NotCertified => say("certificate.not_certified"),
            Broken::Future(day) => say("certificate.future").text("day", &day.to_string()),
            Broken::Ended { rule, until } => {
                say("certificate.ended").text("rule", rule).text("until", &until.to_string())
            }
            Broken::Length { found, expected } => {
                say("certificate.length").count("found", *found).count("expected", *expected)
            }
            Broken::Content { found, expected } => say("certificate.content")
                .text("found", &found.to_string())
                .text("expected", &expected.to_string()),
        }
    }
}

impl Claim {
    fn phrase(self) -> Phrase {
        match self {
            Claim::StatementType => say("certificate.claim.statement_type"),
            Claim::PredicateType => say("certificate.claim.predicate_type"),
            Claim::Images => say("certificate.claim.images"),
            Claim::ReportDigest => say("certificate.claim.report_digest"),
            Claim::Content => say("certificate.claim.content"),
            Claim::FileName => say("certificate.claim.file_name"),
            Claim::Rulebook => say("certificate.claim.rulebook"),
            Claim::Profile => say("certificate.claim.profile"),
            Claim::Verdict => say("certificate.claim.verdict"),
        }
    }
}

impl std::error::Error for Broken {}

/// In English, for logs.
impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Language::En.write(&self.phrase()))
    }
}

/// Why nothing is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("only an image that was judged whole and found good gets a certificate")]
pub struct NotCertified;
