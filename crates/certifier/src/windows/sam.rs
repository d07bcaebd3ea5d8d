//! Local accounts, as the SAM hive keeps them: a record `F` of fixed fields, and a record `V` of names and hashes.

use super::little_endian::{u16_at, u32_at, utf16};
use super::registry::Registry;
use crate::finding::Undecided;
use crate::phrase::say;

/// More accounts than this are no image's.
const ACCOUNTS_MAX: usize = 10_000;

const FLAGS_AT: usize = 0x38;
const DISABLED: u16 = 1;

/// Offsets in `V` are counted from here, after its table.
const V_HEAD_BYTES: usize = 0xcc;
const NAME_AT: usize = 0x0c;
const HASH_AT: usize = 0xa8;

/// A hash as Windows before 10 1607 keeps it: its key's number and revision, and 16 bytes if there is one.
const OLD_HASH_HEAD_BYTES: usize = 4;
const OLD_HASH_BYTES: usize = 20;
/// And since: with the length of what follows, and a salt.
const NEW_HASH_HEAD_BYTES: usize = 24;

pub const ADMINISTRATOR: u32 = 500;
pub const GUEST: u32 = 501;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Password {
    /// The account has none: whoever knows its name is in.
    None,
    Set,
    /// The record is of a shape that is not known.
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub name: String,
    /// The last part of its identifier: 500 for the built-in administrator, 501 for the guest, 1000 and more for people.
    pub number: u32,
    pub disabled: bool,
    pub password: Password,
    pub place: String,
}

/// The accounts of the machine, in the order of their numbers.
pub fn accounts(sam: &Registry) -> Result<Vec<Account>, Undecided> {
    let users = sam.at(r"SAM\Domains\Account\Users");
    let names = users.names()?;
    if names.len() > ACCOUNTS_MAX {
        let (found, limit) = (names.len() as u64, ACCOUNTS_MAX as u64);
        let why = say("unreadable.over_limit").text("what", "accounts").count("found", found);
        let why = why.count("limit", limit);
        return Err(Undecided(say("undecided.path").text("path", &sam.file).phrase("why", why)));
    }
    let mut accounts = Vec::new();
    for name in names.iter().filter(|name| !name.eq_ignore_ascii_case("Names")) {
        let user = users.at(name);
        let broken = || Undecided(say("W15.record").text("place", &user.key_place()));
        let number = u32::from_str_radix(name, 16).map_err(|_| broken())?;
        let (Some(fixed), Some(record)) = (user.bytes("F")?, user.bytes("V")?) else {
            return Err(broken());
        };
        let (Some(flags), Some(name), Some(hash)) =
            (fixed.get(FLAGS_AT..FLAGS_AT + 2), field(&record, NAME_AT), field(&record, HASH_AT))
        else {
            return Err(broken());
        };
        accounts.push(Account {
            name: utf16(name),
            number,
            disabled: u16_at(flags, 0) & DISABLED != 0,
            password: password(hash),
            place: user.key_place(),
        });
    }
    accounts.sort_by_key(|account| account.number);
    Ok(accounts)
}

/// The field of `V` whose entry in the table stands at `entry`.
fn field(record: &[u8], entry: usize) -> Option<&[u8]> {
    if record.len() < V_HEAD_BYTES {
        return None;
    }
    let from = V_HEAD_BYTES.checked_add(u32_at(record, entry) as usize)?;
    record.get(from..from.checked_add(u32_at(record, entry + 4) as usize)?)
}

/// Whether there is a hash. What it is the hash of would take the machine's own keys.
fn password(hash: &[u8]) -> Password {
    const OLD: u16 = 1;
    const NEW: u16 = 2;
    match (u16_at(hash, 2), hash.len()) {
        (_, 0) | (OLD, OLD_HASH_HEAD_BYTES) | (NEW, NEW_HASH_HEAD_BYTES) => Password::None,
        (OLD, OLD_HASH_BYTES) => Password::Set,
        (NEW, length) if length > NEW_HASH_HEAD_BYTES => Password::Set,
        _ => Password::Unknown,
    }
}
