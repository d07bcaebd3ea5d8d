//! All SQL about deployments.

use house::db::Row;
use house::error::ChangedMeanwhile;
use house::{Columns, Error, Id, Result, Tx};

use super::events::Event;
use super::{Deployment, Stage, Wish};
use crate::orders::Order;
use crate::people::{Organisation, Person};

/// What stands before every id: where a list begins.
const BEFORE_ALL: &str = "g";

pub async fn add(tx: &mut Tx, d: &Deployment) -> Result<()> {
    sqlx::query(
        "insert into deployments_deployment (id, orders_order, person, organisation, image, content_id, offer_title, \
         host_name, user_name, ssh_keys, cores, memory_mib, open_ports, health_path, token, wish, stage, stage_data, \
         stage_since, made_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
    )
    .bind(d.id.to_string())
    .bind(d.order.to_string())
    .bind(d.person.to_string())
    .bind(d.organisation.to_string())
    .bind(d.image.to_string())
    .bind(&d.content_id)
    .bind(&d.offer_title)
    .bind(&d.host_name)
    .bind(&d.user_name)
    .bind(serde_json::to_string(&d.ssh_keys)?)
    .bind(i64::from(d.cores))
    .bind(i64::from(d.memory_mib))
    .bind(serde_json::to_string(&d.open_ports)?)
    .bind(&d.health_path)
    .bind(&d.token)
    .bind(d.wish.code())
    .bind(d.stage.name())
    .bind(serde_json::to_string(&d.stage)?)
    .bind(d.stage_since.as_microsecond())
    .bind(d.made_at.as_microsecond())
    .execute(tx.on())
    .await?;
    add_event(tx, d.id, d.version, &d.stage).await
}

/// Moves a deployment to a stage, and notes when. Refused when someone else was faster.
pub async fn set_stage(tx: &mut Tx, d: &mut Deployment, stage: Stage) -> Result<()> {
    let now = tx.now();
    let ended = stage.is_over().then(|| now.as_microsecond());
    let done = sqlx::query(
        "update deployments_deployment set stage = $1, stage_data = $2, stage_since = $3, ended_at = $4, \
         version = version + 1 where id = $5 and version = $6",
    )
    .bind(stage.name())
    .bind(serde_json::to_string(&stage)?)
    .bind(now.as_microsecond())
    .bind(ended)
    .bind(d.id.to_string())
    .bind(d.version)
    .execute(tx.on())
    .await?;
    if done.rows_affected() != 1 {
        return Err(ChangedMeanwhile.into());
    }
    d.version += 1;
    add_event(tx, d.id, d.version, &stage).await?;
    d.stage = stage;
    d.stage_since = now;
    Ok(())
}

pub async fn set_wish(tx: &mut Tx, d: &mut Deployment, wish: Wish) -> Result<()> {
    let done = sqlx::query(
        "update deployments_deployment set wish = $1, version = version + 1 where id = $2 and version = $3",
    )
    .bind(wish.code())
    .bind(d.id.to_string())
    .bind(d.version)
    .execute(tx.on())
    .await?;
    if done.rows_affected() != 1 {
        return Err(ChangedMeanwhile.into());
    }
    d.version += 1;
    d.wish = wish;
    Ok(())
}

async fn add_event(tx: &mut Tx, id: Id<Deployment>, place: i64, stage: &Stage) -> Result<()> {
    let (event, now) = (tx.new_id::<Event>(), tx.now().as_microsecond());
    sqlx::query(
        "insert into deployments_event (id, deployment, place, stage, data, at) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(event.to_string())
    .bind(id.to_string())
    .bind(place)
    .bind(stage.name())
    .bind(serde_json::to_string(stage)?)
    .bind(now)
    .execute(tx.on())
    .await?;
    Ok(())
}

/// Everything that happened to a machine, oldest first.
pub async fn events(tx: &mut Tx, id: Id<Deployment>) -> Result<Vec<Event>> {
    let rows =
        sqlx::query("select stage, data, at from deployments_event where deployment = $1 order by place")
            .bind(id.to_string())
            .fetch_all(tx.on())
            .await?;
    rows.iter().map(|row| Ok(Event { stage: row.json("data")?, at: row.time("at")? })).collect()
}

pub async fn find(tx: &mut Tx, id: Id<Deployment>) -> Result<Option<Deployment>> {
    let row = sqlx::query("select * from deployments_deployment where id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.on())
        .await?;
    row.as_ref().map(deployment).transpose()
}

/// The machines of an order, oldest first.
pub async fn of_order(tx: &mut Tx, order: Id<Order>) -> Result<Vec<Deployment>> {
    let rows =
        sqlx::query("select * from deployments_deployment where orders_order = $1 order by id limit 200")
            .bind(order.to_string())
            .fetch_all(tx.on())
            .await?;
    rows.iter().map(deployment).collect()
}

/// The machines of a person, newest first, from before `before`.
pub async fn of_person(
    tx: &mut Tx,
    person: Id<Person>,
    before: Option<Id<Deployment>>,
    limit: i64,
) -> Result<Vec<Deployment>> {
    let rows = sqlx::query(
        "select * from deployments_deployment where person = $1 and id < $2 order by id desc limit $3",
    )
    .bind(person.to_string())
    .bind(before.map_or(BEFORE_ALL.to_owned(), |id| id.to_string()))
    .bind(limit)
    .fetch_all(tx.on())
    .await?;
    rows.iter().map(deployment).collect()
}

/// The machines made from what a publisher sells, newest first.
pub async fn of_organisation(
    tx: &mut Tx,
    organisation: Id<Organisation>,
    before: Option<Id<Deployment>>,
    limit: i64,
) -> Result<Vec<Deployment>> {
    let rows = sqlx::query(
        "select * from deployments_deployment where organisation = $1 and id < $2 order by id desc limit $3",
    )
    .bind(organisation.to_string())
    .bind(before.map_or(BEFORE_ALL.to_owned(), |id| id.to_string()))
    .bind(limit)
    .fetch_all(tx.on())
    .await?;
    rows.iter().map(deployment).collect()
}

/// Every machine that is not gone.
pub async fn standing(tx: &mut Tx) -> Result<Vec<Deployment>> {
    let rows = sqlx::query("select * from deployments_deployment where stage <> 'destroyed' order by id")
        .fetch_all(tx.on())
        .await?;
    rows.iter().map(deployment).collect()
}

fn deployment(row: &Row) -> Result<Deployment> {
    let small = |name: &str| -> Result<u32> {
        u32::try_from(row.int(name)?).map_err(|_| Error::fault("a machine's size is out of range"))
    };
    Ok(Deployment {
        id: row.id("id")?,
        order: row.id("orders_order")?,
        person: row.id("person")?,
        organisation: row.id("organisation")?,
        image: row.id("image")?,
        content_id: row.text("content_id")?,
        offer_title: row.text("offer_title")?,
        host_name: row.text("host_name")?,
        user_name: row.text("user_name")?,
        ssh_keys: row.json("ssh_keys")?,
        cores: small("cores")?,
        memory_mib: small("memory_mib")?,
        open_ports: row.json("open_ports")?,
        health_path: row.text("health_path")?,
        token: row.text("token")?,
        wish: Wish::parse(&row.text("wish")?).ok_or_else(|| Error::fault("an unknown wish"))?,
        stage: row.json("stage_data")?,
        stage_since: row.time("stage_since")?,
        made_at: row.time("made_at")?,
        version: row.int("version")?,
    })
}
