//! Whatever stands in a system's files, reading them ends, and ends without a panic.

use disk::tree::memory::Folder;
use proptest::prelude::*;

use crate::linux::root::Root;
use crate::linux::{
    boot, cloud_init, distributions, entries, kernel, modprobe, network, sources, uki, waagent,
};
use crate::stored::Origin;

/// Every file that the readers look into.
const FILES: [&str; 30] = [
    "/etc/os-release",
    "/etc/waagent.conf",
    "/etc/cloud/cloud.cfg",
    "/etc/cloud/ds-identify.cfg",
    "/usr/bin/cloud-init",
    "/etc/modprobe.d/a.conf",
    "/etc/sysconfig/network-scripts/ifcfg-eth0",
    "/etc/sysconfig/network/ifcfg-",
    "/etc/NetworkManager/system-connections/a",
    "/etc/netplan/a.yaml",
    "/etc/systemd/network/a.network",
    "/etc/systemd/network/a.link",
    "/etc/network/interfaces",
    "/etc/apt/sources.list",
    "/etc/apt/sources.list.d/a.sources",
    "/etc/apt/apt.conf.d/a",
    "/etc/yum.repos.d/a.repo",
    "/etc/apk/repositories",
    "/etc/inittab",
    "/etc/init.d/rcS",
    "/etc/rc.local*",
    "/etc/systemd/system/a.service",
    "/boot/grub/grub.cfg",
    "/boot/grub/grubenv",
    "/boot/loader/entries/a.conf",
    "/boot/loader/loader.conf",
    "/boot/extlinux/extlinux.conf",
    "/boot/config-1",
    "/usr/lib/modules/1/modules.dep",
    "/boot/efi/EFI/BOOT/BOOTX64.EFI",
];

/// Words that mean something in one file or another, and signs that part them.
const WORDS: [&str; 60] = [
    "ID=",
    "VERSION_ID",
    "=",
    "\"",
    "'",
    ":",
    "{",
    "}",
    "[",
    "]",
    "-",
    "#",
    "/",
    "\\",
    "$",
    "${",
    "é",
    "\u{0}",
    "@",
    "*",
    "set default=",
    "menuentry ",
    "submenu",
    "linux ",
    "initrd",
    "blscfg",
    "options",
    "$a",
    "a=$a",
    "default",
    "label",
    "append",
    "menu",
    "network",
    "ethernets:",
    "eth0",
    "dhcp4: yes",
    "match: {macaddress: x}",
    "addresses",
    "iface ",
    " inet",
    "auto",
    "deb ",
    "[trusted=yes]",
    "http://",
    "URIs",
    "Enabled: no",
    "[Match]",
    "Name=",
    "DHCP=",
    "install ",
    "blacklist",
    "swap:",
    "filename",
    "datasource_list:",
    "policy",
    "::sysinit:/etc/init.d/rcS",
    "/etc/rc.local",
    "CONFIG_A=y",
    "MZ",
];

/// A disk of no bytes: what is read comes from the root alone.
fn origin() -> Origin {
    Origin::Disk(std::sync::Arc::new(Vec::new()))
}

fn read_everything(root: &Root) {
    let folders = entries::BootFolder::of_root(root);
    let entry = entries::default_entry(&folders).unwrap_or_default();
    let chosen = entry.as_ref().map(|(entry, _)| entry);
    if let Some((entry, folder)) = &entry {
        let _ =
            kernel::read(&origin(), root, entry, folder).map(|kernel| kernel.has_at_boot("a", "CONFIG_A"));
    }
    if let Ok(boot) = boot::read(root) {
        let _ = boot.lines_that_run(root, &["swapon"]);
        if let Ok(Some(found)) = cloud_init::read(root, &boot, chosen) {
            let _ = found.sources().map(|section| (section.text(), section.field("filename")));
            let _ = found.section("swap").and_then(|section| section.field("size"));
        }
    }
    let _ = modprobe::blocked(root, chosen);
    let _ = network::read(root);
    let _ = waagent::read(root).map(|found| found.says_no("ID").is_some());
    for source in sources::read(root).unwrap_or_default().sources {
        let _ = sources::wrong(&source.address);
    }
    if let Ok(Some(release)) = distributions::read(root) {
        let _ = distributions::support(&release, "2026-11-22");
    }
}

fn text() -> impl Strategy<Value = String> {
    let line = prop::collection::vec(prop::sample::select(&WORDS[..]), 0..6);
    prop::collection::vec((0..6_usize, line), 0..12).prop_map(|lines| {
        let lines =
            lines.into_iter().map(|(depth, words)| format!("{}{}\n", " ".repeat(depth), words.concat()));
        lines.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_brings_the_readers_down(texts in prop::collection::vec(text(), FILES.len()), systemd: bool) {
        let init = if systemd { "-> systemd" } else { "-> busybox" };
        let mut files = vec![("/sbin/init", init), ("/etc/systemd/system/a.target.wants/a.service", "-> ../a.service")];
        files.extend(FILES.into_iter().zip(texts.iter().map(String::as_str)));
        read_everything(&Root::of(Folder::of(&files)));
    }

    #[test]
    fn no_program_brings_the_reader_of_unified_kernels_down(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        length in any::<prop::sample::Index>(),
    ) {
        let mut bytes = uki::tests::program(&[(".cmdline", b"console=ttyS0"), (".linux", b"x"), (".initrd", b"070701")]);
        // The headers are where a slip can hurt.
        for (index, value) in flips {
            bytes[index.index(256)] = value;
        }
        bytes.truncate(length.index(bytes.len()) + 1);
        read_everything(&Root::of(Folder::of(&[]).with("/efi/EFI/BOOT/BOOTX64.EFI", &bytes)));
    }
}
