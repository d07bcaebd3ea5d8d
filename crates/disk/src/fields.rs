//! Numbers inside byte slices. Bytes past the end of a slice read as zero, so no offset, however hostile, can bring the
//! program down; where a missing byte matters, the caller has checked the length first.

fn bytes<const N: usize>(from: &[u8], at: usize) -> [u8; N] {
    let found = at.checked_add(N).and_then(|end| from.get(at..end));
    found.and_then(|slice| slice.try_into().ok()).unwrap_or([0; N])
}

pub(crate) fn u16_le(from: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(bytes(from, at))
}

pub(crate) fn u32_le(from: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes(from, at))
}

pub(crate) fn u64_le(from: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes(from, at))
}

pub(crate) fn u16_be(from: &[u8], at: usize) -> u16 {
    u16::from_be_bytes(bytes(from, at))
}

pub(crate) fn u32_be(from: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes(from, at))
}

pub(crate) fn u64_be(from: &[u8], at: usize) -> u64 {
    u64::from_be_bytes(bytes(from, at))
}

/// A fixed number of bytes, zero where there are none.
pub(crate) fn array<const N: usize>(from: &[u8], at: usize) -> [u8; N] {
    bytes(from, at)
}

/// Whether `magic` stands at `at`.
pub(crate) fn has(from: &[u8], at: usize, magic: &[u8]) -> bool {
    from.get(at..).is_some_and(|rest| rest.starts_with(magic))
}

/// Whether all bytes are zero. Stops at the first page that is not.
pub(crate) fn all_zero(bytes: &[u8]) -> bool {
    bytes.chunks(4096).all(|page| page.iter().fold(0, |seen, byte| seen | byte) == 0)
}
