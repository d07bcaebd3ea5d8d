//! SHA-256 of one message, or of two at once.
//!
//! Each step of SHA-256 waits for the one before it, so a processor with instructions for it stands idle half of the time. Two messages
//! that know nothing of each other fill that time: together they cost little more than one. Everything else is left to the crate
//! `sha2`, which also does both, one after the other, where those instructions are missing.

#[cfg(target_arch = "x86_64")]
mod x86;

use std::fmt;

use sha2::block_api::compress256;

pub type Digest = [u8; 32];

const BLOCK_BYTES: usize = 64;

type Block = [u8; BLOCK_BYTES];
type State = [u32; 8];

const BEGIN: State =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// A message that is being digested.
#[derive(Clone)]
pub struct Sha256 {
    state: State,
    length: u64,
    /// What does not fill a block yet: the first `length % 64` bytes.
    rest: Block,
}

impl Default for Sha256 {
    fn default() -> Sha256 {
        Sha256 { state: BEGIN, length: 0, rest: [0; BLOCK_BYTES] }
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sha256").field("length", &self.length).finish_non_exhaustive()
    }
}

impl Sha256 {
    pub fn new() -> Sha256 {
        Sha256::default()
    }

    /// The digest of a whole message.
    pub fn digest(bytes: &[u8]) -> Digest {
        let mut message = Sha256::new();
        message.update(bytes);
        message.finish()
    }

    /// Takes what comes next in the message.
    pub fn update(&mut self, bytes: &[u8]) {
        let blocks = self.blocks(bytes);
        self.take(blocks);
    }

    pub fn finish(mut self) -> Digest {
        let bits = self.length.wrapping_mul(8).to_be_bytes();
        // One bit, zeros up to the last eight bytes of a block, and the length in bits.
        let mut padding = [0; 2 * BLOCK_BYTES];
        padding[0] = 0x80;
        let zeros = (BLOCK_BYTES - 8).wrapping_sub(self.waiting() + 1) % BLOCK_BYTES;
        padding[1 + zeros..][..8].copy_from_slice(&bits);
        self.update(&padding[..1 + zeros + 8]);
        debug_assert_eq!(self.waiting(), 0);
        let mut digest = [0; 32];
        for (bytes, word) in digest.chunks_exact_mut(4).zip(self.state) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
        digest
    }

    fn waiting(&self) -> usize {
        (self.length % BLOCK_BYTES as u64) as usize
    }

    /// Takes what completes the block that waits, and keeps what fills no block. What is between has been counted, but is still to be
    /// taken.
    fn blocks<'b>(&mut self, bytes: &'b [u8]) -> &'b [Block] {
        let waiting = self.waiting();
        let (first, bytes) =
            bytes.split_at(if waiting == 0 { 0 } else { bytes.len().min(BLOCK_BYTES - waiting) });
        self.rest[waiting..][..first.len()].copy_from_slice(first);
        self.length = self.length.wrapping_add(first.len() as u64);
        if !first.is_empty() && self.waiting() == 0 {
            compress256(&mut self.state, &[self.rest]);
        }
        let (blocks, last) = bytes.as_chunks();
        self.length = self.length.wrapping_add(bytes.len() as u64);
        self.rest[..last.len()].copy_from_slice(last);
        blocks
    }

    fn take(&mut self, blocks: &[Block]) {
        compress256(&mut self.state, blocks);
    }
}

/// Takes what comes next in two messages: the same as updating one, then the other, but sooner done. What the longer has more than the
/// shorter goes alone.
pub fn update_both(one: (&mut Sha256, &[u8]), other: (&mut Sha256, &[u8])) {
    let ((one, bytes), (other, others)) = (one, other);
    let (blocks, others) = (one.blocks(bytes), other.blocks(others));
    let both = blocks.len().min(others.len());
    take_both([&mut one.state, &mut other.state], [&blocks[..both], &others[..both]]);
    one.take(&blocks[both..]);
    other.take(&others[both..]);
}

/// Takes equally many blocks of two messages.
fn take_both(states: [&mut State; 2], blocks: [&[Block]; 2]) {
    #[cfg(target_arch = "x86_64")]
    if x86::is_here() {
        return x86::take_both(states, blocks);
    }
    for (state, blocks) in states.into_iter().zip(blocks) {
        compress256(state, blocks);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sha2::Digest as _;

    fn peer(bytes: &[u8]) -> Digest {
        sha2::Sha256::digest(bytes).into()
    }

    #[test]
    fn a_digest_is_the_one_that_everybody_computes() {
        for length in 0..300 {
            let bytes: Vec<u8> = (0..length).map(|n| (n * 7) as u8).collect();
            assert_eq!(Sha256::digest(&bytes), peer(&bytes), "{length} bytes");
        }
        let hex: String = Sha256::digest(b"abc").iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "FIPS 180-4");
    }

    proptest! {
        #[test]
        fn two_messages_in_any_pieces_are_digested_as_each_alone(
            one in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..8),
            other in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..8),
        ) {
            let (mut first, mut second) = (Sha256::new(), Sha256::new());
            for number in 0..one.len().max(other.len()) {
                let of = |pieces: &[Vec<u8>]| pieces.get(number).cloned().unwrap_or_default();
                update_both((&mut first, &of(&one)), (&mut second, &of(&other)));
            }
            prop_assert_eq!(first.finish(), peer(&one.concat()));
            prop_assert_eq!(second.finish(), peer(&other.concat()));
        }
    }

    #[test]
    fn without_its_instructions_a_processor_gives_the_same() {
        let bytes: Vec<u8> = (0..64 * 50).map(|n| (n % 253) as u8).collect();
        let (blocks, _) = bytes.as_chunks();
        let (mut one, mut other) = (BEGIN, BEGIN);
        take_both([&mut one, &mut other], [&blocks[..20], &blocks[30..]]);
        for (state, blocks) in [(one, &blocks[..20]), (other, &blocks[30..])] {
            let mut alone = BEGIN;
            compress256(&mut alone, blocks);
            assert_eq!(state, alone);
        }
    }
}
