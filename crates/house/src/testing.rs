//! Fresh databases for tests, on both engines.
//!
//! PostgreSQL is the one that `cargo xtask test` started (`HALLE_TEST_POSTGRES`). Without it a test fails: an engine that is
//! silently left out is an engine that is not tested.

use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::{AssertSqlSafe, Connection, Executor};

use crate::clock::{Clock, Timestamp};
use crate::db::{Address, Database, Engine, Migration};

/// A database that goes away with the test.
pub struct TestDatabase {
    pub database: Database,
    pub directory: tempfile::TempDir,
}

/// The moment at which every test begins: 4 May 2026, noon.
pub fn noon() -> Timestamp {
    "2026-05-04T12:00:00Z".parse().expect("a moment")
}

/// A fresh database of this engine with these migrations, under a clock that stands at [`noon`].
pub async fn fresh(engine: Engine, migrations: &[Migration]) -> TestDatabase {
    let directory = tempfile::tempdir().expect("a directory for the test");
    let address = match engine {
        Engine::Sqlite => Address::in_directory(directory.path()).expect("an address"),
        Engine::Postgres => Address::parse(&fresh_postgres().await).expect("an address"),
    };
    let database =
        Database::open(&address, Clock::standing(noon()), migrations).await.expect("the database opens");
    TestDatabase { database, directory }
}

/// The address of an empty database on the test server.
pub async fn fresh_postgres() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let server = std::env::var("HALLE_TEST_POSTGRES").expect(
        "HALLE_TEST_POSTGRES is not set: run the tests by `cargo xtask test`, which starts a PostgreSQL",
    );
    let name = format!("t{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut address: url::Url = server.parse().expect("HALLE_TEST_POSTGRES is an address");
    sqlx::any::install_default_drivers();
    address.set_path("postgres");
    let mut connection =
        sqlx::AnyConnection::connect(address.as_str()).await.expect("the test's PostgreSQL answers");
    // A process number comes round again, and with it a database that an earlier run left behind.
    connection
        .execute(AssertSqlSafe(format!("drop database if exists {name} with (force)")))
        .await
        .expect("no old database");
    connection.execute(AssertSqlSafe(format!("create database {name}"))).await.expect("a new database");
    address.set_path(&name);
    address.into()
}

/// Runs a test on both engines, in a runtime of its own.
#[macro_export]
macro_rules! on_both_engines {
    ($($(#[$attribute:meta])* async fn $name:ident($engine:ident) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;
            async fn story($engine: $crate::db::Engine) $body
            $(#[$attribute])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                story($crate::db::Engine::Sqlite).await;
            }
            $(#[$attribute])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                story($crate::db::Engine::Postgres).await;
            }
        }
    )*};
}
