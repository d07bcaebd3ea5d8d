//! Who is signed in. The visitor holds a secret in a cookie; the house keeps its hash.

use std::time::Duration;

use crate::chance;
use crate::db::{Columns, Tx};
use crate::error::Result;
use crate::ids::Id;

/// A session ends two weeks after it began.
pub const LIFE: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// Begins a session and returns its secret, which is told once.
pub async fn begin<T>(tx: &mut Tx, person: Id<T>) -> Result<String> {
    let token = chance::token(32)?;
    let (now, end) = (tx.now().as_microsecond(), (tx.now() + LIFE).as_microsecond());
    sqlx::query(
        "insert into house_session (token_hash, person, made_at, expires_at) values ($1, $2, $3, $4)",
    )
    .bind(chance::hash(&token))
    .bind(person.to_string())
    .bind(now)
    .bind(end)
    .execute(tx.on())
    .await?;
    Ok(token)
}

/// Whose session this secret opens; `None` when it opens none, or no longer.
pub async fn who<T>(tx: &mut Tx, token: &str) -> Result<Option<Id<T>>> {
    let now = tx.now().as_microsecond();
    let row = sqlx::query("select person from house_session where token_hash = $1 and expires_at > $2")
        .bind(chance::hash(token))
        .bind(now)
        .fetch_optional(tx.on())
        .await?;
    row.map(|row| row.id("person")).transpose()
}

/// Ends one session, and sweeps those that have run out.
pub async fn end(tx: &mut Tx, token: &str) -> Result<()> {
    let now = tx.now().as_microsecond();
    sqlx::query("delete from house_session where token_hash = $1 or expires_at <= $2")
        .bind(chance::hash(token))
        .bind(now)
        .execute(tx.on())
        .await?;
    Ok(())
}

/// Ends all sessions of a person: after a new password, wherever they are open.
pub async fn end_all<T>(tx: &mut Tx, person: Id<T>) -> Result<()> {
    sqlx::query("delete from house_session where person = $1")
        .bind(person.to_string())
        .execute(tx.on())
        .await?;
    Ok(())
}
