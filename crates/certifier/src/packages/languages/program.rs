//! Lists of packages inside programs: what Go's linker writes into every one, and cargo-auditable into those of Rust.

use std::io::Read;

use disk::read_at::ReadAt;
use disk::tree::Unreadable;
use flate2::read::ZlibDecoder;
use serde::Deserialize;

use crate::packages::{Kind, Package};

const ELF_64_LITTLE: &[u8] = b"\x7fELF\x02\x01";
const HEADER_BYTES: usize = 64;
const SECTION_BYTES: usize = 64;
const SECTIONS_MAX: usize = 4096;
const NAMES_BYTES_MAX: u64 = 1 << 20;

/// A longer list is not read.
const SECTION_BYTES_MAX: u64 = 8 << 20;

const GO_SECTION: &[u8] = b".go.buildinfo";
const GO_MAGIC: &[u8] = b"\xff Go buildinf:";
/// The texts stand in the section itself, since Go 1.18.
const GO_FLAG_INLINE: u8 = 2;
const GO_TEXT_AT: usize = 32;
/// What stands around the list of modules.
const GO_SENTINEL_BYTES: usize = 16;

const RUST_SECTION: &[u8] = b".dep-v0";

fn wrong(what: &'static str) -> Unreadable {
    Unreadable::Damaged { what, offset: 0 }
}

fn field(bytes: &[u8], at: usize, length: usize) -> u64 {
    let field = bytes.get(at..at + length).unwrap_or_default();
    field.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// `None` where the file ends before that: many files are executable without being programs.
fn bytes_at(source: &dyn ReadAt, offset: u64, length: u64) -> Result<Option<Vec<u8>>, Unreadable> {
    if offset.checked_add(length).is_none_or(|end| end > source.size_bytes()) {
        return Ok(None);
    }
    let mut bytes = vec![0; length as usize];
    source.read_exact_at(offset, &mut bytes)?;
    Ok(Some(bytes))
}

/// The packages that a program says it was made of.
pub fn read(source: &dyn ReadAt, path: &str) -> Result<Vec<Package>, Unreadable> {
    let Some(head) = bytes_at(source, 0, HEADER_BYTES as u64)?.filter(|head| head.starts_with(ELF_64_LITTLE))
    else {
        return Ok(Vec::new());
    };
    let (at, size, count) = (field(&head, 40, 8), field(&head, 58, 2), field(&head, 60, 2) as usize);
    if size != SECTION_BYTES as u64 || count > SECTIONS_MAX {
        return Ok(Vec::new());
    }
    let Some(sections) = bytes_at(source, at, (count * SECTION_BYTES) as u64)? else {
        return Ok(Vec::new());
    };
    let sections: Vec<&[u8]> = sections.chunks_exact(SECTION_BYTES).collect();
    let place = |section: &[u8]| (field(section, 24, 8), field(section, 32, 8));
    let names = sections.get(field(&head, 62, 2) as usize).map(|section| place(section));
    let Some((at, length)) = names.filter(|(_, length)| *length <= NAMES_BYTES_MAX) else {
        return Ok(Vec::new());
    };
    let names = bytes_at(source, at, length)?.unwrap_or_default();
    let mut packages = Vec::new();
    for section in sections {
        let name = names.get(field(section, 0, 4) as usize..).unwrap_or_default();
        let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
        if name != GO_SECTION && name != RUST_SECTION {
            continue;
        }
        let (at, length) = place(section);
        if length > SECTION_BYTES_MAX {
            let limit = SECTION_BYTES_MAX;
            return Err(Unreadable::OverLimit {
                what: "list of packages in a program",
                found: length,
                limit,
            });
        }
        let bytes = bytes_at(source, at, length)?.ok_or(wrong("list of packages in a program"))?;
        packages.extend(if name == GO_SECTION { go(&bytes, path)? } else { rust(&bytes, path)? });
    }
    Ok(packages)
}

fn go(section: &[u8], path: &str) -> Result<Vec<Package>, Unreadable> {
    let broken = || wrong("Go's list of modules");
    if !section.starts_with(GO_MAGIC) {
        return Err(broken());
    }
    if section.get(15).ok_or_else(broken)? & GO_FLAG_INLINE == 0 {
        return Err(Unreadable::Unsupported("Go's list of modules as before Go 1.18".to_owned()));
    }
    let mut rest = section.get(GO_TEXT_AT..).ok_or_else(broken)?;
    let version = text(&mut rest).ok_or_else(broken)?;
    let modules = text(&mut rest).ok_or_else(broken)?;
    let end = modules.len().checked_sub(GO_SENTINEL_BYTES);
    let modules = end.and_then(|end| modules.get(GO_SENTINEL_BYTES..end)).unwrap_or_default();
    let mut packages = Vec::new();
    if let Some(number) = String::from_utf8_lossy(version).strip_prefix("go") {
        let number = number.split(' ').next().unwrap_or_default();
        packages.push(Package::new(Kind::Go, "stdlib", number, path));
    }
    for line in String::from_utf8_lossy(modules).lines() {
        let mut fields = line.split('\t');
        let (kind, name, version) = (fields.next(), fields.next(), fields.next());
        let (Some(kind), Some(name), Some(version)) = (kind, name, version) else { continue };
        match kind {
            "dep" => packages.push(Package::new(Kind::Go, name, version, path)),
            "mod" if version.starts_with('v') => packages.push(Package::new(Kind::Go, name, version, path)),
            // The module before it was replaced by this one.
            "=>" if packages.len() > 1 => {
                let last = packages.last_mut().expect("there is more than one");
                *last = Package::new(Kind::Go, name, version, path);
            }
            _ => {}
        }
    }
    Ok(packages)
}

/// A text with its length before it, seven bits a byte, the lowest first.
fn text<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let mut length = 0_usize;
    for place in 0..5 {
        let (first, after) = rest.split_first()?;
        *rest = after;
        length |= usize::from(first & 0x7f) << (7 * place);
        if first & 0x80 == 0 {
            let (text, after) = rest.split_at_checked(length)?;
            *rest = after;
            return Some(text);
        }
    }
    None
}

#[derive(Deserialize)]
struct Audited {
    packages: Vec<AuditedPackage>,
}

#[derive(Deserialize)]
struct AuditedPackage {
    name: String,
    version: String,
    source: String,
    #[serde(default)]
    kind: String,
}

fn rust(section: &[u8], path: &str) -> Result<Vec<Package>, Unreadable> {
    let broken = || wrong("cargo-auditable's list of crates");
    let mut bytes = Vec::new();
    let unpacked = ZlibDecoder::new(section).take(SECTION_BYTES_MAX + 1).read_to_end(&mut bytes);
    unpacked.map_err(|_| broken())?;
    if bytes.len() as u64 > SECTION_BYTES_MAX {
        let (found, limit) = (bytes.len() as u64, SECTION_BYTES_MAX);
        return Err(Unreadable::OverLimit { what: "list of packages in a program", found, limit });
    }
    let audited: Audited = serde_json::from_slice(&bytes).map_err(|_| broken())?;
    let of_others =
        audited.packages.into_iter().filter(|found| found.source != "local" && found.kind != "build");
    Ok(of_others.map(|found| Package::new(Kind::Cargo, &found.name, &found.version, path)).collect())
}
