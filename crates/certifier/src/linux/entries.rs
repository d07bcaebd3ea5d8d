//! Boot entries: which kernel starts by default, with which initramfs and which command line.
//!
//! Read are the configuration of GRUB, boot loader specification entries, extlinux, and `/etc/kernel/cmdline`.

use crate::finding::Undecided;
use crate::linux::root::{Root, settings};

pub const ENTRIES_MAX: usize = 1_000;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BootEntry {
    pub title: String,
    pub kernel: String,
    pub initrds: Vec<String>,
    pub arguments: String,
    pub path: String,
    /// The line of the arguments.
    pub line: u64,
    id: String,
}

impl BootEntry {
    /// The values of one kernel argument, in order.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.arguments.split_whitespace().filter_map(move |word| word.strip_prefix(name)?.strip_prefix('='))
    }
}

/// A place where boot files lie: the root filesystem's `/boot`, or a filesystem that will be mounted there.
#[derive(Clone)]
pub struct BootFolder {
    pub root: Root,
    /// The path of the folder on its own filesystem, without a slash at the end.
    pub at: String,
}

impl BootFolder {
    /// The path under which a person finds a file of this folder.
    fn shown(&self, path: &str) -> String {
        format!("/boot{path}")
    }

    fn text(&self, path: &str) -> Result<Option<String>, Undecided> {
        self.root.text(&format!("{}{path}", self.at))
    }

    /// The path on this filesystem of a file that a boot entry names.
    pub fn find(&self, named: &str) -> Result<Option<String>, Undecided> {
        let named = named.trim_start_matches("($root)").trim_start_matches("($drive1)");
        for candidate in [named.to_owned(), format!("{}{named}", self.at)] {
            if candidate.starts_with('/') && self.root.file(&candidate)?.is_some() {
                return Ok(Some(candidate));
            }
        }
        Ok(None)
    }
}

/// The entry that boots when nobody chooses, and the folder in which it was found.
pub fn default_entry(folders: &[BootFolder]) -> Result<Option<(BootEntry, BootFolder)>, Undecided> {
    for folder in folders {
        let found = match grub(folder)? {
            Some(entry) => Some(entry),
            None => match extlinux(folder)? {
                Some(entry) => Some(entry),
                None => newest(bls(folder, "")?),
            },
        };
        if let Some(entry) = found {
            return Ok(Some((entry, folder.clone())));
        }
    }
    for folder in folders {
        if let Some(text) = folder.root.text("/etc/kernel/cmdline")? {
            let path = "/etc/kernel/cmdline".to_owned();
            let arguments = text.split_whitespace().collect::<Vec<_>>().join(" ");
            return Ok(Some((
                BootEntry { arguments, path, line: 1, ..BootEntry::default() },
                folder.clone(),
            )));
        }
    }
    Ok(None)
}

fn grub(folder: &BootFolder) -> Result<Option<BootEntry>, Undecided> {
    for (config, environment) in [("/grub/grub.cfg", "/grub/grubenv"), ("/grub2/grub.cfg", "/grub2/grubenv")]
    {
        let Some(text) = folder.text(config)? else {
            continue;
        };
        let environment = folder.text(environment)?.unwrap_or_default();
        let saved = |name: &str| {
            let lines = environment.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            lines.fold("", |_, last| last).to_owned()
        };
        let menu = GrubMenu::read(&text, &folder.shown(config));
        let wanted = match menu.default.as_str() {
            chosen if chosen.contains("saved_entry") => saved("saved_entry"),
            chosen => chosen.to_owned(),
        };
        if menu.entries.is_empty() && text.contains("blscfg") {
            let entries = bls(folder, &saved("kernelopts"))?;
            let chosen = entries.iter().find(|entry| entry.id == wanted).cloned();
            return Ok(chosen.or_else(|| newest(entries)));
        }
        if let Some(entry) = menu.choose(&wanted) {
            return Ok(Some(entry));
        }
    }
    Ok(None)
}

#[derive(Default)]
struct GrubMenu {
    /// Entries of the menu itself; a submenu counts as one place.
    entries: Vec<BootEntry>,
    /// The place in the menu of each entry, and the title of the submenu it lies in.
    places: Vec<(usize, String)>,
    default: String,
}

impl GrubMenu {
    fn read(text: &str, path: &str) -> GrubMenu {
        let mut menu = GrubMenu::default();
        let (mut entry, mut submenu): (Option<BootEntry>, Option<String>) = (None, None);
        let (mut depth, mut entry_depth, mut submenu_depth, mut place) = (0_usize, 0, 0, 0);
        let mut bare = BootEntry { path: path.to_owned(), ..BootEntry::default() };
        for (number, line) in settings(text) {
            let first = line.split_whitespace().next().unwrap_or("");
            match first {
                "menuentry" if entry.is_none() && menu.entries.len() < ENTRIES_MAX => {
                    let (title, id) = title_and_id(line);
                    entry = Some(BootEntry { title, id, path: path.to_owned(), ..BootEntry::default() });
                    entry_depth = depth;
                }
                "submenu" if submenu.is_none() => {
                    submenu = Some(title_and_id(line).0);
                    submenu_depth = depth;
                }
                "set" if line.starts_with("set default=") => {
                    let value = line["set default=".len()..].trim_matches(['"', '\'']);
                    // The last plain value stands; `${next_entry}` is for one boot only.
                    if !value.contains("next_entry") {
                        value.clone_into(&mut menu.default);
                    }
                }
                "linux" | "linux16" | "linuxefi" => {
                    let target = entry.as_mut().unwrap_or(&mut bare);
                    let mut words = line.split_whitespace().skip(1);
                    words.next().unwrap_or("").clone_into(&mut target.kernel);
                    target.arguments = words.collect::<Vec<_>>().join(" ");
                    target.line = number;
                }
                "initrd" | "initrd16" | "initrdefi" => {
                    let target = entry.as_mut().unwrap_or(&mut bare);
                    target.initrds = line.split_whitespace().skip(1).map(str::to_owned).collect();
                }
                _ => {}
            }
            let opens = line.ends_with('{');
            depth = if opens { depth + 1 } else { depth };
            if first == "}" {
                depth = depth.saturating_sub(1);
                if entry.is_some() && depth == entry_depth {
                    menu.places.push((place, submenu.clone().unwrap_or_default()));
                    menu.entries.extend(entry.take());
                    place += usize::from(submenu.is_none());
                } else if submenu.is_some() && depth == submenu_depth {
                    submenu = None;
                    place += 1;
                }
            }
        }
        if menu.entries.is_empty() && !bare.kernel.is_empty() {
            menu.places.push((0, String::new()));
            menu.entries.push(bare);
        }
        menu
    }

    /// The entry that `wanted` names by place, title or id, `submenu>entry` too; the first when it names none.
    fn choose(self, wanted: &str) -> Option<BootEntry> {
        let last = wanted.rsplit('>').next().unwrap_or(wanted);
        let by_name = |entry: &BootEntry| !last.is_empty() && (entry.title == last || entry.id == last);
        let named = self.entries.iter().position(by_name);
        let numbered = wanted
            .parse()
            .ok()
            .and_then(|number: usize| self.places.iter().position(|(place, _)| *place == number));
        let chosen = named.or(numbered).unwrap_or(0);
        self.entries.into_iter().nth(chosen)
    }
}

/// `menuentry 'Debian' --class debian $menuentry_id_option 'gnulinux-simple' {`
fn title_and_id(line: &str) -> (String, String) {
    let quoted = |text: &str| {
        let (start, mark) = text.char_indices().find(|(_, c)| matches!(c, '\'' | '"'))?;
        let rest = &text[start + 1..];
        Some(rest[..rest.find(mark)?].to_owned())
    };
    let id = line.find("$menuentry_id_option").or(line.find("--id")).and_then(|at| quoted(&line[at..]));
    (quoted(line).unwrap_or_default(), id.unwrap_or_default())
}

/// The entries of the boot loader specification, by file name.
fn bls(folder: &BootFolder, kernelopts: &str) -> Result<Vec<BootEntry>, Undecided> {
    let mut entries = Vec::new();
    for name in folder.root.names(&format!("{}/loader/entries", folder.at))?.into_iter().take(ENTRIES_MAX) {
        let Some(id) = name.strip_suffix(".conf") else {
            continue;
        };
        let path = format!("/loader/entries/{name}");
        let text = folder.text(&path)?.unwrap_or_default();
        let mut entry = BootEntry { id: id.to_owned(), path: folder.shown(&path), ..BootEntry::default() };
        for (number, line) in settings(&text) {
            let (key, value) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            let value = value.trim();
            match key {
                "title" => value.clone_into(&mut entry.title),
                "linux" => value.clone_into(&mut entry.kernel),
                "initrd" => entry.initrds.extend(value.split_whitespace().map(str::to_owned)),
                "options" => {
                    entry.arguments = value.replace("$kernelopts", kernelopts);
                    entry.line = number;
                }
                _ => {}
            }
        }
        entries.push(entry);
    }
    Ok(entries)
}

/// The entry that a boot loader would take from these: the last by name that is not for rescue.
fn newest(entries: Vec<BootEntry>) -> Option<BootEntry> {
    let ordinary = entries.iter().rposition(|entry| !entry.id.contains("rescue"));
    let chosen = ordinary.or(entries.len().checked_sub(1))?;
    entries.into_iter().nth(chosen)
}

fn extlinux(folder: &BootFolder) -> Result<Option<BootEntry>, Undecided> {
    for path in ["/extlinux/extlinux.conf", "/extlinux.conf", "/syslinux/syslinux.cfg"] {
        let Some(text) = folder.text(path)? else {
            continue;
        };
        let mut entries: Vec<BootEntry> = Vec::new();
        let mut wanted = String::new();
        for (number, line) in settings(&text) {
            let (key, value) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            let value = value.trim();
            let key = key.to_ascii_lowercase();
            if key == "label" && entries.len() < ENTRIES_MAX {
                let (id, path) = (value.to_owned(), folder.shown(path));
                entries.push(BootEntry { title: id.clone(), id, path, ..BootEntry::default() });
                continue;
            }
            match (key.as_str(), entries.last_mut()) {
                ("default", _) => value.clone_into(&mut wanted),
                ("linux" | "kernel", Some(entry)) => value.clone_into(&mut entry.kernel),
                ("initrd", Some(entry)) => entry.initrds = value.split(',').map(str::to_owned).collect(),
                ("append", Some(entry)) => {
                    let initrds = value.split_whitespace().filter_map(|word| word.strip_prefix("initrd="));
                    entry.initrds.extend(initrds.flat_map(|list| list.split(',')).map(str::to_owned));
                    value.clone_into(&mut entry.arguments);
                    entry.line = number;
                }
                _ => {}
            }
        }
        let chosen = entries.iter().position(|entry| entry.id == wanted).unwrap_or(0);
        return Ok(entries.into_iter().nth(chosen));
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linux::folder::Folder;

    /// Checks kernel, arguments and place of the default entry.
    #[track_caller]
    fn check(files: &[(&str, &str)], expected: &str) {
        let folders = [BootFolder { root: Folder::of(files).root(), at: "/boot".to_owned() }];
        let found = default_entry(&folders).expect("readable boot files");
        let shown = found.map_or("-".to_owned(), |(entry, _)| {
            format!("{} | {} | {}:{}", entry.kernel, entry.arguments, entry.path, entry.line)
        });
        assert_eq!(shown, expected);
    }

    const MENU: &str = "set default=\"0\"\nif [ x ]; then\n  set default=\"${next_entry}\"\nfi\n\
        menuentry 'Debian' --class debian $menuentry_id_option 'simple' {\n\tlinux /vmlinuz-1 root=a console=ttyS0\n\tinitrd /initrd-1\n}\n\
        submenu 'Advanced' $menuentry_id_option 'advanced' {\n\tmenuentry 'Old' $menuentry_id_option 'old' {\n\t\tlinux /vmlinuz-0 root=b\n\t}\n}\n\
        menuentry 'Memtest' {\n\tlinux /memtest\n}\n";

    #[test]
    fn grub_boots_the_entry_that_it_was_told_to() {
        check(&[("/boot/grub/grub.cfg", MENU)], "/vmlinuz-1 | root=a console=ttyS0 | /boot/grub/grub.cfg:6");
        let saved = MENU.replace("default=\"0\"", "default=\"${saved_entry}\"");
        let files = [
            ("/boot/grub/grub.cfg", saved.as_str()),
            ("/boot/grub/grubenv", "# GRUB\nsaved_entry=advanced>old\n"),
        ];
        check(&files, "/vmlinuz-0 | root=b | /boot/grub/grub.cfg:11");
        let second = MENU.replace("default=\"0\"", "default=\"2\"");
        check(&[("/boot/grub/grub.cfg", &second)], "/memtest |  | /boot/grub/grub.cfg:15");
    }

    #[test]
    fn grub_without_a_menu_boots_what_the_file_says() {
        let text = "set timeout=0\nlinux /boot/vmlinuz console=tty1 console=ttyS0,115200n8\ninitrd /boot/initrd.img\nboot\n";
        check(
            &[("/boot/grub/grub.cfg", text)],
            "/boot/vmlinuz | console=tty1 console=ttyS0,115200n8 | /boot/grub/grub.cfg:2",
        );
    }

    #[test]
    fn entries_of_the_boot_loader_specification_take_their_options_from_grubenv() {
        check(
            &[
                ("/boot/grub2/grub.cfg", "insmod blscfg\nblscfg\n"),
                ("/boot/grub2/grubenv", "saved_entry=b\nkernelopts=root=x console=ttyS0\n"),
                ("/boot/loader/entries/a.conf", "title A\nlinux /vmlinuz-a\noptions root=y\n"),
                ("/boot/loader/entries/b.conf", "title B\nlinux /vmlinuz-b\noptions $kernelopts quiet\n"),
            ],
            "/vmlinuz-b | root=x console=ttyS0 quiet | /boot/loader/entries/b.conf:3",
        );
    }

    #[test]
    fn extlinux_boots_its_default_label() {
        let text = "DEFAULT two\nLABEL one\n KERNEL /a\n APPEND x\nLABEL two\n LINUX /b\n APPEND initrd=/i console=ttyS0\n";
        check(
            &[("/boot/extlinux/extlinux.conf", text)],
            "/b | initrd=/i console=ttyS0 | /boot/extlinux/extlinux.conf:7",
        );
    }

    #[test]
    fn a_unified_kernel_takes_its_command_line_from_a_file() {
        check(
            &[("/etc/kernel/cmdline", "root=x console=ttyS0\n")],
            " | root=x console=ttyS0 | /etc/kernel/cmdline:1",
        );
        check(&[("/etc/hostname", "x")], "-");
    }
}
