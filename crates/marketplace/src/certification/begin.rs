//! Asks whether an image is fit.

use certifier::rulebook::EDITION;
use house::{Id, Result, Tx, audit, jobs};
use serde_json::json;

use super::again::{Measure, Why, because, look};
use super::jobs::Reading;
use super::{Run, Stage, Then, Verdict, exceptions, record};
use crate::images::Image;
use crate::people::ActingFor;

/// Begins to judge an image by this profile, which the caller knows to be one, and by this measure. A run of the same image and
/// profile that is concluded already, if it or a later look went by the same measure and with what is accepted today, is not done again:
/// `then` is queued at once. One that waits, or is under way by this measure, is joined. That a day has passed calls for no other run.
pub async fn begin(
    tx: &mut Tx,
    image: Id<Image>,
    profile_name: &str,
    measure: &Measure,
    then: Option<Then>,
) -> Result<Id<Run>> {
    let known = record::newest_by(tx, image, profile_name, EDITION).await?;
    if let Some(run) = &known
        && answers(tx, run, measure).await?
    {
        if let Some(then) = then {
            jobs::queue(tx, then.kind, then.subject, &()).await?;
        }
        return Ok(run.id);
    }
    let id = match known {
        Some(run) if may_be_joined(tx, &run, measure).await? => run.id,
        _ => add(tx, image, profile_name, audit::HOUSE, Reading::Facts).await?,
    };
    add_then(tx, id, then).await?;
    Ok(id)
}

/// Whether a run has come to an end that holds by this measure.
async fn answers(tx: &mut Tx, run: &Run, measure: &Measure) -> Result<bool> {
    if run.verdict().is_none_or(|verdict| verdict == Verdict::CouldNotJudge) {
        return Ok(false);
    }
    let look = look(tx, run.image, &run.profile).await?;
    Ok(look.is_some_and(|look| look.measure == *measure) && exceptions::are_those_of(tx, run).await?)
}

/// Whether a run is going to come to an end that holds by this measure.
async fn may_be_joined(tx: &mut Tx, run: &Run, measure: &Measure) -> Result<bool> {
    match run.stage {
        // It takes what is current when its turn comes.
        Stage::Queued => Ok(true),
        Stage::Running { .. } => Ok(record::measure(tx, run.id).await? == Some(measure.name()?)),
        Stage::Concluded { .. } => Ok(false),
    }
}

/// Judges an image anew from its bytes, whatever was found before; a run that is under way is left to come to its end.
pub async fn judge_again(
    tx: &mut Tx,
    by: &ActingFor,
    image: Id<Image>,
    profile_name: &str,
) -> Result<Id<Run>> {
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
    why: Why,
) -> Result<Id<Run>> {
    let id = add(tx, image, profile_name, who, Reading::Facts).await?;
    because(tx, id, why).await?;
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
