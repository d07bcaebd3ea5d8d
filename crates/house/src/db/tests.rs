//! The ten checks that one SQL text had to pass on both engines before the house was built on it (decision 0001).

use std::time::Duration;

use super::*;
use crate::on_both_engines;
use crate::testing::{TestDatabase, fresh};

const TABLES: &[Migration] = &[Migration {
    name: "0001-trial",
    text: "create table trial (
               id text primary key, slug text not null, price integer, note text, body blob, version integer not null,
               constraint trial_price check (price is null or price >= 0)
           ) strict;
           create unique index trial_slug on trial (slug);
           create table queue (id integer primary key, taken_by integer, fence integer not null default 0) strict;",
}];

struct Trial;

async fn open(engine: Engine) -> TestDatabase {
    fresh(engine, TABLES).await
}

async fn add(tx: &mut Tx, slug: &str, price: Option<i64>) -> Result<Id<Trial>, sqlx::Error> {
    let id = tx.new_id::<Trial>();
    sqlx::query("insert into trial (id, slug, price, note, body, version) values ($1, $2, $3, $4, $5, 1)")
        .bind(id.to_string())
        .bind(slug)
        .bind(price)
        .bind(None::<String>)
        .bind(vec![0_u8, 255])
        .execute(tx.on())
        .await?;
    Ok(id)
}

on_both_engines! {
    async fn what_is_written_is_read_back_with_its_type(engine) {
        let test = open(engine).await;
        let mut tx = test.database.write().await.unwrap();
        let id = add(&mut tx, "é-nginx", Some(i64::MAX)).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = test.database.read().await.unwrap();
        let row = sqlx::query("select * from trial").fetch_one(tx.on()).await.unwrap();
        assert_eq!(row.id::<Trial>("id").unwrap(), id);
        assert_eq!(row.text("slug").unwrap(), "é-nginx");
        assert_eq!(row.int("price").unwrap(), i64::MAX);
        assert_eq!(row.bytes("body").unwrap(), [0, 255]);
        assert!(row.text("price").is_err() || engine == Engine::Sqlite);
    }

    async fn nothing_is_told_from_zero_and_from_empty(engine) {
        let test = open(engine).await;
        let mut tx = test.database.write().await.unwrap();
        add(&mut tx, "none", None).await.unwrap();
        add(&mut tx, "zero", Some(0)).await.unwrap();
        let rows = sqlx::query("select price, note from trial order by slug").fetch_all(tx.on()).await.unwrap();
        assert_eq!(rows[0].maybe_int("price").unwrap(), None);
        assert_eq!(rows[1].maybe_int("price").unwrap(), Some(0));
        assert_eq!(rows[0].maybe_text("note").unwrap(), None);
        assert!(rows[0].int("price").is_err());
    }

    async fn the_second_of_two_editors_is_told(engine) {
        let test = open(engine).await;
        let mut tx = test.database.write().await.unwrap();
        let id = add(&mut tx, "edited", Some(1)).await.unwrap();
        let mut save = async |price: i64| {
            sqlx::query("update trial set price = $1, version = version + 1 where id = $2 and version = $3")
                .bind(price).bind(id.to_string()).bind(1_i64).execute(tx.on()).await.unwrap().rows_affected()
        };
        assert_eq!(save(2).await, 1);
        assert_eq!(save(3).await, 0);
    }

    async fn an_upsert_returns_the_row_that_stands(engine) {
        let test = open(engine).await;
        let mut tx = test.database.write().await.unwrap();
        let first = add(&mut tx, "same", Some(1)).await.unwrap();
        let row = sqlx::query(
            "insert into trial (id, slug, price, version) values ($1, 'same', 7, 1) \
             on conflict (slug) do update set price = excluded.price, version = trial.version + 1 returning id, price, version",
        ).bind(tx.new_id::<Trial>().to_string()).fetch_one(tx.on()).await.unwrap();
        assert_eq!(row.id::<Trial>("id").unwrap(), first);
        assert_eq!((row.int("price").unwrap(), row.int("version").unwrap()), (7, 2));
    }

    async fn a_list_is_paged_by_key_and_loses_nothing(engine) {
        let test = open(engine).await;
        let mut tx = test.database.write().await.unwrap();
        for n in 0..25 {
            add(&mut tx, &format!("s{n:02}"), Some(n)).await.unwrap();
        }
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let rows = sqlx::query("select slug from trial where slug > $1 order by slug limit $2")
                .bind(after.clone()).bind(10_i64).fetch_all(tx.on()).await.unwrap();
            let Some(last) = rows.last() else { break };
            after = last.text("slug").unwrap();
            seen.extend(rows.iter().map(|row| row.text("slug").unwrap()));
        }
        assert_eq!(seen, (0..25).map(|n| format!("s{n:02}")).collect::<Vec<_>>());
    }

    async fn two_hundred_jobs_are_claimed_once_each_by_eight_tasks(engine) {
        let test = open(engine).await;
        let mut tx = test.database.write().await.unwrap();
        for n in 0..200_i64 {
            sqlx::query("insert into queue (id) values ($1)").bind(n).execute(tx.on()).await.unwrap();
        }
        tx.commit().await.unwrap();
        let tasks: Vec<_> = (0..8_i64).map(|task| {
            let database = test.database.clone();
            tokio::spawn(async move {
                let mut claimed = 0;
                loop {
                    let mut tx = database.write().await.unwrap();
                    let free = sqlx::query("select id, fence from queue where taken_by is null order by id limit 1")
                        .fetch_optional(tx.on()).await.unwrap();
                    let Some(free) = free else { return claimed };
                    claimed += sqlx::query("update queue set taken_by = $1, fence = fence + 1 where id = $2 and fence = $3")
                        .bind(task).bind(free.int("id").unwrap()).bind(free.int("fence").unwrap())
                        .execute(tx.on()).await.unwrap().rows_affected();
                    tx.commit().await.unwrap();
                }
            })
        }).collect();
        let mut claimed = 0;
        for task in tasks {
            claimed += task.await.unwrap();
        }
        assert_eq!(claimed, 200);
        let mut tx = test.database.read().await.unwrap();
        let row = sqlx::query("select cast(sum(fence) as bigint) as claims from queue").fetch_one(tx.on()).await.unwrap();
        assert_eq!(row.int("claims").unwrap(), 200);
    }

    async fn writers_who_read_first_wait_for_each_other(engine) {
        let test = open(engine).await;
        let mut tx = test.database.write().await.unwrap();
        add(&mut tx, "counter", Some(0)).await.unwrap();
        tx.commit().await.unwrap();
        let tasks: Vec<_> = (0..8).map(|_| {
            let database = test.database.clone();
            tokio::spawn(async move {
                for _ in 0..25 {
                    loop {
                        let mut tx = database.write().await.unwrap();
                        let row = sqlx::query("select price, version from trial").fetch_one(tx.on()).await.unwrap();
                        let done = sqlx::query("update trial set price = $1, version = version + 1 where version = $2")
                            .bind(row.int("price").unwrap() + 1).bind(row.int("version").unwrap())
                            .execute(tx.on()).await.unwrap().rows_affected();
                        tx.commit().await.unwrap();
                        if done == 1 { break }
                    }
                }
            })
        }).collect();
        for task in tasks {
            task.await.unwrap();
        }
        let mut tx = test.database.read().await.unwrap();
        let row = sqlx::query("select price from trial").fetch_one(tx.on()).await.unwrap();
        assert_eq!(row.int("price").unwrap(), 200);
    }

    async fn a_broken_rule_is_known_by_its_name(engine) {
        let test = open(engine).await;
        let mut tx = test.database.write().await.unwrap();
        add(&mut tx, "twice", None).await.unwrap();
        let error = add(&mut tx, "twice", None).await.unwrap_err();
        assert_eq!(unique_broken(&error).as_deref(), Some("trial_slug"));
        drop(tx);
        let mut tx = test.database.write().await.unwrap();
        let error = add(&mut tx, "cheap", Some(-1)).await.unwrap_err();
        assert_eq!(unique_broken(&error), None);
        assert!(error.to_string().contains("trial_price"), "{error}");
    }

    async fn a_write_that_is_abandoned_leaves_nothing_and_blocks_nobody(engine) {
        let test = open(engine).await;
        let database = test.database.clone();
        let (begun, wait) = tokio::sync::oneshot::channel();
        let abandoned = tokio::spawn(async move {
            let mut tx = database.write().await.unwrap();
            add(&mut tx, "abandoned", None).await.unwrap();
            begun.send(()).unwrap();
            std::future::pending::<()>().await;
        });
        wait.await.unwrap();
        abandoned.abort();
        assert!(abandoned.await.unwrap_err().is_cancelled());
        let mut tx = tokio::time::timeout(Duration::from_secs(9), test.database.write()).await.unwrap().unwrap();
        add(&mut tx, "abandoned", None).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn a_reader_sees_one_moment_and_cannot_write(engine) {
        let test = open(engine).await;
        let mut tx = test.database.read().await.unwrap();
        let count = "select count(*) as n from trial";
        assert_eq!(sqlx::query(count).fetch_one(tx.on()).await.unwrap().int("n").unwrap(), 0);
        let mut writer = test.database.write().await.unwrap();
        add(&mut writer, "later", None).await.unwrap();
        writer.commit().await.unwrap();
        assert_eq!(sqlx::query(count).fetch_one(tx.on()).await.unwrap().int("n").unwrap(), 0);
        assert!(add(&mut tx, "refused", None).await.is_err());
    }

    async fn a_migration_that_was_changed_after_the_fact_is_refused(engine) {
        let test = open(engine).await;
        let changed = [Migration { name: "0001-trial", text: "create table other (id text) strict;" }];
        let error = migrate::apply(&test.database, &changed).await.unwrap_err();
        assert!(error.to_string().contains("changed after it had been applied"), "{error}");
        let error = migrate::apply(&test.database, &[]).await.unwrap_err();
        assert!(error.to_string().contains("older than its data"), "{error}");
        migrate::apply(&test.database, TABLES).await.unwrap();
    }
}

#[tokio::test]
async fn ids_are_in_the_order_in_which_they_were_made_even_while_the_clock_stands() {
    let test = open(Engine::Sqlite).await;
    let tx = test.database.read().await.unwrap();
    let ids: Vec<Id<Trial>> = (0..1000).map(|_| tx.new_id()).collect();
    assert!(ids.is_sorted());
}

#[tokio::test]
async fn both_engines_get_the_same_tables_and_columns() {
    let mut found = Vec::new();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let test = fresh(engine, crate::MIGRATIONS).await;
        found.push(columns(&mut test.database.read().await.unwrap()).await.unwrap());
    }
    assert!(found[0].len() > 30);
    assert_eq!(found[0], found[1]);
}

/// A server that writes and a command at the desk are two processes with one file.
#[tokio::test]
async fn a_database_that_another_is_writing_to_is_opened_as_soon_as_it_is_free() {
    let test = open(Engine::Sqlite).await;
    let tx = test.database.write().await.unwrap();
    let address = Address::in_directory(test.directory.path()).unwrap();
    let clock = test.database.clock().clone();
    let second = tokio::spawn(async move { Database::open(&address, clock, TABLES).await });
    // It has to wait in its migrations; that it does is not worth a sleep, that it gets through is the point.
    tokio::task::yield_now().await;
    tx.commit().await.unwrap();
    second.await.unwrap().expect("the second process gets its turn");
}
