//! What stands in the files of a system: configuration, boot loaders, lists of packages.

use std::sync::Arc;

use certifier::linux::entries::{self, BootFolder};
use certifier::linux::root::Root;
use certifier::linux::{kernel, uki};
use certifier::packages::languages::{self, Manifest, Sort};
use certifier::packages::{of_system, owned};
use certifier::stored::Origin;
use certifier::windows::pe::Program;
use disk::tree::Tree;
use disk::tree::memory::Folder;

use crate::bodies::Body;
use crate::files;
use crate::report;

/// The first is what an input holds that names no file.
const CONFIGURATION: [&str; 84] = [
    "/etc/ssh/sshd_config",
    "/etc/ssh/sshd_config.d/50-a.conf",
    "/etc/ssh/sshd_config.d/90-b.conf",
    "/etc/passwd",
    "/etc/shadow",
    "/etc/sudoers",
    "/etc/sudoers.d/a",
    "/etc/fstab",
    "/etc/os-release",
    "/usr/lib/os-release",
    "/etc/waagent.conf",
    "/etc/cloud/cloud.cfg",
    "/etc/cloud/cloud.cfg.d/a.cfg",
    "/etc/cloud/ds-identify.cfg",
    "/usr/bin/cloud-init*",
    "/usr/bin/waagent*",
    "/usr/sbin/sshd*",
    "/etc/modprobe.d/a.conf",
    "/usr/lib/modprobe.d/b.conf",
    "/etc/sysconfig/network-scripts/ifcfg-eth0",
    "/etc/sysconfig/network/ifcfg-eth0",
    "/etc/sysconfig/network/dhcp",
    "/etc/NetworkManager/system-connections/a.nmconnection",
    "/etc/NetworkManager/NetworkManager.conf",
    "/etc/NetworkManager/conf.d/a.conf",
    "/etc/netplan/a.yaml",
    "/etc/systemd/network/a.network",
    "/etc/systemd/network/a.link",
    "/etc/network/interfaces",
    "/etc/network/interfaces.d/eth0",
    "/etc/udev/rules.d/70-persistent-net.rules",
    "/etc/apt/sources.list",
    "/etc/apt/sources.list.d/a.sources",
    "/etc/apt/apt.conf.d/a",
    "/etc/yum.conf",
    "/etc/yum.repos.d/a.repo",
    "/etc/zypp/repos.d/a.repo",
    "/etc/apk/repositories",
    "/etc/inittab",
    "/etc/init.d/rcS*",
    "/etc/init.d/seed*",
    "/etc/rc.local*",
    "/etc/rc2.d/S20seed",
    "/etc/runlevels/default/sshd",
    "/etc/systemd/system/a.service",
    "/etc/systemd/system/a.target.wants/a.service",
    "/usr/lib/systemd/system/ssh.service",
    "/usr/lib/systemd/systemd*",
    "/sbin/init",
    "/etc/systemd/zram-generator.conf",
    "/etc/hosts",
    "/etc/hostname",
    "/etc/resolv.conf",
    "/etc/machine-id",
    "/etc/ld.so.preload",
    "/etc/iptables/rules.v4",
    "/etc/nftables.conf",
    "/etc/ufw/ufw.conf",
    "/etc/halle/seed-reader",
    "/etc/cron.d/a",
    "/var/spool/cron/crontabs/root",
    "/root/.ssh/authorized_keys",
    "/root/.bash_history",
    "/home/a/.ssh/authorized_keys",
    "/home/a/.netrc",
    "/etc/dropbear/authorized_keys",
    "/etc/initramfs-tools/initramfs.conf",
    "/etc/kernel/cmdline",
    "/usr/lib/python3/dist-packages/azurelinuxagent/common/version.py",
    "/boot/grub/grub.cfg",
    "/boot/grub/grubenv",
    "/boot/config-1",
    "/boot/vmlinuz-1",
    "/boot/initrd.img-1",
    "/usr/lib/modules/1/modules.dep",
    "/usr/lib/modules/1/modules.builtin",
    "/var/lib/dpkg/status",
    "/var/lib/dpkg/diversions",
    "/var/lib/waagent/a",
    "/var/lib/cloud/instance/a",
    "/var/lib/dhcp/a",
    "/swapfile",
    "/etc/ssh/ssh_host_ed25519_key",
    "/Windows/System32/drivers/etc/hosts",
];

pub const LINUX: Body = Body {
    name: "linux",
    run: |input| {
        let root = Root::of(files::of(input, &CONFIGURATION));
        report::judge(&report::facts_of(root));
    },
    specimens: None,
};

const BOOT: [&str; 22] = [
    "/boot/grub/grub.cfg",
    "/boot/grub2/grub.cfg",
    "/boot/grub/grubenv",
    "/boot/loader/entries/a.conf",
    "/boot/loader/entries/b-1.conf",
    "/boot/loader/loader.conf",
    "/boot/extlinux/extlinux.conf",
    "/boot/efi/EFI/BOOT/BOOTX64.EFI",
    "/boot/efi/EFI/Linux/a.efi",
    "/boot/efi/EFI/Linux/a.efi.extra.d/b.addon.efi",
    "/boot/efi/EFI/debian/grub.cfg",
    "/boot/efi/EFI/redhat/grubenv",
    "/boot/efi/loader/loader.conf",
    "/boot/efi/loader/entries/c.conf",
    "/boot/vmlinuz-1",
    "/boot/vmlinuz",
    "/boot/initrd.img-1",
    "/boot/config-1",
    "/usr/lib/modules/1/modules.dep",
    "/usr/lib/modules/1/modules.builtin",
    "/etc/kernel/cmdline",
    "/etc/os-release",
];

pub const LOADERS: Body = Body {
    name: "boot",
    run: |input| {
        let root = Root::of(files::of(input, &BOOT));
        let folders = BootFolder::of_root(&root);
        let origin = Origin::Disk(Arc::new(Vec::new()));
        if let Ok(Some((entry, folder))) = entries::default_entry(&folders) {
            let _ = kernel::head(&entry, &folder);
            if let Ok(kernel) = kernel::read(&origin, &root, &entry, &folder) {
                let _ = (kernel.has_at_boot("hv_vmbus", "CONFIG_HYPERV"), kernel.has_later("a", "CONFIG_A"));
            }
        }
        for folder in &folders {
            let _ = entries::bls(folder).map(entries::newest);
        }
        for path in &BOOT[7..10] {
            let _ = (uki::read(&root, path), uki::addon_arguments(&root, path));
        }
        let _ = kernel::release_in_header(input);
    },
    specimens: None,
};

pub const PROGRAMS: Body = Body {
    name: "programs",
    run: |input| {
        let bytes = input.to_vec();
        if let Ok(Some(program)) = Program::read(&bytes) {
            let _ = program.version().map(|version| version.map(|version| version.to_string()));
            let _ = program.machine.name();
        }
        let mut files = Folder::empty();
        files.add("/boot/efi/EFI/BOOT/BOOTX64.EFI", input);
        files.add("/usr/bin/a", input);
        let node = files.look_up("/usr/bin/a").ok().flatten().expect("it was just added");
        let manifest = Manifest { path: "/usr/bin/a".to_owned(), inode: node.inode, sort: Sort::Program };
        let (packages, _) = languages::read(&files, &[manifest]);
        are_packages(packages.iter().map(|package| package.name.as_str()));
        let root = Root::of(files);
        let _ = uki::read(&root, "/boot/efi/EFI/BOOT/BOOTX64.EFI");
    },
    specimens: None,
};

const LANGUAGES: [(&str, Sort); 8] = [
    ("/app/Cargo.lock", Sort::CargoLock),
    ("/app/node_modules/a/package.json", Sort::NpmPackage),
    ("/app/package-lock.json", Sort::NpmLock),
    ("/usr/lib/python3/dist-packages/a-1.dist-info/METADATA", Sort::Python),
    ("/var/lib/gems/3.1.0/specifications/a-1.gemspec", Sort::Gem),
    ("/opt/a.jar", Sort::Jar),
    ("/usr/lib/python3/dist-packages/a.egg-info/PKG-INFO", Sort::Python),
    ("/opt/b.war", Sort::Jar),
];

pub const LANGUAGE_PACKAGES: Body = Body {
    name: "languages",
    run: |input| {
        let Some((choice, content)) = input.split_first() else { return };
        let (path, sort) = LANGUAGES[usize::from(*choice) % LANGUAGES.len()];
        let mut files = Folder::empty();
        files.add(path, content);
        let Ok(Some(node)) = files.look_up(path) else { return };
        let manifest = Manifest { path: path.to_owned(), inode: node.inode, sort };
        let (packages, gaps) = languages::read(&files, &[manifest]);
        are_packages(packages.iter().map(|package| package.name.as_str()));
        assert!(gaps.len() <= 2, "one list has one gap: {gaps:?}");
    },
    specimens: None,
};

const DATABASES: [&str; 6] = [
    "/var/lib/dpkg/status",
    "/var/lib/dpkg/status.d/a",
    "/var/lib/dpkg/info/a.list",
    "/lib/apk/db/installed",
    "/usr/lib/apk/db/installed",
    "/etc/os-release",
];

pub const SYSTEM_PACKAGES: Body = Body {
    name: "packages",
    run: |input| read_packages(&Root::of(files::of(input, &DATABASES))),
    specimens: None,
};

/// Reads the database of packages, and the paths that they own.
pub fn read_packages(root: &Root) {
    if let Ok(packages) = of_system(root) {
        are_packages(packages.iter().map(|package| package.name.as_str()));
    }
    let _ = owned::visit(root, &mut |path| {
        let _ = owned::plain(path);
    });
}

/// A package has a name. It may hold anything: reports make it printable, and lists write it as JSON does.
fn are_packages<'p>(mut names: impl Iterator<Item = &'p str>) {
    assert!(names.all(|name| !name.is_empty()), "a package without a name");
}
