//! W18: the boot configuration, itself a hive.

use crate::facts::Facts;
use crate::finding::{Evidence, Look, Outcome, Undecided};
use crate::phrase::{quote, say};
use crate::profile::Thresholds;
use crate::windows::registry::{Branch, Registry};

const BOOT_MANAGER: &str = "{9dea862c-5cdd-4e70-acc1-f32b344d4795}";
/// What all loaders, and all programs of the store, take over.
const TAKEN_OVER: [&str; 2] =
    ["{6efb52bf-1766-41db-a6b3-0ee5eff72bd7}", "{7ea2e1ac-2e61-4728-aaa3-896d9d0a9f0e}"];

const DEFAULT_LOADER: &str = "23000003";
const RECOVERY: &str = "16000009";
const NO_CHECKS: &str = "16000048";
const TEST_SIGNING: &str = "16000049";
const INTEGRITY: &str = "1500004b";
const STATUS_POLICY: &str = "250000e0";

const INTEGRITY_OFF: u64 = 1;
const IGNORE_ALL_FAILURES: u64 = 1;

pub fn boot_store(facts: &Facts, _: &Thresholds) -> Look {
    let windows = facts.windows()?;
    let Some((partition, store)) = windows.boot()? else {
        let piece = Evidence::full(say("absent")).expected(quote(r"\EFI\Microsoft\Boot\BCD"));
        return Ok(Outcome::broken(say("W18.missing"), piece));
    };
    let manager = object(store, BOOT_MANAGER);
    let Some(default) = element(&manager, DEFAULT_LOADER).text("Element")? else {
        return Err(Undecided(say("W18.no_default").text("path", &store.file)));
    };
    let loader = object(store, &default);
    let mut evidence = Vec::new();
    for of in [&manager, &loader].into_iter().chain(&TAKEN_OVER.map(|id| object(store, id))) {
        for (name, what) in [(NO_CHECKS, say("W18.no_checks")), (TEST_SIGNING, say("W18.test_signing"))] {
            if number(of, name)?.is_some_and(|number| number != 0) {
                evidence.push(Evidence::full(what).at(&place(of, name)).expected(say("W18.off")));
            }
        }
        if number(of, INTEGRITY)? == Some(INTEGRITY_OFF) {
            let piece = Evidence::full(say("W18.no_checks")).at(&place(of, INTEGRITY));
            evidence.push(piece.expected(say("W18.off")));
        }
    }
    if number(&loader, RECOVERY)? != Some(0) {
        let piece = Evidence::full(say("W18.recovery")).at(&place(&loader, RECOVERY));
        evidence.push(piece.expected(quote("recoveryenabled No")));
    }
    if number(&loader, STATUS_POLICY)? != Some(IGNORE_ALL_FAILURES) {
        let piece = Evidence::full(say("W18.status")).at(&place(&loader, STATUS_POLICY));
        evidence.push(piece.expected(quote("bootstatuspolicy IgnoreAllFailures")));
    }
    let holds = say("W18.holds").text("path", &store.file).count("number", u64::from(*partition));
    Ok(Outcome::of(evidence, say("W18.broken"), holds))
}

fn object<'a>(store: &'a Registry, id: &str) -> Branch<'a> {
    store.at("Objects").at(id)
}

fn element<'a>(object: &Branch<'a>, name: &str) -> Branch<'a> {
    object.at("Elements").at(name)
}

fn place(object: &Branch<'_>, name: &str) -> String {
    element(object, name).key_place()
}

/// A number or a yes: one byte or eight, the least significant first.
fn number(object: &Branch<'_>, name: &str) -> Result<Option<u64>, Undecided> {
    let Some(bytes) = element(object, name).bytes("Element")? else {
        return Ok(None);
    };
    let mut number = [0; 8];
    for (place, byte) in number.iter_mut().zip(&bytes) {
        *place = *byte;
    }
    Ok(Some(u64::from_le_bytes(number)))
}
