//! All SQL of this chapter.

use house::db::Row;
use house::words::Language;
use house::{Columns, Error, Id, Result, Timestamp, Tx};

use super::{Email, Hashed, Invitation, Organisation, Person, Role, Token, Waiting};

// -- People --

/// Adds a person; `false` when the address has one already.
pub async fn add_person(tx: &mut Tx, person: &Person, password: Option<&Hashed>) -> Result<bool> {
    let now = tx.now().as_microsecond();
    let done = sqlx::query(
        "insert into people_person (id, email, name, password_hash, language, operator, made_at) \
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (email) do nothing",
    )
    .bind(person.id.to_string())
    .bind(&person.email)
    .bind(&person.name)
    .bind(password.map(|hashed| hashed.text().to_owned()))
    .bind(person.language.code())
    .bind(i64::from(person.operator))
    .bind(now)
    .execute(tx.on())
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn person(tx: &mut Tx, id: Id<Person>) -> Result<Option<Person>> {
    let row = sqlx::query("select * from people_person where id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.on())
        .await?;
    row.as_ref().map(as_person).transpose()
}

/// The person at this address, and what is kept of their password.
pub async fn person_at(tx: &mut Tx, email: &str) -> Result<Option<(Person, Option<String>)>> {
    let row = sqlx::query("select * from people_person where email = $1")
        .bind(email)
        .fetch_optional(tx.on())
        .await?;
    row.map(|row| Ok((as_person(&row)?, row.maybe_text("password_hash")?))).transpose()
}

pub async fn operators(tx: &mut Tx) -> Result<Vec<Person>> {
    let rows =
        sqlx::query("select * from people_person where operator = 1 order by id").fetch_all(tx.on()).await?;
    rows.iter().map(as_person).collect()
}

pub async fn set_password(tx: &mut Tx, person: Id<Person>, password: &Hashed) -> Result<()> {
    sqlx::query("update people_person set password_hash = $1, version = version + 1 where id = $2")
        .bind(password.text())
        .bind(person.to_string())
        .execute(tx.on())
        .await?;
    Ok(())
}

pub async fn set_operator(tx: &mut Tx, person: Id<Person>) -> Result<()> {
    sqlx::query("update people_person set operator = 1, version = version + 1 where id = $1")
        .bind(person.to_string())
        .execute(tx.on())
        .await?;
    Ok(())
}

pub async fn set_name(tx: &mut Tx, person: Id<Person>, name: &str, language: Language) -> Result<()> {
    sqlx::query("update people_person set name = $1, language = $2, version = version + 1 where id = $3")
        .bind(name)
        .bind(language.code())
        .bind(person.to_string())
        .execute(tx.on())
        .await?;
    Ok(())
}

fn as_person(row: &Row) -> Result<Person> {
    Ok(Person {
        id: row.id("id")?,
        email: row.text("email")?,
        name: row.text("name")?,
        language: Language::parse(&row.text("language")?).unwrap_or_default(),
        operator: row.flag("operator")?,
    })
}

// -- Organisations and their members --

pub async fn add_organisation(tx: &mut Tx, name: &str) -> Result<Organisation> {
    let id = tx.new_id();
    let now = tx.now().as_microsecond();
    sqlx::query("insert into people_organisation (id, name, made_at) values ($1, $2, $3)")
        .bind(id.to_string())
        .bind(name)
        .bind(now)
        .execute(tx.on())
        .await?;
    Ok(Organisation { id, name: name.to_owned() })
}

pub async fn organisation(tx: &mut Tx, id: Id<Organisation>) -> Result<Option<Organisation>> {
    let row = sqlx::query("select id, name from people_organisation where id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.on())
        .await?;
    row.map(|row| Ok(Organisation { id: row.id("id")?, name: row.text("name")? })).transpose()
}

/// Holds the organisation's row, so that of two changes to its members one waits for the other.
pub async fn hold_members(tx: &mut Tx, organisation: Id<Organisation>) -> Result<()> {
    sqlx::query("update people_organisation set version = version + 1 where id = $1")
        .bind(organisation.to_string())
        .execute(tx.on())
        .await?;
    Ok(())
}

/// Adds a member; `false` when the person is one already.
pub async fn add_member(
    tx: &mut Tx,
    organisation: Id<Organisation>,
    person: Id<Person>,
    role: Role,
) -> Result<bool> {
    let now = tx.now().as_microsecond();
    let done = sqlx::query(
        "insert into people_member (organisation, person, role, made_at) values ($1, $2, $3, $4) \
         on conflict (organisation, person) do nothing",
    )
    .bind(organisation.to_string())
    .bind(person.to_string())
    .bind(role.code())
    .bind(now)
    .execute(tx.on())
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn set_role(
    tx: &mut Tx,
    organisation: Id<Organisation>,
    person: Id<Person>,
    role: Role,
) -> Result<()> {
    sqlx::query("update people_member set role = $1 where organisation = $2 and person = $3")
        .bind(role.code())
        .bind(organisation.to_string())
        .bind(person.to_string())
        .execute(tx.on())
        .await?;
    Ok(())
}

/// Ends a membership, and with it the tokens by which programs act for the person there.
pub async fn remove_member(tx: &mut Tx, organisation: Id<Organisation>, person: Id<Person>) -> Result<()> {
    let now = tx.now().as_microsecond();
    sqlx::query(
        "update people_token set revoked_at = $1 where organisation = $2 and person = $3 and revoked_at is null",
    )
    .bind(now)
    .bind(organisation.to_string())
    .bind(person.to_string())
    .execute(tx.on())
    .await?;
    sqlx::query("delete from people_member where organisation = $1 and person = $2")
        .bind(organisation.to_string())
        .bind(person.to_string())
        .execute(tx.on())
        .await?;
    Ok(())
}

pub async fn membership(
    tx: &mut Tx,
    organisation: Id<Organisation>,
    person: Id<Person>,
) -> Result<Option<(Organisation, Role)>> {
    let row = sqlx::query(
        "select o.id as id, o.name as name, m.role as role from people_member m \
         join people_organisation o on o.id = m.organisation where m.organisation = $1 and m.person = $2",
    )
    .bind(organisation.to_string())
    .bind(person.to_string())
    .fetch_optional(tx.on())
    .await?;
    row.as_ref().map(as_membership).transpose()
}

pub async fn organisations_of(tx: &mut Tx, person: Id<Person>) -> Result<Vec<(Organisation, Role)>> {
    let rows = sqlx::query(
        "select o.id as id, o.name as name, m.role as role from people_member m \
         join people_organisation o on o.id = m.organisation where m.person = $1 order by lower(o.name), o.id",
    )
    .bind(person.to_string())
    .fetch_all(tx.on())
    .await?;
    rows.iter().map(as_membership).collect()
}

pub async fn members_of(tx: &mut Tx, organisation: Id<Organisation>) -> Result<Vec<(Person, Role)>> {
    let rows = sqlx::query(
        "select p.*, m.role as role from people_member m join people_person p on p.id = m.person \
         where m.organisation = $1 order by case when m.role = 'owner' then 0 else 1 end, lower(p.name), p.id",
    )
    .bind(organisation.to_string())
    .fetch_all(tx.on())
    .await?;
    rows.iter().map(|row| Ok((as_person(row)?, role(&row.text("role")?)?))).collect()
}

fn as_membership(row: &Row) -> Result<(Organisation, Role)> {
    Ok((Organisation { id: row.id("id")?, name: row.text("name")? }, role(&row.text("role")?)?))
}

fn role(code: &str) -> Result<Role> {
    Role::parse(code).ok_or_else(|| Error::fault(format!("`{code}` is no role")))
}

// -- Links sent by letter --

/// What a link in a letter is for.
#[derive(Debug, Clone, Copy)]
pub enum Purpose<'a> {
    Password,
    Join(&'a Organisation, Role),
}

pub async fn add_link(
    tx: &mut Tx,
    purpose: Purpose<'_>,
    email: &Email,
    token_hash: &str,
    expires_at: Timestamp,
) -> Result<()> {
    let (code, organisation, role) = match purpose {
        Purpose::Password => ("password", None, None),
        Purpose::Join(organisation, role) => ("join", Some(organisation.id.to_string()), Some(role.code())),
    };
    let (id, now) = (tx.new_id::<Invitation>(), tx.now().as_microsecond());
    sqlx::query(
        "insert into people_invitation (id, purpose, organisation, email, role, token_hash, made_at, expires_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id.to_string())
    .bind(code)
    .bind(organisation)
    .bind(email.text())
    .bind(role.map(str::to_owned))
    .bind(token_hash)
    .bind(now)
    .bind(expires_at.as_microsecond())
    .execute(tx.on())
    .await?;
    Ok(())
}

/// The address for which this link opens a new password, while it does.
pub async fn password_link(tx: &mut Tx, token_hash: &str) -> Result<Option<String>> {
    let now = tx.now().as_microsecond();
    let row = sqlx::query(
        "select email from people_invitation \
         where token_hash = $1 and purpose = 'password' and used_at is null and expires_at > $2",
    )
    .bind(token_hash)
    .bind(now)
    .fetch_optional(tx.on())
    .await?;
    row.map(|row| row.text("email")).transpose()
}

/// The open invitation behind this link.
pub async fn invitation(tx: &mut Tx, token_hash: &str) -> Result<Option<Invitation>> {
    let now = tx.now().as_microsecond();
    let row = sqlx::query(
        "select i.*, o.name as organisation_name from people_invitation i \
         join people_organisation o on o.id = i.organisation \
         where i.token_hash = $1 and i.purpose = 'join' and i.used_at is null and i.expires_at > $2",
    )
    .bind(token_hash)
    .bind(now)
    .fetch_optional(tx.on())
    .await?;
    row.as_ref().map(as_invitation).transpose()
}

/// The invitations into this organisation that are still open, newest first.
pub async fn open_invitations(tx: &mut Tx, organisation: Id<Organisation>) -> Result<Vec<Invitation>> {
    let now = tx.now().as_microsecond();
    let rows = sqlx::query(
        "select i.*, o.name as organisation_name from people_invitation i \
         join people_organisation o on o.id = i.organisation \
         where i.organisation = $1 and i.purpose = 'join' and i.used_at is null and i.expires_at > $2 order by i.id desc",
    )
    .bind(organisation.to_string())
    .bind(now)
    .fetch_all(tx.on())
    .await?;
    rows.iter().map(as_invitation).collect()
}

fn as_invitation(row: &Row) -> Result<Invitation> {
    Ok(Invitation {
        organisation: Organisation { id: row.id("organisation")?, name: row.text("organisation_name")? },
        email: row.text("email")?,
        role: role(&row.text("role")?)?,
        expires_at: row.time("expires_at")?,
    })
}

/// Uses a link up; `false` when someone else was faster.
pub async fn use_link(tx: &mut Tx, token_hash: &str) -> Result<bool> {
    let now = tx.now().as_microsecond();
    let done = sqlx::query(
        "update people_invitation set used_at = $1 where token_hash = $2 and used_at is null and expires_at > $1",
    )
    .bind(now)
    .bind(token_hash)
    .execute(tx.on())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Uses up every link for a new password that this address still has: after one of them was used, or asked for anew.
pub async fn use_password_links(tx: &mut Tx, email: &str) -> Result<()> {
    let now = tx.now().as_microsecond();
    sqlx::query(
        "update people_invitation set used_at = $1 where email = $2 and purpose = 'password' and used_at is null",
    )
    .bind(now)
    .bind(email)
    .execute(tx.on())
    .await?;
    Ok(())
}

/// How many links for a new password were sent to this address after `since`.
pub async fn password_links_since(tx: &mut Tx, email: &str, since: Timestamp) -> Result<i64> {
    let row = sqlx::query(
        "select count(*) as n from people_invitation where email = $1 and purpose = 'password' and made_at > $2",
    )
    .bind(email)
    .bind(since.as_microsecond())
    .fetch_one(tx.on())
    .await?;
    row.int("n")
}

// -- Guesses --

/// How many wrong passwords were tried for this address after `since`.
pub async fn guesses_since(tx: &mut Tx, email: &str, since: Timestamp) -> Result<i64> {
    let row = sqlx::query("select count(*) as n from people_guess where email = $1 and at > $2")
        .bind(email)
        .bind(since.as_microsecond())
        .fetch_one(tx.on())
        .await?;
    row.int("n")
}

/// Notes a guess, and sweeps those of everyone that count no more.
pub async fn add_guess(tx: &mut Tx, email: &str, sweep_before: Timestamp) -> Result<()> {
    let now = tx.now().as_microsecond();
    sqlx::query("delete from people_guess where at <= $1")
        .bind(sweep_before.as_microsecond())
        .execute(tx.on())
        .await?;
    sqlx::query("insert into people_guess (email, at) values ($1, $2)")
        .bind(email)
        .bind(now)
        .execute(tx.on())
        .await?;
    Ok(())
}

pub async fn forget_guesses(tx: &mut Tx, email: &str) -> Result<()> {
    sqlx::query("delete from people_guess where email = $1").bind(email).execute(tx.on()).await?;
    Ok(())
}

// -- Tokens for programs --

pub async fn add_token(
    tx: &mut Tx,
    token: &Token,
    person: Id<Person>,
    organisation: Id<Organisation>,
    token_hash: &str,
) -> Result<()> {
    sqlx::query(
        "insert into people_token (id, person, organisation, name, token_hash, made_at, expires_at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(token.id.to_string())
    .bind(person.to_string())
    .bind(organisation.to_string())
    .bind(&token.name)
    .bind(token_hash)
    .bind(token.made_at.as_microsecond())
    .bind(token.expires_at.as_microsecond())
    .execute(tx.on())
    .await?;
    Ok(())
}

/// The tokens of an organisation that were not revoked, newest first.
pub async fn tokens_of(tx: &mut Tx, organisation: Id<Organisation>) -> Result<Vec<Token>> {
    let rows = sqlx::query(
        "select t.*, p.name as person_name from people_token t join people_person p on p.id = t.person \
         where t.organisation = $1 and t.revoked_at is null order by t.id desc",
    )
    .bind(organisation.to_string())
    .fetch_all(tx.on())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Token {
                id: row.id("id")?,
                name: row.text("name")?,
                person: row.id("person")?,
                person_name: row.text("person_name")?,
                made_at: row.time("made_at")?,
                expires_at: row.time("expires_at")?,
                used_at: row.maybe_time("used_at")?,
            })
        })
        .collect()
}

/// Revokes a token; `false` when the organisation has no such token.
pub async fn revoke_token(tx: &mut Tx, organisation: Id<Organisation>, token: Id<Token>) -> Result<bool> {
    let now = tx.now().as_microsecond();
    let done = sqlx::query(
        "update people_token set revoked_at = $1 where id = $2 and organisation = $3 and revoked_at is null",
    )
    .bind(now)
    .bind(token.to_string())
    .bind(organisation.to_string())
    .execute(tx.on())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whose token this is and for which organisation it acts, while it opens anything.
pub async fn token(
    tx: &mut Tx,
    token_hash: &str,
) -> Result<Option<(Id<Token>, Person, Id<Organisation>, Option<Timestamp>)>> {
    let now = tx.now().as_microsecond();
    let row = sqlx::query(
        "select p.*, t.id as token, t.organisation as organisation, t.used_at as used_at \
         from people_token t join people_person p on p.id = t.person \
         where t.token_hash = $1 and t.revoked_at is null and t.expires_at > $2",
    )
    .bind(token_hash)
    .bind(now)
    .fetch_optional(tx.on())
    .await?;
    row.map(|row| {
        Ok((row.id("token")?, as_person(&row)?, row.id("organisation")?, row.maybe_time("used_at")?))
    })
    .transpose()
}

pub async fn note_token_use(tx: &mut Tx, token: Id<Token>) -> Result<()> {
    let now = tx.now().as_microsecond();
    sqlx::query("update people_token set used_at = $1 where id = $2")
        .bind(now)
        .bind(token.to_string())
        .execute(tx.on())
        .await?;
    Ok(())
}

// -- The operator's desk --

pub async fn put_decision(tx: &mut Tx, subject: &str, waiting: &Waiting) -> Result<()> {
    sqlx::query(
        "insert into people_decision (subject, kind, title, line, address, waits_since, due_at) \
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (subject) do update set kind = excluded.kind, \
         title = excluded.title, line = excluded.line, address = excluded.address, \
         waits_since = excluded.waits_since, due_at = excluded.due_at",
    )
    .bind(subject)
    .bind(&waiting.kind)
    .bind(&waiting.title)
    .bind(&waiting.line)
    .bind(&waiting.address)
    .bind(waiting.since.as_microsecond())
    .bind(waiting.due.map(Timestamp::as_microsecond))
    .execute(tx.on())
    .await?;
    Ok(())
}

pub async fn remove_decision(tx: &mut Tx, subject: &str) -> Result<()> {
    sqlx::query("delete from people_decision where subject = $1").bind(subject).execute(tx.on()).await?;
    Ok(())
}

pub async fn decisions(tx: &mut Tx) -> Result<Vec<Waiting>> {
    let rows = sqlx::query("select * from people_decision order by waits_since, subject limit 200")
        .fetch_all(tx.on())
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Waiting {
                kind: row.text("kind")?,
                title: row.text("title")?,
                line: row.text("line")?,
                address: row.text("address")?,
                since: row.time("waits_since")?,
                due: row.maybe_time("due_at")?,
            })
        })
        .collect()
}
