//! Checksums, made anew after a change as a hostile hand would make them, so that a fuzzer gets past them.
//!
//! What is sealed is found in a specimen when it is unpacked: a stretch counts only if its checksum holds there.

use certifier::windows::hive::marvin;

use crate::specimen::{PAGE_BYTES, Specimen};

/// Finds what is sealed in a specimen; what is sealed twice comes first where it lies within another's seal.
pub type Seals = fn(&Specimen) -> Vec<Seal>;

/// A stretch of an image, and where its checksum stands. Within the stretch that place counts as zero.
#[derive(Debug, Clone, Copy)]
pub struct Seal {
    pub from: u64,
    pub to: u64,
    pub sum_at: u64,
    pub sum: Sum,
}

#[derive(Debug, Clone, Copy)]
pub enum Sum {
    /// Of XFS, Btrfs and VHDX: begun with ones and inverted at the end.
    Crc32c,
    /// Of ext4: begun with a seed and not inverted. The lowest bytes of the sum are kept, as many as said.
    Crc32cSeeded { seed: u32, kept: usize },
    /// Of ext4's journal: the same, but written from its high end.
    Crc32cSeededHighFirst { seed: u32 },
    /// Of ext4's inodes, whose sum stands in two halves.
    Ext4Inode { seed: u32 },
    /// Of GPT, and of logs of VHDX.
    Crc32,
    /// Of LVM: begun with a number of its own and not inverted.
    Lvm,
    /// Of VHD: all bytes added, and inverted.
    AddedUp,
    /// Of the first block of a hive: its words, one over the other.
    Xored,
    /// Of the entries in the log of a hive.
    Marvin,
}

/// Nothing is sealed in it.
pub fn none(_: &Specimen) -> Vec<Seal> {
    Vec::new()
}

impl Seal {
    /// The checksum of `bytes`, which are those of the stretch.
    pub fn of(&self, bytes: &mut [u8]) -> Vec<u8> {
        if (self.from..self.to).contains(&self.sum_at) {
            let at = (self.sum_at - self.from) as usize;
            let end = (at + self.length()).min(bytes.len());
            bytes[at..end].fill(0);
        }
        match self.sum {
            Sum::Crc32c => (!crc32c(!0, bytes)).to_le_bytes().to_vec(),
            Sum::Crc32cSeeded { seed, kept } => crc32c(seed, bytes).to_le_bytes()[..kept].to_vec(),
            Sum::Crc32cSeededHighFirst { seed } => crc32c(seed, bytes).to_be_bytes().to_vec(),
            Sum::Ext4Inode { seed } => {
                if bytes.len() > HIGH_HALF_AT + 2 {
                    bytes[HIGH_HALF_AT..HIGH_HALF_AT + 2].fill(0);
                }
                crc32c(seed, bytes).to_le_bytes()[..2].to_vec()
            }
            Sum::Crc32 => crc32fast::hash(bytes).to_le_bytes().to_vec(),
            Sum::Lvm => {
                let mut hasher = crc32fast::Hasher::new_with_initial(!LVM_SEED);
                hasher.update(bytes);
                (!hasher.finalize()).to_le_bytes().to_vec()
            }
            Sum::AddedUp => (!bytes.iter().fold(0_u32, |sum, byte| sum.wrapping_add(u32::from(*byte))))
                .to_be_bytes()
                .to_vec(),
            Sum::Xored => {
                let words = bytes.as_chunks().0.iter().map(|word| u32::from_le_bytes(*word));
                match words.fold(0, |sum, word| sum ^ word) {
                    0 => 1_u32,
                    u32::MAX => u32::MAX - 1,
                    sum => sum,
                }
                .to_le_bytes()
                .to_vec()
            }
            Sum::Marvin => marvin::of_log(bytes).to_le_bytes().to_vec(),
        }
    }

    /// The second half of the sum of `bytes`, and where it stands.
    pub fn high_half(&self, bytes: &mut [u8]) -> Option<(u64, [u8; 2])> {
        let Sum::Ext4Inode { seed } = self.sum else { return None };
        self.of(bytes);
        let [_, _, high @ ..] = crc32c(seed, bytes).to_le_bytes();
        Some((self.from + HIGH_HALF_AT as u64, high))
    }

    fn length(&self) -> usize {
        match self.sum {
            Sum::Crc32cSeeded { kept, .. } => kept,
            Sum::Ext4Inode { .. } => 2,
            Sum::Marvin => 8,
            _ => 4,
        }
    }

    /// Whether the checksum holds in a specimen.
    pub fn holds(&self, specimen: &Specimen) -> bool {
        let mut bytes = specimen.bytes(self.from, (self.to - self.from) as usize);
        let stored = specimen.bytes(self.sum_at, self.length());
        self.of(&mut bytes) == stored
    }
}

const LVM_SEED: u32 = 0xf597_a6cf;
/// In an inode of ext4.
const HIGH_HALF_AT: usize = 0x82;

/// Those of `candidates` whose checksums hold.
pub fn that_hold(specimen: &Specimen, candidates: Vec<Seal>) -> Vec<Seal> {
    candidates.into_iter().filter(|seal| seal.to <= specimen.size_bytes && seal.holds(specimen)).collect()
}

/// Continues a CRC-32C over `bytes`.
pub fn crc32c(crc: u32, bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut byte = 0;
        while byte < 256 {
            let mut crc = byte as u32;
            let mut bit = 0;
            while bit < 8 {
                crc = if crc & 1 == 1 { crc >> 1 ^ 0x82f6_3b78 } else { crc >> 1 };
                bit += 1;
            }
            table[byte] = crc;
            byte += 1;
        }
        table
    };
    bytes.iter().fold(crc, |crc, byte| crc >> 8 ^ TABLE[usize::from(crc as u8 ^ byte)])
}

fn u16_le(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_le(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// The headers, inodes and blocks of XFS version 5.
pub fn xfs(specimen: &Specimen) -> Vec<Seal> {
    const SECTORS: [(&[u8], u64); 4] = [(b"XFSB", 224), (b"XAGF", 216), (b"XAGI", 312), (b"XAFL", 32)];
    const BLOCKS: [(usize, &[u8], u64); 17] = [
        (0, b"AB3B", 52),
        (0, b"AB3C", 52),
        (0, b"IAB3", 52),
        (0, b"FIB3", 52),
        (0, b"RMB3", 52),
        (0, b"R3FC", 52),
        (0, b"BMA3", 64),
        (0, b"XDB3", 4),
        (0, b"XDD3", 4),
        (0, b"XDF3", 4),
        (0, b"XSLM", 12),
        (0, b"XARM", 12),
        (8, &[0x3e, 0xbe], 12),
        (8, &[0x3d, 0xf1], 12),
        (8, &[0x3d, 0xff], 12),
        (8, &[0x3b, 0xee], 12),
        (8, &[0x3e, 0xbf], 12),
    ];
    let superblock = specimen.bytes(0, 512);
    let block_bytes =
        u64::from(u32::from_be_bytes([superblock[4], superblock[5], superblock[6], superblock[7]]));
    let mut candidates = Vec::new();
    for (page_at, page) in specimen.pages() {
        for within in (0..PAGE_BYTES).step_by(512) {
            let (at, bytes) = (page_at + within as u64, &page[within..]);
            let mut add = |length: u64, sum_at: u64| {
                candidates.push(Seal { from: at, to: at + length, sum_at: at + sum_at, sum: Sum::Crc32c });
            };
            SECTORS.iter().filter(|(magic, _)| bytes.starts_with(magic)).for_each(|(_, sum)| add(512, *sum));
            if bytes.starts_with(b"IN") {
                add(512, 100);
            }
            for (magic_at, magic, sum) in BLOCKS {
                if bytes[magic_at..].starts_with(magic) {
                    add(block_bytes, sum);
                }
            }
        }
    }
    that_hold(specimen, candidates)
}

const EXT4_SUPERBLOCK_AT: u64 = 1024;

/// The superblock, group descriptors, inodes and directories of ext4 with checksums, and the superblock of its journal. Blocks of
/// directories and extents are sealed with the number of the inode that they belong to.
pub fn ext4(specimen: &Specimen) -> Vec<Seal> {
    let superblock = specimen.bytes(EXT4_SUPERBLOCK_AT, 1024);
    let block_bytes = 1024_u64 << u32_le(&superblock, 0x18);
    let has_checksums = u32_le(&superblock, 0x64) & 0x400 != 0;
    let mut candidates = Vec::new();
    for (at, page) in specimen.pages() {
        for within in (0..PAGE_BYTES).step_by(1024) {
            let from = at + within as u64;
            if page[within..].starts_with(&[0xc0, 0x3b, 0x39, 0x98]) {
                let sum = Sum::Crc32cSeededHighFirst { seed: !0 };
                candidates.push(Seal { from, to: from + 1024, sum_at: from + 0xfc, sum });
            }
        }
    }
    if !has_checksums {
        return that_hold(specimen, candidates);
    }
    let seed = crc32c(!0, &superblock[0x68..0x78]);
    let groups = u64::from(u32_le(&superblock, 4)).div_ceil(u64::from(u32_le(&superblock, 0x20)));
    let descriptor_bytes = u64::from(u16_le(&superblock, 0xfe)).max(32);
    let descriptors_at = (EXT4_SUPERBLOCK_AT / block_bytes + 1) * block_bytes;
    let (inodes, inode_bytes) = (u32_le(&superblock, 0x28), u64::from(u16_le(&superblock, 0x58)));
    let mut inode_seeds = Vec::new();
    for group in 0..groups {
        let from = descriptors_at + group * descriptor_bytes;
        let sum = Sum::Crc32cSeeded { seed: crc32c(seed, &(group as u32).to_le_bytes()), kept: 2 };
        candidates.push(Seal { from, to: from + descriptor_bytes, sum_at: from + 0x1e, sum });
        let table = u64::from(u32_le(&specimen.bytes(from + 8, 4), 0)) * block_bytes;
        for within in 0..inodes {
            let from = table + u64::from(within) * inode_bytes;
            let record = specimen.bytes(from, inode_bytes as usize);
            if record.iter().any(|byte| *byte != 0) {
                let number = group as u32 * inodes + within + 1;
                let seed = crc32c(crc32c(seed, &number.to_le_bytes()), &record[0x64..0x68]);
                inode_seeds.push(seed);
                candidates.push(Seal {
                    from,
                    to: from + inode_bytes,
                    sum_at: from + 0x7c,
                    sum: Sum::Ext4Inode { seed },
                });
            }
        }
    }
    for (at, page) in specimen.pages() {
        for within in (0..PAGE_BYTES as u64).step_by(block_bytes as usize) {
            let block = &page[within as usize..];
            let from = at + within;
            let listed = from + block_bytes - 12;
            if block[block_bytes as usize - 5] == 0xde {
                candidates.extend(belonging(&inode_seeds, from, listed, listed + 8));
            }
            if block.starts_with(&[0x0a, 0xf3]) {
                let end = from + 12 + 12 * u64::from(u16_le(block, 4));
                candidates.extend(belonging(&inode_seeds, from, end, end));
            }
        }
    }
    let superblock_end = EXT4_SUPERBLOCK_AT + 0x3fc;
    let sum = Sum::Crc32cSeeded { seed: !0, kept: 4 };
    candidates.push(Seal { from: EXT4_SUPERBLOCK_AT, to: superblock_end, sum_at: superblock_end, sum });
    that_hold(specimen, candidates)
}

/// A block sealed with each of these seeds, of which one will hold.
fn belonging(seeds: &[u32], from: u64, to: u64, sum_at: u64) -> impl Iterator<Item = Seal> + '_ {
    seeds.iter().map(move |seed| Seal { from, to, sum_at, sum: Sum::Crc32cSeeded { seed: *seed, kept: 4 } })
}

const BTRFS_SUPERBLOCK_AT: u64 = 64 << 10;

/// The superblock and the blocks of all trees of Btrfs.
pub fn btrfs(specimen: &Specimen) -> Vec<Seal> {
    let superblock = specimen.bytes(BTRFS_SUPERBLOCK_AT, 4096);
    let node_bytes = u64::from(u32_le(&superblock, 148));
    let seal =
        |from: u64, length: u64| Seal { from: from + 32, to: from + length, sum_at: from, sum: Sum::Crc32c };
    let mut candidates = vec![seal(BTRFS_SUPERBLOCK_AT, 4096)];
    for (at, page) in specimen.pages() {
        if page[32..48] == superblock[32..48] && at != BTRFS_SUPERBLOCK_AT {
            candidates.push(seal(at, node_bytes));
        }
    }
    that_hold(specimen, candidates)
}

/// The base blocks of a hive and its logs, and the entries of the logs.
pub fn hives(specimen: &Specimen) -> Vec<Seal> {
    let mut candidates = Vec::new();
    for (page_at, page) in specimen.pages() {
        for within in (0..PAGE_BYTES).step_by(512) {
            let (from, bytes) = (page_at + within as u64, &page[within..]);
            if bytes.starts_with(b"regf") {
                candidates.push(Seal { from, to: from + 508, sum_at: from + 508, sum: Sum::Xored });
            }
            if bytes.starts_with(b"HvLE") {
                let to = from + u64::from(u32_le(bytes, 4));
                candidates.push(Seal { from: from + 40, to, sum_at: from + 24, sum: Sum::Marvin });
                candidates.push(Seal { from, to: from + 32, sum_at: from + 32, sum: Sum::Marvin });
            }
        }
    }
    that_hold(specimen, candidates)
}

/// Footers and headers of VHD, and the headers, tables and log of VHDX.
pub fn containers(specimen: &Specimen) -> Vec<Seal> {
    let mut candidates = Vec::new();
    for (page_at, page) in specimen.pages() {
        for within in (0..PAGE_BYTES).step_by(512) {
            let (from, bytes) = (page_at + within as u64, &page[within..]);
            let mut add = |length: u64, sum_at: u64, sum: Sum| {
                candidates.push(Seal { from, to: from + length, sum_at: from + sum_at, sum });
            };
            match &bytes[..8] {
                b"conectix" => add(512, 64, Sum::AddedUp),
                b"cxsparse" => add(1024, 36, Sum::AddedUp),
                [b'h', b'e', b'a', b'd', ..] => add(4096, 4, Sum::Crc32c),
                [b'r', b'e', b'g', b'i', ..] => add(64 << 10, 4, Sum::Crc32c),
                [b'l', b'o', b'g', b'e', ..] => add(u64::from(u32_le(bytes, 8)), 4, Sum::Crc32c),
                _ => {}
            }
        }
    }
    that_hold(specimen, candidates)
}

/// The entries and headers of GPT, and the labels, headers and texts of LVM2.
pub fn partitions(specimen: &Specimen) -> Vec<Seal> {
    let u64_at = |from: u64| {
        u64::from_le_bytes(specimen.bytes(from, 8).try_into().expect("eight bytes were asked for"))
    };
    let mut candidates = Vec::new();
    for (page_at, page) in specimen.pages() {
        for within in (0..PAGE_BYTES).step_by(512) {
            let (from, bytes) = (page_at + within as u64, &page[within..]);
            if bytes.starts_with(b"EFI PART") {
                let entries = u64_at(from + 72).saturating_mul(512);
                let to = entries.saturating_add(u64::from(u32_le(bytes, 80)) * u64::from(u32_le(bytes, 84)));
                candidates.push(Seal { from: entries, to, sum_at: from + 88, sum: Sum::Crc32 });
                let to = from + u64::from(u32_le(bytes, 12));
                candidates.push(Seal { from, to, sum_at: from + 16, sum: Sum::Crc32 });
            }
            if bytes.starts_with(b"LABELONE") {
                candidates.push(Seal { from: from + 20, to: from + 512, sum_at: from + 16, sum: Sum::Lvm });
            }
            if bytes[4..].starts_with(b" LVM2 x[5A%r0N*>") {
                let text = from + u64_at(from + 40);
                let to = text + u64_at(from + 48);
                candidates.push(Seal { from: text, to, sum_at: from + 56, sum: Sum::Lvm });
                candidates.push(Seal { from: from + 4, to: from + 512, sum_at: from, sum: Sum::Lvm });
            }
        }
    }
    that_hold(specimen, candidates)
}
