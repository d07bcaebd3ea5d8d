#!/bin/sh
# Makes the volumes that the fuzzers change, with the tools of Debian: sh filesystems.sh FOLDER
# Then: cargo run -p hostile --example pack FOLDER/xfs-* | xz -9e > xfs.xz, and so on.
# The volumes of NTFS are those of its reader's tests, with fewer files; that of Btrfs is the one in crates/disk/src/btrfs/tests.
set -eu
out=$1
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT
export TEST_DIR=x TEST_DEV=x QA_CHECK_FS=x

noise() { openssl enc -aes-128-ctr -K 0 -iv 0 -in /dev/zero 2>/dev/null | head -c "$1"; }

sample() { # the number of files in the crowded directory
	rm -rf "$files/tree"
	mkdir -p "$files/tree/dir/sub" "$files/tree/many"
	for n in $(seq "$1"); do printf x >"$files/tree/many/$(printf %040d "$n")"; done
	noise 9000 >"$files/tree/dir/file"
	printf other >"$files/tree/other"
	printf 'ID=halle\n' >"$files/tree/dir/os-release"
	ln -s dir/file "$files/tree/link"
	ln -s ../../../../dir/os-release "$files/tree/dir/sub/escape"
	ln -s loop "$files/tree/loop"
	ln -s "$(printf './%.0s' $(seq 60))dir/file" "$files/tree/long-link"
	ln "$files/tree/other" "$files/tree/dir/another"
	mkfifo "$files/tree/fifo"
	chmod 4755 "$files/tree/other"
	# Every other block is written.
	for n in $(seq 0 2 40); do noise 1024 | dd of="$files/tree/scattered" bs=1024 seek="$n" conv=notrunc status=none; done
}

prototype() {
	printf 'x\n0 0\nd--755 0 0\n'
	(cd "$files/tree" && describe .)
	printf '$\n'
}

describe() {
	for path in "$1"/*; do
		name=${path##*/}
		if [ -L "$path" ]; then printf '%s l--777 0 0 %s\n' "$name" "$(readlink "$path")"
		elif [ -d "$path" ]; then printf '%s d--755 0 0\n' "$name"; describe "$path"; printf '$\n'
		elif [ -p "$path" ]; then printf '%s p--644 0 0\n' "$name"
		else printf '%s ---644 0 0 %s\n' "$name" "$files/tree/$path"; fi
	done
}

xfs() { # name, files, options
	name=$1 count=$2
	shift 2
	sample "$count"
	prototype >"$files/prototype"
	rm -f "$out/$name"
	truncate -s 16M "$out/$name"
	mkfs.xfs -q -f -p "$files/prototype" "$@" "$out/$name"
	xfs_db -x -c 'path /other' -c 'attr_set -u -v 9 small' -c 'attr_set -s -v 20 capability' "$out/$name" >/dev/null
	xfs_db -x -c 'path /dir/file' -c 'attr_set -u -v 9 small' -c 'attr_set -r -v 700 medium' -c 'attr_set -u -v 6000 huge' "$out/$name" >/dev/null
}

xfs xfs-4 150 -m crc=0
xfs xfs-4-small-blocks 300 -m crc=0 -b size=1024 -n size=4096
xfs xfs-5 150 -m crc=1,finobt=1,rmapbt=1,reflink=1,bigtime=1
xfs xfs-5-small-blocks 60 -m crc=1 -b size=1024 -i sparse=1
xfs xfs-5-crowded 900 -m crc=1

ext() { # name, files, options
	name=$1 count=$2
	shift 2
	sample "$count"
	rm -f "$out/$name"
	truncate -s 8M "$out/$name"
	mke2fs -q -F -N 1024 -d "$files/tree" "$@" "$out/$name"
	debugfs -w -R 'ea_set /other user.small value' "$out/$name" 2>/dev/null
	noise 600 >"$files/value"
	debugfs -w -R "ea_set -f $files/value /dir/file user.large" "$out/$name" 2>/dev/null
}

ext ext4-plain 60 -t ext4 -b 1024 -O ^metadata_csum,^has_journal
ext ext4-sealed 60 -t ext4 -b 1024 -O metadata_csum,^has_journal
ext ext4-large-blocks 60 -t ext4 -b 4096 -O ^metadata_csum,^has_journal,ea_inode
ext ext4-inline 60 -t ext4 -b 1024 -I 256 -O inline_data,^metadata_csum,^has_journal
ext ext2-old 60 -t ext2 -b 1024 -I 128
ext ext4-crowded 400 -t ext4 -b 1024 -O ^metadata_csum,^has_journal,dir_index

# A journal that was not replayed: what two requests would have changed is put into the log alone.
journal() { # name, mark, options
	name=$1 mark=$2
	shift 2
	ext "$name" 20 -J size=1 "$@"
	cp "$out/$name" "$files/after"
	debugfs -w -R 'mkdir /made-later' "$files/after" 2>/dev/null
	debugfs -w -R 'rm /other' "$files/after" 2>/dev/null
	rm -f "$files/blocks" "$files/list"
	for block in $(seq 0 8191); do
		if ! cmp -s -n 1024 -i $((block * 1024)) "$out/$name" "$files/after"; then
			dd if="$files/after" bs=1024 skip="$block" count=1 status=none >>"$files/blocks"
			printf '%s,' "$block" >>"$files/list"
		fi
	done
	printf 'jo %s\njw -b %s %s\njc\n' "$mark" "$(sed 's/,$//' "$files/list")" "$files/blocks" >"$files/script"
	debugfs -w -f "$files/script" "$out/$name" >/dev/null 2>&1
}

journal ext4-journal '' -t ext4 -b 1024 -O ^metadata_csum
journal ext4-journal-sealed '-c' -t ext4 -b 1024 -O ^metadata_csum
journal ext3-journal '' -t ext3 -b 1024 -I 128

fat() { # name, width, megabytes, options
	name=$1 width=$2 size=$3
	shift 3
	rm -f "$out/$name"
	truncate -s "$size" "$out/$name"
	mkfs.fat -F "$width" -n SPECIMEN "$@" "$out/$name" >/dev/null
	mmd -i "$out/$name" ::/EFI ::/EFI/BOOT '::/A long name of a folder'
	noise 9000 >"$files/noise"
	mcopy -i "$out/$name" "$files/noise" ::/EFI/BOOT/BOOTX64.EFI
	printf 'short' >"$files/short"
	mcopy -i "$out/$name" "$files/short" '::/A long name of a folder/a file with a name of several entries.text'
	for n in $(seq 20); do mcopy -i "$out/$name" "$files/short" "::/EFI/number $n of many"; done
	mdel -i "$out/$name" '::/EFI/number 3 of many'
}

fat fat-12 12 1M
fat fat-16 16 5M -s 1
fat fat-32 32 34M -s 1

squash() { # name, options
	name=$1
	shift
	sample 40
	rm -f "$out/$name"
	mksquashfs "$files/tree" "$out/$name" -quiet -no-progress -all-root "$@" >/dev/null
}

squash squashfs-gzip -comp gzip -b 4096
squash squashfs-plain -comp gzip -b 4096 -noI -noD -noF -noX -noId
squash squashfs-xz -comp xz
squash squashfs-zstd -comp zstd -b 8192
squash squashfs-lz4 -comp lz4
squash squashfs-lzo -comp lzo
squash squashfs-plain-large -comp gzip -noI -noD -noF -noX -noId -no-fragments
