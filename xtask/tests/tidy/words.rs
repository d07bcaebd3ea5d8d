//! Rule 6: every key of the words exists in every language, with the same blanks, and is used where it stands.
//!
//! A key is used when a template or a source of the same chapter holds it as a literal (the house's words are everyone's).
//! Keys that are put together at run time are declared in the file: `# used: publishing-stage-*`.

use std::collections::{BTreeMap, BTreeSet};

use crate::Offence;
use crate::source::{File, identifier};

const LANGUAGES: &[&str] = &["en", "fr"];

/// A message: where it stands and which blanks it has.
type Messages = BTreeMap<String, (usize, BTreeSet<String>)>;

pub fn offences(files: &[File]) -> Vec<Offence> {
    let mut offences = Vec::new();
    for file in files.iter().filter(|file| file.path.ends_with(".ftl") && !file.is_test()) {
        let (messages, twice) = messages(&file.text);
        offences
            .extend(twice.into_iter().map(|(at, key)| file.offence(at, 6, format!("`{key}` is said twice"))));
        for language in LANGUAGES {
            offences.extend(against(file, &messages, language, files));
        }
        // Told once, and not for each language.
        if file.path.ends_with(".en.ftl") {
            offences.extend(unused(file, &messages, files));
        }
    }
    offences
}

/// What a file says that the file of another language does not say, or says with other blanks.
fn against(file: &File, here: &Messages, language: &str, files: &[File]) -> Vec<Offence> {
    let Some(own) = LANGUAGES.iter().find(|own| file.path.ends_with(&format!(".{own}.ftl"))) else {
        return vec![file.offence(0, 6, format!("the name says no language of {LANGUAGES:?}"))];
    };
    if own == &language {
        return Vec::new();
    }
    let other = file.path.replace(&format!(".{own}.ftl"), &format!(".{language}.ftl"));
    let there =
        files.iter().find(|file| file.path == other).map(|file| messages(&file.text).0).unwrap_or_default();
    let mut offences = Vec::new();
    for (key, (at, blanks)) in here {
        match there.get(key) {
            None => offences.push(file.offence(*at, 6, format!("`{key}` is not said in {language}"))),
            // One of the two files tells it.
            Some((_, others)) if others != blanks && *own < language => {
                offences.push(file.offence(*at, 6, format!("`{key}` has other blanks in {language}")));
            }
            Some(_) => {}
        }
    }
    offences
}

fn unused(file: &File, messages: &Messages, files: &[File]) -> Vec<Offence> {
    let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let everyone = file.path.starts_with("crates/house/");
    let readers: Vec<&File> = files
        .iter()
        .filter(|reader| everyone || reader.path.starts_with(&format!("{folder}/")))
        .filter(|reader| {
            !reader.path.ends_with(".ftl") && !reader.path.ends_with(".toml") && !reader.is_test()
        })
        .collect();
    let is_read = |key: &str| {
        let literal = format!("\"{key}\"");
        readers.iter().any(|reader| reader.text.contains(&literal))
            || file.text.contains(&format!("{{ {key} }}"))
            || file.text.contains(&format!("{{ {key}("))
    };
    let mut offences = Vec::new();
    let mut declared = Vec::new();
    let mut at = 0;
    for line in file.text.split_inclusive('\n') {
        if let Some(pattern) = line.trim().strip_prefix("# used: ") {
            let prefix = pattern.trim().trim_end_matches('*').to_owned();
            if !messages.keys().any(|key| key.starts_with(&prefix)) {
                offences.push(file.offence(
                    at,
                    6,
                    format!("`{pattern}` is declared as used, and there is none"),
                ));
            }
            declared.push(prefix);
        }
        at += line.len();
    }
    for (key, (at, _)) in messages {
        if !is_read(key) && !declared.iter().any(|prefix| key.starts_with(prefix.as_str())) {
            offences.push(file.offence(*at, 6, format!("`{key}` is not used")));
        }
    }
    offences
}

/// The messages and terms of a Fluent file, and those keys that it holds twice.
fn messages(text: &str) -> (Messages, Vec<(usize, String)>) {
    let mut messages = Messages::new();
    let mut twice = Vec::new();
    let mut last: Option<String> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let begins = line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-');
        if let Some((key, _)) = line.split_once('=').filter(|_| begins) {
            let key = key.trim().to_owned();
            if messages.insert(key.clone(), (at, BTreeSet::new())).is_some() {
                twice.push((at, key.clone()));
            }
            last = Some(key);
        }
        if let Some((_, blanks)) = last.as_ref().and_then(|key| messages.get_mut(key))
            && !line.starts_with('#')
        {
            blanks.extend(line.split('$').skip(1).map(|rest| identifier(rest).to_owned()));
        }
        at += line.len();
    }
    (messages, twice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(english: &str, french: &str, template: &str, expected: &[&str]) {
        let files = [
            File::new("crates/marketplace/src/offers/words.en.ftl", english),
            File::new("crates/marketplace/src/offers/words.fr.ftl", french),
            File::new("crates/marketplace/src/offers/pages/offer.html", template),
            File::new("crates/marketplace/src/orders/pages/order.html", "{{ \"elsewhere\" }}"),
        ];
        let found: Vec<String> = offences(&files).into_iter().map(|offence| offence.what).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_word_in_both_languages_that_is_used_is_well() {
        check("buy = Buy { $what }\n", "buy = Acheter { $what }\n", "{{ t(\"buy\") }}", &[]);
        check("-halle = Halle\nbuy = { -halle }\n", "-halle = Halle\nbuy = { -halle }\n", "\"buy\"", &[]);
    }

    #[test]
    fn a_word_that_one_language_lacks_is_an_offence() {
        check("buy = Buy\n", "", "\"buy\"", &["`buy` is not said in fr"]);
        check("", "buy = Acheter\n", "\"buy\"", &["`buy` is not said in en"]);
        check("buy = Buy { $what }\n", "buy = Acheter\n", "\"buy\"", &["`buy` has other blanks in fr"]);
        check("buy = Buy\nbuy = Bye\n", "buy = Acheter\n", "\"buy\"", &["`buy` is said twice"]);
    }

    #[test]
    fn a_word_that_its_own_chapter_does_not_use_is_an_offence() {
        check("elsewhere = There\n", "elsewhere = Là\n", "", &["`elsewhere` is not used"]);
    }

    #[test]
    fn words_put_together_at_run_time_are_declared_and_a_declaration_must_hold() {
        let (english, french) =
            ("# used: stage-*\nstage-live = Live\n", "# used: stage-*\nstage-live = En vente\n");
        check(english, french, "", &[]);
        check("# used: gone-*\n", "", "", &["`gone-*` is declared as used, and there is none"]);
    }
}
