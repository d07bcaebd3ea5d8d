//! Registry hives, read by position and never written: base block, bins, keys, values and transaction logs.
//!
//! - [`base`]: the base block
//! - [`log`]: what transaction logs lay over a hive that was not written to its end
//! - [`marvin`]: the checksum that guards them
//! - [`cells`]: the bytes of a hive, by pieces, and the cells in them
//! - [`value`]: values and what they hold
//!
//! Invariants: a hive whose state is not known for certain is not read at all. No list is followed twice, nothing is followed deeper than
//! [`DEPTH_MAX`], and every number in a hive is compared with what its cell holds before memory is taken.

pub mod base;
mod cells;
mod log;
pub mod marvin;
mod value;

use std::collections::HashSet;

use disk::read_at::ReadAt;
use disk::tree::Unreadable;

pub use self::value::{Data, Value};

use self::base::{BaseBlock, SECTOR_BYTES};
use self::cells::Cells;
use super::little_endian::{u16_at, u32_at, utf16};

/// Larger hives are not read. Windows' own are below half of this.
pub const HIVE_BYTES_MAX: u64 = 256 << 20;
/// Keys below keys below keys. Windows allows 512.
pub const DEPTH_MAX: usize = 512;
/// Keys directly below one key.
pub const SUBKEYS_MAX: usize = 200_000;
/// Keys in one hive.
pub const KEYS_MAX: usize = 4_000_000;

/// A list of lists goes no deeper.
const LIST_DEPTH_MAX: u32 = 1;
const KEY_HEAD_BYTES: usize = 76;
/// 255 characters of two bytes.
const KEY_NAME_BYTES_MAX: usize = 510;
/// An offset that leads nowhere.
const NOWHERE: u32 = u32::MAX;

const KEY_IS_LINK: u16 = 0x10;
const KEY_NAME_IS_LATIN: u16 = 0x20;
const KEY_IS_HANDLE: u16 = 0x40;

pub struct Hive {
    cells: Cells,
    base: BaseBlock,
    /// Whether logs completed it.
    pub replayed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub name: String,
    at: u32,
    flags: u16,
    subkey_count: u32,
    subkeys_at: u32,
    value_count: u32,
    values_at: u32,
    class_at: u32,
    class_bytes: u16,
}

impl Hive {
    /// Opens a hive with its logs, in any order. A hive that is dirty and that no log completes is [`Unreadable::Unsupported`].
    pub fn open(source: Box<dyn ReadAt>, logs: &[&dyn ReadAt]) -> Result<Hive, Unreadable> {
        let size = source.size_bytes();
        if size > HIVE_BYTES_MAX {
            return Err(log::too_large(size));
        }
        let found = BaseBlock::read(&bytes_of(&*source, 0, SECTOR_BYTES)?);
        let (base, overlay, replayed) = match found {
            Some(base) if !base.is_dirty() => (base, log::Overlay::new(), false),
            dirty => match log::recover(dirty, logs)? {
                Some(recovered) => (recovered.base, recovered.overlay, true),
                None if dirty.is_none() => return Err(at_file("the base block of the hive", 0)),
                None => return Err(Unreadable::Unsupported(NOT_COMPLETED.to_owned())),
            },
        };
        // Kinds 1, 2 and 6 are logs; a base block taken from one counts as the hive's own.
        let is_own = found.is_some_and(|found| found.checksum_holds);
        if base.major != 1 || base.kind != 0 && is_own {
            return Err(Unreadable::Unsupported(format!("hive version {}.{}", base.major, base.minor)));
        }
        if u64::from(base.bins_bytes) > HIVE_BYTES_MAX {
            return Err(log::too_large(base.bins_bytes.into()));
        }
        if !replayed && Cells::file_bytes(base.bins_bytes) > size {
            return Err(at_file("a hive that is cut short", size));
        }
        Ok(Hive { cells: Cells::open(source, base.bins_bytes, overlay)?, base, replayed })
    }

    pub fn root(&self) -> Result<Key, Unreadable> {
        self.read_key(self.base.root_at)
    }

    /// The key at a path below the root, `Control\Terminal Server`, whatever the case of its letters.
    pub fn key(&self, path: &str) -> Result<Option<Key>, Unreadable> {
        let mut key = self.root()?;
        for name in path.split('\\').filter(|name| !name.is_empty()) {
            match self.subkey(&key, name)? {
                Some(below) => key = below,
                None => return Ok(None),
            }
        }
        Ok(Some(key))
    }

    /// The key directly below `key` that has this name.
    fn subkey(&self, key: &Key, name: &str) -> Result<Option<Key>, Unreadable> {
        let (hash, hint) = (hash_of(name), hint_of(name));
        for (at, mark) in self.subkeys_of(key)? {
            // Windows finds keys by these marks alone, so what they do not lead to is not there for it either.
            let may_be = match mark {
                Mark::Hash(found) => found == hash,
                Mark::Hint(found) => found == [0; 4] || found.eq_ignore_ascii_case(&hint),
                Mark::None => true,
            };
            if may_be {
                let below = self.read_key(at)?;
                if below.name.eq_ignore_ascii_case(name) {
                    return match below.flags & (KEY_IS_LINK | KEY_IS_HANDLE) {
                        0 => Ok(Some(below)),
                        _ => Err(Unreadable::Unsupported(format!("a registry link ({name})"))),
                    };
                }
            }
        }
        Ok(None)
    }

    /// The keys directly below `key`, in the hive's order.
    pub fn subkeys(&self, key: &Key) -> Result<Vec<Key>, Unreadable> {
        self.subkeys_of(key)?.into_iter().map(|(at, _)| self.read_key(at)).collect()
    }

    /// Visits every key, each after the one above it, with its path.
    pub fn walk(&self, visit: &mut dyn FnMut(&str, &Key)) -> Result<(), Unreadable> {
        let root = self.root()?;
        let mut seen = HashSet::from([root.at]);
        let mut left = vec![(String::new(), 0, root)];
        while let Some((path, depth, key)) = left.pop() {
            visit(&path, &key);
            if depth >= DEPTH_MAX {
                let limit = DEPTH_MAX as u64;
                return Err(Unreadable::OverLimit { what: "keys in one another", found: limit + 1, limit });
            }
            for below in self.subkeys(&key)?.into_iter().rev() {
                if !seen.insert(below.at) {
                    return Err(damaged("a key that lies in two places", below.at));
                }
                if seen.len() > KEYS_MAX {
                    let (found, limit) = (seen.len() as u64, KEYS_MAX as u64);
                    return Err(Unreadable::OverLimit { what: "keys of a hive", found, limit });
                }
                left.push((format!("{path}\\{}", below.name), depth + 1, below));
            }
        }
        Ok(())
    }

    fn read_key(&self, at: u32) -> Result<Key, Unreadable> {
        let cell = self.cells.cell(at, KEY_HEAD_BYTES + KEY_NAME_BYTES_MAX)?;
        let bytes = &cell.bytes;
        let name_bytes = usize::from(u16_at(bytes, 72));
        let name = bytes.get(KEY_HEAD_BYTES..KEY_HEAD_BYTES + name_bytes);
        let (true, Some(name)) = (bytes.starts_with(b"nk"), name) else {
            return Err(damaged("a key", at));
        };
        let flags = u16_at(bytes, 2);
        Ok(Key {
            name: text(name, flags & KEY_NAME_IS_LATIN != 0),
            at,
            flags,
            subkey_count: u32_at(bytes, 20),
            subkeys_at: u32_at(bytes, 28),
            value_count: u32_at(bytes, 36),
            values_at: u32_at(bytes, 40),
            class_at: u32_at(bytes, 48),
            class_bytes: u16_at(bytes, 74),
        })
    }

    /// Where the keys below `key` lie, with what their list says of their names.
    fn subkeys_of(&self, key: &Key) -> Result<Vec<(u32, Mark)>, Unreadable> {
        if key.subkey_count == 0 || key.subkeys_at == NOWHERE {
            return Ok(Vec::new());
        }
        let claimed = key.subkey_count as usize;
        if claimed > SUBKEYS_MAX {
            let (found, limit) = (claimed as u64, SUBKEYS_MAX as u64);
            return Err(Unreadable::OverLimit { what: "keys below one key", found, limit });
        }
        let mut list = SubkeyList { hive: self, claimed, seen: HashSet::new(), places: Vec::new() };
        list.read(key.subkeys_at, 0)?;
        if list.places.len() != claimed {
            return Err(damaged("the number of keys below a key", key.at));
        }
        Ok(list.places)
    }

    /// The class of a key: a text beside its name that few keys have.
    pub fn class(&self, key: &Key) -> Result<Option<String>, Unreadable> {
        if key.class_at == NOWHERE || key.class_bytes == 0 {
            return Ok(None);
        }
        let cell = self.cells.cell(key.class_at, key.class_bytes.into())?;
        if cell.bytes.len() < usize::from(key.class_bytes) {
            return Err(damaged("the class of a key", key.at));
        }
        Ok(Some(utf16(&cell.bytes)))
    }
}

/// What an unfinished hive is told to be.
const NOT_COMPLETED: &str = "a registry hive that was not written to its end, which no log completes";

/// What a list of keys says of a key's name, to find it faster.
enum Mark {
    Hash(u32),
    Hint([u8; 4]),
    None,
}

/// The hash by which Windows finds a key.
fn hash_of(name: &str) -> u32 {
    let units = name.encode_utf16().map(|unit| match u8::try_from(unit) {
        Ok(byte) => byte.to_ascii_uppercase().into(),
        Err(_) => u32::from(unit),
    });
    units.fold(0_u32, |hash, unit| hash.wrapping_mul(37).wrapping_add(unit))
}

fn hint_of(name: &str) -> [u8; 4] {
    let mut hint = [0; 4];
    for (place, byte) in hint.iter_mut().zip(name.bytes()) {
        *place = byte;
    }
    hint
}

struct SubkeyList<'a> {
    hive: &'a Hive,
    claimed: usize,
    seen: HashSet<u32>,
    places: Vec<(u32, Mark)>,
}

impl SubkeyList<'_> {
    fn read(&mut self, at: u32, depth: u32) -> Result<(), Unreadable> {
        if !self.seen.insert(at) {
            return Err(damaged("a list of keys that comes up twice", at));
        }
        // Sixteen bits count the elements, and an element is at most eight bytes.
        let cell = self.hive.cells.cell(at, 4 + 8 * usize::from(u16::MAX))?;
        let kind: [u8; 2] = [u16_at(&cell.bytes, 0) as u8, (u16_at(&cell.bytes, 0) >> 8) as u8];
        let count = usize::from(u16_at(&cell.bytes, 2));
        let element = match &kind {
            b"lf" | b"lh" => 8,
            b"li" | b"ri" => 4,
            _ => return Err(damaged("a list of keys", at)),
        };
        let Some(elements) = cell.bytes.get(4..4 + count * element) else {
            return Err(damaged("the length of a list of keys", at));
        };
        for element in elements.chunks_exact(element) {
            let place = u32_at(element, 0);
            let mark = match &kind {
                b"ri" if depth >= LIST_DEPTH_MAX => return Err(damaged("lists of keys in one another", at)),
                b"ri" => {
                    self.read(place, depth + 1)?;
                    continue;
                }
                b"lh" => Mark::Hash(u32_at(element, 4)),
                b"lf" => Mark::Hint([element[4], element[5], element[6], element[7]]),
                _ => Mark::None,
            };
            if self.places.len() >= self.claimed {
                return Err(damaged("the number of keys below a key", at));
            }
            self.places.push((place, mark));
        }
        Ok(())
    }
}

/// A name: in one byte a character where that was enough for its writer, in two otherwise.
fn text(bytes: &[u8], is_latin: bool) -> String {
    if is_latin { bytes.iter().map(|byte| char::from(*byte)).collect() } else { utf16(bytes) }
}

/// Damage at a place counted from the first bin.
fn damaged(what: &'static str, at: u32) -> Unreadable {
    at_file(what, log::in_file(at.into()))
}

/// Damage at an offset of the hive's file.
fn at_file(what: &'static str, offset: u64) -> Unreadable {
    Unreadable::Damaged { what, offset }
}

/// Up to `wanted` bytes from `offset`: fewer only at the end of the source. The caller bounds `wanted`.
pub(in crate::windows) fn bytes_of(
    source: &dyn ReadAt,
    offset: u64,
    wanted: usize,
) -> Result<Vec<u8>, Unreadable> {
    let left = source.size_bytes().saturating_sub(offset);
    let mut bytes = vec![0; wanted.min(usize::try_from(left).unwrap_or(usize::MAX))];
    if bytes.is_empty() {
        return Ok(bytes);
    }
    match source.read_exact_at(offset, &mut bytes) {
        Ok(()) => Ok(bytes),
        // The filesystem's own words travel inside.
        Err(cause) => Err(cause.downcast::<Unreadable>().unwrap_or_else(Unreadable::Io)),
    }
}
