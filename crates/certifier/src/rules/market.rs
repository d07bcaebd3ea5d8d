//! K: what the market's own machines need to start an image and tell it who it is.

use crate::facts::{Facts, Linux};
use crate::finding::{Evidence, Look, Outcome, Undecided};
use crate::linux::boot::Init;
use crate::linux::cloud_init::PROGRAM;
use crate::linux::root::settings;
use crate::phrase::{Phrase, quote, say};
use crate::profile::Thresholds;
use crate::rules::drivers;

/// Drivers without which the root disk is not found, and the setting that builds each into the kernel.
const AT_BOOT: [(&str, &str); 2] = [("virtio_blk", "CONFIG_VIRTIO_BLK"), ("virtio_pci", "CONFIG_VIRTIO_PCI")];
/// The driver of the network, which may also be loaded from the root disk.
const LATER: [(&str, &str); 1] = [("virtio_net", "CONFIG_VIRTIO_NET")];

/// Where the builder of an image without cloud-init names the program that reads the seed: one absolute path.
pub const SEED_READER: &str = "/etc/halle/seed-reader";
/// The label of the volume from which NoCloud is read; a seed reader must look for it.
const SEED_LABEL: &str = "cidata";
const SEED_READER_BYTES_MAX: u64 = 16 << 20;

pub fn virtio_at_boot(facts: &Facts, _: &Thresholds) -> Look {
    let kernel = drivers::kernel(facts.linux()?)?;
    let missing = drivers::missing(kernel, &AT_BOOT, &LATER)?;
    let evidence = missing
        .into_iter()
        .map(|(driver, _)| {
            let found = say("driver.missing").text("driver", driver);
            Evidence::full(found).at(&kernel.place).expected(say("driver.expected"))
        })
        .collect();
    Ok(Outcome::of(evidence, say("K01.broken"), say("K01.holds")))
}

pub fn seed_reader(facts: &Facts, _: &Thresholds) -> Look {
    let linux = facts.linux()?;
    if let Some(outcome) = cloud_init(linux)? {
        return Ok(outcome);
    }
    let Some(text) = linux.root.text(SEED_READER)? else {
        let evidence = Evidence::full(say("K02.no_reader")).at(SEED_READER).expected(say("K02.expected"));
        return Ok(Outcome::broken(say("K02.broken"), evidence));
    };
    let Some((number, program)) = settings(&text).next().map(|(number, line)| (number, line.to_owned()))
    else {
        let evidence = Evidence::full(say("K02.empty")).at(SEED_READER).line(1).expected(say("K02.path"));
        return Ok(Outcome::broken(say("K02.broken"), evidence));
    };
    let marker = |found: Phrase| Evidence::full(found).at(SEED_READER).line(number);
    let Some(node) = linux.root.file(&program)?.filter(|_| program.starts_with('/')) else {
        let evidence = marker(quote(&program)).expected(say("K02.path"));
        return Ok(Outcome::broken(say("K02.no_program").text("program", &program), evidence));
    };
    let mut evidence = Vec::new();
    if node.mode & 0o111 == 0 {
        evidence.push(Evidence::full(say("K02.not_executable")).at(&program).expected(say("K02.executable")));
    }
    let bytes = linux.root.bytes(&program, &node, 0, node.size_bytes.min(SEED_READER_BYTES_MAX))?;
    if !bytes.windows(SEED_LABEL.len()).any(|window| window.eq_ignore_ascii_case(SEED_LABEL.as_bytes())) {
        evidence.push(Evidence::full(say("K02.no_label")).at(&program).expected(quote(SEED_LABEL)));
    }
    let boot = linux.boot.as_ref().map_err(Clone::clone)?;
    let started = boot.starts(&linux.root, &program)?;
    if started.is_none() && boot.init == Init::Unknown {
        return Err(Undecided(say("undecided.init")));
    }
    let place = started.map(|line| format!("{}:{}", line.path, line.line));
    if place.is_none() {
        evidence.push(Evidence::full(say("K02.not_started")).at(&program).expected(say("K02.started")));
    }
    let holds = say("K02.holds").text("program", &program).text("place", &place.unwrap_or_default());
    Ok(Outcome::of(evidence, say("K02.broken"), holds))
}

/// What cloud-init will do; `None` when it is not installed.
fn cloud_init(linux: &Linux) -> Result<Option<Outcome>, Undecided> {
    let Some(cloud_init) = linux.cloud_init()? else {
        return Ok(None);
    };
    if let Some(evidence) = &cloud_init.disabled {
        return Ok(Some(Outcome::broken(say("K02.broken"), evidence.clone())));
    }
    if !cloud_init.starts {
        let evidence = Evidence::full(say("K02.not_started")).at(PROGRAM).expected(say("K02.started"));
        return Ok(Some(Outcome::broken(say("K02.broken"), evidence)));
    }
    Ok(Some(match cloud_init.sources() {
        Some(list) if !list.text().contains("NoCloud") && !list.text().contains("ConfigDrive") => {
            let found = Evidence::full(quote(&list.text())).at(&list.path).line(list.line());
            Outcome::broken(say("K02.not_allowed"), found.expected(quote("NoCloud")))
        }
        _ => Outcome::holds(say("K02.cloud_init")),
    }))
}
