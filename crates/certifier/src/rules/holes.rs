//! L13, L32: holes so well known that an image is refused for them, by the versions in which each distribution mended them.
//!
//! A distribution mends without changing upstream's version, so upstream's version alone never refuses. It may acquit: what is newer
//! than upstream's own remedy has it, and what is older than the fault never had it.

use std::cmp::Ordering;

use crate::facts::{Facts, Linux};
use crate::finding::{Evidence, Look, Outcome, Undecided, Weight};
use crate::packages::distribution::Distribution;
use crate::packages::versions::Order;
use crate::packages::{Kind, Package};
use crate::phrase::{Phrase, quote, say};
use crate::profile::Thresholds;
use crate::rules::hole_tables::{Branch, HOLES, Hole, KERNELS, SACK_CVE, SACK_UPSTREAM};

/// What is known of a package and a hole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    Mended,
    /// And the version that mends it, where that can be said.
    Open(Option<String>),
    Unknown,
}

/// The part of a version that upstream gave it. Where a distribution went back, the version that it went back to counts.
pub fn upstream(version: &str) -> &str {
    let version = version.split_once(':').map_or(version, |(_, rest)| rest);
    let version = version.rsplit_once('-').map_or(version, |(upstream, _)| upstream);
    ["really", ".revertto"].iter().find_map(|word| version.split_once(word)).map_or(version, |(_, real)| real)
}

fn is_at_least(order: Order, version: &str, least: &str) -> bool {
    order.compare(version, least) != Ordering::Less
}

/// Whether a table's row is about this distribution; `el` is Red Hat's and all that are rebuilt from it.
fn is_about(row: (&str, &str), distribution: &Distribution) -> bool {
    let (id, release) = row;
    let same = match id {
        "*" => true,
        "el" => distribution.is_of_red_hat(),
        "sles" => distribution.id.starts_with("sles"),
        _ => distribution.id == id,
    };
    same && (release == "*" || release == distribution.version_id || release == distribution.major())
}

pub fn of_hole(hole: &Hole, package: &Package, distribution: &Distribution) -> Known {
    let order = package.kind.order();
    let own = upstream(package.source_version());
    // Distributions write upstream's versions each in their own way; this order reads all of them.
    let since = |least| is_at_least(Order::Rpm, own, least);
    if since(hole.mended_upstream) || !since(hole.introduced) {
        return Known::Mended;
    }
    let row = hole.mended.iter().find(|(id, release, _)| is_about((id, release), distribution));
    match row {
        Some((_, _, least)) if is_at_least(order, package.source_version(), least) => Known::Mended,
        Some((_, _, least)) => Known::Open(Some((*least).to_owned())),
        None => Known::Unknown,
    }
}

/// A kernel's own version, and what a distribution calls it.
pub fn of_kernel(package: &Package, distribution: &Distribution) -> Known {
    let order = package.kind.order();
    let own = upstream(&package.version);
    if is_at_least(Order::Rpm, own, SACK_UPSTREAM) {
        return Known::Mended;
    }
    let row = KERNELS.iter().find(|row: &&Branch| {
        is_about((row.distribution, row.release), distribution)
            && row.flavour.is_none_or(|flavour| package.name.contains(flavour))
            && own.starts_with(row.series)
    });
    let Some(row) = row else { return Known::Unknown };
    // Each branch of a release was mended by itself, and says so in the first number of its revision.
    let branch = |version: &str| {
        let revision = version.rsplit_once('-').map_or("", |(_, revision)| revision);
        revision.split('.').next().unwrap_or_default().to_owned()
    };
    let bare = package.version.split_once(':').map_or(package.version.as_str(), |(_, rest)| rest);
    let same = row.mended.iter().find(|least| row.mended.len() > 1 && branch(least) == branch(bare));
    let next = || row.mended.iter().find(|least| !is_at_least(order, bare, least));
    match same.filter(|least| !is_at_least(order, bare, least)) {
        Some(least) => Known::Open(Some((*least).to_owned())),
        None if same.is_some() => Known::Mended,
        None => next().map_or(Known::Mended, |least| Known::Open(Some((*least).to_owned()))),
    }
}

/// What the feed of advisories knows, where there is one that speaks for the package.
fn of_feed(facts: &Facts, cve: &[&str], package: &Package) -> Known {
    let Some(Ok(found)) = &facts.advisories else { return Known::Unknown };
    if found.not_covered.contains(&package.kind) {
        return Known::Unknown;
    }
    let same = |name: &str| cve.contains(&name);
    let hit = found.hits.iter().find(|hit| {
        let named = same(&hit.advisory) || hit.aliases.iter().any(|alias| same(alias));
        named && hit.package.kind == package.kind && hit.package.source() == package.source()
    });
    hit.map_or(Known::Mended, |hit| Known::Open(hit.fixed.clone()))
}

fn evidence(package: &Package, found: Phrase, fixed: Option<String>) -> Evidence {
    let found = found.text("package", &package.name).text("version", &package.version);
    let expected = match fixed {
        Some(version) => say("holes.at_least").text("version", &version),
        None => say("holes.newer"),
    };
    let evidence = Evidence::full(found).at(&package.path).expected(expected);
    if package.line > 0 { evidence.line(package.line) } else { evidence }
}

/// L32.
pub fn old_holes(facts: &Facts, _: &Thresholds) -> Look {
    let linux = facts.linux()?;
    let distribution = linux.distribution.as_ref().map_err(Clone::clone)?;
    let packages = linux.packages.as_ref().map_err(Clone::clone)?;
    if packages.is_empty() {
        return Ok(Outcome::not_applicable(say("holes.no_packager")));
    }
    let (mut open, mut unknown) = (Vec::new(), Vec::new());
    for hole in HOLES {
        let mut looked_at = Vec::new();
        for package in packages.iter().filter(|package| concerns(hole, package)) {
            // What was built from one source has or lacks the hole together.
            if looked_at.contains(&package.source_version()) {
                continue;
            }
            looked_at.push(package.source_version());
            let known = match of_hole(hole, package, distribution) {
                Known::Unknown => of_feed(facts, &[hole.cve], package),
                known => known,
            };
            let named = |phrase: Phrase| phrase.text("hole", hole.name).text("cve", hole.cve);
            match known {
                Known::Mended => {}
                Known::Open(fixed) => open.push(evidence(package, named(say("L32.open")), fixed)),
                Known::Unknown => unknown.push(
                    named(say("L32.unknown"))
                        .text("package", &package.name)
                        .text("version", &package.version),
                ),
            }
        }
    }
    if open.is_empty() && !unknown.is_empty() {
        return Err(Undecided(say("holes.unknown").text("system", &distribution.name).list("what", unknown)));
    }
    let holds = say("L32.holds").count("count", HOLES.len() as u64);
    Ok(Outcome::of(open, say("L32.broken"), holds))
}

fn concerns(hole: &Hole, package: &Package) -> bool {
    if hole.sources.contains(&"linux") {
        return is_kernel(package);
    }
    hole.sources.contains(&package.source())
}

/// Whether a package holds a kernel, and not what belongs to one.
pub fn is_kernel(package: &Package) -> bool {
    let name = package.name.as_str();
    match package.kind {
        Kind::Deb => {
            let rest = name.strip_prefix("linux-image-").map(|rest| rest.trim_start_matches("unsigned-"));
            // Others only see to it that the newest one is installed.
            rest.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
                && !name.ends_with("-dbg")
        }
        Kind::Rpm => {
            matches!(
                name,
                "kernel"
                    | "kernel-core"
                    | "kernel-default"
                    | "kernel-azure"
                    | "kernel-uek"
                    | "kernel-uek-core"
                    | "kernel-rt"
            )
        }
        Kind::Apk => matches!(name, "linux-virt" | "linux-lts" | "linux-vanilla" | "linux-edge"),
        _ => false,
    }
}

/// L13.
pub fn known_bad_kernel(facts: &Facts, _: &Thresholds) -> Look {
    let linux = facts.linux()?;
    let distribution = linux.distribution.as_ref().map_err(Clone::clone)?;
    let packages = linux.packages.as_ref().map_err(Clone::clone)?;
    let kernels: Vec<&Package> = packages.iter().filter(|package| is_kernel(package)).collect();
    if kernels.is_empty() {
        return of_kernel_without_package(linux);
    }
    let booted = linux.kernel.as_ref().map_err(Clone::clone)?.as_ref();
    let booted = booted.and_then(|kernel| kernel.release.as_deref()).unwrap_or_default();
    let (mut open, mut unknown) = (Vec::new(), Vec::new());
    for package in &kernels {
        let known = match of_kernel(package, distribution) {
            Known::Unknown => of_feed(facts, &SACK_CVE, package),
            known => known,
        };
        match known {
            Known::Mended => {}
            Known::Open(fixed) => {
                let mut piece = evidence(package, say("L13.open"), fixed);
                // One that is installed beside the one that boots can still be chosen, but is not what runs.
                if kernels.len() > 1 && !boots(package, booted) {
                    piece.weight = Weight::Light;
                }
                open.push(piece);
            }
            Known::Unknown => {
                unknown
                    .push(say("L13.open").text("package", &package.name).text("version", &package.version));
            }
        }
    }
    if open.is_empty() && !unknown.is_empty() {
        return Err(Undecided(say("holes.unknown").text("system", &distribution.name).list("what", unknown)));
    }
    let versions = kernels.iter().map(|package| quote(&package.version)).collect();
    Ok(Outcome::of(open, say("L13.broken"), say("L13.holds").list("versions", versions)))
}

/// Whether the kernel of this release is the package's.
fn boots(package: &Package, release: &str) -> bool {
    match package.kind {
        Kind::Deb => {
            let name = package.name.trim_start_matches("linux-image-").trim_start_matches("unsigned-");
            name == release
        }
        // uname adds the architecture.
        _ => {
            let bare = package.version.split_once(':').map_or(package.version.as_str(), |(_, rest)| rest);
            release.starts_with(bare)
        }
    }
}

/// A system without a packager: the kernel's own word, which can acquit and never condemn.
fn of_kernel_without_package(linux: &Linux) -> Look {
    let Some(kernel) = linux.kernel.as_ref().map_err(Clone::clone)? else {
        return Err(Undecided(say("L13.no_kernel")));
    };
    let release = kernel.release.as_deref().unwrap_or_default();
    let version = release.split(['-', '+', '~']).next().unwrap_or_default();
    if !version.starts_with(|first: char| first.is_ascii_digit()) {
        return Err(Undecided(say("L13.unversioned").text("path", &kernel.place)));
    }
    if is_at_least(Order::Rpm, version, SACK_UPSTREAM) {
        return Ok(Outcome::holds(say("L13.holds").list("versions", vec![quote(release)])));
    }
    Err(Undecided(say("L13.unpackaged").text("path", &kernel.place).text("version", release)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(kind: Kind, name: &str, version: &str) -> Package {
        Package::new(kind, name, version, "/db")
    }

    fn distribution(id: &str, version_id: &str) -> Distribution {
        Distribution { id: id.into(), version_id: version_id.into(), ..Distribution::default() }
    }

    /// Checks what is known of a package; `ok`, `?`, or the version that mends it.
    #[track_caller]
    fn check(
        hole: &str,
        (id, release): (&str, &str),
        kind: Kind,
        source: &str,
        version: &str,
        expected: &str,
    ) {
        let hole = HOLES.iter().find(|known| known.name == hole).expect("a hole");
        assert!(hole.sources.contains(&source), "{source}");
        let known = of_hole(hole, &package(kind, source, version), &distribution(id, release));
        assert_eq!(shown(&known), expected);
    }

    fn shown(known: &Known) -> &str {
        match known {
            Known::Mended => "ok",
            Known::Open(fixed) => fixed.as_deref().unwrap_or("newer"),
            Known::Unknown => "?",
        }
    }

    #[test]
    fn a_backport_mends_and_an_upstream_version_alone_never_condemns() {
        let (deb, rpm, apk) = (Kind::Deb, Kind::Rpm, Kind::Apk);
        check("regreSSHion", ("debian", "12"), deb, "openssh", "1:9.2p1-2+deb12u2", "1:9.2p1-2+deb12u3");
        check("regreSSHion", ("debian", "12"), deb, "openssh", "1:9.2p1-2+deb12u3", "ok");
        check("regreSSHion", ("debian", "11"), deb, "openssh", "1:8.4p1-5+deb11u3", "ok");
        check("regreSSHion", ("debian", "13"), deb, "openssh", "1:10.0p1-7", "ok");
        check(
            "regreSSHion",
            ("ubuntu", "22.04"),
            deb,
            "openssh",
            "1:8.9p1-3ubuntu0.7",
            "1:8.9p1-3ubuntu0.10",
        );
        check("regreSSHion", ("rocky", "9.3"), rpm, "openssh", "8.7p1-34.el9", "8.7p1-38.el9_4.1");
        check("regreSSHion", ("almalinux", "9.4"), rpm, "openssh", "8.7p1-38.el9.alma.2", "ok");
        check("regreSSHion", ("rhel", "8.9"), rpm, "openssh", "8.0p1-19.el8_8", "ok");
        check("regreSSHion", ("mageia", "9"), rpm, "openssh", "9.3p1-2.mga9", "?");
        check("Baron Samedit", ("debian", "10"), deb, "sudo", "1.8.27-1+deb10u2", "1.8.27-1+deb10u3");
        check("Baron Samedit", ("centos", "7"), rpm, "sudo", "1.8.23-10.el7_9.1", "ok");
        check("PwnKit", ("ubuntu", "20.04"), deb, "policykit-1", "0.105-26ubuntu1.1", "0.105-26ubuntu1.2");
        check("PwnKit", ("debian", "12"), deb, "policykit-1", "122-3", "ok");
        check("xz backdoor", ("debian", ""), deb, "xz-utils", "5.6.1-1", "5.6.2");
        check("xz backdoor", ("debian", ""), deb, "xz-utils", "5.6.1+really5.4.5-1", "ok");
        check("xz backdoor", ("opensuse-tumbleweed", "x"), rpm, "xz", "5.6.1.revertto5.4-3.2", "ok");
        check("xz backdoor", ("alpine", "3.20"), apk, "xz", "5.6.1-r2", "ok");
        check("Shellshock", ("centos", "6"), rpm, "bash", "4.1.2-15.el6_4", "4.1.2-15.el6_5.2");
        check("Shellshock", ("debian", "8"), deb, "bash", "4.3-11+deb8u1", "ok");
        check("Heartbleed", ("rhel", "6.5"), rpm, "openssl", "1.0.1e-16.el6_5.4", "1.0.1e-16.el6_5.7");
        check("GHOST", ("ubuntu", "12.04"), deb, "eglibc", "2.15-0ubuntu10.9", "2.15-0ubuntu10.10");
    }

    #[track_caller]
    fn check_kernel((id, release): (&str, &str), kind: Kind, name: &str, version: &str, expected: &str) {
        let package = package(kind, name, version);
        assert!(is_kernel(&package), "{name}");
        assert_eq!(shown(&of_kernel(&package, &distribution(id, release))), expected);
    }

    #[test]
    fn each_branch_of_a_kernel_was_mended_by_itself() {
        let (deb, rpm) = (Kind::Deb, Kind::Rpm);
        check_kernel(("debian", "10"), deb, "linux-image-4.19.0-4-amd64", "4.19.28-2", "4.19.37-5");
        check_kernel(("debian", "10"), deb, "linux-image-4.19.0-6-amd64", "4.19.67-2+deb10u2", "ok");
        check_kernel(("debian", "12"), deb, "linux-image-6.1.0-18-amd64", "6.1.76-1", "ok");
        check_kernel(("ubuntu", "16.04"), deb, "linux-image-4.4.0-148-generic", "4.4.0-148.174", "4.4.0-151");
        check_kernel(
            ("ubuntu", "16.04"),
            deb,
            "linux-image-4.15.0-1047-azure",
            "4.15.0-1047.51",
            "4.15.0-1049",
        );
        check_kernel(("ubuntu", "18.04"), deb, "linux-image-4.15.0-54-generic", "4.15.0-54.58", "ok");
        check_kernel(("centos", "7"), rpm, "kernel", "3.10.0-957.12.2.el7", "3.10.0-957.21.3");
        check_kernel(("centos", "7"), rpm, "kernel", "3.10.0-957.21.3.el7", "ok");
        check_kernel(("centos", "7"), rpm, "kernel", "3.10.0-862.14.4.el7", "3.10.0-862.34.2");
        check_kernel(("centos", "7"), rpm, "kernel", "3.10.0-1160.el7", "ok");
        check_kernel(("centos", "7"), rpm, "kernel", "3.10.0-123.el7", "3.10.0-327.79.2");
        check_kernel(("rhel", "8.0"), rpm, "kernel-core", "4.18.0-80.el8", "4.18.0-80.4.2");
        check_kernel(("rocky", "9.4"), rpm, "kernel-core", "5.14.0-427.el9", "ok");
        check_kernel(("sles", "15.1"), rpm, "kernel-default", "4.12.14-195.1", "4.12.14-197.4.1");
        check_kernel(("ol", "7.6"), rpm, "kernel-uek", "4.14.35-1818.3.3.el7uek", "4.14.35-1902.2.0");
        check_kernel(("mageia", "6"), rpm, "kernel", "4.14.30-1.mga6", "?");
    }
}
