//! One at a time on each machine, across tasks and processes.

use super::folder::make_folder;
use crate::Error;
use std::fs::{self, File, TryLockError};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::Instant;

/// How often a lock that is held is tried again. The system can wake a thread, but not a task.
const PAUSE: Duration = Duration::from_millis(25);

/// A lock that is held until it is dropped, or its process ends.
pub struct Lock {
    _file: File,
    path: PathBuf,
}

impl Lock {
    /// Takes the lock of that name; `None` when it was held by others all the time.
    pub async fn take(folder: &Path, name: &str, patience: Duration) -> Result<Option<Lock>, Error> {
        make_folder(folder)?;
        let path = folder.join(name);
        let deadline = Instant::now() + patience;
        loop {
            let file = File::options().create(true).truncate(false).write(true).open(&path);
            let file = file.map_err(Error::io(format!("open {}", path.display())))?;
            match file.try_lock() {
                // Whoever removes a machine removes its lock; what is left in our hand then locks nothing.
                Ok(()) if file.metadata().is_ok_and(|about| about.nlink() > 0) => {
                    return Ok(Some(Lock { _file: file, path }));
                }
                Ok(()) => continue,
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => tokio::time::sleep(PAUSE).await,
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(cause)) => {
                    return Err(Error::io(format!("lock {}", path.display()))(cause));
                }
            }
        }
    }

    /// Removes the lock's file, because what it locks is no more.
    pub fn remove(self) -> Result<(), Error> {
        fs::remove_file(&self.path).map_err(Error::io(format!("remove {}", self.path.display())))
    }
}
