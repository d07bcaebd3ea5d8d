//! Whether a stored password is one of the handful that everybody tries first.
//!
//! A hash may ask for any amount of work, so each is tried only below a cost cap, and only so many accounts are tried.

use md5::{Digest, Md5};
use sha_crypt::password_hash::PasswordVerifier;

/// What everybody tries first. The account's own name is tried too.
const USUAL: [&str; 12] = [
    "root",
    "password",
    "admin",
    "changeme",
    "toor",
    "123456",
    "test",
    "debian",
    "ubuntu",
    "azureuser",
    "default",
    "halle",
];

/// Hashes that ask for more rounds are not tried.
pub const ROUNDS_MAX: u64 = 10_000;

/// A yescrypt hash that asks for more than this, `N × r`, is not tried: it is memory in units of 128 bytes.
pub const YESCRYPT_BLOCKS_MAX: u64 = 4096 * 32;

pub const ACCOUNTS_TRIED_MAX: usize = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guess {
    Known(&'static str),
    /// The account's own name.
    OwnName,
    NotFound,
    /// The hash is of a kind, or asks for an amount of work, that is not tried.
    NotTried,
}

/// Tries the usual passwords against one field of `/etc/shadow`.
pub fn guess(name: &str, field: &str) -> Guess {
    let Some(matches) = verifier(field) else {
        return Guess::NotTried;
    };
    if matches(name) {
        return Guess::OwnName;
    }
    USUAL.into_iter().find(|word| matches(word)).map_or(Guess::NotFound, Guess::Known)
}

/// Whether a word is the password.
type Verifier<'a> = Box<dyn Fn(&str) -> bool + 'a>;

fn verifier(field: &str) -> Option<Verifier<'_>> {
    let kind = field.strip_prefix('$')?.split_once('$')?.0;
    match kind {
        "5" | "6" => {
            let rounds = field.split('$').find_map(|part| part.strip_prefix("rounds="));
            let affordable =
                rounds.is_none_or(|rounds| rounds.parse().is_ok_and(|rounds: u64| rounds <= ROUNDS_MAX));
            affordable.then(|| {
                Box::new(move |word: &str| {
                    sha_crypt::ShaCrypt::default().verify_password(word.as_bytes(), field).is_ok()
                }) as Verifier<'_>
            })
        }
        "1" => Some(Box::new(move |word: &str| md5_crypt_matches(word.as_bytes(), field))),
        "y" => {
            let parameters: yescrypt::Params = field.split('$').nth(2)?.parse().ok()?;
            let blocks = parameters.n().checked_mul(u64::from(parameters.r()))?;
            (blocks <= YESCRYPT_BLOCKS_MAX && parameters.p() == 1).then(|| {
                Box::new(move |word: &str| {
                    yescrypt::Yescrypt::default().verify_password(word.as_bytes(), field).is_ok()
                }) as Verifier<'_>
            })
        }
        _ => None,
    }
}

/// The oldest of the salted schemes, a thousand rounds of MD5.
fn md5_crypt_matches(word: &[u8], field: &str) -> bool {
    let mut parts = field.split('$').skip(2);
    let (Some(salt), Some(expected)) = (parts.next(), parts.next()) else {
        return false;
    };
    let salt = &salt.as_bytes()[..salt.len().min(8)];
    let inner = Md5::new().chain_update(word).chain_update(salt).chain_update(word).finalize();
    let mut first = Md5::new().chain_update(word).chain_update(b"$1$").chain_update(salt);
    for start in (0..word.len()).step_by(16) {
        first.update(&inner[..(word.len() - start).min(16)]);
    }
    let mut bits = word.len();
    while bits > 0 {
        first.update(if bits & 1 == 1 { &[0][..] } else { &word[..1] });
        bits >>= 1;
    }
    let mut digest = first.finalize();
    for round in 0..1000 {
        let mut next = Md5::new();
        next.update(if round & 1 == 1 { word } else { &digest });
        if round % 3 != 0 {
            next.update(salt);
        }
        if round % 7 != 0 {
            next.update(word);
        }
        next.update(if round & 1 == 1 { &digest[..] } else { word });
        digest = next.finalize();
    }
    md5_crypt_text(&digest) == expected
}

/// The digest in the alphabet and byte order of crypt(3).
fn md5_crypt_text(digest: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut text = String::new();
    let mut write = |mut value: u32, letters: usize| {
        for _ in 0..letters {
            text.push(char::from(ALPHABET[(value & 63) as usize]));
            value >>= 6;
        }
    };
    for (high, middle, low) in [(0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5)] {
        let value = u32::from(digest[high]) << 16 | u32::from(digest[middle]) << 8 | u32::from(digest[low]);
        write(value, 4);
    }
    write(u32::from(digest[11]), 2);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, field: &str, expected: Guess) {
        assert_eq!(guess(name, field), expected, "{field}");
    }

    #[test]
    fn the_usual_passwords_are_found_in_every_common_scheme() {
        check("root", "$1$abcdefgh$vamWXVmzWr.RuXnIdXGZJ0", Guess::Known("changeme"));
        check("root", "$5$abcdefgh$3fM6mFuAV9ELpU9jDao9SkF9MDf3pWLUQ27Lxh/D9a6", Guess::Known("changeme"));
        let sha512 = "$6$rounds=2000$abcdefgh$MWy1/gPZA84gq6jKohW.l4iSqquUlitX/5jpG9dx7ky9aUOACQXVXkF2XHIBGvTIAtVx2PgQdCMFpLWl/csLp1";
        check("root", sha512, Guess::Known("toor"));
        check("bob", "$y$j75$abcdefgh$2dw03UgEwzI4lsbdoU7hPCwlul8kro4C7MV0V54ct6D", Guess::OwnName);
        check("root", "$1$xyz$8XAEiBREdnqXRsdrrU4YF/", Guess::NotFound);
    }

    #[test]
    fn a_hash_made_to_be_expensive_is_not_tried() {
        check("root", "$6$rounds=999999999$salt$x", Guess::NotTried);
        check("root", "$y$jJT$salt$x", Guess::NotTried);
        check("root", "$2b$12$abcdefghijklmnopqrstuv", Guess::NotTried);
    }

    #[test]
    fn nonsense_is_no_password() {
        for field in ["$1$", "$1$$", "$5$$", "$6$rounds=$$", "$y$", "$y$j9T$", "$6$a$b$c$d", "$"] {
            assert!(!matches!(guess("root", field), Guess::Known(_) | Guess::OwnName), "{field}");
        }
    }
}
