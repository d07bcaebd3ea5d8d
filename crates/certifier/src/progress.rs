//! How a certification tells those who wait how far it is.

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Every byte of data is read, digested and searched.
    Content,
    /// Filesystems are read by their tables.
    Files,
    /// The rules are asked.
    Rules,
}

/// Told from several threads at once, some hundred times at most.
pub trait Progress: Sync {
    /// `done` of `total` bytes of this stage; stages without a measure say 0 of 0.
    fn update(&self, stage: Stage, done: u64, total: u64);

    /// The same from a process that tells only the whole, from 0 to 100.
    fn percent(&self, _: i64) {}
}

/// Nobody waits.
pub struct Silent;

impl Progress for Silent {
    fn update(&self, _: Stage, _: u64, _: u64) {}
}
