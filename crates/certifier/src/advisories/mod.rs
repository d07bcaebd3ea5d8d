//! Known vulnerabilities, from an export in the OSV format that an operator supplies, matched against what is installed.
//!
//! - [`osv`]: the export's records, and what of them is kept
//! - [`import`]: from a folder or archive of records to one file
//! - [`store`]: that file, looked into without being loaded
//! - [`ecosystem`]: which advisories speak for which packages
//! - [`matching`]: whether a version is affected, and since which it is not
//! - [`cvss`]: how bad it is
//!
//! Invariants: a package is compared in its own ecosystem's order, by the fixed versions of its own distribution, never by what
//! upstream calls fixed. An ecosystem of which the feed has nothing is named, and never taken for one without vulnerabilities.

mod cvss;
pub mod day;
pub mod ecosystem;
pub mod import;
mod matching;
mod osv;
pub mod store;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::advisories::day::Day;
use crate::advisories::osv::Advisory;
use crate::advisories::store::Store;
use crate::finding::Undecided;
use crate::packages::{Inventory, Kind, Package};
use crate::phrase::say;

/// More than this is not listed one by one; such a system is past listing.
pub const HITS_MAX: usize = 20_000;

/// A package that an advisory speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub package: Package,
    pub advisory: String,
    /// The other names of it, CVE numbers first.
    pub aliases: Vec<String>,
    /// Tenths of the CVSS score; `None` where nobody has scored it.
    pub score_tenths: Option<u8>,
    pub published: Option<Day>,
    /// The version from which on it is mended.
    pub fixed: Option<String>,
    /// The package itself is the malice.
    pub is_malicious: bool,
}

impl Hit {
    /// The name by which most people know it.
    pub fn name(&self) -> &str {
        self.aliases.iter().find(|alias| alias.starts_with("CVE-")).unwrap_or(&self.advisory)
    }
}

/// What a feed says of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub feed: Day,
    /// The worst first.
    pub hits: Vec<Hit>,
    /// Kinds of packages on the image of which the feed knows nothing at all.
    pub not_covered: Vec<Kind>,
}

/// Looks every package up.
pub fn look_through(store: &Store, inventory: &Inventory) -> Result<Found, Undecided> {
    let mut ecosystems: BTreeMap<Kind, Vec<&str>> = BTreeMap::new();
    let mut not_covered = Vec::new();
    for (kind, _) in inventory.counts() {
        let speak = |name: &&str| ecosystem::speaks_for(name, kind, &inventory.distribution);
        let found: Vec<&str> = store.ecosystems().filter(speak).collect();
        if found.is_empty() {
            not_covered.push(kind);
        }
        ecosystems.insert(kind, found);
    }
    let mut hits = Vec::new();
    // Packages that were built from one source share their advisories, which may be thousands.
    let mut known: HashMap<(String, String), Vec<Advisory>> = HashMap::new();
    for package in inventory.judged() {
        let mut told = BTreeSet::new();
        for ecosystem in ecosystems.get(&package.kind).into_iter().flatten() {
            for (name, version) in ecosystem::names(package) {
                let key = ((*ecosystem).to_owned(), name);
                if !known.contains_key(&key) {
                    let found = store.about(&key.0, &key.1).map_err(|cause| unreadable(&cause))?;
                    known.insert(key.clone(), found);
                }
                let advisories = known.get(&key).into_iter().flatten();
                for advisory in advisories {
                    let affected = matching::affected(advisory, &version, package.kind.order());
                    let Some(affected) = affected.filter(|_| told.insert(advisory.id.clone())) else {
                        continue;
                    };
                    hits.push(Hit {
                        package: package.clone(),
                        advisory: advisory.id.clone(),
                        aliases: advisory.aliases.clone(),
                        score_tenths: advisory.score_tenths,
                        published: advisory.published,
                        fixed: affected.fixed,
                        is_malicious: advisory.id.starts_with("MAL-"),
                    });
                    if hits.len() > HITS_MAX {
                        return Err(Undecided(say("advisories.too_many").count("limit", HITS_MAX as u64)));
                    }
                }
            }
        }
    }
    hits.sort_by(|one, other| {
        (other.is_malicious, other.score_tenths, &one.package, &one.advisory).cmp(&(
            one.is_malicious,
            one.score_tenths,
            &other.package,
            &other.advisory,
        ))
    });
    hits.dedup_by(|one, other| one.package == other.package && one.name() == other.name());
    Ok(Found { feed: store.feed, hits, not_covered })
}

fn unreadable(cause: &std::io::Error) -> Undecided {
    Undecided(say("advisories.unreadable").text("cause", &cause.to_string()))
}
