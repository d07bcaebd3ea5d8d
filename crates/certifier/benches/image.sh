# To be sourced: a folder with a Debian system, made into an image as its builder would leave it.

# What an image builder does last, in FOLDER.
generalise() {
    rm -f "$1"/etc/ssh/ssh_host_* "$1"/root/.bash_history "$1"/etc/resolv.conf "$1"/var/lib/dhcp/*.leases
    rm -rf "$1"/var/lib/cloud/instance*
    truncate -s 0 "$1/etc/machine-id"
    grep -q '^ClientAliveInterval' "$1/etc/ssh/sshd_config" || sed -i '1i ClientAliveInterval 180' "$1/etc/ssh/sshd_config"
    kernel=$(basename "$1"/boot/vmlinuz-*)
    mkdir -p "$1/boot/grub"
    printf "menuentry 'Debian' {\n linux /boot/%s root=LABEL=root console=ttyS0 earlyprintk=ttyS0\n initrd /boot/%s\n}\n" \
        "$kernel" "initrd.img-${kernel#vmlinuz-}" > "$1/boot/grub/grub.cfg"
}

# pack FOLDER FILE BYTES: makes the folder into the fixed VHD FILE, with a disk of so many bytes. The file is sparse.
pack() {
    local part=$2.part
    truncate -s "$3" "$2"
    printf 'label: gpt\nstart=2048,size=65536,type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B\nstart=67584,type=0FC63DAF-8483-4772-8E79-3D69D8477DE4\n' |
        sfdisk --quiet "$2"
    # The kernel is a program for the firmware too, so it can stand where the boot loader would.
    mkfs.vfat -C "$part" 32768 > /dev/null
    mmd -i "$part" ::/EFI ::/EFI/BOOT
    mcopy -i "$part" "$1"/boot/vmlinuz-* ::/EFI/BOOT/BOOTX64.EFI
    dd if="$part" of="$2" bs=1M seek=1 conv=notrunc,sparse status=none
    rm "$part"
    mke2fs -q -F -t ext4 -d "$1" "$part" $((($3 - (67584 + 2048) * 512) / 1024))k
    dd if="$part" of="$2" bs=1M seek=33 conv=notrunc,sparse status=none
    rm "$part"
    python3 - "$2" "$3" <<'P'
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
