//! The files of the image as a value: sorted, with owners and modes, independent of the machine that builds.

use std::collections::BTreeMap;

/// What stands at a path.
#[derive(Clone)]
pub enum What {
    Folder,
    File(Vec<u8>),
    Symlink(String),
}

#[derive(Clone)]
pub struct Node {
    pub what: What,
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
}

/// Paths have no leading slash. A folder stands before what is in it, because paths are sorted.
#[derive(Default)]
pub struct Tree {
    nodes: BTreeMap<String, Node>,
}

/// Folders of old that are links into /usr today.
const MERGED: &[&str] = &["bin", "sbin", "lib", "lib64"];

impl Tree {
    /// A tree in which /bin, /sbin, /lib and /lib64 are links into /usr.
    pub fn merged() -> Tree {
        let mut tree = Tree::default();
        for name in MERGED {
            tree.folder(&format!("usr/{name}"));
            tree.nodes.insert((*name).to_owned(), Node::root(What::Symlink(format!("usr/{name}")), 0o777));
        }
        tree
    }

    /// Where a path really leads, with the merged folders in mind.
    pub fn place(path: &str) -> String {
        let path = path.trim_start_matches('/');
        let first = path.split('/').next().unwrap_or_default();
        if MERGED.contains(&first) { format!("usr/{path}") } else { path.to_owned() }
    }

    pub fn folder(&mut self, path: &str) {
        self.add(path, What::Folder, 0o755);
    }

    pub fn file(&mut self, path: &str, content: impl Into<Vec<u8>>) {
        self.add(path, What::File(content.into()), 0o644);
    }

    pub fn program(&mut self, path: &str, content: impl Into<Vec<u8>>) {
        self.add(path, What::File(content.into()), 0o755);
    }

    pub fn symlink(&mut self, path: &str, target: &str) {
        self.add(path, What::Symlink(target.to_owned()), 0o777);
    }

    /// Puts something at a path, and makes the folders above it. A folder that is there already keeps what is in it.
    pub fn add(&mut self, path: &str, what: What, mode: u32) {
        let path = Tree::place(path);
        if MERGED.contains(&path.as_str()) {
            return;
        }
        if let Some((above, _)) = path.rsplit_once('/')
            && !self.nodes.contains_key(above)
        {
            self.add(above, What::Folder, 0o755);
        }
        match self.nodes.get_mut(&path) {
            Some(node) if matches!(what, What::Folder) => node.mode = mode,
            _ => {
                self.nodes.insert(path, Node::root(what, mode));
            }
        }
    }

    /// Changes owner and mode of what is at a path.
    pub fn own(&mut self, path: &str, uid: u32, gid: u32, mode: u32) {
        let node = self.nodes.get_mut(path).expect("owners are given to paths that were added before");
        (node.uid, node.gid, node.mode) = (uid, gid, mode);
    }

    pub fn has(&self, path: &str) -> bool {
        self.nodes.contains_key(&Tree::place(path))
    }

    pub fn content(&self, path: &str) -> Option<&[u8]> {
        match &self.nodes.get(&Tree::place(path))?.what {
            What::File(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub fn nodes(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.nodes.iter().map(|(path, node)| (path.as_str(), node))
    }
}

impl Node {
    fn root(what: What, mode: u32) -> Node {
        Node { what, mode, uid: 0, gid: 0 }
    }
}
