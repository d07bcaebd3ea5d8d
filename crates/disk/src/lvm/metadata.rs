//! What the metadata says of a group: its physical volumes, and the segments of its logical ones.

use std::collections::HashMap;

use super::text::{Section, Value};
use crate::tree::Unreadable;

/// How many segments a logical volume may have.
pub const SEGMENTS_MAX: u64 = 1 << 16;

/// How many stripes a segment may have; LVM's own limit.
pub const STRIPES_MAX: u64 = 128;

const SECTOR: u64 = 512;

/// A group as its metadata describes it.
pub(super) struct Description {
    pub name: String,
    pub id: String,
    pub sequence: u64,
    pub extent_bytes: u64,
    /// By the name that segments use: the identity and where data begins.
    pub volumes: HashMap<String, ([u8; 32], u64)>,
    pub logical: Vec<Logical>,
}

pub(super) struct Logical {
    pub name: String,
    pub is_visible: bool,
    pub segments: Vec<Segment>,
}

pub(super) struct Segment {
    pub start: u64,
    pub extents: u64,
    pub kind: String,
    pub stripe_bytes: u64,
    /// Physical volume and its first extent.
    pub stripes: Vec<(String, u64)>,
}

fn malformed() -> Unreadable {
    Unreadable::Damaged { what: "LVM metadata", offset: 0 }
}

/// Reads a group's description from the text.
pub(super) fn describe(root: &Section) -> Result<Description, Unreadable> {
    let group = root.0.iter().find_map(|(name, value)| match value {
        Value::Section(section) => Some((name, section)),
        _ => None,
    });
    let (name, group) = group.ok_or_else(malformed)?;
    let sectors = group.number("extent_size").filter(|sectors| *sectors > 0);
    let extent_bytes = sectors.and_then(|sectors| sectors.checked_mul(SECTOR)).ok_or_else(malformed)?;
    let mut volumes = HashMap::new();
    for (name, section) in sections(group.section("physical_volumes")) {
        let id = section.text("id").and_then(plain_id).ok_or_else(malformed)?;
        let start = section.number("pe_start").and_then(|sectors| sectors.checked_mul(SECTOR));
        volumes.insert(name.to_owned(), (id, start.ok_or_else(malformed)?));
    }
    let logical = sections(group.section("logical_volumes")).map(|(name, section)| logical(name, section));
    Ok(Description {
        name: name.clone(),
        id: group.text("id").ok_or_else(malformed)?.to_owned(),
        sequence: group.number("seqno").ok_or_else(malformed)?,
        extent_bytes,
        volumes,
        logical: logical.collect::<Result<_, _>>()?,
    })
}

fn sections(of: Option<&Section>) -> impl Iterator<Item = (&str, &Section)> {
    of.into_iter().flat_map(|section| &section.0).filter_map(|(name, value)| match value {
        Value::Section(section) => Some((name.as_str(), section)),
        _ => None,
    })
}

/// The text has an identity in groups of letters, the label without the hyphens.
fn plain_id(text: &str) -> Option<[u8; 32]> {
    let letters: Vec<u8> = text.bytes().filter(|byte| *byte != b'-').collect();
    letters.try_into().ok()
}

fn logical(name: &str, section: &Section) -> Result<Logical, Unreadable> {
    let count = section.number("segment_count").ok_or_else(malformed)?;
    if count > SEGMENTS_MAX {
        return Err(Unreadable::OverLimit { what: "LVM segments", found: count, limit: SEGMENTS_MAX });
    }
    let mut segments = Vec::new();
    for (name, found) in sections(Some(section)) {
        if name.strip_prefix("segment").is_some_and(|number| number.parse::<u64>().is_ok()) {
            segments.push(segment(found)?);
        }
    }
    segments.sort_by_key(|segment| segment.start);
    if segments.len() as u64 != count {
        return Err(malformed());
    }
    let statuses = section.list("status").unwrap_or_default();
    let is_visible = statuses.contains(&Value::Text("VISIBLE".into()));
    Ok(Logical { name: name.to_owned(), is_visible, segments })
}

/// Reads a segment. Of kinds that are not read only the kind is.
fn segment(section: &Section) -> Result<Segment, Unreadable> {
    let kind = section.text("type").ok_or_else(malformed)?.to_owned();
    let (start, extents) = (section.number("start_extent"), section.number("extent_count"));
    let (start, extents) = start.zip(extents).filter(|(_, extents)| *extents > 0).ok_or_else(malformed)?;
    if kind != "striped" {
        return Ok(Segment { start, extents, kind, stripe_bytes: 0, stripes: Vec::new() });
    }
    let listed = section.list("stripes").unwrap_or_default();
    let found = listed.len() as u64 / 2;
    if found > STRIPES_MAX {
        return Err(Unreadable::OverLimit { what: "LVM stripes", found, limit: STRIPES_MAX });
    }
    let stripe = |pair: &[Value]| match pair {
        [Value::Text(volume), Value::Number(first)] => Ok((volume.clone(), *first)),
        _ => Err(malformed()),
    };
    let stripes: Vec<_> = listed.chunks(2).map(stripe).collect::<Result<_, _>>()?;
    if stripes.is_empty() || section.number("stripe_count") != Some(found) {
        return Err(malformed());
    }
    let stripe_bytes =
        section.number("stripe_size").unwrap_or(0).checked_mul(SECTOR).ok_or_else(malformed)?;
    Ok(Segment { start, extents, kind, stripe_bytes, stripes })
}
