//! One SQL text, two engines: SQLite in the data directory, PostgreSQL when one machine is not enough.
//!
//! What is absent: money as decimals, time as text, booleans, floats. Columns hold integers (whole minor units, microseconds UTC,
//! 0 or 1), text and bytes, since these mean the same on both engines. All writes go through [`Database::write`].

mod migrate;
mod row;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::str::FromStr;
use std::sync::{Arc, LazyLock, Mutex, Once, PoisonError};
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Executor};
use tokio::sync::watch;
use uuid::timestamp::context::ContextV7;

use crate::clock::{Clock, Timestamp};
use crate::error::{Error, Result};
use crate::ids::Id;

pub use migrate::{Migration, MigrationError, columns};
pub use row::Columns;
pub use sqlx::any::AnyRow as Row;

/// Connections that read at the same time.
const READERS: u32 = 8;
/// Writers at the same time, on PostgreSQL. SQLite has one.
const POSTGRES_WRITERS: u32 = 8;
/// How long a request waits for a connection before it is told that the house is too busy.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// How long to wait before asking again for a database that is locked.
const LOCKED_PAUSE: Duration = Duration::from_millis(50);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// The database, open. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    engine: Engine,
    writer: AnyPool,
    reader: AnyPool,
    clock: Clock,
    changes: Arc<watch::Sender<u64>>,
}

/// Where a database is.
#[derive(Debug, Clone)]
pub struct Address(String);

impl Address {
    /// The file `halle.sqlite` in the data directory.
    pub fn in_directory(directory: &Path) -> Result<Address> {
        let file = directory.join("halle.sqlite");
        let url = url::Url::from_file_path(std::path::absolute(&file)?)
            .map_err(|()| Error::fault(format!("{} is no path for a database", file.display())))?;
        Ok(Address(format!("sqlite://{}?mode=rwc", url.path())))
    }

    /// A server: `postgres://user@host:port/name`.
    pub fn parse(text: &str) -> Result<Address> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Address(text.to_owned()));
        }
        Err(Error::fault(
            "the database's address begins with postgres://; leave it out to use the data directory",
        ))
    }

    fn engine(&self) -> Engine {
        if self.0.starts_with("sqlite:") { Engine::Sqlite } else { Engine::Postgres }
    }
}

impl Database {
    /// Opens the database and applies what is missing of `migrations`.
    pub async fn open(address: &Address, clock: Clock, migrations: &[Migration]) -> Result<Database> {
        static DRIVERS: Once = Once::new();
        DRIVERS.call_once(sqlx::any::install_default_drivers);
        let engine = address.engine();
        let options = AnyConnectOptions::from_str(&address.0)?;
        let (writer, reader) = match engine {
            Engine::Sqlite => {
                // The first connection makes the file and turns the write-ahead log on, before any reader looks.
                let writer = first_connection(&options).await?;
                (writer, sqlite_pool(READERS, READER_PRAGMAS).connect_with(options).await?)
            }
            Engine::Postgres => {
                let pool = |most| AnyPoolOptions::new().max_connections(most).acquire_timeout(WAIT_MAX);
                (
                    pool(POSTGRES_WRITERS).connect_with(options.clone()).await?,
                    pool(READERS).connect_lazy_with(options),
                )
            }
        };
        let database = Database { engine, writer, reader, clock, changes: Arc::new(watch::Sender::new(0)) };
        migrate::apply(&database, migrations).await?;
        Ok(database)
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Opens a transaction that may write. Dropped without [`Tx::commit`], it leaves nothing behind.
    pub async fn write(&self) -> Result<Tx> {
        // A deferred BEGIN that reads first and writes later is refused as busy at once, however long one would wait.
        let begin = match self.engine {
            Engine::Sqlite => "begin immediate",
            Engine::Postgres => "begin",
        };
        let inner = self.writer.begin_with(begin).await?;
        Ok(Tx {
            inner,
            now: self.clock.now(),
            engine: self.engine,
            changes: Some(self.changes.clone()),
            party: String::new(),
        })
    }

    /// Opens a transaction that sees one moment of the database and writes nothing.
    pub async fn read(&self) -> Result<Tx> {
        let begin = match self.engine {
            Engine::Sqlite => "begin deferred",
            Engine::Postgres => "begin isolation level repeatable read, read only",
        };
        let inner = self.reader.begin_with(begin).await?;
        Ok(Tx { inner, now: self.clock.now(), engine: self.engine, changes: None, party: String::new() })
    }

    /// A signal that fires after each commit made by this process. What changed must be looked up.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Waits for what is under way, then closes.
    pub async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}

// The patience comes first, since turning the log on may itself have to wait. It is as long as `WAIT_MAX`: a command at the desk,
// such as `halle operator`, stands in line with a server that writes all the time.
const WRITER_PRAGMAS: &str = "pragma busy_timeout = 30000; pragma journal_mode = wal; pragma synchronous = full; \
     pragma foreign_keys = on; pragma journal_size_limit = 67108864";
const READER_PRAGMAS: &str = "pragma busy_timeout = 30000; pragma foreign_keys = on; pragma query_only = on";

/// Opens the writer. While another process recovers the log of one that died, SQLite answers "locked" without waiting; that is
/// over within moments, so the question is put again.
async fn first_connection(options: &AnyConnectOptions) -> Result<sqlx::AnyPool> {
    let begun = tokio::time::Instant::now();
    loop {
        match sqlite_pool(1, WRITER_PRAGMAS).connect_with(options.clone()).await {
            Err(cause) if is_locked(&cause) && begun.elapsed() < WAIT_MAX => {
                tokio::time::sleep(LOCKED_PAUSE).await;
            }
            answer => return Ok(answer?),
        }
    }
}

/// SQLITE_BUSY and SQLITE_LOCKED, whatever else the extended code says.
fn is_locked(cause: &sqlx::Error) -> bool {
    let code = cause.as_database_error().and_then(|error| error.code());
    code.and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| matches!(code & 0xff, 5 | 6))
}

fn sqlite_pool(most: u32, pragmas: &'static str) -> AnyPoolOptions {
    AnyPoolOptions::new().max_connections(most).acquire_timeout(WAIT_MAX).after_connect(
        move |connection, _| {
            Box::pin(async move { connection.execute(AssertSqlSafe(pragmas)).await.map(|_| ()) })
        },
    )
}

/// A transaction, and the moment at which it began. Opened at the edge, lent to the verbs, committed at the edge.
pub struct Tx {
    inner: sqlx::Transaction<'static, sqlx::Any>,
    now: Timestamp,
    engine: Engine,
    changes: Option<Arc<watch::Sender<u64>>>,
    party: String,
}

impl Tx {
    /// The moment at which the transaction began: one and the same for all that it writes.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Says whom the changes from here on concern, beside who makes them: the audit log keeps it, so that a party can be shown
    /// its own history.
    pub fn concerns(&mut self, party: impl std::fmt::Display) {
        self.party = party.to_string();
    }

    /// Whom the changes concern; empty when nobody said.
    pub fn party(&self) -> &str {
        &self.party
    }

    /// An id for a new `T`, in the order of time.
    pub fn new_id<T>(&self) -> Id<T> {
        let seconds = u64::try_from(self.now.as_second()).unwrap_or(0);
        let nanos = u32::try_from(self.now.subsec_nanosecond()).unwrap_or(0);
        // Ids of one millisecond are counted up, so that "newest by id" is the one made last, whatever the clock does.
        static COUNT: LazyLock<Mutex<ContextV7>> = LazyLock::new(|| Mutex::new(ContextV7::new()));
        let count = COUNT.lock().unwrap_or_else(PoisonError::into_inner);
        let moment = uuid::Timestamp::from_unix(&*count, seconds, nanos);
        Id::from_raw(uuid::Uuid::new_v7(moment))
    }

    /// Where queries run: `sqlx::query("…").bind(…).fetch_one(tx.on()).await?`.
    pub fn on(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }

    pub async fn commit(self) -> Result<()> {
        self.inner.commit().await?;
        if let Some(changes) = self.changes {
            changes.send_modify(|count| *count += 1);
        }
        Ok(())
    }
}

/// The name of the unique index that a statement ran into, if that is why it failed: `table_column` or `table_column_column`,
/// on both engines, provided that the index is named so.
pub fn unique_broken(error: &sqlx::Error) -> Option<String> {
    let sqlx::Error::Database(cause) = error else { return None };
    if !cause.is_unique_violation() {
        return None;
    }
    if let Some(name) = cause.constraint() {
        return Some(name.to_owned());
    }
    // SQLite names the columns, not the index: `UNIQUE constraint failed: offers_offer.seller, offers_offer.slug`.
    let columns = cause.message().rsplit("failed: ").next()?;
    let mut name = String::new();
    for column in columns.split(", ") {
        let (table, column) = column.split_once('.')?;
        if name.is_empty() {
            name.push_str(table);
        }
        name.push('_');
        name.push_str(column);
    }
    Some(name)
}
