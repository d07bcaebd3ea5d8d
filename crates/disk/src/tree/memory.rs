//! A small filesystem in memory, for tests and fuzzers of what reads one.

use std::collections::BTreeMap;

use super::{
    Attribute, Condition, Entry, Extent, Identity, Kind, LINKS_MAX, Names, Node, OnFault, Tree, Unreadable,
    Visit,
};

/// Longer links lead nowhere, as with Linux.
const TARGET_BYTES_MAX: usize = 4096;

enum Thing {
    Directory,
    File(Vec<u8>, u16),
    Link(Vec<u8>),
}

/// Paths and what stands there. The directories above a path come into being by themselves.
pub struct Folder {
    /// In their order; the place of a path is its inode.
    paths: Vec<String>,
    things: BTreeMap<String, Thing>,
}

impl Folder {
    pub fn empty() -> Folder {
        Folder { paths: vec!["/".to_owned()], things: BTreeMap::from([("/".to_owned(), Thing::Directory)]) }
    }

    /// The files that are told as [`Folder::add`] reads them.
    pub fn of(files: &[(&str, &str)]) -> Folder {
        let mut folder = Folder::empty();
        for (path, content) in files {
            folder.add(path, content.as_bytes());
        }
        folder
    }

    /// Adds a file. A path that ends in `*` is an executable, a content of `-> target` makes a link.
    pub fn add(&mut self, path: &str, content: &[u8]) {
        let (path, mode) = path.strip_suffix('*').map_or((path, 0o644), |path| (path, 0o755));
        let thing = match content.strip_prefix(b"-> ") {
            Some(target) => Thing::Link(target.to_vec()),
            None => Thing::File(content.to_vec(), mode),
        };
        self.put(path, thing);
    }

    /// The same with a file of this path and content, whatever they are.
    pub fn with(mut self, path: &str, content: &[u8]) -> Folder {
        self.put(path, Thing::File(content.to_vec(), 0o644));
        self
    }

    fn put(&mut self, path: &str, thing: Thing) {
        for (place, _) in path.match_indices('/').filter(|(place, _)| *place > 0) {
            self.things.entry(path[..place].to_owned()).or_insert(Thing::Directory);
        }
        self.things.insert(path.to_owned(), thing);
        self.paths = self.things.keys().cloned().collect();
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
                if links > LINKS_MAX || target.len() > TARGET_BYTES_MAX {
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
        let entry = |(path, name): (&String, &str)| {
            let node = self.node_of(path).expect("listed names exist");
            Entry { name: name.as_bytes().to_vec(), inode: node.inode, kind: node.kind }
        };
        Ok(below.map(entry).collect())
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks what `path` leads to: the content of a file, or `nothing`.
    #[track_caller]
    fn check(folder: &Folder, path: &str, expected: &str) {
        let found = folder.look_up(path).expect("memory can be read");
        let found = found.map(|node| folder.read(&node, 0, 100).expect("memory can be read"));
        assert_eq!(found.as_deref().unwrap_or(b"nothing"), expected.as_bytes(), "{path}");
    }

    #[test]
    fn links_are_followed_within_it_and_a_ring_of_them_leads_nowhere() {
        let files = [("/etc/a*", "a"), ("/b", "-> ../../etc"), ("/c", "-> d"), ("/d", "-> /c")];
        let folder = Folder::of(&files).with("/e", b"-> b");
        check(&folder, "/b/a", "a");
        check(&folder, "/b/../etc/./a", "a");
        check(&folder, "/c", "nothing");
        check(&folder, "/e", "-> b");
        assert_eq!(folder.look_up("/etc/a").expect("memory can be read").expect("a file").mode, 0o755);
        let link = folder.look_up_itself("/b").expect("memory can be read").expect("a link");
        assert_eq!(
            (link.kind, folder.read_link(&link).expect("a target")),
            (Kind::Symlink, b"../../etc".to_vec())
        );
        let root = folder.root().expect("a root");
        let names = folder.list(&root).expect("a directory").into_iter().map(|entry| entry.name);
        assert_eq!(
            names.collect::<Vec<_>>(),
            [b"b".to_vec(), b"c".into(), b"d".into(), b"e".into(), b"etc".into()]
        );
    }
}
