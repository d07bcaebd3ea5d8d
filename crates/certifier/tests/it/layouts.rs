//! What a specimen's root filesystem can lie in, beside an ext4 right on its partition; and the EFI system partition.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use crate::specimen::{MIB, folder, run};

/// How the root filesystem is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    Ext4,
    Xfs,
    Ntfs,
    /// A Btrfs with the root in `@rootfs`, and what is in its `/home` in `@home`, as installers do it.
    Btrfs,
    /// An ext4 on a logical volume, in two runs that lie in the wrong order. The volume after it holds these bytes at its start.
    Logical {
        second: &'static [u8],
        at: u64,
    },
}

/// The beginning of a program for firmware, which is all that anyone looks at.
pub fn loader() -> Vec<u8> {
    let mut bytes = vec![0; 512];
    bytes[..2].copy_from_slice(b"MZ");
    bytes
}

/// A FAT of one MiB with `bytes` as the loader that firmware looks for.
pub fn esp(bytes: &[u8]) -> Vec<u8> {
    static USUAL: OnceLock<Vec<u8>> = OnceLock::new();
    if bytes == loader() {
        return USUAL.get_or_init(|| make_esp(bytes)).clone();
    }
    make_esp(bytes)
}

/// The same with a boot store beside the loader.
pub fn esp_with_store(store: &[u8]) -> Vec<u8> {
    let folder = folder();
    let (image, source) = (folder.path().join("esp"), folder.path().join("store"));
    fs::write(&image, esp(&loader())).expect("room for a file");
    fs::write(&source, store).expect("room for a file");
    let folders = ["::/EFI/Microsoft", "::/EFI/Microsoft/Boot"];
    run(Command::new("mmd").arg("-i").arg(&image).args(folders), b"");
    run(Command::new("mcopy").arg("-i").arg(&image).arg(&source).arg("::/EFI/Microsoft/Boot/BCD"), b"");
    fs::read(image).expect("it was just made")
}

/// Makes an NTFS of what is in `root`.
pub fn ntfs(root: &Path, volume: &Path, size_bytes: u64) {
    let archive = volume.with_extension("wim");
    File::create(volume).expect("a new file").set_len(size_bytes).expect("a long file");
    run(
        Command::new("mkntfs").args(["--force", "--quick", "--quiet", "--label", "Windows"]).arg(volume),
        b"",
    );
    let mut capture = Command::new("wimlib-imagex");
    run(capture.arg("capture").arg(root).arg(&archive).args(["--compress=none", "--no-acls"]), b"");
    let mut apply = Command::new("wimlib-imagex");
    run(apply.arg("apply").arg(&archive).arg("1").arg(volume), b"");
    fs::remove_file(archive).expect("it is ours");
}

fn make_esp(bytes: &[u8]) -> Vec<u8> {
    let folder = folder();
    let (image, source) = (folder.path().join("esp"), folder.path().join("loader"));
    File::create(&image).expect("a new file").set_len(MIB).expect("a long file");
    fs::write(&source, bytes).expect("room for a file");
    run(Command::new("mkfs.fat").args(["-i", "48414c4c", "-n", "ESP"]).arg(&image), b"");
    run(Command::new("mmd").arg("-i").arg(&image).args(["::/EFI", "::/EFI/BOOT"]), b"");
    run(Command::new("mcopy").arg("-i").arg(&image).arg(&source).arg("::/EFI/BOOT/BOOTX64.EFI"), b"");
    fs::read(image).expect("it was just made")
}

/// Makes an XFS of what is in `root`, as `mkfs` is told of it.
pub fn xfs(root: &Path, volume: &Path, size_bytes: u64) {
    let mut text = "halle\n0 0\nd--755 0 0\n".to_owned();
    describe(root, &mut text);
    text.push_str("$\n");
    let described = volume.with_extension("proto");
    fs::write(&described, text).expect("room for a file");
    File::create(volume).expect("a new file").set_len(size_bytes).expect("a long file");
    run(Command::new("mkfs.xfs").args(["-q", "-f", "-p"]).arg(described).arg(volume), b"");
}

/// Makes a Btrfs of what is in `root`. The program makes no subvolumes, but directories in their place, which is all the same.
pub fn btrfs(root: &Path, volume: &Path, size_bytes: u64) {
    let source = folder();
    let (rootfs, home) = (source.path().join("@rootfs"), source.path().join("@home"));
    run(Command::new("cp").arg("-a").arg(root).arg(&rootfs), b"");
    if rootfs.join("home").is_dir() {
        fs::rename(rootfs.join("home"), home).expect("both are ours");
    }
    fs::create_dir_all(rootfs.join("home")).expect("room for a folder");
    File::create(volume).expect("a new file").set_len(size_bytes).expect("a long file");
    run(
        Command::new("mkfs.btrfs").args(["-q", "-f", "-m", "single", "-r"]).arg(source.path()).arg(volume),
        b"",
    );
}

/// Makes an ext4 of one file, for a volume beside that of the root.
pub fn ext4_of(path: &str, content: &str, options: &[&str]) -> Vec<u8> {
    let folder = folder();
    let (source, image) = (folder.path().join("source"), folder.path().join("image"));
    let place = source.join(path);
    fs::create_dir_all(place.parent().expect("it is below the source")).expect("room for a folder");
    fs::write(place, content).expect("room for a file");
    run(
        Command::new("mke2fs")
            .args(["-q", "-F", "-t", "ext4", "-d"])
            .arg(source)
            .args(options)
            .arg(&image)
            .arg("1024k"),
        b"",
    );
    fs::read(image).expect("it was just made")
}

fn describe(directory: &Path, text: &mut String) {
    let mut entries: Vec<_> =
        fs::read_dir(directory).expect("a folder").map(|entry| entry.expect("readable")).collect();
    entries.sort_by_key(|entry| entry.file_name());
    for entry in entries {
        let (path, metadata) = (entry.path(), entry.metadata().expect("it is there"));
        let name = entry.file_name().into_string().expect("names of specimens are text");
        let mode = format!("--{:03o} 0 0", metadata.permissions().mode() & 0o777);
        let told = if metadata.is_dir() {
            writeln!(text, "{name} d{mode}").and_then(|()| {
                describe(&path, text);
                writeln!(text, "$")
            })
        } else if metadata.is_symlink() {
            let target = fs::read_link(&path).expect("it is a link");
            writeln!(text, "{name} l{mode} {}", target.display())
        } else {
            writeln!(text, "{name} -{mode} {}", path.display())
        };
        told.expect("text takes all that is written to it");
    }
}

const EXTENT: u64 = 4 * MIB;
const DATA_AT: u64 = MIB;
/// Where the runs of the root volume lie, in extents: its second half comes first on the disk.
const RUNS: [(u64, u64); 2] = [(5, 4), (0, 4)];
const SECOND_AT: u64 = 10;
const EXTENTS: u64 = 12;

/// Lays a volume group on the disk from `at`, with `volume` as its first logical volume, as LVM2 writes it.
pub fn logical(volume: &File, disk: &File, at: u64, second: (&[u8], u64)) {
    let data = at + DATA_AT;
    let mut from = 0;
    for (extent, count) in RUNS {
        let mut bytes = vec![0; (count * EXTENT) as usize];
        volume.read_exact_at(&mut bytes, from).expect("the volume is that long");
        for (number, block) in
            bytes.chunks(4096).enumerate().filter(|(_, block)| block.iter().any(|byte| *byte != 0))
        {
            disk.write_all_at(block, data + extent * EXTENT + number as u64 * 4096)
                .expect("room on the disk");
        }
        from += count * EXTENT;
    }
    disk.write_all_at(second.0, data + SECOND_AT * EXTENT + second.1).expect("room on the disk");
    let text = format!("{}\0", description());
    const AREA_AT: u64 = 4096;
    const TEXT_AT: u64 = 512;
    let mut header = [&[0; 4][..], b"\x20LVM2\x20x[5A%r0N*>", &1_u32.to_le_bytes()].concat();
    for field in [AREA_AT, DATA_AT - AREA_AT, TEXT_AT, text.len() as u64] {
        header.extend(field.to_le_bytes());
    }
    header.extend(checksum(text.as_bytes()).to_le_bytes());
    header.resize(512, 0);
    let sum = checksum(&header[4..]).to_le_bytes();
    header[..4].copy_from_slice(&sum);
    disk.write_all_at(&header, at + AREA_AT).expect("room on the disk");
    disk.write_all_at(text.as_bytes(), at + AREA_AT + TEXT_AT).expect("room on the disk");
    let id = ID.replace('-', "");
    let head =
        [b"LABELONE", &1_u64.to_le_bytes()[..], &[0; 4], &32_u32.to_le_bytes(), b"LVM2 001", id.as_bytes()];
    let mut label = head.concat();
    for field in [DATA_AT + EXTENTS * EXTENT, DATA_AT, 0, 0, 0, AREA_AT, DATA_AT - AREA_AT, 0, 0] {
        label.extend(field.to_le_bytes());
    }
    label.resize(512, 0);
    let sum = checksum(&label[20..]).to_le_bytes();
    label[16..20].copy_from_slice(&sum);
    disk.write_all_at(&label, at + 512).expect("room on the disk");
}

/// What the partition of such a group must hold at least.
pub const GROUP_BYTES: u64 = DATA_AT + EXTENTS * EXTENT;

const ID: &str = "0sDDJ5-8fA7-gJkf-XPBG-bdDd-VJgn-wkPkeC";

fn description() -> String {
    let segment = |number: usize, start: u64, (at, count): (u64, u64)| {
        format!(
            "segment{number} {{\nstart_extent = {start}\nextent_count = {count}\ntype = \"striped\"\nstripe_count = 1\nstripes = [\n\"pv0\", {at}\n]\n}}\n"
        )
    };
    let volume = |name: &str, segments: &[String]| {
        let (count, segments) = (segments.len(), segments.concat());
        format!(
            "{name} {{\nid = \"x\"\nstatus = [\"READ\", \"WRITE\", \"VISIBLE\"]\nsegment_count = {count}\n{segments}}}\n"
        )
    };
    let root = volume("root", &[segment(1, 0, RUNS[0]), segment(2, RUNS[0].1, RUNS[1])]);
    let second = volume("second", &[segment(1, 0, (SECOND_AT, 1))]);
    let sectors = EXTENT / 512;
    format!(
        "system {{\nid = \"group\"\nseqno = 3\nformat = \"lvm2\"\nextent_size = {sectors}\nphysical_volumes {{\npv0 {{\nid = \"{ID}\"\nstatus = [\"ALLOCATABLE\"]\npe_start = {}\npe_count = {EXTENTS}\n}}\n}}\nlogical_volumes {{\n{root}{second}}}\n}}\ncontents = \"Text Format Volume Group\"\nversion = 1\n",
        DATA_AT / 512
    )
}

/// The checksum of LVM2: that of Ethernet with a first value of its own, not inverted.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0xf597_a6cf, |sum, byte| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 },
        )
    })
}
