//! What lies on the disk, where it is hard to find, and where it is made to be hard to read.

use certifier::anchors::EICAR;
use certifier::facts::Given;
use certifier::finding::{Evidence, Verdict};
use certifier::malware::Scanners;
use certifier::profile::Profile;
use certifier::progress::Silent;
use certifier::report::Report;
use certifier::words::Language;
use disk::read_at::FileImage;
use std::sync::Arc;

use crate::faults_content::{KEY, TOKEN, gzip, tar, zip};
use crate::specimen::{MIB, Specimen};

fn evidence<'r>(report: &'r Report, rule: &str) -> &'r [Evidence] {
    &report.rule(rule).expect("a rule").evidence
}

/// Checks that a rule finds something at a path and offset, and nothing else.
#[track_caller]
fn check(specimen: Specimen, rule: &str, path: Option<&str>, offset: Option<u64>, line: Option<u64>) {
    let report = specimen.build().certify(&Profile::kvm());
    let places: Vec<_> = evidence(&report, rule)
        .iter()
        .map(|piece| (piece.path.as_deref(), piece.offset, piece.line))
        .collect();
    assert_eq!(places, [(path, offset, line)], "{rule}");
    assert!(report.scanned.expect("it was scanned").adds_up());
}

/// A file with `content` at `at`, whose fourth and seventh block change places on the disk.
fn scattered(content: &[u8], at: usize) -> Specimen {
    let mut bytes = vec![b'\n'; 8 << 10];
    bytes[at..at + content.len()].copy_from_slice(content);
    let specimen = Specimen::clean().small().bytes_file("/srv/cut", &bytes);
    specimen.with(|specimen| specimen.scattered = Some(("/srv/cut".to_owned(), 3, 6)))
}

#[test]
fn a_secret_is_found_in_a_file_that_is_cut_into_pieces() {
    // The cut goes through the body, then through the words that tell a key, then through a token.
    for before in [60, 20] {
        let at = 3 * 1024 - before;
        check(scattered(KEY.as_bytes(), at), "S01", Some("/srv/cut"), None, Some(at as u64 + 1));
    }
    for before in [2, 10] {
        let at = 3 * 1024 - before;
        check(scattered(TOKEN.as_bytes(), at), "S02", Some("/srv/cut"), None, Some(at as u64 + 1));
    }
}

#[test]
fn what_lies_before_the_damage_of_an_archive_is_searched() {
    let noise: Vec<u8> = (0..90_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let mut packed = gzip(&[KEY.as_bytes(), &noise].concat());
    packed.truncate(packed.len() - 1000);
    let report =
        Specimen::clean().small().bytes_file("/srv/cut.gz", &packed).build().certify(&Profile::kvm());
    let paths =
        |rule: &str| evidence(&report, rule).iter().map(|piece| piece.path.clone()).collect::<Vec<_>>();
    let cut = [Some("/srv/cut.gz".to_owned())];
    assert_eq!((&paths("S01")[..], &paths("M02")[..]), (&cut[..], &cut[..]));
}

#[test]
fn a_secret_is_found_across_the_border_of_two_leaves() {
    let border = 32 * MIB;
    for (text, before) in [(KEY, 60), (KEY, 16), (TOKEN, 3)] {
        let specimen = Specimen::clean().small().with(|specimen| {
            specimen.bytes.push((border - before, text.as_bytes().to_vec()));
        });
        let hit = text.find("PRIVATE KEY").unwrap_or(0) as u64;
        check(specimen, "S03", None, Some(border - before + hit), None);
    }
}

#[test]
fn what_lies_beyond_the_end_of_a_file_is_not_in_it() {
    let specimen = Specimen::clean().small().file("/srv/short", "short");
    let image = specimen.build();
    let bytes = std::fs::read(&image.path).expect("a small file");
    let at = bytes.windows(6).position(|piece| piece == b"short\0").expect("the file lies somewhere") as u64;
    let specimen = Specimen::clean().small().file("/srv/short", "short").with(|specimen| {
        specimen.bytes.push((at + 5, [b" ", TOKEN.as_bytes(), b" "].concat()));
    });
    let report = specimen.build().certify(&Profile::kvm());
    assert!(evidence(&report, "S02").is_empty());
    assert_eq!(evidence(&report, "S03")[0].offset, Some(at + 6));
}

#[test]
fn a_hundred_thousand_tokens_are_told_in_short() {
    let lines: String = (0..100_000).map(|n| format!("key{n} AKIAQ3EGZ7XKL2MNOP5T\n")).collect();
    let report = Specimen::clean().small().file("/srv/list", &lines).build().certify(&Profile::kvm());
    let judged = report.rule("S02").expect("a rule");
    assert_eq!(judged.verdict, Verdict::Fail);
    assert!((1..=50).contains(&judged.evidence.len()), "{}", judged.evidence.len());
    assert_eq!(judged.evidence[0].line, Some(1));
}

#[test]
fn hits_that_are_no_secrets_but_too_many_to_look_at_are_never_a_pass() {
    let lines = "-----BEGIN PRIVATE KEY-----\n".repeat(100_000);
    let report = Specimen::clean().small().file("/srv/list", &lines).build().certify(&Profile::kvm());
    assert_eq!(report.rule("S01").expect("a rule").verdict, Verdict::NotDecided);
}

#[test]
fn no_name_in_an_archive_acts_on_the_readers_screen() {
    let name = "\u{1b}]0;owned\u{7}/\u{202e}key";
    let specimen =
        Specimen::clean().small().bytes_file("/srv/\u{1b}[31m.tar", &tar(&[(name, KEY.as_bytes())]));
    let report = specimen.build().certify(&Profile::kvm());
    assert_eq!(evidence(&report, "S01").len(), 1);
    for language in [Language::En, Language::Fr] {
        let text = certifier::text::write(&report, language, false);
        assert!(text.contains("owned") && !text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{text}");
    }
}

#[test]
fn no_report_holds_the_secret_itself() {
    let specimen = Specimen::clean().small().file("/srv/a", &format!("{TOKEN}\n{KEY}"));
    let report = specimen
        .file("/root/.netrc", "machine a login b password hunter2\n")
        .build()
        .certify(&Profile::kvm());
    let stored = serde_json::to_string(&report).expect("a report is data");
    assert_eq!(evidence(&report, "S02").len(), 2);
    for secret in [&TOKEN[4..], "MC4CAQAw", "hunter2"] {
        assert!(!stored.contains(secret), "{secret}");
    }
}

#[test]
fn secrets_that_a_package_ships_to_everyone_are_no_secrets() {
    let digest = {
        use md5::Digest;
        let digest = md5::Md5::digest(KEY.as_bytes());
        digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let shipped = |sums: &str| {
        let specimen = Specimen::clean().small().file("/usr/lib/x/self-test.pem", KEY);
        let report = specimen.file("/var/lib/dpkg/info/x.md5sums", sums).build().certify(&Profile::kvm());
        report.rule("S01").expect("a rule").verdict
    };
    assert_eq!(shipped(&format!("{digest}  usr/lib/x/self-test.pem\n")), Verdict::Pass);
    assert_eq!(shipped("00000000000000000000000000000000  usr/lib/x/self-test.pem\n"), Verdict::Fail);
    assert_eq!(shipped(""), Verdict::Fail);
}

/// A zip of zips of zips, each with sixteen of the next, and at the bottom a file of zeros.
fn nested(levels: u32) -> Vec<u8> {
    let bottom = zip(&[("0", &vec![0; 8 << 20])]);
    (0..levels).fold(bottom, |inner, _| {
        let names: Vec<String> = (0..16).map(|n| format!("{n}.zip")).collect();
        zip(&names.iter().map(|name| (name.as_str(), &inner[..])).collect::<Vec<_>>())
    })
}

#[test]
fn a_bomb_of_many_layers_goes_off_in_a_box() {
    let specimen = Specimen::clean().small().bytes_file("/srv/42.zip", &nested(3));
    let report = specimen.build().certify(&Profile::kvm());
    let judged = report.rule("M02").expect("a rule");
    assert_eq!(judged.verdict, Verdict::Warn);
    assert!(
        judged.evidence.iter().all(|piece| piece.path.as_deref().unwrap_or("").starts_with("/srv/42.zip"))
    );
    let scanned = report.scanned.expect("it was scanned");
    assert!(scanned.adds_up());
    assert!(scanned.not_scanned.iter().any(|left| left.what.starts_with("/srv/42.zip")), "{scanned:?}");
}

#[test]
fn an_operators_rules_are_asked_about_every_file_and_every_member() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.yar"), "rule zebra { strings: $a = \"zebra\" condition: $a }")
        .expect("room");
    let scanners = Scanners::default().with_rules(folder.path()).expect("good rules");
    let image = Specimen::clean()
        .small()
        .file("/srv/a", "a zebra")
        .bytes_file("/srv/b.gz", &gzip(b"another zebra"))
        .build();
    let source = Arc::new(FileImage::open(&image.path).expect("it was just made"));
    let given = Given { scanners: Some(&scanners), ..Given::default() };
    let report = certifier::certify_given(source, "zoo.vhd", &Profile::kvm(), &given, &Silent);
    let paths: Vec<_> = evidence(&report, "M01").iter().map(|piece| piece.path.as_deref()).collect();
    assert_eq!(paths, [Some("/srv/a"), Some("/srv/b.gz")]);
}

#[test]
fn encrypted_volumes_are_counted_as_not_searched() {
    let specimen = Specimen::clean().small().with(|specimen| {
        specimen.table.push_str("start=71680,size=20480,type=0FC63DAF-8483-4772-8E79-3D69D8477DE4\n");
        let mut volume = b"LUKS\xba\xbe\0\x02".to_vec();
        volume.resize(MIB as usize, 0x5a);
        specimen.bytes.push((71_680 * 512, volume));
    });
    let report = specimen.build().certify(&Profile::kvm());
    let scanned = report.scanned.as_ref().expect("it was scanned");
    assert!(scanned.adds_up());
    assert_eq!(scanned.allocated_bytes - scanned.scanned_bytes, MIB);
    assert_eq!(scanned.not_scanned[0].bytes, MIB);
    assert_eq!(report.rule("M01").expect("a rule").verdict, Verdict::NotDecided);
}

#[test]
fn malware_among_a_flood_of_hits_is_found() {
    let mut bytes = b"-----BEGIN PRIVATE KEY-----\n".repeat(100_000);
    bytes.extend(&**EICAR);
    let at = bytes.len() as u64 - 68;
    check(
        Specimen::clean().small().bytes_file("/srv/flood", &bytes),
        "M01",
        Some("/srv/flood"),
        Some(at),
        None,
    );
}

#[test]
fn a_program_that_reads_archives_is_none() {
    let program = [b"\x7fELF".as_slice(), &[7; 5000], b"PK\x05\x06", &[9; 4000]].concat();
    let report =
        Specimen::clean().small().bytes_file("/usr/bin/unpack", &program).build().certify(&Profile::kvm());
    assert_eq!(report.rule("M02").expect("a rule").verdict, Verdict::Pass);
}
