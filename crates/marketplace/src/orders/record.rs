//! All SQL about orders.

use house::db::Row;
use house::error::ChangedMeanwhile;
use house::{Columns, Id, Result, Tx};

use super::Order;
use crate::offers::Licence;
use crate::people::{Organisation, Person};

/// What stands before every id: where a list begins.
const BEFORE_ALL: &str = "g";

/// The next number of this year.
pub async fn next_number(tx: &mut Tx, year: i64) -> Result<i64> {
    let row = sqlx::query(
        "insert into orders_number (year, last) values ($1, 1) \
         on conflict (year) do update set last = orders_number.last + 1 returning last",
    )
    .bind(year)
    .fetch_one(tx.on())
    .await?;
    row.int("last")
}

pub async fn add(tx: &mut Tx, order: &Order) -> Result<()> {
    let (price_nanos, currency) = match &order.licence {
        Licence::Hourly { price_nanos, currency } => (*price_nanos, currency.clone()),
        Licence::Free | Licence::Byol => (0, String::new()),
    };
    sqlx::query(
        "insert into orders_order (id, number, person, offer, offer_version, offer_address, seller_name, sku, \
         organisation, licence, price_nanos, currency, terms_sha256, terms_accepted_at, preview, stage, placed_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'active', $16)",
    )
    .bind(order.id.to_string())
    .bind(&order.number)
    .bind(order.person.to_string())
    .bind(order.offer.to_string())
    .bind(order.version.to_string())
    .bind(&order.offer_address)
    .bind(&order.seller_name)
    .bind(&order.sku)
    .bind(order.organisation.to_string())
    .bind(order.licence.code())
    .bind(price_nanos)
    .bind(currency)
    .bind(&order.terms_sha256)
    .bind(order.terms_accepted_at.as_microsecond())
    .bind(i64::from(order.preview))
    .bind(order.placed_at.as_microsecond())
    .execute(tx.on())
    .await?;
    Ok(())
}

pub async fn find(tx: &mut Tx, id: Id<Order>) -> Result<Option<Order>> {
    let row = sqlx::query("select * from orders_order where id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.on())
        .await?;
    row.as_ref().map(order).transpose()
}

pub async fn cancel(tx: &mut Tx, order: &Order) -> Result<()> {
    let now = tx.now().as_microsecond();
    let done = sqlx::query(
        "update orders_order set stage = 'cancelled', cancelled_at = $1, version = version + 1 \
         where id = $2 and version = $3",
    )
    .bind(now)
    .bind(order.id.to_string())
    .bind(order.row_version)
    .execute(tx.on())
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(ChangedMeanwhile.into()) }
}

/// The orders of a person, newest first, from before `before`.
pub async fn of_person(
    tx: &mut Tx,
    person: Id<Person>,
    before: Option<Id<Order>>,
    limit: i64,
) -> Result<Vec<Order>> {
    let rows =
        sqlx::query("select * from orders_order where person = $1 and id < $2 order by id desc limit $3")
            .bind(person.to_string())
            .bind(before.map_or(BEFORE_ALL.to_owned(), |id| id.to_string()))
            .bind(limit)
            .fetch_all(tx.on())
            .await?;
    rows.iter().map(order).collect()
}

/// The orders that a publisher has received, with who placed them, newest first.
pub async fn of_organisation(
    tx: &mut Tx,
    organisation: Id<Organisation>,
    before: Option<Id<Order>>,
    limit: i64,
) -> Result<Vec<(Order, String, String)>> {
    let rows = sqlx::query(
        "select o.*, p.name as person_name, p.email as person_email from orders_order o \
         join people_person p on p.id = o.person \
         where o.organisation = $1 and o.id < $2 order by o.id desc limit $3",
    )
    .bind(organisation.to_string())
    .bind(before.map_or(BEFORE_ALL.to_owned(), |id| id.to_string()))
    .bind(limit)
    .fetch_all(tx.on())
    .await?;
    rows.iter().map(|row| Ok((order(row)?, row.text("person_name")?, row.text("person_email")?))).collect()
}

fn order(row: &Row) -> Result<Order> {
    let licence = match row.text("licence")?.as_str() {
        "free" => Licence::Free,
        "byol" => Licence::Byol,
        _ => Licence::Hourly { price_nanos: row.int("price_nanos")?, currency: row.text("currency")? },
    };
    Ok(Order {
        id: row.id("id")?,
        number: row.text("number")?,
        person: row.id("person")?,
        offer: row.id("offer")?,
        version: row.id("offer_version")?,
        offer_address: row.text("offer_address")?,
        seller_name: row.text("seller_name")?,
        sku: row.text("sku")?,
        organisation: row.id("organisation")?,
        licence,
        terms_sha256: row.text("terms_sha256")?,
        terms_accepted_at: row.time("terms_accepted_at")?,
        preview: row.flag("preview")?,
        placed_at: row.time("placed_at")?,
        cancelled_at: row.maybe_time("cancelled_at")?,
        row_version: row.int("version")?,
    })
}
