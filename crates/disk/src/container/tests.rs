use super::vmdk::{Kind, Vmdk};
use std::sync::Mutex;

use super::vhd::{FOOTER_BYTES, Footer, Geometry, footer_for};
use super::*;

const MIB: usize = 1 << 20;

fn footer(size: usize) -> [u8; FOOTER_BYTES] {
    footer_for(size as u64, [7; 16], 800_000_000)
}

/// A fixed VHD of one MiB of `fill`.
fn fixed(fill: u8) -> Vec<u8> {
    let mut file = vec![fill; MIB];
    file.extend(footer(MIB));
    file
}

fn with_kind(kind: u32) -> Vec<u8> {
    let mut file = fixed(0);
    file[MIB + 60..MIB + 64].copy_from_slice(&kind.to_be_bytes());
    file
}

/// Checks what a file is taken for: its format, and what its beginning pretends.
#[track_caller]
fn check(file: Vec<u8>, format: Format, begins_like: Option<Format>) -> Container {
    let found = recognise(&file).expect("a file in memory reads");
    assert_eq!((found.format, found.begins_like), (format, begins_like));
    found
}

#[test]
fn a_fixed_vhd_is_known_by_its_last_sector() {
    let found = check(fixed(3), Format::FixedVhd, None);
    assert_eq!(found.disk_range(), Some((0, MIB as u64)));
    let footer = found.vhd.footer.unwrap();
    assert!(footer.checksum_holds());
    assert_eq!((footer.version, footer.features, footer.data_offset), (0x1_0000, 2, u64::MAX));
    assert_eq!((footer.current_bytes, footer.original_bytes), (MIB as u64, MIB as u64));
    assert_eq!((footer.unique_id, footer.created, &footer.creator_app), ([7; 16], 800_000_000, b"qem2"));
    assert_eq!((footer.saved_state, footer.reserved_nonzero, footer.kind), (0, 0, 2));
    assert_eq!(
        (found.vhd.footer_at, found.vhd.legacy, found.vhd.dynamic_header),
        (Some(MIB as u64), false, false)
    );
}

#[test]
fn a_footer_that_was_written_over_still_has_its_cookie_and_fails_its_checksum() {
    let mut file = fixed(0);
    file[MIB + 84] = 1;
    file[MIB + 100] = 9;
    file[MIB + 511] = 9;
    let footer = check(file, Format::FixedVhd, None).vhd.footer.unwrap();
    assert!(!footer.checksum_holds());
    assert_eq!((footer.saved_state, footer.reserved_nonzero), (1, 2));
}

#[test]
fn dynamic_differencing_and_undefined_kinds_are_told_apart() {
    check(with_kind(3), Format::DynamicVhd, None);
    check(with_kind(4), Format::DifferencingVhd, None);
    for kind in [0, 1, 5, u32::MAX] {
        let found = check(with_kind(kind), Format::OtherVhd(kind), None);
        assert_eq!(found.disk_range(), None, "no reader may take kind {kind} for a disk");
    }
}

#[test]
fn a_dynamic_disk_without_its_end_is_known_by_its_beginning() {
    let mut file = vec![0; MIB];
    file[..512].copy_from_slice(&with_kind(3)[MIB..]);
    file[512..520].copy_from_slice(b"cxsparse");
    let found = check(file, Format::DynamicVhd, None);
    assert!(found.vhd.dynamic_header && found.vhd.first_sector.is_some() && found.vhd.footer.is_none());
}

#[test]
fn the_header_of_a_dynamic_disk_is_found_where_the_footer_says() {
    let mut file = with_kind(3);
    file[MIB + 16..MIB + 24].copy_from_slice(&70_000u64.to_be_bytes());
    file[70_000..70_008].copy_from_slice(b"cxsparse");
    assert!(check(file.clone(), Format::DynamicVhd, None).vhd.dynamic_header);
    file[MIB + 16..MIB + 24].copy_from_slice(&(u64::MAX - 1).to_be_bytes());
    assert!(!check(file, Format::DynamicVhd, None).vhd.dynamic_header);
}

#[test]
fn a_footer_of_511_bytes_is_a_footer_of_old() {
    let mut file = vec![0; MIB];
    file.extend(&footer(MIB)[..511]);
    let found = check(file, Format::FixedVhd, None);
    assert!(found.vhd.legacy && found.vhd.footer.as_ref().unwrap().checksum_holds());
    assert_eq!(found.disk_range(), Some((0, MIB as u64)));
}

#[test]
fn a_footer_with_bytes_after_it_is_found_but_counts_for_nothing() {
    let mut file = fixed(0);
    file.extend([0; 700]);
    let found = check(file, Format::Unknown, None);
    assert_eq!(found.vhd.displaced_footer_at, Some(MIB as u64));
    assert_eq!(found.disk_range(), None);
}

#[test]
fn a_truncated_upload_shows_only_what_it_holds() {
    let mut file = vec![0; MIB];
    file.extend(footer(1 << 40));
    assert_eq!(check(file, Format::FixedVhd, None).disk_range(), Some((0, MIB as u64)));
}

#[test]
fn the_smallest_files_are_no_trouble() {
    check(vec![], Format::Empty, None);
    check(vec![0], Format::Unknown, None);
    check(b"conectix".to_vec(), Format::Unknown, None);
    check(footer(0)[..510].to_vec(), Format::Unknown, None);
    let found = check(footer(0).to_vec(), Format::FixedVhd, None);
    assert_eq!(found.disk_range(), Some((0, 0)));
}

fn starting(with: &[u8]) -> Vec<u8> {
    let mut file = vec![0; 64 << 10];
    file[..with.len()].copy_from_slice(with);
    file
}

fn vmdk(kind: Kind, virtual_bytes: Option<u64>, extents: u64) -> Vmdk {
    Vmdk { kind, virtual_bytes, extents, has_parent: false }
}

#[test]
fn other_formats_are_called_by_their_names() {
    check(starting(b"vhdxfile"), Format::Vhdx, None);
    check(starting(b"KDMV"), Format::Vmdk(vmdk(Kind::Part, Some(0), 1)), None);
    check(starting(b"# Disk DescriptorFile\nversion=1\n"), Format::Vmdk(vmdk(Kind::Other, None, 0)), None);
    check(starting(b"\x1f\x8b\x08\0"), Format::Gzip, None);
    check(starting(b"\xfd7zXZ\0"), Format::Xz, None);
    check(starting(b"\x28\xb5\x2f\xfd"), Format::Zstd, None);
    check(starting(b"BZh9\x31\x41\x59\x26\x53\x59"), Format::Bzip2, None);
    check(starting(b"PK\x03\x04"), Format::Zip, None);
    check(starting(b"7z\xbc\xaf\x27\x1c"), Format::SevenZip, None);
    let mut iso = starting(b"");
    iso[0x8001..0x8006].copy_from_slice(b"CD001");
    check(iso, Format::Iso9660, None);
    let mut vdi = starting(b"<<< Oracle VM VirtualBox Disk Image >>>\n");
    vdi[64..68].copy_from_slice(&0xbeda_107fu32.to_le_bytes());
    vdi[368..376].copy_from_slice(&77u64.to_le_bytes());
    check(vdi, Format::Vdi { virtual_bytes: 77 }, None);
}

#[test]
fn a_backing_file_is_noted_and_never_opened() {
    let mut file = starting(b"QFI\xfb\0\0\0\x03");
    file[8..16].copy_from_slice(&400u64.to_be_bytes());
    file[16..20].copy_from_slice(&13u32.to_be_bytes());
    file[24..32].copy_from_slice(&(1u64 << 62).to_be_bytes());
    file[400..413].copy_from_slice(b"../etc/shadow");
    let format = Format::Qcow2 { version: 3, virtual_bytes: 1 << 62, has_backing_file: true };
    check(file, format, None);
}

#[test]
fn a_file_that_two_readers_take_differently_is_shown_as_both() {
    let mut file = fixed(0);
    file[..8].copy_from_slice(b"QFI\xfb\0\0\0\x02");
    let qcow = Format::Qcow2 { version: 2, virtual_bytes: 0, has_backing_file: false };
    check(file, Format::FixedVhd, Some(qcow));
    let mut file = fixed(0);
    let copy = file[MIB..].to_vec();
    file[..512].copy_from_slice(&copy);
    assert!(check(file, Format::FixedVhd, None).vhd.first_sector.is_some());
}

#[test]
fn a_boot_sector_alone_makes_no_disk() {
    let mut file = starting(b"\xeb\x3c\x90mkfs.fat");
    file[510..512].copy_from_slice(b"\x55\xaa");
    file[446] = 0x12;
    check(file, Format::Unknown, None);
}

/// Counts what is read of it.
struct Counted(Vec<u8>, Mutex<usize>);

impl ReadAt for Counted {
    fn size_bytes(&self) -> u64 {
        self.0.size_bytes()
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        *self.1.lock().unwrap() += buffer.len();
        self.0.read_exact_at(offset, buffer)
    }
}

#[test]
fn recognising_a_file_reads_at_most_16_kib() {
    let source = Counted(with_kind(3), Mutex::default());
    recognise(&source).unwrap();
    let read = *source.1.lock().unwrap();
    assert!(read <= BYTES_READ_MAX && BYTES_READ_MAX <= 16 << 10, "{read}");
}

#[test]
fn geometry_never_promises_more_than_the_size_and_saturates() {
    for size in [0u64, 512, 1 << 20, 20 << 20, 504 << 20, 1 << 30, 30 << 30, 130 << 30, 1 << 40, u64::MAX] {
        let geometry = Geometry::for_size(size);
        assert!(geometry.bytes() <= size, "{size}: {geometry:?}");
    }
    assert_eq!(Geometry::for_size(1 << 40), Geometry::SATURATED);
    // The format's own example of a small disk.
    assert_eq!(Geometry::for_size(20 << 20), Geometry { cylinders: 602, heads: 4, sectors: 17 });
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_footer_reads_back_as_it_was_made(mib in 1u64..1_047_552, id: [u8; 16], created: u32) {
        let footer = Footer::parse(&footer_for(mib << 20, id, created)).unwrap();
        proptest::prop_assert!(footer.checksum_holds());
        proptest::prop_assert_eq!(footer.current_bytes, mib << 20);
        proptest::prop_assert_eq!((footer.unique_id, footer.created), (id, created));
    }

    #[test]
    fn damaged_containers_are_recognised_as_something(
        edits in proptest::collection::vec((0usize..1100, proptest::num::u8::ANY), 0..40),
        kind in 0u32..6,
        cut in 0usize..600,
    ) {
        let mut file = with_kind(kind)[MIB - 8192..].to_vec();
        for (at, byte) in edits {
            let length = file.len();
            // Edits fall on the first and last sectors, where structures are.
            let at = if at < 550 { at } else { length - 1 - (at - 550) };
            file[at] = byte;
        }
        file.truncate(file.len() - cut);
        let length = file.len() as u64;
        let found = recognise(&file).unwrap();
        let (offset, size) = found.disk_range().unwrap_or((0, 0));
        proptest::prop_assert!(offset + size <= length);
    }
}
