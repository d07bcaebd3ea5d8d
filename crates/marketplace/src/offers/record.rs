//! All SQL of this chapter.

use house::db::{Row, unique_broken};
use house::error::ChangedMeanwhile;
use house::{Columns, Id, Result, Tx};

use super::{Artwork, Draft, Offer, Picture, Png, Refused, Slug, Version};
use crate::people::{Organisation, Person};

pub async fn add(
    tx: &mut Tx,
    organisation: Id<Organisation>,
    slug: &Slug,
    draft: &Draft,
) -> Result<Id<Offer>> {
    let id = tx.new_id();
    let now = tx.now().as_microsecond();
    let added = sqlx::query(
        "insert into offers_offer (id, organisation, slug, draft, made_at, changed_at) values ($1, $2, $3, $4, $5, $5)",
    )
    .bind(id.to_string())
    .bind(organisation.to_string())
    .bind(slug.as_str())
    .bind(serde_json::to_string(draft)?)
    .bind(now)
    .execute(tx.on())
    .await;
    match added {
        Ok(_) => Ok(id),
        Err(error) if unique_broken(&error).as_deref() == Some("offers_offer_organisation_slug") => {
            Err(Refused::SlugTaken.into())
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn find(tx: &mut Tx, organisation: Id<Organisation>, id: Id<Offer>) -> Result<Option<Offer>> {
    let row = sqlx::query("select * from offers_offer where id = $1 and organisation = $2")
        .bind(id.to_string())
        .bind(organisation.to_string())
        .fetch_optional(tx.on())
        .await?;
    row.as_ref().map(offer).transpose()
}

/// The offers of a publisher, newest first, from before `before`.
pub async fn of(
    tx: &mut Tx,
    organisation: Id<Organisation>,
    before: Option<Id<Offer>>,
    limit: i64,
) -> Result<Vec<Offer>> {
    let rows = sqlx::query(
        "select * from offers_offer where organisation = $1 and id < $2 order by id desc limit $3",
    )
    .bind(organisation.to_string())
    .bind(before.map_or("g".to_owned(), |id| id.to_string()))
    .bind(limit)
    .fetch_all(tx.on())
    .await?;
    rows.iter().map(offer).collect()
}

/// Saves the draft over the version that was read. Refused when someone else was faster.
pub async fn save(tx: &mut Tx, id: Id<Offer>, version: i64, draft: &Draft) -> Result<()> {
    let now = tx.now().as_microsecond();
    let saved = sqlx::query(
        "update offers_offer set draft = $1, changed_at = $2, version = version + 1 where id = $3 and version = $4",
    )
    .bind(serde_json::to_string(draft)?)
    .bind(now)
    .bind(id.to_string())
    .bind(version)
    .execute(tx.on())
    .await?;
    if saved.rows_affected() == 1 { Ok(()) } else { Err(ChangedMeanwhile.into()) }
}

pub async fn remove(tx: &mut Tx, id: Id<Offer>, version: i64) -> Result<()> {
    let removed = sqlx::query("delete from offers_offer where id = $1 and version = $2")
        .bind(id.to_string())
        .bind(version)
        .execute(tx.on())
        .await?;
    if removed.rows_affected() == 1 { Ok(()) } else { Err(ChangedMeanwhile.into()) }
}

pub async fn add_version(tx: &mut Tx, offer: Id<Offer>, document: &Draft, by: Id<Person>) -> Result<Version> {
    let id = tx.new_id();
    let now = tx.now();
    let row = sqlx::query(
        "insert into offers_version (id, offer, number, document, frozen_by, frozen_at) \
         values ($1, $2, 1 + (select coalesce(max(number), 0) from offers_version where offer = $2), $3, $4, $5) \
         returning number",
    )
    .bind(id.to_string())
    .bind(offer.to_string())
    .bind(serde_json::to_string(document)?)
    .bind(by.to_string())
    .bind(now.as_microsecond())
    .fetch_one(tx.on())
    .await?;
    Ok(Version { id, offer, number: row.int("number")?, document: document.clone(), frozen_at: now })
}

pub async fn version(tx: &mut Tx, id: Id<Version>) -> Result<Version> {
    let row = sqlx::query("select * from offers_version where id = $1")
        .bind(id.to_string())
        .fetch_one(tx.on())
        .await?;
    frozen(&row)
}

/// The versions of an offer, newest first.
pub async fn versions(tx: &mut Tx, offer: Id<Offer>) -> Result<Vec<Version>> {
    let rows = sqlx::query("select * from offers_version where offer = $1 order by number desc limit 100")
        .bind(offer.to_string())
        .fetch_all(tx.on())
        .await?;
    rows.iter().map(frozen).collect()
}

pub async fn add_artwork(
    tx: &mut Tx,
    organisation: Id<Organisation>,
    kind: &str,
    png: &Png,
) -> Result<Id<Artwork>> {
    let id = tx.new_id();
    let now = tx.now().as_microsecond();
    sqlx::query(
        "insert into offers_artwork (id, organisation, kind, width, height, sha256, png, made_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id.to_string())
    .bind(organisation.to_string())
    .bind(kind)
    .bind(i64::from(png.width))
    .bind(i64::from(png.height))
    .bind(png.sha256())
    .bind(png.bytes.clone())
    .bind(now)
    .execute(tx.on())
    .await?;
    Ok(id)
}

pub async fn artwork(tx: &mut Tx, id: Id<Artwork>) -> Result<Option<Picture>> {
    let row = sqlx::query("select png, sha256 from offers_artwork where id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.on())
        .await?;
    row.map(|row| Ok(Picture { png: row.bytes("png")?, sha256: row.text("sha256")? })).transpose()
}

fn offer(row: &Row) -> Result<Offer> {
    Ok(Offer {
        id: row.id("id")?,
        organisation: row.id("organisation")?,
        slug: row.text("slug")?,
        draft: row.json("draft")?,
        changed_at: row.time("changed_at")?,
        version: row.int("version")?,
    })
}

/// A frozen version out of a row of `offers_version`; publishing reads such rows beside its own.
pub fn frozen(row: &Row) -> Result<Version> {
    Ok(Version {
        id: row.id("id")?,
        offer: row.id("offer")?,
        number: row.int("number")?,
        document: row.json("document")?,
        frozen_at: row.time("frozen_at")?,
    })
}
