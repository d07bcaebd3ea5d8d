//! Filesystems that lie. Each specimen is a sound one with a few bytes changed; it is of version 4, which has no checksums, unless
//! these are the point, so that the lie is reached.

use super::*;

const PLAIN: [&str; 2] = ["-m", "crc=0"];
const BLOCK: u64 = 4096;

fn sample(at: &Path) {
    fs::create_dir_all(at.join("dir/sub")).unwrap();
    fs::create_dir(at.join("many")).unwrap();
    (0..900).for_each(|n| fs::write(at.join(format!("many/{n:060}")), [1]).unwrap());
    fs::write(at.join("dir/file"), noise(9000)).unwrap();
    fs::write(at.join("other"), b"other").unwrap();
    symlink("dir/file", at.join("link")).unwrap();
}

struct Specimen {
    made: Made,
}

impl Specimen {
    fn new(options: &[&str]) -> Specimen {
        let made = Made::with(options, 16, sample);
        // xfs_db falls over a first attribute that does not fit the inode.
        xfs_db(&made.image, &["path /other", "attr_set -u -v 9 small", "attr_set -u -v 700 large"]);
        Specimen { made }
    }

    fn plain() -> Specimen {
        // One sound image serves all; making it takes half a second.
        static SOUND: std::sync::LazyLock<Vec<u8>> =
            std::sync::LazyLock::new(|| fs::read(Specimen::new(&PLAIN).made.image).unwrap());
        let directory = tempfile::tempdir().unwrap();
        let image = directory.path().join("image");
        fs::write(&image, &*SOUND).unwrap();
        Specimen { made: Made { image, source: PathBuf::new(), _directory: directory } }
    }

    fn node(&self, path: &str) -> Node {
        self.made.open().look_up_itself(path).unwrap().expect("a path of the sample")
    }

    fn inode_at(&self, path: &str) -> u64 {
        self.made.open().inode_at(self.node(path).inode).unwrap()
    }

    fn superblock(self, at: u64, bytes: &[u8]) -> Specimen {
        self.made.patch(at, bytes);
        self
    }

    /// Changes bytes of the inode at `path`.
    fn in_inode(self, path: &str, at: u64, bytes: &[u8]) -> Specimen {
        self.made.patch(self.inode_at(path) + at, bytes);
        self
    }

    /// Changes bytes of the first block of the directory at `path`.
    fn contents(self, path: &str, at: u64, bytes: &[u8]) -> Specimen {
        let place = self.made.open().extents(&self.node(path)).unwrap()[0].device_offset;
        self.made.patch(place + at, bytes);
        self
    }

    /// Where the data fork begins: its bytes as the inode holds them.
    fn fork(&self, path: &str) -> (u64, Vec<u8>) {
        let fs = self.made.open();
        let inode = Directories::inode(&fs, self.node(path).inode).unwrap();
        let core = if fs.has_checksums() { 176 } else { 100 };
        (core, inode.data().unwrap().bytes.to_vec())
    }
}

/// Reads everything that can be read; damage is an answer, a panic or a loop is not.
fn read_everything(fs: &Xfs) {
    let _ = fs.sweep(&mut |laid| read_one(fs, laid.node), &mut |_| {});
    let _ = fs.free_space(&mut |from, to| assert!(from < to && to <= fs.size_bytes()));
    let _ = fs.log_is_dirty();
    if let Ok(names) = fs.names() {
        for inode in names.inodes().take(50) {
            let path = names.path(inode).expect("a counted name has a path");
            let _ = fs.look_up(&String::from_utf8_lossy(&path));
        }
    }
}

fn read_one(fs: &Xfs, node: &Node) {
    let _ = (fs.list(node), fs.read_link(node), fs.attributes(node));
    for offset in [0, 5000, node.size_bytes.saturating_sub(10), u64::MAX] {
        let _ = fs.read(node, offset, 70_000);
    }
    for Extent { device_offset: offset, length, .. } in fs.extents(node).unwrap_or_default() {
        assert!(offset + length <= fs.size_bytes());
    }
}

/// Checks that a superblock is refused as damaged, with `what`.
#[track_caller]
fn refused(specimen: Specimen, what: &str) {
    match specimen.made.try_open().map(|_| "opened") {
        Err(Unreadable::Damaged { what: found, .. }) => assert_eq!(found, what),
        other => panic!("{what}: {other:?}"),
    }
}

/// Checks that reading `path`, as a directory or a file, ends in damage called `what`, and that the rest can still be read.
#[track_caller]
fn damaged(specimen: Specimen, path: &str, what: &str) {
    let fs = specimen.made.open();
    let found = fs.look_up_itself(path).and_then(|node| {
        let node = node.expect("a path of the sample");
        match node.kind {
            Kind::Directory => fs.list(&node).map(|_| ()),
            Kind::Symlink => fs.read_link(&node).map(|_| ()),
            _ => fs.read(&node, 0, 1 << 20).map(|_| ()),
        }
    });
    match found {
        Err(Unreadable::Damaged { what: found, .. }) => assert_eq!(found, what),
        other => panic!("{what}: {other:?}"),
    }
    read_everything(&fs);
}

#[test]
fn numbers_that_everything_is_computed_from_are_bounded() {
    refused(Specimen::plain().superblock(0, b"XFSA"), "superblock magic");
    refused(Specimen::plain().superblock(121, &[64]), "sector size");
    refused(Specimen::plain().superblock(102, &[0, 0]), "sector size");
    for log in [0, 8, 17, 64, 255] {
        refused(Specimen::plain().superblock(120, &[log]), "block size");
    }
    refused(Specimen::plain().superblock(4, &[0xff; 4]), "block size");
    for log in [0, 7, 12, 64, 255] {
        refused(Specimen::plain().superblock(122, &[log]), "inode size");
    }
    refused(Specimen::plain().superblock(104, &[0, 0]), "inode size");
    for log in [0, 3, 64, 255] {
        refused(Specimen::plain().superblock(123, &[log]), "inodes per block");
    }
    for log in [7, 64, 255] {
        refused(Specimen::plain().superblock(192, &[log]), "directory block size");
    }
    refused(Specimen::plain().superblock(8, &[0; 8]), "number of blocks");
    refused(Specimen::plain().superblock(8, &[0xff; 8]), "number of blocks");
    refused(Specimen::plain().superblock(84, &[0; 4]), "blocks per group");
    refused(Specimen::plain().superblock(84, &[0xff; 4]), "blocks per group");
    for log in [0, 32, 64, 255] {
        refused(Specimen::plain().superblock(124, &[log]), "blocks per group");
    }
    refused(Specimen::plain().superblock(88, &[0; 4]), "number of allocation groups");
    refused(Specimen::plain().superblock(88, &[0, 0, 0xff, 0]), "number of allocation groups");
    refused(Specimen::plain().superblock(126, &[1]), "superblock still being made");
    let opened = Specimen::plain().superblock(88, &[0xff; 4]).made.try_open().map(|_| "opened");
    assert!(matches!(opened, Err(Unreadable::OverLimit { what: "number of allocation groups", .. })));
}

#[test]
fn what_this_reader_does_not_know_is_refused_by_name() {
    let unsupported = |specimen: Specimen, name: &str| match specimen.made.try_open().map(|_| "opened") {
        Err(Unreadable::Unsupported(what)) => assert!(what.contains(name), "{what}"),
        other => panic!("{name}: {other:?}"),
    };
    for (bit, name) in [(0x10u8, "needs repair"), (0x80, "parent")] {
        let specimen = Specimen::new(&[]).superblock(219, &[3 | bit]);
        match name {
            "parent" => refused(specimen, "superblock checksum"),
            _ => unsupported(specimen, name),
        }
    }
    unsupported(Specimen::new(&[]).superblock(218, &[0x1]), "metadata directory");
    unsupported(Specimen::new(&[]).superblock(216, &[0x40]), "0x40000000");
    for version in [0u8, 3, 6, 15] {
        unsupported(Specimen::plain().superblock(101, &[0x80 | version]), &format!("version {version}"));
    }
}

#[test]
fn volumes_too_short_to_hold_anything_are_damage() {
    for length in [0usize, 1, 511, 512, 4096] {
        let opened = Xfs::open(Arc::new(vec![0u8; length])).map(|_| "opened");
        assert!(matches!(opened, Err(Unreadable::Damaged { .. })), "{length}");
    }
    let specimen = Specimen::plain();
    File::options().write(true).open(&specimen.made.image).unwrap().set_len(8 << 20).unwrap();
    refused(specimen, "number of blocks");
}

#[test]
fn checksums_places_and_owners_are_verified() {
    let checked = || Specimen::new(&["-m", "crc=1"]);
    refused(checked().superblock(108, b"label"), "superblock checksum");
    damaged(checked().contents("/many", BLOCK - 1, &[0x5a]), "/many", "directory block");
    let specimen = checked();
    let at = specimen.inode_at("/dir/file");
    let other = specimen.inode_at("/other");
    specimen.made.patch(at + 96, &[7]);
    let look_up = |specimen: &Specimen| specimen.made.open().look_up("/dir/file").map(|_| ());
    assert!(matches!(look_up(&specimen), Err(Unreadable::Damaged { what: "inode checksum", .. })));
    // Another inode's record, whole and sound, in this one's place.
    let record = fs::read(&specimen.made.image).unwrap()[other as usize..other as usize + 512].to_vec();
    specimen.made.patch(at, &record);
    let what = "inode in a place that is not its own";
    assert!(matches!(look_up(&specimen), Err(Unreadable::Damaged { what: found, .. }) if found == what));
    let specimen = checked();
    specimen.made.patch(3 * 512 - 200, &[1]);
    let mut faults = 0;
    specimen.made.open().sweep(&mut |_| {}, &mut |_| faults += 1).unwrap();
    assert_eq!(faults, 1);
}

#[test]
fn extents_that_lie_are_damage() {
    // One extent: logical block 0, some block, nine of them.
    let record = |logical: u64, start: u64, length: u64| {
        [(logical << 9 | start >> 43).to_be_bytes(), (start << 21 | length).to_be_bytes()].concat()
    };
    let (at, fork) = Specimen::plain().fork("/dir/file");
    let start = u64::from_be_bytes(fork[8..16].try_into().unwrap()) >> 21;
    for (bytes, what) in [
        (record(0, start, 0), "extent of no length"),
        (record(0, (1 << 52) - 1, 9), "extent past the end of the filesystem"),
        (record(0, start, 0x1f_ffff), "extent past the end of the filesystem"),
    ] {
        damaged(Specimen::plain().in_inode("/dir/file", at, &bytes), "/dir/file", what);
    }
    let twice = [record(0, start, 1), record(0, start, 1)].concat();
    let specimen =
        Specimen::plain().in_inode("/dir/file", at, &twice).in_inode("/dir/file", 76, &[0, 0, 0, 2]);
    damaged(specimen, "/dir/file", "extent order");
    let twice = [record(0, start, 1), record(1, start, 1)].concat();
    let directory = Specimen::plain().node("/many").size_bytes;
    assert!(directory > 2 * BLOCK);
    let specimen = Specimen::plain().in_inode("/many", at, &twice).in_inode("/many", 5, &[2]);
    let specimen = specimen.in_inode("/many", 76, &[0, 0, 0, 2]);
    damaged(specimen, "/many", "directory block used twice");
    for count in [200u32, u32::MAX] {
        let specimen = Specimen::plain().in_inode("/dir/file", 76, &count.to_be_bytes());
        damaged(specimen, "/dir/file", "number of extents");
    }
    damaged(Specimen::plain().in_inode("/dir/file", 5, &[1]), "/dir/file", "inode format");
    damaged(Specimen::plain().in_inode("/dir/file", 5, &[9]), "/dir/file", "inode format");
}

#[test]
fn extent_trees_that_lie_end() {
    let (at, fork) = Specimen::plain().fork("/many");
    assert_eq!(
        Specimen::plain()
            .made
            .open()
            .inode(Specimen::plain().node("/many").inode)
            .unwrap()
            .data()
            .unwrap()
            .format,
        Format::Tree
    );
    for level in [0u16, 10, u16::MAX] {
        let specimen = Specimen::plain().in_inode("/many", at, &level.to_be_bytes());
        damaged(specimen, "/many", "extent tree depth");
    }
    damaged(Specimen::plain().in_inode("/many", at, &[0, 2]), "/many", "extent tree level");
    damaged(Specimen::plain().in_inode("/many", at + 2, &[0xff, 0xff]), "/many", "extent tree size");
    let pointers = at + 4 + (fork.len() as u64 - 4) / 16 * 8;
    damaged(
        Specimen::plain().in_inode("/many", pointers, &[0xff; 8]),
        "/many",
        "extent tree block past the end",
    );
    damaged(Specimen::plain().in_inode("/many", pointers, &[0; 8]), "/many", "extent tree block");
    // The root's one child, made a node whose only child is itself.
    let specimen = Specimen::plain();
    let fs = specimen.made.open();
    let own = fork[(pointers - at) as usize..][..8].to_vec();
    let place = fs.superblock.place_of(u64::from_be_bytes(own.clone().try_into().unwrap()), 1).unwrap();
    specimen.made.patch(place + 4, &[0, 1, 0, 1]);
    specimen.made.patch(place + 24, &[0; 8]);
    specimen.made.patch(place + 24 + (BLOCK - 24) / 16 * 8, &own);
    damaged(specimen.in_inode("/many", at, &[0, 2]), "/many", "extent tree block used twice");
}

#[test]
fn directory_entries_that_lie_end_the_reading() {
    // After the header of 16 bytes come `.` and `..`, of 16 each, then the first name: number, length, name.
    let name = 16 + 32;
    damaged(Specimen::plain().contents("/many", name + 9, b"/"), "/many", "name in a directory");
    damaged(Specimen::plain().contents("/many", name + 9, &[0]), "/many", "name in a directory");
    damaged(Specimen::plain().contents("/many", name + 8, &[0]), "/many", "name in a directory");
    damaged(Specimen::plain().contents("/many", name, &[0x7f; 8]), "/many", "inode number in a directory");
    for length in [0u16, 4, 12, 2001, u16::MAX - 7] {
        let free = [[0xff, 0xff], length.to_be_bytes()].concat();
        damaged(Specimen::plain().contents("/many", name, &free), "/many", "directory entry length");
    }
    damaged(Specimen::plain().contents("/many", 0, b"XXXX"), "/many", "directory block");
    damaged(Specimen::plain().in_inode("/many", 56, &[0, 0, 0, 0, 0, 0, 16, 1]), "/many", "directory size");
    let over = Specimen::plain().in_inode("/many", 56, &[0, 0, 0, 9, 0, 0, 16, 0]);
    let found = over.made.open().list(&over.node("/many"));
    assert!(matches!(found, Err(Unreadable::OverLimit { what: "directory size", .. })));
    // The directory in its inode: count, count of wide numbers, parent, then length, place and name of the first.
    let (at, _) = Specimen::plain().fork("/dir");
    damaged(Specimen::plain().in_inode("/dir", at, &[200]), "/dir", "directory in an inode");
    damaged(Specimen::plain().in_inode("/dir", at + 6, &[255]), "/dir", "directory in an inode");
    damaged(Specimen::plain().in_inode("/dir", at + 9, b"/"), "/dir", "name in a directory");
    damaged(Specimen::plain().in_inode("/dir", 56, &[0, 0, 0, 0, 0, 1, 0, 0]), "/dir", "directory size");
}

#[test]
fn a_directory_inside_itself_is_entered_once() {
    let specimen = Specimen::plain();
    let (at, fork) = specimen.fork("/dir");
    let sub = (specimen.node("/dir/sub").inode as u32).to_be_bytes();
    let place = fork.windows(4).position(|bytes| bytes == sub).expect("the number stands in the directory");
    let own = specimen.node("/dir").inode;
    let specimen = specimen.in_inode("/dir", at + place as u64, &(own as u32).to_be_bytes());
    let fs = specimen.made.open();
    let names = fs.names().unwrap();
    assert_eq!(names.faults_counted, 1);
    assert!(names.path(own).unwrap() == b"/dir");
    assert!(fs.look_up(&format!("/dir{}/file", "/sub".repeat(500))).unwrap().is_some());
}

#[test]
fn inode_trees_that_lie_end_and_are_told() {
    let faults = |specimen: Specimen| {
        let mut faults = Vec::new();
        let fs = specimen.made.open();
        fs.sweep(&mut |_| {}, &mut |fault| faults.push(fault.why.to_string())).unwrap();
        read_everything(&fs);
        faults.join(" ")
    };
    const HEADER: u64 = 2 * 512;
    assert!(faults(Specimen::plain().superblock(HEADER, b"Y")).contains("inode header"));
    assert!(faults(Specimen::plain().superblock(HEADER + 8, &[9; 4])).contains("allocation group header"));
    assert!(faults(Specimen::plain().superblock(HEADER + 20, &[0xff; 4])).contains("past the end"));
    assert!(faults(Specimen::plain().superblock(HEADER + 24, &[0xff; 4])).contains("depth"));
    assert!(faults(Specimen::plain().superblock(HEADER + 24, &[0; 4])).contains("depth"));
    let specimen = Specimen::plain();
    let bytes = fs::read(&specimen.made.image).unwrap();
    let root = u32::from_be_bytes(bytes[HEADER as usize + 20..][..4].try_into().unwrap());
    let place = u64::from(root) * BLOCK;
    assert!(faults(Specimen::plain().superblock(place + 6, &[0xff, 0xff])).contains("size"));
    let first = bytes[place as usize + 16..][..4].to_vec();
    assert!(faults(Specimen::plain().superblock(place + 32, &first)).contains("order"));
    assert!(faults(Specimen::plain().superblock(place + 16, &[0xff; 4])).contains("past the end"));
    // The root, made a node above itself.
    let cyclic =
        Specimen::plain().superblock(place + 4, &[0, 1, 0, 1]).superblock(HEADER + 24, &[0, 0, 0, 2]);
    let cyclic = cyclic.superblock(place + 16 + (BLOCK - 16) / 8 * 4, &root.to_be_bytes());
    assert!(faults(cyclic).contains("used twice"));
}

#[test]
fn free_space_that_lies_is_damage() {
    const HEADER: u64 = 512;
    let found = |specimen: Specimen| specimen.made.open().free_space(&mut |_, _| {});
    for (at, bytes) in
        [(0, &[0][..]), (8, &[1; 4]), (16, &[0xff; 4]), (28, &[0; 4]), (40, &[0xff; 4]), (48, &[0xff; 4])]
    {
        let found = found(Specimen::plain().superblock(HEADER + at, bytes));
        assert!(matches!(found, Err(Unreadable::Damaged { .. })), "{at}");
    }
}

#[test]
fn attributes_that_lie_are_refused() {
    let specimen = Specimen::plain();
    let fs = specimen.made.open();
    assert_eq!(fs.attributes(&specimen.node("/other")).unwrap().len(), 2);
    let inode = fs.inode(specimen.node("/other").inode).unwrap();
    let map = extents::fork(&fs, &inode, &inode.attributes().unwrap().unwrap(), 1 << 32).unwrap();
    let leaf = map[0].device_offset;
    // Where the first entry says its name lies, and its flags.
    let bytes = fs::read(&specimen.made.image).unwrap();
    let name = leaf + u64::from(u16::from_be_bytes(bytes[leaf as usize + 36..][..2].try_into().unwrap()));
    for (at, bytes) in [
        (leaf + 8, &[0u8, 0][..]),
        (leaf + 12, &[0xff, 0xff]),
        (leaf + 36, &[0xff, 0xff]),
        (name, &[0xff, 0xff, 0xff, 0xff]),
        (leaf, &[0xff; 4]),
    ] {
        let specimen = Specimen::plain().superblock(at, bytes);
        let found = specimen.made.open().attributes(&specimen.node("/other"));
        assert!(matches!(found, Err(Unreadable::Damaged { .. })), "{at}: {found:?}");
        read_everything(&specimen.made.open());
    }
    let specimen = Specimen::plain().in_inode("/other", 82, &[255]);
    let found = specimen.made.open().look_up("/other");
    assert!(matches!(found, Err(Unreadable::Damaged { what: "inode fork offset", .. })));
}

/// Sound images whose metadata the mutations below fall on.
static SOUND: std::sync::LazyLock<Vec<(Vec<u8>, Vec<u64>)>> = std::sync::LazyLock::new(|| {
    let kinds: [&[&str]; 2] = [&PLAIN, &["-m", "crc=0", "-n", "ftype=0"]];
    kinds
        .map(|options| {
            let specimen = Specimen::new(options);
            let fs = specimen.made.open();
            let mut places = vec![0, 512, 1024, 1536];
            for path in ["/", "/dir", "/dir/sub", "/dir/file", "/other", "/link", "/many"] {
                places.push(specimen.inode_at(path));
                let inode = fs.inode(specimen.node(path).inode).unwrap();
                places.extend(extents::map(&fs, &inode).unwrap().iter().take(2).map(|e| e.device_offset));
                if let Some(fork) = inode.attributes().unwrap() {
                    let map = extents::fork(&fs, &inode, &fork, 1 << 32).unwrap();
                    places.extend(map.iter().map(|extent| extent.device_offset));
                }
            }
            let bytes = fs::read(&specimen.made.image).unwrap();
            for root in [512 + 16, 1024 + 20] {
                let block = u32::from_be_bytes(bytes[root..root + 4].try_into().unwrap());
                places.push(u64::from(block) * fs.block_bytes());
            }
            (bytes, places)
        })
        .into()
});

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]

    #[test]
    fn mutated_filesystems_are_read_without_a_panic_or_a_loop(
        which in 0usize..2,
        edits in proptest::collection::vec((0usize..64, 0u64..256, proptest::num::u8::ANY), 1..12),
    ) {
        let (image, places) = &SOUND[which];
        let mut image = image.clone();
        for (place, at, byte) in edits {
            image[(places[place % places.len()] + at) as usize] = byte;
        }
        let Ok(fs) = Xfs::open(Arc::new(image)) else { return Ok(()) };
        read_everything(&fs);
    }
}
