//! Ecosystems as OSV names them: `Debian:12`, `Alpine:v3.19`, `crates.io`.

use crate::packages::distribution::Distribution;
use crate::packages::versions::Order;
use crate::packages::{Kind, Package};

/// The order of an ecosystem's versions; `None` for one whose packages are not read.
pub fn order(ecosystem: &str) -> Option<Order> {
    let family = ecosystem.split(':').next().unwrap_or_default();
    match family {
        "Debian" | "Ubuntu" => Some(Order::Dpkg),
        "Rocky Linux" | "AlmaLinux" | "Red Hat" | "SUSE" | "openSUSE" => Some(Order::Rpm),
        "Alpine" => Some(Order::Apk),
        "crates.io" | "npm" | "Go" => Some(Order::Semantic),
        "PyPI" => Some(Order::Python),
        "RubyGems" => Some(Order::Gem),
        "Maven" => Some(Order::Maven),
        _ => None,
    }
}

/// Whether an ecosystem's advisories are about packages of this kind on this distribution.
pub fn speaks_for(ecosystem: &str, kind: Kind, distribution: &Distribution) -> bool {
    let (family, release) = ecosystem.split_once(':').unwrap_or((ecosystem, ""));
    let own = |expected: &str| family == expected;
    let version = distribution.version_id.as_str();
    match (kind, distribution.id.as_str()) {
        (Kind::Deb, "debian") => own("Debian") && !version.is_empty() && release == distribution.major(),
        // 22.04 or 22.04:LTS; what only paying customers get stands under Pro.
        (Kind::Deb, "ubuntu") => {
            own("Ubuntu") && !version.is_empty() && release.split(':').next() == Some(version)
        }
        (Kind::Rpm, "rocky") => own("Rocky Linux") && release == distribution.major(),
        (Kind::Rpm, "almalinux") => own("AlmaLinux") && release == distribution.major(),
        (Kind::Rpm, "rhel" | "centos") => {
            let start = format!("enterprise_linux:{}::", distribution.major());
            own("Red Hat") && release.starts_with(&start)
        }
        (Kind::Rpm, "sles" | "sles_sap" | "sle_hpc") => own("SUSE") && is_of_suse(release, version),
        (Kind::Rpm, "opensuse-leap") => own("openSUSE") && release.strip_prefix("Leap ") == Some(version),
        (Kind::Rpm, "opensuse-tumbleweed") => own("openSUSE") && release == "Tumbleweed",
        (Kind::Apk, "alpine") => {
            let mut parts = version.splitn(3, '.');
            let branch = format!("v{}.{}", parts.next().unwrap_or(""), parts.next().unwrap_or(""));
            own("Alpine") && release == branch
        }
        (Kind::Deb | Kind::Rpm | Kind::Apk, _) => false,
        (Kind::Cargo, _) => own("crates.io"),
        (Kind::Npm, _) => own("npm"),
        (Kind::PyPi, _) => own("PyPI"),
        (Kind::Go, _) => own("Go"),
        (Kind::Gem, _) => own("RubyGems"),
        (Kind::Maven, _) => own("Maven"),
    }
}

/// `Linux Enterprise Server 15 SP5`, or a module of the same service pack, for version 15.5.
fn is_of_suse(release: &str, version: &str) -> bool {
    let pack = match version.split_once('.') {
        Some((major, pack)) => format!(" {major} SP{pack}"),
        None => format!(" {version}"),
    };
    release.starts_with("Linux Enterprise ") && release.ends_with(&pack)
}

/// The names under which an ecosystem may know a package, each with the version that counts there.
pub fn names(package: &Package) -> Vec<(String, String)> {
    let own = (package.name.clone(), package.version.clone());
    let mut names = match package.kind {
        Kind::Deb => vec![(package.source().to_owned(), package.source_version().to_owned())],
        // The source has the version of what was built from it.
        Kind::Rpm | Kind::Apk => vec![own, (package.source().to_owned(), package.version.clone())],
        Kind::PyPi => vec![(python_name(&package.name), package.version.clone())],
        _ => vec![own],
    };
    names.dedup();
    names
}

/// A name as an ecosystem compares it.
pub fn plain_name(ecosystem: &str, name: &str) -> String {
    if ecosystem == "PyPI" { python_name(name) } else { name.to_owned() }
}

/// Python takes hyphens, underscores and dots for the same, and capitals for small letters.
fn python_name(name: &str) -> String {
    let parts: Vec<String> =
        name.split(['-', '_', '.']).filter(|part| !part.is_empty()).map(str::to_lowercase).collect();
    parts.join("-")
}
