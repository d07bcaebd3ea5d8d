//! Passwords: what is taken, and what is kept of it.
//!
//! Hashing is slow on purpose, so it never runs while a transaction is open, nor on the threads that answer requests.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use house::words::Text;
use house::{Error, Result};
use tokio::sync::Semaphore;

pub const LENGTH_MIN: usize = 10;
/// Longer ones would only keep the machine busy.
pub const LENGTH_MAX: usize = 200;

/// Hashes that are worked on at the same time; each takes 19 MiB for a moment.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// The commonest passwords of ten characters and more, and beginnings from which many are made.
const TRIVIAL: &[&str] = &[
    "password",
    "motdepasse",
    "passw0rd",
    "qwertyuiop",
    "azertyuiop",
    "qwertzuiop",
    "1q2w3e4r5t",
    "1qaz2wsx3edc",
    "qwerty",
    "azerty",
    "iloveyou",
    "jetaime",
    "administrator",
    "administrateur",
    "letmein",
    "welcome",
    "bienvenue",
    "football",
    "baseball",
    "princess",
    "princesse",
    "sunshine",
    "soleil",
    "superman",
    "trustno1",
    "changeme",
    "changezmoi",
    "default",
    "secret",
    "monkey",
    "dragon",
    "master",
    "abcdefghij",
    "zxcvbnm",
    "wxcvbn",
];

/// A password that someone chose. Never shown, logged or stored.
pub struct Password(String);

/// What is kept of a password.
#[derive(Clone)]
pub struct Hashed(String);

impl Hashed {
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

impl Password {
    /// Takes a password that is long enough and no easy guess. `about` is what anyone knows of its owner: name, address.
    pub fn parse(typed: &str, about: &[&str]) -> Result<Password, Text> {
        let length = typed.chars().count();
        if length < LENGTH_MIN {
            return Err(Text::new("refused-people-password-short").with("least", LENGTH_MIN));
        }
        if length > LENGTH_MAX {
            return Err(Text::new("refused-people-password-long").with("most", LENGTH_MAX));
        }
        if is_trivial(typed, about) {
            return Err(Text::new("refused-people-password-trivial"));
        }
        Ok(Password(typed.to_owned()))
    }

    pub async fn hash(self) -> Result<Hashed> {
        let salt = house::chance::token(16)?;
        apart(move || {
            let hash = Argon2::default().hash_password_with_salt(self.0.as_bytes(), salt.as_bytes());
            hash.map(|hash| Hashed(hash.to_string())).map_err(|error| Error::fault(error.to_string()))
        })
        .await
    }
}

/// Whether this is the password. Without one to compare with it takes as long, and is not.
pub(super) async fn fits(typed: String, hash: Option<String>) -> Result<bool> {
    if typed.chars().count() > LENGTH_MAX {
        return Ok(false);
    }
    apart(move || match hash {
        Some(hash) => {
            let hash = PasswordHash::new(&hash).map_err(|error| Error::fault(error.to_string()))?;
            Ok(Argon2::default().verify_password(typed.as_bytes(), &hash).is_ok())
        }
        None => {
            let salt = [0; 32];
            let _ = Argon2::default().hash_password_with_salt(typed.as_bytes(), &salt);
            Ok(false)
        }
    })
    .await
}

async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let _turn = AT_ONCE.acquire().await.map_err(|error| Error::fault(error.to_string()))?;
    tokio::task::spawn_blocking(work).await?
}

fn is_trivial(typed: &str, about: &[&str]) -> bool {
    let plain = typed.to_lowercase();
    let letters: String = plain.chars().filter(|c| c.is_alphanumeric()).collect();
    let different: std::collections::BTreeSet<char> = plain.chars().collect();
    if different.len() < 5 || is_row(&plain) {
        return true;
    }
    let known =
        about.iter().flat_map(|text| text.split([' ', '@', '.', '-', '+', '_'])).map(str::to_lowercase);
    let guesses = TRIVIAL.iter().map(|&guess| guess.to_owned()).chain(known.filter(|word| word.len() >= 4));
    // What is left when the guess is taken out must still be a secret of some length.
    guesses
        .into_iter()
        .any(|guess| letters.contains(&guess) && letters.replace(&guess, "").chars().count() < 5)
}

/// `1234567890`, `abcdefghij`, `9876543210`.
fn is_row(text: &str) -> bool {
    let codes: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    let steps: Vec<i64> = codes.windows(2).map(|pair| (pair[1] - pair[0]).rem_euclid(10)).collect();
    [1, 9].iter().any(|step| steps.iter().filter(|found| **found == *step).count() * 10 >= steps.len() * 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(typed: &str, taken: bool) {
        assert_eq!(
            Password::parse(typed, &["Ada Lovelace", "ada@lovelace.org"]).is_ok(),
            taken,
            "for `{typed}`"
        );
    }

    #[test]
    fn a_password_is_long_enough_and_no_easy_guess() {
        check("correct horse", true);
        check("sept chats gris", true);
        check("T7#kf92!xQ", true);
        for easy in ["short", "password123", "Motdepasse1", "1234567890", "9876543210", "aaaaaaaaaaaa"] {
            check(easy, false);
        }
        for easy in ["abababababab", "lovelace123", "Qwertyuiop1", "azertyuiop!!", "abcdefghijkl"] {
            check(easy, false);
        }
        check(&"ab cd ef gh ".repeat(20), false);
    }

    #[tokio::test]
    async fn a_password_is_known_again_and_another_is_not() {
        let hashed = Password::parse("correct horse", &[]).expect("taken").hash().await.expect("hashed");
        assert!(hashed.text().starts_with("$argon2id$"));
        assert!(fits("correct horse".into(), Some(hashed.text().into())).await.expect("compared"));
        assert!(!fits("correct house".into(), Some(hashed.text().into())).await.expect("compared"));
        assert!(!fits("correct horse".into(), None).await.expect("compared"));
    }
}
