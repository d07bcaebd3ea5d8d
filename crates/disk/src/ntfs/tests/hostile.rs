//! Volumes that lie: every lie ends in an error that names it, whatever else is sound stays readable, and nothing runs on.

use std::io;
use std::sync::LazyLock;

use super::patches::{
    edit, edit_attribute, edit_record, find_attribute, line, mapped, record_at, replace, resident,
};
use super::*;

/// A sound volume in memory.
static SOUND: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let made = Made::with(&["--cluster-size", "4096"], 4, |source| {
        fill(source);
        fs::write(source.join("Prose É.txt"), prose(30_001)).unwrap();
    });
    made.put(&["-N", "second stream"], "/hello.txt", b"beside it");
    made.bytes()
});

const VICTIM: &str = "/Prose É.txt";

fn opened(image: Vec<u8>) -> Result<Ntfs, Unreadable> {
    Ntfs::open(Arc::new(image))
}

fn number_of(path: &str) -> u64 {
    node(&opened(SOUND.clone()).unwrap(), path).inode
}

fn what<T>(found: Result<T, Unreadable>) -> String {
    match found {
        Ok(_) => "read".into(),
        Err(Unreadable::Damaged { what, .. }) => what.into(),
        Err(Unreadable::OverLimit { what, .. }) => format!("over the limit: {what}"),
        Err(other) => other.to_string(),
    }
}

#[track_caller]
fn refused(at: usize, bytes: &[u8], expected: &str) {
    let mut image = SOUND.clone();
    image[at..at + bytes.len()].copy_from_slice(bytes);
    assert_eq!(what(opened(image)), expected);
}

#[test]
fn numbers_that_everything_is_computed_from_are_bounded() {
    refused(510, b"xx", "boot sector signature");
    refused(3, b"EXFAT", "name of the filesystem");
    for size in [0u16, 1, 256, 513, 8192, u16::MAX] {
        refused(11, &size.to_le_bytes(), "sector size");
    }
    for sectors in [0, 3, 0x81, 0xf3] {
        refused(13, &[sectors], "sectors per cluster");
    }
    for sectors in [0, 7, 1 << 40, u64::MAX] {
        refused(40, &sectors.to_le_bytes(), "number of sectors");
    }
    for cluster in [0, 1 << 20, u64::MAX] {
        refused(48, &cluster.to_le_bytes(), "place of the table of files");
    }
    for size in [0, 3, 0x80, 0xf8, 0xef, 32] {
        refused(64, &[size], "record size");
    }
    refused(48, &[1], "record that is blank");
    for length in [0usize, 1, 511, 512, 4096] {
        assert!(matches!(opened(vec![0; length]), Err(Unreadable::Damaged { .. })), "{length}");
    }
}

/// Checks that a change to the victim's record is told wherever the file is met, and hides no other file.
#[track_caller]
fn victim(change: impl FnOnce(&mut Vec<u8>, u64), expected: &str) {
    let mut image = SOUND.clone();
    let number = number_of(VICTIM);
    change(&mut image, number);
    let fs = opened(image).unwrap();
    assert_eq!(what(fs.node(number).and_then(|node| fs.read(&node, 0, 1 << 20))), expected);
    let (mut files, mut faults) = (0, Vec::new());
    fs.sweep(&mut |_| files += 1, &mut |fault| faults.push(what(Err::<(), _>(fault.why)))).unwrap();
    assert_eq!(faults, Vec::from_iter(Some(expected).filter(|expected| *expected != "read")));
    assert!(files > 430, "{files}");
    let names = fs.names().unwrap();
    assert_eq!((names.faults_counted, names.path(number).as_deref()), (0, Some(VICTIM.as_bytes())));
    assert_eq!(whole(&fs, &node(&fs, "/sub/other name.bin")), noise(70_000));
}

#[test]
fn records_that_are_not_whole_are_refused() {
    let raw = |offset: usize, bytes: &'static [u8]| {
        move |image: &mut Vec<u8>, number| {
            let at = record_at(image, number) + offset;
            image[at..at + bytes.len()].copy_from_slice(bytes);
        }
    };
    victim(raw(0, b"BAAD"), "record without its magic number");
    victim(raw(4, &[0xfe, 1]), "fix-up array");
    victim(raw(4, &[0xff, 0xff]), "fix-up array");
    victim(raw(4, &[0xfa, 1]), "fix-up array");
    victim(raw(4, &[4, 0]), "fix-up array");
    victim(raw(6, &[2, 0]), "fix-up array");
    victim(raw(6, &[0xff, 0xff]), "fix-up array");
    victim(raw(510, b"\xee\xee"), "record written halfway");
    victim(raw(1022, b"\xee\xee"), "record written halfway");
    victim(raw(24, &[1, 4, 0, 0]), "record size");
    victim(raw(20, &[0xff, 0xff]), "record size");
    victim(raw(20, &[0, 0]), "record size");
}

#[test]
fn attributes_that_do_not_fit_are_refused() {
    let attribute = |offset: usize, bytes: &'static [u8]| {
        move |image: &mut Vec<u8>, number| {
            edit_attribute(image, number, kinds::DATA, |found| {
                found[offset..offset + bytes.len()].copy_from_slice(bytes);
            });
        }
    };
    victim(attribute(4, &[0, 0, 0, 0]), "attribute length");
    victim(attribute(4, &[0xff, 0xff, 0xff, 0xff]), "attribute length");
    victim(attribute(9, &[0xff]), "attribute");
    victim(attribute(32, &[0xff, 0xff]), "attribute");
    victim(attribute(16, &[3]), "pieces of an attribute");
    victim(attribute(24, &[0xff; 8]), "size of a stream");
    victim(attribute(24, &[9, 0, 0, 0, 0, 0, 0, 0x7f]), "attribute");
    victim(attribute(48, &[0xff; 8]), "size of a stream");
    victim(attribute(48, &[0, 0, 1]), "size of a stream");
    victim(attribute(12, &[1]), "compression unit");
    victim(attribute(12, &[2]), "uses NTFS compression method 2, which is not read");
    victim(attribute(13, &[0x40]), "uses EFS encryption, which is not read");
    let twice = |image: &mut Vec<u8>, number| {
        edit_record(image, number, |record| {
            let (at, length) = find_attribute(record, kinds::DATA, "").unwrap();
            let data = record[at..at + length].to_vec();
            replace(record, kinds::DATA, "", &[data.clone(), data].concat());
        });
    };
    victim(twice, "attribute that comes up twice");
}

/// Puts other runs in the place of the victim's, which has eight clusters.
#[track_caller]
fn runs(runs: &[u8], clusters: u64, size: u64, expected: &str) {
    let put = |image: &mut Vec<u8>, number| {
        edit_record(image, number, |record| {
            replace(record, kinds::DATA, "", &mapped(kinds::DATA, 9, 0..clusters, size, runs));
        });
    };
    victim(put, expected);
}

#[test]
fn runs_of_clusters_that_lead_astray_are_refused() {
    runs(&[0x11, 8, 0xf0, 0], 8, 30_001, "run of clusters before the volume");
    runs(&[0x21, 8, 0, 4, 0], 8, 30_001, "run of clusters past the volume");
    runs(&[0x21, 8, 0xfd, 3, 0], 8, 30_001, "run of clusters past the volume");
    runs(&[0x11, 4, 32, 0x11, 4, 1, 0], 8, 30_001, "cluster used twice");
    runs(&[0x11, 7, 32, 0], 8, 30_001, "runs of clusters that end early");
    runs(&[0x11, 8, 32, 0], 8, 1 << 63, "size of a stream");
    let endless = [0x08, 0, 0, 0, 0, 0, 0, 0, 0x7f, 0];
    runs(&endless, 1 << 54, 30_001, "length of a run of clusters");
}

#[test]
fn a_hole_as_long_as_a_file_can_be_costs_nothing() {
    let (number, size) = (number_of(VICTIM), (1u64 << 63) - 4096);
    let mut image = SOUND.clone();
    edit_record(&mut image, number, |record| {
        let clusters = size / 4096;
        let hole = [&[0x08][..], &clusters.to_le_bytes(), &[0]].concat();
        replace(record, kinds::DATA, "", &mapped(kinds::DATA, 9, 0..clusters, size, &hole));
    });
    let fs = opened(image).unwrap();
    let file = node(&fs, VICTIM);
    assert_eq!(file.size_bytes, size);
    assert_eq!(fs.read(&file, size - 5, 1 << 20).unwrap(), [0; 5]);
    assert_eq!(fs.read(&file, size / 2, 7).unwrap(), [0; 7]);
    assert!(fs.read(&file, u64::MAX, 7).unwrap().is_empty());
    assert!(fs.extents(&file).unwrap().is_empty());
    fs.sweep(&mut |_| {}, &mut |fault| panic!("{fault:?}")).unwrap();
}

/// Gives the victim a list of attributes, which stands for all others but the first.
#[track_caller]
fn list(lines: &[Vec<u8>], expected: &str) {
    let list = resident(kinds::ATTRIBUTE_LIST, 60, &lines.concat());
    victim(|image, number| put_list(image, number, &list), expected);
}

fn put_list(image: &mut [u8], number: u64, list: &[u8]) {
    edit_record(image, number, |record| {
        let (at, length) = find_attribute(record, kinds::STANDARD_INFORMATION, "").unwrap();
        let standard = record[at..at + length].to_vec();
        replace(record, kinds::STANDARD_INFORMATION, "", &[&standard, list].concat());
    });
}

#[test]
fn lists_of_attributes_lead_one_step_and_to_their_own_file() {
    let number = number_of(VICTIM);
    let itself = patches::reference(&SOUND, number);
    let root = patches::reference(&SOUND, ROOT_INODE);
    let (at, _) = (record_at(&SOUND, number), ());
    let mut record = SOUND[at..at + 1024].to_vec();
    record::mend(&mut record, b"FILE", 0).unwrap();
    let (data, _) = find_attribute(&record, kinds::DATA, "").unwrap();
    let instance = u16_le(&record, data + 14);
    let sound = line(kinds::DATA, instance, 0, itself);
    list(std::slice::from_ref(&sound), "read");
    list(&[line(kinds::ATTRIBUTE_LIST, 60, 0, itself), sound.clone()], "read");
    list(&[sound.clone(), sound.clone()], "attribute that comes up twice");
    list(&[line(kinds::DATA, instance, 0, root)], "list of attributes that leads to another file");
    list(&[line(kinds::DATA, instance, 0, 20)], "list of attributes that leads to another file");
    list(&[line(kinds::DATA, instance, 0, 1 << 40)], "number of a record past the end of the table");
    list(&[line(kinds::DATA, instance, 0, itself ^ 1 << 50)], "list of attributes with an old reference");
    list(&[line(kinds::DATA, instance + 1, 0, itself)], "attribute that is only listed");
    list(&[line(kinds::DATA, instance, 3, itself)], "attribute that is only listed");
    let mut endless = sound.clone();
    endless[4] = 0;
    list(&[endless], "list of attributes");
    let mut cut = sound.clone();
    cut[6] = 200;
    list(&[cut], "list of attributes");
    // As many streams as a file may have take a longer list than any system makes.
    let crowded = mapped(kinds::ATTRIBUTE_LIST, 60, 0..512, 65_535 * 32, &[0x22, 0, 2, 20, 0, 0]);
    let expected = "over the limit: list of attributes";
    victim(|image, number| put_list(image, number, &crowded), expected);
}

#[test]
fn a_list_of_attributes_that_lies_in_clusters_is_the_files_too() {
    let number = number_of(VICTIM);
    let mut image = SOUND.clone();
    let fs = opened(image.clone()).unwrap();
    let mut free = 0;
    fs.free_space(&mut |from, _| free = free.max(from)).unwrap();
    let instance = {
        let mut found = 0;
        edit_attribute(&mut image, number, kinds::DATA, |data| found = u16_le(data, 14));
        found
    };
    let lines = line(kinds::DATA, instance, 0, patches::reference(&SOUND, number));
    image[free as usize..][..32].copy_from_slice(&lines);
    let run = [&[0x21, 1][..], &((free / 4096) as u16).to_le_bytes(), &[0]].concat();
    put_list(&mut image, number, &mapped(kinds::ATTRIBUTE_LIST, 60, 0..1, 32, &run));
    let fs = opened(image).unwrap();
    assert!(whole(&fs, &node(&fs, VICTIM)) == prose(30_001));
    let stream = node(&fs, &format!("{VICTIM}::$ATTRIBUTE_LIST"));
    assert_eq!(whole(&fs, &stream), lines);
}

#[test]
fn files_whose_lists_of_attributes_share_clusters_end_the_sweep() {
    let mut image = SOUND.clone();
    let list = mapped(kinds::ATTRIBUTE_LIST, 60, 0..64, 256 << 10, &[0x21, 64, 0, 1, 0]);
    for n in 0..17 {
        let number = number_of(&format!("/crowded/entry number {n}.conf"));
        put_list(&mut image, number, &list);
    }
    let fs = opened(image).unwrap();
    let swept = fs.sweep(&mut |_| {}, &mut |_| {});
    assert_eq!(what(swept), "over the limit: size of all lists of attributes");
    assert_eq!(fs.names().unwrap().faults_counted, 0);
}

/// The blocks of a directory.
fn blocks(path: &str) -> Vec<usize> {
    let fs = opened(SOUND.clone()).unwrap();
    let map = fs.extents(&node(&fs, path)).unwrap();
    map.iter()
        .flat_map(|e| (e.device_offset as usize..).step_by(4096).take(e.length as usize / 4096))
        .collect()
}

/// Checks that a change to a block of the crowded directory is told, and ends the walk of that directory alone.
#[track_caller]
fn crowded(change: impl FnOnce(&mut Vec<u8>, &[usize]), expected: &str) {
    let mut image = SOUND.clone();
    change(&mut image, &blocks("/crowded"));
    let fs = opened(image).unwrap();
    let directory = node(&fs, "/crowded");
    assert_eq!(what(fs.list(&directory)), expected);
    let names = fs.names().unwrap();
    let faults: Vec<_> =
        names.faults.into_iter().map(|fault| (fault.inode, what(Err::<(), _>(fault.why)))).collect();
    assert_eq!(faults, [(directory.inode, expected.to_owned())]);
    assert!(fs.look_up(VICTIM).unwrap().is_some());
}

/// Gives the last entry of a block a child, where it has none.
fn put_child(block: &mut [u8], child: u64) {
    let mut at = 24 + u32_le(block, 24) as usize;
    while block[at + 12] & 2 == 0 {
        at += usize::from(u16_le(block, at + 8));
    }
    assert_eq!(block[at + 12] & 1, 0, "a leaf");
    block[at + 8] = 24;
    block[at + 12] |= 1;
    block[at + 16..at + 24].copy_from_slice(&child.to_le_bytes());
    let used = u32_le(block, 28) + 8;
    block[28..32].copy_from_slice(&used.to_le_bytes());
}

#[test]
fn directories_that_lead_into_themselves_end() {
    for child in [0, 1, 2] {
        let put = |image: &mut Vec<u8>, blocks: &[usize]| {
            edit(image, blocks[0], 4096, |block| put_child(block, child))
        };
        crowded(put, "block of a directory used twice");
    }
    for child in [1 << 20, u64::MAX, 1 << 52] {
        let put = |image: &mut Vec<u8>, blocks: &[usize]| {
            edit(image, blocks[0], 4096, |block| put_child(block, child))
        };
        crowded(put, "block of a directory past its end");
    }
    crowded(
        |image, blocks| edit(image, blocks[0], 4096, |block| block[16] = 7),
        "block of a directory that belongs elsewhere",
    );
    crowded(|image, blocks| image[blocks[0]] = b'X', "record without its magic number");
    crowded(|image, blocks| image[blocks[0] + 4094] ^= 1, "record written halfway");
    let first = |block: &[u8]| 24 + u32_le(block, 24) as usize;
    for length in [0, 8, 0xffff_u16] {
        let put = |block: &mut Vec<u8>| {
            let at = first(block);
            block[at + 8..at + 10].copy_from_slice(&length.to_le_bytes());
        };
        crowded(|image, blocks| edit(image, blocks[0], 4096, put), "entry of a directory");
    }
    crowded(
        |image, blocks| edit(image, blocks[0], 4096, |block| block[31] = 1),
        "length of a directory's node",
    );
    let name = |unit: u8| {
        move |block: &mut Vec<u8>| {
            let at = first(block);
            block[at + 16 + 66] = unit;
        }
    };
    crowded(|image, blocks| edit(image, blocks[0], 4096, name(b'/')), "name in a directory");
    crowded(|image, blocks| edit(image, blocks[0], 4096, name(0)), "name in a directory");
    let sequence = |block: &mut Vec<u8>| {
        let at = first(block);
        block[at + 6] ^= 1;
    };
    crowded(|image, blocks| edit(image, blocks[0], 4096, sequence), "name of a file that is gone");
}

#[test]
fn a_directory_inside_itself_is_entered_once() {
    let mut image = SOUND.clone();
    let root = patches::reference(&SOUND, ROOT_INODE).to_le_bytes();
    let (crowded, first) = (blocks("/crowded")[0], 24);
    edit(&mut image, crowded, 4096, |block| {
        let at = first + u32_le(block, 24) as usize;
        block[at..at + 8].copy_from_slice(&root);
    });
    let fs = opened(image).unwrap();
    let names = fs.names().unwrap();
    assert_eq!((names.faults_counted, names.faults[0].inode), (1, ROOT_INODE));
    let listed = fs.list(&node(&fs, "/crowded")).unwrap();
    let back = listed.iter().find(|entry| entry.inode == ROOT_INODE).unwrap();
    let step = format!("/crowded/{}", std::str::from_utf8(&back.name).unwrap());
    assert_eq!(node(&fs, &step.repeat(300)).inode, ROOT_INODE);
}

#[test]
fn reparse_points_that_are_not_read_are_named_and_cut_ones_are_damage() {
    let number = opened(SOUND.clone()).unwrap().look_up_itself("/sub/link").unwrap().unwrap().inode;
    let with = |change: &dyn Fn(&mut [u8])| {
        let mut image = SOUND.clone();
        edit_attribute(&mut image, number, kinds::REPARSE_POINT, |found| change(&mut found[24..]));
        opened(image).unwrap()
    };
    let fs = with(&|value| value[..4].copy_from_slice(&0x8000_0013u32.to_le_bytes()));
    let file = node(&fs, "/sub/link");
    assert_eq!(file.kind, Kind::File);
    let expected = "uses deduplicated file (tag 0x80000013), which is not read";
    assert_eq!(what(fs.read(&file, 0, 10)), expected);
    let mut faults = Vec::new();
    fs.sweep(&mut |_| {}, &mut |fault| faults.push((fault.inode, fault.why.to_string()))).unwrap();
    assert_eq!(faults, [(number, expected.to_owned())]);
    let fs = with(&|value| value[8..10].fill(0xff));
    assert_eq!(what(fs.look_up("/sub/link")), "reparse point");
    let fs = with(&|value| value[4..6].fill(0xff));
    assert_eq!(what(fs.node(number)), "reparse point");
    assert_eq!(what(fs.node(number | 500 << 48)), "reparse point");
    // What a file does not say of itself does not count.
    let mut image = SOUND.clone();
    edit_attribute(&mut image, number, kinds::STANDARD_INFORMATION, |found| found[24 + 33] &= !4);
    assert_eq!(node(&opened(image).unwrap(), "/sub/link").kind, Kind::File);
    let fs = opened(SOUND.clone()).unwrap();
    assert_eq!(what(fs.node(number | 500 << 48)), "number of a stream");
    assert_eq!(what(fs.node(1 << 40)), "number of a record past the end of the table");
}

#[test]
fn a_bitmap_that_is_too_short_is_damage() {
    let mut image = SOUND.clone();
    edit_attribute(&mut image, BITMAP_RECORD, kinds::DATA, |data| {
        data[48..56].copy_from_slice(&100u64.to_le_bytes())
    });
    assert_eq!(what(opened(image).unwrap().free_space(&mut |_, _| {})), "bitmap of clusters");
}

/// A volume with some bytes changed, over one that is shared.
struct Changed {
    changes: Vec<(u64, u8)>,
}

impl ReadAt for Changed {
    fn size_bytes(&self) -> u64 {
        SOUND.len() as u64
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        SOUND.read_exact_at(offset, buffer)?;
        for (at, byte) in &self.changes {
            if let Some(place) = at.checked_sub(offset).and_then(|at| buffer.get_mut(at as usize)) {
                *place = *byte;
            }
        }
        Ok(())
    }
}

/// The places of a volume that something is computed from.
fn metadata() -> Vec<std::ops::Range<u64>> {
    let fs = opened(SOUND.clone()).unwrap();
    let mut places = Vec::from_iter(Some(0..512));
    for inode in [0, LOG_RECORD, BITMAP_RECORD, ROOT_INODE, number_of("/crowded")] {
        let map = fs.extents(&fs.node(inode).unwrap()).unwrap();
        places.extend(map.iter().map(|e| e.device_offset..e.device_offset + e.length.min(64 << 10)));
    }
    places
}

#[test]
fn thousands_of_changed_volumes_are_read_without_a_panic_or_a_loop() {
    let places = metadata();
    let noise = noise(1 << 17);
    let mut state = 0;
    let mut next = |below: u64| {
        state += 8;
        crate::fields::u64_le(&noise, state % (noise.len() - 8)) % below
    };
    let (mut opened, mut faults) = (0, 0);
    for _ in 0..2000 {
        let mut changes = Vec::new();
        for _ in 0..1 + next(6) {
            let place = &places[next(places.len() as u64) as usize];
            // Most of what matters stands at the beginning of a record.
            let at = place.start + next(place.end - place.start);
            let at = if next(2) == 0 { at - at % 1024 + next(200) } else { at };
            changes.push((at, next(256) as u8));
        }
        let Ok(fs) = Ntfs::open(Arc::new(Changed { changes })) else { continue };
        opened += 1;
        faults += read_all(&fs);
    }
    assert!(opened > 1000 && faults > 100, "{opened} opened, {faults} faults");
}

/// Reads whatever can be read, and counts what cannot.
fn read_all(fs: &Ntfs) -> u64 {
    let mut faults = 0;
    let mut visit = |Laid { node, extents, .. }: Laid<'_>| {
        assert!(extents.iter().all(|e| e.device_offset + e.length <= SOUND.len() as u64));
        let read = match node.kind {
            Kind::Directory => fs.list(node).map(drop),
            Kind::Symlink => fs.read_link(node).map(drop),
            _ => fs.read(node, node.size_bytes / 3, 50_000).map(drop),
        };
        faults += u64::from(read.is_err());
    };
    let swept = fs.sweep(&mut visit, &mut |_| {});
    let names = fs.names().map_or(1, |names| names.faults_counted);
    let free = fs.free_space(&mut |from, to| assert!(from < to && to <= SOUND.len() as u64));
    let found = fs.look_up("/CROWDED/entry number 77.conf").is_err();
    faults
        + names
        + u64::from(swept.is_err())
        + u64::from(free.is_err())
        + u64::from(found)
        + u64::from(fs.condition().is_err())
}
