//! The hive reader beside what other programs write, with logs, and on hives made to harm it.

use std::collections::BTreeMap;

use certifier::windows::hive::{Data, Hive};
use disk::read_at::ReadAt;
use disk::tree::Unreadable;
use proptest::prelude::*;

use crate::hives::{self, Bin, NOWHERE, base, entry, list, old_log, seal, seal_entry, states, with_base};

fn open(bytes: &[u8], logs: &[Vec<u8>]) -> Result<Hive, Unreadable> {
    let logs: Vec<&dyn ReadAt> = logs.iter().map(|log| log as &dyn ReadAt).collect();
    Hive::open(Box::new(bytes.to_vec()), &logs)
}

/// Everything in a hive, as the model has it.
fn read(hive: &Hive) -> Result<hives::Hive, Unreadable> {
    let mut keys = Vec::new();
    hive.walk(&mut |path, key| keys.push((path.trim_start_matches('\\').to_owned(), key.clone())))?;
    let mut found = BTreeMap::new();
    for (path, key) in keys {
        let values = hive.values(&key)?.into_iter();
        let values = values.map(|value| Ok((value.name.clone(), (value.kind, hive.bytes(&value)?))));
        found.insert(path, values.collect::<Result<_, Unreadable>>()?);
    }
    Ok(hives::Hive { keys: found })
}

#[test]
fn a_hive_reads_as_its_writer_wrote_it() {
    let model = hives::everything().complete();
    let hive = open(&model.bytes(), &[]).expect("a good hive");
    assert!(!hive.replayed);
    assert_eq!(read(&hive).expect("a good hive"), model);
}

#[test]
fn keys_and_values_are_found_whatever_the_case_of_their_names() {
    let hive = open(&hives::everything().bytes(), &[]).expect("a good hive");
    let data = |path: &str, name: &str| {
        let key = hive.key(path).expect("a good hive")?;
        let value = hive.value(&key, name).expect("a good hive")?;
        Some(hive.data(&value).expect("a good hive"))
    };
    assert_eq!(data(r"CONTROLSET001\control\TERMINAL server", "fdenytsconnections"), Some(Data::Number(0)));
    assert_eq!(data(r"controlset001\Control\Terminal Server", ""), Some(Data::Text("a default".to_owned())));
    assert_eq!(data(r"many\KEY 0699", "NUMBER"), Some(Data::Number(699)));
    assert_eq!(data("Types", "text"), Some(Data::Text("naïve ☃ 𝄞".to_owned())));
    assert_eq!(data("Types", "texts"), Some(Data::Texts(vec!["one".to_owned(), "two".to_owned()])));
    assert_eq!(data("Types", "long"), Some(Data::Number(1 << 63 | 1)));
    assert_eq!(data("Types", "backwards"), Some(Data::Number(256)));
    assert_eq!(data("Types", "odd"), Some(Data::Other { kind: 1001, bytes: vec![0xaa] }));
    assert_eq!(data("Types", "no such"), None);
    assert_eq!(data(r"Many\Key 0700", "number"), None);
}

#[test]
fn data_above_one_cell_is_put_together_from_its_segments() {
    let (hive, whole) = hives::in_segments();
    let hive = open(&hive, &[]).expect("a good hive");
    let value = hive.value(&hive.root().expect("a root"), "X").expect("a good hive").expect("it is there");
    assert_eq!(hive.bytes(&value).expect("a good hive"), whole);
}

#[track_caller]
fn check(hive: &[u8], logs: &[Vec<u8>], expected: &[u8]) {
    let found = open(hive, logs).expect("the logs complete it");
    assert!(found.replayed);
    let expected = open(expected, &[]).expect("a good hive");
    assert_eq!(read(&found).expect("it is whole"), read(&expected).expect("it is whole"));
}

#[test]
fn a_hive_that_was_not_written_to_its_end_is_completed_by_its_logs() {
    let [first, second, third] = states();
    let dirty = with_base(&first, &base(&first, (8, 7), 0));
    let log = |entries: &[Vec<u8>]| [vec![base(&first, (8, 8), 6)], entries.to_vec()].concat().concat();
    let (one, two) = (entry(&first, &second, 7), entry(&second, &third, 8));
    check(&dirty, &[log(&[one.clone(), two.clone()])], &third);
    check(&dirty, &[log(std::slice::from_ref(&one))], &second);
    // Which log goes on where the other ends is not told by their names.
    check(&dirty, &[log(std::slice::from_ref(&two)), log(std::slice::from_ref(&one))], &third);
    // What comes after a gap, or is damaged, does not count.
    check(&dirty, &[log(&[one.clone(), entry(&second, &third, 9)])], &second);
    let mut torn = two.clone();
    torn[600] ^= 1;
    check(&dirty, &[log(&[one.clone(), torn])], &second);
    // A torn base block is taken from the log.
    let mut headless = dirty.clone();
    headless[100] ^= 1;
    let whole = [base(&first, (7, 7), 6), one, two].concat();
    check(&headless, &[whole], &third);
}

#[test]
fn logs_that_were_filled_twice_go_on_from_the_first_entry_that_is_left() {
    let [first, second, third] = states();
    // The hive is as of entry 8; its base block still waits for 7.
    let dirty = with_base(&first, &base(&first, (8, 7), 0));
    let (older, newer) = (entry(&first, &second, 9), entry(&second, &third, 10));
    let log = |entries: &[&[u8]]| [&base(&first, (9, 9), 6), entries.concat().as_slice()].concat();
    check(&dirty, &[log(&[&newer]), log(&[&older])], &third);
    check(&dirty, &[log(&[&older]), log(&[&newer])], &third);
    // Behind it, and after another gap, there is nothing to apply.
    let gap = entry(&second, &third, 11);
    check(&dirty, &[log(&[&entry(&first, &third, 6), &older]), log(&[&gap])], &second);
    // Numbers go on from nothing when they have come to their end.
    let dirty = with_base(&first, &base(&first, (u32::MAX, u32::MAX - 1), 0));
    let (older, newer) = (entry(&first, &second, u32::MAX), entry(&second, &third, 0));
    check(&dirty, &[log(&[&newer]), log(&[&older])], &third);
}

#[test]
fn a_log_of_older_windows_is_applied_too() {
    let [first, _, third] = states();
    let dirty = with_base(&first, &base(&first, (8, 7), 0));
    let mut log = old_log(&first, &third);
    check(&dirty, std::slice::from_ref(&log), &third);
    log.truncate(log.len() - 512);
    assert!(open(&dirty, &[log]).is_err(), "half of a change is none");
}

#[test]
fn a_hive_in_doubt_is_not_read() {
    let [first, second, third] = states();
    let dirty = with_base(&first, &base(&first, (8, 7), 0));
    assert!(open(&dirty, &[]).is_err(), "no log at all");
    let applied = [base(&first, (8, 8), 6), entry(&second, &third, 6)].concat();
    assert!(open(&dirty, &[applied]).is_err(), "a log whose entries are all applied");
    let log = [base(&first, (8, 8), 6), entry(&first, &second, 7)].concat();
    let no_hive = with_base(&first, &base(&first, (8, 7), 6));
    assert!(open(&no_hive, &[log]).is_err(), "a base block of a log, in the hive's own place");
    assert!(open(&first[..6000], &[]).is_err(), "a hive that is cut short");
    assert!(open(&first[..100], &[]).is_err(), "no base block");
    assert!(open(b"", &[]).is_err(), "nothing");
}

#[test]
fn an_entry_of_a_log_that_is_whole_and_cannot_be_leaves_the_hive_in_doubt() {
    let [first, second, third] = states();
    let dirty = with_base(&first, &base(&first, (8, 7), 0));
    let one = entry(&first, &second, 7);
    let opened = |change: &dyn Fn(&mut Vec<u8>), sequence: u32| {
        let mut two = entry(&second, &third, sequence);
        change(&mut two);
        seal_entry(&mut two);
        open(&dirty, &[[base(&first, (8, 8), 6), one.clone(), two].concat()])
    };
    let number = |at: usize, number: u32| {
        move |entry: &mut Vec<u8>| entry[at..at + 4].copy_from_slice(&number.to_le_bytes())
    };
    let changes = [
        ("a page between two sectors", number(40, 100)),
        ("a page beyond the hive", number(40, 0x7fff_f000)),
        ("a page of more bytes than there are", number(44, 0x0100_0000)),
        ("more pages than there is room for", number(20, u32::MAX)),
        ("a size that is no number of sectors", number(4, 600)),
        ("a size beyond all logs", number(4, 0x7fff_fe00)),
        ("a hive beyond all hives", number(16, 0x7fff_f000)),
    ];
    for (what, change) in &changes {
        assert!(opened(change, 8).is_err(), "{what}");
        assert!(opened(change, 9).is_ok(), "{what}, in an entry that does not count");
    }
    assert!(opened(&|_| (), 8).is_ok());
}

#[test]
fn a_clean_hive_has_no_use_for_logs() {
    let [first, second, _] = states();
    let clean = with_base(&first, &base(&first, (7, 7), 0));
    let log = [base(&first, (8, 8), 6), entry(&first, &second, 7)].concat();
    let hive = open(&clean, &[log]).expect("a good hive");
    assert!(!hive.replayed);
}

/// Checks that a hive with this root is opened, and says no when it is walked.
#[track_caller]
fn refused(build: impl FnOnce(&mut Bin) -> u32) {
    let mut bin = Bin::empty();
    let root = build(&mut bin);
    let hive = open(&bin.hive(root), &[]).expect("its bins are good");
    assert!(read(&hive).is_err());
}

#[test]
fn hives_made_to_harm_their_reader_are_refused() {
    // A key below itself.
    refused(|bin| {
        let at = bin.bytes.len() as u32 + 96;
        let root = bin.key("r", (1, at), (0, NOWHERE), 0);
        bin.bytes.resize(at as usize, 0);
        bin.cell(&list(b"li", 1, &[root]));
        root
    });
    // A list of lists of lists, and one that leads to itself.
    refused(|bin| {
        let leaf = bin.key("leaf", (0, NOWHERE), (0, NOWHERE), 0);
        let inner = bin.cell(&list(b"li", 1, &[leaf]));
        let middle = bin.cell(&list(b"ri", 1, &[inner]));
        let outer = bin.cell(&list(b"ri", 1, &[middle]));
        bin.key("r", (1, outer), (0, NOWHERE), 0)
    });
    refused(|bin| {
        let at = bin.bytes.len() as u32;
        bin.cell(&list(b"ri", 1, &[at]));
        bin.key("r", (1, at), (0, NOWHERE), 0)
    });
    // Counts that no cell could hold.
    refused(|bin| bin.key("r", (u32::MAX, 32), (0, NOWHERE), 0));
    refused(|bin| bin.key("r", (0, NOWHERE), (u32::MAX, 32), 0));
    refused(|bin| {
        let short = bin.cell(&list(b"li", 60_000, &[]));
        bin.key("r", (60_000, short), (0, NOWHERE), 0)
    });
    // More keys than the key says, and fewer.
    for claimed in [1, 3] {
        refused(|bin| {
            let one = bin.key("one", (0, NOWHERE), (0, NOWHERE), 0);
            let two = bin.key("two", (0, NOWHERE), (0, NOWHERE), 0);
            let list = bin.cell(&list(b"li", 2, &[one, two]));
            bin.key("r", (claimed, list), (0, NOWHERE), 0)
        });
    }
    // Cells outside all bins, in a bin's head, not in use, and past the end of their bin.
    for at in [0, 16, 0x7fff_fff8, u32::MAX - 7, 4095] {
        refused(|bin| bin.key("r", (1, at), (0, NOWHERE), 0));
    }
    refused(|bin| {
        let free = bin.cell(&list(b"li", 1, &[0]));
        bin.bytes[free as usize..free as usize + 4].copy_from_slice(&16_i32.to_le_bytes());
        bin.key("r", (1, free), (0, NOWHERE), 0)
    });
    for size in [i32::MIN, -1, 0, -100_000] {
        refused(|bin| {
            let cell = bin.cell(&list(b"li", 1, &[0]));
            bin.bytes[cell as usize..cell as usize + 4].copy_from_slice(&size.to_le_bytes());
            bin.key("r", (1, cell), (0, NOWHERE), 0)
        });
    }
}

#[test]
fn a_hive_that_is_made_to_be_slow_comes_to_an_end() {
    let mut bin = Bin::empty();
    let data = bin.cell(&vec![7; 4 << 20]);
    let mut value = b"vk\x01\0".to_vec();
    value.extend([4 << 20, data, 3, 1].iter().flat_map(|number: &u32| number.to_le_bytes()));
    value.push(b'x');
    let value = bin.cell(&value);
    let values = bin.cell(&value.to_le_bytes());
    let root = bin.key("r", (0, NOWHERE), (1, values), 0);
    let hive = open(&bin.hive(root), &[]).expect("a good hive");
    let value = hive.value(&hive.root().expect("a root"), "x").expect("a good hive").expect("it is there");
    assert_eq!(hive.bytes(&value).expect("a good hive").len(), 4 << 20);
    let end = (0..2000).find_map(|_| hive.bytes(&value).err());
    assert!(matches!(end, Some(Unreadable::OverLimit { .. })), "{end:?}");
}

#[test]
fn keys_deeper_than_windows_allows_are_refused() {
    refused(|bin| {
        let mut below = bin.key("k", (0, NOWHERE), (0, NOWHERE), 0);
        for _ in 0..600 {
            let list = bin.cell(&list(b"li", 1, &[below]));
            below = bin.key("k", (1, list), (0, NOWHERE), 0);
        }
        below
    });
}

#[test]
fn a_key_that_leads_elsewhere_is_not_taken_for_itself() {
    let mut bin = Bin::empty();
    let link = bin.key("link", (0, NOWHERE), (0, NOWHERE), 0x10);
    let list = bin.cell(&list(b"li", 1, &[link]));
    let root = bin.key("r", (1, list), (0, NOWHERE), 0);
    let hive = open(&bin.hive(root), &[]).expect("a good hive");
    assert!(matches!(hive.key("Link"), Err(Unreadable::Unsupported(_))));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn flipped_bytes_never_bring_the_reader_down(flips in prop::collection::vec((0_usize..12_288, any::<u8>()), 1..16)) {
        let [_, _, mut hive] = states();
        for (at, value) in flips {
            hive[at] = value;
        }
        seal(&mut hive[..512]);
        if let Ok(hive) = open(&hive, &[]) {
            let _ = read(&hive);
            let _ = hive.key(r"A\x");
        }
    }

    #[test]
    fn flipped_bytes_in_a_log_never_bring_the_reader_down(flips in prop::collection::vec((0_usize..2048, any::<u8>()), 1..16)) {
        let [first, _, third] = states();
        let dirty = with_base(&first, &base(&first, (8, 7), 0));
        let mut log = [base(&first, (8, 8), 6), entry(&first, &third, 7)].concat();
        for (at, value) in flips {
            log[at] = value;
        }
        if let Ok(hive) = open(&dirty, &[log]) {
            let _ = read(&hive);
        }
    }
}
