//! L04–L07: the Azure Linux agent, and who gives a machine its identity.

use crate::facts::{Facts, Linux};
use crate::finding::{Evidence, Look, Outcome, Undecided};
use crate::linux::boot::{Init, mask_of};
use crate::linux::cloud_init::PROGRAM;
use crate::linux::waagent;
use crate::phrase::{quote, say};
use crate::profile::Thresholds;
use crate::rules::system::installed_agent;

const UNITS: [&str; 4] = ["waagent.service", "walinuxagent.service", "waagent", "walinuxagent"];
const PROGRAMS: [&str; 3] = ["/usr/sbin/waagent", "/usr/bin/waagent", "/sbin/waagent"];

/// What the agent reads before it installs a newer version of itself.
const UPDATES: [&str; 2] = ["AutoUpdate.Enabled", "AutoUpdate.UpdateToLatestVersion"];
const PROVISIONER: &str = "Provisioning.Agent";
/// What older agents read instead.
const PROVISIONS: &str = "Provisioning.Enabled";

fn is_installed(linux: &Linux) -> Result<bool, Undecided> {
    if installed_agent(linux)?.is_some() {
        return Ok(true);
    }
    for path in PROGRAMS {
        if linux.root.file(path)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn no_agent() -> Outcome {
    Outcome::not_applicable(say("not_applicable.no_agent"))
}

pub fn updates_itself(facts: &Facts, _: &Thresholds) -> Look {
    let linux = facts.linux()?;
    if !is_installed(linux)? {
        return Ok(no_agent());
    }
    let config = waagent::read(&linux.root)?;
    let evidence = UPDATES
        .iter()
        .filter_map(|name| Some((name, config.says_no(name)?)))
        .map(|(name, setting)| {
            let found = Evidence::full(quote(&format!("{name}={}", setting.value)));
            setting.place(found).expected(quote(&format!("{name}=y")))
        })
        .collect();
    Ok(Outcome::of(evidence, say("L04.broken"), say("L04.holds")))
}

/// What starts the agent at boot: a link, or a line.
fn starts(linux: &Linux) -> Result<Option<String>, Undecided> {
    let boot = linux.boot.as_ref().map_err(Clone::clone)?;
    if let Some(link) = boot.unit(&linux.root, &UNITS)? {
        return Ok(Some(link.to_owned()));
    }
    let line = if boot.init == Init::Systemd { None } else { boot.line_that_runs(PROGRAMS[0]) };
    Ok(line.map(|line| format!("{}:{}", line.path, line.line)))
}

pub fn starts_at_boot(facts: &Facts, _: &Thresholds) -> Look {
    let linux = facts.linux()?;
    if !is_installed(linux)? {
        return Ok(no_agent());
    }
    if let Some(place) = starts(linux)? {
        return Ok(Outcome::holds(say("L05.holds").text("place", &place)));
    }
    if linux.boot.as_ref().map_err(Clone::clone)?.init == Init::Unknown {
        return Err(Undecided(say("undecided.init")));
    }
    for unit in &UNITS[..2] {
        if let Some(mask) = mask_of(&linux.root, unit)? {
            let evidence = Evidence::full(say("unit.masked")).at(&mask).expected(say("L05.enabled"));
            return Ok(Outcome::broken(say("L05.broken"), evidence));
        }
    }
    let evidence = Evidence::full(say("L05.not_enabled")).at(PROGRAMS[0]).expected(say("L05.enabled"));
    Ok(Outcome::broken(say("L05.broken"), evidence))
}

/// Who is to give a machine its name, user and keys.
pub fn provisioner(facts: &Facts, _: &Thresholds) -> Look {
    let linux = facts.linux()?;
    let config = waagent::read(&linux.root)?;
    let cloud_init = linux.cloud_init()?.is_some_and(|cloud_init| cloud_init.runs());
    let agent = is_installed(linux)? && starts(linux)?.is_some();
    let by_cloud_init = Outcome::holds(say("L06.cloud_init"));
    let by_agent = Outcome::holds(say("L06.agent"));
    let Some(setting) = config.setting(PROVISIONER) else {
        return Ok(match config.says_no(PROVISIONS) {
            _ if cloud_init => by_cloud_init,
            Some(setting) => {
                let found = Evidence::full(quote(&format!("{PROVISIONS}={}", setting.value)));
                let evidence = setting.place(found).expected(quote(&format!("{PROVISIONER}=auto")));
                Outcome::broken(say("L06.broken"), evidence)
            }
            None if agent => by_agent,
            None => {
                let evidence =
                    Evidence::full(say("L06.nobody")).at(waagent::CONFIG).expected(say("L06.expected"));
                Outcome::broken(say("L06.broken"), evidence)
            }
        });
    };
    let found = Evidence::full(quote(&format!("{PROVISIONER}={}", setting.value)));
    let evidence = setting.place(found).expected(say("L06.expected"));
    Ok(match setting.value.to_ascii_lowercase().as_str() {
        "auto" | "cloud-init" if cloud_init => by_cloud_init,
        "auto" | "waagent" if agent => by_agent,
        "auto" | "cloud-init" | "waagent" => Outcome::broken(say("L06.absent"), evidence),
        "disabled" => Outcome::broken(say("L06.broken"), evidence),
        _ => Outcome::broken(say("L06.unknown"), evidence),
    })
}

pub fn cloud_init_reads_azure(facts: &Facts, _: &Thresholds) -> Look {
    let linux = facts.linux()?;
    let Some(cloud_init) = linux.cloud_init()? else {
        return Ok(Outcome::not_applicable(say("not_applicable.no_cloud_init")));
    };
    let mut evidence = Vec::new();
    if let Some(disabled) = cloud_init.disabled.clone() {
        // Where the agent is told to do the work, cloud-init may rest.
        let agent_does =
            waagent::read(&linux.root)?.setting(PROVISIONER).is_some_and(|who| who.is("waagent"));
        let weight = if agent_does { crate::finding::Weight::Light } else { disabled.weight };
        evidence.push(Evidence { weight, ..disabled });
    } else if !cloud_init.starts {
        evidence.push(Evidence::full(say("L07.not_started")).at(PROGRAM).expected(say("L05.enabled")));
    }
    if let Some(list) = cloud_init.sources()
        && !list.text().contains("Azure")
    {
        let found = Evidence::full(quote(&list.text())).at(&list.path).line(list.line());
        evidence.push(found.expected(quote("datasource_list: [ Azure ]")));
    }
    Ok(Outcome::of(evidence, say("L07.broken"), say("L07.holds")))
}
