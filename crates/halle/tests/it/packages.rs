//! `halle sbom` and `halle advisories` at the desk: lists that read the same every time, and a feed that is whole or refused.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const STATUS: &str = "Package: demo\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0-1\n";

const ADVISORY: &str = r#"{"id":"DSA-1","modified":"2026-11-20T00:00:00Z","published":"2020-01-01T00:00:00Z","aliases":["CVE-2020-1"],
    "severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    "affected":[{"package":{"ecosystem":"Debian:12","name":"demo"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1.0-2"}]}]}]}"#;

fn halle(folder: &Path, arguments: &[&str]) -> Output {
    let program = std::env::var_os("HALLE_TEST_BINARY").unwrap_or_else(|| env!("CARGO_BIN_EXE_halle").into());
    Command::new(program).args(arguments).current_dir(folder).output().expect("the program starts")
}

#[track_caller]
fn check(output: &Output, code: i32, words: &str) {
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.code() == Some(code) && said.contains(words), "{:?}: {said}", output.status);
}

/// A folder with `disk.vhd`, a small Debian system of one package, and `osv/`, an export with one advisory about it.
fn folder() -> TempDir {
    let folder =
        tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a temporary directory");
    let at = folder.path();
    for (path, content) in [
        ("root/etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n"),
        ("root/var/lib/dpkg/status", STATUS),
        ("osv/Debian/DSA-1.json", ADVISORY),
        ("osv/Debian/readme.json", "not a record"),
    ] {
        fs::create_dir_all(at.join(path).parent().expect("it has a parent")).expect("room for a folder");
        fs::write(at.join(path), content).expect("room for a file");
    }
    let path = format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default());
    let mut make = Command::new("mke2fs");
    make.args(["-q", "-F", "-t", "ext4", "-d", "root", "disk.raw", "24m"]).env("PATH", path).current_dir(at);
    assert!(make.status().expect("e2fsprogs is installed").success());
    check(&halle(at, &["convert", "--raw", "disk.raw", "disk.vhd"]), 0, "fixed VHD");
    folder
}

#[test]
fn the_list_of_packages_reads_the_same_every_time() {
    let folder = folder();
    let at = folder.path();
    let printed = halle(at, &["sbom", "disk.vhd"]);
    check(&printed, 0, "pkg:deb/debian/demo@1.0-1?arch=amd64&distro=debian-12");
    check(&halle(at, &["sbom", "disk.vhd", "--format", "cyclonedx", "--out", "a.json"]), 0, "");
    assert_eq!(fs::read(at.join("a.json")).expect("it was written"), printed.stdout);
    check(&halle(at, &["sbom", "disk.vhd", "--format", "spdx"]), 0, "SPDX-2.3");
    let made_at = ["sbom", "disk.vhd", "--format", "spdx", "--made-at", "2026-11-22T14:00:00.5Z"];
    check(&halle(at, &made_at), 0, "\"created\": \"2026-11-22T14:00:00Z\"");
    check(&halle(at, &["sbom", "root/etc/os-release"]), 2, "os-release");
}

#[test]
fn a_feed_is_read_in_whole_and_judged_by() {
    let folder = folder();
    let at = folder.path();
    check(
        &halle(at, &["advisories", "import", "osv", "--data", "d"]),
        0,
        "1 advisories about packages, from 1 records",
    );
    let feed = at.join("d/advisories");
    let certify = ["certify", "disk.vhd", "--profile", "strict", "--advisories", "d/advisories"];
    check(&halle(at, &certify), 1, "CVE-2020-1 (9.8, known since 2020-01-01) in demo 1.0-1");
    // What is no export leaves the feed that was there.
    let before = fs::read(&feed).expect("it was written");
    check(&halle(at, &["advisories", "import", "root/etc/os-release", "--data", "d"]), 2, "archive");
    check(&halle(at, &["advisories", "import", "root", "--data", "d"]), 2, "neither archives nor JSON files");
    assert_eq!(fs::read(&feed).expect("it is still there"), before);
    fs::write(&feed, &before[..before.len() - 1]).expect("room for a file");
    check(&halle(at, &certify), 2, "cut short");
}
