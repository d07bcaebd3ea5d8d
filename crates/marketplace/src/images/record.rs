//! All SQL of this chapter.

use house::db::Row;
use house::words::Text;
use house::{Columns, Id, Result, Tx};

use super::{Image, Promise, Stage, Upload};
use crate::people::{Organisation, Person};

/// Images and uploads shown in a list. Who has more looks for them by name.
const LIST_MAX: i64 = 500;

pub async fn image(tx: &mut Tx, id: Id<Image>) -> Result<Option<Image>> {
    let row = sqlx::query("select * from images_image where id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.on())
        .await?;
    row.as_ref().map(read_image).transpose()
}

pub async fn images_of(tx: &mut Tx, organisation: Id<Organisation>) -> Result<Vec<Image>> {
    let rows = sqlx::query("select * from images_image where organisation = $1 order by id desc limit $2")
        .bind(organisation.to_string())
        .bind(LIST_MAX)
        .fetch_all(tx.on())
        .await?;
    rows.iter().map(read_image).collect()
}

pub async fn sender_of(tx: &mut Tx, id: Id<Image>) -> Result<Option<Id<Person>>> {
    let row = sqlx::query("select person from images_image where id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.on())
        .await?;
    row.map(|row| row.id("person")).transpose()
}

/// Stores an image, or finds the one that the same bytes became before.
pub async fn add_image(tx: &mut Tx, upload: &Upload, content_id: &str, sha256: &str) -> Result<Id<Image>> {
    let id = tx.new_id::<Image>();
    let now = tx.now().as_microsecond();
    sqlx::query(
        "insert into images_image (id, organisation, person, content_id, sha256, file_name, size_bytes, sealed_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (organisation, content_id) do nothing",
    )
    .bind(id.to_string())
    .bind(upload.organisation.to_string())
    .bind(upload.person.to_string())
    .bind(content_id)
    .bind(sha256)
    .bind(&upload.file_name)
    .bind(whole(upload.size_bytes))
    .bind(now)
    .execute(tx.on())
    .await?;
    sqlx::query("select id from images_image where organisation = $1 and content_id = $2")
        .bind(upload.organisation.to_string())
        .bind(content_id)
        .fetch_one(tx.on())
        .await?
        .id("id")
}

pub async fn add_upload(
    tx: &mut Tx,
    organisation: Id<Organisation>,
    person: Id<Person>,
    promise: &Promise,
) -> Result<Id<Upload>> {
    let id = tx.new_id::<Upload>();
    let now = tx.now().as_microsecond();
    sqlx::query(
        "insert into images_upload (id, organisation, person, file_name, size_bytes, sha256, fingerprint, stage, made_at, touched_at) \
         values ($1, $2, $3, $4, $5, $6, $7, 'receiving', $8, $8)",
    )
    .bind(id.to_string())
    .bind(organisation.to_string())
    .bind(person.to_string())
    .bind(&promise.file_name)
    .bind(whole(promise.size_bytes))
    .bind(promise.sha256.clone())
    .bind(promise.fingerprint.clone())
    .bind(now)
    .execute(tx.on())
    .await?;
    Ok(id)
}

pub async fn upload(tx: &mut Tx, id: Id<Upload>) -> Result<Option<Upload>> {
    let row = sqlx::query("select * from images_upload where id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.on())
        .await?;
    row.as_ref().map(read_upload).transpose()
}

pub async fn uploads_of(tx: &mut Tx, organisation: Id<Organisation>) -> Result<Vec<Upload>> {
    let rows = sqlx::query(
        "select * from images_upload where organisation = $1 and stage in ('receiving', 'sealing', 'refused') \
         order by id desc limit $2",
    )
    .bind(organisation.to_string())
    .bind(LIST_MAX)
    .fetch_all(tx.on())
    .await?;
    rows.iter().map(read_upload).collect()
}

/// The newest upload with this fingerprint that still waits for bytes from this person.
pub async fn open_upload(
    tx: &mut Tx,
    organisation: Id<Organisation>,
    person: Id<Person>,
    fingerprint: &str,
) -> Result<Option<Upload>> {
    let row = sqlx::query(
        "select * from images_upload where organisation = $1 and person = $2 and fingerprint = $3 \
         and stage = 'receiving' order by id desc limit 1",
    )
    .bind(organisation.to_string())
    .bind(person.to_string())
    .bind(fingerprint)
    .fetch_optional(tx.on())
    .await?;
    row.as_ref().map(read_upload).transpose()
}

/// The bytes that all uploads together still expect.
pub async fn outstanding_bytes(tx: &mut Tx) -> Result<u64> {
    let row = sqlx::query(
        "select cast(coalesce(sum(size_bytes - received_bytes), 0) as bigint) as n \
         from images_upload where stage = 'receiving'",
    )
    .fetch_one(tx.on())
    .await?;
    Ok(u64::try_from(row.int("n")?).unwrap_or(0))
}

/// Notes how much is safely on disk. `false` when the upload no longer receives.
pub async fn set_received(tx: &mut Tx, id: Id<Upload>, received_bytes: u64) -> Result<bool> {
    let now = tx.now().as_microsecond();
    let done = sqlx::query(
        "update images_upload set received_bytes = $1, touched_at = $2, version = version + 1 \
         where id = $3 and stage = 'receiving'",
    )
    .bind(whole(received_bytes))
    .bind(now)
    .bind(id.to_string())
    .execute(tx.on())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// All bytes are there. The length is told too, since some senders cannot say it beforehand.
pub async fn complete(tx: &mut Tx, id: Id<Upload>, size_bytes: u64) -> Result<bool> {
    let now = tx.now().as_microsecond();
    let done = sqlx::query(
        "update images_upload set size_bytes = $1, received_bytes = $1, stage = 'sealing', touched_at = $2, \
         version = version + 1 where id = $3 and stage = 'receiving'",
    )
    .bind(whole(size_bytes))
    .bind(now)
    .bind(id.to_string())
    .execute(tx.on())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Moves an upload on. `false` when it is not in the stage from which it should move.
pub async fn set_stage(tx: &mut Tx, id: Id<Upload>, from: &[&str], to: &Stage) -> Result<bool> {
    let (reason, image) = match to {
        Stage::Refused { reason } | Stage::Discarded { reason } => {
            (Some(serde_json::to_string(reason)?), None)
        }
        Stage::Sealed { image } => (None, Some(image.to_string())),
        Stage::Receiving | Stage::Sealing => (None, None),
    };
    let now = tx.now().as_microsecond();
    let done = sqlx::query(
        "update images_upload set stage = $1, reason = $2, image = $3, touched_at = $4, version = version + 1 \
         where id = $5 and stage in ($6, $7)",
    )
    .bind(to.name())
    .bind(reason)
    .bind(image)
    .bind(now)
    .bind(id.to_string())
    .bind(from.first().copied().unwrap_or_default())
    .bind(from.last().copied().unwrap_or_default())
    .execute(tx.on())
    .await?;
    Ok(done.rows_affected() == 1)
}

fn read_image(row: &Row) -> Result<Image> {
    Ok(Image {
        id: row.id("id")?,
        organisation: row.id("organisation")?,
        content_id: row.text("content_id")?,
        sha256: row.text("sha256")?,
        file_name: row.text("file_name")?,
        size_bytes: row.int("size_bytes")?,
        sealed_at: row.time("sealed_at")?,
    })
}

fn read_upload(row: &Row) -> Result<Upload> {
    let reason =
        || Ok::<_, house::Error>(row.maybe_json("reason")?.unwrap_or_else(|| Text::new("images-no-reason")));
    let stage = match row.text("stage")?.as_str() {
        "receiving" => Stage::Receiving,
        "sealing" => Stage::Sealing,
        "sealed" => Stage::Sealed { image: row.id("image")? },
        "refused" => Stage::Refused { reason: reason()? },
        _ => Stage::Discarded { reason: reason()? },
    };
    Ok(Upload {
        id: row.id("id")?,
        organisation: row.id("organisation")?,
        person: row.id("person")?,
        file_name: row.text("file_name")?,
        size_bytes: u64::try_from(row.int("size_bytes")?).unwrap_or(0),
        received_bytes: u64::try_from(row.int("received_bytes")?).unwrap_or(0),
        sha256: row.maybe_text("sha256")?,
        fingerprint: row.maybe_text("fingerprint")?,
        stage,
        made_at: row.time("made_at")?,
        touched_at: row.time("touched_at")?,
    })
}

/// Sizes are checked against the market's limit before they come here, and that is far below what an i64 holds.
fn whole(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
