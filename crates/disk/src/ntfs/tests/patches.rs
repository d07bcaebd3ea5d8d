//! Changes to a volume in memory as only someone makes them who knows what they do: records stay whole, with their fix-ups.

use super::*;

const SECTOR_BYTES: usize = 512;

/// Where the record lies whose number this is; the table of a small new volume lies in one piece.
pub fn record_at(image: &[u8], number: u64) -> usize {
    let fs = Ntfs::open(Arc::new(image.to_vec())).unwrap();
    fs.table.record(number).unwrap().offset as usize
}

/// Lets `change` see a record or block as it is without its fix-ups, which are renewed after.
pub fn edit(image: &mut [u8], at: usize, length: usize, change: impl FnOnce(&mut Vec<u8>)) {
    let magic: [u8; 4] = image[at..at + 4].try_into().unwrap();
    let mut bytes = image[at..at + length].to_vec();
    record::mend(&mut bytes, &magic, 0).unwrap();
    change(&mut bytes);
    assert_eq!(bytes.len(), length);
    let array = usize::from(u16_le(&bytes, 4));
    for sector in 0..length / SECTOR_BYTES {
        let end = (sector + 1) * SECTOR_BYTES;
        let saved = array + 2 + sector * 2;
        bytes.copy_within(end - 2..end, saved);
        bytes.copy_within(array..array + 2, end - 2);
    }
    image[at..at + length].copy_from_slice(&bytes);
}

/// Changes the record with this number.
pub fn edit_record(image: &mut [u8], number: u64, change: impl FnOnce(&mut Vec<u8>)) {
    let at = record_at(image, number);
    edit(image, at, 1024, change);
}

/// Where an attribute with this name begins in a mended record, and its length.
pub fn find_attribute(record: &[u8], kind: u32, name: &str) -> Option<(usize, usize)> {
    let mut at = usize::from(u16_le(record, 20));
    while u32_le(record, at) != 0xffff_ffff {
        let length = u32_le(record, at + 4) as usize;
        let name_at = at + usize::from(u16_le(record, at + 10));
        let found = name::units(&record[name_at..name_at + usize::from(record[at + 9]) * 2]);
        if u32_le(record, at) == kind && String::from_utf16(&found).unwrap() == name {
            return Some((at, length));
        }
        at += length;
    }
    None
}

/// Changes an attribute in place.
pub fn edit_attribute(image: &mut [u8], number: u64, kind: u32, change: impl FnOnce(&mut [u8])) {
    edit_record(image, number, |record| {
        let (at, length) = find_attribute(record, kind, "").unwrap();
        change(&mut record[at..at + length]);
    });
}

/// Puts other attributes in the place of one, or takes it away.
pub fn replace(record: &mut Vec<u8>, kind: u32, name: &str, with: &[u8]) {
    let length = record.len();
    let (at, old) = find_attribute(record, kind, name).unwrap();
    record.splice(at..at + old, with.iter().copied());
    let used = u32_le(record, 24) as usize + with.len() - old;
    assert!(used <= length, "{used} bytes do not fit");
    record[24..28].copy_from_slice(&(used as u32).to_le_bytes());
    record.resize(length, 0);
}

/// A resident attribute.
pub fn resident(kind: u32, instance: u16, value: &[u8]) -> Vec<u8> {
    let length = (24 + value.len()).next_multiple_of(8);
    let mut bytes = vec![0; length];
    bytes[..4].copy_from_slice(&kind.to_le_bytes());
    bytes[4..8].copy_from_slice(&(length as u32).to_le_bytes());
    bytes[10] = 24;
    bytes[14..16].copy_from_slice(&instance.to_le_bytes());
    bytes[16..20].copy_from_slice(&(value.len() as u32).to_le_bytes());
    bytes[20] = 24;
    bytes[24..24 + value.len()].copy_from_slice(value);
    bytes
}

/// An attribute whose value lies in clusters `first..end` of it, by `runs`.
pub fn mapped(kind: u32, instance: u16, clusters: std::ops::Range<u64>, size: u64, runs: &[u8]) -> Vec<u8> {
    let length = (64 + runs.len()).next_multiple_of(8);
    let mut bytes = vec![0; length];
    bytes[..4].copy_from_slice(&kind.to_le_bytes());
    bytes[4..8].copy_from_slice(&(length as u32).to_le_bytes());
    bytes[8] = 1;
    bytes[10] = 64;
    bytes[14..16].copy_from_slice(&instance.to_le_bytes());
    bytes[16..24].copy_from_slice(&clusters.start.to_le_bytes());
    bytes[24..32].copy_from_slice(&clusters.end.wrapping_sub(1).to_le_bytes());
    bytes[32] = 64;
    for at in [40, 48, 56] {
        bytes[at..at + 8].copy_from_slice(&size.to_le_bytes());
    }
    bytes[64..64 + runs.len()].copy_from_slice(runs);
    bytes
}

/// A line of a list of attributes.
pub fn line(kind: u32, instance: u16, first_cluster: u64, record: u64) -> Vec<u8> {
    let mut bytes = vec![0; 32];
    bytes[..4].copy_from_slice(&kind.to_le_bytes());
    bytes[4] = 32;
    bytes[7] = 26;
    bytes[8..16].copy_from_slice(&first_cluster.to_le_bytes());
    bytes[16..24].copy_from_slice(&record.to_le_bytes());
    bytes[24..26].copy_from_slice(&instance.to_le_bytes());
    bytes
}

/// A record's number with its sequence, as references are written.
pub fn reference(image: &[u8], number: u64) -> u64 {
    let fs = Ntfs::open(Arc::new(image.to_vec())).unwrap();
    number | u64::from(fs.table.record(number).unwrap().sequence) << 48
}
