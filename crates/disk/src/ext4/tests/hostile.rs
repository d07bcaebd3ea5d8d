//! Filesystems that lie. Each specimen is a sound one with a few bytes changed; it was made without checksums unless these are the
//! point, so that the lie is reached.

use super::*;

const BLOCK: u64 = 1024;
const PLAIN: [&str; 6] = ["-t", "ext4", "-b", "1024", "-O", "^metadata_csum,^has_journal"];

fn sample(at: &Path) {
    fs::create_dir_all(at.join("dir/sub")).unwrap();
    fs::write(at.join("dir/file"), noise(9000)).unwrap();
    fs::write(at.join("other"), b"other").unwrap();
    symlink("dir/file", at.join("link")).unwrap();
    // Every other block is written, so that the extents do not fit the inode.
    let scattered = File::create(at.join("scattered")).unwrap();
    (0..20).for_each(|n| scattered.write_all_at(&noise(1024), n * 2 * BLOCK).unwrap());
}

struct Specimen {
    made: Made,
}

impl Specimen {
    fn new(options: &[&str]) -> Specimen {
        Specimen { made: Made::with(options, 8, sample) }
    }

    fn plain() -> Specimen {
        Specimen::new(&PLAIN)
    }

    fn inode(&self, path: &str) -> Inode {
        let fs = self.made.open();
        let node = fs.look_up_itself(path).unwrap().expect("a path of the sample");
        fs.inode(node.inode).unwrap()
    }

    /// Changes bytes of the superblock.
    fn superblock(self, at: u64, bytes: &[u8]) -> Specimen {
        self.made.patch(SUPERBLOCK_AT + at, bytes);
        self
    }

    /// Changes bytes of the inode at `path`.
    fn in_inode(self, path: &str, at: u64, bytes: &[u8]) -> Specimen {
        self.made.patch(self.inode(path).offset + at, bytes);
        self
    }

    /// Changes bytes of the file or directory at `path`.
    fn contents(self, path: &str, at: u64, bytes: &[u8]) -> Specimen {
        let inode = self.inode(path);
        let map = extents::map(&self.made.open(), &inode).unwrap();
        self.made.patch(map[0].device_offset + at, bytes);
        self
    }

    /// The place of a name in the directory at `path`: the offset of its entry.
    fn entry(&self, path: &str, name: &str) -> u64 {
        let map = extents::map(&self.made.open(), &self.inode(path)).unwrap();
        let bytes = fs::read(&self.made.image).unwrap();
        let block = &bytes[map[0].device_offset as usize..][..BLOCK as usize];
        let at = block.windows(name.len()).position(|bytes| bytes == name.as_bytes());
        at.expect("a name of the sample") as u64 - 8
    }
}

/// Reads everything that can be read; damage is an answer, a panic or a loop is not.
fn read_everything(made: &Made) {
    let Ok(fs) = made.try_open() else { return };
    let _ = fs.sweep(&mut |laid| read_one(&fs, laid.node), &mut |_| {});
    let _ = fs.free_space(&mut |from, to| assert!(from < to && to <= fs.size_bytes()));
    if let Ok(names) = fs.names() {
        for inode in names.inodes() {
            let path = names.path(inode).expect("a counted name has a path");
            let _ = fs.look_up(&String::from_utf8_lossy(&path));
        }
    }
}

fn read_one(fs: &Ext4, node: &Node) {
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

/// Checks that reading `path`, as a directory or a file, ends in damage called `what`, and that the rest can still be swept.
#[track_caller]
fn damaged(specimen: Specimen, path: &str, what: &str) {
    let fs = specimen.made.open();
    let found = fs.look_up_itself(path).and_then(|node| {
        let node = node.expect("a path of the sample");
        match node.kind {
            Kind::Directory => fs.list(&node).map(|_| ()),
            _ => fs.read(&node, 0, 1 << 20).map(|_| ()),
        }
    });
    match found {
        Err(Unreadable::Damaged { what: found, .. }) => assert_eq!(found, what),
        other => panic!("{what}: {other:?}"),
    }
    read_everything(&specimen.made);
}

#[test]
fn numbers_that_everything_is_computed_from_are_bounded() {
    refused(Specimen::plain().superblock(0x38, b"xx"), "superblock magic");
    refused(Specimen::plain().superblock(0x18, &60u32.to_le_bytes()), "block size");
    refused(Specimen::plain().superblock(0x18, &u32::MAX.to_le_bytes()), "block size");
    refused(Specimen::plain().superblock(4, &[0; 4]), "number of blocks");
    refused(Specimen::plain().superblock(4, &u32::MAX.to_le_bytes()), "number of blocks");
    refused(Specimen::plain().superblock(0x150, &u32::MAX.to_le_bytes()), "number of blocks");
    refused(Specimen::plain().superblock(0x20, &[0; 4]), "blocks per group");
    refused(Specimen::plain().superblock(0x20, &u32::MAX.to_le_bytes()), "blocks per group");
    refused(Specimen::plain().superblock(0x28, &[0; 4]), "inodes per group");
    refused(Specimen::plain().superblock(0x28, &u32::MAX.to_le_bytes()), "inodes per group");
    refused(Specimen::plain().superblock(0x14, &u32::MAX.to_le_bytes()), "first data block");
    for size in [0u16, 1, 127, 129, 2048, u16::MAX] {
        refused(Specimen::plain().superblock(0x58, &size.to_le_bytes()), "inode size");
    }
    for size in [0u16, 32, 33, 96, u16::MAX] {
        refused(Specimen::plain().superblock(0xfe, &size.to_le_bytes()), "group descriptor size");
    }
    refused(Specimen::plain().superblock(0, &[0; 4]), "number of inodes");
    refused(Specimen::plain().superblock(0, &u32::MAX.to_le_bytes()), "number of inodes");
}

#[test]
fn an_unknown_incompatible_feature_is_refused_by_name() {
    for (bit, name) in
        [(0x1u32, "compression"), (0x8, "journal_dev"), (0x1000, "dirdata"), (1 << 30, "0x40000000")]
    {
        let specimen = Specimen::plain().superblock(0x60, &(0x2c2 | bit).to_le_bytes());
        match specimen.made.try_open().map(|_| "opened") {
            Err(Unreadable::Unsupported(what)) => assert!(what.contains(name), "{what}"),
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn volumes_too_short_to_hold_anything_are_damage() {
    for length in [0usize, 1, 1023, 1024, 1080, 2047, 2048] {
        let opened = Ext4::open(Arc::new(vec![0u8; length])).map(|_| "opened");
        assert!(matches!(opened, Err(Unreadable::Damaged { .. })), "{length}");
    }
    let specimen = Specimen::plain();
    File::options().write(true).open(&specimen.made.image).unwrap().set_len(4 << 20).unwrap();
    refused(specimen, "number of blocks");
}

#[test]
fn directory_entries_that_lie_about_their_length_end_the_reading() {
    for length in [0u16, 1, 4, 8, 13, 2000, u16::MAX] {
        let specimen = Specimen::plain().contents("/dir", 4, &length.to_le_bytes());
        damaged(specimen, "/dir", "directory entry length");
    }
    damaged(Specimen::plain().contents("/dir", 6, &[255]), "/dir", "directory entry name");
}

#[test]
fn names_that_would_lead_astray_are_damage() {
    for name in [b"s/b", b"s\0b", b"/et"] {
        let specimen = Specimen::plain();
        let at = specimen.entry("/dir", "sub");
        damaged(specimen.contents("/dir", at + 8, name), "/dir", "name in a directory");
    }
    let specimen = Specimen::plain();
    let at = specimen.entry("/dir", "sub");
    damaged(specimen.contents("/dir", at + 6, &[0]), "/dir", "name in a directory");
    let specimen = Specimen::plain();
    let at = specimen.entry("/dir", "sub");
    damaged(specimen.contents("/dir", at, &[0xff; 4]), "/dir", "inode number in a directory");
}

#[test]
fn a_directory_inside_itself_is_entered_once() {
    let specimen = Specimen::plain();
    let (at, parent) = (specimen.entry("/dir", "sub"), specimen.inode("/dir").node.inode as u32);
    let specimen = specimen.contents("/dir", at, &parent.to_le_bytes());
    let names = specimen.made.open().names().unwrap();
    assert_eq!(names.faults_counted, 1);
    assert!(names.path(u64::from(parent)).unwrap() == b"/dir");
    let fs = specimen.made.open();
    assert!(fs.look_up(&format!("/dir{}/file", "/sub".repeat(500))).unwrap().is_some());
}

#[test]
fn a_directory_that_calls_itself_a_file_is_entered_all_the_same() {
    let specimen = Specimen::plain();
    let at = specimen.entry("/", "dir\0");
    let specimen = specimen.contents("/", at + 7, &[1]);
    let file = specimen.inode("/dir/file").node.inode;
    assert_eq!(specimen.made.open().names().unwrap().path(file).unwrap(), b"/dir/file");
}

#[test]
fn extent_trees_that_lie_are_refused() {
    const HEADER: u64 = inode::MAP_AT as u64;
    const FIRST: u64 = HEADER + 12;
    let lie = |at: u64, bytes: &[u8]| Specimen::plain().in_inode("/dir/file", at, bytes);
    damaged(lie(HEADER, &[0, 0]), "/dir/file", "extent header");
    damaged(lie(HEADER + 2, &[0xff, 0xff]), "/dir/file", "extent header");
    damaged(lie(HEADER + 6, &[6, 0]), "/dir/file", "extent tree depth");
    damaged(lie(HEADER + 6, &[0xff, 0xff]), "/dir/file", "extent tree depth");
    damaged(lie(FIRST + 4, &[0, 0]), "/dir/file", "extent of no length");
    damaged(lie(FIRST + 4, &[0, 0x80]), "/dir/file", "extent past the end of the filesystem");
    damaged(lie(FIRST + 8, &[0xff; 4]), "/dir/file", "extent past the end of the filesystem");
    damaged(lie(FIRST + 6, &[0xff; 2]), "/dir/file", "extent past the end of the filesystem");
    damaged(lie(FIRST + 8, &[0; 4]), "/dir/file", "extent past the end of the filesystem");
    // An extent at the very end of the numbers.
    read_everything(&lie(FIRST, &[0xff; 4]).made);
}

/// The block that holds the extents of the scattered file.
fn tree_block(specimen: &Specimen) -> u64 {
    let map = specimen.inode("/scattered").map().to_vec();
    assert_eq!(map[6], 1, "the sample has a tree of two levels");
    u64::from(u32::from_le_bytes(map[16..20].try_into().unwrap()))
}

#[test]
fn an_extent_tree_that_contains_itself_ends() {
    let specimen = Specimen::plain();
    let block = tree_block(&specimen);
    // The leaf becomes a level above leaves, and its first child is itself.
    let itself = (block as u32).to_le_bytes();
    specimen.made.patch(block * BLOCK + 6, &[1, 0]);
    specimen.made.patch(block * BLOCK + 16, &[itself[0], itself[1], itself[2], itself[3], 0, 0]);
    let specimen = specimen.in_inode("/scattered", inode::MAP_AT as u64 + 6, &[2, 0]);
    damaged(specimen, "/scattered", "map block used twice");
}

#[test]
fn overlapping_extents_are_damage() {
    let specimen = Specimen::plain();
    let block = tree_block(&specimen);
    specimen.made.patch(block * BLOCK + 12 + 4, &[50, 0]);
    damaged(specimen, "/scattered", "extent order");
}

#[test]
fn pointers_that_loop_or_leave_the_volume_are_damage() {
    let old = ["-t", "ext2", "-b", "1024"];
    let map = inode::MAP_AT as u64;
    let lie =
        |at: u64, block: u32| Specimen::new(&old).in_inode("/scattered", map + at, &block.to_le_bytes());
    damaged(lie(0, u32::MAX), "/scattered", "extent past the end of the filesystem");
    damaged(lie(48, u32::MAX), "/scattered", "map block past the end");
    let specimen = Specimen::new(&old);
    let indirect = u32::from_le_bytes(specimen.inode("/scattered").map()[48..52].try_into().unwrap());
    // The same block of pointers, once at one level and once at two, in a file long enough for both.
    let specimen = specimen.in_inode("/scattered", 4, &(1u32 << 20).to_le_bytes());
    let specimen = specimen.in_inode("/scattered", map + 52, &indirect.to_le_bytes());
    damaged(specimen, "/scattered", "map block used twice");
}

#[test]
fn a_directory_may_not_use_a_block_twice() {
    let specimen = Specimen::plain();
    let inode = specimen.inode("/dir");
    let first = inode.map()[12..24].to_vec();
    let mut second = first.clone();
    second[0] = 1;
    let map = inode.offset + inode::MAP_AT as u64;
    specimen.made.patch(map + 2, &[2]);
    specimen.made.patch(map + 24, &second);
    specimen.made.patch(inode.offset + 4, &2048u32.to_le_bytes());
    damaged(specimen, "/dir", "directory block used twice");
}

#[test]
fn inodes_that_lie_are_refused_and_hide_no_other() {
    damaged(Specimen::plain().in_inode("/dir/file", 0x80, &[0xff, 0xff]), "/dir/file", "inode extra size");
    damaged(Specimen::plain().in_inode("/dir/file", 0, &[0, 0]), "/dir/file", "inode kind");
    damaged(Specimen::plain().in_inode("/dir/file", 0x6c, &[0xff; 4]), "/dir/file", "inode size");
    let specimen = Specimen::plain().in_inode("/dir/file", 0x80, &[0xff, 0xff]);
    let (mut seen, mut faults) = (0, 0);
    specimen.made.open().sweep(&mut |_| seen += 1, &mut |_| faults += 1).unwrap();
    assert!(seen > 5 && faults == 1, "{seen} {faults}");
}

#[test]
fn a_file_of_the_greatest_size_costs_what_it_holds() {
    let specimen = Specimen::plain().in_inode("/dir/file", 0x6c, &[0xff, 0xff, 0xff, 0x7f]);
    let fs = specimen.made.open();
    let node = fs.look_up("/dir/file").unwrap().unwrap();
    assert_eq!(node.size_bytes >> 32, 0x7fff_ffff);
    assert_eq!(fs.extents(&node).unwrap().iter().map(|extent| extent.length).sum::<u64>(), 9 * BLOCK);
    assert!(fs.read(&node, 1 << 40, 100).unwrap() == [0; 100]);
}

#[test]
fn symbolic_links_that_lie_are_bounded() {
    // Longer than any path, and pointing at bytes that are no map.
    let specimen = Specimen::plain().in_inode("/link", 4, &5000u32.to_le_bytes());
    let fs = specimen.made.open();
    let link = fs.look_up_itself("/link").unwrap().unwrap();
    assert!(matches!(fs.read_link(&link), Err(Unreadable::OverLimit { limit: LINK_BYTES_MAX, .. })));
    // All of the room that a short target has, without an end.
    let specimen = Specimen::plain().in_inode("/link", 4, &59u32.to_le_bytes());
    let specimen = specimen.in_inode("/link", inode::MAP_AT as u64, &[b'a'; 60]);
    let fs = specimen.made.open();
    assert_eq!(fs.read_link(&fs.look_up_itself("/link").unwrap().unwrap()).unwrap(), [b'a'; 59]);
    assert!(fs.look_up("/link").unwrap().is_none());
}

#[test]
fn damaged_metadata_is_told_by_its_checksum() {
    let checked = || Specimen::new(&["-t", "ext4", "-b", "1024", "-O", "^has_journal"]);
    refused(checked().superblock(0x78, b"label"), "superblock checksum");
    damaged(checked().in_inode("/dir/file", 0x10, &[1]), "/dir/file", "inode checksum");
    damaged(checked().contents("/dir", 1024 - 20, &[1]), "/dir", "directory checksum");
    let specimen = checked();
    specimen.made.patch(tree_block(&specimen) * BLOCK + 20, &[1]);
    damaged(specimen, "/scattered", "extent block checksum");
    let specimen = checked();
    specimen.made.patch(2 * BLOCK + 8, &[1]);
    let found = specimen.made.open().root();
    assert!(matches!(found, Err(Unreadable::Damaged { what: "group descriptor checksum", .. })));
}

#[test]
fn encrypted_files_are_not_taken_for_their_bytes() {
    let encrypted = 0x8_0800u32.to_le_bytes();
    let specimen =
        Specimen::plain().in_inode("/dir/file", 0x20, &encrypted).in_inode("/dir/sub", 0x20, &encrypted);
    let fs = specimen.made.open();
    let file = fs.look_up("/dir/file").unwrap().unwrap();
    assert!(matches!(fs.read(&file, 0, 10), Err(Unreadable::Unsupported(_))));
    let directory = fs.look_up("/dir/sub").unwrap().unwrap();
    assert!(matches!(fs.list(&directory), Err(Unreadable::Unsupported(_))));
}

#[test]
fn attributes_that_lie_are_refused() {
    let with_attribute = || {
        let specimen = Specimen::plain();
        debugfs(&specimen.made.image, "ea_set /other user.name value");
        specimen
    };
    // Right after the inode's fields: a magic number, then the first entry.
    let entry = (inode::BASE_BYTES + with_attribute().inode("/other").extra_bytes + 4) as u64;
    for (at, bytes) in [(0, &[250u8][..]), (2, &[0xff, 0xff]), (8, &[0xff; 4]), (8, &[0, 1]), (4, &[0xff; 4])]
    {
        let specimen = with_attribute().in_inode("/other", entry + at, bytes);
        let fs = specimen.made.open();
        let found = fs.attributes(&fs.look_up("/other").unwrap().unwrap());
        assert!(
            matches!(found, Err(Unreadable::Damaged { .. } | Unreadable::OverLimit { .. })),
            "{at}: {found:?}"
        );
    }
    let specimen = Specimen::plain().in_inode("/other", 0x68, &[0xff; 4]);
    let fs = specimen.made.open();
    assert!(fs.attributes(&fs.look_up("/other").unwrap().unwrap()).is_err());
}

/// Sound images whose metadata the mutations below fall on.
static SOUND: std::sync::LazyLock<Vec<(Vec<u8>, Vec<u64>)>> = std::sync::LazyLock::new(|| {
    let kinds: [&[&str]; 3] = [
        &PLAIN,
        &["-t", "ext2", "-b", "1024"],
        &["-t", "ext4", "-b", "1024", "-O", "inline_data,^metadata_csum"],
    ];
    kinds
        .map(|options| {
            let specimen = Specimen::new(options);
            let paths = ["/", "/dir", "/dir/sub", "/dir/file", "/other", "/link", "/scattered"];
            let mut places: Vec<u64> = paths.iter().map(|path| specimen.inode(path).offset).collect();
            let fs = specimen.made.open();
            for path in ["/", "/dir"] {
                places.extend(
                    extents::map(&fs, &specimen.inode(path)).unwrap().iter().map(|e| e.device_offset),
                );
            }
            places.extend([SUPERBLOCK_AT, 2 * BLOCK]);
            let map = specimen.inode("/scattered").map().to_vec();
            let inner = [
                u32::from_le_bytes(map[16..20].try_into().unwrap()),
                u32::from_le_bytes(map[48..52].try_into().unwrap()),
            ];
            places.extend(inner.into_iter().map(|block| u64::from(block) * BLOCK).filter(|at| *at < 8 << 20));
            (fs::read(&specimen.made.image).unwrap(), places)
        })
        .into()
});

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]

    #[test]
    fn mutated_filesystems_are_read_without_a_panic_or_a_loop(
        which in 0usize..3,
        edits in proptest::collection::vec((0usize..64, 0u64..256, proptest::num::u8::ANY), 1..12),
    ) {
        let (image, places) = &SOUND[which];
        let mut image = image.clone();
        for (place, at, byte) in edits {
            image[(places[place % places.len()] + at) as usize] = byte;
        }
        let Ok(fs) = Ext4::open(Arc::new(image)) else { return Ok(()) };
        let _ = fs.sweep(&mut |laid| read_one(&fs, laid.node), &mut |_| {});
        let _ = fs.free_space(&mut |from, to| assert!(from < to && to <= fs.size_bytes()));
        if let Ok(names) = fs.names() {
            names.inodes().for_each(|inode| assert!(names.path(inode).is_some()));
        }
        let _ = (fs.look_up("/dir/sub/../file"), fs.look_up("/link"));
    }
}
