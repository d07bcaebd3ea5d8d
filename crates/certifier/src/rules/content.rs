//! S01–S03, M01, M02: what lies on the disk, byte by byte and file by file.

use crate::anchors;
use crate::content::Content;
use crate::examine::{Found, Unread, Unscanned, What};
use crate::facts::Facts;
use crate::finding::{EVIDENCE_MAX, Evidence, Look, Outcome, Undecided, Weight};
use crate::phrase::{Phrase, say};
use crate::profile::Thresholds;
use crate::secrets::{Group, Secret};

/// Folders of what packages ship to be read and to be tested with.
const READING: [&str; 4] =
    ["/usr/share/doc/", "/usr/share/man/", "/usr/share/info/", "/usr/local/share/doc/"];
const SOFTWARE: [&str; 5] = ["/usr/", "/lib/", "/lib64/", "/opt/", "/snap/"];
const TRIALS: [&str; 10] = [
    "test",
    "tests",
    "testing",
    "testdata",
    "test_data",
    "fixtures",
    "examples",
    "vectors",
    "__tests__",
    "spec",
];

/// Host keys are rule L19's.
const HOST_KEYS: &str = "/etc/ssh/ssh_host_";

fn content(facts: &Facts) -> Result<&Content, Undecided> {
    facts.content.as_ref().ok_or_else(|| Undecided(say("undecided.not_looked")))
}

/// What was kept of a search for less says nothing of what is searched for now.
fn searched_for_the_same(content: &Content) -> Result<(), Undecided> {
    let is_same = content.searched_for == anchors::edition();
    if is_same { Ok(()) } else { Err(Undecided(say("undecided.searched_otherwise"))) }
}

pub fn no_malware(facts: &Facts, _: &Thresholds) -> Look {
    let content = content(facts)?;
    // What others found may be nothing to those who are asked now, and what they passed over something.
    if content.searched_by != facts.to_be_searched_by {
        return Err(Undecided(say("undecided.searched_by_others")));
    }
    let mut evidence: Vec<Evidence> = content
        .found
        .iter()
        .filter_map(|found| match &found.what {
            What::Malware(name) => Some((found, name)),
            What::Secret(_) => None,
        })
        .map(|(found, name)| {
            let said = if found.path.is_some() { say("M01.in_file") } else { say("M01.outside") };
            placed(Evidence::full(said.text("signature", name)), found)
        })
        .collect();
    // Where a file's name is known, it says more than a place on the disk.
    evidence.sort_by_key(|piece| piece.path.is_none());
    if evidence.is_empty() {
        if let Some((what, why)) = content.not_walked.first() {
            let why = why.clone();
            return Err(Undecided(say("M01.not_walked").text("what", what).phrase("why", why)));
        }
        searched_for_the_same(content)?;
        evidence.extend(
            unscanned(content, &[Unread::File])
                .map(|unscanned| Evidence::light(unscanned.why.clone()).at(&unscanned.what)),
        );
        if !evidence.is_empty() {
            let reason = say("M01.not_all").count("count", evidence.len() as u64);
            return Ok(Outcome::of(evidence, reason.clone(), reason).with_remedy(say("M01.not_all_remedy")));
        }
    }
    let holds = say("M01.holds").bytes("scanned", content.scanned_bytes).count("files", content.files);
    let holds = holds.count("archives", content.archives).bytes("unpacked", content.unpacked_bytes);
    Ok(Outcome::of(evidence, say("M01.broken"), holds))
}

pub fn archives_read_whole(facts: &Facts, _: &Thresholds) -> Look {
    let content = content(facts)?;
    let evidence = unscanned(content, &[Unread::ArchiveLimit, Unread::Archive]).map(|unscanned| {
        let weigh = if unscanned.kind == Unread::ArchiveLimit { Evidence::full } else { Evidence::light };
        weigh(unscanned.why.clone()).at(&unscanned.what)
    });
    let evidence: Vec<Evidence> = evidence.collect();
    let holds =
        say("M02.holds").count("archives", content.archives).bytes("unpacked", content.unpacked_bytes);
    Ok(Outcome::of(evidence, say("M02.broken"), holds))
}

fn unscanned<'c>(content: &'c Content, kinds: &'c [Unread]) -> impl Iterator<Item = &'c Unscanned> {
    content.unscanned.iter().filter(|unscanned| kinds.contains(&unscanned.kind))
}

fn placed(mut evidence: Evidence, found: &Found) -> Evidence {
    if let Some(path) = &found.path {
        evidence = evidence.at(path);
    }
    match (found.line, found.offset) {
        (Some(line), _) => evidence.line(line),
        (None, Some(offset)) => evidence.offset(offset),
        (None, None) => evidence,
    }
}

pub fn no_private_keys(facts: &Facts, _: &Thresholds) -> Look {
    in_files(facts, Group::PrivateKey, say("S01.broken"), say("S01.holds"))
}

pub fn no_credentials(facts: &Facts, _: &Thresholds) -> Look {
    in_files(facts, Group::Credential, say("S02.broken"), say("S02.holds"))
}

/// Secrets of a group that lie in files and are not what packages ship for everyone.
fn in_files(facts: &Facts, group: Group, broken: Phrase, holds: Phrase) -> Look {
    let content = content(facts)?;
    let found: Vec<(&Found, &Secret, &str)> = content
        .found
        .iter()
        .filter(|found| !found.is_swapped)
        .filter_map(|found| match (&found.what, &found.path) {
            (What::Secret(secret), Some(path)) if secret.group == group => {
                Some((found, secret, path.as_str()))
            }
            _ => None,
        })
        .filter(|(_, _, path)| !is_reading_or_trial(path) && !path.starts_with(HOST_KEYS))
        .collect();
    // Whoever has the package has the secret too.
    let belonging = facts.linux().is_ok().then(|| facts.belonging()).transpose()?;
    let is_public = |path: &str| belonging.is_some_and(|belonging| belonging.is_shipped(path));
    let evidence = found.iter().filter(|(_, _, path)| !is_public(path)).map(|(found, secret, _)| {
        let said = say("secret.shown").phrase("kind", say(&secret.kind)).text("shown", &secret.shown);
        placed(
            if secret.weight == Weight::Full { Evidence::full(said) } else { Evidence::light(said) },
            found,
        )
    });
    let evidence: Vec<Evidence> = evidence.take(EVIDENCE_MAX * 4).collect();
    if evidence.is_empty() {
        if let Some((what, why)) = content.not_walked.first() {
            return Err(Undecided(say("secret.not_walked").text("what", what).phrase("why", why.clone())));
        }
        if let Some(unscanned) = unscanned(content, &[Unread::Hits]).next() {
            return Err(Undecided(unscanned.why.clone()));
        }
        searched_for_the_same(content)?;
    }
    Ok(Outcome::of(evidence, broken, holds.bytes("scanned", content.scanned_bytes)))
}

/// Documentation, and what software is tested with, wherever it lies in the software's own folders.
fn is_reading_or_trial(path: &str) -> bool {
    if READING.iter().any(|folder| path.starts_with(folder)) {
        return true;
    }
    let folders = path.rsplit_once(['/', '!']).map_or("", |(folders, _)| folders);
    let is_software = SOFTWARE.iter().any(|folder| path.starts_with(folder))
        || ["/site-packages/", "/dist-packages/", "/node_modules/", "/gems/"]
            .iter()
            .any(|name| path.contains(name));
    is_software && folders.split(['/', '!']).any(|folder| TRIALS.contains(&folder))
}

pub fn no_secrets_outside_files(facts: &Facts, _: &Thresholds) -> Look {
    let content = content(facts)?;
    let evidence: Vec<Evidence> = content
        .found
        .iter()
        .filter(|found| found.path.is_none() || found.is_swapped)
        .filter_map(|found| match &found.what {
            What::Secret(secret) => Some((found, secret)),
            What::Malware(_) => None,
        })
        .map(|(found, secret)| {
            let said = if found.is_swapped { say("S03.swapped") } else { say("S03.free") };
            let said = said.phrase("kind", say(&secret.kind)).text("shown", &secret.shown);
            placed(
                if secret.weight == Weight::Full { Evidence::full(said) } else { Evidence::light(said) },
                found,
            )
        })
        .collect();
    if evidence.is_empty() {
        searched_for_the_same(content)?;
    }
    Ok(Outcome::of(evidence, say("S03.broken"), say("S03.holds")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: bool) {
        assert_eq!(is_reading_or_trial(path), expected, "{path}");
    }

    #[test]
    fn documentation_and_test_data_of_software_are_no_secrets() {
        check("/usr/share/doc/stunnel/examples/key.pem", true);
        check("/usr/lib/python3.11/test/keycert.pem", true);
        check("/opt/app/node_modules/tls/test/fixtures/agent.key", true);
        check("/srv/app/lib/python3/site-packages/x/tests/key.pem", true);
        check("/usr/share/x/a.zip!tests/key.pem", true);
        check("/etc/ssl/private/tests/key.pem", false);
        check("/root/test/id_rsa", false);
        check("/usr/share/doc-base", false);
    }
}
