//! Containers and what lies in a disk before its filesystems: partition tables, signatures, LVM2.

use std::os::unix::fs::FileExt;
use std::sync::{Arc, LazyLock};

use certifier::certify_container;
use certifier::profile::Profile;
use disk::container::{self, Format};
use disk::convert::{Failure, Input, MIB, to_fixed_vhd};
use disk::lvm::{self, PhysicalVolume};
use disk::read_at::{FileImage, ReadAt, Window};
use disk::tree::Unreadable;
use disk::{partitions, signature};

use crate::bodies::Body;
use crate::specimen::{self, Specimen};
use crate::{report, seal};

/// How much of a disk is read at once, and how often.
const READ_BYTES: usize = 100_000;
const READS_MAX: usize = 64;
const BYTES_READ_MAX: u64 = 256 << 20;
/// A disk that is longer is not converted here: its length is the input's to choose.
const CONVERTED_BYTES_MAX: u64 = 8 << 20;

static IMAGES: LazyLock<Vec<Specimen>> =
    LazyLock::new(|| Specimen::unpack(include_bytes!("../../specimens/containers.xz"), seal::containers));

pub const CONTAINERS: Body = Body {
    name: "containers",
    run: |input| {
        let Some(changed) = specimen::changed(&IMAGES, input) else { return };
        let image = Arc::new(changed);
        let found = container::recognise(&*image).expect("memory can be read");
        assert!(image.bytes_read() <= container::BYTES_READ_MAX as u64, "{} bytes", image.bytes_read());
        if let Some((from, to)) = found.disk_range() {
            assert!(from <= to && to <= image.size_bytes());
        }
        if specimen::wants_more(input) {
            report::check(&certify_container(&*image, "hostile.vhd", &Profile::strict()));
        }
        let Ok(disk) = container::open(image.clone(), &found) else { return };
        wander(&*disk);
        if specimen::wants_more(input) && disk.size_bytes() <= CONVERTED_BYTES_MAX {
            convert(&*image);
        }
        assert!(image.bytes_read() <= BYTES_READ_MAX, "{} bytes were read", image.bytes_read());
    },
    specimens: Some(|| &IMAGES),
};

/// Reads a disk by its holes, and across its end.
pub fn wander(disk: &dyn ReadAt) {
    let size = disk.size_bytes();
    let mut buffer = vec![0; READ_BYTES];
    let mut at = 0;
    for _ in 0..READS_MAX {
        let Ok(Some((from, to))) = disk.next_data(at) else { break };
        assert!(at <= from && from < to && to <= size, "{from} to {to} after {at}, of {size}");
        let length = READ_BYTES.min((to - from) as usize);
        let _ = disk.read_exact_at(from, &mut buffer[..length]);
        at = to.min(from + length as u64);
    }
    assert!(
        disk.read_exact_at(size, &mut [0]).is_err() && disk.read_exact_at(u64::MAX, &mut [0, 0]).is_err()
    );
}

/// Converts an image into a fixed VHD, which must then be one.
fn convert(image: &dyn ReadAt) {
    let file = tempfile::tempfile().expect("room for a temporary file");
    file.set_len(image.size_bytes()).expect("room for a temporary file");
    let mut at = 0;
    while let Ok(Some((from, to))) = image.next_data(at) {
        let mut bytes = vec![0; (to - from) as usize];
        image.read_exact_at(from, &mut bytes).expect("memory can be read");
        file.write_all_at(&bytes, from).expect("room for a temporary file");
        at = to;
    }
    let Ok(input) = FileImage::from_file(file).map_err(Failure::Io).and_then(Input::open) else { return };
    let Ok(size) = input.rounded_bytes(MIB) else { return };
    let out = tempfile::tempfile().expect("room for a temporary file");
    if to_fixed_vhd(&input, size, &out, &mut |_, _| {}).is_ok() {
        let made = FileImage::from_file(out).expect("it was just written");
        let found = container::recognise(&made).expect("a file can be read");
        assert_eq!((found.format, made.size_bytes()), (Format::FixedVhd, size + 512));
    }
}

static DISKS: LazyLock<Vec<Specimen>> =
    LazyLock::new(|| Specimen::unpack(include_bytes!("../../specimens/partitions.xz"), seal::partitions));

pub const PARTITIONS: Body = Body {
    name: "partitions",
    run: |input| {
        let Some(changed) = specimen::changed(&DISKS, input) else { return };
        let image = Arc::new(changed);
        let disk: Arc<dyn ReadAt> = image.clone();
        let table = partitions::audit(&disk).expect("memory can be read");
        assert!(table.partitions.len() <= partitions::PARTITIONS_MAX);
        assert!(table.rivals.len() <= partitions::PARTITIONS_MAX);
        let mut physical = Vec::new();
        let mut look = |volume: Window| {
            let kind = signature::identify(&volume).expect("memory can be read");
            is_named(&kind.to_string());
            physical.extend(PhysicalVolume::open(Arc::new(volume)));
        };
        for partition in &table.partitions {
            if let Some((from, length)) = partition.range() {
                assert!(from.checked_add(length).is_some(), "{length} bytes from {from}");
            }
            partition.window(disk.clone()).into_iter().for_each(&mut look);
        }
        look(Window::new(disk.clone(), 0, disk.size_bytes()).expect("it is the whole"));
        logical(physical);
        assert!(image.bytes_read() <= BYTES_READ_MAX, "{} bytes were read", image.bytes_read());
    },
    specimens: Some(|| &DISKS),
};

fn logical(physical: Vec<PhysicalVolume>) {
    for group in lvm::groups(physical) {
        for name in group.volumes().take(64) {
            let volume = match group.volume(name) {
                Ok(volume) => volume,
                Err(Unreadable::Io(why)) => panic!("memory can be read: {why}"),
                Err(_) => continue,
            };
            for (source, run) in volume.runs().unwrap_or_default() {
                let end = run.device_offset.checked_add(run.length);
                assert!(end.is_some_and(|end| end <= source.size_bytes()), "{run:?}");
            }
            wander(&volume);
        }
    }
}

fn is_named(kind: &str) {
    assert!(!kind.is_empty() && kind.chars().all(|c| !c.is_control()), "{kind:?}");
}
