//! Stored facts answer what the disk would have answered, or not at all. That they give the same report is held for every specimen,
//! wherever one is [judged](crate::specimen::certify).

use std::sync::Arc;

use certifier::facts::{Facts, Given};
use certifier::finding::Verdict;
use certifier::linux::root::Root;
use certifier::malware::Scanners;
use certifier::profile::Profile;
use certifier::progress::Silent;
use certifier::report::Report;
use certifier::stored::{Stored, certify_and_store, judge_stored, must_be_read_again};
use disk::read_at::FileImage;

use crate::specimen::{Image, Specimen};

fn source(image: &Image) -> Arc<FileImage> {
    Arc::new(FileImage::open(&image.path).expect("it was just made"))
}

fn certify(image: &Image, profile: &Profile) -> Report {
    certifier::certify(source(image), &image.file_name, profile, &Silent)
}

fn store(image: &Image, profile: &Profile) -> Stored {
    let (name, given) = (&image.file_name, Given::default());
    let (report, stored) = certify_and_store(source(image), name, profile, &given, &Silent);
    assert_eq!(report, certify(image, profile), "keeping changes nothing");
    stored.expect("it can be read")
}

fn root(facts: &Facts) -> &Root {
    &facts.linux().expect("a system").root
}

#[test]
fn an_image_kept_under_one_profile_is_judged_under_another() {
    let image = Specimen::clean().build();
    let stored = store(&image, &Profile::kvm());
    for profile in [Profile::azure(), Profile::strict(), Profile::kvm()] {
        assert_eq!(judge_stored(&stored, &profile, &Given::default()), certify(&image, &profile));
    }
}

#[test]
fn what_later_rules_may_ask_is_answered_and_the_rest_is_never_made_up() {
    let image = Specimen::clean()
        .small()
        .file("/etc/apparmor.d/tunables/home", "@{HOME}=/home/\n")
        // Of more than a page, so that no neighbour's page holds all of it.
        .bytes_file("/opt/shop/settings", &[b'x'; 20_000])
        .build();
    let facts = store(&image, &Profile::kvm()).facts().expect("the facts are whole");
    let root = root(&facts);
    assert_eq!(root.text("/etc/apparmor.d/tunables/home").unwrap().as_deref(), Some("@{HOME}=/home/\n"));
    assert_eq!(root.text("/etc/apparmor.d/never").unwrap(), None, "the folder was kept, so this is known");
    assert_eq!(root.names("/opt/shop").unwrap(), ["settings"]);
    assert_eq!(facts.missed(), 0);
    let why = root.text("/opt/shop/settings").unwrap_err().0;
    assert!(format!("{why:?}").contains("unreadable.not_kept"), "{why:?}");
    assert_eq!(facts.missed(), 1);
}

#[test]
fn facts_say_whose_rules_searched_the_files_and_answer_no_others() {
    let rules = |name: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        let rule = format!("rule {name} {{ strings: $a = \"{name}\" condition: $a }}");
        std::fs::write(folder.path().join("a.yar"), rule).expect("room");
        Scanners::default().with_rules(folder.path()).expect("good rules")
    };
    let (nobody, zebra, lion) = (Scanners::default(), rules("zebra"), rules("lion"));
    let image = Specimen::clean().small().file("/srv/a", "a zebra").build();
    let given = |scanners| Given { scanners: Some(scanners), ..Given::default() };
    for (kept_by, is_found) in [(&nobody, false), (&zebra, true), (&lion, false)] {
        let (name, profile) = (&image.file_name, Profile::kvm());
        let (report, stored) = certify_and_store(source(&image), name, &profile, &given(kept_by), &Silent);
        assert_eq!(report.rule("M01").expect("a rule").verdict == Verdict::Fail, is_found);
        let stored = stored.expect("it can be read").to_bytes().expect("they are small");
        let stored = Stored::parse(&stored).expect("they were just written");
        for asked in [&nobody, &zebra, &lion] {
            let again = judge_stored(&stored, &profile, &given(asked));
            let is_same = asked.searched_by() == kept_by.searched_by();
            assert_eq!(again == report, is_same);
            assert_eq!(must_be_read_again(&again), !is_same);
            if !is_same {
                let judged = again.rule("M01").expect("a rule");
                assert_eq!(judged.verdict, Verdict::NotDecided);
                assert_eq!(judged.reason.key, "undecided.searched_by_others");
            }
        }
    }
}

#[test]
fn large_files_are_read_and_not_kept() {
    // No rule reads this one but for its signature; what is kept does not grow with it.
    let sizes = [1 << 20, 12 << 20].map(|size: usize| {
        let mut bytes = vec![b'a'; size];
        bytes[size - 1] = b'b';
        let image = Specimen::clean().small().bytes_file("/boot/initrd.img-6.1.0", &bytes).build();
        store(&image, &Profile::kvm()).kept_bytes()
    });
    assert!(sizes[1] < 12 << 20, "{sizes:?}");
}
