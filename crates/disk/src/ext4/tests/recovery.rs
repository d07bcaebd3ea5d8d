//! Journals that were not replayed, written by `debugfs` and compared with what `e2fsck` makes of them.

use std::process::Command;

use super::*;

const BLOCK: usize = 1024;

/// Two states of one filesystem: the image as it stands, and what a change would have made of it.
fn before_and_after(options: &[&str]) -> (Made, Vec<u8>) {
    let made = Made::with(options, 16, |at| {
        fs::write(at.join("old"), noise(5000)).unwrap();
        fs::write(at.join("kept"), noise(9000)).unwrap();
    });
    let new = made.source.join("new");
    fs::write(&new, noise(7000)).unwrap();
    let before = fs::read(&made.image).unwrap();
    debugfs(&made.image, "mkdir /made-later");
    debugfs(&made.image, &format!("write {} /made-later/new", new.display()));
    debugfs(&made.image, "rm /old");
    let after = fs::read(&made.image).unwrap();
    fs::write(&made.image, before).unwrap();
    (made, after)
}

/// Puts all blocks that differ into the journal, in `transactions` transactions, with `more` given to each write.
fn log_changes(made: &Made, after: &[u8], mark: &str) -> usize {
    let before = fs::read(&made.image).unwrap();
    let pairs = before.chunks(BLOCK).zip(after.chunks(BLOCK)).enumerate();
    let changed: Vec<usize> = pairs.filter(|(_, (old, new))| old != new).map(|(n, _)| n).collect();
    let data = made.source.join("changed");
    let bytes: Vec<u8> = changed.iter().flat_map(|n| &after[n * BLOCK..(n + 1) * BLOCK]).copied().collect();
    fs::write(&data, bytes).unwrap();
    let list: Vec<_> = changed.iter().map(usize::to_string).collect();
    let script = made.source.join("script");
    let requests = format!("jo {mark}\njw -b {} {}\njc\n", list.join(","), data.display());
    fs::write(&script, requests).unwrap();
    run("/usr/sbin/debugfs", &["-w", "-f", script.to_str().unwrap(), made.image.to_str().unwrap()]);
    changed.len()
}

/// Checks that an unreplayed journal reads like the filesystem that the checker makes of it.
#[track_caller]
fn check(options: &[&str], mark: &str) {
    let (made, after) = before_and_after(options);
    let count = log_changes(&made, &after, mark);
    let fs = made.open();
    assert!(fs.needed_recovery());
    assert_eq!(fs.blocks_from_journal(), count);
    assert_eq!(fs.condition().unwrap(), Condition::Replayed);
    let new = fs.look_up("/made-later/new").unwrap().expect("the change is seen");
    assert_eq!(fs.read(&new, 0, 10_000).unwrap(), noise(7000));
    assert!(fs.look_up("/old").unwrap().is_none());
    let mut packed = Vec::new();
    let mut visit = |laid: Laid<'_>| packed.extend(laid.is_packed.then_some(laid.node.inode));
    fs.sweep(&mut visit, &mut |fault| panic!("{fault:?}")).unwrap();
    let kept = fs.look_up("/kept").unwrap().expect("nobody touched it").inode;
    assert!(
        packed.contains(&new.inode) && !packed.contains(&kept),
        "only the new one lies in the journal: {packed:?}"
    );
    let seen = inside(&fs);
    let names = fs.names().unwrap();
    assert_eq!((names.faults_counted, names.count()), (0, seen.len() + 2));
    let out = Command::new("/usr/sbin/e2fsck").arg("-fy").arg(&made.image).output();
    out.expect("this test needs /usr/sbin/e2fsck, from Debian's e2fsprogs");
    let repaired = made.open();
    assert!(!repaired.needed_recovery());
    assert_eq!(repaired.condition().unwrap(), Condition::Clean);
    assert_eq!(inside(&repaired), seen);
}

const SMALL: [&str; 4] = ["-t", "ext4", "-b", "1024"];

#[test]
fn an_unfinished_journal_is_replayed_in_memory() {
    check(&SMALL, "");
    check(&["-t", "ext3", "-b", "1024"], "");
}

#[test]
fn journals_with_checksums_of_both_kinds_are_replayed() {
    check(&SMALL, "-c");
    check(&SMALL, "-c -v 2");
    check(&["-t", "ext4", "-b", "1024", "-O", "^64bit"], "-c -v 3");
}

#[test]
fn the_image_itself_is_not_changed_by_reading_it() {
    let (made, after) = before_and_after(&SMALL);
    log_changes(&made, &after, "-c");
    let bytes = fs::read(&made.image).unwrap();
    inside(&made.open());
    assert!(fs::read(&made.image).unwrap() == bytes);
}

#[test]
fn a_revoked_block_keeps_what_it_has() {
    let (made, after) = before_and_after(&SMALL);
    let data = made.source.join("block");
    // A block of the file is logged, then revoked by a later transaction.
    let node = made.open().look_up("/kept").unwrap().unwrap();
    let block = made.open().extents(&node).unwrap()[0].device_offset / BLOCK as u64;
    fs::write(&data, [0xee; BLOCK]).unwrap();
    let script = made.source.join("script");
    let requests = format!("jo\njw -b {block} {}\njw -r {block}\njc\n", data.display());
    fs::write(&script, requests).unwrap();
    run("/usr/sbin/debugfs", &["-w", "-f", script.to_str().unwrap(), made.image.to_str().unwrap()]);
    let fs = made.open();
    assert!(fs.needed_recovery());
    assert_eq!(fs.blocks_from_journal(), 0);
    assert_eq!(fs.read(&node, 0, 9000).unwrap(), noise(9000));
    drop(after);
}

/// Where the journal begins, and its length in bytes.
fn journal(made: &Made) -> (u64, u64) {
    let fs = made.open();
    let node = fs.node(fs.superblock.journal_inode).unwrap();
    (fs.extents(&node).unwrap()[0].device_offset, node.size_bytes)
}

#[test]
fn a_journal_that_says_nonsense_is_damage_and_never_a_loop() {
    // Offsets within the journal's superblock: block size, length, first block, sequence, start.
    for (at, value) in
        [(12, 7u32), (16, u32::MAX), (16, 3), (20, 0), (20, u32::MAX), (28, u32::MAX), (28, 9_000)]
    {
        let (made, after) = before_and_after(&["-t", "ext4", "-b", "1024", "-O", "^metadata_csum"]);
        let (begins, _) = journal(&made);
        log_changes(&made, &after, "");
        made.patch(begins + at, &value.to_be_bytes());
        match made.try_open() {
            Err(Unreadable::Damaged { .. } | Unreadable::OverLimit { .. }) => {}
            Ok(fs) => assert_eq!(fs.blocks_from_journal(), 0, "{at} {value}"),
            Err(other) => panic!("{at} {value}: {other}"),
        }
    }
}

#[test]
fn a_log_of_nothing_but_descriptors_ends() {
    let (made, after) = before_and_after(&["-t", "ext4", "-b", "1024", "-O", "^metadata_csum"]);
    let (begins, length) = journal(&made);
    log_changes(&made, &after, "");
    let first = fs::read(&made.image).unwrap()[begins as usize + BLOCK..][..BLOCK].to_vec();
    for block in 1..length / BLOCK as u64 {
        made.patch(begins + block * BLOCK as u64, &first);
    }
    assert_eq!(made.open().blocks_from_journal(), 0, "nothing was ever committed");
}

#[test]
fn unknown_journal_features_are_refused_by_name() {
    let (made, after) = before_and_after(&["-t", "ext4", "-b", "1024", "-O", "^metadata_csum"]);
    let (begins, _) = journal(&made);
    log_changes(&made, &after, "");
    made.patch(begins + 40, &0x8000_0000u32.to_be_bytes());
    assert!(matches!(made.try_open(), Err(Unreadable::Unsupported(_))));
}
