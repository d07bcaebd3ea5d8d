//! What was put into a volume is what is read from it.

use std::collections::{BTreeMap, HashSet};

use super::*;

#[track_caller]
fn check(options: &[&str], mib: u64) {
    let made = Made::with(options, mib, fill);
    made.put(&["-N", "second stream"], "/hello.txt", b"beside it");
    made.put(&["-N", "long"], "/sub/deep/noise.bin", &prose(20_000));
    let fs = made.open();
    assert_eq!((fs.label().unwrap(), fs.version().unwrap()), ("Spécimen".into(), (3, 1)));
    check_files(&made, &fs);
    check_paths(&fs);
    check_whole(&made, &fs);
}

/// Every file of the source is there, as it is in the source and as ntfscat tells it.
#[track_caller]
fn check_files(made: &Made, fs: &Ntfs) {
    for path in [
        "hello.txt",
        "empty",
        "Prose É.txt",
        "sub/deep/noise.bin",
        "sub/other name.bin",
        "crowded/entry number 7.conf",
    ] {
        let node = node(fs, path);
        let bytes = whole(fs, &node);
        assert!(bytes == fs::read(made.source.join(path)).unwrap(), "{path}");
        let image = made.bytes();
        let placed: Vec<u8> = fs
            .extents(&node)
            .unwrap()
            .iter()
            .flat_map(|e| image[e.device_offset as usize..(e.device_offset + e.length) as usize].to_vec())
            .collect();
        assert!(placed.is_empty() && bytes.len() < 800 || placed == bytes, "{path}");
    }
    let said = run("ntfscat", &[text(&made.image), "/Prose É.txt"]);
    assert!(said == whole(fs, &node(fs, "/Prose É.txt")));
    assert_eq!(whole(fs, &node(fs, "/hello.txt:second stream")), b"beside it");
    assert!(whole(fs, &node(fs, "/sub/other name.bin:LONG:$data")) == prose(20_000));
    assert_eq!(node(fs, "/hello.txt").modified_at, 1_234_567_890);
    assert_eq!((node(fs, "/hello.txt").links, node(fs, "/sub/deep/noise.bin").links), (1, 2));
}

#[track_caller]
fn check_paths(fs: &Ntfs) {
    for (one, other) in [
        ("/PROSE é.TXT", "/Prose É.txt"),
        ("/sub/deep/noise.bin", "/SUB/Other Name.bin"),
        ("/way/noise.bin", "/sub/other name.bin"),
        ("sub/../sub//link", "hello.txt"),
        ("/HELLO.txt:Second Stream", "/hello.txt:second stream:$DATA"),
    ] {
        assert_eq!(fs.look_up(one).unwrap(), fs.look_up(other).unwrap(), "{one}");
        assert!(fs.look_up(one).unwrap().is_some(), "{one}");
    }
    for none in ["/loop", "/hello.txt/x", "/hello", "/hello.txt:none", "/hello.txtx", "/sub/deep/link"] {
        assert_eq!(fs.look_up(none).unwrap(), None, "{none}");
    }
    let link = fs.look_up_itself("/sub/link").unwrap().unwrap();
    assert_eq!((link.kind, fs.read_link(&link).unwrap()), (Kind::Symlink, b"../hello.txt".to_vec()));
    let names = |path: &str| -> HashSet<String> {
        let listed = fs.list(&node(fs, path)).unwrap();
        listed.into_iter().map(|entry| String::from_utf8(entry.name).unwrap()).collect()
    };
    assert_eq!(names("/crowded"), (0..400).map(|n| format!("entry number {n}.conf")).collect());
    for n in 0..400 {
        assert_eq!(
            whole(fs, &node(fs, &format!("/crowded/Entry Number {n}.CONF"))),
            n.to_string().into_bytes()
        );
    }
    assert_eq!(names("/sub"), ["deep", "link", "other name.bin"].map(String::from).into());
    assert!(names("/empty directory").is_empty());
    assert!(names("/").is_superset(&["Prose É.txt", "$MFT", "loop", "crowded"].map(String::from).into()));
}

/// Names, sweep and free space together account for every cluster once.
#[track_caller]
fn check_whole(made: &Made, fs: &Ntfs) {
    assert_eq!(fs.condition().unwrap(), Condition::Clean);
    let names = fs.names().unwrap();
    assert_eq!(names.faults_counted, 0, "{:?}", names.faults);
    let mut taken: BTreeMap<u64, u64> = BTreeMap::new();
    let mut seen = HashSet::new();
    let mut visit = |Laid { node, extents, is_packed }: Laid<'_>| {
        assert!(seen.insert(node.inode));
        if let Some(path) = names.path(node.inode) {
            let path = String::from_utf8(path).unwrap();
            assert_eq!(fs.look_up_itself(&path).unwrap().as_ref(), Some(node), "{path}");
        }
        let length = extents.iter().map(|e| e.length).sum::<u64>();
        let is_sparse = node.size_bytes == fs.size_bytes();
        assert!(node.kind != Kind::File || is_packed || is_sparse || length == node.size_bytes, "{node:?}");
        // A stream may have clusters ready that it does not use yet.
        let inode = fs.inode(node.inode).unwrap();
        let end = inode.main().map_or(0, |stream| stream.end(&fs.table.boot));
        for (n, e) in extents.iter().enumerate() {
            let is_last = n + 1 == extents.len();
            let length = if is_last { end - e.file_offset } else { e.length };
            assert_eq!(taken.insert(e.device_offset, length), None);
        }
    };
    fs.sweep(&mut visit, &mut |fault| panic!("{fault:?}")).unwrap();
    // Four spare records have no name.
    assert_eq!(seen.len(), names.count() + 4);
    let mut free = 0;
    let mut visit = |from, to| {
        assert_eq!(taken.insert(from, to - from), None);
        free += to - from;
    };
    fs.free_space(&mut visit).unwrap();
    let mut next = 0;
    for (from, length) in taken {
        assert_eq!(from, next);
        next = from + length;
    }
    assert_eq!(next, fs.size_bytes());
    let said = String::from_utf8(run("ntfsinfo", &["-m", "-f", text(&made.image)])).unwrap();
    let said = said.lines().find_map(|line| line.trim().strip_prefix("Free Clusters:")).unwrap();
    let said: u64 = said.split_whitespace().next().unwrap().parse().unwrap();
    assert_eq!(said * fs.cluster_bytes(), free);
}

#[test]
fn a_volume_with_clusters_of_windows_own_size_reads_back() {
    check(&["--cluster-size", "4096"], 16);
}

#[test]
fn a_volume_with_small_clusters_reads_back() {
    check(&["--cluster-size", "512"], 8);
}

#[test]
fn a_volume_with_large_clusters_reads_back() {
    check(&["--cluster-size", "65536"], 64);
}

#[test]
fn a_volume_with_large_sectors_reads_back() {
    check(&["--sector-size", "4096"], 64);
}

#[test]
fn attributes_that_do_not_fit_into_a_record_are_read_from_others() {
    const STREAMS: usize = 40;
    let made = Made::with(&[], 8, |source| {
        fs::write(source.join("many names"), prose(5000)).unwrap();
        for n in 0..150 {
            fs::hard_link(source.join("many names"), source.join(format!("another name of it {n}"))).unwrap();
        }
    });
    for n in 0..STREAMS {
        let (name, bytes) = (format!("stream number {n}"), prose(n * 100));
        made.put(&["-N", &name], "/many names", &bytes);
    }
    let fs = made.open();
    let file = node(&fs, "/ANOTHER name of it 77");
    assert_eq!(file.links, 151);
    assert!(whole(&fs, &file) == prose(5000));
    let streams: HashSet<_> = fs.streams(&file).unwrap().into_iter().map(|(label, _)| label).collect();
    assert!(fs.inode(file.inode).unwrap().stream(kinds::ATTRIBUTE_LIST, &[]).is_some());
    for n in 0..STREAMS {
        assert!(streams.contains(format!(":stream number {n}").as_bytes()), "{n}");
        assert!(whole(&fs, &node(&fs, &format!("/many names:stream number {n}"))) == prose(n * 100), "{n}");
    }
    check_whole(&made, &fs);
}

#[test]
fn a_short_name_leads_to_its_file_and_is_not_listed() {
    let made = Made::with(&[], 8, |source| {
        fs::write(source.join("A long name.text"), "long").unwrap();
        fs::hard_link(source.join("A long name.text"), source.join("ALONGN~1.TEX")).unwrap();
    });
    let mut image = made.bytes();
    let name: Vec<u8> = "ALONGN~1.TEX".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let key = [&[12, 0][..], &name].concat();
    let places: Vec<usize> =
        (0..image.len() - key.len()).filter(|at| image[*at..].starts_with(&key)).collect();
    assert_eq!(places.len(), 2, "in the record and in the directory");
    places.iter().for_each(|at| image[at + 1] = 2);
    let fs = Ntfs::open(Arc::new(image)).unwrap();
    assert_eq!(whole(&fs, &node(&fs, "/alongn~1.tex")), b"long");
    assert_eq!(node(&fs, "/A long name.text").links, 1);
    let listed = fs.list(&fs.root().unwrap()).unwrap();
    assert!(listed.iter().any(|entry| entry.name == b"A long name.text"));
    assert!(!listed.iter().any(|entry| entry.name == b"ALONGN~1.TEX"));
}

#[test]
fn a_table_of_files_that_lies_in_pieces_is_followed_through_its_own_records() {
    let made = Made::with(&[], 8, fill);
    let mut image = made.bytes();
    let table = made.open().extents(&made.open().node(0).unwrap()).unwrap();
    let clusters = table[0].length.div_ceil(4096);
    assert_eq!(table.len(), 1);
    // The map is cut in two; the second part stands in record 20, which is free and lies in the first.
    let first = table[0].device_offset / 4096;
    let run = |count: u64, place: u64| {
        [&[0x42][..], &(count as u16).to_le_bytes(), &(place as u32).to_le_bytes(), &[0]].concat()
    };
    let size = table[0].length;
    let bitmap = edit_and_get(&mut image, 0, kinds::BITMAP);
    let standard = edit_and_get(&mut image, 0, kinds::STANDARD_INFORMATION);
    let name = edit_and_get(&mut image, 0, kinds::FILE_NAME);
    let instance = |attribute: &[u8]| u16_le(attribute, 14);
    let list = [
        patches::line(kinds::STANDARD_INFORMATION, instance(&standard), 0, 1 << 48),
        patches::line(kinds::FILE_NAME, instance(&name), 0, 1 << 48),
        patches::line(kinds::DATA, 77, 0, 1 << 48),
        patches::line(kinds::DATA, 1, 10, 20 | 9 << 48),
        patches::line(kinds::BITMAP, instance(&bitmap), 0, 1 << 48),
    ];
    let list = patches::resident(kinds::ATTRIBUTE_LIST, 78, &list.concat());
    let head = patches::mapped(kinds::DATA, 77, 0..10, size, &run(10, first));
    let rest = patches::mapped(kinds::DATA, 1, 10..clusters, 0, &run(clusters - 10, first + 10));
    let at = patches::record_at(&image, 16);
    let mut spare = image[at..at + 1024].to_vec();
    spare[16..18].copy_from_slice(&9u16.to_le_bytes());
    spare[32..40].copy_from_slice(&(1u64 << 48).to_le_bytes());
    spare[22] = 1;
    image[at + 4096..at + 5120].copy_from_slice(&spare);
    patches::edit(&mut image, at + 4096, 1024, |record| {
        record[56..].fill(0);
        record[56..56 + rest.len()].copy_from_slice(&rest);
        record[56 + rest.len()..][..4].fill(0xff);
        record[24..28].copy_from_slice(&(56 + rest.len() as u32 + 8).to_le_bytes());
        record[20] = 56;
    });
    patches::edit_record(&mut image, 0, |record| {
        patches::replace(record, kinds::DATA, "", &head);
        patches::replace(record, kinds::STANDARD_INFORMATION, "", &[standard, list].concat());
    });
    let fs = Ntfs::open(Arc::new(image.clone())).unwrap();
    assert_eq!(fs.table.records, size / 1024);
    for path in ["Prose É.txt", "sub/deep/noise.bin", "crowded/entry number 399.conf"] {
        assert!(whole(&fs, &node(&fs, path)) == fs::read(made.source.join(path)).unwrap(), "{path}");
    }
    assert_eq!(fs.names().unwrap().faults_counted, 0);
    assert_eq!(fs.names().unwrap().count(), made.open().names().unwrap().count());
    // The second part may not be said to lie in itself.
    let astray = patches::line(kinds::DATA, 1, 10, 50 | 9 << 48);
    patches::edit_record(&mut image, 0, |record| {
        let (at, _) = patches::find_attribute(record, kinds::ATTRIBUTE_LIST, "").unwrap();
        record[at + 24 + 96..][..32].copy_from_slice(&astray);
    });
    let opened = Ntfs::open(Arc::new(image)).map(drop);
    assert!(matches!(opened, Err(Unreadable::Damaged { what: "record that is blank", .. })));
}

/// An attribute of a record, as it stands there.
fn edit_and_get(image: &mut [u8], number: u64, kind: u32) -> Vec<u8> {
    let mut found = Vec::new();
    patches::edit_attribute(image, number, kind, |attribute| found = attribute.to_vec());
    found
}

#[test]
fn a_volume_tells_how_it_was_left() {
    let made = Made::with(&[], 8, |_| {});
    let mut image = made.bytes();
    let condition = |image: &[u8]| Ntfs::open(Arc::new(image.to_vec())).unwrap().condition().unwrap();
    assert_eq!(condition(&image), Condition::Clean);
    let log = made.open().extents(&made.open().node(LOG_RECORD).unwrap()).unwrap()[0].device_offset as usize;
    // Two heads of a log, the second the newer; what counts is who uses it and whether it was closed.
    for (client, flags, expected) in
        [(0, 0, Condition::NotReplayed), (0xffff, 0, Condition::Clean), (0, 2, Condition::Clean)]
    {
        for (page, number, client, flags) in [(0, 7u64, 0xffff_u16, 2_u16), (1, 8, client, flags)] {
            let mut head = vec![0; 4096];
            head[..8].copy_from_slice(b"RSTR\x1e\0\x09\0");
            head[16..20].copy_from_slice(&4096u32.to_le_bytes());
            head[24] = 48;
            head[48..56].copy_from_slice(&number.to_le_bytes());
            head[60..62].copy_from_slice(&client.to_le_bytes());
            head[62..64].copy_from_slice(&flags.to_le_bytes());
            image[log + page * 4096..][..4096].copy_from_slice(&head);
        }
        assert_eq!(condition(&image), expected);
    }
    image[log..log + 8192].fill(0);
    let fs = Ntfs::open(Arc::new(image.clone())).unwrap();
    assert!(matches!(fs.condition(), Err(Unreadable::Damaged { what: "head of the log", .. })));
    patches::edit_attribute(&mut image, VOLUME_RECORD, kinds::VOLUME_INFORMATION, |value| {
        value[24 + 10] |= 1
    });
    assert_eq!(condition(&image), Condition::Damaged);
}
