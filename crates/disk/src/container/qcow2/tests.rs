use crate::container::peers::{Bench, check, open_bytes, wander};
use crate::fields::u64_be;
use crate::read_at::ReadAt;
use crate::tree::Unreadable;

fn bench() -> Bench {
    let bench = Bench::new();
    bench.disk();
    bench
}

/// Makes an image with these options and reads it beside the peer.
#[track_caller]
fn reads(options: &str) {
    let bench = bench();
    bench.img(&format!("convert -f raw -O qcow2 {options} disk.raw a.qcow2"));
    check(&bench, "a.qcow2");
}

#[test]
fn both_versions_and_all_sizes_of_clusters_read_as_the_peer_reads_them() {
    reads("-o compat=0.10");
    reads("-o compat=1.1");
    reads("-o cluster_size=512");
    reads("-o cluster_size=2M");
    reads("-o preallocation=metadata");
    reads("-o preallocation=full");
}

#[test]
fn packed_clusters_read_as_the_peer_reads_them() {
    reads("-c");
    reads("-c -o cluster_size=512");
    reads("-c -o compat=0.10,cluster_size=2M");
    reads("-c -o compression_type=zstd");
    reads("-c -o compression_type=zstd,cluster_size=2M");
}

#[test]
fn subclusters_read_as_the_peer_reads_them() {
    let bench = bench();
    bench.img("create -f qcow2 -o extended_l2=on,cluster_size=64k a.qcow2 20M");
    let commands =
        ["write -P 1 2k 2k", "write -P 2 70k 9k", "write -P 3 3M 2M", "write -z 3100k 6k", "discard 4M 64k"];
    bench.io("a.qcow2", &commands);
    check(&bench, "a.qcow2");
    reads("-o extended_l2=on");
    reads("-c -o extended_l2=on,cluster_size=16k");
}

#[test]
fn what_was_zeroed_rewritten_and_kept_in_snapshots_reads_as_it_is_now() {
    let bench = bench();
    bench.img("convert -f raw -O qcow2 -c disk.raw a.qcow2");
    bench.io("a.qcow2", &["write -P 7 1M 300k", "write -z 2M 128k", "write -z -u 6M 1M"]);
    bench.img("snapshot -c before a.qcow2");
    bench.io("a.qcow2", &["write -P 8 1M 100k", "write -P 9 12M 65k", "write -z 9M 64k"]);
    check(&bench, "a.qcow2");
    bench.img("resize a.qcow2 90M");
    check(&bench, "a.qcow2");
}

#[test]
fn an_image_that_was_not_closed_reads() {
    let bench = bench();
    bench.img("create -f qcow2 -o lazy_refcounts=on a.qcow2 20M");
    bench.io("a.qcow2", &["write -P 7 1M 300k", "flush", "abort"]);
    let bytes = bench.bytes("a.qcow2");
    assert_eq!(u64_be(&bytes, 72) & 1, 1, "the specimen is marked as not closed");
    check(&bench, "a.qcow2");
}

#[test]
fn a_disk_of_64_tib_in_which_nothing_was_written_is_one_hole() {
    let bench = Bench::new();
    bench.img("create -f qcow2 empty.qcow2 64T");
    let disk = bench.open("empty.qcow2").unwrap();
    assert_eq!((disk.size_bytes(), disk.next_data(0).unwrap()), (64 << 40, None));
}

fn specimen(options: &str) -> Vec<u8> {
    let bench = bench();
    bench.img(&format!("convert -f raw -O qcow2 {options} disk.raw a.qcow2"));
    bench.bytes("a.qcow2")
}

fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}

#[track_caller]
fn refused(bytes: Vec<u8>, words: &str) {
    let cause = open_bytes(bytes).err().expect("it must be refused").to_string();
    assert!(cause.contains(words), "{cause}");
}

#[track_caller]
fn refused_with(at: usize, value: &[u8], words: &str) {
    let mut bytes = specimen("");
    put(&mut bytes, at, value);
    refused(bytes, words);
}

#[test]
fn a_backing_file_is_named_and_never_opened() {
    let bench = bench();
    bench.img("create -f qcow2 -u -b /etc/passwd -F raw a.qcow2 10M");
    refused(bench.bytes("a.qcow2"), "a backing file, “/etc/passwd”");
    bench.img("create -f qcow2 -o compat=0.10 -u -b json:{\"driver\":\"file\"} -F raw b.qcow2 10M");
    refused(bench.bytes("b.qcow2"), "a backing file, “json:");
}

#[test]
fn a_backing_file_whose_name_lies_nowhere_is_still_refused() {
    refused_with(8, &u64::MAX.to_be_bytes(), "a backing file, “”");
    let mut bytes = specimen("");
    put(&mut bytes, 8, &1u64.to_be_bytes());
    put(&mut bytes, 16, &u32::MAX.to_be_bytes());
    refused(bytes, "a backing file");
}

#[test]
fn an_external_data_file_is_named_and_never_opened() {
    let bench = bench();
    bench.img("create -f qcow2 -o data_file=outside.raw a.qcow2 10M");
    refused(bench.bytes("a.qcow2"), "an external data file, “outside.raw”");
    let mut bytes = bench.bytes("a.qcow2");
    put(&mut bytes, 100, &u32::MAX.to_be_bytes());
    refused(bytes, "an external data file, “”");
}

#[test]
fn encryption_is_named() {
    refused_with(32, &2u32.to_be_bytes(), "encryption (LUKS)");
    refused_with(32, &1u32.to_be_bytes(), "encryption (AES)");
    refused_with(32, &9u32.to_be_bytes(), "encryption of unknown kind 9");
}

#[test]
fn what_is_not_known_is_refused() {
    refused_with(4, &4u32.to_be_bytes(), "version 4 of QCOW2");
    refused_with(72, &(1u64 << 40).to_be_bytes(), "bits 0x10000000000");
    refused_with(72, &2u64.to_be_bytes(), "marked it so");
    let mut bytes = specimen("-c -o compression_type=zstd");
    bytes[104] = 7;
    refused(bytes, "compression of unknown kind 7");
}

#[test]
fn tables_that_lie_about_sizes_are_refused_before_they_are_read() {
    refused_with(20, &8u32.to_be_bytes(), "the size of a cluster");
    refused_with(20, &22u32.to_be_bytes(), "the size of a cluster");
    refused_with(20, &u32::MAX.to_be_bytes(), "the size of a cluster");
    refused_with(24, &(1u64 << 63).to_be_bytes(), "the size of the disk is 9223372036854775808");
    refused_with(24, &(1u64 << 40).to_be_bytes(), "shorter than the disk");
    refused_with(36, &0u32.to_be_bytes(), "shorter than the disk");
    refused_with(40, &(1u64 << 63).to_be_bytes(), "lies past the end");
    refused_with(40, &3u64.to_be_bytes(), "not aligned");
    let mut bytes = specimen("-o cluster_size=512");
    put(&mut bytes, 24, &(1u64 << 40).to_be_bytes());
    put(&mut bytes, 36, &u32::MAX.to_be_bytes());
    refused(bytes, "the size of the first-level table is 268435456");
}

fn first_level(bytes: &[u8]) -> usize {
    u64_be(bytes, 40) as usize
}

fn second_level(bytes: &[u8]) -> usize {
    (u64_be(bytes, first_level(bytes)) & super::PLACE_BITS) as usize
}

#[test]
fn tables_that_point_at_themselves_at_one_another_or_nowhere_are_refused() {
    let bytes = specimen("-o cluster_size=512");
    let (first, second) = (first_level(&bytes), second_level(&bytes));
    let mut shared = bytes.clone();
    // 400 second-level tables in one place, and one cluster of data for all of them.
    for index in 0..bytes.len().min(200_000) / 512 {
        put(&mut shared, first + index * 8, &(second as u64 | 1 << 63).to_be_bytes());
    }
    refused(shared, "a table stores more than the file holds");
    let mut one = bytes.clone();
    put(&mut one, second, &(1u64 << 55).to_be_bytes());
    refused(one, "a cluster lies outside the file");
    let mut table = bytes.clone();
    put(&mut table, first, &(1u64 << 55).to_be_bytes());
    refused(table, "a second-level table lies outside the file");
    // A table that describes itself is a cluster like any other: read once, as bytes.
    let mut own = bytes;
    put(&mut own, second, &(second as u64).to_be_bytes());
    let disk = open_bytes(own.clone()).unwrap();
    let mut cluster = [0; 512];
    disk.read_exact_at(0, &mut cluster).unwrap();
    assert_eq!(cluster, own[second..second + 512]);
}

#[test]
fn a_bomb_of_many_clusters_in_one_place_is_refused() {
    let bytes = specimen("");
    let second = second_level(&bytes);
    let entry = bytes[second..second + 8].to_vec();
    let mut stored = bytes;
    for index in 0..8192 {
        put(&mut stored, second + index * 8, &entry);
    }
    refused(stored, "a table stores more than the file holds");
    let mut packed = specimen("-c -o cluster_size=2M");
    let second = second_level(&packed);
    let entry = packed[second..second + 8].to_vec();
    assert_eq!(entry[0] & 0x40, 0x40, "the specimen's first cluster is packed");
    for index in 0..(1 << 18) {
        put(&mut packed, second + index * 8, &entry);
    }
    refused(packed, "a table stores more than the file holds");
}

#[test]
fn a_packed_cluster_that_does_not_unpack_is_damage_found_while_reading() {
    for options in ["-c", "-c -o compression_type=zstd"] {
        let mut bytes = specimen(options);
        let entry = u64_be(&bytes, second_level(&bytes) + 145 * 8);
        assert_ne!(entry & super::PACKED, 0, "the specimen's cluster is packed");
        let at = (entry & ((1 << 54) - 1)) as usize;
        bytes[at..at + 20].fill(0xff);
        let disk = open_bytes(bytes).unwrap();
        let cause =
            disk.read_exact_at(145 << 16, &mut [0; 10]).unwrap_err().downcast::<Unreadable>().unwrap();
        assert!(cause.to_string().contains("does not unpack"), "{cause}");
        disk.read_exact_at(0, &mut [0; 4096]).expect("its neighbours read");
    }
}

#[test]
fn a_file_that_was_cut_off_is_refused() {
    let bytes = specimen("");
    refused(bytes[..bytes.len() / 2].to_vec(), "outside the file");
    refused(b"QFI\xfb\0\0\0\x03".to_vec(), "there is no QCOW2 header");
    refused(bytes[..80].to_vec(), "");
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 400, failure_persistence: None, ..Default::default() })]

    #[test]
    fn damaged_tables_never_bring_a_reader_down(
        edits in proptest::collection::vec((0u8..4, 0usize..4096, proptest::num::u8::ANY), 1..10),
        kind in 0usize..4,
    ) {
        static IMAGES: std::sync::LazyLock<Vec<Vec<u8>>> = std::sync::LazyLock::new(|| {
            ["", "-c", "-o cluster_size=512", "-c -o extended_l2=on,compression_type=zstd"]
                .map(specimen).into()
        });
        let mut bytes = IMAGES[kind].clone();
        let (first, second) = (first_level(&bytes), second_level(&bytes));
        let packed = (u64_be(&bytes, second) & ((1 << 54) - 1)) as usize;
        for (where_to, at, byte) in edits {
            let at = match where_to {
                0 => at % 120,
                1 => first + at % 16,
                2 => second + at,
                _ => packed + at,
            };
            let length = bytes.len();
            bytes[at % length] = byte;
        }
        wander(bytes);
    }
}
