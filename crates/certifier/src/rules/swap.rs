//! L14, L15: nothing is configured to swap on the operating-system disk, and nothing will make swap there at boot.

use crate::facts::{Facts, Linux};
use crate::finding::{Evidence, Look, Outcome, Undecided};
use crate::linux::boot::words;
use crate::linux::root::{Root, settings};
use crate::linux::waagent;
use crate::phrase::{quote, say};
use crate::profile::Thresholds;

const FSTAB: &str = "/etc/fstab";
const UNIT_FOLDERS: [&str; 3] =
    ["/etc/systemd/system", "/usr/lib/systemd/system", "/usr/local/lib/systemd/system"];
/// Where installers put a swap file.
const USUAL_FILES: [&str; 6] =
    ["/swapfile", "/swap.img", "/swap", "/var/swap", "/var/swapfile", "/swap/swapfile"];
/// The ends of the pages in which swap bears its signature.
const SIGNATURE_ENDS: [u64; 2] = [4096, 65_536];

/// Programs that make or use swap when they are run.
const MAKERS: [&str; 4] = ["swapon", "mkswap", "dphys-swapfile", "swapspace"];
/// Swap in memory: no disk is touched, but who counts swap will count it.
const IN_MEMORY: [&str; 4] =
    ["zramswap.service", "zram-config.service", "zram-swap.service", "systemd-zram-setup@zram0.service"];
const ZRAM_CONFIGS: [&str; 2] = ["/etc/systemd/zram-generator.conf", "/usr/lib/systemd/zram-generator.conf"];
/// Scripts that cloud-init runs, and how many of them are read.
const SCRIPT_FOLDERS: [&str; 3] = [
    "/var/lib/cloud/scripts/per-boot",
    "/var/lib/cloud/scripts/per-instance",
    "/var/lib/cloud/scripts/per-once",
];
const SCRIPTS_MAX: usize = 100;
/// Where the platforms' temporary disk is mounted.
const TEMPORARY: [&str; 2] = ["/mnt/", "/mnt/resource/"];

pub fn none_made_at_boot(facts: &Facts, _: &Thresholds) -> Look {
    let linux = facts.linux()?;
    let mut evidence = by_agent(linux)?;
    evidence.extend(by_cloud_init(linux)?);
    let boot = linux.boot.as_ref().map_err(Clone::clone)?;
    for line in boot.lines_that_run(&linux.root, &MAKERS)? {
        // `swapon -a` takes what fstab names, and fstab is asked by another rule.
        if line.text.contains("swapon -a") {
            continue;
        }
        let found = Evidence::full(quote(&line.text)).at(&line.path);
        let found = if line.line > 0 { found.line(line.line) } else { found };
        evidence.push(found.expected(say("L15.no_swap")));
    }
    if let Some(link) = boot.unit(&linux.root, &IN_MEMORY)? {
        evidence.push(Evidence::light(say("L15.in_memory")).at(link).expected(say("L15.no_swap")));
    }
    for path in ZRAM_CONFIGS {
        let text = linux.root.text(path)?.unwrap_or_default();
        if let Some((line, text)) = settings(&text).find(|(_, text)| text.starts_with("[zram")) {
            evidence.push(Evidence::light(quote(text)).at(path).line(line).expected(say("L15.no_swap")));
            break;
        }
    }
    Ok(Outcome::of(evidence, say("L15.broken"), say("L15.holds")))
}

/// The agent may make swap on the temporary disk, which it formats; anywhere else it may not.
fn by_agent(linux: &Linux) -> Result<Vec<Evidence>, Undecided> {
    let config = waagent::read(&linux.root)?;
    let Some(swap) = config.says_yes("ResourceDisk.EnableSwap") else {
        return Ok(Vec::new());
    };
    if config.says_yes("ResourceDisk.Format").is_some() {
        return Ok(Vec::new());
    }
    let found = Evidence::light(quote("ResourceDisk.EnableSwap=y"));
    Ok(vec![swap.place(found).expected(quote("ResourceDisk.Format=y"))])
}

fn by_cloud_init(linux: &Linux) -> Result<Vec<Evidence>, Undecided> {
    let mut evidence = Vec::new();
    let Some(cloud_init) = linux.cloud_init()? else {
        return Ok(evidence);
    };
    if let Some(swap) = cloud_init.section("swap") {
        let file = swap.field("filename").map_or("/swap.img".to_owned(), |(_, file)| file);
        let size = swap.field("size").map_or("0".to_owned(), |(_, size)| size);
        let is_none = size == "0" || TEMPORARY.iter().any(|folder| file.starts_with(folder));
        if !is_none {
            let found = Evidence::full(say("L15.cloud_init").text("file", &file));
            evidence.push(found.at(&swap.path).line(swap.line()).expected(say("L15.no_swap")));
        }
    }
    if let Some(mounts) = cloud_init.section("mounts") {
        for (line, text) in &mounts.lines {
            let tokens = text.split(['[', ']', ',', '"', '\'', ' ', '-']).filter(|token| !token.is_empty());
            let tokens: Vec<&str> = tokens.collect();
            let is_temporary = tokens.first().is_some_and(|device| device.starts_with("ephemeral"));
            if tokens.get(2) == Some(&"swap") && !is_temporary {
                let found = Evidence::full(quote(text.trim())).at(&mounts.path).line(*line);
                evidence.push(found.expected(say("L15.no_swap")));
            }
        }
    }
    let mut texts = cloud_init.files;
    for folder in SCRIPT_FOLDERS {
        for name in linux.root.names(folder)?.into_iter().take(SCRIPTS_MAX) {
            let path = format!("{folder}/{name}");
            let text = linux.root.text(&path)?.unwrap_or_default();
            texts.push((path, text));
        }
    }
    for (path, text) in texts {
        let makes =
            |line: &str| words(line).any(|word| MAKERS[..2].contains(&word.rsplit('/').next().unwrap_or("")));
        if let Some((line, text)) = settings(&text).find(|(_, line)| makes(line)) {
            evidence.push(Evidence::full(quote(text)).at(&path).line(line).expected(say("L15.no_swap")));
        }
    }
    Ok(evidence)
}

pub fn none_configured(facts: &Facts, _: &Thresholds) -> Look {
    let root = &facts.linux()?.root;
    let mut evidence = Vec::new();
    let mut files: Vec<String> = USUAL_FILES.map(str::to_owned).into();
    let fstab = root.text(FSTAB)?.unwrap_or_default();
    for (number, line) in settings(&fstab) {
        let mut fields = line.split_whitespace();
        let (device, kind) = (fields.next().unwrap_or(""), fields.nth(1).unwrap_or(""));
        if kind != "swap" {
            continue;
        }
        if device.starts_with('/') && !device.starts_with("/dev/") {
            files.push(device.to_owned());
        }
        evidence.push(Evidence::full(quote(line)).at(FSTAB).line(number).expected(say("L14.no_line")));
    }
    for folder in UNIT_FOLDERS {
        for name in root.names(folder)?.iter().filter(|name| name.ends_with(".swap")) {
            let path = format!("{folder}/{name}");
            if root.file(&path)?.is_some_and(|file| file.size_bytes > 0) {
                evidence.push(Evidence::full(say("L14.unit")).at(&path).expected(say("absent")));
            }
        }
    }
    files.sort();
    files.dedup();
    for path in files {
        if let Some(size) = swap_file(root, &path)? {
            let found = say("L14.file").bytes("size", size);
            evidence.push(Evidence::full(found).at(&path).expected(say("absent")));
        }
    }
    Ok(Outcome::of(evidence, say("L14.broken"), say("L14.holds")))
}

/// The size of the file at `path`, if it bears the signature of swap.
fn swap_file(root: &Root, path: &str) -> Result<Option<u64>, Undecided> {
    let Some(node) = root.file(path)? else {
        return Ok(None);
    };
    for end in SIGNATURE_ENDS {
        let bytes = root.bytes(path, &node, end - 10, 10)?;
        if matches!(&bytes[..], b"SWAPSPACE2" | b"SWAP-SPACE") {
            return Ok(Some(node.size_bytes));
        }
    }
    Ok(None)
}
