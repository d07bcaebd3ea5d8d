//! Registry hives: all keys and values as our reader tells them, and as notatin does. A hive that is read must be read the same.
//!
//! Where notatin is known to be wrong, or to tell less, the two are made alike here, or a test leaves the hive out:
//!
//! - A name of two bytes a character ends for it at the first NUL. Names are counted, and Windows makes such keys.
//! - The flags of a value count for nothing if it does not know all of them. Windows asks for the one bit that tells how the name is
//!   written, so what notatin then has for a name is no name.
//! - Of a number it keeps as many bytes as the type has, and for the type it asks twelve bits.
//! - The root is the first cell of the first bin. Where the base block says otherwise, it reads no hive.
//! - Of logs from before Windows 8.1 it knows nothing, and shows the hive without them.
//! - The base block of a log, laid over one that is torn, makes the hive a clean one for it: the log is not applied. Where even the
//!   signature is torn, it reads no hive.
//! - A hive that is of no kind it knows is read without its logs. We do not read it.

use std::fmt;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use certifier::windows::hive::Hive;
use disk::read_at::ReadAt;
use disk::tree::Unreadable;
use notatin::cell_key_node::CellKeyNode;
use notatin::cell_key_value::{CellKeyValue, CellKeyValueFlags};
use notatin::parser::Parser;
use notatin::parser_builder::ParserBuilder;

/// A hive and its logs, as files.
#[derive(Clone)]
pub struct Files {
    pub hive: Vec<u8>,
    pub logs: Vec<Vec<u8>>,
}

/// A key with its values, in the order of the hive.
#[derive(PartialEq, Eq)]
pub struct Key {
    /// From the root, whose own name is left out.
    pub path: String,
    pub values: Vec<Value>,
}

pub struct Value {
    /// Up to its first NUL, where notatin's ends. `None` where notatin does not know it.
    pub name: Option<String>,
    pub kind: u32,
    pub bytes: Vec<u8>,
}

/// A name that one of the two does not know is no difference.
impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        let named = self.name.is_none() || other.name.is_none() || self.name == other.name;
        named && self.kind == other.kind && self.bytes == other.bytes
    }
}

impl Eq for Value {}

/// All keys of a hive, each after the one above it.
pub fn ours(files: &Files) -> Result<Vec<Key>, Unreadable> {
    let logs: Vec<&dyn ReadAt> = files.logs.iter().map(|log| log as &dyn ReadAt).collect();
    let hive = Hive::open(Box::new(files.hive.clone()), &logs)?;
    let mut found = Vec::new();
    hive.walk(&mut |path, key| found.push((path.to_owned(), key.clone())))?;
    let key = |(path, key): (String, _)| {
        let values = hive.values(&key)?.into_iter().map(|value| {
            let mut bytes = hive.bytes(&value)?;
            bytes.truncate(bytes_kept(value.kind));
            Ok(Value { name: Some(until_nul(&value.name)), kind: value.kind, bytes })
        });
        let values = values.collect::<Result<_, Unreadable>>()?;
        Ok(Key { path: until_nul(&path), values })
    };
    found.into_iter().map(key).collect()
}

/// The same as notatin tells it. It panics on some hives that mean harm, which counts as not reading them. Of a hive in which it finds
/// more than `keys_max` keys, it tells one more than those.
pub fn notatins(files: &Files, keys_max: usize) -> Result<Vec<Key>, String> {
    catch_unwind(AssertUnwindSafe(|| read(files, keys_max))).unwrap_or_else(|_| Err("a panic".to_owned()))
}

fn read(files: &Files, keys_max: usize) -> Result<Vec<Key>, String> {
    let mut builder = ParserBuilder::from_file(Cursor::new(files.hive.clone()));
    for log in &files.logs {
        builder.with_transaction_log(Cursor::new(log.clone()));
    }
    let mut parser: Parser = builder.build().map_err(|fault| fault.to_string())?;
    let root = parser.get_root_key().map_err(|fault| fault.to_string())?.ok_or("no root")?;
    let mut found = Vec::new();
    let mut left = vec![(String::new(), root)];
    while let Some((path, mut key)) = left.pop() {
        if found.len() > keys_max {
            break;
        }
        let below = key.read_sub_keys(&mut parser).into_iter().rev();
        left.extend(below.map(|below| (format!("{path}\\{}", below.key_name), below)));
        found.push(Key { path: until_nul(&path), values: values(&key) });
    }
    Ok(found)
}

fn values(key: &CellKeyNode) -> Vec<Value> {
    let value = |value: CellKeyValue| {
        let kind = value.detail.data_type_raw();
        let bytes = value.detail.value_bytes().unwrap_or_default();
        let is_known = CellKeyValueFlags::from_bits(value.detail.flags_raw()).is_some();
        let name = is_known.then(|| until_nul(&value.detail.value_name()));
        Value { name, kind, bytes }
    };
    key.value_iter().map(value).collect()
}

/// What of a path notatin tells.
fn until_nul(path: &str) -> String {
    let names: Vec<&str> = path.split('\\').map(|name| name.split('\0').next().unwrap_or_default()).collect();
    names.join("\\")
}

/// How many bytes of a value notatin keeps.
fn bytes_kept(kind: u32) -> usize {
    match kind & 0xfff {
        0x101 => 1,
        0x102 | 0x103 => 2,
        0x4 | 0x5 | 0x104 | 0x105 => 4,
        0xb | 0x10 | 0x107 => 8,
        _ => usize::MAX,
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {:?}", self.path, self.values)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = &self.bytes[..self.bytes.len().min(24)];
        write!(f, "{:?} = {:x}, {} bytes: {head:02x?}", self.name, self.kind, self.bytes.len())
    }
}
