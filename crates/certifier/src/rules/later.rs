//! B: what only a running machine shows. None of this is ever passed: each row says what would have to be tried.

use crate::facts::Facts;
use crate::finding::{Look, Outcome, Undecided};
use crate::phrase::{Phrase, say};
use crate::profile::Thresholds;

fn open(reason: Phrase) -> Look {
    Err(Undecided(reason))
}

/// Open on a disk with Windows, and on one of which nothing is known.
fn open_on_windows(facts: &Facts, reason: Phrase) -> Look {
    match &facts.disk {
        Some(disk) if disk.windows.is_none() && disk.linux.is_some() => {
            Ok(Outcome::not_applicable(say("not_applicable.linux")))
        }
        _ => open(reason),
    }
}

fn open_on_linux(facts: &Facts, reason: Phrase) -> Look {
    match &facts.disk {
        Some(disk) if disk.linux.is_none() && disk.windows.is_some() => {
            Ok(Outcome::not_applicable(say("not_applicable.windows")))
        }
        _ => open(reason),
    }
}

pub fn provisions(_: &Facts, _: &Thresholds) -> Look {
    open(say("B01.open"))
}

pub fn restarts(_: &Facts, _: &Thresholds) -> Look {
    open(say("B02.open"))
}

pub fn disks(_: &Facts, _: &Thresholds) -> Look {
    open(say("B03.open"))
}

pub fn networks(_: &Facts, _: &Thresholds) -> Look {
    open(say("B04.open"))
}

pub fn name_resolution(_: &Facts, _: &Thresholds) -> Look {
    open(say("B05.open"))
}

pub fn console(_: &Facts, _: &Thresholds) -> Look {
    open(say("B06.open"))
}

pub fn agent(_: &Facts, _: &Thresholds) -> Look {
    open(say("B07.open"))
}

pub fn extensions(_: &Facts, _: &Thresholds) -> Look {
    open(say("B08.open"))
}

pub fn journal(_: &Facts, _: &Thresholds) -> Look {
    open(say("B09.open"))
}

pub fn update(_: &Facts, _: &Thresholds) -> Look {
    open(say("B10.open"))
}

pub fn resource_disk(_: &Facts, _: &Thresholds) -> Look {
    open(say("B11.open"))
}

pub fn key_values(_: &Facts, _: &Thresholds) -> Look {
    open(say("B12.open"))
}

pub fn clock(_: &Facts, _: &Thresholds) -> Look {
    open(say("B13.open"))
}

pub fn appliance(_: &Facts, _: &Thresholds) -> Look {
    open(say("B14.open"))
}

pub fn ports(_: &Facts, _: &Thresholds) -> Look {
    open(say("B15.open"))
}

pub fn swap(facts: &Facts, _: &Thresholds) -> Look {
    open_on_linux(facts, say("B16.open"))
}

pub fn administrator(facts: &Facts, _: &Thresholds) -> Look {
    open_on_windows(facts, say("B17.open"))
}

pub fn ipv6(facts: &Facts, _: &Thresholds) -> Look {
    open_on_windows(facts, say("B18.open"))
}
