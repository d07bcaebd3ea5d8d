//! Damaged and hostile disks: a verdict each time, never a panic and never a hang.

use std::sync::{Arc, LazyLock};

use certifier::profile::Profile;
use certifier::report::Overall;
use certifier::words::Language;
use proptest::prelude::*;

use crate::specimen::{Specimen, certify};

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
