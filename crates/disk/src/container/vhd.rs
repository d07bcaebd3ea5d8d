//! The VHD footer, field by field: 512 bytes, big-endian, at the very end of the file.
//!
//! Every field is kept as it stands, sensible or not.

use std::io;

use crate::fields::{array, has, u16_be, u32_be, u64_be};
use crate::read_at::{ReadAt, read_up_to};

pub const FOOTER_BYTES: usize = 512;

/// Virtual PC before 2004 wrote footers that are a byte short.
pub const LEGACY_FOOTER_BYTES: usize = 511;

/// The data offset of a fixed disk: there is no further structure.
pub const NO_DATA_OFFSET: u64 = u64::MAX;

/// Footers count their seconds from 2000-01-01 UTC; this is that instant in seconds since 1970.
pub const EPOCH: i64 = 946_684_800;

pub(super) const HEADER_BYTES: usize = 512;

const COOKIE: &[u8] = b"conectix";
pub(super) const HEADER_COOKIE: &[u8] = b"cxsparse";
const CHECKSUM_AT: usize = 64;
const SAVED_STATE_AT: usize = 84;
const RESERVED_AT: usize = 85;

const FIXED: u32 = 2;
const VERSION_1_0: u32 = 0x0001_0000;
/// A bit that every footer has set.
const FEATURE_RESERVED: u32 = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    pub cylinders: u16,
    pub heads: u8,
    pub sectors: u8,
}

impl Geometry {
    /// What writers give for disks beyond the reach of cylinders, heads and sectors.
    pub const SATURATED: Geometry = Geometry { cylinders: 65_535, heads: 16, sectors: 255 };

    pub fn bytes(&self) -> u64 {
        u64::from(self.cylinders) * u64::from(self.heads) * u64::from(self.sectors) * 512
    }

    /// The geometry that the format's specification computes for a size.
    pub fn for_size(size_bytes: u64) -> Geometry {
        let total = size_bytes / 512;
        if total >= 65_535 * 16 * 255 {
            return Geometry::SATURATED;
        }
        if total >= 65_535 * 16 * 63 {
            // Below 65,535 × 4,080 sectors, so the quotient fits.
            return Geometry { cylinders: (total / (16 * 255)) as u16, heads: 16, sectors: 255 };
        }
        let mut sectors = 17;
        let mut tracks = total / sectors;
        let mut heads = tracks.div_ceil(1024).max(4);
        if tracks >= heads * 1024 || heads > 16 {
            sectors = 31;
            heads = 16;
            tracks = total / sectors;
        }
        if tracks >= heads * 1024 {
            sectors = 63;
            heads = 16;
            tracks = total / sectors;
        }
        // Heads are at most 16, sectors at most 63, and cylinders below 65,536 by the second test above.
        Geometry { cylinders: (tracks / heads) as u16, heads: heads as u8, sectors: sectors as u8 }
    }
}

/// A footer as found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Footer {
    pub features: u32,
    pub version: u32,
    pub data_offset: u64,
    /// Seconds since 2000-01-01; see [`EPOCH`].
    pub created: u32,
    pub creator_app: [u8; 4],
    pub creator_version: u32,
    pub creator_os: [u8; 4],
    pub original_bytes: u64,
    pub current_bytes: u64,
    pub geometry: Geometry,
    /// 2 is fixed, 3 dynamic, 4 differencing.
    pub kind: u32,
    pub checksum_stored: u32,
    pub checksum_computed: u32,
    pub unique_id: [u8; 16],
    pub saved_state: u8,
    /// How many of the 427 reserved bytes are not zero.
    pub reserved_nonzero: usize,
}

impl Footer {
    /// Reads a footer from its 512 bytes, or the 511 of old; `None` without its cookie.
    pub fn parse(bytes: &[u8]) -> Option<Footer> {
        if !has(bytes, 0, COOKIE) || bytes.len() < LEGACY_FOOTER_BYTES {
            return None;
        }
        let bytes = &bytes[..bytes.len().min(FOOTER_BYTES)];
        Some(Footer {
            features: u32_be(bytes, 8),
            version: u32_be(bytes, 12),
            data_offset: u64_be(bytes, 16),
            created: u32_be(bytes, 24),
            creator_app: array(bytes, 28),
            creator_version: u32_be(bytes, 32),
            creator_os: array(bytes, 36),
            original_bytes: u64_be(bytes, 40),
            current_bytes: u64_be(bytes, 48),
            geometry: Geometry { cylinders: u16_be(bytes, 56), heads: bytes[58], sectors: bytes[59] },
            kind: u32_be(bytes, 60),
            checksum_stored: u32_be(bytes, CHECKSUM_AT),
            checksum_computed: checksum(bytes, CHECKSUM_AT),
            unique_id: array(bytes, 68),
            saved_state: bytes[SAVED_STATE_AT],
            reserved_nonzero: bytes[RESERVED_AT..].iter().filter(|byte| **byte != 0).count(),
        })
    }

    pub fn checksum_holds(&self) -> bool {
        self.checksum_stored == self.checksum_computed
    }
}

/// The ones' complement of the sum of all bytes but the checksum's own four, which stand at `own`.
pub(super) fn checksum(bytes: &[u8], own: usize) -> u32 {
    let others = bytes.iter().enumerate().filter(|(at, _)| !(own..own + 4).contains(at));
    !others.fold(0u32, |sum, (_, byte)| sum.wrapping_add(u32::from(*byte)))
}

/// A correct footer for a fixed disk of `size_bytes`. The creator is `qem2`, which tells readers to take the size from the size
/// field and not from the geometry. `created` counts from [`EPOCH`].
pub fn footer_for(size_bytes: u64, unique_id: [u8; 16], created: u32) -> [u8; FOOTER_BYTES] {
    let geometry = Geometry::for_size(size_bytes);
    let mut footer = [0; FOOTER_BYTES];
    footer[0..8].copy_from_slice(COOKIE);
    footer[8..12].copy_from_slice(&FEATURE_RESERVED.to_be_bytes());
    footer[12..16].copy_from_slice(&VERSION_1_0.to_be_bytes());
    footer[16..24].copy_from_slice(&NO_DATA_OFFSET.to_be_bytes());
    footer[24..28].copy_from_slice(&created.to_be_bytes());
    footer[28..32].copy_from_slice(b"qem2");
    footer[32..36].copy_from_slice(&0x0005_0003_u32.to_be_bytes());
    footer[36..40].copy_from_slice(b"Wi2k");
    footer[40..48].copy_from_slice(&size_bytes.to_be_bytes());
    footer[48..56].copy_from_slice(&size_bytes.to_be_bytes());
    footer[56..58].copy_from_slice(&geometry.cylinders.to_be_bytes());
    footer[58] = geometry.heads;
    footer[59] = geometry.sectors;
    footer[60..64].copy_from_slice(&FIXED.to_be_bytes());
    footer[68..84].copy_from_slice(&unique_id);
    let sum = checksum(&footer, CHECKSUM_AT);
    footer[CHECKSUM_AT..CHECKSUM_AT + 4].copy_from_slice(&sum.to_be_bytes());
    footer
}

/// Everything in a file that speaks of VHD.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Traces {
    /// The footer at the end of the file, of 512 bytes or of the 511 of old.
    pub footer: Option<Footer>,
    /// Where it begins.
    pub footer_at: Option<u64>,
    /// Whether it is a footer of 511 bytes.
    pub legacy: bool,
    /// The first sector, where it reads as a footer: dynamic disks keep a copy there, fixed disks must not.
    pub first_sector: Option<Footer>,
    /// Whether a dynamic disk's header stands where the footer says, or right after the first sector.
    pub dynamic_header: bool,
    /// Where something like a footer begins near the end though not at the end: trailing bytes came after it.
    pub displaced_footer_at: Option<u64>,
}

impl Traces {
    /// Looks at both ends of a file. `tail` are its last bytes, which begin at `tail_at`.
    pub(super) fn find(source: &dyn ReadAt, head: &[u8], tail: &[u8], tail_at: u64) -> io::Result<Traces> {
        let end_of = |length: usize| tail.len().checked_sub(length);
        let at_end = |length| end_of(length).and_then(|at| Some((at, Footer::parse(&tail[at..])?)));
        let found = at_end(FOOTER_BYTES).or_else(|| at_end(LEGACY_FOOTER_BYTES));
        let first_sector = Footer::parse(head);
        let displaced = match &found {
            Some(_) => None,
            // A file of one sector, or one that begins with a footer's copy, is not displaced.
            None => tail.windows(COOKIE.len()).rposition(|bytes| bytes == COOKIE),
        };
        let claimed = found.as_ref().map(|(_, footer)| footer).or(first_sector.as_ref());
        let claimed = claimed.map(|footer| footer.data_offset).filter(|at| *at < source.size_bytes());
        let mut dynamic_header = has(head, FOOTER_BYTES, HEADER_COOKIE);
        if let Some(at) = claimed {
            dynamic_header |= has(&read_up_to(source, at, HEADER_BYTES)?, 0, HEADER_COOKIE);
        }
        let legacy = found.as_ref().is_some_and(|(at, _)| tail.len() - at == LEGACY_FOOTER_BYTES);
        let footer_at = found.as_ref().map(|(at, _)| tail_at + *at as u64);
        Ok(Traces {
            footer: found.map(|(_, footer)| footer),
            footer_at,
            legacy,
            first_sector,
            dynamic_header,
            displaced_footer_at: displaced.map(|at| tail_at + at as u64).filter(|at| *at != 0),
        })
    }
}
