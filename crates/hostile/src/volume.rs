//! Everything that can be asked of a filesystem, and what its answers must keep to whatever the volume says.

use std::sync::Arc;

use disk::read_at::ReadAt;
use disk::tree::{ENTRIES_MAX, Extent, FAULTS_MAX, Kind, Laid, Node, Tree, Unreadable};

use crate::specimen::Changed;

/// How many files of a volume are read.
const FILES_MAX: usize = 48;
/// How many names are looked up.
const NAMES_MAX: usize = 48;
/// What is asked of a file at once.
const READ_BYTES: usize = 140_000;
/// What may be read of an image of a few megabytes by all that is asked here.
const BYTES_READ_MAX: u64 = 512 << 20;

/// Opens a changed volume by its reader and asks everything of it.
pub fn ask<T: Tree>(volume: Changed, open: impl Fn(Arc<dyn ReadAt>) -> Result<T, Unreadable>) {
    let volume = Arc::new(volume);
    if let Ok(tree) = open(volume.clone()) {
        ask_everything(&tree, volume.size_bytes());
    }
    let read = volume.bytes_read();
    assert!(read <= BYTES_READ_MAX, "{read} bytes were read");
}

/// Asks everything, and asserts that no answer leads out of the volume, that no name is a path, and that what is asked twice is
/// answered twice alike.
pub fn ask_everything(tree: &dyn Tree, volume_bytes: u64) {
    assert!(tree.size_bytes() <= volume_bytes, "a filesystem of {} bytes", tree.size_bytes());
    let _ = (tree.condition(), tree.usual_root(), tree.identity());
    let mut seen = Vec::new();
    let mut faults = 0;
    let swept = tree.sweep(
        &mut |laid: Laid<'_>| {
            check_extents(laid.extents, volume_bytes);
            if seen.len() < 4 * FILES_MAX {
                seen.push(laid.node.clone());
            }
        },
        &mut |_| faults += 1,
    );
    drop(swept);
    let mut last = 0;
    let _ = tree.free_space(&mut |from, to| {
        assert!(last <= from && from < to && to <= volume_bytes, "free from {from} to {to} after {last}");
        last = to;
    });
    // Those that are in use under a name come first, and directories and links before files.
    seen.sort_by_key(|node| (node.links == 0, node.kind == Kind::File));
    for node in seen.iter().take(FILES_MAX) {
        ask_of_node(tree, node, volume_bytes);
    }
    ask_names(tree);
}

fn check_extents(extents: &[Extent], volume_bytes: u64) {
    let mut last = 0;
    for extent in extents {
        let end = extent.device_offset.checked_add(extent.length);
        assert!(end.is_some_and(|end| end <= volume_bytes), "{extent:?} leads out of the volume");
        assert!(extent.file_offset >= last && extent.length > 0, "{extent:?} begins before {last}");
        last = extent.file_offset.checked_add(extent.length).expect("it ends");
    }
}

fn ask_of_node(tree: &dyn Tree, node: &Node, volume_bytes: u64) {
    match node.kind {
        Kind::Directory => {
            if let Ok(entries) = tree.list(node) {
                assert!(entries.len() <= ENTRIES_MAX);
                for entry in &entries {
                    check_name(&entry.name);
                }
            }
        }
        Kind::Symlink => {
            if let Ok(target) = tree.read_link(node) {
                assert!(target.len() <= 1 << 16, "a link of {} bytes", target.len());
            }
        }
        _ => {
            for offset in [0, 70_000, node.size_bytes / 2, node.size_bytes.saturating_sub(10), u64::MAX] {
                let Ok(bytes) = tree.read(node, offset, READ_BYTES) else { continue };
                let left = node.size_bytes.saturating_sub(offset);
                assert_eq!(bytes.len() as u64, left.min(READ_BYTES as u64), "of {node:?} at {offset}");
            }
        }
    }
    if let Ok(extents) = tree.extents(node) {
        check_extents(&extents, volume_bytes);
    }
    if let Ok(attributes) = tree.attributes(node) {
        let is_name = |name: &[u8]| !name.contains(&0);
        assert!(attributes.iter().all(|attribute| is_name(&attribute.name)), "an attribute's name holds NUL");
    }
}

fn ask_names(tree: &dyn Tree) {
    let Ok(names) = tree.names() else { return };
    assert!(names.faults.len() <= FAULTS_MAX);
    for inode in names.inodes().take(NAMES_MAX) {
        let path = names.path(inode).expect("what has a name has a path");
        assert!(path.starts_with(b"/") && !path.contains(&0), "{:?}", String::from_utf8_lossy(&path));
        // The root alone has a path without a name.
        if let Some(name) = names.name(inode).filter(|_| path != b"/") {
            check_name(name);
        }
        let path = String::from_utf8_lossy(&path);
        let _ = (tree.look_up_itself(&path), tree.look_up(&path));
    }
    for path in ["/etc/os-release", "/loop", "/sub/../../link", "/Windows/System32/config/SYSTEM"] {
        let _ = tree.look_up(path);
    }
}

/// A name is one step of a path, whatever stands on the disk.
fn check_name(name: &[u8]) {
    let shown = String::from_utf8_lossy(name);
    assert!(!name.is_empty() && name != b"." && name != b"..", "{shown:?} is no name");
    assert!(!name.contains(&0) && !name.contains(&b'/'), "{shown:?} is no name");
}
