#!/bin/bash
# Certifies a real Debian system, as it is and with faults planted, and prints the CPU seconds that it took.
#
#   crates/certifier/benches/debian-root.sh [ROOT]
#
# ROOT is a folder with a Debian system; without one, mmdebstrap makes a small one. Nothing is mounted or booted, but
# mmdebstrap and file ownership want root. Needs mmdebstrap, e2fsprogs, dosfstools, mtools and fdisk. SIZE_GIB sets the size of the disk.
set -euo pipefail
cd "$(dirname "$0")/../../.."
PATH=$PATH:/usr/sbin:/sbin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=${1:-}
size=$(( ${SIZE_GIB:-30} << 30 ))

cargo build --quiet --release -p halle
halle=$PWD/target/release/halle

if [ -z "$root" ]; then
    root=$work/root
    mmdebstrap --quiet --variant=important \
        --include=openssh-server,linux-image-cloud-amd64,cloud-init,initramfs-tools,systemd-sysv,waagent,grub2-common \
        bookworm "$root"
fi

# What an image builder does last.
generalise() {
    rm -f "$1"/etc/ssh/ssh_host_* "$1"/root/.bash_history "$1"/etc/resolv.conf "$1"/var/lib/dhcp/*.leases
    rm -rf "$1"/var/lib/cloud/instance*
    truncate -s 0 "$1/etc/machine-id"
    sed -i '1i ClientAliveInterval 180' "$1/etc/ssh/sshd_config"
    kernel=$(basename "$1"/boot/vmlinuz-*)
    mkdir -p "$1/boot/grub"
    printf "menuentry 'Debian' {\n linux /boot/%s root=LABEL=root console=ttyS0 earlyprintk=ttyS0\n initrd /boot/%s\n}\n" \
        "$kernel" "initrd.img-${kernel#vmlinuz-}" > "$1/boot/grub/grub.cfg"
}

# Makes FOLDER into the fixed VHD FILE.
pack() {
    truncate -s "$size" "$2"
    printf 'label: gpt\nstart=2048,size=65536,type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B\nstart=67584,type=0FC63DAF-8483-4772-8E79-3D69D8477DE4\n' |
        sfdisk --quiet "$2"
    # The kernel is a program for the firmware too, so it can stand where the boot loader would.
    mkfs.vfat -C "$work/part" 32768 > /dev/null
    mmd -i "$work/part" ::/EFI ::/EFI/BOOT
    mcopy -i "$work/part" "$1"/boot/vmlinuz-* ::/EFI/BOOT/BOOTX64.EFI
    dd if="$work/part" of="$2" bs=1M seek=1 conv=notrunc,sparse status=none
    rm "$work/part"
    mke2fs -q -F -t ext4 -d "$1" "$work/part" $(( (size - (67584 + 2048) * 512) / 1024 ))k
    dd if="$work/part" of="$2" bs=1M seek=33 conv=notrunc,sparse status=none
    rm "$work/part"
    python3 - "$2" "$size" <<'P'
import struct, sys
path, size = sys.argv[1], int(sys.argv[2])
footer = bytearray(struct.pack('>8sIIQI4sI4sQQHBBII16sB427x', b'conectix', 2, 0x10000, 2**64 - 1, 0, b'qem2', 0x10000,
                               b'Wi2k', size, size, 65535, 16, 255, 2, 0, b'halle-debian-sys', 0))
struct.pack_into('>I', footer, 64, ~sum(footer) & 0xffffffff)
with open(path, 'r+b') as image:
    image.seek(size)
    image.write(footer)
P
}

judge() {
    echo "== $1, profile $2 (${3}) =="
    TIMEFORMAT='CPU %U s + %S s, wall %R s'
    time "$halle" certify "$1" --profile "$2" --lang en || echo "exit $?"
}

cp -a "$root" "$work/clean"
generalise "$work/clean"
pack "$work/clean" "$work/clean.vhd"
judge "$work/clean.vhd" kvm generalised
judge "$work/clean.vhd" azure generalised

cp -a "$work/clean" "$work/faulty"
printf 'passwd\n' > "$work/faulty/root/.bash_history"
printf '/swapfile none swap sw 0 0\n' >> "$work/faulty/etc/fstab"
printf 'PermitRootLogin yes\n' >> "$work/faulty/etc/ssh/sshd_config"
mkdir -p "$work/faulty/root/.ssh" && printf 'ssh-ed25519 AAAA builder@ci\n' > "$work/faulty/root/.ssh/authorized_keys"
sed -i 's/^root:[^:]*:/root::/' "$work/faulty/etc/shadow"
pack "$work/faulty" "$work/faulty.vhd"
judge "$work/faulty.vhd" azure 'five faults planted'
