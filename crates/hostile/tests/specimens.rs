//! The specimens themselves: a fuzzer that changes what nobody can read learns nothing.

use hostile::bodies::{self, BODIES};

/// Checks that every specimen of a body is read as it is, and that so many of them have checksums.
#[track_caller]
fn check(name: &str, specimens: usize, sealed: usize) {
    let found = bodies::named(name).expect("a body").specimens.expect("it has specimens")();
    assert_eq!(found.len(), specimens);
    assert_eq!(found.iter().filter(|specimen| specimen.seals() > 4).count(), sealed);
}

#[test]
fn volumes_with_checksums_are_sealed_anew() {
    check("ntfs", 5, 0);
    check("xfs", 5, 3);
    check("ext4", 9, 1);
    check("btrfs", 1, 1);
    check("hives", 8, 2);
}

#[test]
fn every_body_has_a_name_of_its_own_and_takes_no_bytes_at_all() {
    for (n, body) in BODIES.iter().enumerate() {
        assert!(BODIES[..n].iter().all(|other| other.name != body.name), "{}", body.name);
        (body.run)(&[]);
        (body.run)(&[0]);
    }
}
