//! A filesystem in memory, whose files an input holds.

use std::collections::BTreeMap;
use std::sync::Arc;

use certifier::linux::root::Root;
use disk::tree::{
    Attribute, Condition, Entry, Extent, Identity, Kind, LINKS_MAX, Names, Node, OnFault, Tree, Unreadable,
    Visit,
};

/// In an input: another file follows, whose path is told by the next byte.
pub const NEXT: u8 = 0xff;

enum Thing {
    Directory,
    File(Vec<u8>, u16),
    Link(Vec<u8>),
}

/// Paths and what stands there, in the order of the paths.
pub struct Files {
    paths: Vec<String>,
    things: BTreeMap<String, Thing>,
}

impl Files {
    /// The files that `input` holds: what follows each [`NEXT`] and the number of one of `paths` is the content of that file, and what
    /// stands before the first belongs to the first of them.
    pub fn of(input: &[u8], paths: &[&str]) -> Files {
        let mut files = Files::none();
        let mut parts = input.split(|byte| *byte == NEXT);
        let first = parts.next().unwrap_or_default();
        files.add(paths[0], first);
        for part in parts {
            if let [number, content @ ..] = part {
                files.add(paths[usize::from(*number) % paths.len()], content);
            }
        }
        files
    }

    pub fn none() -> Files {
        Files { paths: Vec::new(), things: BTreeMap::from([("/".to_owned(), Thing::Directory)]) }
    }

    /// Adds a file. A path that ends in `*` is an executable, a content of `-> target` makes a link.
    pub fn add(&mut self, path: &str, content: &[u8]) {
        let (path, mode) = path.strip_suffix('*').map_or((path, 0o644), |path| (path, 0o755));
        for (place, _) in path.match_indices('/').filter(|(place, _)| *place > 0) {
            self.things.entry(path[..place].to_owned()).or_insert(Thing::Directory);
        }
        let thing = match content.strip_prefix(b"-> ") {
            Some(target) => Thing::Link(target.to_vec()),
            None => Thing::File(content.to_vec(), mode),
        };
        self.things.insert(path.to_owned(), thing);
        self.paths = self.things.keys().cloned().collect();
    }

    pub fn root(self) -> Root {
        Root::new(Arc::new(self))
    }

    fn node_of(&self, path: &str) -> Option<Node> {
        let inode = self.paths.binary_search_by(|name| name.as_str().cmp(path)).ok()? as u64;
        let (kind, mode, size_bytes) = match &self.things[path] {
            Thing::Directory => (Kind::Directory, 0o755, 0),
            Thing::File(bytes, mode) => (Kind::File, *mode, bytes.len() as u64),
            Thing::Link(target) => (Kind::Symlink, 0o777, target.len() as u64),
        };
        Some(Node { inode, kind, mode, uid: 0, gid: 0, size_bytes, modified_at: 0, links: 1 })
    }

    fn resolve(&self, path: &str, follow_last: bool) -> Option<String> {
        let mut ahead: Vec<String> = path.split('/').rev().map(str::to_owned).collect();
        let mut at: Vec<String> = Vec::new();
        let mut links = 0;
        while let Some(component) = ahead.pop() {
            match component.as_str() {
                "" | "." => continue,
                ".." => {
                    at.pop();
                    continue;
                }
                _ => at.push(component),
            }
            let here = format!("/{}", at.join("/"));
            if let Some(Thing::Link(target)) = self.things.get(&here)
                && (follow_last || !ahead.is_empty())
            {
                links += 1;
                if links > LINKS_MAX || target.len() > 4096 {
                    return None;
                }
                at.pop();
                if target.starts_with(b"/") {
                    at.clear();
                }
                ahead.extend(String::from_utf8_lossy(target).split('/').rev().map(str::to_owned));
            }
        }
        Some(format!("/{}", at.join("/")))
    }

    fn thing(&self, node: &Node) -> &Thing {
        &self.things[&self.paths[node.inode as usize]]
    }
}

impl Tree for Files {
    fn size_bytes(&self) -> u64 {
        0
    }

    fn condition(&self) -> Result<Condition, Unreadable> {
        Ok(Condition::Clean)
    }

    fn identity(&self) -> Identity {
        Identity::default()
    }

    fn usual_root(&self) -> Result<Vec<u8>, Unreadable> {
        Ok(b"/".to_vec())
    }

    fn root(&self) -> Result<Node, Unreadable> {
        self.node(0)
    }

    fn look_up(&self, path: &str) -> Result<Option<Node>, Unreadable> {
        Ok(self.resolve(path, true).and_then(|path| self.node_of(&path)))
    }

    fn look_up_itself(&self, path: &str) -> Result<Option<Node>, Unreadable> {
        Ok(self.resolve(path, false).and_then(|path| self.node_of(&path)))
    }

    fn list(&self, directory: &Node) -> Result<Vec<Entry>, Unreadable> {
        let parent = self.paths[directory.inode as usize].trim_end_matches('/');
        let mut entries = Vec::new();
        for path in &self.paths {
            let Some(name) = path.strip_prefix(parent).and_then(|rest| rest.strip_prefix('/')) else {
                continue;
            };
            if !name.is_empty() && !name.contains('/') {
                let node = self.node_of(path).expect("listed names exist");
                entries.push(Entry { name: name.as_bytes().to_vec(), inode: node.inode, kind: node.kind });
            }
        }
        Ok(entries)
    }

    fn node(&self, inode: u64) -> Result<Node, Unreadable> {
        let path = usize::try_from(inode).ok().and_then(|inode| self.paths.get(inode));
        let found = path.and_then(|path| self.node_of(path));
        found.ok_or(Unreadable::Damaged { what: "number of a file", offset: inode })
    }

    fn read(&self, file: &Node, offset: u64, limit: usize) -> Result<Vec<u8>, Unreadable> {
        let Thing::File(bytes, _) = self.thing(file) else { return Ok(Vec::new()) };
        let from = (offset as usize).min(bytes.len());
        Ok(bytes[from..from.saturating_add(limit).min(bytes.len())].to_vec())
    }

    fn read_link(&self, link: &Node) -> Result<Vec<u8>, Unreadable> {
        match self.thing(link) {
            Thing::Link(target) => Ok(target.clone()),
            _ => Ok(Vec::new()),
        }
    }

    fn extents(&self, _: &Node) -> Result<Vec<Extent>, Unreadable> {
        Ok(Vec::new())
    }

    fn attributes(&self, _: &Node) -> Result<Vec<Attribute>, Unreadable> {
        Ok(Vec::new())
    }

    fn names(&self) -> Result<Names, Unreadable> {
        Ok(Names::default())
    }

    fn sweep(&self, _: &mut Visit<'_>, _: &mut OnFault<'_>) -> Result<(), Unreadable> {
        Ok(())
    }

    fn free_space(&self, _: &mut dyn FnMut(u64, u64)) -> Result<(), Unreadable> {
        Ok(())
    }
}
