use super::*;

/// Checks what a volume of one MiB is taken for, with `bytes` written at `at`.
#[track_caller]
fn check(at: usize, bytes: &[u8], expected: Volume) {
    let mut volume = vec![0; 1 << 20];
    volume[at..at + bytes.len()].copy_from_slice(bytes);
    assert_eq!(identify(&volume).unwrap(), expected);
}

#[test]
fn volumes_are_told_by_their_signatures() {
    check(0, b"", Volume::Blank);
    check(5, b"halle", Volume::Unknown);
    check(0, b"XFSB", Volume::Xfs);
    check(0, b"hsqs", Volume::Squashfs);
    check(0x1_0040, b"_BHRfS_M", Volume::Btrfs);
    check(3, b"NTFS    ", Volume::Ntfs);
    check(0x8001, b"CD001", Volume::Iso9660);
    check(1024, b"\x10\x20\xf5\xf2", Volume::F2fs);
    check(0, b"LUKS\xba\xbe\0\x02", Volume::Luks);
    check(3, b"-FVE-FS-", Volume::BitLocker);
    check((128 << 10) + 7 * 1024, &0x00ba_b10cu64.to_le_bytes(), Volume::Zfs);
}

#[test]
fn swap_is_found_whatever_the_page_size() {
    for page in SWAP_PAGES {
        check(page - 10, b"SWAPSPACE2", Volume::Swap);
        check(page - 10, b"SWAP-SPACE", Volume::Swap);
    }
    check(4096 - 9, b"SWAPSPACE2", Volume::Unknown);
}

#[test]
fn a_physical_volume_may_have_its_label_in_any_of_four_sectors() {
    for sector in 0..4 {
        let mut label = *b"LABELONE                LVM2 001";
        label[8..24].fill(0);
        check(sector * 512, &label, Volume::LvmPhysicalVolume);
    }
}

#[test]
fn raid_members_are_found_at_either_end() {
    let magic = b"\xfc\x4e\x2b\xa9";
    for at in [0, 4096, (1 << 20) - 0x1_0000, (1 << 20) - 8192] {
        check(at, magic, Volume::MdRaid);
    }
}

#[test]
fn an_encrypted_volume_is_known_as_such() {
    assert!(Volume::Luks.is_encrypted() && Volume::BitLocker.is_encrypted() && !Volume::Ext4.is_encrypted());
}

/// A filesystem made by Debian's own program.
#[track_caller]
fn check_made(program: &str, arguments: &[&str], mib: u64, expected: Volume) {
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(mib << 20).unwrap();
    let made = std::process::Command::new(program).args(arguments).arg(file.path()).output();
    let made = made
        .unwrap_or_else(|why| panic!("this test needs {program} (dosfstools, e2fsprogs, util-linux): {why}"));
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let image = crate::read_at::FileImage::open(file.path()).unwrap();
    assert_eq!(identify(&image).unwrap(), expected);
}

#[test]
fn what_debians_programs_make_is_recognised() {
    check_made("/usr/sbin/mke2fs", &["-q", "-t", "ext2"], 8, Volume::Ext2);
    check_made("/usr/sbin/mke2fs", &["-q", "-t", "ext3"], 8, Volume::Ext3);
    check_made("/usr/sbin/mke2fs", &["-q", "-t", "ext4"], 8, Volume::Ext4);
    check_made("/usr/sbin/mkfs.fat", &["-F", "12"], 2, Volume::Fat12);
    check_made("/usr/sbin/mkfs.fat", &["-F", "16"], 16, Volume::Fat16);
    check_made("/usr/sbin/mkfs.fat", &["-F", "32"], 64, Volume::Fat32);
    check_made("/usr/sbin/mkswap", &[], 1, Volume::Swap);
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_bytes_are_something(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..2048)) {
        identify(&bytes).unwrap();
    }
}
