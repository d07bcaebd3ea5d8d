//! What a file is by its first bytes, as far as archives go.

/// What is looked at: a tar's mark stands at the end of its first record.
pub const HEAD_BYTES: usize = 512;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    Gzip,
    Xz,
    Zstd,
    Lz4,
    Zip,
    Tar,
    Ar,
    Cpio,
    SevenZip,
    Bzip2,
    Rar,
}

impl Head {
    pub fn of(begin: &[u8]) -> Option<Head> {
        Some(match begin {
            [0x1f, 0x8b, 8, ..] => Head::Gzip,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Head::Xz,
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Head::Zstd,
            [0x04, 0x22, 0x4d, 0x18, ..] | [0x02, 0x21, 0x4c, 0x18, ..] => Head::Lz4,
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Head::Zip,
            [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Head::SevenZip,
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..] => Head::Bzip2,
            [b'R', b'a', b'r', b'!', 0x1a, 7, ..] => Head::Rar,
            // With a 2 there are checksums, which nobody compares.
            [b'0', b'7', b'0', b'7', b'0', b'1' | b'2', ..] => Head::Cpio,
            _ if begin.starts_with(b"!<arch>\n") => Head::Ar,
            _ if begin.get(257..262) == Some(b"ustar") => Head::Tar,
            _ => return None,
        })
    }

    pub fn name(self) -> &'static str {
        match self {
            Head::Gzip => "gzip",
            Head::Xz => "xz",
            Head::Zstd => "zstd",
            Head::Lz4 => "lz4",
            Head::Zip => "zip",
            Head::Tar => "tar",
            Head::Ar => "ar",
            Head::Cpio => "cpio",
            Head::SevenZip => "7z",
            Head::Bzip2 => "bzip2",
            Head::Rar => "rar",
        }
    }
}
