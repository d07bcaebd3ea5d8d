//! L25: nothing on the disk says which machine it was.

use crate::facts::Facts;
use crate::finding::{Evidence, Look, Outcome, Undecided};
use crate::linux::root::{Root, settings};
use crate::phrase::{quote, say};
use crate::profile::Thresholds;

const MACHINE_IDS: [&str; 2] = ["/etc/machine-id", "/var/lib/dbus/machine-id"];

/// State of one machine: if it is there, the disk was not generalised.
const STATE: [&str; 3] =
    ["/var/lib/cloud/instance", "/var/lib/cloud/instances", "/var/lib/cloud/data/instance-id"];

const AGENT_FOLDER: &str = "/var/lib/waagent";

/// Folders of leases, and how their files begin or end.
const LEASES: [(&str, &str); 6] = [
    ("/var/lib/dhcp", ".leases"),
    ("/var/lib/dhclient", ".leases"),
    ("/var/lib/dhcpcd", ".lease"),
    ("/var/lib/NetworkManager", ".lease"),
    ("/var/lib/systemd/network", ".lease"),
    ("/run/systemd/netif/leases", ""),
];

const SEEDS: [&str; 3] =
    ["/var/lib/systemd/random-seed", "/var/lib/random-seed", "/var/lib/urandom/random-seed"];

pub fn generalised(facts: &Facts, _: &Thresholds) -> Look {
    let root = &facts.linux()?.root;
    let mut evidence = Vec::new();
    machine_ids(root, &mut evidence)?;
    for path in STATE {
        if let Some(node) = root.node(path)?
            && (node.kind == disk::tree::Kind::File || !root.names(path)?.is_empty())
        {
            evidence.push(Evidence::full(say("L25.cloud_state")).at(path).expected(say("absent")));
        }
    }
    agent_state(root, &mut evidence)?;
    for (folder, ends) in LEASES {
        for name in root.names(folder)?.iter().filter(|name| name.ends_with(ends)) {
            let path = format!("{folder}/{name}");
            if root.file(&path)?.is_some_and(|file| file.size_bytes > 0) {
                evidence.push(Evidence::light(say("L25.lease")).at(&path).expected(say("absent")));
            }
        }
    }
    for path in SEEDS {
        if root.file(path)?.is_some_and(|file| file.size_bytes > 0) {
            evidence.push(Evidence::light(say("L25.seed")).at(path).expected(say("absent")));
        }
    }
    name_servers(root, &mut evidence)?;
    Ok(Outcome::of(evidence, say("L25.broken"), say("L25.holds")))
}

fn machine_ids(root: &Root, evidence: &mut Vec<Evidence>) -> Result<(), Undecided> {
    for path in MACHINE_IDS {
        // The second is usually a link to the first, and one note is enough.
        if path != MACHINE_IDS[0] && root.link(path)?.is_some() {
            continue;
        }
        let text = root.text(path)?.unwrap_or_default();
        let id = text.trim();
        if !id.is_empty() && id != "uninitialized" {
            evidence.push(Evidence::full(quote(id)).at(path).line(1).expected(say("L25.empty")));
        }
    }
    Ok(())
}

/// What the Azure agent keeps of one machine. Its own clean-up is known to leave some of it.
fn agent_state(root: &Root, evidence: &mut Vec<Evidence>) -> Result<(), Undecided> {
    for name in root.names(AGENT_FOLDER)? {
        let telling = name.ends_with(".prv")
            || name.ends_with(".crt")
            || name.ends_with(".p7m")
            || name.ends_with(".pem")
            || name.starts_with("GoalState.")
            || name.starts_with("ExtensionsConfig")
            || matches!(
                name.as_str(),
                "ovf-env.xml" | "SharedConfig.xml" | "provisioned" | "HostingEnvironmentConfig.xml"
            );
        if telling {
            let path = format!("{AGENT_FOLDER}/{name}");
            evidence.push(Evidence::full(say("L25.agent_state")).at(&path).expected(say("absent")));
        }
    }
    Ok(())
}

/// A resolver of the network where the image was built. A link is written anew at boot.
fn name_servers(root: &Root, evidence: &mut Vec<Evidence>) -> Result<(), Undecided> {
    const PATH: &str = "/etc/resolv.conf";
    if root.link(PATH)?.is_some() {
        return Ok(());
    }
    let text = root.text(PATH)?.unwrap_or_default();
    for (number, line) in settings(&text).filter(|(_, line)| line.starts_with("nameserver")) {
        evidence.push(Evidence::light(quote(line)).at(PATH).line(number).expected(say("L25.resolver")));
    }
    Ok(())
}
