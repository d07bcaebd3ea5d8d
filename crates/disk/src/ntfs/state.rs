//! How the volume was left: by its own word, and by the log of changes under way.

use super::contents::Contents;
use super::file::Inode;
use super::record::{kinds, mend};
use super::{LOG_RECORD, Ntfs, VOLUME_RECORD};
use crate::fields::{u16_le, u32_le};
use crate::tree::{Condition, Unreadable};

/// The volume asks for a check.
const DIRTY: u16 = 1;

/// The log has two heads, a page each, one of which is always whole.
const PAGE_BYTES_MAX: usize = 64 << 10;
const NO_CLIENT: u16 = 0xffff;
const LEFT_CLEAN: u16 = 2;

/// What the volume says of itself.
pub(super) struct Volume {
    pub label: Vec<u16>,
    pub version: (u8, u8),
    pub flags: u16,
}

pub(super) fn volume(fs: &Ntfs) -> Result<Volume, Unreadable> {
    let inode = fs.file(VOLUME_RECORD)?;
    let value = |inode: &Inode, kind| inode.stream(kind, &[]).and_then(|s| s.resident().map(<[u8]>::to_vec));
    let about = value(&inode, kinds::VOLUME_INFORMATION).filter(|about| about.len() >= 12);
    let damaged = Unreadable::Damaged { what: "what the volume says of itself", offset: inode.offset };
    let about = about.ok_or(damaged)?;
    let label = super::name::units(&value(&inode, kinds::VOLUME_NAME).unwrap_or_default());
    Ok(Volume { label, version: (about[8], about[9]), flags: u16_le(&about, 10) })
}

pub(super) fn condition(fs: &Ntfs) -> Result<Condition, Unreadable> {
    if volume(fs)?.flags & DIRTY != 0 {
        return Ok(Condition::Damaged);
    }
    Ok(if log_is_clean(fs)? { Condition::Clean } else { Condition::NotReplayed })
}

/// Whether the log holds nothing that waits: it was never used, has no client, or was closed.
fn log_is_clean(fs: &Ntfs) -> Result<bool, Unreadable> {
    let inode = fs.file(LOG_RECORD)?;
    let log = Contents::of(&fs.table, &inode)?;
    let first = log.read(&fs.table, 0, PAGE_BYTES_MAX)?;
    if !first.is_empty() && first.iter().all(|byte| *byte == 0xff) {
        return Ok(true);
    }
    let newest = heads(fs, &log, &first)?.into_iter().max_by_key(|head| head.0);
    let Some((_, is_clean)) = newest else {
        return Err(Unreadable::Damaged { what: "head of the log", offset: inode.offset });
    };
    Ok(is_clean)
}

/// The heads that are whole: how new each is, and whether it calls the log clean.
fn heads(fs: &Ntfs, log: &Contents, first: &[u8]) -> Result<Vec<(u64, bool)>, Unreadable> {
    let page_bytes = u32_le(first, 16) as usize;
    // Where the first head is torn, the second lies a page further, and pages have 4 KiB unless they say otherwise.
    let is_sane = page_bytes.is_power_of_two() && (512..=PAGE_BYTES_MAX).contains(&page_bytes);
    let page_bytes = if is_sane { page_bytes } else { 4096 };
    let mut heads = Vec::new();
    for page in 0..2 {
        let mut bytes = log.read(&fs.table, page * page_bytes as u64, page_bytes)?;
        if bytes.starts_with(b"CHKD") {
            // Whoever checked the volume has emptied its log.
            heads.push((u64::MAX, true));
        }
        if bytes.len() != page_bytes || mend(&mut bytes, b"RSTR", 0).is_err() {
            continue;
        }
        let area = usize::from(u16_le(&bytes, 24));
        let (client, flags) = (u16_le(&bytes, area + 12), u16_le(&bytes, area + 14));
        let is_clean = client == NO_CLIENT || flags & LEFT_CLEAN != 0;
        heads.push((crate::fields::u64_le(&bytes, area), is_clean));
    }
    Ok(heads)
}
