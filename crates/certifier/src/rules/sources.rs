//! L28: customers get updates from places that they can reach, with signatures that are checked.

use crate::facts::{Facts, Linux};
use crate::finding::{Evidence, Look, Outcome, Undecided};
use crate::linux::sources::{self, Wrong, wrong};
use crate::phrase::{quote, say};
use crate::profile::Thresholds;

/// A program that fetches packages, and where its sources stand.
const FETCHERS: [(&str, &str); 7] = [
    ("/usr/bin/apt-get", "/etc/apt/sources.list"),
    ("/usr/bin/dnf", "/etc/yum.repos.d"),
    ("/usr/bin/dnf5", "/etc/yum.repos.d"),
    ("/usr/bin/yum", "/etc/yum.repos.d"),
    ("/usr/bin/tdnf", "/etc/yum.repos.d"),
    ("/usr/bin/zypper", "/etc/zypp/repos.d"),
    ("/sbin/apk", "/etc/apk/repositories"),
];

fn fetcher(linux: &Linux) -> Result<Option<&'static str>, Undecided> {
    for (program, sources) in FETCHERS {
        if linux.root.file(program)?.is_some() {
            return Ok(Some(sources));
        }
    }
    Ok(None)
}

pub fn reachable_and_signed(facts: &Facts, _: &Thresholds) -> Look {
    let linux = facts.linux()?;
    let Some(place) = fetcher(linux)? else {
        return Ok(Outcome::not_applicable(say("L28.no_fetcher")));
    };
    let found = sources::read(&linux.root)?;
    let mut evidence = Vec::new();
    for line in &found.unsigned {
        let piece = Evidence::full(quote(&line.text)).at(&line.path).line(line.line);
        evidence.push(piece.expected(say("L28.signed")));
    }
    for source in &found.sources {
        let (phrase, expected) = match wrong(&source.address) {
            None => continue,
            Some(Wrong::Private) => (quote(&source.address), say("L28.public")),
            // The secret is not repeated.
            Some(Wrong::Credentials) => (say("L28.credentials"), say("L28.no_credentials")),
            Some(Wrong::Local) => (quote(&source.address), say("L28.not_local")),
        };
        evidence.push(Evidence::full(phrase).at(&source.path).line(source.line).expected(expected));
    }
    if found.sources.is_empty() {
        evidence.push(Evidence::full(say("L28.none")).at(place).expected(say("L28.some")));
    }
    let count = found.sources.len() as u64;
    Ok(Outcome::of(evidence, say("L28.broken"), say("L28.holds").count("count", count)))
}
