//! All SQL of this chapter.

use house::db::Row;
use house::outbox::Parcel;
use house::{Columns, Id, Result, Tx};

use super::{About, Action, Contact, Lead};
use crate::offers::LeadDestination;
use crate::people::Organisation;

pub async fn add(tx: &mut Tx, about: &About<'_>, action: Action, contact: &Contact) -> Result<Id<Lead>> {
    let id = tx.new_id();
    let now = tx.now().as_microsecond();
    let destination = match about.destination {
        LeadDestination::None => "none",
        LeadDestination::Email { .. } => "email",
        LeadDestination::Webhook { .. } => "webhook",
    };
    sqlx::query(
        "insert into leads_lead (id, offer, organisation, offer_address, offer_title, action, first_name, last_name, \
         email, phone, country, company, title, made_at, destination) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(id.to_string())
    .bind(about.offer.to_string())
    .bind(about.organisation.to_string())
    .bind(about.offer_address)
    .bind(about.offer_title)
    .bind(action.code())
    .bind(&contact.first_name)
    .bind(&contact.last_name)
    .bind(&contact.email)
    .bind(&contact.phone)
    .bind(&contact.country)
    .bind(&contact.company)
    .bind(&contact.title)
    .bind(now)
    .bind(destination)
    .execute(tx.on())
    .await?;
    Ok(id)
}

pub async fn find(tx: &mut Tx, id: Id<Lead>) -> Result<Option<(Lead, Id<Organisation>)>> {
    let row = sqlx::query("select * from leads_lead where id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.on())
        .await?;
    row.map(|row| Ok((lead(&row)?, row.id("organisation")?))).transpose()
}

/// Notes which parcel carries the lead.
pub async fn set_parcel(tx: &mut Tx, id: Id<Lead>, parcel: Id<Parcel>) -> Result<()> {
    sqlx::query("update leads_lead set parcel = $1 where id = $2")
        .bind(parcel.to_string())
        .bind(id.to_string())
        .execute(tx.on())
        .await?;
    Ok(())
}

/// The leads of a publisher, newest first, from before `before`.
pub async fn of(
    tx: &mut Tx,
    organisation: Id<Organisation>,
    before: Option<Id<Lead>>,
    limit: i64,
) -> Result<Vec<Lead>> {
    let rows =
        sqlx::query("select * from leads_lead where organisation = $1 and id < $2 order by id desc limit $3")
            .bind(organisation.to_string())
            .bind(before.map_or("g".to_owned(), |id| id.to_string()))
            .bind(limit)
            .fetch_all(tx.on())
            .await?;
    rows.iter().map(lead).collect()
}

fn lead(row: &Row) -> Result<Lead> {
    Ok(Lead {
        id: row.id("id")?,
        offer: row.id("offer")?,
        action: match row.text("action")?.as_str() {
            "INS" => Action::Install,
            "PLT" => Action::ContactMe,
            _ => Action::Test,
        },
        contact: Contact {
            first_name: row.text("first_name")?,
            last_name: row.text("last_name")?,
            email: row.text("email")?,
            phone: row.text("phone")?,
            country: row.text("country")?,
            company: row.text("company")?,
            title: row.text("title")?,
        },
        made_at: row.time("made_at")?,
        offer_address: row.text("offer_address")?,
        offer_title: row.text("offer_title")?,
        forwarded: row.text("destination")? != "none",
        parcel: row.maybe_id("parcel")?,
    })
}
