//! The corpus, replayed: what the fuzzers found worth keeping, and every input that once brought a parser down.

use std::fs;
use std::path::Path;

use hostile::bodies::{self, BODIES, Body};

#[track_caller]
fn replay(body: &Body) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(body.name);
    let mut inputs: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|why| panic!("{}: {why}", folder.display()))
        .map(|entry| entry.expect("a readable folder").path())
        .collect();
    inputs.sort();
    assert!(!inputs.is_empty(), "{} has no corpus", body.name);
    for path in inputs {
        // The last line before a panic names the input.
        println!("{}", path.display());
        (body.run)(&fs::read(&path).expect("a readable input"));
    }
}

macro_rules! replayed {
    ($($test:ident $body:literal)+) => {
        $(#[test]
        fn $test() {
            replay(bodies::named($body).expect("a body of this name"));
        })+

        #[test]
        fn every_body_is_replayed() {
            let replayed = [$($body),+];
            for body in BODIES {
                assert!(replayed.contains(&body.name), "{}", body.name);
            }
        }
    };
}

replayed! {
    ntfs_is_read_whatever_it_says "ntfs"
    xfs_is_read_whatever_it_says "xfs"
    ext4_is_read_whatever_it_says "ext4"
    hives_are_read_whatever_they_say "hives"
    btrfs_is_read_whatever_it_says "btrfs"
    containers_are_read_whatever_they_say "containers"
    partitions_are_read_whatever_they_say "partitions"
    fat_is_read_whatever_it_says "fat"
    squashfs_is_read_whatever_it_says "squashfs"
    what_is_packed_is_unpacked_or_refused "unpackers"
    deflate_is_unpacked_as_by_flate2 "inflate"
    an_initramfs_is_read_whatever_it_says "initramfs"
    archives_are_opened_or_refused "archives"
    files_of_a_linux_are_judged_whatever_they_say "linux"
    boot_loaders_are_read_whatever_they_say "boot"
    programs_are_read_whatever_they_say "programs"
    lists_of_packages_are_read_whatever_they_say "languages"
    packages_of_systems_are_read_whatever_they_say "packages"
    databases_of_rpm_are_read_whatever_they_say "rpm"
    versions_have_an_order_whatever_they_say "versions"
    contents_are_searched_whatever_they_are "content"
    advisories_are_read_whatever_they_say "advisories"
    what_operators_bring_is_read_whatever_it_says "operator"
    whole_images_are_judged_whatever_they_say "certify"
}

#[test]
fn every_fuzzer_has_a_body_and_every_body_a_fuzzer() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/fuzz_targets");
    let mut fuzzers: Vec<String> = fs::read_dir(folder)
        .expect("the fuzzers")
        .map(|entry| entry.expect("a readable folder").file_name().into_string().expect("a plain name"))
        .collect();
    let mut expected: Vec<String> = BODIES.iter().map(|body| format!("{}.rs", body.name)).collect();
    fuzzers.sort();
    expected.sort();
    assert_eq!(fuzzers, expected);
}
