//! Names, which are UTF-16 on the disk and UTF-8 here.
//!
//! NTFS does not ask whether its units make sense. A surrogate without its other half is told in three bytes as if it
//! were a character, so that every name on the disk has one name here, and the other way round.

use crate::fields::u16_le;

/// The units of a name that lies on the disk.
pub(super) fn units(bytes: &[u8]) -> Vec<u16> {
    bytes.chunks_exact(2).map(|unit| u16_le(unit, 0)).collect()
}

/// A name as bytes.
pub(super) fn to_bytes(units: &[u16]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(units.len());
    for unit in char::decode_utf16(units.iter().copied()) {
        match unit {
            Ok(letter) => bytes.extend(letter.encode_utf8(&mut [0; 4]).as_bytes()),
            Err(lone) => {
                let lone = lone.unpaired_surrogate();
                bytes.extend([
                    0xe0 | (lone >> 12) as u8,
                    0x80 | (lone >> 6 & 0x3f) as u8,
                    0x80 | (lone & 0x3f) as u8,
                ]);
            }
        }
    }
    bytes
}

/// The units of a name given as bytes; `None` for bytes that are no name here.
pub(super) fn from_bytes(bytes: &[u8]) -> Option<Vec<u16>> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(text.encode_utf16().collect());
    }
    let mut units = Vec::new();
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        let length = match first {
            0..0x80 => 1,
            0xc2..0xe0 => 2,
            0xe0..0xf0 => 3,
            0xf0..0xf5 => 4,
            _ => return None,
        };
        let letter = rest.get(..length)?;
        match std::str::from_utf8(letter) {
            Ok(letter) => units.extend(letter.encode_utf16()),
            Err(_) => match letter {
                [0xed, second @ 0xa0..0xc0, third @ 0x80..0xc0] => {
                    units.push(0xd000 | u16::from(second & 0x3f) << 6 | u16::from(third & 0x3f));
                }
                _ => return None,
            },
        }
        rest = &rest[length..];
    }
    Some(units)
}

/// How letters of either case are made the same: by the table on the volume or, where that is damaged, by Unicode's.
#[derive(Debug)]
pub(super) struct UpperCase(Option<Vec<u16>>);

pub(super) const UPPER_CASE_BYTES: usize = 2 << 16;

impl UpperCase {
    pub fn new(table: &[u8]) -> UpperCase {
        UpperCase((table.len() == UPPER_CASE_BYTES).then(|| units(table)))
    }

    pub fn of(&self, unit: u16) -> u16 {
        match &self.0 {
            Some(table) => table[usize::from(unit)],
            None => simple(unit),
        }
    }
}

/// The upper case of a unit, if that is one unit too.
fn simple(unit: u16) -> u16 {
    let Some(letter) = char::from_u32(u32::from(unit)) else { return unit };
    let mut upper = letter.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(upper), None) => u16::try_from(u32::from(upper)).unwrap_or(unit),
        _ => unit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(units: &[u16], bytes: &[u8]) {
        assert_eq!(to_bytes(units), bytes);
        assert_eq!(from_bytes(bytes).as_deref(), Some(units));
    }

    #[test]
    fn every_name_has_one_form_in_bytes() {
        check(&[0x61, 0xe9, 0x416, 0x4e2d], "aéЖ中".as_bytes());
        check(&[0xd83d, 0xde00], "😀".as_bytes());
        check(&[0x61, 0xd83d, 0x62], b"a\xed\xa0\xbdb");
        check(&[0xde00, 0xd83d], b"\xed\xb8\x80\xed\xa0\xbd");
        check(&[0xf700, 0xf7ff], "\u{f700}\u{f7ff}".as_bytes());
        for none in [&b"\xff"[..], b"a\xc3", b"\xed\xa0", b"\xe9a", b"\xc0\x80"] {
            assert_eq!(from_bytes(none), None, "{none:?}");
        }
    }

    #[test]
    fn without_a_table_letters_are_made_the_same_by_unicode() {
        let upper = UpperCase::new(&[]);
        let folded: Vec<u16> = "aéжß1".encode_utf16().map(|unit| upper.of(unit)).collect();
        assert_eq!(String::from_utf16(&folded).unwrap(), "AÉЖß1");
        assert_eq!(upper.of(0xd83d), 0xd83d);
    }
}
