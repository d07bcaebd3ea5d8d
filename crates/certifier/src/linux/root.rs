//! The root filesystem of an image, as rules ask for it: by path, with limits, and with damage turned into "not decided".

use std::sync::Arc;

use disk::tree::{Entry, Kind, Node, Tree, Unreadable};

use crate::finding::{Undecided, unreadable};
use crate::phrase::say;

/// The largest configuration file that is read. Larger ones are not decided rather than cut: the end may say the opposite.
pub const TEXT_BYTES_MAX: u64 = 4 << 20;

/// The most names of one directory that a rule looks at.
pub const NAMES_MAX: usize = 100_000;

#[derive(Clone)]
pub struct Root {
    tree: Arc<dyn Tree>,
}

impl Root {
    pub fn new(tree: Arc<dyn Tree>) -> Root {
        Root { tree }
    }

    /// The root of a tree that is nobody else's.
    pub fn of(tree: impl Tree + 'static) -> Root {
        Root::new(Arc::new(tree))
    }

    pub fn tree(&self) -> &dyn Tree {
        &*self.tree
    }

    /// The same tree, for who puts several together.
    pub fn shared(&self) -> Arc<dyn Tree> {
        self.tree.clone()
    }

    /// What stands at `path`, links followed.
    pub fn node(&self, path: &str) -> Result<Option<Node>, Undecided> {
        self.tree.look_up(path).map_err(|cause| at(path, &cause))
    }

    /// The regular file at `path`, links followed.
    pub fn file(&self, path: &str) -> Result<Option<Node>, Undecided> {
        Ok(self.node(path)?.filter(|node| node.kind == Kind::File))
    }

    /// Whether the name exists, even as a link that leads nowhere.
    pub fn has_name(&self, path: &str) -> Result<bool, Undecided> {
        Ok(self.tree.look_up_itself(path).map_err(|cause| at(path, &cause))?.is_some())
    }

    /// Where the link at `path` points, if it is one.
    pub fn link(&self, path: &str) -> Result<Option<String>, Undecided> {
        let itself = self.tree.look_up_itself(path).map_err(|cause| at(path, &cause))?;
        let Some(link) = itself.filter(|node| node.kind == Kind::Symlink) else {
            return Ok(None);
        };
        let target = self.tree.read_link(&link).map_err(|cause| at(path, &cause))?;
        Ok(Some(String::from_utf8_lossy(&target).into_owned()))
    }

    /// The text at `path`; `None` when there is no such file.
    pub fn text(&self, path: &str) -> Result<Option<String>, Undecided> {
        self.text_up_to(path, TEXT_BYTES_MAX)
    }

    pub fn text_up_to(&self, path: &str, limit: u64) -> Result<Option<String>, Undecided> {
        let Some(node) = self.file(path)? else {
            return Ok(None);
        };
        self.text_of(path, &node, limit).map(Some)
    }

    fn text_of(&self, path: &str, node: &Node, limit: u64) -> Result<String, Undecided> {
        if node.size_bytes > limit {
            let cause = Unreadable::OverLimit { what: "file size", found: node.size_bytes, limit };
            return Err(at(path, &cause));
        }
        let bytes = self.bytes(path, node, 0, node.size_bytes)?;
        // What is text already is not copied once more.
        Ok(String::from_utf8(bytes)
            .unwrap_or_else(|cause| String::from_utf8_lossy(cause.as_bytes()).into_owned()))
    }

    /// Bytes of a file whose node is at hand; fewer only at its end.
    pub fn bytes(&self, path: &str, node: &Node, offset: u64, length: u64) -> Result<Vec<u8>, Undecided> {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        self.tree.read(node, offset, length).map_err(|cause| at(path, &cause))
    }

    /// The names in a directory, sorted; none when there is no such directory.
    pub fn names(&self, directory: &str) -> Result<Vec<String>, Undecided> {
        Ok(self.entries(directory)?.into_iter().map(|(name, _)| name).collect())
    }

    /// Shows all texts in a directory whose names end in `ending`, by name. The directory is read once: asking for each by its path
    /// would go through it as often as it has names.
    pub fn texts(
        &self,
        directory: &str,
        ending: &str,
        limit: u64,
        show: &mut dyn FnMut(&str) -> Result<(), Undecided>,
    ) -> Result<(), Undecided> {
        for (name, inode) in self.entries(directory)?.iter().filter(|(name, _)| name.ends_with(ending)) {
            let path = format!("{directory}/{name}");
            let node = self.tree.node(*inode).map_err(|cause| at(&path, &cause))?;
            let text = match node.kind {
                Kind::File => Some(self.text_of(&path, &node, limit)?),
                _ => self.text_up_to(&path, limit)?,
            };
            text.map_or(Ok(()), |text| show(&text))?;
        }
        Ok(())
    }

    /// What stands in a directory, by name.
    fn entries(&self, directory: &str) -> Result<Vec<(String, u64)>, Undecided> {
        let Some(node) = self.node(directory)?.filter(|node| node.kind == Kind::Directory) else {
            return Ok(Vec::new());
        };
        let entries = self.tree.list(&node).map_err(|cause| at(directory, &cause))?;
        if entries.len() > NAMES_MAX {
            let (found, limit) = (entries.len() as u64, NAMES_MAX as u64);
            return Err(at(directory, &Unreadable::OverLimit { what: "directory entries", found, limit }));
        }
        let name = |entry: Entry| (String::from_utf8_lossy(&entry.name).into_owned(), entry.inode);
        let mut entries: Vec<(String, u64)> = entries.into_iter().map(name).collect();
        entries.sort();
        Ok(entries)
    }
}

fn at(path: &str, cause: &Unreadable) -> Undecided {
    Undecided(say("undecided.path").text("path", path).phrase("why", unreadable(cause)))
}

/// The lines of a configuration file with their numbers, without blank ones and those that begin with `#`.
pub fn settings(text: &str) -> impl Iterator<Item = (u64, &str)> {
    (1..)
        .zip(text.lines())
        .map(|(number, line)| (number, line.trim()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}
