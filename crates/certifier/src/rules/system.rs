//! L01, L03: what the system is made of.

use crate::facts::{Facts, Linux};
use crate::finding::{Evidence, Look, Outcome, Undecided};
use crate::linux::kernel;
use crate::linux::waagent;
use crate::packages::{self, Kind, Package, upstream_numbers};
use crate::phrase::{Phrase, quote, say};
use crate::profile::Thresholds;

const ELF: &[u8] = b"\x7fELF";
const ELF_64: u8 = 2;

/// Any of these tells the class of the system; the first that is there is asked.
const PROGRAMS: [&str; 4] = ["/sbin/init", "/bin/sh", "/usr/lib/systemd/systemd", "/bin/busybox"];

const AGENTS: [&str; 4] = ["waagent", "walinuxagent", "WALinuxAgent", "python3-azure-agent"];
const AGENT_SOURCES: [&str; 2] = [
    "/usr/lib/python3/dist-packages/azurelinuxagent/common/version.py",
    "/usr/lib/python3/site-packages/azurelinuxagent/common/version.py",
];

/// What a kernel or program file says of the machine it is for.
fn machine(code: u16) -> Option<&'static str> {
    match code {
        3 => Some("i386"),
        40 => Some("arm"),
        62 => Some("x86-64"),
        183 => Some("arm64"),
        _ => None,
    }
}

/// The machine for which the system's programs are made: `x86-64` or `arm64`.
pub fn architecture(linux: &Linux) -> Result<Option<(&'static str, bool, &'static str)>, Undecided> {
    for path in PROGRAMS {
        let Some(node) = linux.root.file(path)? else {
            continue;
        };
        let head = linux.root.bytes(path, &node, 0, 20)?;
        if head.starts_with(ELF) && head.len() == 20 {
            let code = u16::from_le_bytes([head[18], head[19]]);
            return Ok(Some((path, head[4] == ELF_64, machine(code).unwrap_or("?"))));
        }
    }
    Ok(None)
}

pub fn is_64_bit(facts: &Facts, _: &Thresholds) -> Look {
    let linux = facts.linux()?;
    let Some((path, wide, machine)) = architecture(linux)? else {
        return Err(Undecided(say("L01.no_program")));
    };
    let mut evidence = Vec::new();
    if !wide || !matches!(machine, "x86-64" | "arm64") {
        let width = if wide { "64" } else { "32" };
        let found = say("L01.found").text("bits", width).text("machine", machine);
        evidence.push(Evidence::full(found).at(path).expected(say("L01.expected")));
    }
    if let Some((path, bytes)) = kernel_head(linux)?
        && kernel_is_32_bit(&bytes)
    {
        evidence.push(Evidence::full(say("L01.kernel")).at(&path).expected(say("L01.expected")));
    }
    Ok(Outcome::of(evidence, say("L01.broken"), say("L01.holds").text("machine", machine)))
}

/// The path and the first bytes of the kernel that is booted by default.
pub fn kernel_head(linux: &Linux) -> Result<Option<(String, Vec<u8>)>, Undecided> {
    match &linux.entry.clone()? {
        Some((entry, folder)) => kernel::head(entry, folder),
        None => Ok(None),
    }
}

/// A bzImage says in its setup header whether it has a 64-bit entry point; other formats are 64-bit by nature.
fn kernel_is_32_bit(head: &[u8]) -> bool {
    let is_bzimage = head.get(0x202..0x206) == Some(b"HdrS");
    is_bzimage && head.get(0x236).is_some_and(|flags| flags & 1 == 0)
}

pub fn agent(facts: &Facts, thresholds: &Thresholds) -> Look {
    let linux = facts.linux()?;
    let Some(agent) = installed_agent(linux)? else {
        let expected = say("L03.at_least").text("version", &thresholds.agent_version_min);
        return Ok(Outcome::broken(say("L03.missing"), Evidence::full(say("L03.none")).expected(expected)));
    };
    let (found, least) = (upstream_numbers(&agent.version), upstream_numbers(&thresholds.agent_version_min));
    let usual = upstream_numbers(&thresholds.agent_version_usual);
    let shown = |evidence: Evidence, version: &str| {
        let evidence = evidence.at(&agent.path).expected(say("L03.at_least").text("version", version));
        if agent.line > 0 { evidence.line(agent.line) } else { evidence }
    };
    let told = |phrase: Phrase| phrase.text("version", &agent.version);
    if found < least {
        let evidence = shown(Evidence::full(quote(&agent.version)), &thresholds.agent_version_min);
        return Ok(Outcome::broken(told(say("L03.old")), evidence));
    }
    if found < usual && waagent::read(&linux.root)?.says_no("AutoUpdate.Enabled").is_some() {
        let evidence = shown(Evidence::light(quote(&agent.version)), &thresholds.agent_version_usual);
        return Ok(Outcome::broken(told(say("L03.old")), evidence));
    }
    Ok(Outcome::holds(told(say("L03.holds"))))
}

pub fn installed_agent(linux: &Linux) -> Result<Option<Package>, Undecided> {
    let packages = linux.packages.as_ref().map_err(Clone::clone)?;
    if let Some(package) = AGENTS.iter().find_map(|name| packages::find(packages, name)) {
        return Ok(Some(package.clone()));
    }
    for path in AGENT_SOURCES {
        let text = linux.root.text(path)?.unwrap_or_default();
        for (number, line) in (1..).zip(text.lines()) {
            if let Some((name, value)) = line.split_once('=')
                && name.trim() == "AGENT_VERSION"
            {
                let version = value.trim().trim_matches(['\'', '"']);
                let package = Package::new(Kind::PyPi, "WALinuxAgent", version, path);
                return Ok(Some(Package { line: number, ..package }));
            }
        }
    }
    Ok(None)
}
