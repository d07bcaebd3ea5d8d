//! W20: what the people and the network left behind on which the image was built.

use disk::tree::Kind;

use crate::facts::Facts;
use crate::finding::{Evidence, Look, Outcome, Undecided};
use crate::phrase::{quote, say};
use crate::profile::Thresholds;
use crate::windows::little_endian::u32_at;
use crate::windows::system::Windows;

const USERS: &str = "/Users";
/// Profiles that come with Windows, or that provisioning makes anew.
const OWN_PROFILES: [&str; 8] = [
    "Public",
    "Default",
    "Default User",
    "Default.migrated",
    "All Users",
    "Administrator",
    "defaultuser0",
    "TEMP",
];
const SERVICE_PROFILES: [&str; 3] = [
    "/Windows/System32/config/systemprofile",
    "/Windows/ServiceProfiles/LocalService",
    "/Windows/ServiceProfiles/NetworkService",
];
const HISTORY: &str = "AppData/Roaming/Microsoft/Windows/PowerShell/PSReadLine/ConsoleHost_history.txt";
const AUTHORIZED_KEYS: &str = ".ssh/authorized_keys";
const SHARED_AUTHORIZED_KEYS: &str = "/ProgramData/ssh/administrators_authorized_keys";
const SSH_FOLDER: &str = "/ProgramData/ssh";

const MEMORY: [&str; 2] = ["/hiberfil.sys", "/Windows/MEMORY.DMP"];
const DUMPS: &str = "/Windows/Minidump";
const HOSTS: &str = "/Windows/System32/drivers/etc/hosts";

const LOGS: [&str; 3] = [
    "/Windows/System32/winevt/Logs/Security.evtx",
    "/Windows/System32/winevt/Logs/System.evtx",
    "/Windows/System32/winevt/Logs/Application.evtx",
];
/// An event log that holds its first chunk alone.
const EMPTY_LOG_BYTES: u64 = 69_632;

const CERTIFICATES: &str = r"Microsoft\SystemCertificates\MY\Certificates";
/// In a stored certificate: where its private key is kept.
const KEY_PROPERTY: u32 = 2;
const PROPERTY_HEAD_BYTES: usize = 12;

pub fn none_left(facts: &Facts, _: &Thresholds) -> Look {
    let windows = facts.windows()?;
    let mut evidence = Vec::new();
    people(windows, &mut evidence)?;
    for path in MEMORY {
        if let Some(node) = windows.root.file(path)?.filter(|node| node.size_bytes > 0) {
            let found = say("W20.memory").bytes("size", node.size_bytes);
            evidence.push(Evidence::full(found).at(path).expected(say("absent")));
        }
    }
    for name in windows.root.names(DUMPS)?.iter().filter(|name| name.to_ascii_lowercase().ends_with(".dmp")) {
        let piece = Evidence::light(say("W20.dump")).at(&format!("{DUMPS}/{name}"));
        evidence.push(piece.expected(say("absent")));
    }
    ssh_keys(windows, &mut evidence)?;
    certificates(windows, &mut evidence)?;
    let hosts = windows.text(HOSTS)?.unwrap_or_default();
    for (number, line) in crate::linux::root::settings(&hosts) {
        let piece = Evidence::light(quote(line)).at(HOSTS).line(number);
        evidence.push(piece.expected(say("W20.no_line")));
    }
    for path in LOGS {
        if let Some(node) = windows.root.file(path)?.filter(|node| node.size_bytes > EMPTY_LOG_BYTES) {
            let found = say("W20.log").bytes("size", node.size_bytes);
            evidence.push(Evidence::light(found).at(path).expected(say("W20.cleared")));
        }
    }
    Ok(Outcome::of(evidence, say("W20.broken"), say("W20.holds")))
}

/// Profiles of people, and what was typed and let in under each.
fn people(windows: &Windows, evidence: &mut Vec<Evidence>) -> Result<(), Undecided> {
    let mut homes: Vec<String> = SERVICE_PROFILES.map(str::to_owned).into();
    for name in windows.root.names(USERS)? {
        let home = format!("{USERS}/{name}");
        // "All Users" and "Default User" are links into folders that are looked at by their own names.
        let itself = windows.root.link(&home)?.is_none();
        if !itself || windows.root.node(&home)?.is_none_or(|node| node.kind != Kind::Directory) {
            continue;
        }
        // Service accounts of .NET and IIS are named so.
        let is_own =
            OWN_PROFILES.iter().any(|own| own.eq_ignore_ascii_case(&name)) || name.starts_with(".NET ");
        if !is_own {
            evidence.push(Evidence::light(say("W20.profile")).at(&home).expected(say("W20.removed")));
        }
        homes.push(home);
    }
    for home in homes {
        let path = format!("{home}/{HISTORY}");
        if let Some(node) = windows.root.file(&path)?.filter(|node| node.size_bytes > 0) {
            let found = say("W20.history").bytes("size", node.size_bytes);
            evidence.push(Evidence::full(found).at(&path).expected(say("absent")));
        }
        keys_in(windows, &format!("{home}/{AUTHORIZED_KEYS}"), evidence)?;
    }
    keys_in(windows, SHARED_AUTHORIZED_KEYS, evidence)
}

fn keys_in(windows: &Windows, path: &str, evidence: &mut Vec<Evidence>) -> Result<(), Undecided> {
    let text = windows.text(path)?.unwrap_or_default();
    if let Some((number, _)) = crate::linux::root::settings(&text).next() {
        let piece = Evidence::full(say("W20.authorized")).at(path).line(number);
        evidence.push(piece.expected(say("absent")));
    }
    Ok(())
}

/// Host keys of OpenSSH, which every machine made from the image would share.
fn ssh_keys(windows: &Windows, evidence: &mut Vec<Evidence>) -> Result<(), Undecided> {
    for name in windows.root.names(SSH_FOLDER)? {
        let name_is_key = name.starts_with("ssh_host_") && name.ends_with("_key");
        if name_is_key {
            let piece = Evidence::full(say("L19.key")).at(&format!("{SSH_FOLDER}/{name}"));
            evidence.push(piece.expected(say("absent")));
        }
    }
    Ok(())
}

/// Certificates of the machine that come with their private keys.
fn certificates(windows: &Windows, evidence: &mut Vec<Evidence>) -> Result<(), Undecided> {
    let store = windows.software()?.at(CERTIFICATES);
    for name in store.names()? {
        let certificate = store.at(&name);
        let blob = certificate.bytes("Blob")?.unwrap_or_default();
        if has_key(&blob) {
            let piece = Evidence::full(say("W20.private_key")).at(&certificate.key_place());
            evidence.push(piece.expected(say("W20.removed")));
        }
    }
    Ok(())
}

/// Whether one of a certificate's properties, one after the other, says where its private key is.
fn has_key(mut blob: &[u8]) -> bool {
    while blob.len() >= PROPERTY_HEAD_BYTES {
        if u32_at(blob, 0) == KEY_PROPERTY {
            return true;
        }
        let length = PROPERTY_HEAD_BYTES.saturating_add(u32_at(blob, 8) as usize);
        blob = blob.get(length..).unwrap_or_default();
    }
    false
}
