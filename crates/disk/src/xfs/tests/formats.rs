//! What is kept in several formats, each of them reached and read.

use super::*;

/// What `xfs_db` says of a field of the inode at `path`.
#[track_caller]
fn field(made: &Made, path: &str, field: &str) -> String {
    let said = xfs_db(&made.image, &[&format!("path {path}"), &format!("p {field}")]);
    said.split(" = ").nth(1).unwrap_or_else(|| panic!("{said}")).trim().to_owned()
}

/// The extents of a fork as `xfs_db` tells them: logical block, block of the volume, length.
fn blocks(made: &Made, fs: &Xfs, path: &str, request: &str) -> Vec<(u64, u64, u64)> {
    let said = xfs_db(&made.image, &[&format!("path {path}"), request]);
    let number = |line: &str, after: &str| -> u64 {
        let rest = &line[line.find(after).unwrap_or_else(|| panic!("{line}")) + after.len()..];
        rest.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
    };
    let place = |line: &str| {
        let block = number(line, "startblock ");
        fs.superblock.place_of(block, 1).unwrap() / fs.block_bytes()
    };
    let lines = said.lines().filter(|line| line.contains("startblock"));
    lines.map(|line| (number(line, "offset "), place(line), number(line, "count "))).collect()
}

/// The same from this reader, of the blocks with names.
fn mapped(fs: &Xfs, node: &Node) -> Vec<(u64, u64, u64)> {
    let in_blocks = |Extent { file_offset: at, device_offset: place, length }: Extent| {
        let bytes = fs.block_bytes();
        (at / bytes, place / bytes, length.div_ceil(bytes))
    };
    fs.extents(node).unwrap().into_iter().map(in_blocks).collect()
}

#[test]
fn every_format_of_a_directory_is_among_the_specimens() {
    for options in [&["-m", "crc=1"][..], &["-m", "crc=0"]] {
        let made = Made::with(options, 96, one_of_everything);
        let fs = made.open();
        let index = (32 << 30) / fs.block_bytes();
        let shape = |path: &str| {
            let format = field(&made, path, "core.format");
            let all = blocks(&made, &fs, path, "bmap");
            let node = fs.look_up(path).unwrap().unwrap();
            let named: Vec<_> = all.iter().copied().filter(|(at, ..)| *at < index).collect();
            assert_eq!(mapped(&fs, &node), named, "{path}");
            let hashed: u64 = all.iter().filter(|(at, ..)| *at >= index).map(|(.., length)| length).sum();
            (format, named.len() as u64, hashed)
        };
        assert_eq!(shape("/short").0, "1 (local)");
        assert_eq!(shape("/block"), ("2 (extents)".into(), 1, 0));
        let (format, _, hashed) = shape("/leaf");
        assert_eq!((format.as_str(), hashed), ("2 (extents)", 1));
        let (_, _, hashed) = shape("/node");
        assert!(hashed > 2);
        let (format, named, hashed) = shape("/tree");
        assert_eq!(format, "3 (btree)");
        assert!(named > 21 && hashed > 2, "{named} {hashed}");
    }
}

#[test]
fn a_file_of_many_extents_is_where_xfs_db_says_it_is() {
    let made = Made::with(&[], 96, one_of_everything);
    // The only scattered thing that mkfs makes is a directory; as a file it is read by the same tree.
    let expected: Vec<u8> = {
        let fs = made.open();
        let image = fs::read(&made.image).unwrap();
        let map = fs.extents(&fs.look_up("/tree").unwrap().unwrap()).unwrap();
        map.iter()
            .flat_map(|e| image[e.device_offset as usize..(e.device_offset + e.length) as usize].to_vec())
            .collect()
    };
    xfs_db(&made.image, &["path /tree", "write core.mode 0100644"]);
    let fs = made.open();
    let node = fs.look_up("/tree").unwrap().unwrap();
    assert_eq!((node.kind, node.size_bytes as usize), (Kind::File, expected.len()));
    let map = mapped(&fs, &node);
    assert!(map.len() > 21);
    for (offset, limit) in [(0, 1 << 20), (4090, 20), (100_001, 9000), (expected.len() - 1, 10)] {
        let end = (offset + limit).min(expected.len());
        assert!(fs.read(&node, offset as u64, limit).unwrap() == expected[offset..end], "{offset}");
    }
    for past in [expected.len() as u64, u64::MAX] {
        assert!(fs.read(&node, past, 10).unwrap().is_empty());
    }
}

#[test]
fn holes_and_space_never_written_read_as_zeros() {
    let made = Made::with(&[], 32, |at| fs::write(at.join("file"), noise(8192)).unwrap());
    xfs_db(&made.image, &["path /file", "write core.size 20480", "write u3.bmx[0].startoff 3"]);
    let fs = made.open();
    let node = fs.look_up("/file").unwrap().unwrap();
    assert_eq!(fs.extents(&node).unwrap().len(), 1);
    let bytes = fs.read(&node, 0, 1 << 20).unwrap();
    assert!(bytes == [vec![0; 3 * 4096], noise(8192)].concat());
    xfs_db(&made.image, &["path /file", "write u3.bmx[0].extentflag 1"]);
    let fs = made.open();
    assert!(fs.extents(&node).unwrap().is_empty());
    assert!(fs.read(&node, 0, 1 << 20).unwrap() == vec![0; 20480]);
}

#[test]
fn paths_resolve_inside_the_image_alone() {
    let made = Made::with(&[], 96, one_of_everything);
    let fs = made.open();
    let hostname = fs.look_up("/etc/hostname").unwrap().unwrap();
    assert_eq!(fs.read(&hostname, 0, 100).unwrap(), b"halle\n");
    for same in ["etc/hostname", "/../../etc/hostname", "/etc/link", "/etc/ssh/escape", "/long-link"] {
        assert_eq!(fs.look_up(same).unwrap().as_ref(), Some(&hostname), "{same}");
    }
    for none in ["/loop-a", "/dangling", "/etc/hostname/", "/ETC/hostname", "/nowhere/..", "/loop-a/x"] {
        assert_eq!(fs.look_up(none).unwrap(), None, "{none}");
    }
    assert_eq!(fs.look_up("/etc/os-release").unwrap().unwrap().size_bytes, 9);
    assert_eq!(fs.look_up_itself("/etc/os-release").unwrap().unwrap().kind, Kind::Symlink);
    assert_eq!(fs.look_up("/..").unwrap(), Some(fs.root().unwrap()));
}

#[test]
fn case_is_passed_over_where_the_filesystem_was_made_so() {
    let made = Made::with(&["-n", "version=ci"], 32, |at| fs::write(at.join("ReadMe"), b"x").unwrap());
    assert!(made.open().look_up("/rEADmE").unwrap().is_some());
}

#[test]
fn times_are_told_in_either_width() {
    let time = |made: &Made| made.open().look_up("/file").unwrap().unwrap().modified_at;
    let big = Made::with(&["-m", "bigtime=1"], 32, |at| fs::write(at.join("file"), "x").unwrap());
    let stored = (5_000_000_000u64 + (1 << 31)) * 1_000_000_000;
    xfs_db(&big.image, &["path /file", &format!("write core.mtime.sec {stored}")]);
    assert_eq!(time(&big), 5_000_000_000);
    let old = Made::with(&["-m", "crc=0"], 32, |at| fs::write(at.join("file"), "x").unwrap());
    let fs = old.open();
    let inode = fs.look_up("/file").unwrap().unwrap().inode;
    old.patch(fs.inode_at(inode).unwrap() + 40, &(-5i32).to_be_bytes());
    assert_eq!(time(&old), -5);
    assert_eq!(inode::seconds(0, true), -(1 << 31));
    assert_eq!(inode::seconds(u64::MAX, true), 18_446_744_073 - (1 << 31));
    assert_eq!(inode::seconds(0xffff_fffb_0000_0000, false), -5);
}

#[test]
fn extended_attributes_read_back_wherever_they_are_kept() {
    for options in [&["-m", "crc=1"][..], &["-m", "crc=0"], &["-b", "size=1024"]] {
        let made = Made::with(options, 32, |at| {
            ["short", "leaf", "node", "none"]
                .into_iter()
                .for_each(|name| fs::write(at.join(name), "x").unwrap());
        });
        let mut expected = BTreeMap::new();
        let mut set = |path: &str, kind: &str, name: String, length: usize| {
            let requests = [format!("path /{path}"), format!("attr_set {kind} -v {length} {name}")];
            xfs_db(&made.image, &[&requests[0], &requests[1]]);
            let prefix = match kind {
                "-r" => "trusted.",
                "-s" => "security.",
                _ => "user.",
            };
            let name = format!("{prefix}{name}").into_bytes();
            expected.insert((path.to_owned(), name), length);
        };
        // xfs_db falls over a first attribute that does not fit the inode.
        ["short", "leaf", "node"].into_iter().for_each(|path| set(path, "-u", "colour".into(), 5));
        set("short", "-s", "capability".into(), 20);
        set("leaf", "-r", "medium".into(), 700);
        set("leaf", "-u", "huge".into(), 60_000);
        (0..90).for_each(|n| set("node", "-u", format!("{n:040}"), 100));
        let fs = made.open();
        let mut found = BTreeMap::new();
        for path in ["short", "leaf", "node", "none"] {
            for attribute in fs.attributes(&fs.look_up(path).unwrap().unwrap()).unwrap() {
                assert!(attribute.value.iter().all(|byte| *byte == b'v'), "{path}");
                found.insert((path.to_owned(), attribute.name), attribute.value.len());
            }
        }
        assert_eq!(found, expected, "{options:?}");
    }
}

#[test]
fn inodes_in_holes_of_a_sparse_chunk_are_not_looked_at() {
    let made = Made::with(&["-i", "sparse=1"], 32, |at| {
        (0..100).for_each(|n| fs::write(at.join(format!("{n}")), "").unwrap());
    });
    let swept = |made: &Made| {
        let mut count = 0;
        made.open().sweep(&mut |_| count += 1, &mut |fault| panic!("{fault:?}")).unwrap();
        count
    };
    assert_eq!(swept(&made), 103);
    // The upper half of the first chunk becomes a hole, whatever the mask of free inodes says.
    xfs_db(&made.image, &["agi 0", "addr root", "write recs[1].holemask 0xff00"]);
    assert_eq!(swept(&made), 103 - 32);
}

#[test]
fn a_log_that_was_not_closed_is_told() {
    let made = Made::with(&[], 32, |at| fs::write(at.join("file"), "x").unwrap());
    let says = |made: &Made| {
        let said = run("/usr/sbin/xfs_logprint", &["-t", made.image.to_str().unwrap()]);
        let state =
            said.lines().find_map(|line| line.split_once("state: ")).unwrap_or_else(|| panic!("{said}")).1;
        state.trim().to_owned()
    };
    assert_eq!((made.open().log_is_dirty().unwrap(), says(&made).as_str()), (false, "<CLEAN>"));
    let fs = made.open();
    let start = fs.superblock.place_of(fs.superblock.log_start, 1).unwrap();
    // The flag of an unmount, in the operation after the record's header.
    made.patch(start + 512 + 9, &[0]);
    assert_eq!((made.open().log_is_dirty().unwrap(), says(&made).as_str()), (true, "<DIRTY>"));
}

#[test]
fn a_new_uuid_leaves_old_metadata_readable() {
    let made = Made::with(&[], 32, |at| fs::write(at.join("file"), "x").unwrap());
    xfs_db(&made.image, &["uuid 01234567-89ab-cdef-0123-456789abcdef"]);
    let fs = made.open();
    assert_eq!(fs.uuid()[..4], [1, 0x23, 0x45, 0x67]);
    assert_eq!(fs.read(&fs.look_up("/file").unwrap().unwrap(), 0, 10).unwrap(), b"x");
}

#[test]
fn a_filesystem_read_from_two_threads_is_the_same() {
    let made = Made::with(&[], 96, one_of_everything);
    let fs = made.open();
    let (one, other) = std::thread::scope(|scope| {
        let (one, other) = (scope.spawn(|| inside(&fs)), scope.spawn(|| inside(&fs)));
        (one.join().unwrap(), other.join().unwrap())
    });
    assert!(one == other && one.len() > 3000);
}
