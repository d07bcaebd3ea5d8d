//! L22, L23, L35: who may do what on the machine, beside what the packages say.

use crate::facts::Facts;
use crate::finding::{Evidence, Look, Outcome, Undecided};
use crate::linux::accounts::PASSWD;
use crate::linux::root::{Root, settings};
use crate::phrase::{quote, say};
use crate::profile::Thresholds;

/// People's numbers begin here; this one is nobody's.
const PEOPLE_FROM: u32 = 1000;
const NOBODY: [u32; 2] = [65_534, 65_535];

const SUDOERS: &str = "/etc/sudoers";
/// More files than this are an include loop, or something that nobody wrote.
const SUDOERS_FILES_MAX: usize = 200;

pub fn no_people(facts: &Facts, _: &Thresholds) -> Look {
    let root = &facts.linux()?.root;
    let mut evidence = Vec::new();
    let passwd = root.text(PASSWD)?.unwrap_or_default();
    for (number, line) in settings(&passwd) {
        let fields: Vec<&str> = line.split(':').collect();
        let (Some(name), Some(Ok(uid))) = (fields.first(), fields.get(2).map(|uid| uid.parse::<u32>()))
        else {
            continue;
        };
        // Without a shell in the line, the system gives one.
        let shell = fields.get(6).copied().filter(|shell| !shell.is_empty()).unwrap_or("/bin/sh");
        let may_enter = !["nologin", "false", "sync", "halt", "shutdown"]
            .contains(&shell.rsplit('/').next().unwrap_or(""));
        let piece = if uid == 0 && *name != "root" {
            Evidence::full(say("L22.second_root").text("account", name)).expected(say("L22.one_root"))
        } else if uid >= PEOPLE_FROM && !NOBODY.contains(&uid) && may_enter {
            let found = say("L22.person").text("account", name).count("uid", u64::from(uid));
            Evidence::light(found.text("shell", shell)).expected(say("L22.none"))
        } else {
            continue;
        };
        evidence.push(piece.at(PASSWD).line(number));
    }
    Ok(Outcome::of(evidence, say("L22.broken"), say("L22.holds")))
}

pub fn sudo(facts: &Facts, _: &Thresholds) -> Look {
    let root = &facts.linux()?.root;
    let mut evidence = Vec::new();
    let mut ahead = vec![SUDOERS.to_owned()];
    let mut read = Vec::new();
    while let Some(path) = ahead.pop() {
        if read.contains(&path) {
            continue;
        }
        if read.len() >= SUDOERS_FILES_MAX {
            return Err(Undecided(say("L23.include_loop").text("path", SUDOERS)));
        }
        let text = root.text(&path)?.unwrap_or_default();
        for (number, line) in joined(&text) {
            match included(root, &path, &line)? {
                Some(files) => ahead.extend(files),
                None => evidence.extend(judged(&line).map(|piece| piece.at(&path).line(number))),
            }
        }
        read.push(path);
    }
    Ok(Outcome::of(evidence, say("L23.broken"), say("L23.holds")))
}

/// Lines with those that follow a backslash joined to them, by the number of the first. `#include` is no comment here.
fn joined(text: &str) -> Vec<(u64, String)> {
    let mut lines: Vec<(u64, String)> = Vec::new();
    let mut goes_on = false;
    for (number, line) in (1..).zip(text.lines()) {
        let (part, next) = line.strip_suffix('\\').map_or((line, false), |part| (part, true));
        match lines.last_mut().filter(|_| goes_on) {
            Some((_, whole)) => whole.push_str(part),
            None => lines.push((number, part.to_owned())),
        }
        goes_on = next;
    }
    let is_comment = |line: &str| line.starts_with('#') && !line.starts_with("#include");
    let trimmed = lines.into_iter().map(|(number, line)| (number, line.trim().to_owned()));
    trimmed.filter(|(_, line)| !line.is_empty() && !is_comment(line)).collect()
}

/// The files that a line includes, if it does.
fn included(root: &Root, from: &str, line: &str) -> Result<Option<Vec<String>>, Undecided> {
    let Some(rest) = line.strip_prefix(['#', '@']).and_then(|rest| rest.strip_prefix("include")) else {
        return Ok(None);
    };
    let whole = |path: &str| {
        let path = path.trim().trim_matches('"');
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        if path.starts_with('/') { path.to_owned() } else { format!("{folder}/{path}") }
    };
    let Some(folder) = rest.strip_prefix("dir") else { return Ok(Some(vec![whole(rest)])) };
    let folder = whole(folder);
    let names = root.names(&folder)?;
    // sudo passes over names with a dot, and what editors leave behind.
    let names =
        names.iter().filter(|name| !name.contains('.') && !name.ends_with('~')).take(SUDOERS_FILES_MAX);
    Ok(Some(names.map(|name| format!("{folder}/{name}")).collect()))
}

fn judged(line: &str) -> Option<Evidence> {
    if let Some(settings) = line.strip_prefix("Defaults") {
        let mut words = settings.split([',', ' ', '\t', '=']);
        let asks_for_root = words.any(|word| matches!(word, "targetpw" | "rootpw" | "runaspw"));
        return asks_for_root.then(|| Evidence::full(quote(line)).expected(say("L23.own_password")));
    }
    let compact: String = line.split_whitespace().collect();
    let without_password = compact.contains("NOPASSWD:ALL") || compact.contains("NOPASSWD:SETENV:ALL");
    without_password.then(|| Evidence::light(quote(line)).expected(say("L23.password")))
}

pub fn privileged_files(facts: &Facts, _: &Thresholds) -> Look {
    let linux = facts.linux()?;
    let content = facts.content.as_ref().ok_or_else(|| Undecided(say("undecided.not_looked")))?;
    let here = content.privileged.iter().filter(|file| file.volume == linux.partition);
    let belonging = facts.belonging()?;
    if !belonging.is_known {
        return Ok(Outcome::not_applicable(say("not_applicable.no_lists")));
    }
    let mut known = 0;
    let mut evidence = Vec::new();
    for file in here {
        if belonging.owns(&file.path) {
            known += 1;
            continue;
        }
        let found = match file.mode & 0o6000 {
            0 => say("L35.capabilities"),
            0o2000 => say("L35.setgid").text("mode", &format!("{:04o}", file.mode)),
            _ => say("L35.setuid").text("mode", &format!("{:04o}", file.mode)),
        };
        evidence.push(Evidence::full(found).at(&file.path).expected(say("L35.owned")));
    }
    Ok(Outcome::of(evidence, say("L35.broken"), say("L35.holds").count("count", known)))
}
