#!/bin/sh
# Makes the databases of RPM that the fuzzers change: sh rpm.sh FOLDER, then pack FOLDER/r-* as filesystems.sh says.
# Each is a page that says how long database and log are and which store it is, and then these, each from a page on.
set -eu
cd "$1"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/specimen.spec" <<'S'
Name: halle-specimen
Epoch: 2
Version: 1.4~rc1
Release: 3.el9
Summary: A specimen
License: Apache-2.0
Vendor: The house
BuildArch: noarch
%description
x
%package -n lonely
Version: 7
Summary: Another
License: MIT
%description -n lonely
x
%install
mkdir -p %{buildroot}/opt/specimen
seq -f '%{buildroot}/opt/specimen/a-file-with-a-longer-name-%g' 60 | xargs touch
%files
/opt/specimen
%files -n lonely
S
rpmbuild -bb --quiet --define "_topdir $work/build" "$work/specimen.spec" 2>/dev/null
rpm -i --justdb --nodeps --noscripts --define '_db_backend sqlite' --dbpath "$work/db" "$work"/build/RPMS/noarch/*.rpm 2>/dev/null
sqlite3 "$work/db/rpmdb.sqlite" "pragma journal_mode=delete; vacuum" >/dev/null
python3 - "$work" <<'P'
import os, shutil, sqlite3, struct, subprocess, sys
work = sys.argv[1]
db = work + "/db/rpmdb.sqlite"
def write(name, store, database, log=b""):
    head = struct.pack("<4I", len(database), len(log), 0, store)
    parts = [head, database] + ([log] if log else [])
    with open(name, "wb") as out:
        for part in parts:
            out.seek(-(-out.tell() // 4096) * 4096)
            out.write(part)
write("r-sqlite", 0, open(db, "rb").read())
with sqlite3.connect(db) as read:
    headers = [row[0] for row in read.execute("select blob from Packages")]
small = sqlite3.connect(work + "/small")
small.executescript("pragma page_size=512; create table Packages (hnum integer primary key autoincrement, blob blob not null);")
small.executemany("insert into Packages (blob) values (?)", [(h,) for h in headers * 3])
small.commit()
small.close()
write("r-sqlite-small-pages", 0, open(work + "/small", "rb").read())
live = sqlite3.connect(work + "/small")
live.executescript("pragma journal_mode=wal; pragma wal_autocheckpoint=0;")
live.execute("delete from Packages where hnum = 1")
live.execute("insert into Packages (blob) values (?)", (headers[0],))
live.commit()
write("r-sqlite-log", 0, open(work + "/small", "rb").read(), open(work + "/small-wal", "rb").read())
word = lambda n: struct.pack("<I", n)
slots, blobs = b"RpmP" + word(0) + word(7) + word(1) + word(len(headers) + 1) + bytes(12), b""
for n, header in enumerate(headers, 1):
    blocks = -(-(16 + len(header) + 12) // 16)
    slots += b"Slot" + word(n) + word(256 + len(blobs) // 16) + word(blocks)
    blob = (b"BlbS" + word(n) + word(7) + word(len(header)) + header).ljust(blocks * 16 - 12, b"\0")
    blobs += blob + word(0) + word(len(header)) + b"BlbE"
slots += (b"Slot" + bytes(12)) * ((4096 - len(slots)) // 16)
write("r-ndb", 1, slots + blobs)
for page, order in [(4096, 1234), (512, 4321)]:
    dump = "VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize=%d\ndb_lorder=%d\nHEADER=END\n 00000000\n 05000000\n" % (page, order)
    dump += "".join(" %s\n %s\n" % (word(n).hex(), h.hex()) for n, h in enumerate(headers, 1)) + "DATA=END\n"
    path = work + "/bdb%d" % page
    subprocess.run(["db5.3_load", path], input=dump.encode(), check=True)
    write("r-bdb-%d" % page, 2, open(path, "rb").read())
P
