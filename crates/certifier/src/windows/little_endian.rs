//! Numbers inside byte slices, least significant byte first. What lies past the end of a slice reads as zero, so that no offset can
//! bring the program down; where a missing byte matters, the caller has checked the length first.

fn bytes<const N: usize>(from: &[u8], at: usize) -> [u8; N] {
    let found = at.checked_add(N).and_then(|end| from.get(at..end));
    found.and_then(|slice| slice.try_into().ok()).unwrap_or([0; N])
}

pub fn u16_at(from: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(bytes(from, at))
}

pub fn u32_at(from: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes(from, at))
}

pub fn u64_at(from: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes(from, at))
}

/// UTF-16 as text. What is no UTF-16 is shown as such.
pub fn utf16(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}
