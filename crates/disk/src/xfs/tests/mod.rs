//! Real filesystems made by xfsprogs, read back and compared with what was put in and with what `xfs_db` says.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::*;
use crate::made::{self, inside, noise};
use crate::read_at::FileImage;
use crate::tree::Tree;

mod formats;
mod hostile;

/// A filesystem image with the directory it was made from.
struct Made {
    image: PathBuf,
    source: PathBuf,
    _directory: TempDir,
}

/// Runs one of Debian's programs and gives what it printed.
#[track_caller]
fn run(program: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(program);
    // mkfs makes no filesystem below 300 MiB, except for those who test it, whom it knows by these.
    command.args(arguments).envs([("TEST_DIR", "x"), ("TEST_DEV", "x"), ("QA_CHECK_FS", "x")]);
    String::from_utf8_lossy(&made::run("xfsprogs", &mut command)).into()
}

/// Runs requests of `xfs_db`; they may write, and checksums follow what is written.
#[track_caller]
fn xfs_db(image: &Path, requests: &[&str]) -> String {
    let mut arguments = vec!["-x"];
    requests.iter().for_each(|request| arguments.extend(["-c", request]));
    arguments.push(image.to_str().expect("a plain path"));
    run("/usr/sbin/xfs_db", &arguments)
}

impl Made {
    /// Makes an image of `mib` MiB with `options` for mkfs, holding what `fill` puts into a directory.
    #[track_caller]
    fn with(options: &[&str], mib: u64, fill: impl FnOnce(&Path)) -> Made {
        let directory = tempfile::tempdir().unwrap();
        let (image, source) = (directory.path().join("image"), directory.path().join("source"));
        fs::create_dir(&source).unwrap();
        fill(&source);
        File::create(&image).unwrap().set_len(mib << 20).unwrap();
        let prototype = directory.path().join("prototype");
        let mut text = String::from("x\n0 0\nd--755 0 0\n");
        describe(&source, &mut text);
        fs::write(&prototype, text + "$\n").unwrap();
        let mut arguments = vec!["-q", "-f", "-p", prototype.to_str().unwrap()];
        arguments.extend(options);
        arguments.push(image.to_str().unwrap());
        run("/usr/sbin/mkfs.xfs", &arguments);
        let made = Made { image, source, _directory: directory };
        made.seal_long_link();
        made
    }

    /// Writes the block of `/long-link` as the kernel does in version 5. mkfs leaves out the header, and the kernel refuses such links.
    fn seal_long_link(&self) {
        let fs = self.open();
        let Some(link) = fs.look_up_itself("/long-link").unwrap().filter(|_| fs.has_checksums()) else {
            return;
        };
        // In a large inode it is short.
        let Some(Extent { device_offset: place, .. }) = fs.extents(&link).unwrap().first().copied() else {
            return;
        };
        let target = fs::read_link(self.source.join("long-link")).unwrap().into_os_string();
        let mut block = [&b"XSLM\0\0\0\0"[..], &(target.len() as u32).to_be_bytes(), &[0; 4]].concat();
        block.extend(fs.superblock.metadata_uuid);
        block.extend([link.inode, place / 512, 0].map(u64::to_be_bytes).as_flattened());
        block.extend(target.as_bytes());
        block.resize(fs.block_bytes() as usize, 0);
        let sum = superblock::checksum(&block, 12).to_le_bytes();
        block[12..16].copy_from_slice(&sum);
        self.patch(place, &block);
    }

    fn try_open(&self) -> Result<Xfs, Unreadable> {
        Xfs::open(Arc::new(FileImage::open(&self.image).unwrap()))
    }

    #[track_caller]
    fn open(&self) -> Xfs {
        self.try_open().unwrap()
    }

    /// Writes into the image where a hostile hand would.
    fn patch(&self, at: u64, bytes: &[u8]) {
        File::options().write(true).open(&self.image).unwrap().write_all_at(bytes, at).unwrap();
    }
}

/// Describes a directory's contents as mkfs wants them told.
fn describe(directory: &Path, text: &mut String) {
    let mut entries: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap()).collect();
    entries.sort_by_key(|entry| entry.file_name());
    for entry in entries {
        let (path, metadata) = (entry.path(), entry.metadata().unwrap());
        let name = entry.file_name().into_string().unwrap();
        let set_user = if metadata.mode() & 0o4000 != 0 { 'u' } else { '-' };
        let mode = format!("{set_user}-{:03o} 7 70000", metadata.mode() & 0o777);
        match inode::kind(metadata.mode() as u16).unwrap() {
            Kind::Directory => {
                writeln!(text, "{name} d{mode}").unwrap();
                describe(&path, text);
                text.push_str("$\n");
            }
            Kind::Symlink => {
                writeln!(text, "{name} l{mode} {}", fs::read_link(path).unwrap().display()).unwrap();
            }
            Kind::Fifo => writeln!(text, "{name} p{mode}").unwrap(),
            _ => writeln!(text, "{name} -{mode} {}", path.display()).unwrap(),
        }
    }
}

/// A tree with one of everything that mkfs can be told to make. Of the directories, `short` fits its inode, `block` a block, `leaf` has
/// one leaf, `node` several, and the blocks of `tree` are scattered, since those of its files come between them.
fn one_of_everything(at: &Path) {
    fs::create_dir_all(at.join("etc/ssh")).unwrap();
    fs::create_dir_all(at.join("usr/lib")).unwrap();
    for (name, files, name_bytes, length) in [
        ("short", 3, 5, 0),
        ("block", 20, 20, 0),
        ("leaf", 150, 60, 0),
        ("node", 900, 60, 0),
        ("tree", 2200, 100, 1),
    ] {
        fs::create_dir(at.join(name)).unwrap();
        (0..files).for_each(|n| {
            fs::write(at.join(format!("{name}/{n:0name_bytes$}")), vec![n as u8; length]).unwrap();
        });
    }
    fs::write(at.join("etc/empty"), b"").unwrap();
    fs::write(at.join("etc/tiny"), b"0123456789").unwrap();
    fs::write(at.join("etc/hostname"), b"halle\n").unwrap();
    fs::write(at.join("large"), noise(3_000_001)).unwrap();
    symlink("hostname", at.join("etc/link")).unwrap();
    symlink("/usr/lib/os-release", at.join("etc/os-release")).unwrap();
    fs::write(at.join("usr/lib/os-release"), b"ID=halle\n").unwrap();
    symlink(format!("{}etc/hostname", "./".repeat(400)), at.join("long-link")).unwrap();
    symlink("../../../../../../etc/hostname", at.join("etc/ssh/escape")).unwrap();
    symlink("loop-b", at.join("loop-a")).unwrap();
    symlink("loop-a", at.join("loop-b")).unwrap();
    symlink("/nowhere", at.join("dangling")).unwrap();
    fs::set_permissions(at.join("etc/tiny"), fs::Permissions::from_mode(0o4751)).unwrap();
    run("/usr/bin/mkfifo", &[at.join("etc/fifo").to_str().unwrap()]);
    fs::write(at.join("caf\u{e9}\u{1f37a}"), b"names are bytes").unwrap();
}

/// Makes a filesystem with `options` and checks that everything in it reads back.
#[track_caller]
fn check(options: &[&str]) {
    let made = Made::with(options, 96, one_of_everything);
    let fs = made.open();
    let inside = inside(&fs);
    made::check_contents(&fs, &inside, &made.image, &made.source, options);
    for path in inside.keys() {
        let node = fs.look_up_itself(path).unwrap().unwrap();
        assert_eq!((node.uid, node.gid), (7, 70_000), "{path}");
    }
    // The root comes on top, and in the sweep the two files of a realtime device that is not there.
    let counts = made::check_sweep_and_names(&fs, &inside);
    assert_eq!(counts, (inside.len() + 1, inside.len() + 3));
    let said = xfs_db(&made.image, &["freesp -s"]);
    let said = said.lines().find_map(|line| line.strip_prefix("total free blocks ")).unwrap();
    assert_eq!(made::check_free_space(&fs) / fs.block_bytes(), said.trim().parse::<u64>().unwrap());
    assert!(!fs.log_is_dirty().unwrap());
}

#[test]
fn an_xfs_as_the_program_makes_it_reads_back() {
    check(&[]);
}

#[test]
fn an_xfs_with_every_compatible_feature_reads_back() {
    check(&["-m", "rmapbt=1,reflink=1,finobt=1,bigtime=1,inobtcount=1", "-i", "nrext64=1,sparse=1"]);
    check(&["-m", "rmapbt=0,reflink=0,finobt=0,bigtime=0", "-i", "sparse=0"]);
}

#[test]
fn an_xfs_of_version_4_reads_back() {
    check(&["-m", "crc=0"]);
    check(&["-m", "crc=0", "-n", "ftype=0", "-i", "size=256", "-b", "size=1024"]);
}

#[test]
fn rare_layouts_read_back() {
    check(&["-b", "size=1024", "-i", "size=512", "-d", "agcount=3"]);
    check(&["-b", "size=1024", "-n", "size=65536"]);
    check(&["-n", "size=16384", "-s", "size=4096"]);
    check(&["-n", "version=ci"]);
    check(&["-b", "size=16384", "-i", "size=2048"]);
}
