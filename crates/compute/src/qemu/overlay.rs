//! An empty qcow2 layer: what a machine writes goes here, and the certified image below is never changed.
//!
//! The layer names no image below it. Which one that is, how long it is and that it is raw is said each time the machine
//! starts, so that no reference inside a file is ever followed.

const CLUSTER_BITS: u32 = 16;
const CLUSTER: u64 = 1 << CLUSTER_BITS;

/// What one entry of the first-level table covers: a cluster full of 8-byte entries, each for a cluster.
const COVERED_BY_ENTRY: u64 = CLUSTER / 8 * CLUSTER;

/// One cluster of first-level entries is enough for 4 TiB; a VHD ends at 2040 GiB.
pub const SIZE_MAX: u64 = COVERED_BY_ENTRY * (CLUSTER / 8);

/// The bytes of an empty layer over `size` bytes: header, reference counts, first-level table, a cluster each.
pub fn empty(size: u64) -> Vec<u8> {
    assert!(size <= SIZE_MAX, "the size of an image is checked before");
    let entries = u32::try_from(size.div_ceil(COVERED_BY_ENTRY)).expect("at most 8192 by SIZE_MAX");
    let (table_at, block_at, entries_at) = (CLUSTER, 2 * CLUSTER, 3 * CLUSTER);
    let mut header = b"QFI\xfb".to_vec();
    header.extend(3_u32.to_be_bytes());
    // No backing file: offset and length of its name.
    header.extend([0; 12]);
    header.extend(CLUSTER_BITS.to_be_bytes());
    header.extend(size.to_be_bytes());
    // Not encrypted.
    header.extend([0; 4]);
    header.extend(entries.to_be_bytes());
    header.extend(entries_at.to_be_bytes());
    header.extend(table_at.to_be_bytes());
    header.extend(1_u32.to_be_bytes());
    // No snapshots, and no features of any of the three kinds.
    header.extend([0; 12 + 24]);
    // Reference counts are 2^4 bits wide; the header is this long.
    header.extend(4_u32.to_be_bytes());
    header.extend(104_u32.to_be_bytes());
    let mut layer = header;
    layer.resize(4 * CLUSTER as usize, 0);
    layer[table_at as usize..table_at as usize + 8].copy_from_slice(&block_at.to_be_bytes());
    for used in 0..4 {
        layer[block_at as usize + used * 2 + 1] = 1;
    }
    layer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_says_how_large_the_disk_is_and_names_no_other_file() {
        let layer = empty(128 << 20);
        assert_eq!(layer.len() as u64, 4 * CLUSTER);
        assert_eq!(&layer[8..20], &[0; 12], "no backing file");
        assert_eq!(layer[24..32], (128_u64 << 20).to_be_bytes());
        assert_eq!(layer[36..40], 1_u32.to_be_bytes(), "first-level entries");
        assert_eq!(layer[100..104], 104_u32.to_be_bytes());
    }

    #[test]
    fn the_largest_disk_that_a_vhd_can_hold_fits() {
        let size = 2040_u64 << 30;
        assert!(size <= SIZE_MAX);
        assert_eq!(empty(size)[36..40], 4080_u32.to_be_bytes());
    }
}
