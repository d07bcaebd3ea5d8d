//! The one pass over all bytes: each leaf of data is read once and, while it is at hand, digested for the content id, counted,
//! searched for every anchor, and looked at where a file begins. Holes are never read. What was hit is examined afterwards.

use std::io;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use disk::content_id::{ContentId, Digest, LEAF_BYTES, Leaf, Leaves, Piece, for_each_piece, leaf_count};
use disk::read_at::ReadAt;

use crate::anchors::{ANCHORS, BORDER_BYTES, Hit, Sign, may_hold, search};
use crate::archives::head::{HEAD_BYTES, Head};
use crate::files::File;
use crate::filled::{Bits, Filled};
use crate::progress::{Progress, Stage};
use crate::secrets::keys::Store;

/// Bytes are counted as allocated by blocks of this size: a block is, if any of its bytes is not zero. So a sparse file and
/// its full copy give the same report.
pub const BLOCK_BYTES: usize = 4096;

/// More hits of one anchor in one leaf are not followed but counted. Archives have a right to be many.
const HITS_A_LEAF_MAX: usize = 64;
const ZIPS_A_LEAF_MAX: usize = 4096;
/// More hits on one disk are not followed but counted.
const HITS_MAX: usize = 1_000_000;

pub const THREADS_MAX: usize = 4;

/// Where a file begins on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Begin {
    pub offset: u64,
    /// Its place in [`Plan::files`].
    pub file: u32,
}

/// What the pass needs to know of the disk.
#[derive(Default)]
pub struct Plan<'p> {
    /// Sorted.
    pub begins: &'p [Begin],
    pub files: &'p [File],
    /// Stretches whose bytes say nothing as they are, such as encrypted volumes.
    pub sealed: &'p [Range<u64>],
}

/// What a file is by its first bytes, if it is to be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opens {
    Archive(Head),
    Store(Store),
}

impl Opens {
    pub fn of(begin: &[u8], size_bytes: u64) -> Option<Opens> {
        let archive = Head::of(begin).map(Opens::Archive);
        archive.or_else(|| Store::of_head(begin, size_bytes).map(Opens::Store))
    }
}

/// What the pass over the bytes gives.
#[derive(Debug)]
pub struct Pass {
    pub content_id: ContentId,
    pub allocated_bytes: u64,
    /// Of them, what was searched.
    pub scanned_bytes: u64,
    /// Of them, what lies in each of the sealed stretches.
    pub sealed_bytes: Vec<u64>,
    /// By offset.
    pub hits: Vec<Hit>,
    /// Hits that were counted but not kept.
    pub hits_dropped: u64,
    /// Files to be opened, by their place in the plan.
    pub opens: Vec<(u32, Opens)>,
    /// Which blocks are not all zero.
    pub filled: Filled,
}

/// What one leaf of data leaves behind.
#[derive(Default)]
struct Looked {
    index: u64,
    digest: Digest,
    filled: Bits,
    allocated_bytes: u64,
    scanned_bytes: u64,
    sealed_bytes: Vec<u64>,
    hits: Vec<Hit>,
    hits_dropped: u64,
    opens: Vec<(u32, Opens)>,
}

/// Reads all data of `source` once.
pub fn pass(source: &dyn ReadAt, plan: &Plan<'_>, progress: &dyn Progress) -> io::Result<Pass> {
    let wanted = leaves_with_data(source)?;
    let next = AtomicUsize::new(0);
    let done = AtomicU64::new(0);
    let total = wanted.len() as u64 * LEAF_BYTES;
    let results: Mutex<io::Result<Vec<Looked>>> = Mutex::new(Ok(Vec::with_capacity(wanted.len())));
    let work = || {
        let mut buffer = Vec::new();
        while let Some(index) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
            let looked = look(source, *index, &mut buffer, plan);
            let finished = done.fetch_add(LEAF_BYTES, Ordering::Relaxed) + LEAF_BYTES;
            progress.update(Stage::Content, finished.min(total), total);
            let mut results = results.lock().expect("no thread panics while it holds the lock");
            match (looked, &mut *results) {
                (Ok(looked), Ok(all)) => all.push(looked),
                (Err(cause), Ok(_)) => *results = Err(cause),
                (_, Err(_)) => return,
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads() {
            scope.spawn(work);
        }
        work();
    });
    let mut looked = results.into_inner().expect("no thread panics while it holds the lock")?;
    looked.sort_by_key(|leaf| leaf.index);
    Ok(gather(source.size_bytes(), plan, looked))
}

pub fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX)
}

/// The numbers of the leaves that are not wholly holes, in order.
fn leaves_with_data(source: &dyn ReadAt) -> io::Result<Vec<u64>> {
    let mut leaves = Vec::new();
    let mut at = 0;
    while let Some((from, to)) = source.next_data(at)? {
        let first = (from / LEAF_BYTES).max(leaves.last().map_or(0, |last| last + 1));
        leaves.extend(first..to.div_ceil(LEAF_BYTES));
        // A source that answers with an empty range would otherwise hold us here for ever.
        at = to.max(at + 1).next_multiple_of(LEAF_BYTES);
    }
    Ok(leaves)
}

/// What two neighbouring pieces show each other: enough for an anchor, and for the head of a file; whole sectors.
const OVERLAP_BYTES: usize = 512;

const _: () = assert!(OVERLAP_BYTES >= HEAD_BYTES);

fn look(source: &dyn ReadAt, index: u64, buffer: &mut Vec<u8>, plan: &Plan<'_>) -> io::Result<Looked> {
    let mut looked = Looked { index, sealed_bytes: vec![0; plan.sealed.len()], ..Looked::default() };
    let mut counts = vec![0; ANCHORS.len()];
    let mut is_last_zero = true;
    looked.digest = for_each_piece(source, index, OVERLAP_BYTES, buffer, &mut |piece| {
        is_last_zero = piece.is_zero;
        if !piece.is_zero {
            looked.count(piece, plan.sealed);
            looked.search(piece, &mut counts);
        }
        looked.open(piece, plan);
    })?;
    if !is_last_zero {
        looked.search_end(source)?;
    }
    Ok(looked)
}

impl Looked {
    fn start(&self) -> u64 {
        self.index * LEAF_BYTES
    }

    fn count(&mut self, piece: Piece<'_>, sealed: &[Range<u64>]) {
        let new = piece.offset + piece.seen as u64;
        for (number, block) in piece.bytes[piece.seen..].chunks(BLOCK_BYTES).enumerate() {
            if !all_zero(block) {
                let at = new + (number * BLOCK_BYTES) as u64;
                self.allocated_bytes += block.len() as u64;
                self.filled.set(((at - self.start()) / BLOCK_BYTES as u64) as usize);
                match sealed.iter().position(|stretch| stretch.contains(&at)) {
                    Some(place) => self.sealed_bytes[place] += block.len() as u64,
                    None => self.scanned_bytes += block.len() as u64,
                }
            }
        }
    }

    fn search(&mut self, piece: Piece<'_>, counts: &mut [usize]) {
        search(piece.bytes, |hit| {
            let at = hit.offset as usize;
            let was_seen = at + hit.length() <= piece.seen;
            if was_seen || !may_hold(hit, piece.bytes, at) {
                return;
            }
            let count = &mut counts[usize::from(hit.anchor)];
            *count += 1;
            let most = if hit.sign() == Sign::ZipEnd { ZIPS_A_LEAF_MAX } else { HITS_A_LEAF_MAX };
            if *count <= most {
                self.hits.push(Hit { offset: piece.offset + hit.offset, ..hit });
            } else {
                self.hits_dropped += 1;
            }
        });
    }

    /// Searches across the border to the next leaf.
    fn search_end(&mut self, source: &dyn ReadAt) -> io::Result<()> {
        let end = self.start().saturating_add(LEAF_BYTES).min(source.size_bytes());
        let here = (*BORDER_BYTES as u64).min(end - self.start());
        let there = (*BORDER_BYTES as u64).min(source.size_bytes() - end);
        let mut joined = vec![0; (here + there) as usize];
        source.read_exact_at(end - here, &mut joined)?;
        search(&joined, |hit| {
            if hit.offset < here && hit.offset + hit.length() as u64 > here {
                self.hits.push(Hit { offset: end - here + hit.offset, ..hit });
            }
        });
        Ok(())
    }

    /// Looks at the heads of files that are whole in this piece, and were not in the one before.
    fn open(&mut self, piece: Piece<'_>, plan: &Plan<'_>) {
        let head = HEAD_BYTES as u64;
        let end = piece.offset + piece.bytes.len() as u64;
        let seen = piece.offset + piece.seen as u64;
        let from = if piece.seen == 0 { piece.offset } else { (seen - head + 1).max(piece.offset) };
        let to = if piece.is_last { end } else { end - head + 1 };
        let first = plan.begins.partition_point(|begin| begin.offset < from);
        for begin in plan.begins[first..].iter().take_while(|begin| begin.offset < to) {
            let at = (begin.offset - piece.offset) as usize;
            let size_bytes = plan.files[begin.file as usize].size_bytes;
            let length = head.min((piece.bytes.len() - at) as u64).min(size_bytes) as usize;
            let opens = Opens::of(&piece.bytes[at..at + length], size_bytes);
            self.opens.extend(opens.map(|opens| (begin.file, opens)));
        }
    }
}

/// Whether all bytes are zero. Most blocks that are not say so at once.
fn all_zero(block: &[u8]) -> bool {
    let (first, rest) = block.split_at(block.len().min(64));
    [first, rest].iter().all(|part| part.iter().fold(0, |seen, byte| seen | byte) == 0)
}

fn gather(size_bytes: u64, plan: &Plan<'_>, looked: Vec<Looked>) -> Pass {
    let mut leaves = Leaves::of_size(size_bytes);
    let mut rest = looked.iter().peekable();
    for index in 0..leaf_count(size_bytes) {
        match rest.next_if(|leaf| leaf.index == index) {
            Some(leaf) => leaves.take(&leaf.digest),
            None => {
                let length = LEAF_BYTES.min(size_bytes - index * LEAF_BYTES);
                leaves.take(&Leaf::Zero { length }.digest());
            }
        }
    }
    let mut pass = Pass {
        content_id: leaves.finish().expect("every leaf of this size was just taken"),
        allocated_bytes: 0,
        scanned_bytes: 0,
        sealed_bytes: vec![0; plan.sealed.len()],
        hits: Vec::new(),
        hits_dropped: 0,
        opens: Vec::new(),
        filled: Filled::of(looked.iter().map(|leaf| (leaf.index, leaf.filled))),
    };
    for leaf in looked {
        pass.allocated_bytes += leaf.allocated_bytes;
        pass.scanned_bytes += leaf.scanned_bytes;
        pass.sealed_bytes.iter_mut().zip(leaf.sealed_bytes).for_each(|(sum, bytes)| *sum += bytes);
        pass.hits.extend(leaf.hits);
        pass.hits_dropped += leaf.hits_dropped;
        pass.opens.extend(leaf.opens);
    }
    // Malware first, so that nothing else can crowd it out.
    pass.hits.sort_by_key(|hit| (!matches!(hit.sign(), Sign::Malware(_)), *hit));
    pass.hits_dropped += pass.hits.len().saturating_sub(HITS_MAX) as u64;
    pass.hits.truncate(HITS_MAX);
    pass.hits.sort();
    pass.hits.dedup();
    pass
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anchors::EICAR;
    use crate::progress::Silent;
    use disk::content_id::PIECE_BYTES;

    fn pass_over(bytes: &Vec<u8>) -> Pass {
        pass(bytes, &Plan::default(), &Silent).expect("memory can be read")
    }

    /// Checks that a signature at `offset` of an image of `size` bytes is found there, and only there.
    #[track_caller]
    fn check(size: u64, offset: u64) {
        let mut bytes = vec![0; size as usize];
        bytes[offset as usize..][..68].copy_from_slice(&EICAR);
        let pass = pass_over(&bytes);
        assert_eq!(pass.hits, [Hit { offset, anchor: 0 }]);
        assert_eq!(pass.content_id, disk::content_id::of(&bytes).expect("memory can be read"));
    }

    #[test]
    fn a_signature_is_found_wherever_it_lies() {
        check(3 * LEAF_BYTES, 0);
        check(3 * LEAF_BYTES, 2 * LEAF_BYTES + 17);
        check(LEAF_BYTES + 100, LEAF_BYTES + 32);
        check(LEAF_BYTES + 30, LEAF_BYTES - 38);
        for before in [1, 34, 67, 68, 69] {
            check(LEAF_BYTES, 5 * PIECE_BYTES as u64 - before);
        }
    }

    #[test]
    fn a_signature_across_the_border_of_two_leaves_is_found_once() {
        for before in [1, 34, 67, 68] {
            check(3 * LEAF_BYTES, LEAF_BYTES - before);
        }
    }

    #[test]
    fn allocated_are_the_blocks_that_are_not_zero() {
        let mut bytes = vec![0; 3 * LEAF_BYTES as usize];
        bytes[5] = 1;
        bytes[LEAF_BYTES as usize * 2 + 4095] = 1;
        bytes[LEAF_BYTES as usize * 2 + 4096] = 1;
        assert_eq!(pass_over(&bytes).allocated_bytes, 3 * BLOCK_BYTES as u64);
        let sealed = [0..4096, LEAF_BYTES * 2 + 4096..LEAF_BYTES * 3];
        let plan = Plan { sealed: &sealed, ..Plan::default() };
        assert_eq!(pass(&bytes, &plan, &Silent).expect("memory").sealed_bytes, [4096, 4096]);
    }

    #[test]
    fn a_flood_of_hits_neither_fills_the_memory_nor_hides_malware() {
        let mut bytes = b"-----BEGIN PRIVATE KEY-----\n".repeat(300_000);
        let at = bytes.len() - 70;
        bytes[at..at + 68].copy_from_slice(&EICAR);
        let pass = pass_over(&bytes);
        assert!(pass.hits.len() < 300 && pass.hits_dropped > 299_000, "{} kept", pass.hits.len());
        assert!(pass.hits.contains(&Hit { offset: at as u64, anchor: 0 }));
    }
}
