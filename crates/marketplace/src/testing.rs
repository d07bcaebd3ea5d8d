//! A market in a box: real database, real pages, a clock that can be turned, letters that can be read.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use certifier::certificate::PrivateKey;
use certifier::report::{Overall, Report};
use house::Id;
use house::blobs::Blobs;
use house::db::Engine;
use house::jobs::{Breakpoint, Worker};
use house::mail::Post;
use house::outbox::{self, Channel, Parcel};
use house::testing::TestDatabase;
use house::words::Language;
use tower::ServiceExt;

use crate::certification::{self, Outcome, Signer};
use crate::images::{self, Image, Promise, Receiving};
use crate::market::{Market, Settings, handlers, migrations};
use crate::offers::{
    self, Category, Contact, Draft, LeadDestination, Licence, Listing, Offer, Sku, UsefulLink,
};
use crate::pages::app;
use crate::people::{self, ActingFor, Email, Hashed, Organisation, Password, Person, Role, SignUp};
use crate::publishing::{self, Submission};
use crate::sellers::{self, Country, Relation, Support};
use crate::tests::paper_machines::PaperMachines;

pub struct MarketInABox {
    pub market: Market,
    pub machines: Arc<PaperMachines>,
    worker: Worker,
    test: TestDatabase,
}

/// Someone before the market: holds the cookies that it was given.
#[derive(Debug, Clone, Default)]
pub struct Browser {
    cookies: Vec<(String, String)>,
    language: &'static str,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub location: String,
    pub body: String,
}

impl MarketInABox {
    pub async fn open(engine: Engine) -> MarketInABox {
        Self::open_with(engine, |_| {}).await
    }

    pub async fn open_with(engine: Engine, decide: impl FnOnce(&mut Settings)) -> MarketInABox {
        let test = house::testing::fresh(engine, &migrations()).await;
        let mut settings = Settings::at("http://market.test");
        settings.private_hooks = true;
        settings.signer = Some(a_signer(1));
        decide(&mut settings);
        let blobs = Blobs::open(test.directory.path()).expect("a place for blobs");
        let machines = Arc::new(PaperMachines::default());
        let market = Market::open(test.database.clone(), blobs, machines.clone(), settings);
        let mut handlers = handlers(&market);
        let letters = test.directory.path().join("letters");
        outbox::handle(&mut handlers, Post::into_box("market@market.test", letters).expect("a letter box"));
        let worker = Worker::new(test.database.clone(), handlers, "box", Breakpoint::none());
        MarketInABox { market, machines, worker, test }
    }

    /// Does all that is due now.
    pub async fn work(&self) {
        self.worker.run_due().await.expect("the jobs run");
    }

    /// Does all that is due now, as the same market does it that was opened otherwise.
    pub async fn work_for(&self, market: &Market) {
        let worker = Worker::new(self.test.database.clone(), handlers(market), "other", Breakpoint::none());
        worker.run_due().await.expect("the jobs run");
    }

    pub fn turn(&self, by: Duration) {
        self.test.database.clock().turn(by);
    }

    /// The letters that went to this address, newest first.
    pub async fn letters_to(&self, email: &str) -> Vec<Parcel> {
        let mut tx = self.market.read().await.expect("a look");
        let all = outbox::all(&mut tx, None, 1000).await.expect("the outbox");
        all.into_iter()
            .filter(|parcel| parcel.channel == Channel::Letter && parcel.recipient == email)
            .collect()
    }

    pub async fn get(&self, browser: &mut Browser, path: &str) -> Answer {
        self.ask(browser, "GET", path, &[], Vec::new()).await
    }

    /// Sends a form, as a browser on the market's own page would.
    pub async fn post(&self, browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let headers =
            [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
        self.ask(browser, "POST", path, &headers, body.into_bytes()).await
    }

    pub async fn ask(
        &self,
        browser: &mut Browser,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answer {
        let cookies: Vec<_> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request =
            axum::http::Request::builder().method(method).uri(path).header("cookie", cookies.join("; "));
        if !browser.language.is_empty() {
            request = request.header("accept-language", browser.language);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(axum::body::Body::from(body)).expect("a request");
        let response = app(self.market.clone()).oneshot(request).await.expect("an answer");
        for cookie in response.headers().get_all("set-cookie") {
            browser.keep(cookie.to_str().expect("a cookie"));
        }
        let location =
            response.headers().get("location").map(|at| at.to_str().expect("an address").to_owned());
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), 1 << 24).await.expect("a body");
        Answer {
            status,
            location: location.unwrap_or_default(),
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }
}

impl Browser {
    pub fn new() -> Browser {
        Browser::default()
    }

    /// The same visitor, reading in this language.
    pub fn speaking(&self, language: &'static str) -> Browser {
        Browser { language, ..self.clone() }
    }

    fn keep(&mut self, cookie: &str) {
        let pair = cookie.split(';').next().unwrap_or_default();
        let (name, value) = pair.split_once('=').expect("a cookie has a value");
        self.cookies.retain(|(known, _)| known != name);
        if !value.is_empty() {
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
    }
}

impl Answer {
    /// The answer, if it is a page; the test fails with the page's text otherwise.
    #[track_caller]
    pub fn page(self) -> String {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    /// Where the answer leads.
    #[track_caller]
    pub fn leads_to(self) -> String {
        assert!((300..400).contains(&self.status), "{}: {}", self.status, self.body);
        self.location
    }
}

/// Words without a market, for samples of pages.
pub fn words(language: house::words::Language) -> house::words::Words {
    house::words::Words::new(language, Arc::new(crate::market::dictionary()), house::testing::noon())
}

/// The password of everyone in the box.
pub const PASSWORD: &str = "sept chats gris";

impl MarketInABox {
    /// Someone who has signed up as `{name}@market.test`, and is signed in.
    pub async fn person(&self, name: &str) -> Browser {
        self.enter(&self.known(name, Language::En).await).await
    }

    /// The same, as a value: for tests of verbs.
    pub async fn known(&self, name: &str, language: Language) -> Person {
        let email = address_of(name);
        let password = password().await;
        let mut tx = self.market.write().await.expect("a transaction");
        let new = SignUp { email, name: name.to_owned(), language, password };
        let person = people::sign_up(&mut tx, new).await.expect("a new person");
        tx.commit().await.expect("kept");
        person
    }

    /// A browser in which this person is signed in.
    pub async fn enter(&self, person: &Person) -> Browser {
        let mut tx = self.market.write().await.expect("a transaction");
        let secret = people::enter(&mut tx, person, None).await.expect("a session");
        tx.commit().await.expect("kept");
        let mut browser = Browser { language: person.language.code(), ..Browser::default() };
        browser.keep(&format!("session={secret}"));
        browser
    }

    /// The operator of the market, `operator@market.test`, signed in.
    pub async fn operator(&self) -> Browser {
        let email = address_of("operator");
        let mut tx = self.market.write().await.expect("a transaction");
        people::make_operator(&mut tx, &email, "Olive", Language::En).await.expect("an operator");
        let all = people::operators(&mut tx).await.expect("the operators");
        tx.commit().await.expect("kept");
        self.enter(all.first().expect("the one just made")).await
    }

    /// The owner of a registered publisher of this name, signed in; owner and contact are `{name}@market.test`.
    pub async fn publisher(&self, name: &str) -> (Browser, Id<Organisation>) {
        self.operator().await;
        let owner = self.known(name, Language::En).await;
        let mut tx = self.market.write().await.expect("a transaction");
        let operators = people::operators(&mut tx).await.expect("the operators");
        let operator = people::operator(&operators[0]).expect("an operator");
        let organisation = people::found(&mut tx, &owner, name).await.expect("an organisation").id;
        let by = people::acting_for(&mut tx, &owner, organisation, Role::Owner).await.expect("its owner");
        let nomination =
            sellers::nominate(&mut tx, &self.market, &by, nominee(name)).await.expect("a nomination");
        sellers::approve(&mut tx, &self.market, &operator, nomination.id).await.expect("approved");
        let newest = sellers::nomination_of(&mut tx, organisation).await.expect("a look").expect("approved");
        let sellers::Stage::Approved { waiver_code, .. } = newest.stage else { panic!("{:?}", newest.stage) };
        let slug = sellers::Slug::parse(&slug_of(name)).expect("a slug");
        let country = Country::parse("FR").expect("a country");
        sellers::register(&mut tx, &self.market, &by, slug, country, company(name), &waiver_code)
            .await
            .expect("registered");
        tx.commit().await.expect("kept");
        (self.enter(&owner).await, organisation)
    }
}

fn slug_of(name: &str) -> String {
    name.to_lowercase().split_whitespace().collect::<Vec<_>>().join("-")
}

fn address_of(name: &str) -> Email {
    Email::parse(&format!("{}@market.test", slug_of(name))).expect("an address")
}

/// The hash of [`PASSWORD`], worked out once.
async fn password() -> Hashed {
    static HASHED: tokio::sync::OnceCell<Hashed> = tokio::sync::OnceCell::const_new();
    let hashed = HASHED.get_or_init(async || {
        let password = Password::parse(PASSWORD, &[]).expect("long enough");
        password.hash().await.expect("hashed")
    });
    hashed.await.clone()
}

/// What someone of this name would nominate.
pub fn nominee(name: &str) -> sellers::Nominee {
    sellers::Nominee {
        product: format!("{name} Server"),
        summary: "Serves what it is asked for.".to_owned(),
        relation: Relation::RunsOn,
        relation_shown: "The server runs in a machine of this market.".to_owned(),
        audience: "Small teams.".to_owned(),
        support: Support::Free,
        country: Country::parse("FR").expect("a country"),
        contact_name: name.to_owned(),
        contact_email: address_of(name),
        contact_phone: "+33 1 00 00 00 00".to_owned(),
    }
}

/// What a publisher of this name tells of itself.
pub fn company(name: &str) -> sellers::Company {
    let someone = sellers::Contact {
        name: name.to_owned(),
        email: address_of(name),
        phone: "+33 1 00 00 00 00".to_owned(),
    };
    sellers::Company {
        display_name: name.to_owned(),
        legal_name: format!("{name} SAS"),
        address: "1 rue des Halles\n75001 Paris".to_owned(),
        website: "https://example.org".to_owned(),
        contact: someone.clone(),
        approver: someone,
    }
}

/// A sound fixed VHD with nothing on it but bytes of its own; no certifier would let it pass.
pub fn a_disk(fill: u8) -> Vec<u8> {
    const MIB: usize = 1 << 20;
    let mut bytes = vec![0; 2 * MIB];
    let partition: [u8; 16] = [0x80, 0, 0, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0];
    bytes[446..462].copy_from_slice(&partition);
    bytes[510..512].copy_from_slice(&[0x55, 0xaa]);
    bytes[MIB..MIB + 70_000].fill(fill);
    let size = bytes.len() as u64;
    bytes.extend(disk::container::vhd::footer_for(size, [fill; 16], 800_000_000));
    bytes
}

/// A report of an image of this content in which no rule found anything.
pub fn a_clean_report(content_id: &str) -> Report {
    use certifier::finding::Verdict;
    use certifier::phrase::say;
    Report {
        verdict: Overall::Certified,
        broken_off: None,
        rulebook: certifier::rulebook::EDITION.to_owned(),
        profile: "kvm".to_owned(),
        profile_differences: Vec::new(),
        file_name: "disk.vhd".to_owned(),
        format: "fixed VHD".to_owned(),
        file_bytes: 0,
        size_bytes: 0,
        content_id: Some(format!("halle1:{content_id}")),
        partitions: Vec::new(),
        system: None,
        scanned: None,
        rules: vec![certifier::report::Judged {
            id: "P01".to_owned(),
            severity: certifier::profile::Severity::Fail,
            verdict: Verdict::Pass,
            reason: say("P01.title"),
            evidence: Vec::new(),
            remedy: None,
            exception: None,
        }],
        idle_exceptions: Vec::new(),
    }
}

/// The key by which markets in boxes sign.
pub fn a_signer(seed: u8) -> Signer {
    Signer::new(PrivateKey::from_seed(&[seed; 32]))
}

impl MarketInABox {
    /// The proof that a publisher's first owner acts for it.
    pub async fn acting(&self, organisation: Id<Organisation>) -> ActingFor {
        let mut tx = self.market.read().await.expect("a look");
        let members = people::members_of(&mut tx, organisation).await.expect("the members");
        let owner = &members.first().expect("an owner").0;
        people::acting_for(&mut tx, owner, organisation, Role::Owner).await.expect("its owner")
    }

    /// An image that was uploaded, sealed and judged: not certified.
    pub async fn image(&self, organisation: Id<Organisation>, fill: u8) -> Id<Image> {
        let (by, bytes) = (self.acting(organisation).await, a_disk(fill));
        let promise =
            Promise::parse(&format!("disk-{fill}.vhd"), bytes.len() as u64, None).expect("a promise");
        let mut tx = self.market.write().await.expect("a transaction");
        let upload = images::begin(&mut tx, &by, &self.market, &promise, u64::MAX).await.expect("an upload");
        tx.commit().await.expect("kept");
        let mut receiving =
            Receiving::open(&self.market, &by, upload, 0, None).await.expect("it takes bytes");
        receiving.take(bytes.into()).await.expect("taken");
        receiving.end().await.expect("all came");
        self.work().await;
        let mut tx = self.market.read().await.expect("a look");
        images::images_of(&mut tx, &by).await.expect("the images").first().expect("the newest").id
    }

    /// An image whose newest verdict is a good one, whatever is on it.
    pub async fn certified_image(&self, organisation: Id<Organisation>, fill: u8) -> Id<Image> {
        let (image, by) = (self.image(organisation, fill).await, self.acting(organisation).await);
        // What is made in one millisecond has no order.
        self.turn(Duration::from_millis(1));
        let mut tx = self.market.write().await.expect("a transaction");
        let run = certification::judge_again(&mut tx, &by, image, "kvm").await.expect("a second look");
        let content = images::image(&mut tx, image).await.expect("a look").expect("the image").content_id;
        let outcome = Outcome::Judged(Box::new(a_clean_report(&content)));
        certification::conclude(&mut tx, &self.market, run, &outcome, None).await.expect("concluded");
        tx.commit().await.expect("kept");
        image
    }

    /// An offer under this slug whose draft is what `draft` says.
    pub async fn drafted(&self, organisation: Id<Organisation>, slug: &str, draft: &Draft) -> Id<Offer> {
        let by = self.acting(organisation).await;
        let mut tx = self.market.write().await.expect("a transaction");
        let slug = offers::Slug::parse(slug).expect("a slug");
        let id = offers::create(&mut tx, &by, &slug, "Untitled").await.expect("an offer");
        let offer = offers::offer(&mut tx, &by, id).await.expect("the offer");
        offers::save(&mut tx, &by, &offer, draft, offers::Section::Listing).await.expect("saved");
        tx.commit().await.expect("kept");
        id
    }

    /// Submits an offer and does all that the market does by itself.
    pub async fn submitted(&self, organisation: Id<Organisation>, offer: Id<Offer>) -> Submission {
        let by = self.acting(organisation).await;
        self.turn(Duration::from_millis(1));
        let mut tx = self.market.write().await.expect("a transaction");
        publishing::submit(&mut tx, &by, offer, None).await.expect("submitted");
        tx.commit().await.expect("kept");
        self.work().await;
        let mut tx = self.market.read().await.expect("a look");
        publishing::newest(&mut tx, &by, offer).await.expect("a look").expect("a submission")
    }

    /// An offer that is on sale, with a free SKU `community` and one by the hour, `pro`.
    pub async fn live_offer(&self, organisation: Id<Organisation>, slug: &str) -> Id<Offer> {
        let fill = slug.bytes().fold(1_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
        let image = self.certified_image(organisation, fill).await;
        let offer = self.drafted(organisation, slug, &a_complete_draft(Some(image))).await;
        let submission = self.submitted(organisation, offer).await;
        let by = self.acting(organisation).await;
        let mut tx = self.market.write().await.expect("a transaction");
        publishing::sign_off(&mut tx, &by, submission.id).await.expect("signed off");
        tx.commit().await.expect("kept");
        self.work().await;
        offer
    }
}

/// A draft in which nothing is missing.
pub fn a_complete_draft(image: Option<Id<Image>>) -> Draft {
    let text = |text: &str| text.to_owned();
    let both = |en: &str, fr: &str| BTreeMap::from([(text("en"), text(en)), (text("fr"), text(fr))]);
    let listing = |title: &str, summary: &str, description: &str| Listing {
        title: text(title),
        summary: text(summary),
        description: text(description),
    };
    let contact = |name: &str| Contact {
        name: text(name),
        email: format!("{}@acme.example", name.to_lowercase()),
        phone: text("+33 1 23 45 67 89"),
    };
    let sku = |slug: &str, en: &str, fr: &str, licence| Sku {
        slug: text(slug),
        title: both(en, fr),
        summary: both("For one team", "Pour une équipe"),
        licence,
        image,
        image_version: text("1.0.0"),
        cores: 1,
        memory_mib: 512,
        open_ports: vec![22, 80],
        health_path: text("/halle/health"),
    };
    Draft {
        listing: BTreeMap::from([
            (
                text("en"),
                listing(
                    "Hardened nginx",
                    "A web server that is shut tight",
                    "# What it is\n\nA **web server**.",
                ),
            ),
            (
                text("fr"),
                listing("nginx durci", "Un serveur web bien fermé", "# Présentation\n\nUn **serveur web**."),
            ),
        ]),
        categories: vec![Category::Security, Category::Web],
        logo: Some(Id::sample(1)),
        screenshots: vec![Id::sample(2)],
        skus: vec![
            sku("community", "Community", "Communauté", Licence::Free),
            sku("pro", "Pro", "Pro", Licence::Hourly { price_nanos: 50_000_000, currency: text("EUR") }),
        ],
        support_url: text("https://acme.example/support"),
        privacy_url: text("https://acme.example/privacy"),
        terms: text("Use it well.\nBreak nothing."),
        support_contact: contact("Sue"),
        engineering_contact: contact("Ed"),
        leads: LeadDestination::None,
        useful_links: vec![UsefulLink { title: text("Manual"), url: text("https://acme.example/manual") }],
    }
}
