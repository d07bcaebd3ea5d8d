//! What a VMDK says of itself: which of its kinds it is, how large its disk, and whether it is only changes to another.
//!
//! The disk itself is not read. What a descriptor names beside it, extents and parents, is counted and never looked for.

use crate::fields::{u16_le, u32_le, u64_le};

const SECTOR_BYTES: u64 = 512;

/// The flag of a sparse extent whose grains are packed.
const PACKED: u32 = 1 << 16;

/// More extents than any program writes: with parts of 2 GiB they would be 64 TiB.
const EXTENTS_MAX: u64 = 32_768;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One file with the blocks that were written, and a descriptor within.
    MonolithicSparse,
    /// The same with every block packed, as it is sent: what an OVA holds.
    StreamOptimized,
    /// A descriptor; the disk lies byte for byte in one other file.
    MonolithicFlat,
    /// A descriptor; the disk lies in parts of 2 GiB, with or without their holes.
    TwoGbMaxExtent,
    /// A descriptor of a disk on a server of VMware's: in one other file, flat or sparse.
    Vmfs,
    /// One part of a disk that a descriptor elsewhere puts together.
    Part,
    /// A descriptor that names a device, or a kind that nobody here has heard of.
    Other,
}

/// What a VMDK says of itself. What it names beside itself was not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vmdk {
    pub kind: Kind,
    /// As far as the descriptor is there to tell it.
    pub virtual_bytes: Option<u64>,
    /// How many files the disk lies in; none where no descriptor tells.
    pub extents: u64,
    /// It is only what changed on another disk.
    pub has_parent: bool,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::MonolithicSparse => "monolithicSparse",
            Kind::StreamOptimized => "streamOptimized",
            Kind::MonolithicFlat => "monolithicFlat",
            Kind::TwoGbMaxExtent => "twoGbMaxExtent",
            Kind::Vmfs => "vmfs",
            Kind::Part => "one part of several",
            Kind::Other => "of another kind",
        }
    }

    /// A file that is nothing but text about a disk that lies elsewhere.
    pub fn is_descriptor(self) -> bool {
        matches!(self, Kind::MonolithicFlat | Kind::TwoGbMaxExtent | Kind::Vmfs | Kind::Other)
    }
}

/// Reads the header of a sparse extent, and the descriptor behind it as far as `head` reaches.
pub fn sparse(head: &[u8]) -> Vmdk {
    let (flags, capacity) = (u32_le(head, 8), u64_le(head, 12));
    let (sector, sectors) = (u64_le(head, 28), u64_le(head, 36));
    let is_packed = flags & PACKED != 0 && u16_le(head, 77) == 1;
    let from = usize::try_from(sector.saturating_mul(SECTOR_BYTES)).unwrap_or(usize::MAX);
    let length = usize::try_from(sectors.saturating_mul(SECTOR_BYTES)).unwrap_or(usize::MAX);
    let text = head.get(from..).unwrap_or_default();
    let described = (sector > 0 && sectors > 0).then(|| descriptor(&text[..text.len().min(length)], true));
    let kind = match described {
        _ if is_packed => Kind::StreamOptimized,
        // A part of a split disk has no descriptor of its own, or only room for one.
        None => Kind::Part,
        Some(described) if described.kind == Kind::Other && described.extents == 0 => Kind::Part,
        Some(described) if described.kind == Kind::StreamOptimized => Kind::StreamOptimized,
        Some(_) => Kind::MonolithicSparse,
    };
    let has_parent = described.is_some_and(|described| described.has_parent);
    Vmdk { kind, virtual_bytes: capacity.checked_mul(SECTOR_BYTES), extents: 1, has_parent }
}

/// Reads a descriptor. It ends with `text` if that `is_whole`, or at a zero byte; of one that goes on the size is not known.
pub fn descriptor(text: &[u8], is_whole: bool) -> Vmdk {
    let end = text.iter().position(|byte| *byte == 0);
    let is_whole = is_whole || end.is_some();
    let text = String::from_utf8_lossy(&text[..end.unwrap_or(text.len())]);
    let (mut kind, mut has_parent, mut sectors, mut extents) = (Kind::Other, false, Some(0_u64), 0);
    for line in text.lines().map(str::trim) {
        if let Some((name, value)) = line.split_once('=') {
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().as_str() {
                "createtype" => kind = named(value),
                "parentcid" => has_parent = !value.eq_ignore_ascii_case("ffffffff"),
                _ => {}
            }
            continue;
        }
        let mut words = line.split_whitespace();
        if !matches!(words.next(), Some("RW" | "RDONLY" | "NOACCESS")) || extents >= EXTENTS_MAX {
            continue;
        }
        if let Some(length) = words.next().and_then(|word| word.parse::<u64>().ok()) {
            extents += 1;
            sectors = sectors.and_then(|sum| sum.checked_add(length));
        }
    }
    let virtual_bytes = sectors.filter(|_| is_whole && extents > 0);
    Vmdk {
        kind,
        virtual_bytes: virtual_bytes.and_then(|sectors| sectors.checked_mul(SECTOR_BYTES)),
        extents,
        has_parent,
    }
}

fn named(create_type: &str) -> Kind {
    match create_type.to_ascii_lowercase().as_str() {
        "monolithicsparse" => Kind::MonolithicSparse,
        "streamoptimized" => Kind::StreamOptimized,
        "monolithicflat" => Kind::MonolithicFlat,
        "twogbmaxextentsparse" | "twogbmaxextentflat" => Kind::TwoGbMaxExtent,
        "vmfs" | "vmfssparse" | "vmfsthin" => Kind::Vmfs,
        _ => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::container::peers::Bench;
    use crate::container::{Format, recognise};

    fn found(bytes: &[u8]) -> Vmdk {
        match recognise(&bytes.to_vec()).expect("memory can be read").format {
            Format::Vmdk(vmdk) => vmdk,
            other => panic!("not a VMDK: {other}"),
        }
    }

    /// Checks what a file of qemu's says of itself.
    #[track_caller]
    fn check(subformat: &str, file: &str, expected: Vmdk) {
        let bench = Bench::new();
        bench.img(&format!("create -q -f vmdk -o subformat={subformat} a.vmdk 5G"));
        assert_eq!(found(&bench.bytes(file)), expected, "{subformat}, {file}");
    }

    const WHOLE: Vmdk =
        Vmdk { kind: Kind::MonolithicSparse, virtual_bytes: Some(5 << 30), extents: 1, has_parent: false };

    #[test]
    fn every_kind_says_what_it_is_and_how_large() {
        check("monolithicSparse", "a.vmdk", WHOLE);
        check("streamOptimized", "a.vmdk", Vmdk { kind: Kind::StreamOptimized, ..WHOLE });
        check("monolithicFlat", "a.vmdk", Vmdk { kind: Kind::MonolithicFlat, ..WHOLE });
        let split = Vmdk { kind: Kind::TwoGbMaxExtent, extents: 3, ..WHOLE };
        check("twoGbMaxExtentSparse", "a.vmdk", split);
        check("twoGbMaxExtentFlat", "a.vmdk", split);
        let part = Vmdk { kind: Kind::Part, virtual_bytes: Some(2 << 30), ..WHOLE };
        check("twoGbMaxExtentSparse", "a-s001.vmdk", part);
    }

    #[test]
    fn a_disk_that_is_only_changes_to_another_says_so_and_the_other_is_not_looked_for() {
        let bench = Bench::new();
        bench.img("create -q -f vmdk base.vmdk 5G");
        bench.img("create -q -f vmdk -b base.vmdk -F vmdk changes.vmdk");
        std::fs::remove_file(bench.path("base.vmdk")).expect("it is ours");
        assert_eq!(found(&bench.bytes("changes.vmdk")), Vmdk { has_parent: true, ..WHOLE });
    }

    #[test]
    fn sizes_that_cannot_be_are_not_told() {
        let text = b"# Disk DescriptorFile\ncreateType=\"monolithicFlat\"\nRW 18446744073709551615 FLAT \"/etc/shadow\" 0\n";
        assert_eq!(found(text).virtual_bytes, None);
        let long = [&text[..40], &b"\n# more".repeat(2000)].concat();
        assert_eq!(found(&long).virtual_bytes, None);
        assert_eq!(found(b"KDMV").kind, Kind::Part);
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            found(&[b"KDMV", &bytes[..]].concat());
            found(&[b"# Disk DescriptorFile\n", &bytes[..]].concat());
        }
    }
}
