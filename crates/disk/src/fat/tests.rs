//! Real filesystems made by dosfstools and filled by mtools, read back; and the same ones lied to.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::*;
use crate::made;
use crate::read_at::FileImage;
use crate::tree::{Laid, Tree};

struct Made {
    image: PathBuf,
    directory: TempDir,
}

#[track_caller]
fn run(program: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(program);
    command.args(arguments).envs([("MTOOLS_SKIP_CHECK", "1"), ("LC_ALL", "C.UTF-8")]);
    String::from_utf8_lossy(&made::run("dosfstools and mtools", &mut command)).into()
}

fn contents(length: usize) -> Vec<u8> {
    (0..length).map(|n| (n * 7 + n / 251) as u8).collect()
}

const LONG: &str = "A name of many words, long enough for several entries \u{e9}\u{416}.conf";

impl Made {
    /// Makes a FAT of `mib` MiB and puts into it what an EFI system partition has, and more.
    #[track_caller]
    fn new(width: &str, mib: u64) -> Made {
        let directory = tempfile::tempdir().unwrap();
        let image = directory.path().join("image");
        File::create(&image).unwrap().set_len(mib << 20).unwrap();
        let made = Made { image, directory };
        let image = made.image.to_str().unwrap();
        run(
            "/usr/sbin/mkfs.fat",
            &["-F", width, "-s", if width == "12" { "4" } else { "1" }, "-n", "ESP", image],
        );
        for directory in ["::/EFI", "::/EFI/BOOT", "::/EFI/debian", "::/crowded"] {
            run("mmd", &["-i", image, directory]);
        }
        made.put("::/EFI/BOOT/BOOTX64.EFI", &contents(150_001));
        made.put("::/EFI/debian/grub.cfg", b"search.fs_uuid\n");
        made.put(&format!("::/{LONG}"), b"long");
        made.put("::/empty", b"");
        let source = made.directory.path().join("many");
        fs::create_dir(&source).unwrap();
        (0..200).for_each(|n| fs::write(source.join(format!("entry number {n}")), [n]).unwrap());
        let entries: Vec<_> = fs::read_dir(&source).unwrap().map(|entry| entry.unwrap().path()).collect();
        let mut arguments = vec!["-i", image];
        arguments.extend(entries.iter().map(|path| path.to_str().unwrap()));
        arguments.push("::/crowded");
        run("mcopy", &arguments);
        // A hole in the volume that the next file has to be wrapped around.
        run("mdel", &["-i", image, "::/EFI/debian/grub.cfg"]);
        made.put("::/fragmented", &contents(90_000));
        made
    }

    fn put(&self, place: &str, bytes: &[u8]) {
        let source = self.directory.path().join("source");
        fs::write(&source, bytes).unwrap();
        run("mcopy", &["-i", self.image.to_str().unwrap(), source.to_str().unwrap(), place]);
    }

    fn open(&self) -> Fat {
        Fat::open(Arc::new(FileImage::open(&self.image).unwrap())).unwrap()
    }
}

#[track_caller]
fn check(width: &str, mib: u64, expected: Width) {
    let made = Made::new(width, mib);
    let fs = made.open();
    assert_eq!((fs.width(), fs.label()), (expected, &b"ESP"[..]));
    let read = |path: &str| {
        let node = fs.look_up(path).unwrap().unwrap_or_else(|| panic!("{path}"));
        let bytes = fs.read(&node, 0, 1 << 20).unwrap();
        let image = fs::read(&made.image).unwrap();
        let placed: Vec<u8> = fs
            .extents(&node)
            .unwrap()
            .iter()
            .flat_map(|e| image[e.device_offset as usize..(e.device_offset + e.length) as usize].to_vec())
            .collect();
        assert!(placed == bytes, "{path}");
        bytes
    };
    for path in ["/EFI/BOOT/BOOTX64.EFI", "/efi/boot/bootx64.efi", "efi/../Efi//BOOT/./BootX64.efi"] {
        assert!(read(path) == contents(150_001), "{path}");
    }
    assert!(read("/fragmented") == contents(90_000));
    assert_eq!(read(&format!("/{}", LONG.to_uppercase())), b"long");
    assert_eq!(read("/ANAMEO~1.CON"), b"long");
    assert!(read("/empty").is_empty());
    for none in ["/EFI/debian/grub.cfg", "/EFI/BOOT/BOOTX64.EFI/x", "/ESP", "/nowhere"] {
        assert_eq!(fs.look_up(none).unwrap(), None, "{none}");
    }
    let listed = fs.list(&fs.root().unwrap()).unwrap();
    let mut listed: Vec<_> = listed.into_iter().map(|entry| String::from_utf8(entry.name).unwrap()).collect();
    listed.sort();
    assert_eq!(listed, [LONG, "EFI", "crowded", "empty", "fragmented"]);
    assert_eq!(fs.list(&fs.look_up("/crowded").unwrap().unwrap()).unwrap().len(), 200);
    check_whole(&made, &fs);
}

/// Names, sweep and free space together account for every cluster once.
#[track_caller]
fn check_whole(made: &Made, fs: &Fat) {
    let names = fs.names().unwrap();
    assert_eq!((names.faults_counted, names.count()), (0, 1 + 4 + 4 + 200));
    let mut taken = 0;
    let mut visit = |Laid { node, extents: map, .. }: Laid<'_>| {
        let path = String::from_utf8(names.path(node.inode).unwrap()).unwrap();
        assert_eq!(fs.look_up(&path).unwrap().unwrap(), *node);
        if node.inode != ROOT_INODE || fs.width() == Width::Fat32 {
            taken += map.iter().map(|e| e.length.next_multiple_of(fs.cluster_bytes())).sum::<u64>();
        }
    };
    fs.sweep(&mut visit, &mut |fault| panic!("{fault:?}")).unwrap();
    let mut free = 0;
    fs.free_space(&mut |from, to| free += to - from).unwrap();
    assert_eq!(taken + free, u64::from(fs.boot.clusters) * fs.cluster_bytes());
    let said = run("mdir", &["-i", made.image.to_str().unwrap(), "::/"]);
    let said = said.lines().find_map(|line| line.strip_suffix("bytes free")).unwrap();
    assert_eq!(said.split_whitespace().collect::<String>(), free.to_string());
}

#[test]
fn a_small_fat_reads_back() {
    check("12", 4, Width::Fat12);
}

#[test]
fn a_middling_fat_reads_back() {
    check("16", 32, Width::Fat16);
}

#[test]
fn an_efi_system_partition_reads_back() {
    check("32", 64, Width::Fat32);
}

#[test]
fn dates_are_told_in_seconds() {
    assert_eq!(directory_seconds(1980, 1, 1, 0, 0, 0), 315_532_800);
    assert_eq!(directory_seconds(2024, 2, 29, 12, 34, 56), 1_709_210_096);
    assert_eq!(directory_seconds(2000, 0, 0, 0, 0, 0), 0);
}

fn directory_seconds(year: u16, month: u16, day: u16, h: u16, m: u16, s: u16) -> i64 {
    directory::seconds((year - 1980) << 9 | month << 5 | day, h << 11 | m << 5 | (s / 2))
}

/// A sound FAT16 in memory: its bytes, and where the entry of the boot loader lies.
static SOUND: std::sync::LazyLock<(Vec<u8>, u64)> = std::sync::LazyLock::new(|| {
    let made = Made::new("16", 5);
    let number = made.open().look_up("/EFI/BOOT/BOOTX64.EFI").unwrap().unwrap().inode;
    (fs::read(&made.image).unwrap(), number * 32)
});

fn lied_to(edits: &[(u64, &[u8])]) -> Result<Fat, Unreadable> {
    let mut image = SOUND.0.clone();
    for (at, bytes) in edits {
        image[*at as usize..*at as usize + bytes.len()].copy_from_slice(bytes);
    }
    Fat::open(Arc::new(image))
}

#[track_caller]
fn refused(edits: &[(u64, &[u8])], what: &str) {
    match lied_to(edits).map(|_| "opened") {
        Err(Unreadable::Damaged { what: found, .. }) => assert_eq!(found, what),
        other => panic!("{what}: {other:?}"),
    }
}

#[test]
fn numbers_that_everything_is_computed_from_are_bounded() {
    refused(&[(510, b"xx")], "boot sector signature");
    for size in [0u16, 1, 511, 513, 8192, u16::MAX] {
        refused(&[(11, &size.to_le_bytes())], "sector size");
    }
    refused(&[(13, &[0])], "sectors per cluster");
    refused(&[(13, &[3])], "sectors per cluster");
    refused(&[(14, &[0, 0])], "number of tables");
    refused(&[(16, &[0])], "number of tables");
    refused(&[(19, &[0, 0]), (32, &[0xff; 4])], "number of sectors");
    refused(&[(19, &[0, 0]), (32, &[0; 4])], "number of sectors");
    refused(&[(14, &[0xff, 0xff])], "number of clusters");
    refused(&[(22, &[1, 0])], "table size");
    refused(&[(17, &[0, 0])], "root directory size");
    for length in [0usize, 1, 511, 512, 4096] {
        let opened = Fat::open(Arc::new(vec![0u8; length])).map(|_| "opened");
        assert!(matches!(opened, Err(Unreadable::Damaged { .. })), "{length}");
    }
}

#[track_caller]
fn damaged(edits: &[(u64, &[u8])], what: &str) {
    let fs = lied_to(edits).unwrap();
    let node = fs.look_up("/EFI/BOOT/BOOTX64.EFI").unwrap().unwrap();
    match fs.read(&node, 0, 1 << 20).map(|_| "read") {
        Err(Unreadable::Damaged { what: found, .. }) => assert_eq!(found, what),
        other => panic!("{what}: {other:?}"),
    }
    let mut faults = 0;
    fs.sweep(&mut |_| {}, &mut |_| faults += 1).unwrap();
    assert_eq!(faults, 1, "{what}");
}

#[test]
fn cluster_chains_that_lead_astray_end_the_reading() {
    let sound = lied_to(&[]).unwrap();
    let entry = SOUND.1;
    let first = sound.inode(entry / 32).unwrap().first_cluster;
    let link = sound.boot.table_at + u64::from(first) * 2;
    let to_itself = (first as u16).to_le_bytes();
    for (value, what) in [
        ([0, 0], "cluster outside the volume"),
        ([1, 0], "cluster outside the volume"),
        ([0xf7, 0xff], "cluster outside the volume"),
        ([0xff, 0xff], "cluster chain shorter than the file"),
    ] {
        damaged(&[(link, &value)], what);
    }
    damaged(&[(link, &to_itself), (entry + 28, &[0xff; 4])], "cluster chain loop");
    damaged(&[(entry + 26, &[0, 0])], "cluster outside the volume");
}

#[test]
fn a_directory_inside_itself_is_entered_once() {
    let sound = lied_to(&[]).unwrap();
    let efi = sound.look_up("/EFI").unwrap().unwrap();
    let boot = sound.look_up("/EFI/BOOT").unwrap().unwrap();
    let cluster = (sound.inode(efi.inode).unwrap().first_cluster as u16).to_le_bytes();
    let fs = lied_to(&[(boot.inode * 32 + 26, &cluster)]).unwrap();
    assert_eq!(fs.names().unwrap().faults_counted, 2);
    assert!(fs.look_up(&format!("/EFI{}", "/BOOT".repeat(500))).unwrap().is_some());
}

#[test]
fn a_directory_whose_chain_is_a_circle_is_damage() {
    let sound = lied_to(&[]).unwrap();
    let crowded = sound.look_up("/crowded").unwrap().unwrap();
    let first = sound.inode(crowded.inode).unwrap().first_cluster;
    let link = sound.boot.table_at + u64::from(first) * 2;
    let fs = lied_to(&[(link, &(first as u16).to_le_bytes())]).unwrap();
    let found = fs.list(&crowded);
    assert!(matches!(found, Err(Unreadable::Damaged { .. } | Unreadable::OverLimit { .. })));
}

#[test]
fn a_long_name_left_over_from_another_file_is_not_taken() {
    let entry = SOUND.1;
    let fs = lied_to(&[(entry, b"OTHER   EFI")]).unwrap();
    assert!(fs.look_up("/EFI/BOOT/other.efi").unwrap().is_some());
    let fs = lied_to(&[(entry, b"BO/TX64 EFI")]).unwrap();
    let boot = fs.look_up("/EFI/BOOT").unwrap().unwrap();
    assert!(matches!(fs.list(&boot), Err(Unreadable::Damaged { what: "name in a directory", .. })));
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]

    #[test]
    fn mutated_filesystems_are_read_without_a_panic_or_a_loop(
        edits in proptest::collection::vec((0usize..6, 0u64..512, proptest::num::u8::ANY), 1..12),
    ) {
        let sound = lied_to(&[]).unwrap();
        let boot = sound.inode(SOUND.1 / 32).unwrap();
        let places = [
            0,
            sound.boot.table_at,
            sound.boot.table_at + u64::from(boot.first_cluster) * 2,
            sound.boot.root_at,
            SOUND.1 & !511,
            sound.boot.data_at,
        ];
        let mut image = SOUND.0.clone();
        for (place, at, byte) in edits {
            image[(places[place] + at) as usize] = byte;
        }
        let Ok(fs) = Fat::open(Arc::new(image)) else { return Ok(()) };
        let mut visit = |Laid { node, extents: map, .. }: Laid<'_>| {
            assert!(map.iter().all(|extent| extent.device_offset + extent.length <= fs.size_bytes()));
            let _ = (fs.list(node), fs.read(node, 5000, 70_000));
        };
        let _ = fs.sweep(&mut visit, &mut |_| {});
        let _ = fs.free_space(&mut |from, to| assert!(from < to && to <= fs.size_bytes()));
        let _ = fs.look_up("/EFI/BOOT/BOOTX64.EFI");
    }
}

/// Checks what a FAT says of its own condition once `patch` has been written at `at`.
#[track_caller]
fn check_condition(width: &str, mib: u64, patch: Option<(u64, u8)>, expected: Condition) {
    let made = Made::new(width, mib);
    if let Some((at, byte)) = patch {
        let file = File::options().write(true).open(&made.image).unwrap();
        file.write_all_at(&[byte], at).unwrap();
    }
    assert_eq!(made.open().condition().unwrap(), expected, "{width} {patch:?}");
}

#[test]
fn a_fat_says_whether_it_was_unmounted_and_is_sound() {
    check_condition("12", 4, None, Condition::Clean);
    check_condition("16", 16, None, Condition::Clean);
    check_condition("32", 40, None, Condition::Clean);
    check_condition("12", 4, Some((37, 1)), Condition::InUse);
    check_condition("32", 40, Some((65, 2)), Condition::Damaged);
    // The high byte of the entry of cluster 1.
    let table = Made::new("16", 16).open().boot.table_at;
    check_condition("16", 16, Some((table + 3, 0x7f)), Condition::InUse);
    check_condition("16", 16, Some((table + 3, 0xbf)), Condition::Damaged);
    let table = Made::new("32", 40).open().boot.table_at;
    check_condition("32", 40, Some((table + 7, 0x07)), Condition::InUse);
    check_condition("32", 40, Some((table + 7, 0x0b)), Condition::Damaged);
}
