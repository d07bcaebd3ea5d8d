//! Markets that have come to a stop of the road: made once by the chapters' own verbs and the program itself, copied for each
//! test that goes on from there.

use std::collections::BTreeMap;
use std::future::Future;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use compute::qemu::{Config, Qemu};
use compute::{Engine, MachineId};
use house::blobs::Blobs;
use house::db::Address;
use house::words::Language;
use house::{Clock, Columns, Database, Id, Tx};
use marketplace::deployments::{self, Machine};
use marketplace::images::{self, Image, Promise, Receiving};
use marketplace::offers::{
    self, ArtworkKind, Category, Contact, Draft, LeadDestination, Licence, Listing, Png, Section, Sku,
};
use marketplace::orders::{self, Purchase};
use marketplace::people::{self, ActingFor, Email, Organisation, Password, Person, Role, SignUp};
use marketplace::sellers::{self, Country, Relation, Support};
use marketplace::{Market, Settings, publishing};

use crate::client::pause;
use crate::receiver::Receiver;
use crate::server::Server;

pub const PUBLISHER: &str = "grace@acme.example";
const CUSTOMER: &str = "ada@love.example";
pub const PASSWORD: &str = "sept chats gris";
/// How the receiver of leads knows the market: the key itself, and as the receiver writes it.
const KEY: &str = "sept chats gris";
pub const SECRET: &str = "whsec_c2VwdCBjaGF0cyBncmlz";
/// Files of this size never change once they lie there, so a copy shares them.
const SHARED_BYTES_MIN: u64 = 4 << 20;
const PIECE_BYTES: usize = 1 << 20;

/// The stops of the road at which a market waits for its server to do the next thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stop {
    /// A publisher is registered.
    Registered,
    /// The demo image has come and is to be sealed.
    Uploaded,
    /// It is certified, and an offer of it was submitted.
    Submitted,
    /// The offer waited in preview, and was signed off.
    SignedOff,
    /// It is live, was bought, and a machine of it is asked for.
    Ordered,
}

/// A market on disk, with no server running.
pub struct Ground {
    folder: Folder,
    database: Option<String>,
}

enum Folder {
    Kept(PathBuf),
    Passing(tempfile::TempDir),
}

/// The image that `cargo xtask demo-image` builds.
pub fn demo_image() -> PathBuf {
    let named = std::env::var_os("HALLE_TEST_DEMO_IMAGE").map(PathBuf::from);
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it lies in cargo's target folder");
    let image = named.unwrap_or_else(|| target.join("demo-image/notes.vhd"));
    assert!(image.exists(), "{} is not there: `cargo xtask demo-image` builds it", image.display());
    image
}

/// Who gets the leads of all prepared markets.
pub fn receiver() -> &'static Receiver {
    static RECEIVER: OnceLock<Receiver> = OnceLock::new();
    RECEIVER.get_or_init(Receiver::open)
}

/// Waits for something that is worked out on other threads.
pub fn now<T>(work: impl Future<Output = T>) -> T {
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
    });
    runtime.block_on(work)
}

impl Ground {
    /// A market that nobody has entered yet, on SQLite.
    pub fn empty() -> Ground {
        let passing = passing_folder();
        Ground { folder: Folder::Passing(passing), database: None }
    }

    /// A copy of the market at this stop, on SQLite.
    pub fn at(stop: Stop) -> Ground {
        static MADE: Mutex<BTreeMap<Stop, PathBuf>> = Mutex::new(BTreeMap::new());
        // A preparation that failed is not kept, so the next test tries again and says why itself.
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        let original = original(stop, &mut made);
        drop(made);
        let passing = passing_folder();
        copy(&original, passing.path());
        Ground { folder: Folder::Passing(passing), database: None }
    }

    /// A market at this stop of its own, on a fresh PostgreSQL database.
    pub fn on_postgres_at(stop: Stop) -> Ground {
        let passing = passing_folder();
        let database = now(house::testing::fresh_postgres());
        let ground = Ground { folder: Folder::Passing(passing), database: Some(database) };
        for past in [Stop::Registered, Stop::Uploaded, Stop::Submitted, Stop::SignedOff] {
            if past <= stop {
                ground.go_on_to(past);
            }
        }
        ground
    }

    pub fn data(&self) -> &Path {
        match &self.folder {
            Folder::Kept(path) => path,
            Folder::Passing(passing) => passing.path(),
        }
    }

    /// What `halle serve` is told beside the data directory.
    pub fn arguments(&self) -> Vec<&str> {
        let mut arguments = vec!["--private-hooks"];
        if let Some(database) = &self.database {
            arguments.extend(["--database", database]);
        }
        arguments
    }

    pub fn serve(&self) -> Server {
        Server::start(self.data(), &self.arguments())
    }

    pub fn look(&self) -> Look {
        Look(now(self.open()))
    }

    async fn open(&self) -> Database {
        let address = match &self.database {
            Some(database) => Address::parse(database),
            None => Address::in_directory(self.data()),
        };
        let address = address.expect("an address");
        Database::open(&address, Clock::running(), &marketplace::migrations())
            .await
            .expect("the database opens")
    }

    /// Takes a market that has come to the stop before this one to it.
    fn go_on_to(&self, stop: Stop) {
        // The server works off what the stop before left to do.
        if stop > Stop::Uploaded {
            let mut server = self.serve();
            let look = self.look();
            look.until(IDLE, 0, Duration::from_secs(60));
            drop(look);
            assert!(server.stop().success(), "{}", server.log());
        }
        now(async {
            let database = self.open().await;
            let blobs = Blobs::open(self.data()).expect("a place for blobs");
            let mut settings = Settings::at("http://127.0.0.1");
            settings.private_hooks = true;
            let market = Market::open(database.clone(), blobs, Arc::new(self.engine()), settings);
            match stop {
                Stop::Registered => register(&market).await,
                Stop::Uploaded => upload(&market).await,
                Stop::Submitted => submit(&market).await,
                Stop::SignedOff => sign_off(&market).await,
                Stop::Ordered => order(&market).await,
            }
            database.close().await;
        });
    }

    /// Lets the customer want their machine gone. The server does the rest.
    pub fn want_the_machine_gone(&self) {
        now(async {
            let database = self.open().await;
            let mut tx = database.write().await.expect("a transaction");
            destroy(&mut tx).await;
            tx.commit().await.expect("kept");
            database.close().await;
        });
    }

    /// The machines that run for this market.
    pub fn machines(&self) -> Vec<MachineId> {
        let engine = self.engine();
        let listed = now(engine.inventory()).expect("the machines of this market");
        listed.into_iter().filter(|one| one.process.is_some()).map(|one| one.id).collect()
    }

    fn engine(&self) -> Qemu {
        Qemu::open(Config::in_folder(self.data().join("machines"))).expect("a place for machines")
    }

    /// A session of the publisher's: the value of its cookie.
    pub fn session(&self) -> String {
        now(async {
            let database = self.open().await;
            let mut tx = database.write().await.expect("a transaction");
            let (person, _) = publisher(&mut tx).await;
            let session = people::enter(&mut tx, &person, None).await.expect("a session");
            tx.commit().await.expect("kept");
            database.close().await;
            session
        })
    }

    pub fn organisation(&self) -> String {
        now(async {
            let database = self.open().await;
            let (_, organisation) = publisher(&mut database.read().await.expect("a look")).await;
            database.close().await;
            organisation.id.to_string()
        })
    }
}

/// Machines outlive their server; they are not to outlive their test.
impl Drop for Ground {
    fn drop(&mut self) {
        if self.data().join("machines").exists() {
            for machine in self.machines() {
                let _ = now(self.engine().destroy(&machine));
            }
        }
    }
}

/// Jobs that run or are to run, but for those that look after something for ever.
pub const IDLE: &str = "select count(*) as n from house_job where state in ('running', 'queued') \
     and kind not in ('images.watch', 'deployments.watch', 'publishing.watch')";

/// A look into the database of a market, beside its server.
pub struct Look(Database);

impl Look {
    /// The number `n` that a query finds.
    #[track_caller]
    pub fn number(&self, sql: &'static str) -> i64 {
        let found = now(async {
            let mut tx = self.0.read().await?;
            sqlx::query(sql).fetch_one(tx.on()).await?.int("n")
        });
        found.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// The texts `t` that a query finds.
    #[track_caller]
    pub fn texts(&self, sql: &'static str) -> Vec<String> {
        let found: house::Result<Vec<String>> = now(async {
            let mut tx = self.0.read().await?;
            let rows = sqlx::query(sql).fetch_all(tx.on()).await?;
            rows.iter().map(|row| row.text("t")).collect()
        });
        found.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Waits until the query finds this number.
    #[track_caller]
    pub fn until(&self, sql: &'static str, wanted: i64, patience: Duration) {
        let started = Instant::now();
        loop {
            let found = self.number(sql);
            if found == wanted {
                return;
            }
            if started.elapsed() > patience {
                let jobs = self.texts(
                    "select kind || ' ' || state || ' ' || coalesce(error, '') as t from house_job order by id",
                );
                panic!("{sql}: {found}, and not {wanted}\n{}", jobs.join("\n"));
            }
            pause();
        }
    }
}

impl Drop for Look {
    fn drop(&mut self) {
        now(self.0.close());
    }
}

/// The folder of a prepared market; makes it, and those before it, where it is missing.
fn original(stop: Stop, made: &mut BTreeMap<Stop, PathBuf>) -> PathBuf {
    if let Some(path) = made.get(&stop) {
        return path.clone();
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("prepared-{stop:?}").to_lowercase());
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).expect("there is room");
    let before = match stop {
        Stop::Registered => None,
        Stop::Uploaded => Some(Stop::Registered),
        Stop::Submitted => Some(Stop::Uploaded),
        Stop::SignedOff => Some(Stop::Submitted),
        Stop::Ordered => Some(Stop::SignedOff),
    };
    if let Some(before) = before {
        copy(&original(before, made), &path);
    }
    Ground { folder: Folder::Kept(path.clone()), database: None }.go_on_to(stop);
    made.insert(stop, path.clone());
    path
}

/// Copies a folder; large files, which nobody writes to any more, are shared.
fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let (source, copied) = (entry.path(), to.join(entry.file_name()));
        let about = entry.metadata().expect("it is there");
        if about.is_dir() {
            std::fs::create_dir_all(&copied).expect("there is room");
            copy(&source, &copied);
            continue;
        }
        let done = if about.len() >= SHARED_BYTES_MIN {
            std::fs::hard_link(&source, &copied)
        } else {
            std::fs::copy(&source, &copied).map(|_| ())
        };
        done.unwrap_or_else(|fault| panic!("{}: {fault}", source.display()));
    }
}

/// A folder that goes with its market. Machines run as another user, who must be able to enter it.
fn passing_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("there is room");
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).expect("it is ours");
    folder
}

async fn publisher(tx: &mut Tx) -> (Person, Organisation) {
    let row = sqlx::query("select id from people_person where email = $1")
        .bind(PUBLISHER)
        .fetch_one(tx.on())
        .await
        .expect("the publisher");
    let person =
        people::person(tx, row.id("id").expect("an id")).await.expect("a look").expect("the publisher");
    let mut all = people::organisations_of(tx, &person).await.expect("a look");
    (person, all.remove(0).0)
}

async fn acting(tx: &mut Tx) -> ActingFor {
    let (person, organisation) = publisher(tx).await;
    people::acting_for(tx, &person, organisation.id, Role::Owner).await.expect("its owner")
}

fn email(text: &str) -> Email {
    Email::parse(text).expect("an address")
}

async fn register(market: &Market) {
    let password = Password::parse(PASSWORD, &[]).expect("long enough").hash().await.expect("hashed");
    let mut tx = market.write().await.expect("a transaction");
    let new =
        SignUp { email: email(PUBLISHER), name: "Grace Hopper".to_owned(), language: Language::En, password };
    let person = people::sign_up(&mut tx, new).await.expect("a new person");
    people::make_operator(&mut tx, &email("olive@market.example"), "Olive", Language::En)
        .await
        .expect("an operator");
    let operators = people::operators(&mut tx).await.expect("the operators");
    let operator = people::operator(&operators[0]).expect("an operator");
    let organisation = people::found(&mut tx, &person, "Acme").await.expect("an organisation").id;
    let by = people::acting_for(&mut tx, &person, organisation, Role::Owner).await.expect("its owner");
    let nominated = sellers::nominate(&mut tx, market, &by, nominee()).await.expect("a nomination");
    sellers::approve(&mut tx, market, &operator, nominated.id).await.expect("approved");
    let newest = sellers::nomination_of(&mut tx, organisation).await.expect("a look").expect("approved");
    let sellers::Stage::Approved { waiver_code, .. } = newest.stage else { panic!("{:?}", newest.stage) };
    let slug = sellers::Slug::parse("acme").expect("a slug");
    let country = Country::parse("FR").expect("a country");
    sellers::register(&mut tx, market, &by, slug, country, company(), &waiver_code)
        .await
        .expect("registered");
    tx.commit().await.expect("kept");
}

async fn upload(market: &Market) {
    let bytes = std::fs::read(demo_image()).expect("the demo image");
    let promise = Promise::parse("notes.vhd", bytes.len() as u64, None).expect("a promise");
    let room = images::room(market).expect("a look at the disk");
    let mut tx = market.write().await.expect("a transaction");
    let by = acting(&mut tx).await;
    let id = images::begin(&mut tx, &by, market, &promise, room).await.expect("begun");
    tx.commit().await.expect("kept");
    let mut receiving = Receiving::open(market, &by, id, 0, None).await.expect("open");
    for piece in bytes.chunks(PIECE_BYTES) {
        receiving.take(piece.to_vec().into()).await.expect("taken");
    }
    receiving.end().await.expect("whole");
}

async fn submit(market: &Market) {
    let mut tx = market.write().await.expect("a transaction");
    let by = acting(&mut tx).await;
    let image = images::images_of(&mut tx, &by).await.expect("a look")[0].id;
    let slug = offers::Slug::parse("notes").expect("a slug");
    let offer = offers::create(&mut tx, &by, &slug, "Notes").await.expect("an offer");
    let png = Png::parse(logo(), ArtworkKind::Logo).expect("a logo");
    offers::hang(&mut tx, &by, offer, ArtworkKind::Logo, &png).await.expect("hung");
    let read = offers::offer(&mut tx, &by, offer).await.expect("the offer");
    let draft = Draft { logo: read.draft.logo, ..draft(image) };
    offers::save(&mut tx, &by, &read, &draft, Section::Listing).await.expect("saved");
    publishing::submit(&mut tx, &by, offer, None).await.expect("submitted");
    tx.commit().await.expect("kept");
}

async fn sign_off(market: &Market) {
    let mut tx = market.write().await.expect("a transaction");
    let by = acting(&mut tx).await;
    let row = sqlx::query("select id from publishing_submission where stage = 'in_preview'")
        .fetch_one(tx.on())
        .await
        .expect("a submission waits in preview");
    let submission: Id<publishing::Submission> = row.id("id").expect("an id");
    publishing::sign_off(&mut tx, &by, submission).await.expect("signed off");
    tx.commit().await.expect("kept");
}

async fn order(market: &Market) {
    let password = Password::parse(PASSWORD, &[]).expect("long enough").hash().await.expect("hashed");
    let mut tx = market.write().await.expect("a transaction");
    let new =
        SignUp { email: email(CUSTOMER), name: "Ada Lovelace".to_owned(), language: Language::En, password };
    let ada = people::sign_up(&mut tx, new).await.expect("a new person");
    let on_sale =
        publishing::on_sale_at(&mut tx, "acme", "notes").await.expect("a look").expect("it is live");
    let terms_sha256 = orders::terms_hash(&on_sale.version.document.terms);
    let purchase = Purchase { sku: "community".to_owned(), terms_sha256, contact: None };
    let order = orders::place(&mut tx, market, &ada, &on_sale, &purchase).await.expect("placed");
    let machine = Machine {
        host_name: "notes-1".to_owned(),
        user_name: "ada".to_owned(),
        ssh_keys: Vec::new(),
        cores: 1,
        memory_mib: 256,
    };
    deployments::deploy(&mut tx, &ada, order.id, &machine).await.expect("asked for");
    tx.commit().await.expect("kept");
}

/// Lets the customer want the one machine gone.
async fn destroy(tx: &mut Tx) {
    let row = sqlx::query("select id, person from deployments_deployment").fetch_one(tx.on()).await;
    let row = row.expect("a machine");
    let ada =
        people::person(tx, row.id("person").expect("an id")).await.expect("a look").expect("the customer");
    deployments::destroy(tx, &ada, row.id("id").expect("an id")).await.expect("it can always be ended");
}

fn nominee() -> sellers::Nominee {
    sellers::Nominee {
        product: "Notes".to_owned(),
        summary: "Keeps what a small team wants to remember.".to_owned(),
        relation: Relation::RunsOn,
        relation_shown: "The server runs in a machine of this market.".to_owned(),
        audience: "Small teams.".to_owned(),
        support: Support::Free,
        country: Country::parse("FR").expect("a country"),
        contact_name: "Grace Hopper".to_owned(),
        contact_email: email(PUBLISHER),
        contact_phone: "+33 1 00 00 00 00".to_owned(),
    }
}

fn company() -> sellers::Company {
    let someone = sellers::Contact {
        name: "Grace Hopper".to_owned(),
        email: email(PUBLISHER),
        phone: "+33 1 00 00 00 00".to_owned(),
    };
    sellers::Company {
        display_name: "Acme".to_owned(),
        legal_name: "Acme SAS".to_owned(),
        address: "1 rue de la Paix\n75001 Paris".to_owned(),
        website: "https://acme.example".to_owned(),
        contact: someone.clone(),
        approver: someone,
    }
}

fn draft(image: Id<Image>) -> Draft {
    let text = |text: &str| text.to_owned();
    let contact =
        || Contact { name: text("Sue"), email: text("sue@acme.example"), phone: text("+33 1 23 45 67 89") };
    let english = |said: &str| BTreeMap::from([(text("en"), text(said))]);
    let listing = Listing {
        title: text("Notes"),
        summary: text("Keeps what a team wants to remember"),
        description: text("# What it is\n\nA **notebook** that a team shares."),
    };
    Draft {
        listing: BTreeMap::from([(text("en"), listing)]),
        categories: vec![Category::Web],
        skus: vec![Sku {
            slug: text("community"),
            title: english("Community"),
            summary: english("For one team"),
            licence: Licence::Free,
            image: Some(image),
            image_version: text("1.0.0"),
            cores: 1,
            memory_mib: 256,
            open_ports: vec![80],
            health_path: text("/halle/health"),
        }],
        support_url: text("https://acme.example/support"),
        privacy_url: text("https://acme.example/privacy"),
        terms: text("Use it well.\nBreak nothing."),
        support_contact: contact(),
        engineering_contact: contact(),
        leads: LeadDestination::Webhook { url: receiver().address().to_owned(), secret: text(KEY) },
        ..Draft::default()
    }
}

/// A square picture of one colour.
pub fn logo() -> Vec<u8> {
    const SIDE: u32 = 256;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, SIDE, SIDE);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(&[0x40; (SIDE * SIDE) as usize]).expect("the picture");
    writer.finish().expect("its end");
    bytes
}
