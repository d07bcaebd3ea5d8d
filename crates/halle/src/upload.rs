//! `halle upload`: sends an image to a market from a terminal or from CI, and goes on where an earlier attempt broke off.

use std::io::{IsTerminal, SeekFrom};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use certifier::profile::Profile;
use certifier::report::Overall;
use certifier::words::Language;
use clap::Args;
use disk::content_id::{Flat, for_each_leaf};
use disk::read_at::{FileImage, ReadAt};
use house::chance::hex;
use indicatif::{ProgressBar, ProgressStyle};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

/// Bytes sent in one request. What was sent in earlier ones is safe whatever happens.
const PIECE_BYTES: u64 = 64 << 20;
/// Attempts that bring nothing before it is given up, and the pause after each: 1, 2, 4 … seconds.
const ATTEMPTS_MAX: u32 = 8;
/// How often the market is asked how sealing and judging go.
const LOOK_EVERY: Duration = Duration::from_millis(700);

const NOT_CERTIFIED: u8 = 1;
const COULD_NOT_JUDGE: u8 = 2;

#[derive(Debug, Args)]
pub struct UploadArgs {
    /// The disk image, a fixed VHD
    file: PathBuf,
    /// The market's address, such as https://market.example
    #[arg(long)]
    to: String,
    /// The id of the organisation; its portal shows it
    #[arg(long)]
    organisation: String,
    /// A token of that organisation
    #[arg(long, env = "HALLE_TOKEN", hide_env_values = true)]
    token: String,
    /// Wait for the verdict: exit 0 certified, 1 not certified, 2 could not judge
    #[arg(long)]
    wait: bool,
    /// Show no progress
    #[arg(long, short)]
    quiet: bool,
}

/// A market, and in whose name it is spoken to.
struct Door {
    client: Client,
    base: String,
    token: String,
    language: Language,
}

/// What is sent.
struct Parcel {
    path: PathBuf,
    name: String,
    size_bytes: u64,
    sha256: String,
}

pub fn run(args: UploadArgs) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.map_err(anyhow::Error::from).and_then(|runtime| runtime.block_on(upload(&args))) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("halle: {error:#}");
            ExitCode::from(COULD_NOT_JUDGE)
        }
    }
}

async fn upload(args: &UploadArgs) -> anyhow::Result<u8> {
    let language = language();
    let name = args.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let image = FileImage::open(&args.file).with_context(|| args.file.display().to_string())?;
    let image: Arc<dyn ReadAt> = Arc::new(image);
    let report = certifier::certify_container(&image, &name, &Profile::kvm());
    if report.verdict == Overall::NotCertified {
        print!("{}", certifier::text::write(&report, language, std::io::stdout().is_terminal()));
        return Ok(NOT_CERTIFIED);
    }
    let quiet = args.quiet || !std::io::stderr().is_terminal();
    let parcel = Parcel {
        path: args.file.clone(),
        name,
        size_bytes: image.size_bytes(),
        sha256: digest(&image, &bar(quiet, image.size_bytes(), said(language, "reading", "lecture")))?,
    };
    let door = Door {
        client: house::tls::client().connect_timeout(Duration::from_secs(20)).build()?,
        base: args.to.trim_end_matches('/').to_owned(),
        token: args.token.clone(),
        language,
    };
    let address = door.address_for(&parcel, &args.organisation).await?;
    let bar = bar(quiet, parcel.size_bytes, said(language, "sending", "envoi"));
    if let Some(reason) = door.send(&parcel, &address, &bar).await? {
        bar.finish_and_clear();
        eprintln!("halle: {reason}");
        return Ok(NOT_CERTIFIED);
    }
    bar.finish_and_clear();
    let state = door
        .until(&address, |state| ["sealed", "refused", "discarded"].contains(&text(state, "stage")))
        .await?;
    let Some(image) = state["image"].as_str() else {
        eprintln!("halle: {}", text(&state, "reason"));
        return Ok(NOT_CERTIFIED);
    };
    println!("{}{}", door.base, text(&state, "page"));
    if args.wait { door.verdict(image).await } else { Ok(0) }
}

impl Door {
    fn ask(&self, method: Method, address: &str) -> RequestBuilder {
        let language = if self.language == Language::Fr { "fr" } else { "en" };
        self.client
            .request(method, format!("{}{address}", self.base))
            .bearer_auth(&self.token)
            .header("tus-resumable", "1.0.0")
            .header("accept", "application/json")
            .header("accept-language", language)
    }

    async fn json(&self, address: &str) -> anyhow::Result<Value> {
        let answer = self.ask(Method::GET, address).timeout(Duration::from_secs(60)).send().await?;
        Ok(told(answer).await?.json().await?)
    }

    /// The upload that was begun for these bytes and not finished; else a new one.
    async fn address_for(&self, parcel: &Parcel, organisation: &str) -> anyhow::Result<String> {
        let fingerprint = format!("sha256:{}", parcel.sha256);
        let organisation: String = url::form_urlencoded::byte_serialize(organisation.as_bytes()).collect();
        let path = format!("/api/v1/uploads?organisation={organisation}");
        let open = self.json(&format!("{path}&fingerprint={fingerprint}")).await?;
        if let Some(address) = open["uploads"][0]["address"].as_str() {
            return Ok(address.to_owned());
        }
        let pair = |key: &str, value: &str| format!("{key} {}", BASE64.encode(value));
        let metadata = [
            pair("filename", &parcel.name),
            pair("sha256", &parcel.sha256),
            pair("fingerprint", &fingerprint),
        ];
        let begun = self
            .ask(Method::POST, &path)
            .header("upload-length", parcel.size_bytes)
            .header("upload-metadata", metadata.join(","))
            .send()
            .await?;
        let begun = told(begun).await?;
        let address = begun.headers().get("location").and_then(|address| address.to_str().ok());
        Ok(address.context("the market did not say where to send the file")?.to_owned())
    }

    /// Sends what is missing. Returns the reason when the market has refused the file.
    async fn send(
        &self,
        parcel: &Parcel,
        address: &str,
        bar: &ProgressBar,
    ) -> anyhow::Result<Option<String>> {
        let mut fruitless = 0;
        let mut furthest = 0;
        loop {
            match self.send_piece(parcel, address, bar).await {
                Ok(stored) if stored >= parcel.size_bytes => return Ok(None),
                Ok(stored) => {
                    fruitless = if stored > furthest { 0 } else { fruitless + 1 };
                    furthest = stored.max(furthest);
                }
                Err(error) => {
                    // The connection often goes before the reason arrives; the upload itself knows it.
                    match self.json(address).await {
                        Ok(state) if ["refused", "discarded"].contains(&text(&state, "stage")) => {
                            return Ok(Some(text(&state, "reason").to_owned()));
                        }
                        _ => fruitless += 1,
                    }
                    if fruitless >= ATTEMPTS_MAX {
                        return Err(error);
                    }
                    tokio::time::sleep(Duration::from_secs(1 << fruitless.min(6)) / 2).await;
                }
            }
        }
    }

    /// Asks where the upload stands and sends the next piece. Returns how much is safe with the market.
    async fn send_piece(&self, parcel: &Parcel, address: &str, bar: &ProgressBar) -> anyhow::Result<u64> {
        let standing = self.ask(Method::HEAD, address).timeout(Duration::from_secs(60)).send().await?;
        let offset = offset_in(&told(standing).await?)?;
        bar.set_position(offset);
        let length = PIECE_BYTES.min(parcel.size_bytes.saturating_sub(offset));
        if length == 0 {
            return Ok(offset);
        }
        let mut file = tokio::fs::File::open(&parcel.path).await?;
        file.seek(SeekFrom::Start(offset)).await?;
        let counted = bar.wrap_async_read(file.take(length));
        let sent = self
            .ask(Method::PATCH, address)
            .header("upload-offset", offset)
            .header("content-type", "application/offset+octet-stream")
            .header("content-length", length)
            .body(reqwest::Body::wrap_stream(ReaderStream::with_capacity(counted, 256 << 10)))
            .send()
            .await?;
        offset_in(&told(sent).await?)
    }

    async fn until(&self, address: &str, done: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
        let mut failed = 0;
        loop {
            match self.json(address).await {
                Ok(state) if done(&state) => return Ok(state),
                Ok(_) => failed = 0,
                Err(error) if failed >= ATTEMPTS_MAX => return Err(error),
                Err(_) => failed += 1,
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Waits for the verdict, prints it with what must be fixed, and returns the exit code.
    async fn verdict(&self, image: &str) -> anyhow::Result<u8> {
        let address = format!("/api/v1/images/{image}");
        let state = self.until(&address, |state| text(state, "state") == "concluded").await?;
        if let Some(reason) = state["reason"].as_str() {
            println!("{reason}");
            return Ok(COULD_NOT_JUDGE);
        }
        let report = self.json(&format!("{address}/report")).await?;
        println!("{}", text(&report, "verdict_words"));
        let rules = report["rules"].as_array().map(Vec::as_slice).unwrap_or_default();
        for rule in rules.iter().filter(|rule| text(rule, "verdict") == "fail") {
            println!("\n  {}  {}\n       {}", text(rule, "id"), text(rule, "title"), text(rule, "reason"));
            for place in rule["evidence"].as_array().map(Vec::as_slice).unwrap_or_default() {
                let line = place["line"].as_u64().map(|line| format!(":{line}")).unwrap_or_default();
                println!("       {}{line}  {}", text(place, "path"), text(place, "found"));
            }
            if let Some(remedy) = rule["remedy"].as_str() {
                println!("       {remedy}");
            }
        }
        Ok(match text(&state, "verdict") {
            "certified" => 0,
            "not_certified" => NOT_CERTIFIED,
            _ => COULD_NOT_JUDGE,
        })
    }
}

/// The answer, unless it is a refusal: then its words are the error.
async fn told(answer: Response) -> anyhow::Result<Response> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    if status == StatusCode::UNAUTHORIZED {
        bail!("the market does not know this token (401)");
    }
    let problem: Value = answer.json().await.unwrap_or_default();
    match problem["detail"].as_str() {
        Some(detail) => Err(anyhow!("{detail}")),
        None => bail!("the market answered {status}"),
    }
}

fn offset_in(answer: &Response) -> anyhow::Result<u64> {
    let offset = answer.headers().get("upload-offset").and_then(|offset| offset.to_str().ok()?.parse().ok());
    offset.context("the market did not say where the upload stands")
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

fn digest(image: &dyn ReadAt, bar: &ProgressBar) -> anyhow::Result<String> {
    let mut flat = Flat::default();
    for_each_leaf(image, &mut |_, leaf| {
        bar.inc(leaf.length());
        flat.take(leaf);
        Ok(())
    })?;
    bar.finish_and_clear();
    Ok(hex(&flat.finish()))
}

fn bar(quiet: bool, size_bytes: u64, doing: &'static str) -> ProgressBar {
    if quiet {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(size_bytes).with_message(doing);
    let style =
        "{msg} {bar:40} {percent} %  {binary_bytes}/{binary_total_bytes}  {binary_bytes_per_sec}  {eta}";
    bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

fn said(language: Language, english: &'static str, french: &'static str) -> &'static str {
    if language == Language::Fr { french } else { english }
}

/// The language of the locale.
fn language() -> Language {
    let tags = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok());
    tags.into_iter()
        .find(|value| !value.is_empty())
        .and_then(|tag| Language::of_tag(&tag))
        .unwrap_or(Language::En)
}
