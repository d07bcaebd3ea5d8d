//! Rule 4: a verb that holds a transaction never commits, reads the clock or calls the network; a verb that moves bytes
//! holds no transaction.

use crate::Offence;
use crate::source::{File, functions, word_at};

/// What a function that holds a transaction leaves to the edge, each with the reason.
const LEFT_TO_THE_EDGE: &[(&str, &str)] = &[
    ("commit", "commits: the edge that opened the transaction ends it"),
    ("rollback", "rolls back: the edge that opened the transaction ends it"),
    ("Clock", "reads the clock: `now` is an argument"),
    ("SystemTime", "reads the clock: `now` is an argument"),
    ("now()", "reads the clock: `now` is an argument"),
    ("reqwest", "calls the network: a job does that, between transactions"),
    ("lettre", "calls the network: a letter goes through the outbox"),
    ("TcpStream", "calls the network: a job does that, between transactions"),
    ("Engine", "calls an engine: a job does that, between transactions"),
    ("Blobs", "moves bytes: they are stored before any row speaks of them"),
    ("ReadAt", "moves bytes: they are read before the transaction begins"),
    ("AsyncRead", "moves bytes: they are read before the transaction begins"),
    ("AsyncWrite", "moves bytes: they are written after the transaction ends"),
    ("tokio::fs", "moves bytes: files are not part of a transaction"),
    ("std::fs", "moves bytes: files are not part of a transaction"),
];

pub fn offences(file: &File) -> Vec<Offence> {
    let at_the_edge = ["pages", "api", "jobs"].iter().any(|room| file.is_room(room));
    if !file.is_rust() || file.in_chapter().is_none() || at_the_edge || file.is_test() {
        return Vec::new();
    }
    let mut offences = Vec::new();
    for (start, open, close) in functions(&file.code) {
        if word_at(&file.code[start..open], "Tx").next().is_none() {
            continue;
        }
        for (word, why) in LEFT_TO_THE_EDGE {
            // The moment at which the transaction began is an argument like any other.
            let of_the_transaction =
                |at: &usize| *word == "now()" && file.code[..start + at].ends_with("tx.");
            let places = word_at(&file.code[start..close], word).filter(|at| !of_the_transaction(at));
            offences.extend(
                places.map(|at| file.offence(start + at, 4, format!("a verb with a transaction {why}"))),
            );
        }
    }
    offences
}

#[test]
fn only_a_verb_with_a_transaction_is_bound_and_only_outside_the_edge() {
    let found = |path: &str, text: &str| offences(&File::new(path, text)).len();
    let verb = "crates/marketplace/src/offers/draft.rs";
    assert_eq!(found(verb, "async fn draft(tx: &mut Tx, now: Timestamp) { record::add(tx, now).await }"), 0);
    assert_eq!(found(verb, "async fn draft(tx: Tx) { tx.commit().await }"), 1);
    assert_eq!(found(verb, "async fn draft(tx: &mut Tx) { let now = Timestamp::now(); }"), 1);
    assert_eq!(found(verb, "async fn draft(tx: &mut Tx) { let now = tx.now(); }"), 0);
    assert_eq!(found(verb, "async fn draft(tx: &mut Tx) { reqwest::get(url).await }"), 1);
    assert_eq!(found(verb, "async fn draft(tx: &mut Tx, blobs: &Blobs) {}"), 1);
    assert_eq!(found(verb, "async fn fetch(blobs: &Blobs) { reqwest::get(url).await }"), 0);
    assert_eq!(found("crates/marketplace/src/offers/jobs.rs", "fn run(tx: Tx) { tx.commit() }"), 0);
}
