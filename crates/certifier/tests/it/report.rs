//! The report as readers get it.

use std::sync::Arc;

use certifier::finding::Verdict;
use certifier::profile::Profile;
use certifier::report::{Overall, Report};
use certifier::words::Language;
use expect_test::expect;

use crate::specimen::{GIB, Specimen, certify};

fn faulty() -> Specimen {
    Specimen::clean()
        .small()
        .file("/etc/ssh/sshd_config", "PermitRootLogin yes\n")
        .file("/etc/shadow", "root::1::::::\n")
        .file("/root/.bash_history", "passwd\n")
}

#[test]
fn the_same_bytes_give_the_same_report_whether_sparse_or_not() {
    let image = faulty().build();
    let write = |report: Report| serde_json::to_string(&report).expect("a report is data");
    let sparse = write(image.certify(&Profile::kvm()));
    let whole: Arc<Vec<u8>> = Arc::new(std::fs::read(&image.path).expect("a small file"));
    for _ in 0..3 {
        assert_eq!(write(certify(whole.clone(), &image.file_name, &Profile::kvm())), sparse);
    }
}

#[test]
fn a_report_is_stored_in_no_language_and_read_in_each() {
    let report = faulty().build().certify(&Profile::azure());
    let stored = serde_json::to_string(&report).expect("a report is data");
    let read: Report = serde_json::from_str(&stored).expect("its own data");
    assert_eq!(read, report);
    assert!(!stored.contains("An account can be entered"));
    let reason = |language| read.rule("L20").expect("a rule").render(language).reason;
    assert_eq!(reason(Language::En), "An account can be entered with a password that comes with the image.");
    assert_eq!(
        reason(Language::Fr),
        "On peut entrer dans un compte avec un mot de passe livré dans l'image."
    );
}

#[test]
fn the_text_says_the_verdict_first_then_what_to_fix() {
    let report = faulty().build().certify(&Profile::kvm());
    let text = certifier::text::write(&report, Language::En, false);
    let first: Vec<&str> = text.lines().filter(|line| !line.contains("halle1:")).take(34).collect();
    expect![[r#"
        specimen.vhd is not certified: 3 things must be fixed first.

        To fix first

          L18  Nobody enters as root with a password, or with none
               The SSH server lets root, or accounts without a password, in.
               /etc/ssh/sshd_config:1
                 found     PermitRootLogin yes
                 expected  PermitRootLogin prohibit-password
               What to do: Set PermitRootLogin prohibit-password and PermitEmptyPasswords no in the file and
               line named.

          L20  No account has a password
               An account can be entered with a password that comes with the image.
               /etc/shadow:1
                 found     account root has an empty password: anyone may enter
                 expected  locked (! or *)
               /etc/passwd:2
                 found     account daemon refers to /etc/shadow, which has no line for it
                 expected  locked (! or *)
               What to do: Lock the account before exporting: passwd -l ACCOUNT (for root too).

          L24  Shell histories are empty
               The history of a shell or a program was left in the image.
               /root/.bash_history
                 found     7 bytes
                 expected  empty or absent
               What to do: Remove them as the last step: rm -f ~/.bash_history in every home; unset HISTFILE;
               then shut down.

        Warnings

          L17  Idle SSH connections are kept alive and cleared
               ClientAliveInterval is not set, so idle connections break."#]]
    .assert_eq(&first.join("\n"));
}

#[test]
fn every_allocated_byte_is_accounted_for() {
    for specimen in [faulty(), Specimen::clean(), Specimen::clean().with(|specimen| specimen.table.clear())] {
        let report = specimen.build().certify(&Profile::azure());
        let scanned = report.scanned.expect("the contents were looked at");
        assert!(scanned.adds_up() && scanned.allocated_bytes > 0, "{scanned:?}");
    }
}

#[test]
fn a_disk_whose_files_cannot_be_read_is_never_certified() {
    // An F2FS, which is not read, on an otherwise good disk.
    let image = Specimen::clean()
        .with(|specimen| {
            let start = specimen.root_lba * 512;
            let mut superblock = vec![0; 1024];
            superblock[..4].copy_from_slice(b"\x10\x20\xf5\xf2");
            specimen.bytes.push((start + 1024, superblock));
        })
        .build();
    let report = image.certify(&Profile::azure());
    assert_eq!(report.verdict, Overall::CouldNotJudge);
    assert_eq!(report.rule("L20").expect("a rule").verdict, Verdict::NotDecided);
    assert_eq!(report.rule("M01").expect("a rule").verdict, Verdict::NotDecided);
}

/// Checks what V01 says of a file that is no VHD, and the command that it gives.
#[track_caller]
fn check(name: &str, head: &[u8], reason: &str, command: &str) {
    let mut bytes = vec![0; 70_000];
    bytes[..head.len()].copy_from_slice(head);
    let report = certify(Arc::new(bytes), name, &Profile::azure());
    let judged = report.rule("V01").expect("a rule").render(Language::En);
    assert_eq!(judged.reason, reason);
    assert!(judged.remedy.as_deref().is_some_and(|remedy| remedy.contains(command)), "{:?}", judged.remedy);
    assert_eq!(report.verdict, Overall::NotCertified);
    let others = report.rules.iter().filter(|judged| !matches!(judged.id.as_str(), "V01" | "V17"));
    for judged in others {
        let open = matches!(judged.verdict, Verdict::NotDecided | Verdict::NotApplicable);
        assert!(open, "{} was decided without a disk", judged.id);
    }
}

#[test]
fn what_is_no_vhd_is_named_with_the_command_that_makes_one() {
    let fixed = "-O vpc -o subformat=fixed,force_size=on";
    check("a.vhdx", b"vhdxfile", "The file is VHDX, not a fixed VHD.", "halle convert a.vhdx a.vhd");
    check(
        "my disk.qcow2",
        b"QFI\xfb\0\0\0\x03",
        "The file is QCOW2 version 3, not a fixed VHD.",
        "halle convert 'my disk.qcow2' 'my disk.vhd'",
    );
    check(
        "layer.qcow2",
        b"QFI\xfb\0\0\0\x03\0\0\0\0\0\0\x01\0",
        "The file is QCOW2 version 3, not a fixed VHD.",
        &format!("qemu-img convert -f qcow2 {fixed} layer.qcow2 layer.vhd"),
    );
    check(
        "a-s001.vmdk",
        b"KDMV",
        "The file is one part, of 0 bytes, of a VMDK that is cut into several. It is no disk by itself.",
        &format!("qemu-img convert -f vmdk {fixed} a.vmdk a.vhd"),
    );
    check(
        "a.vmdk",
        b"# Disk DescriptorFile\ncreateType=\"twoGbMaxExtentSparse\"\nRW 4194304 SPARSE \"../../etc/shadow\"\nRW 4194304 SPARSE \"b\"\n",
        "The file is the description of a VMDK (twoGbMaxExtent): the disk of 4 GiB is cut into 2 files that it names.",
        &format!("qemu-img convert -f vmdk {fixed} a.vmdk a.vhd"),
    );
    check(
        "a.vhd.gz",
        b"\x1f\x8b\x08",
        "The file is packed with gzip. Unpack it first.",
        "gzip -dc a.vhd.gz > a.vhd",
    );
}

#[test]
fn the_least_size_that_is_told_is_the_one_that_the_profile_asks_for() {
    let own = "base = \"kvm\"\n[thresholds]\nos_disk_size_bytes_min = 42949672960\n";
    let report = Specimen::clean().build().certify(&Profile::parse(own).expect("a good profile"));
    let rule = report.rule("V08").expect("a rule").render(Language::En);
    assert_eq!(rule.reason, "The disk is 30 GiB; system disks usually have 40 GiB or more.");
    let command = rule.command.expect("V08 names a command");
    assert!(command.contains("--size-up=40G"), "{command}");
}

#[test]
fn a_command_is_never_cut_and_stands_on_a_line_of_its_own() {
    let mut image = Specimen::clean().with(|specimen| specimen.size_bytes = 30 * GIB + 512).build();
    image.file_name = format!("{}.vhd", "long name ".repeat(24));
    let report = image.certify(&Profile::azure());
    let rule = report.rule("V04").expect("a rule").render(Language::Fr);
    let command = rule.command.expect("V04 names a command");
    assert!(command.starts_with("halle convert 'long name") && command.ends_with("-fixed.vhd'"), "{command}");
    let text = certifier::text::write(&report, Language::Fr, false);
    assert!(text.lines().any(|line| line.trim() == command), "{text}");
}

#[test]
fn a_dynamic_vhd_is_named_once_and_not_blamed_for_what_follows_from_it() {
    let image =
        Specimen::clean().with(|specimen| specimen.footer.push((60, 3_u32.to_be_bytes().to_vec()))).build();
    let report = image.certify(&Profile::azure());
    let failed: Vec<&str> = report.with_verdict(Verdict::Fail).map(|judged| judged.id.as_str()).collect();
    assert_eq!(failed, ["V03"]);
    let rule = report.rule("V03").expect("a rule").render(Language::En);
    assert!(rule.command.is_some_and(|command| command.starts_with("halle convert ")));
}

#[test]
fn the_container_alone_gives_no_certificate() {
    let image = Specimen::clean().build();
    let source = disk::read_at::FileImage::open(&image.path).expect("it was just made");
    let report = certifier::certify_container(&source, "a.vhd", &Profile::azure());
    assert_eq!(report.verdict, Overall::ContainerSound);
    assert!(report.rules.iter().all(|judged| judged.id.starts_with('V')));
    let bad = Specimen::clean().with(|specimen| specimen.size_bytes = 30 * GIB + 512).build();
    let source = disk::read_at::FileImage::open(&bad.path).expect("it was just made");
    assert_eq!(
        certifier::certify_container(&source, "a.vhd", &Profile::azure()).verdict,
        Overall::NotCertified
    );
}

#[test]
fn names_from_the_image_cannot_act_on_the_readers_terminal() {
    let name = "/srv/\u{1b}]0;owned\u{7}\u{202e}gpj.exe";
    let image = Specimen::clean().small().bytes_file(name, &certifier::anchors::EICAR).build();
    let report = image.certify(&Profile::kvm());
    let text = certifier::text::write(&report, Language::En, false);
    assert!(text.contains("\\u{1b}]0;owned\\u{7}\\u{202e}gpj.exe"), "{text}");
    assert!(!text.chars().any(|c| c != '\n' && c.is_control()));
}

#[test]
fn a_file_that_cannot_be_read_is_not_judged() {
    struct Broken;
    impl disk::read_at::ReadAt for Broken {
        fn size_bytes(&self) -> u64 {
            1 << 20
        }
        fn read_exact_at(&self, _: u64, _: &mut [u8]) -> std::io::Result<()> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    let report = certify(Arc::new(Broken), "a.vhd", &Profile::azure());
    assert_eq!(report.verdict, Overall::CouldNotJudge);
    assert!(certifier::text::write(&report, Language::En, false).contains("the disk is gone"));
}
