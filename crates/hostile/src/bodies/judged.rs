//! What is searched, compared and looked up: contents, versions, advisories, and what operators bring.

use std::cmp::Ordering;
use std::str;
use std::sync::{Arc, LazyLock};

use certifier::advisories::day::Day;
use certifier::advisories::import::Import;
use certifier::advisories::look_through;
use certifier::advisories::store::Store;
use certifier::certificate::{self, Certificate, PrivateKey, PublicKey};
use certifier::compare::{Baseline, Comparison};
use certifier::date::Date;
use certifier::facts::Given;
use certifier::packages::distribution::Distribution;
use certifier::packages::versions::Order;
use certifier::packages::{Inventory, Kind, Package};
use certifier::profile::Profile;
use certifier::report::Report;
use certifier::secrets::{AFTER_BYTES, BEFORE_BYTES, keys, named, verify};
use certifier::stored::{Stored, judge_stored};
use certifier::{anchors, certify_container, exceptions, malware};

use crate::bodies::Body;
use crate::report;

const NAMES: [&[u8]; 8] = [
    b"/root/.netrc",
    b"/root/.pgpass",
    b"/root/.git-credentials",
    b"/root/.kube/config",
    b"/root/.azure/accessTokens.json",
    b"/root/.m2/settings.xml",
    b"/root/.config/gh/hosts.yml",
    b"/root/.cargo/credentials.toml",
];

pub const CONTENT: Body = Body {
    name: "content",
    run: |input| {
        anchors::search(input, |hit| {
            let at = hit.offset as usize;
            assert!(at + hit.length() <= input.len(), "{hit:?} lies beyond the end");
            let from = at.saturating_sub(BEFORE_BYTES);
            let window = &input[from..input.len().min(at + AFTER_BYTES)];
            if let Some(secret) = verify(hit, window, at - from) {
                assert!(secret.shown.chars().count() <= 200, "more is shown than the beginning");
            }
        });
        if let Some(store) = keys::Store::of_head(&input[..input.len().min(512)], input.len() as u64) {
            let _ = store.verify(input);
        }
        for name in NAMES {
            assert!(named::is_named(name));
            if let Some((_, at)) = named::verify(name, input) {
                assert!(at <= input.len() as u64);
            }
        }
        let _ = malware::scan_with_starter(input);
    },
    specimens: None,
};

const ORDERS: [Order; 7] =
    [Order::Dpkg, Order::Rpm, Order::Apk, Order::Semantic, Order::Python, Order::Gem, Order::Maven];

pub const VERSIONS: Body = Body {
    name: "versions",
    run: |input| {
        let Some((choice, texts)) = input.split_first() else { return };
        let order = ORDERS[usize::from(*choice) % ORDERS.len()];
        let Ok(texts) = str::from_utf8(texts) else { return };
        let versions: Vec<&str> = texts.split('\n').take(4).collect();
        // By Maven's rules 1.0-x comes before 1.0.rc1, that before 1, and that before 1.0-x; by those of RPM who names no release is
        // as old as every release. Nothing sorts by them.
        let is_total = match order {
            Order::Maven => false,
            Order::Rpm => versions.iter().all(|version| version.contains('-')),
            _ => true,
        };
        for one in &versions {
            assert_eq!(order.compare(one, one), Ordering::Equal, "{order:?}: {one:?}");
            for two in &versions {
                let found = order.compare(one, two);
                assert_eq!(found, order.compare(two, one).reverse(), "{order:?}: {one:?} {two:?}");
                for three in versions.iter().filter(|_| is_total) {
                    let (next, whole) = (order.compare(two, three), order.compare(one, three));
                    // Who is not before the second, which is not before the third, is not before the third.
                    let expected = found.then(next);
                    let follows = found == next || found == Ordering::Equal || next == Ordering::Equal;
                    assert!(!follows || whole == expected, "{order:?}: {one:?} {two:?} {three:?}");
                }
            }
        }
    },
    specimens: None,
};

fn inventory() -> Inventory {
    let package = |kind, name: &str, version: &str| Package::new(kind, name, version, "/var/lib/dpkg/status");
    let distribution =
        Distribution { id: "debian".into(), version_id: "12".into(), ..Distribution::default() };
    let packages = [
        (Kind::Deb, "a", "1.0-1"),
        (Kind::Cargo, "a", "1.0.0"),
        (Kind::Npm, "a", "1.0.0"),
        (Kind::PyPi, "a", "1.0"),
        (Kind::Maven, "a:a", "1.0"),
        (Kind::Go, "a", "v1.0.0"),
        (Kind::Gem, "a", "1.0"),
    ];
    let packages = packages.map(|(kind, name, version)| package(kind, name, version)).into();
    Inventory { distribution, packages, ..Inventory::default() }
}

pub const ADVISORIES: Body = Body {
    name: "advisories",
    run: |input| {
        let Some((choice, bytes)) = input.split_first() else { return };
        let mut import = Import::new();
        let store = match choice % 3 {
            0 => {
                if import.add("a.json", bytes).is_err() {
                    return;
                }
                let mut out = Vec::new();
                if import.write(&mut out).is_err() {
                    return;
                }
                // What we wrote ourselves is one.
                Store::open(Arc::new(out)).expect("a store that was just written")
            }
            1 => return drop(import.add_archive(&bytes.to_vec(), &mut |_, _| {})),
            _ => match Store::open(Arc::new(bytes.to_vec())) {
                Ok(store) => store,
                Err(_) => return,
            },
        };
        let _ = store.count();
        let _ = look_through(&store, &inventory());
        let _ = str::from_utf8(bytes).map(Day::parse);
    },
    specimens: None,
};

static KEY: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::from_seed(&[7; 32]));
/// A report to compare others with.
static REPORT: LazyLock<Report> =
    LazyLock::new(|| certify_container(&vec![0_u8; 4096], "a.vhd", &Profile::strict()));

pub const OPERATOR: Body = Body {
    name: "operator",
    run: |input| {
        let Some((choice, bytes)) = input.split_first() else { return };
        let today = Date::new(2026, 11, 22).expect("a day");
        let text = String::from_utf8_lossy(bytes);
        match choice % 7 {
            0 => {
                if let Ok(profile) = Profile::parse(&text) {
                    let _ = profile.differences();
                }
            }
            1 => {
                if let Ok(found) = exceptions::parse(&text) {
                    let mut report = REPORT.clone();
                    report.except(&found, today);
                    report::check(&report);
                }
            }
            2 => {
                if let Ok(baseline) = Baseline::parse(&text) {
                    let _ = Comparison::new(&REPORT, &baseline);
                }
            }
            3 => drop(Certificate::read(bytes, &KEY.public(), today)),
            4 => {
                // What a thief of the key would sign.
                let sealed = certificate::seal(bytes, &KEY);
                drop(Certificate::read(sealed.as_bytes(), &KEY.public(), today));
            }
            5 => drop((PrivateKey::parse(&text), PublicKey::parse(&text), Date::parse(&text))),
            _ => {
                if let Ok(stored) = Stored::parse(&facts(bytes)) {
                    report::check(&judge_stored(&stored, &Profile::strict(), &Given::default()));
                }
            }
        }
    },
    specimens: None,
};

/// A file of stored facts whose digest is right.
fn facts(unpacked: &[u8]) -> Vec<u8> {
    use flate2::Compression;
    use flate2::write::ZlibEncoder;
    use sha2::{Digest, Sha256};
    use std::io::Write;
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::none());
    packer.write_all(unpacked).expect("memory takes all");
    let packed = packer.finish().expect("memory takes all");
    [&b"halle facts   1\n"[..], &Sha256::digest(&packed), &packed].concat()
}
