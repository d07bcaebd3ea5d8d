//! Who did what, when: written with the change itself, and never changed afterwards.

use std::fmt::Display;

use serde::Serialize;

use crate::clock::Timestamp;
use crate::db::{Columns, Tx};
use crate::error::Result;

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub id: String,
    pub at: Timestamp,
    /// An address, or `house` when nobody asked.
    pub who: String,
    /// `chapter.verb`.
    pub what: String,
    /// The id of what was changed.
    pub subject: String,
    /// JSON.
    pub details: String,
}

/// Notes a change, in the transaction that makes it.
pub async fn note(
    tx: &mut Tx,
    who: &str,
    what: &'static str,
    subject: impl Display,
    details: &impl Serialize,
) -> Result<()> {
    let id = tx.new_id::<Line>();
    let now = tx.now().as_microsecond();
    sqlx::query(
        "insert into house_audit (id, at, who, what, subject, details) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id.to_string())
    .bind(now)
    .bind(who)
    .bind(what)
    .bind(subject.to_string())
    .bind(serde_json::to_string(details)?)
    .execute(tx.on())
    .await?;
    Ok(())
}

/// The log, newest first, from before the line `before`; of one subject, or of all when that is empty.
pub async fn lines(tx: &mut Tx, subject: &str, before: Option<&str>, limit: i64) -> Result<Vec<Line>> {
    let rows = sqlx::query(
        "select * from house_audit where ($1 = '' or subject = $1) and id < $2 order by id desc limit $3",
    )
    .bind(subject)
    .bind(before.unwrap_or("g"))
    .bind(limit)
    .fetch_all(tx.on())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Line {
                id: row.text("id")?,
                at: row.time("at")?,
                who: row.text("who")?,
                what: row.text("what")?,
                subject: row.text("subject")?,
                details: row.text("details")?,
            })
        })
        .collect()
}
