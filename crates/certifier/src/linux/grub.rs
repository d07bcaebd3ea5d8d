//! GRUB's menu and environment: which entry boots when nobody chooses, without running the script that the menu is.

use std::collections::BTreeMap;

use crate::finding::Undecided;
use crate::linux::entries::{BootEntry, BootFolder, ENTRIES_MAX, bls, newest};
use crate::linux::root::settings;

/// Folders of boot loaders on an EFI partition that are looked into.
const VENDORS_MAX: usize = 64;
/// A command line that grows beyond this by its variables is left as it is written.
const EXPANDED_BYTES_MAX: usize = 64 << 10;

type Variables = BTreeMap<String, String>;

/// The entry that GRUB in this folder boots by default. `folders` are all there are: the environment may lie in another.
pub fn entry(folder: &BootFolder, folders: &[BootFolder]) -> Result<Option<BootEntry>, Undecided> {
    for config in files(folder, "grub.cfg")? {
        let Some(text) = folder.text(&config)? else {
            continue;
        };
        let mut variables = assignments(settings(&text).filter_map(|(_, line)| line.strip_prefix("set ")));
        variables.extend(environment(folder, folders)?);
        let menu = GrubMenu::read(&text, &folder.shown(&config));
        let saved = |name: &str| variables.get(name).cloned().unwrap_or_default();
        let wanted = match menu.default.as_str() {
            chosen if chosen.contains("saved_entry") => saved("saved_entry"),
            chosen => chosen.to_owned(),
        };
        let mut found = None;
        if settings(&text).any(|(_, line)| line == "blscfg" || line.starts_with("blscfg ")) {
            let entries = bls(folder)?;
            let chosen = entries.iter().find(|entry| entry.id == wanted).cloned();
            found = chosen.or_else(|| newest(entries));
        }
        if let Some(mut entry) = found.or_else(|| menu.choose(&wanted)) {
            entry.arguments = expand(&entry.arguments, &variables);
            return Ok(Some(entry));
        }
    }
    Ok(None)
}

/// Where a file of GRUB's may lie in a folder: beside the kernels, or beside a boot loader on an EFI partition.
fn files(folder: &BootFolder, name: &str) -> Result<Vec<String>, Undecided> {
    let mut files = vec![format!("/grub/{name}"), format!("/grub2/{name}")];
    let vendors = folder.root.names(&format!("{}/EFI", folder.at))?;
    files.extend(vendors.iter().take(VENDORS_MAX).map(|vendor| format!("/EFI/{vendor}/{name}")));
    Ok(files)
}

/// What `grubenv` holds: that of this folder, or the first that is found.
fn environment(folder: &BootFolder, folders: &[BootFolder]) -> Result<Variables, Undecided> {
    for folder in std::iter::once(folder).chain(folders) {
        for path in files(folder, "grubenv")? {
            if let Some(text) = folder.text(&path)? {
                return Ok(assignments(text.lines()));
            }
        }
    }
    Ok(Variables::new())
}

/// `name=value` lines; those that take their value from another variable are left out.
fn assignments<'a>(lines: impl Iterator<Item = &'a str>) -> Variables {
    let pairs = lines.filter_map(|line| line.split_once('='));
    let plain = pairs.filter(|(name, value)| !name.starts_with('#') && !value.contains('$'));
    plain.map(|(name, value)| (name.to_owned(), value.trim_matches(['"', '\'']).to_owned())).collect()
}

/// The words of a command line, those of its variables in their places.
fn expand(arguments: &str, variables: &Variables) -> String {
    let mut expanded = String::new();
    for word in arguments.split_whitespace() {
        let name = word.strip_prefix('$').map(|name| name.trim_start_matches('{').trim_end_matches('}'));
        let value = match name {
            Some(name) => variables.get(name).map_or("", String::as_str),
            None => word,
        };
        if expanded.len() + value.len() > EXPANDED_BYTES_MAX {
            return arguments.to_owned();
        }
        if !value.is_empty() && !expanded.is_empty() {
            expanded.push(' ');
        }
        expanded.push_str(value);
    }
    expanded
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
    ///
    /// Entries that start no kernel (the firmware's own settings, another menu) are chosen by name or place alone.
    fn choose(self, wanted: &str) -> Option<BootEntry> {
        let last = wanted.rsplit('>').next().unwrap_or(wanted);
        let by_name = |entry: &BootEntry| !last.is_empty() && (entry.title == last || entry.id == last);
        let named = self.entries.iter().position(by_name);
        let numbered = wanted
            .parse()
            .ok()
            .and_then(|number: usize| self.places.iter().position(|(place, _)| *place == number));
        let first = self.entries.iter().position(|entry| !entry.kernel.is_empty());
        let chosen = named.or(numbered).or(first).unwrap_or(0);
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

#[cfg(test)]
mod tests {
    use crate::linux::entries::tests::check;

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
    fn kernels_of_the_boot_loader_specification_come_before_the_firmwares_settings() {
        let config = "set default=\"${saved_entry}\"\nset kernelopts=\"root=z\"\nblscfg\nmenuentry 'Firmware' {\n fwsetup\n}\n";
        let entry =
            "title A\nversion 5.14.0-9.el9\nlinux /vmlinuz-a\noptions $kernelopts ${tuned_params} ro\n";
        let files = [
            ("/boot/grub2/grub.cfg", config),
            ("/boot/grub2/grubenv", "-> ../efi/EFI/redhat/grubenv"),
            ("/boot/loader/entries/a.conf", entry),
        ];
        check(&files, "/vmlinuz-a | root=z ro | /boot/loader/entries/a.conf:4");
        let environment =
            ("/boot/efi/EFI/redhat/grubenv", "# GRUB\nkernelopts=root=y console=ttyS0\ntuned_params=\n");
        check(
            &[files[0], files[1], files[2], environment],
            "/vmlinuz-a | root=y console=ttyS0 ro | /boot/loader/entries/a.conf:4",
        );
    }

    #[test]
    fn a_menu_on_the_efi_partition_is_read_where_there_is_no_other() {
        let menu = "menuentry 'RHEL' {\n linuxefi /vmlinuz-8 root=a\n initrdefi /initramfs-8.img\n}\n";
        check(
            &[("/boot/efi/EFI/redhat/grub.cfg", menu)],
            "/vmlinuz-8 | root=a | /boot/efi/EFI/redhat/grub.cfg:2",
        );
        let stub = "search.fs_uuid 1 root\nset prefix=($root)'/boot/grub'\nconfigfile $prefix/grub.cfg\n";
        check(&[("/boot/efi/EFI/debian/grub.cfg", stub)], "-");
    }

    #[test]
    fn variables_cannot_make_a_command_line_without_end() {
        let long = "x".repeat(60_000);
        let menu = format!("set a=\"{long}\"\nmenuentry 'X' {{\n linux /k $a $a $a\n}}\n");
        check(&[("/boot/grub/grub.cfg", &menu)], "/k | $a $a $a | /boot/grub/grub.cfg:3");
    }
}
