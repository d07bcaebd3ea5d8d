//! Values of a key, and what they hold.

use disk::tree::Unreadable;

use super::{Hive, Key, damaged, text};
use crate::windows::little_endian::{u16_at, u32_at, u64_at, utf16};

/// Values of one key.
const VALUES_MAX: usize = 100_000;
/// The largest value that is read; what certifies an image is far smaller.
pub const DATA_BYTES_MAX: usize = 4 << 20;

const VALUE_HEAD_BYTES: usize = 20;
/// Longer names, up to what sixteen bits count, take a second look.
const VALUE_NAME_BYTES_USUAL: usize = 256;
const NAME_IS_LATIN: u16 = 1;
/// In the size: the data stands where its offset would.
const INLINE: u32 = 1 << 31;
/// What one segment of big data holds.
const SEGMENT_BYTES: usize = 16_344;

const TEXT: u32 = 1;
const EXPANDABLE: u32 = 2;
const BINARY: u32 = 3;
const NUMBER: u32 = 4;
const NUMBER_BIG_ENDIAN: u32 = 5;
const TEXTS: u32 = 7;
const LONG_NUMBER: u32 = 11;

/// A value: its name, empty for a key's default one, its type, and where its data lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    pub name: String,
    pub kind: u32,
    pub length: usize,
    at: u32,
    data_at: u32,
    is_inline: bool,
}

/// What a value holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    Text(String),
    Texts(Vec<String>),
    Number(u64),
    Bytes(Vec<u8>),
    /// A type with no meaning here, or data too short for its type.
    Other {
        kind: u32,
        bytes: Vec<u8>,
    },
}

impl Hive {
    /// The values of a key, in the hive's order.
    pub fn values(&self, key: &Key) -> Result<Vec<Value>, Unreadable> {
        let count = key.value_count as usize;
        if count == 0 || key.values_at == super::NOWHERE {
            return Ok(Vec::new());
        }
        if count > VALUES_MAX {
            let (found, limit) = (count as u64, VALUES_MAX as u64);
            return Err(Unreadable::OverLimit { what: "values of one key", found, limit });
        }
        let list = self.cells.cell(key.values_at, count * 4)?;
        if list.bytes.len() < count * 4 {
            return Err(damaged("a list of values", list.at));
        }
        list.bytes.chunks_exact(4).map(|place| self.read_value(u32_at(place, 0))).collect()
    }

    /// The value of a key that has this name, whatever the case of its letters.
    pub fn value(&self, key: &Key, name: &str) -> Result<Option<Value>, Unreadable> {
        Ok(self.values(key)?.into_iter().find(|value| value.name.eq_ignore_ascii_case(name)))
    }

    fn read_value(&self, at: u32) -> Result<Value, Unreadable> {
        let mut cell = self.cells.cell(at, VALUE_HEAD_BYTES + VALUE_NAME_BYTES_USUAL)?;
        let name_bytes = usize::from(u16_at(&cell.bytes, 2));
        if name_bytes > VALUE_NAME_BYTES_USUAL {
            cell = self.cells.cell(at, VALUE_HEAD_BYTES + name_bytes)?;
        }
        let bytes = &cell.bytes;
        let name = bytes.get(VALUE_HEAD_BYTES..VALUE_HEAD_BYTES + name_bytes);
        let (true, Some(name)) = (bytes.starts_with(b"vk"), name) else {
            return Err(damaged("a value", at));
        };
        let size = u32_at(bytes, 4);
        Ok(Value {
            name: text(name, u16_at(bytes, 16) & NAME_IS_LATIN != 0),
            kind: u32_at(bytes, 12),
            length: (size & !INLINE) as usize,
            at,
            data_at: u32_at(bytes, 8),
            is_inline: size & INLINE != 0,
        })
    }

    /// The bytes of a value.
    pub fn bytes(&self, value: &Value) -> Result<Vec<u8>, Unreadable> {
        let length = value.length;
        if value.is_inline {
            let bytes = value.data_at.to_le_bytes();
            let bytes = bytes.get(..length).ok_or_else(|| damaged("the data of a value", value.at))?;
            return Ok(bytes.to_vec());
        }
        if length > DATA_BYTES_MAX {
            let (found, limit) = (length as u64, DATA_BYTES_MAX as u64);
            return Err(Unreadable::OverLimit { what: "bytes in a value", found, limit });
        }
        if length == 0 {
            return Ok(Vec::new());
        }
        let cell = self.cells.cell(value.data_at, length)?;
        if length > SEGMENT_BYTES && cell.bytes.starts_with(b"db") {
            return self.big_data(&cell.bytes, length, value.data_at);
        }
        if cell.bytes.len() < length {
            return Err(damaged("the data of a value", value.data_at));
        }
        Ok(cell.bytes)
    }

    /// Data above what one cell holds, in segments that are full but for the last.
    fn big_data(&self, head: &[u8], length: usize, at: u32) -> Result<Vec<u8>, Unreadable> {
        let segments = usize::from(u16_at(head, 2));
        if segments != length.div_ceil(SEGMENT_BYTES) {
            return Err(damaged("the segments of a value", at));
        }
        let list = self.cells.cell(u32_at(head, 4), segments * 4)?;
        if list.bytes.len() < segments * 4 {
            return Err(damaged("the list of a value's segments", list.at));
        }
        let mut bytes = Vec::with_capacity(length);
        for place in list.bytes.chunks_exact(4) {
            let wanted = SEGMENT_BYTES.min(length - bytes.len());
            let segment = self.cells.cell(u32_at(place, 0), wanted)?;
            if segment.bytes.len() < wanted {
                return Err(damaged("a segment of a value", segment.at));
            }
            bytes.extend(segment.bytes);
        }
        Ok(bytes)
    }

    /// What a value holds, as its type says.
    pub fn data(&self, value: &Value) -> Result<Data, Unreadable> {
        let bytes = self.bytes(value)?;
        Ok(match (value.kind, bytes.len()) {
            (TEXT | EXPANDABLE, _) => Data::Text(first_text(&bytes)),
            (TEXTS, _) => Data::Texts(all_texts(&bytes)),
            (NUMBER, 4) => Data::Number(u32_at(&bytes, 0).into()),
            (NUMBER_BIG_ENDIAN, 4) => Data::Number(u32_at(&bytes, 0).swap_bytes().into()),
            (LONG_NUMBER, 8) => Data::Number(u64_at(&bytes, 0)),
            (BINARY, _) => Data::Bytes(bytes),
            (kind, _) => Data::Other { kind, bytes },
        })
    }
}

/// Text up to its first NUL, as Windows reads it.
fn first_text(bytes: &[u8]) -> String {
    let text = utf16(bytes);
    text.split('\0').next().unwrap_or_default().to_owned()
}

fn all_texts(bytes: &[u8]) -> Vec<String> {
    utf16(bytes).split('\0').filter(|text| !text.is_empty()).map(str::to_owned).collect()
}
