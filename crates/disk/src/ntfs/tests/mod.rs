//! Real filesystems made by ntfs-3g and filled by wimlib, read back; and the same ones lied to.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use super::*;
use crate::fields::{u16_le, u32_le};
use crate::made;
use crate::read_at::FileImage;
use crate::tree::{Laid, Tree};

mod hostile;
mod packed;
mod patches;
mod reading;

/// A filesystem image with the directory it was made from.
struct Made {
    image: PathBuf,
    source: PathBuf,
    directory: TempDir,
}

/// Runs one of Debian's programs and gives what it printed.
#[track_caller]
fn run(program: &str, arguments: &[&str]) -> Vec<u8> {
    made::run("ntfs-3g and wimtools", Command::new(program).args(arguments).env("LC_ALL", "C.UTF-8"))
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

impl Made {
    /// Makes an image of `mib` MiB with `options` for mkntfs, holding what `fill` puts into a directory.
    #[track_caller]
    fn with(options: &[&str], mib: u64, fill: impl FnOnce(&Path)) -> Made {
        let directory = tempfile::tempdir().unwrap();
        let (image, source) = (directory.path().join("image"), directory.path().join("source"));
        fs::create_dir(&source).unwrap();
        fill(&source);
        File::create(&image).unwrap().set_len(mib << 20).unwrap();
        let mut arguments = vec!["--force", "--quick", "--quiet", "--label", "Spécimen"];
        arguments.extend(options);
        arguments.push(text(&image));
        run("/usr/sbin/mkntfs", &arguments);
        let made = Made { image, source, directory };
        // Whoever applies an archive sets the root's attributes, among them that files in it are to be packed.
        if fs::read_dir(&made.source).unwrap().next().is_none() {
            return made;
        }
        let archive = made.directory.path().join("archive");
        let capture = ["capture", text(&made.source), text(&archive), "--compress=none", "--no-acls"];
        run("wimlib-imagex", &capture);
        run("wimlib-imagex", &["apply", text(&archive), "1", text(&made.image)]);
        made
    }

    /// Puts a file onto the image by ntfscp, with its own arguments before the path.
    #[track_caller]
    fn put(&self, options: &[&str], path: &str, bytes: &[u8]) {
        let source = self.directory.path().join("put");
        fs::write(&source, bytes).unwrap();
        let mut arguments = vec!["--quiet", "--force"];
        arguments.extend(options);
        arguments.extend([text(&self.image), text(&source), path]);
        run("/usr/sbin/ntfscp", &arguments);
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(&self.image).unwrap()
    }

    fn open(&self) -> Ntfs {
        Ntfs::open(Arc::new(FileImage::open(&self.image).unwrap())).unwrap()
    }
}

/// Bytes that no method packs.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 88_172_645_463_325_252u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..length).map(|_| next()).collect()
}

/// Bytes that every method packs, with matches near and far.
fn prose(length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut n = 0u64;
    while bytes.len() < length {
        n += 1;
        bytes.extend(format!("{n}: the quick brown fox {} jumps over {}\n", n * n % 1009, n / 7).bytes());
    }
    bytes.truncate(length);
    bytes
}

/// What the specimens hold: something of every kind that Linux can put there.
fn fill(source: &Path) {
    for directory in ["sub/deep", "crowded", "empty directory"] {
        fs::create_dir_all(source.join(directory)).unwrap();
    }
    fs::write(source.join("hello.txt"), "hello").unwrap();
    fs::write(source.join("empty"), "").unwrap();
    fs::write(source.join("Prose É.txt"), prose(300_001)).unwrap();
    fs::write(source.join("sub/deep/noise.bin"), noise(70_000)).unwrap();
    fs::hard_link(source.join("sub/deep/noise.bin"), source.join("sub/other name.bin")).unwrap();
    symlink("../hello.txt", source.join("sub/link")).unwrap();
    symlink("sub/deep", source.join("way")).unwrap();
    symlink("loop", source.join("loop")).unwrap();
    for n in 0..400 {
        fs::write(source.join(format!("crowded/entry number {n}.conf")), n.to_string()).unwrap();
    }
    let past = SystemTime::UNIX_EPOCH + Duration::from_secs(1_234_567_890);
    File::options().write(true).open(source.join("hello.txt")).unwrap().set_modified(past).unwrap();
}

#[track_caller]
fn node(fs: &Ntfs, path: &str) -> Node {
    fs.look_up(path).unwrap().unwrap_or_else(|| panic!("{path}"))
}

/// A whole file, in pieces that begin and end anywhere.
#[track_caller]
fn whole(fs: &Ntfs, node: &Node) -> Vec<u8> {
    let mut bytes = Vec::new();
    for size in [1, 4095, 70_001, 300_007].iter().cycle() {
        let piece = fs.read(node, bytes.len() as u64, *size).unwrap();
        bytes.extend(&piece);
        if piece.len() < *size {
            break;
        }
    }
    assert_eq!(bytes.len() as u64, node.size_bytes);
    bytes
}
