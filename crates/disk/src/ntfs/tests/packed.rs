//! What is packed is unpacked: LZNT1 as ntfs-3g packs it, and chunks as wimlib packs them, which are those of Windows.

use super::*;

/// What is packed in these tests, and what each is good for.
fn specimens() -> Vec<(&'static str, Vec<u8>)> {
    let calls: Vec<u8> =
        (0..60_000u32).flat_map(|n| [0xe8, n as u8, (n >> 8) as u8, 0, 0, 0x90, 0xc3]).collect();
    let mixed = [prose(50_000), noise(90_000), vec![0; 200_000], prose(131_072)].concat();
    vec![
        ("a little", prose(5000)),
        ("text", prose(700_001)),
        ("one letter", vec![b'a'; 100_000]),
        ("calls of machine code", calls),
        ("text, noise and zeros", mixed),
        ("whole chunks", prose(65_536)),
    ]
}

#[test]
fn files_that_ntfs_packs_in_units_are_unpacked() {
    let made = Made::with(&["--enable-compression", "--cluster-size", "4096"], 32, |_| {});
    for (name, bytes) in specimens() {
        made.put(&[], &format!("/{name}"), &bytes);
    }
    made.put(&[], "/noise", &noise(200_000));
    let fs = made.open();
    for (name, bytes) in specimens() {
        let node = node(&fs, name);
        assert!(whole(&fs, &node) == bytes, "{name}");
        assert!(run("ntfscat", &[text(&made.image), name]) == bytes, "{name}");
        let all = fs.read(&node, 65_530, 131_100).unwrap();
        assert!(all == bytes[bytes.len().min(65_530)..bytes.len().min(196_630)], "{name}");
    }
    let mut packed = Vec::new();
    let image = made.bytes();
    let names = fs.names().unwrap();
    let mut visit = |Laid { node, extents, is_packed }: Laid<'_>| {
        let path = names.path(node.inode).map(|path| String::from_utf8(path).unwrap()).unwrap_or_default();
        if is_packed && node.size_bytes > 1000 {
            packed.push(path.clone());
        }
        if specimens().iter().any(|(name, _)| path == format!("/{name}")) || path == "/noise" {
            let bytes = fs.read(node, 0, 1 << 20).unwrap();
            for e in extents {
                let lies = &image[e.device_offset as usize..][..e.length as usize];
                assert!(lies == &bytes[e.file_offset as usize..][..e.length as usize], "{path}");
            }
        }
    };
    fs.sweep(&mut visit, &mut |fault| panic!("{fault:?}")).unwrap();
    packed.sort();
    let mut expected: Vec<_> = specimens().iter().map(|(name, _)| format!("/{name}")).collect();
    expected.push("/noise".into());
    expected.sort();
    assert_eq!(packed, expected);
}

/// The stream that wimlib packs `bytes` into, places of chunks first, exactly as Windows lays it out beside a file.
#[track_caller]
fn packed_by_wimlib(bytes: &[u8], method: &str, chunk_bytes: u32) -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    let (source, archive) = (directory.path().join("source"), directory.path().join("archive"));
    fs::create_dir(&source).unwrap();
    fs::write(source.join("file"), bytes).unwrap();
    let (method, chunk) = (format!("--compress={method}"), format!("--chunk-size={chunk_bytes}"));
    run("wimlib-imagex", &["capture", text(&source), text(&archive), &method, &chunk, "--no-acls"]);
    let archive = fs::read(&archive).unwrap();
    let resource = |at: usize| {
        let (size, flags) = (u64_le(&archive, at) & ((1 << 56) - 1), archive[at + 7]);
        (size as usize, flags, u64_le(&archive, at + 8) as usize, u64_le(&archive, at + 16) as usize)
    };
    let (size, _, at, _) = resource(48);
    let mut all = (at..at + size).step_by(50).map(resource);
    // What is packed has the flag 4, descriptions of trees 2.
    let found = all.find(|(_, flags, _, length)| *length == bytes.len() && flags & 6 == 4);
    let (size, _, at, _) = found.expect("what was packed");
    archive[at..at + size].to_vec()
}

fn u64_le(bytes: &[u8], at: usize) -> u64 {
    crate::fields::u64_le(bytes, at)
}

const METHODS: [(&str, u32, u32); 4] =
    [("XPRESS", 4096, 0), ("LZX", 32_768, 1), ("XPRESS", 8192, 2), ("XPRESS", 16_384, 3)];

/// A volume with a file that is packed by a method of Windows' own, as `compact /exe` leaves it.
#[track_caller]
fn with_packed(bytes: &[u8], stream: &[u8], method: u32) -> Vec<u8> {
    let made = Made::with(&["--cluster-size", "4096"], 8, |source| {
        symlink("a target that is long enough for what is put there", source.join("file")).unwrap();
    });
    made.put(&["-N", "WofCompressedData"], "/file", stream);
    let number = made.open().look_up_itself("/file").unwrap().unwrap().inode;
    let mut image = made.bytes();
    let value = [0x8000_0017, 16, 1, 2, 1, method].map(u32::to_le_bytes).concat();
    let clusters = (bytes.len() as u64).div_ceil(4096);
    let hole = [&[0x04][..], &(clusters as u32).to_le_bytes(), &[0]].concat();
    patches::edit_record(&mut image, number, |record| {
        patches::replace(
            record,
            kinds::REPARSE_POINT,
            "",
            &patches::resident(kinds::REPARSE_POINT, 70, &value),
        );
        let data = patches::mapped(kinds::DATA, 71, 0..clusters, bytes.len() as u64, &hole);
        patches::replace(record, kinds::DATA, "", &data);
    });
    image
}

#[test]
fn files_that_windows_packs_in_chunks_are_unpacked() {
    for (name, bytes) in specimens() {
        for (method, chunk_bytes, number) in METHODS {
            let stream = packed_by_wimlib(&bytes, method, chunk_bytes);
            let fs = Ntfs::open(Arc::new(with_packed(&bytes, &stream, number))).unwrap();
            let file = node(&fs, "/file");
            assert_eq!((file.kind, file.size_bytes), (Kind::File, bytes.len() as u64));
            assert!(whole(&fs, &file) == bytes, "{name}, {method} in chunks of {chunk_bytes}");
            let middle = fs.read(&file, chunk_bytes.into(), 1).unwrap();
            assert_eq!(middle, bytes.get(chunk_bytes as usize..).map_or(vec![], |rest| rest[..1].to_vec()));
            assert!(whole(&fs, &node(&fs, "/file:WofCompressedData")) == stream);
            let mut packed = Vec::new();
            let mut visit = |laid: Laid<'_>| {
                if laid.node.inode & 0xffff_ffff == file.inode {
                    packed.push((laid.is_packed, laid.extents.is_empty()));
                }
            };
            fs.sweep(&mut visit, &mut |fault| panic!("{fault:?}")).unwrap();
            let is_small = stream.len() < 500;
            assert_eq!(packed, [(true, true), (is_small, is_small)], "the file, and what it is packed in");
        }
    }
}

#[test]
fn a_packed_file_that_lies_about_its_chunks_is_damage() {
    let bytes = prose(100_000);
    let sound = packed_by_wimlib(&bytes, "LZX", 32_768);
    let refused = |stream: &[u8], method: u32, what: &str| {
        let fs = Ntfs::open(Arc::new(with_packed(&bytes, stream, method))).unwrap();
        let file = fs.look_up("/file").unwrap().unwrap();
        match fs.read(&file, 0, 1 << 20).map(|_| "read") {
            Err(Unreadable::Damaged { what: found, .. }) => assert_eq!(found, what),
            other => panic!("{what}: {other:?}"),
        }
    };
    let with = |at: usize, value: u32| {
        let mut stream = sound.clone();
        stream[at..at + 4].copy_from_slice(&value.to_le_bytes());
        stream
    };
    refused(&with(0, 0), 1, "place of a packed chunk");
    refused(&with(0, u32::MAX), 1, "place of a packed chunk");
    refused(&with(8, 1), 1, "place of a packed chunk");
    refused(&sound[..11], 1, "packed file shorter than its table");
    refused(&with(20, u32::MAX), 1, "packed chunk");
    refused(&sound, 3, "packed chunk");
    let fs = Ntfs::open(Arc::new(with_packed(&bytes, &sound, 4))).unwrap();
    let read = fs.read(&fs.look_up("/file").unwrap().unwrap(), 0, 10);
    assert!(matches!(read, Err(Unreadable::Unsupported(_))));
}

/// Whatever a packed chunk says, unpacking it ends, with as much as was asked for or nothing.
#[test]
fn nonsense_is_unpacked_to_nothing_or_to_its_length() {
    let noise = noise(1 << 20);
    let sound = packed_by_wimlib(&prose(32_768), "LZX", 32_768);
    let mut unpacked = 0;
    for n in 0..3000 {
        let mut bytes = match n % 3 {
            0 => sound.clone(),
            _ => noise[n * 7..n * 7 + 400 + n % 700].to_vec(),
        };
        let at = n * 31 % bytes.len();
        bytes[at] ^= noise[n] | 1;
        for found in [lzx::unpack(&bytes, 32_768), xpress::unpack(&bytes, 16_384)].into_iter().flatten() {
            assert!(matches!(found.len(), 32_768 | 16_384));
            unpacked += 1;
        }
        assert!(lznt1::unpack(&bytes, 65_536).is_none_or(|found| found.len() <= 65_536));
    }
    assert!(unpacked > 100, "some mistakes are not noticed: {unpacked}");
}
