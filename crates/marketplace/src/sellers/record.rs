//! All SQL of this chapter.

use house::db::Row;
use house::error::ChangedMeanwhile;
use house::words::Text;
use house::{Columns, Error, Id, Result, Timestamp, Tx};

use super::{
    Agreement, Company, Contact, Country, Milestone, Nomination, Nominee, Registration, Relation, Seller,
    Slug, Stage, Support,
};
use crate::people::{Email, Organisation, Person};

/// What was checked at the door and cannot be read back is a breakdown.
fn whole<T>(kept: Result<T, Text>) -> Result<T> {
    kept.map_err(|text| Error::fault(format!("a kept value is refused: {}", text.key)))
}

fn known<T>(kept: Option<T>, name: &str) -> Result<T> {
    kept.ok_or_else(|| Error::fault(format!("a kept {name} is unknown")))
}

// -- Nominations --

/// Holds the organisation's place here, so that of two changes to its standing as a seller one waits for the other.
pub async fn hold_nominations(tx: &mut Tx, organisation: Id<Organisation>) -> Result<()> {
    sqlx::query(
        "insert into sellers_standing (organisation, held) values ($1, 1) \
         on conflict (organisation) do update set held = sellers_standing.held + 1",
    )
    .bind(organisation.to_string())
    .execute(tx.on())
    .await?;
    Ok(())
}

pub async fn add_nomination(tx: &mut Tx, new: &Nomination) -> Result<()> {
    let nominee = &new.nominee;
    sqlx::query(
        "insert into sellers_nomination (id, organisation, person, product, summary, relation, relation_shown, audience, \
         support, country, contact_name, contact_email, contact_phone, stage, made_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(new.id.to_string())
    .bind(new.organisation.id.to_string())
    .bind(new.person.to_string())
    .bind(&nominee.product)
    .bind(&nominee.summary)
    .bind(nominee.relation.code())
    .bind(&nominee.relation_shown)
    .bind(&nominee.audience)
    .bind(nominee.support.code())
    .bind(nominee.country.code())
    .bind(&nominee.contact_name)
    .bind(nominee.contact_email.text())
    .bind(&nominee.contact_phone)
    .bind(new.stage.code())
    .bind(new.made_at.as_microsecond())
    .execute(tx.on())
    .await?;
    Ok(())
}

/// Saves where a nomination stands. Refused when someone else moved it since it was read.
pub async fn save_nomination(tx: &mut Tx, nomination: &Nomination) -> Result<()> {
    let (waiver_code, reason, decided_at) = match &nomination.stage {
        Stage::Approved { waiver_code, at } => (Some(waiver_code.clone()), None, Some(at.as_microsecond())),
        Stage::Rejected { reason, at } => (None, Some(reason.clone()), Some(at.as_microsecond())),
        Stage::Submitted | Stage::Asked => (None, None, None),
    };
    let done = sqlx::query(
        "update sellers_nomination set stage = $1, question = $2, answer = $3, reason = $4, waiver_code = $5, \
         decided_at = $6, version = version + 1 where id = $7 and version = $8",
    )
    .bind(nomination.stage.code())
    .bind(nomination.question.clone())
    .bind(nomination.answer.clone())
    .bind(reason)
    .bind(waiver_code)
    .bind(decided_at)
    .bind(nomination.id.to_string())
    .bind(nomination.version)
    .execute(tx.on())
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(ChangedMeanwhile.into()) }
}

pub async fn note_decider(tx: &mut Tx, nomination: Id<Nomination>, by: Id<Person>) -> Result<()> {
    sqlx::query("update sellers_nomination set decided_by = $1 where id = $2")
        .bind(by.to_string())
        .bind(nomination.to_string())
        .execute(tx.on())
        .await?;
    Ok(())
}

pub async fn nomination(tx: &mut Tx, id: Id<Nomination>) -> Result<Option<Nomination>> {
    let row = sqlx::query(
        "select n.*, o.name as organisation_name from sellers_nomination n \
         join people_organisation o on o.id = n.organisation where n.id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(tx.on())
    .await?;
    row.as_ref().map(as_nomination).transpose()
}

/// The nomination that counts: the one that is open or approved, of which there is at most one; otherwise the last rejected.
pub async fn newest_nomination(tx: &mut Tx, organisation: Id<Organisation>) -> Result<Option<Nomination>> {
    let row = sqlx::query(
        "select n.*, o.name as organisation_name from sellers_nomination n \
         join people_organisation o on o.id = n.organisation where n.organisation = $1 \
         order by case when n.stage = 'rejected' then 1 else 0 end, n.id desc limit 1",
    )
    .bind(organisation.to_string())
    .fetch_optional(tx.on())
    .await?;
    row.as_ref().map(as_nomination).transpose()
}

fn as_nomination(row: &Row) -> Result<Nomination> {
    let stage = match row.text("stage")?.as_str() {
        "submitted" => Stage::Submitted,
        "asked" => Stage::Asked,
        "approved" => Stage::Approved { waiver_code: row.text("waiver_code")?, at: row.time("decided_at")? },
        _ => Stage::Rejected { reason: row.text("reason")?, at: row.time("decided_at")? },
    };
    Ok(Nomination {
        id: row.id("id")?,
        organisation: Organisation { id: row.id("organisation")?, name: row.text("organisation_name")? },
        person: row.id("person")?,
        nominee: Nominee {
            product: row.text("product")?,
            summary: row.text("summary")?,
            relation: known(Relation::parse(&row.text("relation")?), "relation")?,
            relation_shown: row.text("relation_shown")?,
            audience: row.text("audience")?,
            support: known(Support::parse(&row.text("support")?), "support")?,
            country: whole(Country::parse(&row.text("country")?))?,
            contact_name: row.text("contact_name")?,
            contact_email: whole(Email::parse(&row.text("contact_email")?))?,
            contact_phone: row.text("contact_phone")?,
        },
        stage,
        question: row.maybe_text("question")?,
        answer: row.maybe_text("answer")?,
        made_at: row.time("made_at")?,
        version: row.int("version")?,
    })
}

// -- Registrations --

/// Adds a registration; `false` when its address part, or its name, is someone else's.
pub async fn add_seller(tx: &mut Tx, new: &Registration, waiver_code: Option<&str>) -> Result<bool> {
    let (company, now) = (&new.company, tx.now().as_microsecond());
    let done = sqlx::query(
        "insert into sellers_seller (organisation, slug, display_name, display_name_key, legal_name, country, address, \
         website, contact_name, contact_email, contact_phone, approver_name, approver_email, approver_phone, \
         fee_minor, waiver_code, registered_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) on conflict do nothing",
    )
    .bind(new.organisation.to_string())
    .bind(new.slug.text())
    .bind(&company.display_name)
    .bind(company.display_name.to_lowercase())
    .bind(&company.legal_name)
    .bind(new.country.code())
    .bind(&company.address)
    .bind(&company.website)
    .bind(&company.contact.name)
    .bind(company.contact.email.text())
    .bind(&company.contact.phone)
    .bind(&company.approver.name)
    .bind(company.approver.email.text())
    .bind(&company.approver.phone)
    .bind(new.fee_minor)
    .bind(waiver_code.map(str::to_owned))
    .bind(now)
    .execute(tx.on())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Saves what a publisher tells of itself. Refused when someone else did so since `version` was read.
pub async fn save_company(
    tx: &mut Tx,
    organisation: Id<Organisation>,
    version: i64,
    company: &Company,
) -> Result<()> {
    let done = sqlx::query(
        "update sellers_seller set display_name = $1, display_name_key = $2, legal_name = $3, address = $4, website = $5, \
         contact_name = $6, contact_email = $7, contact_phone = $8, approver_name = $9, approver_email = $10, \
         approver_phone = $11, version = version + 1 where organisation = $12 and version = $13",
    )
    .bind(&company.display_name)
    .bind(company.display_name.to_lowercase())
    .bind(&company.legal_name)
    .bind(&company.address)
    .bind(&company.website)
    .bind(&company.contact.name)
    .bind(company.contact.email.text())
    .bind(&company.contact.phone)
    .bind(&company.approver.name)
    .bind(company.approver.email.text())
    .bind(&company.approver.phone)
    .bind(organisation.to_string())
    .bind(version)
    .execute(tx.on())
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(ChangedMeanwhile.into()) }
}

/// Whether another organisation sells under this name.
pub async fn display_name_taken(tx: &mut Tx, organisation: Id<Organisation>, name: &str) -> Result<bool> {
    let row = sqlx::query(
        "select organisation from sellers_seller where display_name_key = $1 and organisation <> $2",
    )
    .bind(name.to_lowercase())
    .bind(organisation.to_string())
    .fetch_optional(tx.on())
    .await?;
    Ok(row.is_some())
}

pub async fn seller(tx: &mut Tx, organisation: Id<Organisation>) -> Result<Option<Seller>> {
    let row = sqlx::query("select * from sellers_seller where organisation = $1")
        .bind(organisation.to_string())
        .fetch_optional(tx.on())
        .await?;
    row.as_ref().map(as_seller).transpose()
}

pub async fn seller_by_slug(tx: &mut Tx, slug: &str) -> Result<Option<Seller>> {
    let row = sqlx::query("select * from sellers_seller where slug = $1")
        .bind(slug)
        .fetch_optional(tx.on())
        .await?;
    row.as_ref().map(as_seller).transpose()
}

fn as_seller(row: &Row) -> Result<Seller> {
    Ok(Seller {
        organisation: row.id("organisation")?,
        slug: row.text("slug")?,
        display_name: row.text("display_name")?,
        legal_name: row.text("legal_name")?,
        country: row.text("country")?,
        website: row.text("website")?,
        contact_name: row.text("contact_name")?,
        contact_email: row.text("contact_email")?,
        contact_phone: row.text("contact_phone")?,
        suspended: row.maybe_time("suspended_at")?.is_some(),
        version: row.int("version")?,
    })
}

pub async fn registration(tx: &mut Tx, organisation: Id<Organisation>) -> Result<Option<Registration>> {
    let row = sqlx::query("select * from sellers_seller where organisation = $1")
        .bind(organisation.to_string())
        .fetch_optional(tx.on())
        .await?;
    row.as_ref().map(as_registration).transpose()
}

fn as_registration(row: &Row) -> Result<Registration> {
    Ok(Registration {
        organisation: row.id("organisation")?,
        slug: whole(Slug::parse(&row.text("slug")?))?,
        country: whole(Country::parse(&row.text("country")?))?,
        company: Company {
            display_name: row.text("display_name")?,
            legal_name: row.text("legal_name")?,
            address: row.text("address")?,
            website: row.text("website")?,
            contact: contact(row, "contact_name", "contact_email", "contact_phone")?,
            approver: contact(row, "approver_name", "approver_email", "approver_phone")?,
        },
        fee_minor: row.int("fee_minor")?,
        version: row.int("version")?,
    })
}

fn contact(row: &Row, name: &str, email: &str, phone: &str) -> Result<Contact> {
    let (name, email, phone) = (row.text(name)?, whole(Email::parse(&row.text(email)?))?, row.text(phone)?);
    Ok(Contact { name, email, phone })
}

// -- Acceptances --

/// Notes that an organisation accepts an agreement as it stands now. A second time changes nothing.
pub async fn add_acceptance(
    tx: &mut Tx,
    organisation: Id<Organisation>,
    person: Id<Person>,
    agreement: &Agreement,
) -> Result<()> {
    let now = tx.now().as_microsecond();
    sqlx::query(
        "insert into sellers_acceptance (organisation, agreement, edition, person, accepted_at) \
         values ($1, $2, $3, $4, $5) on conflict (organisation, agreement, edition) do nothing",
    )
    .bind(organisation.to_string())
    .bind(agreement.id)
    .bind(agreement.edition())
    .bind(person.to_string())
    .bind(now)
    .execute(tx.on())
    .await?;
    Ok(())
}

/// Which agreements, in which editions, this organisation has accepted.
pub async fn acceptances(tx: &mut Tx, organisation: Id<Organisation>) -> Result<Vec<(String, String)>> {
    let rows = sqlx::query("select agreement, edition from sellers_acceptance where organisation = $1")
        .bind(organisation.to_string())
        .fetch_all(tx.on())
        .await?;
    rows.iter().map(|row| Ok((row.text("agreement")?, row.text("edition")?))).collect()
}

/// For tests: as if an agreement had been accepted in an edition of long ago, or a publisher suspended.
#[cfg(test)]
pub async fn age_acceptances(tx: &mut Tx, organisation: Id<Organisation>) -> Result<()> {
    sqlx::query("update sellers_acceptance set edition = '2001-01' where organisation = $1")
        .bind(organisation.to_string())
        .execute(tx.on())
        .await?;
    Ok(())
}

#[cfg(test)]
pub async fn suspend(tx: &mut Tx, organisation: Id<Organisation>) -> Result<()> {
    let now = tx.now().as_microsecond();
    sqlx::query("update sellers_seller set suspended_at = $1 where organisation = $2")
        .bind(now)
        .bind(organisation.to_string())
        .execute(tx.on())
        .await?;
    Ok(())
}

/// Notes a milestone; the first time counts.
pub async fn reach(tx: &mut Tx, organisation: Id<Organisation>, milestone: Milestone) -> Result<()> {
    let now = tx.now().as_microsecond();
    sqlx::query(
        "insert into sellers_milestone (organisation, milestone, at) values ($1, $2, $3) on conflict do nothing",
    )
    .bind(organisation.to_string())
    .bind(milestone.code())
    .bind(now)
    .execute(tx.on())
    .await?;
    Ok(())
}

pub async fn milestones(tx: &mut Tx, organisation: Id<Organisation>) -> Result<Vec<(Milestone, Timestamp)>> {
    let rows = sqlx::query("select milestone, at from sellers_milestone where organisation = $1")
        .bind(organisation.to_string())
        .fetch_all(tx.on())
        .await?;
    let mut reached = Vec::new();
    for row in &rows {
        let code = row.text("milestone")?;
        let milestone = Milestone::ALL.iter().find(|milestone| milestone.code() == code);
        reached.push((
            *milestone.ok_or_else(|| Error::fault(format!("no milestone `{code}`")))?,
            row.time("at")?,
        ));
    }
    Ok(reached)
}
