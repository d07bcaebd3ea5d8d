//! A certificate as a page: what it says in plain words, whether it still holds, and how anyone checks it. Beside it the keys by
//! which that is done.
//!
//! The certificate of an image that is or was on sale is everybody's to see; any other is its publisher's and the operator's.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use certifier::finding::Verdict as Each;
use certifier::report::Report;
use house::error::NotFound;
use house::web::{Fact, Frame, Link, Page, show};
use house::words::Words;
use house::{Id, Result, Timestamp, Tx};

use crate::certification::report_view::language_of;
use crate::certification::{self, PublishedKey, Run, Signed, Stage, Standing, certificate_address};
use crate::hall::pages::Visit;
use crate::images::{self, Image};
use crate::market::Market;
use crate::publishing;

const KEYS: &str = "/certificates/keys";
/// Where the key that signs now is, whichever that is.
const KEY: &str = "/certificates/key.pub";
/// Characters of an id that tell files of different images and keys apart.
const IN_SHORT: usize = 12;

pub(super) fn pages() -> Router<Market> {
    Router::new()
        .route("/certificates/{run}", get(certificate))
        .route("/certificates/{run}/certificate.json", get(envelope))
        .route(KEY, get(current_key))
        .route(KEYS, get(keys))
        .route("/certificates/keys/{key}", get(one_key))
}

#[derive(Template)]
#[template(path = "storefront/pages/certificate.html")]
pub(super) struct CertificatePage {
    w: Words,
    frame: Frame,
    crumbs: Vec<Link>,
    title: String,
    told: Told,
    says: String,
    facts: Vec<Fact>,
    exceptions: Vec<Excepted>,
    /// Whether the image is not on sale, so that not everyone sees this.
    private: bool,
    envelope: String,
    key: String,
    key_id: String,
    command: String,
}

/// How a certificate stands, in words.
struct Told {
    class: &'static str,
    icon: &'static str,
    headline: String,
    line: String,
    newer: Option<String>,
}

/// A rule that is broken and was accepted.
struct Excepted {
    rule: String,
    title: String,
    line: String,
}

/// All that is known of a certificate.
struct Found {
    run: Run,
    at: Timestamp,
    image: Image,
    report: Report,
    signed: Signed,
    standing: Standing,
    public: bool,
}

impl CertificatePage {
    fn new(w: &Words, frame: Frame, market: &str, found: Found) -> CertificatePage {
        let Found { run, at, image, report, signed, standing, public } = found;
        let title = w.say("storefront-signed-title").with("file", &image.file_name).to_string();
        let here = certificate_address(run.id);
        CertificatePage {
            crumbs: vec![
                Link::new(w.say("frame-shop"), "/"),
                Link::new(w.say("storefront-certificate"), "").current(true),
            ],
            told: told(w, &image, &standing),
            says: w
                .say("storefront-signed-says-line")
                .with("market", market)
                .with("date", w.date(at))
                .with("profile", &run.profile)
                .with("edition", &report.rulebook)
                .to_string(),
            facts: facts(w, &image, &report, at),
            exceptions: exceptions(w, &report),
            private: !public,
            envelope: format!("{here}/certificate.json"),
            key: format!("{KEYS}/{}.pub", signed.key_id),
            command: command(&image, &signed),
            key_id: signed.key_id,
            title,
            w: w.clone(),
            frame,
        }
    }
}

fn told(w: &Words, image: &Image, standing: &Standing) -> Told {
    let (class, icon, name) = match standing {
        Standing::Holds => ("pass", "badge-check", "holds"),
        Standing::Renewed { .. } => ("pass", "badge-check", "renewed"),
        Standing::Fallen { .. } => ("fail", "circle-x", "fallen"),
        Standing::Open { .. } => ("warn", "triangle-alert", "open"),
        Standing::Ended { .. } => ("warn", "triangle-alert", "ended"),
    };
    let key = format!("storefront-signed-{name}-line");
    let line = w.say(&key);
    let line = match standing {
        Standing::Holds => line,
        Standing::Renewed { at, .. } | Standing::Fallen { at } | Standing::Open { at } => {
            line.with("date", w.date(at))
        }
        Standing::Ended { rule, until } => {
            line.with("rule", rule).with("date", w.date(certification::midnight(*until)))
        }
    };
    Told {
        class,
        icon,
        headline: w.say(&format!("storefront-signed-{name}")).with("file", &image.file_name).to_string(),
        line: line.to_string(),
        newer: match standing {
            Standing::Renewed { by, .. } => Some(certificate_address(*by)),
            _ => None,
        },
    }
}

fn facts(w: &Words, image: &Image, report: &Report, at: Timestamp) -> Vec<Fact> {
    let count = |verdict| report.with_verdict(verdict).count();
    let line = w
        .say("storefront-signed-checks")
        .with("passed", count(Each::Pass))
        .with("warnings", count(Each::Warn))
        .to_string();
    vec![
        Fact::new(w.say("certification-fact-content-id"), format!("halle1:{}", image.content_id)),
        Fact::new(w.say("certification-fact-sha256"), &image.sha256),
        Fact::new(w.say("certification-fact-size"), w.bytes(image.size_bytes)),
        Fact::new(w.say("storefront-certificate-profile"), &report.profile),
        Fact::new(w.say("storefront-certificate-rulebook"), &report.rulebook),
        Fact::new(w.say("storefront-certificate-date"), w.date(at)),
        Fact::new(w.say("storefront-signed-verdict"), line),
    ]
}

fn exceptions(w: &Words, report: &Report) -> Vec<Excepted> {
    let rendered = report.render(language_of(w));
    let granted = rendered.rules.iter().filter_map(|rule| Some((rule, rule.exception?)));
    granted
        .map(|(rule, granted)| Excepted {
            rule: rule.id.to_owned(),
            title: rule.title.clone(),
            line: certification::granted_line(w, granted),
        })
        .collect()
}

/// The command that checks the two files as they are downloaded.
fn command(image: &Image, signed: &Signed) -> String {
    format!(
        "halle verify {} {} --key {}",
        certificate_file(image),
        shell_word(&image.file_name),
        key_file(&signed.key_id)
    )
}

fn certificate_file(image: &Image) -> String {
    format!("certificate-{}.json", in_short(&image.content_id))
}

fn key_file(id: &str) -> String {
    format!("market-key-{}.pub", in_short(id))
}

fn in_short(id: &str) -> &str {
    id.get(..IN_SHORT).unwrap_or(id)
}

/// A file's name as a shell takes it for one word, whatever its sender called it.
fn shell_word(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    // What begins with a hyphen would be taken for an option.
    let name = if name.starts_with('-') { format!("./{name}") } else { name.to_owned() };
    if name.chars().all(|c| plain(c) || c == '/') {
        name
    } else {
        format!("'{}'", name.replace('\'', "'\\''"))
    }
}

impl Page for CertificatePage {
    fn samples(frame: &Frame) -> Vec<Self> {
        let w = &frame.w;
        let at = house::clock::from_micros(1_799_999_000_000_000);
        let standings = [
            Standing::Holds,
            Standing::Renewed { by: Id::sample(3), at },
            Standing::Fallen { at },
            Standing::Open { at },
            Standing::Ended { rule: "L24".to_owned(), until: certification::day_of(at) },
        ];
        let granted = certifier::exceptions::Granted {
            reason: "kept for audits".to_owned(),
            until: certification::day_of(at),
            by: "Halle".to_owned(),
        };
        let sample = |standing, public| {
            let bytes: std::sync::Arc<dyn disk::read_at::ReadAt> = std::sync::Arc::new(vec![0; 4096]);
            let profile = certifier::profile::Profile::kvm();
            let mut report = certifier::certify(bytes, "disk.vhd", &profile, &certifier::progress::Silent);
            if let (false, Some(rule)) = (public, report.rules.first_mut()) {
                rule.exception = Some(granted.clone());
            }
            let image = Image::sample();
            let verdict = certification::Verdict::Certified;
            let run = Run {
                id: Id::sample(9),
                image: image.id,
                profile: "kvm".to_owned(),
                begun_at: at,
                stage: Stage::Concluded { at, verdict },
            };
            let signed =
                Signed { run: run.id, key_id: "ef".repeat(32), envelope: String::new(), signed_at: at };
            let found = Found { run, at, image, report, signed, standing, public };
            CertificatePage::new(w, frame.clone(), "Halle", found)
        };
        let mut samples: Vec<_> = standings.map(|standing| sample(standing, true)).into();
        samples.push(sample(Standing::Holds, false));
        samples
    }
}

/// The certificate of a run, if there is one and the visitor may see it; to others it does not exist.
async fn find(visit: &Visit, tx: &mut Tx, run: &str) -> Result<Found> {
    let id: Id<Run> = Id::parse(run).map_err(|_| NotFound)?;
    let run = certification::run(tx, id).await?.ok_or(NotFound)?;
    let Stage::Concluded { at, .. } = run.stage else { return Err(NotFound.into()) };
    let image = images::image(tx, run.image).await?.ok_or(NotFound)?;
    let public = publishing::was_on_sale(tx, &image).await?;
    let belongs = || visit.organisations().iter().any(|(one, _)| one.id == image.organisation);
    if !public && visit.operator().is_err() && !belongs() {
        return Err(NotFound.into());
    }
    let signed = certification::signed(tx, id).await?.ok_or(NotFound)?;
    let report = certification::report(tx, id).await?.ok_or(NotFound)?;
    let standing = certification::standing(tx, &run, &report).await?;
    Ok(Found { run, at, image, report, signed, standing, public })
}

async fn certificate(visit: Visit, Path(run): Path<String>) -> Result<Response> {
    let mut tx = visit.read().await?;
    let found = find(&visit, &mut tx, &run).await?;
    drop(tx);
    let market = &visit.market.settings().name;
    show(&CertificatePage::new(&visit.w, visit.shop(), market, found))
}

async fn envelope(visit: Visit, Path(run): Path<String>) -> Result<Response> {
    let mut tx = visit.read().await?;
    let found = find(&visit, &mut tx, &run).await?;
    drop(tx);
    let kind = "application/vnd.dsse.envelope.v1+json";
    Ok(a_file(kind, &certificate_file(&found.image), found.signed.envelope))
}

fn a_file(kind: &'static str, name: &str, text: String) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)], text)
        .into_response()
}

/// A key as the page lists it.
struct KeyView {
    id: String,
    heading: String,
    since: String,
    address: String,
}

#[derive(Template)]
#[template(path = "storefront/pages/keys.html")]
pub(super) struct KeysPage {
    w: Words,
    frame: Frame,
    crumbs: Vec<Link>,
    keys: Vec<KeyView>,
    openssl: String,
    stable: String,
}

impl KeysPage {
    fn new(w: &Words, frame: Frame, address: &str, keys: &[PublishedKey], current: Option<&str>) -> KeysPage {
        let view = |key: &PublishedKey| {
            let now = current == Some(key.id.as_str());
            KeyView {
                id: key.id.clone(),
                heading: w
                    .say(if now { "storefront-keys-now" } else { "storefront-keys-before" })
                    .to_string(),
                since: w.say("storefront-keys-since").with("date", w.date(key.first_used_at)).to_string(),
                address: format!("{KEYS}/{}.pub", key.id),
            }
        };
        let mut views: Vec<KeyView> = keys.iter().map(view).collect();
        views.sort_by_key(|one| current != Some(one.id.as_str()));
        let file = views.first().map(|one| key_file(&one.id)).unwrap_or_default();
        KeysPage {
            crumbs: vec![
                Link::new(w.say("frame-shop"), "/"),
                Link::new(w.say("storefront-keys-title"), "").current(true),
            ],
            openssl: format!("openssl pkey -pubin -in {file} -outform DER | sha256sum"),
            stable: format!("{address}{KEY}"),
            keys: views,
            w: w.clone(),
            frame,
        }
    }
}

impl Page for KeysPage {
    fn samples(frame: &Frame) -> Vec<Self> {
        let key =
            |id: &str| PublishedKey { id: id.repeat(32), pem: String::new(), first_used_at: frame.w.now() };
        let now = "cd".repeat(32);
        [(vec![], None), (vec![key("ab"), key("cd")], Some(now.as_str()))]
            .map(|(keys, current)| {
                KeysPage::new(&frame.w, frame.clone(), "http://market.test", &keys, current)
            })
            .into()
    }
}

async fn keys(visit: Visit) -> Result<Response> {
    let mut tx = visit.read().await?;
    let keys = certification::keys(&mut tx).await?;
    drop(tx);
    let settings = visit.market.settings();
    let current = settings.signer.as_ref().map(|signer| signer.public().id());
    show(&KeysPage::new(&visit.w, visit.shop(), &settings.address, &keys, current.as_deref()))
}

/// The key that signs now.
async fn current_key(visit: Visit) -> Result<Response> {
    let signer = visit.market.settings().signer.as_ref().ok_or(NotFound)?;
    let key = signer.public();
    Ok(a_file("application/x-pem-file", &key_file(&key.id()), key.to_pem()))
}

async fn one_key(visit: Visit, Path(name): Path<String>) -> Result<Response> {
    let id = name.strip_suffix(".pub").unwrap_or(&name);
    let mut tx = visit.read().await?;
    let key = certification::key(&mut tx, id).await?.ok_or(NotFound)?;
    Ok(a_file("application/x-pem-file", &key_file(&key.id), key.pem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_and_keys_are_told_in_every_language() {
        house::web::check_samples::<CertificatePage>(&crate::market::sources());
        house::web::check_samples::<KeysPage>(&crate::market::sources());
    }

    #[track_caller]
    fn check(name: &str, word: &str) {
        assert_eq!(shell_word(name), word);
    }

    #[test]
    fn a_file_s_name_is_one_word_of_a_command() {
        check("notes.vhd", "notes.vhd");
        check("my disk.vhd", "'my disk.vhd'");
        check("a; rm -rf ~.vhd", "'a; rm -rf ~.vhd'");
        check("$(id)'.vhd", "'$(id)'\\''.vhd'");
        check("-o.vhd", "./-o.vhd");
    }
}
