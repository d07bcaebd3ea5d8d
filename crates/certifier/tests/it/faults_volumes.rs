//! Faults of volumes, and systems that lie on something else than an ext4.

use std::fs::File;
use std::os::unix::fs::FileExt;

use certifier::finding::Verdict;
use certifier::profile::Profile;
use certifier::report::{Overall, Report};

use crate::faults::{Fault, ROOT_LINE, concerns_linux, eicar, fault, patch, table, warning};
use crate::layouts::{self, GROUP_BYTES, Layout};
use crate::specimen::{ESP_LINE, MIB, Specimen};

const ROOT_AT: u64 = 2 * MIB;
const THIRD_AT: u64 = 65 * MIB;
/// Where the second logical volume of the group begins.
const SECOND_AT: u64 = ROOT_AT + 41 * MIB;

const LINUX: &str = "0FC63DAF-8483-4772-8E79-3D69D8477DE4";
const LVM: &str = "E6D6D379-F507-44C2-A23C-238F2A3DF928";
const RAID: &str = "A19D880F-05FC-4D3B-A006-743F0F84911E";
const LUKS: &str = "CA7D7CCB-63ED-4C53-861C-1742536059CC";

/// With a third partition of this type.
fn third(specimen: Specimen, kind: &str, sectors: u64) -> Specimen {
    table(specimen, &format!("label: gpt\n{ESP_LINE}{ROOT_LINE}start=133120,size={sectors},type={kind}\n"))
}

/// With the root filesystem on a logical volume, and these bytes in the volume after it.
fn logical(specimen: Specimen, second: &'static [u8], at: u64) -> Specimen {
    let sectors = GROUP_BYTES / 512;
    let specimen = table(specimen, &format!("label: gpt\n{ESP_LINE}start=4096,size={sectors},type={LVM}\n"));
    specimen.with(|specimen| specimen.layout = Layout::Logical { second, at })
}

fn xfs(specimen: Specimen) -> Specimen {
    let specimen = table(specimen, &format!("label: gpt\n{ESP_LINE}start=4096,size=614400,type={LINUX}\n"));
    specimen.with(|specimen| {
        specimen.root_bytes = 300 * MIB;
        specimen.layout = Layout::Xfs;
    })
}

fn btrfs(specimen: Specimen) -> Specimen {
    let specimen = table(specimen, &format!("label: gpt\n{ESP_LINE}start=4096,size=262144,type={LINUX}\n"));
    let specimen = specimen.with(|specimen| {
        specimen.root_bytes = 128 * MIB;
        specimen.layout = Layout::Btrfs;
    });
    specimen.file("/etc/fstab", "UUID=x / btrfs subvol=@rootfs 0 0\nUUID=x /home btrfs subvol=/@home 0 0\n")
}

/// With a second copy of the whole system.
fn doubled(specimen: Specimen) -> Specimen {
    let specimen = third(specimen, LINUX, 65536);
    let file = File::open(&Specimen::clean().small().build().path).expect("it was just made");
    let mut bytes = vec![0; 64 << 10];
    let mut specimen = specimen;
    for at in (0..32 * MIB).step_by(bytes.len()) {
        file.read_exact_at(&mut bytes, ROOT_AT + at).expect("the disk is that long");
        if bytes.iter().any(|byte| *byte != 0) {
            specimen = patch(specimen, THIRD_AT + at, &bytes);
        }
    }
    specimen
}

pub const FAULTS: &[Fault] = &[
    fault("P03", "@45088768", |s| logical(s, b"SWAPSPACE2", 4086)),
    fault("P04", "@68157440", doubled),
    warning("P04", "/etc/fstab:2", |s| {
        s.file("/etc/fstab", "/dev/vda2 / ext4 defaults 0 1\n/dev/vda3 /var/ ext4 defaults 0 2\n")
    }),
    fault("P05", "@2097152", |s| logical(s, b"", 0)),
    fault("P05", "@68157440", |s| third(s, RAID, 2048)),
    fault("P05", "@68157440", |s| patch(third(s, LINUX, 2048), THIRD_AT + 4096, b"\xfc\x4e\x2b\xa9")),
    fault("P06", "@68157440", |s| patch(third(s, LINUX, 2048), THIRD_AT, b"LUKS\xba\xbe")),
    fault("P06", "@68157440", |s| patch(third(s, LINUX, 2048), THIRD_AT + 3, b"-FVE-FS-")),
    fault("P06", "@68157440", |s| patch(third(s, LUKS, 2048), THIRD_AT, b"no header")),
    fault("P06", "@45088768", |s| logical(s, b"LUKS\xba\xbe", 0)),
    fault("P07", "@1048576", |s| s.with(|specimen| specimen.loader = None)),
    fault("P07", "/EFI/BOOT/BOOTX64.EFI", |s| {
        s.with(|specimen| specimen.loader = Some(b"no program".to_vec()))
    }),
    fault("P09", "@2097152", |s| patch(s, ROOT_AT + 1024 + 58, &[3, 0])),
    warning("P09", "@1048576", |s| patch(s, MIB + 37, &[1])),
    fault("P10", "@34603008", |s| patch(s, ROOT_AT + 31 * MIB + 100, b"password")),
    fault("P10", "@524288000", |s| patch(s, 500 * MIB, b"an old partition")),
    fault("P10", "@44040192", |s| {
        let s = table(s, &format!("label: gpt\n{ESP_LINE}start=4096,size=131072,type={LINUX}\n"));
        patch(s, ROOT_AT + 40 * MIB, b"cut off")
    }),
    fault("P10", "@19922944", |s| patch(logical(s, b"", 0), ROOT_AT + MIB + 16 * MIB, b"an old volume")),
];

/// Checks that a system is certified by this profile, and which rules warn.
#[track_caller]
fn check(specimen: Specimen, profile: &Profile, warnings: &[&str]) -> Report {
    let report = specimen.build().certify(profile);
    let text = certifier::text::write(&report, certifier::words::Language::En, false);
    assert_eq!(report.verdict, Overall::Certified, "{text}");
    let found: Vec<&str> = report.with_verdict(Verdict::Warn).map(|judged| judged.id.as_str()).collect();
    assert_eq!(found, warnings, "{text}");
    report
}

#[test]
fn a_system_on_xfs_is_certified_like_one_on_ext4() {
    let report = check(xfs(Specimen::clean()), &Profile::strict(), &[]);
    let mut asked = report.rules.iter().filter(|judged| concerns_linux(judged));
    assert!(asked.all(|judged| judged.verdict == Verdict::Pass), "{:#?}", report.rules);
    let stretch = report.partitions.iter().find(|stretch| stretch.is_root).expect("a root");
    assert_eq!((stretch.number, stretch.holds.as_str()), (2, "XFS"));
}

#[test]
fn faults_of_a_system_on_xfs_are_found_with_path_and_line() {
    let report = xfs(Specimen::clean())
        .file("/etc/shadow", "root::1::::::\ndaemon:*:1::::::\n")
        .bytes_file("/srv/test.com", &eicar())
        .build()
        .certify(&Profile::kvm());
    for (rule, path, line) in [("L20", "/etc/shadow", Some(1)), ("M01", "/srv/test.com", None)] {
        let judged = report.rule(rule).expect("a rule");
        assert_eq!(judged.verdict, Verdict::Fail, "{judged:#?}");
        assert_eq!((judged.evidence[0].path.as_deref(), judged.evidence[0].line), (Some(path), line));
    }
}

#[test]
fn a_system_in_a_part_of_a_btrfs_is_certified() {
    // The program that makes a Btrfs leaves blocks behind that it needed on the way, and the rule says so.
    let report = check(btrfs(Specimen::clean()), &Profile::kvm(), &["P10"]);
    let stretch = report.partitions.iter().find(|stretch| stretch.is_root).expect("a root");
    assert_eq!((stretch.number, stretch.holds.as_str()), (2, "Btrfs"));
}

#[test]
fn faults_in_parts_of_a_btrfs_are_found_where_the_system_sees_them() {
    let report = btrfs(Specimen::clean())
        .file("/home/old/.ssh/authorized_keys", "ssh-rsa AAAA x\n")
        .bytes_file("/srv/test.com", &eicar())
        .build()
        .certify(&Profile::kvm());
    let place = |rule: &str| {
        let judged = report.rule(rule).expect("a rule");
        assert_eq!(judged.verdict, Verdict::Fail, "{judged:#?}");
        judged.evidence[0].path.clone().expect("a path")
    };
    assert_eq!(place("L21"), "/home/old/.ssh/authorized_keys");
    // What the scan finds is told by the path on the volume itself.
    assert_eq!(place("M01"), "/@rootfs/srv/test.com");
}

#[test]
fn what_the_system_mounts_from_another_partition_is_judged_as_its_own() {
    const UUID: &str = "8f2a3a53-6a5e-4b64-9b61-70a9d6b0f111";
    let options = ["-L", "homes", "-U", UUID];
    let home = layouts::ext4_of("old/.ssh/authorized_keys", "ssh-rsa AAAA x\n", &options);
    for device in
        [&format!("UUID={UUID}"), "LABEL=homes", "/dev/vda3", "PARTUUID=70A9D6B0-6A5E-4B64-9B61-8F2A3A53F222"]
    {
        let kind = format!("{LINUX},uuid=70A9D6B0-6A5E-4B64-9B61-8F2A3A53F222");
        let specimen = patch(third(Specimen::clean().small(), &kind, 2048), THIRD_AT, &home);
        let fstab = format!("/dev/vda2 / ext4 defaults 0 1\n{device} /home ext4 defaults 0 2\n");
        let report =
            specimen.with(|specimen| specimen.size_bytes = 80 * MIB).file("/etc/fstab", &fstab).build();
        let report = report.certify(&Profile::kvm());
        let judged = report.rule("L21").expect("a rule");
        let path = judged.evidence.first().and_then(|piece| piece.path.as_deref());
        assert_eq!(path, Some("/home/old/.ssh/authorized_keys"), "{device}: {judged:#?}");
    }
}

#[test]
fn a_system_on_a_logical_volume_is_read_and_certified_with_a_warning() {
    let report = check(logical(Specimen::clean(), b"", 0), &Profile::kvm(), &["P05"]);
    let told: Vec<_> = report
        .partitions
        .iter()
        .map(|stretch| (stretch.number, stretch.name.as_str(), stretch.is_logical, stretch.is_root))
        .collect();
    assert_eq!(
        told,
        [
            (1, "", false, false),
            (2, "", false, false),
            (2, "system/root", true, true),
            (2, "system/second", true, false)
        ]
    );
}

#[test]
fn malware_in_a_logical_volume_is_found_with_its_path_wherever_it_lies() {
    // Larger than what is left of the first run, so that the file lies in both.
    let mut content = vec![b'a'; 20 << 20];
    let at = content.len() - 1000;
    content[at..at + 68].copy_from_slice(&eicar());
    let report = logical(Specimen::clean(), b"", 0)
        .bytes_file("/srv/large", &content)
        .build()
        .certify(&Profile::kvm());
    let judged = report.rule("M01").expect("a rule");
    let found: Vec<_> = judged.evidence.iter().map(|piece| (piece.path.as_deref(), piece.offset)).collect();
    assert_eq!(found, [(Some("/srv/large"), Some(at as u64))]);
}

#[test]
fn a_volume_group_that_cannot_be_read_whole_is_never_certified() {
    // The metadata says that a segment lies on a volume that is not there.
    let specimen = logical(Specimen::clean(), b"", 0);
    let report = patch(specimen, ROOT_AT + 4096 + 40, &[0xff]).build().certify(&Profile::kvm());
    assert_eq!(report.verdict, Overall::NotCertified);
    let judged = report.rule("P09").expect("a rule");
    assert_eq!((judged.verdict, judged.evidence[0].offset), (Verdict::Fail, Some(ROOT_AT)));
    assert_eq!(report.rule("M01").expect("a rule").verdict, Verdict::NotDecided);
    assert_eq!(report.rule("L20").expect("a rule").verdict, Verdict::NotDecided);
    assert_eq!(SECOND_AT, 45_088_768, "the place that the faults above name");
}
