//! Windows systems as specimens: real hives, programs that are headers and a version, and the few files that rules look at.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use certifier::finding::Verdict;
use certifier::profile::Profile;
use certifier::report::Overall;
use certifier::windows::pe::{Machine, Program};
use certifier::windows::versions::{Kind, TABLE, Version};
use proptest::prelude::*;

use certifier::facts::Given;
use certifier::progress::Silent;
use certifier::stored::certify_and_store;
use disk::read_at::FileImage;

use crate::hives::{Hive, seal, utf16};
use crate::layouts::{Layout, esp_with_store};
use crate::specimen::{ESP_LINE, GIB, Image, MIB, Specimen, certify};

pub const SYSTEM: &str = "/Windows/System32/config/SYSTEM";
pub const SOFTWARE: &str = "/Windows/System32/config/SOFTWARE";
pub const SAM: &str = "/Windows/System32/config/SAM";
pub const BCD: &str = "/Boot/BCD";

const SYSTEM_TEXT: &str = r"
[Select]
Current = dword:1
[Setup]
OOBEInProgress = dword:1
[Setup\Status\SysprepStatus]
GeneralizationState = dword:7
CleanupState = dword:2
[ControlSet001\Control\Session Manager\Environment]
PROCESSOR_ARCHITECTURE = text:AMD64
[ControlSet001\Control\Session Manager\Memory Management]
PagingFiles = texts:?:\pagefile.sys
[ControlSet001\Control\Terminal Server]
fDenyTSConnections = dword:0
[ControlSet001\Control\Terminal Server\WinStations\RDP-Tcp]
PortNumber = dword:3389
LanAdapter = dword:0
UserAuthentication = dword:1
SecurityLayer = dword:2
[ControlSet001\Control\TimeZoneInformation]
RealTimeIsUniversal = dword:1
[ControlSet001\Services\LanmanServer\Parameters]
SMB1 = dword:0
[ControlSet001\Services\SharedAccess\Parameters\FirewallPolicy\DomainProfile]
EnableFirewall = dword:1
[ControlSet001\Services\SharedAccess\Parameters\FirewallPolicy\PublicProfile]
EnableFirewall = dword:1
[ControlSet001\Services\SharedAccess\Parameters\FirewallPolicy\StandardProfile]
EnableFirewall = dword:1
[ControlSet001\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules]
RemoteDesktop-UserMode-In-TCP = text:v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=3389|
[ControlSet001\Services\partmgr\Parameters]
SanPolicy = dword:1
[ControlSet001\Services\Tcpip\Parameters\Interfaces\{11111111-2222-3333-4444-555555555555}]
EnableDHCP = dword:1
NameServer = text:
";

const STARTS: [(&str, u32); 19] = [
    ("BFE", 2),
    ("Dhcp", 2),
    ("Dnscache", 2),
    ("IKEEXT", 2),
    ("iphlpsvc", 2),
    ("nsi", 2),
    ("MpsSvc", 2),
    ("RemoteRegistry", 2),
    ("Netlogon", 3),
    ("Netman", 3),
    ("TermService", 3),
    ("W32Time", 2),
    ("wuauserv", 3),
    ("vmbus", 0),
    ("storvsc", 0),
    ("netvsc", 3),
    ("viostor", 0),
    ("netkvm", 3),
    ("cloudbase-init", 2),
];

const SOFTWARE_TEXT: &str = r"
[Microsoft\Windows NT\CurrentVersion]
CurrentBuildNumber = text:20348
EditionID = text:ServerDatacenter
InstallationType = text:Server
ProductName = text:Windows Server 2022 Datacenter
[Microsoft\Windows NT\CurrentVersion\Winlogon]
AutoAdminLogon = text:0
[Microsoft\Windows\CurrentVersion\Setup\State]
ImageState = text:IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE
[Microsoft\Windows\CurrentVersion\Uninstall\{90000000-0000-0000-0000-000000000000}]
DisplayName = text:Microsoft Visual C++ 2022 X64 Minimum Runtime
[Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update]
AUOptions = dword:4
[Microsoft\Windows\CurrentVersion\Internet Settings\Connections]
WinHttpSettings = hex:18 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00
[Microsoft\ServerManager\ServicingStorage\ServerComponentCache\DHCP]
InstallState = dword:0
";

const BCD_TEXT: &str = r"
[Objects\{9dea862c-5cdd-4e70-acc1-f32b344d4795}\Elements\23000003]
Element = text:{b2721d73-1db4-4c62-bf78-c548a880142d}
[Objects\{b2721d73-1db4-4c62-bf78-c548a880142d}\Elements\16000009]
Element = hex:00
[Objects\{b2721d73-1db4-4c62-bf78-c548a880142d}\Elements\250000e0]
Element = hex:01 00 00 00 00 00 00 00
";

/// An account as the SAM hive keeps it: with a hash of so many bytes, of the older or the newer kind.
pub struct Account {
    pub name: &'static str,
    pub number: u32,
    pub flags: u16,
    pub hash: Vec<u8>,
}

pub const NORMAL: u16 = 0x0210;
pub const DISABLED: u16 = 0x0211;

/// The head of a hash that is there, or is not.
pub fn hash(is_new: bool, is_set: bool) -> Vec<u8> {
    let (revision, length) = match (is_new, is_set) {
        (false, false) => (1, 4),
        (false, true) => (1, 20),
        (true, false) => (2, 24),
        (true, true) => (2, 56),
    };
    let mut bytes = vec![0; length];
    bytes[2] = revision;
    bytes
}

impl Account {
    /// Its two records, as text for a hive.
    fn records(&self) -> [String; 2] {
        let mut fixed = vec![0; 80];
        fixed[0x30..0x34].copy_from_slice(&self.number.to_le_bytes());
        fixed[0x38..0x3a].copy_from_slice(&self.flags.to_le_bytes());
        let mut record = vec![0; 0xcc];
        let mut name = utf16(self.name);
        name.truncate(name.len() - 2);
        for (entry, field) in [(0x0c, &name), (0xa8, &self.hash)] {
            let at = (record.len() - 0xcc) as u32;
            record[entry..entry + 4].copy_from_slice(&at.to_le_bytes());
            record[entry + 4..entry + 8].copy_from_slice(&(field.len() as u32).to_le_bytes());
            record.extend(field);
            record.resize(record.len().next_multiple_of(4), 0);
        }
        [fixed, record].map(|bytes| {
            let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("hex:{}", bytes.join(" "))
        })
    }
}

/// A program for a machine, with a version among its resources.
pub fn program(machine: u16, version: [u16; 4]) -> Vec<u8> {
    let mut bytes = vec![0; 0x600];
    let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
    put(0, b"MZ");
    put(0x3c, &0x80_u32.to_le_bytes());
    put(0x80, b"PE\0\0");
    put(0x84, &machine.to_le_bytes());
    put(0x86, &1_u16.to_le_bytes());
    put(0x94, &240_u16.to_le_bytes());
    put(0x98, &0x20b_u16.to_le_bytes());
    // The third folder of data holds resources, loaded at 0x2000.
    put(0x98 + 112 + 16, &0x2000_u32.to_le_bytes());
    put(0x98 + 112 + 20, &0x200_u32.to_le_bytes());
    let section = 0x98 + 240;
    put(section, b".rsrc");
    for (at, number) in [(8, 0x200_u32), (12, 0x2000), (16, 0x200), (20, 0x400)] {
        put(section + at, &number.to_le_bytes());
    }
    // Kind 16, name 1, language 1033, and what lies there.
    for (at, number, to) in [(0x400, 16_u32, 0x8000_0018_u32), (0x418, 1, 0x8000_0030), (0x430, 1033, 0x48)] {
        put(at + 14, &1_u16.to_le_bytes());
        put(at + 16, &number.to_le_bytes());
        put(at + 20, &to.to_le_bytes());
    }
    put(0x448, &0x2060_u32.to_le_bytes());
    put(0x44c, &92_u32.to_le_bytes());
    put(0x460, &[92, 0, 52, 0, 0, 0]);
    put(0x466, &utf16("VS_VERSION_INFO"));
    put(0x488, &0xfeef_04bd_u32.to_le_bytes());
    let [first, second, third, fourth] = version;
    put(0x488 + 8, &[second.to_le_bytes(), first.to_le_bytes()].concat());
    put(0x488 + 12, &[fourth.to_le_bytes(), third.to_le_bytes()].concat());
    bytes
}

/// A Windows system: its hives, and the disk on which they will lie.
pub struct Windows {
    pub hives: BTreeMap<&'static str, Hive>,
    pub disk: Specimen,
}

impl Windows {
    /// A Windows Server that every profile certifies without a warning.
    pub fn clean() -> Windows {
        let mut system = Hive::of(SYSTEM_TEXT);
        for (service, start) in STARTS {
            system.set(&format!(r"ControlSet001\Services\{service}"), "Start", &format!("dword:{start}"));
        }
        let mut software = Hive::of(SOFTWARE_TEXT);
        let build = TABLE.build(Kind::Server, 20_348).expect("a build of the table");
        let revision = format!("dword:{}", build.revision);
        software.set(r"Microsoft\Windows NT\CurrentVersion", "UBR", &revision);
        let hives =
            [(SYSTEM, system), (SOFTWARE, software), (SAM, Hive::default()), (BCD, Hive::of(BCD_TEXT))];
        let mut disk = Specimen::bare()
            .bytes_file("/Windows/System32/ntoskrnl.exe", &program(0x8664, [10, 0, 20_348, 1]))
            .file("/Windows/System32/drivers/etc/hosts", "# none\n");
        for driver in ["vmbus", "storvsc", "netvsc", "viostor", "netkvm"] {
            let path = format!("/Windows/System32/drivers/{driver}.sys");
            disk = disk.bytes_file(&path, &program(0x8664, [10, 0, 20_348, 1]));
        }
        Windows { hives: hives.into(), disk }
            .account(Account { name: "Administrator", number: 500, flags: NORMAL, hash: hash(true, true) })
            .account(Account { name: "Guest", number: 501, flags: DISABLED, hash: hash(true, false) })
            .account(Account {
                name: "DefaultAccount",
                number: 503,
                flags: DISABLED,
                hash: hash(false, false),
            })
    }

    pub fn account(mut self, account: Account) -> Windows {
        let [fixed, record] = account.records();
        let key = format!(r"SAM\Domains\Account\Users\{:08X}", account.number);
        let hive = self.hives.get_mut(SAM).expect("it was just made");
        hive.set(&key, "F", &fixed);
        hive.set(&key, "V", &record);
        let name = format!(r"SAM\Domains\Account\Users\Names\{}", account.name);
        hive.set(&name, "@", &format!("{:x}/hex:", account.number));
        self
    }

    /// Changes a value: `Key\Path name = type:value`, with a bar before the name.
    pub fn set(mut self, hive: &'static str, key: &str, name: &str, value: &str) -> Windows {
        self.hives.get_mut(hive).expect("a hive of the specimen").set(key, name, value);
        self
    }

    /// Takes a value away, or, with no name, a key.
    pub fn remove(mut self, hive: &'static str, key: &str, name: &str) -> Windows {
        self.hives.get_mut(hive).expect("a hive of the specimen").remove(key, name);
        self
    }

    /// How a service starts.
    pub fn start(self, service: &str, start: u32) -> Windows {
        let key = format!(r"ControlSet001\Services\{service}");
        self.set(SYSTEM, &key, "Start", &format!("dword:{start}"))
    }

    pub fn disk(mut self, change: impl FnOnce(Specimen) -> Specimen) -> Windows {
        self.disk = change(self.disk);
        self
    }

    pub fn file(self, path: &str, content: &[u8]) -> Windows {
        self.disk(|disk| disk.bytes_file(path, content))
    }

    /// Another build of Windows, patched as far as the table knows.
    pub fn build_number(self, number: u64) -> Windows {
        const KEY: &str = r"Microsoft\Windows NT\CurrentVersion";
        let revision = TABLE.build(Kind::Server, number).map_or(1, |build| build.revision);
        self.set(SOFTWARE, KEY, "CurrentBuildNumber", &format!("text:{number}")).set(
            SOFTWARE,
            KEY,
            "UBR",
            &format!("dword:{revision}"),
        )
    }

    /// The disk with the hives on it.
    pub fn specimen(self) -> Specimen {
        let mut disk = self.disk;
        for (path, hive) in &self.hives {
            disk = disk.bytes_file(path, &hive.bytes());
        }
        disk
    }

    /// The system as Windows lays it out: files on NTFS, the boot store on the EFI system partition, names in whatever case.
    pub fn on_ntfs(mut self) -> Specimen {
        let store = self.hives.remove(BCD).expect("a hive of the specimen").bytes();
        let disk = self.specimen().renamed("/Windows/System32", "system32").renamed("/Windows", "WINDOWS");
        disk.with(|disk| {
            let basic = "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7";
            disk.table = format!("label: gpt\n{ESP_LINE}start=4096,size=65536,type={basic}\n");
            disk.layout = Layout::Ntfs;
            disk.bytes.push((MIB, esp_with_store(&store)));
        })
    }

    pub fn build(self) -> Image {
        self.specimen().build()
    }
}

#[test]
fn a_windows_server_is_certified_under_every_profile() {
    let image = Windows::clean().build();
    for profile in [Profile::azure(), Profile::kvm(), Profile::strict()] {
        let report = image.certify(&profile);
        let text = certifier::text::write(&report, certifier::words::Language::En, false);
        assert_eq!(report.verdict, Overall::Certified, "{text}");
        assert!(report.with_verdict(Verdict::Warn).next().is_none(), "{text}");
        let linux = report.rules.iter().filter(|judged| judged.id.starts_with('L'));
        for judged in linux.chain(["K01", "K02"].iter().filter_map(|id| report.rule(id))) {
            assert_eq!(judged.verdict, Verdict::NotApplicable, "{}", judged.id);
        }
    }
    let strict = image.certify(&Profile::strict());
    for judged in strict.rules.iter().filter(|judged| judged.id.starts_with('W')) {
        let expected = if judged.id == "W16" { Verdict::NotApplicable } else { Verdict::Pass };
        assert_eq!(judged.verdict, expected, "{judged:#?}");
    }
}

#[test]
fn a_windows_server_on_ntfs_is_certified_from_its_hives_to_its_boot_store() {
    let image = Windows::clean().on_ntfs().build();
    for profile in [Profile::azure(), Profile::kvm(), Profile::strict()] {
        let report = image.certify(&profile);
        let text = certifier::text::write(&report, certifier::words::Language::En, false);
        assert_eq!(report.verdict, Overall::Certified, "{text}");
        assert!(report.with_verdict(Verdict::Warn).next().is_none(), "{text}");
        let root = report.partitions.iter().find(|stretch| stretch.is_root).expect("a root");
        assert_eq!((root.number, root.holds.as_str()), (2, "NTFS"));
    }
    let report = image.certify(&Profile::azure());
    let store = report.rule("W18").expect("a rule").render(certifier::words::Language::En).reason;
    assert!(store.contains("partition 1, /EFI/Microsoft/Boot/BCD"), "{store}");
}

#[test]
fn faults_of_a_windows_server_on_ntfs_are_found_with_their_places() {
    let account = Account { name: "vagrant", number: 1000, flags: NORMAL, hash: hash(true, true) };
    let harmed = Windows::clean()
        .account(account)
        .set(SYSTEM, r"ControlSet001\Control\Terminal Server", "fDenyTSConnections", "dword:1")
        .file("/Users/Administrator/.ssh/authorized_keys", b"ssh-ed25519 AAAA me@home\n")
        .on_ntfs();
    let report = harmed.build().certify(&Profile::azure());
    assert_eq!(report.verdict, Overall::NotCertified);
    let found: Vec<(&str, Option<&str>)> = report
        .with_verdict(Verdict::Fail)
        .map(|judged| (judged.id.as_str(), judged.evidence[0].path.as_deref()))
        .collect();
    let expected = [
        ("W05", r"HKLM\SYSTEM\ControlSet001\Control\Terminal Server\fDenyTSConnections"),
        ("W15", r"HKLM\SAM\SAM\Domains\Account\Users\000003E8"),
        ("W20", "/Users/Administrator/.ssh/authorized_keys"),
    ];
    assert_eq!(found, expected.map(|(id, path)| (id, Some(path))));
}

#[test]
fn rules_for_windows_do_not_apply_to_linux_and_a_disk_with_neither_is_not_certified() {
    let report = Specimen::clean().build().certify(&Profile::strict());
    let windows = report.rules.iter().filter(|judged| judged.id.starts_with('W'));
    assert_eq!(windows.filter(|judged| judged.verdict == Verdict::NotApplicable).count(), 21);
    let report = Specimen::bare().build().certify(&Profile::azure());
    assert_eq!(report.verdict, Overall::CouldNotJudge);
    for id in ["L01", "W01", "W12"] {
        assert_eq!(report.rule(id).expect("a rule").verdict, Verdict::NotDecided, "{id}");
    }
}

#[test]
fn a_disk_with_both_systems_answers_for_both() {
    let image = Windows::clean().disk(|disk| disk.file("/etc/os-release", "ID=debian\n")).build();
    let report = image.certify(&Profile::azure());
    assert_eq!(report.verdict, Overall::NotCertified);
    assert_eq!(report.rule("W02").expect("a rule").verdict, Verdict::Pass);
    assert_ne!(report.rule("L16").expect("a rule").verdict, Verdict::NotApplicable);
}

/// Checks that without a hive, or with a damaged one, the rules that ask it stay open and nothing is certified.
#[track_caller]
fn check_lost(hive: &'static str, rules: &[&str], harm: fn(Vec<u8>) -> Vec<u8>) {
    let mut windows = Windows::clean();
    let bytes = windows.hives.remove(hive).expect("a hive of the specimen").bytes();
    let report = windows.file(hive, &harm(bytes)).build().certify(&Profile::azure());
    assert_eq!(report.verdict, Overall::CouldNotJudge, "{hive}");
    for id in rules {
        assert_eq!(report.rule(id).expect("a rule").verdict, Verdict::NotDecided, "{id}");
    }
}

#[test]
fn what_a_hive_that_cannot_be_read_would_have_said_is_not_taken_for_good() {
    const OF_SYSTEM: &[&str] = &["W01", "W05", "W06", "W07", "W08", "W09", "W10", "W11", "W13", "W19", "W21"];
    check_lost(SYSTEM, OF_SYSTEM, |_| b"regf".to_vec());
    check_lost(SOFTWARE, &["W02", "W03", "W04", "W14", "W17", "W20"], |mut bytes| {
        // Written to its end it was not, and there is no log.
        bytes[4] = bytes[4].wrapping_add(1);
        bytes
    });
    check_lost(SAM, &["W15"], |bytes| bytes[..5000].to_vec());
}

#[test]
fn a_boot_store_that_says_nothing_leaves_its_rule_open() {
    let mut windows = Windows::clean();
    windows.hives.insert(BCD, Hive::of("[Objects]"));
    let report = windows.build().certify(&Profile::azure());
    assert_eq!(report.rule("W18").expect("a rule").verdict, Verdict::NotDecided);
}

#[test]
fn the_control_set_that_counts_is_the_one_that_is_selected() {
    let other = r"ControlSet002\Control\Terminal Server";
    let harmless = Windows::clean().set(SYSTEM, other, "fDenyTSConnections", "dword:1").build();
    assert_eq!(harmless.certify(&Profile::azure()).verdict, Overall::Certified);
    let selected = Windows::clean().set(SYSTEM, other, "fDenyTSConnections", "dword:1");
    let report = selected.set(SYSTEM, "Select", "Current", "dword:2").build().certify(&Profile::azure());
    let judged = report.rule("W05").expect("a rule");
    assert_eq!(judged.verdict, Verdict::Fail);
    let place = judged.evidence.iter().find_map(|piece| piece.path.as_deref());
    assert_eq!(place, Some(r"HKLM\SYSTEM\ControlSet002\Control\Terminal Server\fDenyTSConnections"));
}

#[test]
fn a_disk_for_windows_has_its_own_size() {
    let sized = |bytes: u64| {
        let image = Windows::clean().disk(|disk| disk.with(|disk| disk.size_bytes = bytes)).build();
        let report = image.certify(&Profile::azure());
        report.rule("V08").expect("a rule").verdict
    };
    assert_eq!(sized(29 * GIB), Verdict::Fail);
    assert_eq!(sized(250 * GIB), Verdict::Pass);
    assert_eq!(sized(251 * GIB), Verdict::Fail);
}

#[test]
fn a_program_says_its_machine_and_its_version() {
    let bytes = program(0xaa64, [10, 0, 14_393, 953]);
    let read = Program::read(&bytes).expect("memory can be read").expect("a program");
    assert_eq!(read.machine, Machine::Arm64);
    assert_eq!(read.version().expect("it is whole"), Some(Version([10, 0, 14_393, 953])));
    for length in [0, 1, 64, 0x90, 0x98, 0x190, 0x410, 0x448, 0x460, 0x490] {
        let cut = bytes[..length].to_vec();
        if let Ok(Some(program)) = Program::read(&cut) {
            assert_ne!(program.version().ok(), Some(Some(Version([10, 0, 14_393, 953]))), "{length}");
        }
    }
}

#[test]
fn a_damaged_program_never_brings_its_reader_down() {
    let bytes = program(0x8664, [1, 2, 3, 4]);
    for at in (0..bytes.len()).filter(|at| bytes[*at] != 0 || (0x80..0x1b8).contains(at)) {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut harmed = bytes.clone();
            harmed[at] = value;
            if let Ok(Some(program)) = Program::read(&harmed) {
                let _ = program.version();
            }
        }
    }
}

#[test]
fn what_only_a_running_machine_shows_is_told_in_one_line_and_never_passed() {
    use certifier::words::Language;
    for (specimen, others) in
        [(Specimen::clean(), ["B17", "B18"].as_slice()), (Windows::clean().specimen(), &["B16"])]
    {
        let image = specimen.build();
        for profile in [Profile::azure(), Profile::kvm(), Profile::strict()] {
            let report = image.certify(&profile);
            assert_eq!(report.verdict, Overall::Certified);
            let later: Vec<_> = report.rules.iter().filter(|judged| judged.id.starts_with('B')).collect();
            assert_eq!(later.len(), 18);
            for judged in &later {
                let asked = judged.severity != certifier::profile::Severity::Off;
                let open = asked && !others.contains(&judged.id.as_str());
                let expected = if open { Verdict::NotDecided } else { Verdict::NotApplicable };
                assert_eq!(judged.verdict, expected, "{} under {}", judged.id, profile.name);
                let [english, french] = [Language::En, Language::Fr].map(|of| judged.render(of).reason);
                assert_ne!(english, french);
            }
            let text = certifier::text::write(&report, Language::En, false);
            let line = "Shown only by a running machine, so not certified: B01 B02 B03 B04 B05";
            assert_eq!(text.matches("B01").count(), 1, "{text}");
            assert!(text.contains(line), "{text}");
        }
    }
}

#[test]
fn of_a_large_hive_only_the_pages_are_kept_that_are_asked_for() {
    const FILLER: u32 = 16 << 20;
    let mut windows = Windows::clean();
    let mut bytes = windows.hives.remove(SOFTWARE).expect("a hive of the specimen").bytes();
    let bins = (bytes.len() - 4096) as u32;
    let mut bin = vec![0xaa; FILLER as usize];
    bin[..32].fill(0);
    bin[..4].copy_from_slice(b"hbin");
    for (at, number) in [(4, bins), (8, FILLER), (32, FILLER - 32)] {
        bin[at..at + 4].copy_from_slice(&number.to_le_bytes());
    }
    bytes.extend(bin);
    bytes[40..44].copy_from_slice(&(bins + FILLER).to_le_bytes());
    seal(&mut bytes[..512]);
    let image = windows.file(SOFTWARE, &bytes).build();
    // Wherever a specimen is certified, it is judged again from what is kept of it.
    assert_eq!(image.certify(&Profile::azure()).verdict, Overall::Certified);
    let source = Arc::new(FileImage::open(&image.path).expect("it was just made"));
    let given = Given::default();
    let (_, stored) = certify_and_store(source, "large.vhd", &Profile::azure(), &given, &Silent);
    assert!(stored.expect("it can be read").kept_bytes() < 2 << 20);
}

/// A small disk with Windows, and where its hives lie on it.
static SMALL: LazyLock<(Vec<u8>, Vec<usize>)> = LazyLock::new(|| {
    let small = Windows::clean().disk(|disk| {
        disk.with(|disk| {
            disk.size_bytes = 8 << 20;
            disk.root_bytes = 5 << 20;
            disk.table = disk.table.replace("size=65536", "size=10240");
        })
    });
    let bytes = std::fs::read(small.build().path).expect("a small file");
    let hives = bytes.windows(4).enumerate().filter(|(_, word)| matches!(*word, b"regf" | b"hbin"));
    let places = hives.flat_map(|(at, _)| at..at + 4096).filter(|at| bytes[*at] != 0).collect();
    (bytes, places)
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn flipped_bytes_in_hives_never_bring_the_certifier_down(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40)) {
        let (bytes, places) = &*SMALL;
        let mut bytes = bytes.clone();
        for (index, value) in flips {
            bytes[places[index.index(places.len())]] = value;
        }
        let report = certify(Arc::new(bytes), "hostile.vhd", &Profile::strict());
        prop_assert!(!certifier::text::write(&report, certifier::words::Language::Fr, true).is_empty());
    }
}
