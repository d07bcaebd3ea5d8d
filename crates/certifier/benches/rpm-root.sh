#!/bin/bash
# Certifies a system that rpm manages, as it is and with faults planted, and compares its list of packages with rpm's own.
#
#   crates/certifier/benches/rpm-root.sh [RPMS]
#
# The system is made here of Debian's software: alien turns every package of a small Debian into an rpm package, rpm itself
# installs them and keeps its database, and dpkg leaves with all its traces. It is laid out as Red Hat's family has it: the
# root on XFS, an initramfs by dracut, boot entries in files of their own, sshd with a drop-in, an os-release of that family.
# Nobody ships this system, and its os-release says so. Nothing of this machine changes; to make it wants root.
#
# RPMS is a folder that keeps the packages for the next time: to turn them takes minutes. BOOT=1 boots the disk in QEMU too,
# up to the prompt to log in. SIZE_GIB sets the size of the disk. Needs mmdebstrap, alien, rpm, xfsprogs, dosfstools, mtools,
# fdisk and cpio; for BOOT=1 qemu-system-x86 and ovmf.
set -euo pipefail
cd "$(dirname "$0")/../../.."
PATH=$PATH:/usr/sbin:/sbin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rpms=$(realpath -m "${1:-$work/rpms}")
root=$work/root
size=$(( ${SIZE_GIB:-30} << 30 ))
esp_kib=$(( 128 << 10 ))
database=(--root "$root" --define '_dbpath /usr/lib/sysimage/rpm' --define '_db_backend sqlite')

cargo build --quiet --release -p halle
halle=$PWD/target/release/halle

# Turns one package. alien works in the folder where it is called.
turn() {
    folder=$(mktemp -d) && cd "$folder"
    HOME=$2 alien --to-rpm --keep-version "$1" > log 2>&1 || { cat log; return 1; }
    mv ./*.rpm "$3/" && cd / && rm -rf "$folder"
}
export -f turn

make_root() {
    # The packages again, as they came: mmdebstrap throws away those that everything else needs.
    cat > "$work/fetch" <<'T'
#!/bin/sh
mkdir "$1/debs"
chroot "$1" sh -c 'cd /debs && dpkg-query -W -f "\${Package}=\${Version}\n" | xargs apt-get download -qq'
T
    chmod +x "$work/fetch"
    mmdebstrap --quiet --variant=important --customize-hook="$work/fetch" \
        --include=openssh-server,linux-image-cloud-amd64,cloud-init,dracut,systemd-sysv,systemd-boot,rpm \
        bookworm "$root"
    mv "$root/debs" "$work/debs"
    if [ ! -d "$rpms" ]; then
        mkdir -p "$rpms" "$work/home"
        # Payloads as they are, and nothing done to files: this is about packages, not about building them well.
        printf '%s\n' '%_binary_payload w0.ufdio' '%_build_id_links none' '%debug_package %{nil}' \
            '%__os_install_post %{nil}' > "$work/home/.rpmmacros"
        find "$work/debs" -name '*.deb' -print0 |
            xargs -0 -P "$(nproc)" -I DEB bash -c 'turn DEB "$1" "$2"' turn "$work/home" "$rpms"
    fi
    rpm "${database[@]}" --initdb
    # What their scripts would do, Debian's have done already.
    rpm "${database[@]}" -i --nodeps --noscripts --notriggers --nosignature --force "$rpms"/*.rpm 2> /dev/null
    local foreign
    foreign=$(rpm "${database[@]}" -qa --qf '%{NAME}\n' | grep -xE 'apt|apt-utils|dpkg|debconf.*|debian-archive-keyring|ucf|logrotate')
    # shellcheck disable=SC2086
    rpm "${database[@]}" -e --nodeps --noscripts $foreign 2> /dev/null
    rm -rf "$root"/var/{lib,cache,log}/{apt,dpkg,debconf,ucf}* "$root"/etc/{apt,dpkg,debian_version} "$root"/var/log/*
    chroot "$root" find /etc/systemd/system -xtype l -delete
}

lay_out() {
    local version
    rm -f "$root"/usr/lib/os-release "$root"/etc/os-release "$root"/etc/ssh/ssh_host_* "$root"/etc/resolv.conf \
        "$root"/vmlinuz* "$root"/initrd* "$root"/boot/initrd*
    cat > "$root/usr/lib/os-release" <<'T'
NAME="Rocky Linux"
PRETTY_NAME="Halle's rpm specimen: Debian's software, laid out like Rocky Linux 9"
ID="rocky"
ID_LIKE="rhel centos fedora"
VERSION_ID="9.6"
PLATFORM_ID="platform:el9"
T
    ln -s ../usr/lib/os-release "$root/etc/os-release"
    mkdir -p "$root/etc/rpm"
    printf '%%_dbpath /usr/lib/sysimage/rpm\n' > "$root/etc/rpm/macros"
    mkdir -p "$root/etc/yum.repos.d"
    cat > "$root/etc/yum.repos.d/rocky.repo" <<'T'
[baseos]
name=Rocky Linux $releasever - BaseOS
baseurl=https://dl.rockylinux.org/pub/rocky/$releasever/BaseOS/$basearch/os/
gpgcheck=1
gpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-Rocky-9
T
    printf '%s\n' 'LABEL=root / xfs defaults 0 0' 'LABEL=ESP /boot/efi vfat umask=0077 0 2' > "$root/etc/fstab"
    mkdir -p "$root/boot/efi"
    sed -i '1i ClientAliveInterval 180' "$root/etc/ssh/sshd_config"
    printf '%s\n' 'PermitRootLogin no' 'PasswordAuthentication no' \
        > "$root/etc/ssh/sshd_config.d/50-cloud.conf"
    chmod 600 "$root/etc/ssh/sshd_config.d/50-cloud.conf"
    printf 'datasource_list: [ NoCloud, ConfigDrive, Azure, None ]\n' > "$root/etc/cloud/cloud.cfg.d/90-datasources.cfg"
    printf '[Match]\nName=e*\n[Network]\nDHCP=yes\n' > "$root/etc/systemd/network/20-dhcp.network"
    mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
    ln -sf /lib/systemd/system/systemd-networkd.service "$root/etc/systemd/system/multi-user.target.wants/"
    truncate -s 0 "$root/etc/machine-id"
    version=$(basename "$root"/lib/modules/*)
    # dracut looks at the system that it runs on; it gets the one it is made for, and none of its disks.
    unshare --mount bash -c 'mount -t proc proc "$1/proc" && mount -t sysfs sys "$1/sys" && mount -t tmpfs dev "$1/dev" && mknod -m 666 "$1/dev/null" c 1 3 &&
        ln -s /proc/self/fd "$1/dev/fd" && chroot "$1" dracut --quiet --force --no-hostonly --no-early-microcode --filesystems xfs \
        --add-drivers "virtio_blk virtio_pci virtio_scsi virtio_net hv_vmbus hv_storvsc hv_netvsc hv_utils" \
        --kver "$2" "/boot/initramfs-$2.img"' dracut "$root" "$version"
    chmod 600 "$root/boot/initramfs-$version.img"
    mkdir -p "$work/esp/EFI/BOOT" "$work/esp/loader/entries"
    cp "$root/usr/lib/systemd/boot/efi/systemd-bootx64.efi" "$work/esp/EFI/BOOT/BOOTX64.EFI"
    mv "$root/boot/vmlinuz-$version" "$root/boot/initramfs-$version.img" "$work/esp/"
    printf 'timeout 0\n' > "$work/esp/loader/loader.conf"
    cat > "$work/esp/loader/entries/specimen-$version.conf" <<T
title Halle's rpm specimen
version $version
linux /vmlinuz-$version
initrd /initramfs-$version.img
options root=LABEL=root ro console=tty0 console=ttyS0,115200 earlyprintk=ttyS0,115200
T
}

# Tells mkfs.xfs of all that is below a folder.
describe() {
    python3 - "$1" <<'P'
import os, stat, sys

def describe(folder):
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        found = entry.stat(follow_symlinks=False)
        mode = found.st_mode
        bits = ('u' if mode & stat.S_ISUID else '-') + ('g' if mode & stat.S_ISGID else '-')
        told = f'{bits}{mode & 0o777:03o} {found.st_uid} {found.st_gid}'
        if stat.S_ISDIR(mode):
            print(f'{entry.name} d{told}')
            describe(entry.path)
            print('$')
        elif stat.S_ISLNK(mode):
            print(f'{entry.name} l{told} {os.readlink(entry.path)}')
        elif stat.S_ISREG(mode):
            print(f'{entry.name} -{told} {entry.path}')

print('specimen\n0 0\nd--755 0 0')
describe(sys.argv[1])
print('$')
P
}

# Makes the root and the EFI partition into the fixed VHD FILE.
pack() {
    truncate -s "$size" "$work/raw"
    printf 'label: gpt\nstart=2048,size=%d,type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B\nstart=%d,type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709\n' \
        $(( esp_kib * 2 )) $(( 2048 + esp_kib * 2 )) | sfdisk --quiet "$work/raw"
    mkfs.vfat -n ESP -C "$work/part" "$esp_kib" > /dev/null
    mcopy -s -i "$work/part" "$work"/esp/* ::
    dd if="$work/part" of="$work/raw" bs=1M seek=1 conv=notrunc,sparse status=none
    rm "$work/part"
    truncate -s $(( size - (esp_kib << 10) - (2 << 20) )) "$work/part"
    describe "$root" > "$work/described"
    mkfs.xfs -q -L root -p "$work/described" "$work/part"
    dd if="$work/part" of="$work/raw" bs=1M seek=$(( 1 + esp_kib / 1024 )) conv=notrunc,sparse status=none
    rm "$work/part"
    rm -f "$1"
    "$halle" convert "$work/raw" "$1" --quiet
    rm "$work/raw"
}

judge() {
    echo "== $1, profile $2 ($3) =="
    TIMEFORMAT='CPU %U s + %S s, wall %R s'
    time "$halle" certify "$1" --profile "$2" --lang en || echo "exit $?"
}

# What the lists of packages say must be what rpm says.
compare() {
    rpm "${database[@]}" -qa --qf '%{NAME} %|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE} %{ARCH}\n' | grep -v '^gpg-pubkey ' | sort > "$work/said"
    "$halle" sbom "$1" --format cyclonedx > "$work/sbom.json"
    python3 - "$work/sbom.json" <<'P' | sort > "$work/listed"
import json, sys, urllib.parse
for component in json.load(open(sys.argv[1]))['components']:
    purl = component.get('purl', '')
    if purl.startswith('pkg:rpm/'):
        query = dict(urllib.parse.parse_qsl(purl.partition('?')[2]))
        print(component['name'], component['version'], query.get('arch', ''))
P
    echo "== packages: rpm says $(wc -l < "$work/said"), the SBOM lists $(wc -l < "$work/listed"): $(
        cmp -s "$work/said" "$work/listed" && echo the same || { echo DIFFERENT; diff "$work/said" "$work/listed" | head; }) =="
    grep -o '"pkg:rpm/[^"]*' "$work/sbom.json" | sed -n '1,2p'
}

# Boots the disk as firmware does, without a write to it, until it asks who one is.
boot() {
    cp /usr/share/OVMF/OVMF_VARS_4M.fd "$work/vars"
    echo "== boot: waits for the prompt =="
    qemu-system-x86_64 -machine q35,accel=tcg -cpu max -m 1024 -display none -nodefaults -serial "file:$work/console" -snapshot \
        -drive if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd \
        -drive "if=pflash,format=raw,file=$work/vars" -drive "if=virtio,format=vpc,file=$1" &
    local machine=$! reached=
    for _ in $(seq 600); do
        if grep -qa ' login: ' "$work/console" 2> /dev/null; then reached=yes; break; fi
        sleep 1
    done
    kill "$machine"
    wait "$machine" || true
    tail -n 2 "$work/console"
    [ -n "$reached" ]
}

plant() {
    printf 'passwd\n' > "$root/root/.bash_history"
    printf '/swapfile none swap sw 0 0\n' >> "$root/etc/fstab"
    sed -i 's/^PermitRootLogin no/PermitRootLogin yes/' "$root/etc/ssh/sshd_config.d/50-cloud.conf"
    sed -i 's/^root:[^:]*:/root::/' "$root/etc/shadow"
    sed -i 's/ console=ttyS0,115200//' "$work"/esp/loader/entries/*.conf
}

make_root
lay_out
pack "$work/clean.vhd"
judge "$work/clean.vhd" kvm 'as it is'
judge "$work/clean.vhd" azure 'as it is'
compare "$work/clean.vhd"
[ -z "${BOOT:-}" ] || boot "$work/clean.vhd"
plant
pack "$work/faulty.vhd"
judge "$work/faulty.vhd" kvm 'five faults planted'
