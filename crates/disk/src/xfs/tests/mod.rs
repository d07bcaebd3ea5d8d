//! Real filesystems made by xfsprogs, read back and compared with what was put in and with what `xfs_db` says.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::*;
use crate::read_at::FileImage;
use crate::tree::{Laid, Tree};

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
    let out = command.output().unwrap_or_else(|why| panic!("this test needs {program}, of xfsprogs: {why}"));
    let (stdout, stderr) = (String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success(), "{program} {arguments:?} failed: {stdout}{stderr}");
    stdout.into_owned()
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

/// Bytes that do not repeat within a block.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let step = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..length).map(step).collect()
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

/// Paths with the kind, size and permission bits of what they name.
type Listing = BTreeMap<String, (Kind, u64, u16)>;

/// All paths below `root` with their kind, size and permission bits, as the host sees them.
fn outside(root: &Path) -> Listing {
    let mut found = BTreeMap::new();
    let mut ahead = vec![root.to_path_buf()];
    while let Some(directory) = ahead.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let entry = entry.unwrap();
            let metadata = entry.metadata().unwrap();
            let kind = inode::kind(metadata.mode() as u16).unwrap();
            if kind == Kind::Directory {
                ahead.push(entry.path());
            }
            let path = format!("/{}", entry.path().strip_prefix(root).unwrap().display());
            let size = if kind == Kind::Directory { 0 } else { metadata.len() };
            found.insert(path, (kind, size, metadata.mode() as u16 & 0o7777));
        }
    }
    found
}

/// The same as the filesystem tells it, by listing directories.
fn inside(fs: &Xfs) -> Listing {
    let mut found = BTreeMap::new();
    let mut ahead = vec![(String::new(), fs.root().unwrap())];
    while let Some((path, directory)) = ahead.pop() {
        for entry in fs.list(&directory).unwrap() {
            let node = fs.node(entry.inode).unwrap();
            let path = format!("{path}/{}", String::from_utf8(entry.name).unwrap());
            assert_eq!(node.kind, entry.kind);
            let size = if node.kind == Kind::Directory { 0 } else { node.size_bytes };
            found.insert(path.clone(), (node.kind, size, node.mode));
            if node.kind == Kind::Directory {
                ahead.push((path, node));
            }
        }
    }
    found
}

/// Makes a filesystem with `options` and checks that everything in it reads back.
#[track_caller]
fn check(options: &[&str]) {
    let made = Made::with(options, 96, one_of_everything);
    let fs = made.open();
    let (outside, inside) = (outside(&made.source), inside(&fs));
    let differing = outside.iter().find(|(path, facts)| inside.get(*path) != Some(facts));
    let found = differing.and_then(|(path, _)| inside.get(path));
    assert_eq!((differing, outside.len()), (None, inside.len()), "{options:?}: found {found:?}");
    let image = FileImage::open(&made.image).unwrap();
    for (path, (kind, size, _)) in &inside {
        let host = made.source.join(&path[1..]);
        let node = fs.look_up_itself(path).unwrap().expect("what was listed is found");
        assert_eq!((node.uid, node.gid), (7, 70_000), "{path}");
        if *kind == Kind::Symlink {
            assert_eq!(fs.read_link(&node).unwrap(), fs::read_link(host).unwrap().as_os_str().as_bytes());
        } else if *kind == Kind::File {
            let expected = fs::read(host).unwrap();
            assert!(fs.read(&node, 0, *size as usize + 100).unwrap() == expected, "{path} {options:?}");
            let mut placed = vec![0; expected.len()];
            for Extent { file_offset: at, device_offset, length } in fs.extents(&node).unwrap() {
                image.read_exact_at(device_offset, &mut placed[at as usize..(at + length) as usize]).unwrap();
            }
            assert!(placed == expected, "{path} {options:?}");
        }
    }
    check_sweep_and_names(&fs, &inside);
    check_free_space(&made, &fs);
    assert!(!fs.log_is_dirty().unwrap());
}

/// The sweep meets what the walk meets, and names lead back to the same inodes.
#[track_caller]
fn check_sweep_and_names(fs: &Xfs, inside: &Listing) {
    let names = fs.names().unwrap();
    assert_eq!(names.faults_counted, 0, "{:?}", names.faults);
    let mut swept = HashSet::new();
    let mut visit = |Laid { node, .. }: Laid<'_>| {
        assert!(swept.insert(node.inode));
        let path = names.path(node.inode).map(|path| String::from_utf8(path).unwrap());
        if let Some(facts) = path.and_then(|path| inside.get(&path)) {
            assert_eq!(facts.0, node.kind);
        }
    };
    fs.sweep(&mut visit, &mut |fault| panic!("{fault:?}")).unwrap();
    for inode in names.inodes() {
        assert!(swept.contains(&inode), "{inode}");
        let path = String::from_utf8(names.path(inode).unwrap()).unwrap();
        assert_eq!(fs.look_up_itself(&path).unwrap().expect("a path that leads somewhere").inode, inode);
    }
    // The root comes on top, and in the sweep the two files of a realtime device that is not there.
    assert_eq!((names.count(), swept.len()), (inside.len() + 1, inside.len() + 3));
}

/// Free space is as long as `xfs_db` says and shares no byte with a file.
#[track_caller]
fn check_free_space(made: &Made, fs: &Xfs) {
    let mut free = Vec::new();
    fs.free_space(&mut |from, to| free.push((from, to))).unwrap();
    assert!(free.windows(2).all(|pair| pair[0].1 < pair[1].0));
    let mut visit = |laid: Laid<'_>| {
        for extent in laid.extents {
            let after = free.partition_point(|(_, to)| *to <= extent.device_offset);
            let apart = free.get(after).is_none_or(|(from, _)| *from >= extent.device_offset + extent.length);
            assert!(apart, "{extent:?}");
        }
    };
    fs.sweep(&mut visit, &mut |fault| panic!("{fault:?}")).unwrap();
    let total: u64 = free.iter().map(|(from, to)| to - from).sum();
    let said = xfs_db(&made.image, &["freesp -s"]);
    let said = said.lines().find_map(|line| line.strip_prefix("total free blocks ")).unwrap();
    assert_eq!(total / fs.block_bytes(), said.trim().parse::<u64>().unwrap());
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
