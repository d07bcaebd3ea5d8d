//! Damaged and hostile disks: a verdict each time, never a panic and never a hang.

use std::sync::{Arc, LazyLock};

use certifier::anchors::EICAR;
use certifier::finding::Verdict;
use certifier::profile::Profile;
use certifier::report::Overall;
use certifier::words::Language;
use proptest::prelude::*;

use crate::specimen::{MIB, Specimen, certify};

/// A small clean disk, and where its bytes are not zero: flips elsewhere would teach little.
static CLEAN: LazyLock<(Vec<u8>, Vec<usize>)> = LazyLock::new(|| {
    let image = Specimen::clean()
        .with(|specimen| {
            specimen.size_bytes = 8 << 20;
            specimen.root_bytes = 5 << 20;
            specimen.table = specimen.table.replace("size=65536", "size=10240");
        })
        .build();
    let bytes = std::fs::read(&image.path).expect("a small file");
    let places = (0..bytes.len()).filter(|at| bytes[*at] != 0).collect();
    (bytes, places)
});

#[track_caller]
fn check(bytes: Vec<u8>) {
    let report = certify(Arc::new(bytes), "hostile.vhd", &Profile::strict());
    for language in [Language::En, Language::Fr] {
        assert!(!certifier::text::write(&report, language, true).is_empty());
    }
    assert!(report.scanned.is_none_or(|scanned| scanned.adds_up()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn flipped_bytes_never_bring_the_certifier_down(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..24)) {
        let (bytes, places) = &*CLEAN;
        let mut bytes = bytes.clone();
        for (index, value) in flips {
            bytes[places[index.index(places.len())]] = value;
        }
        check(bytes);
    }

    #[test]
    fn any_bytes_at_all_are_judged(bytes in prop::collection::vec(any::<u8>(), 0..4096)) {
        check(bytes);
    }
}

#[test]
fn a_disk_cut_anywhere_is_refused() {
    let (bytes, _) = &*CLEAN;
    for length in [0, 1, 511, 512, 513, 1 << 20, (5 << 20) + 1, bytes.len() - 1] {
        let report = certify(Arc::new(bytes[..length].to_vec()), "cut.vhd", &Profile::kvm());
        assert_eq!(report.verdict, Overall::NotCertified, "{length} bytes");
    }
}

/// Checks that a clean disk with something more in it is refused by a rule, and by no other.
#[track_caller]
fn refused(rule: &str, change: impl FnOnce(&mut Specimen)) {
    let report = Specimen::clean().small().with(change).build().certify(&Profile::kvm());
    assert_eq!(report.verdict, Overall::NotCertified);
    let failed: Vec<&str> = report.with_verdict(Verdict::Fail).map(|judged| judged.id.as_str()).collect();
    assert_eq!(failed, [rule]);
    assert!(report.scanned.expect("it was scanned").adds_up());
}

#[test]
fn malware_that_lies_in_no_file_refuses_the_disk() {
    let put = |specimen: &mut Specimen, at: u64| specimen.bytes.push((at, EICAR.clone()));
    // Among free blocks of the filesystem, and behind the last partition.
    refused("M01", |specimen| put(specimen, specimen.root_lba * 512 + specimen.root_bytes - 200_000));
    refused("M01", |specimen| put(specimen, specimen.size_bytes - 40 * 512 - MIB / 2));
}

#[test]
fn links_that_lead_out_of_the_image_or_in_a_circle_lead_nowhere() {
    let escape = "../../../../../../../../proc/self/environ";
    let image = Specimen::clean()
        .small()
        .link("/etc/motd", escape)
        .link("/srv/one", "two")
        .link("/srv/two", "one")
        .link("/etc/ssh/sshd_config.d", "/etc/ssh/sshd_config.d")
        .build();
    let report = image.certify(&Profile::kvm());
    let text = certifier::text::write(&report, Language::En, false);
    assert!(!text.contains("PATH=") && !text.contains("CARGO"), "{text}");
    assert_ne!(report.verdict, Overall::CouldNotJudge);
}
