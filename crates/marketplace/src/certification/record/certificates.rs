//! What was signed, and by which keys.

use certifier::certificate::PublicKey;
use house::{Columns, Id, Result, Tx};

use crate::certification::{PublishedKey, Run, Signed};

/// Keeps a public key, unless it is known.
pub async fn keep_key(tx: &mut Tx, key: &PublicKey) -> Result<()> {
    let now = tx.now().as_microsecond();
    sqlx::query(
        "insert into certification_key (id, public_key, first_used_at) values ($1, $2, $3) \
         on conflict (id) do nothing",
    )
    .bind(key.id())
    .bind(key.to_pem())
    .bind(now)
    .execute(tx.on())
    .await?;
    Ok(())
}

/// Keeps a certificate; what is signed stays as it is.
pub async fn keep(tx: &mut Tx, run: Id<Run>, key: &str, envelope: &str) -> Result<()> {
    let now = tx.now().as_microsecond();
    sqlx::query(
        "insert into certification_certificate (run, key, envelope, signed_at) values ($1, $2, $3, $4) \
         on conflict (run) do nothing",
    )
    .bind(run.to_string())
    .bind(key)
    .bind(envelope)
    .bind(now)
    .execute(tx.on())
    .await?;
    Ok(())
}

pub async fn is_there(tx: &mut Tx, run: Id<Run>) -> Result<bool> {
    let row = sqlx::query("select count(*) as n from certification_certificate where run = $1")
        .bind(run.to_string())
        .fetch_one(tx.on())
        .await?;
    Ok(row.int("n")? > 0)
}

pub async fn of(tx: &mut Tx, run: Id<Run>) -> Result<Option<Signed>> {
    let row = sqlx::query("select key, envelope, signed_at from certification_certificate where run = $1")
        .bind(run.to_string())
        .fetch_optional(tx.on())
        .await?;
    row.map(|row| {
        Ok(Signed {
            run,
            key_id: row.text("key")?,
            envelope: row.text("envelope")?,
            signed_at: row.time("signed_at")?,
        })
    })
    .transpose()
}

/// Runs that certified and have no certificate, oldest first, from after `after`.
pub async fn unsigned(tx: &mut Tx, after: Option<Id<Run>>, limit: i64) -> Result<Vec<Id<Run>>> {
    let rows = sqlx::query(
        "select r.id from certification_run r where r.verdict = 'certified' and r.id > $1 and not exists \
         (select 1 from certification_certificate c where c.run = r.id) order by r.id limit $2",
    )
    .bind(after.map(|id| id.to_string()).unwrap_or_default())
    .bind(limit)
    .fetch_all(tx.on())
    .await?;
    rows.iter().map(|row| row.id("id")).collect()
}

/// Every key that signed something here, newest first.
pub async fn keys(tx: &mut Tx) -> Result<Vec<PublishedKey>> {
    let rows = sqlx::query("select * from certification_key order by first_used_at desc, id")
        .fetch_all(tx.on())
        .await?;
    rows.iter()
        .map(|row| {
            Ok(PublishedKey {
                id: row.text("id")?,
                pem: row.text("public_key")?,
                first_used_at: row.time("first_used_at")?,
            })
        })
        .collect()
}
