#!/bin/sh
# Makes the whole images that the fuzzers change: sh images.sh FOLDER TREE WINDOWS, where TREE holds the files of a Linux system and
# WINDOWS those of a Windows. The first image is the clean specimen of the certifier's tests, 8 MiB long; pack it before these.
set -eu
cd "$1"
fixed() { # name: makes a fixed VHD of a raw disk
	python3 - "$1" <<'P'
import struct, sys
name = sys.argv[1]
data = open(name, "rb").read()
size = len(data)
sectors = size // 512
footer = bytearray(512)
struct.pack_into(">8sIIQI4sI4sQQHBBI", footer, 0, b"conectix", 2, 0x10000, 2**64 - 1, 0, b"qem2", 0x50003, b"Wi2k", size, size, sectors // (4 * 17), 4, 17, 2)
footer[68:84] = b"hostile specimen"
struct.pack_into(">I", footer, 64, ~sum(footer) & 0xffffffff)
open(name, "wb").write(data + footer)
P
}
volume() { # image, partition, first MiB
	dd if="$2" of="$1" bs=1M seek="$3" conv=notrunc status=none
}
rm -f part i-*
truncate -s 6M part
mkntfs --force --quick --quiet --cluster-size 4096 part
wimlib-imagex capture "$3" archive.wim --compress=none --no-acls >/dev/null
wimlib-imagex apply archive.wim 1 part >/dev/null
truncate -s 8M i-windows
printf 'label: dos\nstart=2048, size=12288, type=7, bootable\n' | sfdisk -q --no-reread --no-tell-kernel i-windows
volume i-windows part 1
fixed i-windows
# A root on LVM2 with a boot partition apart, another on XFS, one on Btrfs or squashfs would be larger than it is worth.
rm -f part
truncate -s 4M part
mke2fs -q -F -t ext4 -b 1024 -O ^metadata_csum,^has_journal -d "$2" part
truncate -s 8M i-linux
printf 'label: gpt\nfirst-lba: 34\nstart=2048, size=2048, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B\nstart=4096, size=8192, type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709\n' |
	sfdisk -q --no-reread --no-tell-kernel i-linux
volume i-linux part 2
rm -f part
truncate -s 1M part
mkfs.fat -F 12 part >/dev/null
volume i-linux part 1
fixed i-linux
