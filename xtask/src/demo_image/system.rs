//! What the image's root filesystem holds: Debian's packages, the drivers a virtual machine needs, our own few files, and a
//! package database that tells what is there.

use super::packages::{Content, Package, Packages};
use super::tree::{Tree, What};
use super::{EPOCH, Flavour, initramfs, run};
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

/// Drivers that find the disk. They are in the initramfs, with all they depend on.
const DRIVERS_AT_BOOT: &[&str] = &["virtio_pci", "virtio_blk", "virtio_scsi", "sd_mod"];

/// Drivers that are loaded once the root filesystem is there.
const DRIVERS_LATER: &[&str] =
    &["virtio_net", "virtio_rng", "sr_mod", "isofs", "vfat", "nls_cp437", "nls_ascii", "evdev", "button"];

/// What of a package is left out, as in Debian's own small images. Copyright notices stay.
const LEFT_OUT: &[&str] = &[
    "usr/share/man/",
    "usr/share/locale/",
    "usr/share/info/",
    "usr/share/lintian/",
    "usr/share/bug/",
    "usr/lib/x86_64-linux-gnu/gconv/",
    "usr/share/bash-completion/",
];

/// Programs of busybox that are expected in /sbin.
const SYSTEM_PROGRAMS: &[&str] =
    &["init", "getty", "modprobe", "insmod", "reboot", "poweroff", "halt", "nologin", "udhcpc"];

/// Programs of busybox that would speak of another package database than the one that is there.
const UNWANTED_PROGRAMS: &[&str] = &["busybox", "dpkg", "dpkg-deb", "rpm", "rpm2cpio", "linuxrc", "init"];

const WWW_DATA: u32 = 33;
const SHADOW: u32 = 42;

/// A kernel module, by its path below the folder of its kernel.
pub struct Driver {
    pub path: String,
    pub bytes: Vec<u8>,
    needs: Vec<String>,
}

/// The modules of the image, each by its name with underscores.
pub struct Drivers {
    pub kernel: String,
    modules: BTreeMap<String, Driver>,
}

macro_rules! ours {
    ($path:literal) => {
        include_str!(concat!("../../demo_image/files/", $path))
    };
}

/// The root filesystem of a flavour.
pub fn assemble(packages: &Packages, flavour: Flavour, work: &Path) -> Result<Tree> {
    let mut tree = Tree::merged();
    let kernel_package = packages
        .image
        .iter()
        .find(|package| package.name.ends_with("-cloud-amd64") && package.name != "linux-image-cloud-amd64");
    let kernel_package = kernel_package.context("no kernel among the packages")?;
    let kernel = kernel_package.name.trim_start_matches("linux-image-").to_owned();
    let drivers = Drivers::of(kernel_package, &kernel)?;
    let kept: BTreeSet<String> =
        drivers.modules.values().map(|driver| format!("lib/modules/{kernel}/{}", driver.path)).collect();
    let mut database = String::new();
    for package in &packages.image {
        install(package, &kept, &mut tree, &mut database)?;
    }
    tree.file("var/lib/dpkg/status", database);
    tree.file(&format!("lib/modules/{kernel}/modules.dep"), drivers.dependencies());
    busybox_programs(&mut tree, work)?;
    accounts(&mut tree)?;
    our_files(&mut tree, flavour, &kernel);
    page_files(&mut tree, flavour);
    let busybox = tree.content("bin/busybox").context("no busybox among the packages")?.to_vec();
    let init = filled(ours!("common/initramfs-init"), flavour, &kernel);
    let initramfs = initramfs::assemble(&init, &busybox, &drivers, work)?;
    tree.file(&format!("boot/initrd.img-{kernel}"), initramfs);
    Ok(tree)
}

/// Puts a package's files into the tree and its stanza into the database.
fn install(package: &Package, kept: &BTreeSet<String>, tree: &mut Tree, database: &mut String) -> Result<()> {
    let wanted = |path: &str| {
        let document = path.starts_with("usr/share/doc/") && path.matches('/').count() > 3;
        let driver = path.starts_with("lib/modules/") && path.ends_with(".ko");
        !LEFT_OUT.iter().any(|folder| format!("{path}/").starts_with(folder))
            && (!document || path.ends_with("/copyright"))
            && (!driver || kept.contains(path))
    };
    let mut listed = String::from("/.\n");
    for member in package.members(wanted)? {
        if member.path.starts_with("lib/modules/") && matches!(member.what, Content::Folder) {
            continue;
        }
        listed += &format!("/{}\n", member.path);
        let what = match member.what {
            Content::Folder => What::Folder,
            Content::File(bytes) => What::File(bytes),
            Content::Symlink(target) => What::Symlink(target),
            Content::Hardlink(path) => {
                What::File(tree.content(&path).with_context(|| format!("no {path} to link to"))?.to_vec())
            }
        };
        tree.add(&member.path, what, member.mode);
    }
    let same = package.field("Multi-Arch") == Some("same");
    let suffix = if same { ":amd64" } else { "" };
    tree.file(&format!("var/lib/dpkg/info/{}{suffix}.list", package.name), listed);
    let (first, rest) = package.control.split_once('\n').context("a control stanza has lines")?;
    *database += &format!("{first}\nStatus: install ok installed\n{}\n\n", rest.trim_end());
    Ok(())
}

impl Drivers {
    /// The wanted drivers of a kernel's package, with all they depend on.
    fn of(package: &Package, kernel: &str) -> Result<Drivers> {
        let below = format!("lib/modules/{kernel}/");
        let mut all = BTreeMap::new();
        for member in package.members(|path| path.ends_with(".ko"))? {
            if let Content::File(bytes) = member.what {
                let path = member.path.trim_start_matches(&below).to_owned();
                all.insert(module_name(&path), (path, bytes));
            }
        }
        let mut modules = BTreeMap::new();
        let mut waiting: Vec<String> =
            DRIVERS_AT_BOOT.iter().chain(DRIVERS_LATER).map(|name| (*name).to_owned()).collect();
        while let Some(name) = waiting.pop() {
            if let Some((path, bytes)) = all.remove(&name) {
                let needs = needs(&bytes);
                waiting.extend(needs.iter().cloned());
                modules.insert(name, Driver { path, bytes, needs });
            } else {
                anyhow::ensure!(modules.contains_key(&name), "the kernel has no driver {name}");
            }
        }
        Ok(Drivers { kernel: kernel.to_owned(), modules })
    }

    /// The drivers of the initramfs, each after those it needs.
    pub fn at_boot(&self) -> Vec<&Driver> {
        let mut order = Vec::new();
        DRIVERS_AT_BOOT.iter().for_each(|name| self.put_after_its_needs(name, &mut order));
        order.into_iter().map(|name| &self.modules[name]).collect()
    }

    fn put_after_its_needs<'a>(&'a self, name: &'a str, order: &mut Vec<&'a str>) {
        if !order.contains(&name) {
            self.modules[name].needs.iter().for_each(|need| self.put_after_its_needs(need, order));
            order.push(name);
        }
    }

    /// The file from which `modprobe` learns what to load first.
    fn dependencies(&self) -> String {
        let mut lines = String::new();
        for (name, driver) in &self.modules {
            let mut order = Vec::new();
            self.put_after_its_needs(name, &mut order);
            lines += &format!("{}:", driver.path);
            for need in order.iter().rev().skip(1) {
                lines += &format!(" {}", self.modules[*need].path);
            }
            lines.push('\n');
        }
        lines
    }
}

fn module_name(path: &str) -> String {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.trim_end_matches(".ko").replace('-', "_")
}

/// The modules that a module says it depends on.
fn needs(module: &[u8]) -> Vec<String> {
    let mark = b"\0depends=";
    let Some(start) = module.windows(mark.len()).position(|window| window == mark) else { return Vec::new() };
    let text: Vec<u8> = module[start + mark.len()..].iter().copied().take_while(|byte| *byte != 0).collect();
    let text = String::from_utf8_lossy(&text).into_owned();
    text.split(',').filter(|name| !name.is_empty()).map(|name| name.replace('-', "_")).collect()
}

/// Links for each of busybox's programs that no package brings.
fn busybox_programs(tree: &mut Tree, work: &Path) -> Result<()> {
    let program = work.join("busybox");
    fs::write(&program, tree.content("bin/busybox").context("no busybox among the packages")?)?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    let names = String::from_utf8(run(Command::new(&program).arg("--list"))?)?;
    for name in names.lines().filter(|name| !UNWANTED_PROGRAMS.contains(name)) {
        if !tree.has(&format!("usr/bin/{name}")) && !tree.has(&format!("usr/sbin/{name}")) {
            tree.symlink(&format!("usr/bin/{name}"), "busybox");
        }
    }
    for name in SYSTEM_PROGRAMS {
        tree.symlink(&format!("usr/sbin/{name}"), "../bin/busybox");
    }
    Ok(())
}

/// Debian's own accounts, all locked, and the one that sshd gives its unprivileged half.
fn accounts(tree: &mut Tree) -> Result<()> {
    let read = |name: &str| -> Result<String> {
        let bytes = tree.content(&format!("usr/share/base-passwd/{name}")).context("no base-passwd")?;
        Ok(String::from_utf8(bytes.to_vec())?)
    };
    let (people, groups) = (read("passwd.master")?, read("group.master")?);
    let day = EPOCH / 86_400;
    let (mut passwd, mut shadow) = (String::new(), String::new());
    let sshd = "sshd:*:100:65534::/run/sshd:/usr/sbin/nologin";
    for line in people.lines().chain([sshd]) {
        let name = line.split(':').next().unwrap_or_default();
        passwd += &format!("{}\n", line.replacen(":*:", ":x:", 1).replace("/bin/bash", "/bin/sh"));
        shadow += &format!("{name}:*:{day}:0:99999:7:::\n");
    }
    tree.file("etc/passwd", passwd);
    tree.file("etc/group", groups.replace(":*:", ":x:"));
    tree.file("etc/shadow", shadow);
    tree.own("etc/shadow", 0, SHADOW, 0o640);
    Ok(())
}

/// Fills the blanks of a file: the identities of the root filesystem and the version of the kernel.
fn filled(text: &str, flavour: Flavour, kernel: &str) -> String {
    text.replace("@ROOT_UUID@", &flavour.uuid("root filesystem"))
        .replace("@ROOT_PARTUUID@", &flavour.uuid("root partition"))
        .replace("@KERNEL@", kernel)
}

fn our_files(tree: &mut Tree, flavour: Flavour, kernel: &str) {
    tree.file("etc/inittab", ours!("common/inittab"));
    tree.program("etc/init.d/rcS", ours!("common/rcS"));
    tree.program("usr/lib/halle/read-seed", ours!("common/read-seed"));
    tree.file("etc/halle/seed-reader", "/usr/lib/halle/read-seed\n");
    tree.program("etc/udhcpc/default.script", ours!("common/udhcpc.script"));
    tree.program("etc/acpi/PWRF/00000080", ours!("common/PWRF"));
    tree.file("etc/network/interfaces", ours!("common/interfaces"));
    tree.file("etc/ssh/sshd_config", ours!("common/sshd_config"));
    tree.file("etc/fstab", filled(ours!("common/fstab"), flavour, kernel));
    tree.file("etc/hostname", "localhost\n");
    tree.file("etc/hosts", "127.0.0.1 localhost\n");
    // As the installation of base-files leaves them: what is kept there is gone after a boot.
    tree.symlink("var/run", "/run");
    tree.symlink("var/lock", "/run/lock");
    tree.symlink("etc/resolv.conf", "/run/resolv.conf");
    tree.file("boot/grub/grub.cfg", filled(ours!("common/grub.cfg"), flavour, kernel));
    for folder in [
        "dev",
        "proc",
        "sys",
        "run",
        "mnt",
        "home",
        "root",
        "var/lib/halle",
        "etc/network/if-pre-up.d",
        "etc/network/if-up.d",
        "etc/network/if-down.d",
        "etc/network/if-post-down.d",
    ] {
        tree.folder(folder);
    }
    tree.add("tmp", What::Folder, 0o1777);
    tree.add("root", What::Folder, 0o700);
    tree.own("var/lib/halle", WWW_DATA, WWW_DATA, 0o755);
}

fn page_files(tree: &mut Tree, flavour: Flavour) {
    tree.file("usr/lib/halle/page.sh", ours!("common/page.sh"));
    tree.symlink("var/www/halle/health", "/run/halle/health");
    match flavour {
        Flavour::Notes => {
            tree.program("var/www/cgi-bin/index.cgi", ours!("notes/index.cgi"));
            tree.program("var/www/cgi-bin/add.cgi", ours!("notes/add.cgi"));
        }
        Flavour::Status => tree.program("var/www/cgi-bin/index.cgi", ours!("status/index.cgi")),
    }
}
