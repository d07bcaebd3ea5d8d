//! W08–W10, W13, W21, K03, K04: what starts, what does not, and what must not be there.

use crate::facts::Facts;
use crate::finding::{Evidence, Look, Outcome, Undecided, Weight};
use crate::phrase::say;
use crate::profile::Thresholds;
use crate::rules::windows::{AT_BOOT, AUTOMATIC, BY_HAND, DISABLED, demand, setting, shown, start_of};
use crate::windows::system::Windows;
use crate::windows::versions::Kind;

const DEFAULTS: [(&str, u64); 11] = [
    ("BFE", AUTOMATIC),
    ("Dhcp", AUTOMATIC),
    ("Dnscache", AUTOMATIC),
    ("IKEEXT", AUTOMATIC),
    ("iphlpsvc", AUTOMATIC),
    ("nsi", AUTOMATIC),
    ("MpsSvc", AUTOMATIC),
    ("RemoteRegistry", AUTOMATIC),
    ("Netlogon", BY_HAND),
    ("Netman", BY_HAND),
    ("TermService", BY_HAND),
];
/// Off on desktops, as they come.
const REMOTE_REGISTRY: &str = "RemoteRegistry";

/// Roles that platforms do not run: the service that comes with each, and the names of its feature.
const ROLES: [(&str, Option<&str>, &[&str]); 12] = [
    ("Failover Clustering", Some("ClusSvc"), &["Failover-Clustering"]),
    ("DHCP Server", Some("DHCPServer"), &["DHCP"]),
    ("Remote Access", Some("RaMgmtSvc"), &["RemoteAccess", "DirectAccess-VPN"]),
    ("Rights Management Services", None, &["ADRMS", "ADRMS-Server"]),
    ("Windows Deployment Services", Some("WDSServer"), &["WDS"]),
    ("iSNS Server", Some("MSiSNS"), &["ISNS"]),
    ("Multipath I/O", Some("mpio"), &["Multipath-IO"]),
    ("Network Load Balancing", Some("NLB"), &["NLB"]),
    ("Peer Name Resolution Protocol", Some("PNRPsvc"), &["PNRP"]),
    ("SNMP Service", Some("SNMP"), &["SNMP-Service"]),
    ("WINS Server", Some("WINS"), &["WINS"]),
    (WIRELESS, Some("WlanSvc"), &["Wireless-Networking"]),
];
const WIRELESS: &str = "Wireless LAN Service";
const FEATURES: &str = r"Microsoft\ServerManager\ServicingStorage\ServerComponentCache";
/// From this build on the wireless service comes with every server.
const WIRELESS_FROM_BUILD: u64 = 26_100;

const SAN_ALL_ONLINE: u64 = 1;

/// Drivers of the platform, and how late each may start.
const HYPER_V: [(&str, u64); 3] = [("vmbus", AT_BOOT), ("storvsc", AT_BOOT), ("netvsc", BY_HAND)];
const VIRTIO_DISKS: [&str; 2] = ["viostor", "vioscsi"];
const VIRTIO_NETWORK: &str = "netkvm";
const DRIVERS: &str = "/Windows/System32/drivers";

const SEED_READER: &str = "cloudbase-init";

pub fn default_start(facts: &Facts, _: &Thresholds) -> Look {
    let windows = facts.windows()?;
    let is_desktop = windows.kind()? == Kind::Client;
    let mut evidence = Vec::new();
    for (name, wanted) in DEFAULTS {
        let found = start_of(windows, name)?;
        if found == Some(wanted) || is_desktop && name == REMOTE_REGISTRY {
            continue;
        }
        // Started in another way is worth a word; not startable at all is the fault.
        let weight = if found.is_none_or(|found| found == DISABLED) { Weight::Full } else { Weight::Light };
        let service = windows.service(name)?;
        evidence.push(setting(weight, &service, "Start", shown(found), &wanted.to_string()));
    }
    Ok(Outcome::of(evidence, say("W08.broken"), say("W08.holds")))
}

pub fn time(facts: &Facts, _: &Thresholds) -> Look {
    let windows = facts.windows()?;
    let zone = windows.control_set()?.at(r"Control\TimeZoneInformation");
    let mut evidence = Vec::new();
    evidence.extend(demand(&zone, "RealTimeIsUniversal", 1, Weight::Full)?);
    evidence.extend(demand(&windows.service("W32Time")?, "Start", AUTOMATIC, Weight::Full)?);
    Ok(Outcome::of(evidence, say("W09.broken"), say("W09.holds")))
}

pub fn san_policy(facts: &Facts, _: &Thresholds) -> Look {
    let parameters = facts.windows()?.service("partmgr")?.at("Parameters");
    let evidence = demand(&parameters, "SanPolicy", SAN_ALL_ONLINE, Weight::Full)?;
    Ok(Outcome::of(evidence.into_iter().collect(), say("W10.broken"), say("W10.holds")))
}

pub fn no_unsupported_roles(facts: &Facts, _: &Thresholds) -> Look {
    let windows = facts.windows()?;
    if windows.kind()? == Kind::Client {
        return Ok(Outcome::not_applicable(say("W13.desktop")));
    }
    let build = windows.build()?;
    let features = windows.software()?.at(FEATURES);
    let mut evidence = Vec::new();
    for (role, service, names) in ROLES {
        if role == WIRELESS && build >= WIRELESS_FROM_BUILD {
            continue;
        }
        let found = say("W13.role").text("role", role);
        let mut known = None;
        for name in names {
            let feature = features.at(name);
            let state = feature.number("InstallState")?;
            known = known.or(state);
            if state == Some(1) {
                let piece = Evidence::full(found.clone()).at(&feature.place("InstallState"));
                evidence.push(piece.expected(say("W13.removed")));
            }
        }
        // Where nothing is noted of the feature, the service tells.
        let Some(service) = service.filter(|_| known.is_none()) else {
            continue;
        };
        if start_of(windows, service)?.is_some_and(|start| start != DISABLED) {
            let piece = Evidence::full(found).at(&windows.service(service)?.key_place());
            evidence.push(piece.expected(say("W13.removed")));
        }
    }
    Ok(Outcome::of(evidence, say("W13.broken"), say("W13.holds")))
}

/// What speaks against a driver that must be there and start in time.
fn driver(windows: &Windows, name: &str, latest: u64) -> Result<Option<Evidence>, Undecided> {
    let start = start_of(windows, name)?;
    if start.is_none_or(|start| start > latest) {
        let service = windows.service(name)?;
        let expected = (AT_BOOT..=latest).map(|start| start.to_string()).collect::<Vec<_>>().join(", ");
        return Ok(Some(setting(Weight::Full, &service, "Start", shown(start), &expected)));
    }
    let path = format!("{DRIVERS}/{name}.sys");
    if windows.root.file(&path)?.is_none() {
        let piece = Evidence::full(say("absent")).at(&path);
        return Ok(Some(piece.expected(say("driver.file"))));
    }
    Ok(None)
}

pub fn hyper_v_drivers(facts: &Facts, _: &Thresholds) -> Look {
    let windows = facts.windows()?;
    let mut evidence = Vec::new();
    for (name, latest) in HYPER_V {
        evidence.extend(driver(windows, name, latest)?);
    }
    Ok(Outcome::of(evidence, say("W21.broken"), say("W21.holds")))
}

pub fn virtio_drivers(facts: &Facts, _: &Thresholds) -> Look {
    let windows = facts.windows()?;
    let mut evidence = Vec::new();
    // One of them is enough: which is asked for depends on how the disk is attached.
    let [block, scsi] = VIRTIO_DISKS;
    if let Some(first) = driver(windows, block, AT_BOOT)?
        && driver(windows, scsi, AT_BOOT)?.is_some()
    {
        evidence.push(first);
    }
    evidence.extend(driver(windows, VIRTIO_NETWORK, BY_HAND)?);
    Ok(Outcome::of(evidence, say("K03.broken"), say("K03.holds")))
}

pub fn seed_reader(facts: &Facts, _: &Thresholds) -> Look {
    let windows = facts.windows()?;
    let evidence = demand(&windows.service(SEED_READER)?, "Start", AUTOMATIC, Weight::Full)?;
    Ok(Outcome::of(evidence.into_iter().collect(), say("K04.broken"), say("K04.holds")))
}
