use std::cmp::Ordering;
use std::sync::Arc;

use super::*;
use crate::advisories::import::Import;
use crate::advisories::osv::Event;
use crate::packages::distribution::Distribution;
use crate::packages::versions::Order;

/// A range, as `introduced fixed introduced …`; `<=` before a version that is the last affected, `|` before a limit.
fn range(text: &str) -> Vec<Event> {
    let mut expects_fix = false;
    text.split(' ')
        .map(|word| {
            if let Some(last) = word.strip_prefix("<=") {
                expects_fix = false;
                return Event::LastAffected(last.to_owned());
            }
            if let Some(limit) = word.strip_prefix('|') {
                return Event::Limit(limit.to_owned());
            }
            expects_fix = !expects_fix;
            if expects_fix { Event::Introduced(word.to_owned()) } else { Event::Fixed(word.to_owned()) }
        })
        .collect()
}

/// Checks which versions a range affects, and what mends them.
#[track_caller]
fn check(order: Order, events: &str, expected: &[(&str, Option<&str>)]) {
    let mut shuffled = range(events);
    for _ in 0..shuffled.len() {
        shuffled.rotate_left(1);
        for (version, fixed) in expected {
            let found = matching::in_range(&shuffled, version, order).map(|affected| affected.fixed);
            assert_eq!(found.as_ref().map(|fixed| fixed.as_deref().unwrap_or("never")), *fixed, "{version}");
        }
    }
}

#[test]
fn a_version_is_affected_between_the_events_around_it() {
    let semantic = Order::Semantic;
    check(
        semantic,
        "0 1.2.0",
        &[("0.1.0", Some("1.2.0")), ("1.2.0-rc1", Some("1.2.0")), ("1.2.0", None), ("2.0.0", None)],
    );
    check(
        semantic,
        "1.0.0 1.0.5 2.0.0 2.1.0",
        &[
            ("0.9.0", None),
            ("1.0.0", Some("1.0.5")),
            ("1.5.0", None),
            ("2.0.3", Some("2.1.0")),
            ("2.1.0", None),
        ],
    );
    check(semantic, "0 <=1.4.0", &[("1.4.0", Some("never")), ("1.4.1", None)]);
    check(semantic, "1.0.0 |2.0.0", &[("1.9.9", Some("never")), ("2.0.0", None), ("2.5.0", None)]);
    check(semantic, "0", &[("0", Some("never")), ("99.0.0", Some("never"))]);
    check(
        Order::Dpkg,
        "0 1:9.2p1-2+deb12u3",
        &[("1:9.2p1-2+deb12u2", Some("1:9.2p1-2+deb12u3")), ("1:9.2p1-2+deb12u3", None)],
    );
    assert_eq!(
        Order::Dpkg.compare("0", "0~x"),
        Ordering::Greater,
        "yet 0 in an event stands for the beginning"
    );
    check(Order::Dpkg, "0 1", &[("0~x", Some("1"))]);
}

const RECORDS: &[&str] = &[
    r#"{"id":"DSA-1","modified":"2024-07-02T00:00:00Z","published":"2024-07-01T10:00:00Z","upstream":["CVE-2024-6387"],
        "severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
        "affected":[{"package":{"ecosystem":"Debian:12","name":"openssh"},"ranges":[{"type":"ECOSYSTEM","events":
            [{"introduced":"0"},{"fixed":"1:9.2p1-2+deb12u3"}]}],"versions":["1:9.2p1-2","1:9.2p1-2+deb12u2"]},
          {"package":{"ecosystem":"Debian:13","name":"openssh"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1:9.8p1-1"}]}]}]}"#,
    r#"{"id":"GHSA-x","modified":"2024-08-01T00:00:00Z","published":"2021-12-10T00:00:00Z","aliases":["CVE-2021-44228"],
        "database_specific":{"severity":"CRITICAL","cwe_ids":["CWE-20"]},
        "affected":[{"package":{"ecosystem":"Maven","name":"org.apache.logging.log4j:log4j-core"},"ranges":[
            {"type":"ECOSYSTEM","events":[{"introduced":"2.4"},{"fixed":"2.12.2"}]},{"type":"ECOSYSTEM","events":[{"introduced":"2.13.0"},{"fixed":"2.15.0"}]}]}]}"#,
    r#"{"id":"PYSEC-1","modified":"2023-01-01T00:00:00Z","published":"2023-01-01T00:00:00Z","aliases":null,
        "affected":[{"package":{"ecosystem":"PyPI","name":"Some_Thing"},"ranges":[{"type":"GIT","repo":"x","events":[{"introduced":"0"}]}],"versions":["1.0","1.1"]}]}"#,
    r#"{"id":"GHSA-gone","modified":"2025-01-01T00:00:00Z","withdrawn":"2025-01-01T00:00:00Z",
        "affected":[{"package":{"ecosystem":"PyPI","name":"some-thing"},"versions":["1.0"]}]}"#,
    r#"{"id":"ALSA-1","modified":"2024-07-04T00:00:00Z","published":"2024-07-03T00:00:00Z","summary":"Important: openssh security update",
        "affected":[{"package":{"ecosystem":"AlmaLinux:9","name":"openssh-server"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"8.7p1-38.el9.alma.2"}]}]}]}"#,
    r#"{"id":"MAL-1","modified":"2024-02-01T00:00:00Z","published":"2024-02-01T00:00:00Z",
        "affected":[{"package":{"ecosystem":"npm","name":"evil"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]}]}"#,
    r#"{"id":"X-1","modified":"2024-02-01T00:00:00Z","affected":[{"package":{"ecosystem":"Mars","name":"x"},"versions":["1"]}]}"#,
];

fn stored(records: &[&str]) -> Vec<u8> {
    let mut import = Import::new();
    for record in records {
        import.add("record", record.as_bytes()).expect("there is room");
    }
    assert_eq!(import.refused, 0, "{:?}", import.first_refused);
    let mut bytes = Vec::new();
    import.write(&mut bytes).expect("memory can be written to");
    bytes
}

fn inventory(id: &str, version_id: &str, packages: Vec<Package>) -> Inventory {
    let distribution =
        Distribution { id: id.into(), version_id: version_id.into(), ..Distribution::default() };
    Inventory { distribution, packages, ..Inventory::default() }
}

fn found(inventory: &Inventory) -> Found {
    let store = Store::open(Arc::new(stored(RECORDS))).expect("it was just written");
    look_through(&store, inventory).expect("a sound store")
}

fn shown(found: &Found) -> Vec<String> {
    let show = |hit: &Hit| {
        let fixed = hit.fixed.as_deref().unwrap_or("never");
        format!("{} {} {:?} {fixed}", hit.package.name, hit.name(), hit.score_tenths)
    };
    found.hits.iter().map(show).collect()
}

#[test]
fn packages_are_matched_by_their_own_distribution_and_source() {
    let mut server = Package::new(Kind::Deb, "openssh-server", "1:9.2p1-2+deb12u2", "/status");
    server.source = "openssh".to_owned();
    let of_debian = inventory("debian", "12", vec![server.clone()]);
    assert_eq!(shown(&found(&of_debian)), ["openssh-server CVE-2024-6387 Some(81) 1:9.2p1-2+deb12u3"]);
    assert_eq!(found(&of_debian).feed.to_string(), "2025-01-01");
    // The same package elsewhere is another matter.
    let of_ubuntu = found(&inventory("ubuntu", "22.04", vec![server.clone()]));
    assert_eq!((of_ubuntu.hits.len(), of_ubuntu.not_covered.as_slice()), (0, &[Kind::Deb][..]));
    server.version = "1:9.2p1-2+deb12u3".to_owned();
    assert!(found(&inventory("debian", "12", vec![server])).hits.is_empty());
    let alma = Package::new(Kind::Rpm, "openssh-server", "0:8.7p1-34.el9", "/rpm");
    let hits = shown(&found(&inventory("almalinux", "9.4", vec![alma])));
    assert_eq!(hits, ["openssh-server ALSA-1 Some(70) 8.7p1-38.el9.alma.2"]);
}

#[test]
fn packages_of_languages_are_matched_wherever_they_are() {
    let packages = vec![
        Package::new(Kind::Maven, "org.apache.logging.log4j:log4j-core", "2.14.1", "/a.jar"),
        Package::new(Kind::Maven, "org.apache.logging.log4j:log4j-core", "2.12.3", "/b.jar"),
        Package::new(Kind::PyPi, "some.thing", "1.0.0", "/METADATA"),
        Package::new(Kind::PyPi, "some.thing", "1.2", "/METADATA"),
        Package::new(Kind::Npm, "evil", "1.0.0", "/package.json"),
        Package::new(Kind::Cargo, "serde", "1.0.0", "/Cargo.lock"),
    ];
    let mut inventory = inventory("arch", "", packages);
    let hits = found(&inventory);
    assert_eq!(
        shown(&hits),
        [
            "evil MAL-1 None never",
            "org.apache.logging.log4j:log4j-core CVE-2021-44228 Some(90) 2.15.0",
            "some.thing PYSEC-1 None never"
        ]
    );
    assert!(hits.hits[0].is_malicious);
    assert_eq!(hits.not_covered, [Kind::Cargo]);
    // What the system's packager installed is mended under the packager's numbers.
    inventory.of_system = vec![0];
    assert_eq!(found(&inventory).hits.len(), 2);
}

#[test]
fn ecosystems_speak_for_the_releases_that_they_name() {
    let speaks = |ecosystem: &str, kind, id: &str, version: &str| {
        let distribution =
            Distribution { id: id.into(), version_id: version.into(), ..Distribution::default() };
        ecosystem::speaks_for(ecosystem, kind, &distribution)
    };
    assert!(speaks("Debian:12", Kind::Deb, "debian", "12"));
    assert!(!speaks("Debian:11", Kind::Deb, "debian", "12"));
    assert!(speaks("Ubuntu:22.04:LTS", Kind::Deb, "ubuntu", "22.04"));
    assert!(!speaks("Ubuntu:Pro:22.04:LTS", Kind::Deb, "ubuntu", "22.04"));
    assert!(speaks("Rocky Linux:9", Kind::Rpm, "rocky", "9.4"));
    assert!(speaks("Red Hat:enterprise_linux:9::baseos", Kind::Rpm, "rhel", "9.4"));
    assert!(!speaks("Red Hat:enterprise_linux:90::baseos", Kind::Rpm, "rhel", "9.4"));
    assert!(speaks("Alpine:v3.19", Kind::Apk, "alpine", "3.19.1"));
    assert!(speaks("SUSE:Linux Enterprise Module for Basesystem 15 SP5", Kind::Rpm, "sles", "15.5"));
    assert!(!speaks("SUSE:Linux Enterprise Server 12 SP5", Kind::Rpm, "sles", "15.5"));
    assert!(speaks("openSUSE:Leap 15.5", Kind::Rpm, "opensuse-leap", "15.5"));
    assert!(speaks("crates.io", Kind::Cargo, "anything", ""));
    assert!(!speaks("npm", Kind::Cargo, "anything", ""));
}

#[test]
fn the_same_records_give_the_same_store_and_a_torn_one_is_refused() {
    let whole = stored(RECORDS);
    let mut backwards: Vec<&str> = RECORDS.to_vec();
    backwards.reverse();
    assert_eq!(stored(&backwards), whole);
    for length in 0..whole.len() {
        let torn = Store::open(Arc::new(whole[..length].to_vec()));
        assert!(torn.is_err_and(|cause| cause.to_string().contains("store of advisories")), "{length}");
    }
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0xff;
        if let Ok(store) = Store::open(Arc::new(changed)) {
            let _ = store.about("Debian:12", "openssh");
            let _ = store.about("npm", "evil");
        }
    }
}

#[test]
fn what_is_no_record_is_counted_and_named() {
    let mut import = Import::new();
    for bytes in [&b""[..], b"[]", b"{\"id\":7}", b"\xff", b"{\"id\":\"x\",\"affected\":[{\"package\":7}]}"] {
        import.add("bad.json", bytes).expect("there is room");
    }
    assert_eq!((import.records, import.refused), (0, 5));
    assert_eq!(import.first_refused.as_ref().map(|(name, _)| name.as_str()), Some("bad.json"));
    assert!(import.write(&mut Vec::new()).is_err(), "an empty store would say that nothing is vulnerable");
}
