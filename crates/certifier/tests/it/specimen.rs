//! Specimens: small real disk images, made with Debian's own tools, clean unless something is planted in them.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::{FileExt, PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use certifier::advisories::day::Day;
use certifier::advisories::import::Import;
use certifier::advisories::store::Store;
use certifier::certify_given;
use certifier::facts::Given;
use certifier::profile::Profile;
use certifier::progress::Silent;
use certifier::report::Report;
use certifier::stored::{Stored, certify_and_store, judge_stored};
use disk::container::vhd::footer_for;
use disk::read_at::{FileImage, ReadAt};
use tempfile::TempDir;

use crate::layouts::{self, Layout, loader};

pub const MIB: u64 = 1 << 20;
pub const GIB: u64 = 1 << 30;
const SECTOR: u64 = 512;
const ESP_AT: u64 = MIB;
/// The EFI system partition of every specimen that has one at its usual place.
pub const ESP_LINE: &str = "start=2048,size=2048,type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B\n";

pub struct Specimen {
    pub file_name: String,
    pub size_bytes: u64,
    /// What sfdisk is told. The last Linux partition gets the root filesystem.
    pub table: String,
    /// The sector at which the root filesystem begins.
    pub root_lba: u64,
    pub root_bytes: u64,
    /// What the root filesystem is, and what it lies in.
    pub layout: Layout,
    /// The loader on the EFI system partition; with `None` the partition stays blank.
    pub loader: Option<Vec<u8>>,
    /// Patches to the footer, before its checksum is made good.
    pub footer: Vec<(usize, Vec<u8>)>,
    /// Patches to the whole file, after everything else.
    pub bytes: Vec<(u64, Vec<u8>)>,
    /// The length of the file, if not that of the disk and its footer.
    pub length: Option<u64>,
    /// A file two of whose blocks change places on the disk, while the file stays as it is.
    pub scattered: Option<(String, u64, u64)>,
    pub judged_on: Day,
    root: TempDir,
}

/// A temporary folder, in memory where that is possible: the tools that make specimens sync all they write.
pub fn folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a temporary directory")
}

/// The first bytes of a 64-bit program for x86-64.
pub fn elf(class: u8, machine: u8) -> Vec<u8> {
    let mut bytes = vec![0; 64];
    bytes[..6].copy_from_slice(&[0x7f, b'E', b'L', b'F', class, 1]);
    bytes[16] = 2;
    bytes[18] = machine;
    bytes
}

/// The head of a kernel that has a 64-bit entry.
fn kernel() -> Vec<u8> {
    let mut bytes = vec![0; 4096];
    bytes[0x202..0x206].copy_from_slice(b"HdrS");
    bytes[0x236] = 1;
    bytes
}

/// A cpio archive with these names.
pub fn cpio(names: &[&str]) -> Vec<u8> {
    let mut archive = Vec::new();
    for name in names.iter().chain(&["TRAILER!!!"]) {
        archive.extend(b"070701");
        for field in [0, 0o100_644, 0, 0, 1, 0, 0, 0, 0, 0, 0, name.len() + 1, 0] {
            archive.extend(format!("{field:08x}").bytes());
        }
        archive.extend(name.bytes().chain([0]));
        archive.resize(archive.len().next_multiple_of(4), 0);
    }
    archive
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut child = Command::new("gzip")
        .args(["-c", "-n"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("gzip is installed");
    child.stdin.take().expect("a pipe was asked for").write_all(bytes).expect("gzip reads");
    let mut packed = Vec::new();
    child.stdout.take().expect("a pipe was asked for").read_to_end(&mut packed).expect("gzip writes");
    child.wait().expect("gzip ends");
    packed
}

const GRUB: &str = "set default=\"0\"\nmenuentry 'Debian' {\n\tlinux /boot/vmlinuz-6.1.0 root=/dev/vda2 ro earlyprintk=ttyS0,115200 console=tty0 console=ttyS0,115200\n\tinitrd /boot/initrd.img-6.1.0\n}\n";
const CONFIG: &str =
    "# Linux 6.1.0\nCONFIG_HYPERV=m\nCONFIG_UDF_FS=y\nCONFIG_VFAT_FS=y\nCONFIG_CIFS=y\nCONFIG_WATCHDOG=y\n";
/// What dpkg says is installed.
pub const STATUS: &str = "Package: waagent\nStatus: install ok installed\nVersion: 2.9.1.1-1\n\n\
    Package: linux-image-6.1.0\nStatus: install ok installed\nSource: linux\nVersion: 6.1.76-1\n\n\
    Package: libssl3\nStatus: install ok installed\nSource: openssl\nVersion: 3.0.11-1~deb12u2\n\n\
    Package: openssh-server\nStatus: install ok installed\nSource: openssh\nVersion: 1:9.2p1-2+deb12u3\n\n\
    Package: python3\nStatus: install ok installed\nVersion: 3.11.2-1+b1\n\n";

/// The day on which specimens are judged, unless they say otherwise.
const TODAY: &str = "2026-11-22";

/// A feed of advisories that knows of the specimens' ecosystems.
const ADVISORIES: [&str; 3] = [
    r#"{"id":"DSA-1","modified":"2026-11-20T00:00:00Z","published":"2026-01-01T00:00:00Z","upstream":["CVE-2026-1"],
        "severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],"affected":[{"package":
        {"ecosystem":"Debian:12","name":"demo"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1.0-2"}]}]}]}"#,
    r#"{"id":"DSA-2","modified":"2026-11-21T00:00:00Z","published":"2026-11-21T00:00:00Z","upstream":["CVE-2026-2"],
        "severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],"affected":[{"package":
        {"ecosystem":"Debian:12","name":"fresh"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1.0-2"}]}]}]}"#,
    r#"{"id":"MAL-1","modified":"2026-11-01T00:00:00Z","published":"2026-11-01T00:00:00Z","affected":[{"package":
        {"ecosystem":"npm","name":"evil"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]}]}"#,
];

fn feed() -> Store {
    let mut import = Import::new();
    for record in ADVISORIES {
        import.add("record", record.as_bytes()).expect("there is room");
    }
    let mut bytes = Vec::new();
    import.write(&mut bytes).expect("memory can be written to");
    Store::open(Arc::new(bytes)).expect("it was just written")
}

impl Specimen {
    /// A disk with an empty filesystem.
    pub fn bare() -> Specimen {
        Specimen {
            file_name: "specimen.vhd".to_owned(),
            size_bytes: 30 * GIB,
            table: format!(
                "label: gpt\n{ESP_LINE}start=4096,size=65536,type=0FC63DAF-8483-4772-8E79-3D69D8477DE4\n"
            ),
            root_lba: 4096,
            root_bytes: 32 * MIB,
            layout: Layout::Ext4,
            loader: Some(loader()),
            footer: Vec::new(),
            bytes: Vec::new(),
            length: None,
            scattered: None,
            judged_on: Day::parse(TODAY).expect("a day"),
            root: folder(),
        }
    }

    /// A disk that every profile certifies without a warning.
    pub fn clean() -> Specimen {
        Specimen::bare()
            .file("/etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n")
            .file("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/:/usr/sbin/nologin\n")
            .file("/etc/shadow", "root:*:19000:0:99999:7:::\ndaemon:!:19000::::::\n")
            .file("/etc/fstab", "# <device>\n/dev/vda2 / ext4 defaults 0 1\n")
            .file("/etc/machine-id", "")
            .program("/usr/lib/systemd/systemd", &elf(2, 62))
            .link("/sbin/init", "/usr/lib/systemd/systemd")
            .program("/usr/sbin/sshd", &elf(2, 62))
            .file("/etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\nClientAliveInterval 180\n")
            .file("/usr/lib/systemd/system/ssh.service", "[Service]\nExecStart=/usr/sbin/sshd -D\n")
            .link(
                "/etc/systemd/system/multi-user.target.wants/ssh.service",
                "/usr/lib/systemd/system/ssh.service",
            )
            .program("/usr/bin/cloud-init", b"#!/usr/bin/python3\n")
            .program("/usr/lib/systemd/system-generators/cloud-init-generator", b"#!/bin/sh\n")
            .file("/var/lib/dpkg/status", STATUS)
            .file("/var/lib/dpkg/info/waagent.list", "/.\n/etc\n")
            .program("/usr/sbin/waagent", b"#!/usr/bin/python3\n")
            .file("/etc/waagent.conf", "# AutoUpdate.Enabled=y\nProvisioning.Agent=auto\n")
            .file(
                "/usr/lib/systemd/system/walinuxagent.service",
                "[Service]\nExecStart=/usr/sbin/waagent -daemon\n",
            )
            .link(
                "/etc/systemd/system/multi-user.target.wants/walinuxagent.service",
                "/usr/lib/systemd/system/walinuxagent.service",
            )
            .program("/usr/bin/apt-get", &elf(2, 62))
            .file("/etc/apt/sources.list", "deb https://deb.debian.org/debian bookworm main\n")
            .file("/boot/config-6.1.0", CONFIG)
            .file("/boot/grub/grub.cfg", GRUB)
            .bytes_file("/boot/vmlinuz-6.1.0", &kernel())
            .bytes_file("/boot/initrd.img-6.1.0", &Specimen::initramfs(&Specimen::DRIVERS))
    }

    /// What the initramfs holds: the drivers of the market's machines and of Hyper-V.
    pub const DRIVERS: [&'static str; 7] =
        ["virtio_blk", "virtio_pci", "virtio_net", "hv_vmbus", "hv_storvsc", "hv_netvsc", "hv_utils"];

    pub fn initramfs(modules: &[&str]) -> Vec<u8> {
        let names: Vec<String> =
            modules.iter().map(|module| format!("usr/lib/modules/6.1.0/kernel/{module}.ko")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        gzip(&cpio(&names))
    }

    fn place(&self, path: &str) -> PathBuf {
        let place = self.root.path().join(path.trim_start_matches('/'));
        fs::create_dir_all(place.parent().expect("paths are absolute")).expect("room for a folder");
        let _ = fs::remove_file(&place);
        place
    }

    pub fn bytes_file(self, path: &str, content: &[u8]) -> Specimen {
        fs::write(self.place(path), content).expect("room for a file");
        self
    }

    pub fn file(self, path: &str, content: &str) -> Specimen {
        self.bytes_file(path, content.as_bytes())
    }

    pub fn program(self, path: &str, content: &[u8]) -> Specimen {
        self.program_with_mode(path, content, 0o755)
    }

    pub fn program_with_mode(self, path: &str, content: &[u8], mode: u32) -> Specimen {
        let place = self.place(path);
        fs::write(&place, content).expect("room for a file");
        fs::set_permissions(place, Permissions::from_mode(mode)).expect("it is ours");
        self
    }

    pub fn link(self, path: &str, target: &str) -> Specimen {
        symlink(target, self.place(path)).expect("room for a link");
        self
    }

    /// Gives a file or a folder another name in its place.
    pub fn renamed(self, path: &str, name: &str) -> Specimen {
        let from = self.root.path().join(path.trim_start_matches('/'));
        fs::rename(&from, from.with_file_name(name)).expect("it was there");
        self
    }

    pub fn without(self, path: &str) -> Specimen {
        fs::remove_file(self.root.path().join(path.trim_start_matches('/'))).expect("it was there");
        self
    }

    pub fn with(mut self, change: impl FnOnce(&mut Specimen)) -> Specimen {
        change(&mut self);
        self
    }

    /// A small disk, for profiles that take one.
    pub fn small(self) -> Specimen {
        self.with(|specimen| specimen.size_bytes = 64 * MIB)
    }

    pub fn build(&self) -> Image {
        let folder = folder();
        let path = folder.path().join("disk.vhd");
        let file =
            OpenOptions::new().read(true).write(true).create_new(true).open(&path).expect("a new file");
        file.set_len(self.size_bytes).expect("a long file");
        if !self.table.is_empty() {
            run(Command::new("sfdisk").arg("--quiet").arg(&path), self.table.as_bytes());
        }
        let volume = folder.path().join("root.ext4");
        self.filesystem(&volume);
        let made = File::open(&volume).expect("it was just made");
        match self.layout {
            Layout::Logical { second, at } => {
                layouts::logical(&made, &file, self.root_lba * SECTOR, (second, at));
            }
            _ => copy_sparse(&made, &file, self.root_lba * SECTOR),
        }
        if let (Some(loader), true) = (&self.loader, self.table.contains(ESP_LINE)) {
            file.write_all_at(&layouts::esp(loader), ESP_AT).expect("room on the disk");
        }
        fs::remove_file(volume).expect("it is ours");
        let mut footer = footer_for(self.size_bytes, *b"specimen-of-disk", 0);
        for (at, patch) in &self.footer {
            footer[*at..at + patch.len()].copy_from_slice(patch);
        }
        if !self.footer.iter().any(|(at, _)| *at == 64) {
            let others = footer.iter().enumerate().filter(|(at, _)| !(64..68).contains(at));
            let sum = !others.map(|(_, byte)| u32::from(*byte)).sum::<u32>();
            footer[64..68].copy_from_slice(&sum.to_be_bytes());
        }
        file.write_all_at(&footer, self.size_bytes).expect("room for a footer");
        for (at, patch) in &self.bytes {
            file.write_all_at(patch, *at).expect("room for a patch");
        }
        if let Some(length) = self.length {
            file.set_len(length).expect("another length");
        }
        Image { file_name: self.file_name.clone(), path, judged_on: self.judged_on, _folder: folder }
    }

    fn filesystem(&self, volume: &PathBuf) {
        match self.layout {
            Layout::Xfs => return layouts::xfs(self.root.path(), volume, self.root_bytes),
            Layout::Ntfs => return layouts::ntfs(self.root.path(), volume, self.root_bytes),
            Layout::Btrfs => return layouts::btrfs(self.root.path(), volume, self.root_bytes),
            Layout::Ext4 | Layout::Logical { .. } => {}
        }
        let size = format!("{}k", self.root_bytes / 1024);
        let mut make = Command::new("mke2fs");
        make.args(["-q", "-F", "-t", "ext4", "-b", "1024", "-E", "root_owner=0:0", "-d"])
            .arg(self.root.path());
        if self.scattered.is_some() {
            // Blocks listed one by one can be exchanged without touching a tree.
            make.args(["-O", "^extent,^64bit,^metadata_csum"]);
        }
        run(make.arg(volume).arg(size), b"");
        if let Some((path, one, other)) = &self.scattered {
            scatter(volume, path, *one, *other);
        }
    }
}

/// Exchanges two blocks of a file on the disk, and in its map, so that the file reads as before.
fn scatter(volume: &PathBuf, path: &str, one: u64, other: u64) {
    let place = |block: u64| {
        let request = format!("bmap {path} {block}");
        let output = run(Command::new("debugfs").args(["-R", &request]).arg(volume), b"");
        output.trim().parse::<u64>().expect("debugfs names a block")
    };
    let (here, there) = (place(one), place(other));
    let commands = format!("sif {path} block[{one}] {there}\nsif {path} block[{other}] {here}\n");
    run(Command::new("debugfs").args(["-w", "-f", "/dev/stdin"]).arg(volume), commands.as_bytes());
    let file = OpenOptions::new().read(true).write(true).open(volume).expect("it was just made");
    let (mut first, mut second) = (vec![0; 1024], vec![0; 1024]);
    file.read_exact_at(&mut first, here * 1024).expect("the block is there");
    file.read_exact_at(&mut second, there * 1024).expect("the block is there");
    file.write_all_at(&second, here * 1024).expect("the block is there");
    file.write_all_at(&first, there * 1024).expect("the block is there");
}

pub fn run(command: &mut Command, input: &[u8]) -> String {
    let path = format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default());
    let mut child = command
        .env("PATH", path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|cause| {
            panic!(
                "{command:?} starts (e2fsprogs, fdisk, dosfstools, mtools and xfsprogs are needed): {cause}"
            )
        });
    child.stdin.take().expect("a pipe was asked for").write_all(input).expect("the program reads");
    let output = child.wait_with_output().expect("the program ends");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Copies what is not zero.
fn copy_sparse(from: &File, to: &File, offset: u64) {
    let size = from.metadata().expect("it is open").len();
    let mut buffer = vec![0; 64 << 10];
    for at in (0..size).step_by(buffer.len()) {
        let length = buffer.len().min((size - at) as usize);
        from.read_exact_at(&mut buffer[..length], at).expect("it is that long");
        if buffer[..length].iter().any(|byte| *byte != 0) {
            to.write_all_at(&buffer[..length], offset + at).expect("room on the disk");
        }
    }
}

pub struct Image {
    pub file_name: String,
    pub path: PathBuf,
    judged_on: Day,
    _folder: TempDir,
}

impl Image {
    pub fn certify(&self, profile: &Profile) -> Report {
        let source = Arc::new(FileImage::open(&self.path).expect("it was just made"));
        certify_on(source, &self.file_name, profile, self.judged_on)
    }
}

/// Judges an image, and holds the certifier to its promises that stored facts give the same report, and that the image does, too, when
/// nothing of it is looked at twice.
pub fn certify(source: Arc<dyn ReadAt>, name: &str, profile: &Profile) -> Report {
    certify_on(source, name, profile, Day::parse(TODAY).expect("a day"))
}

fn certify_on(source: Arc<dyn ReadAt>, name: &str, profile: &Profile, on: Day) -> Report {
    let feed = feed();
    let given = Given { advisories: Some(&feed), on: Some(on), ..Given::default() };
    let (report, stored) = certify_and_store(source.clone(), name, profile, &given, &Silent);
    if let Some(stored) = stored {
        let file = stored.to_bytes().expect("a specimen has few facts");
        let stored = Stored::parse(&file).expect("it was just written");
        let again = judge_stored(&stored, profile, &given);
        assert_eq!(to_json(&again), to_json(&report), "judged again from {} bytes", file.len());
        let seen = stored.seen();
        let again = certify_given(source, name, profile, &Given { seen: Some(&seen), ..given }, &Silent);
        assert_eq!(to_json(&again), to_json(&report), "read again with what was seen");
    }
    report
}

fn to_json(report: &Report) -> String {
    serde_json::to_string(report).expect("reports are texts and numbers")
}
