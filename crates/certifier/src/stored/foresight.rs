//! What no rule asks for today and a later one may: looked at while the disk is at hand, so that it is kept.
//!
//! Nothing that is found here counts for anything, and what cannot be read is passed over.

use disk::tree::{Kind, Node, Tree};

use super::recorder::Recorder;
use crate::facts::Disk;

/// When so much is kept of an image, nothing more is looked at ahead.
const KEPT_BYTES_USUAL: usize = 24 << 20;

/// Larger files are programs and data, which rules hardly ever ask for.
const FILE_BYTES_MAX: u64 = 64 << 10;
/// Package databases are worth more.
const DATABASE_BYTES_MAX: u64 = 4 << 20;
const NAMES_MAX: usize = 20_000;

/// How deep a folder is gone through, and whether its small files are read too.
struct Wish {
    folder: &'static str,
    depth: u32,
    with_files: bool,
}

const fn names(folder: &'static str, depth: u32) -> Wish {
    Wish { folder, depth, with_files: false }
}

const fn files(folder: &'static str, depth: u32) -> Wish {
    Wish { folder, depth, with_files: true }
}

/// The dearest first.
const WISHES: &[Wish] = &[
    files("/etc", 6),
    files("/usr/lib/systemd/system", 2),
    files("/lib/systemd/system", 2),
    files("/usr/etc", 4),
    files("/boot/grub", 0),
    files("/boot/grub2", 0),
    files("/boot/loader", 1),
    files("/loader", 1),
    names("/", 0),
    names("/boot", 2),
    names("/EFI", 3),
    names("/root", 2),
    names("/home", 2),
    names("/var", 2),
    names("/opt", 2),
    names("/srv", 2),
    names("/usr/local", 2),
    names("/usr/lib/modules", 1),
    names("/lib/modules", 1),
    names("/usr/bin", 0),
    names("/usr/sbin", 0),
    names("/bin", 0),
    names("/sbin", 0),
    names("/Windows", 0),
    names("/Windows/System32", 0),
    names("/Windows/System32/config", 0),
    names("/Windows/Panther", 1),
    names("/Users", 2),
    names("/Program Files", 1),
];

const DATABASES: &[&str] = &["/var/lib/dpkg/status", "/lib/apk/db/installed", "/usr/lib/os-release"];

/// Looks at what may be wanted on every volume whose files can be read.
pub fn look(disk: &Disk, recorder: &Recorder) {
    for tree in disk.volumes.iter().filter_map(|volume| volume.tree.as_ref()?.as_ref().ok()) {
        let mut looker = Looker { tree: &**tree, recorder, names: 0 };
        for path in DATABASES {
            looker.file(path, DATABASE_BYTES_MAX);
        }
        for wish in WISHES {
            looker.wish(wish);
        }
    }
}

struct Looker<'a> {
    tree: &'a dyn Tree,
    recorder: &'a Recorder,
    names: usize,
}

impl Looker<'_> {
    fn has_enough(&self) -> bool {
        self.recorder.kept_bytes() >= KEPT_BYTES_USUAL || self.names >= NAMES_MAX
    }

    fn file(&self, path: &str, limit: u64) {
        if let Ok(Some(node)) = self.tree.look_up(path) {
            self.bytes(&node, limit);
        }
    }

    fn bytes(&self, node: &Node, limit: u64) {
        if node.kind == Kind::File && node.size_bytes <= limit {
            // The limit fits any usize.
            let _ = self.tree.read(node, 0, node.size_bytes as usize);
        }
    }

    fn wish(&mut self, wish: &Wish) {
        let Ok(Some(folder)) = self.tree.look_up(wish.folder) else { return };
        let mut ahead = vec![(folder, 0)];
        while let Some((folder, depth)) = ahead.pop() {
            if folder.kind != Kind::Directory || self.has_enough() {
                continue;
            }
            let Ok(entries) = self.tree.list(&folder) else { continue };
            for entry in entries {
                self.names += 1;
                if self.has_enough() {
                    return;
                }
                let Ok(node) = self.tree.node(entry.inode) else { continue };
                match node.kind {
                    Kind::Directory if depth < wish.depth => ahead.push((node, depth + 1)),
                    Kind::File if wish.with_files => self.bytes(&node, FILE_BYTES_MAX),
                    Kind::Symlink => {
                        let _ = self.tree.read_link(&node);
                    }
                    _ => {}
                }
            }
        }
    }
}
