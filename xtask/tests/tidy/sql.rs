//! Rule 2: SQL stands in `record` and `reports` alone, and a chapter's tables are its own. A chapter writes tables whose
//! names begin with its own, and reads those of the chapters before it. The house's tables begin with `house_`.

use crate::source::{File, identifier, word_at};
use crate::{CHAPTERS, Offence};

pub fn offences(file: &File) -> Vec<Offence> {
    if file.path.ends_with(".sql") {
        return of_migration(file);
    }
    if !file.is_rust() || file.is_test() {
        return Vec::new();
    }
    let Some(name) = file.in_crate() else { return Vec::new() };
    let chapter = file.in_chapter().map(|(chapter, _)| chapter);
    // Each file of the house is one mechanism, and keeps its own rows.
    let may = name == "house" || file.is_room("record") || chapter == Some("reports");
    let mut offences = Vec::new();
    for (at, literal) in &file.literals {
        let text = literal.to_lowercase();
        if is_statement(&text) && !may {
            offences.push(file.offence(*at, 2, "SQL outside record.rs".into()));
            continue;
        }
        let Some(rank) = chapter.map(rank).or((name == "house").then_some(0)) else { continue };
        for (table, writes) in tables(&text) {
            let what = match owner(&table) {
                Some(owner) if writes && owner != rank => format!("writes `{table}`, which is another's"),
                Some(owner) if owner > rank => format!("reads `{table}`, which belongs to a later chapter"),
                // The house asks the databases themselves what they hold.
                None if rank == 0 && matches!(table.as_str(), "sqlite_master" | "information_schema") => {
                    continue;
                }
                None if is_statement(&text) => format!("`{table}` does not begin with a chapter's name"),
                _ => continue,
            };
            offences.push(file.offence(*at, 2, what));
        }
    }
    offences
}

/// The house is 0, the chapters follow.
fn rank(chapter: &str) -> usize {
    CHAPTERS.iter().position(|name| *name == chapter).map_or(0, |place| place + 1)
}

fn owner(table: &str) -> Option<usize> {
    let begins_with =
        |name: &str| table.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    if begins_with("house") {
        return Some(0);
    }
    CHAPTERS.iter().find(|chapter| begins_with(chapter)).map(|chapter| rank(chapter))
}

fn is_statement(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        ["select", rest @ ..] => rest.contains(&"from"),
        ["insert", "into", ..]
        | ["delete", "from", ..]
        | ["create" | "drop" | "alter", "table" | "index", ..] => true,
        ["update", _, "set", ..] => true,
        ["with", _, "as", ..] | ["with", "recursive", ..] => true,
        _ => false,
    }
}

/// The tables that a statement names, and whether it writes them. Names that it gives itself by `with` are left out.
fn tables(text: &str) -> Vec<(String, bool)> {
    let own: Vec<&str> = word_at(text, "as")
        .filter(|at| text[at + 2..].trim_start().starts_with('('))
        .filter_map(|at| text[..at].split_whitespace().last())
        .map(|name| name.trim_start_matches([',', '(']))
        .collect();
    let mut tables = Vec::new();
    for (keyword, writes) in [("from", false), ("join", false), ("into", true), ("update", true)] {
        for at in word_at(text, keyword) {
            let before = text[..at].split_whitespace().last().unwrap_or_default();
            // `for update`, `do update set` and `is distinct from` name no table.
            if matches!(before, "for" | "do" | "distinct") {
                continue;
            }
            let rest = text[at + keyword.len()..].trim_start();
            let name = identifier(rest);
            let after = rest[name.len()..].trim_start();
            let is_call = !writes && keyword != "into" && after.starts_with('(');
            let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic());
            if is_name && !is_call && !own.contains(&name) && !matches!(name, "select" | "lateral" | "set") {
                tables.push((name.to_owned(), writes || before == "delete"));
            }
        }
    }
    tables
}

/// A migration makes tables with owners, and what a table refers to is not later than itself.
fn of_migration(file: &File) -> Vec<Offence> {
    let blank = |line: &str| line.split("--").next().unwrap_or_default().to_lowercase();
    let mut offences = Vec::new();
    let (mut at, mut last) = (0, 0);
    for line in file.text.split_inclusive('\n') {
        let code = blank(line);
        if let Some((_, rest)) = code.split_once("create table ") {
            let table =
                identifier(rest.trim_start().trim_start_matches("if not exists ").trim_start_matches('"'));
            match owner(table) {
                Some(owner) => last = owner,
                None => offences.push(file.offence(
                    at,
                    2,
                    format!("`{table}` does not begin with a chapter's name"),
                )),
            }
        }
        if let Some((_, rest)) = code.split_once("references ") {
            let table = identifier(rest.trim_start());
            if owner(table).is_some_and(|owner| owner > last) {
                offences.push(file.offence(
                    at,
                    2,
                    format!("refers to `{table}`, which belongs to a later chapter"),
                ));
            }
        }
        at += line.len();
    }
    offences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, sql: &str, expected: &[&str]) {
        let file = File::new(path, &format!("const SQL: &str = \"{sql}\";"));
        let found: Vec<String> = offences(&file).into_iter().map(|offence| offence.what).collect();
        assert_eq!(found, expected, "{sql}");
    }

    const RECORD: &str = "crates/marketplace/src/offers/record.rs";

    #[test]
    fn sql_outside_a_record_is_an_offence() {
        let sql = "SELECT id FROM offers_offer";
        check("crates/marketplace/src/offers/draft.rs", sql, &["SQL outside record.rs"]);
        check("crates/halle/src/serve.rs", sql, &["SQL outside record.rs"]);
        check("crates/marketplace/src/offers/tests.rs", sql, &[]);
        check(RECORD, sql, &[]);
        check("crates/marketplace/src/offers/draft.rs", "select a plan", &[]);
    }

    #[test]
    fn a_chapter_writes_its_own_tables_and_reads_earlier_ones() {
        check(RECORD, "select 1 from offers_sku join sellers_seller s on true", &[]);
        check(RECORD, "insert into offers_sku (id) values ($1) on conflict do update set id = 1", &[]);
        check(
            RECORD,
            "insert into people_person (id) values ($1)",
            &["writes `people_person`, which is another's"],
        );
        check(RECORD, "update people_person set name = $1", &["writes `people_person`, which is another's"]);
        check(RECORD, "delete from house_job", &["writes `house_job`, which is another's"]);
        check(
            RECORD,
            "select 1 from orders_order",
            &["reads `orders_order`, which belongs to a later chapter"],
        );
        check(RECORD, "select 1 from sku", &["`sku` does not begin with a chapter's name"]);
        check(RECORD, " join orders_order o", &["reads `orders_order`, which belongs to a later chapter"]);
    }

    #[test]
    fn what_a_statement_names_itself_is_no_table() {
        check(
            RECORD,
            "with due as (select id from offers_offer) select id from due for update skip locked",
            &[],
        );
        check(RECORD, "select value from json_each($1) where a is distinct from b", &[]);
        check(RECORD, "the row came from nowhere", &[]);
    }

    #[test]
    fn the_house_keeps_to_its_own_tables() {
        check("crates/house/src/jobs.rs", "update house_job set state = 1", &[]);
        check(
            "crates/house/src/jobs.rs",
            "select 1 from offers_offer",
            &["reads `offers_offer`, which belongs to a later chapter"],
        );
    }

    #[test]
    fn a_migration_makes_owned_tables_that_refer_backwards() {
        let text = "create table offers_offer (\n  seller blob references sellers_seller,\n  x blob references orders_order\n);\n\
            create table stray (id blob);\n-- create table comment\n";
        let found = offences(&File::new("crates/marketplace/migrations/sqlite/1.sql", text));
        assert_eq!(found.iter().map(|offence| offence.line).collect::<Vec<_>>(), [3, 5]);
    }
}
