//! Volumes that lie: damage is an answer, a panic or a loop is not.

use super::*;
use crate::lzo;

/// Where the blocks of metadata of a volume lie.
fn nodes(volume: &Sparse, node_bytes: u64) -> Vec<u64> {
    let fs = volume.open().unwrap();
    let uuid = fs.superblock.metadata_uuid;
    let is_node = |(number, block): &(&u64, &Vec<u8>)| {
        (*number * BLOCK).is_multiple_of(node_bytes)
            && block[32..48] == uuid
            && fs.superblock.checksum.holds(block)
    };
    volume
        .blocks
        .iter()
        .filter(is_node)
        .map(|(number, _)| number * BLOCK)
        .filter(|at| *at != SUPERBLOCK_AT)
        .collect()
}

/// Reads everything that can be read.
fn read_everything(volume: &Sparse) {
    let Ok(fs) = volume.open() else { return };
    let mut seen = Vec::new();
    let mut visit = |laid: Laid<'_>| {
        assert!(laid.extents.iter().all(|extent| extent.device_offset + extent.length <= fs.size_bytes()));
        seen.push(laid.node.clone());
    };
    let _ = fs.sweep(&mut visit, &mut |_| {});
    for node in seen.iter().filter(|node| node.links > 0).take(40) {
        let _ = (fs.list(node), fs.read_link(node), fs.attributes(node), fs.extents(node));
        for offset in [0, 70_000, node.size_bytes.saturating_sub(10), u64::MAX] {
            let _ = fs.read(node, offset, 140_000);
        }
    }
    let _ = fs.free_space(&mut |from, to| assert!(from < to && to <= fs.size_bytes()));
    let _ = (fs.usual_root(), fs.condition());
    if let Ok(names) = fs.names() {
        for inode in names.inodes().take(40) {
            let path = names.path(inode).expect("a counted name has a path");
            let _ = fs.look_up(&String::from_utf8_lossy(&path));
        }
    }
}

/// Changes a block and seals it anew.
fn change(volume: &mut Sparse, at: u64, change: impl FnOnce(&mut [u8])) {
    let block = volume.blocks.get_mut(&(at / BLOCK)).unwrap();
    change(block);
    super::super::checksum::Checksum::Crc32c.seal(block);
}

#[test]
fn changed_metadata_never_brings_the_reader_down() {
    let whole = Sparse::everything();
    let nodes = nodes(&whole, BLOCK);
    assert!(nodes.len() > 30, "{}", nodes.len());
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    for _ in 0..120 {
        let mut volume = whole.clone();
        for _ in 0..=random(3) {
            let at = if random(8) == 0 { SUPERBLOCK_AT } else { nodes[random(nodes.len() as u64) as usize] };
            // Most of what decides stands at the beginning of a block, in its header and the keys.
            let place = if random(3) == 0 { random(BLOCK) } else { 48 + random(400) } as usize;
            let value = [0, 1, 0x7f, 0xff, random(256) as u8][random(5) as usize];
            change(&mut volume, at, |block| block[place] = value);
        }
        read_everything(&volume);
    }
}

/// Checks that a volume whose superblock was changed is refused, with `what`.
#[track_caller]
fn refused(at: usize, bytes: &[u8], what: &str) {
    let mut volume = Sparse::everything();
    change(&mut volume, SUPERBLOCK_AT, |block| block[at..at + bytes.len()].copy_from_slice(bytes));
    let said = volume.open().map(|_| ()).expect_err(what).to_string();
    assert!(said.contains(what), "{said}");
}

#[test]
fn a_superblock_that_asks_for_too_much_is_refused_by_name() {
    refused(64, b"_BHRfS_N", "superblock signature");
    refused(48, &0_u64.to_le_bytes(), "place of the superblock");
    refused(136, &2_u64.to_le_bytes(), "several devices");
    refused(188, &0x2000_u64.to_le_bytes(), "extent tree of version 2");
    refused(188, &(1_u64 << 40).to_le_bytes(), "feature 0x10000000000");
    refused(144, &3_u32.to_le_bytes(), "sector size");
    refused(148, &(1_u32 << 20).to_le_bytes(), "node size");
    refused(209, &u64::MAX.to_le_bytes(), "length of the device");
    refused(160, &u32::MAX.to_le_bytes(), "system chunks");
    refused(198, &[9], "height of a tree");
    refused(72, &1_u64.to_le_bytes(), "wrong place");
    let mut volume = Sparse::everything();
    volume.write(SUPERBLOCK_AT + 300, b"X");
    assert!(volume.open().map(|_| ()).unwrap_err().to_string().contains("superblock checksum"));
}

#[test]
fn a_volume_says_when_it_was_not_unmounted_or_has_errors() {
    let condition = |at: usize, value: u64| {
        let mut volume = Sparse::everything();
        change(&mut volume, SUPERBLOCK_AT, |block| block[at..at + 8].copy_from_slice(&value.to_le_bytes()));
        volume.open().unwrap().condition().unwrap()
    };
    assert_eq!(condition(96, 1 << 20), Condition::NotReplayed);
    assert_eq!(condition(56, 1 | 4), Condition::Damaged);
}

#[test]
fn the_second_copy_of_metadata_is_read_where_the_first_is_damaged() {
    let made = Made::with(&["-n", "16384"]);
    let fs = made.open();
    let root = fs.superblock.root_tree;
    let places: Vec<u64> = fs.nodes.chunks.places(root.block, 16_384).unwrap().collect();
    assert_eq!(places.len(), 2, "metadata is kept twice");
    let damage = |place: u64| {
        let file = File::options().write(true).open(made.image()).unwrap();
        std::os::unix::fs::FileExt::write_all_at(&file, &[0xff; 64], place + 200).unwrap();
    };
    damage(places[0]);
    assert_eq!(inside(&made.open()).len(), 605);
    damage(places[1]);
    let reopened = Btrfs::open(Arc::new(FileImage::open(&made.image()).unwrap()));
    assert!(reopened.map(|_| ()).unwrap_err().to_string().contains("checksum of a block"));
}

/// A packed piece of a file of two sectors: its generation, what it unpacks to, how, and where from.
fn piece(form: u8, packing: u8, unpacked: u64, places: [u64; 4]) -> Vec<u8> {
    let mut item = [7_u64.to_le_bytes(), unpacked.to_le_bytes()].concat();
    item.extend([packing, 0, 0, 0, form]);
    places.iter().for_each(|place| item.extend(place.to_le_bytes()));
    item
}

/// Checks that a piece that comes after one of two sectors is refused, with `what`.
#[track_caller]
fn broken(file_offset: u64, item: &[u8], what: &str) {
    let mut pieces = pieces::Pieces::of(Kind::File, 1 << 20);
    let good = piece(1, 1, 8192, [1 << 20, 4096, 0, 8192]);
    pieces.add(0, &good).unwrap();
    assert_eq!(pieces.found.len(), 1);
    let said = pieces.add(file_offset, item).expect_err(what).to_string();
    assert!(said.contains(what), "{said}");
}

#[test]
fn pieces_of_files_that_contradict_themselves_are_damage() {
    let place = 1 << 20;
    broken(4096, &piece(1, 1, 8192, [place, 4096, 0, 8192]), "overlap");
    broken(8192, &piece(1, 1, 8192, [place, 4096, 4096, 8192]), "past the end of its extent");
    broken(8192, &piece(1, 1, 8192, [place, 4096, u64::MAX, 8192]), "past the end of its extent");
    broken(8192, &piece(1, 1, 1 << 30, [place, 4096, 0, 1 << 30]), "packed extent is 1073741824");
    broken(8192, &piece(1, 0, 8192, [place, 4096, 0, 8192]), "length of an extent");
    broken(8192, &piece(1, 9, 8192, [place, 4096, 0, 8192]), "compression 9");
    broken(8192, &piece(3, 0, 8192, [place, 8192, 0, 8192]), "form of a piece");
    broken(8192, &piece(0, 0, 10, [0; 4]), "inline piece");
    broken(u64::MAX, &piece(2, 0, 8192, [place, 8192, 0, 8192]), "length of a piece");
    broken(8192, &piece(1, 0, 8192, [place, 8192, 0, 8192])[..40], "piece of a file");
    broken(8192, b"short", "piece of a file");
    let mut encrypted = piece(1, 0, 8192, [place, 8192, 0, 8192]);
    encrypted[17] = 1;
    broken(8192, &encrypted, "encrypted");
}

#[test]
fn packed_bytes_that_make_no_sense_are_damage_and_never_run_away() {
    use super::super::unpack::{Packing, UNPACKED_BYTES_MAX, unpack};
    let mut state = 88_172_645_463_325_252_u64;
    let mut noise = |length: usize| -> Vec<u8> {
        let step = |_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        };
        (0..length).map(step).collect()
    };
    for length in [0, 1, 3, 5, 64, 4096, 10_000] {
        for _ in 0..40 {
            let mut bytes = noise(length);
            for packing in [Packing::Zlib, Packing::Lzo, Packing::Zstd] {
                let _ = unpack(packing, &bytes, UNPACKED_BYTES_MAX, 4096);
            }
            // Lengths that could be right, so that what is within them is looked at too.
            if length >= 64 {
                bytes[..8].copy_from_slice(&[[length as u32, 50].map(u32::to_le_bytes).concat()].concat());
                let _ = unpack(Packing::Lzo, &bytes, UNPACKED_BYTES_MAX, 4096);
            }
        }
    }
    let bomb = {
        use std::io::Write;
        let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(&vec![0; 1 << 20]).unwrap();
        packer.finish().unwrap()
    };
    assert_eq!(unpack(Packing::Zlib, &bomb, 4096, 4096).unwrap().len(), 4096);
    assert!(unpack(Packing::Zlib, &bomb[..20], 4096, 4096).is_err(), "it is cut short");
    assert!(unpack(Packing::Zstd, b"no frame", 4096, 4096).is_err());
    assert!(unpack(Packing::Lzo, &[255, 255, 0, 0, 0], 4096, 4096).is_err());
}

#[test]
fn runs_of_lzo_are_unpacked_and_refused_as_they_deserve() {
    let unpacked = |packed: &[u8], room: usize| {
        let mut into = vec![b'.'; room];
        lzo::unpack(packed, &mut into).map(|count| String::from_utf8_lossy(&into[..count]).into_owned())
    };
    const END: [u8; 3] = [0x11, 0, 0];
    let with_end = |start: &[u8]| [start, &END].concat();
    // Four literals, then six bytes from four back, which run into themselves.
    let repeated = with_end(&[21, b'a', b'b', b'c', b'd', 0x80 | 1 << 5 | 3 << 2, 0]);
    assert_eq!(unpacked(&repeated, 10).as_deref(), Some("abcdabcdab"));
    assert_eq!(unpacked(&repeated, 9), None, "there is no room for it");
    // A reference to before the beginning.
    assert_eq!(unpacked(&with_end(&[21, b'a', b'b', b'c', b'd', 0x80 | 3 << 2, 1]), 64), None);
    // No end, something after the end, a run of literals that is not there.
    assert_eq!(unpacked(&repeated[..7], 64), None);
    assert_eq!(unpacked(&[&repeated[..], b"x"].concat(), 64), None);
    assert_eq!(unpacked(&with_end(&[200, b'a']), 300), None);
    assert_eq!(unpacked(&[], 64), None);
}
