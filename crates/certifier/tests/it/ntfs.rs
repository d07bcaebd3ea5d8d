//! What lies on a volume of Windows beside a system is searched like everything else: also where no directory shows it, and
//! packed.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use certifier::finding::Verdict;
use certifier::profile::Profile;
use certifier::report::Report;
use tempfile::TempDir;

use crate::faults::{ROOT_LINE, eicar, patch, table};
use crate::specimen::{ESP_LINE, MIB, Specimen};

const AT: u64 = 65 * MIB;
const SIZE_BYTES: u64 = 4 * MIB;
const BASIC_DATA: &str = "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7";

/// A new NTFS that holds these files, each with a stream's name if it is to be one.
struct Volume {
    folder: TempDir,
}

impl Volume {
    #[track_caller]
    fn new(options: &[&str], files: &[(&str, Option<&str>, &[u8])]) -> Volume {
        let volume = Volume { folder: tempfile::tempdir().expect("a folder") };
        let (image, source) = (volume.image(), volume.folder.path().join("source"));
        // The last sector of a partition is the copy of the first.
        File::create(&image).expect("a new file").set_len(SIZE_BYTES).expect("a long file");
        let quiet = ["--force", "--quick", "--quiet", "--cluster-size", "4096"];
        run(Command::new("/usr/sbin/mkntfs").args(quiet).args(options).arg(&image));
        for (path, stream, bytes) in files {
            fs::write(&source, bytes).expect("room for a file");
            let stream = stream.map(|name| ["--attr-name", name]);
            let mut command = Command::new("/usr/sbin/ntfscp");
            command.args(["--quiet", "--force"]).args(stream.iter().flatten());
            run(command.args([&image, &source, Path::new(path)]));
        }
        volume
    }

    fn image(&self) -> std::path::PathBuf {
        self.folder.path().join("volume")
    }

    /// Certifies a system that has this volume beside it.
    fn certify(&self) -> Report {
        let line = format!("start=133120,size={},type={BASIC_DATA}\n", SIZE_BYTES / 512);
        let mut specimen = table(Specimen::clean(), &format!("label: gpt\n{ESP_LINE}{ROOT_LINE}{line}"));
        let bytes = fs::read(self.image()).expect("it was just made");
        for (n, piece) in (0..).zip(bytes.chunks(4096)) {
            if piece.iter().any(|byte| *byte != 0) {
                specimen = patch(specimen, AT + n * 4096, piece);
            }
        }
        specimen.build().certify(&Profile::kvm())
    }
}

#[track_caller]
fn run(command: &mut Command) {
    let out = command.output().unwrap_or_else(|why| panic!("{command:?}, of ntfs-3g: {why}"));
    assert!(out.status.success(), "{command:?}: {}", String::from_utf8_lossy(&out.stderr));
}

/// Text with the signature in it, as long as to lie in clusters.
fn infected() -> (Vec<u8>, u64) {
    let before: Vec<u8> = (0..3000).flat_map(|n| format!("line {n} of something\n").into_bytes()).collect();
    let at = before.len() as u64;
    ([before, eicar(), vec![b'.'; 5000]].concat(), at)
}

#[track_caller]
fn check(volume: &Volume, expected: &[(&str, u64)]) {
    let report = volume.certify();
    let judged = report.rule("M01").expect("a rule");
    assert_eq!(judged.verdict, Verdict::Fail, "{judged:#?}");
    let mut found: Vec<_> = judged
        .evidence
        .iter()
        .map(|piece| (piece.path.as_deref().unwrap_or("nowhere"), piece.offset.unwrap_or(0)))
        .filter(|(path, _)| *path != "/$MFT")
        .collect();
    found.sort_unstable();
    assert_eq!(found, expected, "{judged:#?}");
}

#[test]
fn malware_is_found_in_files_and_in_streams_that_no_directory_shows() {
    let (bytes, at) = infected();
    let volume = Volume::new(
        &[],
        &[
            ("/harmless.txt", None, b"nothing"),
            ("/harmless.txt", Some("beside it"), &bytes),
            ("/harmless.txt", Some("in the record"), &eicar()),
            ("/test.com", None, &eicar()),
        ],
    );
    let expected = [("/harmless.txt:beside it", at), ("/harmless.txt:in the record", 0), ("/test.com", 0)];
    check(&volume, &expected);
}

#[test]
fn malware_is_found_in_a_file_that_the_filesystem_packs() {
    let (bytes, at) = infected();
    let volume = Volume::new(&["--enable-compression"], &[("/packed.txt", None, &bytes)]);
    let image = fs::read(volume.image()).expect("it was just made");
    assert!(!image.windows(68).any(|window| window == eicar()), "it does not lie there as it is");
    check(&volume, &[("/packed.txt", at)]);
}
