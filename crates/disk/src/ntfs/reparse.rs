//! Reparse points: what makes of a file or directory something else than it looks like.

use super::name;
use crate::fields::{u16_le, u32_le};
use crate::tree::Kind;

const SYMLINK: u32 = 0xa000_000c;
const MOUNT_POINT: u32 = 0xa000_0003;
const PACKED: u32 = 0x8000_0017;
/// An entry in a list of applications; the file is as empty as it looks.
const APPLICATION_LINK: u32 = 0x8000_001b;
const UNIX_SYMLINK: u32 = 0xa000_001d;
const UNIX_SOCKET: u32 = 0x8000_0023;
const UNIX_FIFO: u32 = 0x8000_0024;
const UNIX_CHARACTERS: u32 = 0x8000_0025;
const UNIX_BLOCKS: u32 = 0x8000_0026;

/// Kinds that are known by name and not read.
const OTHERS: &[(u32, &str)] = &[
    (0x8000_0013, "deduplicated file"),
    (0xc000_0014, "file on another medium"),
    (0x8000_0008, "file kept within another"),
    (0xc000_0004, "file on a tape"),
    (0x8000_0018, "file of a container's base layer"),
    (0x9000_1018, "file of a container's base layer"),
    (0xa000_0027, "link to a container's base layer"),
    (0x9000_001c, "projected file"),
    (0x8000_0014, "file of an NFS server"),
];

const RELATIVE: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reparse {
    Link {
        target: Vec<u8>,
    },
    Socket,
    Fifo,
    Device,
    /// Contents packed into a stream of their own.
    Packed(Method),
    /// Nothing that changes what the file holds.
    Plain,
    Unknown {
        tag: u32,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Xpress { chunk_bytes: u32 },
    Lzx,
}

impl Reparse {
    pub fn parse(bytes: &[u8]) -> Option<Reparse> {
        let tag = u32_le(bytes, 0);
        let length = usize::from(u16_le(bytes, 4));
        let value = bytes.get(8..8 + length)?;
        Some(match tag {
            SYMLINK => {
                let is_relative = u32_le(value, 8) & RELATIVE != 0;
                Reparse::Link { target: target(&substitute(value, 12)?, is_relative) }
            }
            MOUNT_POINT => Reparse::Link { target: target(&substitute(value, 8)?, false) },
            UNIX_SYMLINK => Reparse::Link { target: value.get(4..)?.to_vec() },
            UNIX_SOCKET => Reparse::Socket,
            UNIX_FIFO => Reparse::Fifo,
            UNIX_CHARACTERS | UNIX_BLOCKS => Reparse::Device,
            PACKED => match method(value) {
                Some(method) => Reparse::Packed(method),
                None => Reparse::Unknown { tag },
            },
            APPLICATION_LINK => Reparse::Plain,
            _ => Reparse::Unknown { tag },
        })
    }

    /// What it makes of the file; `None` if that stays what it is.
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Reparse::Link { .. } => Some(Kind::Symlink),
            Reparse::Socket => Some(Kind::Socket),
            Reparse::Fifo => Some(Kind::Fifo),
            Reparse::Device => Some(Kind::Device),
            Reparse::Packed(_) | Reparse::Plain | Reparse::Unknown { .. } => None,
        }
    }
}

/// What a kind of reparse point is called where it keeps a file from being read.
pub(super) fn called(tag: u32) -> String {
    let name = OTHERS.iter().find(|(known, _)| *known == tag).map_or("reparse point", |(_, name)| *name);
    // OneDrive and its like number theirs by vendor and by state.
    let name = if tag & 0xffff_0fff == 0x9000_001a { "file kept in a cloud" } else { name };
    format!("{name} (tag {tag:#010x})")
}

/// The name that Windows follows, of the two that stand there.
fn substitute(value: &[u8], names_at: usize) -> Option<Vec<u16>> {
    let (at, length) = (usize::from(u16_le(value, 0)), usize::from(u16_le(value, 2)));
    Some(name::units(value.get(names_at + at..)?.get(..length)?))
}

/// A target as a path of this volume, if it can be one. NTFS does not know by which letter it is called, but what is
/// booted from is called C; whatever names another letter, a volume or another machine stays as it stands, and leads
/// nowhere here.
fn target(name: &[u16], is_relative: bool) -> Vec<u8> {
    let name = name::to_bytes(name);
    let rest =
        [&br"\??\"[..], br"\\?\"].iter().find_map(|prefix| name.strip_prefix(*prefix)).unwrap_or(&name);
    let on_this_volume = match rest {
        [b'c' | b'C', b':'] => Some(&b"\\"[..]),
        [b'c' | b'C', b':', path @ ..] if path.starts_with(b"\\") => Some(path),
        path if is_relative => Some(path),
        _ => None,
    };
    match on_this_volume {
        Some(path) => path.iter().map(|byte| if *byte == b'\\' { b'/' } else { *byte }).collect(),
        None => name,
    }
}

/// How a file was packed by Windows' own compression of system files; `None` for a file that lies in an archive elsewhere.
fn method(value: &[u8]) -> Option<Method> {
    const IN_ITS_OWN_STREAM: u32 = 2;
    let versions = (u32_le(value, 0), u32_le(value, 8));
    if value.len() < 16 || versions != (1, 1) || u32_le(value, 4) != IN_ITS_OWN_STREAM {
        return None;
    }
    match u32_le(value, 12) {
        0 => Some(Method::Xpress { chunk_bytes: 4 << 10 }),
        1 => Some(Method::Lzx),
        2 => Some(Method::Xpress { chunk_bytes: 8 << 10 }),
        3 => Some(Method::Xpress { chunk_bytes: 16 << 10 }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    /// A reparse point whose first name is the one that counts.
    fn link(tag: u32, name: &str, flags: Option<u32>) -> Vec<u8> {
        let name = utf16(name);
        let mut value = [0u16, name.len() as u16, name.len() as u16, 0].map(u16::to_le_bytes).concat();
        value.extend(flags.map(u32::to_le_bytes).iter().flatten());
        value.extend(name);
        [&tag.to_le_bytes()[..], &(value.len() as u16).to_le_bytes(), &[0; 2], &value].concat()
    }

    #[track_caller]
    fn leads(bytes: &[u8], expected: &str) {
        match Reparse::parse(bytes) {
            Some(Reparse::Link { target }) => assert_eq!(String::from_utf8(target).unwrap(), expected),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_target_is_a_path_of_the_volume_where_it_can_be_told() {
        leads(&link(SYMLINK, r"..\Users\all", Some(1)), "../Users/all");
        leads(&link(SYMLINK, r"\Windows", Some(1)), "/Windows");
        leads(&link(SYMLINK, r"\??\C:\ProgramData", Some(0)), "/ProgramData");
        leads(&link(MOUNT_POINT, r"\??\c:\Users\Public", None), "/Users/Public");
        leads(&link(MOUNT_POINT, r"\??\C:", None), "/");
        leads(&link(MOUNT_POINT, r"\??\D:\data", None), r"\??\D:\data");
        let volume = r"\??\Volume{0123}\";
        leads(&link(MOUNT_POINT, volume, None), volume);
        leads(&link(SYMLINK, r"\??\UNC\host\share", Some(0)), r"\??\UNC\host\share");
        leads(b"\x1d\0\0\xa0\x09\0\0\0\x02\0\0\0../a\\", "../a\\");
    }

    #[test]
    fn a_reparse_point_that_is_cut_short_is_none() {
        let whole = link(MOUNT_POINT, r"\??\C:\x", None);
        for length in 8..whole.len() {
            assert_eq!(Reparse::parse(&whole[..length]), None, "{length}");
        }
        let mut astray = whole.clone();
        astray[8..10].copy_from_slice(&[0xff, 0xff]);
        assert_eq!(Reparse::parse(&astray), None);
    }

    #[test]
    fn what_is_not_read_is_named() {
        assert_eq!(called(0x8000_0013), "deduplicated file (tag 0x80000013)");
        assert_eq!(called(0x9000_601a), "file kept in a cloud (tag 0x9000601a)");
        assert_eq!(called(0x1234), "reparse point (tag 0x00001234)");
        let packed = |words: [u32; 4]| {
            let value = words.map(u32::to_le_bytes).concat();
            Reparse::parse(&[&PACKED.to_le_bytes()[..], &16u16.to_le_bytes(), &[0; 2], &value].concat())
        };
        assert_eq!(packed([1, 2, 1, 1]), Some(Reparse::Packed(Method::Lzx)));
        assert_eq!(packed([1, 2, 1, 2]), Some(Reparse::Packed(Method::Xpress { chunk_bytes: 8192 })));
        for other in [[1, 1, 1, 1], [1, 2, 2, 1], [1, 2, 1, 4], [2, 2, 1, 0]] {
            assert_eq!(packed(other), Some(Reparse::Unknown { tag: PACKED }));
        }
    }
}
