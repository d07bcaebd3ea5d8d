//! A system's files as it sees them itself: several filesystems, or several parts of one, each at its place in the tree.
//!
//! What `/etc/fstab` mounts is looked for among the volumes of the disk. What lies on another disk, or is made at boot, is not
//! there, and neither is it in a customer's machine before it was made.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use disk::partitions::{Partition, Table};
use disk::signature::Volume;
use disk::tree::{
    Attribute, Condition, Entry, Extent, Identity, Kind, LINKS_MAX, Names, Node, OnFault, Tree, Unreadable,
    Visit,
};

use crate::finding::Undecided;
use crate::linux::root::{Root, settings};
use crate::volumes::VolumeFacts;

pub const FSTAB: &str = "/etc/fstab";

/// More mounts than this are not followed; no image has so many.
const MOUNTS_MAX: usize = 64;

/// More directories than this at the top of a Btrfs are not tried as roots.
const TRIED_MAX: usize = 64;

/// Numbers of files on other filesystems than that of the root begin here. No reader's own are so high.
const OTHERS: u64 = 1 << 63;

/// A place in a system's tree, and what is mounted there: a tree from some directory on.
struct Mount {
    at: Vec<String>,
    tree: Arc<dyn Tree>,
    from: Vec<String>,
}

/// Several trees as one. What concerns a filesystem as a whole is that of the root.
pub struct Mounts {
    /// That of the root first.
    mounts: Vec<Mount>,
    others: Mutex<Others>,
}

/// The files of other filesystems that were asked for, by the numbers they were given here.
#[derive(Default)]
struct Others {
    found: Vec<(usize, u64)>,
    numbers: HashMap<(usize, u64), u64>,
}

fn components(path: &str) -> Vec<String> {
    path.split('/').filter(|part| !part.is_empty() && *part != ".").map(str::to_owned).collect()
}

/// The roots of systems on a volume: where it is mounted when nobody says which part, or else, on a Btrfs, any directory at its top.
pub fn roots(volume: &VolumeFacts) -> Vec<Root> {
    let Some(tree) = volume.files() else { return Vec::new() };
    let Ok(usual) = tree.usual_root() else { return Vec::new() };
    let usual = components(&String::from_utf8_lossy(&usual));
    let root = rooted(tree, usual);
    if has_a_system(&root) {
        return vec![root];
    }
    if volume.kind != Volume::Btrfs {
        return Vec::new();
    }
    let entries = tree.root().and_then(|top| tree.list(&top)).unwrap_or_default();
    let directories = entries.into_iter().filter(|entry| entry.kind == Kind::Directory).take(TRIED_MAX);
    directories
        .map(|entry| rooted(tree, vec![String::from_utf8_lossy(&entry.name).into_owned()]))
        .filter(has_a_system)
        .collect()
}

/// The files of a tree from some directory on.
fn rooted(tree: &Arc<dyn Tree>, from: Vec<String>) -> Root {
    if from.is_empty() {
        return Root::new(tree.clone());
    }
    Root::of(Mounts::new(vec![Mount { at: Vec::new(), tree: tree.clone(), from }]))
}

/// Whether a filesystem looks like the root of a Linux system.
pub fn has_a_system(root: &Root) -> bool {
    let has = |path: &str| matches!(root.node(path), Ok(Some(_)));
    has("/etc/os-release") || has("/etc/passwd") && (has("/sbin/init") || has("/bin/sh"))
}

/// The root with all that its own table mounts from the volumes of the disk.
pub fn mounted(
    root: Root,
    on: &VolumeFacts,
    volumes: &[VolumeFacts],
    table: &Table,
) -> Result<Root, Undecided> {
    let fstab = root.text(FSTAB)?.unwrap_or_default();
    let mut mounts = vec![Mount { at: Vec::new(), tree: root.shared(), from: Vec::new() }];
    let root_device = lines(&fstab).find(|[_, at, ..]| *at == "/").map(|[device, ..]| device);
    for [device, at, _, options] in lines(&fstab).take(MOUNTS_MAX) {
        let at = components(at);
        if at.is_empty() || at.iter().any(|part| part == "..") {
            continue;
        }
        let found = match Some(device) == root_device {
            true => Some(on),
            false => volumes.iter().find(|volume| is_called(volume, table, device)),
        };
        let Some((volume, tree)) = found.and_then(|volume| Some((volume, volume.files()?))) else { continue };
        let part = options.split(',').find_map(|option| option.strip_prefix("subvol="));
        let from = match part {
            Some(part) if volume.kind == Volume::Btrfs => components(part),
            _ => components(&String::from_utf8_lossy(&tree.usual_root().unwrap_or_default())),
        };
        // A filesystem mounted at several places, as a whole, would have no end.
        if volume.number != on.number || part.is_some() {
            mounts.push(Mount { at, tree: tree.clone(), from });
        }
    }
    if mounts.len() == 1 {
        return Ok(root);
    }
    Ok(Root::of(Mounts::new(mounts)))
}

/// The lines that mount something: device, place, kind and options.
fn lines(fstab: &str) -> impl Iterator<Item = [&str; 4]> {
    settings(fstab).filter_map(|(_, line)| {
        let mut fields = line.split_whitespace();
        let (device, at, kind) = (fields.next()?, fields.next()?, fields.next()?);
        at.starts_with('/').then_some([device, at, kind, fields.next().unwrap_or("")])
    })
}

/// Whether a table of mounts means this volume.
fn is_called(volume: &VolumeFacts, table: &Table, device: &str) -> bool {
    let device = device.replace('"', "");
    let partition = || table.partitions.iter().find(|partition| partition.index == volume.number);
    let identity = || volume.files().map(|tree| tree.identity()).unwrap_or_default();
    if let Some(uuid) = device.strip_prefix("UUID=").or(device.strip_prefix("/dev/disk/by-uuid/")) {
        return !uuid.is_empty() && identity().uuid.eq_ignore_ascii_case(uuid);
    }
    if let Some(label) = device.strip_prefix("LABEL=").or(device.strip_prefix("/dev/disk/by-label/")) {
        return !label.is_empty() && identity().label == label.as_bytes();
    }
    if let Some(uuid) = device.strip_prefix("PARTUUID=") {
        return partition().is_some_and(|partition| partition.unique.to_string().eq_ignore_ascii_case(uuid));
    }
    if let Some(label) = device.strip_prefix("PARTLABEL=") {
        return partition().is_some_and(|Partition { name, .. }| !name.is_empty() && name == label);
    }
    let Some(node) = device.strip_prefix("/dev/") else { return false };
    match &volume.name {
        // The device mapper joins group and volume by a hyphen, and doubles those in their names.
        Some(name) => {
            let mapped = name.replace('-', "--").replacen('/', "-", 1);
            node == name || node.strip_prefix("mapper/") == Some(&mapped)
        }
        None => disk_partition(node) == Some(volume.number),
    }
}

/// The number of a partition of the first disk: `sda2`, `vda2`, `xvda2`, `nvme0n1p2`.
fn disk_partition(node: &str) -> Option<u32> {
    let firsts = ["sda", "vda", "xvda", "hda", "nvme0n1p", "mmcblk0p"];
    firsts.iter().find_map(|first| node.strip_prefix(first)?.parse().ok())
}

impl Mounts {
    fn new(mounts: Vec<Mount>) -> Mounts {
        Mounts { mounts, others: Mutex::default() }
    }

    /// Which mount a path without links lies on, and its path there. Of two at one place the later hides the earlier.
    fn place(&self, way: &[String]) -> (usize, String) {
        let holds = |(_, mount): &(usize, &Mount)| way.starts_with(&mount.at);
        let deepest =
            self.mounts.iter().enumerate().filter(holds).max_by_key(|(n, mount)| (mount.at.len(), *n));
        let (n, mount) = deepest.expect("the mount of the root holds every path");
        let inner: Vec<&str> = mount.from.iter().chain(&way[mount.at.len()..]).map(String::as_str).collect();
        (n, format!("/{}", inner.join("/")))
    }

    fn resolve(&self, path: &str, follow_last: bool) -> Result<Option<Node>, Unreadable> {
        let mut ahead: Vec<String> = path.split('/').rev().map(str::to_owned).collect();
        let mut way: Vec<String> = Vec::new();
        let mut links = 0;
        let mut here = self.at(&way)?;
        while let Some(component) = ahead.pop() {
            match component.as_str() {
                "" | "." => continue,
                ".." => drop(way.pop()),
                _ => way.push(component),
            }
            here = self.at(&way)?;
            let Some((mount, node)) = &here else { return Ok(None) };
            let is_last = ahead.iter().all(String::is_empty);
            if node.kind == Kind::Symlink && (follow_last || !is_last) {
                links += 1;
                if links > LINKS_MAX {
                    return Ok(None);
                }
                let target = self.mounts[*mount].tree.read_link(node)?;
                let target = String::from_utf8_lossy(&target);
                way.pop();
                if target.is_empty() {
                    return Ok(None);
                }
                if target.starts_with('/') {
                    way.clear();
                }
                ahead.extend(target.split('/').rev().map(str::to_owned));
                here = self.at(&way)?;
            } else if node.kind != Kind::Directory && !is_last {
                return Ok(None);
            }
        }
        Ok(here.map(|(mount, node)| self.outside(mount, node)))
    }

    /// The mount and the node there of a path without links.
    fn at(&self, way: &[String]) -> Result<Option<(usize, Node)>, Unreadable> {
        let (mount, inner) = self.place(way);
        Ok(self.mounts[mount].tree.look_up_itself(&inner)?.map(|node| (mount, node)))
    }

    /// The number by which a file of a mount is known here.
    fn number(&self, mount: usize, inode: u64) -> u64 {
        if Arc::ptr_eq(&self.mounts[mount].tree, &self.mounts[0].tree) {
            return inode;
        }
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = others.numbers.get(&(mount, inode)) {
            return *number;
        }
        let number = OTHERS + others.found.len() as u64;
        others.found.push((mount, inode));
        others.numbers.insert((mount, inode), number);
        number
    }

    fn outside(&self, mount: usize, node: Node) -> Node {
        Node { inode: self.number(mount, node.inode), ..node }
    }

    /// The mount of a file, and the file as it is known there.
    fn inside(&self, node: &Node) -> Result<(usize, Node), Unreadable> {
        let (mount, inode) = self.find(node.inode)?;
        Ok((mount, Node { inode, ..node.clone() }))
    }

    fn find(&self, number: u64) -> Result<(usize, u64), Unreadable> {
        let Some(index) = number.checked_sub(OTHERS) else { return Ok((0, number)) };
        let others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let found = usize::try_from(index).ok().and_then(|index| others.found.get(index).copied());
        found.ok_or(Unreadable::Damaged { what: "inode number", offset: 0 })
    }

    fn first(&self) -> &dyn Tree {
        &*self.mounts[0].tree
    }
}

impl Tree for Mounts {
    fn size_bytes(&self) -> u64 {
        self.first().size_bytes()
    }

    fn condition(&self) -> Result<Condition, Unreadable> {
        self.first().condition()
    }

    fn identity(&self) -> Identity {
        self.first().identity()
    }

    fn usual_root(&self) -> Result<Vec<u8>, Unreadable> {
        Ok(b"/".to_vec())
    }

    fn root(&self) -> Result<Node, Unreadable> {
        let missing = Unreadable::Damaged { what: "root directory", offset: 0 };
        self.resolve("/", true)?.ok_or(missing)
    }

    fn look_up(&self, path: &str) -> Result<Option<Node>, Unreadable> {
        self.resolve(path, true)
    }

    fn look_up_itself(&self, path: &str) -> Result<Option<Node>, Unreadable> {
        self.resolve(path, false)
    }

    fn list(&self, directory: &Node) -> Result<Vec<Entry>, Unreadable> {
        let (mount, directory) = self.inside(directory)?;
        let mut entries = self.mounts[mount].tree.list(&directory)?;
        for entry in &mut entries {
            entry.inode = self.number(mount, entry.inode);
        }
        Ok(entries)
    }

    fn node(&self, inode: u64) -> Result<Node, Unreadable> {
        let (mount, inode) = self.find(inode)?;
        Ok(self.outside(mount, self.mounts[mount].tree.node(inode)?))
    }

    fn read(&self, file: &Node, offset: u64, limit: usize) -> Result<Vec<u8>, Unreadable> {
        let (mount, file) = self.inside(file)?;
        self.mounts[mount].tree.read(&file, offset, limit)
    }

    fn read_link(&self, link: &Node) -> Result<Vec<u8>, Unreadable> {
        let (mount, link) = self.inside(link)?;
        self.mounts[mount].tree.read_link(&link)
    }

    fn extents(&self, file: &Node) -> Result<Vec<Extent>, Unreadable> {
        let (mount, file) = self.inside(file)?;
        self.mounts[mount].tree.extents(&file)
    }

    fn attributes(&self, file: &Node) -> Result<Vec<Attribute>, Unreadable> {
        let (mount, file) = self.inside(file)?;
        self.mounts[mount].tree.attributes(&file)
    }

    fn names(&self) -> Result<Names, Unreadable> {
        self.first().names()
    }

    fn sweep(&self, visit: &mut Visit<'_>, fault: &mut OnFault<'_>) -> Result<(), Unreadable> {
        self.first().sweep(visit, fault)
    }

    fn free_space(&self, visit: &mut dyn FnMut(u64, u64)) -> Result<(), Unreadable> {
        self.first().free_space(visit)
    }
}

#[cfg(test)]
mod tests {
    use disk::tree::memory::Folder;

    use super::*;

    fn mount(at: &str, from: &str, files: &[(&str, &str)]) -> Mount {
        Mount { at: components(at), tree: Arc::new(Folder::of(files)), from: components(from) }
    }

    fn system() -> Root {
        Root::of(Mounts::new(vec![
            mount(
                "/",
                "/parts/root",
                &[
                    ("/parts/root/etc/passwd", "root"),
                    ("/parts/root/home/hidden", "under the mount"),
                    ("/parts/root/to-user", "-> /home/user/file"),
                    ("/parts/root/srv", "-> home/../data"),
                    ("/parts/root/data/x", "of the root"),
                    ("/outside", "the rest of the filesystem"),
                    ("/parts/root/escape", "-> ../../../../outside"),
                    ("/parts/root/loop", "-> loop"),
                ],
            ),
            mount("/home", "/", &[("/user/file", "of another"), ("/user/back", "-> ../../etc/passwd")]),
            mount("/data", "/deep", &[("/deep/x", "the earlier"), ("/x", "the top")]),
            mount("/data", "/deep", &[("/deep/x", "the later")]),
        ]))
    }

    /// Checks what stands at a path; nothing stands for no such file.
    #[track_caller]
    fn check(path: &str, expected: &str) {
        assert_eq!(system().text(path).unwrap().unwrap_or_default(), expected, "{path}");
    }

    #[test]
    fn a_path_is_followed_from_one_filesystem_to_the_next_and_back() {
        check("/etc/passwd", "root");
        check("/home/user/file", "of another");
        check("/to-user", "of another");
        check("/home/user/back", "root");
        check("/srv/x", "the later");
        check("/home/../data/./x", "the later");
        check("/../../home/user/file", "of another");
    }

    #[test]
    fn what_a_mount_hides_or_leaves_outside_is_not_there() {
        check("/home/hidden", "");
        check("/outside", "");
        check("/escape", "");
        check("/parts/root/etc/passwd", "");
        check("/loop", "");
        check("/etc/passwd/x", "");
    }

    #[test]
    fn directories_of_every_filesystem_are_listed_and_their_files_told_apart() {
        let root = system();
        assert_eq!(root.names("/home").unwrap(), ["user"]);
        assert_eq!(root.names("/home/user").unwrap(), ["back", "file"]);
        let nodes =
            ["/home/user/file", "/data/x", "/etc/passwd"].map(|path| root.node(path).unwrap().unwrap());
        let texts = nodes.each_ref().map(|node| root.tree().read(node, 0, 100).unwrap());
        assert_eq!(texts, [&b"of another"[..], b"the later", b"root"]);
        for node in &nodes {
            assert_eq!(root.tree().node(node.inode).unwrap(), *node);
        }
    }

    #[test]
    fn devices_of_a_table_of_mounts_are_partitions_of_the_first_disk() {
        assert_eq!(
            ["sda2", "vda15", "nvme0n1p3", "xvda1"].map(disk_partition),
            [Some(2), Some(15), Some(3), Some(1)]
        );
        assert_eq!(["sdb2", "vda", "sr0", "sda2x"].map(disk_partition), [None; 4]);
    }
}
