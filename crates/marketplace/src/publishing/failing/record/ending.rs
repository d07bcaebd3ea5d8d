//! The SQL of exceptions that come to their end: who was told, and of which.

use house::{Columns, Id, Result, Tx};

use crate::certification::exceptions::Exception;
use crate::images::Image;

/// Of which of an image's exceptions it was told that they end.
pub async fn told(tx: &mut Tx, image: Id<Image>) -> Result<Vec<Id<Exception>>> {
    let rows = sqlx::query("select exception from publishing_ending where image = $1 order by exception")
        .bind(image.to_string())
        .fetch_all(tx.on())
        .await?;
    rows.iter().map(|row| row.id("exception")).collect()
}

pub async fn add(tx: &mut Tx, exception: &Exception) -> Result<()> {
    let now = tx.now().as_microsecond();
    sqlx::query("insert into publishing_ending (exception, image, told_at) values ($1, $2, $3)")
        .bind(exception.id.to_string())
        .bind(exception.image.to_string())
        .bind(now)
        .execute(tx.on())
        .await?;
    Ok(())
}

pub async fn remove(tx: &mut Tx, exception: Id<Exception>) -> Result<()> {
    sqlx::query("delete from publishing_ending where exception = $1")
        .bind(exception.to_string())
        .execute(tx.on())
        .await?;
    Ok(())
}
