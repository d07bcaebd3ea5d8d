//! The one pass over all bytes: each leaf of data is read once and, while it is at hand, digested for the content id, counted,
//! searched for every anchor, and looked at where an archive might begin. It knows nothing of files, so it need not wait for their
//! tables. Holes are never read. What was hit is examined afterwards.

use std::io;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use disk::content_id::{
    ContentId, Digest, LEAF_BYTES, LEAVES_AT_ONCE, Leaves, Piece, for_each_piece, leaf_count,
    leaves_with_data,
};
use disk::read_at::ReadAt;

use crate::anchors::{ANCHORS, BORDER_BYTES, Hit, SECTOR_BYTES, Sign, may_hold, search};
use crate::archives::head::{HEAD_BYTES, Head};
use crate::blocks::{Bits, Blocks};
use crate::progress::{Progress, Stage};
use crate::secrets::keys::Store;
use crate::seen::Seen;

/// Bytes are counted as allocated by blocks of this size: a block is, if any of its bytes is not zero. So a sparse file and
/// its full copy give the same report.
pub const BLOCK_BYTES: usize = 4096;

/// More hits of one anchor in one leaf are not followed but counted. Archives have a right to be many.
const HITS_A_LEAF_MAX: usize = 64;
const ZIPS_A_LEAF_MAX: usize = 4096;
/// More hits of one leaf are not kept for the next time: it is searched again.
const HITS_KEPT_MAX: usize = 256;
/// More hits on one disk are not followed but counted.
const HITS_MAX: usize = 1_000_000;

pub const THREADS_MAX: usize = 4;

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

    /// Whether a file of some length that begins so would be opened.
    fn may(begin: &[u8]) -> bool {
        Head::of(begin).is_some() || Store::may_begin(begin)
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
    /// Which blocks are not all zero.
    pub filled: Blocks,
    /// All leaves that are not wholly zero, by their numbers.
    pub leaves: Vec<Searched>,
    /// Blocks with a sector in them where a file to be opened may begin.
    pub heads: Blocks,
}

/// A leaf that was searched.
#[derive(Debug)]
pub struct Searched {
    pub index: u64,
    pub digest: Digest,
    /// Hits that lie wholly in it, by their places there; `None` where they are too many to be kept.
    pub hits: Option<Vec<(u32, u8)>>,
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
    /// How many of them lie wholly in this leaf: the first.
    own_hits: usize,
    /// Of each anchor.
    counts: Vec<usize>,
    hits_dropped: u64,
    heads: Bits,
    is_last_zero: bool,
}

/// What the pass is told beforehand.
#[derive(Default, Clone, Copy)]
pub struct Told<'t> {
    /// Stretches whose bytes say nothing as they are, such as encrypted volumes.
    pub sealed: &'t [Range<u64>],
    /// What was searched before. What is in it is not searched again, and what is not is read once more for it: its digest had to be
    /// known first.
    pub seen: Option<&'t Seen>,
}

/// Whether what was seen before is of use: an image that has nothing in common with it would be read twice in vain.
#[derive(Default)]
struct Use {
    known: AtomicU64,
    unknown: AtomicU64,
}

impl Use {
    /// So many unknown leaves are read twice before that is judged.
    const PATIENCE: u64 = 8;

    fn is_worth_it(&self) -> bool {
        let (known, unknown) = (self.known.load(Ordering::Relaxed), self.unknown.load(Ordering::Relaxed));
        unknown < Use::PATIENCE + known / 2
    }

    fn note(&self, is_known: bool) {
        let count = if is_known { &self.known } else { &self.unknown };
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// Reads all data of `source` once.
pub fn pass(source: &dyn ReadAt, told: Told<'_>, progress: &dyn Progress) -> io::Result<Pass> {
    let wanted = leaves_with_data(source)?;
    let pairs: Vec<&[u64]> = wanted.chunks(LEAVES_AT_ONCE).collect();
    let next = AtomicUsize::new(0);
    let done = AtomicU64::new(0);
    let use_of_seen = Use::default();
    let total = wanted.len() as u64 * LEAF_BYTES;
    let results: Mutex<io::Result<Vec<Looked>>> = Mutex::new(Ok(Vec::with_capacity(wanted.len())));
    let work = || {
        let mut buffer = Vec::new();
        while let Some(leaves) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let seen = told.seen.filter(|_| use_of_seen.is_worth_it()).map(|seen| (seen, &use_of_seen));
            let looked = look(source, leaves, &mut buffer, told.sealed, seen);
            let these = leaves.len() as u64 * LEAF_BYTES;
            let finished = done.fetch_add(these, Ordering::Relaxed) + these;
            progress.update(Stage::Content, finished, total);
            let mut results = results.lock().expect("no thread panics while it holds the lock");
            match (looked, &mut *results) {
                (Ok(looked), Ok(all)) => all.extend(looked),
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
    Ok(gather(source.size_bytes(), told, looked))
}

pub fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX)
}

/// What two neighbouring pieces show each other, in whole sectors: more than the longest anchor.
const OVERLAP_BYTES: usize = SECTOR_BYTES;

const _: () = assert!(SECTOR_BYTES >= HEAD_BYTES, "a head lies in one sector");

/// Looks at leaves that are read in turns.
fn look(
    source: &dyn ReadAt,
    leaves: &[u64],
    buffer: &mut Vec<u8>,
    sealed: &[Range<u64>],
    seen: Option<(&Seen, &Use)>,
) -> io::Result<Vec<Looked>> {
    let begun = |index: &u64| Looked::at(*index, sealed);
    let mut looked: Vec<Looked> = leaves.iter().map(begun).collect();
    let digests = for_each_piece(source, leaves, OVERLAP_BYTES, buffer, &mut |place, piece| {
        looked[place].count(piece, sealed);
        if seen.is_none() {
            looked[place].search(piece);
        }
    })?;
    for (leaf, digest) in looked.iter_mut().zip(digests) {
        leaf.digest = digest;
        if let Some((seen, of_use)) = seen
            && leaf.filled != Bits::NONE
        {
            of_use.note(leaf.recall(source, seen, buffer)?);
        }
        leaf.own_hits = leaf.hits.len();
        if !leaf.is_last_zero {
            leaf.search_end(source)?;
        }
    }
    Ok(looked)
}

impl Looked {
    fn at(index: u64, sealed: &[Range<u64>]) -> Looked {
        let (counts, sealed_bytes) = (vec![0; ANCHORS.len()], vec![0; sealed.len()]);
        Looked { index, counts, sealed_bytes, ..Looked::default() }
    }

    /// Takes the hits of the same bytes, if they were searched before; else searches them. Tells which it was.
    fn recall(&mut self, source: &dyn ReadAt, seen: &Seen, buffer: &mut Vec<u8>) -> io::Result<bool> {
        if let Some(hits) = seen.hits(&self.digest, self.start()) {
            // Whoever wrote them may have written anything.
            let end = self.end(source);
            self.hits.extend(hits.filter(|hit| hit.offset + hit.length() as u64 <= end));
            return Ok(true);
        }
        let [digest, _] =
            for_each_piece(source, &[self.index], OVERLAP_BYTES, buffer, &mut |_, piece| self.search(piece))?;
        if digest != self.digest {
            return Err(io::Error::other("the image changed while it was read"));
        }
        Ok(false)
    }

    fn searched(&self) -> Searched {
        let own = &self.hits[..self.own_hits];
        let hits = own.iter().map(|hit| ((hit.offset - self.start()) as u32, hit.anchor));
        let are_few = self.hits_dropped == 0 && own.len() <= HITS_KEPT_MAX;
        Searched { index: self.index, digest: self.digest, hits: are_few.then(|| hits.collect()) }
    }

    fn start(&self) -> u64 {
        self.index * LEAF_BYTES
    }

    fn end(&self, source: &dyn ReadAt) -> u64 {
        self.start().saturating_add(LEAF_BYTES).min(source.size_bytes())
    }

    fn count(&mut self, piece: Piece<'_>, sealed: &[Range<u64>]) {
        self.is_last_zero = piece.is_zero;
        if piece.is_zero {
            return;
        }
        let new = piece.offset + piece.seen as u64;
        for (number, block) in piece.bytes[piece.seen..].chunks(BLOCK_BYTES).enumerate() {
            if !all_zero(block) {
                let at = new + (number * BLOCK_BYTES) as u64;
                let place = ((at - self.start()) / BLOCK_BYTES as u64) as usize;
                self.allocated_bytes += block.len() as u64;
                self.filled.set(place);
                if block.chunks(SECTOR_BYTES).any(Opens::may) {
                    self.heads.set(place);
                }
                match sealed.iter().position(|stretch| stretch.contains(&at)) {
                    Some(place) => self.sealed_bytes[place] += block.len() as u64,
                    None => self.scanned_bytes += block.len() as u64,
                }
            }
        }
    }

    fn search(&mut self, piece: Piece<'_>) {
        if piece.is_zero {
            return;
        }
        search(piece.bytes, |hit| {
            let at = hit.offset as usize;
            let was_seen = at + hit.length() <= piece.seen;
            if was_seen || !may_hold(hit, piece.bytes, at) {
                return;
            }
            let count = &mut self.counts[usize::from(hit.anchor)];
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
        let end = self.end(source);
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
}

/// Whether all bytes are zero. Most blocks that are not say so at once.
fn all_zero(block: &[u8]) -> bool {
    let (first, rest) = block.split_at(block.len().min(64));
    [first, rest].iter().all(|part| part.iter().fold(0, |seen, byte| seen | byte) == 0)
}

fn gather(size_bytes: u64, told: Told<'_>, looked: Vec<Looked>) -> Pass {
    let mut leaves = Leaves::of_size(size_bytes);
    for leaf in &looked {
        leaves.take_zeros(leaf.index);
        leaves.take(&leaf.digest);
    }
    leaves.take_zeros(leaf_count(size_bytes));
    let mut pass = Pass {
        content_id: leaves.finish().expect("every leaf of this size was just taken"),
        allocated_bytes: 0,
        scanned_bytes: 0,
        sealed_bytes: vec![0; told.sealed.len()],
        hits: Vec::new(),
        hits_dropped: 0,
        leaves: looked.iter().filter(|leaf| leaf.filled != Bits::NONE).map(Looked::searched).collect(),
        filled: Blocks::of(looked.iter().map(|leaf| (leaf.index, leaf.filled))),
        heads: Blocks::of(looked.iter().map(|leaf| (leaf.index, leaf.heads))),
    };
    for leaf in looked {
        pass.allocated_bytes += leaf.allocated_bytes;
        pass.scanned_bytes += leaf.scanned_bytes;
        pass.sealed_bytes.iter_mut().zip(leaf.sealed_bytes).for_each(|(sum, bytes)| *sum += bytes);
        pass.hits.extend(leaf.hits);
        pass.hits_dropped += leaf.hits_dropped;
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
        pass(bytes, Told::default(), &Silent).expect("memory can be read")
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
        assert_eq!(
            pass(&bytes, Told { sealed: &sealed, seen: None }, &Silent).expect("memory").sealed_bytes,
            [4096, 4096]
        );
    }

    #[test]
    fn blocks_where_an_archive_may_begin_are_told_and_no_others() {
        let mut bytes = vec![0; LEAF_BYTES as usize + 3 * BLOCK_BYTES];
        let mut put = |at: usize, head: &[u8]| bytes[at..at + head.len()].copy_from_slice(head);
        put(3 * BLOCK_BYTES + 1024, &[0x1f, 0x8b, 8, 0]);
        put(7 * BLOCK_BYTES + 257, b"ustar");
        put(9 * BLOCK_BYTES + 100, &[0x1f, 0x8b, 8, 0]);
        put(LEAF_BYTES as usize, b"!<arch>\n");
        put(LEAF_BYTES as usize + 2 * BLOCK_BYTES, b"something else");
        let heads = pass_over(&bytes).heads;
        let found = (0..1027).filter(|block| heads.has(block * BLOCK_BYTES as u64));
        assert_eq!(found.collect::<Vec<_>>(), [3, 7, 1024]);
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
