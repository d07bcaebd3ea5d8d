//! Real volumes made by `mksquashfs` with every packer, read back; and the same ones lied to.

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::*;
use crate::made::{self, noise};
use crate::read_at::FileImage;
use crate::tree::Kind;
use crate::tree::Tree;

fn one_of_everything(at: &Path) {
    fs::create_dir_all(at.join("etc/empty-directory")).unwrap();
    fs::create_dir_all(at.join("many")).unwrap();
    for n in 0..900 {
        fs::write(at.join(format!("many/a name that takes some room {n}")), format!("{n}\n")).unwrap();
    }
    fs::write(at.join("etc/hostname"), b"halle\n").unwrap();
    fs::write(at.join("etc/empty"), b"").unwrap();
    fs::hard_link(at.join("etc/hostname"), at.join("etc/second-name")).unwrap();
    symlink("hostname", at.join("etc/link")).unwrap();
    // What cannot be packed lies as it is; what can is packed; a tail of each is in a fragment.
    fs::write(at.join("noise"), noise(400_000)).unwrap();
    fs::write(at.join("lines"), "the same line again and again\n".repeat(20_000)).unwrap();
    fs::write(at.join("even"), [noise(131_072), vec![0; 131_072], noise(131_072)].concat()).unwrap();
    File::create(at.join("hole")).unwrap().set_len(1_000_000).unwrap();
    fs::set_permissions(at.join("lines"), Permissions::from_mode(0o4751)).unwrap();
}

struct Made {
    directory: TempDir,
}

impl Made {
    #[track_caller]
    fn with(options: &[&str]) -> Made {
        let directory = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let made = Made { directory };
        one_of_everything(&made.source());
        let mut command = Command::new("/usr/bin/mksquashfs");
        command.args([made.source(), made.image()]).args(["-quiet", "-no-progress", "-processors", "1"]);
        made::run("squashfs-tools", command.args(options));
        made
    }

    fn source(&self) -> std::path::PathBuf {
        self.directory.path().join("source")
    }

    fn image(&self) -> std::path::PathBuf {
        self.directory.path().join("image")
    }

    fn open(&self) -> Squashfs {
        Squashfs::open(Arc::new(FileImage::open(&self.image()).unwrap())).unwrap()
    }
}

/// Checks that what `mksquashfs` makes with these options reads back, by path and by sweep.
#[track_caller]
fn check(options: &[&str]) {
    let made = Made::with(options);
    let fs = made.open();
    let image = FileImage::open(&made.image()).unwrap();
    let names = fs.names().unwrap();
    assert_eq!((names.faults_counted, names.count()), (0, 911), "{options:?}");
    let mut packed = BTreeMap::new();
    let mut visit = |laid: Laid<'_>| {
        let path = String::from_utf8(names.path(laid.node.inode).unwrap()).unwrap();
        let outside = made.source().join(&path[1..]);
        let metadata = fs::symlink_metadata(&outside).unwrap();
        let node = laid.node;
        assert_eq!(u32::from(node.mode), metadata.permissions().mode() & 0o7777, "{path}");
        assert_eq!((node.uid, node.modified_at), (metadata.uid(), metadata.mtime()), "{path}");
        assert_eq!(fs.look_up_itself(&path).unwrap().as_ref(), Some(node));
        match node.kind {
            Kind::Directory => {
                assert_eq!(fs.list(node).unwrap().len(), fs::read_dir(outside).unwrap().count(), "{path}");
            }
            Kind::Symlink => assert_eq!(fs.read_link(node).unwrap(), b"hostname"),
            _ => {
                let expected = fs::read(outside).unwrap();
                assert!(fs.read(node, 0, 2 << 20).unwrap() == expected, "{options:?} {path}");
                let from = expected.len() / 3;
                assert!(
                    fs.read(node, from as u64, 150_000).unwrap()
                        == expected[from..(from + 150_000).min(expected.len())]
                );
                let mut bytes = vec![0; expected.len()];
                for extent in laid.extents {
                    let range = extent.file_offset as usize..(extent.file_offset + extent.length) as usize;
                    image.read_exact_at(extent.device_offset, &mut bytes[range]).unwrap();
                }
                assert!(laid.is_packed || bytes == expected, "{options:?} {path}");
            }
        }
        packed.insert(path, laid.is_packed);
    };
    fs.sweep(&mut visit, &mut |fault| panic!("{fault:?}")).unwrap();
    assert_eq!(packed.len(), 911, "{options:?}");
    assert_eq!((packed["/lines"], packed["/hole"]), (!options.contains(&"-noD"), false), "{options:?}");
    assert_eq!(fs.look_up("/etc/link").unwrap(), fs.look_up("/etc/second-name").unwrap());
    assert!(fs.look_up("/etc/none").unwrap().is_none());
}

#[test]
fn volumes_of_every_packer_read_back() {
    check(&["-comp", "gzip"]);
    check(&["-comp", "xz", "-b", "64K"]);
    check(&["-comp", "zstd", "-Xcompression-level", "3"]);
    check(&["-comp", "lz4"]);
    check(&["-comp", "lzo"]);
}

#[test]
fn volumes_without_fragments_or_packing_read_back() {
    check(&["-no-fragments", "-b", "1M"]);
    check(&["-noI", "-noD", "-noF", "-noX", "-b", "4K"]);
}

#[test]
fn changed_bytes_never_bring_the_reader_down() {
    let made = Made::with(&["-noI", "-noF", "-noX", "-comp", "zstd", "-Xcompression-level", "1"]);
    let whole = fs::read(made.image()).unwrap();
    let fs = made.open();
    let tables = fs.superblock.inodes_at as usize;
    let mut state = 88_172_645_463_325_252_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    for _ in 0..120 {
        let mut bytes = whole.clone();
        for _ in 0..=random(4) {
            let at =
                if random(4) == 0 { random(SUPERBLOCK_BYTES) } else { tables + random(bytes.len() - tables) };
            bytes[at] = [0, 1, 0x7f, 0xff, random(256) as u8][random(5)];
        }
        let Ok(fs) = Squashfs::open(Arc::new(bytes)) else { continue };
        let mut seen = Vec::new();
        let _ = fs.sweep(
            &mut |laid| {
                let ends = |extent: &Extent| extent.device_offset + extent.length <= fs.size_bytes();
                assert!(laid.extents.iter().all(ends));
                seen.push(laid.node.clone());
            },
            &mut |_| {},
        );
        for node in seen.iter().take(30) {
            let _ = (fs.list(node), fs.read_link(node), fs.attributes(node));
            for offset in [0, 140_000, node.size_bytes.saturating_sub(9), u64::MAX] {
                let _ = fs.read(node, offset, 200_000);
            }
        }
    }
}

/// Checks that a superblock with these bytes is refused, with `what`.
#[track_caller]
fn refused(at: usize, bytes: &[u8], what: &str) {
    let mut volume = vec![0; 4096];
    volume[..4].copy_from_slice(b"hsqs");
    volume[12..16].copy_from_slice(&(128_u32 << 10).to_le_bytes());
    volume[20] = 1;
    volume[28] = 4;
    volume[40..48].copy_from_slice(&4096_u64.to_le_bytes());
    for table in [48, 64, 72] {
        volume[table..table + 8].copy_from_slice(&200_u64.to_le_bytes());
    }
    assert!(Squashfs::open(Arc::new(volume.clone())).is_ok());
    volume[at..at + bytes.len()].copy_from_slice(bytes);
    let said = Squashfs::open(Arc::new(volume)).map(|_| ()).expect_err(what).to_string();
    assert!(said.contains(what), "{said}");
}

#[test]
fn a_superblock_that_asks_for_too_much_is_refused_by_name() {
    refused(0, b"sqsh", "superblock signature");
    refused(28, &[3], "squashfs 3.0");
    refused(12, &(2_u32 << 20).to_le_bytes(), "block size");
    refused(12, &0_u32.to_le_bytes(), "block size");
    refused(40, &4097_u64.to_le_bytes(), "length of the filesystem");
    refused(64, &4096_u64.to_le_bytes(), "place of a table");
    refused(72, &u64::MAX.to_le_bytes(), "place of a table");
    refused(20, &[2], "LZMA");
    refused(20, &[9], "compression 9");
}
