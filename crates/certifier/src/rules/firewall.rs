//! L36: the image filters no packets that nobody has declared. Platforms have firewalls of their own, which customers see.

use crate::facts::{Facts, Linux};
use crate::finding::{Evidence, Look, Outcome, Undecided};
use crate::linux::root::settings;
use crate::phrase::{quote, say};
use crate::profile::Thresholds;

/// Saved rules, and the units or scripts that load them.
const SAVED: [(&str, &[&str]); 8] = [
    ("/etc/nftables.conf", &["nftables.service", "nftables"]),
    ("/etc/sysconfig/nftables.conf", &["nftables.service"]),
    ("/etc/nftables.nft", &["nftables.service", "nftables"]),
    ("/etc/iptables/rules.v4", &["netfilter-persistent.service", "netfilter-persistent", "iptables.service"]),
    (
        "/etc/iptables/rules.v6",
        &["netfilter-persistent.service", "netfilter-persistent", "ip6tables.service"],
    ),
    ("/etc/iptables/iptables.rules", &["iptables.service", "iptables"]),
    ("/etc/sysconfig/iptables", &["iptables.service", "iptables"]),
    ("/etc/sysconfig/ip6tables", &["ip6tables.service", "ip6tables"]),
];
/// Programs that filter by rules of their own.
const FILTERS: [&str; 5] =
    ["firewalld.service", "SuSEfirewall2.service", "shorewall.service", "ferm.service", "shorewall"];
const UFW: &str = "/etc/ufw/ufw.conf";

pub fn none_undeclared(facts: &Facts, thresholds: &Thresholds) -> Look {
    let linux = facts.linux()?;
    let boot = linux.boot.as_ref().map_err(Clone::clone)?;
    let mut evidence = Vec::new();
    for unit in FILTERS {
        if let Some(link) = boot.unit(&linux.root, &[unit])? {
            evidence.push(Evidence::full(quote(unit)).at(link).expected(say("L36.off")));
        }
    }
    for (path, units) in SAVED {
        let text = linux.root.text(path)?.unwrap_or_default();
        if let Some((line, text)) = settings(&text).find(|(_, line)| refuses(line))
            && boot.unit(&linux.root, units)?.is_some()
        {
            evidence.push(Evidence::full(quote(text)).at(path).line(line).expected(say("L36.off")));
        }
    }
    evidence.extend(ufw(linux)?);
    for line in boot.lines_that_run(&linux.root, &["iptables-restore", "ip6tables-restore", "nft"])? {
        if !SAVED.iter().any(|(_, units)| units.iter().any(|unit| line.path.ends_with(unit))) {
            let found = Evidence::full(quote(&line.text)).at(&line.path);
            let found = if line.line > 0 { found.line(line.line) } else { found };
            evidence.push(found.expected(say("L36.off")));
        }
    }
    if thresholds.firewall_declared {
        return Ok(Outcome::holds(say("L36.declared")));
    }
    Ok(Outcome::of(evidence, say("L36.broken"), say("L36.holds")))
}

/// Whether a line of saved rules keeps packets out. Rules that let everything through are none.
fn refuses(line: &str) -> bool {
    let mut words = line.split([' ', '\t', ';', '{', '}']);
    words.any(|word| matches!(word.to_ascii_lowercase().as_str(), "drop" | "reject"))
        || line.starts_with("-A ")
}

fn ufw(linux: &Linux) -> Result<Option<Evidence>, Undecided> {
    let text = linux.root.text(UFW)?.unwrap_or_default();
    let on = settings(&text).find(|(_, line)| line.eq_ignore_ascii_case("ENABLED=yes"));
    let boot = linux.boot.as_ref().map_err(Clone::clone)?;
    if boot.unit(&linux.root, &["ufw.service", "ufw"])?.is_none() {
        return Ok(None);
    }
    Ok(on.map(|(line, text)| Evidence::full(quote(text)).at(UFW).line(line).expected(quote("ENABLED=no"))))
}
