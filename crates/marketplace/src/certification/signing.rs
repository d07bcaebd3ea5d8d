//! The market's word: certificates that anyone can check offline, with `halle verify`.
//!
//! A certificate is signed in the transaction of its verdict, so that neither is there without the other. It carries the name of
//! the key that signed it. A market may change its key at any start: what the old key signed stays as it is, and every public key that
//! ever signed here stays to be had.
//!
//! What is absent: a certificate that is taken back. Whether its image still holds is told beside it, as [`Standing`]: a signed
//! statement says what was found on its day, and goes on being true.

use std::fmt;
use std::sync::Arc;

use certifier::certificate::{self, PrivateKey, PublicKey};
use certifier::date::Date;
use certifier::report::{Overall, Report};
use house::{Error, Id, Result, Timestamp, Tx, jobs};

use super::jobs::{ALL, SIGN};
use super::{Run, Stage, Verdict, record};
use crate::market::Market;

/// Certificates that one transaction signs: each takes a report of some hundred KiB out of the database and back into it.
const AT_ONCE: i64 = 20;

/// What signs. Nothing shows its key.
#[derive(Clone)]
pub struct Signer(Arc<PrivateKey>);

impl Signer {
    pub fn new(key: PrivateKey) -> Signer {
        Signer(Arc::new(key))
    }

    pub fn public(&self) -> PublicKey {
        self.0.public()
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.public().id())
    }
}

/// A certificate as it was signed.
#[derive(Debug, Clone)]
pub struct Signed {
    pub run: Id<Run>,
    pub key_id: String,
    /// The DSSE envelope, to the letter.
    pub envelope: String,
    pub signed_at: Timestamp,
}

/// A public key of this market's.
#[derive(Debug, Clone)]
pub struct PublishedKey {
    pub id: String,
    pub pem: String,
    pub first_used_at: Timestamp,
}

/// Whether what a certificate says is still the market's word on its image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Holds,
    /// The image was judged again, and is certified anew.
    Renewed {
        by: Id<Run>,
        at: Timestamp,
    },
    /// It was judged again, and is not certified any more.
    Fallen {
        at: Timestamp,
    },
    /// It was judged again, and something that had to be known could not be.
    Open {
        at: Timestamp,
    },
    /// It rests on an exception that has ended.
    Ended {
        rule: String,
        until: Date,
    },
}

/// The day of the civil calendar on which something happened.
pub fn day_of(at: Timestamp) -> Date {
    let day = at.to_zoned(jiff::tz::TimeZone::UTC).date();
    // What the database holds lies in these centuries.
    let fits = |n: i16| u16::try_from(n).unwrap_or(1);
    Date::new(fits(day.year()), day.month().unsigned_abs(), day.day().unsigned_abs())
        .expect("a day of one calendar is a day of the other")
}

/// The moment at which a day begins.
pub fn midnight(day: Date) -> Timestamp {
    let day: jiff::civil::Date =
        day.to_string().parse().expect("a day of one calendar is a day of the other");
    let begins = day.to_zoned(jiff::tz::TimeZone::UTC).map(|zoned| zoned.timestamp());
    begins.unwrap_or(Timestamp::MAX)
}

/// Signs the report of a run that was just concluded and certified, if the market has a key.
pub(super) async fn keep(tx: &mut Tx, market: &Market, run: Id<Run>, report: &Report) -> Result<()> {
    let Some(signer) = &market.settings().signer else { return Ok(()) };
    let on = day_of(tx.now());
    sign(tx, signer, run, report, on).await
}

async fn sign(tx: &mut Tx, signer: &Signer, run: Id<Run>, report: &Report, on: Date) -> Result<()> {
    let envelope = certificate::sign(report, on, &signer.0).map_err(|why| Error::fault(why.to_string()))?;
    let key = signer.public();
    record::certificates::keep_key(tx, &key).await?;
    record::certificates::keep(tx, run, &key.id(), &envelope).await
}

/// Has signed what was certified before this market had a key. Called at start.
pub async fn sign_soon(market: &Market) -> Result<()> {
    let mut tx = market.write().await?;
    if let Some(signer) = &market.settings().signer {
        record::certificates::keep_key(&mut tx, &signer.public()).await?;
        if !record::certificates::unsigned(&mut tx, None, 1).await?.is_empty() {
            jobs::queue_once(&mut tx, SIGN, ALL, &()).await?;
        }
    }
    tx.commit().await
}

/// Signs a few certified runs that have no certificate, from after `after`, each as of the day of its verdict. Says how far it came;
/// `None` when no more are left.
pub(super) async fn sign_some(
    tx: &mut Tx,
    market: &Market,
    after: Option<Id<Run>>,
) -> Result<Option<Id<Run>>> {
    let Some(signer) = &market.settings().signer else { return Ok(None) };
    let unsigned = record::certificates::unsigned(tx, after, AT_ONCE).await?;
    for id in &unsigned {
        let (run, report) = (record::run(tx, *id).await?, record::report(tx, *id).await?);
        let (Some(Run { stage: Stage::Concluded { at, .. }, .. }), Some(report)) = (run, report) else {
            continue;
        };
        // One that an older edition wrote and this one does not stand by is left, and does not stop the others.
        if report.verdict_of_its_rules() == Overall::Certified && report.content_id.is_some() {
            sign(tx, signer, *id, &report, day_of(at)).await?;
        } else {
            tracing::error!(run = %id, "a certified run is not signed: its rules do not say what its verdict does");
        }
    }
    Ok(unsigned.last().copied())
}

/// The certificate of a run, once it is signed. Who may see it is the caller's business.
pub async fn signed(tx: &mut Tx, run: Id<Run>) -> Result<Option<Signed>> {
    record::certificates::of(tx, run).await
}

/// Every public key that ever signed here, newest first.
pub async fn keys(tx: &mut Tx) -> Result<Vec<PublishedKey>> {
    record::certificates::keys(tx).await
}

/// One of them by its name.
pub async fn key(tx: &mut Tx, id: &str) -> Result<Option<PublishedKey>> {
    Ok(keys(tx).await?.into_iter().find(|key| key.id == id))
}

/// How a certificate stands today: what the newest verdict on its image by the same profile makes of it.
pub async fn standing(tx: &mut Tx, run: &Run, report: &Report) -> Result<Standing> {
    let newest = record::newest_concluded(tx, run.image, &run.profile).await?;
    if let Some(Run { id, stage: Stage::Concluded { at, verdict }, .. }) = newest
        && id != run.id
    {
        return Ok(match verdict {
            Verdict::Certified => Standing::Renewed { by: id, at },
            Verdict::NotCertified => Standing::Fallen { at },
            Verdict::CouldNotJudge => Standing::Open { at },
        });
    }
    let today = day_of(tx.now());
    let ended = report.rules.iter().find_map(|judged| {
        let until = judged.exception.as_ref()?.until;
        (until < today).then(|| Standing::Ended { rule: judged.id.clone(), until })
    });
    Ok(ended.unwrap_or(Standing::Holds))
}
