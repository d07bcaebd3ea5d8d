//! The checksums of filesystem metadata: CRC-32C for ext4 and XFS, CRC-16 for the group descriptors of ext before it.
//!
//! Both are used raw: the caller gives the starting value and nothing is inverted at the end, so checksums can be continued.

const POLYNOMIAL_16: u16 = 0xa001;

/// Continues a CRC-32C over `bytes`.
pub(crate) fn crc32c(crc: u32, bytes: &[u8]) -> u32 {
    !crc32c::crc32c_append(!crc, bytes)
}

/// Continues a CRC-16 over `bytes`.
pub(crate) fn crc16(mut crc: u16, bytes: &[u8]) -> u16 {
    for byte in bytes {
        crc ^= u16::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ POLYNOMIAL_16 } else { crc >> 1 };
        }
    }
    crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_agree_with_the_published_check_values() {
        assert_eq!(!crc32c(!0, b"123456789"), 0xe306_9283);
        assert_eq!(crc16(0, b"123456789"), 0xbb3d);
        assert_eq!(crc32c(crc32c(!0, b"1234"), b"56789"), crc32c(!0, b"123456789"));
        assert_eq!(!crc32c(!0, &[0; 32]), 0x8a91_36aa);
    }
}
