//! Java archives: each part that Maven built says in a small file of properties what it is. Archives lie within archives.

use disk::read_at::ReadAt;
use disk::tree::Unreadable;

use crate::packages::zip::Zip;
use crate::packages::{Kind, Package};

const ENTRIES_MAX: u64 = 500_000;
const PROPERTIES_BYTES_MAX: u64 = 64 << 10;

/// A larger archive within an archive is not opened.
const INNER_BYTES_MAX: u64 = 64 << 20;

/// What all archives of a volume may unpack to, since a few of them may be made to unpack to anything.
pub const UNPACKED_BYTES_MAX: u64 = 4 << 30;

/// An application holds its libraries, and those nothing more.
const DEPTH_MAX: u32 = 2;

pub fn read(source: &dyn ReadAt, path: &str, unpacked_left: &mut u64) -> Result<Vec<Package>, Unreadable> {
    let mut packages = Vec::new();
    open(source, path, 0, unpacked_left, &mut packages)?;
    Ok(packages)
}

fn open(
    source: &dyn ReadAt,
    path: &str,
    depth: u32,
    unpacked_left: &mut u64,
    packages: &mut Vec<Package>,
) -> Result<(), Unreadable> {
    // An empty file with that name is a place kept free.
    if source.size_bytes() == 0 {
        return Ok(());
    }
    let zip = Zip::open(source, ENTRIES_MAX)?;
    for entry in &zip.entries {
        let is_properties =
            entry.name.starts_with("META-INF/maven/") && entry.name.ends_with("/pom.properties");
        let is_inner = entry.name.ends_with(".jar") || entry.name.ends_with(".war");
        if !is_properties && !is_inner {
            continue;
        }
        let limit = if is_properties { PROPERTIES_BYTES_MAX } else { INNER_BYTES_MAX };
        let limit = limit.min(*unpacked_left);
        let bytes = zip.unpack(entry, limit)?;
        *unpacked_left -= bytes.len() as u64;
        if is_properties {
            packages.extend(properties(&String::from_utf8_lossy(&bytes), path));
        } else if depth + 1 < DEPTH_MAX {
            open(&bytes, &format!("{path}!/{}", entry.name), depth + 1, unpacked_left, packages)?;
        } else {
            return Err(Unreadable::Unsupported("archives that deep within one another".to_owned()));
        }
    }
    Ok(())
}

fn properties(text: &str, path: &str) -> Option<Package> {
    let value = |wanted: &str| {
        text.lines().find_map(|line| {
            let (key, value) = line.split_once('=')?;
            (key.trim() == wanted).then(|| value.trim().to_owned())
        })
    };
    let name = format!("{}:{}", value("groupId")?, value("artifactId")?);
    Some(Package::new(Kind::Maven, &name, &value("version")?, path))
}
