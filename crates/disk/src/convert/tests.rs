use std::fs::File;
use std::os::unix::fs::MetadataExt;

use rustix::fs::fcntl_getfl;

use super::output::PAGE;
use super::*;
use crate::container::peers::{Bench, fill};
use crate::container::vhd::Footer;
use crate::fields::all_zero;

fn bench() -> Bench {
    let bench = Bench::new();
    bench.disk();
    bench
}

fn input(bench: &Bench, name: &str) -> Result<Input, Failure> {
    Input::open(FileImage::open(&bench.path(name)).expect("the file was just made"))
}

/// Converts one file of the bench into `out.vhd`.
fn convert(bench: &Bench, name: &str) -> Result<Made, Failure> {
    let input = input(bench, name)?;
    let size = input.rounded_bytes(0)?;
    let out = File::create(bench.path("out.vhd")).expect("room for the result");
    to_fixed_vhd(&input, size, &out, &mut |_, _| {})
}

/// Converts a file and checks the result: its bytes, its footer, its holes, and that the peer takes it.
#[track_caller]
fn check(bench: &Bench, name: &str) -> Vec<u8> {
    let mut expected = bench.raw_of(name);
    expected.resize(expected.len().next_multiple_of(MIB as usize), 0);
    let made = convert(bench, name).expect("it converts");
    let bytes = bench.bytes("out.vhd");
    let (disk, footer) = bytes.split_at(expected.len());
    assert!(disk == expected, "the disk of {name}");
    let footer = Footer::parse(footer).expect("a footer");
    assert!(footer.checksum_holds() && footer.unique_id != [0; 16] && footer.kind == 2);
    assert_eq!((footer.current_bytes, footer.original_bytes), (made.disk_bytes, made.disk_bytes));
    assert_eq!(made.disk_bytes, expected.len() as u64);
    let pages = expected.chunks(PAGE).filter(|page| !all_zero(page)).count() as u64 * PAGE as u64;
    assert_eq!(made.written_bytes, pages, "every page of zeros is left out");
    let held = bench.path("out.vhd").metadata().unwrap().blocks() * 512;
    assert!(held <= pages + (64 << 10), "{held} bytes are held for {pages} of data");
    let info = bench.img("info -f vpc out.vhd");
    assert!(info.contains(&format!("({} bytes)", made.disk_bytes)), "{info}");
    bench.img("compare -f vpc -F raw out.vhd peer.raw");
    bytes
}

#[test]
fn every_kind_of_container_becomes_the_same_vhd() {
    let bench = bench();
    let raw = check(&bench, "disk.raw");
    let kinds = [
        ("vpc", "-o subformat=dynamic,force_size=on"),
        ("vhdx", ""),
        ("vhdx", "-o subformat=fixed"),
        ("qcow2", ""),
        ("qcow2", "-o compat=0.10"),
        ("qcow2", "-c"),
        ("qcow2", "-c -o compression_type=zstd"),
        ("qcow2", "-o extended_l2=on"),
    ];
    for (format, options) in kinds {
        bench.img(&format!("convert -f raw -O {format} {options} disk.raw a.image"));
        let converted = check(&bench, "a.image");
        assert!(converted == raw, "{format} {options}");
    }
    bench.img("convert -f raw -O vpc -o subformat=fixed,force_size=on disk.raw fixed.vhd");
    convert(&bench, "fixed.vhd").unwrap();
    assert!(bench.bytes("out.vhd") == raw);
}

#[test]
fn a_vhd_that_was_converted_converts_to_itself() {
    let bench = bench();
    let first = check(&bench, "disk.raw");
    bench.put("again.vhd", &first);
    let input = input(&bench, "again.vhd").unwrap();
    assert_eq!(input.format, Format::FixedVhd);
    convert(&bench, "again.vhd").unwrap();
    assert!(bench.bytes("out.vhd") == first);
}

#[test]
fn a_fixed_vhd_with_a_bad_footer_gets_a_good_one() {
    let bench = bench();
    let mut bytes = check(&bench, "disk.raw");
    let footer = bytes.len() - 512;
    for at in [10, 28, 68, 400] {
        bytes[footer + at] ^= 0x55;
    }
    bench.put("bad.vhd", &bytes);
    convert(&bench, "bad.vhd").unwrap();
    let made = bench.bytes("out.vhd");
    let footer = Footer::parse(&made[footer..]).unwrap();
    assert!(footer.checksum_holds() && footer.reserved_nonzero == 0 && &footer.creator_app == b"qem2");
}

#[test]
fn a_disk_grows_to_the_size_asked_for_and_never_shrinks() {
    let bench = bench();
    let input = input(&bench, "disk.raw").unwrap();
    assert_eq!(input.rounded_bytes(0).unwrap(), 14 * MIB);
    assert_eq!(input.rounded_bytes(20 * MIB - 1).unwrap(), 20 * MIB);
    assert_eq!(input.rounded_bytes(FIXED_VHD_BYTES_MAX).unwrap(), FIXED_VHD_BYTES_MAX);
    for least in [FIXED_VHD_BYTES_MAX + 1, u64::MAX] {
        assert!(matches!(input.rounded_bytes(least), Err(Refusal::TooLarge(_))), "{least}");
    }
    let out = File::create(bench.path("out.vhd")).unwrap();
    let made = to_fixed_vhd(&input, 20 * MIB, &out, &mut |_, _| {}).unwrap();
    assert_eq!(made.disk_bytes, 20 * MIB);
    let bytes = bench.bytes("out.vhd");
    assert!(all_zero(&bytes[14 * MIB as usize..20 * MIB as usize]));
    assert_eq!(bytes.len() as u64, 20 * MIB + 512);
}

#[test]
fn progress_rises_to_the_end_and_counts_no_holes() {
    let bench = bench();
    let file = File::options().write(true).open(bench.path("disk.raw")).unwrap();
    file.set_len(3 << 30).unwrap();
    let input = input(&bench, "disk.raw").unwrap();
    let out = File::create(bench.path("out.vhd")).unwrap();
    let mut heard = Vec::new();
    to_fixed_vhd(&input, 3 << 30, &out, &mut |done, total| heard.push((done, total))).unwrap();
    assert!(heard.is_sorted() && heard.len() <= 6, "{heard:?}");
    let (done, total) = *heard.last().unwrap();
    assert!(done == total && total <= 14 * MIB, "{total}");
}

#[track_caller]
fn refused(bench: &Bench, name: &str, bytes: &[u8], words: &str, remedy: &str) {
    bench.put(name, bytes);
    let Err(Failure::Refused(refusal)) = convert(bench, name) else { panic!("{name} must be refused") };
    let (said, advised) = (refusal.to_string(), refusal.what_to_do());
    assert!(said.contains(words) && advised.contains(remedy), "{said}: {advised}");
}

#[test]
fn what_is_no_disk_is_refused_with_what_to_do() {
    let bench = bench();
    refused(&bench, "a", b"", "empty", "export");
    refused(&bench, "a", &[7; 9000], "no partition table", "--raw");
    refused(&bench, "a", b"\x1f\x8b\x08 and more", "packed with gzip", "unpack it");
    refused(&bench, "a", b"KDMV and more", "VMDK", "qemu-img convert -O raw");
    refused(&bench, "a", b"QFI\xfb\0\0\0\x03", "no QCOW2 header", "copy the file again");
}

#[test]
fn whatever_lies_outside_the_file_is_refused_whole() {
    let bench = bench();
    bench.img("create -f qcow2 -u -b /etc/passwd -F raw a.qcow2 10M");
    refused(&bench, "b.qcow2", &bench.bytes("a.qcow2"), "a backing file, “/etc/passwd”", "as one file");
    bench.img("create -f qcow2 -o data_file=outside.raw c.qcow2 10M");
    refused(&bench, "d.qcow2", &bench.bytes("c.qcow2"), "an external data file", "as one file");
    assert!(!bench.path("out.vhd").exists(), "nothing is written for what is refused");
}

#[test]
fn a_guest_that_writes_another_formats_beginning_gets_nothing_out_of_it() {
    let bench = bench();
    let mut disk = check(&bench, "disk.raw");
    disk[..8].copy_from_slice(b"QFI\xfb\0\0\0\x03");
    refused(&bench, "a.vhd", &disk, "two programs would see two disks", "which disk is meant");
    bench.put("guest.raw", &disk[..disk.len() - 512]);
    let raw = Input::raw(FileImage::open(&bench.path("guest.raw")).unwrap()).unwrap();
    assert_eq!(raw.disk.size_bytes(), 14 * MIB);
}

#[test]
fn a_fixed_vhd_whose_end_is_in_doubt_is_refused() {
    let bench = bench();
    let whole = check(&bench, "disk.raw");
    let footer = whole.len() - 512;
    let mut cut = whole[..8 * MIB as usize].to_vec();
    cut.extend(&whole[footer..]);
    refused(&bench, "a.vhd", &cut, "cut off", "copy the file again");
    let mut wrong = whole;
    wrong[footer + 50] ^= 1;
    refused(&bench, "a.vhd", &wrong, "the footer is damaged", "--raw");
}

#[test]
fn a_packed_cluster_that_is_damaged_is_the_files_fault() {
    let bench = bench();
    bench.img("convert -f raw -O qcow2 -c disk.raw a.qcow2");
    let mut bytes = bench.bytes("a.qcow2");
    // Incompressible clusters are stored as they are; those of one letter are packed, at the beginning of some sector.
    let packed =
        bytes.windows(4).rposition(|window| window == b"\xed\xc1\x01\x01").expect("a packed cluster");
    bytes[packed..packed + 20].fill(0xff);
    refused(&bench, "b.qcow2", &bytes, "does not unpack", "copy the file again");
}

#[test]
fn a_disk_above_the_format_is_refused() {
    let bench = Bench::new();
    bench.img("create -f qcow2 a.qcow2 3T");
    refused(&bench, "b.qcow2", &bench.bytes("a.qcow2"), "at most 2,040 GiB", "shrink");
}

#[test]
fn a_disk_of_a_terabyte_of_holes_costs_nothing() {
    let bench = Bench::new();
    bench.img("create -f qcow2 a.qcow2 1T");
    bench.io("a.qcow2", &["write -P 5 700G 64k"]);
    let made = convert(&bench, "a.qcow2").unwrap();
    assert_eq!((made.disk_bytes, made.written_bytes), (1 << 40, 64 << 10));
    let held = bench.path("out.vhd").metadata().unwrap().blocks() * 512;
    assert!(held < 1 << 20, "{held}");
    let out = FileImage::open(&bench.path("out.vhd")).unwrap();
    let mut bytes = [0; 4096];
    out.read_exact_at(700 << 30, &mut bytes).unwrap();
    assert_eq!(bytes, [5; 4096]);
}

/// What is shared with the source on filesystems that can is written on those that cannot: the bytes are the same.
#[test]
fn copies_by_the_kernel_and_written_bytes_are_the_same() {
    let bench = bench();
    let expected = check(&bench, "disk.raw");
    let input = input(&bench, "disk.raw").unwrap();
    let out = File::create(bench.path("shared.vhd")).unwrap();
    out.set_len(14 * MIB + 512).unwrap();
    let mut writer = Writer::with(&out, input.verbatim.as_deref());
    for (index, leaf) in expected[..13 * MIB as usize].chunks(4 << 20).enumerate() {
        writer.write_leaf(index as u64 * (4 << 20), leaf).unwrap();
    }
    let made = bench.bytes("shared.vhd");
    assert!(made[..13 * MIB as usize] == expected[..13 * MIB as usize]);
    // Past the end of the source the kernel has nothing to copy.
    let mut tail = vec![0; 8192];
    fill(&mut tail, 3);
    writer.write_run(14 * MIB - 8192, &tail).unwrap();
    assert!(bench.bytes("shared.vhd")[14 * MIB as usize - 8192..].starts_with(&tail));
}

#[test]
fn a_file_is_left_as_it_was_and_takes_what_cannot_go_straight_to_the_disk() {
    let bench = bench();
    let out = File::create(bench.path("any.vhd")).unwrap();
    let before = fcntl_getfl(&out).unwrap();
    let mut bytes = vec![0; 3 << 20];
    fill(&mut bytes, 7);
    let aligned = bytes.as_ptr().align_offset(PAGE);
    {
        let mut writer = Writer::with(&out, None);
        // As disks want it; from memory that they do not take; and short.
        writer.write_run(0, &bytes[aligned..][..1 << 20]).unwrap();
        writer.write_run(1 << 20, &bytes[aligned + 1..][..1 << 20]).unwrap();
        writer.write_run(2 << 20, &bytes[aligned..][..PAGE]).unwrap();
    }
    assert_eq!(fcntl_getfl(&out).unwrap(), before);
    let expected =
        [&bytes[aligned..][..1 << 20], &bytes[aligned + 1..][..1 << 20], &bytes[aligned..][..PAGE]];
    assert!(bench.bytes("any.vhd") == expected.concat());
}
