//! All packages of an image, of whatever kind, and what of the list may be missing.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::finding::Undecided;
use crate::linux::root::Root;
use crate::packages::distribution::{self, Distribution};
use crate::packages::{Kind, Package, owned};
use crate::phrase::Phrase;

/// Something that names packages and could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    pub path: String,
    pub why: Phrase,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    pub distribution: Distribution,
    /// Sorted, each once, whatever the number of places it lies at.
    pub packages: Vec<Package>,
    /// Places in `packages` of what a language installed by the system's own packager, who mends it under numbers of its own.
    #[serde(default)]
    pub of_system: Vec<usize>,
    pub gaps: Vec<Gap>,
}

impl Inventory {
    /// Puts together what the system's packager and the languages know. `owned` are those paths of the languages' that the system's
    /// packager brought, as [`owned::plain`] writes them.
    pub fn gather(
        root: &Root,
        system: &[Package],
        languages: Vec<Package>,
        gaps: Vec<Gap>,
        owned: &HashSet<String>,
    ) -> Result<Inventory, Undecided> {
        let mut packages: Vec<Package> = system.iter().cloned().chain(languages).collect();
        packages.sort();
        packages.dedup_by(|one, other| {
            one.kind == other.kind
                && one.name == other.name
                && one.version == other.version
                && one.arch == other.arch
        });
        let of_system = (0..packages.len())
            .filter(|place| {
                let package = &packages[*place];
                !package.kind.is_of_system() && owned.contains(owned::plain(&package.path))
            })
            .collect();
        Ok(Inventory { distribution: distribution::read(root)?, packages, of_system, gaps })
    }

    /// The packages for which their own ecosystem's advisories speak.
    pub fn judged(&self) -> impl Iterator<Item = &Package> {
        let places = self.packages.iter().enumerate();
        places.filter(|(place, _)| self.of_system.binary_search(place).is_err()).map(|(_, package)| package)
    }

    /// How many there are of each kind that there is.
    pub fn counts(&self) -> Vec<(Kind, u64)> {
        let count = |kind| self.packages.iter().filter(|package| package.kind == kind).count() as u64;
        Kind::ALL.map(|kind| (kind, count(kind))).into_iter().filter(|(_, count)| *count > 0).collect()
    }
}
