//! Real filesystems made by e2fsprogs, read back and compared with what was put in and with what `debugfs` says.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use tempfile::TempDir;

use super::*;
use crate::made::{self, Listing, noise};
use crate::read_at::FileImage;
use crate::tree::{Laid, Tree};

mod hostile;
mod peer;
mod recovery;

/// A filesystem image with the directory it was made from.
pub(super) struct Made {
    pub image: PathBuf,
    pub source: PathBuf,
    _directory: TempDir,
}

/// Runs one of Debian's programs and gives what it printed.
#[track_caller]
pub(super) fn run(program: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(program);
    String::from_utf8_lossy(&made::run("e2fsprogs", command.args(arguments).env("DEBUGFS_PAGER", "cat")))
        .into()
}

/// Runs a `debugfs` request; it may write.
#[track_caller]
pub(super) fn debugfs(image: &Path, request: &str) -> String {
    run("/usr/sbin/debugfs", &["-w", "-R", request, image.to_str().expect("a plain path")])
}

impl Made {
    /// Makes an image of `mib` MiB with `options` for mke2fs, holding what `fill` puts into a directory.
    #[track_caller]
    pub fn with(options: &[&str], mib: u64, fill: impl FnOnce(&Path)) -> Made {
        let directory = tempfile::tempdir().unwrap();
        let (image, source) = (directory.path().join("image"), directory.path().join("source"));
        fs::create_dir(&source).unwrap();
        fill(&source);
        File::create(&image).unwrap().set_len(mib << 20).unwrap();
        let mut arguments = vec!["-q", "-F", "-d", source.to_str().unwrap()];
        arguments.extend(options);
        arguments.push(image.to_str().unwrap());
        run("/usr/sbin/mke2fs", &arguments);
        Made { image, source, _directory: directory }
    }

    pub fn open(&self) -> Ext4 {
        self.try_open().unwrap()
    }

    pub fn try_open(&self) -> Result<Ext4, Unreadable> {
        Ext4::open(Arc::new(FileImage::open(&self.image).unwrap()))
    }

    /// Writes into the image where a hostile hand would.
    pub fn patch(&self, at: u64, bytes: &[u8]) {
        let file = File::options().write(true).open(&self.image).unwrap();
        file.write_all_at(bytes, at).unwrap();
    }
}

/// A tree with one of everything that a source directory can hold.
pub(super) fn one_of_everything(at: &Path) {
    fs::create_dir_all(at.join("etc/ssh")).unwrap();
    fs::create_dir_all(at.join("usr/lib")).unwrap();
    fs::create_dir(at.join("crowded")).unwrap();
    for n in 0..400 {
        fs::write(at.join(format!("crowded/{n:0100}")), format!("{n}")).unwrap();
    }
    fs::write(at.join("etc/empty"), b"").unwrap();
    fs::write(at.join("etc/tiny"), b"0123456789").unwrap();
    fs::write(at.join("etc/small"), noise(130)).unwrap();
    fs::write(at.join("etc/hostname"), b"halle\n").unwrap();
    fs::write(at.join("large"), noise(3_000_001)).unwrap();
    // Scattered over 80 MiB: holes, and with small blocks all three levels of pointers.
    let scattered = File::create(at.join("scattered")).unwrap();
    for (n, mib) in [0u64, 1, 9, 40, 70, 79].into_iter().enumerate() {
        scattered.write_all_at(&noise(5000 + n), (mib << 20) + 777).unwrap();
    }
    symlink("hostname", at.join("etc/short")).unwrap();
    symlink("/usr/lib/os-release", at.join("etc/os-release")).unwrap();
    fs::write(at.join("usr/lib/os-release"), b"ID=halle\n").unwrap();
    symlink(format!("{}etc/hostname", "./".repeat(60)), at.join("long-link")).unwrap();
    symlink("../../../../../../etc/hostname", at.join("etc/ssh/escape")).unwrap();
    symlink("loop-b", at.join("loop-a")).unwrap();
    symlink("loop-a", at.join("loop-b")).unwrap();
    symlink("/nowhere", at.join("dangling")).unwrap();
    fs::hard_link(at.join("etc/hostname"), at.join("usr/hostname-too")).unwrap();
    fs::set_permissions(at.join("etc/tiny"), fs::Permissions::from_mode(0o4751)).unwrap();
    run("/usr/bin/mkfifo", &[at.join("etc/fifo").to_str().unwrap()]);
    fs::write(at.join("caf\u{e9} \u{1f37a}"), b"names are bytes").unwrap();
}

/// All paths of a filesystem, without the directory that only its makers know.
pub(super) fn inside(fs: &Ext4) -> Listing {
    let mut found = made::inside(fs);
    found.retain(|path, _| !path.starts_with("/lost+found"));
    found
}

/// Makes a filesystem with `options` and checks that everything in it reads back.
#[track_caller]
fn check(options: &[&str]) {
    let made = Made::with(options, 96, one_of_everything);
    let fs = made.open();
    let inside = inside(&fs);
    made::check_contents(&fs, &inside, &made.image, &made.source, options);
    let (named, _) = made::check_sweep_and_names(&fs, &inside);
    // Hard links share an inode: one name in the source is the second one of its inode. The root and lost+found come on top.
    assert_eq!(named, inside.len() - 1 + 2);
}

#[test]
fn an_ext4_as_debian_makes_it_reads_back() {
    check(&["-t", "ext4"]);
}

#[test]
fn an_ext2_with_small_blocks_and_pointers_of_three_levels_reads_back() {
    check(&["-t", "ext2", "-b", "1024"]);
}

#[test]
fn an_ext3_reads_back() {
    check(&["-t", "ext3"]);
}

#[test]
fn small_files_and_directories_inside_their_inodes_read_back() {
    check(&["-t", "ext4", "-O", "inline_data"]);
    check(&["-t", "ext4", "-O", "inline_data", "-I", "512"]);
}

#[test]
fn old_and_narrow_layouts_read_back() {
    check(&["-t", "ext4", "-O", "^metadata_csum,^64bit,uninit_bg", "-I", "128"]);
    check(&["-t", "ext4", "-O", "^metadata_csum,^64bit,^flex_bg,^filetype,^uninit_bg", "-b", "1024"]);
}

#[test]
fn rare_layouts_read_back() {
    check(&["-t", "ext4", "-O", "meta_bg,^resize_inode", "-b", "1024"]);
    check(&["-t", "ext4", "-O", "bigalloc", "-C", "16384"]);
    check(&["-t", "ext4", "-O", "sparse_super2,^resize_inode"]);
    check(&["-t", "ext4", "-O", "metadata_csum_seed,large_dir,mmp,quota"]);
    check(&["-t", "ext4", "-b", "65536", "-O", "inline_data,^has_journal"]);
}

#[test]
fn the_directory_index_changes_nothing_for_the_reader() {
    let made = Made::with(&["-t", "ext4", "-b", "1024"], 32, |at| {
        fs::create_dir(at.join("d")).unwrap();
        (0..3000).for_each(|n| fs::write(at.join(format!("d/{n:060}")), "").unwrap());
    });
    // The checker rebuilds directories with an index; it says so by its exit code.
    let out = Command::new("/usr/sbin/e2fsck").args(["-fyD"]).arg(&made.image).output();
    out.expect("this test needs /usr/sbin/e2fsck, from Debian's e2fsprogs");
    assert!(debugfs(&made.image, "htree_dump /d").contains("Root node dump"));
    let fs = made.open();
    let directory = fs.look_up("/d").unwrap().unwrap();
    assert_eq!(fs.list(&directory).unwrap().len(), 3000);
    assert!(fs.look_up(&format!("/d/{:060}", 2999)).unwrap().is_some());
}

#[test]
fn paths_resolve_inside_the_image_alone() {
    let made = Made::with(&["-t", "ext4"], 96, one_of_everything);
    let fs = made.open();
    let hostname = fs.look_up("/etc/hostname").unwrap().unwrap();
    assert_eq!(fs.read(&hostname, 0, 100).unwrap(), b"halle\n");
    for same in [
        "etc/hostname",
        "//etc/./hostname",
        "/../../etc/hostname",
        "/etc/short",
        "/etc/ssh/escape",
        "/long-link",
        "/usr/../etc/ssh/../hostname",
        "/usr/hostname-too",
    ] {
        assert_eq!(fs.look_up(same).unwrap().as_ref(), Some(&hostname), "{same}");
    }
    for none in ["/loop-a", "/dangling", "/etc/hostname/", "/etc/hostname/x", "/nowhere/..", "/loop-a/x"] {
        assert_eq!(fs.look_up(none).unwrap(), None, "{none}");
    }
    assert_eq!(fs.look_up("/etc/os-release").unwrap().unwrap().size_bytes, 9);
    assert_eq!(fs.look_up_itself("/etc/os-release").unwrap().unwrap().kind, Kind::Symlink);
    assert_eq!(fs.look_up("/").unwrap().unwrap().inode, ROOT_INODE);
    assert_eq!(fs.look_up("/..").unwrap().unwrap().inode, ROOT_INODE);
    assert_eq!(hostname.links, 2);
}

#[test]
fn pieces_of_a_file_are_the_file() {
    let made = Made::with(&["-t", "ext4"], 96, one_of_everything);
    let (fs, expected) = (made.open(), fs::read(made.source.join("scattered")).unwrap());
    let node = fs.look_up("/scattered").unwrap().unwrap();
    for (offset, limit) in
        [(0, 1), (776, 3), (1 << 20, 9000), ((79 << 20) - 5, 5000), (expected.len() - 1, 10)]
    {
        let end = (offset + limit).min(expected.len());
        assert!(fs.read(&node, offset as u64, limit).unwrap() == expected[offset..end], "{offset}");
    }
    for past in [expected.len() as u64, u64::MAX] {
        assert!(fs.read(&node, past, 10).unwrap().is_empty());
    }
}

#[test]
fn extents_are_where_debugfs_says_blocks_are() {
    let made = Made::with(&["-t", "ext4", "-b", "1024", "-O", "^has_journal"], 96, one_of_everything);
    let fs = made.open();
    for path in ["/large", "/scattered", "/etc/hostname"] {
        let node = fs.look_up(path).unwrap().unwrap();
        let expected = debugfs(&made.image, &format!("blocks {path}"));
        let mut blocks = Vec::new();
        for Extent { device_offset: offset, length, .. } in fs.extents(&node).unwrap() {
            blocks.extend((offset / 1024..(offset + length).div_ceil(1024)).map(|block| block.to_string()));
        }
        // The list of debugfs has the blocks of the map among those of the file.
        let listed: Vec<_> = expected.split_whitespace().collect();
        assert!(blocks.iter().all(|block| listed.contains(&block.as_str())), "{path}");
        assert!(listed.len() - blocks.len() <= 4, "{path}: {} and {}", listed.len(), blocks.len());
    }
}

#[test]
fn extended_attributes_read_back_wherever_they_are_kept() {
    let made = Made::with(&["-t", "ext4", "-b", "4096", "-O", "ea_inode"], 32, |at| {
        fs::write(at.join("file"), "x").unwrap()
    });
    let (medium, huge) = (made.source.join("medium"), made.source.join("huge"));
    fs::write(&medium, noise(2500)).unwrap();
    // As much as `debugfs` takes from a file, and too much for a block with its header.
    fs::write(&huge, noise(4096)).unwrap();
    debugfs(&made.image, "ea_set /file user.small value");
    debugfs(&made.image, "ea_set /file security.capability abcd");
    debugfs(&made.image, &format!("ea_set -f {} /file user.medium", medium.display()));
    debugfs(&made.image, &format!("ea_set -f {} /file trusted.huge", huge.display()));
    let fs = made.open();
    let file = fs.look_up("/file").unwrap().unwrap();
    let mut found = fs.attributes(&file).unwrap();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    let attribute = |name: &[u8], value: &[u8]| Attribute { name: name.into(), value: value.into() };
    let expected = [
        attribute(b"security.capability", b"abcd"),
        attribute(b"trusted.huge", &noise(4096)),
        attribute(b"user.medium", &noise(2500)),
        attribute(b"user.small", b"value"),
    ];
    assert_eq!(found, expected);
    assert!(fs.attributes(&fs.root().unwrap()).unwrap().is_empty());
}

#[test]
fn owners_and_times_past_2038_are_told() {
    let made = Made::with(&["-t", "ext4"], 16, |at| fs::write(at.join("file"), "x").unwrap());
    for request in [
        "sif /file uid 3000000001",
        "sif /file gid 70000",
        "sif /file mtime @5000000000",
        "sif /file mode 0102755",
    ] {
        debugfs(&made.image, request);
    }
    let node = made.open().look_up("/file").unwrap().unwrap();
    assert_eq!(
        (node.uid, node.gid, node.modified_at, node.mode),
        (3_000_000_001, 70_000, 5_000_000_000, 0o2755)
    );
}

#[test]
fn free_space_and_files_never_share_a_byte() {
    let made = Made::with(&["-t", "ext4", "-b", "1024"], 96, one_of_everything);
    let fs = made.open();
    let total = made::check_free_space(&fs);
    let said = run("/usr/sbin/dumpe2fs", &["-h", made.image.to_str().unwrap()]);
    let said = said.lines().find_map(|line| line.strip_prefix("Free blocks:")).unwrap();
    assert_eq!(total / 1024, said.trim().parse::<u64>().unwrap());
}

#[test]
fn a_filesystem_read_from_two_threads_is_the_same() {
    let made = Made::with(&["-t", "ext4"], 96, one_of_everything);
    let fs = made.open();
    let (one, other) = std::thread::scope(|scope| {
        let (one, other) = (scope.spawn(|| inside(&fs)), scope.spawn(|| inside(&fs)));
        (one.join().unwrap(), other.join().unwrap())
    });
    assert!(one == other && one.len() > 400);
}
