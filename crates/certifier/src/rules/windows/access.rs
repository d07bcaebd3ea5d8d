//! W05, W15: who gets in, and by which door.

use crate::facts::Facts;
use crate::finding::{Evidence, Look, Outcome, Undecided, Weight};
use crate::phrase::{quote, say};
use crate::profile::Thresholds;
use crate::rules::windows::identity::is_generalised;
use crate::rules::windows::{AUTOMATIC, BY_HAND, demand, setting, shown, start_of};
use crate::windows::sam::{ADMINISTRATOR, GUEST, Password, accounts};

const RDP_PORT: u64 = 3389;
const WINLOGON: &str = r"Microsoft\Windows NT\CurrentVersion\Winlogon";

pub fn remote_desktop(facts: &Facts, _: &Thresholds) -> Look {
    let windows = facts.windows()?;
    let server = windows.control_set()?.at(r"Control\Terminal Server");
    let mut evidence = Vec::new();
    // What is left out means no.
    evidence.extend(demand(&server, "fDenyTSConnections", 0, Weight::Full)?);
    let policy = windows.software()?.at(r"Policies\Microsoft\Windows NT\Terminal Services");
    let denied = policy.number("fDenyTSConnections")?;
    if denied == Some(1) {
        evidence.push(setting(Weight::Full, &policy, "fDenyTSConnections", shown(denied), "0"));
    }
    let listener = server.at(r"WinStations\RDP-Tcp");
    // What is left out here has a default, and a good one.
    for (name, wanted, weight) in [
        ("PortNumber", RDP_PORT, Weight::Full),
        ("LanAdapter", 0, Weight::Full),
        ("UserAuthentication", 1, Weight::Full),
    ] {
        if listener.number(name)?.is_some() {
            evidence.extend(demand(&listener, name, wanted, weight)?);
        }
    }
    let layer = listener.number("SecurityLayer")?;
    if layer == Some(0) {
        evidence.push(setting(Weight::Light, &listener, "SecurityLayer", shown(layer), "2"));
    }
    if listener.value("SSLCertificateSHA1Hash")?.is_some() {
        let piece = Evidence::full(say("W05.certificate")).at(&listener.place("SSLCertificateSHA1Hash"));
        evidence.push(piece.expected(say("registry.no_value")));
    }
    let start = start_of(windows, "TermService")?;
    if !matches!(start, Some(AUTOMATIC | BY_HAND)) {
        let service = windows.service("TermService")?;
        evidence.push(setting(Weight::Full, &service, "Start", shown(start), "2, 3"));
    }
    Ok(Outcome::of(evidence, say("W05.broken"), say("W05.holds")))
}

pub fn no_passwords(facts: &Facts, _: &Thresholds) -> Look {
    let windows = facts.windows()?;
    let accounts = accounts(windows.sam()?)?;
    if accounts.iter().all(|account| account.number != ADMINISTRATOR) {
        return Err(Undecided(say("W15.no_accounts")));
    }
    let mut evidence = Vec::new();
    for account in accounts.iter().filter(|account| !account.disabled) {
        // Provisioning gives the built-in administrator of a generalised image a new name and password.
        if account.number == ADMINISTRATOR && is_generalised(windows)? {
            continue;
        }
        let found = match account.password {
            _ if account.number == GUEST => say("W15.guest"),
            Password::None => say("W15.without").text("account", &account.name),
            Password::Set | Password::Unknown => say("W15.with").text("account", &account.name),
        };
        evidence.push(Evidence::full(found).at(&account.place).expected(say("W15.disabled")));
    }
    let logon = windows.software()?.at(WINLOGON);
    let automatic = logon.number("AutoAdminLogon")?;
    if automatic.is_some_and(|automatic| automatic != 0) {
        evidence.push(setting(Weight::Full, &logon, "AutoAdminLogon", shown(automatic), "0"));
    }
    if logon.text("DefaultPassword")?.is_some_and(|password| !password.is_empty()) {
        // The password itself has no place in a report.
        let piece = Evidence::full(say("W15.stored")).at(&logon.place("DefaultPassword"));
        evidence.push(piece.expected(say("registry.no_value")));
    }
    let names = accounts.iter().map(|account| quote(&account.name)).collect();
    Ok(Outcome::of(evidence, say("W15.broken"), say("W15.holds").list("accounts", names)))
}
