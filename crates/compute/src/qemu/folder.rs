//! What is kept of a machine between two calls: a folder that can be read after any crash.

use super::process::Process;
use crate::{Error, InstanceSpec, MachineId};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// A record longer than this was not written by us.
const RECORD_BYTES_MAX: u64 = 1 << 20;

/// How much of the console is shown.
const CONSOLE_BYTES_SHOWN: u64 = 64 * 1024;

/// A guest that talks more than this starts a new page: it shall not fill the disk.
const CONSOLE_BYTES_MAX: u64 = 8 << 20;

/// What a machine was made from. Written before anything else of it exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub spec: InstanceSpec,
    /// QEMU's name of the hardware, pinned so that an upgrade of QEMU does not change it under the guest.
    pub machine_type: String,
    pub disk_bytes: u64,
}

/// A machine's folder. `run` inside it is all that QEMU may write to.
#[derive(Debug, Clone)]
pub struct Folder {
    all: PathBuf,
    id: MachineId,
}

impl Folder {
    pub fn new(all: &Path, id: &MachineId) -> Folder {
        Folder { all: all.to_owned(), id: id.clone() }
    }

    pub fn path(&self) -> PathBuf {
        self.all.join("machines").join(self.id.as_str())
    }

    pub fn run(&self) -> PathBuf {
        self.path().join("run")
    }

    pub fn disk(&self) -> PathBuf {
        self.run().join("disk.qcow2")
    }

    pub fn seed(&self) -> PathBuf {
        self.path().join("seed.iso")
    }

    /// QEMU writes its process number here, and removes it when it ends in good order.
    pub fn pid_file(&self) -> PathBuf {
        self.run().join("pid")
    }

    pub fn complaints(&self) -> PathBuf {
        self.run().join("qemu.log")
    }

    fn console_file(&self) -> PathBuf {
        self.run().join("serial.log")
    }

    /// Stands here once the machine has run for the first time.
    fn started_file(&self) -> PathBuf {
        self.path().join("started")
    }

    fn record_file(&self) -> PathBuf {
        self.path().join("machine.json")
    }

    pub fn record(&self) -> Result<Option<Record>, Error> {
        let path = self.record_file();
        let mut bytes = Vec::new();
        match File::open(&path) {
            Ok(file) => file
                .take(RECORD_BYTES_MAX)
                .read_to_end(&mut bytes)
                .map_err(Error::io("read a machine's record"))?,
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(Error::io(format!("open {}", path.display()))(cause)),
        };
        let record = serde_json::from_slice(&bytes);
        record
            .map(Some)
            .map_err(|cause| Error::Failed { what: "reading a machine's record", why: cause.to_string() })
    }

    pub fn write_record(&self, record: &Record) -> Result<(), Error> {
        let text = serde_json::to_vec_pretty(record).expect("a record is plain data");
        make_folder(&self.path())?;
        write_whole(&self.record_file(), &text)
    }

    pub fn has_started(&self) -> bool {
        self.started_file().exists()
    }

    pub fn mark_started(&self) -> Result<(), Error> {
        write_whole(&self.started_file(), b"")
    }

    /// The live process of this machine.
    pub fn process(&self) -> Option<Process> {
        let pid = fs::read_to_string(self.pid_file()).ok()?.trim().parse().ok()?;
        Process::open(pid, &self.all).filter(|process| process.machine == self.id)
    }

    /// Whether the last process ended without putting its things in order.
    pub fn ended_abruptly(&self) -> bool {
        self.pid_file().exists()
    }

    /// Removes what a process leaves behind when it is killed.
    pub fn forget_process(&self) -> Result<(), Error> {
        remove_file(&self.pid_file())?;
        remove_file(&self.run().join(super::qmp::SOCKET))
    }

    /// Removes the machine's folder. The record goes first: what has none is not a machine any more.
    pub fn remove(&self) -> Result<(), Error> {
        remove_file(&self.record_file())?;
        match fs::remove_dir_all(self.path()) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => {
                Err(Error::io(format!("remove {}", self.path().display()))(cause))
            }
            _ => Ok(()),
        }
    }

    /// The end of the console, as text.
    pub fn console(&self) -> Result<String, Error> {
        let mut file = match File::open(self.console_file()) {
            Ok(file) => file,
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(String::new()),
            Err(cause) => return Err(Error::io("open the console")(cause)),
        };
        let size = file.metadata().map_err(Error::io("open the console"))?.len();
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(size.saturating_sub(CONSOLE_BYTES_SHOWN)))
            .map_err(Error::io("read the console"))?;
        file.take(CONSOLE_BYTES_SHOWN).read_to_end(&mut bytes).map_err(Error::io("read the console"))?;
        Ok(plain_text(&String::from_utf8_lossy(&bytes)))
    }

    /// Cuts a console that has grown too long. QEMU appends, so the next character is the first.
    pub fn trim_console(&self) -> Result<(), Error> {
        let path = self.console_file();
        if fs::metadata(&path).is_ok_and(|about| about.len() > CONSOLE_BYTES_MAX) {
            let file = File::options().write(true).open(&path).map_err(Error::io("trim the console"))?;
            file.set_len(0).map_err(Error::io("trim the console"))?;
        }
        Ok(())
    }
}

/// What a terminal would show, without colours and cursor movements: a console is text from a stranger.
fn plain_text(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut letters = raw.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\x1b' if letters.next_if_eq(&'[').is_some() => {
                // Parameters, then one letter that ends the sequence.
                while letters.next_if(|letter| !('@'..='~').contains(letter)).is_some() {}
                letters.next();
            }
            '\n' | '\t' => text.push(letter),
            _ if letter.is_control() => (),
            _ => text.push(letter),
        }
    }
    text
}

pub fn make_folder(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path).map_err(Error::io(format!("make {}", path.display())))
}

/// Writes a file, for us alone to read, so that it is there whole or not at all, also after a power cut.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let part = path.with_extension("part");
    let written = (|| {
        let mut file = File::options().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&part, path)
    })();
    written.map_err(Error::io(format!("write {}", path.display())))
}

pub fn remove_file(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(cause) if cause.kind() != ErrorKind::NotFound => {
            Err(Error::io(format!("remove {}", path.display()))(cause))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_console_is_shown_without_what_would_move_a_cursor() {
        assert_eq!(plain_text("\x1b[2J\x1b[01;01Hlogin: \x1b[0;31mred\x07\r\n\x1b"), "login: red\n");
    }
}
