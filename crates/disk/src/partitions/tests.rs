use std::fs::File;
use std::io::Write;
use std::process::{Command, Stdio};

use super::*;
use crate::read_at::FileImage;

const MIB: u64 = 1 << 20;
const DISK_MIB: u64 = 16;
const LAST_LBA: u64 = DISK_MIB * MIB / SECTOR_BYTES - 1;

/// A disk of 16 MiB partitioned by Debian's own program.
#[track_caller]
fn sfdisk(script: &str) -> Vec<u8> {
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(DISK_MIB * MIB).unwrap();
    let mut sfdisk = Command::new("/usr/sbin/sfdisk");
    sfdisk.args(["--no-reread", "--no-tell-kernel"]).arg(file.path());
    let child = sfdisk.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.unwrap_or_else(|why| panic!("this test needs /usr/sbin/sfdisk (fdisk): {why}"));
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    std::fs::read(file.path()).unwrap()
}

const GPT: &str = "label: gpt
    start=2048, size=2048, type=21686148-6449-6E6F-744E-656564454649, name=\"bios\"
    start=4096, size=8192, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, name=\"esp\", attrs=\"LegacyBIOSBootable\"
    start=12288, size=16384, type=0FC63DAF-8483-4772-8E79-3D69D8477DE4, name=\"caf\u{e9}\"";

const MBR: &str = "label: dos
    start=2048, size=4096, type=83, bootable
    start=8192, size=16384, type=5
    start=10240, size=2048, type=82
    start=14336, size=2048, type=83";

/// Checks what an audit finds wrong, after `damage` was done to a good disk.
#[track_caller]
fn check(script: &str, damage: impl FnOnce(&mut Vec<u8>), faults: &[Fault]) -> Table {
    let mut disk = sfdisk(script);
    damage(&mut disk);
    let table = audit(&disk).unwrap();
    assert_eq!(table.faults, faults);
    table
}

/// Writes the primary header's and the backup's checksums anew.
fn repair_checksums(disk: &mut [u8]) {
    for header in [512, (LAST_LBA * 512) as usize] {
        let read_u64 = |at: usize| u64::from_le_bytes(disk[header + at..][..8].try_into().unwrap());
        let array = read_u64(72) as usize * 512;
        let crc = crc32fast::hash(&disk[array..array + 128 * 128]);
        disk[header + 88..header + 92].copy_from_slice(&crc.to_le_bytes());
        disk[header + 16..header + 20].fill(0);
        let crc = crc32fast::hash(&disk[header..header + 92]);
        disk[header + 16..header + 20].copy_from_slice(&crc.to_le_bytes());
    }
}

/// Changes the same entry of both copies of the array, checksums and all.
fn edit_entry(disk: &mut [u8], index: usize, first: u64, last: u64) {
    for array in [1024, ((LAST_LBA - 32) * 512) as usize] {
        let entry = array + (index - 1) * 128;
        disk[entry + 32..entry + 40].copy_from_slice(&first.to_le_bytes());
        disk[entry + 40..entry + 48].copy_from_slice(&last.to_le_bytes());
    }
    repair_checksums(disk);
}

#[test]
fn a_gpt_as_debian_makes_it_is_read_whole() {
    let table = check(GPT, |_| {}, &[]);
    assert_eq!((table.scheme, table.disk_sectors, table.partitions.len()), (Scheme::Gpt, LAST_LBA + 1, 3));
    let data = &table.partitions[2];
    assert_eq!((data.index, data.first_lba, data.last_lba), (3, 12_288, 28_671));
    assert_eq!((data.name.as_str(), data.kind), ("caf\u{e9}", PartitionType::Gpt(Guid::LINUX_DATA)));
    assert_eq!(data.range(), Some((6 * MIB, 8 * MIB)));
    assert_eq!(table.bios_boot().unwrap().index, 1);
    assert_eq!(table.efi_system().map(|esp| (esp.index, esp.attributes)), Some((2, 4)));
    assert!(table.gpt_primary.unwrap().valid && table.gpt_backup.unwrap().valid && table.rivals.is_empty());
    assert_eq!(table.gap, Gap { from: 34 * 512, to: MIB, nonzero_bytes: 0 });
}

#[test]
fn an_mbr_with_logical_partitions_is_read_whole() {
    let table = check(MBR, |_| {}, &[]);
    assert_eq!(table.scheme, Scheme::Mbr);
    let places: Vec<_> =
        table.partitions.iter().map(|p| (p.index, p.first_lba, p.last_lba, p.kind)).collect();
    let expected = [
        (1, 2048, 6143, PartitionType::Mbr(0x83)),
        (5, 10_240, 12_287, PartitionType::Mbr(0x82)),
        (6, 14_336, 16_383, PartitionType::Mbr(0x83)),
    ];
    assert_eq!(places, expected);
    assert_eq!(table.active().unwrap().index, 1);
}

#[test]
fn bytes_between_table_and_first_partition_are_counted() {
    let hide = |disk: &mut Vec<u8>| disk[40 * 512..40 * 512 + 5].copy_from_slice(b"halle");
    assert_eq!(check(GPT, hide, &[]).gap.nonzero_bytes, 5);
    assert_eq!(check(MBR, hide, &[]).gap, Gap { from: 512, to: MIB, nonzero_bytes: 5 });
}

#[test]
fn a_disk_without_a_table_has_none() {
    let table = audit(&vec![0; 1 << 20]).unwrap();
    assert_eq!((table.scheme, table.partitions.len(), table.faults.len()), (Scheme::None, 0, 0));
    for size in [0, 1, 511, 512, 513, 1024] {
        assert_eq!(audit(&vec![0xff; size]).unwrap().scheme, Scheme::None, "{size}");
    }
}

#[test]
fn each_checksum_is_verified_and_the_other_copy_used() {
    let name = |n: usize| move |disk: &mut Vec<u8>| disk[n] ^= 1;
    let backup_header = (LAST_LBA * 512) as usize + 60;
    let backup_entry = ((LAST_LBA - 32) * 512) as usize + 60;
    let primary = |what| Fault::Gpt(GptCopy::Primary, what);
    let backup = |what| Fault::Gpt(GptCopy::Backup, what);
    check(GPT, name(512 + 60), &[primary(What::HeaderChecksum), Fault::CopiesDiffer]);
    let table = check(GPT, name(1024 + 60), &[primary(What::EntriesChecksum), Fault::CopiesDiffer]);
    assert_eq!(table.partitions[0].name, "bios", "the backup is the copy to go by");
    check(GPT, name(backup_header), &[backup(What::HeaderChecksum), Fault::CopiesDiffer]);
    check(GPT, name(backup_entry), &[backup(What::EntriesChecksum), Fault::CopiesDiffer]);
}

#[test]
fn a_missing_copy_is_reported_and_the_other_used() {
    let table = check(GPT, |disk| disk[512..520].fill(0), &[Fault::Gpt(GptCopy::Primary, What::Missing)]);
    assert_eq!(table.partitions.len(), 3);
    let end = (LAST_LBA * 512) as usize;
    check(GPT, |disk| disk[end..].fill(0), &[Fault::Gpt(GptCopy::Backup, What::Missing)]);
}

#[test]
fn an_enlarged_disk_has_its_backup_in_the_wrong_place() {
    let grow = |disk: &mut Vec<u8>| disk.resize(disk.len() + (4 << 20), 0);
    let misplaced = Fault::BackupMisplaced { found_lba: LAST_LBA, expected_lba: LAST_LBA + 8192 };
    let table = check(GPT, grow, &[misplaced]);
    assert!(table.gpt_backup.unwrap().valid);
}

#[test]
fn partitions_off_the_disk_or_on_one_another_are_reported() {
    let faults = [Fault::PastTheEnd { index: 3 }, Fault::OutsideUsable { index: 3 }];
    let table = check(GPT, |disk| edit_entry(disk, 3, 12_288, LAST_LBA + 9), &faults);
    let disk: Arc<dyn ReadAt> = Arc::new(vec![0u8; (DISK_MIB * MIB) as usize]);
    assert!(table.partitions[2].window(disk).is_none());
    let far = [Fault::PastTheEnd { index: 3 }, Fault::OutsideUsable { index: 3 }];
    check(GPT, |disk| edit_entry(disk, 3, 1 << 63, u64::MAX), &far);
    check(GPT, |disk| edit_entry(disk, 3, 9000, 8000), &[Fault::EndsBeforeItStarts { index: 3 }]);
    check(GPT, |disk| edit_entry(disk, 3, 5000, 28_671), &[Fault::Overlap { one: 2, other: 3 }]);
    check(GPT, |disk| edit_entry(disk, 1, 1, 100), &[Fault::OutsideUsable { index: 1 }]);
}

/// Sets a 32-bit number in the primary header and makes its checksum fit.
fn lie(at: usize, value: u32) -> impl FnOnce(&mut Vec<u8>) {
    move |disk| {
        disk[512 + at..512 + at + 4].copy_from_slice(&value.to_le_bytes());
        disk[512 + 16..512 + 20].fill(0);
        let crc = crc32fast::hash(&disk[512..512 + 92]);
        disk[512 + 16..512 + 20].copy_from_slice(&crc.to_le_bytes());
    }
}

#[test]
fn a_header_that_claims_the_impossible_is_not_followed() {
    let primary = |what| [Fault::Gpt(GptCopy::Primary, what), Fault::CopiesDiffer];
    check(GPT, lie(84, 0), &primary(What::EntrySize(0)));
    check(GPT, lie(84, 1 << 31), &primary(What::EntrySize(1 << 31)));
    check(GPT, lie(84, 100), &primary(What::EntrySize(100)));
    // As many entries as a number can say: only what the limit allows is read, and the backup is used.
    let table = check(GPT, lie(80, u32::MAX), &primary(What::TooManyEntries(u32::MAX))[..1]);
    assert_eq!(table.partitions.len(), 3);
    let beyond = |disk: &mut Vec<u8>| {
        disk[512 + 76..512 + 80].fill(0xff);
        lie(72, u32::MAX)(disk);
    };
    check(GPT, beyond, &primary(What::EntriesOutside));
    check(GPT, |disk| disk[512 + 12] = 7, &[Fault::Gpt(GptCopy::Primary, What::HeaderSize(7))]);
}

#[test]
fn a_hybrid_disk_shows_both_of_its_tables() {
    let second_system = |disk: &mut Vec<u8>| {
        let entry = [0x80, 0, 0, 0, 0x07, 0, 0, 0, 0, 0x30, 0, 0, 0, 0x10, 0, 0];
        disk[446 + 16..446 + 32].copy_from_slice(&entry);
    };
    let table = check(GPT, second_system, &[Fault::OnlyInMbr { index: 2 }]);
    assert_eq!((table.scheme, table.partitions.len(), table.rivals.len()), (Scheme::HybridMbr, 3, 1));
    assert_eq!((table.rivals[0].first_lba, table.rivals[0].last_lba), (0x3000, 0x3fff));
}

#[test]
fn a_gpt_that_nothing_protects_may_be_ignored() {
    check(GPT, |disk| disk[446..512].fill(0), &[Fault::NotProtected]);
    let other_table = |disk: &mut Vec<u8>| disk[446 + 4] = 0x83;
    let table = check(GPT, other_table, &[Fault::NotProtected]);
    assert_eq!((table.scheme, table.partitions.len(), table.rivals.len()), (Scheme::Mbr, 1, 3));
}

#[test]
fn a_chain_of_extended_records_that_bites_its_tail_ends() {
    // The first record's link points at itself.
    let bite = |disk: &mut Vec<u8>| disk[8192 * 512 + 446 + 16 + 8..][..4].fill(0);
    check(MBR, bite, &[Fault::ExtendedLoop { lba: 8192 }]);
    let far = |disk: &mut Vec<u8>| disk[8192 * 512 + 446 + 16 + 8..][..4].fill(0xff);
    check(MBR, far, &[Fault::ExtendedDamaged { lba: 8192 + u64::from(u32::MAX) }]);
    let unsigned = |disk: &mut Vec<u8>| disk[8192 * 512 + 510] = 0;
    check(MBR, unsigned, &[Fault::ExtendedDamaged { lba: 8192 }]);
    let outside =
        |disk: &mut Vec<u8>| disk[8192 * 512 + 446 + 12..][..4].copy_from_slice(&20_000u32.to_le_bytes());
    check(MBR, outside, &[Fault::OutsideExtended { index: 5 }, Fault::Overlap { one: 5, other: 6 }]);
}

#[test]
fn an_endless_chain_of_extended_records_is_cut() {
    let mut disk = vec![0; 512 * 400];
    disk[446..462].copy_from_slice(&[0, 0, 0, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0xff, 0xff, 0, 0]);
    for lba in 0..399u32 {
        let sector = &mut disk[lba as usize * 512..][..512];
        sector[510..].copy_from_slice(&[0x55, 0xaa]);
        if lba > 0 {
            sector[462..478].copy_from_slice(&[0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
            sector[470..474].copy_from_slice(&lba.to_le_bytes());
        }
    }
    let table = audit(&disk).unwrap();
    assert_eq!(table.faults, [Fault::TooManyEntries { claimed: PARTITIONS_MAX as u64 + 1 }]);
}

#[test]
fn a_table_for_larger_sectors_is_named_and_not_read() {
    let mut disk = vec![0; 1 << 20];
    disk[4096..4104].copy_from_slice(b"EFI PART");
    assert_eq!(audit(&disk).unwrap().faults, [Fault::SectorSize(4096)]);
}

#[test]
fn guids_print_as_everyone_prints_them() {
    assert_eq!(Guid::LINUX_SWAP.to_string(), "0657FD6D-A4AB-43C4-84E5-0933C84B4F4F");
    assert_eq!(Guid::LINUX_LVM.to_string(), "E6D6D379-F507-44C2-A23C-238F2A3DF928");
}

#[test]
fn an_image_file_is_audited_like_bytes_in_memory() {
    let disk = sfdisk(GPT);
    let mut file: File = tempfile::tempfile().unwrap();
    file.write_all(&disk).unwrap();
    assert_eq!(audit(&FileImage::from_file(file).unwrap()).unwrap(), audit(&disk).unwrap());
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]

    #[test]
    fn mutated_tables_are_audited_and_never_believed_beyond_the_disk(
        edits in proptest::collection::vec((0usize..4, 0usize..512, proptest::num::u8::ANY), 0..30),
    ) {
        static DISKS: std::sync::LazyLock<[Vec<u8>; 2]> = std::sync::LazyLock::new(|| [sfdisk(GPT), sfdisk(MBR)]);
        for disk in DISKS.iter() {
            let mut disk = disk.clone();
            for (place, at, byte) in &edits {
                let sector = [0, 512, 1024, 8192 * 512][*place];
                disk[sector + at] = *byte;
            }
            let table = audit(&disk).unwrap();
            proptest::prop_assert!(table.partitions.len() + table.rivals.len() <= 2 * PARTITIONS_MAX);
            let size = disk.size_bytes();
            let source: Arc<dyn ReadAt> = Arc::new(disk);
            for window in table.partitions.iter().filter_map(|partition| partition.window(source.clone())) {
                proptest::prop_assert!(window.start() + window.size_bytes() <= size);
            }
        }
    }
}
