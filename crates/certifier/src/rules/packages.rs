//! L29–L31, C01–C03: what is installed, and what is known of it.

use crate::advisories::{Found, Hit};
use crate::facts::{Facts, Linux};
use crate::finding::{EVIDENCE_MAX, Evidence, Look, Outcome, Undecided};
use crate::packages::{Inventory, Package, upstream_numbers};
use crate::phrase::{Phrase, quote, say};
use crate::profile::Thresholds;

/// Where a library lies that no packager knows of.
const LIBRARIES: [&str; 6] =
    ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/lib64", "/lib"];

/// A larger library is not searched.
const LIBRARY_BYTES_MAX: u64 = 32 << 20;

/// What stands before the version in OpenSSL's library.
const OPENSSL_MARK: &[u8] = b"OpenSSL ";

/// The first version of OMI without the holes called OMIGOD.
const OMI_MENDED: [u64; 4] = [1, 6, 8, 1];

fn of_system(linux: &Linux) -> Result<&[Package], Undecided> {
    linux.packages.as_deref().map_err(Clone::clone)
}

fn at(package: &Package, evidence: Evidence) -> Evidence {
    let evidence = evidence.at(&package.path);
    if package.line > 0 { evidence.line(package.line) } else { evidence }
}

/// Whether a package is OpenSSL's library or program, and not its text or what a program is compiled with.
fn is_openssl(package: &Package) -> bool {
    let source = package.source();
    let is_of_it = source.starts_with("openssl") || source.starts_with("compat-openssl");
    let begins = ["libssl", "libcrypto", "openssl", "libopenssl", "compat-openssl"];
    let aside = ["-dev", "-devel", "-doc", "-dbg", "-debuginfo"];
    is_of_it
        && begins.iter().any(|start| package.name.starts_with(start))
        && !aside.iter().any(|end| package.name.ends_with(end))
}

/// L29.
pub fn openssl(facts: &Facts, thresholds: &Thresholds) -> Look {
    let linux = facts.linux()?;
    let mut found: Vec<Package> =
        of_system(linux)?.iter().filter(|package| is_openssl(package)).cloned().collect();
    if found.is_empty() {
        found.extend(openssl_of_a_library(linux)?);
    }
    if found.is_empty() {
        return Ok(Outcome::not_applicable(say("L29.none")));
    }
    let least = upstream_numbers(&thresholds.openssl_version_min);
    let usual = upstream_numbers(&thresholds.openssl_version_usual);
    let mut evidence = Vec::new();
    for package in &found {
        let numbers = upstream_numbers(&package.version);
        let said = || quote(&format!("{} {}", package.name, package.version));
        let expected = |version: &str| say("holes.at_least").text("version", version);
        if numbers < least {
            let expected = expected(&thresholds.openssl_version_min);
            evidence.push(at(package, Evidence::full(said())).expected(expected));
        } else if numbers < usual {
            let expected = expected(&thresholds.openssl_version_usual);
            evidence.push(at(package, Evidence::light(said())).expected(expected));
        }
    }
    let mut versions: Vec<Phrase> = found.iter().map(|package| quote(&package.version)).collect();
    versions.dedup();
    Ok(Outcome::of(evidence, say("L29.broken"), say("L29.holds").list("versions", versions)))
}

/// What OpenSSL's library says of itself, where no packager speaks for it.
fn openssl_of_a_library(linux: &Linux) -> Result<Option<Package>, Undecided> {
    for folder in LIBRARIES {
        for name in linux.root.names(folder)?.iter().filter(|name| name.starts_with("libcrypto.so.")) {
            let path = format!("{folder}/{name}");
            let Some(node) = linux.root.file(&path)?.filter(|node| node.size_bytes <= LIBRARY_BYTES_MAX)
            else {
                continue;
            };
            let bytes = linux.root.bytes(&path, &node, 0, node.size_bytes)?;
            let marks = bytes.windows(OPENSSL_MARK.len()).enumerate();
            let mut rest =
                marks.filter(|(_, window)| *window == OPENSSL_MARK).map(|(place, _)| &bytes[place..]);
            let version = rest.find_map(|rest| {
                let text = rest.get(OPENSSL_MARK.len()..)?;
                let length = text.iter().take(32).position(|byte| *byte == b' ')?;
                let version = std::str::from_utf8(&text[..length]).ok()?;
                (upstream_numbers(version).len() == 3).then(|| version.to_owned())
            });
            if let Some(version) = version {
                return Ok(Some(Package::new(crate::packages::Kind::Deb, name, &version, &path)));
            }
            return Err(Undecided(say("L29.unversioned").text("path", &path)));
        }
    }
    Ok(None)
}

/// L30.
pub fn python(facts: &Facts, thresholds: &Thresholds) -> Look {
    let linux = facts.linux()?;
    let is_python = |name: &str| {
        let rest = name.strip_prefix("python").map(|rest| rest.trim_end_matches("-minimal"));
        name == "platform-python"
            || rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
    };
    let packages = of_system(linux)?.iter().filter(|package| is_python(&package.name));
    let newest = packages.max_by_key(|package| upstream_numbers(&package.version)).cloned();
    let newest = match newest {
        Some(found) => Some(found),
        None => python_of_a_program(linux)?,
    };
    let expected = say("holes.at_least").text("version", &thresholds.python_version_min);
    let Some(found) = newest else {
        return Ok(Outcome::broken(say("L30.missing"), Evidence::light(say("L30.none")).expected(expected)));
    };
    if upstream_numbers(&found.version) < upstream_numbers(&thresholds.python_version_min) {
        let said = say("L30.old").text("version", &found.version);
        let evidence = at(&found, Evidence::light(quote(&format!("{} {}", found.name, found.version))));
        return Ok(Outcome::broken(said, evidence.expected(expected)));
    }
    Ok(Outcome::holds(say("L30.holds").text("version", &found.version)))
}

/// The newest `/usr/bin/python3.N`.
fn python_of_a_program(linux: &Linux) -> Result<Option<Package>, Undecided> {
    let names = linux.root.names("/usr/bin")?;
    let minor = |name: &String| name.strip_prefix("python3.")?.parse::<u64>().ok();
    let newest = names.iter().filter_map(minor).max();
    Ok(newest.map(|minor| {
        let name = format!("python3.{minor}");
        Package::new(crate::packages::Kind::Deb, &name, &format!("3.{minor}"), &format!("/usr/bin/{name}"))
    }))
}

/// L31.
pub fn omi(facts: &Facts, _: &Thresholds) -> Look {
    let linux = facts.linux()?;
    let installed = of_system(linux)?.iter().find(|package| package.name == "omi");
    let Some(package) = installed else {
        if linux.root.has_name("/opt/omi/bin/omiserver")? {
            return Err(Undecided(say("L31.unpackaged").text("path", "/opt/omi/bin/omiserver")));
        }
        return Ok(Outcome::holds(say("L31.absent")));
    };
    // Its packages write the last number as a revision.
    let numbers = upstream_numbers(&package.version.replace('-', "."));
    if numbers.as_slice() >= OMI_MENDED.as_slice() {
        return Ok(Outcome::holds(say("L31.holds").text("version", &package.version)));
    }
    let expected = say("holes.at_least").text("version", "1.6.8.1");
    let said = say("L31.broken").text("version", &package.version);
    Ok(Outcome::broken(said, at(package, Evidence::full(quote(&package.version))).expected(expected)))
}

fn inventory(facts: &Facts) -> Result<&Inventory, Undecided> {
    match &facts.inventory {
        Some(Ok(inventory)) => Ok(inventory),
        Some(Err(undecided)) => Err(undecided.clone()),
        None => Err(Undecided(say("undecided.not_looked"))),
    }
}

/// C01.
pub fn bill_of_materials(facts: &Facts, _: &Thresholds) -> Look {
    facts.linux()?;
    let inventory = inventory(facts)?;
    let gaps = inventory.gaps.iter().take(EVIDENCE_MAX).map(|gap| {
        let found = say("C01.gap").phrase("why", gap.why.clone());
        Evidence::light(found).at(&gap.path).expected(say("C01.expected"))
    });
    let kind = |(kind, count): (crate::packages::Kind, u64)| {
        say("C01.kind").text("kind", kind.name()).count("count", count)
    };
    let kinds: Vec<Phrase> = inventory.counts().into_iter().map(kind).collect();
    if kinds.is_empty() && inventory.gaps.is_empty() {
        return Ok(Outcome::holds(say("C01.empty")));
    }
    let holds = say("C01.holds").count("count", inventory.packages.len() as u64).list("kinds", kinds);
    Ok(Outcome::of(gaps.collect(), say("C01.broken"), holds))
}

/// What the feed says; not decided where there is none.
fn found(facts: &Facts) -> Result<&Found, Undecided> {
    match &facts.advisories {
        Some(Ok(found)) => Ok(found),
        Some(Err(undecided)) => Err(undecided.clone()),
        None => Err(Undecided(say("advisories.none"))),
    }
}

/// C02.
pub fn vulnerabilities(facts: &Facts, thresholds: &Thresholds) -> Look {
    facts.linux()?;
    let found = found(facts)?;
    // Without a date of judging, the feed's own: what was old then is older now.
    let today = facts.judged_on.unwrap_or(found.feed).max(found.feed);
    let is_critical = |hit: &Hit| {
        hit.is_malicious
            || hit.score_tenths.is_some_and(|score| u64::from(score) >= thresholds.critical_score_tenths)
    };
    let age = |hit: &Hit| hit.published.map(|published| today.days_since(published));
    let mut evidence = Vec::new();
    let (mut not_fixable, mut others) = (0, 0);
    for hit in &found.hits {
        if !is_critical(hit) {
            others += 1;
        } else if hit.fixed.is_none() && !hit.is_malicious {
            not_fixable += 1;
        } else {
            // An advisory without a date may be as old as any.
            let is_old = age(hit).is_none_or(|days| days > thresholds.critical_age_days_max);
            evidence.push(of_hit(hit, is_old || hit.is_malicious));
        }
    }
    let counted = |phrase: Phrase| {
        let phrase = phrase.text("feed", &found.feed.to_string());
        phrase.count("others", others).count("not_fixable", not_fixable)
    };
    if evidence.is_empty() && !found.not_covered.is_empty() {
        let kinds = found.not_covered.iter().map(|kind| quote(kind.name())).collect();
        return Err(Undecided(
            say("C02.not_covered").text("feed", &found.feed.to_string()).list("kinds", kinds),
        ));
    }
    let broken = counted(say("C02.broken")).count("count", evidence.len() as u64);
    Ok(Outcome::of(evidence, broken, counted(say("C02.holds"))))
}

fn of_hit(hit: &Hit, is_full: bool) -> Evidence {
    let package = &hit.package;
    let said = if hit.is_malicious { say("C02.malicious") } else { say("C02.hit") };
    let said = said.text("package", &package.name).text("version", &package.version).text("name", hit.name());
    let score =
        hit.score_tenths.map_or_else(|| "?".to_owned(), |tenths| format!("{}.{}", tenths / 10, tenths % 10));
    let published = hit.published.map_or_else(|| "?".to_owned(), |day| day.to_string());
    let said = if hit.is_malicious { said } else { said.text("score", &score).text("published", &published) };
    let evidence = if is_full { Evidence::full(said) } else { Evidence::light(said) };
    let expected = match &hit.fixed {
        Some(version) => say("holes.at_least").text("version", version),
        None => say("C02.removed"),
    };
    at(package, evidence).expected(expected)
}

/// C03.
pub fn feed_is_fresh(facts: &Facts, thresholds: &Thresholds) -> Look {
    facts.linux()?;
    let found = found(facts)?;
    let feed = found.feed.to_string();
    let Some(today) = facts.judged_on else {
        return Err(Undecided(say("C03.no_date").text("feed", &feed)));
    };
    let days = today.days_since(found.feed);
    let told = |phrase: Phrase| phrase.text("feed", &feed).count("days", days);
    if days > thresholds.feed_age_days_max {
        let expected = say("C03.expected").count("days", thresholds.feed_age_days_max);
        let evidence = Evidence::full(told(say("C03.found"))).expected(expected);
        return Ok(Outcome::broken(told(say("C03.broken")), evidence));
    }
    Ok(Outcome::holds(told(say("C03.holds"))))
}
