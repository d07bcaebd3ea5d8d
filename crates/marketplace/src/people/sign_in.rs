//! Signing in: first the knock is counted, then the password is compared outside of any transaction, then the door opens.

use std::time::Duration;

use house::{Result, Tx, audit, sessions};

use super::{Person, Refused, passwords, record};

/// Wrong passwords for one address within [`GUESS_MINUTES`] before it is left alone for a while.
const GUESSES_MAX: i64 = 10;
pub(super) const GUESS_MINUTES: u64 = 15;

/// Someone who says that an address is theirs.
pub struct Knock {
    known: Option<(Person, Option<String>)>,
}

impl Knock {
    /// The person, if this is their password. Takes as long whether the address is known or not.
    pub async fn answer(self, password: String) -> Result<Person> {
        let (person, hash) = self.known.unzip();
        let fits = passwords::fits(password, hash.flatten()).await?;
        person.filter(|_| fits).ok_or_else(|| Refused::WrongPassword.into())
    }
}

/// Counts an attempt before its outcome is known, so that many at the same time count as many.
pub async fn knock(tx: &mut Tx, email: &str) -> Result<Knock> {
    // Nothing longer is anyone's address, and nothing longer is kept.
    let email: String = email.trim().to_lowercase().chars().take(254).collect();
    let since = tx.now() - Duration::from_secs(GUESS_MINUTES * 60);
    if record::guesses_since(tx, &email, since).await? >= GUESSES_MAX {
        return Err(Refused::TooManyGuesses.into());
    }
    record::add_guess(tx, &email, since).await?;
    Ok(Knock { known: record::person_at(tx, &email).await? })
}

/// Opens the door: ends the session that the browser had, whoever's it was, and begins a new one. Returns its secret.
pub async fn enter(tx: &mut Tx, who: &Person, session_before: Option<&str>) -> Result<String> {
    if let Some(before) = session_before {
        sessions::end(tx, before).await?;
    }
    record::forget_guesses(tx, &who.email).await?;
    audit::note(tx, &who.email, "people.sign_in", who.id, &()).await?;
    sessions::begin(tx, who.id).await
}
