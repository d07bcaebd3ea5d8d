//! Who did what, when: written with the change itself, and never changed afterwards.
//!
//! Whom a change concerns is known by the transaction ([`Tx::concerns`]), so that no verb has to repeat it.

use std::fmt::Display;

use serde::Serialize;

use crate::clock::Timestamp;
use crate::db::{Columns, Row, Tx};
use crate::error::Result;

/// Who did what nobody asked for.
pub const HOUSE: &str = "house";

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub id: String,
    pub at: Timestamp,
    /// An address, or [`HOUSE`] when nobody asked.
    pub who: String,
    /// `chapter.verb`.
    pub what: String,
    /// The id of what was changed.
    pub subject: String,
    /// The id of whom it concerns; may be empty.
    pub party: String,
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
    let (now, party) = (tx.now().as_microsecond(), tx.party().to_owned());
    sqlx::query(
        "insert into house_audit (id, at, who, what, subject, party, details) values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id.to_string())
    .bind(now)
    .bind(who)
    .bind(what)
    .bind(subject.to_string())
    .bind(party)
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
    rows.iter().map(line).collect()
}

/// What concerns this party, newest first, from before the line `before`.
pub async fn lines_concerning(
    tx: &mut Tx,
    party: impl Display,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<Line>> {
    let rows =
        sqlx::query("select * from house_audit where party = $1 and id < $2 order by id desc limit $3")
            .bind(party.to_string())
            .bind(before.unwrap_or("g"))
            .bind(limit)
            .fetch_all(tx.on())
            .await?;
    rows.iter().map(line).collect()
}

fn line(row: &Row) -> Result<Line> {
    Ok(Line {
        id: row.text("id")?,
        at: row.time("at")?,
        who: row.text("who")?,
        what: row.text("what")?,
        subject: row.text("subject")?,
        party: row.text("party")?,
        details: row.text("details")?,
    })
}
