//! What the operator's desk lists.

use house::{Columns, Id, Result, Tx};

use crate::images::Image;

/// An image of any publisher, and how its newest run stands.
pub struct OnDesk {
    pub image: Id<Image>,
    pub file_name: String,
    pub publisher: String,
    pub sealed_at: house::Timestamp,
    pub run: Option<Id<crate::certification::Run>>,
}

/// The images of all publishers, newest first, from before `before`; only those that this profile did not certify, if that is wanted.
pub async fn images(
    tx: &mut Tx,
    profile: &str,
    failed_only: bool,
    before: Option<Id<Image>>,
    limit: i64,
) -> Result<Vec<OnDesk>> {
    let rows = sqlx::query(
        "select i.id, i.file_name, i.sealed_at, o.name as publisher, r.id as run from images_image i \
         join people_organisation o on o.id = i.organisation \
         left join certification_run r on r.id = (select max(n.id) from certification_run n where n.image = i.id and n.profile = $1) \
         where i.id < $2 and ($3 = 0 or r.verdict <> 'certified') order by i.id desc limit $4",
    )
    .bind(profile)
    .bind(before.map_or("g".to_owned(), |id| id.to_string()))
    .bind(i64::from(failed_only))
    .bind(limit)
    .fetch_all(tx.on())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(OnDesk {
                image: row.id("id")?,
                file_name: row.text("file_name")?,
                publisher: row.text("publisher")?,
                sealed_at: row.time("sealed_at")?,
                run: row.maybe_id("run")?,
            })
        })
        .collect()
}
