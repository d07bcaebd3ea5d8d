//! The chapters of the rulebook: what the first letter of a rule's id speaks of.

/// One subject of the rulebook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chapter {
    /// The name for programs, such as in a JUnit class name.
    pub name: &'static str,
    /// The key of its title.
    pub key: &'static str,
}

const fn chapter(name: &'static str, key: &'static str) -> Chapter {
    Chapter { name, key }
}

/// The chapter that a rule belongs to.
pub fn chapter_of(id: &str) -> Chapter {
    match id.as_bytes().first() {
        Some(b'V') => chapter("container", "chapter.container"),
        Some(b'P') => chapter("partitions", "chapter.partitions"),
        Some(b'L') => chapter("linux", "chapter.linux"),
        Some(b'W') => chapter("windows", "chapter.windows"),
        Some(b'K') => chapter("market", "chapter.market"),
        Some(b'S') => chapter("secrets", "chapter.secrets"),
        Some(b'M') => chapter("malware", "chapter.malware"),
        Some(b'C') => chapter("components", "chapter.components"),
        Some(b'B') => chapter("running", "chapter.running"),
        _ => chapter("further", "chapter.further"),
    }
}
