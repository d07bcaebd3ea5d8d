//! Runs of clusters: pairs of a length and a distance from the run before, each number as short as it can be.

use super::boot_sector::BootSector;
use crate::tree::{Extent, Unreadable, add_extent};

/// Runs on their way to a map, piece by piece, holes left out.
#[derive(Default)]
pub(super) struct Runs {
    next_cluster: u64,
    map: Vec<Extent>,
}

impl Runs {
    /// Takes a piece, which ends at `end_cluster` of the stream. Every piece begins its distances anew.
    pub fn take(
        &mut self,
        boot: &BootSector,
        piece: &[u8],
        offset: u64,
        end_cluster: u64,
    ) -> Result<(), Unreadable> {
        let damaged = |what| Unreadable::Damaged { what, offset };
        let mut place = 0i64;
        let mut rest = piece;
        while let Some((length, distance, after)) = next(rest).ok_or(damaged("run of clusters"))? {
            rest = after;
            let at = self.next_cluster;
            let end = u64::try_from(length).ok().filter(|length| *length > 0).and_then(|n| at.checked_add(n));
            let end = end.filter(|end| *end <= end_cluster).ok_or(damaged("length of a run of clusters"))?;
            if let Some(distance) = distance {
                place = place.checked_add(distance).ok_or(damaged("distance of a run of clusters"))?;
                let first = u64::try_from(place).map_err(|_| damaged("run of clusters before the volume"))?;
                let device_offset = boot.place_of(first, end - at);
                let device_offset = device_offset.ok_or(damaged("run of clusters past the volume"))?;
                // The run lies on the volume, so its length in bytes fits; where it begins in the file may not.
                let length = (end - at) * boot.cluster_bytes;
                let file_offset = at.checked_mul(boot.cluster_bytes).filter(|offset| *offset < 1 << 63);
                let file_offset = file_offset.ok_or(damaged("run of clusters past the largest file"))?;
                add_extent(&mut self.map, Extent { file_offset, device_offset, length })?;
            }
            self.next_cluster = end;
        }
        match self.next_cluster == end_cluster {
            true => Ok(()),
            false => Err(damaged("runs of clusters that end early")),
        }
    }

    /// Lends the map as far as it goes, or takes it back.
    pub fn swap(&mut self, map: &mut Vec<Extent>) {
        std::mem::swap(&mut self.map, map);
    }

    /// The whole map; no cluster may stand in it twice.
    pub fn finish(self, offset: u64) -> Result<Vec<Extent>, Unreadable> {
        match crate::tree::overlap(&self.map) {
            true => Err(Unreadable::Damaged { what: "cluster used twice", offset }),
            false => Ok(self.map),
        }
    }
}

type Run<'a> = (i64, Option<i64>, &'a [u8]);

/// The next run: its length, its distance unless it is a hole, and what follows it. `Some(None)` is the end, `None`
/// nonsense.
fn next(bytes: &[u8]) -> Option<Option<Run<'_>>> {
    let Some((head, rest)) = bytes.split_first().filter(|(head, _)| **head != 0) else { return Some(None) };
    let (length_bytes, distance_bytes) = (usize::from(head & 15), usize::from(head >> 4));
    let length = signed(rest.get(..length_bytes)?)?;
    let rest = &rest[length_bytes..];
    let distance = match distance_bytes {
        0 => None,
        _ => Some(signed(rest.get(..distance_bytes)?)?),
    };
    Some(Some((length, distance, &rest[distance_bytes..])))
}

/// A number of one to eight bytes, with its sign.
fn signed(bytes: &[u8]) -> Option<i64> {
    let sign = bytes.last()? >> 7;
    let mut whole = if sign == 1 { [0xff; 8] } else { [0; 8] };
    whole.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(i64::from_le_bytes(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn volume(clusters: u64) -> BootSector {
        BootSector { cluster_bytes: 4096, clusters, table_at: 4096, record_bytes: 1024, serial: 0 }
    }

    #[track_caller]
    fn check(runs: &[u8], end_cluster: u64, expected: Result<&[(u64, u64, u64)], &str>) {
        let mut decoded = Runs::default();
        let taken = decoded.take(&volume(1000), runs, 0, end_cluster).and_then(|()| decoded.finish(0));
        let found = match taken {
            Ok(map) => Ok(map.iter().map(|e| (e.file_offset, e.device_offset, e.length)).collect::<Vec<_>>()),
            Err(Unreadable::Damaged { what, .. }) => Err(what),
            Err(other) => panic!("{other}"),
        };
        assert_eq!(found.as_deref(), expected.as_ref().map(|map| *map));
    }

    #[test]
    fn runs_are_places_holes_and_steps_back() {
        check(&[0], 0, Ok(&[]));
        check(&[0x11, 3, 20, 0], 3, Ok(&[(0, 81_920, 12_288)]));
        check(&[0x11, 1, 20, 0x01, 4, 0x11, 1, 0xfb, 0], 6, Ok(&[(0, 81_920, 4096), (20_480, 61_440, 4096)]));
        check(&[0x11, 1, 20, 0x11, 2, 1], 3, Ok(&[(0, 81_920, 12_288)]));
        check(&[0x21, 2, 0x2c, 1], 2, Ok(&[(0, 300 * 4096, 8192)]));
    }

    #[test]
    fn runs_that_cannot_be_are_damage() {
        check(&[0x11, 3, 0xfb, 0], 3, Err("run of clusters before the volume"));
        check(&[0x11, 3, 20, 0x11, 1, 0x80, 0], 4, Err("run of clusters before the volume"));
        check(&[0x21, 2, 0xe7, 3, 0], 2, Err("run of clusters past the volume"));
        check(&[0x11, 0, 20, 0], 0, Err("length of a run of clusters"));
        check(&[0x11, 0x80, 20, 0], 3, Err("length of a run of clusters"));
        check(&[0x11, 4, 20, 0], 3, Err("length of a run of clusters"));
        check(&[0x11, 2, 20, 0], 3, Err("runs of clusters that end early"));
        check(&[0x11, 2], 2, Err("run of clusters"));
        check(&[0x10, 2], 2, Err("run of clusters"));
        check(&[0x19, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], 2, Err("run of clusters"));
        check(&[0x11, 2, 20, 0x11, 2, 1, 0], 4, Err("cluster used twice"));
        let far = [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f, 0, 0x11, 1, 20, 0];
        check(&far, 1 << 53, Err("run of clusters past the largest file"));
        let overflowing = [0x81, 1, 0, 0, 0, 0, 0, 0, 0, 0x7f, 0];
        check(&overflowing, 1, Err("run of clusters past the volume"));
    }
}
