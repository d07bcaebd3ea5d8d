//! Whether a version is affected: by the events of a range, or because it is listed.

use std::cmp::Ordering;

use crate::advisories::osv::{Advisory, Event};
use crate::packages::versions::Order;

/// An affected version, and the one that it should become.
#[derive(Debug, PartialEq, Eq)]
pub struct Affected {
    pub fixed: Option<String>,
}

/// `None` where the advisory does not concern this version.
pub fn affected(advisory: &Advisory, version: &str, order: Order) -> Option<Affected> {
    for events in &advisory.ranges {
        if let Some(affected) = in_range(events, version, order) {
            return Some(affected);
        }
    }
    let listed = advisory.versions.iter().any(|listed| order.compare(listed, version) == Ordering::Equal);
    listed.then_some(Affected { fixed: None })
}

/// Walks the events in the order of their versions; the last one at or before the version says what holds there.
pub fn in_range(events: &[Event], version: &str, order: Order) -> Option<Affected> {
    let reached = |at: &str| at == "0" || order.compare(at, version) != Ordering::Greater;
    // A limit is where the branch ends that the range is about.
    let limits: Vec<&str> = events.iter().filter_map(Event::limit).collect();
    if !limits.is_empty() && limits.iter().all(|limit| *limit != "*" && reached(limit)) {
        return None;
    }
    let mut sorted: Vec<&Event> = events.iter().filter(|event| event.limit().is_none()).collect();
    sorted.sort_by(|one, other| match (one.version(), other.version()) {
        ("0", "0") => Ordering::Equal,
        ("0", _) => Ordering::Less,
        (_, "0") => Ordering::Greater,
        (one, other) => order.compare(one, other),
    });
    let mut is_affected = false;
    for event in &sorted {
        match event {
            Event::Introduced(at) if reached(at) => is_affected = true,
            Event::Fixed(at) if reached(at) => is_affected = false,
            Event::LastAffected(at) if reached(at) && order.compare(at, version) == Ordering::Less => {
                is_affected = false;
            }
            _ => {}
        }
    }
    let later = |event: &&&Event| matches!(event, Event::Fixed(at) if !reached(at));
    let fixed = sorted.iter().find(later).map(|event| event.version().to_owned());
    is_affected.then_some(Affected { fixed })
}
