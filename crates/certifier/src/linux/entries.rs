//! Boot entries: which kernel starts by default, with which initramfs and which command line.
//!
//! Read are the configuration of GRUB, boot loader specification entries, unified kernel images, extlinux, and
//! `/etc/kernel/cmdline`.

use std::cmp::Ordering;

use crate::finding::{Evidence, Undecided};
use crate::linux::grub;
use crate::linux::root::{Root, settings};
use crate::linux::uki::{self, Piece};

pub const ENTRIES_MAX: usize = 1_000;
/// Add-ons of one unified kernel image.
const ADDONS_MAX: usize = 64;

/// What firmware starts when nothing tells it otherwise.
const REMOVABLE: [&str; 2] = ["/EFI/BOOT/BOOTX64.EFI", "/EFI/BOOT/BOOTAA64.EFI"];

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BootEntry {
    pub title: String,
    pub kernel: String,
    pub initrds: Vec<String>,
    pub arguments: String,
    pub path: String,
    /// The line of the arguments; 0 when they stand in no line.
    pub line: u64,
    /// The byte of the arguments, where they stand in a program.
    pub offset: Option<u64>,
    /// The kernel's release, where the entry says it.
    pub release: Option<String>,
    /// The stretches of a unified kernel image that are kernel and initramfs.
    pub unified: Option<(Piece, Option<Piece>)>,
    pub id: String,
}

impl BootEntry {
    /// The values of one kernel argument, in order.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.arguments.split_whitespace().filter_map(move |word| word.strip_prefix(name)?.strip_prefix('='))
    }

    /// Whether the kernel is told exactly this word.
    pub fn has(&self, word: &str) -> bool {
        self.arguments.split_whitespace().any(|argument| argument == word)
    }

    /// Says where the arguments stand.
    pub fn place(&self, evidence: Evidence) -> Evidence {
        let evidence = evidence.at(&self.path);
        match (self.line, self.offset) {
            (0, Some(offset)) => evidence.offset(offset),
            (0, None) => evidence,
            (line, _) => evidence.line(line),
        }
    }
}

/// A place where boot files lie: the root filesystem's `/boot`, or a filesystem that will be mounted there.
#[derive(Clone)]
pub struct BootFolder {
    pub root: Root,
    /// The path of the folder on its own filesystem, without a slash at the end.
    pub at: String,
    /// The path under which a person finds it on the running system.
    pub mounted: &'static str,
}

impl BootFolder {
    /// The folders of a root filesystem in which boot files lie when they have no filesystem of their own.
    pub fn of_root(root: &Root) -> Vec<BootFolder> {
        let folders = ["/boot", "/boot/efi", "/efi"];
        folders.map(|at| BootFolder { root: root.clone(), at: at.to_owned(), mounted: at }).into()
    }

    /// The path under which a person finds a file of this folder.
    pub fn shown(&self, path: &str) -> String {
        format!("{}{path}", self.mounted)
    }

    pub fn text(&self, path: &str) -> Result<Option<String>, Undecided> {
        self.root.text(&format!("{}{path}", self.at))
    }

    /// The path on this filesystem of a file that a boot entry names.
    pub fn find(&self, named: &str) -> Result<Option<String>, Undecided> {
        let named = named.trim_start_matches("($root)").trim_start_matches("($drive1)");
        // A loader names a file from the top of the disk; a root that is a subvolume begins further down.
        let below = named.rfind("/boot/").map_or("", |at| &named[at..]).to_owned();
        for candidate in [named.to_owned(), format!("{}{named}", self.at), below] {
            if candidate.starts_with('/') && self.root.file(&candidate)?.is_some() {
                return Ok(Some(candidate));
            }
        }
        Ok(None)
    }

    /// A file that a boot entry names, as a whole.
    fn whole(&self, named: &str) -> Result<Option<Piece>, Undecided> {
        let Some(path) = self.find(named)? else {
            return Ok(None);
        };
        let length = self.root.file(&path)?.map_or(0, |node| node.size_bytes);
        Ok(Some(Piece { path, offset: 0, length }))
    }

    /// Where the kernel of an entry lies.
    pub fn kernel(&self, entry: &BootEntry) -> Result<Option<Piece>, Undecided> {
        match &entry.unified {
            Some((kernel, _)) => Ok(Some(kernel.clone())),
            None => self.whole(&entry.kernel),
        }
    }

    /// Where the initramfs files of an entry lie.
    pub fn initrds(&self, entry: &BootEntry) -> Result<Vec<Piece>, Undecided> {
        let mut pieces: Vec<Piece> = entry.unified.iter().filter_map(|(_, initrd)| initrd.clone()).collect();
        for named in &entry.initrds {
            pieces.extend(self.whole(named)?);
        }
        Ok(pieces)
    }
}

/// The entry that boots when nobody chooses, and the folder in which it was found.
pub fn default_entry(folders: &[BootFolder]) -> Result<Option<(BootEntry, BootFolder)>, Undecided> {
    for folder in folders {
        for program in REMOVABLE {
            if let Some(entry) = unified(folder, program)? {
                return Ok(Some((entry, folder.clone())));
            }
        }
    }
    for folder in folders {
        let found = match grub::entry(folder, folders)? {
            Some(entry) => Some(entry),
            None => match extlinux(folder)? {
                Some(entry) => Some(entry),
                None => loader(folder)?,
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

/// What a loader takes from `loader/entries` and `EFI/Linux`: what its configuration names, or the newest.
fn loader(folder: &BootFolder) -> Result<Option<BootEntry>, Undecided> {
    let mut entries = bls(folder)?;
    for name in folder.root.names(&format!("{}/EFI/Linux", folder.at))?.into_iter().take(ENTRIES_MAX) {
        if name.to_ascii_lowercase().ends_with(".efi") {
            entries.extend(unified(folder, &format!("/EFI/Linux/{name}"))?);
        }
    }
    let config = folder.text("/loader/loader.conf")?.unwrap_or_default();
    let wanted = settings(&config)
        .filter_map(|(_, line)| line.strip_prefix("default")?.split_whitespace().next())
        .last()
        .map(|pattern| pattern.trim_end_matches(".conf").trim_end_matches(".efi").to_owned());
    let chosen = |pattern: &String| {
        let fitting: Vec<BootEntry> =
            entries.iter().filter(|entry| fits(pattern, &entry.id)).cloned().collect();
        newest(fitting)
    };
    Ok(wanted.as_ref().and_then(chosen).or_else(|| newest(entries.clone())))
}

/// A unified kernel image as an entry, with what its add-ons bring.
fn unified(folder: &BootFolder, path: &str) -> Result<Option<BootEntry>, Undecided> {
    let program = format!("{}{path}", folder.at);
    let Some(image) = uki::read(&folder.root, &program)? else {
        return Ok(None);
    };
    let (mut arguments, offset) = image.arguments.unzip();
    let addons = format!("{program}.extra.d");
    for name in
        folder.root.names(&addons)?.iter().filter(|name| name.ends_with(".addon.efi")).take(ADDONS_MAX)
    {
        if let Some(more) = uki::addon_arguments(&folder.root, &format!("{addons}/{name}"))? {
            let all = arguments.get_or_insert_default();
            all.push(' ');
            all.push_str(&more);
        }
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    Ok(Some(BootEntry {
        id: name.get(..name.len().saturating_sub(4)).unwrap_or(name).to_owned(),
        title: name.to_owned(),
        kernel: program,
        arguments: arguments.unwrap_or_default(),
        path: folder.shown(path),
        offset,
        release: image.release,
        unified: Some((image.kernel, image.initrd)),
        ..BootEntry::default()
    }))
}

/// The entries of the boot loader specification, by file name.
pub fn bls(folder: &BootFolder) -> Result<Vec<BootEntry>, Undecided> {
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
                "version" if !value.contains('/') => entry.release = Some(value.to_owned()),
                "linux" | "efi" | "uki" => value.clone_into(&mut entry.kernel),
                "initrd" => entry.initrds.extend(value.split_whitespace().map(str::to_owned)),
                "options" => {
                    let gap = if entry.arguments.is_empty() { "" } else { " " };
                    entry.arguments = format!("{}{gap}{value}", entry.arguments);
                    entry.line = number;
                }
                _ => {}
            }
        }
        entries.push(with_image(folder, entry)?);
    }
    Ok(entries)
}

/// An entry may name a unified kernel image, whose own arguments count when it gives none.
fn with_image(folder: &BootFolder, entry: BootEntry) -> Result<BootEntry, Undecided> {
    if !entry.kernel.to_ascii_lowercase().ends_with(".efi") {
        return Ok(entry);
    }
    let Some(image) = unified(folder, &entry.kernel)? else {
        return Ok(entry);
    };
    if entry.arguments.is_empty() {
        return Ok(BootEntry { id: entry.id, title: entry.title, ..image });
    }
    Ok(BootEntry { unified: image.unified, release: entry.release.or(image.release), ..entry })
}

/// The entry that a boot loader would take from these: the highest version that is not for rescue.
pub fn newest(entries: Vec<BootEntry>) -> Option<BootEntry> {
    let name = |entry: &BootEntry| entry.release.clone().unwrap_or_else(|| entry.id.clone());
    let key = |entry: &BootEntry| !entry.id.contains("rescue");
    entries.into_iter().max_by(|one, other| {
        let by_version = by_numbers(&name(one), &name(other)).then_with(|| by_numbers(&one.id, &other.id));
        key(one).cmp(&key(other)).then(by_version)
    })
}

/// Compares names with their numbers as numbers: `6.9` comes before `6.10`.
fn by_numbers(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (one.as_bytes(), other.as_bytes());
    loop {
        let (Some(first), Some(second)) = (one.first(), other.first()) else {
            return one.len().cmp(&other.len());
        };
        if first.is_ascii_digit() && second.is_ascii_digit() {
            let (here, there) = (digits(&mut one), digits(&mut other));
            let order = here.len().cmp(&there.len()).then(here.cmp(there));
            if order != Ordering::Equal {
                return order;
            }
        } else if first != second {
            return first.cmp(second);
        } else {
            (one, other) = (&one[1..], &other[1..]);
        }
    }
}

/// Takes a number off the front, without leading zeros.
fn digits<'a>(text: &mut &'a [u8]) -> &'a [u8] {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = text.split_at(length);
    *text = rest;
    let zeros = number.iter().take_while(|byte| **byte == b'0').count();
    &number[zeros..]
}

/// Whether a name fits a pattern of `*` and `?`.
pub fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut at, mut place) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while place < name.len() {
        if at < pattern.len() && pattern[at] == b'*' {
            star = Some((at, place));
            at += 1;
        } else if at < pattern.len() && (pattern[at] == b'?' || pattern[at] == name[place]) {
            at += 1;
            place += 1;
        } else if let Some((after, taken)) = star {
            star = Some((after, taken + 1));
            (at, place) = (after + 1, taken + 1);
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

fn extlinux(folder: &BootFolder) -> Result<Option<BootEntry>, Undecided> {
    for path in ["/extlinux/extlinux.conf", "/extlinux.conf", "/syslinux/syslinux.cfg", "/syslinux.cfg"] {
        let Some(text) = folder.text(path)? else {
            continue;
        };
        let mut entries: Vec<BootEntry> = Vec::new();
        let mut wanted = String::new();
        let beside = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let absolute = |named: &str| match named {
            whole if whole.starts_with('/') => whole.to_owned(),
            part => format!("{beside}/{part}"),
        };
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
                ("menu", Some(entry)) if value.eq_ignore_ascii_case("default") => {
                    entry.id.clone_into(&mut wanted)
                }
                ("linux" | "kernel", Some(entry)) => entry.kernel = absolute(value),
                ("initrd", Some(entry)) => entry.initrds = value.split(',').map(absolute).collect(),
                ("append", Some(entry)) => {
                    let initrds = value.split_whitespace().filter_map(|word| word.strip_prefix("initrd="));
                    entry.initrds.extend(initrds.flat_map(|list| list.split(',')).map(absolute));
                    value.clone_into(&mut entry.arguments);
                    entry.line = number;
                }
                _ => {}
            }
        }
        let named = entries.iter().position(|entry| entry.id == wanted);
        let chosen = named.or(entries.iter().position(|entry| !entry.kernel.is_empty())).unwrap_or(0);
        return Ok(entries.into_iter().nth(chosen));
    }
    Ok(None)
}

#[cfg(test)]
pub mod tests {
    use disk::tree::memory::Folder;

    use super::*;

    /// Checks kernel, arguments and place of the default entry.
    #[track_caller]
    pub fn check(files: &[(&str, &str)], expected: &str) {
        let found =
            default_entry(&BootFolder::of_root(&Root::of(Folder::of(files)))).expect("readable boot files");
        let shown = found.map_or("-".to_owned(), |(entry, _)| {
            format!("{} | {} | {}:{}", entry.kernel, entry.arguments, entry.path, entry.line)
        });
        assert_eq!(shown, expected);
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
    /// Checks a folder with programs in it: name, command line and place of what boots.
    #[track_caller]
    fn check_programs(files: &[(&str, &str)], programs: &[(&str, &str)], expected: &str) {
        let mut folder = Folder::of(files);
        for (path, arguments) in programs {
            let sections: [(&str, &[u8]); 2] = [(".cmdline", arguments.as_bytes()), (".linux", b"kernel")];
            folder = folder.with(path, &uki::tests::program(&sections));
        }
        let found = default_entry(&BootFolder::of_root(&Root::of(folder))).expect("readable boot files");
        let (entry, _) = found.expect("something boots");
        let place = entry.offset.map_or(entry.line, |offset| offset);
        assert_eq!(format!("{} | {} | {}@{place}", entry.id, entry.arguments, entry.path), expected);
    }

    #[test]
    fn the_newest_unified_kernel_boots_unless_the_loader_is_told_otherwise() {
        let programs = [
            ("/boot/efi/EFI/Linux/a-6.9.efi", "old"),
            ("/boot/efi/EFI/Linux/a-6.10.efi", "new console=ttyS0"),
        ];
        check_programs(&[], &programs, "a-6.10 | new console=ttyS0 | /boot/efi/EFI/Linux/a-6.10.efi@1024");
        let config = [("/boot/efi/loader/loader.conf", "timeout 3\ndefault *-6.9.efi\n")];
        check_programs(&config, &programs, "a-6.9 | old | /boot/efi/EFI/Linux/a-6.9.efi@1024");
    }

    #[test]
    fn a_unified_kernel_that_the_firmware_itself_starts_comes_first() {
        let programs = [("/efi/EFI/BOOT/BOOTX64.EFI", "direct"), ("/efi/EFI/Linux/a.efi", "other")];
        let grub = [("/boot/grub/grub.cfg", "menuentry 'X' {\n linux /k old\n}\n")];
        check_programs(&grub, &programs, "BOOTX64 | direct | /efi/EFI/BOOT/BOOTX64.EFI@1024");
    }

    #[test]
    fn add_ons_and_entries_speak_for_a_unified_kernel() {
        let image = ("/efi/EFI/Linux/a.efi", "root=a");
        let addon = ("/efi/EFI/Linux/a.efi.extra.d/serial.addon.efi", "console=ttyS0");
        check_programs(&[], &[image, addon], "a | root=a console=ttyS0 | /efi/EFI/Linux/a.efi@1024");
        let entry = [("/efi/loader/entries/z.conf", "title Z\nefi /EFI/Linux/a.efi\noptions root=z\n")];
        check_programs(&entry, &[image], "z | root=z | /efi/loader/entries/z.conf@3");
    }

    #[test]
    fn files_are_found_from_the_top_of_the_disk_of_the_folder_or_of_a_subvolume() {
        let root = Root::of(Folder::of(&[("/boot/vmlinuz-1", "kernel")]));
        let folder = &BootFolder::of_root(&root)[0];
        for named in ["/boot/vmlinuz-1", "/vmlinuz-1", "($root)/boot/vmlinuz-1", "/@/boot/vmlinuz-1"] {
            assert_eq!(folder.find(named).expect("readable").as_deref(), Some("/boot/vmlinuz-1"), "{named}");
        }
        assert_eq!(folder.find("/boot/vmlinuz-2").expect("readable"), None);
    }

    #[test]
    fn names_are_compared_by_their_numbers_and_fit_patterns() {
        assert_eq!(by_numbers("6.9", "6.10"), Ordering::Less);
        assert_eq!(by_numbers("6.010", "6.10"), Ordering::Equal);
        assert_eq!(by_numbers("a-1", "a-1-b"), Ordering::Less);
        assert!(fits("a*.z", "abc.z") && fits("*", "") && fits("a?c", "abc"));
        assert!(!fits("a*.z", "abc.y") && !fits("a?", "a") && !fits("", "a"));
        assert!(!fits(&"*a".repeat(500), &"a".repeat(400)));
    }
}
