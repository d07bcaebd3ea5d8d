//! W12, W14, W16, W17, W19: encryption, licensed software, the agent, updates and the page file.

use disk::signature::Volume;

use crate::facts::Facts;
use crate::finding::{Evidence, Look, Outcome, Undecided, Weight};
use crate::phrase::{quote, say};
use crate::profile::Thresholds;
use crate::rules::windows::{DISABLED, setting, shown, start_of};
use crate::windows::system::Windows;
use crate::windows::versions::Version;

const SQL_SERVER: &str = r"Microsoft\Microsoft SQL Server";
const UNINSTALL: [&str; 2] = [
    r"Microsoft\Windows\CurrentVersion\Uninstall",
    r"WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall",
];
/// Software whose licence its maker sells apart, by how its name begins.
const LICENSED: [&str; 9] = [
    "Microsoft Visual Studio Community",
    "Microsoft Visual Studio Professional",
    "Microsoft Visual Studio Enterprise",
    "Visual Studio Community",
    "Visual Studio Professional",
    "Visual Studio Enterprise",
    "Microsoft Office",
    "Microsoft 365",
    "Microsoft Visual Studio Ultimate",
];
/// And parts of that software that are given away.
const FREE_PARTS: [&str; 4] = ["Viewer", "Runtime", "Redistributable", "Compatibility Pack"];

const AGENT_FOLDER: &str = "/WindowsAzure";
const AGENT_PROGRAMS: [&str; 2] =
    ["/WindowsAzure/Packages/WaAppAgent.exe", "/WindowsAzure/Packages/WindowsAzureGuestAgent.exe"];

/// Updates are fetched and installed by themselves.
const AUTOMATIC_UPDATES: u64 = 4;
/// From this build on Windows does so unless it is told otherwise.
const AUTOMATIC_FROM_BUILD: u64 = 10_240;

pub fn no_bitlocker(facts: &Facts, _: &Thresholds) -> Look {
    let disk = facts.disk()?;
    let encrypted = disk.volumes.iter().filter(|volume| volume.kind == Volume::BitLocker);
    let evidence: Vec<Evidence> = encrypted
        .map(|volume| {
            let found = say("W12.volume").count("number", u64::from(volume.number));
            Evidence::full(found).offset(volume.offset).expected(say("W12.decrypted"))
        })
        .collect();
    if evidence.is_empty() && disk.windows.is_none() {
        return match disk.linux {
            Some(_) => Ok(Outcome::not_applicable(say("not_applicable.linux"))),
            None => Err(Undecided(say("undecided.no_windows"))),
        };
    }
    Ok(Outcome::of(evidence, say("W12.broken"), say("W12.holds")))
}

pub fn no_licensed_software(facts: &Facts, _: &Thresholds) -> Look {
    let windows = facts.windows()?;
    let software = windows.software()?;
    let mut evidence = Vec::new();
    let expected = || say("W14.none");
    let sql = software.at(SQL_SERVER);
    for instance in sql.texts("InstalledInstances")? {
        let found = say("W14.sql").text("instance", &instance);
        evidence.push(Evidence::full(found).at(&sql.place("InstalledInstances")).expected(expected()));
    }
    for path in UNINSTALL {
        let programs = software.at(path);
        for name in programs.names()? {
            let program = programs.at(&name);
            let shown = program.text("DisplayName")?.unwrap_or_default();
            let is_licensed = LICENSED.iter().any(|known| shown.starts_with(known))
                && FREE_PARTS.iter().all(|part| !shown.contains(part));
            if is_licensed {
                let piece = Evidence::full(quote(&shown)).at(&program.key_place());
                evidence.push(piece.expected(expected()));
            }
        }
    }
    Ok(Outcome::of(evidence, say("W14.broken"), say("W14.holds")))
}

/// The newest agent on the disk: where it lies, and its version.
fn newest_agent(windows: &Windows) -> Result<Option<(String, Version)>, Undecided> {
    let mut found = Vec::new();
    for name in windows.root.names(AGENT_FOLDER)? {
        // GuestAgent_2.7.41491.1010_2021-11-02_101010
        let mut words = name.split('_');
        if words.next().is_some_and(|word| word.eq_ignore_ascii_case("GuestAgent"))
            && let Some(version) = words.next().and_then(Version::parse)
        {
            found.push((format!("{AGENT_FOLDER}/{name}"), version));
        }
    }
    for path in AGENT_PROGRAMS {
        if let Some(version) = windows.program(path)?.and_then(|program| program.version) {
            found.push((path.to_owned(), version));
        }
    }
    found.sort_by_key(|(_, version)| *version);
    Ok(found.pop())
}

pub fn agent(facts: &Facts, thresholds: &Thresholds) -> Look {
    let windows = facts.windows()?;
    let Some((path, version)) = newest_agent(windows)? else {
        if start_of(windows, "WindowsAzureGuestAgent")?.is_some() {
            return Err(Undecided(say("W16.unknown")));
        }
        return Ok(Outcome::not_applicable(say("W16.none")));
    };
    let least = Version::parse(&thresholds.windows_agent_version_min)
        .ok_or_else(|| Undecided(say("W16.threshold").text("text", &thresholds.windows_agent_version_min)))?;
    let shown = version.to_string();
    if version < least {
        let expected = say("W04.at_least").text("version", &least.to_string());
        let piece = Evidence::full(quote(&shown)).at(&path).expected(expected);
        return Ok(Outcome::broken(say("W16.broken").text("version", &shown), piece));
    }
    Ok(Outcome::holds(say("W16.holds").text("version", &shown)))
}

pub fn updates(facts: &Facts, _: &Thresholds) -> Look {
    let windows = facts.windows()?;
    let software = windows.software()?;
    let mut evidence = Vec::new();
    let policy = software.at(r"Policies\Microsoft\Windows\WindowsUpdate\AU");
    let never = policy.number("NoAutoUpdate")?;
    if never.is_some_and(|never| never != 0) {
        evidence.push(setting(Weight::Full, &policy, "NoAutoUpdate", shown(never), "0"));
    }
    let own = software.at(r"Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update");
    let by_policy = policy.number("AUOptions")?;
    let (branch, option) = match by_policy {
        Some(_) => (&policy, by_policy),
        None => (&own, own.number("AUOptions")?),
    };
    let by_default = option.is_none() && windows.build()? >= AUTOMATIC_FROM_BUILD;
    if option != Some(AUTOMATIC_UPDATES) && !by_default {
        let expected = AUTOMATIC_UPDATES.to_string();
        evidence.push(setting(Weight::Full, branch, "AUOptions", shown(option), &expected));
    }
    let start = start_of(windows, "wuauserv")?;
    if start.is_none_or(|start| start == DISABLED) {
        let service = windows.service("wuauserv")?;
        evidence.push(setting(Weight::Full, &service, "Start", shown(start), "2, 3"));
    }
    Ok(Outcome::of(evidence, say("W17.broken"), say("W17.holds")))
}

pub fn page_file(facts: &Facts, _: &Thresholds) -> Look {
    let memory = facts.windows()?.control_set()?.at(r"Control\Session Manager\Memory Management");
    let files = memory.texts("PagingFiles")?;
    let on_system = files.iter().filter(|file| file.to_ascii_lowercase().starts_with("c:"));
    let evidence = on_system
        .map(|file| {
            let piece = Evidence::full(quote(file)).at(&memory.place("PagingFiles"));
            piece.expected(quote(r"D:\pagefile.sys, ?:\pagefile.sys"))
        })
        .collect();
    Ok(Outcome::of(evidence, say("W19.broken"), say("W19.holds")))
}
