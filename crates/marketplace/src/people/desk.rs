//! The operator's desk: one queue of what needs a decision, oldest first.
//!
//! A chapter that needs a decision puts it on the desk in the transaction that calls for it, and takes it off in the one that
//! settles it. So the desk knows no chapter, and every chapter can use it.

use std::fmt::Display;

use house::{Result, Timestamp, Tx};

use super::record;

/// Something that waits for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// A key of the words: what kind of decision it is.
    pub kind: String,
    pub title: String,
    pub line: String,
    /// The page on which it is decided.
    pub address: String,
    pub since: Timestamp,
    /// By when a decision was promised.
    pub due: Option<Timestamp>,
}

/// Puts something on the desk, or changes what lies there about the same subject.
pub async fn put_on_desk(tx: &mut Tx, subject: impl Display, waiting: &Waiting) -> Result<()> {
    record::put_decision(tx, &subject.to_string(), waiting).await
}

/// Takes it off again. It does not matter whether it was there.
pub async fn take_off_desk(tx: &mut Tx, subject: impl Display) -> Result<()> {
    record::remove_decision(tx, &subject.to_string()).await
}

/// What lies on the desk, oldest first.
pub async fn on_desk(tx: &mut Tx) -> Result<Vec<Waiting>> {
    record::decisions(tx).await
}
