//! `halle serve`: the market, open.

use std::fs::File;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use axum::Router;
use clap::Args;
use compute::qemu::{AccelChoice, Config, Qemu};
use house::blobs::Blobs;
use house::db::Address;
use house::jobs::{Breakpoint, Worker};
use house::mail::Post;
use house::{Clock, Database, outbox};
use marketplace::{Market, Settings};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tracing::info;

use crate::{signing, vitals};

/// How long requests that are under way may take to end after the market is told to stop.
const STOP_WITHIN: std::time::Duration = std::time::Duration::from_secs(20);

#[derive(Debug, Args)]
pub struct ServeArgs {
    #[command(flatten)]
    pub place: Place,
    /// The address to listen at.
    #[arg(long, default_value = "127.0.0.1:8080", env = "HALLE_LISTEN")]
    pub listen: SocketAddr,
    /// Where people find the market, as letters and web hooks say it [default: http:// and the address it listens at].
    #[arg(long, env = "HALLE_ADDRESS")]
    pub address: Option<String>,
    /// The market's name.
    #[arg(long, default_value = "Halle", env = "HALLE_NAME")]
    pub name: String,
    /// The accent colour of the pages, #rrggbb.
    #[arg(long, default_value = "", env = "HALLE_ACCENT")]
    pub accent: String,
    /// The sender of letters.
    #[arg(long, default_value = "Halle <market@localhost>", env = "HALLE_MAIL_FROM")]
    pub mail_from: String,
    /// The mail server, smtp://user:password@host:port; without one, letters are files in the data directory.
    #[arg(long, env = "HALLE_SMTP")]
    pub smtp: Option<String>,
    /// The IPv4 address at which the ports of machines are opened
    #[arg(long, default_value = "127.0.0.1", env = "HALLE_MACHINES_ADDRESS")]
    pub machines_address: std::net::Ipv4Addr,
    /// The memory that all machines together get, in MiB [default: three quarters of what this host has]
    #[arg(long, env = "HALLE_MACHINES_MEMORY_MIB")]
    pub machines_memory_mib: Option<u64>,
    /// Who runs the instructions of machines: auto, kvm, or tcg, which works everywhere and is slow
    #[arg(long, default_value = "auto", env = "HALLE_ACCEL", value_parser = accel)]
    pub accel: AccelChoice,
    /// The private key that signs certificates, as `halle keygen` makes one [default: one of its own in the data directory]
    #[arg(long, env = "HALLE_CERTIFICATE_KEY", value_name = "KEY")]
    pub certificate_key: Option<PathBuf>,
    /// Let web hooks call addresses of this machine and of private networks.
    #[arg(long)]
    pub private_hooks: bool,
    /// Logs as JSON, a line each.
    #[arg(long)]
    pub log_json: bool,
    /// Kill the process at this step of a job: for tests of what a power cut leaves behind.
    #[arg(long, hide = true)]
    pub break_at: Option<String>,
}

/// Where a market keeps what it knows.
#[derive(Debug, Args)]
pub struct Place {
    /// The data directory.
    #[arg(long, default_value = "halle-data", env = "HALLE_DATA")]
    pub data: PathBuf,
    /// A PostgreSQL database, postgres://…, instead of the file in the data directory.
    #[arg(long, env = "HALLE_DATABASE")]
    pub database: Option<String>,
}

impl Place {
    pub async fn open_database(&self) -> anyhow::Result<Database> {
        std::fs::create_dir_all(&self.data)
            .with_context(|| format!("{} cannot be made", self.data.display()))?;
        let address = match &self.database {
            Some(address) => Address::parse(address),
            None => Address::in_directory(&self.data),
        };
        let migrations = marketplace::migrations();
        let opened = Database::open(&address.map_err(told)?, Clock::running(), &migrations).await;
        opened.map_err(told).context("the database cannot be opened")
    }
}

/// A refusal or fault as the person at the desk reads it.
pub fn told(error: house::Error) -> anyhow::Error {
    match error {
        house::Error::Refused(refusal) => anyhow::anyhow!("refused: {refusal:?}"),
        house::Error::Fault(fault) => anyhow::anyhow!("{fault}"),
    }
}

pub async fn run(args: ServeArgs) -> anyhow::Result<()> {
    run_with(args, async |_| Ok(())).await
}

/// Opens the market, and does `once_open` while it is. The market closes when that fails, or when it is told to.
pub async fn run_with(
    args: ServeArgs,
    once_open: impl AsyncFnOnce(Market) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    start_log(args.log_json);
    std::fs::create_dir_all(&args.place.data)
        .with_context(|| format!("{} cannot be made", args.place.data.display()))?;
    let _lock = lock(&args.place.data)?;
    let database = args.place.open_database().await?;
    let listener = TcpListener::bind(args.listen)
        .await
        .with_context(|| format!("{} cannot be listened at", args.listen))?;
    let bound = listener.local_addr()?;
    let market = open_market(&args, database.clone(), bound)?;
    marketplace::deployments::sweep_soon(&market).await.map_err(told)?;
    marketplace::certification::sign_soon(&market).await.map_err(told)?;
    let (stop, stopping) = watch::channel(false);
    let worker = worker(&args, &market)?;
    let working = tokio::spawn(async move { worker.run(stopping).await });

    let mut signals = Signals::caught()?;
    let doors: Router = marketplace::pages::app(market.clone()).merge(vitals::router(database.clone()));
    // The line that people and programs wait for.
    writeln!(std::io::stdout(), "listening on http://{bound}")?;
    info!(%bound, data = %args.place.data.display(), "the market is open");
    let mut told_to_stop = stop.subscribe();
    let serving = axum::serve(listener, doors).with_graceful_shutdown(async move {
        let _ = told_to_stop.wait_for(|stop| *stop).await;
    });
    let serving = tokio::spawn(serving.into_future());
    let open = async {
        once_open(market).await?;
        std::future::pending::<anyhow::Result<()>>().await
    };
    let outcome = tokio::select! {
        () = signals.any() => Ok(()),
        failed = open => failed,
    };
    info!("closing: letting what is under way come to its end");
    stop.send_replace(true);
    // Streams of events never end by themselves.
    let _ = tokio::time::timeout(STOP_WITHIN, serving).await;
    let _ = tokio::time::timeout(STOP_WITHIN, working).await;
    database.close().await;
    outcome
}

fn open_market(args: &ServeArgs, database: Database, bound: SocketAddr) -> anyhow::Result<Market> {
    let mut settings = Settings::at(args.address.as_deref().unwrap_or(&format!("http://{bound}")));
    settings.name = args.name.clone();
    settings.accent = args.accent.clone();
    settings.private_hooks = args.private_hooks;
    settings.advisories = Some(args.place.data.join(crate::advisories::FILE_NAME));
    settings.signer = Some(signing::signer(&args.place.data, args.certificate_key.as_deref())?);
    settings.certify_program = Some(std::env::current_exe().context("this program cannot find itself")?);
    let blobs = Blobs::open(&args.place.data).context("the blobs cannot be opened")?;
    let machines = Config {
        bind: args.machines_address,
        memory_budget_mib: args.machines_memory_mib,
        accel: args.accel,
        ..Config::in_folder(args.place.data.join("machines"))
    };
    let engine = Qemu::open(machines).context("the folder of machines cannot be used")?;
    Ok(Market::open(database, blobs, Arc::new(engine), settings))
}

fn accel(text: &str) -> Result<AccelChoice, String> {
    match text {
        "auto" => Ok(AccelChoice::Auto),
        "kvm" => Ok(AccelChoice::Kvm),
        "tcg" => Ok(AccelChoice::Tcg),
        _ => Err("auto, kvm or tcg".to_owned()),
    }
}

fn worker(args: &ServeArgs, market: &Market) -> anyhow::Result<Worker> {
    let post = match &args.smtp {
        Some(address) => Post::by_smtp(&args.mail_from, address),
        None => Post::into_box(&args.mail_from, args.place.data.join("letters")),
    };
    let mut handlers = marketplace::market::handlers(market);
    outbox::handle(&mut handlers, post.map_err(told)?);
    let breakpoint = args.break_at.as_deref().map_or_else(Breakpoint::none, Breakpoint::at);
    Ok(Worker::new(market.database().clone(), handlers, holder(&args.place.data)?, breakpoint))
}

/// The name under which this data directory claims jobs, made once. Two replicas on one database have two directories.
fn holder(data: &Path) -> anyhow::Result<String> {
    let file = data.join("holder");
    match std::fs::read_to_string(&file) {
        Ok(name) if !name.trim().is_empty() => Ok(name.trim().to_owned()),
        _ => {
            let name = house::chance::token(8).map_err(told)?;
            std::fs::write(&file, &name).with_context(|| format!("{} cannot be written", file.display()))?;
            Ok(name)
        }
    }
}

/// Only one process may use a data directory: the lock goes with the process, however it ends.
fn lock(data: &Path) -> anyhow::Result<File> {
    let path = data.join("lock");
    let file = File::create(&path).with_context(|| format!("{} cannot be written", path.display()))?;
    match rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(_) => bail!(
            "another `halle serve` uses {}; stop it, or name another directory by --data",
            data.display()
        ),
    }
}

fn start_log(json: bool) {
    let filter =
        tracing_subscriber::EnvFilter::try_from_env("HALLE_LOG").unwrap_or_else(|_| "info,sqlx=warn".into());
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if json { log.json().init() } else { log.init() }
}

/// The signals by which the market is told to stop. Caught from the moment this is made, which is before the market says that it
/// listens: whoever heard that and asks it to stop at once must not find it unprepared.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn caught() -> anyhow::Result<Signals> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn any(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
