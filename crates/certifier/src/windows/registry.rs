//! Hives as rules ask for them: by path and name, with damage turned into "not decided", and places as `regedit` shows them.

use disk::read_at::ReadAt;
use disk::tree::{Node, Unreadable};
use std::io;

use super::hive::{Data, Hive, Key};
use crate::finding::{Undecided, unreadable};
use crate::linux::root::Root;
use crate::phrase::{Phrase, say};

/// A file of the image, read by position.
pub struct FileBytes {
    pub root: Root,
    pub node: Node,
}

impl ReadAt for FileBytes {
    fn size_bytes(&self) -> u64 {
        self.node.size_bytes
    }

    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let bytes = self.root.tree().read(&self.node, offset, buffer.len())?;
        if bytes.len() != buffer.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        buffer.copy_from_slice(&bytes);
        Ok(())
    }
}

/// A hive of the image, and under which name the system mounts it.
pub struct Registry {
    hive: Hive,
    /// `HKLM\SYSTEM`.
    pub name: &'static str,
    pub file: String,
}

impl Registry {
    /// Opens the hive at `file` with its logs; `None` when there is no such file.
    pub fn open(root: &Root, file: &str, name: &'static str) -> Result<Option<Registry>, Undecided> {
        let Some(node) = root.file(file)? else {
            return Ok(None);
        };
        let mut logs = Vec::new();
        for ending in [".LOG1", ".LOG2", ".LOG"] {
            if let Some(node) = root.file(&format!("{file}{ending}"))?.filter(|node| node.size_bytes > 0) {
                logs.push(FileBytes { root: root.clone(), node });
            }
        }
        let source = Box::new(FileBytes { root: root.clone(), node });
        let logs: Vec<&dyn ReadAt> = logs.iter().map(|log| log as &dyn ReadAt).collect();
        match Hive::open(source, &logs) {
            Ok(hive) => Ok(Some(Registry { hive, name, file: file.to_owned() })),
            Err(cause) => Err(undecided(file, &cause)),
        }
    }

    pub fn hive(&self) -> &Hive {
        &self.hive
    }

    /// The part of the hive below `path`.
    pub fn at(&self, path: &str) -> Branch<'_> {
        Branch { registry: self, path: path.to_owned() }
    }
}

/// Why a hive could not be read, in words.
fn undecided(file: &str, cause: &Unreadable) -> Undecided {
    let why = match cause {
        Unreadable::Damaged { what, offset } => {
            say("hive.damaged").text("what", what).count("offset", *offset)
        }
        other => unreadable(other),
    };
    Undecided(say("undecided.path").text("path", file).phrase("why", why))
}

/// A key of a hive, there or not.
#[derive(Clone)]
pub struct Branch<'a> {
    registry: &'a Registry,
    path: String,
}

impl<'a> Branch<'a> {
    /// The part below this one.
    pub fn at(&self, below: &str) -> Branch<'a> {
        let path = if self.path.is_empty() { below.to_owned() } else { format!("{}\\{below}", self.path) };
        Branch { registry: self.registry, path }
    }

    /// The place of a value, as `regedit` shows it.
    pub fn place(&self, value: &str) -> String {
        format!("{}\\{}\\{value}", self.registry.name, self.path)
    }

    /// The place of the key itself.
    pub fn key_place(&self) -> String {
        format!("{}\\{}", self.registry.name, self.path)
    }

    fn failed(&self, cause: &Unreadable) -> Undecided {
        undecided(&self.registry.file, cause)
    }

    fn key(&self) -> Result<Option<Key>, Undecided> {
        self.registry.hive.key(&self.path).map_err(|cause| self.failed(&cause))
    }

    pub fn exists(&self) -> Result<bool, Undecided> {
        Ok(self.key()?.is_some())
    }

    /// The names of the keys directly below.
    pub fn names(&self) -> Result<Vec<String>, Undecided> {
        let Some(key) = self.key()? else {
            return Ok(Vec::new());
        };
        let keys = self.registry.hive.subkeys(&key).map_err(|cause| self.failed(&cause))?;
        Ok(keys.into_iter().map(|key| key.name).collect())
    }

    /// All values by name.
    pub fn values(&self) -> Result<Vec<(String, Data)>, Undecided> {
        let Some(key) = self.key()? else {
            return Ok(Vec::new());
        };
        let hive = &self.registry.hive;
        let values = hive.values(&key).map_err(|cause| self.failed(&cause))?;
        let read = values.into_iter().map(|value| Ok((value.name.clone(), hive.data(&value)?)));
        read.collect::<Result<_, _>>().map_err(|cause| self.failed(&cause))
    }

    pub fn value(&self, name: &str) -> Result<Option<Data>, Undecided> {
        let Some(key) = self.key()? else {
            return Ok(None);
        };
        let hive = &self.registry.hive;
        let value = hive.value(&key, name).map_err(|cause| self.failed(&cause))?;
        value.map(|value| hive.data(&value)).transpose().map_err(|cause| self.failed(&cause))
    }

    /// A number, or text that is one, as some of Windows' own settings are.
    pub fn number(&self, name: &str) -> Result<Option<u64>, Undecided> {
        match self.value(name)? {
            None => Ok(None),
            Some(Data::Number(number)) => Ok(Some(number)),
            Some(Data::Text(text)) => match text.trim().parse() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(self.unexpected(name, say("registry.a_number"))),
            },
            Some(_) => Err(self.unexpected(name, say("registry.a_number"))),
        }
    }

    pub fn text(&self, name: &str) -> Result<Option<String>, Undecided> {
        match self.value(name)? {
            None => Ok(None),
            Some(Data::Text(text)) => Ok(Some(text)),
            Some(_) => Err(self.unexpected(name, say("registry.a_text"))),
        }
    }

    /// A list of texts; a single one counts as a list.
    pub fn texts(&self, name: &str) -> Result<Vec<String>, Undecided> {
        match self.value(name)? {
            None => Ok(Vec::new()),
            Some(Data::Texts(texts)) => Ok(texts),
            Some(Data::Text(text)) => Ok(vec![text].into_iter().filter(|text| !text.is_empty()).collect()),
            Some(_) => Err(self.unexpected(name, say("registry.a_text"))),
        }
    }

    pub fn bytes(&self, name: &str) -> Result<Option<Vec<u8>>, Undecided> {
        match self.value(name)? {
            None => Ok(None),
            Some(Data::Bytes(bytes) | Data::Other { bytes, .. }) => Ok(Some(bytes)),
            Some(_) => Err(self.unexpected(name, say("registry.bytes"))),
        }
    }

    fn unexpected(&self, name: &str, wanted: Phrase) -> Undecided {
        Undecided(say("registry.unexpected").text("place", &self.place(name)).phrase("wanted", wanted))
    }
}
