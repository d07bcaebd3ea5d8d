//! Debian's qemu-img and qemu-io, which make the specimens and say what is in them.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::Arc;

use tempfile::TempDir;

use crate::container;
use crate::read_at::{FileImage, ReadAt};
use crate::tree::Unreadable;

pub const MIB: u64 = 1 << 20;

/// A folder in which the peers work.
pub struct Bench {
    folder: TempDir,
}

impl Bench {
    pub fn new() -> Bench {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        Bench { folder: folder.expect("a temporary directory") }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).expect("the file was just made")
    }

    pub fn put(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).expect("room for a specimen");
    }

    pub fn run(&self, program: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.folder.path()).output().expect("qemu-utils is installed")
    }

    /// `qemu-img`, with arguments between spaces.
    #[track_caller]
    pub fn img(&self, arguments: &str) -> String {
        let output = self.run("qemu-img", &arguments.split_whitespace().collect::<Vec<_>>());
        assert!(output.status.success(), "qemu-img {arguments}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// `qemu-io` with one command after the other. It is not asked how it went: to end without closing the file is one of them.
    pub fn io(&self, file: &str, commands: &[&str]) {
        let mut arguments: Vec<&str> = commands.iter().flat_map(|command| ["-c", command]).collect();
        arguments.push(file);
        self.run("qemu-io", &arguments);
    }

    /// What the peer finds in an image.
    #[track_caller]
    pub fn raw_of(&self, name: &str) -> Vec<u8> {
        self.img(&format!("convert -O raw {name} peer.raw"));
        self.bytes("peer.raw")
    }

    pub fn open(&self, name: &str) -> Result<Arc<dyn ReadAt>, Unreadable> {
        let file = Arc::new(FileImage::open(&self.path(name)).expect("the file was just made"));
        let found = container::recognise(&file)?;
        container::open(file, &found)
    }

    /// Makes `disk.raw`, a disk of odd size: a boot record, data of all lengths, holes, written zeros, data at the very end.
    pub fn disk(&self) -> Vec<u8> {
        let mut disk = vec![0; 13 * MIB as usize + 3 * 512];
        let length = disk.len();
        for (from, to) in [(0, 5000), (70_000, 70_001), (MIB as usize, 3 * MIB as usize + 77)] {
            fill(&mut disk[from..to], from as u64);
        }
        fill(&mut disk[6 * MIB as usize - 4096..][..70_000], 9);
        disk[9 * MIB as usize..][..300_000].fill(b'x');
        fill(&mut disk[length - 512..], 5);
        disk[446..510].fill(0);
        disk[446..462].copy_from_slice(b"\x80\0\x02\0\x83\0\0\0\0\x08\0\0\0\x10\0\0");
        disk[510..512].copy_from_slice(b"\x55\xaa");
        self.put("disk.raw", &disk);
        disk
    }
}

/// Bytes that do not pack well, the same at every run.
pub fn fill(bytes: &mut [u8], seed: u64) {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for byte in bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        *byte = state as u8;
    }
}

/// Opens a container in memory.
pub fn open_bytes(bytes: Vec<u8>) -> Result<Arc<dyn ReadAt>, Unreadable> {
    let source = Arc::new(bytes);
    let found = container::recognise(&source)?;
    container::open(source, &found)
}

/// Checks that the disk in an image is what the peer finds there: read whole, read in odd pieces, and by its holes.
#[track_caller]
pub fn check(bench: &Bench, name: &str) {
    let expected = bench.raw_of(name);
    let disk = bench.open(name).expect("a sound image opens");
    assert_eq!(disk.size_bytes(), expected.len() as u64);
    same(&*disk, &expected);
}

#[track_caller]
pub fn same(disk: &dyn ReadAt, expected: &[u8]) {
    let size = expected.len();
    let mut bytes = vec![1; size];
    disk.read_exact_at(0, &mut bytes).expect("it reads whole");
    let differs = bytes.iter().zip(expected).position(|(found, wanted)| found != wanted);
    assert_eq!(differs, None, "the first byte that differs");
    for (from, length) in
        [(1, 1), (511, 2), (65_535, 70_000), (MIB as usize - 7, 2_000_003), (size - 600, 600)]
    {
        let mut piece = vec![1; length];
        disk.read_exact_at(from as u64, &mut piece).expect("a piece reads");
        assert!(piece == expected[from..from + length], "{length} bytes at {from}");
    }
    assert!(disk.read_exact_at(size as u64, &mut [0]).is_err(), "there is nothing past the end");
    let mut at = 0;
    while let Some((from, to)) = disk.next_data(at as u64).expect("holes are told") {
        let (from, to) = (from as usize, to as usize);
        assert!(at <= from && from < to && to <= size, "{from} {to}");
        assert!(expected[at..from].iter().all(|byte| *byte == 0), "a hole before {from} holds bytes");
        at = to;
    }
    assert!(expected[at..].iter().all(|byte| *byte == 0), "the last hole holds bytes");
}

/// Reads some of whatever opens, as a careless reader would. There is nothing to check but that it ends.
pub fn wander(bytes: Vec<u8>) {
    let Ok(disk) = open_bytes(bytes) else { return };
    let mut at = 0;
    let mut buffer = vec![0; 100_000];
    for _ in 0..64 {
        let Ok(Some((from, to))) = disk.next_data(at) else { return };
        assert!(at <= from && from < to && to <= disk.size_bytes());
        let length = buffer.len().min((to - from) as usize);
        let _ = disk.read_exact_at(from, &mut buffer[..length]);
        at = to;
    }
}
