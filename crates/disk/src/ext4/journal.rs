//! The journal of a filesystem that was not unmounted, replayed in memory.
//!
//! The log is read twice: once to find its end and what was revoked, once to gather where the newest version of each block lies. No
//! block is copied. The log is walked at most once around, whatever it says.

use std::collections::{BTreeMap, HashMap};

use super::superblock::compat;
use super::{Ext4, extents};
use crate::blocks::Logged;
use crate::checksum::crc32c;
use crate::fields::{array, u16_be, u16_le, u32_be, u32_le, u64_be};
use crate::naming::Directories;
use crate::tree::{Extent, Unreadable};

/// 4 GiB of log in blocks of 4 KiB.
pub const JOURNAL_BLOCKS_MAX: u64 = 1 << 20;

const MAGIC: u32 = 0xc03b_3998;
const HEADER_BYTES: usize = 12;
const REVOKE_HEADER_BYTES: usize = 16;
const CHECKSUM_BYTES: usize = 4;
const SUPERBLOCK_BYTES: usize = 1024;
const COMMIT_CHECKSUM_AT: usize = 16;
const SUPERBLOCK_CHECKSUM_AT: usize = 0xfc;

const DESCRIPTOR: u32 = 1;
const COMMIT: u32 = 2;
const SUPERBLOCK_V1: u32 = 3;
const SUPERBLOCK_V2: u32 = 4;
const REVOKE: u32 = 5;

const INCOMPAT_64BIT: u32 = 0x2;
const INCOMPAT_CSUM_V2: u32 = 0x8;
const INCOMPAT_CSUM_V3: u32 = 0x10;
const INCOMPAT_FAST_COMMIT: u32 = 0x20;
/// Revocation and asynchronous commits need nothing more to be read.
const INCOMPAT_KNOWN: u32 =
    0x1 | INCOMPAT_64BIT | 0x4 | INCOMPAT_CSUM_V2 | INCOMPAT_CSUM_V3 | INCOMPAT_FAST_COMMIT;

const FAST_COMMIT_BLOCKS: u32 = 256;
const FAST_COMMIT_HEAD: u16 = 9;

const TAG_ESCAPED: u32 = 1;
const TAG_SAME_UUID: u32 = 2;
const TAG_DELETED: u32 = 4;
const TAG_LAST: u32 = 8;

struct Journal<'a> {
    fs: &'a Ext4,
    map: Vec<Extent>,
    incompat: u32,
    seed: u32,
    first: u64,
    /// The log wraps here.
    end: u64,
    start: u64,
    sequence: u32,
}

/// A block's new version, as a descriptor announces it.
struct Tag {
    target: u64,
    flags: u32,
    checksum: u32,
}

/// What becomes of the log's blocks while it is walked.
#[derive(Default)]
struct Gathered {
    /// The last transaction that revoked a block.
    revoked: HashMap<u64, u32>,
    overlay: BTreeMap<u64, Logged>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    Revocations,
    Blocks,
}

/// Gathers what the journal would write. Empty if there is nothing to do.
pub(super) fn replay(fs: &Ext4) -> Result<BTreeMap<u64, Logged>, Unreadable> {
    if fs.superblock.compat & compat::HAS_JOURNAL == 0 || fs.superblock.journal_inode == 0 {
        return Err(Unreadable::Unsupported("ext4 recovery from an external journal".into()));
    }
    let Some(journal) = Journal::open(fs)? else { return Ok(BTreeMap::new()) };
    let mut gathered = Gathered::default();
    let last = journal.walk(Pass::Revocations, None, &mut gathered)?;
    if let Some(last) = last {
        journal.walk(Pass::Blocks, Some(last), &mut gathered)?;
    }
    journal.check_fast_commits(last)?;
    Ok(gathered.overlay)
}

fn damaged(what: &'static str, offset: u64) -> Unreadable {
    Unreadable::Damaged { what, offset }
}

impl<'a> Journal<'a> {
    /// Opens the journal; `None` if its log is empty.
    fn open(fs: &'a Ext4) -> Result<Option<Journal<'a>>, Unreadable> {
        let inode = fs.inode(fs.superblock.journal_inode)?;
        let map = extents::map(fs, &inode)?;
        let bytes = fs.contents(&inode, 0, SUPERBLOCK_BYTES)?;
        let wrong = |what| damaged(what, map.first().map_or(0, |extent| extent.device_offset));
        let kind = u32_be(&bytes, 4);
        if bytes.len() < SUPERBLOCK_BYTES
            || u32_be(&bytes, 0) != MAGIC
            || !matches!(kind, SUPERBLOCK_V1 | SUPERBLOCK_V2)
        {
            return Err(wrong("journal superblock"));
        }
        let incompat = if kind == SUPERBLOCK_V2 { u32_be(&bytes, 40) } else { 0 };
        if incompat & !INCOMPAT_KNOWN != 0 {
            return Err(Unreadable::Unsupported(format!("ext4 journal features {incompat:#x}")));
        }
        if incompat & (INCOMPAT_CSUM_V2 | INCOMPAT_CSUM_V3) != 0 {
            let mut copy = bytes.clone();
            copy[SUPERBLOCK_CHECKSUM_AT..SUPERBLOCK_CHECKSUM_AT + CHECKSUM_BYTES].fill(0);
            if crc32c(!0, &copy) != u32_be(&bytes, SUPERBLOCK_CHECKSUM_AT) {
                return Err(wrong("journal superblock checksum"));
            }
        }
        let length = u64::from(u32_be(&bytes, 16));
        let block_bytes = fs.superblock.block_bytes as u64;
        if u64::from(u32_be(&bytes, 12)) != block_bytes || length > inode.node.size_bytes / block_bytes {
            return Err(wrong("journal size"));
        }
        if length > JOURNAL_BLOCKS_MAX {
            return Err(Unreadable::OverLimit { what: "journal", found: length, limit: JOURNAL_BLOCKS_MAX });
        }
        let fast = match (incompat & INCOMPAT_FAST_COMMIT != 0, u32_be(&bytes, 84)) {
            (false, _) => 0,
            (true, 0) => FAST_COMMIT_BLOCKS,
            (true, blocks) => blocks,
        };
        let first = u64::from(u32_be(&bytes, 20));
        let end = length.checked_sub(u64::from(fast)).filter(|end| first > 0 && first < *end);
        let start = u64::from(u32_be(&bytes, 28));
        let Some(end) = end.filter(|end| start == 0 || (first..*end).contains(&start)) else {
            return Err(wrong("journal bounds"));
        };
        let seed = crc32c(!0, &array::<16>(&bytes, 48));
        let sequence = u32_be(&bytes, 24);
        let journal = Journal { fs, map, incompat, seed, first, end, start, sequence };
        if start == 0 {
            journal.check_fast_commits(None)?;
            return Ok(None);
        }
        Ok(Some(journal))
    }

    fn has_checksums(&self) -> bool {
        self.incompat & (INCOMPAT_CSUM_V2 | INCOMPAT_CSUM_V3) != 0
    }

    /// Where a block of the log lies on the volume, as a block number.
    fn place(&self, log_block: u64) -> Result<u64, Unreadable> {
        let block_bytes = self.fs.superblock.block_bytes as u64;
        let offset = log_block * block_bytes;
        let after = self.map.partition_point(|extent| extent.file_offset <= offset);
        let extent = after.checked_sub(1).map(|n| self.map[n]);
        match extent.filter(|extent| offset < extent.file_offset + extent.length) {
            Some(extent) => Ok((extent.device_offset + offset - extent.file_offset) / block_bytes),
            None => Err(damaged("hole in the journal", offset)),
        }
    }

    fn next(&self, log_block: u64) -> u64 {
        if log_block + 1 >= self.end { self.first } else { log_block + 1 }
    }

    /// Walks the log from its start up to the transaction `until`, or to the end of what is whole. Gives the last transaction
    /// that was committed.
    fn walk(
        &self,
        pass: Pass,
        until: Option<u32>,
        gathered: &mut Gathered,
    ) -> Result<Option<u32>, Unreadable> {
        let mut at = self.start;
        let mut sequence = self.sequence;
        let mut committed = None;
        // Revocations only count once their transaction is committed.
        let mut pending = Vec::new();
        let mut steps = self.end - self.first;
        while steps > 0 && (pass == Pass::Revocations || until != committed) {
            let place = self.place(at)?;
            let block = self.fs.blocks.block(place)?;
            if u32_be(&block, 0) != MAGIC || u32_be(&block, 8) != sequence {
                break;
            }
            steps -= 1;
            at = self.next(at);
            match u32_be(&block, 4) {
                DESCRIPTOR | REVOKE if !self.tail_holds(&block) => break,
                DESCRIPTOR => {
                    for tag in self.tags(&block, place)? {
                        if pass == Pass::Blocks {
                            self.gather(&tag, at, sequence, gathered)?;
                        }
                        at = self.next(at);
                        steps = steps.saturating_sub(1);
                    }
                }
                COMMIT => {
                    if !self.commit_holds(&block) {
                        break;
                    }
                    committed = Some(sequence);
                    gathered.revoked.extend(pending.drain(..).map(|target| (target, sequence)));
                    sequence = sequence.wrapping_add(1);
                }
                REVOKE => {
                    if pass == Pass::Revocations {
                        self.revocations(&block, place, &mut pending)?;
                    }
                }
                _ => break,
            }
        }
        Ok(committed)
    }

    /// Notes where a block's new version lies, unless it was revoked by the same or a later transaction.
    fn gather(&self, tag: &Tag, at: u64, sequence: u32, gathered: &mut Gathered) -> Result<(), Unreadable> {
        let revoked = gathered.revoked.get(&tag.target);
        // Sequence numbers wrap, so they are compared by distance.
        if revoked.is_some_and(|revoked| revoked.wrapping_sub(sequence) as i32 >= 0)
            || tag.flags & TAG_DELETED != 0
        {
            return Ok(());
        }
        let block = self.place(at)?;
        let block_bytes = self.fs.superblock.block_bytes as u64;
        if tag.target >= self.fs.superblock.blocks {
            return Err(damaged("block number in the journal", block * block_bytes));
        }
        if self.has_checksums() {
            let bytes = self.fs.blocks.block(block)?;
            let computed = crc32c(crc32c(self.seed, &sequence.to_be_bytes()), &bytes);
            let mask = if self.incompat & INCOMPAT_CSUM_V3 != 0 { u32::MAX } else { 0xffff };
            if computed & mask != tag.checksum {
                return Err(damaged("journal block checksum", block * block_bytes));
            }
        }
        let logged = Logged { block, escaped: tag.flags & TAG_ESCAPED != 0 };
        gathered.overlay.insert(tag.target, logged);
        Ok(())
    }

    fn tag_bytes(&self) -> usize {
        let wide = self.incompat & INCOMPAT_64BIT != 0;
        match (self.incompat & INCOMPAT_CSUM_V3 != 0, self.incompat & INCOMPAT_CSUM_V2 != 0) {
            (true, _) => 16,
            (false, true) => 10 + if wide { 4 } else { 0 },
            (false, false) => 8 + if wide { 4 } else { 0 },
        }
    }

    /// The tags of a descriptor block; each takes room in it, so there are only so many.
    fn tags(&self, block: &[u8], place: u64) -> Result<Vec<Tag>, Unreadable> {
        const UUID_BYTES: usize = 16;
        let v3 = self.incompat & INCOMPAT_CSUM_V3 != 0;
        let wide = self.incompat & INCOMPAT_64BIT != 0;
        let end = block.len() - if self.has_checksums() { CHECKSUM_BYTES } else { 0 };
        let mut tags = Vec::new();
        let mut at = HEADER_BYTES;
        while at + self.tag_bytes() <= end {
            let bytes = &block[at..at + self.tag_bytes()];
            let (flags, checksum) = match v3 {
                true => (u32_be(bytes, 4), u32_be(bytes, 12)),
                false => (u32::from(u16_be(bytes, 6)), u32::from(u16_be(bytes, 4))),
            };
            let high = if wide { u64::from(u32_be(bytes, 8)) << 32 } else { 0 };
            tags.push(Tag { target: u64::from(u32_be(bytes, 0)) | high, flags, checksum });
            if flags & TAG_LAST != 0 {
                return Ok(tags);
            }
            at += self.tag_bytes() + if flags & TAG_SAME_UUID == 0 { UUID_BYTES } else { 0 };
        }
        match tags.is_empty() {
            true => Err(damaged("journal descriptor", place * block.len() as u64)),
            false => Ok(tags),
        }
    }

    fn revocations(&self, block: &[u8], place: u64, pending: &mut Vec<u64>) -> Result<(), Unreadable> {
        let wide = self.incompat & INCOMPAT_64BIT != 0;
        let room = block.len() - if self.has_checksums() { CHECKSUM_BYTES } else { 0 };
        let used = u32_be(block, HEADER_BYTES) as usize;
        if !(REVOKE_HEADER_BYTES..=room).contains(&used) {
            return Err(damaged("journal revocations", place * block.len() as u64));
        }
        let numbers = block[REVOKE_HEADER_BYTES..used].chunks_exact(if wide { 8 } else { 4 });
        pending.extend(numbers.map(|n| if wide { u64_be(n, 0) } else { u64::from(u32_be(n, 0)) }));
        Ok(())
    }

    /// A block whose checksum fails was being written when the machine stopped, like a commit: the log ends before it.
    fn tail_holds(&self, block: &[u8]) -> bool {
        let (covered, stored) = block.split_at(block.len() - CHECKSUM_BYTES);
        !self.has_checksums() || crc32c(crc32c(self.seed, covered), &[0; 4]) == u32_be(stored, 0)
    }

    fn commit_holds(&self, block: &[u8]) -> bool {
        if !self.has_checksums() {
            return true;
        }
        let crc = crc32c(crc32c(self.seed, &block[..COMMIT_CHECKSUM_AT]), &[0; 4]);
        crc32c(crc, &block[COMMIT_CHECKSUM_AT + CHECKSUM_BYTES..]) == u32_be(block, COMMIT_CHECKSUM_AT)
    }

    /// Fast commits change names and inodes by description instead of by block. They are not replayed, so a filesystem that has
    /// some to replay is not read.
    fn check_fast_commits(&self, last: Option<u32>) -> Result<(), Unreadable> {
        if self.incompat & INCOMPAT_FAST_COMMIT == 0 {
            return Ok(());
        }
        let next = last.map_or(self.sequence, |last| last.wrapping_add(1));
        let block = self.fs.blocks.block(self.place(self.end)?)?;
        if u16_le(&block, 0) == FAST_COMMIT_HEAD && u32_le(&block, 8) == next {
            return Err(Unreadable::Unsupported("ext4 fast commits".into()));
        }
        Ok(())
    }
}
