//! Rules 1 and 3: who may name whom.

use crate::source::{File, closing, identifier, word_at};
use crate::{CHAPTERS, Offence};

/// Rule 1: `axum` is named in `pages`, in `api` and in the web frame, and nowhere else. The program may, since it has no
/// verbs: it opens the doors behind which all these stand.
pub fn names_axum(file: &File) -> Vec<Offence> {
    let allowed = file.is_room("pages") || file.is_room("api") || file.is_test();
    let frame = file.path.starts_with("crates/house/src/web/") || file.path == "crates/house/src/web.rs";
    if matches!(file.in_crate(), None | Some("halle")) || allowed || frame {
        return Vec::new();
    }
    let places = word_at(&file.code, "axum");
    places
        .map(|at| file.offence(at, 1, "axum is named outside pages, api and house/src/web".into()))
        .collect()
}

/// What stands around every page of the market. It has rooms as a chapter does, and is none: it stands after `people`.
const HALL: &str = "hall";

/// Rule 3: the chapters after its own that a file names.
pub fn looks_ahead(file: &File, files: &[File]) -> Vec<Offence> {
    let in_hall = file.path.starts_with(&format!("crates/marketplace/src/{HALL}/")).then_some(HALL);
    let Some(chapter) = file.in_chapter().map(|(chapter, _)| chapter).or(in_hall) else { return Vec::new() };
    // The hall knows who walks through it, and no more.
    let known = if chapter == HALL { "people" } else { chapter };
    let place = CHAPTERS.iter().position(|name| *name == known).expect("in_chapter knows the chapters");
    let named = named_modules(&file.code, "crate::").into_iter().chain(
        // `super::orders` is the chapter only where the own chapter has no room of that name.
        named_modules(&file.code, "super::").into_iter().filter(|(_, name)| {
            let room = format!("crates/marketplace/src/{chapter}/{name}");
            !files.iter().any(|file| file.path.starts_with(&room))
        }),
    );
    named
        .filter(|(_, name)| CHAPTERS[place + 1..].contains(&name.as_str()))
        .map(|(at, name)| file.offence(at, 3, format!("{chapter} names {name}, a later chapter")))
        .collect()
}

/// What follows `root` in the paths of a text, groups included: `crate::{orders, usage::meter}` names two modules.
fn named_modules(code: &str, root: &str) -> Vec<(usize, String)> {
    let mut named = Vec::new();
    for (at, _) in code.match_indices(root) {
        let rest = &code[at + root.len()..];
        if !rest.starts_with('{') {
            named.push((at, identifier(rest).to_owned()));
            continue;
        }
        let group = &rest[..closing(rest, 0)];
        let mut depth = 0;
        for (offset, c) in group.char_indices() {
            if c == '{' {
                depth += 1;
            }
            if depth == 1 && (c == '{' || c == ',') {
                let name = identifier(group[offset + 1..].trim_start());
                named.push((at + root.len() + offset + 1, name.to_owned()));
            }
            if c == '}' {
                depth -= 1;
            }
        }
    }
    named
}

/// Rule 3: the market's table of contents is in the chapters' order, and every folder with a chapter's rooms is in it.
pub fn chapters_out_of_order(files: &[File]) -> Vec<Offence> {
    let mut offences = Vec::new();
    if let Some(contents) = files.iter().find(|file| file.path == "crates/marketplace/src/lib.rs") {
        let mut last = 0;
        for at in word_at(&contents.code, "mod") {
            let name = identifier(contents.code[at + 3..].trim_start());
            let Some(place) = CHAPTERS.iter().position(|chapter| *chapter == name) else { continue };
            if place < last {
                let what = format!(
                    "{name} stands before {} (empty lines keep rustfmt from sorting)",
                    CHAPTERS[last]
                );
                offences.push(contents.offence(at, 3, what));
            }
            last = last.max(place);
        }
    }
    for file in files {
        let Some(rest) = file.path.strip_prefix("crates/marketplace/src/") else { continue };
        let has_rooms =
            ["/record.rs", "/pages.rs", "/api.rs", "/words.en.ftl"].iter().any(|room| rest.ends_with(room));
        if has_rooms && file.in_chapter().is_none() && !rest.starts_with("hall/") {
            offences.push(file.offence(0, 3, "this folder has a chapter's rooms, and is no chapter".into()));
        }
    }
    offences
}

/// The crates of the workspace, and those below each that it may use.
const CRATES: &[(&str, &[&str])] = &[
    ("sha256", &[]),
    ("disk", &["sha256"]),
    ("inflate", &[]),
    ("certifier", &["sha256", "inflate", "disk"]),
    ("ledger", &[]),
    ("compute", &[]),
    ("house", &[]),
    ("marketplace", &["disk", "certifier", "ledger", "compute", "house"]),
    ("halle", &["disk", "certifier", "ledger", "compute", "house", "marketplace"]),
    ("hostile", &["inflate", "disk", "certifier"]),
];

/// Rule 3, for crates: each uses only those below it. Tests may use more.
pub fn uses_a_crate_above_it(file: &File) -> Vec<Offence> {
    let of = |(name, _): &&(&str, &[&str])| file.path == format!("crates/{name}/Cargo.toml");
    let Some((name, below)) = CRATES.iter().find(of) else { return Vec::new() };
    let mut offences = Vec::new();
    let (mut at, mut counts) = (0, false);
    for line in file.text.split_inclusive('\n') {
        if line.starts_with('[') {
            counts = line.trim() == "[dependencies]";
        }
        let used = line.split(['.', ' ', '=']).next().unwrap_or_default();
        if counts && CRATES.iter().any(|(other, _)| *other == used) && !below.contains(&used) {
            offences.push(file.offence(at, 3, format!("{name} may not use {used}")));
        }
        at += line.len();
    }
    offences
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_offers(text: &str) -> Vec<String> {
        let file = File::new("crates/marketplace/src/offers/draft.rs", text);
        looks_ahead(&file, &[])
            .into_iter()
            .map(|offence| format!("{}: {}", offence.line, offence.what))
            .collect()
    }

    #[test]
    fn axum_in_a_verb_is_an_offence_and_in_pages_is_none() {
        let lines =
            |path: &str| names_axum(&File::new(path, "// axum\nuse axum::Router;\nfn maxum() {}\n")).len();
        assert_eq!(lines("crates/marketplace/src/offers/draft.rs"), 1);
        assert_eq!(lines("crates/disk/src/lib.rs"), 1);
        assert_eq!(lines("crates/marketplace/src/offers/pages.rs"), 0);
        assert_eq!(lines("crates/marketplace/src/offers/pages/editor.rs"), 0);
        assert_eq!(lines("crates/house/src/web/frame.rs"), 0);
        assert_eq!(lines("crates/halle/tests/it/main.rs"), 0);
    }

    #[test]
    fn a_later_chapter_is_seen_however_it_is_named() {
        assert_eq!(of_offers("use crate::people;\n"), [""; 0]);
        assert_eq!(of_offers("\nuse crate::orders::place;\n"), ["2: offers names orders, a later chapter"]);
        assert_eq!(
            of_offers("use crate::{people::{self, usage}, reports};\n"),
            ["1: offers names reports, a later chapter"]
        );
        assert_eq!(
            of_offers("fn f() { super::super::billing::charge() }"),
            ["1: offers names billing, a later chapter"]
        );
        assert_eq!(of_offers("// crate::orders\n"), [""; 0]);
        let hall =
            |text: &str| looks_ahead(&File::new("crates/marketplace/src/hall/mod.rs", text), &[]).len();
        assert_eq!(hall("use crate::people;"), 0);
        assert_eq!(hall("use crate::sellers;"), 1);
    }

    #[test]
    fn the_table_of_contents_has_an_order() {
        let lib =
            |text: &str| chapters_out_of_order(&[File::new("crates/marketplace/src/lib.rs", text)]).len();
        assert_eq!(lib("pub mod people;\nmod market;\npub mod offers;\n"), 0);
        assert_eq!(lib("pub mod offers;\npub mod people;\n"), 1);
        let stray = [File::new("crates/marketplace/src/gossip/record.rs", "")];
        assert_eq!(chapters_out_of_order(&stray).len(), 1);
    }

    #[test]
    fn a_crate_does_not_use_one_above_it() {
        let text = "[dependencies]\ndisk.workspace = true\nhouse = { path = \"x\" }\n[dev-dependencies]\nhalle = \"1\"\n";
        let offences = uses_a_crate_above_it(&File::new("crates/certifier/Cargo.toml", text));
        assert_eq!(
            offences.iter().map(|o| (o.line, o.what.as_str())).collect::<Vec<_>>(),
            [(3, "certifier may not use house")]
        );
    }
}
