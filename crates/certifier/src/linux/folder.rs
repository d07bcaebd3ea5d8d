//! A small filesystem in memory, for tests of what reads one.

use std::collections::BTreeMap;
use std::sync::Arc;

use disk::tree::{
    Attribute, Condition, Entry, Extent, Identity, Kind, LINKS_MAX, Names, Node, OnFault, Tree, Unreadable,
    Visit,
};

use crate::linux::root::Root;

enum Thing {
    Directory,
    File(Vec<u8>, u16),
    Link(String),
}

/// Paths and what stands there. A content of `-> target` makes a link, a path that ends in `*` an executable.
pub struct Folder {
    paths: Vec<String>,
    things: BTreeMap<String, Thing>,
}

impl Folder {
    pub fn of(files: &[(&str, &str)]) -> Folder {
        let mut things = BTreeMap::from([("/".to_owned(), Thing::Directory)]);
        for (path, content) in files {
            let (path, mode) = path.strip_suffix('*').map_or((*path, 0o644), |path| (path, 0o755));
            for (place, _) in path.match_indices('/').filter(|(place, _)| *place > 0) {
                things.entry(path[..place].to_owned()).or_insert(Thing::Directory);
            }
            let thing = match content.strip_prefix("-> ") {
                Some(target) => Thing::Link(target.to_owned()),
                None => Thing::File(content.as_bytes().to_vec(), mode),
            };
            things.insert(path.to_owned(), thing);
        }
        Folder { paths: things.keys().cloned().collect(), things }
    }

    /// The same with a file that is not text.
    pub fn with(mut self, path: &str, content: &[u8]) -> Folder {
        for (place, _) in path.match_indices('/').filter(|(place, _)| *place > 0) {
            self.things.entry(path[..place].to_owned()).or_insert(Thing::Directory);
        }
        self.things.insert(path.to_owned(), Thing::File(content.to_vec(), 0o644));
        self.paths = self.things.keys().cloned().collect();
        self
    }

    pub fn root(self) -> Root {
        Root::new(Arc::new(self))
    }

    fn node_of(&self, path: &str) -> Option<Node> {
        let inode = self.paths.iter().position(|name| name == path)? as u64;
        let (kind, mode, size_bytes) = match &self.things[path] {
            Thing::Directory => (Kind::Directory, 0o755, 0),
            Thing::File(bytes, mode) => (Kind::File, *mode, bytes.len() as u64),
            Thing::Link(target) => (Kind::Symlink, 0o777, target.len() as u64),
        };
        Some(Node { inode, kind, mode, uid: 0, gid: 0, size_bytes, modified_at: 0, links: 1 })
    }

    fn resolve(&self, path: &str, follow_last: bool) -> Option<String> {
        let mut pending: Vec<String> = path.split('/').rev().map(str::to_owned).collect();
        let mut at: Vec<String> = Vec::new();
        let mut links = 0;
        while let Some(component) = pending.pop() {
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
                && (follow_last || !pending.is_empty())
            {
                links += 1;
                if links > LINKS_MAX {
                    return None;
                }
                at.pop();
                if target.starts_with('/') {
                    at.clear();
                }
                pending.extend(target.split('/').rev().map(str::to_owned));
            }
        }
        Some(format!("/{}", at.join("/")))
    }
}

impl Tree for Folder {
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
        let below = self.paths.iter().filter_map(|path| {
            let name = path.strip_prefix(parent)?.strip_prefix('/')?;
            (!name.is_empty() && !name.contains('/')).then_some((path, name))
        });
        Ok(below
            .map(|(path, name)| {
                let node = self.node_of(path).expect("listed names exist");
                Entry { name: name.as_bytes().to_vec(), inode: node.inode, kind: node.kind }
            })
            .collect())
    }

    fn node(&self, inode: u64) -> Result<Node, Unreadable> {
        Ok(self.node_of(&self.paths[inode as usize]).expect("numbered paths exist"))
    }

    fn read(&self, file: &Node, offset: u64, limit: usize) -> Result<Vec<u8>, Unreadable> {
        match &self.things[&self.paths[file.inode as usize]] {
            Thing::File(bytes, _) => {
                let from = (offset as usize).min(bytes.len());
                Ok(bytes[from..from.saturating_add(limit).min(bytes.len())].to_vec())
            }
            _ => Ok(Vec::new()),
        }
    }

    fn read_link(&self, link: &Node) -> Result<Vec<u8>, Unreadable> {
        match &self.things[&self.paths[link.inode as usize]] {
            Thing::Link(target) => Ok(target.clone().into_bytes()),
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
