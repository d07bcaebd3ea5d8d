//! M01: what lies on the disk, byte by byte.

use crate::facts::Facts;
use crate::finding::{Evidence, Look, Outcome, Undecided};
use crate::phrase::say;
use crate::profile::Thresholds;
use crate::scan;

pub fn no_malware(facts: &Facts, _: &Thresholds) -> Look {
    let content = facts.content.as_ref().ok_or_else(|| Undecided(say("undecided.not_looked")))?;
    let mut evidence: Vec<Evidence> = content
        .in_files
        .iter()
        .map(|find| {
            let found = say("M01.in_file").text("signature", &find.signature);
            Evidence::full(found).at(&find.path).offset(find.offset)
        })
        .collect();
    evidence.extend(content.outside_files.iter().map(|find| {
        Evidence::full(say("M01.outside").text("signature", &find.signature)).offset(find.offset)
    }));
    if let (true, Some((what, why))) = (evidence.is_empty(), content.not_walked.first()) {
        let why = why.clone();
        return Err(Undecided(say("M01.not_walked").text("what", what).phrase("why", why)));
    }
    if evidence.is_empty() && content.searched_for != scan::edition() {
        return Err(Undecided(say("undecided.searched_otherwise")));
    }
    let holds = say("M01.holds").bytes("scanned", content.allocated_bytes).count("files", content.files);
    Ok(Outcome::of(evidence, say("M01.broken"), holds))
}
