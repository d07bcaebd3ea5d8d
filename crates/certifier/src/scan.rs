//! The one pass over all bytes: each leaf of data is read once, digested for the content id, counted, and searched for
//! signatures of malware. Holes are never read. Files are looked at afterwards, by their tables alone, to say where a
//! find lies and to search across the borders of their extents.

use std::borrow::Cow;
use std::io;
use std::sync::LazyLock;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use aho_corasick::AhoCorasick;
use disk::content_id::{ContentId, Digest, LEAF_BYTES, Leaf, Leaves, leaf_count, read_leaf};
use disk::read_at::ReadAt;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::filled::{Bits, Filled};
use crate::progress::{Progress, Stage};

/// Bytes are counted as allocated by blocks of this size: a block is, if any of its bytes is not zero. So a sparse file and
/// its full copy give the same report.
pub const BLOCK_BYTES: usize = 4096;

/// More finds than this are not listed; the image has failed long before.
pub const FINDS_MAX: usize = 1_000;

const THREADS_MAX: usize = 4;

pub struct Signature {
    pub name: &'static str,
    pub bytes: Vec<u8>,
}

/// What is searched for. The bytes are kept inverted, so that a scanner that reads this program does not find them in it.
pub static SIGNATURES: LazyLock<Vec<Signature>> = LazyLock::new(|| {
    const EICAR_INVERTED: [u8; 68] = [
        0xa7, 0xca, 0xb0, 0xde, 0xaf, 0xda, 0xbf, 0xbe, 0xaf, 0xa4, 0xcb, 0xa3, 0xaf, 0xa5, 0xa7, 0xca, 0xcb,
        0xd7, 0xaf, 0xa1, 0xd6, 0xc8, 0xbc, 0xbc, 0xd6, 0xc8, 0x82, 0xdb, 0xba, 0xb6, 0xbc, 0xbe, 0xad, 0xd2,
        0xac, 0xab, 0xbe, 0xb1, 0xbb, 0xbe, 0xad, 0xbb, 0xd2, 0xbe, 0xb1, 0xab, 0xb6, 0xa9, 0xb6, 0xad, 0xaa,
        0xac, 0xd2, 0xab, 0xba, 0xac, 0xab, 0xd2, 0xb9, 0xb6, 0xb3, 0xba, 0xde, 0xdb, 0xb7, 0xd4, 0xb7, 0xd5,
    ];
    vec![Signature { name: "EICAR", bytes: EICAR_INVERTED.iter().map(|byte| !byte).collect() }]
});

static SEARCHER: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::new(SIGNATURES.iter().map(|signature| &signature.bytes))
        .expect("a handful of short patterns makes a small automaton")
});

/// The longest signature, less one: what two neighbours must show each other so that nothing hides on their border.
pub fn border_bytes() -> usize {
    SIGNATURES.iter().map(|signature| signature.bytes.len()).max().unwrap_or(1) - 1
}

/// What is searched for, as a name for all of it: what was searched by another list says nothing of this one.
pub fn edition() -> String {
    let mut digest = Sha256::new();
    for signature in SIGNATURES.iter() {
        digest.update(signature.name.as_bytes());
        digest.update([0]);
        digest.update((signature.bytes.len() as u64).to_be_bytes());
        digest.update(&signature.bytes);
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Where each signature begins in `bytes`.
pub fn search(bytes: &[u8]) -> impl Iterator<Item = (&'static str, u64)> {
    SEARCHER.find_iter(bytes).map(|found| (SIGNATURES[found.pattern()].name, found.start() as u64))
}

/// A signature found at an offset of the file that was scanned.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Find {
    pub offset: u64,
    pub signature: Cow<'static, str>,
}

/// What the pass over the bytes gives.
#[derive(Debug)]
pub struct Pass {
    pub content_id: ContentId,
    pub allocated_bytes: u64,
    pub finds: Vec<Find>,
    /// Which blocks are not all zero.
    pub filled: Filled,
}

/// What one leaf of data leaves behind.
struct Looked {
    index: u64,
    digest: Digest,
    allocated_bytes: u64,
    filled: Bits,
    finds: Vec<Find>,
    first: Vec<u8>,
    last: Vec<u8>,
}

/// Reads all data of `source` once.
pub fn pass(source: &dyn ReadAt, progress: &dyn Progress) -> io::Result<Pass> {
    let wanted = leaves_with_data(source)?;
    let next = AtomicUsize::new(0);
    let done = AtomicU64::new(0);
    let total = wanted.len() as u64 * LEAF_BYTES;
    let results: Mutex<io::Result<Vec<Looked>>> = Mutex::new(Ok(Vec::with_capacity(wanted.len())));
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX);
    let work = || {
        let mut buffer = Vec::new();
        while let Some(index) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
            let looked = read_leaf(source, *index, &mut buffer).map(|leaf| look(*index, leaf));
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
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    let mut looked = results.into_inner().expect("no thread panics while it holds the lock")?;
    looked.sort_by_key(|leaf| leaf.index);
    Ok(gather(source.size_bytes(), &looked))
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

fn look(index: u64, leaf: Leaf<'_>) -> Looked {
    let (mut allocated_bytes, mut filled, mut finds) = (0, Bits::NONE, Vec::new());
    let (mut first, mut last) = (Vec::new(), Vec::new());
    if let Leaf::Data(bytes) = leaf {
        for (number, block) in bytes.chunks(BLOCK_BYTES).enumerate() {
            if block.iter().fold(0, |seen, byte| seen | byte) != 0 {
                allocated_bytes += block.len() as u64;
                filled.set(number);
            }
        }
        let start = index * LEAF_BYTES;
        let found = search(bytes).take(FINDS_MAX);
        finds.extend(found.map(|(signature, at)| Find { offset: start + at, signature: signature.into() }));
        let border = border_bytes().min(bytes.len());
        first.extend_from_slice(&bytes[..border]);
        last.extend_from_slice(&bytes[bytes.len() - border..]);
    }
    Looked { index, digest: leaf.digest(), allocated_bytes, filled, finds, first, last }
}

fn gather(size_bytes: u64, looked: &[Looked]) -> Pass {
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
    let content_id = leaves.finish().expect("every leaf of this size was just taken");
    let mut finds: Vec<Find> = looked.iter().flat_map(|leaf| leaf.finds.iter().cloned()).collect();
    for pair in looked.windows(2).filter(|pair| pair[0].index + 1 == pair[1].index) {
        let joined = [&pair[0].last[..], &pair[1].first[..]].concat();
        let start = pair[1].index * LEAF_BYTES - pair[0].last.len() as u64;
        let crossing =
            search(&joined).map(|(signature, at)| Find { offset: start + at, signature: signature.into() });
        finds.extend(crossing);
    }
    finds.sort();
    finds.dedup();
    finds.truncate(FINDS_MAX);
    let allocated_bytes = looked.iter().map(|leaf| leaf.allocated_bytes).sum();
    let filled = Filled::of(looked.iter().map(|leaf| (leaf.index, leaf.filled)));
    Pass { content_id, allocated_bytes, finds, filled }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;

    fn eicar() -> &'static [u8] {
        &SIGNATURES[0].bytes
    }

    #[test]
    fn the_signature_is_the_one_that_everybody_knows() {
        use md5::Digest;
        let digest = md5::Md5::digest(eicar());
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "44d88612fea8a8f36de82e1278abb02f", "the digest that its makers publish");
    }

    /// Checks that a signature at `offset` of an image of `size` bytes is found there, and only there.
    #[track_caller]
    fn check(size: u64, offset: u64) {
        let mut bytes = vec![0; size as usize];
        bytes[offset as usize..][..68].copy_from_slice(eicar());
        let pass = pass(&bytes, &Silent).expect("memory can be read");
        assert_eq!(pass.finds, [Find { offset, signature: "EICAR".into() }]);
        assert_eq!(pass.content_id, disk::content_id::of(&bytes).expect("memory can be read"));
    }

    #[test]
    fn a_signature_is_found_wherever_it_lies() {
        check(3 * LEAF_BYTES, 0);
        check(3 * LEAF_BYTES, 2 * LEAF_BYTES + 17);
        check(LEAF_BYTES + 100, LEAF_BYTES + 32);
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
        assert_eq!(pass(&bytes, &Silent).unwrap().allocated_bytes, 3 * BLOCK_BYTES as u64);
    }
}
