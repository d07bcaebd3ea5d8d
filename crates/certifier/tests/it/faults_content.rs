//! Faults of what lies on the disk: secrets, malware, archives, leftovers, and rights that no package gave.

use std::io::Write;
use std::process::{Command, Stdio};

use certifier::anchors::EICAR;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};

use crate::boot::cpio_of;
use crate::faults::{Fault, fault, patch, warning};
use crate::specimen::MIB;

pub const KEY: &str = "-----BEGIN PRIVATE KEY-----\n\
    MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";
const ENCRYPTED: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n\
    MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END ENCRYPTED PRIVATE KEY-----\n";
pub const TOKEN: &str = "AKIAQ3EGZ7XKL2MNOP5T";
const STORAGE: &str =
    "AccountKey=kqY0c3o1XbJ2vR7wTn5LhE8mZpUdSg4fAiQ9yWtV6xKjNrBzMlHsOePuCaDgFhIwJ3k2L5m8N1o4P7q0R9s6T+==;";

pub const SECRETS: &[Fault] = &[
    fault("S01", "/root/id:2", |s| s.file("/root/id", &format!("# mine\n{KEY}"))),
    warning("S01", "/etc/ssl/private/a.pem:1", |s| s.file("/etc/ssl/private/a.pem", ENCRYPTED)),
    fault("S01", "/etc/ssl/private/ssl-cert-snakeoil.key:1", |s| {
        s.file("/etc/ssl/private/ssl-cert-snakeoil.key", KEY)
    }),
    fault("S01", "/srv/key.der", |s| {
        let mut key = vec![0x30, 0x82, 0x01, 0x00, 0x02, 0x01, 0x00, 0x30];
        key.resize(0x104, 7);
        s.bytes_file("/srv/key.der", &key)
    }),
    fault("S01", "/srv/old.tar.gz!home/me/.ssh/id_ed25519:1", |s| {
        s.bytes_file("/srv/old.tar.gz", &gzip(&tar(&[("home/me/.ssh/id_ed25519", KEY.as_bytes())])))
    }),
    fault("S01", "/srv/initrd.img!etc/dropbear/key:1", |s| {
        let main = cpio_of(&[("etc/dropbear/key", KEY.as_bytes()), ("init", b"#!/bin/sh\n")]);
        let early = cpio_of(&[("kernel/x86/microcode/AuthenticAMD.bin", b"microcode")]);
        s.bytes_file("/srv/initrd.img", &[early, gzip(&main)].concat())
    }),
    fault("S02", "/root/.aws/credentials:2", |s| {
        s.file("/root/.aws/credentials", &format!("[default]\naws_access_key_id = {TOKEN}\n"))
    }),
    fault("S02", "/etc/app.conf:1", |s| s.file("/etc/app.conf", STORAGE)),
    fault("S02", "/root/.netrc:1", |s| s.file("/root/.netrc", "machine a login b password hunter2\n")),
    fault("S02", "/home/me/.git-credentials:1", |s| {
        s.file("/home/me/.git-credentials", "https://me:s3cret@example.org\n")
    }),
    fault("S03", "", |s| {
        let free = s.root_lba * 512 + s.root_bytes - 200_000;
        patch(s, free, KEY.as_bytes())
    }),
    fault("S03", "/swapfile:1", |s| s.file("/swapfile", &format!("key={TOKEN}\n"))),
];

pub const MALWARE: &[Fault] = &[
    fault("M01", "/srv/test.com", |s| s.bytes_file("/srv/test.com", &EICAR)),
    fault("M01", "/opt/a.tgz!b.zip!eicar.com", |s| {
        let inner = zip(&[("eicar.com", &EICAR)]);
        s.bytes_file("/opt/a.tgz", &gzip(&tar(&[("readme", b"hello"), ("b.zip", &inner)])))
    }),
    fault("M01", "/opt/a.tar.zst!x/eicar.com", |s| {
        s.bytes_file("/opt/a.tar.zst", &ruzstd_of(&tar(&[("x/eicar.com", &EICAR)])))
    }),
    fault("M01", "/opt/a.tar.xz!eicar.com", |s| {
        s.bytes_file("/opt/a.tar.xz", &filter("xz", &tar(&[("eicar.com", &EICAR)])))
    }),
    fault("M01", "/opt/a.tar.lz4!eicar.com", |s| {
        s.bytes_file("/opt/a.tar.lz4", &filter("lz4", &tar(&[("eicar.com", &EICAR)])))
    }),
    fault("M01", "/opt/setup!eicar.com", |s| {
        let program = [b"#!/bin/sh\n".repeat(99), zip(&[("eicar.com", &EICAR)])].concat();
        s.bytes_file("/opt/setup", &program)
    }),
    fault("M01", "/var/www/x.php", |s| s.file("/var/www/x.php", "<?php @eval($_POST['x']); ?>")),
    fault("M01", "/opt/a.rpm.cpio!usr/bin/eicar.com", |s| {
        s.bytes_file("/opt/a.rpm.cpio", &cpio_of(&[("usr/bin/a", b"a"), ("usr/bin/eicar.com", &EICAR)]))
    }),
    warning("M02", "/opt/cut.cpio", |s| {
        let whole = cpio_of(&[("a", b"what was in it"), ("b", &[1; 999])]);
        s.bytes_file("/opt/cut.cpio", &whole[..300])
    }),
    fault("M02", "/opt/bomb.gz", |s| s.bytes_file("/opt/bomb.gz", &bomb(80 * MIB))),
    fault("M02", "/opt/overlap.zip", |s| s.bytes_file("/opt/overlap.zip", &overlapping(1000))),
    fault("M02", "/opt/deep.gz", |s| {
        s.bytes_file("/opt/deep.gz", &(0..12).fold(b"deep".to_vec(), |inner, _| gzip(&inner)))
    }),
    warning("M02", "/opt/a.7z", |s| s.bytes_file("/opt/a.7z", b"7z\xbc\xaf\x27\x1c\0\x04and so on")),
    warning("M02", "/opt/cut.gz", |s| s.bytes_file("/opt/cut.gz", &gzip(&[1; 9999])[..20])),
];

pub const LEFTOVERS: &[Fault] = &[
    fault("L22", "/etc/passwd:2", |s| {
        s.file("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\ntoor:*:0:0::/:/bin/sh\n")
    }),
    warning("L22", "/etc/passwd:2", |s| {
        s.file("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nme:!:1000:1000::/home/me:/bin/bash\n")
    }),
    fault("L23", "/etc/sudoers:2", |s| s.file("/etc/sudoers", "# sudo\nDefaults env_reset,targetpw\n")),
    warning("L23", "/etc/sudoers.d/90-cloud:1", |s| {
        s.file("/etc/sudoers", "@includedir /etc/sudoers.d\n")
            .file("/etc/sudoers.d/90-cloud", "me ALL=(ALL) \\\n NOPASSWD: ALL\n")
    }),
    fault("L33", "/home/vagrant", |s| s.file("/home/vagrant/.bashrc", "")),
    warning("L33", "/tmp/packer-shell", |s| s.file("/tmp/packer-shell", "x")),
    fault("L34", "/etc/ld.so.preload:1", |s| s.file("/etc/ld.so.preload", "/usr/lib/x.so\n")),
    warning("L34", "/etc/cron.d/mine", |s| s.file("/etc/cron.d/mine", "* * * * * root /x\n")),
    warning("L34", "/etc/systemd/system/x.timer", |s| s.file("/etc/systemd/system/x.timer", "[Timer]\n")),
    warning("L34", "/etc/rc.local:2", |s| s.program("/etc/rc.local", b"#!/bin/sh\n/srv/start\nexit 0\n")),
    warning("L34", "/usr/lib/x86_64-linux-gnu/security/pam_x.so", |s| {
        s.file("/usr/lib/x86_64-linux-gnu/security/pam_x.so", "x")
    }),
    fault("L35", "/usr/local/bin/su", |s| s.program_with_mode("/usr/local/bin/su", b"x", 0o4755)),
    fault("L37", "/etc/hosts:2", |s| s.file("/etc/hosts", "127.0.0.1 localhost\n10.1.2.3 nas.corp\n")),
    fault("L37", "/root/.ssh/known_hosts", |s| s.file("/root/.ssh/known_hosts", "github.com ssh-rsa AAAA\n")),
    fault("L37", "/var/log/auth.log", |s| s.file("/var/log/auth.log", "Accepted publickey\n")),
    fault("L37", "/root/notes", |s| s.file("/root/notes", "x")),
    fault("L37", "/tmp/x", |s| s.file("/tmp/x", "x")),
];

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory has room");
    encoder.finish().expect("memory has room")
}

/// So many zeros in a gzip.
fn bomb(bytes: u64) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..bytes / MIB {
        encoder.write_all(&[0; MIB as usize]).expect("memory has room");
    }
    encoder.finish().expect("memory has room")
}

fn ruzstd_of(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn filter(program: &str, bytes: &[u8]) -> Vec<u8> {
    let mut child = Command::new(program)
        .arg("-c")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|cause| panic!("{program} is installed: {cause}"));
    child.stdin.take().expect("a pipe was asked for").write_all(bytes).expect("it reads");
    child.wait_with_output().expect("it ends").stdout
}

pub fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, content) in files {
        let mut record = [0; 512];
        record[..name.len()].copy_from_slice(name.as_bytes());
        record[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        record[156] = b'0';
        record[257..263].copy_from_slice(b"ustar\0");
        archive.extend(record);
        archive.extend(*content);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.extend([0; 1024]);
    archive
}

/// The head of a zip's entry, in the archive or in its table, and the rest that only the table has.
fn zip_head(magic: &[u8], packed: usize, content: usize, name: &str) -> Vec<u8> {
    let in_table = magic == b"PK\x01\x02";
    let mut head = magic.to_vec();
    head.extend(if in_table { &[20, 0, 20, 0][..] } else { &[20, 0][..] });
    head.extend([0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    head.extend((packed as u32).to_le_bytes());
    head.extend((content as u32).to_le_bytes());
    head.extend((name.len() as u16).to_le_bytes());
    head.extend([0, 0]);
    head
}

/// A zip whose entries lie where they are told to; `None` is where they belong.
fn zip_at(files: &[(&str, &[u8])], place: Option<u32>) -> Vec<u8> {
    let (mut archive, mut table) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(content).expect("memory has room");
        let packed = encoder.finish().expect("memory has room");
        table.extend(zip_head(b"PK\x01\x02", packed.len(), content.len(), name));
        table.extend([0; 10]);
        table.extend(place.unwrap_or(archive.len() as u32).to_le_bytes());
        table.extend(name.as_bytes());
        if place.is_none() || archive.is_empty() {
            archive.extend(zip_head(b"PK\x03\x04", packed.len(), content.len(), name));
            archive.extend(name.as_bytes());
            archive.extend(packed);
        }
    }
    let (start, length) = (archive.len() as u32, table.len() as u32);
    archive.extend(table);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend((files.len() as u16).to_le_bytes().repeat(2));
    archive.extend(length.to_le_bytes());
    archive.extend(start.to_le_bytes());
    archive.extend([0, 0]);
    archive
}

pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    zip_at(files, None)
}

/// A zip all of whose entries are the same bytes.
fn overlapping(entries: usize) -> Vec<u8> {
    zip_at(&vec![("a", &[0_u8; 100_000][..]); entries], Some(0))
}
