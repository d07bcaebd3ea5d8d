//! Records in the OSV format, and the little of them that is kept.

use serde::{Deserialize, Serialize};

use crate::advisories::cvss;
use crate::advisories::day::Day;
use crate::advisories::ecosystem;
use crate::advisories::matching;

/// Other names of an advisory that are kept.
const ALIASES_MAX: usize = 8;

/// What a version list may hold beyond the ranges; longer ones are cut, and the ranges speak.
const VERSIONS_MAX: usize = 5000;

const EVENTS_MAX: usize = 1000;

/// An advisory about one package, as the store keeps it: short names, because there are millions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advisory {
    #[serde(rename = "i")]
    pub id: String,
    #[serde(rename = "a", default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub score_tenths: Option<u8>,
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Day>,
    #[serde(rename = "r", default, skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<Vec<Event>>,
    /// Versions that are affected and lie in no range.
    #[serde(rename = "v", default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    #[serde(rename = "i")]
    Introduced(String),
    #[serde(rename = "f")]
    Fixed(String),
    #[serde(rename = "l")]
    LastAffected(String),
    #[serde(rename = "m")]
    Limit(String),
}

impl Event {
    pub fn version(&self) -> &str {
        let (Event::Introduced(at) | Event::Fixed(at) | Event::LastAffected(at) | Event::Limit(at)) = self;
        at
    }

    pub fn limit(&self) -> Option<&str> {
        matches!(self, Event::Limit(_)).then(|| self.version())
    }
}

/// What a record is about, and what it says of it.
#[derive(Debug, PartialEq, Eq)]
pub struct About {
    pub ecosystem: String,
    pub name: String,
    pub advisory: Advisory,
}

/// A record, read.
#[derive(Debug)]
pub struct Read {
    pub modified: Option<Day>,
    pub about: Vec<About>,
}

#[derive(Deserialize)]
struct Record {
    id: String,
    modified: Option<String>,
    published: Option<String>,
    withdrawn: Option<String>,
    #[serde(default)]
    summary: Option<String>,
    #[serde(default)]
    aliases: Option<Vec<String>>,
    #[serde(default)]
    upstream: Option<Vec<String>>,
    #[serde(default)]
    severity: Option<Vec<Severity>>,
    #[serde(default)]
    affected: Option<Vec<AffectedPackage>>,
    #[serde(default)]
    database_specific: Option<Specific>,
}

#[derive(Deserialize)]
struct Severity {
    #[serde(rename = "type")]
    kind: String,
    score: String,
}

#[derive(Deserialize)]
struct AffectedPackage {
    package: Option<PackageName>,
    #[serde(default)]
    ranges: Option<Vec<Range>>,
    #[serde(default)]
    versions: Option<Vec<String>>,
    #[serde(default)]
    severity: Option<Vec<Severity>>,
    #[serde(default)]
    ecosystem_specific: Option<Specific>,
    #[serde(default)]
    database_specific: Option<Specific>,
}

#[derive(Deserialize)]
struct PackageName {
    ecosystem: String,
    name: String,
}

#[derive(Deserialize)]
struct Range {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    events: Vec<RawEvent>,
}

#[derive(Deserialize)]
struct RawEvent {
    introduced: Option<String>,
    fixed: Option<String>,
    last_affected: Option<String>,
    limit: Option<String>,
}

/// What publishers say beside the format: mostly a word for how bad it is.
#[derive(Deserialize)]
#[serde(untagged)]
enum Specific {
    Words {
        #[serde(default)]
        severity: Option<serde_json::Value>,
        #[serde(default)]
        urgency: Option<serde_json::Value>,
    },
    Other(serde::de::IgnoredAny),
}

impl Specific {
    fn score_tenths(&self) -> Option<u8> {
        let Specific::Words { severity, urgency } = self else { return None };
        let said = [severity, urgency].into_iter().flatten().filter_map(|value| value.as_str());
        said.filter_map(|word| cvss::of_word(word).or_else(|| cvss::score_tenths(word))).max()
    }
}

fn worst(severities: Option<&Vec<Severity>>) -> Option<u8> {
    let score = |severity: &Severity| match severity.kind.as_str() {
        "CVSS_V3" => cvss::score_tenths(&severity.score),
        _ => cvss::of_word(&severity.score),
    };
    severities.into_iter().flatten().filter_map(score).max()
}

/// Reads one record. What it says of packages that nobody here reads is left out.
pub fn read(bytes: &[u8]) -> Result<Read, serde_json::Error> {
    let record: Record = serde_json::from_slice(bytes)?;
    let day = |text: &Option<String>| text.as_deref().and_then(Day::parse);
    let mut read = Read { modified: day(&record.modified), about: Vec::new() };
    if record.withdrawn.is_some() {
        return Ok(read);
    }
    let mut aliases: Vec<String> =
        [record.aliases, record.upstream].into_iter().flatten().flatten().collect();
    aliases.sort_by_key(|alias| !alias.starts_with("CVE-"));
    aliases.truncate(ALIASES_MAX);
    // Distributions that score nothing begin the summary with their word for it.
    let first_word =
        record.summary.as_deref().and_then(|summary| summary.split_once(':')).map(|(word, _)| word);
    let of_record = worst(record.severity.as_ref())
        .or_else(|| record.database_specific.as_ref().and_then(Specific::score_tenths))
        .or_else(|| first_word.and_then(cvss::of_word));
    for affected in record.affected.unwrap_or_default() {
        let Some(package) = affected.package else { continue };
        let Some(order) = ecosystem::order(&package.ecosystem) else { continue };
        let ranges: Vec<Vec<Event>> =
            affected.ranges.unwrap_or_default().into_iter().filter_map(range).collect();
        let outside = |version: &String| {
            ranges.iter().all(|events| matching::in_range(events, version, order).is_none())
        };
        let versions = affected.versions.unwrap_or_default().into_iter().filter(outside);
        let versions: Vec<String> = versions.take(VERSIONS_MAX).collect();
        if ranges.is_empty() && versions.is_empty() {
            continue;
        }
        let specific = [affected.ecosystem_specific, affected.database_specific];
        let score_tenths = worst(affected.severity.as_ref())
            .or(of_record)
            .or_else(|| specific.iter().flatten().filter_map(Specific::score_tenths).max());
        let advisory = Advisory {
            id: record.id.clone(),
            aliases: aliases.clone(),
            score_tenths,
            published: day(&record.published),
            ranges,
            versions,
        };
        let name = ecosystem::plain_name(&package.ecosystem, &package.name);
        read.about.push(About { ecosystem: package.ecosystem, name, advisory });
    }
    Ok(read)
}

/// A range of versions; ranges of commits say nothing of packages.
fn range(range: Range) -> Option<Vec<Event>> {
    if range.kind == "GIT" || range.events.len() > EVENTS_MAX {
        return None;
    }
    let event = |raw: RawEvent| {
        raw.introduced
            .map(Event::Introduced)
            .or(raw.fixed.map(Event::Fixed))
            .or(raw.last_affected.map(Event::LastAffected))
            .or(raw.limit.map(Event::Limit))
    };
    let events: Vec<Event> = range.events.into_iter().filter_map(event).collect();
    events.iter().any(|event| matches!(event, Event::Introduced(_))).then_some(events)
}
