//! L33, L34, L37: what the builder left behind, or made the machine do by itself.

use disk::tree::Kind;

use crate::facts::Facts;
use crate::finding::{Evidence, Look, Outcome, Undecided, Weight};
use crate::linux::accounts::homes;
use crate::linux::root::{Root, settings};
use crate::linux::scheduled::{self, Sort};
use crate::phrase::{quote, say};
use crate::profile::Thresholds;

/// What shows that something of the build is still there. A path that ends in `*` stands for all names that begin so.
struct Trace {
    path: &'static str,
    /// What left it.
    of: &'static str,
    weight: Weight,
}

const fn identity(path: &'static str, of: &'static str) -> Trace {
    Trace { path, of, weight: Weight::Full }
}

const fn trace(path: &'static str, of: &'static str) -> Trace {
    Trace { path, of, weight: Weight::Light }
}

/// Full where the machine would act under the builder's identity, light where it is only untidy.
const TRACES: &[Trace] = &[
    identity("/etc/opt/microsoft/mdatp/mdatp_onboard.json", "Microsoft Defender"),
    trace("/opt/microsoft/mdatp", "Microsoft Defender"),
    identity("/etc/opt/microsoft/omsagent", "Log Analytics"),
    identity("/home/vagrant", "Vagrant"),
    trace("/etc/vagrant_box_build_time", "Vagrant"),
    trace("/vagrant", "Vagrant"),
    trace("/tmp/packer*", "Packer"),
    trace("/tmp/script_*", "Packer"),
    trace("/var/tmp/packer*", "Packer"),
    trace("/root/.ansible", "Ansible"),
    trace("/tmp/ansible*", "Ansible"),
    trace("/tmp/.ansible*", "Ansible"),
    identity("/etc/chef/client.pem", "Chef"),
    identity("/etc/puppetlabs/puppet/ssl/private_keys", "Puppet"),
    identity("/etc/salt/pki/minion/minion.pem", "Salt"),
    identity("/etc/gitlab-runner/config.toml", "GitLab Runner"),
    identity("/home/gitlab-runner", "GitLab Runner"),
    identity("/opt/actions-runner/.credentials", "GitHub Actions"),
    identity("/home/runner/actions-runner/.credentials", "GitHub Actions"),
    identity("/actions-runner/.credentials", "GitHub Actions"),
    identity("/azp/agent/.credentials", "Azure Pipelines"),
    identity("/home/azureuser", "Azure"),
    identity("/var/lib/jenkins/secrets", "Jenkins"),
    trace("/home/jenkins", "Jenkins"),
    identity("/etc/buildkite-agent/buildkite-agent.cfg", "Buildkite"),
    identity("/opt/CrowdStrike", "CrowdStrike Falcon"),
    identity("/opt/Tanium", "Tanium"),
    identity("/opt/ds_agent", "Trend Micro"),
    identity("/opt/sophos-av", "Sophos"),
    identity("/opt/sentinelone", "SentinelOne"),
    identity("/opt/rapid7", "Rapid7"),
    identity("/usr/local/qualys", "Qualys"),
    identity("/opt/nessus_agent/var/nessus", "Nessus"),
    identity("/var/ossec/etc/client.keys", "Wazuh"),
    identity("/etc/teamviewer/global.conf", "TeamViewer"),
    identity("/etc/anydesk/service.conf", "AnyDesk"),
    identity("/var/lib/tailscale/tailscaled.state", "Tailscale"),
    identity("/var/lib/zerotier-one/identity.secret", "ZeroTier"),
    trace("/opt/VBoxGuestAdditions*", "VirtualBox"),
    trace("/etc/vmware-tools", "VMware Tools"),
];

pub fn no_traces_of_the_build(facts: &Facts, _: &Thresholds) -> Look {
    let root = &facts.linux()?.root;
    let mut evidence = Vec::new();
    for Trace { path, of, weight } in TRACES {
        for path in matching(root, path)? {
            let node = root.node(&path)?;
            let is_empty = match node.as_ref().map(|node| node.kind) {
                Some(Kind::Directory) => root.names(&path)?.is_empty(),
                Some(_) => false,
                None => true,
            };
            if !is_empty {
                let found = say("L33.trace").text("of", of);
                let piece =
                    if *weight == Weight::Full { Evidence::full(found) } else { Evidence::light(found) };
                evidence.push(piece.at(&path).expected(say("absent")));
            }
        }
    }
    Ok(Outcome::of(evidence, say("L33.broken"), say("L33.holds")))
}

/// The paths that a trace stands for.
fn matching(root: &Root, path: &str) -> Result<Vec<String>, Undecided> {
    let Some(begin) = path.strip_suffix('*') else { return Ok(vec![path.to_owned()]) };
    let (folder, begin) = begin.rsplit_once('/').unwrap_or(("", begin));
    let folder = if folder.is_empty() { "/" } else { folder };
    let names = root.names(folder)?.into_iter().filter(|name| name.starts_with(begin));
    Ok(names.map(|name| format!("{}/{name}", folder.trim_end_matches('/'))).collect())
}

const PRELOAD: &str = "/etc/ld.so.preload";
const RC_LOCAL: [&str; 2] = ["/etc/rc.local", "/etc/rc.d/rc.local"];

pub fn runs_what_packages_brought(facts: &Facts, _: &Thresholds) -> Look {
    let linux = facts.linux()?;
    let root = &linux.root;
    let mut evidence = Vec::new();
    let preload = root.text(PRELOAD)?.unwrap_or_default();
    for (number, line) in settings(&preload) {
        evidence.push(Evidence::full(quote(line)).at(PRELOAD).line(number).expected(say("L34.no_preload")));
    }
    rc_local(root, &mut evidence)?;
    let belonging = facts.belonging()?;
    if !belonging.is_known && evidence.is_empty() {
        return Ok(Outcome::not_applicable(say("not_applicable.no_lists")));
    }
    let foreign =
        scheduled::all(root)?.into_iter().filter(|task| belonging.is_known && !belonging.owns(&task.path));
    evidence.extend(foreign.map(|task| {
        let found = match task.sort {
            Sort::Cron => say("L34.cron"),
            Sort::Timer => say("L34.timer"),
            Sort::PamModule => say("L34.pam"),
        };
        Evidence::light(found).at(&task.path).expected(say("L34.owned"))
    }));
    Ok(Outcome::of(evidence, say("L34.broken"), say("L34.holds")))
}

fn rc_local(root: &Root, evidence: &mut Vec<Evidence>) -> Result<(), Undecided> {
    for path in RC_LOCAL {
        if root.file(path)?.is_none_or(|file| file.mode & 0o111 == 0) {
            continue;
        }
        let text = root.text(path)?.unwrap_or_default();
        let mut lines =
            settings(&text).filter(|(_, line)| !matches!(*line, "exit 0" | "touch /var/lock/subsys/local"));
        if let Some((number, line)) = lines.next() {
            evidence.push(Evidence::light(quote(line)).at(path).line(number).expected(say("L34.nothing")));
        }
    }
    Ok(())
}

const HOSTS: &str = "/etc/hosts";
/// Logs that speak of one machine and of those who were on it; what packages were installed is no secret.
const LOGS: [&str; 15] = [
    "auth.log",
    "secure",
    "syslog",
    "messages",
    "kern.log",
    "daemon.log",
    "user.log",
    "cron",
    "maillog",
    "wtmp",
    "btmp",
    "waagent.log",
    "cloud-init.log",
    "cloud-init-output.log",
    "audit/audit.log",
];
/// What a new account's home holds.
const SKELETON: [&str; 7] =
    [".bashrc", ".profile", ".bash_profile", ".bash_logout", ".cshrc", ".tcshrc", ".vimrc"];
const CACHES: [(&str, &str); 5] = [
    ("/var/cache/apt/archives", ".deb"),
    ("/var/cache/dnf", ".rpm"),
    ("/var/cache/yum", ".rpm"),
    ("/var/cache/zypp/packages", ".rpm"),
    ("/var/cache/apk", ".apk"),
];

pub fn tidy(facts: &Facts, _: &Thresholds) -> Look {
    let linux = facts.linux()?;
    let root = &linux.root;
    let mut evidence = Vec::new();
    hosts(root, &mut evidence)?;
    let accounts = linux.accounts.as_ref().map_err(Clone::clone)?;
    let mut known = vec!["/etc/ssh/ssh_known_hosts".to_owned()];
    known.extend(homes(root, accounts)?.iter().map(|home| format!("{home}/.ssh/known_hosts")));
    let logs = LOGS.iter().map(|name| (format!("/var/log/{name}"), "L37.log"));
    let files = known.into_iter().map(|path| (path, "L37.known_hosts")).chain(logs);
    for (path, key) in files {
        if let Some(file) = root.file(&path)?.filter(|file| file.size_bytes > 0) {
            let found = match key {
                "L37.log" => say("L37.log").bytes("size", file.size_bytes),
                _ => say("L37.known_hosts"),
            };
            evidence.push(Evidence::full(found).at(&path).expected(say("L37.empty")));
        }
    }
    if let Some(journal) = root.names("/var/log/journal")?.first() {
        evidence.push(
            Evidence::full(say("L37.journal"))
                .at(&format!("/var/log/journal/{journal}"))
                .expected(say("absent")),
        );
    }
    snake_oil(root, &mut evidence)?;
    strewn(root, &mut evidence)?;
    Ok(Outcome::of(evidence, say("L37.broken"), say("L37.holds")))
}

/// Names of other machines than this one.
fn hosts(root: &Root, evidence: &mut Vec<Evidence>) -> Result<(), Undecided> {
    let text = root.text(HOSTS)?.unwrap_or_default();
    for (number, line) in settings(&text) {
        let address = line.split_whitespace().next().unwrap_or("");
        let own = address.starts_with("127.")
            || ["::1", "fe00::0", "ff00::0", "ff02::1", "ff02::2", "ff02::3"].contains(&address);
        if !own {
            evidence.push(Evidence::full(quote(line)).at(HOSTS).line(number).expected(say("L37.own_name")));
        }
    }
    Ok(())
}

/// Keys that a package made for this one machine when it was installed.
fn snake_oil(root: &Root, evidence: &mut Vec<Evidence>) -> Result<(), Undecided> {
    for folder in ["/etc/ssl/private", "/etc/pki/tls/private"] {
        for name in root.names(folder)?.iter().filter(|name| name.ends_with(".key") || name.ends_with(".pem"))
        {
            let path = format!("{folder}/{name}");
            if root.file(&path)?.is_some_and(|file| file.size_bytes > 0) {
                evidence.push(Evidence::full(say("L37.key")).at(&path).expected(say("L37.made_at_boot")));
            }
        }
    }
    Ok(())
}

fn strewn(root: &Root, evidence: &mut Vec<Evidence>) -> Result<(), Undecided> {
    for name in root.names("/root")?.iter().filter(|name| !SKELETON.contains(&name.as_str())) {
        let path = format!("/root/{name}");
        // Histories and keys are other rules'.
        if !name.ends_with("_history") && root.file(&path)?.is_some_and(|file| file.size_bytes > 0) {
            evidence.push(Evidence::full(say("L37.file")).at(&path).expected(say("absent")));
        }
    }
    for folder in ["/tmp", "/var/tmp"] {
        if let Some(name) = root.names(folder)?.iter().find(|name| !name.starts_with("systemd-private-")) {
            let path = format!("{folder}/{name}");
            let is_empty_folder = root.node(&path)?.is_some_and(|node| node.kind == Kind::Directory)
                && root.names(&path)?.is_empty();
            if !is_empty_folder {
                evidence.push(Evidence::full(say("L37.file")).at(&path).expected(say("L37.empty")));
            }
        }
    }
    for (folder, end) in CACHES {
        if let Some(name) = root.names(folder)?.iter().find(|name| name.ends_with(end)) {
            evidence.push(
                Evidence::full(say("L37.cache")).at(&format!("{folder}/{name}")).expected(say("L37.empty")),
            );
        }
    }
    let cache = "/root/.cache";
    if !root.names(cache)?.is_empty() {
        evidence.push(Evidence::full(say("L37.cache")).at(cache).expected(say("absent")));
    }
    Ok(())
}
