//! Accounts: `/etc/passwd` and `/etc/shadow`, line by line.

use std::collections::BTreeSet;

use crate::finding::Undecided;
use crate::linux::root::Root;

/// More accounts than this are not a system that anyone sells.
pub const ACCOUNTS_MAX: usize = 10_000;

pub const PASSWD: &str = "/etc/passwd";
pub const SHADOW: &str = "/etc/shadow";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub name: String,
    pub uid: Option<u32>,
    pub home: String,
    pub shell: String,
    pub password: Password,
    /// Where the password stands.
    pub path: &'static str,
    pub line: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Password {
    /// Anyone may enter.
    Blank,
    /// No password opens this account.
    Locked,
    /// Kept in `/etc/shadow`.
    Shadowed,
    Set(String),
}

fn password(field: &str) -> Password {
    match field.bytes().next() {
        None => Password::Blank,
        Some(b'!' | b'*') => Password::Locked,
        _ if field == "x" => Password::Shadowed,
        _ => Password::Set(field.to_owned()),
    }
}

/// The accounts of `/etc/passwd` with the password that counts, and those that stand in `/etc/shadow` alone.
pub fn read(root: &Root) -> Result<Vec<Account>, Undecided> {
    let mut accounts = Vec::new();
    let passwd = root.text(PASSWD)?.unwrap_or_default();
    for (number, line) in (1..).zip(passwd.lines()).take(ACCOUNTS_MAX) {
        let fields: Vec<&str> = line.split(':').collect();
        let [name, word, uid, _, _, home, ..] = fields[..] else {
            continue;
        };
        accounts.push(Account {
            name: name.to_owned(),
            uid: uid.parse().ok(),
            home: home.to_owned(),
            shell: fields.get(6).copied().unwrap_or("").to_owned(),
            password: password(word),
            path: PASSWD,
            line: number,
        });
    }
    let shadow = root.text(SHADOW)?.unwrap_or_default();
    let mut seen = BTreeSet::new();
    for (number, line) in (1..).zip(shadow.lines()).take(ACCOUNTS_MAX) {
        let mut fields = line.split(':');
        let (Some(name), Some(word)) = (fields.next().filter(|name| !name.is_empty()), fields.next()) else {
            continue;
        };
        // The first line of a name is the one that counts.
        if !seen.insert(name) {
            continue;
        }
        // In shadow an `x` is no reference but a word that matches nothing.
        let word = if word == "x" { Password::Locked } else { password(word) };
        match accounts.iter_mut().find(|account| account.name == name) {
            Some(account) if account.password == Password::Shadowed => {
                account.password = word;
                account.path = SHADOW;
                account.line = number;
            }
            // A word in passwd itself wins over shadow.
            Some(_) => {}
            None => accounts.push(Account {
                name: name.to_owned(),
                uid: None,
                home: String::new(),
                shell: String::new(),
                password: word,
                path: SHADOW,
                line: number,
            }),
        }
    }
    Ok(accounts)
}

/// The homes in which someone may have left something, each once.
pub fn homes(root: &Root, accounts: &[Account]) -> Result<Vec<String>, Undecided> {
    let mut homes = BTreeSet::from(["/root".to_owned()]);
    let outside = ["", "/", "/bin", "/sbin", "/dev", "/proc", "/nonexistent", "/usr/sbin", "/usr/bin"];
    homes.extend(
        accounts
            .iter()
            .map(|account| account.home.trim_end_matches('/').to_owned())
            .filter(|home| home.starts_with('/') && !outside.contains(&home.as_str())),
    );
    // A home may outlive its account.
    homes.extend(root.names("/home")?.into_iter().map(|name| format!("/home/{name}")));
    Ok(homes.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use disk::tree::memory::Folder;

    use super::*;

    #[track_caller]
    fn check(passwd: &str, shadow: &str, expected: &str) {
        let root = Root::of(Folder::of(&[(PASSWD, passwd), (SHADOW, shadow)]));
        let shown: Vec<String> = read(&root)
            .unwrap()
            .iter()
            .map(|account| {
                format!("{} {:?} {}:{}", account.name, account.password, account.path, account.line)
            })
            .collect();
        assert_eq!(shown.join("\n"), expected);
    }

    #[test]
    fn the_password_that_counts_is_found_where_it_stands() {
        check("root:x:0:0::/root:/bin/sh\n", "root:*:1::::::\n", "root Locked /etc/shadow:1");
        check(
            "root:x:0:0::/root:/bin/sh\n",
            "bin:*:\nroot::1::::::\n",
            "root Blank /etc/shadow:2\nbin Locked /etc/shadow:1",
        );
        check("root::0:0::/root:/bin/sh\n", "root:*:1::::::\n", "root Blank /etc/passwd:1");
        check("root:x:0:0::/root:/bin/sh\n", "", "root Shadowed /etc/passwd:1");
    }
}
