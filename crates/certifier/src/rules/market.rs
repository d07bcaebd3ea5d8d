//! K: what the market's own machines need to start an image and tell it who it is.

use std::collections::BTreeSet;

use crate::facts::{Facts, Linux};
use crate::finding::{Evidence, Look, Outcome, Undecided};
use crate::linux::boot::Init;
use crate::linux::entries::{BootEntry, BootFolder};
use crate::linux::initramfs::{self, NotRead};
use crate::linux::root::settings;
use crate::phrase::{Phrase, quote, say};
use crate::profile::Thresholds;
use crate::rules::system::kernel_head;

/// Drivers without which the root disk is not found, and the setting that builds each into the kernel.
const AT_BOOT: [(&str, &str); 2] = [("virtio_blk", "CONFIG_VIRTIO_BLK"), ("virtio_pci", "CONFIG_VIRTIO_PCI")];
/// The driver of the network, which may also be loaded from the root disk.
const LATER: (&str, &str) = ("virtio_net", "CONFIG_VIRTIO_NET");

/// Where the builder of an image without cloud-init names the program that reads the seed: one absolute path.
pub const SEED_READER: &str = "/etc/halle/seed-reader";
/// The label of the volume from which NoCloud is read; a seed reader must look for it.
const SEED_LABEL: &str = "cidata";
const SEED_READER_BYTES_MAX: u64 = 16 << 20;

pub fn virtio_at_boot(facts: &Facts, _: &Thresholds) -> Look {
    let linux = facts.linux()?;
    let Some((entry, folder)) = linux.entry.clone()? else {
        return Err(Undecided(say("L08.no_entry")));
    };
    let release = kernel_release(linux, &entry)?;
    let built_in = built_in(linux, &folder, release.as_deref())?;
    let mut in_initramfs = None;
    let mut missing = Vec::new();
    for (driver, setting) in AT_BOOT.into_iter().chain([LATER]) {
        if built_in.contains(driver) || built_in.contains(setting) {
            continue;
        }
        if driver == LATER.0 && on_root(linux, release.as_deref(), driver)? {
            continue;
        }
        let modules = match &in_initramfs {
            Some(modules) => modules,
            None => in_initramfs.insert(initramfs_modules(&entry, &folder)?),
        };
        if !modules.contains(driver) {
            missing.push(driver);
        }
    }
    let place = entry.initrds.first().cloned().unwrap_or_else(|| entry.kernel.clone());
    let evidence = missing
        .into_iter()
        .map(|driver| {
            Evidence::full(say("K01.missing").text("driver", driver)).at(&place).expected(say("K01.expected"))
        })
        .collect();
    Ok(Outcome::of(evidence, say("K01.broken"), say("K01.holds")))
}

/// The release of the kernel that boots: from its name, or from its header.
fn kernel_release(linux: &Linux, entry: &BootEntry) -> Result<Option<String>, Undecided> {
    let name = entry.kernel.rsplit('/').next().unwrap_or("");
    let named =
        ["vmlinuz-", "vmlinux-", "kernel-", "Image-"].iter().find_map(|prefix| name.strip_prefix(prefix));
    if let Some(release) = named {
        return Ok(Some(release.to_owned()));
    }
    let Some((_, head)) = kernel_head(linux)? else {
        return Ok(None);
    };
    if head.get(0x202..0x206) != Some(b"HdrS") {
        return Ok(None);
    }
    let at = usize::from(u16::from_le_bytes([head[0x20e], head[0x20f]])) + 0x200;
    let text = head.get(at..).unwrap_or_default();
    let end = text.iter().take(128).position(|byte| matches!(byte, 0 | b' ')).unwrap_or(0);
    let release = String::from_utf8_lossy(&text[..end]).into_owned();
    Ok(Some(release).filter(|release| !release.is_empty() && !release.contains('/')))
}

/// Names of modules, and of settings with the value `y`, that are built into the kernel.
fn built_in(
    linux: &Linux,
    folder: &BootFolder,
    release: Option<&str>,
) -> Result<BTreeSet<String>, Undecided> {
    let mut found = BTreeSet::new();
    let Some(release) = release else {
        return Ok(found);
    };
    for modules in [format!("/lib/modules/{release}"), format!("/usr/lib/modules/{release}")] {
        let text = linux.root.text(&format!("{modules}/modules.builtin"))?.unwrap_or_default();
        found.extend(text.lines().filter_map(module_name));
    }
    let places = [
        (linux.root.clone(), format!("/boot/config-{release}")),
        (folder.root.clone(), format!("{}/config-{release}", folder.at)),
    ];
    for (root, path) in places {
        let text = root.text(&path)?.unwrap_or_default();
        found.extend(text.lines().filter_map(|line| line.strip_suffix("=y")).map(str::to_owned));
    }
    Ok(found)
}

/// `kernel/drivers/block/virtio_blk.ko.xz` is `virtio_blk`; hyphens and underscores are one.
fn module_name(path: &str) -> Option<String> {
    let name = path.rsplit('/').next()?;
    let (stem, rest) = name.split_once(".ko")?;
    matches!(rest, "" | ".xz" | ".gz" | ".zst").then(|| stem.replace('-', "_"))
}

/// Whether the root disk has the module for this kernel.
fn on_root(linux: &Linux, release: Option<&str>, driver: &str) -> Result<bool, Undecided> {
    let Some(release) = release else {
        return Ok(false);
    };
    for modules in [format!("/lib/modules/{release}"), format!("/usr/lib/modules/{release}")] {
        let listed = linux.root.text(&format!("{modules}/modules.dep"))?.unwrap_or_default();
        let paths = listed.lines().filter_map(|line| line.split(':').next());
        if paths.filter_map(module_name).any(|name| name == driver) {
            return Ok(true);
        }
        if linux.root.names(&modules)?.iter().filter_map(|name| module_name(name)).any(|name| name == driver)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The modules in all initramfs files of an entry.
fn initramfs_modules(entry: &BootEntry, folder: &BootFolder) -> Result<BTreeSet<String>, Undecided> {
    let mut modules = BTreeSet::new();
    for named in &entry.initrds {
        let Some(path) = folder.find(named)? else {
            continue;
        };
        let Some(node) = folder.root.file(&path)? else {
            continue;
        };
        if node.size_bytes > initramfs::COMPRESSED_BYTES_MAX {
            return Err(unread(&path, say("initramfs.over_limit")));
        }
        let bytes = folder.root.bytes(&path, &node, 0, node.size_bytes)?;
        let names = initramfs::names(&bytes).map_err(|cause| {
            unread(
                &path,
                match cause {
                    NotRead::Compression(with) => say("initramfs.compression").text("with", with),
                    NotRead::Damaged => say("initramfs.damaged"),
                    NotRead::OverLimit => say("initramfs.over_limit"),
                },
            )
        })?;
        modules.extend(names.iter().filter_map(|name| module_name(name)));
    }
    Ok(modules)
}

fn unread(path: &str, why: Phrase) -> Undecided {
    Undecided(say("undecided.path").text("path", path).phrase("why", why))
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
    const CONFIG: &str = "/etc/cloud/cloud.cfg";
    const DISABLED: &str = "/etc/cloud/cloud-init.disabled";
    if linux.root.file("/usr/bin/cloud-init")?.is_none() {
        return Ok(None);
    }
    if linux.root.has_name(DISABLED)? {
        let evidence = Evidence::full(say("K02.disabled")).at(DISABLED).expected(say("absent"));
        return Ok(Some(Outcome::broken(say("K02.broken"), evidence)));
    }
    let boot = linux.boot.as_ref().map_err(Clone::clone)?;
    let units =
        ["cloud-init.service", "cloud-init-local.service", "cloud-init.target", "cloud-init-main.service"];
    let generator = [
        "/usr/lib/systemd/system-generators/cloud-init-generator",
        "/lib/systemd/system-generators/cloud-init-generator",
    ];
    let mut generated = false;
    for path in generator {
        generated |= boot.init == Init::Systemd && linux.root.file(path)?.is_some();
    }
    if !generated
        && boot.unit(&linux.root, &units)?.is_none()
        && boot.unit(&linux.root, &["cloud-init", "cloud-init-local"])?.is_none()
    {
        let evidence =
            Evidence::full(say("K02.not_started")).at("/usr/bin/cloud-init").expected(say("K02.started"));
        return Ok(Some(Outcome::broken(say("K02.broken"), evidence)));
    }
    let mut files = vec![CONFIG.to_owned()];
    let parts = linux.root.names("/etc/cloud/cloud.cfg.d")?;
    files.extend(
        parts
            .iter()
            .filter(|name| name.ends_with(".cfg"))
            .map(|name| format!("/etc/cloud/cloud.cfg.d/{name}")),
    );
    let mut list: Option<(String, u64, String)> = None;
    for path in files {
        let text = linux.root.text(&path)?.unwrap_or_default();
        if let Some((number, sources)) = datasource_list(&text) {
            list = Some((path, number, sources));
        }
    }
    Ok(Some(match list {
        Some((path, number, sources)) if !sources.contains("NoCloud") && !sources.contains("ConfigDrive") => {
            let evidence = Evidence::full(quote(&sources)).at(&path).line(number).expected(quote("NoCloud"));
            Outcome::broken(say("K02.not_allowed"), evidence)
        }
        _ => Outcome::holds(say("K02.cloud_init")),
    }))
}

/// The value of `datasource_list`, which YAML may write on one line or as a list below.
fn datasource_list(text: &str) -> Option<(u64, String)> {
    let mut lines = (1..).zip(text.lines());
    let (number, first) = lines.by_ref().find(|(_, line)| line.starts_with("datasource_list:"))?;
    let mut value = first["datasource_list:".len()..].split('#').next().unwrap_or("").trim().to_owned();
    if !value.ends_with(']') {
        let continued = lines
            .map(|(_, line)| line.trim())
            .take_while(|line| line.starts_with('-') || line.ends_with([',', ']']));
        for line in continued.take(64) {
            value.push(' ');
            value.push_str(line.trim_start_matches('-').trim());
        }
    }
    Some((number, value.trim().to_owned()))
}
