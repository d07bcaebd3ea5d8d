//! Kernels, initramfs files and unified kernel images as Debian's own tools make them.

use std::fs;
use std::process::{Command, Stdio};

use certifier::finding::Verdict;
use certifier::linux::initramfs::names;
use certifier::profile::Profile;

use crate::specimen::{Specimen, elf, folder, run};

/// A cpio archive that `cpio` made of files with these names.
fn cpio(names: &[String]) -> Vec<u8> {
    let contents: Vec<String> = names.iter().map(|name| format!("content of {name}")).collect();
    let files = names.iter().zip(&contents);
    cpio_of(&files.map(|(name, content)| (name.as_str(), content.as_bytes())).collect::<Vec<_>>())
}

/// A cpio archive that `cpio` made of these files.
pub fn cpio_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let folder = folder();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a name within the folder")).expect("room for a folder");
        fs::write(path, content).expect("room for a file");
    }
    let archive = folder.path().join("archive");
    let list = files.iter().map(|(name, _)| *name).collect::<Vec<_>>().join("\n");
    run(
        Command::new("cpio")
            .args(["-o", "-H", "newc", "--quiet", "-F"])
            .arg(&archive)
            .current_dir(folder.path()),
        list.as_bytes(),
    );
    fs::read(archive).expect("cpio wrote it")
}

fn packed(tool: &[&str], bytes: &[u8]) -> Vec<u8> {
    let folder = folder();
    let path = folder.path().join("plain");
    fs::write(&path, bytes).expect("room for a file");
    let output = Command::new(tool[0])
        .args(&tool[1..])
        .stdin(fs::File::open(&path).expect("it was just made"))
        .stderr(Stdio::inherit())
        .output()
        .unwrap_or_else(|cause| panic!("{} starts: {cause}", tool[0]));
    assert!(output.status.success(), "{tool:?}");
    output.stdout
}

fn modules() -> Vec<String> {
    Specimen::DRIVERS.map(|module| format!("usr/lib/modules/6.1.0/kernel/{module}.ko.xz")).into()
}

#[test]
fn an_initramfs_is_read_however_it_is_packed_and_whatever_stands_before_it() {
    let early = cpio(&["kernel/x86/microcode/AuthenticAMD.bin".to_owned()]);
    let main = cpio(&modules());
    let tools: [&[&str]; 8] = [
        &["cat"],
        &["gzip", "-c", "-9"],
        &["xz", "-c", "-8", "--check=crc32"],
        &["xz", "-c", "--format=lzma"],
        &["zstd", "-c", "-q", "-1", "-T0"],
        &["zstd", "-c", "-q", "-19"],
        &["lz4", "-c", "-q", "-9", "-l"],
        &["lz4", "-c", "-q"],
    ];
    for tool in tools {
        let found = names(&[early.clone(), packed(tool, &main)].concat()[..]).expect("a good initramfs");
        assert!(modules().iter().all(|module| found.contains(module)), "{tool:?}: {found:?}");
        assert!(found.contains("kernel/x86/microcode/AuthenticAMD.bin"), "{tool:?}");
    }
}

/// A unified kernel image as `objcopy` makes it of systemd's stub.
fn unified(arguments: &str, initramfs: &[u8]) -> Vec<u8> {
    const STUB: &str = "/usr/lib/systemd/boot/efi/linuxx64.efi.stub";
    let folder = folder();
    let sections: [(&str, &[u8], u64); 4] = [
        (".cmdline", arguments.as_bytes(), 0x30000),
        (".uname", b"6.1.0", 0x40000),
        (".linux", &[0; 4096], 0x200_0000),
        (".initrd", initramfs, 0x300_0000),
    ];
    let mut command = Command::new("objcopy");
    for (name, content, address) in sections {
        let path = folder.path().join(&name[1..]);
        fs::write(&path, content).expect("room for a file");
        command.arg("--add-section").arg(format!("{name}={}", path.display()));
        command.arg("--change-section-vma").arg(format!("{name}={address:#x}"));
    }
    let image = folder.path().join("image.efi");
    run(command.arg(STUB).arg(&image), b"");
    fs::read(image).expect("objcopy wrote it")
}

/// Checks what rules say of a system that boots a unified kernel image, and at which byte the first of them sees a fault.
#[track_caller]
fn check(arguments: &str, drivers: &[String], expected: [(&str, Verdict); 4]) -> Option<u64> {
    let initramfs = packed(&["zstd", "-c", "-q"], &cpio(drivers));
    let specimen = Specimen::clean()
        .without("/boot/grub/grub.cfg")
        .without("/boot/vmlinuz-6.1.0")
        .without("/boot/initrd.img-6.1.0")
        .bytes_file("/boot/efi/EFI/Linux/debian-6.1.0.efi", &unified(arguments, &initramfs));
    let report = specimen.build().certify(&Profile::strict());
    for (id, verdict) in expected {
        let judged = report.rule(id).expect("a rule");
        assert_eq!(judged.verdict, verdict, "{judged:#?}");
    }
    report.rule(expected[0].0).and_then(|judged| judged.evidence.first()?.offset)
}

#[test]
fn a_unified_kernel_image_is_read_by_its_sections() {
    use Verdict::{Fail, Pass};
    let good = "root=/dev/vda2 earlyprintk=ttyS0 console=ttyS0";
    check(good, &modules(), [("L08", Pass), ("L09", Pass), ("K01", Pass), ("L11", Pass)]);
    let lacking = vec!["init".to_owned()];
    let at = check("root=/dev/vda2", &lacking, [("L08", Fail), ("L09", Fail), ("K01", Fail), ("L11", Fail)]);
    let image = unified("root=/dev/vda2", b"");
    let at = at.expect("the byte of the command line") as usize;
    assert!(image[at..].starts_with(b"root=/dev/vda2"));
}

/// A FAT filesystem of a mebibyte with one file in it.
fn efi_partition(path: &str, content: &[u8]) -> Vec<u8> {
    let folder = folder();
    let (volume, file) = (folder.path().join("esp"), folder.path().join("file"));
    fs::write(&file, content).expect("room for a file");
    run(Command::new("mkfs.fat").arg("-C").arg(&volume).arg("1024"), b"");
    for (at, _) in path.match_indices('/').skip(1) {
        run(Command::new("mmd").arg("-i").arg(&volume).arg(format!("::{}", &path[..at])), b"");
    }
    run(Command::new("mcopy").arg("-i").arg(&volume).arg(&file).arg(format!("::{path}")), b"");
    fs::read(volume).expect("it was just made")
}

#[test]
fn a_unified_kernel_image_on_the_efi_partition_is_what_boots() {
    let initramfs = packed(&["lz4", "-c", "-q", "-l"], &cpio(&modules()));
    let image = unified("root=/dev/vda2 quiet", &initramfs);
    let specimen = Specimen::clean().with(|specimen| {
        specimen.bytes.push((1 << 20, efi_partition("/EFI/BOOT/BOOTX64.EFI", &image)));
    });
    let report = specimen.build().certify(&Profile::strict());
    let verdict = |id: &str| report.rule(id).expect("a rule").verdict;
    // The disk has a GRUB menu with a console too, but the firmware never comes to it.
    assert_eq!(
        (verdict("L08"), verdict("K01"), verdict("L11")),
        (Verdict::Fail, Verdict::Pass, Verdict::Pass)
    );
    let path = report.rule("L08").and_then(|judged| judged.evidence.first()?.path.clone());
    assert_eq!(path.as_deref(), Some("/boot/efi/EFI/BOOT/BOOTX64.EFI"));
}

#[test]
fn what_lies_in_an_image_within_the_initramfs_is_not_taken_for_missing() {
    let initramfs = packed(&["gzip", "-c"], &cpio(&["squashfs-root.img".to_owned()]));
    let specimen = Specimen::clean().bytes_file("/boot/initrd.img-6.1.0", &initramfs);
    let report = specimen.build().certify(&Profile::strict());
    for id in ["K01", "L11"] {
        assert_eq!(report.rule(id).expect("a rule").verdict, Verdict::NotDecided, "{id}");
    }
}

#[test]
fn an_enabled_agent_may_be_started_by_an_old_init_too() {
    let specimen = Specimen::clean()
        .without("/etc/systemd/system/multi-user.target.wants/walinuxagent.service")
        .program("/bin/busybox", &elf(2, 62))
        .link("/sbin/init", "../bin/busybox")
        .file("/etc/inittab", "::sysinit:/etc/init.d/rcS\n::respawn:/usr/sbin/waagent -daemon\n");
    let report = specimen.build().certify(&Profile::strict());
    assert_eq!(report.rule("L05").expect("a rule").verdict, Verdict::Pass);
}

#[test]
fn the_day_of_judging_is_the_profiles_and_is_named_in_the_report() {
    let image = Specimen::clean().small().build();
    let later =
        Profile::parse("base = \"azure\"\n[thresholds]\njudged_as_of = \"2040-01-01\"\n").expect("good");
    let report = image.certify(&later);
    assert_eq!(report.rule("L02").expect("a rule").verdict, Verdict::Fail);
    assert_eq!(report.profile_differences, ["judged_as_of = \"2040-01-01\""]);
    assert_eq!(image.certify(&Profile::azure()).rule("L02").expect("a rule").verdict, Verdict::Pass);
}

#[test]
fn a_declared_firewall_is_no_fault() {
    let unit = "/etc/systemd/system/multi-user.target.wants/firewalld.service";
    let specimen = Specimen::clean()
        .file("/usr/lib/systemd/system/firewalld.service", "[Service]\nExecStart=/usr/sbin/firewalld\n")
        .link(unit, "/usr/lib/systemd/system/firewalld.service");
    let declared =
        Profile::parse("base = \"azure\"\n[thresholds]\nfirewall_declared = true\n").expect("good");
    let image = specimen.build();
    assert_eq!(image.certify(&declared).rule("L36").expect("a rule").verdict, Verdict::Pass);
    assert_eq!(image.certify(&Profile::azure()).rule("L36").expect("a rule").verdict, Verdict::Warn);
}
