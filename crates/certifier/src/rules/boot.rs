//! L08–L10: what the kernel is told at boot.

use crate::facts::{Facts, Linux};
use crate::finding::{Evidence, Look, Outcome, Undecided};
use crate::linux::entries::BootEntry;
use crate::packages::upstream_numbers;
use crate::phrase::{Phrase, quote, say};
use crate::profile::Thresholds;
use crate::rules::system::architecture;

/// Words that keep a machine from working on the platforms, and the reason in a phrase.
const FORBIDDEN: [(&str, &str); 2] =
    [("libata.atapi_enabled=0", "L10.no_disc"), ("reserve=0x1f0,0x8", "L10.no_disc")];
/// Words that hide what the console should show, or take memory by guess.
const UNWANTED: [(&str, &str); 3] =
    [("rhgb", "L10.hides"), ("quiet", "L10.hides"), ("crashkernel=auto", "L10.guesses")];
/// Kernels before this one stumbled over the memory layout of Hyper-V, and only they need `numa=off`.
const NUMA_WORKS_SINCE: [u64; 3] = [2, 6, 37];

/// The script of initramfs-tools that sleeps as long as it is told, whether or not the disk is there.
const SLEEPS: [&str; 2] = ["/usr/share/initramfs-tools/init", "/etc/initramfs-tools/initramfs.conf"];

/// The entry that boots by default.
fn default_entry(linux: &Linux) -> Result<&BootEntry, Undecided> {
    let entry = linux.entry.as_ref().map_err(Clone::clone)?;
    entry.as_ref().map(|(entry, _)| entry).ok_or_else(|| Undecided(say("L08.no_entry")))
}

pub fn early_messages(facts: &Facts, thresholds: &Thresholds) -> Look {
    let linux = facts.linux()?;
    let entry = default_entry(linux)?;
    let mut evidence = Vec::new();
    let is_arm = matches!(architecture(linux)?, Some((_, _, "arm64")));
    let early = entry.values("earlyprintk").any(|value| value.split(',').any(|part| part == "ttyS0"));
    if thresholds.early_console && !is_arm && !early {
        let found = match entry.values("earlyprintk").last() {
            Some(value) => quote(&format!("earlyprintk={value}")),
            None => say("L09.none"),
        };
        evidence.push(entry.place(Evidence::full(found)).expected(quote("earlyprintk=ttyS0")));
    }
    if let Some(value) = entry.values("rootdelay").last()
        && value.parse().map_or(true, |seconds: u64| seconds > thresholds.root_delay_seconds_max)
        && sleeps(linux)?
    {
        let expected = say("L09.at_most").count("seconds", thresholds.root_delay_seconds_max);
        let found = Evidence::full(quote(&format!("rootdelay={value}")));
        evidence.push(entry.place(found).expected(expected));
    }
    Ok(Outcome::of(evidence, say("L09.broken"), say("L09.holds")))
}

/// Whether the initramfs is of the kind that sleeps for `rootdelay`; others take it for the longest that they wait.
fn sleeps(linux: &Linux) -> Result<bool, Undecided> {
    for path in SLEEPS {
        if linux.root.file(path)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

pub fn arguments(facts: &Facts, _: &Thresholds) -> Look {
    let linux = facts.linux()?;
    let entry = default_entry(linux)?;
    let mut evidence = Vec::new();
    let mut note = |word: &str, why: &str, weigh: fn(Phrase) -> Evidence| {
        let found = say("L10.found").text("word", word).phrase("why", say(why));
        evidence.push(entry.place(weigh(found)).expected(say("L10.without").text("word", word)));
    };
    for (word, why) in FORBIDDEN.into_iter().filter(|(word, _)| entry.has(word)) {
        note(word, why, Evidence::full);
    }
    for (word, why) in UNWANTED.into_iter().filter(|(word, _)| entry.has(word)) {
        note(word, why, Evidence::light);
    }
    if entry.has("numa=off") {
        let kernel = linux.kernel.as_ref().map_err(Clone::clone)?;
        let release = kernel.as_ref().and_then(|kernel| kernel.release.as_deref()).unwrap_or("");
        let numbers = upstream_numbers(release);
        if numbers.is_empty() || numbers[..] >= NUMA_WORKS_SINCE[..] {
            note("numa=off", "L10.one_node", Evidence::full);
        }
    }
    Ok(Outcome::of(evidence, say("L10.broken"), say("L10.holds")))
}

pub fn serial_console(facts: &Facts, _: &Thresholds) -> Look {
    let linux = facts.linux()?;
    let console = match architecture(linux)? {
        Some((_, _, "arm64")) => "ttyAMA0",
        _ => "ttyS0",
    };
    let entry = default_entry(linux)?;
    let mut consoles = entry.values("console").map(|value| value.split(',').next().unwrap_or(value));
    let told = |phrase: Phrase| phrase.text("console", console);
    if consoles.any(|name| name == console) {
        return Ok(Outcome::holds(told(say("L08.holds"))));
    }
    let found = match entry.values("console").last() {
        Some(other) => quote(&format!("console={other}")),
        None => say("L08.none"),
    };
    let evidence = entry.place(Evidence::full(found)).expected(quote(&format!("console={console}")));
    Ok(Outcome::broken(told(say("L08.broken")), evidence).with_remedy(told(say("L08.remedy"))))
}
