//! The first filesystem the kernel sees: busybox, the disk drivers in the order in which they are loaded, and a script that
//! finds the real root.

use super::system::Drivers;
use super::{EPOCH, run};
use anyhow::Result;
use std::fs;
use std::path::Path;
use std::process::Command;

const PROGRAMS: &[&str] =
    &["sh", "mount", "umount", "insmod", "findfs", "sleep", "usleep", "switch_root", "poweroff"];

const FOLDER: u32 = 0o040_755;
const PROGRAM: u32 = 0o100_755;
const FILE: u32 = 0o100_644;
const SYMLINK: u32 = 0o120_777;

/// A gzipped archive with `init`, `busybox` and `drivers` in it.
pub fn assemble(init: &str, busybox: &[u8], drivers: &Drivers, work: &Path) -> Result<Vec<u8>> {
    let mut archive = Archive::default();
    let modules = format!("lib/modules/{}", drivers.kernel);
    for folder in ["bin", "dev", "etc", "lib", "lib/modules", "new", "proc", "sys", modules.as_str()] {
        archive.add(folder, FOLDER, b"");
    }
    archive.add("bin/busybox", PROGRAM, busybox);
    for program in PROGRAMS {
        archive.add(&format!("bin/{program}"), SYMLINK, b"busybox");
    }
    archive.add("init", PROGRAM, init.as_bytes());
    let mut order = String::new();
    for driver in drivers.at_boot() {
        let file_name = driver.path.rsplit('/').next().unwrap_or(&driver.path);
        let path = format!("{modules}/{file_name}");
        archive.add(&path, FILE, &driver.bytes);
        order += &format!("/{path}\n");
    }
    archive.add("etc/modules-in-order", FILE, order.as_bytes());
    let plain = work.join("initramfs.cpio");
    fs::write(&plain, archive.finished())?;
    run(Command::new("gzip").args(["-9", "-n", "-c"]).arg(&plain))
}

/// A cpio archive in the form that the kernel reads ("newc").
#[derive(Default)]
struct Archive {
    bytes: Vec<u8>,
    inode: u32,
}

impl Archive {
    fn add(&mut self, name: &str, mode: u32, content: &[u8]) {
        self.inode += 1;
        self.entry(name, self.inode, mode, content);
    }

    fn entry(&mut self, name: &str, inode: u32, mode: u32, content: &[u8]) {
        let (links, uid, gid, device, check) = (1, 0, 0, 0, 0);
        let size = u32::try_from(content.len()).expect("a driver or program is smaller than 4 GiB");
        let name_size = name.len() as u32 + 1;
        let modified = EPOCH as u32;
        self.bytes.extend(b"070701");
        for field in
            [inode, mode, uid, gid, links, modified, size, device, device, device, device, name_size, check]
        {
            self.bytes.extend(format!("{field:08x}").bytes());
        }
        self.bytes.extend(name.bytes());
        self.bytes.push(0);
        self.align();
        self.bytes.extend(content);
        self.align();
    }

    fn align(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }

    fn finished(mut self) -> Vec<u8> {
        self.entry("TRAILER!!!", 0, 0, b"");
        self.bytes
    }
}
