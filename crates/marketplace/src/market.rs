//! The market as a value: what every page, verb and job is given, and nothing global.

use std::path::PathBuf;
use std::sync::Arc;

use compute::Engine;
use house::blobs::Blobs;
use house::db::Migration;
use house::jobs::Handlers;
use house::web::{Brand, Colour};
use house::words::{Dictionary, Language, Words};
use house::{Database, Result, Tx};

use crate::certification::Signer;
use crate::storefront::Shelves;

/// What the operator has decided. Parsed once, at start.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The market's name, as it stands at the top of every page.
    pub name: String,
    /// Where people find the market: `http://127.0.0.1:8080`, without a slash at the end. Letters point here.
    pub address: String,
    /// The accent colour of the pages, `#rrggbb`; empty for the house's own.
    pub accent: String,
    /// Whole minor units of `currency`: what registration costs without a waiver code.
    pub registration_fee_minor: i64,
    pub currency: String,
    /// The largest disk image that is taken in.
    pub image_bytes_max: u64,
    /// The name of the profile by which images are judged.
    pub profile: String,
    /// What that profile says, where it is the operator's own: TOML. It has a name of its own then.
    pub own_profile: Option<String>,
    /// What becomes of an image on sale that no longer passes.
    pub on_new_failure: OnNewFailure,
    /// The program that judges images in a process of its own; without one they are judged in this process.
    pub certify_program: Option<PathBuf>,
    /// Where `halle advisories import` keeps known vulnerabilities; they are looked for once the file is there.
    pub advisories: Option<PathBuf>,
    /// What signs certificates. Without one nothing is signed until the market is opened with one.
    pub signer: Option<Signer>,
    /// Whether web hooks may call addresses of this machine and of private networks.
    pub private_hooks: bool,
    /// Under which name customers reach the ports of machines; empty for the address at which the engine opens them.
    pub machines_host: String,
}

/// What the market does by itself about an image on sale that no longer passes. The operator can always decide otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnNewFailure {
    /// It tells the publisher and the operator, and goes on selling.
    Tell,
    /// It tells them, and stops new sales after so many days; 0 is at once.
    Stop { grace_days: u32 },
}

impl Default for OnNewFailure {
    fn default() -> OnNewFailure {
        OnNewFailure::Stop { grace_days: 14 }
    }
}

impl Settings {
    /// What a market has whose operator has decided nothing yet.
    pub fn at(address: &str) -> Settings {
        Settings {
            name: "Halle".to_owned(),
            address: address.trim_end_matches('/').to_owned(),
            accent: String::new(),
            registration_fee_minor: 9_900,
            currency: "EUR".to_owned(),
            image_bytes_max: 1023 << 30,
            profile: "kvm".to_owned(),
            own_profile: None,
            on_new_failure: OnNewFailure::default(),
            certify_program: None,
            advisories: None,
            signer: None,
            private_hooks: false,
            machines_host: String::new(),
        }
    }
}

/// The market, open. Cheap to clone.
#[derive(Clone)]
pub struct Market(Arc<Parts>);

struct Parts {
    database: Database,
    blobs: Blobs,
    dictionary: Arc<Dictionary>,
    settings: Settings,
    brand: Arc<Brand>,
    engine: Arc<dyn Engine>,
    shelves: Shelves,
}

impl Market {
    pub fn open(database: Database, blobs: Blobs, engine: Arc<dyn Engine>, settings: Settings) -> Market {
        let mut brand = Brand { name: settings.name.clone(), ..Brand::default() };
        if let Ok(accent) = Colour::parse(&settings.accent) {
            brand.accent = accent;
        }
        let (dictionary, brand) = (Arc::new(dictionary()), Arc::new(brand));
        let shelves = Shelves::default();
        Market(Arc::new(Parts { database, blobs, dictionary, settings, brand, engine, shelves }))
    }

    /// Opens a transaction that sees one moment and writes nothing.
    pub async fn read(&self) -> Result<Tx> {
        self.0.database.read().await
    }

    /// Opens a transaction that may write; the one who opened it commits it.
    pub async fn write(&self) -> Result<Tx> {
        self.0.database.write().await
    }

    pub fn database(&self) -> &Database {
        &self.0.database
    }

    pub fn blobs(&self) -> &Blobs {
        &self.0.blobs
    }

    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Where machines run.
    pub fn engine(&self) -> &Arc<dyn Engine> {
        &self.0.engine
    }

    /// What is on sale, ready to be looked through.
    pub fn shelves(&self) -> &Shelves {
        &self.0.shelves
    }

    /// The market's face: its name and its colour.
    pub fn brand(&self) -> &Arc<Brand> {
        &self.0.brand
    }

    /// The words for someone who reads this language, as of now.
    pub fn words(&self, language: Language) -> Words {
        Words::new(language, self.0.dictionary.clone(), self.0.database.clock().now())
    }
}

/// All that the market says, in every language.
pub fn dictionary() -> Dictionary {
    let mut all = house::words::SOURCES.to_vec();
    all.extend(sources());
    Dictionary::new(&all)
}

/// What the chapters say, beside the words of the house.
pub fn sources() -> Vec<(Language, &'static str)> {
    let mut sources = Vec::new();
    for chapter in [
        crate::hall::WORDS,
        crate::people::WORDS,
        crate::sellers::WORDS,
        crate::images::WORDS,
        crate::offers::WORDS,
        crate::certification::WORDS,
        crate::leads::WORDS,
        crate::publishing::WORDS,
        crate::orders::WORDS,
        crate::deployments::WORDS,
        crate::storefront::WORDS,
    ] {
        sources.extend_from_slice(chapter);
    }
    sources
}

/// The jobs of all chapters.
pub fn handlers(market: &Market) -> Handlers {
    let mut handlers = Handlers::new();
    crate::images::handle(&mut handlers, market);
    crate::certification::handle(&mut handlers, market);
    crate::leads::handle(&mut handlers, market);
    crate::publishing::handle(&mut handlers, market);
    crate::deployments::handle(&mut handlers, market);
    handlers
}

macro_rules! migrations {
    ($($name:literal),* $(,)?) => {
        &[$(Migration { name: $name, text: include_str!(concat!("../migrations/", $name, ".sql")) }),*]
    };
}

/// The tables of the chapters, in their order; they come after the house's own.
pub const MIGRATIONS: &[Migration] = migrations![
    "0101-people",
    "0102-sellers",
    "0103-images",
    "0104-offers",
    "0105-certification",
    "0106-leads",
    "0107-publishing",
    "0109-orders",
    "0110-deployments",
    "0111-certification-facts",
    "0112-certification-certificates",
    "0113-judged-again",
    "0114-certification-exceptions",
    "0115-publishing-watch",
    "0116-certification-measure",
    "0117-publishing-ending",
];

/// The house's tables and the chapters', as one list.
pub fn migrations() -> Vec<Migration> {
    [house::MIGRATIONS, MIGRATIONS].concat()
}
