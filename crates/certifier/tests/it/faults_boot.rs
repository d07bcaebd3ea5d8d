//! Faults in how a Linux system boots, starts its services and reaches its network.

use crate::faults::{Fault, fault, warning};
use crate::specimen::Specimen;

/// The clean specimen, its default entry with these arguments on line 2.
fn told(specimen: Specimen, arguments: &str) -> Specimen {
    let menu = format!(
        "menuentry 'x' {{\nlinux /boot/vmlinuz-6.1.0 {arguments}\ninitrd /boot/initrd.img-6.1.0\n}}\n"
    );
    specimen.file("/boot/grub/grub.cfg", &menu)
}

/// A service that is started at boot.
fn started(specimen: Specimen, unit: &str, exec: &str) -> Specimen {
    let file = format!("/usr/lib/systemd/system/{unit}");
    specimen
        .file(&file, &format!("[Service]\nExecStart={exec}\n"))
        .link(&format!("/etc/systemd/system/multi-user.target.wants/{unit}"), &file)
}

const SERIAL: &str = "ro earlyprintk=ttyS0 console=ttyS0";
const MENU: &str = "/boot/grub/grub.cfg:2";
const AGENT: &str = "/etc/waagent.conf:1";
const AGENT_UNIT: &str = "/etc/systemd/system/multi-user.target.wants/walinuxagent.service";
const IFCFG: &str = "/etc/sysconfig/network-scripts/ifcfg-eth0";
const NETPLAN: &str = "/etc/netplan/01.yaml";

pub const FAULTS: &[Fault] = &[
    fault("L02", "/etc/os-release:2", |s| s.file("/etc/os-release", "ID=debian\nVERSION_ID=\"8\"\n")),
    warning("L02", "/etc/os-release:2", |s| s.file("/etc/os-release", "ID=ubuntu\nVERSION_ID=\"20.04\"\n")),
    warning("L02", "/etc/os-release:1", |s| s.file("/etc/os-release", "ID=arch\n")),
    warning("L02", "/etc/os-release:2", |s| s.file("/etc/os-release", "ID=debian\nVERSION_ID=\"99\"\n")),
    fault("L04", AGENT, |s| s.file("/etc/waagent.conf", "AutoUpdate.Enabled=n\n")),
    fault("L05", "/usr/sbin/waagent", |s| s.without(AGENT_UNIT)),
    fault("L05", "/usr/lib/systemd/system/walinuxagent.service", |s| {
        s.link("/usr/lib/systemd/system/walinuxagent.service", "/dev/null")
    }),
    fault("L06", AGENT, |s| s.file("/etc/waagent.conf", "Provisioning.Agent=disabled\n")),
    fault("L06", AGENT, |s| {
        s.file("/etc/waagent.conf", "Provisioning.Agent=cloud-init\n").without("/usr/bin/cloud-init")
    }),
    fault("L06", "/etc/waagent.conf", |s| {
        s.file("/etc/waagent.conf", "").without("/usr/bin/cloud-init").without(AGENT_UNIT)
    }),
    fault("L07", "/etc/cloud/cloud.cfg.d/90_dpkg.cfg:2", |s| {
        s.file("/etc/cloud/cloud.cfg", "datasource_list: [ Azure ]\n")
            .file("/etc/cloud/cloud.cfg.d/90_dpkg.cfg", "# asked\ndatasource_list: [ NoCloud, None ]\n")
    }),
    fault("L07", "/etc/systemd/system/cloud-init.service", |s| {
        s.link("/etc/systemd/system/cloud-init.service", "/dev/null")
    }),
    fault("L09", MENU, |s| told(s, "ro console=ttyS0")),
    fault("L09", MENU, |s| {
        told(s, &format!("{SERIAL} rootdelay=300")).file("/usr/share/initramfs-tools/init", "#!/bin/sh\n")
    }),
    fault("L10", MENU, |s| told(s, &format!("{SERIAL} libata.atapi_enabled=0"))),
    fault("L10", MENU, |s| told(s, &format!("{SERIAL} numa=off"))),
    warning("L10", MENU, |s| told(s, &format!("{SERIAL} rhgb quiet crashkernel=auto"))),
    fault("L11", "/boot/initrd.img-6.1.0", |s| {
        s.bytes_file("/boot/initrd.img-6.1.0", &Specimen::initramfs(&["hv_vmbus", "hv_netvsc", "hv_utils"]))
    }),
    fault("L11", "/boot/config-6.1.0:2", |s| {
        s.file("/boot/config-6.1.0", "CONFIG_HYPERV=y\n# CONFIG_HYPERV_STORAGE is not set\n")
            .bytes_file("/boot/initrd.img-6.1.0", &Specimen::initramfs(&["virtio_blk"]))
    }),
    fault("L11", "/etc/modprobe.d/no.conf:1", |s| s.file("/etc/modprobe.d/no.conf", "blacklist hv_netvsc\n")),
    fault("L12", "/etc/modprobe.d/cis.conf:2", |s| {
        s.file("/etc/modprobe.d/cis.conf", "# hardened\ninstall udf /bin/true\n")
    }),
    warning("L12", "/boot/config-6.1.0:3", |s| {
        s.file(
            "/boot/config-6.1.0",
            "CONFIG_UDF_FS=y\nCONFIG_VFAT_FS=m\n# CONFIG_CIFS is not set\nCONFIG_WATCHDOG=y\n",
        )
        .file("/usr/lib/modules/6.1.0/modules.dep", "kernel/fs/fat/vfat.ko:\n")
    }),
    fault("L15", "/etc/cloud/cloud.cfg.d/swap.cfg:1", |s| {
        s.file("/etc/cloud/cloud.cfg.d/swap.cfg", "swap:\n  filename: /swapfile\n  size: 1G\n")
    }),
    fault("L15", "/etc/cloud/cloud.cfg.d/swap.cfg:3", |s| {
        s.file(
            "/etc/cloud/cloud.cfg.d/swap.cfg",
            "mounts:\n - [ sdb, /mnt ]\n - [ /swapfile, none, swap, sw ]\n",
        )
    }),
    fault("L15", "/usr/lib/systemd/system/dphys-swapfile.service:2", |s| {
        started(s, "dphys-swapfile.service", "/sbin/dphys-swapfile swapon")
    }),
    fault("L15", "/etc/rc.local:2", |s| s.program("/etc/rc.local", b"#!/bin/sh\nmkswap /dev/sdb\n")),
    warning("L15", "/etc/waagent.conf:1", |s| s.file("/etc/waagent.conf", "ResourceDisk.EnableSwap=y\n")),
    warning("L15", "/etc/systemd/zram-generator.conf:1", |s| {
        s.file("/etc/systemd/zram-generator.conf", "[zram0]\n")
    }),
    fault("L26", "/etc/udev/rules.d/70-persistent-net.rules:2", |s| {
        let rule = "# eth0\nSUBSYSTEM==\"net\", ATTR{address}==\"52:54:00:12:34:56\", NAME=\"eth0\"\n";
        s.file("/etc/udev/rules.d/70-persistent-net.rules", rule)
    }),
    fault("L26", "/etc/netplan/01.yaml:5", |s| {
        s.file(
            NETPLAN,
            "network:\n ethernets:\n  eth0:\n   match:\n    macaddress: 52:54:00:12:34:56\n   dhcp4: true\n",
        )
    }),
    fault("L26", "/etc/sysconfig/network-scripts/ifcfg-eth0:2", |s| {
        s.file(IFCFG, "BOOTPROTO=dhcp\nHWADDR=52:54:00:12:34:56\n")
    }),
    fault("L27", "/etc/netplan/01.yaml:4", |s| {
        s.file(NETPLAN, "network:\n ethernets:\n  eth0:\n   addresses: [10.0.0.9/24]\n")
    }),
    fault("L27", "/etc/sysconfig/network-scripts/ifcfg-eth0:2", |s| {
        s.file(IFCFG, "BOOTPROTO=dhcp\nONBOOT=no\n")
    }),
    fault("L27", "/etc/network/interfaces:2", |s| {
        let s = started(s, "networking.service", "/sbin/ifup -a").without("/usr/bin/cloud-init");
        s.file("/etc/network/interfaces", "auto ens3\niface ens3 inet dhcp\n")
    }),
    fault("L27", "", |s| s.without("/usr/bin/cloud-init")),
    warning("L27", "/etc/sysconfig/network/dhcp:1", |s| {
        s.file("/etc/sysconfig/network/dhcp", "DHCLIENT_SET_HOSTNAME=\"yes\"\n")
    }),
    fault("L28", "/etc/apt/sources.list:2", |s| {
        s.file(
            "/etc/apt/sources.list",
            "deb https://deb.debian.org/debian bookworm main\ndeb [trusted=yes] https://a.b/c ./\n",
        )
    }),
    fault("L28", "/etc/yum.repos.d/x.repo:2", |s| {
        s.file("/etc/yum.repos.d/x.repo", "[x]\nbaseurl=http://10.0.0.5/x\n")
    }),
    fault("L28", "/etc/apt/sources.list", |s| s.without("/etc/apt/sources.list")),
    fault("L36", "/etc/systemd/system/multi-user.target.wants/firewalld.service", |s| {
        started(s, "firewalld.service", "/usr/sbin/firewalld")
    }),
    fault("L36", "/etc/nftables.conf:3", |s| {
        let rules =
            "table inet filter {\nchain input {\ntype filter hook input priority 0; policy drop;\n}\n}\n";
        started(s, "nftables.service", "/usr/sbin/nft -f /etc/nftables.conf")
            .file("/etc/nftables.conf", rules)
    }),
    fault("L36", "/etc/ufw/ufw.conf:1", |s| {
        started(s, "ufw.service", "/lib/ufw/ufw-init start").file("/etc/ufw/ufw.conf", "ENABLED=yes\n")
    }),
];
