//! Faults of Windows systems, each with the place at which it must be found.

use certifier::finding::{Evidence, Verdict};
use certifier::profile::Profile;
use certifier::report::Overall;

use crate::faults::patch;
use crate::hives::utf16;
use crate::specimen::{MIB, Specimen};
use crate::windows::{Account, BCD, DISABLED, NORMAL, SAM, SOFTWARE, SYSTEM, Windows, hash, program};

const CCS: &str = "ControlSet001";
const SERVER: &str = r"ControlSet001\Control\Terminal Server";
const LISTENER: &str = r"ControlSet001\Control\Terminal Server\WinStations\RDP-Tcp";
const FIREWALL: &str = r"ControlSet001\Services\SharedAccess\Parameters\FirewallPolicy";
const INTERFACE: &str =
    r"ControlSet001\Services\Tcpip\Parameters\Interfaces\{11111111-2222-3333-4444-555555555555}";
const CURRENT: &str = r"Microsoft\Windows NT\CurrentVersion";
const WINLOGON: &str = r"Microsoft\Windows NT\CurrentVersion\Winlogon";
const STATE: &str = r"Microsoft\Windows\CurrentVersion\Setup\State";
const LOADER: &str = r"Objects\{b2721d73-1db4-4c62-bf78-c548a880142d}\Elements";
const UNATTEND: &str = "/Windows/Panther/unattend.xml";

/// A fault: the rule that must find it, what it must say, and where: `path:line`, `path`, `@offset` or nothing.
struct Fault {
    rule: &'static str,
    verdict: Verdict,
    place: &'static str,
    plant: fn(Windows) -> Windows,
}

const fn fault(rule: &'static str, place: &'static str, plant: fn(Windows) -> Windows) -> Fault {
    Fault { rule, verdict: Verdict::Fail, place, plant }
}

const fn warning(rule: &'static str, place: &'static str, plant: fn(Windows) -> Windows) -> Fault {
    Fault { rule, verdict: Verdict::Warn, place, plant }
}

/// The image state gone from the registry, as in images made by old tools, with a file that says it.
fn told_by_file(w: Windows, state: &str) -> Windows {
    let text = format!("[State]\r\nImageState={state}\r\n");
    w.remove(SOFTWARE, STATE, "ImageState")
        .file("/Windows/Setup/State/State.ini", &[&[0xff, 0xfe][..], &utf16(&text)].concat())
}

/// Windows Server 2016, which still has the driver of the old protocol.
fn server_2016(w: Windows, version: [u16; 4]) -> Windows {
    w.build_number(14_393)
        .start("srv", 3)
        .file("/Windows/System32/drivers/srv.sys", &program(0x8664, version))
}

/// Faults of the system as a whole, which other rules see too.
const ALONE: &[Fault] = &[
    fault("W02", r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\State\ImageState", |w| {
        w.set(SOFTWARE, STATE, "ImageState", "text:IMAGE_STATE_COMPLETE")
    }),
    fault("W02", r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\State\ImageState", |w| {
        w.remove(SOFTWARE, STATE, "ImageState")
    }),
    fault("W02", "/Windows/Setup/State/State.ini", |w| told_by_file(w, "IMAGE_STATE_UNDEPLOYABLE")),
    warning("W02", r"HKLM\SYSTEM\Setup\Status\SysprepStatus\GeneralizationState", |w| {
        w.set(SYSTEM, r"Setup\Status\SysprepStatus", "GeneralizationState", "dword:3")
    }),
    fault("W02", "/Windows/Panther/unattend.xml:2", |w| {
        let text = "<unattend>\n<AdministratorPassword><Value>UABAAHMAcwA=</Value></AdministratorPassword>\n";
        w.file(UNATTEND, text.as_bytes())
    }),
    fault("W03", r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\CurrentBuildNumber", |w| {
        w.build_number(9200)
    }),
    fault("W03", r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\CurrentBuildNumber", |w| {
        w.build_number(18_363)
    }),
    warning("W03", r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\CurrentBuildNumber", |w| {
        w.build_number(9600)
    }),
    warning("W03", r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\CurrentBuildNumber", |w| {
        w.build_number(90_000)
    }),
    fault("W03", r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\EditionID", |w| {
        w.set(SOFTWARE, CURRENT, "EditionID", "text:ServerDatacenterEval")
    }),
    fault("W04", "/Windows/System32/drivers/srv.sys", |w| server_2016(w, [10, 0, 14_393, 952])),
    fault("W04", r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\UBR", |w| {
        w.set(SOFTWARE, CURRENT, "UBR", "dword:1")
    }),
    warning("W04", r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\UBR", |w| w.build_number(90_000)),
    fault("W15", r"HKLM\SAM\SAM\Domains\Account\Users\000001F4", |w| {
        w.set(SOFTWARE, STATE, "ImageState", "text:IMAGE_STATE_COMPLETE")
    }),
    fault("W06", r"HKLM\SYSTEM\ControlSet001\Services\LanmanServer\Parameters\SMB1", |w| {
        let key = r"ControlSet001\Services\LanmanServer\Parameters";
        server_2016(w, [10, 0, 14_393, 9999]).remove(SYSTEM, key, "SMB1")
    }),
];

/// Faults that do not meet, and so may share a disk.
const TOGETHER: &[Fault] = &[
    fault("W01", "/Windows/System32/ntoskrnl.exe", |w| {
        w.file("/Windows/System32/ntoskrnl.exe", &program(0x14c, [6, 1, 7601, 1]))
    }),
    fault(
        "W01",
        r"HKLM\SYSTEM\ControlSet001\Control\Session Manager\Environment\PROCESSOR_ARCHITECTURE",
        |w| {
            let key = r"ControlSet001\Control\Session Manager\Environment";
            w.set(SYSTEM, key, "PROCESSOR_ARCHITECTURE", "text:x86")
        },
    ),
    fault("W05", r"HKLM\SYSTEM\ControlSet001\Control\Terminal Server\fDenyTSConnections", |w| {
        w.set(SYSTEM, SERVER, "fDenyTSConnections", "dword:1")
    }),
    fault("W05", r"HKLM\SYSTEM\ControlSet001\Control\Terminal Server\fDenyTSConnections", |w| {
        w.remove(SYSTEM, SERVER, "fDenyTSConnections")
    }),
    fault("W05", r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services\fDenyTSConnections", |w| {
        let key = r"Policies\Microsoft\Windows NT\Terminal Services";
        w.set(SOFTWARE, key, "fDenyTSConnections", "dword:1")
    }),
    fault("W05", r"HKLM\SYSTEM\ControlSet001\Control\Terminal Server\WinStations\RDP-Tcp\PortNumber", |w| {
        w.set(SYSTEM, LISTENER, "PortNumber", "dword:33890")
    }),
    fault(
        "W05",
        r"HKLM\SYSTEM\ControlSet001\Control\Terminal Server\WinStations\RDP-Tcp\SSLCertificateSHA1Hash",
        |w| w.set(SYSTEM, LISTENER, "SSLCertificateSHA1Hash", "hex:01 02"),
    ),
    fault("W05", r"HKLM\SYSTEM\ControlSet001\Services\TermService\Start", |w| w.start("TermService", 4)),
    warning(
        "W05",
        r"HKLM\SYSTEM\ControlSet001\Control\Terminal Server\WinStations\RDP-Tcp\SecurityLayer",
        |w| w.set(SYSTEM, LISTENER, "SecurityLayer", "dword:0"),
    ),
    fault("W15", r"HKLM\SAM\SAM\Domains\Account\Users\000003E8", |w| {
        let account = Account { name: "vagrant", number: 1000, flags: NORMAL, hash: hash(true, true) };
        w.account(account)
    }),
    fault("W15", r"HKLM\SAM\SAM\Domains\Account\Users\000003E8", |w| {
        let account = Account { name: "kiosk", number: 1000, flags: NORMAL, hash: hash(false, false) };
        w.account(account)
    }),
    fault("W15", r"HKLM\SAM\SAM\Domains\Account\Users\000001F5", |w| {
        let account = Account { name: "Guest", number: 501, flags: NORMAL, hash: hash(true, false) };
        w.account(account)
    }),
    fault("W15", r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon\AutoAdminLogon", |w| {
        w.set(SOFTWARE, WINLOGON, "AutoAdminLogon", "text:1")
    }),
    fault("W15", r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon\DefaultPassword", |w| {
        w.set(SOFTWARE, WINLOGON, "DefaultPassword", "text:P@ssw0rd")
    }),
    fault("W06", r"HKLM\SYSTEM\ControlSet001\Services\mrxsmb10\Start", |w| w.start("mrxsmb10", 2)),
    warning("W06", r"HKLM\SYSTEM\ControlSet001\Services\LanmanServer\Parameters\SMB1", |w| {
        let key = r"ControlSet001\Services\LanmanServer\Parameters";
        w.set(SYSTEM, key, "SMB1", "dword:1")
    }),
    fault(
        "W07",
        r"HKLM\SYSTEM\ControlSet001\Services\SharedAccess\Parameters\FirewallPolicy\PublicProfile\EnableFirewall",
        |w| w.set(SYSTEM, &format!(r"{FIREWALL}\PublicProfile"), "EnableFirewall", "dword:0"),
    ),
    fault("W07", r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall\DomainProfile\EnableFirewall", |w| {
        let key = r"Policies\Microsoft\WindowsFirewall\DomainProfile";
        w.set(SOFTWARE, key, "EnableFirewall", "dword:0")
    }),
    warning(
        "W07",
        r"HKLM\SYSTEM\ControlSet001\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules\RemoteDesktop-UserMode-In-TCP",
        |w| {
            let (key, name) = (format!(r"{FIREWALL}\FirewallRules"), "RemoteDesktop-UserMode-In-TCP");
            w.set(SYSTEM, &key, name, "text:v2.31|Action=Allow|Active=FALSE|")
        },
    ),
    fault("W08", r"HKLM\SYSTEM\ControlSet001\Services\BFE\Start", |w| w.start("BFE", 4)),
    fault("W08", r"HKLM\SYSTEM\ControlSet001\Services\nsi\Start", |w| {
        w.remove(SYSTEM, r"ControlSet001\Services\nsi", "Start")
    }),
    warning("W08", r"HKLM\SYSTEM\ControlSet001\Services\IKEEXT\Start", |w| w.start("IKEEXT", 3)),
    fault("W09", r"HKLM\SYSTEM\ControlSet001\Control\TimeZoneInformation\RealTimeIsUniversal", |w| {
        let key = r"ControlSet001\Control\TimeZoneInformation";
        w.remove(SYSTEM, key, "RealTimeIsUniversal")
    }),
    fault("W09", r"HKLM\SYSTEM\ControlSet001\Services\W32Time\Start", |w| w.start("W32Time", 3)),
    fault("W10", r"HKLM\SYSTEM\ControlSet001\Services\partmgr\Parameters\SanPolicy", |w| {
        w.set(SYSTEM, r"ControlSet001\Services\partmgr\Parameters", "SanPolicy", "dword:2")
    }),
    fault(
        "W11",
        r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections\WinHttpSettings",
        |w| {
            let key = r"Microsoft\Windows\CurrentVersion\Internet Settings\Connections";
            let proxy = "hex:18 00 00 00 00 00 00 00 03 00 00 00 05 00 00 00 70 72 6f 78 79 00 00 00 00";
            w.set(SOFTWARE, key, "WinHttpSettings", proxy)
        },
    ),
    fault("W11", r"HKLM\SYSTEM\ControlSet001\Services\Tcpip\Parameters\PersistentRoutes", |w| {
        let key = r"ControlSet001\Services\Tcpip\Parameters\PersistentRoutes";
        w.set(SYSTEM, key, "10.1.0.0,255.255.0.0,10.0.0.1,1", "text:")
    }),
    fault(
        "W11",
        r"HKLM\SYSTEM\ControlSet001\Services\Tcpip\Parameters\Interfaces\{11111111-2222-3333-4444-555555555555}\EnableDHCP",
        |w| {
            let fixed = w.set(SYSTEM, INTERFACE, "EnableDHCP", "dword:0");
            fixed.set(SYSTEM, INTERFACE, "IPAddress", "texts:10.0.0.9")
        },
    ),
    fault("W12", "@41943040", |w| {
        let table = "start=81920,size=2048,type=EBD0A0A2-B9E5-4433-87C0-68B6B72699C7\n";
        w.disk(|disk| {
            let disk = disk.with(|disk| disk.table.push_str(table));
            patch(disk, 40 * MIB + 3, b"-FVE-FS-")
        })
    }),
    fault(
        "W13",
        r"HKLM\SOFTWARE\Microsoft\ServerManager\ServicingStorage\ServerComponentCache\DHCP\InstallState",
        |w| {
            let key = r"Microsoft\ServerManager\ServicingStorage\ServerComponentCache\DHCP";
            w.set(SOFTWARE, key, "InstallState", "dword:1")
        },
    ),
    fault("W13", r"HKLM\SYSTEM\ControlSet001\Services\ClusSvc", |w| w.start("ClusSvc", 4 - 1)),
    fault("W14", r"HKLM\SOFTWARE\Microsoft\Microsoft SQL Server\InstalledInstances", |w| {
        let key = r"Microsoft\Microsoft SQL Server";
        w.set(SOFTWARE, key, "InstalledInstances", "texts:MSSQLSERVER")
    }),
    fault("W14", r"HKLM\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall\2a4f", |w| {
        let key = r"WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall\2a4f";
        w.set(SOFTWARE, key, "DisplayName", "text:Visual Studio Enterprise 2022")
    }),
    fault("W16", "/WindowsAzure/GuestAgent_2.7.41491.1009_2021-01-01_000000", |w| {
        w.file("/WindowsAzure/GuestAgent_2.7.41491.1009_2021-01-01_000000/x", b"x")
    }),
    fault("W16", "/WindowsAzure/Packages/WaAppAgent.exe", |w| {
        w.file("/WindowsAzure/Packages/WaAppAgent.exe", &program(0x8664, [2, 7, 0, 0]))
    }),
    fault("W17", r"HKLM\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU\NoAutoUpdate", |w| {
        let key = r"Policies\Microsoft\Windows\WindowsUpdate\AU";
        w.set(SOFTWARE, key, "NoAutoUpdate", "dword:1")
    }),
    fault(
        "W17",
        r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\AUOptions",
        |w| {
            let key = r"Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update";
            w.set(SOFTWARE, key, "AUOptions", "dword:1")
        },
    ),
    fault("W18", r"BCD\Objects\{b2721d73-1db4-4c62-bf78-c548a880142d}\Elements\16000009", |w| {
        w.set(BCD, &format!(r"{LOADER}\16000009"), "Element", "hex:01")
    }),
    fault("W18", r"BCD\Objects\{b2721d73-1db4-4c62-bf78-c548a880142d}\Elements\250000e0", |w| {
        w.remove(BCD, &format!(r"{LOADER}\250000e0"), "")
    }),
    fault("W18", r"BCD\Objects\{6efb52bf-1766-41db-a6b3-0ee5eff72bd7}\Elements\16000049", |w| {
        let key = r"Objects\{6efb52bf-1766-41db-a6b3-0ee5eff72bd7}\Elements\16000049";
        w.set(BCD, key, "Element", "hex:01")
    }),
    fault("W18", "", |w| {
        let mut windows = w;
        windows.hives.remove(BCD);
        windows
    }),
    fault("W19", r"HKLM\SYSTEM\ControlSet001\Control\Session Manager\Memory Management\PagingFiles", |w| {
        let key = format!(r"{CCS}\Control\Session Manager\Memory Management");
        w.set(SYSTEM, &key, "PagingFiles", r"texts:D:\pagefile.sys;c:\pagefile.sys 0 0")
    }),
    fault(
        "W20",
        "/Users/Administrator/AppData/Roaming/Microsoft/Windows/PowerShell/PSReadLine/ConsoleHost_history.txt",
        |w| {
            let path = "/Users/Administrator/AppData/Roaming/Microsoft/Windows/PowerShell/PSReadLine";
            w.file(&format!("{path}/ConsoleHost_history.txt"), b"net user bob secret\n")
        },
    ),
    fault("W20", "/hiberfil.sys", |w| w.file("/hiberfil.sys", b"hibr")),
    fault("W20", "/Users/Administrator/.ssh/authorized_keys:2", |w| {
        let keys = b"# mine\nssh-ed25519 AAAA me@home\n";
        w.file("/Users/Administrator/.ssh/authorized_keys", keys)
    }),
    fault("W20", "/ProgramData/ssh/ssh_host_rsa_key", |w| {
        w.file("/ProgramData/ssh/ssh_host_rsa_key", b"key")
    }),
    fault("W20", r"HKLM\SOFTWARE\Microsoft\SystemCertificates\MY\Certificates\AA11", |w| {
        let blob = "hex:03 00 00 00 01 00 00 00 02 00 00 00 aa bb 02 00 00 00 01 00 00 00 00 00 00 00";
        let key = r"Microsoft\SystemCertificates\MY\Certificates\AA11";
        w.set(SOFTWARE, key, "Blob", blob)
    }),
    warning("W20", "/Users/bob", |w| w.file("/Users/bob/notes.txt", b"x")),
    warning("W20", "/Windows/Minidump/010124-1.dmp", |w| {
        w.file("/Windows/Minidump/010124-1.dmp", b"PAGEDU64")
    }),
    warning("W20", "/Windows/System32/drivers/etc/hosts:2", |w| {
        w.file("/Windows/System32/drivers/etc/hosts", b"# none\n10.0.0.1 build\n")
    }),
    warning("W20", "/Windows/System32/winevt/Logs/Security.evtx", |w| {
        w.file("/Windows/System32/winevt/Logs/Security.evtx", &[1; 100_000])
    }),
    fault("W21", r"HKLM\SYSTEM\ControlSet001\Services\storvsc\Start", |w| w.start("storvsc", 3)),
    fault("W21", "/Windows/System32/drivers/vmbus.sys", |w| {
        w.disk(|disk| disk.without("/Windows/System32/drivers/vmbus.sys"))
    }),
    fault("K03", r"HKLM\SYSTEM\ControlSet001\Services\viostor\Start", |w| w.start("viostor", 4)),
    fault("K03", r"HKLM\SYSTEM\ControlSet001\Services\netkvm\Start", |w| {
        w.remove(SYSTEM, r"ControlSet001\Services\netkvm", "")
    }),
    fault("K04", r"HKLM\SYSTEM\ControlSet001\Services\cloudbase-init\Start", |w| {
        w.start("cloudbase-init", 4)
    }),
    fault("W15", r"HKLM\SAM\SAM\Domains\Account\Users\000003E9", |w| {
        let disabled = Account { name: "old", number: 1000, flags: DISABLED, hash: hash(true, true) };
        let enabled = Account { name: "new", number: 1001, flags: NORMAL, hash: hash(false, true) };
        w.account(disabled).account(enabled)
    }),
];

/// Every rule that a fault breaks.
pub fn rules() -> impl Iterator<Item = &'static str> {
    ALONE.iter().chain(TOGETHER).map(|fault| fault.rule)
}

/// Checks that all of these faults, planted in one system, are found where they are.
#[track_caller]
fn check(faults: &[&Fault]) {
    let harmed =
        faults.iter().fold(Windows::clean().disk(Specimen::small), |windows, fault| (fault.plant)(windows));
    let report = harmed.build().certify(&Profile::strict());
    for fault in faults {
        let judged = report.rule(fault.rule).expect("the rulebook has this rule");
        assert_eq!(judged.verdict, fault.verdict, "{} at {}: {judged:#?}", fault.rule, fault.place);
        let places: Vec<String> = judged.evidence.iter().map(place).collect();
        let found = fault.place.is_empty() || places.iter().any(|place| place == fault.place);
        assert!(found, "{} is not at {} but at {places:?}", fault.rule, fault.place);
        assert!(judged.remedy.is_some(), "{} says what to do", fault.rule);
    }
    if faults.iter().any(|fault| fault.verdict == Verdict::Fail) {
        assert_eq!(report.verdict, Overall::NotCertified);
    }
}

fn place(piece: &Evidence) -> String {
    match (&piece.path, piece.line, piece.offset) {
        (Some(path), Some(line), _) => format!("{path}:{line}"),
        (Some(path), None, _) => path.clone(),
        (None, _, Some(offset)) => format!("@{offset}"),
        (None, _, None) => String::new(),
    }
}

#[test]
fn every_fault_of_a_windows_system_is_found_where_it_is() {
    for fault in ALONE {
        check(&[fault]);
    }
}

#[test]
fn faults_of_a_windows_system_do_not_hide_one_another() {
    // The first fault of each rule on one disk, the second of each on the next, and so on.
    let mut rounds: Vec<Vec<&Fault>> = Vec::new();
    for fault in TOGETHER {
        let is_free = |round: &&mut Vec<&Fault>| round.iter().all(|other| other.rule != fault.rule);
        match rounds.iter_mut().find(is_free) {
            Some(round) => round.push(fault),
            None => rounds.push(vec![fault]),
        }
    }
    for round in rounds {
        check(&round);
    }
}

#[test]
fn a_record_that_is_not_whole_leaves_the_rule_of_accounts_open() {
    for (name, value) in [("F", "hex:00"), ("V", "hex:00"), ("V", "text:x")] {
        let harmed = Windows::clean().set(SAM, r"SAM\Domains\Account\Users\000001F4", name, value);
        let report = harmed.build().certify(&Profile::azure());
        let judged = report.rule("W15").expect("a rule");
        assert_eq!(judged.verdict, Verdict::NotDecided, "{name} {value}");
    }
}
