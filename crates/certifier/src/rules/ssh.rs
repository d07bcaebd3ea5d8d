//! L16–L19: the SSH server.

use crate::facts::{Facts, Linux};
use crate::finding::{Evidence, Look, Outcome, Undecided};
use crate::linux::boot::{BootLine, Init, mask_of, words};
use crate::linux::sshd::{Setting, Sshd, seconds};
use crate::phrase::{Phrase, quote, say};
use crate::profile::Thresholds;

const OPENSSH: [&str; 2] = ["/usr/sbin/sshd", "/usr/bin/sshd"];
const DROPBEAR: [&str; 3] = ["/usr/sbin/dropbear", "/usr/bin/dropbear", "/sbin/dropbear"];
const OPENSSH_UNITS: [&str; 6] = ["ssh.service", "sshd.service", "ssh.socket", "sshd.socket", "ssh", "sshd"];
const DROPBEAR_UNITS: [&str; 3] = ["dropbear.service", "dropbear.socket", "dropbear"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Server {
    OpenSsh,
    Dropbear,
}

/// The server that is installed, and its program.
fn installed(linux: &Linux) -> Result<Option<(Server, &'static str)>, Undecided> {
    for (server, paths) in [(Server::OpenSsh, &OPENSSH[..]), (Server::Dropbear, &DROPBEAR[..])] {
        for path in paths {
            if linux.root.file(path)?.is_some_and(|file| file.mode & 0o111 != 0) {
                return Ok(Some((server, path)));
            }
        }
    }
    Ok(None)
}

pub fn server(facts: &Facts, _: &Thresholds) -> Look {
    let linux = facts.linux()?;
    let Some((server, path)) = installed(linux)? else {
        let evidence = Evidence::full(say("absent")).at(OPENSSH[0]).expected(say("L16.installed"));
        return Ok(Outcome::broken(say("L16.missing"), evidence));
    };
    let boot = linux.boot.as_ref().map_err(Clone::clone)?;
    let units: &[&str] = match server {
        Server::OpenSsh => &OPENSSH_UNITS,
        Server::Dropbear => &DROPBEAR_UNITS,
    };
    if let Some(link) = boot.unit(&linux.root, units)? {
        return Ok(Outcome::holds(say("L16.holds").text("place", link)));
    }
    if boot.init != Init::Systemd
        && let Some(line) = boot.line_that_runs(path)
    {
        return Ok(Outcome::holds(say("L16.holds").text("place", &format!("{}:{}", line.path, line.line))));
    }
    if boot.init == Init::Unknown {
        return Err(Undecided(say("undecided.init")));
    }
    for unit in units {
        if let Some(mask) = mask_of(&linux.root, unit)? {
            let evidence = Evidence::full(say("unit.masked")).at(&mask).expected(say("L16.enabled"));
            return Ok(Outcome::broken(say("L16.not_started"), evidence));
        }
    }
    let evidence = Evidence::full(say("L16.not_enabled")).at(path).expected(say("L16.enabled"));
    Ok(Outcome::broken(say("L16.not_started"), evidence))
}

/// The configuration of OpenSSH, or why the rule does not apply.
fn openssh(linux: &Linux) -> Result<Result<&Sshd, Outcome>, Undecided> {
    Ok(match installed(linux)? {
        Some((Server::OpenSsh, _)) => Ok(linux.sshd.as_ref().map_err(Clone::clone)?),
        Some((Server::Dropbear, _)) => Err(Outcome::not_applicable(say("not_applicable.dropbear"))),
        None => Err(Outcome::not_applicable(say("not_applicable.no_ssh"))),
    })
}

fn placed(evidence: Evidence, setting: &Setting) -> Evidence {
    evidence.at(&setting.path).line(setting.line)
}

fn written(keyword: &str, setting: &Setting) -> Phrase {
    quote(&format!("{keyword} {}", setting.value))
}

pub fn client_alive(facts: &Facts, thresholds: &Thresholds) -> Look {
    const KEYWORD: &str = "ClientAliveInterval";
    let sshd = match openssh(facts.linux()?)? {
        Ok(sshd) => sshd,
        Err(outcome) => return Ok(outcome),
    };
    let (least, most) = (thresholds.client_alive_seconds_min, thresholds.client_alive_seconds_max);
    let expected = || say("L17.expected").count("least", least).count("most", most);
    let Some(effective) = sshd.effective(KEYWORD) else {
        let evidence = Evidence::full(say("L17.none")).at(&sshd.main).expected(expected());
        return Ok(Outcome::broken(say("L17.missing"), evidence));
    };
    let value = seconds(&effective.value).unwrap_or(0);
    let piece = |weigh: fn(Phrase) -> Evidence| {
        placed(weigh(written(KEYWORD, effective)), effective).expected(expected())
    };
    if value == 0 || value > most {
        return Ok(Outcome::broken(say("L17.outside").count("seconds", value), piece(Evidence::full)));
    }
    if value < least {
        return Ok(Outcome::broken(say("L17.short").count("seconds", value), piece(Evidence::light)));
    }
    // Some checkers read the main file alone: what holds and what is written there should be one.
    let literal = sshd.literal(KEYWORD);
    if literal.and_then(|setting| seconds(&setting.value)) == Some(value) {
        return Ok(Outcome::holds(say("L17.holds").count("seconds", value)));
    }
    let found = match literal {
        Some(setting) => placed(Evidence::light(written(KEYWORD, setting)), setting),
        None => Evidence::light(say("L17.none")).at(&sshd.main),
    };
    let reason = say("L17.differs").count("seconds", value).text("main", &sshd.main);
    let reason = reason.text("place", &format!("{}:{}", effective.path, effective.line));
    let remedy = say("L17.differs_remedy").count("seconds", value).text("main", &sshd.main);
    Ok(Outcome::broken(reason, found.expected(written(KEYWORD, effective))).with_remedy(remedy))
}

pub fn root_login(facts: &Facts, _: &Thresholds) -> Look {
    let linux = facts.linux()?;
    if let Some((Server::Dropbear, path)) = installed(linux)? {
        return dropbear_login(linux, path);
    }
    let sshd = match openssh(linux)? {
        Ok(sshd) => sshd,
        Err(outcome) => return Ok(outcome),
    };
    let mut evidence = Vec::new();
    for (keyword, good) in [("PermitRootLogin", "prohibit-password"), ("PermitEmptyPasswords", "no")] {
        let expected = || quote(&format!("{keyword} {good}"));
        let says_yes = |setting: &&Setting| setting.value.eq_ignore_ascii_case("yes");
        if let Some(setting) = sshd.effective(keyword).filter(says_yes) {
            evidence.push(placed(Evidence::full(written(keyword, setting)), setting).expected(expected()));
        }
        for setting in sshd.matched(keyword).filter(says_yes) {
            evidence.push(placed(Evidence::full(written(keyword, setting)), setting).expected(expected()));
        }
        if let Some(setting) = sshd.literal(keyword).filter(says_yes)
            && sshd.effective(keyword).is_some_and(|effective| effective.value != setting.value)
        {
            evidence.push(placed(Evidence::light(written(keyword, setting)), setting).expected(expected()));
        }
    }
    let passwords = sshd.effective("PasswordAuthentication").map_or("yes", |setting| setting.value.as_str());
    Ok(Outcome::of(evidence, say("L18.broken"), say("L18.holds").text("passwords", passwords)))
}

/// Dropbear has no file: what it allows stands in the line that starts it.
fn dropbear_login(linux: &Linux, path: &str) -> Look {
    let boot = linux.boot.as_ref().map_err(Clone::clone)?;
    let Some(line) = boot.line_that_runs(path) else {
        return Err(Undecided(say("L18.dropbear_line")));
    };
    let refuses = |line: &BootLine| {
        let options = words(&line.text).filter(|word| word.starts_with('-') && !word.starts_with("--"));
        options.flat_map(str::chars).any(|option| matches!(option, 's' | 'g' | 'w'))
    };
    if refuses(line) {
        return Ok(Outcome::holds(say("L18.dropbear_holds")));
    }
    let evidence =
        Evidence::light(quote(&line.text)).at(&line.path).line(line.line).expected(quote("dropbear -s"));
    Ok(Outcome::broken(say("L18.dropbear"), evidence).with_remedy(say("L18.dropbear_remedy")))
}

pub fn no_host_keys(facts: &Facts, _: &Thresholds) -> Look {
    let root = &facts.linux()?.root;
    let mut evidence = Vec::new();
    for (folder, begins, ends) in [
        ("/etc/ssh", "ssh_host_", "_key"),
        ("/etc/dropbear", "dropbear_", "_host_key"),
        ("/usr/local/etc/ssh", "ssh_host_", "_key"),
    ] {
        for name in root.names(folder)?.iter().filter(|name| name.starts_with(begins) && name.ends_with(ends))
        {
            let path = format!("{folder}/{name}");
            // An empty file is no key: systems make one in its place.
            if root.file(&path)?.is_some_and(|file| file.size_bytes > 0) {
                evidence.push(Evidence::full(say("L19.key")).at(&path).expected(say("absent")));
            }
        }
    }
    Ok(Outcome::of(evidence, say("L19.broken"), say("L19.holds")))
}
