use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use disk::read_at::FileImage;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

/// Packages as a distribution would make them; one of them with so many files that its header flows over many pages.
const SPEC: &str = r#"
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
%package many
Summary: Many files
%description many
x
%package -n lonely
Epoch: 0
Version: 7
Summary: Another name
License: MIT AND Zlib
%description -n lonely
x
%prep
%build
%install
mkdir -p %{buildroot}/opt/specimen %{buildroot}/usr/bin
seq -f '%{buildroot}/opt/specimen/a-file-with-a-longer-name-%g' 900 | xargs touch
touch %{buildroot}/usr/bin/specimen
%files
/usr/bin/specimen
%files many
/opt/specimen
%files -n lonely
"#;

fn run(command: &mut Command, input: &str) -> String {
    use std::io::Write;
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.unwrap_or_else(|cause| panic!("{command:?} starts: {cause}"));
    child.stdin.take().expect("a pipe was asked for").write_all(input.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A database that rpm itself made.
fn database() -> &'static Path {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder");
        let spec = folder.path().join("specimen.spec");
        fs::write(&spec, SPEC).expect("room for a file");
        let top = format!("_topdir {}", folder.path().join("build").display());
        run(Command::new("rpmbuild").args(["-bb", "--quiet", "--define", &top]).arg(&spec), "");
        let built = folder.path().join("build/RPMS/noarch");
        let packages = fs::read_dir(built).expect("packages were built");
        let packages = packages.map(|package| package.expect("a readable folder").path());
        let mut install = Command::new("rpm");
        install.args([
            "-i",
            "--justdb",
            "--nodeps",
            "--noscripts",
            "--define",
            "_db_backend sqlite",
            "--dbpath",
        ]);
        run(install.arg(folder.path().join("db")).args(packages), "");
        folder
    });
    folder.path()
}

/// All headers of a store.
fn headers_of(
    store: Store,
    database: &dyn ReadAt,
    log: Option<&dyn ReadAt>,
) -> Result<Vec<Vec<u8>>, Unreadable> {
    let mut headers = Vec::new();
    store(&Files { database, log }, &mut |header| {
        headers.push(header.to_vec());
        Ok(())
    })?;
    Ok(headers)
}

fn real_headers() -> Vec<Vec<u8>> {
    let file = FileImage::open(&database().join("db/rpmdb.sqlite")).expect("rpm made it");
    headers_of(sqlite::headers, &file, None).expect("a sound database")
}

fn described(headers: &[Vec<u8>]) -> BTreeSet<String> {
    let describe = |bytes: &Vec<u8>| {
        let header = header::Header::parse(bytes).expect("a sound header");
        let package = package(&header, "/db");
        let Package { name, version, arch, licence, vendor, source, .. } = package;
        let files = header.files().count();
        format!("{name} {version} {arch} {licence} <{vendor}> {source} {files}")
    };
    headers.iter().map(describe).collect()
}

#[test]
fn the_packages_are_those_that_rpm_lists() {
    let listed = run(
        Command::new("rpm").args(["-qa", "--define", "_db_backend sqlite", "--dbpath"]).arg(database().join("db")).args([
            "--qf",
            "%{NAME} %{EPOCH}:%{VERSION}-%{RELEASE} %{ARCH} %{LICENSE} <%{VENDOR}> halle-specimen [%{BASENAMES}|]\n",
        ]),
        "",
    );
    let listed: BTreeSet<String> = listed
        .lines()
        .map(|line| {
            let (rest, files) = line.rsplit_once(' ').expect("a line has words");
            format!("{rest} {}", files.matches('|').count())
        })
        .collect();
    assert_eq!(listed.len(), 3);
    assert_eq!(described(&real_headers()), listed);
    let files: Vec<Vec<u8>> = real_headers()
        .iter()
        .flat_map(|bytes| header::Header::parse(bytes).expect("a sound header").files().collect::<Vec<_>>())
        .collect();
    assert!(files.iter().any(|path| path == b"/usr/bin/specimen"));
    let digests: Vec<(Vec<u8>, Vec<u8>)> = real_headers()
        .iter()
        .flat_map(|bytes| {
            let header = header::Header::parse(bytes).expect("a sound header");
            assert!(header.digest_kind().is_none_or(|kind| kind == 8), "rpm digests by SHA-256");
            header.digests().map(|(path, digest)| (path, digest.to_vec())).collect::<Vec<_>>()
        })
        .collect();
    // Empty files, and a folder that has no digest.
    let empty = b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(digests.len(), 901);
    assert!(digests.iter().all(|(_, digest)| digest == empty));
    assert!(files.iter().any(|path| path == b"/opt/specimen/a-file-with-a-longer-name-900"));
}

#[test]
fn what_is_only_in_the_log_is_read_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let (live, copy) = (folder.path().join("live.sqlite"), folder.path().join("copy.sqlite"));
    fs::copy(database().join("db/rpmdb.sqlite"), &live).expect("room for a copy");
    // A system that is copied while the database is open.
    let commands = format!(
        "pragma journal_mode=wal; pragma wal_autocheckpoint=0;\n\
         delete from Packages where hnum = (select min(hnum) from Packages);\n\
         insert into Packages (blob) select blob from Packages order by length(blob) desc limit 1;\n\
         .shell cp {live} {copy}; cp {live}-wal {copy}-wal\n",
        live = live.display(),
        copy = copy.display()
    );
    run(Command::new("sqlite3").arg(&live), &commands);
    let file = FileImage::open(&copy).expect("it was copied");
    let log = FileImage::open(&folder.path().join("copy.sqlite-wal")).expect("it was copied");
    assert!(log.size_bytes() > 0, "the log was carried over");
    let without = headers_of(sqlite::headers, &file, None).expect("a sound database");
    assert_eq!(without, real_headers());
    let with = headers_of(sqlite::headers, &file, Some(&log)).expect("a sound database");
    assert_eq!(with[..2], without[1..]);
    assert_eq!(with.len(), 3);
    // A frame that does not bear out its checksum, and all after it, were never committed.
    let mut torn = fs::read(folder.path().join("copy.sqlite-wal")).expect("it was copied");
    torn[40] ^= 1;
    assert_eq!(headers_of(sqlite::headers, &file, Some(&torn)).expect("a sound database"), without);
}

/// The headers in a database of Berkeley DB, made by its own loader.
fn bdb(headers: &[Vec<u8>], page_bytes: u32, order: u32) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("Packages");
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut dump = format!(
        "VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize={page_bytes}\ndb_lorder={order}\nHEADER=END\n 00000000\n 05000000\n"
    );
    for (number, header) in (1_u32..).zip(headers) {
        dump.push_str(&format!(" {}\n {}\n", hex(&number.to_le_bytes()), hex(header)));
    }
    dump.push_str("DATA=END\n");
    run(Command::new("db5.3_load").arg(&path), &dump);
    fs::read(path).expect("it was just made")
}

/// The headers in an NDB, laid out as its description has it.
fn ndb(headers: &[Vec<u8>]) -> Vec<u8> {
    let word = |number: usize| (number as u32).to_le_bytes();
    let mut bytes = [&b"RpmP"[..], &word(0), &word(7), &word(1), &word(headers.len() + 1), &[0; 12]].concat();
    let mut blobs = Vec::new();
    for (number, header) in (1..).zip(headers) {
        let from = 4096 / 16 + blobs.len() / 16;
        let blocks = (16 + header.len() + 12).div_ceil(16);
        bytes.extend([&b"Slot"[..], &word(number), &word(from), &word(blocks)].concat());
        let end = blobs.len() + blocks * 16;
        blobs.extend([&b"BlbS"[..], &word(number), &word(7), &word(header.len()), header].concat());
        blobs.resize(end - 12, 0);
        blobs.extend([&word(0)[..], &word(header.len()), b"BlbE"].concat());
    }
    while bytes.len() < 4096 {
        bytes.extend([&b"Slot"[..], &[0; 12]].concat());
    }
    [bytes, blobs].concat()
}

#[test]
fn the_three_stores_hold_the_same_packages() {
    let real: BTreeSet<Vec<u8>> = real_headers().into_iter().collect();
    let headers: Vec<Vec<u8>> = real.iter().cloned().collect();
    let check = |store, bytes: Vec<u8>| {
        let found = headers_of(store, &bytes, None).expect("a sound database");
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), real);
    };
    for (page_bytes, order) in [(512, 1234), (4096, 1234), (4096, 4321), (65_536, 1234)] {
        check(bdb::headers, bdb(&headers, page_bytes, order));
    }
    check(ndb::headers, ndb(&headers));
}

#[test]
fn many_packages_fill_a_tree_of_pages() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("many.sqlite");
    let commands = "pragma page_size=512; create table Packages (hnum integer primary key autoincrement, blob blob not null);\n\
         with recursive n(i) as (select 1 union all select i + 1 from n where i < 4000)\n\
         insert into Packages (blob) select zeroblob(i % 1700) from n;\n";
    run(Command::new("sqlite3").arg(&path), commands);
    let file = FileImage::open(&path).expect("it was just made");
    let headers = headers_of(sqlite::headers, &file, None).expect("a sound database");
    assert!(headers.iter().map(Vec::len).eq((1..=4000).map(|number| number % 1700)));
}

/// What is wrong with a store.
#[track_caller]
fn check(store: Store, bytes: Vec<u8>, what: &str) {
    let cause = headers_of(store, &bytes, None).expect_err("it is damaged").to_string();
    assert!(cause.contains(what), "{cause}");
}

fn patched(mut bytes: Vec<u8>, at: usize, patch: &[u8]) -> Vec<u8> {
    bytes[at..at + patch.len()].copy_from_slice(patch);
    bytes
}

#[test]
fn a_hostile_store_is_damaged_and_nothing_worse() {
    let file = fs::read(database().join("db/rpmdb.sqlite")).expect("rpm made it");
    check(sqlite::headers, Vec::new(), "no SQLite");
    check(sqlite::headers, file[..5000].to_vec(), "the package database");
    check(sqlite::headers, patched(file.clone(), 16, &[0, 3]), "page size");
    check(sqlite::headers, patched(file.clone(), 20, &[255]), "damaged");
    check(sqlite::headers, patched(file.clone(), 100, &[9]), "kind of a page");
    // A page that is its own child.
    let page = usize::from(u16::from_be_bytes([file[16], file[17]]));
    let looped = [&[5, 0, 0, 0, 0, 0, 0, 0][..], &1_u32.to_be_bytes()].concat();
    check(sqlite::headers, patched(file.clone(), 100, &looped), "at byte 1");
    assert!(page >= 512);

    let headers = real_headers();
    let sound = ndb(&headers);
    check(ndb::headers, b"RpmX".repeat(2000), "no NDB");
    check(ndb::headers, patched(sound.clone(), 12, &[255; 4]), "slot");
    check(ndb::headers, patched(sound.clone(), 40, &[255; 4]), "cut short");
    check(ndb::headers, patched(sound.clone(), 4096 + 12, &[255, 255, 255, 127]), "package header");
    check(ndb::headers, sound[..6000].to_vec(), "cut short");

    let sound = bdb(&headers, 4096, 1234);
    check(bdb::headers, vec![0; 4096], "no Berkeley DB");
    check(bdb::headers, patched(sound.clone(), 20, &[1, 0, 0, 0]), "page size");
    check(bdb::headers, patched(sound.clone(), 32, &[255; 4]), "cut short");
    // Every overflow page leads to itself.
    let mut looped = sound.clone();
    for number in 1..sound.len() / 4096 {
        if looped[number * 4096 + 25] == 7 {
            looped[number * 4096 + 16..number * 4096 + 20].copy_from_slice(&(number as u32).to_le_bytes());
        }
    }
    let before = headers_of(bdb::headers, &looped, None);
    assert!(
        before.is_err() || before.is_ok_and(|found| found != headers_of(bdb::headers, &sound, None).unwrap())
    );
}

#[test]
fn a_hostile_header_is_damaged_and_nothing_worse() {
    let sound = &real_headers()[0];
    for length in 0..sound.len().min(2000) {
        if let Ok(header) = header::Header::parse(&sound[..length]) {
            package(&header, "/db");
        }
    }
    assert!(header::Header::parse(&[255; 64]).is_err());
    let mut lies = sound.clone();
    // Every offset and every count points beyond the store.
    for tag in 0..(u32_be(sound, 0) as usize) {
        lies[8 + tag * 16 + 8..8 + tag * 16 + 16].fill(255);
    }
    let header = header::Header::parse(&lies).expect("its lengths are right");
    assert_eq!(package(&header, "/db").name, "");
    assert_eq!(header.files().count(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_change_to_a_store_makes_a_reader_fall(at in any::<prop::sample::Index>(), patch in prop::collection::vec(any::<u8>(), 1..24)) {
        static SPECIMENS: OnceLock<[(Store, Vec<u8>); 3]> = OnceLock::new();
        let specimens = SPECIMENS.get_or_init(|| {
            let headers: Vec<Vec<u8>> = real_headers().into_iter().filter(|header| header.len() < 20_000).collect();
            let file = fs::read(database().join("db/rpmdb.sqlite")).expect("rpm made it");
            [(sqlite::headers, file), (ndb::headers, ndb(&headers)), (bdb::headers, bdb(&headers, 4096, 1234))]
        });
        for (store, bytes) in specimens {
            // The beginning matters most, so it is hit most.
            for room in [200, 8192, bytes.len()] {
                let place = at.index(room.min(bytes.len()) - patch.len());
                let changed = patched(bytes.clone(), place, &patch);
                if let Ok(headers) = headers_of(*store, &changed, None) {
                    for header in headers.iter().filter_map(|bytes| header::Header::parse(bytes).ok()) {
                        package(&header, "/db");
                        header.files().count();
                    }
                }
            }
        }
    }
}

/// Databases as real systems left them, which the package of a reader in another language comes with.
const REAL: &str = "/usr/share/gocode/src/github.com/knqyf263/go-rpmdb/pkg/testdata";

/// Checks that a database has the packages that rpm finds there, whatever it finds.
#[track_caller]
fn check_real(system: &str, least: usize) {
    const FORMAT: &str =
        "%{NAME} %|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE} %|ARCH?{%{ARCH}}|\t[%{BASENAMES}|]\n";
    let folder = Path::new(REAL).join(system);
    let file =
        FileImage::open(&folder.join("Packages")).expect("golang-github-knqyf263-go-rpmdb-dev is there");
    let headers = headers_of(bdb::headers, &file, None).expect("a sound database");
    let ours: BTreeSet<String> = headers
        .iter()
        .map(|bytes| {
            let header = header::Header::parse(bytes).expect("a sound header");
            let Package { name, version, arch, .. } = package(&header, "/db");
            format!("{name} {version} {arch}\t{}", header.files().count())
        })
        .collect();
    let mut query = Command::new("rpm");
    query.args(["-qa", "--define", "_db_backend bdb_ro", "--qf", FORMAT, "--dbpath"]).arg(&folder);
    let said = run(&mut query, "");
    let said: BTreeSet<String> = said
        .lines()
        .map(|line| {
            let (rest, files) = line.rsplit_once('\t').expect("a line has two fields");
            format!("{rest}\t{}", files.matches('|').count())
        })
        .collect();
    assert!(said.len() >= least, "rpm finds {} packages", said.len());
    let differing: Vec<&String> = ours.symmetric_difference(&said).collect();
    assert_eq!(differing, Vec::<&String>::new(), "{system}");
}

#[test]
fn the_databases_of_real_systems_hold_what_rpm_finds_in_them() {
    check_real("centos5-plain", 100);
    check_real("centos6-plain", 100);
    check_real("centos7-plain", 100);
    check_real("centos8-modularitylabel", 100);
}
