//! L02: the distribution is one that the profile takes, and its makers still keep it.

use crate::facts::Facts;
use crate::finding::{Evidence, Look, Outcome, Undecided};
use crate::linux::distributions::{Support, read, support};
use crate::phrase::{quote, say};
use crate::profile::Thresholds;

pub fn supported(facts: &Facts, thresholds: &Thresholds) -> Look {
    let Some(release) = read(&facts.linux()?.root)? else {
        return Err(Undecided(say("L02.no_release")));
    };
    let as_of = thresholds.judged_as_of.as_str();
    let named = format!("{} {}", release.id, release.version);
    let (named, taken) = (named.trim(), &thresholds.distributions);
    let is_taken = taken.is_empty() || taken.contains(&release.id);
    let place = |evidence: Evidence| evidence.at(&release.path).line(release.line);
    let mut evidence = Vec::new();
    if !is_taken {
        let expected = say("L02.one_of").list("names", taken.iter().map(|id| quote(id)).collect());
        evidence.push(place(Evidence::light(say("L02.not_taken").text("release", named))).expected(expected));
    }
    let expected = || say("L02.supported_on").text("day", as_of);
    let mut reason = say("L02.broken");
    match support(&release, as_of) {
        Support::Supported(until) => {
            let holds = match until {
                Some(day) => say("L02.holds").text("until", day),
                None => say("L02.rolling"),
            };
            let holds = holds.text("release", named).text("day", as_of);
            return Ok(Outcome::of(evidence, reason, holds));
        }
        Support::Ended(day) => {
            reason = say("L02.over");
            let found = say("L02.ended").text("release", named).text("until", day);
            evidence.push(place(Evidence::full(found)).expected(expected()));
        }
        Support::Extended(until, extended) => {
            let found = say("L02.extended").text("release", named).text("until", until);
            evidence.push(place(Evidence::light(found.text("extended", extended))).expected(expected()));
        }
        Support::NotYet(day) => {
            let found = say("L02.not_yet").text("release", named).text("until", day);
            evidence.push(place(Evidence::light(found)).expected(expected()));
        }
        Support::UnknownRelease => {
            let found = say("L02.unknown").text("release", named);
            evidence.push(place(Evidence::light(found)).expected(expected()));
        }
        // A distribution that nobody asked to be on a list is nobody's to refuse, but no dates are known either.
        Support::UnknownDistribution if evidence.is_empty() => {
            return Ok(Outcome::not_applicable(say("L02.no_dates").text("release", named)));
        }
        Support::UnknownDistribution => {}
    }
    Ok(Outcome::of(evidence, reason, say("L02.rolling").text("release", named).text("day", as_of)))
}
