//! L08: what the kernel is told at boot.

use crate::facts::Facts;
use crate::finding::{Evidence, Look, Outcome, Undecided};
use crate::phrase::{Phrase, quote, say};
use crate::profile::Thresholds;
use crate::rules::system::architecture;

pub fn serial_console(facts: &Facts, _: &Thresholds) -> Look {
    let linux = facts.linux()?;
    let console = match architecture(linux)? {
        Some((_, _, "arm64")) => "ttyAMA0",
        _ => "ttyS0",
    };
    let Some((entry, _)) = linux.entry.clone()? else {
        return Err(Undecided(say("L08.no_entry")));
    };
    let mut consoles = entry.values("console").map(|value| value.split(',').next().unwrap_or(value));
    let told = |phrase: Phrase| phrase.text("console", console);
    if consoles.any(|name| name == console) {
        return Ok(Outcome::holds(told(say("L08.holds"))));
    }
    let found = match entry.values("console").last() {
        Some(other) => quote(&format!("console={other}")),
        None => say("L08.none"),
    };
    let evidence = Evidence::full(found).at(&entry.path).expected(quote(&format!("console={console}")));
    let evidence = if entry.line > 0 { evidence.line(entry.line) } else { evidence };
    Ok(Outcome::broken(told(say("L08.broken")), evidence).with_remedy(told(say("L08.remedy"))))
}
