//! A Windows system whose programs a real linker made, with versions that a real resource compiler wrote.

use std::fs;
use std::process::Command;

use certifier::finding::Verdict;
use certifier::profile::Profile;
use certifier::report::Overall;
use certifier::windows::pe::{Machine, Program};
use certifier::words::Language;

use crate::specimen::{folder, run};
use crate::windows::Windows;

/// A program as GNU's tools for Windows make it, with a version and texts in two forms among its resources.
fn linked(version: [u16; 4]) -> Vec<u8> {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    let numbers = version.map(|number| number.to_string()).join(",");
    let text = format!(
        "1 VERSIONINFO\nFILEVERSION {numbers}\nPRODUCTVERSION {numbers}\nFILEOS 0x40004\nFILETYPE 1\nBEGIN\n\
         BLOCK \"StringFileInfo\"\nBEGIN\nBLOCK \"040904b0\"\nBEGIN\nVALUE \"FileDescription\", \"A specimen\"\n\
         VALUE \"FileVersion\", \"1.2.3.4\"\nEND\nEND\nBLOCK \"VarFileInfo\"\nBEGIN\nVALUE \"Translation\", 0x409, 1200\nEND\nEND\n\
         2 RCDATA\nBEGIN\n\"something else\"\nEND\n"
    );
    fs::write(path("v.rc"), text).expect("room for a text");
    // The texts need no preprocessor.
    let mut compile = Command::new("x86_64-w64-mingw32-windres");
    compile.args(["--preprocessor=cat", "-O", "coff"]).args([path("v.rc"), path("v.o")]);
    run(&mut compile, b"");
    let mut link = Command::new("x86_64-w64-mingw32-ld");
    run(link.args(["-shared", "-o"]).args([path("program"), path("v.o")]), b"");
    fs::read(path("program")).expect("it was just linked")
}

#[test]
fn a_program_of_a_real_linker_is_read_with_its_version() {
    let bytes = linked([10, 0, 20_348, 2_700]);
    let program = Program::read(&bytes).expect("it is sound").expect("it is a program");
    assert_eq!(program.machine, Machine::X86_64);
    let version = program.version().expect("it is sound").expect("it has one");
    assert_eq!(version.to_string(), "10.0.20348.2700");
}

/// A server whose kernel, drivers and file server have these versions.
fn server(file_server: [u16; 4]) -> Windows {
    let program = linked([10, 0, 20_348, 2_700]);
    let mut windows = Windows::clean().file("/Windows/System32/ntoskrnl.exe", &program);
    for driver in ["vmbus", "storvsc", "netvsc", "viostor", "netkvm"] {
        windows = windows.file(&format!("/Windows/System32/drivers/{driver}.sys"), &program);
    }
    windows.file("/Windows/System32/drivers/srv2.sys", &linked(file_server))
}

#[test]
fn a_windows_like_system_of_real_programs_real_hives_and_a_real_ntfs_is_certified_whole() {
    let image = server([10, 0, 20_348, 2_700]).on_ntfs().build();
    for profile in [Profile::azure(), Profile::kvm(), Profile::strict()] {
        let report = image.certify(&profile);
        let text = certifier::text::write(&report, Language::En, false);
        assert_eq!(report.verdict, Overall::Certified, "{text}");
        assert!(report.with_verdict(Verdict::Warn).next().is_none(), "{text}");
    }
    let report = image.certify(&Profile::azure());
    let open = report.rules.iter().filter(|judged| judged.verdict == Verdict::NotDecided);
    let open: Vec<&str> = open.map(|judged| judged.id.as_str()).filter(|id| !id.starts_with('B')).collect();
    assert_eq!(open, Vec::<&str>::new(), "no rule of the disk is left open");
}

#[test]
fn an_old_file_server_among_real_programs_is_found_by_its_version() {
    let report = server([6, 3, 9600, 18_000]).build_number(9600).on_ntfs().build().certify(&Profile::azure());
    let judged = report.rule("W04").expect("a rule");
    assert_eq!(judged.verdict, Verdict::Fail, "{judged:#?}");
    assert!(
        judged
            .evidence
            .iter()
            .any(|piece| piece.path.as_deref().is_some_and(|path| path.ends_with("srv2.sys"))),
        "{judged:#?}"
    );
}
