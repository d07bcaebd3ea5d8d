//! The kernel that boots by default: its release, its configuration, and where each of its drivers is.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};

use disk::tree::Node;

use crate::finding::Undecided;
use crate::linux::entries::{BootEntry, BootFolder};
use crate::linux::initramfs::{self, NotRead};
use crate::linux::root::Root;
use crate::linux::uki::Piece;
use crate::phrase::{Phrase, say};
use crate::stored::{Modules, Origin};

/// What is read of a kernel at once: its setup header, and the release that it names.
const HEAD_BYTES: u64 = 32 << 10;
const RELEASE_BYTES_MAX: usize = 128;

/// Images within an initramfs, and what they are packed with.
const IMAGES_WITHIN: [(&str, &str); 3] =
    [("squashfs-root.img", "squashfs"), ("squash/root.img", "squashfs"), ("erofs-root.img", "erofs")];

const MODULE_FOLDERS: [&str; 2] = ["/lib/modules", "/usr/lib/modules"];

/// A line of the kernel's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    pub line: u64,
    /// `y`, `m`, a number or a text; `n` for what is said not to be set.
    pub value: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    pub path: String,
    settings: BTreeMap<String, Setting>,
}

impl Config {
    pub fn setting(&self, name: &str) -> Option<&Setting> {
        self.settings.get(name)
    }

    /// Whether a feature is built in, or a module.
    pub fn has(&self, name: &str) -> bool {
        self.setting(name).is_some_and(|setting| matches!(setting.value.as_str(), "y" | "m"))
    }
}

pub struct Kernel {
    pub release: Option<String>,
    /// Where its initramfs lies, or itself when it has none.
    pub place: String,
    pub config: Option<Config>,
    built_in: BTreeSet<String>,
    on_root: BTreeSet<String>,
    pub(crate) in_initramfs: Modules,
}

/// Reads what can be known of the kernel that `entry` starts.
pub fn read(
    origin: &Origin,
    root: &Root,
    entry: &BootEntry,
    folder: &BootFolder,
) -> Result<Kernel, Undecided> {
    let release = release(root, entry, folder)?;
    let initrds = folder.initrds(entry)?;
    let place = match initrds.first() {
        Some(piece) => piece.path.clone(),
        None => entry.initrds.first().unwrap_or(&entry.kernel).clone(),
    };
    let mut kernel = Kernel {
        place,
        config: None,
        built_in: BTreeSet::new(),
        on_root: BTreeSet::new(),
        in_initramfs: origin.modules(|| initramfs_modules(folder, &initrds)),
        release,
    };
    if let Some(release) = kernel.release.clone() {
        kernel.config = config(root, folder, &release)?;
        for modules in MODULE_FOLDERS.map(|folder| format!("{folder}/{release}")) {
            let built_in = root.text(&format!("{modules}/modules.builtin"))?.unwrap_or_default();
            kernel.built_in.extend(built_in.lines().filter_map(module_name));
            let listed = root.text(&format!("{modules}/modules.dep"))?.unwrap_or_default();
            let paths = listed.lines().filter_map(|line| line.split(':').next());
            kernel.on_root.extend(paths.filter_map(module_name));
            kernel.on_root.extend(root.names(&modules)?.iter().filter_map(|name| module_name(name)));
        }
    }
    Ok(kernel)
}

impl Kernel {
    fn is_built_in(&self, driver: &str, setting: &str) -> bool {
        let by_config = self.config.as_ref().and_then(|config| config.setting(setting));
        self.built_in.contains(driver) || by_config.is_some_and(|setting| setting.value == "y")
    }

    /// Whether a driver is there before the root disk is: built in, or in the initramfs.
    pub fn has_at_boot(&self, driver: &str, setting: &str) -> Result<bool, Undecided> {
        if self.is_built_in(driver, setting) {
            return Ok(true);
        }
        Ok(self.in_initramfs.as_ref().map_err(Clone::clone)?.contains(driver))
    }

    /// Whether a driver is there once the root disk is.
    pub fn has_later(&self, driver: &str, setting: &str) -> Result<bool, Undecided> {
        if self.on_root.contains(driver) {
            return Ok(true);
        }
        self.has_at_boot(driver, setting)
    }

    /// Whether anything says which drivers the kernel has.
    pub fn is_known(&self) -> bool {
        self.config.is_some() || !self.built_in.is_empty() || !self.on_root.is_empty()
    }
}

/// The first bytes of the kernel that an entry starts, and where it lies.
pub fn head(entry: &BootEntry, folder: &BootFolder) -> Result<Option<(String, Vec<u8>)>, Undecided> {
    let Some(piece) = folder.kernel(entry)? else {
        return Ok(None);
    };
    let Some(node) = folder.root.file(&piece.path)? else {
        return Ok(None);
    };
    let bytes = folder.root.bytes(&piece.path, &node, piece.offset, HEAD_BYTES.min(piece.length))?;
    Ok(Some((piece.path, bytes)))
}

/// The release of the kernel: from its entry, its name, its header, or because the disk has modules for one alone.
fn release(root: &Root, entry: &BootEntry, folder: &BootFolder) -> Result<Option<String>, Undecided> {
    if let Some(release) = &entry.release {
        return Ok(Some(release.clone()));
    }
    let name = entry.kernel.rsplit('/').next().unwrap_or("");
    let named =
        ["vmlinuz-", "vmlinux-", "kernel-", "Image-"].iter().find_map(|prefix| name.strip_prefix(prefix));
    let in_head = head(entry, folder)?.and_then(|(_, head)| release_in_header(&head));
    for release in [named.map(str::to_owned), in_head].into_iter().flatten() {
        for modules in MODULE_FOLDERS {
            if root.node(&format!("{modules}/{release}"))?.is_some() {
                return Ok(Some(release));
            }
        }
    }
    if let Some(named) = named {
        return Ok(Some(named.to_owned()));
    }
    let mut all = BTreeSet::new();
    for modules in MODULE_FOLDERS {
        all.extend(root.names(modules)?);
    }
    Ok(if all.len() == 1 { all.pop_first() } else { None })
}

/// The release that a bzImage names in its setup header.
pub fn release_in_header(head: &[u8]) -> Option<String> {
    if head.get(0x202..0x206)? != b"HdrS" {
        return None;
    }
    let at = usize::from(u16::from_le_bytes([*head.get(0x20e)?, *head.get(0x20f)?])) + 0x200;
    let text = head.get(at..)?;
    let end = text.iter().take(RELEASE_BYTES_MAX).position(|byte| matches!(byte, 0 | b' '))?;
    let release = String::from_utf8_lossy(&text[..end]).into_owned();
    Some(release).filter(|release| !release.is_empty() && !release.contains('/'))
}

fn config(root: &Root, folder: &BootFolder, release: &str) -> Result<Option<Config>, Undecided> {
    let beside = (folder.root.clone(), format!("{}/config-{release}", folder.at));
    let on_root = [
        format!("/boot/config-{release}"),
        format!("/lib/modules/{release}/config"),
        format!("/usr/lib/modules/{release}/config"),
    ];
    let places = on_root.map(|path| (root.clone(), path)).into_iter().chain([beside]);
    for (root, path) in places {
        if let Some(text) = root.text(&path)? {
            return Ok(Some(Config { path, settings: settings_of(&text) }));
        }
    }
    Ok(None)
}

fn settings_of(text: &str) -> BTreeMap<String, Setting> {
    let said = |line: &str| {
        let unset = line.strip_prefix("# ").and_then(|rest| rest.strip_suffix(" is not set"));
        let pair = unset.map(|name| (name, "n")).or_else(|| line.split_once('='))?;
        pair.0.starts_with("CONFIG_").then(|| (pair.0.to_owned(), pair.1.to_owned()))
    };
    let lines = (1..).zip(text.lines());
    lines.filter_map(|(line, text)| said(text).map(|(name, value)| (name, Setting { line, value }))).collect()
}

/// `kernel/drivers/block/virtio_blk.ko.xz` is `virtio_blk`; hyphens and underscores are one.
pub fn module_name(path: &str) -> Option<String> {
    let name = path.rsplit('/').next()?;
    let (stem, rest) = name.split_once(".ko")?;
    matches!(rest, "" | ".xz" | ".gz" | ".zst").then(|| stem.replace('-', "_"))
}

/// The modules in all initramfs files of an entry.
fn initramfs_modules(folder: &BootFolder, initrds: &[Piece]) -> Modules {
    let mut modules = BTreeSet::new();
    for piece in initrds {
        let Some(node) = folder.root.file(&piece.path)? else {
            continue;
        };
        let unread =
            |why: Phrase| Undecided(say("undecided.path").text("path", &piece.path).phrase("why", why));
        if piece.length > initramfs::COMPRESSED_BYTES_MAX {
            return Err(unread(say("initramfs.over_limit")));
        }
        let reader = PieceReader { root: &folder.root, piece, node, taken: 0 };
        let names = initramfs::names(reader).map_err(|cause| {
            unread(match cause {
                NotRead::Compression(with) => say("initramfs.compression").text("with", with),
                NotRead::Damaged => say("initramfs.damaged"),
                NotRead::OverLimit => say("initramfs.over_limit"),
            })
        })?;
        // dracut can put everything but the first steps into an image of its own, which is not opened here.
        if let Some((_, with)) = IMAGES_WITHIN.iter().find(|(image, _)| names.contains(*image)) {
            return Err(unread(say("initramfs.compression").text("with", with)));
        }
        modules.extend(names.iter().filter_map(|name| module_name(name)));
    }
    Ok(modules)
}

/// Reads a piece from its front to its end.
struct PieceReader<'a> {
    root: &'a Root,
    piece: &'a Piece,
    node: Node,
    taken: u64,
}

impl Read for PieceReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = (buffer.len() as u64).min(self.piece.length.saturating_sub(self.taken));
        let at = self.piece.offset.saturating_add(self.taken);
        let read = self.root.bytes(&self.piece.path, &self.node, at, length);
        let bytes = read.map_err(|_| io::Error::other("the image cannot be read"))?;
        let count = bytes.len().min(buffer.len());
        buffer[..count].copy_from_slice(&bytes[..count]);
        self.taken += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use disk::tree::memory::Folder;
    use std::sync::Arc;

    use super::*;

    fn of(files: &[(&str, &str)], entry: BootEntry) -> Kernel {
        let root = Root::of(Folder::of(files));
        let nowhere = Origin::Disk(Arc::new(Vec::<u8>::new()));
        read(&nowhere, &root, &entry, &BootFolder::of_root(&root)[0]).expect("memory can be read")
    }

    fn started(kernel: &str) -> BootEntry {
        BootEntry { kernel: kernel.to_owned(), ..BootEntry::default() }
    }

    #[test]
    fn a_driver_is_looked_for_in_configuration_lists_and_folders() {
        let files = [
            ("/boot/vmlinuz-6.1", "x"),
            ("/boot/config-6.1", "CONFIG_A=y\nCONFIG_B=m\n# CONFIG_C is not set\n"),
            ("/usr/lib/modules/6.1/modules.builtin", "kernel/d-river.ko\n"),
            ("/usr/lib/modules/6.1/modules.dep", "kernel/b.ko.xz: kernel/e.ko.xz\nkernel/e.ko.xz:\n"),
        ];
        let kernel = of(&files, started("/boot/vmlinuz-6.1"));
        assert!(kernel.has_at_boot("a", "CONFIG_A").unwrap() && kernel.has_at_boot("d_river", "").unwrap());
        assert!(!kernel.has_at_boot("b", "CONFIG_B").unwrap() && kernel.has_later("b", "CONFIG_B").unwrap());
        let config = kernel.config.as_ref().expect("it was read");
        assert!(config.has("CONFIG_B") && !config.has("CONFIG_C"));
        assert_eq!(config.setting("CONFIG_C").map(|setting| setting.line), Some(3));
        assert!(kernel.is_known() && !of(&[], started("/boot/vmlinuz-6.1")).is_known());
    }

    #[test]
    fn the_release_comes_from_entry_name_or_the_only_modules() {
        let release = |files: &[(&str, &str)], entry| of(files, entry).release;
        let told = BootEntry { release: Some("7".to_owned()), ..started("/boot/vmlinuz-6.1") };
        assert_eq!(release(&[], told).as_deref(), Some("7"));
        assert_eq!(release(&[], started("/boot/vmlinuz-6.1")).as_deref(), Some("6.1"));
        let modules = [("/usr/lib/modules/6.2/modules.dep", ""), ("/boot/vmlinuz", "x")];
        assert_eq!(release(&modules, started("/boot/vmlinuz")).as_deref(), Some("6.2"));
        // Alpine's kernel is named after its flavour, not its release.
        assert_eq!(release(&modules[1..], started("/boot/vmlinuz")), None);
    }
}
