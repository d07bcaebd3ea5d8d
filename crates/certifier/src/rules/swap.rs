//! L14: nothing is configured to swap on the operating-system disk.

use crate::facts::Facts;
use crate::finding::{Evidence, Look, Outcome, Undecided};
use crate::linux::root::{Root, settings};
use crate::phrase::{quote, say};
use crate::profile::Thresholds;

const FSTAB: &str = "/etc/fstab";
const UNIT_FOLDERS: [&str; 3] =
    ["/etc/systemd/system", "/usr/lib/systemd/system", "/usr/local/lib/systemd/system"];
/// Where installers put a swap file.
const USUAL_FILES: [&str; 6] =
    ["/swapfile", "/swap.img", "/swap", "/var/swap", "/var/swapfile", "/swap/swapfile"];
/// The ends of the pages in which swap bears its signature.
const SIGNATURE_ENDS: [u64; 2] = [4096, 65_536];

pub fn none_configured(facts: &Facts, _: &Thresholds) -> Look {
    let root = &facts.linux()?.root;
    let mut evidence = Vec::new();
    let mut files: Vec<String> = USUAL_FILES.map(str::to_owned).into();
    let fstab = root.text(FSTAB)?.unwrap_or_default();
    for (number, line) in settings(&fstab) {
        let mut fields = line.split_whitespace();
        let (device, kind) = (fields.next().unwrap_or(""), fields.nth(1).unwrap_or(""));
        if kind != "swap" {
            continue;
        }
        if device.starts_with('/') && !device.starts_with("/dev/") {
            files.push(device.to_owned());
        }
        evidence.push(Evidence::full(quote(line)).at(FSTAB).line(number).expected(say("L14.no_line")));
    }
    for folder in UNIT_FOLDERS {
        for name in root.names(folder)?.iter().filter(|name| name.ends_with(".swap")) {
            let path = format!("{folder}/{name}");
            if root.file(&path)?.is_some_and(|file| file.size_bytes > 0) {
                evidence.push(Evidence::full(say("L14.unit")).at(&path).expected(say("absent")));
            }
        }
    }
    files.sort();
    files.dedup();
    for path in files {
        if let Some(size) = swap_file(root, &path)? {
            let found = say("L14.file").bytes("size", size);
            evidence.push(Evidence::full(found).at(&path).expected(say("absent")));
        }
    }
    Ok(Outcome::of(evidence, say("L14.broken"), say("L14.holds")))
}

/// The size of the file at `path`, if it bears the signature of swap.
fn swap_file(root: &Root, path: &str) -> Result<Option<u64>, Undecided> {
    let Some(node) = root.file(path)? else {
        return Ok(None);
    };
    for end in SIGNATURE_ENDS {
        let bytes = root.bytes(path, &node, end - 10, 10)?;
        if matches!(&bytes[..], b"SWAPSPACE2" | b"SWAP-SPACE") {
            return Ok(Some(node.size_bytes));
        }
    }
    Ok(None)
}
