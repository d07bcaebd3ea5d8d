//! Certificates: that an image of this content was judged by this rulebook and this profile on this day, and found good, signed
//! by whoever vouches for it.
//!
//! A certificate is an in-toto statement in a DSSE envelope, signed with Ed25519. It carries the report that it rests on, so that every
//! claim in it can be checked offline against the report, the image or the calendar, and none is taken on trust.
//!
//! What is absent: an authority. Whom to believe is the reader's choice, made by choosing a key.

mod envelope;
mod keys;

use disk::content_id::ContentId;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

pub use envelope::seal;
pub use keys::{KEY_BYTES_MAX, NotAKey, PrivateKey, PublicKey};

use crate::date::Date;
use crate::report::{Overall, Report};

/// A file longer than this is no certificate.
pub const CERTIFICATE_BYTES_MAX: u64 = 32 << 20;

const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
/// The edition of the predicate below.
const PREDICATE_TYPE: &str = "urn:halle:certificate:1";
const CERTIFIED: &str = "certified";
/// The name of the content id's scheme, as [`ContentId`] prints it.
const SCHEME: &str = "halle1";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Statement<'a> {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<Subject>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    #[serde(borrow)]
    predicate: Predicate<'a>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject {
    name: String,
    digest: SubjectDigest,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SubjectDigest {
    halle1: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Predicate<'a> {
    verdict: String,
    profile: String,
    rulebook: String,
    certified_on: Date,
    report_digest: ReportDigest,
    #[serde(borrow)]
    report: &'a RawValue,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportDigest {
    sha256: String,
}

/// Why a certificate does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("this is no certificate: {0}")]
    NotACertificate(String),
    #[error("the payload is of type {0}, which is no statement")]
    PayloadType(String),
    #[error("it has {0} signatures; a certificate has one")]
    Signatures(usize),
    #[error("the {0} is not base64")]
    Base64(&'static str),
    #[error("the signature does not hold: the certificate was changed after it was signed")]
    Signature,
    #[error("another key signed it: {signer}; the key given is {given}")]
    OtherKey { signer: String, given: String },
    #[error("the signature is good, but it is filed under another key's name")]
    KeyId,
    #[error("the statement is not understood: {0}")]
    Statement(String),
    #[error("what it claims of the {0} is not what its report says")]
    Claim(&'static str),
    #[error("its report does not certify the image")]
    NotCertified,
    #[error("it is dated {0}, which is still to come")]
    Future(Date),
    #[error("the exception to {rule} on which it rests ended with {until}")]
    Ended { rule: String, until: Date },
    #[error("the image is {found} bytes long; the certificate is for one of {expected} bytes")]
    Length { found: u64, expected: u64 },
    #[error("the image is another one: its content is {found}, the certificate is for {expected}")]
    Content { found: ContentId, expected: ContentId },
}

/// Why nothing is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("only an image that was judged whole and found good gets a certificate")]
pub struct NotCertified;

/// A certificate whose signature and claims hold. Whether it is for a given image, [`Certificate::is_for`] says.
#[derive(Debug, Clone)]
pub struct Certificate {
    pub report: Report,
    pub certified_on: Date,
    pub key_id: String,
    content_id: ContentId,
}

/// Signs the report of a certified image, as of a day. The text is the certificate.
pub fn sign(report: &Report, on: Date, key: &PrivateKey) -> Result<String, NotCertified> {
    let content_id = content_id(report).ok_or(NotCertified)?;
    if report.verdict != Overall::Certified || report.verdict_of_its_rules() != Overall::Certified {
        return Err(NotCertified);
    }
    let report_text = serde_json::value::to_raw_value(report).expect("a report is data, which JSON can hold");
    let statement = Statement {
        kind: STATEMENT_TYPE.to_owned(),
        subject: vec![Subject {
            name: report.file_name.clone(),
            digest: SubjectDigest { halle1: hex(content_id.digest()) },
        }],
        predicate_type: PREDICATE_TYPE.to_owned(),
        predicate: Predicate {
            verdict: CERTIFIED.to_owned(),
            profile: report.profile.clone(),
            rulebook: report.rulebook.clone(),
            certified_on: on,
            report_digest: ReportDigest { sha256: hex(&Sha256::digest(report_text.get())) },
            report: &report_text,
        },
    };
    let payload = serde_json::to_vec(&statement).expect("a statement is data, which JSON can hold");
    Ok(envelope::seal(&payload, key))
}

impl Certificate {
    /// Reads a certificate. Its signature and every claim that needs no image are checked; `today` is for its dates.
    pub fn read(text: &[u8], key: &PublicKey, today: Date) -> Result<Certificate, Broken> {
        let payload = envelope::open(text, key)?;
        let statement: Statement<'_> =
            serde_json::from_slice(&payload).map_err(|cause| Broken::Statement(cause.to_string()))?;
        if statement.kind != STATEMENT_TYPE {
            return Err(Broken::Claim("statement's type"));
        }
        if statement.predicate_type != PREDICATE_TYPE {
            return Err(Broken::Claim("predicate's type"));
        }
        let [subject] = &statement.subject[..] else { return Err(Broken::Claim("number of images")) };
        let claims = statement.predicate;
        let report: Report = serde_json::from_str(claims.report.get())
            .map_err(|cause| Broken::Statement(cause.to_string()))?;
        let content_id = ContentId::parse(&format!("{SCHEME}:{}", subject.digest.halle1))
            .map_err(|cause| Broken::Statement(cause.to_string()))?;
        for (what, holds) in [
            ("report's digest", claims.report_digest.sha256 == hex(&Sha256::digest(claims.report.get()))),
            ("content", report.content_id == Some(content_id.to_string())),
            ("file's name", report.file_name == subject.name),
            ("rulebook", report.rulebook == claims.rulebook),
            ("profile", report.profile == claims.profile),
            ("verdict", claims.verdict == CERTIFIED),
        ] {
            if !holds {
                return Err(Broken::Claim(what));
            }
        }
        if report.verdict != Overall::Certified || report.verdict_of_its_rules() != Overall::Certified {
            return Err(Broken::NotCertified);
        }
        // Whoever signed may have been a day ahead, on the other side of the world.
        if claims.certified_on > today.next() {
            return Err(Broken::Future(claims.certified_on));
        }
        let ended = report.rules.iter().find_map(|judged| {
            let until = judged.exception.as_ref()?.until;
            (until < today).then(|| Broken::Ended { rule: judged.id.clone(), until })
        });
        match ended {
            Some(ended) => Err(ended),
            None => {
                Ok(Certificate { report, certified_on: claims.certified_on, key_id: key.id(), content_id })
            }
        }
    }

    /// Whether an image of this length can be the certified one. Asked first, it spares the reading of one that cannot.
    pub fn is_for_length(&self, found: u64) -> Result<(), Broken> {
        let expected = self.report.file_bytes;
        if found == expected { Ok(()) } else { Err(Broken::Length { found, expected }) }
    }

    /// Whether the image of this content is the certified one.
    pub fn is_for(&self, found: ContentId) -> Result<(), Broken> {
        let expected = self.content_id;
        if found == expected { Ok(()) } else { Err(Broken::Content { found, expected }) }
    }
}

fn content_id(report: &Report) -> Option<ContentId> {
    ContentId::parse(report.content_id.as_deref()?).ok()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
