use crate::container::peers::{Bench, MIB, check, open_bytes, same, wander};
use crate::container::vhd::checksum;
use crate::read_at::ReadAt;
use crate::tree::Unreadable;

fn dynamic() -> (Bench, Vec<u8>) {
    let bench = Bench::new();
    bench.disk();
    bench.img("convert -f raw -O vpc -o subformat=dynamic,force_size=on disk.raw a.vhd");
    let bytes = bench.bytes("a.vhd");
    (bench, bytes)
}

#[test]
fn a_dynamic_vhd_reads_as_its_peer_reads_it() {
    let (bench, _) = dynamic();
    check(&bench, "a.vhd");
    bench.img("convert -f raw -O vpc -o subformat=dynamic disk.raw geometry.vhd");
    check(&bench, "geometry.vhd");
}

#[test]
fn a_disk_in_which_nothing_was_written_is_one_hole() {
    let bench = Bench::new();
    bench.img("create -f vpc -o force_size=on empty.vhd 2000G");
    let disk = bench.open("empty.vhd").unwrap();
    assert_eq!((disk.size_bytes(), disk.next_data(0).unwrap()), (2000 << 30, None));
    let mut last = [1; 4096];
    disk.read_exact_at((2000 << 30) - 4096, &mut last).unwrap();
    assert_eq!(last, [0; 4096]);
}

/// Where the dynamic header lies in what qemu-img writes.
const HEADER: usize = 512;

fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}

/// Changes the header and makes its checksum good again.
fn with_header(at: usize, value: &[u8]) -> Vec<u8> {
    let (_, mut bytes) = dynamic();
    put(&mut bytes, HEADER + at, value);
    let sum = checksum(&bytes[HEADER..HEADER + 1024], 36);
    put(&mut bytes, HEADER + 36, &sum.to_be_bytes());
    bytes
}

/// Changes both footers and makes their checksums good again.
fn with_footers(at: usize, value: &[u8]) -> Vec<u8> {
    let (_, mut bytes) = dynamic();
    for footer in [0, bytes.len() - 512] {
        put(&mut bytes, footer + at, value);
        let sum = checksum(&bytes[footer..footer + 512], 64);
        put(&mut bytes, footer + 64, &sum.to_be_bytes());
    }
    bytes
}

fn table_at(bytes: &[u8]) -> usize {
    u64::from_be_bytes(bytes[HEADER + 16..HEADER + 24].try_into().unwrap()) as usize
}

#[track_caller]
fn refused(bytes: Vec<u8>, words: &str) {
    let cause = open_bytes(bytes).err().expect("it must be refused").to_string();
    assert!(cause.contains(words), "{cause}");
}

#[test]
fn a_parent_is_named_and_never_opened() {
    let name: Vec<u8> = "../../etc/passwd".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut bytes = with_footers(60, &4u32.to_be_bytes());
    put(&mut bytes, HEADER + 64, &name);
    refused(bytes, "a parent disk, “../../etc/passwd” (differencing VHD)");
    refused(with_header(576, b"W2ku"), "a parent disk");
    refused(with_header(40, &[7; 16]), "a parent disk");
}

#[test]
fn a_name_with_control_characters_is_shown_without_them() {
    let name: Vec<u8> = "\x1b[31mred".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut bytes = with_footers(60, &4u32.to_be_bytes());
    put(&mut bytes, HEADER + 64, &name);
    refused(bytes, r"“\u{1b}[31mred”");
}

#[test]
fn tables_that_lie_about_sizes_are_refused_before_they_are_read() {
    refused(with_header(32, &0u32.to_be_bytes()), "no power of two");
    refused(with_header(32, &256u32.to_be_bytes()), "no power of two");
    refused(with_header(32, &(1u32 << 31).to_be_bytes()), "the size of a block is 2147483648");
    refused(with_header(32, &512u32.to_be_bytes()), "fewer blocks");
    refused(with_header(28, &1u32.to_be_bytes()), "fewer blocks");
    refused(with_header(16, &(1u64 << 63).to_be_bytes()), "the block table lies past the end");
    refused(with_footers(48, &(1u64 << 63).to_be_bytes()), "the size of the disk is 9223372036854775808");
    refused(with_footers(48, &(1u64 << 45).to_be_bytes()), "fewer blocks");
    refused(with_footers(16, &u64::MAX.to_be_bytes()), "points at no dynamic header");
    let mut bytes = with_header(28, &u32::MAX.to_be_bytes());
    for footer in [0, bytes.len() - 512] {
        put(&mut bytes, footer + 48, &(1u64 << 45).to_be_bytes());
        let sum = checksum(&bytes[footer..footer + 512], 64);
        put(&mut bytes, footer + 64, &sum.to_be_bytes());
    }
    refused(bytes, "the size of the block table is 67108864");
}

#[test]
fn blocks_that_lie_outside_the_file_or_on_one_another_are_refused() {
    let (_, bytes) = dynamic();
    let table = table_at(&bytes);
    let mut outside = bytes.clone();
    put(&mut outside, table, &0x7fff_ffffu32.to_be_bytes());
    refused(outside, "a block lies past the end");
    let mut shared = bytes.clone();
    let first: [u8; 4] = bytes[table..table + 4].try_into().unwrap();
    for entry in 0..7 {
        put(&mut shared, table + entry * 4, &first);
    }
    refused(shared, "a table stores more than the file holds");
}

#[test]
fn footers_that_disagree_or_are_damaged_are_refused() {
    let (_, bytes) = dynamic();
    let mut other = bytes.clone();
    put(&mut other, 48, &(1u64 << 30).to_be_bytes());
    let sum = checksum(&other[..512], 64);
    put(&mut other, 64, &sum.to_be_bytes());
    refused(other, "two different disks");
    let mut header = bytes.clone();
    header[HEADER + 900] ^= 1;
    refused(header, "does not bear out its checksum");
    let mut both = bytes;
    let end = both.len() - 512;
    both[48] ^= 1;
    both[end + 48] ^= 1;
    refused(both, "no footer bears out its checksum");
}

#[test]
fn a_footer_that_is_lost_at_one_end_is_taken_from_the_other() {
    let (bench, bytes) = dynamic();
    let expected = bench.raw_of("a.vhd");
    let mut beheaded = bytes.clone();
    beheaded[..512].fill(0);
    same(&*open_bytes(beheaded).unwrap(), &expected);
    let end = bytes.len() - 512;
    same(&*open_bytes(bytes[..end].to_vec()).unwrap(), &expected);
}

#[test]
fn a_sector_that_programs_would_read_differently_is_damage() {
    let (_, mut bytes) = dynamic();
    let table = table_at(&bytes);
    let block = u32::from_be_bytes(bytes[table..table + 4].try_into().unwrap()) as usize * 512;
    // The third sector of the first block holds data, the 20th none.
    bytes[block + 2] &= 0b1110_1111;
    let disk = open_bytes(bytes.clone()).unwrap();
    disk.read_exact_at(0, &mut vec![0; 70_000]).expect("a sector of zeros may be marked so");
    bytes[block] &= 0b1101_1111;
    let disk = open_bytes(bytes).unwrap();
    let cause = disk.read_exact_at(0, &mut vec![0; MIB as usize]).unwrap_err();
    let cause = cause.downcast::<Unreadable>().unwrap().to_string();
    assert!(cause.contains("never written, yet holds bytes"), "{cause}");
    disk.read_exact_at(3 * 512, &mut vec![0; 512]).expect("its neighbours read");
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 300, failure_persistence: None, ..Default::default() })]

    #[test]
    fn damaged_tables_never_bring_a_reader_down(
        edits in proptest::collection::vec((0usize..4608, proptest::num::u8::ANY), 1..12),
        mended: bool,
    ) {
        static IMAGE: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| dynamic().1);
        let mut bytes = IMAGE.clone();
        for (at, byte) in edits {
            // From 4096 on, the footer at the end.
            let at = if at < 4096 { at } else { bytes.len() - 512 + (at - 4096) };
            bytes[at] = byte;
        }
        if mended {
            for (from, length, own) in [(0, 512, 64), (bytes.len() - 512, 512, 64), (HEADER, 1024, 36)] {
                let sum = checksum(&bytes[from..from + length], own);
                put(&mut bytes, from + own, &sum.to_be_bytes());
            }
        }
        wander(bytes);
    }
}
