#!/bin/bash
# Converts one disk out of every container to a fixed VHD, with Halle and with qemu-img in turn, and prints CPU seconds.
#
#   crates/disk/benches/convert.sh
#
# Needs qemu-utils. DATA_MIB sets how much data the disk holds, SIZE_GIB how large it is; the data are files of this system, as
# they would be in an image. ROUNDS sets how often each is run; the best of them counts.
set -euo pipefail
cd "$(dirname "$0")/../../.."
work=$(mktemp -d "${WORK:-/tmp}/convert.XXXXXX")
trap 'rm -rf "$work"' EXIT
data=${DATA_MIB:-1024}
rounds=${ROUNDS:-3}

cargo build --quiet --release -p disk --example measure
measure=$PWD/target/release/examples/measure

# A boot record, so that the disk is known as one, then files in stretches of 32 MiB with holes between them.
disk=$work/disk.raw
truncate -s "${SIZE_GIB:-8}G" "$disk"
printf '\x80\0\x02\0\x83\0\0\0\0\x08\0\0\0\0\x10\0' | dd of="$disk" bs=1 seek=446 conv=notrunc status=none
printf '\x55\xaa' | dd of="$disk" bs=1 seek=510 conv=notrunc status=none
{ find /usr -xdev -type f -print0 2>/dev/null | sort -z | xargs -0 cat 2>/dev/null || true; } |
    for ((at = 1; at < data / 32 * 2; at += 2)); do
        dd of="$disk" bs=1M count=32 seek=$((at * 32)) iflag=fullblock conv=notrunc,sparse status=none
    done

# The best CPU time of some rounds, user and system, in seconds.
cpu() {
    local best=9999 times
    for ((round = 0; round < rounds; round++)); do
        rm -f "$work/out.vhd"
        times=$( { TIMEFORMAT='%U %S'; time "$@" >/dev/null; } 2>&1 )
        best=$(awk -v best="$best" '{ sum = $1 + $2; print sum < best ? sum : best }' <<<"$times")
    done
    echo "$best"
}

# Halle's result is on the disk when it returns, so the peer's has to be, too.
peer() {
    qemu-img convert -f "$1" -O vpc -o subformat=fixed,force_size=on "$2" "$3"
    sync "$3"
}

printf '%-22s %9s %9s %7s\n' input halle qemu-img ratio
while read -r name format options; do
    image=$work/$name
    if [ "$format" = raw ]; then
        image=$disk
    else
        # shellcheck disable=SC2086 # options are words
        qemu-img convert -f raw -O "$format" $options "$disk" "$image"
    fi
    ours=$(cpu "$measure" convert "$image" "$work/out.vhd")
    peer=$(cpu peer "$format" "$image" "$work/out.vhd")
    printf '%-22s %9s %9s %7s\n' "$name" "$ours" "$peer" "$(awk -v a="$ours" -v b="$peer" 'BEGIN { printf "%.2f", a / b }')"
    [ "$format" = raw ] || rm "$image"
done <<'KINDS'
raw raw
dynamic-vhd vpc -o subformat=dynamic,force_size=on
vhdx vhdx
qcow2 qcow2
qcow2-extended-l2 qcow2 -o extended_l2=on
qcow2-deflate qcow2 -c
qcow2-zstd qcow2 -c -o compression_type=zstd
KINDS
