//! Faults of what is installed: old holes, old libraries, and what a feed of advisories knows.

use certifier::advisories::day::Day;

use crate::faults::{Fault, fault, warning};
use crate::specimen::Specimen;

const STATUS: &str = "/var/lib/dpkg/status";

/// The specimen with another package besides its own.
fn with(specimen: Specimen, name: &str, source: &str, version: &str) -> Specimen {
    let status = format!(
        "Package: {name}\nStatus: install ok installed\nSource: {source}\nVersion: {version}\n\n{}",
        crate::specimen::STATUS
    );
    specimen.file(STATUS, &status)
}

/// The specimen without one of its packages.
fn without(specimen: Specimen, name: &str) -> Specimen {
    let paragraphs = crate::specimen::STATUS.split_inclusive("\n\n");
    let others: String =
        paragraphs.filter(|paragraph| !paragraph.starts_with(&format!("Package: {name}\n"))).collect();
    specimen.file(STATUS, &others)
}

fn debian(specimen: Specimen, release: &str) -> Specimen {
    specimen.file("/etc/os-release", &format!("ID=debian\nVERSION_ID=\"{release}\"\n"))
}

pub const FAULTS: &[Fault] = &[
    fault("L13", "/var/lib/dpkg/status:4", |s| {
        let s = without(s, "linux-image-6.1.0");
        debian(with(s, "linux-image-6.1.0", "linux", "4.19.28-2"), "10")
    }),
    // It is there, but another one boots.
    warning("L13", "/var/lib/dpkg/status:4", |s| {
        debian(with(s, "linux-image-4.19.0-4-amd64", "linux", "4.19.28-2"), "10")
    }),
    fault("L29", "/var/lib/dpkg/status:4", |s| with(s, "libssl1.0.0", "openssl", "1.0.1t-1+deb8u12")),
    warning("L29", "/var/lib/dpkg/status:4", |s| with(s, "libssl1.1", "openssl", "1.1.1n-0+deb11u5")),
    warning("L30", "", |s| without(s, "python3")),
    warning("L30", "/usr/bin/python3.7", |s| {
        without(s, "python3").program("/usr/bin/python3.7", &crate::specimen::elf(2, 62))
    }),
    fault("L31", "/var/lib/dpkg/status:4", |s| with(s, "omi", "omi", "1.6.8-0")),
    fault("L32", "/var/lib/dpkg/status:4", |s| with(s, "openssh-server", "openssh", "1:9.2p1-2+deb12u2")),
    fault("L32", "/var/lib/dpkg/status:4", |s| debian(with(s, "sudo", "sudo", "1.8.27-1+deb10u2"), "10")),
    warning("C01", "/srv/app/package-lock.json", |s| s.file("/srv/app/package-lock.json", "{ cut sho")),
    fault("C02", "/var/lib/dpkg/status:4", |s| with(s, "libdemo1", "demo", "1.0-1")),
    // Known since yesterday only.
    warning("C02", "/var/lib/dpkg/status:4", |s| with(s, "libfresh1", "fresh", "1.0-1")),
    fault("C02", "/srv/node_modules/evil/package.json:3", |s| {
        s.file("/srv/node_modules/evil/package.json", "{\n\"name\": \"evil\",\n\"version\": \"1.0.0\"\n}\n")
    }),
    warning("C03", "", |s| s.with(|specimen| specimen.judged_on = Day::parse("2027-03-01").expect("a day"))),
];
