//! The checksums with which metadata may be sealed: CRC-32C, xxHash and SHA-256. The seal stands in the first bytes of
//! what it seals.

use sha2::{Digest, Sha256};

use crate::checksum::crc32c;
use crate::fields::{u32_le, u64_le};
use crate::tree::Unreadable;

/// How many bytes are kept for a seal, whatever its length.
const SEAL_BYTES: usize = 32;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Checksum {
    Crc32c,
    XxHash,
    Sha256,
}

impl Checksum {
    pub fn of_kind(kind: u16) -> Result<Checksum, Unreadable> {
        match kind {
            0 => Ok(Checksum::Crc32c),
            1 => Ok(Checksum::XxHash),
            2 => Ok(Checksum::Sha256),
            3 => Err(Unreadable::Unsupported("Btrfs sealed with BLAKE2".into())),
            other => Err(Unreadable::Unsupported(format!("Btrfs checksum {other}"))),
        }
    }

    /// Whether a block bears out the seal at its beginning.
    pub fn holds(self, block: &[u8]) -> bool {
        let Some(sealed) = block.get(SEAL_BYTES..) else { return false };
        match self {
            Checksum::Crc32c => !crc32c(!0, sealed) == u32_le(block, 0),
            Checksum::XxHash => xx_hash(sealed) == u64_le(block, 0),
            Checksum::Sha256 => Sha256::digest(sealed)[..] == block[..SEAL_BYTES],
        }
    }

    /// Seals a block anew, as a hostile hand would.
    #[cfg(test)]
    pub fn seal(self, block: &mut [u8]) {
        let sealed = &block[SEAL_BYTES..];
        let seal = match self {
            Checksum::Crc32c => (!crc32c(!0, sealed)).to_le_bytes().to_vec(),
            Checksum::XxHash => xx_hash(sealed).to_le_bytes().to_vec(),
            Checksum::Sha256 => Sha256::digest(sealed).to_vec(),
        };
        block[..seal.len()].copy_from_slice(&seal);
    }
}

const PRIMES: [u64; 5] = [
    0x9e37_79b1_85eb_ca87,
    0xc2b2_ae3d_27d4_eb4f,
    0x1656_67b1_9e37_79f9,
    0x85eb_ca77_c2b2_ae63,
    0x27d4_eb2f_1656_67c5,
];

fn round(held: u64, word: u64) -> u64 {
    held.wrapping_add(word.wrapping_mul(PRIMES[1])).rotate_left(31).wrapping_mul(PRIMES[0])
}

/// The 64-bit xxHash of `bytes`, begun with zero.
fn xx_hash(bytes: &[u8]) -> u64 {
    let mut lanes = [PRIMES[0].wrapping_add(PRIMES[1]), PRIMES[1], 0, 0_u64.wrapping_sub(PRIMES[0])];
    let mut stripes = bytes.chunks_exact(32);
    for stripe in &mut stripes {
        for (n, lane) in lanes.iter_mut().enumerate() {
            *lane = round(*lane, u64_le(stripe, n * 8));
        }
    }
    let mut hash = if bytes.len() >= 32 {
        let turns = [1, 7, 12, 18];
        let mixed =
            lanes.iter().zip(turns).fold(0_u64, |sum, (lane, by)| sum.wrapping_add(lane.rotate_left(by)));
        let merge =
            |hash: u64, lane: &u64| (hash ^ round(0, *lane)).wrapping_mul(PRIMES[0]).wrapping_add(PRIMES[3]);
        lanes.iter().fold(mixed, merge)
    } else {
        PRIMES[4]
    };
    hash = hash.wrapping_add(bytes.len() as u64);
    let mut rest = stripes.remainder();
    while rest.len() >= 8 {
        let turned = (hash ^ round(0, u64_le(rest, 0))).rotate_left(27);
        hash = turned.wrapping_mul(PRIMES[0]).wrapping_add(PRIMES[3]);
        rest = &rest[8..];
    }
    if rest.len() >= 4 {
        let turned = (hash ^ u64::from(u32_le(rest, 0)).wrapping_mul(PRIMES[0])).rotate_left(23);
        hash = turned.wrapping_mul(PRIMES[1]).wrapping_add(PRIMES[2]);
        rest = &rest[4..];
    }
    for byte in rest {
        hash = (hash ^ u64::from(*byte).wrapping_mul(PRIMES[4])).rotate_left(11).wrapping_mul(PRIMES[0]);
    }
    hash = (hash ^ hash >> 33).wrapping_mul(PRIMES[1]);
    hash = (hash ^ hash >> 29).wrapping_mul(PRIMES[2]);
    hash ^ hash >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_agrees_with_published_values() {
        assert_eq!(xx_hash(b""), 0xef46_db37_51d8_e999);
        assert_eq!(xx_hash(b"a"), 0xd24e_c4f1_a98c_6e5b);
        assert_eq!(xx_hash(b"abc"), 0x44bc_2cf5_ad77_0999);
    }
}
