//! One file of advisories, looked into without being loaded: records by package, and an index by what a package's name comes to.
//!
//! A line of magic; a line of JSON about the whole; for each package a line with its name and a line of JSON for each advisory;
//! the index; a trailer. The trailer is written last, so a file that was cut short has none and is refused.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Write};
use std::sync::Arc;

use disk::read_at::ReadAt;
use serde::{Deserialize, Serialize};

use crate::advisories::day::Day;
use crate::advisories::osv::{About, Advisory};

const MAGIC: &str = "halle-advisories 1\n";
const TRAILER_MAGIC: &[u8; 8] = b"halleadv";

/// Place and number of the index, its checksum, four zeros, and the magic.
const TRAILER_BYTES: u64 = 32;

/// What a name comes to, where its block begins, and how long that is.
const ENTRY_BYTES: u64 = 20;

const ENTRIES_MAX: u64 = 8_000_000;
const HEAD_BYTES_MAX: u64 = 1 << 20;
const BLOCK_BYTES_MAX: u64 = 256 << 20;

#[derive(Serialize, Deserialize)]
struct Head {
    feed: Day,
    /// How many advisories about packages there are of each ecosystem.
    ecosystems: BTreeMap<String, u64>,
}

pub struct Store {
    source: Arc<dyn ReadAt>,
    /// The day of the newest record.
    pub feed: Day,
    ecosystems: BTreeMap<String, u64>,
    /// Sorted by what names come to.
    index: Vec<(u64, u64, u32)>,
}

/// FNV-1a, 64 bits: a name that collides costs a second look, no more.
fn hash(ecosystem: &str, name: &str) -> u64 {
    let bytes = ecosystem.bytes().chain([b'\t']).chain(name.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn no_store(why: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("no store of advisories: {why}"))
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn read(source: &dyn ReadAt, from: u64, to: u64) -> io::Result<Vec<u8>> {
    let length = to.checked_sub(from).filter(|_| to <= source.size_bytes());
    let mut bytes = vec![0; length.ok_or_else(|| no_store("it is cut short"))? as usize];
    source.read_exact_at(from, &mut bytes)?;
    Ok(bytes)
}

impl Store {
    pub fn open(source: Arc<dyn ReadAt>) -> io::Result<Store> {
        let size = source.size_bytes();
        let head = read(&source, 0, size.min(HEAD_BYTES_MAX))?;
        let text = head.strip_prefix(MAGIC.as_bytes()).ok_or_else(|| no_store("it begins otherwise"))?;
        let end = text.iter().position(|byte| *byte == b'\n').ok_or_else(|| no_store("it has no head"))?;
        let told: Head = serde_json::from_slice(&text[..end]).map_err(|_| no_store("its head is damaged"))?;
        let cut = || no_store("it is cut short, or was not written to its end: import the export again");
        let trailer_at = size.checked_sub(TRAILER_BYTES).ok_or_else(cut)?;
        let trailer = read(&source, trailer_at, size)?;
        if &trailer[24..] != TRAILER_MAGIC {
            return Err(cut());
        }
        let (index_at, count) = (number(&trailer[..8]), number(&trailer[8..16]));
        let is_whole = count <= ENTRIES_MAX && index_at.checked_add(count * ENTRY_BYTES) == Some(trailer_at);
        if !is_whole {
            return Err(cut());
        }
        let bytes = read(&source, index_at, trailer_at)?;
        if u64::from(checksum(&bytes)) != number(&trailer[16..20]) {
            return Err(no_store("its index is damaged"));
        }
        let entry =
            |entry: &[u8]| (number(&entry[..8]), number(&entry[8..16]), number(&entry[16..20]) as u32);
        let index = bytes.chunks_exact(ENTRY_BYTES as usize).map(entry).collect();
        Ok(Store { source, feed: told.feed, ecosystems: told.ecosystems, index })
    }

    pub fn ecosystems(&self) -> impl Iterator<Item = &str> {
        self.ecosystems.keys().map(String::as_str)
    }

    /// How many advisories about packages there are.
    pub fn count(&self) -> u64 {
        self.ecosystems.values().sum()
    }

    /// Everything about a package.
    pub(super) fn about(&self, ecosystem: &str, name: &str) -> io::Result<Vec<Advisory>> {
        let wanted = hash(ecosystem, name);
        let first = self.index.partition_point(|(hash, _, _)| *hash < wanted);
        for (_, at, length) in self.index[first..].iter().take_while(|(hash, _, _)| *hash == wanted) {
            if u64::from(*length) > BLOCK_BYTES_MAX {
                return Err(no_store("a package has more advisories than can be"));
            }
            let block = read(&self.source, *at, at.saturating_add(u64::from(*length)))?;
            let mut lines = block.split(|byte| *byte == b'\n');
            if lines.next() != Some(format!("{ecosystem}\t{name}").as_bytes()) {
                continue;
            }
            let lines = lines.filter(|line| !line.is_empty());
            return lines
                .map(|line| serde_json::from_slice(line).map_err(|_| no_store("an advisory is damaged")))
                .collect();
        }
        Ok(Vec::new())
    }
}

/// CRC-32 as zip and gzip have it; the index is small, so a table is not worth its lines.
fn checksum(bytes: &[u8]) -> u32 {
    let mut sum = flate2::Crc::new();
    sum.update(bytes);
    sum.sum()
}

/// Writes a store of what was read; `about` is sorted here. The same records give the same bytes.
pub(super) fn write(out: &mut dyn Write, feed: Day, mut about: Vec<(String, Vec<u8>)>) -> io::Result<u64> {
    // One record of an export may name a package twice in the same words.
    about.sort();
    about.dedup();
    let mut ecosystems: BTreeMap<String, u64> = BTreeMap::new();
    for (key, _) in &about {
        *ecosystems.entry(key.split('\t').next().unwrap_or_default().to_owned()).or_default() += 1;
    }
    let mut head = MAGIC.as_bytes().to_vec();
    serde_json::to_writer(&mut head, &Head { feed, ecosystems })?;
    head.push(b'\n');
    out.write_all(&head)?;
    let mut at = head.len() as u64;
    let mut index: Vec<(u64, u64, u32)> = Vec::new();
    for block in about.chunk_by(|one, other| one.0 == other.0) {
        let key = &block[0].0;
        let mut bytes = format!("{key}\n").into_bytes();
        for (_, line) in block {
            bytes.extend(line);
            bytes.push(b'\n');
        }
        out.write_all(&bytes)?;
        let (ecosystem, name) = key.split_once('\t').unwrap_or((key, ""));
        let length =
            u32::try_from(bytes.len()).map_err(|_| no_store("too many advisories about one package"))?;
        index.push((hash(ecosystem, name), at, length));
        at += u64::from(length);
    }
    index.sort_unstable();
    let entry = |(hash, at, length): &(u64, u64, u32)| {
        [&hash.to_le_bytes()[..], &at.to_le_bytes(), &length.to_le_bytes()].concat()
    };
    let bytes: Vec<u8> = index.iter().flat_map(entry).collect();
    out.write_all(&bytes)?;
    out.write_all(&at.to_le_bytes())?;
    out.write_all(&(index.len() as u64).to_le_bytes())?;
    out.write_all(&checksum(&bytes).to_le_bytes())?;
    out.write_all(&[0; 4])?;
    out.write_all(TRAILER_MAGIC)?;
    Ok(about.len() as u64)
}

/// The key and the line of a record.
pub(super) fn line(about: &About) -> Result<(String, Vec<u8>), serde_json::Error> {
    Ok((format!("{}\t{}", about.ecosystem, about.name), serde_json::to_vec(&about.advisory)?))
}
