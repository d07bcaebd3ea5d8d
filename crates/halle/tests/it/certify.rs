//! `halle certify`, `explain`, `keygen` and `verify` at the desk.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

fn program() -> Command {
    let program = std::env::var_os("HALLE_TEST_BINARY").unwrap_or_else(|| env!("CARGO_BIN_EXE_halle").into());
    let mut command = Command::new(program);
    command.env("LC_ALL", "C").env_remove("NO_COLOR");
    command
}

fn halle(folder: &TempDir, arguments: &str) -> Output {
    program().args(arguments.split(' ')).current_dir(folder.path()).output().expect("the program starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

/// Runs a command and checks how it ends and what it says.
#[track_caller]
fn check(folder: &TempDir, arguments: &str, code: i32, words: &str) {
    let output = halle(folder, arguments);
    let said = said(&output);
    assert!(output.status.code() == Some(code) && said.contains(words), "{:?}: {said}", output.status);
}

/// A folder with `disk.vhd`, which no shipped profile certifies, and `lax.toml`, a profile that certifies anything whose container
/// is sound.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let mut disk = vec![0; 24 << 20];
    disk[446..462].copy_from_slice(b"\x80\0\x02\0\x83\0\0\0\0\x08\0\0\0\x10\0\0");
    disk[510..512].copy_from_slice(b"\x55\xaa");
    disk[3 << 20..4 << 20].fill(7);
    fs::write(folder.path().join("disk.raw"), disk).expect("room for a disk");
    check(&folder, "convert disk.raw disk.vhd --quiet", 0, "");
    let listed = halle(&folder, "explain");
    let listed = String::from_utf8_lossy(&listed.stdout);
    let rules = listed.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let deep = rules.filter(|id| !id.starts_with('V'));
    let severities: String = deep.map(|id| format!("{id} = \"off\"\n")).collect();
    let profile = format!("name = \"lax\"\nbase = \"kvm\"\n[severity]\n{severities}");
    fs::write(folder.path().join("lax.toml"), profile).expect("room for a profile");
    folder
}

fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap_or_else(|cause| panic!("{name}: {cause}"))
}

fn patch(folder: &TempDir, name: &str, at: u64, byte: u8) {
    let file = OpenOptions::new().write(true).open(folder.path().join(name)).expect("it is there");
    file.write_all_at(&[byte], at).expect("room for a byte");
}

#[test]
fn a_certified_image_gets_a_certificate_that_holds_for_it_and_for_nothing_else() {
    let folder = folder();
    check(&folder, "keygen --out key", 0, "key.pub: give this one");
    check(&folder, "keygen --out other", 0, "key ");
    let rights = fs::metadata(folder.path().join("key")).expect("a key").permissions().mode();
    assert_eq!(rights & 0o777, 0o600);
    check(
        &folder,
        "certify disk.vhd --profile lax.toml --sign key --certificate disk.cert",
        0,
        "is certified",
    );
    check(&folder, "verify disk.cert disk.vhd --key key.pub", 0, "by profile lax");
    let quiet = halle(&folder, "verify disk.cert disk.vhd --key key.pub --quiet");
    assert!(quiet.status.success() && said(&quiet).is_empty());
    check(&folder, "verify disk.cert disk.vhd --key other.pub", 1, "another key signed it");
    check(&folder, "verify disk.cert disk.raw --key key.pub", 1, "bytes long");
    check(&folder, "verify disk.cert none.vhd --key key.pub", 2, "none.vhd");
    check(&folder, "verify none.cert disk.vhd --key key.pub", 2, "none.cert");
    check(&folder, "verify disk.cert disk.vhd --key key", 2, "private key where a public one belongs");
    check(&folder, "verify disk.cert . --key key.pub", 2, "neither a file nor a block device");
    check(&folder, "verify disk.vhd disk.vhd --key key.pub", 1, "no certificate");
    fs::write(folder.path().join("torn.cert"), read(&folder, "disk.cert").replacen('A', "B", 1)).unwrap();
    check(&folder, "verify torn.cert disk.vhd --key key.pub", 1, "does not hold");
    patch(&folder, "disk.vhd", 5 << 20, 1);
    check(&folder, "verify disk.cert disk.vhd --key key.pub", 1, "the image is another one");
    patch(&folder, "disk.vhd", 5 << 20, 0);
    check(&folder, "verify disk.cert disk.vhd --key key.pub", 0, "holds");
    fs::rename(folder.path().join("disk.vhd"), folder.path().join("renamed.vhd")).unwrap();
    check(&folder, "verify disk.cert renamed.vhd --key key.pub", 0, "It was called disk.vhd");
}

#[test]
fn an_image_that_is_not_certified_gets_none() {
    let folder = folder();
    check(&folder, "keygen --out key", 0, "");
    check(&folder, "certify disk.vhd --sign key --certificate disk.cert", 1, "no certificate was written");
    assert!(!folder.path().join("disk.cert").exists());
    check(&folder, "certify disk.vhd --sign key.pub --certificate disk.cert", 2, "public key");
    check(&folder, "certify disk.vhd --sign key", 2, "--certificate");
    check(
        &folder,
        "certify disk.vhd --container-only --sign key --certificate disk.cert",
        2,
        "cannot be used",
    );
}

#[test]
fn a_key_is_never_overwritten_and_never_left_without_its_other_half() {
    let folder = folder();
    check(&folder, "keygen --out key", 0, "");
    let before = (read(&folder, "key"), read(&folder, "key.pub"));
    check(&folder, "keygen --out key", 1, "never overwritten");
    fs::remove_file(folder.path().join("key.pub")).unwrap();
    check(&folder, "keygen --out key", 1, "never overwritten");
    assert_eq!(read(&folder, "key"), before.0);
    assert!(!folder.path().join("key.pub").exists(), "half a pair was left");
    check(&folder, "keygen --out no/such/folder/key", 2, "no/such/folder");
}

#[test]
fn a_report_goes_to_a_file_in_any_form_whole_or_not_at_all() {
    let folder = folder();
    for (format, begins) in [
        ("text", "disk.vhd is not certified"),
        ("json", "{\n  \"verdict\": \"not_certified\""),
        ("sarif", "{\n"),
        ("junit", "<?xml"),
        ("html", "<!doctype html>"),
        ("self-test", "{\n"),
    ] {
        let output = halle(&folder, &format!("certify disk.vhd --format {format} --output report"));
        assert!(output.status.code() == Some(1) && said(&output).is_empty(), "{}", said(&output));
        assert!(read(&folder, "report").starts_with(begins), "{format}: {}", read(&folder, "report"));
        let printed = halle(&folder, &format!("certify disk.vhd --format {format}"));
        assert_eq!(String::from_utf8_lossy(&printed.stdout), read(&folder, "report"), "{format}");
    }
    let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(names.into_iter().all(|name| !name.to_string_lossy().contains(".part")));
    check(&folder, "certify disk.vhd --output no/such/report", 2, "no/such/report");
    check(&folder, "certify disk.vhd --output /dev/null", 1, "");
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
    check(&folder, "certify disk.vhd --quiet", 1, "");
    assert!(said(&halle(&folder, "certify disk.vhd --quiet")).is_empty());
}

#[test]
fn an_exception_certifies_until_its_last_day_and_the_certificate_says_so() {
    let folder = folder();
    let thresholds =
        "[thresholds]\nos_disk_size_bytes_min = 1073741824\nos_disk_size_bytes_usual = 1073741824\n";
    fs::write(folder.path().join("lax.toml"), read(&folder, "lax.toml") + thresholds).unwrap();
    check(&folder, "keygen --out key", 0, "");
    check(&folder, "certify disk.vhd --profile lax.toml", 1, "V08");
    let exception = "[[exception]]\nrule = \"V08\"\nreason = \"a small one by design\"\nuntil = 2999-01-01\nby = \"Ada\"\n";
    fs::write(folder.path().join("e.toml"), exception).unwrap();
    let with = "certify disk.vhd --profile lax.toml --exceptions e.toml";
    check(&folder, with, 0, "Accepted until 2999-01-01 by Ada: a small one by design");
    check(&folder, &format!("{with} --sign key --certificate c --quiet"), 0, "");
    check(&folder, "verify c disk.vhd --key key.pub", 0, "excepted: V08 until 2999-01-01 by Ada");
    fs::write(folder.path().join("e.toml"), exception.replace("2999", "2020")).unwrap();
    check(&folder, with, 1, "It ended with 2020-01-01");
    fs::write(folder.path().join("e.toml"), exception.replace("V08", "X08")).unwrap();
    check(&folder, with, 2, "no rule X08");
}

#[test]
fn a_report_is_compared_with_an_earlier_one() {
    let folder = folder();
    check(&folder, "certify disk.vhd --format json --lang fr --output before.json", 1, "");
    patch(&folder, "disk.vhd", (24 << 20) + 64, 0);
    check(
        &folder,
        "certify disk.vhd --baseline before.json",
        1,
        "  + V02  The footer's checksum is right: fails, was: holds",
    );
    check(&folder, "certify disk.vhd --baseline before.json --format json", 1, "\"comparison\": {");
    check(&folder, "certify disk.vhd --baseline before.json --format sarif", 1, "\"baselineState\": \"new\"");
    check(
        &folder,
        "certify disk.vhd --baseline before.json --format html",
        2,
        "in the formats text, json and sarif",
    );
    check(&folder, "certify disk.vhd --baseline disk.raw", 2, "disk.raw");
    check(&folder, "certify disk.vhd --baseline lax.toml", 2, "no report");
}

#[test]
fn the_sandbox_changes_nothing_about_the_report() {
    let folder = folder();
    for profile in ["azure", "strict", "lax.toml"] {
        let report = |more: &str| {
            halle(&folder, &format!("certify disk.vhd --profile {profile} --format json{more}")).stdout
        };
        assert_eq!(report(""), report(" --no-sandbox"), "{profile}");
    }
    check(&folder, "certify .", 2, "neither a file nor a block device");
    check(&folder, "certify none.vhd", 2, "none.vhd: No such file");
    fs::create_dir(folder.path().join("--odd")).unwrap();
    fs::rename(folder.path().join("disk.vhd"), folder.path().join("--odd/-- é.vhd")).unwrap();
    let odd = program().arg("certify").arg("./--odd/-- é.vhd").current_dir(folder.path()).output().unwrap();
    assert!(
        odd.status.code() == Some(1) && said(&odd).contains("-- é.vhd is not certified"),
        "{}",
        said(&odd)
    );
}

/// The children of a process.
fn children(parent: u32) -> Vec<i32> {
    let text = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
    text.split_whitespace().filter_map(|id| id.parse().ok()).collect()
}

#[test]
fn a_judging_process_that_is_killed_is_a_verdict_in_words() {
    let folder = folder();
    // Enough to read that there is time to end the one who reads.
    let large = OpenOptions::new().write(true).open(folder.path().join("disk.raw")).unwrap();
    let piece = vec![1; 16 << 20];
    (0..16).for_each(|n| large.write_all_at(&piece, (n + 2) << 24).unwrap());
    let certify = program()
        .args(["certify", "disk.raw"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let judging = loop {
        assert!(Path::new(&format!("/proc/{}/task", certify.id())).exists(), "it ended before anyone judged");
        if let Some(child) = children(certify.id()).first() {
            break *child;
        }
    };
    let judging = rustix::process::Pid::from_raw(judging).expect("a process");
    rustix::process::kill_process(judging, rustix::process::Signal::KILL).expect("it is ours");
    let output = certify.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("disk.raw could not be judged"), "{}", said(&output));
    assert!(said(&output).contains("was killed from outside"), "{}", said(&output));
}

#[test]
fn every_rule_explains_itself_in_both_languages_and_a_slip_finds_the_nearest() {
    let folder = folder();
    let listed = halle(&folder, "explain");
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let rules: Vec<&str> =
        listed.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).collect();
    assert!(rules.len() > 30 && listed.starts_with("The container\n"), "{listed}");
    for rule in [rules[0], rules[rules.len() - 1]] {
        check(&folder, &format!("explain {rule}"), 0, "What to do:");
        check(&folder, &format!("explain {} --lang fr", rule.to_lowercase()), 0, "Que faire :");
    }
    check(&folder, "explain L117", 2, "L17  Idle SSH");
    check(&folder, "explain nonsense", 2, "has no rule nonsense");
}

#[test]
fn an_image_is_judged_again_by_its_facts_when_its_disk_is_gone() {
    let folder = folder();
    let judged = halle(&folder, "certify disk.vhd --facts disk.facts --format json");
    assert_eq!(judged.status.code(), Some(1), "{}", said(&judged));
    let rights = fs::metadata(folder.path().join("disk.facts")).expect("facts").permissions().mode();
    assert_eq!(rights & 0o777, 0o600, "they hold what the image holds");
    check(&folder, "certify disk.vhd --facts same.facts --no-sandbox --quiet", 1, "");
    let [one, other] =
        ["disk.facts", "same.facts"].map(|name| fs::read(folder.path().join(name)).expect(name));
    assert!(one == other, "a sandbox changes no fact");
    fs::remove_file(folder.path().join("disk.vhd")).expect("it is ours");
    for manner in ["", " --no-sandbox"] {
        let again = halle(&folder, &format!("certify disk.facts --from-facts --format json{manner}"));
        assert_eq!((again.status.code(), again.stdout), (Some(1), judged.stdout.clone()));
    }
    check(&folder, "certify disk.facts --from-facts --profile lax.toml", 0, "disk.vhd is certified");
    check(
        &folder,
        "certify disk.facts --from-facts --sign key --certificate disk.cert",
        2,
        "cannot be used with",
    );
    check(&folder, "certify lax.toml --from-facts", 2, "holds no stored facts");
    patch(&folder, "same.facts", 60, b'!');
    check(&folder, "certify same.facts --from-facts", 2, "it is damaged");
}
