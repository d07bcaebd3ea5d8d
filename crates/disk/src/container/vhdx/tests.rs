use super::{CHECKSUM_AT, Guid, TABLE_BYTES};
use crate::checksum::crc32c;
use crate::container::peers::{Bench, MIB, check, open_bytes, same, wander};
use crate::fields::{u32_le, u64_le};
use crate::read_at::ReadAt;

fn specimen() -> (Bench, Vec<u8>) {
    let bench = Bench::new();
    bench.disk();
    bench.img("convert -f raw -O vhdx -o block_size=1M disk.raw a.vhdx");
    let bytes = bench.bytes("a.vhdx");
    (bench, bytes)
}

/// Reads an image made with these options beside the peer.
#[track_caller]
fn reads(options: &str) {
    let bench = Bench::new();
    bench.disk();
    bench.img(&format!("convert -f raw -O vhdx {options} disk.raw a.vhdx"));
    check(&bench, "a.vhdx");
}

#[test]
fn a_vhdx_reads_as_its_peer_reads_it() {
    reads("");
    reads("-o block_size=1M");
    reads("-o subformat=fixed");
    reads("-o block_size=256M,block_state_zero=off");
}

#[test]
fn a_disk_in_which_nothing_was_written_is_one_hole() {
    let bench = Bench::new();
    bench.img("create -f vhdx empty.vhdx 60T");
    let disk = bench.open("empty.vhdx").unwrap();
    assert_eq!((disk.size_bytes(), disk.next_data(0).unwrap()), (60 << 40, None));
}

/// Bitmap entries stand between those of blocks; the first comes after 4 GiB with blocks of 1 MiB.
#[test]
fn blocks_behind_the_first_bitmap_entry_are_found() {
    let bench = Bench::new();
    bench.img("create -f vhdx -o block_size=1M a.vhdx 5G");
    bench.io("a.vhdx", &["write -P 1 4095M 1M", "write -P 2 4096M 1M", "write -P 3 5119M 1M"]);
    let disk = bench.open("a.vhdx").unwrap();
    for (at, byte) in [(4095, 1), (4096, 2), (5119, 3)] {
        let mut bytes = [0; 4096];
        disk.read_exact_at(at * MIB, &mut bytes).unwrap();
        assert_eq!(bytes, [byte; 4096], "at {at} MiB");
    }
    assert_eq!(disk.next_data(0).unwrap().unwrap().0, 4095 * MIB);
}

fn header_at(bytes: &[u8]) -> usize {
    let sequence = |at: usize| u64_le(bytes, at + 8);
    if sequence(64 << 10) > sequence(128 << 10) { 64 << 10 } else { 128 << 10 }
}

/// Where the newest entry of the log at `log` stands.
fn newest_entry(bytes: &[u8], log: usize) -> usize {
    let entries = (log..log + MIB as usize).step_by(4096).filter(|at| bytes[*at..].starts_with(b"loge"));
    entries.max_by_key(|at| u64_le(bytes, at + 16)).expect("the specimen has a log")
}

/// A file as a program leaves it that ends between writing the log and the tables: the header names the log, the tables in the
/// file are older than it.
fn unclosed() -> (Bench, Vec<u8>) {
    let bench = Bench::new();
    bench.img("create -f vhdx -o block_size=1M a.vhdx 20M");
    bench.io("a.vhdx", &["write -P 1 0 1M", "write -P 2 5M 1500k", "write -P 3 11M 64k", "flush", "abort"]);
    let mut bytes = bench.bytes("a.vhdx");
    let header = header_at(&bytes);
    let log = u64_le(&bytes, header + 72) as usize;
    let newest = newest_entry(&bytes, log);
    let log_id = bytes[newest + 32..newest + 48].to_vec();
    put(&mut bytes, header + 48, &log_id);
    mend(&mut bytes, header, 4096);
    let table = region(&bytes, super::BLOCK_TABLE);
    bytes[table..table + 4096].fill(0);
    bench.put("a.vhdx", &bytes);
    (bench, bytes)
}

#[test]
fn the_log_of_a_file_that_was_not_closed_is_replayed_in_memory() {
    let (bench, before) = unclosed();
    let disk = bench.open("a.vhdx").unwrap();
    bench.put("copy.vhdx", &before);
    bench.img("check -r all copy.vhdx");
    let expected = bench.raw_of("copy.vhdx");
    assert_eq!((expected[0], expected[11 << 20]), (1, 3), "the peer replays it too");
    same(&*disk, &expected);
    assert!(bench.bytes("a.vhdx") == before, "the file itself stays as it is");
}

#[test]
fn a_log_that_is_damaged_or_lies_is_refused_or_left_out() {
    let (_, bytes) = unclosed();
    let header = header_at(&bytes);
    let with = |at: usize, value: &[u8]| {
        let mut bytes = bytes.clone();
        put(&mut bytes, header + at, value);
        mend(&mut bytes, header, 4096);
        bytes
    };
    refused(with(68, &u32::MAX.to_be_bytes()), "the length of the log");
    refused(with(68, &0u32.to_le_bytes()), "the log lies outside");
    refused(with(72, &(1u64 << 62).to_le_bytes()), "the log lies outside");
    refused(with(64, &1u16.to_le_bytes()), "version 1 of the VHDX log");
    let log = u64_le(&bytes, header + 72) as usize;
    let newest = newest_entry(&bytes, log);
    let mut longer = bytes.clone();
    put(&mut longer, newest + 48, &(1u64 << 50).to_le_bytes());
    let length = u32_le(&longer, newest + 8) as usize;
    mend(&mut longer, newest, length);
    refused(longer, "the file is shorter than it was");
    let mut many = bytes.clone();
    put(&mut many, newest + 24, &u32::MAX.to_le_bytes());
    mend(&mut many, newest, length);
    refused(many, "more descriptors than room");
    let mut torn = bytes.clone();
    put(&mut torn, newest + length - 4, &[9; 4]);
    mend(&mut torn, newest, length);
    refused(torn, "not written whole");
}

fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}

/// Makes a checksum good again.
fn mend(bytes: &mut [u8], at: usize, length: usize) {
    bytes[at + CHECKSUM_AT..at + CHECKSUM_AT + 4].fill(0);
    let sum = !crc32c(!0, &bytes[at..at + length]);
    put(bytes, at + CHECKSUM_AT, &sum.to_le_bytes());
}

const REGIONS: usize = 192 << 10;

/// Where the entry of something stands in a table of 32-byte entries that begins at `at`.
fn entry(bytes: &[u8], at: usize, id: Guid) -> usize {
    (0..2047).map(|index| at + index * 32).find(|at| bytes[*at..*at + 16] == id.0).expect("an entry")
}

fn region(bytes: &[u8], id: Guid) -> usize {
    u64_le(bytes, entry(bytes, REGIONS + 16, id) + 16) as usize
}

/// Where the value of a metadata item stands.
fn value(bytes: &[u8], id: Guid) -> usize {
    let metadata = region(bytes, super::METADATA);
    metadata + u32_le(bytes, entry(bytes, metadata + 32, id) + 16) as usize
}

#[track_caller]
fn refused(bytes: Vec<u8>, words: &str) {
    let cause = open_bytes(bytes).err().expect("it must be refused").to_string();
    assert!(cause.contains(words), "{cause}");
}

#[track_caller]
fn refused_with(id: Guid, offset: usize, new: &[u8], words: &str) {
    let (_, mut bytes) = specimen();
    let at = value(&bytes, id) + offset;
    put(&mut bytes, at, new);
    refused(bytes, words);
}

#[test]
fn a_parent_is_refused_and_named_where_it_has_a_name() {
    refused_with(super::FILE_PARAMETERS, 4, &2u32.to_le_bytes(), "a parent disk, not named");
    let (_, mut bytes) = specimen();
    let metadata = region(&bytes, super::METADATA);
    let parameters = value(&bytes, super::FILE_PARAMETERS);
    put(&mut bytes, parameters + 4, &2u32.to_le_bytes());
    // The item that names the physical sector's size becomes a parent locator with one pair.
    let item = entry(&bytes, metadata + 32, super::PHYSICAL_SECTOR);
    put(&mut bytes, item, &super::PARENT_LOCATOR.0);
    put(&mut bytes, item + 16, &(128u32 << 10).to_le_bytes());
    put(&mut bytes, item + 20, &200u32.to_le_bytes());
    let text = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let (key, path) = (text("relative_path"), text("..\\..\\etc\\passwd"));
    let locator = metadata + (128 << 10);
    put(&mut bytes, locator + 18, &1u16.to_le_bytes());
    put(&mut bytes, locator + 20, &32u32.to_le_bytes());
    put(&mut bytes, locator + 24, &100u32.to_le_bytes());
    put(&mut bytes, locator + 28, &(key.len() as u16).to_le_bytes());
    put(&mut bytes, locator + 30, &(path.len() as u16).to_le_bytes());
    put(&mut bytes, locator + 32, &key);
    put(&mut bytes, locator + 100, &path);
    refused(bytes, r"a parent disk, “..\\..\\etc\\passwd” (differencing VHDX)");
}

#[test]
fn tables_that_lie_about_sizes_are_refused_before_they_are_read() {
    refused_with(super::DISK_SIZE, 0, &(1u64 << 63).to_le_bytes(), "the size of the disk");
    refused_with(super::DISK_SIZE, 0, &(60u64 << 40).to_le_bytes(), "the size of the block table");
    refused_with(super::DISK_SIZE, 0, &(3u64 << 40).to_le_bytes(), "shorter than the disk");
    refused_with(super::FILE_PARAMETERS, 0, &0u32.to_le_bytes(), "the size of a block");
    refused_with(super::FILE_PARAMETERS, 0, &(1u32 << 31).to_le_bytes(), "the size of a block");
    refused_with(super::FILE_PARAMETERS, 0, &(3u32 << 20).to_le_bytes(), "the size of a block");
    refused_with(super::LOGICAL_SECTOR, 0, &4096u32.to_le_bytes(), "logical sectors of 4096 bytes");
}

#[test]
fn regions_and_metadata_that_lie_outside_the_file_are_refused() {
    let (_, bytes) = specimen();
    let with = |at: usize, new: &[u8]| {
        let mut bytes = bytes.clone();
        put(&mut bytes, at, new);
        mend(&mut bytes, REGIONS, TABLE_BYTES);
        bytes
    };
    let table = entry(&bytes, REGIONS + 16, super::BLOCK_TABLE);
    refused(with(table + 16, &(1u64 << 63).to_le_bytes()), "a region is named twice or lies outside");
    refused(with(table + 24, &u32::MAX.to_le_bytes()), "a region is named twice or lies outside");
    refused(with(table + 24, &8u32.to_le_bytes()), "shorter than the disk");
    refused(with(table, &super::METADATA.0), "a region is named twice");
    let mut unknown = with(table, &[9; 16]);
    unknown[table + 28] = 1;
    mend(&mut unknown, REGIONS, TABLE_BYTES);
    refused(unknown, "a region that is not known");
    refused(with(table, &[9; 16]), "a region is missing");
    refused(with(REGIONS + 8, &u32::MAX.to_le_bytes()), "the number of regions");
    let metadata = region(&bytes, super::METADATA);
    refused(with(metadata + 10, &u16::MAX.to_le_bytes()), "the number of metadata");
    refused(with(metadata + 32 + 16, &u32::MAX.to_le_bytes()), "metadata lies outside its region");
    refused(with(metadata + 32 + 32, &bytes[metadata + 32..metadata + 48]), "metadata is named twice");
}

#[test]
fn blocks_that_lie_outside_the_file_or_on_one_another_are_refused() {
    let (_, bytes) = specimen();
    let table = region(&bytes, super::BLOCK_TABLE);
    let mut outside = bytes.clone();
    put(&mut outside, table, &(1u64 << 63 | 6).to_le_bytes());
    refused(outside, "a block lies outside the file");
    let mut partial = bytes.clone();
    partial[table] = 7;
    refused(partial, "partly a parent's");
    let mut state = bytes.clone();
    state[table] = 5;
    refused(state, "a state that VHDX does not have");
    let mut shared = bytes.clone();
    let metadata = value(&shared, super::DISK_SIZE);
    put(&mut shared, metadata, &(100u64 << 20).to_le_bytes());
    let first = bytes[table..table + 8].to_vec();
    for index in 0..100 {
        put(&mut shared, table + index * 8, &first);
    }
    refused(shared, "a table stores more than the file holds");
}

#[test]
fn headers_that_do_not_bear_out_their_checksums_are_no_headers() {
    let (bench, bytes) = specimen();
    let mut one = bytes.clone();
    one[header_at(&bytes) + 100] ^= 1;
    same(&*open_bytes(one.clone()).unwrap(), &bench.raw_of("a.vhdx"));
    one[(64 << 10) + 200] ^= 1;
    one[(128 << 10) + 200] ^= 1;
    refused(one, "neither header");
    let mut tables = bytes;
    tables[(192 << 10) + 500] ^= 1;
    same(&*open_bytes(tables.clone()).unwrap(), &bench.raw_of("a.vhdx"));
    tables[(256 << 10) + 500] ^= 1;
    refused(tables, "neither region table");
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 300, failure_persistence: None, ..Default::default() })]

    #[test]
    fn damaged_tables_never_bring_a_reader_down(
        edits in proptest::collection::vec((0u8..6, 0usize..4096, proptest::num::u8::ANY), 1..10),
        logged: bool,
    ) {
        static IMAGES: std::sync::LazyLock<[Vec<u8>; 2]> = std::sync::LazyLock::new(|| [specimen().1, unclosed().1]);
        let mut bytes = IMAGES[usize::from(logged)].clone();
        let header = header_at(&bytes);
        let metadata = region(&bytes, super::METADATA);
        let places = [
            (header, 80),
            (REGIONS, 80),
            (metadata, 200),
            (metadata + (64 << 10), 60),
            (region(&bytes, super::BLOCK_TABLE), 160),
            (u64_le(&bytes, header + 72) as usize, 4096),
        ];
        for (place, at, byte) in edits {
            let (from, length) = places[usize::from(place)];
            bytes[from + at % length] = byte;
        }
        mend(&mut bytes, header, 4096);
        mend(&mut bytes, REGIONS, TABLE_BYTES);
        let log = places[5].0;
        let length = u32_le(&bytes, log + 8) as usize;
        if length > 8 && log + length <= bytes.len() {
            mend(&mut bytes, log, length);
        }
        wander(bytes);
    }
}
