//! A volume written by a kernel (`everything.sh` says how), others made by `mkfs.btrfs`, read back; and the same ones lied to.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::*;
use crate::made;
use crate::read_at::FileImage;
use crate::tree::{Laid, Tree};

mod hostile;

const BLOCK: u64 = 4096;

/// A volume in memory of which only the blocks are kept that are not zero.
#[derive(Clone)]
struct Sparse {
    blocks: BTreeMap<u64, Vec<u8>>,
    size_bytes: u64,
}

impl Sparse {
    fn everything() -> Sparse {
        let packed = unpack(include_bytes!("everything.gz"));
        let block = |numbered: &[u8]| {
            let (number, block) = numbered.split_at(4);
            (u64::from(u32::from_le_bytes(number.try_into().unwrap())), block.to_vec())
        };
        Sparse { blocks: packed.chunks(4 + BLOCK as usize).map(block).collect(), size_bytes: 128 << 20 }
    }

    fn write(&mut self, at: u64, bytes: &[u8]) {
        for (at, byte) in (at..).zip(bytes) {
            let block = self.blocks.entry(at / BLOCK).or_insert_with(|| vec![0; BLOCK as usize]);
            block[(at % BLOCK) as usize] = *byte;
        }
    }

    fn open(&self) -> Result<Btrfs, Unreadable> {
        Btrfs::open(Arc::new(self.clone()))
    }
}

impl ReadAt for Sparse {
    fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        if offset.checked_add(buffer.len() as u64).is_none_or(|end| end > self.size_bytes) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut done = 0;
        while done < buffer.len() {
            let at = offset + done as u64;
            let within = (at % BLOCK) as usize;
            let step = (BLOCK as usize - within).min(buffer.len() - done);
            let into = &mut buffer[done..done + step];
            match self.blocks.get(&(at / BLOCK)) {
                Some(block) => into.copy_from_slice(&block[within..within + step]),
                None => into.fill(0),
            }
            done += step;
        }
        Ok(())
    }
}

fn unpack(packed: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzDecoder::new(packed).read_to_end(&mut bytes).unwrap();
    bytes
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A path as the kernel told of it: kind, mode, size, time, and the target of a link or the digest of a file.
fn told(fs: &Btrfs, node: &Node) -> String {
    let (kind, last) = match node.kind {
        Kind::Directory => ("d", String::new()),
        Kind::Symlink => ("l", String::from_utf8(fs.read_link(node).unwrap()).unwrap()),
        Kind::Fifo => ("p", String::new()),
        _ => ("f", hex(&fs.read(node, 0, 2 << 20).unwrap())),
    };
    format!("{kind}\t{:o}\t{}\t{}\t{last}", node.mode, node.size_bytes, node.modified_at)
}

/// Every path, found by listing directories from the root.
fn inside(fs: &Btrfs) -> BTreeMap<String, Node> {
    let mut found = BTreeMap::new();
    let mut ahead = vec![(String::new(), fs.root().unwrap())];
    while let Some((path, directory)) = ahead.pop() {
        for entry in fs.list(&directory).unwrap() {
            let path = format!("{path}/{}", String::from_utf8(entry.name).unwrap());
            let node = fs.look_up_itself(&path).unwrap().expect("a listed name is found");
            assert_eq!((node.inode, node.kind), (entry.inode, entry.kind), "{path}");
            if node.kind == Kind::Directory {
                ahead.push((path.clone(), node.clone()));
            }
            found.insert(path, node);
        }
    }
    found
}

/// Names, sweep and free space agree with one another and with what the superblock counts.
#[track_caller]
fn check_whole(fs: &Btrfs, found: &BTreeMap<String, Node>, bytes_used: u64) {
    let names = fs.names().unwrap();
    assert_eq!(names.faults_counted, 0, "{:?}", names.faults);
    for (path, node) in found {
        let one = String::from_utf8(names.path(node.inode).expect("it has a name")).unwrap();
        assert_eq!(fs.look_up_itself(&one).unwrap().unwrap().inode, node.inode, "{path}");
    }
    let mut swept = BTreeMap::new();
    let mut visit = |laid: Laid<'_>| {
        assert_eq!(*laid.node, fs.node(laid.node.inode).unwrap());
        assert_eq!(laid.extents, fs.extents(laid.node).unwrap());
        swept.insert(laid.node.inode, laid.is_packed);
        if laid.node.kind == Kind::File && !laid.is_packed {
            check_literal(fs, laid);
        }
    };
    fs.sweep(&mut visit, &mut |fault| panic!("{fault:?}")).unwrap();
    let unnamed: Vec<_> = swept.keys().filter(|inode| names.path(**inode).is_none()).collect();
    assert!(unnamed.is_empty(), "{unnamed:?}");
    // The first MiB and the second superblock belong to nobody.
    assert_eq!(made::check_free_space(fs), fs.size_bytes() - (1 << 20) - (64 << 10) - bytes_used);
}

/// What lies at the extents is what the file reads as.
#[track_caller]
fn check_literal(fs: &Btrfs, laid: Laid<'_>) {
    let mut bytes = vec![0; laid.node.size_bytes as usize];
    for extent in laid.extents {
        let range = extent.file_offset as usize..(extent.file_offset + extent.length) as usize;
        fs.nodes.source().read_exact_at(extent.device_offset, &mut bytes[range]).unwrap();
    }
    assert!(bytes == fs.read(laid.node, 0, bytes.len()).unwrap(), "inode {}", laid.node.inode);
}

#[test]
fn a_volume_that_a_kernel_wrote_reads_back_with_all_its_subvolumes() {
    let fs = Sparse::everything().open().unwrap();
    let found = inside(&fs);
    let listing = String::from_utf8(unpack(include_bytes!("everything.txt.gz"))).unwrap();
    let mut count = 0;
    for line in listing.lines().filter(|line| !line.starts_with('\t')) {
        let (path, rest) = line.split_once('\t').unwrap();
        let node = &found[&format!("/{path}")];
        // In the snapshot, this is where the original has a subvolume: nothing is known of it.
        if path != "before/deep/er/var" {
            assert_eq!(told(&fs, node), rest, "{path}");
        }
        count += 1;
    }
    assert_eq!(found.len(), count);
    assert_eq!(fs.label(), b"everything");
    assert_eq!(fs.condition().unwrap(), Condition::Clean);
    let used = crate::fields::u64_le(&read_up_to(fs.nodes.source(), SUPERBLOCK_AT + 120, 8).unwrap(), 0);
    check_whole(&fs, &found, used);
}

#[test]
fn the_usual_subvolume_is_told_by_its_path() {
    let fs = Sparse::everything().open().unwrap();
    assert_eq!(fs.usual_root().unwrap(), b"/system");
    assert!(fs.look_up("/system/etc/os-release").unwrap().is_some());
    assert!(fs.look_up("/etc/os-release").unwrap().is_none());
    let mut paths = Vec::new();
    let mut fs = fs;
    for id in fs.subvolumes.all().iter().map(|subvolume| subvolume.id).collect::<Vec<_>>() {
        fs.subvolumes.usual = id;
        paths.push(String::from_utf8(fs.usual_root().unwrap()).unwrap());
    }
    assert_eq!(paths, ["/", "/system", "/home", "/system/deep/er/var", "/before"]);
    fs.subvolumes.usual = 99_999;
    assert!(fs.usual_root().is_err());
}

#[test]
fn what_is_packed_is_told_apart_and_read_from_anywhere() {
    let fs = Sparse::everything().open().unwrap();
    let mut packed = BTreeMap::new();
    let mut visit = |laid: Laid<'_>| {
        packed.insert(laid.node.inode, laid.is_packed);
    };
    fs.sweep(&mut visit, &mut |fault| panic!("{fault:?}")).unwrap();
    let node = |name: &str| fs.look_up(&format!("/system/{name}")).unwrap().unwrap();
    for (name, is_packed) in [
        ("plain", false),
        ("reserved", false),
        ("empty", false),
        ("many/a name that takes some room, number 7", true),
        ("zlib", true),
        ("lzo", true),
        ("zstd", true),
        ("small-zlib", true),
    ] {
        assert_eq!(packed[&node(name).inode], is_packed, "{name}");
    }
    for name in ["zlib", "lzo", "zstd", "clone", "plain", "holes"] {
        let whole = fs.read(&node(name), 0, 2 << 20).unwrap();
        for (from, length) in [(1, 3), (131_071, 2), (65_536, 140_000), (200_000, 1 << 20), (whole.len(), 5)]
        {
            let end = (from + length).min(whole.len());
            assert!(fs.read(&node(name), from as u64, length).unwrap() == whole[from..end], "{name} {from}");
        }
    }
}

#[test]
fn attributes_are_told_with_their_namespaces() {
    let fs = Sparse::everything().open().unwrap();
    let node = fs.look_up("/system/plain").unwrap().unwrap();
    let mut found = fs.attributes(&node).unwrap();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    let names: Vec<_> = found.iter().map(|attribute| String::from_utf8_lossy(&attribute.name)).collect();
    assert_eq!(names, ["security.capability", "user.note"]);
    assert_eq!(found[1].value, b"an attribute");
}

struct Made {
    directory: TempDir,
}

impl Made {
    /// A volume made by `mkfs.btrfs` of a small tree.
    #[track_caller]
    fn with(options: &[&str]) -> Made {
        let directory = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let source = directory.path().join("source");
        fs::create_dir_all(source.join("etc/deep")).unwrap();
        fs::write(source.join("etc/hostname"), b"halle\n").unwrap();
        fs::write(
            source.join("large"),
            (0..1_500_001_u32).map(|n| (n * 7 + n / 251) as u8).collect::<Vec<_>>(),
        )
        .unwrap();
        symlink("../hostname", source.join("etc/deep/link")).unwrap();
        for n in 0..600 {
            fs::write(source.join(format!("etc/deep/file number {n}")), vec![n as u8; n]).unwrap();
        }
        fs::set_permissions(source.join("large"), fs::Permissions::from_mode(0o4711)).unwrap();
        let made = Made { directory };
        File::create(made.image()).unwrap().set_len(128 << 20).unwrap();
        let mut command = Command::new("/usr/sbin/mkfs.btrfs");
        command.args(["-q", "-f", "-r"]).arg(&source).args(options).arg(made.image());
        made::run("btrfs-progs", &mut command);
        made
    }

    fn image(&self) -> std::path::PathBuf {
        self.directory.path().join("image")
    }

    fn open(&self) -> Btrfs {
        Btrfs::open(Arc::new(FileImage::open(&self.image()).unwrap())).unwrap()
    }
}

/// Checks that what `mkfs.btrfs` makes with these options reads back.
#[track_caller]
fn check(options: &[&str]) {
    let made = Made::with(options);
    let fs = made.open();
    let found = inside(&fs);
    assert_eq!(found.len(), 605, "{options:?}");
    for (path, node) in &found {
        let outside = made.directory.path().join("source").join(&path[1..]);
        let metadata = fs::symlink_metadata(&outside).unwrap();
        assert_eq!(u32::from(node.mode), metadata.permissions().mode() & 0o7777, "{path}");
        match node.kind {
            Kind::File => assert!(fs.read(node, 0, 2 << 20).unwrap() == fs::read(outside).unwrap(), "{path}"),
            Kind::Symlink => assert_eq!(fs.read_link(node).unwrap(), b"../hostname"),
            _ => assert!(metadata.is_dir()),
        }
    }
    assert_eq!(fs.usual_root().unwrap(), b"/");
    assert_eq!(fs.look_up("/etc/deep/link").unwrap(), fs.look_up("/etc/hostname").unwrap());
}

#[test]
fn a_volume_as_the_program_makes_it_reads_back_with_every_checksum() {
    check(&[]);
    check(&["--csum", "xxhash"]);
    check(&["--csum", "sha256", "-n", "65536"]);
}

#[test]
fn a_volume_of_older_making_reads_back() {
    check(&["-M", "-n", "4096", "-O", "^skinny-metadata,^no-holes,^extref", "-R", "^free-space-tree"]);
}
