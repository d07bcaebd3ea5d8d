//! L11, L12: the drivers that a platform's machines need.

use crate::facts::{Facts, Linux};
use crate::finding::{Evidence, Look, Outcome, Undecided};
use crate::linux::kernel::Kernel;
use crate::linux::modprobe::blocked;
use crate::phrase::{Phrase, quote, say};
use crate::profile::Thresholds;

/// A driver by the name of its module, and the setting that builds it.
type Driver = (&'static str, &'static str);

/// Without these a machine on Hyper-V does not find its root disk.
const HYPER_V_AT_BOOT: [Driver; 2] = [("hv_vmbus", "CONFIG_HYPERV"), ("hv_storvsc", "CONFIG_HYPERV_STORAGE")];
/// These may also be loaded from the root disk.
const HYPER_V_LATER: [Driver; 2] = [("hv_netvsc", "CONFIG_HYPERV_NET"), ("hv_utils", "CONFIG_HYPERV_UTILS")];

/// Azure hands over a machine's identity on a UDF disc; an EFI partition is VFAT.
const FILESYSTEMS: [Driver; 2] = [("udf", "CONFIG_UDF_FS"), ("vfat", "CONFIG_VFAT_FS")];
/// Wanted for file shares, and to notice machines that hang.
const WANTED: [Driver; 2] = [("cifs", "CONFIG_CIFS"), ("watchdog", "CONFIG_WATCHDOG")];

/// The kernel that boots by default.
pub fn kernel(linux: &Linux) -> Result<&Kernel, Undecided> {
    let kernel = linux.kernel.as_ref().map_err(Clone::clone)?;
    kernel.as_ref().ok_or_else(|| Undecided(say("L08.no_entry")))
}

/// What is missing of `at_boot` before the root disk is there, and of `later` after that.
pub fn missing(kernel: &Kernel, at_boot: &[Driver], later: &[Driver]) -> Result<Vec<Driver>, Undecided> {
    let mut missing = Vec::new();
    for (driver, setting) in at_boot {
        if !kernel.has_at_boot(driver, setting)? {
            missing.push((*driver, *setting));
        }
    }
    for (driver, setting) in later {
        if !kernel.has_later(driver, setting)? {
            missing.push((*driver, *setting));
        }
    }
    Ok(missing)
}

/// The line of the configuration that leaves a driver out, or where the driver should have been.
fn absent(kernel: &Kernel, (driver, setting): Driver, weigh: fn(Phrase) -> Evidence) -> Evidence {
    if let Some(config) = &kernel.config
        && let Some(found) = config.setting(setting).filter(|found| found.value == "n")
    {
        let text = quote(&format!("# {setting} is not set"));
        let expected = quote(&format!("{setting}=y"));
        return weigh(text).at(&config.path).line(found.line).expected(expected);
    }
    weigh(say("driver.missing").text("driver", driver)).at(&kernel.place).expected(say("driver.expected"))
}

/// Lines that keep any of `drivers` out.
fn kept_out(linux: &Linux, drivers: &[Driver]) -> Result<Vec<Evidence>, Undecided> {
    let entry = linux.entry.as_ref().map_err(Clone::clone)?.as_ref().map(|(entry, _)| entry);
    let lines = blocked(&linux.root, entry)?.into_iter();
    let lines = lines.filter(|line| drivers.iter().any(|(driver, _)| line.driver == *driver));
    Ok(lines
        .map(|line| line.place(Evidence::full(quote(&line.text)), entry).expected(say("driver.not_kept_out")))
        .collect())
}

pub fn hyper_v(facts: &Facts, _: &Thresholds) -> Look {
    let linux = facts.linux()?;
    let kernel = kernel(linux)?;
    let mut evidence = kept_out(linux, &[HYPER_V_AT_BOOT, HYPER_V_LATER].concat())?;
    let missing = missing(kernel, &HYPER_V_AT_BOOT, &HYPER_V_LATER)?;
    evidence.extend(missing.into_iter().map(|driver| absent(kernel, driver, Evidence::full)));
    Ok(Outcome::of(evidence, say("L11.broken"), say("L11.holds")))
}

pub fn filesystems(facts: &Facts, _: &Thresholds) -> Look {
    let linux = facts.linux()?;
    let kernel = kernel(linux)?;
    let mut evidence = kept_out(linux, &FILESYSTEMS)?;
    if !kernel.is_known() {
        if evidence.is_empty() {
            return Err(Undecided(say("L12.unknown")));
        }
        return Ok(Outcome::of(evidence, say("L12.broken"), say("L12.holds")));
    }
    for driver in missing(kernel, &[], &FILESYSTEMS)? {
        evidence.push(absent(kernel, driver, Evidence::full));
    }
    for (driver, setting) in WANTED {
        let by_config = kernel.config.as_ref().is_some_and(|config| config.has(setting));
        // The watchdog core is a switch, not a module: without a configuration there is only its driver to look for.
        if !by_config && !kernel.has_later(driver, setting)? {
            evidence.push(absent(kernel, (driver, setting), Evidence::light));
        }
    }
    Ok(Outcome::of(evidence, say("L12.broken"), say("L12.holds")))
}
