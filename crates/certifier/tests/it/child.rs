//! The process that judges can do nothing else, and whatever becomes of it is a report.

use std::fs::{self, File};
use std::io::{self, Cursor, ErrorKind, Read};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Output};

use certifier::child::{self, Line, Measure, Order, Task, confine};
use certifier::profile::Profile;
use certifier::progress::Silent;
use certifier::report::Overall;
use certifier::words::Language;

use crate::specimen::Specimen;

/// Set for a test program that is to play the confined process.
const PLAYS: &str = "CERTIFIER_TEST_PLAYS";

/// Runs this one test again in a process of its own, where [`plays`] is true.
fn play(test: &str) -> Output {
    let program = std::env::current_exe().expect("a running test");
    let mut command = Command::new(program);
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(PLAYS, "1");
    command.output().expect("the test program starts")
}

fn plays() -> bool {
    std::env::var_os(PLAYS).is_some()
}

fn refused<T>(attempt: io::Result<T>) -> bool {
    attempt.is_err_and(|cause| cause.kind() == ErrorKind::PermissionDenied)
}

#[test]
fn a_confined_process_opens_nothing_more_and_reads_on_what_is_open() {
    if !plays() {
        let output = play("child::a_confined_process_opens_nothing_more_and_reads_on_what_is_open");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.code() == Some(7), "{:?} {said}", output.status);
        return;
    }
    let mut open = File::open("/etc/passwd").expect("everyone may read it");
    let folder = std::env::temp_dir();
    let confinement = confine::confine().expect("the kernel can");
    assert!(confinement.seccomp);
    assert!(refused(File::open("/etc/passwd")), "a file was opened");
    assert!(refused(File::create(folder.join("left-behind"))), "a file was made");
    assert!(refused(fs::read_dir("/etc")), "a directory was listed");
    assert!(refused(fs::remove_file("/no such file")), "a name was looked up");
    let mut text = String::new();
    open.read_to_string(&mut text).expect("it was open");
    assert!(text.contains("root"));
    let threads = std::thread::scope(|scope| {
        let threads =
            [1, 2].map(|n| scope.spawn(move || n + usize::from(refused(File::open("/etc/passwd")))));
        threads.map(|thread| thread.join().expect("threads run"))
    });
    assert_eq!(threads, [2, 3], "a thread may do no more");
    std::process::exit(7);
}

#[test]
fn a_confined_process_that_starts_a_program_is_ended() {
    if !plays() {
        let status = play("child::a_confined_process_that_starts_a_program_is_ended").status;
        // Where the call that makes a process is refused first, no program comes to be started.
        assert!(status.signal() == Some(libc::SIGSYS) || status.code() == Some(8), "{status:?}");
        return;
    }
    confine::confine().expect("the kernel can");
    let started = Command::new("/bin/true").status();
    std::process::exit(if started.is_err() { 8 } else { 9 });
}

#[test]
fn a_confined_process_that_reaches_for_the_network_is_ended_and_that_is_said() {
    if !plays() {
        let status =
            play("child::a_confined_process_that_reaches_for_the_network_is_ended_and_that_is_said").status;
        assert_eq!(status.signal(), Some(libc::SIGSYS), "{status:?}");
        assert_eq!(child::how_it_ended(status, "").key, "child.forbidden");
        return;
    }
    confine::confine().expect("the kernel can");
    let _ = std::net::UdpSocket::bind("127.0.0.1:0");
    std::process::exit(9);
}

#[test]
fn what_the_confined_process_reports_is_what_judging_here_reports() {
    let test = "child::what_the_confined_process_reports_is_what_judging_here_reports";
    let image = Specimen::clean().small().file("/root/.bash_history", "passwd\n").build();
    let order = Order {
        file_name: image.file_name.clone(),
        profile: Measure::Toml("base = \"kvm\"".to_owned()),
        task: Task::Judge,
        advisories: None,
        earlier: None,
    };
    if plays() {
        let (mut out, order) = (Vec::new(), serde_json::to_vec(&order).expect("data"));
        child::serve(&image.path, Cursor::new(order), &mut out).expect("it judges");
        let last = out.split(|byte| *byte == b'\n').rfind(|line| !line.is_empty()).expect("a line");
        let Ok(Line::Report(report)) = serde_json::from_slice(last) else { panic!("no report") };
        assert_eq!(report.rule("L24").map(|judged| judged.evidence.len()), Some(1));
        std::process::exit(7);
    }
    let output = play(test);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(7), "{:?} {said}", output.status);
}

/// The report when the process behaves as this script does.
fn behaves(script: &str) -> certifier::report::Report {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let program: PathBuf = folder.path().join("program");
    fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect("a script");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let image = folder.path().join("image");
    fs::write(&image, [0; 10]).expect("room for an image");
    let order = Order {
        file_name: "disk.vhd".to_owned(),
        profile: Measure::Named("kvm".to_owned()),
        task: Task::Judge,
        advisories: None,
        earlier: None,
    };
    child::run(&program, &image, &order, &Silent).expect("the program starts").0
}

/// Checks what is said of a process that behaves so.
#[track_caller]
fn check(script: &str, says: &str) {
    let report = behaves(script);
    assert_eq!(report.verdict, Overall::CouldNotJudge);
    assert_eq!((report.profile.as_str(), report.file_bytes), ("kvm", 10));
    let text = certifier::text::write(&report, Language::En, false);
    assert!(text.contains(says), "{text}");
}

#[test]
fn whatever_becomes_of_the_process_is_a_report_that_says_so() {
    check("exit 0", "ended without a report");
    check("echo nonsense", "ended without a report");
    check(
        "yes '{\"percent\":1}' | head -n 100; echo no such file >&2; exit 3",
        "could not begin or go on: no such file",
    );
    check("kill -KILL $$", "was killed from outside");
    check("kill -SEGV $$", "signal 11");
    check("kill -XCPU $$", "used up its processor time");
    check("kill -SYS $$", "tried something that reading never needs");
    check("echo 'memory allocation of 99 bytes failed' >&2; kill -ABRT $$", "refused more memory");
    check("head -c 300000 /dev/zero | tr '\\0' 'x' >&2; exit 3", "could not begin or go on");
    check("printf 'a\\033[31mb' >&2; exit 3", "a\\u{1b}[31mb");
}

#[test]
fn a_report_of_a_process_that_fails_afterwards_does_not_count() {
    let good = certifier::certify(std::sync::Arc::new(vec![0; 10]), "disk.vhd", &Profile::kvm(), &Silent);
    let line = serde_json::to_string(&Line::Report(Box::new(good.clone()))).expect("data");
    let quoted = line.replace('\'', "'\\''");
    assert_eq!(behaves(&format!("printf '%s\\n' '{quoted}'")), good);
    check(&format!("printf '%s\\n' '{quoted}'; exit 3"), "could not begin or go on");
}
