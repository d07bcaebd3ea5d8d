//! Migrations: plain SQL, forward only, checksummed, one text for both engines.
//!
//! The text speaks SQLite's strict tables (`integer`, `text`, `blob`, `strict`); for PostgreSQL these few words are replaced.
//! What truly differs, above all triggers, stands between `-- only sqlite` or `-- only postgres` and `-- end`.

use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Executor};

use super::{Columns, Database, Engine, Tx};
use crate::error::{Error, Result};

/// One step of the schema. Once released, its text never changes.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// `0003-offers`; applied in the order of the list that it stands in.
    pub name: &'static str,
    pub text: &'static str,
}

#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    #[error("migration {0} was changed after it had been applied")]
    Changed(String),
    #[error("the database knows migration {0}, which this program does not: it is older than its data")]
    FromTheFuture(String),
}

impl From<MigrationError> for Error {
    #[track_caller]
    fn from(error: MigrationError) -> Error {
        Error::fault(error.to_string())
    }
}

/// The tables and columns that are there: `(table, column)`, sorted.
pub async fn columns(tx: &mut Tx) -> Result<Vec<(String, String)>> {
    let sql = match tx.engine() {
        Engine::Sqlite => {
            "select m.name as table_name, c.name as column_name from sqlite_master m, pragma_table_info(m.name) c \
             where m.type = 'table' and m.name not like 'sqlite%' order by 1, 2"
        }
        Engine::Postgres => {
            "select cast(table_name as text) as table_name, cast(column_name as text) as column_name \
             from information_schema.columns where table_schema = 'public' order by 1, 2"
        }
    };
    let rows = sqlx::query(sql).fetch_all(tx.on()).await?;
    rows.iter().map(|row| Ok((row.text("table_name")?, row.text("column_name")?))).collect()
}

pub(super) async fn apply(database: &Database, migrations: &[Migration]) -> Result<()> {
    let mut tx = database.write().await?;
    if tx.engine() == Engine::Postgres {
        // Two replicas that start together must not both migrate.
        tx.on().execute("select pg_advisory_xact_lock(7206318)").await?;
    }
    tx.on()
        .execute("create table if not exists house_migration (name text primary key, checksum text not null)")
        .await?;
    let rows = sqlx::query("select name, checksum from house_migration").fetch_all(tx.on()).await?;
    let mut applied = std::collections::BTreeMap::new();
    for row in &rows {
        applied.insert(row.text("name")?, row.text("checksum")?);
    }
    for migration in migrations {
        let checksum = checksum(migration.text);
        match applied.remove(migration.name) {
            Some(known) if known == checksum => continue,
            Some(_) => return Err(MigrationError::Changed(migration.name.to_owned()).into()),
            None => {}
        }
        let engine = tx.engine();
        tx.on().execute(AssertSqlSafe(for_engine(migration.text, engine))).await?;
        sqlx::query("insert into house_migration (name, checksum) values ($1, $2)")
            .bind(migration.name)
            .bind(checksum)
            .execute(tx.on())
            .await?;
    }
    if let Some((name, _)) = applied.pop_first() {
        return Err(MigrationError::FromTheFuture(name).into());
    }
    tx.commit().await
}

fn checksum(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The text as `engine` understands it.
fn for_engine(text: &str, engine: Engine) -> String {
    let mut only = None;
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        match line.trim() {
            "-- only sqlite" => only = Some(Engine::Sqlite),
            "-- only postgres" => only = Some(Engine::Postgres),
            "-- end" => only = None,
            _ if only.is_some_and(|only| only != engine) => {}
            trimmed if trimmed.starts_with("--") => {}
            _ => {
                out.push_str(&if engine == Engine::Postgres && only.is_none() {
                    postgres(line)
                } else {
                    line.to_owned()
                });
                out.push('\n');
            }
        }
    }
    out
}

fn postgres(line: &str) -> String {
    line.replace(" integer", " bigint").replace(" blob", " bytea").replace(") strict;", ");")
}
