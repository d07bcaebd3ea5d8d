//! What a Linux system starts by itself: systemd units, System V links, or the lines of busybox's inittab and the scripts
//! that they run. Nothing is executed; scripts are read for the words in them.

use std::collections::BTreeSet;

use disk::tree::Kind;

use crate::finding::Undecided;
use crate::linux::root::{Root, settings};

/// Scripts longer than this are programs, not start scripts.
pub const SCRIPT_BYTES_MAX: u64 = 256 << 10;
pub const SCRIPTS_MAX: usize = 256;
const DEPTH_MAX: usize = 4;

/// In the order in which systemd looks.
const UNIT_FOLDERS: [&str; 4] = [
    "/etc/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];
/// What a target pulls in by links.
const LINKS: [&str; 3] = [".wants", ".requires", ".upholds"];
const SYSV_FOLDERS: [&str; 7] = [
    "/etc/rcS.d",
    "/etc/rc2.d",
    "/etc/rc3.d",
    "/etc/rc5.d",
    "/etc/runlevels/sysinit",
    "/etc/runlevels/boot",
    "/etc/runlevels/default",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Init {
    Systemd,
    Busybox,
    Sysv,
    Unknown,
}

/// A line that runs at boot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BootLine {
    pub path: String,
    pub line: u64,
    pub text: String,
}

pub struct Boot {
    pub init: Init,
    lines: Vec<BootLine>,
    /// Names of enabled units, or of System V scripts, with the link that enables them.
    enabled: Vec<(String, String)>,
}

/// Reads what the system starts.
pub fn read(root: &Root) -> Result<Boot, Undecided> {
    let init = which_init(root)?;
    let mut boot = Boot { init, lines: Vec::new(), enabled: Vec::new() };
    if init == Init::Systemd {
        boot.enabled = enabled_units(root)?;
    }
    for folder in SYSV_FOLDERS {
        for name in root.names(folder)? {
            let path = format!("{folder}/{name}");
            let digits =
                name.strip_prefix('S').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
            match digits {
                Some(service) if !folder.contains("runlevels") => {
                    // Systemd starts an old script only where it has no unit of that name.
                    let unit = format!("{service}.service");
                    let is_shadowed = init == Init::Systemd
                        && (unit_file(root, &unit)?.is_some() || is_masked(root, &unit)?);
                    if !is_shadowed {
                        boot.enabled.push((service.to_owned(), path));
                    }
                }
                None if folder.contains("runlevels") => boot.enabled.push((name.clone(), path)),
                _ => {}
            }
        }
    }
    if init != Init::Systemd {
        boot.lines = Lines::of_inittab(root)?;
    }
    Ok(boot)
}

fn which_init(root: &Root) -> Result<Init, Undecided> {
    let target = root.link("/sbin/init")?.or(root.link("/init")?).unwrap_or_default();
    if target.contains("systemd") {
        return Ok(Init::Systemd);
    }
    if target.contains("busybox") {
        return Ok(Init::Busybox);
    }
    // Busybox leaves the runlevels field empty or names a terminal in it; System V numbers its runlevels.
    let inittab = root.text("/etc/inittab")?.unwrap_or_default();
    let fields = settings(&inittab).map(|(_, line)| line.split(':').nth(1).unwrap_or("").to_owned());
    let numbered = fields.filter(|levels| levels.chars().any(|c| c.is_ascii_digit())).count();
    Ok(match (inittab.is_empty(), numbered) {
        (true, _) => Init::Unknown,
        (false, 0) => Init::Busybox,
        (false, _) => Init::Sysv,
    })
}

fn enabled_units(root: &Root) -> Result<Vec<(String, String)>, Undecided> {
    let mut enabled = Vec::new();
    for folder in UNIT_FOLDERS {
        for name in root.names(folder)? {
            let Some(target) = LINKS.iter().find_map(|ending| name.strip_suffix(ending)) else {
                continue;
            };
            // What a masked target wants is wanted by nobody.
            if is_masked(root, target)? {
                continue;
            }
            for unit in root.names(&format!("{folder}/{name}"))? {
                let path = format!("{folder}/{name}/{unit}");
                let target = root.link(&path)?.unwrap_or_default();
                // A link to /dev/null takes back what another folder links.
                if leads_to_nothing(&target) || enabled.iter().any(|(_, known)| *known == path) {
                    continue;
                }
                let meant = target.rsplit('/').next().unwrap_or("").to_owned();
                if meant != unit && meant.contains('.') && !meant.contains('@') {
                    enabled.push((meant, path.clone()));
                }
                enabled.push((unit, path));
            }
        }
    }
    let mut kept = Vec::new();
    for (unit, path) in enabled {
        if !is_masked(root, &unit)? {
            kept.push((unit, path));
        }
    }
    Ok(kept)
}

fn leads_to_nothing(target: &str) -> bool {
    target.trim_end_matches('/').ends_with("dev/null")
}

/// Whether a unit is masked: what systemd finds first under its name leads to `/dev/null`, or is empty.
pub fn is_masked(root: &Root, unit: &str) -> Result<bool, Undecided> {
    Ok(mask_of(root, unit)?.is_some())
}

/// What masks a unit, if something does.
pub fn mask_of(root: &Root, unit: &str) -> Result<Option<String>, Undecided> {
    for folder in UNIT_FOLDERS {
        let path = format!("{folder}/{unit}");
        if root.link(&path)?.is_some_and(|target| leads_to_nothing(&target)) {
            return Ok(Some(path));
        }
        if let Some(file) = root.file(&path)? {
            return Ok(Some(path).filter(|_| file.size_bytes == 0));
        }
    }
    Ok(None)
}

impl Boot {
    /// The link that enables the first of these units. A link to a unit file that is missing enables nothing.
    pub fn unit(&self, root: &Root, units: &[&str]) -> Result<Option<&str>, Undecided> {
        for (name, path) in &self.enabled {
            if !units.contains(&name.as_str()) {
                continue;
            }
            if self.init != Init::Systemd || root.node(path)?.is_some() || unit_file(root, name)?.is_some() {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }

    /// The first line run at boot that has `word` as a program: by its path, or by its name alone.
    pub fn line_that_runs(&self, path: &str) -> Option<&BootLine> {
        let name = path.rsplit('/').next().unwrap_or(path);
        self.lines.iter().find(|line| {
            words(&line.text).any(|word| word == path || word == name || word.ends_with(&format!("/{name}")))
        })
    }

    /// Where `path` is started, however this system starts things.
    pub fn starts(&self, root: &Root, path: &str) -> Result<Option<BootLine>, Undecided> {
        if let Some(line) = self.lines.iter().find(|line| words(&line.text).any(|word| word == path)) {
            return Ok(Some(line.clone()));
        }
        for (name, link) in &self.enabled {
            if self.init == Init::Systemd && name.ends_with(".service") {
                let Some(unit) = unit_file(root, name)? else { continue };
                let text = root.text(&unit)?.unwrap_or_default();
                let found = settings(&text)
                    .find(|(_, line)| line.starts_with("Exec") && words(line).any(|word| word == path))
                    .map(|(number, line)| BootLine {
                        path: unit.clone(),
                        line: number,
                        text: line.to_owned(),
                    });
                if found.is_some() {
                    return Ok(found);
                }
            } else if same_file(root, link, path)? {
                return Ok(Some(BootLine { path: link.clone(), line: 0, text: String::new() }));
            }
        }
        Ok(None)
    }
}

/// A start script longer than this in lines is read no further.
const SCRIPT_LINES_MAX: usize = 20_000;

impl Boot {
    /// Every line run at boot that has one of `programs` as a word: in inittab and its scripts, in enabled units, and in
    /// the scripts that they start.
    pub fn lines_that_run(&self, root: &Root, programs: &[&str]) -> Result<Vec<BootLine>, Undecided> {
        let runs =
            |text: &str| words(text).any(|word| programs.contains(&word.rsplit('/').next().unwrap_or(word)));
        let mut found: Vec<BootLine> = self.lines.iter().filter(|line| runs(&line.text)).cloned().collect();
        let mut scripts = BTreeSet::new();
        for (name, link) in &self.enabled {
            let unit = match self.init {
                Init::Systemd if name.ends_with(".service") => unit_file(root, name)?,
                _ => None,
            };
            let Some(unit) = unit else {
                if !name.contains('.') {
                    scripts.insert(link.clone());
                }
                continue;
            };
            let text = root.text(&unit)?.unwrap_or_default();
            for (line, text) in settings(&text).filter(|(_, line)| line.starts_with("Exec")) {
                if runs(text) {
                    found.push(BootLine { path: unit.clone(), line, text: text.to_owned() });
                } else {
                    scripts.extend(words(text).filter(|word| word.starts_with('/')).map(str::to_owned));
                }
            }
        }
        scripts.insert("/etc/rc.local".to_owned());
        scripts.insert("/etc/rc.d/rc.local".to_owned());
        for path in scripts.into_iter().take(SCRIPTS_MAX) {
            for (line, text) in script_lines(root, &path)? {
                if runs(&text) {
                    found.push(BootLine { path: path.clone(), line, text });
                }
            }
        }
        Ok(found)
    }
}

/// The lines of an executable script; none when the file is anything else.
fn script_lines(root: &Root, path: &str) -> Result<Vec<(u64, String)>, Undecided> {
    let Some(node) = root.file(path)?.filter(|node| node.mode & 0o111 != 0) else {
        return Ok(Vec::new());
    };
    if node.size_bytes > SCRIPT_BYTES_MAX || root.bytes(path, &node, 0, 2)? != b"#!" {
        return Ok(Vec::new());
    }
    let text = root.text(path)?.unwrap_or_default();
    Ok(settings(&text).take(SCRIPT_LINES_MAX).map(|(line, text)| (line, text.to_owned())).collect())
}

fn same_file(root: &Root, one: &str, other: &str) -> Result<bool, Undecided> {
    Ok(match (root.file(one)?, root.file(other)?) {
        (Some(one), Some(other)) => one.inode == other.inode,
        _ => false,
    })
}

/// The file of a unit, in the order in which systemd looks. An instance `x@y` is made from `x@`.
fn unit_file(root: &Root, unit: &str) -> Result<Option<String>, Undecided> {
    let template = unit.split_once('@').and_then(|(name, rest)| {
        let kind = rest.rsplit_once('.')?.1;
        Some(format!("{name}@.{kind}"))
    });
    for name in [Some(unit.to_owned()), template].into_iter().flatten() {
        for folder in UNIT_FOLDERS {
            let path = format!("{folder}/{name}");
            if root.file(&path)?.is_some() {
                return Ok(Some(path));
            }
        }
    }
    Ok(None)
}

/// The words of a shell line, split where a shell would begin another.
pub fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| c.is_whitespace() || ";|&<>()`\"'={}-+!@:".contains(c) && c != '-')
        .map(|word| word.trim_end_matches(','))
        .filter(|word| !word.is_empty())
}

/// The walk through inittab and the scripts that it names.
struct Lines<'a> {
    root: &'a Root,
    seen: BTreeSet<u64>,
    found: Vec<BootLine>,
}

impl Lines<'_> {
    fn of_inittab(root: &Root) -> Result<Vec<BootLine>, Undecided> {
        let mut lines = Lines { root, seen: BTreeSet::new(), found: Vec::new() };
        let path = "/etc/inittab";
        match root.text(path)? {
            Some(text) => {
                for (number, line) in settings(&text) {
                    let mut fields = line.splitn(4, ':').skip(2);
                    let (action, process) = (fields.next().unwrap_or(""), fields.next().unwrap_or(""));
                    if matches!(action, "off" | "shutdown" | "restart" | "ctrlaltdel" | "initdefault") {
                        continue;
                    }
                    lines.line(path, number, process.trim_start_matches(['-', '@', '+']), 0)?;
                }
            }
            // Without an inittab busybox runs this script.
            None => lines.script("/etc/init.d/rcS", 0)?,
        }
        Ok(lines.found)
    }

    fn line(&mut self, path: &str, number: u64, text: &str, depth: usize) -> Result<(), Undecided> {
        self.found.push(BootLine { path: path.to_owned(), line: number, text: text.to_owned() });
        if depth >= DEPTH_MAX {
            return Ok(());
        }
        for word in words(text) {
            if !word.starts_with('/') {
                continue;
            }
            match word.rsplit_once('/') {
                // `for script in /etc/init.d/S*` runs whatever is there under such a name.
                Some((folder, pattern)) if pattern.contains(['*', '?']) => {
                    let begins = pattern.split(['*', '?']).next().unwrap_or("");
                    for name in self.root.names(folder)?.iter().filter(|name| name.starts_with(begins)) {
                        self.script(&format!("{folder}/{name}"), depth + 1)?;
                    }
                }
                _ => self.script(word, depth + 1)?,
            }
        }
        Ok(())
    }

    /// Reads a script that a line names, once.
    fn script(&mut self, path: &str, depth: usize) -> Result<(), Undecided> {
        let Some(node) = self.root.node(path)?.filter(|node| node.kind == Kind::File) else {
            return Ok(());
        };
        if node.size_bytes > SCRIPT_BYTES_MAX
            || self.seen.len() >= SCRIPTS_MAX
            || !self.seen.insert(node.inode)
        {
            return Ok(());
        }
        let bytes = self.root.bytes(path, &node, 0, node.size_bytes)?;
        if !bytes.starts_with(b"#!") && !path.starts_with("/etc/") || bytes.contains(&0) {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for (number, line) in settings(&text) {
            self.line(path, number, line, depth)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use disk::tree::memory::Folder;

    use super::*;

    /// Checks where `program` is started, as `path:line`, or `-`.
    #[track_caller]
    fn check(files: &[(&str, &str)], program: &str, expected: &str) {
        let root = Root::of(Folder::of(files));
        let boot = read(&root).expect("a readable system");
        let found = boot.starts(&root, program).expect("a readable system");
        assert_eq!(found.map_or("-".to_owned(), |at| format!("{}:{}", at.path, at.line)), expected);
    }

    #[test]
    fn busybox_runs_what_inittab_and_its_scripts_name() {
        let files = [
            ("/sbin/init", "-> ../bin/busybox"),
            (
                "/etc/inittab",
                "# first\n::sysinit:/etc/init.d/rcS\nttyS0::respawn:/sbin/getty ttyS0\n::shutdown:/sbin/stop\n",
            ),
            ("/etc/init.d/rcS*", "#!/bin/sh\nmount -a\nfor s in /etc/init.d/S*; do $s start; done\n"),
            ("/etc/init.d/S40seed*", "#!/bin/sh\n# /usr/sbin/never\nexec /usr/lib/seed --once\n"),
            ("/usr/lib/seed*", "#!/bin/sh\necho cidata\n"),
        ];
        check(&files, "/usr/lib/seed", "/etc/init.d/S40seed:3");
        check(&files, "/sbin/getty", "/etc/inittab:3");
        check(&files, "/usr/sbin/never", "-");
        check(&files, "/sbin/stop", "-");
    }

    #[test]
    fn systemd_runs_what_an_enabled_unit_names_unless_it_is_masked() {
        let unit = "[Service]\nExecStart=/usr/lib/seed --once\n";
        let wanted = "/etc/systemd/system/multi-user.target.wants/seed.service";
        let files = [
            ("/sbin/init", "-> /lib/systemd/systemd"),
            ("/usr/lib/systemd/system/seed.service", unit),
            (wanted, "-> /usr/lib/systemd/system/seed.service"),
        ];
        check(&files, "/usr/lib/seed", "/usr/lib/systemd/system/seed.service:2");
        check(&files[..2], "/usr/lib/seed", "-");
        let masked = [files[0], files[1], files[2], ("/etc/systemd/system/seed.service", "-> /dev/null")];
        check(&masked, "/usr/lib/seed", "-");
    }

    #[test]
    fn masks_count_wherever_they_stand_and_for_targets_too() {
        let unit = ("/usr/lib/systemd/system/seed.service", "[Service]\nExecStart=/bin/seed\n");
        let link = ("/usr/lib/systemd/system/a.target.wants/seed.service", "-> ../seed.service");
        let init = ("/sbin/init", "-> /lib/systemd/systemd");
        check(&[init, unit, link], "/bin/seed", "/usr/lib/systemd/system/seed.service:2");
        check(&[init, unit, link, ("/etc/systemd/system/a.target", "-> /dev/null")], "/bin/seed", "-");
        // A mask of the distribution is lifted by a file of the administrator.
        let masked = [init, ("/usr/lib/systemd/system/seed.service", "-> /dev/null"), link];
        check(&masked, "/bin/seed", "-");
        let lifted = ("/etc/systemd/system/seed.service", unit.1);
        check(&[masked[0], masked[1], link, lifted], "/bin/seed", "/etc/systemd/system/seed.service:2");
    }

    #[test]
    fn an_alias_enables_what_it_leads_to() {
        let unit = ("/usr/lib/systemd/system/ssh.service", "[Service]\nExecStart=/bin/sshd\n");
        let link =
            ("/etc/systemd/system/a.target.wants/sshd.service", "-> /usr/lib/systemd/system/ssh.service");
        check(
            &[("/sbin/init", "-> systemd"), unit, link],
            "/bin/sshd",
            "/usr/lib/systemd/system/ssh.service:2",
        );
    }

    #[test]
    fn programs_are_found_in_units_and_in_the_scripts_that_units_start() {
        let files = [
            ("/sbin/init", "-> /lib/systemd/systemd"),
            ("/usr/lib/systemd/system/a.service", "[Service]\nExecStart=/usr/local/bin/a start\n"),
            ("/etc/systemd/system/x.target.wants/a.service", "-> /usr/lib/systemd/system/a.service"),
            ("/usr/local/bin/a*", "#!/bin/sh\n# swapon /never\nswapon /swapfile\n"),
            ("/etc/rc.local", "#!/bin/sh\nswapon /not/executable\n"),
        ];
        let root = Root::of(Folder::of(&files));
        let boot = read(&root).expect("a readable system");
        let found = boot.lines_that_run(&root, &["swapon"]).expect("a readable system");
        let places: Vec<String> = found.iter().map(|line| format!("{}:{}", line.path, line.line)).collect();
        assert_eq!(places, ["/usr/local/bin/a:3"]);
    }

    #[test]
    fn system_v_runs_what_a_runlevel_links_to() {
        let files = [
            ("/etc/inittab", "id:2:initdefault:\nl2:2:wait:/etc/init.d/rc 2\n"),
            ("/etc/init.d/seed*", "#!/bin/sh\n"),
            ("/etc/rc2.d/S20seed", "-> ../init.d/seed"),
        ];
        check(&files, "/etc/init.d/seed", "/etc/rc2.d/S20seed:0");
        check(&files[..2], "/etc/init.d/seed", "-");
    }

    #[test]
    fn an_old_script_is_started_by_systemd_only_where_there_is_no_unit_of_its_name() {
        let files = [
            ("/sbin/init", "-> /lib/systemd/systemd"),
            ("/etc/init.d/seed*", "#!/bin/sh\n"),
            ("/etc/rc2.d/S20seed", "-> ../init.d/seed"),
            ("/usr/lib/systemd/system/seed.service", "[Service]\nExecStart=/bin/seed\n"),
        ];
        check(&files[..3], "/etc/init.d/seed", "/etc/rc2.d/S20seed:0");
        check(&files, "/etc/init.d/seed", "-");
    }

    #[test]
    fn scripts_that_run_one_another_are_read_once() {
        let files = [
            ("/sbin/init", "-> /bin/busybox"),
            ("/etc/inittab", "::sysinit:/etc/a\n"),
            ("/etc/a*", "#!/bin/sh\n/etc/b\n"),
            ("/etc/b*", "#!/bin/sh\n/etc/a\n/bin/x\n"),
        ];
        check(&files, "/bin/x", "/etc/b:3");
    }
}
