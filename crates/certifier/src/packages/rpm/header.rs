//! A package's header: an index of tags, and the store that they point into.

use disk::tree::Unreadable;

use super::{damaged, u32_be};

pub const NAME: u32 = 1000;
pub const VERSION: u32 = 1001;
pub const RELEASE: u32 = 1002;
pub const EPOCH: u32 = 1003;
pub const VENDOR: u32 = 1011;
pub const LICENCE: u32 = 1014;
pub const ARCH: u32 = 1022;
pub const SOURCE_RPM: u32 = 1044;
const FILE_DIGESTS: u32 = 1035;
const DIRECTORY_OF_FILE: u32 = 1116;
const FILE_NAMES: u32 = 1117;
const DIRECTORIES: u32 = 1118;
const DIGEST_KIND: u32 = 5011;

/// A longer index is not one.
const TAGS_MAX: usize = 65_536;
const TAG_BYTES: usize = 16;

const INT32: u32 = 4;
const STRING: u32 = 6;
const STRING_ARRAY: u32 = 8;
const TRANSLATED: u32 = 9;

/// A name, licence or vendor that is longer is cut.
const TEXT_BYTES_MAX: usize = 1024;

pub struct Header<'a> {
    index: &'a [u8],
    store: &'a [u8],
}

struct Tag {
    kind: u32,
    offset: usize,
    count: usize,
}

impl<'a> Header<'a> {
    pub fn parse(bytes: &'a [u8]) -> Result<Header<'a>, Unreadable> {
        let (tags, store) = (u32_be(bytes, 0) as usize, u32_be(bytes, 4) as usize);
        if tags == 0 || tags > TAGS_MAX {
            return Err(damaged("number of tags in a package header", 0));
        }
        let from = 8 + tags * TAG_BYTES;
        let index = bytes.get(8..from).ok_or(damaged("index of a package header", 8))?;
        let end = from.checked_add(store).ok_or(damaged("length of a package header", 4))?;
        let store = bytes.get(from..end).ok_or(damaged("store of a package header", from as u64))?;
        Ok(Header { index, store })
    }

    fn tag(&self, wanted: u32) -> Option<Tag> {
        let entry = self.index.chunks_exact(TAG_BYTES).find(|entry| u32_be(entry, 0) == wanted)?;
        let (kind, offset, count) = (u32_be(entry, 4), u32_be(entry, 8), u32_be(entry, 12));
        Some(Tag { kind, offset: offset as usize, count: count as usize })
    }

    /// A text; of several, the first.
    pub fn text(&self, tag: u32) -> Option<String> {
        let found = self.tag(tag).filter(|tag| matches!(tag.kind, STRING | STRING_ARRAY | TRANSLATED))?;
        let bytes = self.store.get(found.offset..)?;
        let length = bytes.iter().take(TEXT_BYTES_MAX).position(|byte| *byte == 0);
        let length = length.unwrap_or(bytes.len().min(TEXT_BYTES_MAX));
        Some(String::from_utf8_lossy(&bytes[..length]).into_owned())
    }

    pub fn number(&self, tag: u32) -> Option<u32> {
        let found = self.tag(tag).filter(|tag| tag.kind == INT32 && tag.count > 0)?;
        let bytes = self.store.get(found.offset..found.offset.checked_add(4)?)?;
        Some(u32_be(bytes, 0))
    }

    /// The strings of a list, one after the other until the store or their number ends.
    fn list(&self, tag: u32) -> impl Iterator<Item = &'a [u8]> {
        let found = self.tag(tag).filter(|tag| tag.kind == STRING_ARRAY);
        let (offset, count) = found.map_or((usize::MAX, 0), |tag| (tag.offset, tag.count));
        self.store.get(offset..).unwrap_or_default().split(|byte| *byte == 0).take(count)
    }

    /// The absolute paths of the package's files.
    pub fn files(&self) -> impl Iterator<Item = Vec<u8>> {
        self.paths().flatten()
    }

    /// The package's files with their digests: the path, and the digest in hexadecimal. Links and folders have none.
    pub fn digests(&self) -> impl Iterator<Item = (Vec<u8>, &'a [u8])> {
        let digests = self.list(FILE_DIGESTS);
        self.paths()
            .zip(digests)
            .filter_map(|(path, digest)| Some((path?, digest)).filter(|_| !digest.is_empty()))
    }

    /// The number that OpenPGP gives the kind of these digests; packages from before there was a choice name none.
    pub fn digest_kind(&self) -> Option<u32> {
        self.number(DIGEST_KIND)
    }

    /// A path for each file, in the order of the lists; none where its folder is missing.
    fn paths(&self) -> impl Iterator<Item = Option<Vec<u8>>> {
        let directories: Vec<&[u8]> = self.list(DIRECTORIES).collect();
        let found = self.tag(DIRECTORY_OF_FILE).filter(|tag| tag.kind == INT32);
        let places = found.and_then(|tag| self.store.get(tag.offset..)).unwrap_or_default();
        self.list(FILE_NAMES).zip(places.chunks_exact(4)).map(move |(name, place)| {
            let directory = directories.get(u32_be(place, 0) as usize)?;
            Some([directory, name].concat())
        })
    }
}
