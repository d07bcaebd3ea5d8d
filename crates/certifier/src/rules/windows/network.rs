//! W06, W07, W11: old protocols, the firewall, and a network of the builder's own.

use crate::facts::Facts;
use crate::finding::{Evidence, Look, Outcome, Undecided, Weight};
use crate::phrase::{quote, say};
use crate::profile::Thresholds;
use crate::rules::windows::{DISABLED, demand, setting, shown, start_of};
use crate::windows::little_endian::u32_at;
use crate::windows::registry::Branch;

const SMB1_SERVER: &str = "/Windows/System32/drivers/srv.sys";
const POLICY: &str = r"Services\SharedAccess\Parameters\FirewallPolicy";
const PROFILES: [&str; 3] = ["DomainProfile", "PublicProfile", "StandardProfile"];
/// The rules that let remote desktop in.
const DESKTOP_RULES: [&str; 2] = ["RemoteDesktop-UserMode-In-TCP", "RemoteDesktop-In-TCP"];

const PROXIES: [&str; 2] = [
    r"Microsoft\Windows\CurrentVersion\Internet Settings\Connections",
    r"WOW6432Node\Microsoft\Windows\CurrentVersion\Internet Settings\Connections",
];
/// In the flags of WinHTTP's settings: a proxy is used.
const USES_PROXY: u32 = 2;
const PROXY_AT: usize = 16;

pub fn no_smb1(facts: &Facts, _: &Thresholds) -> Look {
    let windows = facts.windows()?;
    let server = windows.control_set()?.at(r"Services\LanmanServer\Parameters");
    let mut evidence = Vec::new();
    let enabled = server.number("SMB1")?;
    let driver = start_of(windows, "srv")?;
    // Without its driver the server cannot speak it, whatever it is told. Where nothing is said, it does.
    let can = driver.is_some_and(|start| start != DISABLED) && windows.root.file(SMB1_SERVER)?.is_some();
    if enabled != Some(0) && can {
        evidence.push(setting(Weight::Full, &server, "SMB1", shown(enabled), "0"));
    } else if enabled.is_some_and(|enabled| enabled != 0) {
        evidence.push(setting(Weight::Light, &server, "SMB1", shown(enabled), "0"));
    }
    let client = start_of(windows, "mrxsmb10")?;
    if client.is_some_and(|start| start != DISABLED) {
        let service = windows.service("mrxsmb10")?;
        evidence.push(setting(Weight::Full, &service, "Start", shown(client), "4"));
    }
    Ok(Outcome::of(evidence, say("W06.broken"), say("W06.holds")))
}

pub fn firewall(facts: &Facts, _: &Thresholds) -> Look {
    let windows = facts.windows()?;
    let local = windows.control_set()?.at(POLICY);
    let policies = windows.software()?.at(r"Policies\Microsoft\WindowsFirewall");
    let mut evidence = Vec::new();
    for profile in PROFILES {
        evidence.extend(demand(&local.at(profile), "EnableFirewall", 1, Weight::Full)?);
        let by_policy = policies.at(profile);
        if by_policy.number("EnableFirewall")?.is_some() {
            evidence.extend(demand(&by_policy, "EnableFirewall", 1, Weight::Full)?);
        }
    }
    let rules = local.at("FirewallRules");
    let mut lets_in = false;
    for name in DESKTOP_RULES {
        let rule = rules.text(name)?.unwrap_or_default().to_ascii_lowercase();
        lets_in |=
            ["active=true", "action=allow"].iter().all(|part| rule.split('|').any(|word| word == *part));
    }
    if !lets_in {
        let piece = Evidence::light(say("W07.no_rule")).at(&rules.place(DESKTOP_RULES[0]));
        evidence.push(piece.expected(quote("Action=Allow|Active=TRUE")));
    }
    Ok(Outcome::of(evidence, say("W07.broken"), say("W07.holds")))
}

pub fn no_own_network(facts: &Facts, _: &Thresholds) -> Look {
    let windows = facts.windows()?;
    let mut evidence = Vec::new();
    for path in PROXIES {
        evidence.extend(proxy(&windows.software()?.at(path))?);
    }
    let parameters = windows.control_set()?.at(r"Services\Tcpip\Parameters");
    let routes = parameters.at("PersistentRoutes");
    for (route, _) in routes.values()?.into_iter().filter(|(name, _)| !name.is_empty()) {
        let piece = Evidence::full(quote(&route)).at(&routes.key_place());
        evidence.push(piece.expected(say("W11.no_route")));
    }
    addresses(&parameters, &mut evidence)?;
    Ok(Outcome::of(evidence, say("W11.broken"), say("W11.holds")))
}

/// What speaks against a proxy's settings: a head, flags, and the proxy with its length before it.
fn proxy(connections: &Branch<'_>) -> Result<Option<Evidence>, Undecided> {
    const NAME: &str = "WinHttpSettings";
    let Some(settings) = connections.bytes(NAME)? else {
        return Ok(None);
    };
    if u32_at(&settings, 8) & USES_PROXY == 0 {
        return Ok(None);
    }
    let length = u32_at(&settings, PROXY_AT - 4) as usize;
    let rest = settings.get(PROXY_AT..).unwrap_or_default();
    let proxy = String::from_utf8_lossy(&rest[..length.min(rest.len())]).into_owned();
    let piece = Evidence::full(quote(&proxy)).at(&connections.place(NAME));
    Ok(Some(piece.expected(say("W11.no_proxy"))))
}

/// What speaks against the addresses of the network's interfaces.
fn addresses(parameters: &Branch<'_>, evidence: &mut Vec<Evidence>) -> Result<(), Undecided> {
    let interfaces = parameters.at("Interfaces");
    for name in interfaces.names()? {
        let interface = interfaces.at(&name);
        let dynamic = interface.number("EnableDHCP")?;
        if dynamic == Some(0) {
            let addresses = interface.texts("IPAddress")?;
            let fixed = addresses.iter().any(|address| address != "0.0.0.0");
            // The loopback has no addresses of its own, and no DHCP either.
            if fixed {
                evidence.push(setting(Weight::Full, &interface, "EnableDHCP", shown(dynamic), "1"));
            }
        }
        if let Some(servers) = interface.text("NameServer")?.filter(|servers| !servers.is_empty()) {
            let piece = Evidence::light(quote(&servers)).at(&interface.place("NameServer"));
            evidence.push(piece.expected(say("registry.no_value")));
        }
    }
    Ok(())
}
