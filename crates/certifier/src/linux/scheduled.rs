//! What a system runs by itself beside its services: tasks of cron, timers, and the modules through which everyone enters.

use crate::finding::Undecided;
use crate::linux::root::Root;

const CRON_FOLDERS: [&str; 5] =
    ["/etc/cron.d", "/etc/cron.hourly", "/etc/cron.daily", "/etc/cron.weekly", "/etc/cron.monthly"];
/// Tables of people, which no package brings.
const TABLE_FOLDERS: [&str; 4] =
    ["/var/spool/cron", "/var/spool/cron/crontabs", "/var/spool/cron/tabs", "/etc/crontabs"];
const UNIT_FOLDERS: [&str; 4] = [
    "/etc/systemd/system",
    "/usr/lib/systemd/system",
    "/usr/local/lib/systemd/system",
    "/lib/systemd/system",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Cron,
    Timer,
    PamModule,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheduled {
    pub path: String,
    pub sort: Sort,
}

/// All of them.
pub fn all(root: &Root) -> Result<Vec<Scheduled>, Undecided> {
    let mut found = Vec::new();
    let cron = CRON_FOLDERS.iter().chain(&TABLE_FOLDERS).map(|folder| (*folder).to_owned());
    let visible: fn(&str) -> bool = |name| !name.starts_with('.');
    let is_timer: fn(&str) -> bool = |name| name.ends_with(".timer");
    let is_module: fn(&str) -> bool = |name| name.ends_with(".so");
    // On most systems `/lib` is a link, and its files are met under `/usr/lib`.
    let is_twice = root.link("/lib")?.is_some();
    let units = UNIT_FOLDERS.iter().filter(|folder| !(is_twice && folder.starts_with("/lib/")));
    let units = units.map(|folder| (*folder).to_owned());
    let mut modules = Vec::new();
    for lib in ["/usr/lib", "/usr/lib64", "/lib"].into_iter().filter(|lib| !(is_twice && *lib == "/lib")) {
        modules.push(format!("{lib}/security"));
        let machines = root.names(lib)?.into_iter().filter(|name| name.contains("-linux-"));
        modules.extend(machines.map(|machine| format!("{lib}/{machine}/security")));
    }
    for (folders, sort, is_wanted) in [
        (cron.collect::<Vec<_>>(), Sort::Cron, visible),
        (units.collect(), Sort::Timer, is_timer),
        (modules, Sort::PamModule, is_module),
    ] {
        for folder in folders {
            for name in root.names(&folder)?.iter().filter(|name| is_wanted(name)) {
                let path = format!("{folder}/{name}");
                let has_content = root.file(&path)?.is_some_and(|file| file.size_bytes > 0);
                if has_content && root.link(&path)?.is_none() {
                    found.push(Scheduled { path, sort });
                }
            }
        }
    }
    Ok(found)
}
