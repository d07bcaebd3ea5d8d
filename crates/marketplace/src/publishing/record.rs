//! All SQL of this chapter.

use house::db::{Row, unique_broken};
use house::error::ChangedMeanwhile;
use house::{Columns, Error, Id, Result, Tx};

use super::{OnSale, Reason, Refused, Stage, Step, StepState, StepTaken, Submission};
use crate::images::Image;
use crate::offers::{self, Offer, Version};
use crate::people::{Organisation, Person};
use crate::sellers::Seller;

/// Stores a submission at its first step. Refused while another of the same offer is on its road.
pub async fn add(
    tx: &mut Tx,
    organisation: Id<Organisation>,
    version: &Version,
    by: Id<Person>,
) -> Result<Submission> {
    let id = tx.new_id();
    let now = tx.now();
    let stage = Stage::Validating;
    let added = sqlx::query(
        "insert into publishing_submission (id, offer, organisation, offer_version, stage, stage_data, running, submitted_by, made_at) \
         values ($1, $2, $3, $4, $5, $6, 1, $7, $8)",
    )
    .bind(id.to_string())
    .bind(version.offer.to_string())
    .bind(organisation.to_string())
    .bind(version.id.to_string())
    .bind(stage.code())
    .bind(serde_json::to_string(&stage)?)
    .bind(by.to_string())
    .bind(now.as_microsecond())
    .execute(tx.on())
    .await;
    match added {
        Ok(_) => {}
        Err(error) if unique_broken(&error).as_deref() == Some("publishing_submission_offer_running") => {
            return Err(Refused::RunningAlready.into());
        }
        Err(error) => return Err(error.into()),
    }
    for step in Step::ALL {
        sqlx::query("insert into publishing_step (submission, step, state) values ($1, $2, 'waiting')")
            .bind(id.to_string())
            .bind(step.code())
            .execute(tx.on())
            .await?;
    }
    begin_step(tx, id, Step::Validate).await?;
    Ok(Submission {
        id,
        offer: version.offer,
        organisation,
        offer_version: version.id,
        stage,
        made_at: now,
        ended_at: None,
        version: 1,
    })
}

pub async fn find(tx: &mut Tx, id: Id<Submission>) -> Result<Option<Submission>> {
    let row = sqlx::query("select * from publishing_submission where id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.on())
        .await?;
    row.as_ref().map(submission).transpose()
}

/// The submissions of an offer, newest first.
pub async fn of(tx: &mut Tx, organisation: Id<Organisation>, offer: Id<Offer>) -> Result<Vec<Submission>> {
    let rows = sqlx::query(
        "select * from publishing_submission where offer = $1 and organisation = $2 order by id desc limit 50",
    )
    .bind(offer.to_string())
    .bind(organisation.to_string())
    .fetch_all(tx.on())
    .await?;
    rows.iter().map(submission).collect()
}

/// Saves the stage over the one that was read. Refused when someone else was faster.
pub async fn save(tx: &mut Tx, submission: &Submission, stage: &Stage) -> Result<()> {
    let now = tx.now().as_microsecond();
    let running = stage.is_running();
    let saved = sqlx::query(
        "update publishing_submission set stage = $1, stage_data = $2, running = $3, ended_at = $4, version = version + 1 \
         where id = $5 and version = $6",
    )
    .bind(stage.code())
    .bind(serde_json::to_string(stage)?)
    .bind(running.then_some(1_i64))
    .bind((!running).then_some(now))
    .bind(submission.id.to_string())
    .bind(submission.version)
    .execute(tx.on())
    .await?;
    if saved.rows_affected() == 1 { Ok(()) } else { Err(ChangedMeanwhile.into()) }
}

pub async fn begin_step(tx: &mut Tx, submission: Id<Submission>, step: Step) -> Result<()> {
    let now = tx.now().as_microsecond();
    sqlx::query(
        "update publishing_step set state = 'running', begun_at = $1 where submission = $2 and step = $3",
    )
    .bind(now)
    .bind(submission.to_string())
    .bind(step.code())
    .execute(tx.on())
    .await?;
    Ok(())
}

pub async fn end_step(
    tx: &mut Tx,
    submission: Id<Submission>,
    step: Step,
    state: StepState,
    messages: &[Reason],
) -> Result<()> {
    let now = tx.now().as_microsecond();
    sqlx::query(
        "update publishing_step set state = $1, ended_at = $2, messages = $3 where submission = $4 and step = $5",
    )
    .bind(state.code())
    .bind(now)
    .bind(serde_json::to_string(messages)?)
    .bind(submission.to_string())
    .bind(step.code())
    .execute(tx.on())
    .await?;
    Ok(())
}

/// The steps of a submission, in their order.
pub async fn steps(tx: &mut Tx, submission: Id<Submission>) -> Result<Vec<StepTaken>> {
    let rows = sqlx::query("select * from publishing_step where submission = $1")
        .bind(submission.to_string())
        .fetch_all(tx.on())
        .await?;
    let mut steps = rows.iter().map(step).collect::<Result<Vec<_>>>()?;
    steps.sort_by_key(|taken| taken.step);
    Ok(steps)
}

/// How long the last steps took that came to a good end, in microseconds.
pub async fn spans(tx: &mut Tx) -> Result<Vec<(Step, i64)>> {
    let rows = sqlx::query(
        "select step, begun_at, ended_at from publishing_step where state = 'done' order by ended_at desc limit 700",
    )
    .fetch_all(tx.on())
    .await?;
    rows.iter()
        .map(|row| Ok((named(&row.text("step")?)?, row.int("ended_at")? - row.int("begun_at")?)))
        .collect()
}

/// Puts a version on sale in the place of the one before it, if there is one.
pub async fn list(tx: &mut Tx, submission: &Submission) -> Result<()> {
    let now = tx.now().as_microsecond();
    sqlx::query(
        "insert into publishing_listing (offer, organisation, submission, offer_version, live_since, changed_at) \
         values ($1, $2, $3, $4, $5, $5) \
         on conflict (offer) do update set submission = excluded.submission, offer_version = excluded.offer_version, \
         changed_at = excluded.changed_at, withdrawn_at = null",
    )
    .bind(submission.offer.to_string())
    .bind(submission.organisation.to_string())
    .bind(submission.id.to_string())
    .bind(submission.offer_version.to_string())
    .bind(now)
    .execute(tx.on())
    .await?;
    Ok(())
}

/// Takes an offer off sale, or puts it back. `false` when it was never live.
pub async fn set_withdrawn(tx: &mut Tx, offer: Id<Offer>, withdrawn: bool) -> Result<bool> {
    let now = tx.now().as_microsecond();
    let done =
        sqlx::query("update publishing_listing set withdrawn_at = $1, changed_at = $2 where offer = $3")
            .bind(withdrawn.then_some(now))
            .bind(now)
            .bind(offer.to_string())
            .execute(tx.on())
            .await?;
    Ok(done.rows_affected() == 1)
}

/// The version of an offer that is live, or was when it was withdrawn.
pub async fn live_version(tx: &mut Tx, offer: Id<Offer>) -> Result<Option<Version>> {
    let row = sqlx::query(
        "select v.* from publishing_listing l join offers_version v on v.id = l.offer_version where l.offer = $1",
    )
    .bind(offer.to_string())
    .fetch_optional(tx.on())
    .await?;
    row.as_ref().map(offers::frozen).transpose()
}

/// The offer's part of its address.
pub async fn slug(tx: &mut Tx, offer: Id<Offer>) -> Result<String> {
    let row = sqlx::query("select slug from offers_offer where id = $1")
        .bind(offer.to_string())
        .fetch_one(tx.on())
        .await?;
    row.text("slug")
}

/// What stands behind an offer's line in the list: is it live, and how does its last submission stand?
pub struct Behind {
    pub offer: Id<Offer>,
    pub live: Option<Version>,
    pub live_since: Option<house::Timestamp>,
    pub withdrawn_at: Option<house::Timestamp>,
    pub submission: Option<Submission>,
}

/// One look for a page of offers, whose ids lie between these two.
pub async fn behind(
    tx: &mut Tx,
    organisation: Id<Organisation>,
    first: Id<Offer>,
    last: Id<Offer>,
) -> Result<Vec<Behind>> {
    let rows = sqlx::query(
        "select o.id as offer_id, l.live_since, l.withdrawn_at, l.offer_version as live_version, v.number, v.document, v.frozen_at, \
         s.id as submission, s.offer_version, s.stage_data, s.made_at, s.ended_at, s.version \
         from offers_offer o left join publishing_listing l on l.offer = o.id \
         left join offers_version v on v.id = l.offer_version \
         left join publishing_submission s on s.id = (select max(n.id) from publishing_submission n where n.offer = o.id) \
         where o.organisation = $1 and o.id >= $2 and o.id <= $3",
    )
    .bind(organisation.to_string())
    .bind(first.to_string())
    .bind(last.to_string())
    .fetch_all(tx.on())
    .await?;
    rows.iter()
        .map(|row| {
            let offer = row.id("offer_id")?;
            let live = match row.maybe_id("live_version")? {
                None => None,
                Some(id) => Some(Version {
                    id,
                    offer,
                    number: row.int("number")?,
                    document: row.json("document")?,
                    frozen_at: row.time("frozen_at")?,
                }),
            };
            let submission = match row.maybe_id("submission")? {
                None => None,
                Some(id) => Some(Submission {
                    id,
                    offer,
                    organisation,
                    offer_version: row.id("offer_version")?,
                    stage: row.json("stage_data")?,
                    made_at: row.time("made_at")?,
                    ended_at: row.maybe_time("ended_at")?,
                    version: row.int("version")?,
                }),
            };
            Ok(Behind {
                offer,
                live,
                live_since: row.maybe_time("live_since")?,
                withdrawn_at: row.maybe_time("withdrawn_at")?,
                submission,
            })
        })
        .collect()
}

macro_rules! on_sale {
    ($from:literal) => {
        concat!(
            "select o.id as offer_id, o.slug as offer_slug, v.id as version_id, v.number, v.document, v.frozen_at, \
             e.organisation, e.slug, e.display_name, e.legal_name, e.country, e.website, e.contact_name, \
             e.contact_email, e.contact_phone, e.suspended_at, e.version as seller_version, ",
            $from
        )
    };
}

/// Everything that is live, not withdrawn, and sold by someone who may sell; what went live last comes first.
pub async fn on_sale(tx: &mut Tx) -> Result<Vec<OnSale>> {
    let rows = sqlx::query(on_sale!(
        "l.live_since as since from publishing_listing l join offers_offer o on o.id = l.offer \
         join offers_version v on v.id = l.offer_version join sellers_seller e on e.organisation = l.organisation \
         where l.withdrawn_at is null and e.suspended_at is null order by l.live_since desc, l.offer desc"
    ))
    .fetch_all(tx.on())
    .await?;
    rows.iter().map(|row| for_sale(row, false)).collect()
}

pub async fn on_sale_at(tx: &mut Tx, seller: &str, offer: &str) -> Result<Option<OnSale>> {
    let row = sqlx::query(on_sale!(
        "l.live_since as since from sellers_seller e join offers_offer o on o.organisation = e.organisation \
         join publishing_listing l on l.offer = o.id join offers_version v on v.id = l.offer_version \
         where e.slug = $1 and o.slug = $2 and l.withdrawn_at is null and e.suspended_at is null"
    ))
    .bind(seller)
    .bind(offer)
    .fetch_optional(tx.on())
    .await?;
    row.map(|row| for_sale(&row, false)).transpose()
}

/// Whether any version that went live has this image. An id stands in a document only where the document means it.
pub async fn was_on_sale(tx: &mut Tx, organisation: Id<Organisation>, image: Id<Image>) -> Result<bool> {
    let row = sqlx::query(
        "select count(*) as n from publishing_submission s join offers_version v on v.id = s.offer_version \
         where s.organisation = $1 and s.stage = 'live' and v.document like $2",
    )
    .bind(organisation.to_string())
    .bind(format!("%\"{image}\"%"))
    .fetch_one(tx.on())
    .await?;
    Ok(row.int("n")? > 0)
}

/// An offer that waits in preview, if this person may see it: a member of its publisher, or an operator.
pub async fn in_preview_at(
    tx: &mut Tx,
    person: Id<Person>,
    operator: bool,
    seller: &str,
    offer: &str,
) -> Result<Option<OnSale>> {
    let row = sqlx::query(on_sale!(
        "s.made_at as since from sellers_seller e join offers_offer o on o.organisation = e.organisation \
         join publishing_submission s on s.offer = o.id and s.running = 1 join offers_version v on v.id = s.offer_version \
         where e.slug = $1 and o.slug = $2 and s.stage in ('in_preview', 'going_live') and ($3 = 1 or exists \
         (select 1 from people_member m where m.organisation = e.organisation and m.person = $4))"
    ))
    .bind(seller)
    .bind(offer)
    .bind(i64::from(operator))
    .bind(person.to_string())
    .fetch_optional(tx.on())
    .await?;
    row.map(|row| for_sale(&row, true)).transpose()
}

fn for_sale(row: &Row, preview: bool) -> Result<OnSale> {
    let (offer, organisation) = (row.id("offer_id")?, row.id("organisation")?);
    Ok(OnSale {
        offer,
        slug: row.text("offer_slug")?,
        organisation,
        seller: Seller {
            organisation,
            slug: row.text("slug")?,
            display_name: row.text("display_name")?,
            legal_name: row.text("legal_name")?,
            country: row.text("country")?,
            website: row.text("website")?,
            contact_name: row.text("contact_name")?,
            contact_email: row.text("contact_email")?,
            contact_phone: row.text("contact_phone")?,
            suspended: row.maybe_int("suspended_at")?.is_some(),
            version: row.int("seller_version")?,
        },
        version: Version {
            id: row.id("version_id")?,
            offer,
            number: row.int("number")?,
            document: row.json("document")?,
            frozen_at: row.time("frozen_at")?,
        },
        live_since: row.time("since")?,
        preview,
    })
}

fn submission(row: &Row) -> Result<Submission> {
    Ok(Submission {
        id: row.id("id")?,
        offer: row.id("offer")?,
        organisation: row.id("organisation")?,
        offer_version: row.id("offer_version")?,
        stage: row.json("stage_data")?,
        made_at: row.time("made_at")?,
        ended_at: row.maybe_time("ended_at")?,
        version: row.int("version")?,
    })
}

fn step(row: &Row) -> Result<StepTaken> {
    let state = row.text("state")?;
    Ok(StepTaken {
        step: named(&row.text("step")?)?,
        state: StepState::parse(&state)
            .ok_or_else(|| Error::fault(format!("no state of a step: {state}")))?,
        begun_at: row.maybe_time("begun_at")?,
        ended_at: row.maybe_time("ended_at")?,
        messages: row.json("messages")?,
    })
}

fn named(step: &str) -> Result<Step> {
    Step::parse(step).ok_or_else(|| Error::fault(format!("no step: {step}")))
}

impl StepState {
    fn code(self) -> &'static str {
        match self {
            StepState::Waiting => "waiting",
            StepState::Running => "running",
            StepState::Done => "done",
            StepState::Failed => "failed",
            StepState::Cancelled => "cancelled",
        }
    }

    fn parse(code: &str) -> Option<StepState> {
        use StepState::{Cancelled, Done, Failed, Running, Waiting};
        [Waiting, Running, Done, Failed, Cancelled].into_iter().find(|state| state.code() == code)
    }
}
