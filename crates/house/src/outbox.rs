//! What must leave the house: letters and web hooks.
//!
//! Stored with the change that causes it, delivered at least once by a job, with the answer kept where people can read it.
//! A web hook is signed as Standard Webhooks says, so that a receiver can know it, and know it again.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::clock::Timestamp;
use crate::db::{Columns, Row, Tx};
use crate::error::{Error, Result};
use crate::ids::Id;
use crate::jobs::{self, Claim, Handlers, Next};
use crate::mail::{Letter, Post};

/// The job that delivers; its subject is the parcel.
const DELIVER: &str = "house.deliver";
/// A receiver that has not answered by then is tried again later.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
/// How much of a receiver's answer is kept.
const ANSWER_KEPT: usize = 500;

/// Something that leaves the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    pub id: Id<Parcel>,
    pub channel: Channel,
    /// An e-mail address, or the address of a web hook.
    pub recipient: String,
    /// What it is about: an id, by which a page finds it.
    pub subject: String,
    pub title: String,
    pub body: String,
    secret: Option<String>,
    pub made_at: Timestamp,
    pub attempts: i64,
    pub state: State,
    pub ended_at: Option<Timestamp>,
    pub answer: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    Letter,
    Webhook,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Waiting,
    Delivered,
    Dead,
}

/// Sends a letter, once this transaction holds.
pub async fn letter(tx: &mut Tx, subject: impl std::fmt::Display, letter: &Letter) -> Result<Id<Parcel>> {
    send(tx, "letter", &letter.to, &subject.to_string(), &letter.title, &letter.body, None).await
}

/// Calls a web hook with this JSON, once this transaction holds. `secret` signs it.
pub async fn webhook(
    tx: &mut Tx,
    subject: impl std::fmt::Display,
    address: &str,
    secret: &str,
    event: &str,
    body: &impl serde::Serialize,
) -> Result<Id<Parcel>> {
    send(tx, "webhook", address, &subject.to_string(), event, &serde_json::to_string(body)?, Some(secret))
        .await
}

async fn send(
    tx: &mut Tx,
    channel: &str,
    recipient: &str,
    subject: &str,
    title: &str,
    body: &str,
    secret: Option<&str>,
) -> Result<Id<Parcel>> {
    let id = tx.new_id::<Parcel>();
    let now = tx.now().as_microsecond();
    sqlx::query(
        "insert into house_outbox (id, channel, recipient, subject, title, body, secret, made_at, state) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting')",
    )
    .bind(id.to_string())
    .bind(channel)
    .bind(recipient)
    .bind(subject)
    .bind(title)
    .bind(body)
    .bind(secret.map(str::to_owned))
    .bind(now)
    .execute(tx.on())
    .await?;
    jobs::queue(tx, DELIVER, id, &()).await?;
    Ok(id)
}

/// Sends again what was given up or has arrived already: the same parcel, under the same id.
pub async fn replay(tx: &mut Tx, parcel: Id<Parcel>) -> Result<()> {
    sqlx::query("update house_outbox set state = 'waiting', ended_at = null where id = $1")
        .bind(parcel.to_string())
        .execute(tx.on())
        .await?;
    jobs::queue_once(tx, DELIVER, parcel, &()).await
}

/// What was sent about this subject, newest first.
pub async fn about(tx: &mut Tx, subject: impl std::fmt::Display) -> Result<Vec<Parcel>> {
    let rows = sqlx::query("select * from house_outbox where subject = $1 order by id desc limit 100")
        .bind(subject.to_string())
        .fetch_all(tx.on())
        .await?;
    rows.iter().map(parcel).collect()
}

/// All that was sent, newest first, from before `before`.
pub async fn all(tx: &mut Tx, before: Option<Id<Parcel>>, limit: i64) -> Result<Vec<Parcel>> {
    let rows = sqlx::query("select * from house_outbox where id < $1 order by id desc limit $2")
        .bind(before.map_or("g".to_owned(), |id| id.to_string()))
        .bind(limit)
        .fetch_all(tx.on())
        .await?;
    rows.iter().map(parcel).collect()
}

pub async fn find(tx: &mut Tx, id: Id<Parcel>) -> Result<Option<Parcel>> {
    let row = sqlx::query("select * from house_outbox where id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.on())
        .await?;
    row.as_ref().map(parcel).transpose()
}

fn parcel(row: &Row) -> Result<Parcel> {
    Ok(Parcel {
        id: row.id("id")?,
        channel: if row.text("channel")? == "letter" { Channel::Letter } else { Channel::Webhook },
        recipient: row.text("recipient")?,
        subject: row.text("subject")?,
        title: row.text("title")?,
        body: row.text("body")?,
        secret: row.maybe_text("secret")?,
        made_at: row.time("made_at")?,
        attempts: row.int("attempts")?,
        state: match row.text("state")?.as_str() {
            "waiting" => State::Waiting,
            "delivered" => State::Delivered,
            _ => State::Dead,
        },
        ended_at: row.maybe_time("ended_at")?,
        answer: row.maybe_text("answer")?,
    })
}

/// Adds the job that delivers.
pub fn handle(handlers: &mut Handlers, post: Post) {
    let hooks = crate::tls::client()
        .timeout(ANSWER_WITHIN)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client without special wishes can be made");
    handlers.on(DELIVER, move |claim| deliver(claim, post.clone(), hooks.clone()));
}

async fn deliver(claim: Claim, post: Post, hooks: reqwest::Client) -> Result<Next> {
    let id = claim.subject_id::<Parcel>()?;
    let mut tx = claim.read().await?;
    let Some(parcel) = find(&mut tx, id).await? else { return Ok(Next::Done) };
    let now = tx.now();
    drop(tx);
    let outcome = match parcel.channel {
        Channel::Letter => post.carry(&parcel).await,
        Channel::Webhook => call(&hooks, &parcel, now).await,
    };
    let mut tx = claim.write().await?;
    let (state, answer) = match &outcome {
        Ok(answer) => ("delivered", answer.clone()),
        Err(error) if claim.is_last_attempt() => ("dead", error.clone()),
        Err(error) => ("waiting", error.clone()),
    };
    let now = tx.now().as_microsecond();
    sqlx::query(
        "update house_outbox set state = $1, answer = $2, attempts = attempts + 1, \
         ended_at = case when $1 = 'waiting' then ended_at else $3 end where id = $4",
    )
    .bind(state)
    .bind(answer.chars().take(ANSWER_KEPT).collect::<String>())
    .bind(now)
    .bind(id.to_string())
    .execute(tx.on())
    .await?;
    match outcome {
        Ok(_) => claim.finish(tx).await,
        Err(error) => {
            tx.commit().await?;
            Err(Error::fault(error))
        }
    }
}

async fn call(client: &reqwest::Client, parcel: &Parcel, now: Timestamp) -> Result<String, String> {
    let seconds = now.as_second();
    let signature =
        sign(parcel.secret.as_deref().unwrap_or_default(), &parcel.id.to_string(), seconds, &parcel.body);
    let answer = client
        .post(&parcel.recipient)
        .header("content-type", "application/json")
        .header("webhook-id", parcel.id.to_string())
        .header("webhook-timestamp", seconds.to_string())
        .header("webhook-signature", signature)
        .body(parcel.body.clone())
        .send()
        .await
        .map_err(|error| without_address(&error))?;
    let status = answer.status();
    if status.is_success() { Ok(status.to_string()) } else { Err(format!("the receiver answered {status}")) }
}

/// What went wrong, down to the cause, without the address, which may hold a secret.
fn without_address(error: &reqwest::Error) -> String {
    let mut text = if error.is_timeout() { "no answer in time".to_owned() } else { "not reached".to_owned() };
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text
}

/// The `webhook-signature` of Standard Webhooks: `v1,` and the HMAC-SHA256 of id, time and body.
pub fn sign(secret: &str, id: &str, seconds: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(format!("{id}.{seconds}.{body}").as_bytes());
    format!("v1,{}", BASE64.encode(mac.finalize().into_bytes()))
}
