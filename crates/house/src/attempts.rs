//! A form sent twice is done once.
//!
//! The page puts a fresh key into the form. The change, the key and the answer are stored together; who sends the same form
//! again gets the same answer. A key belongs to the person who used it first.

use std::fmt::Display;

use crate::db::{Columns, Tx};
use crate::error::{ChangedMeanwhile, Result};

/// A key is at most this long; pages make them with [`crate::chance::token`].
pub const KEY_LENGTH_MAX: usize = 64;

/// What was answered when this form was sent before; `None` when it is new.
pub async fn answered(tx: &mut Tx, key: &str, person: impl Display) -> Result<Option<String>> {
    let row = sqlx::query("select answer from house_attempt where key = $1 and person = $2")
        .bind(clipped(key))
        .bind(person.to_string())
        .fetch_optional(tx.on())
        .await?;
    row.map(|row| row.text("answer")).transpose()
}

/// Keeps the answer, in the transaction of the change. Refused when a twin of this request was faster.
pub async fn answer(tx: &mut Tx, key: &str, person: impl Display, answer: &str) -> Result<()> {
    let now = tx.now().as_microsecond();
    let stored = sqlx::query(
        "insert into house_attempt (key, person, answer, made_at) values ($1, $2, $3, $4) on conflict (key) do nothing",
    )
    .bind(clipped(key))
    .bind(person.to_string())
    .bind(answer)
    .bind(now)
    .execute(tx.on())
    .await?;
    if stored.rows_affected() == 1 { Ok(()) } else { Err(ChangedMeanwhile.into()) }
}

fn clipped(key: &str) -> String {
    key.chars().take(KEY_LENGTH_MAX).collect()
}
