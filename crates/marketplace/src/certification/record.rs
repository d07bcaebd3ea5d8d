//! All SQL of this chapter.

pub mod certificates;
pub mod desk;
pub mod exceptions;

use certifier::report::Report;
use house::db::Row;
use house::words::Text;
use house::{Columns, Error, Id, Result, Tx, jobs};

use super::{Outcome, Run, Stage, Then, Verdict};
use crate::images::Image;
use crate::people::Organisation;

/// Images whose newest verdicts are listed at once.
const LIST_MAX: i64 = 500;

pub async fn add(tx: &mut Tx, image: Id<Image>, profile: &str, rulebook: &str) -> Result<Id<Run>> {
    let id = tx.new_id::<Run>();
    let now = tx.now().as_microsecond();
    sqlx::query(
        "insert into certification_run (id, image, profile, rulebook, stage, begun_at) \
         values ($1, $2, $3, $4, 'queued', $5)",
    )
    .bind(id.to_string())
    .bind(image.to_string())
    .bind(profile)
    .bind(rulebook)
    .bind(now)
    .execute(tx.on())
    .await?;
    Ok(id)
}

pub async fn add_then(tx: &mut Tx, run: Id<Run>, then: &Then) -> Result<()> {
    sqlx::query(
        "insert into certification_then (run, kind, subject) values ($1, $2, $3) \
         on conflict (run, kind, subject) do nothing",
    )
    .bind(run.to_string())
    .bind(then.kind)
    .bind(&then.subject)
    .execute(tx.on())
    .await?;
    Ok(())
}

/// The kinds and subjects of what waits for a run.
pub async fn thens(tx: &mut Tx, run: Id<Run>) -> Result<Vec<(String, String)>> {
    let rows =
        sqlx::query("select kind, subject from certification_then where run = $1 order by kind, subject")
            .bind(run.to_string())
            .fetch_all(tx.on())
            .await?;
    rows.iter().map(|row| Ok((row.text("kind")?, row.text("subject")?))).collect()
}

pub async fn run(tx: &mut Tx, id: Id<Run>) -> Result<Option<Run>> {
    let row = sqlx::query("select * from certification_run where id = $1")
        .bind(id.to_string())
        .fetch_optional(tx.on())
        .await?;
    read_maybe(tx, row).await
}

pub async fn newest(tx: &mut Tx, image: Id<Image>, profile: &str) -> Result<Option<Run>> {
    let row = sqlx::query(
        "select * from certification_run where image = $1 and profile = $2 order by id desc limit 1",
    )
    .bind(image.to_string())
    .bind(profile)
    .fetch_optional(tx.on())
    .await?;
    read_maybe(tx, row).await
}

/// The newest run of an image by this profile in this edition of the rulebook.
pub async fn newest_by(tx: &mut Tx, image: Id<Image>, profile: &str, rulebook: &str) -> Result<Option<Run>> {
    let row = sqlx::query(
        "select * from certification_run where image = $1 and profile = $2 and rulebook = $3 \
         order by id desc limit 1",
    )
    .bind(image.to_string())
    .bind(profile)
    .bind(rulebook)
    .fetch_optional(tx.on())
    .await?;
    read_maybe(tx, row).await
}

/// The newest run of an image by this profile that has come to its end.
pub async fn newest_concluded(tx: &mut Tx, image: Id<Image>, profile: &str) -> Result<Option<Run>> {
    let row = sqlx::query(
        "select * from certification_run where image = $1 and profile = $2 and stage = 'concluded' \
         order by id desc limit 1",
    )
    .bind(image.to_string())
    .bind(profile)
    .fetch_optional(tx.on())
    .await?;
    read_maybe(tx, row).await
}

/// The newest run by this profile of each image of a publisher that has one.
pub async fn newest_of_all(tx: &mut Tx, organisation: Id<Organisation>, profile: &str) -> Result<Vec<Run>> {
    let rows = sqlx::query(
        "select * from certification_run where id in (select max(r.id) from certification_run r \
         join images_image i on i.id = r.image where i.organisation = $1 and r.profile = $2 group by r.image) \
         order by id desc limit $3",
    )
    .bind(organisation.to_string())
    .bind(profile)
    .bind(LIST_MAX)
    .fetch_all(tx.on())
    .await?;
    let mut runs = Vec::with_capacity(rows.len());
    for row in &rows {
        runs.push(read(tx, row).await?);
    }
    Ok(runs)
}

pub async fn report(tx: &mut Tx, run: Id<Run>) -> Result<Option<Report>> {
    let row = sqlx::query("select report from certification_run where id = $1")
        .bind(run.to_string())
        .fetch_optional(tx.on())
        .await?;
    Ok(row.map(|row| row.maybe_json("report")).transpose()?.flatten())
}

pub async fn broken_off(tx: &mut Tx, run: Id<Run>) -> Result<Option<Text>> {
    let row = sqlx::query("select broken_off from certification_run where id = $1")
        .bind(run.to_string())
        .fetch_optional(tx.on())
        .await?;
    Ok(row.map(|row| row.maybe_json("broken_off")).transpose()?.flatten())
}

/// Notes that a run is under way, and by which measure.
pub async fn start(tx: &mut Tx, run: Id<Run>, measure: &str) -> Result<()> {
    sqlx::query(
        "update certification_run set stage = 'running', measure = $1 where id = $2 and stage <> 'concluded'",
    )
    .bind(measure)
    .bind(run.to_string())
    .execute(tx.on())
    .await?;
    Ok(())
}

/// The measure by which a run is or was judged, once it is known.
pub async fn measure(tx: &mut Tx, run: Id<Run>) -> Result<Option<String>> {
    let row = sqlx::query("select measure from certification_run where id = $1")
        .bind(run.to_string())
        .fetch_one(tx.on())
        .await?;
    row.maybe_text("measure")
}

/// The blob with the newest facts of an image, if any were kept: those of this profile before all others, since profiles have scanners of
/// their own.
pub async fn facts(tx: &mut Tx, image: Id<Image>, profile: &str) -> Result<Option<String>> {
    let row = sqlx::query(
        "select facts from certification_run where image = $1 and facts is not null \
         order by case when profile = $2 then 0 else 1 end, id desc limit 1",
    )
    .bind(image.to_string())
    .bind(profile)
    .fetch_optional(tx.on())
    .await?;
    row.map(|row| row.text("facts")).transpose()
}

/// The blob with the newest facts that were kept of the same organisation's images: of one as large before all others, which is most
/// likely an earlier version.
pub async fn earlier_facts(tx: &mut Tx, image: &Image) -> Result<Option<String>> {
    let row = sqlx::query(
        "select certification_run.facts from certification_run \
         join images_image on images_image.id = certification_run.image \
         where images_image.organisation = $1 and certification_run.facts is not null \
         order by case when images_image.size_bytes = $2 then 0 else 1 end, certification_run.id desc limit 1",
    )
    .bind(image.organisation.to_string())
    .bind(image.size_bytes)
    .fetch_optional(tx.on())
    .await?;
    row.map(|row| row.text("facts")).transpose()
}

/// Names other facts for what a run came to: they tell the same, and more.
pub async fn keep_facts(tx: &mut Tx, run: Id<Run>, facts: &str) -> Result<()> {
    sqlx::query("update certification_run set facts = $1 where id = $2 and coalesce(facts, '') <> $1")
        .bind(facts)
        .bind(run.to_string())
        .execute(tx.on())
        .await?;
    Ok(())
}

/// Keeps what a run came to. `false` when it was concluded before.
pub async fn conclude(
    tx: &mut Tx,
    run: Id<Run>,
    verdict: Verdict,
    outcome: &Outcome,
    facts: Option<&str>,
) -> Result<bool> {
    let (report, broken_off) = match outcome {
        Outcome::Judged(report) => (Some(serde_json::to_string(report)?), None),
        Outcome::BrokenOff(why) => (None, Some(serde_json::to_string(why)?)),
    };
    let now = tx.now().as_microsecond();
    let done = sqlx::query(
        "update certification_run set stage = 'concluded', verdict = $1, report = $2, broken_off = $3, \
         concluded_at = $4, facts = $5 where id = $6 and stage <> 'concluded'",
    )
    .bind(verdict.name())
    .bind(report)
    .bind(broken_off)
    .bind(now)
    .bind(facts)
    .bind(run.to_string())
    .execute(tx.on())
    .await?;
    Ok(done.rows_affected() == 1)
}

async fn read_maybe(tx: &mut Tx, row: Option<Row>) -> Result<Option<Run>> {
    match row {
        Some(row) => Ok(Some(read(tx, &row).await?)),
        None => Ok(None),
    }
}

pub(super) async fn read(tx: &mut Tx, row: &Row) -> Result<Run> {
    let id = row.id("id")?;
    let stage = match row.text("stage")?.as_str() {
        "queued" => Stage::Queued,
        "running" => {
            let job = jobs::newest(tx, super::jobs::EXAMINE, id).await?;
            Stage::Running { percent: job.map_or(0, |job| job.progress_percent) }
        }
        _ => {
            let verdict = row.text("verdict")?;
            let verdict = Verdict::parse(&verdict)
                .ok_or_else(|| Error::fault(format!("`{verdict}` is no verdict of a run")))?;
            Stage::Concluded { at: row.time("concluded_at")?, verdict }
        }
    };
    Ok(Run {
        id,
        image: row.id("image")?,
        profile: row.text("profile")?,
        begun_at: row.time("begun_at")?,
        stage,
    })
}
