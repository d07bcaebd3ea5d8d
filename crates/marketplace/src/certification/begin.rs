//! Asks whether an image is fit.

use certifier::rulebook::EDITION;
use house::{Id, Result, Tx, audit, jobs};
use serde_json::json;

use super::jobs::Reading;
use super::{Run, Stage, Then, Verdict, exceptions, profile, record};
use crate::images::Image;
use crate::people::ActingFor;

/// Why a run is begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Someone wants to know.
    Asked,
    /// What is accepted of the image has changed.
    Exceptions,
}

impl Cause {
    pub(super) fn name(self) -> &'static str {
        match self {
            Cause::Asked => "asked",
            Cause::Exceptions => "exceptions",
        }
    }

    pub(super) fn parse(name: &str) -> Cause {
        if name == Cause::Exceptions.name() { Cause::Exceptions } else { Cause::Asked }
    }
}

/// Begins to judge an image by this profile. A run of the same image, profile and rulebook that is concluded already, with what is
/// accepted today, is not done again: `then` is queued at once. One that is under way is joined.
pub async fn begin(tx: &mut Tx, image: Id<Image>, profile_name: &str, then: Option<Then>) -> Result<Id<Run>> {
    profile(profile_name)?;
    let known = record::newest_by(tx, image, profile_name, EDITION).await?;
    let as_today = match &known {
        Some(run) => exceptions::are_those_of(tx, run).await?,
        None => false,
    };
    match known {
        Some(run) if as_today && run.verdict().is_some_and(|verdict| verdict != Verdict::CouldNotJudge) => {
            if let Some(then) = then {
                jobs::queue(tx, then.kind, then.subject, &()).await?;
            }
            Ok(run.id)
        }
        Some(Run { id, stage: Stage::Queued | Stage::Running { .. }, .. }) => {
            add_then(tx, id, then).await?;
            Ok(id)
        }
        _ => {
            let id = add(tx, image, profile_name, audit::HOUSE, Reading::Facts).await?;
            add_then(tx, id, then).await?;
            Ok(id)
        }
    }
}

/// Judges an image anew from its bytes, whatever was found before; a run that is under way is left to come to its end.
pub async fn judge_again(
    tx: &mut Tx,
    by: &ActingFor,
    image: Id<Image>,
    profile_name: &str,
) -> Result<Id<Run>> {
    profile(profile_name)?;
    match record::newest_by(tx, image, profile_name, EDITION).await? {
        Some(run) if run.verdict().is_none() => Ok(run.id),
        _ => add(tx, image, profile_name, &by.person().email, Reading::Image).await,
    }
}

/// Judges an image again from the facts that are kept of it. Always a run of its own: one that is under way may have asked for what
/// has just changed before it did.
pub(super) async fn again(
    tx: &mut Tx,
    image: Id<Image>,
    profile_name: &str,
    who: &str,
    cause: Cause,
) -> Result<Id<Run>> {
    let id = add(tx, image, profile_name, who, Reading::Facts).await?;
    record::exceptions::note_cause(tx, id, cause).await?;
    Ok(id)
}

async fn add(
    tx: &mut Tx,
    image: Id<Image>,
    profile_name: &str,
    who: &str,
    reading: Reading,
) -> Result<Id<Run>> {
    let id = record::add(tx, image, profile_name, EDITION).await?;
    jobs::queue(tx, super::jobs::EXAMINE, id, &reading).await?;
    let details = json!({ "image": image, "profile": profile_name, "rulebook": EDITION });
    audit::note(tx, who, "certification.begin", id, &details).await?;
    Ok(id)
}

async fn add_then(tx: &mut Tx, run: Id<Run>, then: Option<Then>) -> Result<()> {
    match then {
        Some(then) => record::add_then(tx, run, &then).await,
        None => Ok(()),
    }
}
