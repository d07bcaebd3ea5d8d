//! A report beside an earlier one: of the version before, or of the same image as it was judged before.
//!
//! What it is compared with is found by itself: the version before of a plan that runs the image, else the newest older image of the
//! same file name. Whoever wants something else chooses it.

pub mod pages;
mod record;
#[cfg(test)]
mod tests;
mod view;

use std::collections::BTreeSet;

use certifier::compare::{Baseline, Comparison};
use certifier::finding::Verdict as Each;
use certifier::profile::Severity;
use certifier::report::{Judged, Overall, Report};
use house::{Id, Result, Timestamp, Tx};

use super::{Run, again};
use crate::images::{self, Image};

pub use view::{Compared, Summary};

/// Earlier judgements of one image that can be chosen, and other images.
const JUDGEMENTS_MAX: i64 = 20;
const IMAGES_MAX: usize = 40;

/// How an earlier report comes to stand beside a newer one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Relation {
    /// The same image, judged earlier.
    Earlier,
    /// What the plan ran before this image.
    VersionBefore { plan: String, image_version: String },
    /// An older image of the same file name.
    SameName,
    /// Another image of this publisher.
    Other,
}

/// A report with which another can be compared.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub run: Id<Run>,
    pub image: Id<Image>,
    pub file_name: String,
    pub judged_at: Timestamp,
    pub relation: Relation,
}

/// The rules that stand in the way of a certificate, in the order of the report.
pub fn broken(report: &Report) -> Vec<String> {
    in_the_way(report).map(|judged| judged.id.clone()).collect()
}

/// What is broken; where nothing is, what had to be known and could not be.
fn in_the_way(report: &Report) -> impl Iterator<Item = &Judged> {
    let wanted = match report.verdict {
        Overall::CouldNotJudge => Each::NotDecided,
        _ => Each::Fail,
    };
    let asked = move |judged: &&Judged| judged.severity == Severity::Fail && judged.verdict == wanted;
    report.rules.iter().filter(asked)
}

/// Whether more stands in the way of a certificate than did before, or what was not known then is known now.
pub fn breaks_more(before: &Report, now: &Report) -> bool {
    let before: BTreeSet<_> = in_the_way(before).map(|judged| (&judged.id, judged.verdict)).collect();
    in_the_way(now).any(|judged| !before.contains(&(&judged.id, judged.verdict)))
}

/// A report in which no rule was asked, for samples of pages.
fn nothing_found() -> Report {
    let bytes = std::sync::Arc::new(Vec::new());
    let profile = certifier::profile::Profile::kvm();
    let report = certifier::certify(bytes, "disk.vhd", &profile, &certifier::progress::Silent);
    Report { rules: Vec::new(), ..report }
}

/// Compares two reports as the desk does.
fn compare(now: &Report, before: &Report) -> Result<Comparison> {
    let before = serde_json::to_string(&before.render(certifier::words::Language::En))?;
    let baseline = Baseline::parse(&before).map_err(|cause| house::Error::fault(cause.to_string()))?;
    Ok(Comparison::new(now, &baseline))
}

/// What the report of an image can be compared with; what it is compared with if nobody chooses comes first.
pub async fn candidates(tx: &mut Tx, image: &Image, run: &Run) -> Result<Vec<Candidate>> {
    let mut found = Vec::new();
    for (version_of, plan, image_version) in record::versions_before(tx, image).await? {
        let relation = Relation::VersionBefore { plan, image_version };
        found.extend(of_image(tx, version_of, &run.profile, relation).await?);
    }
    let earlier = again::judged(tx, image.id, &run.profile, JUDGEMENTS_MAX).await?;
    for one in earlier.into_iter().filter(|one| one.id < run.id) {
        found.push(candidate(&one, image.file_name.clone(), Relation::Earlier));
    }
    for other in images::images_of_organisation(tx, image.organisation).await?.into_iter().take(IMAGES_MAX) {
        if other.id == image.id || found.iter().any(|one: &Candidate| one.image == other.id) {
            continue;
        }
        let is_before = other.file_name == image.file_name && other.id < image.id;
        let relation = if is_before { Relation::SameName } else { Relation::Other };
        found.extend(of_image(tx, other.id, &run.profile, relation).await?);
    }
    // Images of the same name come as the newest first; the order among equals stays.
    found.sort_by_key(|one| match one.relation {
        Relation::VersionBefore { .. } => 0,
        Relation::Earlier => 1,
        Relation::SameName => 2,
        Relation::Other => 3,
    });
    Ok(found)
}

/// The candidate that is compared with if nobody chooses. Where there is a version before, a judgement of the same image that is
/// newer news goes first: it was judged again, and that is what the reader comes to see.
pub fn first_of(candidates: &[Candidate], was_judged_again: bool) -> Option<&Candidate> {
    let earlier = || candidates.iter().find(|one| one.relation == Relation::Earlier);
    if was_judged_again && let Some(earlier) = earlier() {
        return Some(earlier);
    }
    candidates.iter().find(|one| one.relation != Relation::Other)
}

async fn of_image(
    tx: &mut Tx,
    image: Id<Image>,
    profile: &str,
    relation: Relation,
) -> Result<Option<Candidate>> {
    let Some(image) = images::image(tx, image).await? else { return Ok(None) };
    let run = again::newest_judged(tx, image.id, profile).await?;
    Ok(run.map(|run| candidate(&run, image.file_name, relation)))
}

fn candidate(run: &Run, file_name: String, relation: Relation) -> Candidate {
    let judged_at = match run.stage {
        super::Stage::Concluded { at, .. } => at,
        _ => run.begun_at,
    };
    Candidate { run: run.id, image: run.image, file_name, judged_at, relation }
}
