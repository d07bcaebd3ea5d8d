//! What the watch over images on sale costs, in processor time of this process: `cargo bench -p marketplace --bench watch -- [OFFERS] [SECONDS]`.
//!
//! Makes a market in a scratch SQLite with so many live offers (5,000), each with an image of its own, its report and its facts, and
//! tells what the watch costs in its very first rounds, in a round that finds nothing, in one after somebody else has judged an image, and
//! after a change of the rulebook, for which it is given so many seconds (60). The images are 2 MiB and nearly empty, so that what is
//! measured is the watch and not the rules.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use certifier::certificate::PrivateKey;
use certifier::facts::Given;
use certifier::progress::Silent;
use certifier::rulebook::RULEBOOK;
use certifier::stored::certify_and_store;
use compute::qemu::{Config, Qemu};
use house::blobs::Blobs;
use house::db::{Address, Columns};
use house::jobs::{Breakpoint, Worker};
use house::{Clock, Database, Tx};
use marketplace::certification::again::Measure;
use marketplace::certification::{Signer, measure};
use marketplace::market::handlers;
use marketplace::offers::{Category, Contact, Draft, Licence, Listing, Sku};
use marketplace::{Market, Settings, publishing};

const TICK: Duration = Duration::from_secs(16);
const IDLE_ROUNDS: u32 = 1000;
const JUDGED_BY_OTHERS: u32 = 100;
const OFFERS_OF_ONE: usize = 10;

type Outcome<T> = Result<T, Broken>;

/// Whatever went wrong, as a text.
struct Broken(String);

impl<Cause: std::fmt::Display> From<Cause> for Broken {
    fn from(cause: Cause) -> Broken {
        Broken(cause.to_string())
    }
}

impl std::fmt::Debug for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let numbers: Vec<u64> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let offers = usize::try_from(numbers.first().copied().unwrap_or(5000))?;
    let patience = Duration::from_secs(numbers.get(1).copied().unwrap_or(60));
    let folder = tempfile::tempdir()?;
    let address = Address::in_directory(folder.path())?;
    let clock = Clock::standing("2026-11-30T12:00:00Z".parse()?);
    let database = Database::open(&address, clock, &marketplace::migrations()).await?;
    let settings = Settings {
        own_profile: Some(lenient()),
        profile: "lenient".to_owned(),
        signer: Some(Signer::new(PrivateKey::from_seed(&[7; 32]))),
        ..Settings::at("http://market.test")
    };
    let machines = Arc::new(Qemu::open(Config::in_folder(folder.path().join("machines")))?);
    let market = Market::open(database.clone(), Blobs::open(folder.path())?, machines, settings);
    let begun = Instant::now();
    fill(&market, offers).await?;
    println!("{offers} live offers, made in {:.0?}", begun.elapsed());

    let worker = Worker::new(database.clone(), handlers(&market), "bench", Breakpoint::none());
    publishing::watch_soon(&market).await?;
    let (before, begun) = (cpu_ms(), Instant::now());
    worker.run_due().await?;
    println!("the first rounds of all: {} ms, {:.1?}", cpu_ms() - before, begun.elapsed());

    let worker = Worker::new(database.clone(), handlers(&market), "bench", Breakpoint::none());
    database.clock().turn(TICK);
    let before = cpu_ms();
    worker.run_due().await?;
    println!("the first round after another start: {} ms", cpu_ms() - before);

    let before = cpu_ms();
    for _ in 0..IDLE_ROUNDS {
        database.clock().turn(TICK);
        worker.run_due().await?;
    }
    println!("a round that finds nothing: {:.2} ms", per(cpu_ms() - before, IDLE_ROUNDS));

    let before = cpu_ms();
    for number in 0..JUDGED_BY_OTHERS {
        database.clock().turn(TICK);
        let mut tx = market.write().await?;
        judge_once_more(&mut tx, usize::try_from(number)? % offers).await?;
        tx.commit().await?;
        worker.run_due().await?;
    }
    println!("the rounds after another judged one: {:.2} ms", per(cpu_ms() - before, JUDGED_BY_OTHERS));

    change_the_rulebook(&market, &database, offers, patience).await
}

/// Lets all looks be of an older edition, and tells what it costs to judge by this one.
async fn change_the_rulebook(
    market: &Market,
    database: &Database,
    offers: usize,
    patience: Duration,
) -> Outcome<()> {
    let mut tx = market.write().await?;
    let old = serde_json::to_string(&Measure { rulebook: "2026.1-1".to_owned(), ..now(market)? })?;
    sqlx::query("update certification_look set measure = $1").bind(old).execute(tx.on()).await?;
    if is_there(&mut tx, "publishing_watch").await? {
        sqlx::query("update publishing_watch set measure = 'old'").execute(tx.on()).await?;
    }
    tx.commit().await?;
    database.clock().turn(TICK);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    // Another rulebook comes with another program, which remembers nothing.
    let worker = Worker::new(database.clone(), handlers(market), "bench", Breakpoint::none());
    let (before, begun) = (cpu_ms(), Instant::now());
    let running = tokio::spawn(async move { worker.run(stopped).await });
    let mut done = 0;
    // The clock stands, so looks of this moment are those that are done.
    while done < i64::try_from(offers)? && begun.elapsed() < patience {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let mut tx = market.read().await?;
        let sql = "select count(*) as n from certification_look where looked_at = $1";
        let at = tx.now().as_microsecond();
        done = sqlx::query(sql).bind(at).fetch_one(tx.on()).await?.int("n")?;
    }
    let (cost, lasted) = (cpu_ms() - before, begun.elapsed());
    stop.send(true)?;
    running.await??;
    println!("after a change of the rulebook {done} images were judged in {lasted:.0?}: {cost} ms");
    println!("for each of them: {:.2} ms", per(cost, u32::try_from(done)?));
    Ok(())
}

/// Processor time of this process so far.
fn cpu_ms() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("this runs on Linux");
    let after_name = stat.rsplit(')').next().expect("a name in brackets");
    let ticks =
        after_name.split_whitespace().skip(11).take(2).map(|part| part.parse::<u64>().expect("ticks"));
    ticks.sum::<u64>() * 10
}

fn per(ms: u64, times: u32) -> f64 {
    ms as f64 / f64::from(times.max(1))
}

/// A profile by which whatever is on a disk passes.
fn lenient() -> String {
    let off: String = RULEBOOK.iter().map(|rule| format!("{} = \"off\"\n", rule.id)).collect();
    format!("name = \"lenient\"\nbase = \"kvm\"\n[severity]\n{off}")
}

fn now(market: &Market) -> Outcome<Measure> {
    Ok(Measure::now(market, &market.settings().profile)?)
}

async fn is_there(tx: &mut Tx, table: &str) -> Outcome<bool> {
    Ok(house::db::columns(tx).await?.iter().any(|(name, _)| name == table))
}

/// An id that sorts by its kind and number.
fn id(kind: u32, number: usize) -> String {
    format!("{kind:08x}-0000-7000-8000-{number:012x}")
}

const PERSON: u32 = 1;
const ORGANISATION: u32 = 2;
const IMAGE: u32 = 3;
const OFFER: u32 = 4;
const RUN: u32 = 5;

async fn run(tx: &mut Tx, sql: &'static str, values: &[&str]) -> Outcome<()> {
    let mut query = sqlx::query(sql);
    for value in values {
        query = query.bind((*value).to_owned());
    }
    query.execute(tx.on()).await?;
    Ok(())
}

async fn fill(market: &Market, offers: usize) -> Outcome<()> {
    let mut tx = market.write().await?;
    let person = id(PERSON, 0);
    run(
        &mut tx,
        "insert into people_person (id, email, name, language, made_at) values ($1, 'a@market.test', 'Ada', 'en', 1)",
        &[&person],
    )
    .await?;
    for number in 0..offers.div_ceil(OFFERS_OF_ONE) {
        let organisation = id(ORGANISATION, number);
        run(
            &mut tx,
            "insert into people_organisation (id, name, made_at) values ($1, $1, 1)",
            &[&organisation],
        )
        .await?;
        run(
            &mut tx,
            "insert into people_member (organisation, person, role, made_at) values ($1, $2, 'owner', 1)",
            &[&organisation, &person],
        )
        .await?;
        run(
            &mut tx,
            "insert into sellers_seller (organisation, slug, display_name, display_name_key, legal_name, country, address, website, \
             contact_name, contact_email, contact_phone, approver_name, approver_email, approver_phone, fee_minor, registered_at) \
             values ($1, $1, $1, $1, '', 'FR', '', '', '', '', '', '', '', '', 0, 1)",
            &[&organisation],
        )
        .await?;
    }
    tx.commit().await?;
    let profile = measure(market, &market.settings().profile).profile()?;
    for first in (0..offers).step_by(100) {
        let mut tx = market.write().await?;
        for number in first..offers.min(first + 100) {
            image(&mut tx, market, &profile, number).await?;
            offer(&mut tx, number).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// An image that was judged a moment ago, with its report and its facts.
async fn image(
    tx: &mut Tx,
    market: &Market,
    profile: &certifier::profile::Profile,
    number: usize,
) -> Outcome<()> {
    let disk: Arc<dyn disk::read_at::ReadAt> = Arc::new(disk(number));
    let (mut report, stored) = certify_and_store(disk, "disk.vhd", profile, &Given::default(), &Silent);
    let stored = stored.ok_or("there are facts of every disk")?;
    report.rulebook = "2026.1-1".to_owned();
    let facts = stored.to_bytes().ok_or("they are small")?;
    let facts = market.blobs().put(&format!("facts-{number}"), &facts)?;
    let (image, run_id, report) = (id(IMAGE, number), id(RUN, number), serde_json::to_string(&report)?);
    let organisation = id(ORGANISATION, number / OFFERS_OF_ONE);
    run(
        tx,
        "insert into images_image (id, organisation, person, content_id, sha256, file_name, size_bytes, sealed_at) \
         values ($1, $2, $3, $4, $4, 'disk.vhd', 2097664, 1)",
        &[&image, &organisation, &id(PERSON, 0), stored.content_id().trim_start_matches("halle1:")],
    )
    .await?;
    let at = tx.now().as_microsecond();
    sqlx::query(
        "insert into certification_run (id, image, profile, rulebook, stage, verdict, report, begun_at, concluded_at, facts) \
         values ($1, $2, 'lenient', '2026.1-1', 'concluded', 'certified', $3, $4, $4, $5)",
    )
    .bind(run_id)
    .bind(&image)
    .bind(report)
    .bind(at)
    .bind(facts)
    .execute(tx.on())
    .await?;
    sqlx::query(
        "insert into certification_look (image, profile, measure, looked_at, tried_at) values ($1, 'lenient', $2, $3, $3)",
    )
    .bind(image)
    .bind(serde_json::to_string(&now(market)?)?)
    .bind(at)
    .execute(tx.on())
    .await?;
    Ok(())
}

/// A sound fixed VHD with one partition and a stretch of bytes of its own.
fn disk(number: usize) -> Vec<u8> {
    const MIB: usize = 1 << 20;
    let mut bytes = vec![0; 2 * MIB];
    bytes[446..462].copy_from_slice(&[0x80, 0, 0, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0]);
    bytes[510..512].copy_from_slice(&[0x55, 0xaa]);
    for word in bytes[MIB..MIB + 4096].chunks_exact_mut(8) {
        word.copy_from_slice(&(number as u64 + 1).to_le_bytes());
    }
    let size = bytes.len() as u64;
    bytes.extend(disk::container::vhd::footer_for(size, [1; 16], 800_000_000));
    bytes
}

async fn offer(tx: &mut Tx, number: usize) -> Outcome<()> {
    let (offer, image) = (id(OFFER, number), id(IMAGE, number));
    let organisation = id(ORGANISATION, number / OFFERS_OF_ONE);
    let document = serde_json::to_string(&draft(&image)?)?;
    let values = [offer.as_str(), &organisation, &document, &id(PERSON, 0)];
    run(tx, "insert into offers_offer (id, organisation, slug, draft, made_at, changed_at) values ($1, $2, $1, $3, 1, 1)", &values[..3])
        .await?;
    let version = [offer.as_str(), &document, &id(PERSON, 0)];
    run(tx, "insert into offers_version (id, offer, number, document, frozen_by, frozen_at) values ($1, $1, 1, $2, $3, 1)", &version)
        .await?;
    let submission = [offer.as_str(), &organisation, &id(PERSON, 0)];
    run(
        tx,
        "insert into publishing_submission (id, offer, organisation, offer_version, stage, stage_data, submitted_by, made_at) \
         values ($1, $1, $2, $1, 'live', '{}', $3, 1)",
        &submission,
    )
    .await?;
    run(
        tx,
        "insert into publishing_listing (offer, organisation, submission, offer_version, live_since, changed_at) \
         values ($1, $2, $1, $1, 1, 1)",
        &submission[..2],
    )
    .await?;
    if is_there(tx, "publishing_watch").await? {
        run(tx, "insert into publishing_listed_image (offer, image) values ($1, $2)", &[&offer, &image])
            .await?;
        run(tx, "insert into publishing_watch (image, measure, due_at) values ($1, '', 0)", &[&image])
            .await?;
    }
    Ok(())
}

fn draft(image: &str) -> Outcome<Draft> {
    let text = |text: &str| text.to_owned();
    let contact =
        || Contact { name: text("Sue"), email: text("sue@acme.example"), phone: text("+33 1 23 45 67 89") };
    let listing = Listing {
        title: text("Hardened nginx"),
        summary: text("A web server that is shut tight"),
        description: "A web server that is shut tight. ".repeat(60),
    };
    Ok(Draft {
        listing: BTreeMap::from([(text("en"), listing)]),
        categories: vec![Category::Web],
        skus: vec![Sku {
            slug: text("community"),
            title: BTreeMap::from([(text("en"), text("Community"))]),
            summary: BTreeMap::new(),
            licence: Licence::Free,
            image: Some(house::Id::parse(image)?),
            image_version: text("1.0.0"),
            cores: 1,
            memory_mib: 256,
            open_ports: vec![80],
            health_path: text("/"),
        }],
        support_url: text("https://acme.example/support"),
        privacy_url: text("https://acme.example/privacy"),
        terms: "Use it well.\n".repeat(40),
        support_contact: contact(),
        engineering_contact: contact(),
        ..Draft::default()
    })
}

/// Somebody else judged an image again, with the same outcome.
async fn judge_once_more(tx: &mut Tx, number: usize) -> Outcome<()> {
    let now = tx.now().as_microsecond();
    sqlx::query(
        "insert into certification_run (id, image, profile, rulebook, stage, verdict, report, begun_at, concluded_at, facts) \
         select $1, image, profile, rulebook, stage, verdict, report, begun_at, $2, facts from certification_run where id = $3",
    )
    .bind(id(RUN + 1, number))
    .bind(now)
    .bind(id(RUN, number))
    .execute(tx.on())
    .await?;
    Ok(())
}
