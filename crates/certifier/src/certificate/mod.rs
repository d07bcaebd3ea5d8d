//! Certificates: that an image of this content was judged by this rulebook and this profile on this day, and found good, signed
//! by whoever vouches for it.
//!
//! A certificate is an in-toto statement in a DSSE envelope, signed with Ed25519. It carries the report that it rests on, so that every
//! claim in it can be checked offline against the report, the image or the calendar, and none is taken on trust.
//!
//! What is absent: an authority. Whom to believe is the reader's choice, made by choosing a key.

mod broken;
mod envelope;
mod keys;
mod told;

use disk::content_id::ContentId;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

pub use broken::{Broken, Claim, NotCertified};
pub use envelope::seal;
pub use keys::{KEY_BYTES_MAX, NotAKey, PrivateKey, PublicKey};
pub use told::{key_is_there, keys_made};

use crate::date::Date;
use crate::printable::hexadecimal;
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
            digest: SubjectDigest { halle1: hexadecimal(content_id.digest()) },
        }],
        predicate_type: PREDICATE_TYPE.to_owned(),
        predicate: Predicate {
            verdict: CERTIFIED.to_owned(),
            profile: report.profile.clone(),
            rulebook: report.rulebook.clone(),
            certified_on: on,
            report_digest: ReportDigest { sha256: hexadecimal(&Sha256::digest(report_text.get())) },
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
            return Err(Broken::Claim(Claim::StatementType));
        }
        if statement.predicate_type != PREDICATE_TYPE {
            return Err(Broken::Claim(Claim::PredicateType));
        }
        let [subject] = &statement.subject[..] else { return Err(Broken::Claim(Claim::Images)) };
        let claims = statement.predicate;
        let report: Report = serde_json::from_str(claims.report.get())
            .map_err(|cause| Broken::Statement(cause.to_string()))?;
        let content_id = ContentId::parse(&format!("{SCHEME}:{}", subject.digest.halle1))
            .map_err(|cause| Broken::Statement(cause.to_string()))?;
        for (what, holds) in [
            (
                Claim::ReportDigest,
                claims.report_digest.sha256 == hexadecimal(&Sha256::digest(claims.report.get())),
            ),
            (Claim::Content, report.content_id == Some(content_id.to_string())),
            (Claim::FileName, report.file_name == subject.name),
            (Claim::Rulebook, report.rulebook == claims.rulebook),
            (Claim::Profile, report.profile == claims.profile),
            (Claim::Verdict, claims.verdict == CERTIFIED),
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
