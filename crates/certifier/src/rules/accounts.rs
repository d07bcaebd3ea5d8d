//! L20, L21, L24: what the builder left behind in accounts and homes.

use crate::facts::Facts;
use crate::finding::{Evidence, Look, Outcome, Undecided};
use crate::linux::accounts::{Account, PASSWD, Password, SHADOW, homes};
use crate::linux::passwords::{ACCOUNTS_TRIED_MAX, Guess, guess};
use crate::linux::root::settings;
use crate::phrase::{Phrase, quote, say};
use crate::profile::Thresholds;

const HISTORIES: [&str; 11] = [
    ".bash_history",
    ".zsh_history",
    ".ash_history",
    ".sh_history",
    ".history",
    ".python_history",
    ".mysql_history",
    ".psql_history",
    ".lesshst",
    ".viminfo",
    ".node_repl_history",
];

/// What cloud-init leaves in root's file to send people to the right account.
const CLOUD_INIT_NOTICE: &str = "Please login as the user";

pub fn no_passwords(facts: &Facts, _: &Thresholds) -> Look {
    let linux = facts.linux()?;
    let accounts = linux.accounts.as_ref().map_err(Clone::clone)?;
    if accounts.is_empty() {
        return Err(Undecided(say("L20.no_accounts").text("path", PASSWD)));
    }
    let mut evidence = Vec::new();
    let mut tried = 0;
    for account in accounts {
        let found = match &account.password {
            Password::Locked => continue,
            Password::Blank => say("L20.blank"),
            Password::Shadowed => {
                let expected = say("L20.locked");
                let found = named(say("L20.no_shadow").text("shadow", SHADOW), account);
                evidence.push(Evidence::light(found).at(account.path).line(account.line).expected(expected));
                continue;
            }
            Password::Set(_) if tried >= ACCOUNTS_TRIED_MAX => say("L20.set"),
            Password::Set(field) => {
                tried += 1;
                match guess(&account.name, field) {
                    Guess::Known(word) => say("L20.known").text("word", word),
                    Guess::OwnName => say("L20.own_name"),
                    Guess::NotFound | Guess::NotTried => say("L20.set"),
                }
            }
        };
        let piece = Evidence::full(named(found, account)).at(account.path).line(account.line);
        evidence.push(piece.expected(say("L20.locked")));
    }
    Ok(Outcome::of(evidence, say("L20.broken"), say("L20.holds").count("count", accounts.len() as u64)))
}

fn named(phrase: Phrase, account: &Account) -> Phrase {
    phrase.text("account", &account.name)
}

pub fn no_authorized_keys(facts: &Facts, _: &Thresholds) -> Look {
    let linux = facts.linux()?;
    let accounts = linux.accounts.as_ref().map_err(Clone::clone)?;
    let mut paths = Vec::new();
    for home in homes(&linux.root, accounts)? {
        paths.push(format!("{home}/.ssh/authorized_keys"));
        paths.push(format!("{home}/.ssh/authorized_keys2"));
    }
    paths.push("/etc/dropbear/authorized_keys".to_owned());
    if let Ok(sshd) = &linux.sshd {
        let patterns = sshd.effective("AuthorizedKeysFile").map_or("", |setting| setting.value.as_str());
        for pattern in patterns.split_whitespace().filter(|pattern| *pattern != "none").take(8) {
            paths.extend(accounts.iter().map(|account| key_file(pattern, account)));
        }
    }
    paths.sort();
    paths.dedup();
    let mut evidence = Vec::new();
    for path in paths {
        let text = linux.root.text(&path)?.unwrap_or_default();
        for (number, line) in settings(&text).filter(|(_, line)| !line.contains(CLOUD_INIT_NOTICE)) {
            let found = say("L21.key").phrase("key", key_in_short(line));
            evidence.push(Evidence::full(found).at(&path).line(number).expected(say("L21.no_key")));
        }
    }
    Ok(Outcome::of(evidence, say("L21.broken"), say("L21.holds")))
}

/// The file that a pattern of `AuthorizedKeysFile` means for one account.
fn key_file(pattern: &str, account: &Account) -> String {
    let path = pattern.replace("%h", &account.home).replace("%u", &account.name).replace("%%", "%");
    if path.starts_with('/') { path } else { format!("{}/{path}", account.home) }
}

/// Kind and comment of a key; the key itself says nothing to a reader.
fn key_in_short(line: &str) -> Phrase {
    let words: Vec<&str> = line.split_whitespace().collect();
    let kind = words
        .iter()
        .position(|word| word.starts_with("ssh-") || word.starts_with("ecdsa-") || word.starts_with("sk-"));
    match kind {
        Some(at) => quote(format!("{} {}", words[at], words.get(at + 2).unwrap_or(&"")).trim_end()),
        None => quote(line),
    }
}

pub fn no_histories(facts: &Facts, thresholds: &Thresholds) -> Look {
    let linux = facts.linux()?;
    let accounts = linux.accounts.as_ref().map_err(Clone::clone)?;
    let mut evidence = Vec::new();
    for home in homes(&linux.root, accounts)? {
        for name in HISTORIES {
            let path = format!("{home}/{name}");
            let Some(file) = linux.root.file(&path)?.filter(|file| file.size_bytes > 0) else {
                continue;
            };
            let found = say("size").bytes("size", file.size_bytes);
            let piece = if file.size_bytes > thresholds.history_bytes_max {
                Evidence::full(found)
            } else {
                Evidence::light(found)
            };
            evidence.push(piece.at(&path).expected(say("L24.empty")));
        }
    }
    Ok(Outcome::of(evidence, say("L24.broken"), say("L24.holds")))
}
