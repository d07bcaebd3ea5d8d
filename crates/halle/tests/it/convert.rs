//! `halle convert` at the desk: what it makes is certified, what it refuses leaves nothing behind.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

fn halle(folder: &Path, arguments: &[&str]) -> Output {
    let program = std::env::var_os("HALLE_TEST_BINARY").unwrap_or_else(|| env!("CARGO_BIN_EXE_halle").into());
    Command::new(program).args(arguments).current_dir(folder).output().expect("the program starts")
}

/// A folder with `disk.raw`: 24 MiB and a sector, with a boot record and some data.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let mut disk = vec![0; (24 << 20) + 512];
    disk[446..462].copy_from_slice(b"\x80\0\x02\0\x83\0\0\0\0\x08\0\0\0\x10\0\0");
    disk[510..512].copy_from_slice(b"\x55\xaa");
    disk[3 << 20..4 << 20].fill(7);
    fs::write(folder.path().join("disk.raw"), disk).expect("room for a disk");
    folder
}

#[track_caller]
fn img(folder: &Path, arguments: &str) {
    let status = Command::new("qemu-img").args(arguments.split_whitespace()).current_dir(folder).output();
    assert!(status.expect("qemu-utils is installed").status.success(), "qemu-img {arguments}");
}

#[track_caller]
fn check(output: &Output, code: i32, words: &str) {
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.code() == Some(code) && said.contains(words), "{:?}: {said}", output.status);
}

#[test]
fn every_container_becomes_a_vhd_whose_container_is_sound() {
    let folder = folder();
    let at = folder.path();
    let kinds = ["vpc -o subformat=dynamic,force_size=on", "vhdx", "qcow2", "qcow2 -c"];
    let mut made = Vec::new();
    for kind in ["raw"].iter().chain(&kinds) {
        img(at, &format!("convert -f raw -O {kind} disk.raw a.image"));
        check(&halle(at, &["convert", "a.image", "a.vhd", "--force"]), 0, "fixed VHD of 25.00 MiB");
        check(&halle(at, &["convert", "a.image", "large.vhd", "--force", "--size-up=30G"]), 0, "enlarged");
        check(&halle(at, &["certify", "--container-only", "large.vhd"]), 0, "is sound");
        made.push(fs::read(at.join("a.vhd")).unwrap());
    }
    assert!(made.iter().all(|vhd| *vhd == made[0]), "the same disk gives the same bytes");
}

#[test]
fn the_output_is_only_overwritten_by_force_and_nothing_is_left_beside_it() {
    let folder = folder();
    let at = folder.path();
    fs::write(at.join("a.vhd"), "mine").unwrap();
    fs::write(at.join("a.vhd.part"), "left behind by a crash").unwrap();
    check(&halle(at, &["convert", "disk.raw", "a.vhd"]), 1, "--force");
    assert_eq!(fs::read(at.join("a.vhd")).unwrap(), b"mine");
    check(&halle(at, &["convert", "disk.raw", "a.vhd", "--force", "--quiet", "--size-up=40M"]), 0, "");
    assert_eq!(fs::metadata(at.join("a.vhd")).unwrap().len(), (40 << 20) + 512);
    assert!(!at.join("a.vhd.part").exists());
}

#[test]
fn what_is_refused_and_what_fails_leaves_no_output() {
    let folder = folder();
    let at = folder.path();
    img(at, "create -f qcow2 -u -b /etc/passwd -F raw a.qcow2 10M");
    check(&halle(at, &["convert", "a.qcow2", "a.vhd"]), 1, "a backing file, “/etc/passwd”");
    check(&halle(at, &["convert", ".", "a.vhd"]), 1, "neither a file nor a block device");
    check(&halle(at, &["convert", "absent", "a.vhd"]), 2, "No such file");
    check(&halle(at, &["convert", "disk.raw", "absent/a.vhd"]), 2, "No such file");
    let mut names: Vec<_> = fs::read_dir(at).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["a.qcow2", "disk.raw"]);
}
