//! Our reader of registry hives beside notatin.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use certifier::windows::hive::base::BaseBlock;
use disk::read_at::ReadAt;
use hostile::bodies;
use hostile::specimen::{self, Specimen};
use oracles::hive::{Files, notatins, ours};
use oracles::written::{
    Bin, NOWHERE, base, empty, entry, everything, in_segments, list, old_log, states, with_base,
};

/// Checks that both read the same in a hive, and so many keys.
#[track_caller]
fn check(hive: &[u8], logs: &[Vec<u8>], keys: usize) {
    let files = Files { hive: hive.to_vec(), logs: logs.to_vec() };
    let found = ours(&files).expect("a good hive");
    assert_eq!(found.len(), keys);
    assert_eq!(found, notatins(&files, keys).expect("a good hive"));
}

#[test]
fn what_hivex_writes_is_read_the_same() {
    check(&empty(), &[], 1);
    let everything = everything().complete();
    check(&everything.bytes(), &[], everything.keys.len());
    let [first, second, third] = states();
    check(&first, &[], 2);
    check(&second, &[], 2);
    check(&third, &[], 203);
}

#[test]
fn what_no_cell_can_hold_is_read_the_same() {
    check(&in_segments().0, &[], 1);
}

#[test]
fn keys_are_found_by_every_kind_of_list() {
    for kind in [b"li", b"lf", b"lh"] {
        for is_outer in [false, true] {
            let mut bin = Bin::empty();
            let root = bin.key("ROOT", (3, NOWHERE), (0, NOWHERE), 0x0c);
            let mut below = ["a", "b", "c"].map(|name| bin.key(name, (0, NOWHERE), (0, NOWHERE), 0)).to_vec();
            if kind != b"li" {
                // Each key with its mark, which says nothing of its name.
                below = below.into_iter().flat_map(|at| [at, 0]).collect();
            }
            let mut keys = bin.cell(&list(kind, 3, &below));
            if is_outer {
                keys = bin.cell(&list(b"ri", 1, &[keys]));
            }
            bin.put(root, 28, keys);
            check(&bin.hive(root), &[], 4);
        }
    }
}

/// A log of such entries, as Windows begins it.
fn log(of: &[u8], first: u32, entries: &[&[u8]]) -> Vec<u8> {
    [&base(of, (first, first), 6), entries.concat().as_slice()].concat()
}

#[test]
fn logs_complete_a_hive_to_the_same_end() {
    let [first, second, third] = states();
    let dirty = with_base(&first, &base(&first, (8, 7), 0));
    let (one, two) = (entry(&first, &second, 7), entry(&second, &third, 8));
    check(&dirty, &[log(&first, 7, &[&one])], 2);
    check(&dirty, &[log(&first, 7, &[&one, &two])], 203);
    check(&dirty, &[log(&first, 7, &[&one]), log(&first, 8, &[&two])], 203);
    check(&dirty, &[log(&first, 8, &[&two]), log(&first, 7, &[&one])], 203);
    // An older entry is passed over, a torn one is the end, and so is one after a gap.
    let zero = entry(&first, &third, 6);
    check(&dirty, &[log(&first, 7, &[&zero, &one])], 2);
    let mut torn = two.clone();
    torn[600] ^= 1;
    check(&dirty, &[log(&first, 7, &[&one, &torn])], 2);
    check(&dirty, &[log(&first, 7, &[&one, &entry(&second, &third, 9)])], 2);
    // What the hive waits for may be overwritten.
    let (older, newer) = (entry(&first, &second, 9), entry(&second, &third, 10));
    check(&dirty, &[log(&first, 10, &[&newer]), log(&first, 9, &[&older])], 203);
    // What is clean needs no log.
    check(&first, &[log(&first, 7, &[&entry(&first, &third, 7)])], 2);
}

#[test]
fn what_notatin_cannot_read_is_still_what_it_cannot_read() {
    let [first, _, third] = states();
    let dirty = with_base(&first, &base(&first, (8, 7), 0));
    // How many keys we read, and how many notatin does.
    let read = |hive: &[u8], logs: &[Vec<u8>]| {
        let files = Files { hive: hive.to_vec(), logs: logs.to_vec() };
        let ours = ours(&files).ok().map(|keys| keys.len());
        (ours, notatins(&files, 1000).ok().map(|keys| keys.len()))
    };
    assert_eq!(read(&dirty, &[old_log(&first, &third)]), (Some(203), Some(2)), "a log of older Windows");
    let mut headless = dirty.clone();
    headless[100] ^= 1;
    let whole = log(&first, 7, &[&entry(&first, &third, 7)]);
    assert_eq!(read(&headless, &[whole]), (Some(203), Some(2)), "a torn base block");
    let mut bin = Bin::empty();
    bin.cell(b"a cell before the root");
    let root = bin.key("ROOT", (0, NOWHERE), (0, NOWHERE), 0x0c);
    assert_eq!(read(&bin.hive(root), &[]), (Some(1), None), "a root that is not the first cell");
}

fn specimens() -> &'static [Specimen] {
    bodies::named("hives").expect("a body").specimens.expect("it has specimens")()
}

/// The hive that an input of the fuzzer stands for, unless notatin cannot read it: its log is of older Windows, or its base block torn.
fn stands_for(input: &[u8]) -> Option<Files> {
    let changed: Arc<dyn ReadAt> = Arc::new(specimen::changed(specimens(), input)?);
    let mut parts = specimen::parts(&changed).into_iter().map(|part| specimen::whole(&part));
    let files = Files { hive: parts.next()?, logs: parts.collect() };
    let is_old = files.logs.iter().any(|log| log.get(512..516) == Some(b"DIRT"));
    let is_torn = BaseBlock::read(&files.hive).is_none_or(|base| !base.checksum_holds);
    (!is_old && !is_torn).then_some(files)
}

/// How many of these hives we read. Each of them must be read by notatin too, and the same.
fn compared(inputs: impl Iterator<Item = Vec<u8>>) -> usize {
    let mut count = 0;
    for input in inputs {
        let Some(files) = stands_for(&input) else { continue };
        let Ok(found) = ours(&files) else { continue };
        let theirs = notatins(&files, found.len());
        let theirs =
            theirs.unwrap_or_else(|why| panic!("{input:02x?}: we read it, and notatin does not: {why}"));
        let differing = found.iter().zip(&theirs).find(|(ours, theirs)| ours != theirs);
        assert_eq!((differing, found.len()), (None, theirs.len()), "{input:02x?}");
        count += 1;
    }
    count
}

#[test]
fn what_fuzzers_found_is_read_the_same_or_not_at_all() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/hostile/corpus/hives");
    let inputs =
        fs::read_dir(folder).expect("a corpus").map(|input| input.expect("a readable folder").path());
    let count = compared(inputs.map(|path| fs::read(path).expect("a readable input")));
    assert!(count > 40, "{count}");
}

#[test]
fn a_hive_with_one_change_is_read_the_same_or_not_at_all() {
    let changes = (0..specimens().len() as u8).flat_map(|specimen| {
        (0..150_u32).map(move |number| {
            // Strewn over the specimen, and the same in every run.
            let strewn = number.wrapping_add(1).wrapping_mul(0x9e37_79b1).rotate_left(u32::from(specimen));
            let [a, b, c, d] = strewn.to_le_bytes();
            let value = if number % 2 == 0 { [d, 0, 0, 0] } else { [d, c, b, a] };
            [&[specimen, a, b, c, number as u8][..], &value].concat()
        })
    });
    let count = compared(changes);
    assert!(count > 800, "{count}");
}
