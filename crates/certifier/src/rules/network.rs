//! L26, L27: a machine made from the image comes up on the network, whatever card and address it is given.

use crate::facts::{Facts, Linux};
use crate::finding::{Evidence, Look, Outcome, Undecided};
use crate::linux::boot::{Boot, Init};
use crate::linux::entries::fits;
use crate::linux::network::{self, Connection, Method};
use crate::linux::root::settings;
use crate::phrase::{quote, say};
use crate::profile::Thresholds;

/// Rules of udev that tie names to cards, and the rules that write such rules.
const RULES: [&str; 2] = ["70-persistent-net.rules", "75-persistent-net-generator.rules"];
const RULE_FOLDERS: [&str; 3] = ["/etc/udev/rules.d", "/usr/lib/udev/rules.d", "/lib/udev/rules.d"];

/// What asks for an address by itself, without a file that says so.
const CLIENTS: [&str; 4] = ["udhcpc", "dhclient", "dhcpcd", "dhcpcd5"];
const NETPLAN: [&str; 2] = ["/usr/sbin/netplan", "/usr/lib/systemd/system-generators/netplan"];
const SUSE_DHCP: &str = "/etc/sysconfig/network/dhcp";

/// What cloud-init writes anew on each machine.
fn is_written_anew(linux: &Linux, path: &str) -> Result<bool, Undecided> {
    Ok(path.contains("cloud-init") && cloud_init_brings_up(linux)?)
}

/// Whether cloud-init sees to the network.
fn cloud_init_brings_up(linux: &Linux) -> Result<bool, Undecided> {
    let Some(cloud_init) = linux.cloud_init()?.filter(|cloud_init| cloud_init.runs()) else {
        return Ok(false);
    };
    let told = cloud_init.section("network").and_then(|network| network.field("config"));
    let entry = linux.entry.as_ref().map_err(Clone::clone)?.as_ref();
    let by_kernel = entry.is_some_and(|(entry, _)| entry.has("network-config=disabled"));
    Ok(!by_kernel && told.is_none_or(|(_, value)| value != "disabled"))
}

pub fn no_pins(facts: &Facts, _: &Thresholds) -> Look {
    let linux = facts.linux()?;
    let mut evidence = Vec::new();
    for name in RULES {
        // The first folder that has a file of this name is the one whose file counts; a link to /dev/null is none.
        for path in RULE_FOLDERS.map(|folder| format!("{folder}/{name}")) {
            if !linux.root.has_name(&path)? {
                continue;
            }
            let text = linux.root.text(&path)?.unwrap_or_default();
            if let Some((line, text)) = settings(&text).next() {
                evidence.push(Evidence::full(quote(text)).at(&path).line(line).expected(say("absent")));
            }
            break;
        }
    }
    for pin in network::read(&linux.root)?.pins {
        let weigh = if is_written_anew(linux, &pin.path)? { Evidence::light } else { Evidence::full };
        evidence.push(weigh(quote(&pin.text)).at(&pin.path).line(pin.line).expected(say("L26.free")));
    }
    Ok(Outcome::of(evidence, say("L26.broken"), say("L26.holds")))
}

/// Whether a connection is for the first interface of the platform's machines. The platform may not name it.
fn is_for(connection: &Connection, first: &str) -> bool {
    match first {
        "" => {
            ["eth0", "ens3", "enp1s0"].iter().any(|name| fits(&connection.name, name))
                || connection.name.starts_with("en")
        }
        first => fits(&connection.name, first),
    }
}

/// Whether the tool that reads a connection is started.
fn tool_starts(linux: &Linux, boot: &Boot, connection: &Connection) -> Result<bool, Undecided> {
    if connection.tool.is_empty() {
        for path in NETPLAN {
            if linux.root.file(path)?.is_some() {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    if boot.unit(&linux.root, connection.tool)?.is_some() {
        return Ok(true);
    }
    Ok(boot.init != Init::Systemd && boot.line_that_runs("/sbin/ifup").is_some())
}

pub fn by_dhcp(facts: &Facts, thresholds: &Thresholds) -> Look {
    let linux = facts.linux()?;
    let boot = linux.boot.as_ref().map_err(Clone::clone)?;
    let first = thresholds.first_interface.as_str();
    let mut evidence = Vec::new();
    let (mut brings_up, mut others, mut unread) = (None, Vec::new(), Vec::new());
    for connection in network::read(&linux.root)?.connections {
        if is_written_anew(linux, &connection.path)? {
            continue;
        }
        let place = |evidence: Evidence| evidence.at(&connection.path).line(connection.line);
        let named = |key: &str| say(key).text("name", &connection.name);
        if !is_for(&connection, first) {
            if connection.method == Method::Dhcp {
                others.push(
                    place(Evidence::full(named("L27.other_name")))
                        .expected(say("L27.named").text("name", first)),
                );
            }
        } else if connection.method == Method::Static {
            evidence.push(place(Evidence::full(named("L27.static"))).expected(say("L27.dhcp")));
        } else if connection.method == Method::Dhcp && !connection.at_boot {
            evidence.push(place(Evidence::full(named("L27.stays_down"))).expected(say("L27.at_boot")));
        } else if connection.method == Method::Dhcp && !tool_starts(linux, boot, &connection)? {
            unread.push(place(Evidence::full(named("L27.unread"))).expected(say("L27.at_boot")));
        } else if connection.method == Method::Dhcp {
            brings_up.get_or_insert(format!("{}:{}", connection.path, connection.line));
        }
    }
    if let Some(told) = suse_takes_names(linux)? {
        evidence.push(told);
    }
    if brings_up.is_none() && evidence.is_empty() {
        brings_up = by_itself(linux, boot)?;
        if brings_up.is_none() {
            if boot.init == Init::Unknown {
                return Err(Undecided(say("undecided.init")));
            }
            evidence.extend(unread.into_iter().chain(others));
            if evidence.is_empty() {
                evidence.push(Evidence::full(say("L27.nothing")).expected(say("L27.dhcp")));
            }
        }
    }
    let holds = say("L27.holds").text("place", &brings_up.unwrap_or_default());
    Ok(Outcome::of(evidence, say("L27.broken"), holds))
}

/// SUSE's client takes the name of the machine from the lease when it is told to.
fn suse_takes_names(linux: &Linux) -> Result<Option<Evidence>, Undecided> {
    let text = linux.root.text(SUSE_DHCP)?.unwrap_or_default();
    let told = settings(&text).find(|(_, line)| {
        line.strip_prefix("DHCLIENT_SET_HOSTNAME=")
            .is_some_and(|value| value.trim_matches(['"', '\'']) == "yes")
    });
    Ok(told.map(|(line, text)| {
        Evidence::light(quote(text)).at(SUSE_DHCP).line(line).expected(quote("DHCLIENT_SET_HOSTNAME=\"no\""))
    }))
}

/// What asks for an address where no file speaks of the interface.
fn by_itself(linux: &Linux, boot: &Boot) -> Result<Option<String>, Undecided> {
    if cloud_init_brings_up(linux)? {
        return Ok(Some("cloud-init".to_owned()));
    }
    if boot.unit(&linux.root, &["NetworkManager.service", "NetworkManager", "networkmanager"])?.is_some()
        && !keeps_to_its_files(linux)?
    {
        return Ok(Some("NetworkManager".to_owned()));
    }
    if let Some(link) = boot.unit(&linux.root, &["dhcpcd.service", "dhcpcd"])? {
        return Ok(Some(link.to_owned()));
    }
    let lines = boot.lines_that_run(&linux.root, &CLIENTS)?;
    Ok(lines.first().map(|line| format!("{}:{}", line.path, line.line)))
}

/// Whether NetworkManager is told not to bring up what it has no file for.
fn keeps_to_its_files(linux: &Linux) -> Result<bool, Undecided> {
    const FOLDERS: [&str; 2] = ["/etc/NetworkManager/conf.d", "/usr/lib/NetworkManager/conf.d"];
    let mut paths = vec!["/etc/NetworkManager/NetworkManager.conf".to_owned()];
    for folder in FOLDERS {
        paths.extend(linux.root.names(folder)?.iter().take(1_000).map(|name| format!("{folder}/{name}")));
    }
    for path in paths {
        let text = linux.root.text(&path)?.unwrap_or_default();
        let says = |line: &str| {
            let pair = line.split_once('=').filter(|(key, _)| key.trim() == "no-auto-default");
            pair.is_some_and(|(_, value)| value.contains('*') || value.contains("eth0"))
        };
        if settings(&text).any(|(_, line)| says(line)) {
            return Ok(true);
        }
    }
    Ok(false)
}
