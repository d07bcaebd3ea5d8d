#!/bin/sh
# Makes the volume `everything`, on which the reader is tested: subvolumes, snapshots, a usual subvolume, every way of packing, reserved
# and cloned and overwritten extents, names with one hash, attributes. It has to be written by a kernel that mounts Btrfs, so the volume
# is kept: its blocks that are not zero, each after its number, packed. Run as root: everything.sh FOLDER
set -eu
cd "$1"
truncate -s 128M image
mkfs.btrfs -q -f -n 4096 -s 4096 -m single -d single -L everything -U 3f6e1c1e-58a5-4e2b-9d3a-3d0c6c7e0b11 image
mkdir -p at
mount -o loop,noatime image at
lines() { seq -f "line %g of $1, the same in every run" 1 "$2"; }
# What is packed takes pages; sync writes it before the next file is begun, so that each file has extents of its own.
packed() { : > "$1"; btrfs property set "$1" compression "$2"; lines "$2" 7000 >> "$1"; sync; }
cd at
btrfs -q subvolume create system
btrfs -q subvolume create home
mkdir -p system/etc system/usr/lib system/deep/er
btrfs -q subvolume create system/deep/er/var
echo 'ID=halle' > system/usr/lib/os-release
ln -s ../usr/lib/os-release system/etc/os-release
ln system/usr/lib/os-release system/etc/second-name
for with in zlib lzo zstd; do
    packed "system/$with" $with
    : > "system/small-$with"; btrfs property set "system/small-$with" compression $with
    lines small 40 >> "system/small-$with"
done
lines plain 5000 > system/plain
sync
# Pieces from within extents: overwritten, cloned, with holes, and reserved but never written.
printf 'OVERWRITTEN' | dd of=system/plain bs=1 seek=70000 conv=notrunc status=none
printf 'OVERWRITTEN' | dd of=system/zstd bs=1 seek=70000 conv=notrunc status=none
cp --reflink=always system/zstd system/clone
printf 'end' | dd of=system/holes bs=1 seek=1000000 conv=notrunc status=none
fallocate -l 200000 system/reserved
printf 'begin' | dd of=system/reserved conv=notrunc status=none
: > system/empty
python3 -c 'import os; os.setxattr("system/plain", "user.note", b"an attribute")'
setcap cap_net_raw+ep system/plain
mkdir system/many
for n in $(seq 1 400); do echo "$n" > "system/many/a name that takes some room, number $n"; done
# Two names with the same hash.
mkdir system/same
echo one > system/same/ccaoacux
echo two > system/same/wcjifoae
mkfifo system/fifo
chmod 4751 system/zlib
mkdir home/user
echo secret > home/user/.history
btrfs -q subvolume snapshot -r system before
echo later > system/later
rm system/small-lzo
sync
btrfs subvolume set-default "$(btrfs inspect-internal rootid system)" .
find . -printf '%P\t%y\t%m\t%s\t%Ts\t%l\n' | LC_ALL=C sort > ../listing
find . -type f -printf '%P\n' | LC_ALL=C sort | xargs -d '\n' sha256sum > ../sums
cd ..
umount at
rmdir at
# What the tests read: the blocks, and paths with kind, mode, size, time, and the target of a link or the digest of a file.
python3 - <<'END'
import gzip
image = open('image', 'rb').read()
blocks = [(at, image[at:at + 4096]) for at in range(0, len(image), 4096) if any(image[at:at + 4096])]
packed = b''.join((at // 4096).to_bytes(4, 'little') + block for at, block in blocks)
open('everything.gz', 'wb').write(gzip.compress(packed, 9, mtime=0))
sums = dict(reversed(line.rstrip('\n').split('  ', 1)) for line in open('sums'))
lines = (line.rstrip('\n') + sums.get(line.split('\t')[0], '') + '\n' for line in open('listing'))
open('everything.txt.gz', 'wb').write(gzip.compress(''.join(lines).encode(), 9, mtime=0))
END
