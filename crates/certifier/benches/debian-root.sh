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
. crates/certifier/benches/image.sh
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

judge() {
    echo "== $1, profile $2 (${3}) =="
    TIMEFORMAT='CPU %U s + %S s, wall %R s'
    time "$halle" certify "$1" --profile "$2" --lang en || echo "exit $?"
}

cp -a "$root" "$work/clean"
generalise "$work/clean"
pack "$work/clean" "$work/clean.vhd" "$size"
judge "$work/clean.vhd" kvm generalised
judge "$work/clean.vhd" azure generalised

cp -a "$work/clean" "$work/faulty"
printf 'passwd\n' > "$work/faulty/root/.bash_history"
printf '/swapfile none swap sw 0 0\n' >> "$work/faulty/etc/fstab"
printf 'PermitRootLogin yes\n' >> "$work/faulty/etc/ssh/sshd_config"
mkdir -p "$work/faulty/root/.ssh" && printf 'ssh-ed25519 AAAA builder@ci\n' > "$work/faulty/root/.ssh/authorized_keys"
sed -i 's/^root:[^:]*:/root::/' "$work/faulty/etc/shadow"
pack "$work/faulty" "$work/faulty.vhd" "$size"
judge "$work/faulty.vhd" azure 'five faults planted'
