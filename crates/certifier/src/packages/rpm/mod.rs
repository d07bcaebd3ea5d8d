//! The database of RPM, in the three stores that it has had: SQLite, NDB, and the hash of Berkeley DB.
//!
//! Each store holds one header a package. The stores are read by page, so that a large database takes little memory.

use disk::read_at::ReadAt;
use disk::tree::Unreadable;

use crate::finding::Undecided;
use crate::linux::root::Root;
use crate::packages::owned::Digest;
use crate::packages::{InTree, Kind, PACKAGES_MAX, Package, why};
use crate::phrase::say;

mod bdb;
mod header;
mod ndb;
mod sqlite;
#[cfg(test)]
mod tests;
mod wal;

/// A longer header is not one: the largest known, with a hundred thousand files, are a tenth of it.
pub const HEADER_BYTES_MAX: u64 = 32 << 20;

/// A larger database is not read.
pub const DATABASE_BYTES_MAX: u64 = 4 << 30;

const FOLDERS: [&str; 2] = ["/usr/lib/sysimage/rpm", "/var/lib/rpm"];

/// How a store is read: every header is shown once.
type Store = fn(&Files<'_>, &mut OnHeader<'_>) -> Result<(), Unreadable>;

type OnHeader<'v> = dyn FnMut(&[u8]) -> Result<(), Unreadable> + 'v;

/// The files of a store: the database, and for SQLite what was written after it.
pub struct Files<'a> {
    pub database: &'a dyn ReadAt,
    pub log: Option<&'a dyn ReadAt>,
}

const STORES: [(&str, Store); 3] =
    [("rpmdb.sqlite", sqlite::headers), ("Packages.db", ndb::headers), ("Packages", bdb::headers)];

/// The packages that are installed; none where there is no database.
pub fn read(root: &Root) -> Result<Vec<Package>, Undecided> {
    let mut packages = Vec::new();
    headers(root, &mut |bytes, path| {
        let package = package(&header::Header::parse(bytes)?, path);
        // Keys that packages are signed with are kept as if they were packages.
        if package.name.is_empty() || package.name == "gpg-pubkey" {
            return Ok(());
        }
        if packages.len() >= PACKAGES_MAX {
            let limit = PACKAGES_MAX as u64;
            return Err(Unreadable::OverLimit { what: "packages", found: limit + 1, limit });
        }
        packages.push(package);
        Ok(())
    })?;
    Ok(packages)
}

/// Shows the path of every file that a package owns.
pub(super) fn files(root: &Root, show: &mut dyn FnMut(&str)) -> Result<(), Undecided> {
    headers(root, &mut |bytes, _| {
        for path in header::Header::parse(bytes)?.files() {
            show(&String::from_utf8_lossy(&path));
        }
        Ok(())
    })
}

/// Shows every file of a package with its digest.
pub(super) fn digests(root: &Root, show: &mut dyn FnMut(&str, Digest)) -> Result<(), Undecided> {
    headers(root, &mut |bytes, _| {
        let header = header::Header::parse(bytes)?;
        // The numbers are OpenPGP's.
        let kind = match header.digest_kind().unwrap_or(1) {
            1 => Digest::Md5,
            2 => Digest::Sha1,
            8 => Digest::Sha256,
            _ => return Ok(()),
        };
        for (path, digest) in header.digests() {
            show(&String::from_utf8_lossy(&path), kind(String::from_utf8_lossy(digest).into_owned()));
        }
        Ok(())
    })
}

/// What is done with a header; the path is its database's.
type OnHeaderAt<'v> = dyn FnMut(&[u8], &str) -> Result<(), Unreadable> + 'v;

/// Shows every header of the first database that there is.
fn headers(root: &Root, visit: &mut OnHeaderAt<'_>) -> Result<(), Undecided> {
    for folder in FOLDERS {
        for (name, store) in STORES {
            let path = format!("{folder}/{name}");
            let Some(node) = root.file(&path)?.filter(|node| node.size_bytes > 0) else {
                continue;
            };
            let at = |cause: Unreadable| {
                Undecided(say("undecided.path").text("path", &path).phrase("why", why(&cause)))
            };
            if node.size_bytes > DATABASE_BYTES_MAX {
                let (found, limit) = (node.size_bytes, DATABASE_BYTES_MAX);
                return Err(at(Unreadable::OverLimit { what: "package database", found, limit }));
            }
            let database = InTree::new(root.tree(), node);
            let log = root.file(&format!("{path}-wal"))?.filter(|node| node.size_bytes > 0);
            let log = log.map(|node| InTree::new(root.tree(), node));
            let files = Files { database: &database, log: log.as_ref().map(|log| log as &dyn ReadAt) };
            // Headers do not share bytes. Where each of a million slots names the same long one, they would take hours.
            let mut left = database.size_bytes() + files.log.map_or(0, |log| log.size_bytes());
            let show = &mut |bytes: &[u8]| {
                let rest = left.checked_sub(bytes.len() as u64);
                left = rest.ok_or(damaged("headers that share their bytes", 0))?;
                visit(bytes, &path)
            };
            return store(&files, show).map_err(at);
        }
    }
    Ok(())
}

fn package(header: &header::Header<'_>, path: &str) -> Package {
    let text = |tag| header.text(tag).unwrap_or_default();
    let evr = format!("{}-{}", text(header::VERSION), text(header::RELEASE));
    let version = match header.number(header::EPOCH) {
        Some(epoch) => format!("{epoch}:{evr}"),
        None => evr,
    };
    // name-version-release.src.rpm
    let source = text(header::SOURCE_RPM);
    let source = source.rsplitn(3, '-').nth(2).unwrap_or_default();
    Package {
        arch: text(header::ARCH),
        source: source.to_owned(),
        vendor: text(header::VENDOR),
        licence: text(header::LICENCE),
        ..Package::new(Kind::Rpm, &text(header::NAME), &version, path)
    }
}

/// The bytes of a source, or what is wrong with the file: its end comes too early.
fn read_at(source: &dyn ReadAt, offset: u64, length: usize) -> Result<Vec<u8>, Unreadable> {
    let end = offset.checked_add(length as u64);
    if end.is_none_or(|end| end > source.size_bytes()) {
        return Err(Unreadable::Damaged { what: "package database, cut short", offset });
    }
    let mut bytes = vec![0; length];
    source.read_exact_at(offset, &mut bytes).map_err(|cause| match cause.downcast::<Unreadable>() {
        Ok(unreadable) => unreadable,
        Err(cause) => Unreadable::Io(cause),
    })?;
    Ok(bytes)
}

fn damaged(what: &'static str, offset: u64) -> Unreadable {
    Unreadable::Damaged { what, offset }
}

fn header_length(found: u64) -> Result<usize, Unreadable> {
    if found > HEADER_BYTES_MAX {
        return Err(Unreadable::OverLimit { what: "package header", found, limit: HEADER_BYTES_MAX });
    }
    Ok(found as usize)
}

fn u32_be(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).map_or(0, |field| u32::from_be_bytes(field.try_into().expect("four bytes")))
}

fn u32_le(bytes: &[u8], at: usize) -> u32 {
    u32_be(bytes, at).swap_bytes()
}
