//! What is installed: the packages of the system, and those that languages bring along.
//!
//! - [`dpkg`], [`apk`], [`rpm`]: the databases of the system's packagers
//! - [`languages`]: what Cargo, npm, Python, Go, Ruby and Maven leave on a disk, found while its names are walked
//! - [`versions`]: which of two versions is the later
//! - [`owned`]: which files belong to packages of the system
//! - [`purl`]: a package's name for the world
//!
//! Invariants: a database that is there and cannot be read is said to be so, never taken for an empty one. Nothing is run, and no
//! library of the image's own format is linked: all parsers are ours, bounded, and stand beside their limits.

mod apk;
pub mod distribution;
mod dpkg;
mod in_tree;
mod inventory;
pub mod languages;
pub mod owned;
pub mod purl;
pub mod rpm;
pub mod versions;
pub mod zip;

use disk::tree::Unreadable;
use serde::{Deserialize, Serialize};

use crate::finding::{Undecided, unreadable};
use crate::linux::root::Root;
use crate::packages::versions::Order;
use crate::phrase::{Phrase, say};

pub use in_tree::InTree;
pub use inventory::{Gap, Inventory};

/// The most packages of one system, or of one volume's languages.
pub const PACKAGES_MAX: usize = 200_000;

/// Whose package it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Deb,
    Rpm,
    Apk,
    Cargo,
    Npm,
    PyPi,
    Go,
    Gem,
    Maven,
}

impl Kind {
    pub const ALL: [Kind; 9] = [
        Kind::Deb,
        Kind::Rpm,
        Kind::Apk,
        Kind::Cargo,
        Kind::Npm,
        Kind::PyPi,
        Kind::Go,
        Kind::Gem,
        Kind::Maven,
    ];

    pub fn order(self) -> Order {
        match self {
            Kind::Deb => Order::Dpkg,
            Kind::Rpm => Order::Rpm,
            Kind::Apk => Order::Apk,
            Kind::Cargo | Kind::Npm | Kind::Go => Order::Semantic,
            Kind::PyPi => Order::Python,
            Kind::Gem => Order::Gem,
            Kind::Maven => Order::Maven,
        }
    }

    /// Whether it belongs to the system's packager, and not to a language.
    pub fn is_of_system(self) -> bool {
        matches!(self, Kind::Deb | Kind::Rpm | Kind::Apk)
    }

    /// The type of its package URLs, which is also how people call it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Deb => "deb",
            Kind::Rpm => "rpm",
            Kind::Apk => "apk",
            Kind::Cargo => "cargo",
            Kind::Npm => "npm",
            Kind::PyPi => "pypi",
            Kind::Go => "golang",
            Kind::Gem => "gem",
            Kind::Maven => "maven",
        }
    }
}

/// One package that is installed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Package {
    pub kind: Kind,
    /// As its packager writes it; `group:artifact` for Maven.
    pub name: String,
    /// With epoch and release, where there are such.
    pub version: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub arch: String,
    /// The package from whose source it was built, if it says so.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// The version of that source; the package's own where it says nothing else.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source_version: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub vendor: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub licence: String,
    /// The file that says that it is there.
    pub path: String,
    /// The line of its version in that file; 0 where there are no lines.
    #[serde(default)]
    pub line: u64,
}

impl Package {
    pub fn new(kind: Kind, name: &str, version: &str, path: &str) -> Package {
        Package {
            kind,
            name: name.to_owned(),
            version: version.to_owned(),
            arch: String::new(),
            source: String::new(),
            source_version: String::new(),
            vendor: String::new(),
            licence: String::new(),
            path: path.to_owned(),
            line: 0,
        }
    }

    /// The source's name, which is the package's own where it says nothing else.
    pub fn source(&self) -> &str {
        if self.source.is_empty() { &self.name } else { &self.source }
    }

    pub fn source_version(&self) -> &str {
        if self.source_version.is_empty() { &self.version } else { &self.source_version }
    }
}

/// Damage in words: here it is a list of packages that is damaged, not the filesystem.
fn why(cause: &Unreadable) -> Phrase {
    match cause {
        Unreadable::Damaged { what, offset } => {
            say("packages.damaged").text("what", what).count("offset", *offset)
        }
        other => unreadable(other),
    }
}

/// The packages of the system; none where no packager keeps a database.
pub fn of_system(root: &Root) -> Result<Vec<Package>, Undecided> {
    let mut packages = dpkg::read(root)?;
    packages.extend(apk::read(root)?);
    packages.extend(rpm::read(root)?);
    packages.sort();
    packages.dedup();
    Ok(packages)
}

/// The installed package of this name, whatever the packager.
pub fn find<'p>(packages: &'p [Package], name: &str) -> Option<&'p Package> {
    packages.iter().find(|package| package.kind.is_of_system() && package.name == name)
}

/// The numbers of an upstream version: epoch and distribution revision are left out, and so is all from the first letter on.
pub fn upstream_numbers(version: &str) -> Vec<u64> {
    let version = version.split_once(':').map_or(version, |(_, rest)| rest);
    let upstream = version.split(['-', '+', '~', '_']).next().unwrap_or("");
    let mut numbers = Vec::new();
    for part in upstream.split('.') {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let Ok(number) = part[..digits].parse() else { break };
        numbers.push(number);
        if digits < part.len() {
            break;
        }
    }
    numbers
}
