//! What is asked of every volume that one of the real tools has made of a folder: that all of the folder is in it, that its sweep meets
//! what its names lead to, and that its files and its free space share no byte.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;
use std::process::Command;

use crate::read_at::{FileImage, ReadAt};
use crate::tree::{Extent, Kind, Laid, Tree};

/// Runs a program of one of Debian's packages, and gives what it printed.
#[track_caller]
pub fn run(package: &str, command: &mut Command) -> Vec<u8> {
    let out = command.output().unwrap_or_else(|why| panic!("this test needs {package}: {command:?}: {why}"));
    let (stdout, stderr) = (String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success(), "{command:?} failed: {stdout}{stderr}");
    out.stdout
}

/// Bytes that do not repeat within a block.
pub fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let step = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..length).map(step).collect()
}

/// Paths with the kind, size and permission bits of what they name.
pub type Listing = BTreeMap<String, (Kind, u64, u16)>;

/// All paths below `root`, as the host sees them.
fn outside(root: &Path) -> Listing {
    let mut found = BTreeMap::new();
    let mut ahead = vec![root.to_path_buf()];
    while let Some(directory) = ahead.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let entry = entry.unwrap();
            let metadata = entry.metadata().unwrap();
            let kind = match metadata.file_type() {
                file if file.is_file() => Kind::File,
                file if file.is_dir() => Kind::Directory,
                file if file.is_symlink() => Kind::Symlink,
                file if file.is_fifo() => Kind::Fifo,
                other => panic!("nobody made {other:?}"),
            };
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
pub fn inside(fs: &dyn Tree) -> Listing {
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

/// Checks that `inside` is what the folder `source` holds, and that all files and links of it read back, by their extents too.
#[track_caller]
pub fn check_contents(fs: &dyn Tree, inside: &Listing, image: &Path, source: &Path, how: &[&str]) {
    let outside = outside(source);
    let differing = outside.iter().find(|(path, facts)| inside.get(*path) != Some(facts));
    let found = differing.and_then(|(path, _)| inside.get(path));
    assert_eq!((differing, outside.len()), (None, inside.len()), "{how:?}: found {found:?}");
    let image = FileImage::open(image).unwrap();
    for (path, (kind, size, _)) in inside {
        let host = source.join(&path[1..]);
        let node = fs.look_up_itself(path).unwrap().expect("what was listed is found");
        if *kind == Kind::Symlink {
            assert_eq!(fs.read_link(&node).unwrap(), fs::read_link(host).unwrap().as_os_str().as_bytes());
        } else if *kind == Kind::File {
            let expected = fs::read(host).unwrap();
            assert!(fs.read(&node, 0, *size as usize + 100).unwrap() == expected, "{path} {how:?}");
            let mut placed = vec![0; expected.len()];
            for Extent { file_offset: at, device_offset, length } in fs.extents(&node).unwrap() {
                image.read_exact_at(device_offset, &mut placed[at as usize..(at + length) as usize]).unwrap();
            }
            assert!(placed == expected, "{path} {how:?}");
        }
    }
}

/// Checks that the sweep meets what the walk met, and that names lead back to the same inodes. Gives how many have a name, and how many
/// were swept.
#[track_caller]
pub fn check_sweep_and_names(fs: &dyn Tree, inside: &Listing) -> (usize, usize) {
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
    (names.count(), swept.len())
}

/// Checks that runs of free space come in order, that no two are neighbours, and that no file has a byte in one. Gives their length in
/// all.
#[track_caller]
pub fn check_free_space(fs: &dyn Tree) -> u64 {
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
    free.iter().map(|(from, to)| to - from).sum()
}
