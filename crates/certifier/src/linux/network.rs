//! How the system brings its network interfaces up: ifcfg files, NetworkManager, netplan, systemd-networkd and ifupdown.
//!
//! Only what decides whether a machine made from the image can be reached is kept: name, method, whether it comes up at
//! boot, and whether it is tied to the hardware of the machine that it was built on.

use std::collections::BTreeSet;

use crate::finding::Undecided;
use crate::linux::root::{Root, settings};

const FILES_MAX: usize = 1_000;

/// What starts each tool: units of systemd, or scripts of other inits.
const NETWORKD: &[&str] = &["systemd-networkd.service", "systemd-networkd.socket"];
const NETWORK_MANAGER: &[&str] = &["NetworkManager.service", "NetworkManager", "networkmanager"];
const IFCFG: &[&str] =
    &["NetworkManager.service", "network.service", "wicked.service", "wickedd.service", "network"];
const IFUPDOWN: &[&str] = &["networking.service", "networking", "ifupdown", "ifup@eth0.service"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Dhcp,
    Static,
    /// Brought up without an address, or not said.
    Other,
}

/// What is said of one interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Its name, or a pattern of names.
    pub name: String,
    pub method: Method,
    pub at_boot: bool,
    pub path: String,
    /// The line of the method, or of what keeps it down.
    pub line: u64,
    /// The units any of which brings it up; none where a generator sees to it.
    pub tool: &'static [&'static str],
}

/// A line that ties an interface to one network card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    pub path: String,
    pub line: u64,
    pub text: String,
}

#[derive(Debug, Default)]
pub struct Network {
    pub connections: Vec<Connection>,
    pub pins: Vec<Pin>,
}

pub fn read(root: &Root) -> Result<Network, Undecided> {
    let mut network = Network::default();
    network.ifcfg(root)?;
    network.keyfiles(root)?;
    network.netplan(root)?;
    network.networkd(root)?;
    network.ifupdown(root)?;
    Ok(network)
}

/// The files of these folders, those of an earlier folder standing for all of the same name.
fn files(
    root: &Root,
    folders: &[&str],
    wanted: fn(&str) -> bool,
) -> Result<Vec<(String, String, String)>, Undecided> {
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    for folder in folders {
        for name in root.names(folder)?.into_iter().filter(|name| wanted(name)).take(FILES_MAX) {
            let path = format!("{folder}/{name}");
            if seen.insert(name.clone())
                && let Some(text) = root.text(&path)?
            {
                found.push((path, name, text));
            }
        }
    }
    Ok(found)
}

fn unquoted(value: &str) -> &str {
    value.trim().trim_matches(['"', '\''])
}

fn says_yes(value: &str) -> bool {
    matches!(unquoted(value).to_ascii_lowercase().as_str(), "yes" | "true" | "on" | "1")
}

/// `[section]`, key, value and line of each setting of an INI file.
fn ini(text: &str) -> Vec<(String, String, String, u64)> {
    let mut section = String::new();
    let mut found = Vec::new();
    for (line, text) in settings(text).filter(|(_, text)| !text.starts_with(';')) {
        if let Some(name) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            name.clone_into(&mut section);
        } else if let Some((key, value)) = text.split_once('=') {
            found.push((section.clone(), key.trim().to_owned(), unquoted(value).to_owned(), line));
        }
    }
    found
}

impl Network {
    fn pin(&mut self, path: &str, line: u64, text: String) {
        self.pins.push(Pin { path: path.to_owned(), line, text });
    }

    /// The files of the network scripts, of NetworkManager's plug-in for them, and of wicked.
    fn ifcfg(&mut self, root: &Root) -> Result<(), Undecided> {
        let wanted = |name: &str| {
            name.starts_with("ifcfg-")
                && name != "ifcfg-lo"
                && !name.contains('~')
                && !name[6..].contains(".rpm")
        };
        for folder in ["/etc/sysconfig/network-scripts", "/etc/sysconfig/network"] {
            let is_suse = folder.ends_with("network");
            for (path, file, text) in files(root, &[folder], wanted)? {
                let pairs = settings(&text).filter_map(|(line, text)| {
                    let (key, value) = text.split_once('=')?;
                    Some((key.trim().to_owned(), unquoted(value).to_owned(), line))
                });
                let pairs: Vec<(String, String, u64)> = pairs.collect();
                let last =
                    |name: &str| pairs.iter().rev().find(|(key, value, _)| key == name && !value.is_empty());
                for key in ["HWADDR", "MACADDR", "LLADDR"] {
                    if let Some((_, value, line)) = last(key) {
                        self.pin(&path, *line, format!("{key}={value}"));
                    }
                }
                if last("TYPE").is_some_and(|(_, kind, _)| !kind.eq_ignore_ascii_case("ethernet")) {
                    continue;
                }
                let method = match last("BOOTPROTO").map(|(_, value, _)| value.to_ascii_lowercase()) {
                    Some(value) if value.starts_with("dhcp") => Method::Dhcp,
                    _ if last("IPADDR").or(last("IPADDR0")).is_some() => Method::Static,
                    Some(value) if value == "static" => Method::Static,
                    _ => Method::Other,
                };
                let start = if is_suse { last("STARTMODE") } else { last("ONBOOT") };
                let at_boot = match start {
                    Some((_, mode, _)) if is_suse => {
                        ["auto", "hotplug", "onboot", "boot", "nfsroot", "ifplugd"].contains(&mode.as_str())
                    }
                    Some((_, value, _)) => says_yes(value),
                    // Network scripts start what they are not told to leave; wicked leaves what it is not told to start.
                    None => !is_suse,
                };
                let named = last("BOOTPROTO").or(last("IPADDR")).filter(|_| at_boot).or(start);
                let line = named.map_or(1, |(_, _, line)| *line);
                let name = last("DEVICE").map_or(&file[6..], |(_, name, _)| name).to_owned();
                self.connections.push(Connection { name, method, at_boot, path, line, tool: IFCFG });
            }
        }
        Ok(())
    }

    /// The connections of NetworkManager.
    fn keyfiles(&mut self, root: &Root) -> Result<(), Undecided> {
        let folders =
            ["/etc/NetworkManager/system-connections", "/usr/lib/NetworkManager/system-connections"];
        for (path, _, text) in files(root, &folders, |name| !name.contains('~'))? {
            let pairs = ini(&text);
            let value = |section: &[&str], key: &str| {
                let mut fitting = pairs.iter().filter(|(s, k, ..)| section.contains(&s.as_str()) && k == key);
                fitting.next_back().map(|(_, _, value, line)| (value.as_str(), *line))
            };
            let ethernet = ["ethernet", "802-3-ethernet"];
            if let Some((address, line)) =
                value(&ethernet, "mac-address").filter(|(value, _)| !value.is_empty())
            {
                self.pin(&path, line, format!("mac-address={address}"));
            }
            if let Some((address, line)) = value(&ethernet, "cloned-mac-address")
                && address.contains(':')
            {
                self.pin(&path, line, format!("cloned-mac-address={address}"));
            }
            if value(&["connection"], "type").is_none_or(|(kind, _)| !ethernet.contains(&kind)) {
                continue;
            }
            let method = value(&["ipv4"], "method");
            let down = value(&["connection"], "autoconnect").filter(|(value, _)| !says_yes(value));
            self.connections.push(Connection {
                name: value(&["connection"], "interface-name").map_or("*", |(name, _)| name).to_owned(),
                method: match method.map(|(value, _)| value) {
                    Some("auto") | None => Method::Dhcp,
                    Some("manual") => Method::Static,
                    Some(_) => Method::Other,
                },
                at_boot: down.is_none(),
                line: down.or(method).map_or(1, |(_, line)| line),
                path,
                tool: NETWORK_MANAGER,
            });
        }
        Ok(())
    }

    /// netplan's files, of whose YAML only keys, their depth and plain values are read.
    fn netplan(&mut self, root: &Root) -> Result<(), Undecided> {
        let wanted = |name: &str| name.ends_with(".yaml");
        for (path, _, text) in files(root, &["/etc/netplan", "/usr/lib/netplan"], wanted)? {
            for (line, text) in settings(&text).filter(|(_, text)| text.contains("macaddress:")) {
                self.pin(&path, line, text.trim_start_matches('-').trim().to_owned());
            }
            for device in netplan_devices(&text) {
                let name = device.name;
                let (method, line) = match (device.dhcp, device.addresses) {
                    (Some(line), _) => (Method::Dhcp, line),
                    (None, Some(line)) => (Method::Static, line),
                    (None, None) => (Method::Other, device.line),
                };
                let line = device.down.unwrap_or(line);
                let at_boot = device.down.is_none();
                self.connections.push(Connection {
                    name,
                    method,
                    at_boot,
                    path: path.clone(),
                    line,
                    tool: &[],
                });
            }
        }
        Ok(())
    }

    fn networkd(&mut self, root: &Root) -> Result<(), Undecided> {
        let folders = [
            "/etc/systemd/network",
            "/usr/local/lib/systemd/network",
            "/usr/lib/systemd/network",
            "/lib/systemd/network",
        ];
        let wanted = |name: &str| name.ends_with(".network") || name.ends_with(".link");
        for (path, file, text) in files(root, &folders, wanted)? {
            let pairs = ini(&text);
            for (section, key, value, line) in &pairs {
                let ties = section == "Match"
                    && ["MACAddress", "PermanentMACAddress"].contains(&key.as_str())
                    || section == "Link" && key == "MACAddress";
                if ties {
                    self.pin(&path, *line, format!("{key}={value}"));
                }
            }
            let first = |section: &str, key: &str| {
                pairs
                    .iter()
                    .find(|(s, k, ..)| s == section && k == key)
                    .map(|(_, _, value, line)| (value, *line))
            };
            // What matches by driver or kind is for other links than a machine's own card.
            let special = ["Kind", "Driver", "Virtualization", "Host", "MACAddress", "Path"];
            let is_special = special.iter().any(|key| first("Match", key).is_some());
            let is_other = first("Match", "Type").is_some_and(|(kind, _)| kind != "ether");
            if file.ends_with(".link") || is_special || is_other {
                continue;
            }
            let dhcp = first("Network", "DHCP");
            let address = first("Network", "Address").or(first("Address", "Address"));
            let policy = first("Link", "ActivationPolicy")
                .filter(|(policy, _)| policy.contains("down") || *policy == "manual");
            let unmanaged = first("Link", "Unmanaged").filter(|(value, _)| says_yes(value));
            let method = match (dhcp, address) {
                (Some((value, _)), _) if says_yes(value) || ["ipv4", "both"].contains(&value.as_str()) => {
                    Method::Dhcp
                }
                (_, Some(_)) => Method::Static,
                _ => Method::Other,
            };
            let down = policy.or(unmanaged);
            let line =
                down.or(if method == Method::Static { address } else { dhcp }).map_or(1, |(_, line)| line);
            let names = first("Match", "Name").map_or("*", |(names, _)| names.as_str());
            for name in names.split_whitespace().take(FILES_MAX) {
                let (name, path) = (name.to_owned(), path.clone());
                self.connections.push(Connection {
                    name,
                    method,
                    at_boot: down.is_none(),
                    path,
                    line,
                    tool: NETWORKD,
                });
            }
        }
        Ok(())
    }

    /// Debian's own, which busybox has too.
    fn ifupdown(&mut self, root: &Root) -> Result<(), Undecided> {
        const MAIN: &str = "/etc/network/interfaces";
        let mut texts: Vec<(String, String)> = Vec::new();
        texts.extend(root.text(MAIN)?.map(|text| (MAIN.to_owned(), text)));
        let parts = files(root, &["/etc/network/interfaces.d"], |name| !name.contains('~'))?;
        texts.extend(parts.into_iter().map(|(path, _, text)| (path, text)));
        let (mut automatic, mut found) = (BTreeSet::new(), Vec::new());
        for (path, text) in &texts {
            for (line, text) in settings(text) {
                let mut words = text.split_whitespace();
                match (words.next().unwrap_or(""), words.next().unwrap_or("")) {
                    ("auto" | "allow-auto" | "allow-hotplug", first) => {
                        automatic.extend(std::iter::once(first).chain(words).map(str::to_owned));
                    }
                    ("iface", name) if name != "lo" && words.next() == Some("inet") => {
                        let method = match words.next() {
                            Some("dhcp") => Method::Dhcp,
                            Some("static") => Method::Static,
                            _ => Method::Other,
                        };
                        found.push((name.to_owned(), method, path.clone(), line));
                    }
                    ("hwaddress", _) => self.pin(path, line, text.to_owned()),
                    _ => {}
                }
            }
        }
        for (name, method, path, line) in found {
            let at_boot = automatic.contains(&name);
            self.connections.push(Connection { name, method, at_boot, path, line, tool: IFUPDOWN });
        }
        Ok(())
    }
}

#[derive(Default)]
struct Device {
    name: String,
    line: u64,
    dhcp: Option<u64>,
    addresses: Option<u64>,
    down: Option<u64>,
}

/// The devices below `ethernets`.
fn netplan_devices(text: &str) -> Vec<Device> {
    let mut devices: Vec<Device> = Vec::new();
    // The depths of `ethernets` and of the names below it.
    let (mut section, mut names): (Option<usize>, Option<usize>) = (None, None);
    for (number, line) in (1..).zip(text.lines()) {
        let content = line.split(" #").next().unwrap_or("").trim_end();
        let depth = content.len() - content.trim_start().len();
        let content = content.trim_start();
        let Some((key, value)) = content.split_once(':').filter(|_| !content.starts_with(['#', '-'])) else {
            continue;
        };
        let key = unquoted(key);
        if section.is_some_and(|at| depth <= at) {
            (section, names) = (None, None);
        }
        if key == "ethernets" {
            section = Some(depth);
            continue;
        }
        if section.is_none() {
            continue;
        }
        if names.is_none_or(|at| depth <= at) {
            names = Some(depth);
            devices.push(Device { name: key.to_owned(), line: number, ..Device::default() });
            // All of a device may stand in braces behind its name.
            for part in value.split(['{', '}', ',']) {
                if let (Some((key, value)), Some(device)) = (part.split_once(':'), devices.last_mut()) {
                    device.learn(key.trim(), value, number);
                }
            }
        } else if let Some(device) = devices.last_mut() {
            device.learn(key, value, number);
        }
    }
    devices
}

impl Device {
    fn learn(&mut self, key: &str, value: &str, line: u64) {
        match key {
            "dhcp4" if says_yes(value) => self.dhcp = Some(line),
            "addresses" if self.addresses.is_none() => self.addresses = Some(line),
            "activation-mode" => self.down = Some(line),
            // A match by name says more than the name that the file gives it.
            "name" => unquoted(value).clone_into(&mut self.name),
            "set-name" => unquoted(value).clone_into(&mut self.name),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use disk::tree::memory::Folder;

    use super::*;

    /// Checks connections as `name method place`, with `!` for those that stay down, and pins as `place`.
    #[track_caller]
    fn check(files: &[(&str, &str)], connections: &[&str], pins: &[&str]) {
        let network = read(&Root::of(Folder::of(files))).expect("readable");
        let shown = |one: &Connection| {
            let down = if one.at_boot { "" } else { "!" };
            format!("{down}{} {:?} {}:{}", one.name, one.method, one.path, one.line)
        };
        assert_eq!(network.connections.iter().map(shown).collect::<Vec<_>>(), connections);
        let places: Vec<String> =
            network.pins.iter().map(|pin| format!("{}:{}", pin.path, pin.line)).collect();
        assert_eq!(places, pins);
    }

    #[test]
    fn ifcfg_files_are_read_in_both_families() {
        let path = "/etc/sysconfig/network-scripts/ifcfg-eth0";
        check(
            &[(path, "DEVICE=eth0\nBOOTPROTO=\"dhcp\"\nONBOOT=yes\n")],
            &[&format!("eth0 Dhcp {path}:2")],
            &[],
        );
        check(
            &[(path, "BOOTPROTO=none\nIPADDR=10.0.0.2\nHWADDR=52:54:00:12:34:56\n")],
            &[&format!("eth0 Static {path}:1")],
            &[&format!("{path}:3")],
        );
        check(&[(path, "BOOTPROTO=dhcp\nONBOOT=no\n")], &[&format!("!eth0 Dhcp {path}:2")], &[]);
        let suse = "/etc/sysconfig/network/ifcfg-eth0";
        check(&[(suse, "BOOTPROTO='dhcp'\nSTARTMODE='auto'\n")], &[&format!("eth0 Dhcp {suse}:1")], &[]);
        check(&[(suse, "BOOTPROTO='dhcp'\nSTARTMODE='manual'\n")], &[&format!("!eth0 Dhcp {suse}:2")], &[]);
        check(
            &[
                ("/etc/sysconfig/network-scripts/ifcfg-lo", "ONBOOT=yes\n"),
                ("/etc/sysconfig/network", "X=1\n"),
            ],
            &[],
            &[],
        );
    }

    #[test]
    fn connections_of_network_manager_are_read() {
        let path = "/etc/NetworkManager/system-connections/a.nmconnection";
        let file = "[connection]\ntype=ethernet\ninterface-name=eth0\n[ethernet]\nmac-address=52:54:00:12:34:56\n[ipv4]\nmethod=manual\n";
        check(&[(path, file)], &[&format!("eth0 Static {path}:7")], &[&format!("{path}:5")]);
        let file = "[connection]\ntype=ethernet\nautoconnect=false\n[ipv4]\nmethod=auto\n";
        check(&[(path, file)], &[&format!("!* Dhcp {path}:3")], &[]);
        check(&[(path, "[connection]\ntype=wifi\n")], &[], &[]);
    }

    #[test]
    fn netplan_is_read_in_blocks_and_in_braces() {
        let path = "/etc/netplan/50.yaml";
        let block = "network:\n  version: 2\n  ethernets:\n    eth0:\n      dhcp4: true\n      match:\n        macaddress: \"52:54:00:12:34:56\"\n      set-name: eth0\n    ens3:\n      addresses:\n        - 10.0.0.2/24\n  bridges:\n    br0: {dhcp4: true}\n";
        check(
            &[(path, block)],
            &[&format!("eth0 Dhcp {path}:5"), &format!("ens3 Static {path}:10")],
            &[&format!("{path}:7")],
        );
        let braces = "network:\n  ethernets:\n    any: {dhcp4: yes, match: {name: \"e*\"}}\n";
        check(&[(path, braces)], &[&format!("e* Dhcp {path}:3")], &[]);
    }

    #[test]
    fn networkd_is_read_but_not_what_is_for_containers() {
        let path = "/etc/systemd/network/10.network";
        check(
            &[(path, "[Match]\nName=eth* en*\n[Network]\nDHCP=yes\n")],
            &[&format!("eth* Dhcp {path}:4"), &format!("en* Dhcp {path}:4")],
            &[],
        );
        check(
            &[(path, "[Match]\nMACAddress=52:54:00:12:34:56\n[Network]\nDHCP=yes\n")],
            &[],
            &[&format!("{path}:2")],
        );
        let container = "[Match]\nKind=veth\nName=host0\n[Network]\nDHCP=yes\n";
        check(&[("/usr/lib/systemd/network/80.network", container)], &[], &[]);
        let masked = [
            (path, "-> /dev/null"),
            ("/usr/lib/systemd/network/10.network", "[Network]\nAddress=10.0.0.1/8\n"),
        ];
        check(&masked, &[], &[]);
    }

    #[test]
    fn ifupdown_brings_up_what_is_automatic() {
        let path = "/etc/network/interfaces";
        let text = "auto lo eth0\niface lo inet loopback\niface eth0 inet dhcp\n  hwaddress ether 52:54:00:12:34:56\n";
        check(&[(path, text)], &[&format!("eth0 Dhcp {path}:3")], &[&format!("{path}:4")]);
        let part = "/etc/network/interfaces.d/eth0";
        check(&[(part, "iface eth0 inet static\n")], &[&format!("!eth0 Static {part}:1")], &[]);
    }
}
