//! Every rule is held by the clean specimen, and broken by one in which its fault is planted.

use std::collections::BTreeSet;

use certifier::anchors::EICAR;
use certifier::finding::Verdict;
use certifier::profile::Profile;
use certifier::report::{Judged, Overall};
use certifier::rulebook::{Needs, RULEBOOK, rule_of};

use crate::faults_content::{LEFTOVERS, MALWARE, SECRETS};
use crate::specimen::{ESP_LINE, GIB, MIB, Specimen, elf};
use crate::{faults_boot, faults_packages, faults_volumes, faults_windows};

const SHA512_OF_TOOR: &str = "$6$rounds=2000$abcdefgh$MWy1/gPZA84gq6jKohW.l4iSqquUlitX/5jpG9dx7ky9aUOACQXVXkF2XHIBGvTIAtVx2PgQdCMFpLWl/csLp1";

/// A fault: the rule that must find it, what it must say, and where: `path:line`, `path`, `@offset` or nothing.
pub struct Fault {
    pub rule: &'static str,
    pub verdict: Verdict,
    pub place: &'static str,
    pub plant: fn(Specimen) -> Specimen,
}

pub const fn fault(rule: &'static str, place: &'static str, plant: fn(Specimen) -> Specimen) -> Fault {
    Fault { rule, verdict: Verdict::Fail, place, plant }
}

pub const fn warning(rule: &'static str, place: &'static str, plant: fn(Specimen) -> Specimen) -> Fault {
    Fault { rule, verdict: Verdict::Warn, place, plant }
}

fn footer(specimen: Specimen, at: usize, bytes: &[u8]) -> Specimen {
    specimen.with(|specimen| specimen.footer.push((at, bytes.to_vec())))
}

fn size(specimen: Specimen, size_bytes: u64) -> Specimen {
    specimen.with(|specimen| specimen.size_bytes = size_bytes)
}

pub fn table(specimen: Specimen, text: &str) -> Specimen {
    specimen.with(|specimen| specimen.table = text.to_owned())
}

pub fn patch(specimen: Specimen, at: u64, bytes: &[u8]) -> Specimen {
    specimen.with(|specimen| specimen.bytes.push((at, bytes.to_vec())))
}

fn length(specimen: Specimen, bytes: u64) -> Specimen {
    specimen.with(|specimen| specimen.length = Some(bytes))
}

const CONTAINER: &[Fault] = &[
    fault("V01", "@32212254720", |s| patch(s, 30 * GIB, &[0; 512])),
    fault("V02", "@32212254784", |s| footer(s, 64, &[1, 2, 3, 4])),
    fault("V03", "@32212254780", |s| footer(s, 60, &3_u32.to_be_bytes())),
    fault("V04", "@32212255280", |s| size(s, 30 * GIB + 512)),
    fault("V05", "", |s| {
        let s = footer(s, 48, &(29 * GIB).to_be_bytes());
        footer(s, 40, &(29 * GIB).to_be_bytes())
    }),
    fault("V05", "", |s| footer(s, 48, &(31 * GIB).to_be_bytes())),
    fault("V06", "@32212254768", |s| footer(s, 48, &(19 * MIB).to_be_bytes())),
    fault("V07", "@32212254768", |s| footer(s, 48, &(1024 * GIB).to_be_bytes())),
    fault("V08", "@67108912", |s| size(s, 64 * MIB)),
    warning("V08", "@2147483696", |s| size(s, 2 * GIB)),
    fault("V09", "@32212254732", |s| footer(s, 12, &[0, 2, 0, 0])),
    fault("V10", "@32212254736", |s| footer(s, 16, &0xffff_ffff_u64.to_be_bytes())),
    fault("V11", "@32212254760", |s| footer(s, 40, &GIB.to_be_bytes())),
    fault("V12", "@32212254804", |s| footer(s, 84, &[1])),
    warning("V12", "@32212254805", |s| footer(s, 300, b"note")),
    fault("V13", "@32212254776", |s| footer(s, 56, &[0xff, 0xfe, 16, 255])),
    fault("V14", "@32212254748", |s| footer(s, 28, b"qemu")),
    fault("V15", "", |s| patch(s, 512, b"cxsparse")),
    fault("V16", "@32212254788", |s| footer(s, 68, &[0; 16])),
    fault("V17", "", |s| s.with(|specimen| specimen.file_name = "100%.vhd".to_owned())),
    warning("V18", "", |s| size(s, 300 * GIB)),
];

pub const ROOT_LINE: &str = "start=4096,size=65536,type=0FC63DAF-8483-4772-8E79-3D69D8477DE4\n";

const PARTITIONS: &[Fault] = &[
    fault("P01", "", |s| table(s, "")),
    fault("P01", "", |s| patch(s, 512 + 20, &[9])),
    warning("P01", "", |s| patch(s, 30 * GIB - 512, &[0; 512])),
    fault("P02", "@262144", |s| {
        table(
            s,
            &format!(
                "label: gpt\nfirst-lba: 34\nstart=512,size=1024,type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B\n{ROOT_LINE}"
            ),
        )
    }),
    fault("P02", "@17408", |s| patch(s, 100_000, b"hidden")),
    fault("P03", "@68157440", |s| {
        table(
            s,
            &format!(
                "label: gpt\n{ESP_LINE}{ROOT_LINE}start=133120,size=2048,type=0657FD6D-A4AB-43C4-84E5-0933C84B4F4F\n"
            ),
        )
    }),
    fault("P03", "@68157440", |s| {
        let s = table(
            s,
            &format!(
                "label: gpt\n{ESP_LINE}{ROOT_LINE}start=133120,size=2048,type=0FC63DAF-8483-4772-8E79-3D69D8477DE4\n"
            ),
        );
        patch(s, 65 * MIB + 4086, b"SWAPSPACE2")
    }),
    fault("P07", "", |s| table(s, &format!("label: gpt\n{ROOT_LINE}"))),
    fault("P08", "", |s| {
        let s = table(s, "label: dos\nstart=4096,size=65536,type=83,bootable\n");
        // The entry claims more sectors than there are.
        patch(s, 446 + 12, &0x7fff_ffff_u32.to_le_bytes())
    }),
];

const LINUX: &[Fault] = &[
    fault("L01", "/sbin/init", |s| s.program("/usr/lib/systemd/systemd", &elf(1, 3))),
    fault("L03", "", |s| s.file("/var/lib/dpkg/status", "")),
    fault("L03", "/var/lib/dpkg/status:3", |s| {
        s.file("/var/lib/dpkg/status", "Package: waagent\nStatus: install ok installed\nVersion: 2.2.40-1\n")
    }),
    warning("L03", "/var/lib/dpkg/status:3", |s| {
        s.file("/var/lib/dpkg/status", "Package: waagent\nStatus: install ok installed\nVersion: 2.2.50-1\n")
            .file("/etc/waagent.conf", "AutoUpdate.Enabled=n\n")
    }),
    fault("L08", "/boot/grub/grub.cfg:2", |s| {
        s.file(
            "/boot/grub/grub.cfg",
            "menuentry 'x' {\nlinux /boot/vmlinuz-6.1.0 quiet\ninitrd /boot/initrd.img-6.1.0\n}\n",
        )
    }),
    fault("L14", "/etc/fstab:2", |s| {
        s.file("/etc/fstab", "/dev/vda2 / ext4 defaults 0 1\nUUID=1 none swap sw 0 0\n")
    }),
    fault("L14", "/etc/systemd/system/swapfile.swap", |s| {
        s.file("/etc/systemd/system/swapfile.swap", "[Swap]\nWhat=/swapfile\n")
    }),
    fault("L14", "/swapfile", |s| {
        let mut swap = vec![0; 8192];
        swap[4086..4096].copy_from_slice(b"SWAPSPACE2");
        s.bytes_file("/swapfile", &swap)
    }),
    fault("L16", "/usr/sbin/sshd", |s| s.without("/usr/sbin/sshd")),
    fault("L16", "/usr/sbin/sshd", |s| s.without("/etc/systemd/system/multi-user.target.wants/ssh.service")),
    fault("L16", "/etc/systemd/system/ssh.service", |s| {
        s.link("/etc/systemd/system/ssh.service", "/dev/null")
    }),
    fault("L17", "/etc/ssh/sshd_config", |s| s.file("/etc/ssh/sshd_config", "Port 22\n")),
    fault("L17", "/etc/ssh/sshd_config:1", |s| s.file("/etc/ssh/sshd_config", "ClientAliveInterval 600\n")),
    fault("L17", "/etc/ssh/sshd_config.d/1.conf:1", |s| {
        s.file("/etc/ssh/sshd_config.d/1.conf", "ClientAliveInterval 0\n")
    }),
    warning("L17", "/etc/ssh/sshd_config:1", |s| s.file("/etc/ssh/sshd_config", "ClientAliveInterval 5\n")),
    warning("L17", "/etc/ssh/sshd_config", |s| {
        s.file("/etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\n")
            .file("/etc/ssh/sshd_config.d/50.conf", "ClientAliveInterval 180\n")
    }),
    fault("L18", "/etc/ssh/sshd_config:2", |s| {
        s.file("/etc/ssh/sshd_config", "ClientAliveInterval 180\nPermitRootLogin yes\n")
    }),
    fault("L18", "/etc/ssh/sshd_config:3", |s| {
        s.file(
            "/etc/ssh/sshd_config",
            "ClientAliveInterval 180\nMatch User guest\nPermitEmptyPasswords yes\n",
        )
    }),
    fault("L19", "/etc/ssh/ssh_host_ed25519_key", |s| s.file("/etc/ssh/ssh_host_ed25519_key", "key\n")),
    fault("L20", "/etc/shadow:1", |s| s.file("/etc/shadow", "root::1::::::\ndaemon:*:1::::::\n")),
    fault("L20", "/etc/shadow:2", |s| {
        s.file("/etc/shadow", &format!("daemon:*:1::::::\nroot:{SHA512_OF_TOOR}:1::::::\n"))
    }),
    fault("L21", "/root/.ssh/authorized_keys:2", |s| {
        s.file("/root/.ssh/authorized_keys", "# mine\nssh-ed25519 AAAA me@home\n")
    }),
    fault("L21", "/home/old/.ssh/authorized_keys:1", |s| {
        s.file("/home/old/.ssh/authorized_keys", "ssh-rsa AAAA x\n")
    }),
    fault("L24", "/root/.bash_history", |s| s.file("/root/.bash_history", "passwd\n")),
    fault("L25", "/etc/machine-id:1", |s| s.file("/etc/machine-id", "0123456789abcdef0123456789abcdef\n")),
    fault("L25", "/var/lib/cloud/instances", |s| s.file("/var/lib/cloud/instances/i-1/datasource", "x")),
    fault("L25", "/var/lib/waagent/SharedConfig.xml", |s| {
        s.file("/var/lib/waagent/SharedConfig.xml", "<x/>")
    }),
    warning("L25", "/var/lib/dhcp/dhclient.eth0.leases", |s| {
        s.file("/var/lib/dhcp/dhclient.eth0.leases", "lease {}\n")
    }),
    warning("L25", "/etc/resolv.conf:1", |s| s.file("/etc/resolv.conf", "nameserver 10.0.0.1\n")),
    fault("K01", "/boot/initrd.img-6.1.0", |s| {
        s.bytes_file("/boot/initrd.img-6.1.0", &Specimen::initramfs(&["virtio_net", "ahci"]))
    }),
    fault("K02", "/etc/halle/seed-reader", |s| s.without("/usr/bin/cloud-init")),
    fault("K02", "/etc/cloud/cloud.cfg:2", |s| {
        s.file("/etc/cloud/cloud.cfg", "# cloud\ndatasource_list: [ Azure ]\n")
    }),
    fault("K02", "/etc/cloud/cloud-init.disabled", |s| s.file("/etc/cloud/cloud-init.disabled", "")),
];

pub fn eicar() -> Vec<u8> {
    EICAR.clone()
}

#[track_caller]
fn check(faults: &[Fault]) {
    for fault in faults {
        let report = (fault.plant)(Specimen::clean()).build().certify(&Profile::strict());
        let judged = report.rule(fault.rule).expect("the rulebook has this rule");
        assert_eq!(judged.verdict, fault.verdict, "{} at {}: {judged:#?}", fault.rule, fault.place);
        let places: Vec<String> = judged
            .evidence
            .iter()
            .map(|piece| match (&piece.path, piece.line, piece.offset) {
                (Some(path), Some(line), _) => format!("{path}:{line}"),
                (Some(path), None, _) => path.clone(),
                (None, _, Some(offset)) => format!("@{offset}"),
                (None, _, None) => String::new(),
            })
            .collect();
        let found = fault.place.is_empty() || places.iter().any(|place| place == fault.place);
        assert!(found, "{} is not at {} but at {places:?}", fault.rule, fault.place);
        if fault.verdict == Verdict::Fail {
            assert_eq!(report.verdict, Overall::NotCertified, "{}", fault.rule);
        }
        assert!(judged.remedy.is_some(), "{} says what to do", fault.rule);
    }
}

#[test]
fn every_fault_of_a_container_is_found_where_it_is() {
    check(CONTAINER);
}

#[test]
fn every_fault_of_a_partition_table_is_found_where_it_is() {
    check(PARTITIONS);
}

#[test]
fn every_fault_of_a_volume_is_found_where_it_is() {
    check(faults_volumes::FAULTS);
}

#[test]
fn every_fault_of_a_linux_system_is_found_with_path_and_line() {
    let (half, rest) = LINUX.split_at(LINUX.len() / 2);
    std::thread::scope(|scope| {
        scope.spawn(|| check(half));
        check(rest);
    });
}

/// Whether a disk with Linux could break a rule: not if it is about Windows, or about a running machine.
pub fn concerns_linux(judged: &Judged) -> bool {
    let needs = rule_of(&judged.id).expect("a rule").needs;
    judged.id != "W12" && !matches!(needs, Needs::Boot | Needs::Windows)
}

#[test]
fn every_fault_of_boot_and_network_is_found_with_path_and_line() {
    let (half, rest) = faults_boot::FAULTS.split_at(faults_boot::FAULTS.len() / 2);
    std::thread::scope(|scope| {
        scope.spawn(|| check(half));
        check(rest);
    });
}

#[test]
fn every_secret_is_found_with_path_and_line() {
    check(SECRETS);
}

#[test]
fn malware_and_archives_that_cannot_be_read_are_found_with_their_path() {
    check(MALWARE);
}

#[test]
fn everything_left_over_is_found_with_path_and_line() {
    check(LEFTOVERS);
}

#[test]
fn every_fault_of_what_is_installed_is_found_with_its_line() {
    check(faults_packages::FAULTS);
}

#[test]
fn every_rule_of_the_rulebook_has_a_specimen_that_breaks_it() {
    let all = [
        CONTAINER,
        PARTITIONS,
        LINUX,
        faults_boot::FAULTS,
        faults_volumes::FAULTS,
        faults_packages::FAULTS,
        SECRETS,
        MALWARE,
        LEFTOVERS,
    ];
    let planted = all.into_iter().flatten().map(|fault| fault.rule);
    let broken: BTreeSet<&str> = planted.chain(faults_windows::rules()).collect();
    // What only a running machine shows is never broken, and never passed.
    let asked = RULEBOOK.iter().filter(|rule| rule.needs != Needs::Boot);
    let rules: BTreeSet<&str> = asked.map(|rule| rule.id).collect();
    assert_eq!(broken, rules);
}

#[test]
fn the_clean_specimen_holds_every_rule_of_every_profile() {
    let image = Specimen::clean().build();
    for profile in [Profile::strict(), Profile::azure(), Profile::kvm()] {
        let report = image.certify(&profile);
        assert_eq!(
            report.verdict,
            Overall::Certified,
            "{}",
            certifier::text::write(&report, certifier::words::Language::En, false)
        );
        assert!(report.with_verdict(Verdict::Warn).next().is_none());
        assert!(!report.with_verdict(Verdict::NotDecided).any(concerns_linux));
    }
    let strict = image.certify(&Profile::strict());
    let mut asked = strict.rules.iter().filter(|judged| concerns_linux(judged));
    assert!(asked.all(|judged| judged.verdict == Verdict::Pass), "{:#?}", strict.rules);
}

/// A system without cloud-init or systemd, as small images are made.
fn busybox() -> Specimen {
    Specimen::clean()
        .small()
        .without("/usr/bin/cloud-init")
        .without("/etc/systemd/system/multi-user.target.wants/ssh.service")
        .without("/usr/sbin/sshd")
        .program("/bin/busybox", &elf(2, 62))
        .link("/sbin/init", "../bin/busybox")
        .file("/etc/inittab", "::sysinit:/etc/init.d/rcS\nttyS0::respawn:/sbin/getty 115200 ttyS0\n")
        .program("/etc/init.d/rcS", b"#!/bin/sh\nmount -a\n/usr/lib/halle/seed\n/usr/sbin/dropbear -R -s\n")
        .program("/usr/sbin/dropbear", &elf(2, 62))
        .file("/etc/halle/seed-reader", "# reads the seed\n/usr/lib/halle/seed\n")
        .program("/usr/lib/halle/seed", b"#!/bin/sh\nmount LABEL=cidata /mnt\n")
}

/// Checks what K02, L16 and L18 say of a busybox system, in that order.
#[track_caller]
fn check_busybox(specimen: Specimen, expected: [Verdict; 3]) {
    let report = specimen.build().certify(&Profile::kvm());
    let found = ["K02", "L16", "L18"].map(|id| report.rule(id).expect("a rule").verdict);
    assert_eq!(found, expected, "{}", certifier::text::write(&report, certifier::words::Language::En, false));
}

#[test]
fn a_busybox_image_declares_its_own_seed_reader() {
    use Verdict::{Fail, Pass, Warn};
    check_busybox(busybox(), [Pass, Pass, Pass]);
    assert_eq!(busybox().build().certify(&Profile::kvm()).verdict, Overall::Certified);
    check_busybox(busybox().without("/etc/halle/seed-reader"), [Fail, Pass, Pass]);
    check_busybox(busybox().program("/usr/lib/halle/seed", b"#!/bin/sh\necho hello\n"), [Fail, Pass, Pass]);
    check_busybox(
        busybox().file("/usr/lib/halle/seed", "#!/bin/sh\nmount LABEL=cidata /mnt\n"),
        [Fail, Pass, Pass],
    );
    check_busybox(
        busybox().program("/etc/init.d/rcS", b"#!/bin/sh\n/usr/sbin/dropbear -R\n"),
        [Fail, Pass, Warn],
    );
    check_busybox(
        busybox().program("/etc/init.d/rcS", b"#!/bin/sh\n/usr/lib/halle/seed\n"),
        [Pass, Fail, Verdict::NotDecided],
    );
}

#[test]
fn malware_is_found_in_a_file_that_is_cut_into_pieces() {
    // Half of the signature at the end of one block, half at the start of the next, which lies elsewhere on the disk.
    let mut content = vec![b'a'; 8 << 10];
    let at = 3 * 1024 - 30;
    content[at..at + 68].copy_from_slice(&EICAR);
    let specimen = Specimen::clean().small().bytes_file("/srv/cut", &content);
    let specimen = specimen.with(|specimen| specimen.scattered = Some(("/srv/cut".to_owned(), 3, 6)));
    let image = specimen.build();
    let bytes = std::fs::read(&image.path).expect("a small file");
    assert!(
        !bytes.windows(EICAR.len()).any(|piece| piece == &EICAR[..]),
        "in the order of the disk there is nothing to see"
    );
    let report = image.certify(&Profile::kvm());
    let judged = report.rule("M01").expect("a rule");
    assert_eq!(judged.evidence.len(), 1, "{judged:#?}");
    assert_eq!(
        (judged.evidence[0].path.as_deref(), judged.evidence[0].offset),
        (Some("/srv/cut"), Some(at as u64))
    );
}

#[test]
fn malware_is_found_outside_every_file() {
    let specimen = Specimen::clean().small();
    let free = specimen.root_lba * 512 + specimen.root_bytes - 200_000;
    let report = patch(specimen, free, &EICAR).build().certify(&Profile::kvm());
    let judged = report.rule("M01").expect("a rule");
    assert_eq!(judged.verdict, Verdict::Fail);
    assert_eq!((judged.evidence[0].path.as_deref(), judged.evidence[0].offset), (None, Some(free)));
}

#[test]
fn a_truncated_file_is_told_apart_from_one_that_is_too_long() {
    let cut = length(Specimen::clean().small(), 40 * MIB).build().certify(&Profile::azure());
    assert_eq!(cut.rule("V01").expect("a rule").verdict, Verdict::Fail);
    let long = length(Specimen::clean().small(), 64 * MIB + 600).build().certify(&Profile::azure());
    let judged = long.rule("V01").expect("a rule");
    assert_eq!(judged.reason.key, "V01.displaced");
}
